//! `match`: every value has a case, and no case twice.

use std::collections::BTreeMap;
use std::ops::Bound;

use rust_decimal::Decimal;
use wayline_ir::{Case, Expr, Pattern, StepId, StepKind, Symbol, Type, Value};

use super::expr::{Typed, as_constant};
use super::facts::{Facts, is_path, meet};
use super::steps::Body;
use super::types::{describe, ordered};
use crate::codes::Code;
use crate::diagnostic::{Applicability, Diagnostic};
use crate::source::Span;
use crate::suggest;
use crate::syntax::ast::{self, MatchArm, PatternKind};

/// What is covered so far.
#[derive(Default)]
struct Covered {
    values: BTreeMap<Value, Span>,
    ranges: Vec<(Option<Value>, Option<Value>)>,
    /// What the ranges cover, in parts that do not overlap, by the first value: the end, and the range that was last
    /// there.
    parts: BTreeMap<Option<Value>, (Option<Value>, Span)>,
    missing: Option<Span>,
}

impl Covered {
    /// The range that holds a value.
    fn range_of(&self, value: &Value) -> Option<Span> {
        let (_, (under, span)) = self.parts.range(..=Some(value.clone())).next_back()?;
        under.as_ref().is_none_or(|under| value < under).then_some(*span)
    }

    /// A value or a range that lies in the range, and was there before.
    fn overlap(&self, from: &Option<Value>, under: &Option<Value>) -> Option<Span> {
        let begins_before =
            (Bound::Unbounded, under.clone().map_or(Bound::Unbounded, |u| Bound::Excluded(Some(u))));
        let last = self.parts.range(begins_before).next_back();
        let reaches = |end: &Option<Value>| !matches!((end, from), (Some(end), Some(from)) if end <= from);
        if let Some((_, (_, span))) = last.filter(|(_, (end, _))| reaches(end)) {
            return Some(*span);
        }
        let least = from.clone().map_or(Bound::Unbounded, Bound::Included);
        let most = under.clone().map_or(Bound::Unbounded, Bound::Excluded);
        self.values.range((least, most)).next().map(|(_, span)| *span)
    }

    fn add_range(&mut self, from: Option<Value>, under: Option<Value>, span: Span) {
        self.ranges.push((from.clone(), under.clone()));
        // Parts that the new one covers go; what one of them leaves over on either side stays.
        loop {
            let begins_before =
                (Bound::Unbounded, under.clone().map_or(Bound::Unbounded, |u| Bound::Excluded(Some(u))));
            let Some((start, (end, other))) = self.parts.range(begins_before).next_back() else { break };
            if matches!((end, &from), (Some(end), Some(from)) if end <= from) {
                break;
            }
            let (start, end, other) = (start.clone(), end.clone(), *other);
            self.parts.remove(&start);
            if let Some(under) = &under
                && end.as_ref().is_none_or(|end| end > under)
            {
                self.parts.insert(Some(under.clone()), (end, other));
            }
            if start < from {
                self.parts.insert(start, (from.clone(), other));
                break;
            }
        }
        self.parts.insert(from, (under, span));
    }
}

impl Body<'_, '_> {
    pub(crate) fn match_step(
        &mut self,
        label: Option<&ast::Name>,
        step: &ast::Match,
        span: Span,
        entry: StepId,
        next: StepId,
    ) -> Option<Facts> {
        let value = self.cx.infer(&mut self.scope, &step.value, None);
        self.graph.here(entry);
        let facts = self.scope.facts.clone();
        let mut covered = Covered::default();
        let mut cases = Vec::new();
        let mut bodies: Vec<(&MatchArm, StepId, String, bool)> = Vec::new();
        let mut otherwise = None;
        for arm in &step.arms {
            let then = self.graph.label();
            if arm.patterns.is_empty() {
                otherwise = Some(then);
                bodies.push((arm, then, "else".to_owned(), false));
                continue;
            }
            let patterns: Vec<Pattern> = match &value {
                Some(value) => arm
                    .patterns
                    .iter()
                    .filter_map(|pattern| self.pattern(pattern, value, &mut covered))
                    .collect(),
                None => Vec::new(),
            };
            let part = arm
                .patterns
                .first()
                .map_or_else(String::new, |pattern| self.cx.text(pattern.span).replace([' ', '"'], "-"));
            let present = !patterns.iter().any(|pattern| matches!(pattern, Pattern::Missing));
            cases.push(Case { patterns, then });
            bodies.push((arm, then, part, present));
        }
        if let Some(value) = &value {
            self.exhaustive(value, step, span, &covered, otherwise.is_some());
            if covered.missing.is_none() && value.optional {
                self.missing_case(&step.value, step.broken);
            }
            let kind = StepKind::Match { value: value.expr.clone(), cases, otherwise };
            self.add(label, "match", kind, span);
        }
        let mut after = None;
        for (arm, then, part, present) in bodies {
            let mut known = facts.clone();
            let present = present || (arm.patterns.is_empty() && covered.missing.is_some());
            if let Some(value) = value.as_ref().filter(|value| present && is_path(&value.expr)) {
                known.learn(&value.expr);
            }
            let (start, known) = self.branch(&part, &arm.body, next, known);
            self.graph.same(then, start);
            after = meet(after, known);
        }
        after
    }

