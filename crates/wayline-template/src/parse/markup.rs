//! What stands inside one output or tag: chains, conditions, loops, assignments.

use pest::Parser;
use pest::iterators::Pair;

use super::grammar::{Grammar, Rule as R};
use super::problems;
use super::tight_span;
use crate::filters;
use crate::finding::{Finding, FindingKind, Span};
use crate::tree::{
    Chain, Comparison, Condition, FilterCall, Joiner, Literal, Name, Operand, Operator, Path, Segment, Step,
};

/// The most digits a number may have: what an exact decimal of 96 bits holds for certain.
const MAX_DIGITS: usize = 28;

/// Parses the text of one output or tag. All spans it makes are spans of the whole source.
pub(super) struct Markup<'a> {
    pub(super) source: &'a str,
    pub(super) span: Span,
    pub(super) findings: &'a mut Vec<Finding>,
}

/// The parts of a `for` tag.
pub(super) struct ForMarkup {
    pub(super) variable: Name,
    pub(super) list: Path,
    pub(super) limit: Option<Operand>,
    pub(super) offset: Option<Operand>,
    pub(super) reversed: bool,
}

impl<'a> Markup<'a> {
    pub(super) fn output(&mut self) -> Option<Chain> {
        let inner = self.run(R::output_markup, "an output")?;
        let chain = inner.into_iter().find(|pair| pair.as_rule() == R::chain)?;
        self.chain(chain)
    }

    pub(super) fn assign(&mut self) -> Option<(Name, Chain)> {
        let mut name = None;
        let mut value = None;
        for pair in self.run(R::assign_markup, "`assign`")? {
            match pair.as_rule() {
                R::variable => name = Some(self.name(&pair)),
                R::chain => value = self.chain(pair),
                _ => {}
            }
        }
        Some((name?, value?))
    }

    pub(super) fn condition(&mut self, tag: &str) -> Option<Condition> {
        let inner = self.run(R::condition_markup, &format!("`{tag}`"))?;
        let pair = inner.into_iter().find(|pair| pair.as_rule() == R::condition)?;
        let span = self.span_of(&pair);
        let mut comparisons = Vec::new();
        let mut joiner = None;
        let mut failed = false;
        for part in pair.into_inner() {
            if part.as_rule() == R::joiner {
                let this = if part.as_str().trim() == "and" { Joiner::And } else { Joiner::Or };
                if joiner.is_some_and(|other| other != this) {
                    self.findings.push(
                        Finding::new(
                            FindingKind::Unsupported,
                            span.clone(),
                            "`and` and `or` in one condition",
                            "read from right to left by Liquid, from left to right by people",
                        )
                        .help(
                            "nest two `{% if %}`, or `assign` one half first: conditions have no parentheses",
                        ),
                    );
                    return None;
                }
                joiner = Some(this);
            } else if let Some(comparison) = self.comparison(part) {
                comparisons.push(comparison);
            } else {
                failed = true;
            }
        }
        (!failed).then_some(Condition { joiner: joiner.unwrap_or(Joiner::And), comparisons })
    }

    pub(super) fn case(&mut self) -> Option<Operand> {
        let inner = self.run(R::case_markup, "`case`")?;
        inner.into_iter().find(|pair| pair.as_rule() != R::EOI).and_then(|pair| self.operand(pair))
    }

    pub(super) fn when(&mut self) -> Option<Vec<Operand>> {
        let inner = self.run(R::when_markup, "`when`")?;
        let values = inner.into_iter().filter(|pair| !matches!(pair.as_rule(), R::EOI | R::kw_or));
        values.map(|pair| self.operand(pair)).collect()
    }

    pub(super) fn for_loop(&mut self) -> Option<ForMarkup> {
        let (mut variable, mut list, mut limit, mut offset, mut reversed) = (None, None, None, None, false);
        let mut failed = false;
        for pair in self.run(R::for_markup, "`for`")? {
            match pair.as_rule() {
                R::variable => variable = Some(self.name(&pair)),
                R::path => list = self.path(pair),
                rule @ (R::limit | R::offset) => {
                    let slot = if rule == R::limit { &mut limit } else { &mut offset };
                    let value =
                        pair.into_inner().find(|p| !matches!(p.as_rule(), R::kw_limit | R::kw_offset));
                    *slot = value.and_then(|value| self.operand(value));
                    failed |= slot.is_none();
                }
                R::reversed => reversed = true,
                _ => {}
            }
        }
        if failed {
            return None;
        }
        Some(ForMarkup { variable: variable?, list: list?, limit, offset, reversed })
    }

    /// A tag that takes nothing, such as `else`.
    pub(super) fn bare(&mut self, tag: &str) {
        self.run(R::bare_markup, &format!("`{tag}`"));
    }

