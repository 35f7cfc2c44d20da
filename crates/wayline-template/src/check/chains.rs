//! Values and the filters they go through.

use super::paths::{Gap, Read};
use super::{Checker, NUMBER, T, TEXT, YES_NO, dates};
use crate::filters::{Argument, Filter, Input, Output};
use crate::finding::{Finding, FindingKind, Span};
use crate::names::closest;
use crate::schema::Ty;
use crate::tree::{Chain, FilterCall, Literal, Operand};

pub(super) fn literal_type(literal: &Literal) -> Option<T<'static>> {
    match literal {
        Literal::Text(_) => Some(T::Is(&TEXT)),
        Literal::Number(_) => Some(T::Is(&NUMBER)),
        Literal::YesNo(_) => Some(T::Is(&YES_NO)),
        Literal::Nil | Literal::Empty | Literal::Blank => None,
    }
}

/// A value on its way through filters.
struct State<'a> {
    ty: T<'a>,
    gap: Option<Gap>,
    /// The list that this is, or was before filters that keep its size: its key and its text.
    list: Option<(String, String)>,
}

impl<'a> Checker<'a> {
    pub(super) fn output(&mut self, chain: &'a Chain) {
        let (ty, gap) = self.chain(chain);
        if let Some(gap) = gap {
            self.report(gap.finding_with_default());
        }
        let help = match ty {
            T::Is(ty) if ty.is_printable() => return,
            T::Unknown => return,
            T::Is(Ty::Record(_)) => "print its fields one by one",
            T::Is(_) | T::ListOf(_) => "loop with `{% for %}`, or add `| join: \", \"`",
        };
        self.report(
            Finding::new(
                FindingKind::WrongType,
                chain.span.clone(),
                format!("a {} cannot be printed", ty.describe()),
                format!("is {}", ty.describe()),
            )
            .help(help),
        );
    }

    /// The type of a chain and what may still be missing at its end.
    pub(super) fn chain(&mut self, chain: &'a Chain) -> (T<'a>, Option<Gap>) {
        let Some(read) = self.operand(&chain.entry) else {
            self.report(
                Finding::new(
                    FindingKind::WrongType,
                    chain.entry.span(),
                    "this has no value",
                    "nothing to print",
                )
                .help("`nil`, `empty` and `blank` stand only in comparisons"),
            );
            return (T::Unknown, None);
        };
        let Read { ty, gap, key, .. } = read;
        let text = match &chain.entry {
            Operand::Path(path) => path_text(path),
            Operand::Literal(..) => String::new(),
        };
        let mut state = State { ty, gap, list: Some((key, text)) };
        for call in &chain.filters {
            self.filter(&mut state, call);
        }
        (state.ty, state.gap)
    }

    fn filter(&mut self, state: &mut State<'a>, call: &'a FilterCall) {
        let filter = &call.filter;
        if filter.output == Output::Default {
            return self.default(state, call);
        }
        if !filter.passes_missing()
            && let Some(gap) = state.gap.take()
        {
            self.report(gap.finding("put `| default: \"…\"` in front of this filter, or test `@` first"));
        }
        if state.ty != T::Unknown && !accepts(filter.input, state.ty) {
            self.report(wrong_input(filter, state.ty, call.span.clone()));
            state.ty = T::Unknown;
        }
        let kinds = filter.required.iter().chain(filter.optional);
        for (kind, argument) in kinds.zip(&call.arguments) {
            self.argument(filter, *kind, argument, state.ty);
        }
        let before = state.ty;
        if before == T::Unknown && matches!(filter.output, Output::Same | Output::Element | Output::Column) {
            return;
        }
        if filter.name == "join"
            && let Some(item) = before.item().filter(|item| !item.is_printable())
        {
            self.report(
                Finding::new(
                    FindingKind::WrongType,
                    call.span.clone(),
                    format!("a {} cannot be joined", before.describe()),
                    format!("each element is a {}", item.describe()),
                )
                .help("take one field of each first, `| map: \"name\"`, or loop with `{% for %}`"),
            );
        }
        state.ty = match filter.output {
            Output::Text => T::Is(&TEXT),
            Output::Number => T::Is(&NUMBER),
            Output::Same => {
                self.sortable(before, &call.span);
                return;
            }
            Output::Column => match self.column(before, call) {
                Some(ty) => {
                    state.ty = T::ListOf(ty);
                    return;
                }
                None => T::Unknown,
            },
            Output::Element => {
                let known = state.list.as_ref().is_some_and(|(key, _)| self.facts.has_size(key, 1));
                if !known && state.gap.is_none() {
                    let text = state.list.as_ref().map_or("", |(_, text)| text);
                    state.gap = Some(Gap::element(text, call.span.clone()));
                }
                before.item().map_or(T::Unknown, T::Is)
            }
            Output::Default => before,
        };
        state.list = None;
    }