    fn missing_case(&mut self, value: &ast::Expr, broken: bool) {
        if broken {
            return;
        }
        let text = self.cx.text(value.span);
        self.cx.report(
            Diagnostic::new(
                Code::NOT_EXHAUSTIVE,
                format!("`{text}` may be missing, and no case says what happens then"),
                value.span,
            )
            .note("`else` is for the other values; a missing value has a case of its own")
            .help("add `missing { … }`"),
        );
    }

    fn pattern(&mut self, pattern: &ast::Pattern, value: &Typed, covered: &mut Covered) -> Option<Pattern> {
        match &pattern.kind {
            PatternKind::Missing => {
                if !value.optional {
                    self.cx.report(
                        Diagnostic::new(Code::NEVER_MATCHES, "this value is never missing", pattern.span)
                            .help("remove this case"),
                    );
                }
                if let Some(first) = covered.missing.replace(pattern.span) {
                    self.twice(pattern.span, first);
                }
                Some(Pattern::Missing)
            }
            PatternKind::Value(e) => {
                let constant = self.constant(e, &value.ty)?;
                let known = covered.values.get(&constant).copied();
                let known = known.or_else(|| covered.range_of(&constant));
                if let Some(first) = known {
                    self.twice(pattern.span, first);
                }
                covered.values.entry(constant.clone()).or_insert(pattern.span);
                Some(Pattern::Value(constant))
            }
            PatternKind::Under(under) => self.range(None, Some(under), pattern.span, value, covered),
            PatternKind::Range(from, under) => {
                self.range(Some(from), Some(under), pattern.span, value, covered)
            }
            PatternKind::AndOver(from) => self.range(Some(from), None, pattern.span, value, covered),
        }
    }

    fn constant(&mut self, e: &ast::Expr, ty: &Type) -> Option<Value> {
        let expr: Expr = self.cx.expect(&mut self.scope, e, ty)?;
        let constant = as_constant(&expr);
        if constant.is_none() {
            self.cx.report(
                Diagnostic::new(Code::NOT_CONSTANT, "a case is a fixed value", e.span)
                    .help("compare other values with `if`"),
            );
        }
        constant
    }

    fn range(
        &mut self,
        from: Option<&ast::Expr>,
        under: Option<&ast::Expr>,
        span: Span,
        value: &Typed,
        covered: &mut Covered,
    ) -> Option<Pattern> {
        if !ordered(&value.ty) || matches!(value.ty, Type::Duration) {
            let ty = describe(&value.ty, &self.cx.symbols);
            self.cx.report(
                Diagnostic::new(Code::WRONG_TYPE, format!("{ty} has no ranges"), span)
                    .help("list the values"),
            );
            return None;
        }
        let from = match from {
            Some(e) => Some(self.constant(e, &value.ty)?),
            None => None,
        };
        let under = match under {
            Some(e) => Some(self.constant(e, &value.ty)?),
            None => None,
        };
        if let (Some(from), Some(under)) = (&from, &under)
            && from >= under
        {
            self.cx.report(
                Diagnostic::new(Code::NEVER_MATCHES, "no value is in this range", span)
                    .note("a range goes from its first value, included, to its second, excluded"),
            );
            return None;
        }
        let overlap = covered.overlap(&from, &under);
        if let Some(first) = overlap {
            self.cx.report(
                Diagnostic::new(Code::CASE_TWICE, "two cases overlap", span)
                    .also(first, "some values fall in here already")
                    .note("`50 to under 100` holds 50 but not 100"),
            );
        }
        covered.add_range(from.clone(), under.clone(), span);
        Some(Pattern::Range { from, under })
    }