    fn run(&mut self, rule: R, place: &str) -> Option<Vec<Pair<'a, R>>> {
        let text = self.source.get(self.span.clone())?;
        match Grammar::parse(rule, text) {
            Ok(pairs) => Some(pairs.flat_map(Pair::into_inner).collect()),
            Err(error) => {
                self.findings.push(problems::syntax(&error, text, &self.span, place));
                None
            }
        }
    }

    fn span_of(&self, pair: &Pair<'_, R>) -> Span {
        tight_span(pair, self.span.start)
    }

    fn name(&self, pair: &Pair<'_, R>) -> Name {
        Name { text: pair.as_str().to_owned(), span: self.span_of(pair) }
    }

    fn chain(&mut self, pair: Pair<'a, R>) -> Option<Chain> {
        let span = self.span_of(&pair);
        let mut parts = pair.into_inner();
        let entry = parts.next().and_then(|pair| self.operand(pair));
        // All filters are looked at even when one is wrong: each mistake is reported.
        let filters: Vec<Option<FilterCall>> = parts.map(|pair| self.filter(pair)).collect();
        Some(Chain { entry: entry?, filters: filters.into_iter().collect::<Option<_>>()?, span })
    }

    fn filter(&mut self, pair: Pair<'a, R>) -> Option<FilterCall> {
        let span = self.span_of(&pair);
        let mut parts = pair.into_inner();
        let name_pair = parts.next()?;
        let name = name_pair.as_str();
        let name_span = self.span_of(&name_pair);
        let mut arguments = Vec::new();
        let mut failed = false;
        for part in parts {
            if part.as_rule() == R::keyword_argument {
                let span = self.span_of(&part);
                self.findings.push(problems::keyword_argument(name, span, part.as_str()));
                failed = true;
            } else {
                match self.operand(part) {
                    Some(operand) => arguments.push(operand),
                    None => failed = true,
                }
            }
        }
        let Some(filter) = filters::find(name) else {
            self.findings.push(problems::unknown_filter(name, name_span));
            return None;
        };
        let (least, most) = (filter.required.len(), filter.required.len() + filter.optional.len());
        if !failed && !(least..=most).contains(&arguments.len()) {
            self.findings.push(problems::argument_count(&filter, arguments.len(), span.clone()));
            return None;
        }
        (!failed).then_some(FilterCall { filter, arguments, span })
    }

    fn comparison(&mut self, pair: Pair<'a, R>) -> Option<Comparison> {
        let span = self.span_of(&pair);
        let mut parts = pair.into_inner();
        let left = parts.next().and_then(|pair| self.operand(pair));
        let Some(operator_pair) = parts.next() else {
            return Some(Comparison { left: left?, right: None, span });
        };
        let right = parts.next().and_then(|pair| self.operand(pair));
        let operator = match operator_pair.as_str().trim() {
            "==" => Operator::Eq,
            "!=" => Operator::Ne,
            "<" => Operator::Lt,
            ">" => Operator::Gt,
            "<=" => Operator::Le,
            ">=" => Operator::Ge,
            "contains" => Operator::Contains,
            _ => {
                let span = self.span_of(&operator_pair);
                self.findings.push(
                    Finding::new(
                        FindingKind::Unsupported,
                        span.clone(),
                        "`<>` is not supported",
                        "old operator",
                    )
                    .help("write `!=`")
                    .suggest(span, "!="),
                );
                return None;
            }
        };
        Some(Comparison { left: left?, right: Some((operator, right?)), span })
    }

    fn operand(&mut self, pair: Pair<'a, R>) -> Option<Operand> {
        let span = self.span_of(&pair);
        let text = pair.as_str();
        let literal = match pair.as_rule() {
            R::path => return self.path(pair).map(Operand::Path),
            R::string => Literal::Text(unquoted(text).to_owned()),
            R::number => {
                if text.bytes().filter(u8::is_ascii_digit).count() > MAX_DIGITS {
                    self.findings.push(
                        Finding::new(
                            FindingKind::TooLarge,
                            span,
                            format!("a number has at most {MAX_DIGITS} digits"),
                            "too many digits",
                        )
                        .help("write it as text in quotes if it is not counted with"),
                    );
                    return None;
                }
                Literal::Number(text.to_owned())
            }
            _ => match text {
                "true" => Literal::YesNo(true),
                "false" => Literal::YesNo(false),
                "empty" => Literal::Empty,
                "blank" => Literal::Blank,
                _ => Literal::Nil,
            },
        };
        Some(Operand::Literal(literal, span))
    }

    fn path(&mut self, pair: Pair<'a, R>) -> Option<Path> {
        let span = self.span_of(&pair);
        let mut parts = pair.into_inner();
        let root = parts.next()?;
        let root_span = self.span_of(&root);
        let mut segments = Vec::new();
        let mut failed = false;
        for part in parts {
            let span = self.span_of(&part);
            let rule = part.as_rule();
            let text = part.as_str();
            let inner = part.into_inner().next();
            let segment = match (rule, inner) {
                (R::field, Some(name)) => {
                    Ok(Segment { step: Step::Field(name.as_str().to_owned()), span: self.span_of(&name) })
                }
                (R::index, Some(number)) => match number.as_str() {
                    "-1" => Ok(Segment { step: Step::Last, span: span.clone() }),
                    digits => match digits.parse::<u32>() {
                        Ok(index) => Ok(Segment { step: Step::Index(index as usize), span: span.clone() }),
                        Err(_) => Err(problems::bad_index(span, digits)),
                    },
                },
                (R::named_index, Some(name)) => Err(problems::named_index(span, unquoted(name.as_str()))),
                _ => Err(problems::computed_index(span, text)),
            };
            match segment {
                Ok(segment) => segments.push(segment),
                Err(finding) => {
                    self.findings.push(finding);
                    failed = true;
                }
            }
        }
        (!failed).then(|| Path { root: root.as_str().to_owned(), segments, span, root_span })
    }
}

/// The text of a string literal without its quotes, which are one byte each.
fn unquoted(literal: &str) -> &str {
    literal.get(1..literal.len().saturating_sub(1)).unwrap_or_default()
}