    /// `default` stands in for a missing value, and in Liquid also for an empty text and for `false`.
    fn default(&mut self, state: &mut State<'a>, call: &'a FilterCall) {
        let gap = state.gap.take();
        let Some(argument) = call.arguments.first() else { return };
        let Some(read) = self.operand(argument) else {
            self.report(
                Finding::new(
                    FindingKind::WrongType,
                    argument.span(),
                    "`default` needs a value",
                    "this is none",
                )
                .help("write the text that should stand there instead"),
            );
            return;
        };
        // The default may be missing itself: then another one has to follow.
        state.gap = gap.and(read.gap.clone()).or(read.gap);
        let (Some(before), Some(after)) = (scalar(state.ty), scalar(read.ty)) else {
            if state.ty.item().is_some() || matches!(state.ty, T::Is(Ty::Record(_))) {
                self.report(
                    Finding::new(
                        FindingKind::WrongType,
                        call.span.clone(),
                        format!("a {} has no default", state.ty.describe()),
                        "nothing can stand for it",
                    )
                    .help("test it with `{% if %}`, or use `{% for %}` with an `{% else %}`"),
                );
                state.ty = T::Unknown;
            } else if state.ty != T::Unknown && read.ty != T::Unknown {
                self.report(
                    Finding::new(
                        FindingKind::WrongType,
                        argument.span(),
                        format!("a {} cannot stand for {}", read.ty.describe(), state.ty.describe()),
                        format!("is {}", read.ty.describe()),
                    )
                    .help("name a value of the same type, or a text"),
                );
            }
            return;
        };
        if *before == Ty::YesNo {
            if !matches!(argument, Operand::Literal(Literal::YesNo(false), _)) {
                self.report(
                    Finding::new(
                        FindingKind::WrongType,
                        argument.span(),
                        "only `false` can be the default of a yes or no",
                        "would also replace `false`",
                    )
                    .help("Liquid's `default` replaces `false` too; test the value with `{% if %}` instead"),
                );
            }
            return;
        }
        let fits = match (before, after) {
            (Ty::OneOf(values), Ty::Text) => match argument {
                Operand::Literal(Literal::Text(text), _) if values.contains(text) => true,
                _ => {
                    state.ty = T::Is(&TEXT);
                    true
                }
            },
            (before, after) if before == after => true,
            (Ty::Money(_), Ty::Number) => true,
            (_, after) if after.is_text() => {
                state.ty = T::Is(&TEXT);
                true
            }
            _ => false,
        };
        if !fits {
            self.report(
                Finding::new(
                    FindingKind::WrongType,
                    argument.span(),
                    format!("a {} cannot stand for {}", after.describe(), before.describe()),
                    format!("is {}", after.describe()),
                )
                .help("name a value of the same type, or a text"),
            );
        }
        state.list = None;
    }