    fn twice(&mut self, span: Span, first: Span) {
        self.cx.report(
            Diagnostic::new(Code::CASE_TWICE, "this case was there before", span)
                .also(first, "first here")
                .help("remove one of them"),
        );
    }

    fn exhaustive(
        &mut self,
        value: &Typed,
        step: &ast::Match,
        span: Span,
        covered: &Covered,
        otherwise: bool,
    ) {
        if step.broken {
            return;
        }
        let gaps = match &value.ty {
            Type::OneOf(words) => self.words_left(words, covered),
            Type::YesNo => [("yes", true), ("no", false)]
                .into_iter()
                .filter(|(_, v)| !covered.values.contains_key(&Value::YesNo(*v)))
                .map(|(word, _)| word.to_owned())
                .collect(),
            Type::Number { from, to } if !otherwise => {
                gaps(covered, from.map(Value::Number), to.map(Value::Number), &|value| show(value, None))
            }
            ty if ordered(ty) && !matches!(ty, Type::Duration) && !otherwise => {
                gaps(covered, None, None, &|value| show(value, Some(ty)))
            }
            _ if !otherwise => {
                self.cx.report(
                    Diagnostic::new(
                        Code::NOT_EXHAUSTIVE,
                        "this match does not say what happens with other values",
                        span,
                    )
                    .help("add `else { … }`"),
                );
                return;
            }
            _ => return,
        };
        let finite = matches!(value.ty, Type::OneOf(_) | Type::YesNo);
        match (gaps.is_empty(), otherwise) {
            (false, false) => {
                let list = suggest::list(gaps.iter().map(String::as_str));
                let first = gaps.first().cloned().unwrap_or_default();
                self.cx.report(
                    Diagnostic::new(
                        Code::NOT_EXHAUSTIVE,
                        format!("no case says what happens with {list}"),
                        step.value.span,
                    )
                    .help(format!("add `{first} {{ … }}`, or `else {{ … }}`"))
                    .replace(
                        Applicability::Display,
                        span,
                        format!("{first} {{ }}"),
                        "add the case",
                    ),
                );
            }
            (true, true) if finite && !value.optional => {
                if let Some(arm) = step.arms.iter().find(|arm| arm.patterns.is_empty()) {
                    self.cx.report(
                        Diagnostic::new(
                            Code::NEVER_MATCHES,
                            "every value has a case already, so `else` is never taken",
                            arm.span,
                        )
                        .help("remove it: then a value that is added later will be asked for here"),
                    );
                }
            }
            _ => {}
        }
    }

    fn words_left(&self, words: &[Symbol], covered: &Covered) -> Vec<String> {
        words
            .iter()
            .filter(|word| !covered.values.contains_key(&Value::Choice(**word)))
            .map(|word| self.cx.symbols.word(*word).to_owned())
            .collect()
    }
}

/// What lies between the ranges, in the words of the language.
fn gaps(
    covered: &Covered,
    least: Option<Value>,
    greatest: Option<Value>,
    show: &dyn Fn(&Value) -> String,
) -> Vec<String> {
    let mut ranges = covered.ranges.clone();
    ranges.sort();
    let mut gaps = Vec::new();
    let mut reached = least.clone();
    let mut begun = false;
    for (from, under) in ranges {
        match (&reached, &from) {
            (_, None) => {}
            (None, Some(from)) if !begun => gaps.push(format!("under {}", show(from))),
            (Some(reached), Some(from)) if from > reached => {
                gaps.push(format!("{} to under {}", show(reached), show(from)));
            }
            _ => {}
        }
        begun = true;
        match under {
            None => return gaps,
            Some(under) => reached = reached.max(Some(under)),
        }
    }
    match (reached, greatest) {
        (Some(reached), Some(greatest)) if reached > greatest => {}
        (Some(reached), _) => gaps.push(format!("{} and over", show(&reached))),
        (None, _) => gaps.push("else".to_owned()),
    }
    gaps
}

fn show(value: &Value, ty: Option<&Type>) -> String {
    match (value, ty) {
        (Value::Money(n), Some(Type::Money(currency))) => format!("{} {currency}", Decimal::normalize(n)),
        (Value::Number(n) | Value::Money(n), _) => Decimal::normalize(n).to_string(),
        (Value::Date(date), _) => date.to_string(),
        (Value::Time(time), _) => time.to_string(),
        (other, _) => format!("{other:?}"),
    }
}
