//! Conditions: what may be compared with what, and what a branch may rely on afterwards.

use super::chains::{is_number, literal_type, path_text};
use super::facts::Learnt;
use super::paths::Read;
use super::{Checker, T};
use crate::finding::{Finding, FindingKind, Span};
use crate::names::closest;
use crate::schema::Ty;
use crate::tree::{Comparison, Condition, Joiner, Literal, Operand, Operator, Path};

/// What is known when a condition holds, and when it does not.
type Taught = (Vec<Learnt>, Vec<Learnt>);

impl<'a> Checker<'a> {
    pub(super) fn condition(&mut self, condition: &'a Condition) -> Taught {
        let mut holds = Vec::new();
        let mut fails = Vec::new();
        let mut entered = 0;
        for comparison in &condition.comparisons {
            let (yes, no) = self.comparison(comparison);
            // The right side of `and` may rely on the left side, that of `or` on its opposite.
            self.facts.enter(if condition.joiner == Joiner::And { yes.clone() } else { no.clone() });
            entered += 1;
            holds.extend(yes);
            fails.extend(no);
        }
        for _ in 0..entered {
            self.facts.leave();
        }
        if condition.comparisons.len() > 1 {
            match condition.joiner {
                Joiner::And => fails.clear(),
                Joiner::Or => holds.clear(),
            }
        }
        (holds, fails)
    }

    fn comparison(&mut self, comparison: &'a Comparison) -> Taught {
        let span = &comparison.span;
        let Some((operator, right)) = &comparison.right else {
            return match &comparison.left {
                Operand::Path(path) => self.presence(path),
                Operand::Literal(..) => {
                    self.report(always(span.clone(), "the same for everybody"));
                    Taught::default()
                }
            };
        };
        if *operator == Operator::Contains {
            self.contains(&comparison.left, right, span);
            return Taught::default();
        }
        match (&comparison.left, right) {
            (Operand::Path(left), Operand::Path(right)) => {
                let (left_read, right_read) = (self.read(left), self.read(right));
                for read in [&left_read, &right_read] {
                    self.compared_gap(read);
                }
                self.both(left_read.ty, right_read.ty, *operator, span);
                Taught::default()
            }
            (Operand::Path(path), Operand::Literal(literal, at)) => {
                self.with_literal(path, *operator, literal, at, span)
            }
            (Operand::Literal(literal, at), Operand::Path(path)) => {
                self.with_literal(path, mirrored(*operator), literal, at, span)
            }
            (Operand::Literal(..), Operand::Literal(..)) => {
                self.report(always(span.clone(), "compares two fixed values"));
                Taught::default()
            }
        }
    }

    /// `{% if path %}`: in Liquid everything but `nil` and `false` counts as true.
    fn presence(&mut self, path: &'a Path) -> Taught {
        let read = self.read(path);
        let text = path_text(path);
        match read.ty {
            T::Unknown | T::Is(Ty::YesNo) => {}
            _ if read.can_be_missing => {}
            ty => {
                let (label, help) = if ty.item().is_some() {
                    ("an empty list counts as true", format!("write `{text}.size > 0`"))
                } else if matches!(ty, T::Is(ty) if ty.is_text()) {
                    ("an empty text counts as true", format!("write `{text} != \"\"`"))
                } else {
                    ("never missing", "compare it with a value, or remove the condition".to_owned())
                };
                let finding = always(path.span.clone(), label).help(help);
                let suggestion = format!("{text}.size > 0");
                self.report(match ty.item() {
                    Some(_) => finding.suggest(path.span.clone(), suggestion),
                    None => finding,
                });
            }
        }
        if read.ty == T::Unknown {
            return Taught::default();
        }
        (self.learn_there(path), Vec::new())
    }