    fn argument(&mut self, filter: &Filter, kind: Argument, argument: &'a Operand, input: T<'a>) {
        let literal = match argument {
            Operand::Literal(literal, _) => Some(literal),
            Operand::Path(_) => None,
        };
        let problem = match (kind, literal) {
            (Argument::FieldName, Some(Literal::Text(_))) => None,
            (Argument::FieldName, _) => Some("the name of a field in quotes".to_owned()),
            (Argument::Count, Some(Literal::Number(digits)))
                if digits.parse::<u16>().is_ok_and(|n| n <= 1000) =>
            {
                None
            }
            (Argument::Count, _) => Some("a whole number from 0 to 1000".to_owned()),
            (Argument::Divisor, Some(Literal::Number(digits)))
                if digits.bytes().any(|b| (b'1'..=b'9').contains(&b)) =>
            {
                None
            }
            (Argument::Divisor, _) => Some("a number other than zero, written out".to_owned()),
            (Argument::DateFormat, Some(Literal::Text(format))) => {
                if let T::Is(ty) = input
                    && let Some((message, help)) = dates::problem(format, ty)
                {
                    self.report(
                        Finding::new(FindingKind::WrongType, argument.span(), message, "date format")
                            .help(help),
                    );
                }
                None
            }
            (Argument::DateFormat, _) => Some("a format in quotes".to_owned()),
            (Argument::Printable | Argument::Number | Argument::Instead, _) => {
                return self.value_argument(filter, kind, argument);
            }
        };
        if let Some(wanted) = problem {
            self.report(
                Finding::new(
                    FindingKind::WrongType,
                    argument.span(),
                    format!("`{}` needs {wanted}", filter.name),
                    format!("should be {wanted}"),
                )
                .help(format!("write `{}`", filter.usage)),
            );
        }
    }

    fn value_argument(&mut self, filter: &Filter, kind: Argument, argument: &'a Operand) {
        let Some(read) = self.operand(argument) else {
            self.report(
                Finding::new(
                    FindingKind::WrongType,
                    argument.span(),
                    format!("`{}` needs a value", filter.name),
                    "this is none",
                )
                .help(format!("write `{}`", filter.usage)),
            );
            return;
        };
        if let Some(gap) = read.gap {
            self.report(gap.finding("test it first with `{% if @ %}`, or `assign` it with a `default`"));
        }
        let (fits, wanted) = match (kind, read.ty) {
            (_, T::Unknown) => return,
            (Argument::Number, ty) => (ty == T::Is(&NUMBER), "a number"),
            (_, T::Is(ty)) => (ty.is_printable(), "a text"),
            (_, T::ListOf(_)) => (false, "a text"),
        };
        if fits {
            return;
        }
        let finding = Finding::new(
            FindingKind::WrongType,
            argument.span(),
            format!("`{}` needs {wanted}, not {}", filter.name, read.ty.describe()),
            format!("is {}", read.ty.describe()),
        );
        self.report(match (argument, read.ty) {
            (Operand::Literal(Literal::Text(text), span), _) if is_number(text) => {
                finding.help("write the number without quotes").suggest(span.clone(), text)
            }
            (_, T::Is(Ty::Money(_))) => finding.help(MONEY_HELP),
            _ => finding.help(format!("write `{}`", filter.usage)),
        });
    }

    fn sortable(&mut self, ty: T<'a>, span: &Span) {
        let fits = ty
            .item()
            .is_some_and(|item| !matches!(item, Ty::List(_) | Ty::Record(_) | Ty::Duration | Ty::YesNo));
        if !fits {
            self.report(
                Finding::new(
                    FindingKind::WrongType,
                    span.clone(),
                    format!("a {} has no order", ty.describe()),
                    "cannot be sorted",
                )
                .help("send the list in the order it should have"),
            );
        }
    }