    fn with_literal(
        &mut self,
        path: &'a Path,
        operator: Operator,
        literal: &'a Literal,
        at: &Span,
        span: &Span,
    ) -> Taught {
        let read = self.read(path);
        if read.ty == T::Unknown {
            return Taught::default();
        }
        let equality = matches!(operator, Operator::Eq | Operator::Ne);
        let by_equality = |there: Vec<Learnt>| match operator {
            Operator::Eq => (Vec::new(), there),
            _ => (there, Vec::new()),
        };
        let is_list = read.ty.item().is_some();
        let is_text = matches!(read.ty, T::Is(ty) if ty.is_text());
        match literal {
            Literal::Nil | Literal::Empty | Literal::Blank if !equality => {
                self.report(
                    Finding::new(FindingKind::WrongType, at.clone(), "this has no order", "not a value")
                        .help("compare it with `==` or `!=`"),
                );
                Taught::default()
            }
            Literal::Nil => {
                if !read.can_be_missing {
                    self.report(
                        always(span.clone(), "never missing")
                            .help("compare it with a value, or remove the condition"),
                    );
                }
                by_equality(self.learn_there(path))
            }
            Literal::Blank => {
                if !(read.can_be_missing || is_list || is_text) {
                    self.report(
                        always(span.clone(), "never blank")
                            .help("compare it with a value, or remove the condition"),
                    );
                }
                by_equality(self.learn_size(path, usize::from(is_list)))
            }
            Literal::Empty => {
                if !(is_list || is_text) {
                    self.report(
                        Finding::new(
                            FindingKind::WrongType,
                            span.clone(),
                            format!("{} is never empty", read.ty.describe()),
                            "only texts and lists can be empty",
                        )
                        .help("compare it with a value, or with `nil`"),
                    );
                }
                self.compared_gap(&read);
                if is_list { by_equality(self.learn_size(path, 1)) } else { Taught::default() }
            }
            Literal::Text(_) | Literal::YesNo(_) | Literal::Number(_) => {
                self.compared_gap(&read);
                self.literal_value(read.ty, operator, literal, at, span);
                match (&read.size_of, literal, path.segments.split_last()) {
                    (Some(_), Literal::Number(digits), Some((_, before))) => {
                        let list = Path { segments: before.to_vec(), ..path.clone() };
                        if matches!(operator, Operator::Lt | Operator::Ge) && digits.parse() == Ok(0u8) {
                            self.report(
                                always(span.clone(), "no list is shorter than empty")
                                    .help(format!("write `{}.size > 0`", path_text(&list))),
                            );
                        }
                        let (yes, no) = sizes(operator, digits);
                        let learn = |size: Option<usize>| match size {
                            Some(size) if size > 0 => self.learn_size(&list, size),
                            _ => Vec::new(),
                        };
                        (learn(yes), learn(no))
                    }
                    _ => Taught::default(),
                }
            }
        }
    }

    /// A value of type `ty` compared with a literal that is a value.
    fn literal_value(&mut self, ty: T<'a>, operator: Operator, literal: &Literal, at: &Span, span: &Span) {
        let T::Is(is) = ty else {
            if let Some(literal_ty) = literal_type(literal) {
                self.both(ty, literal_ty, operator, span);
            }
            return;
        };
        let inside = at.start + 1..at.end.saturating_sub(1);
        match (is, literal) {
            (Ty::OneOf(values), Literal::Text(text)) if !values.contains(text) => {
                let finding = Finding::new(
                    FindingKind::UnknownValue,
                    inside.clone(),
                    format!("it is never `{text}`"),
                    "not one of the values",
                );
                self.report(match closest(text, values.iter().map(String::as_str)) {
                    Some(meant) => finding.help(format!("did you mean `{meant}`?")).suggest(inside, meant),
                    None => finding.help(format!("the values are {}", values.join(", "))),
                });
            }
            (Ty::Date, Literal::Text(text)) if crate::dates::parse_date(text).is_none() => self.report(
                Finding::new(FindingKind::WrongType, inside, format!("`{text}` is not a date"), "not a date")
                    .help("write it as `2026-12-24`"),
            ),
            (Ty::Time, Literal::Text(text)) if !crate::dates::is_time(text) => self.report(
                Finding::new(FindingKind::WrongType, inside, format!("`{text}` is not a time"), "not a time")
                    .help("write it as `21:00`"),
            ),
            (Ty::Date | Ty::Time, Literal::Text(_)) => {}
            (Ty::Moment, Literal::Text(_)) => self.report(
                Finding::new(
                    FindingKind::WrongType,
                    span.clone(),
                    "a moment is not compared with a text",
                    "depends on the time zone",
                )
                .help("decide it in the journey, and send a yes or no along"),
            ),
            (Ty::Number | Ty::Money(_), Literal::Text(text)) if is_number(text) => self.report(
                Finding::new(
                    FindingKind::WrongType,
                    at.clone(),
                    format!("{} compared with a text", is.describe()),
                    "a text, because of the quotes",
                )
                .help("write the number without quotes")
                .suggest(at.clone(), text),
            ),
            _ => {
                if let Some(literal_ty) = literal_type(literal) {
                    self.both(ty, literal_ty, operator, span);
                }
            }
        }
    }

    fn both(&mut self, left: T<'a>, right: T<'a>, operator: Operator, span: &Span) {
        if left == T::Unknown || right == T::Unknown {
            return;
        }
        let ordered = !matches!(operator, Operator::Eq | Operator::Ne);
        let (T::Is(l), T::Is(r)) = (left, right) else {
            return self.not_comparable(left, right, span);
        };
        if !comparable(l, r) {
            return self.not_comparable(left, right, span);
        }
        if ordered && !matches!(l, Ty::Number | Ty::Money(_) | Ty::Date | Ty::Time | Ty::Moment) {
            self.report(
                Finding::new(
                    FindingKind::WrongType,
                    span.clone(),
                    format!("{} has no order", l.describe()),
                    "cannot be smaller or greater",
                )
                .help("compare it with `==` or `!=`"),
            );
        }
    }

    fn not_comparable(&mut self, left: T<'_>, right: T<'_>, span: &Span) {
        let finding = Finding::new(
            FindingKind::WrongType,
            span.clone(),
            format!("{} is not compared with {}", left.describe(), right.describe()),
            "can never be equal",
        );
        self.report(match (left, right) {
            (T::Is(Ty::Money(_)), T::Is(Ty::Money(_))) => {
                finding.help("money of two currencies never mixes: convert it in the journey")
            }
            (T::ListOf(_) | T::Is(Ty::List(_)), _) => finding.help("compare its `.size`, or use `contains`"),
            (T::Is(Ty::Duration), _) => finding.help("decide it in the journey, and send a yes or no along"),
            _ => finding.help("compare values of one type"),
        });
    }

    fn contains(&mut self, left: &'a Operand, right: &'a Operand, span: &Span) {
        let (Some(left_read), Some(right_read)) = (self.operand(left), self.operand(right)) else {
            self.report(
                Finding::new(
                    FindingKind::WrongType,
                    span.clone(),
                    "`contains` needs two values",
                    "this is none",
                )
                .help("write `list contains \"…\"` or `text contains \"…\"`"),
            );
            return;
        };
        self.compared_gap(&left_read);
        self.compared_gap(&right_read);
        if left_read.ty == T::Unknown || right_read.ty == T::Unknown {
            return;
        }
        if let (Operand::Literal(..), Operand::Literal(..)) = (left, right) {
            self.report(always(span.clone(), "compares two fixed values"));
            return;
        }
        match left_read.ty.item() {
            Some(item) => match right {
                Operand::Literal(literal, at) => {
                    self.literal_value(T::Is(item), Operator::Eq, literal, at, span)
                }
                Operand::Path(_) => self.both(T::Is(item), right_read.ty, Operator::Eq, span),
            },
            None => {
                for ty in [left_read.ty, right_read.ty] {
                    if !matches!(ty, T::Is(ty) if ty.is_text()) {
                        self.report(
                            Finding::new(
                                FindingKind::WrongType,
                                span.clone(),
                                format!("`contains` looks into a text or a list, not into {}", ty.describe()),
                                format!("is {}", ty.describe()),
                            )
                            .help("write `list contains \"…\"` or `text contains \"…\"`"),
                        );
                        return;
                    }
                }
            }
        }
    }

    fn compared_gap(&mut self, read: &Read<'a>) {
        if let Some(gap) = &read.gap {
            self.report(gap.finding(
                "a missing value is neither equal nor unequal: test it first, `{% if @ != nil and … %}`",
            ));
        }
    }