    fn column(&mut self, ty: T<'a>, call: &'a FilterCall) -> Option<&'a Ty> {
        let Some(Operand::Literal(Literal::Text(name), span)) = call.arguments.first() else { return None };
        let Some(Ty::Record(fields)) = ty.item() else {
            self.report(wrong_input(&call.filter, ty, call.span.clone()));
            return None;
        };
        let inside = span.start + 1..span.end.saturating_sub(1);
        let Some(field) = fields.iter().find(|field| field.name == *name) else {
            let names: Vec<&str> = fields.iter().map(|field| field.name.as_str()).collect();
            let finding = Finding::new(
                FindingKind::UnknownName,
                inside.clone(),
                format!("the records of this list have no field `{name}`"),
                "unknown field",
            );
            self.report(match closest(name, names.iter().copied()) {
                Some(meant) => finding.help(format!("did you mean `{meant}`?")).suggest(inside, meant),
                None => finding.help(format!("their fields are {}", names.join(", "))),
            });
            return None;
        };
        if field.optional {
            self.report(
                Finding::new(
                    FindingKind::PossiblyMissing,
                    inside,
                    format!("`{name}` may be missing in some records"),
                    "not always there",
                )
                .help("loop with `{% for %}` and test it with `{% if %}`"),
            );
        }
        Some(&field.ty)
    }
}

const MONEY_HELP: &str =
    "templates print and compare money; compute the amount in the journey and send it along";

fn scalar(ty: T<'_>) -> Option<&Ty> {
    match ty {
        T::Is(ty) if ty.is_printable() => Some(ty),
        _ => None,
    }
}

fn accepts(input: Input, ty: T<'_>) -> bool {
    let T::Is(is) = ty else { return matches!(input, Input::List | Input::TextOrList | Input::Any) };
    match input {
        Input::Any => true,
        Input::Text => is.is_text(),
        Input::Printable => is.is_printable(),
        Input::Number => *is == Ty::Number,
        Input::List => matches!(is, Ty::List(_)),
        Input::TextOrList => is.is_text() || matches!(is, Ty::List(_)),
        Input::DateOrMoment => matches!(is, Ty::Date | Ty::Moment),
    }
}

fn wrong_input(filter: &Filter, ty: T<'_>, span: Span) -> Finding {
    let wanted = match filter.input {
        Input::Text => "text",
        Input::Printable | Input::Any => "text, numbers and dates",
        Input::Number => "numbers",
        Input::List if filter.output == Output::Column => "a list of records",
        Input::List => "a list",
        Input::TextOrList => "text or a list",
        Input::DateOrMoment => "a date or a moment",
    };
    let finding = Finding::new(
        FindingKind::WrongType,
        span,
        format!("`{}` works on {wanted}, not on {}", filter.name, ty.describe()),
        format!("gets {}", ty.describe()),
    );
    match (filter.input, ty) {
        (Input::Number, T::Is(Ty::Money(_))) => finding.help(MONEY_HELP),
        (Input::DateOrMoment, T::Is(Ty::Text)) => {
            finding.help("declare the value as `date` or `moment`; a text, `\"now\"` too, has no date in it")
        }
        (Input::DateOrMoment, T::Is(Ty::Time)) => {
            finding.help("a time prints as it is: leave the filter out")
        }
        (input, T::ListOf(_) | T::Is(Ty::List(_))) if input != Input::List => {
            finding.help("loop with `{% for %}`, or make a text of it first with `| join: \", \"`")
        }
        _ => finding.help(format!("use it as in `{}`", filter.usage)),
    }
}

pub(super) fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let mut parts = digits.splitn(2, '.');
    parts.all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()))
}

/// A path as its author wrote it, near enough for messages.
pub(super) fn path_text(path: &crate::tree::Path) -> String {
    use crate::tree::Step;
    let mut text = path.root.clone();
    for segment in &path.segments {
        match &segment.step {
            Step::Field(name) => text.extend([".", name]),
            Step::Index(index) => text.push_str(&format!("[{index}]")),
            Step::Last | Step::Each => text.push_str("[-1]"),
        }
    }
    text
}