    pub(super) fn case_subject(&mut self, subject: &'a Operand) -> T<'a> {
        let Operand::Path(path) = subject else {
            self.report(always(subject.span(), "the same for everybody"));
            return T::Unknown;
        };
        let read = self.read(path);
        if let Some(gap) = &read.gap {
            self.report(gap.finding("test it first: `{% if @ %}…{% endif %}`"));
        }
        read.ty
    }

    pub(super) fn case_value(&mut self, subject: T<'a>, value: &'a Operand) {
        if subject == T::Unknown {
            return;
        }
        match value {
            Operand::Literal(literal, span) if literal_type(literal).is_none() => self.report(
                Finding::new(FindingKind::WrongType, span.clone(), "`when` needs a value", "this is none")
                    .help("use `{% if … == nil %}`"),
            ),
            Operand::Literal(literal, span) => {
                self.literal_value(subject, Operator::Eq, literal, span, span);
            }
            Operand::Path(path) => {
                let read = self.read(path);
                self.compared_gap(&read);
                self.both(subject, read.ty, Operator::Eq, &path.span);
            }
        }
    }

    /// `limit:` and `offset:`.
    pub(super) fn loop_bound(&mut self, bound: &'a Operand) {
        let whole = match bound {
            Operand::Literal(Literal::Number(digits), _) => digits.bytes().all(|b| b.is_ascii_digit()),
            Operand::Literal(..) => false,
            Operand::Path(path) => {
                let read = self.read(path);
                if let Some(gap) = &read.gap {
                    self.report(gap.finding("test it first: `{% if @ %}…{% endif %}`"));
                }
                matches!(read.ty, T::Unknown | T::Is(Ty::Number))
            }
        };
        if !whole {
            self.report(
                Finding::new(
                    FindingKind::WrongType,
                    bound.span(),
                    "`limit:` and `offset:` need a whole number",
                    "not a whole number",
                )
                .help("write a number such as `3`"),
            );
        }
    }
}

fn always(span: Span, label: &str) -> Finding {
    Finding::new(FindingKind::AlwaysSame, span, "this condition never changes", label)
        .help("remove the condition")
}

fn mirrored(operator: Operator) -> Operator {
    match operator {
        Operator::Lt => Operator::Gt,
        Operator::Gt => Operator::Lt,
        Operator::Le => Operator::Ge,
        Operator::Ge => Operator::Le,
        other => other,
    }
}

/// Whether two values can be equal at all.
fn comparable(a: &Ty, b: &Ty) -> bool {
    match (a, b) {
        (Ty::OneOf(a), Ty::OneOf(b)) => a.iter().any(|value| b.contains(value)),
        (a, b) if a.is_text() && b.is_text() => true,
        (Ty::Money(_), Ty::Number) | (Ty::Number, Ty::Money(_)) => true,
        (Ty::Duration | Ty::List(_) | Ty::Record(_), _) => false,
        (a, b) => a == b,
    }
}

/// What a comparison of a list's size with a number says about the least size: when it holds, when it does not.
fn sizes(operator: Operator, digits: &str) -> (Option<usize>, Option<usize>) {
    // A negative or fractional number teaches nothing.
    let Ok(n) = digits.parse::<u32>() else { return (None, None) };
    let n = n as usize;
    let next = n.saturating_add(1);
    match operator {
        Operator::Gt => (Some(next), None),
        Operator::Ge => (Some(n), None),
        Operator::Lt => (None, Some(n)),
        Operator::Le => (None, Some(next)),
        Operator::Eq => (Some(n), (n == 0).then_some(1)),
        Operator::Ne => ((n == 0).then_some(1), Some(n)),
        Operator::Contains => (None, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn size_comparisons() {
        assert_eq!(sizes(Operator::Gt, "0"), (Some(1), None));
        assert_eq!(sizes(Operator::Eq, "0"), (Some(0), Some(1)));
        assert_eq!(sizes(Operator::Lt, "2"), (None, Some(2)));
        assert_eq!(sizes(Operator::Gt, "-1"), (None, None));
    }
}
