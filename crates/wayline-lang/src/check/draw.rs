//! Values that are left to chance: constants, weighted choices, fresh texts, parts of other values.

mod distribution;
mod fields;

use wayline_ir::{Draw, Expr, Field, FieldId, Type, Value};

use super::Checker;
use super::facts::Facts;
use super::path::maybe;
use super::scope::Scope;
use super::types::describe;
use crate::codes::Code;
use crate::diagnostic::Diagnostic;
use crate::source::Span;
use crate::syntax::ast::{self, Gen, GenChoice, GenEntry, GenKind};

/// All of them, in millionths.
pub(crate) const ALL: u32 = 1_000_000;

/// Where values are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DrawPlace {
    /// The profile of a persona, of which nothing is known yet.
    Profile,
    /// What a persona does: its profile is known, and the arguments of the message it reacts to.
    Behaviour,
    /// A test, where everything is fixed.
    Test,
}

/// What drawn values may refer to.
pub(crate) struct DrawScope {
    pub(crate) place: DrawPlace,
    pub(crate) scope: Scope,
}

impl DrawScope {
    pub(crate) fn profile() -> Self {
        Self { place: DrawPlace::Profile, scope: Scope::default() }
    }

    pub(crate) fn behaviour(facts: &Facts) -> Self {
        Self { place: DrawPlace::Behaviour, scope: Scope { facts: facts.clone(), ..Scope::default() } }
    }

    pub(crate) fn test() -> Self {
        Self { place: DrawPlace::Test, scope: Scope { in_test: true, ..Scope::default() } }
    }
}

impl Checker<'_> {
    /// The value of a field.
    fn draw(&mut self, at: &mut DrawScope, entry: &GenEntry, field: &Field) -> Option<Draw> {
        match entry.choices.as_slice() {
            // A syntax error broke it.
            [] => None,
            [GenChoice { share: None, value }] => self.drawn(at, value, field),
            choices => self.weighted(at, choices, field),
        }
    }

    fn weighted(&mut self, at: &mut DrawScope, choices: &[GenChoice], field: &Field) -> Option<Draw> {
        if let Some(bare) = choices.iter().find(|choice| choice.share.is_none()) {
            self.report(
                Diagnostic::new(Code::WEIGHTS, "each of several values needs its share", bare.value.span)
                    .help("write `60% A, 40% B`, or `one of A, B` when all are as likely"),
            );
            return None;
        }
        let shares: Vec<Option<u32>> = choices
            .iter()
            .filter_map(|choice| choice.share.as_ref())
            .map(|share| self.share(share))
            .collect();
        let values: Vec<Option<Draw>> =
            choices.iter().map(|choice| self.drawn(at, &choice.value, field)).collect();
        let shares: Vec<u32> = shares.into_iter().collect::<Option<_>>()?;
        let sum: u64 = shares.iter().copied().map(u64::from).sum();
        let too_much = sum > u64::from(ALL);
        if too_much || sum < u64::from(ALL) && !maybe(field) {
            self.wrong_sum(choices, sum, field);
            return None;
        }
        let values = values.into_iter().collect::<Option<Vec<_>>>()?;
        Some(Draw::Weighted(shares.into_iter().zip(values).collect()))
    }

    fn wrong_sum(&mut self, choices: &[GenChoice], sum: u64, field: &Field) {
        let mut spans = choices.iter().filter_map(|choice| choice.share.as_ref());
        let Some(first) = spans.next() else { return };
        let sum_text = percent(sum);
        let message = if sum > u64::from(ALL) {
            format!("the shares of `{}` add up to {sum_text} %, more than 100 %", field.name)
        } else {
            format!("the shares of `{}` add up to {sum_text} %, and the rest would have no value", field.name)
        };
        let mut finding = Diagnostic::new(Code::WEIGHTS, message, first.span)
            .label(format!("{} %", first.value.normalize()));
        for share in spans {
            finding = finding.also(share.span, format!("{} %", share.value.normalize()));
        }
        if sum < u64::from(ALL) {
            let rest = percent(u64::from(ALL) - sum);
            finding = finding
                .note(format!("only fields that may be missing (`{}?`) can be left to the rest", field.name))
                .help(format!("give the remaining {rest} % to a value"));
        }
        self.report(finding);
    }

    fn drawn(&mut self, at: &mut DrawScope, value: &Gen, field: &Field) -> Option<Draw> {
        match &value.kind {
            GenKind::Expr(expr) => self.drawn_value(at, expr, field),
            GenKind::Unique(pattern) => self.unique(pattern.as_ref(), value.span, field),
            GenKind::OneOf(values) => {
                let values: Vec<Option<Draw>> =
                    values.iter().map(|value| self.drawn_value(at, value, field)).collect();
                equally(values.into_iter().collect::<Option<_>>()?)
            }
            GenKind::Distribution(distribution) => self.distributed(at, distribution, &field.ty),
            GenKind::List(items) => self.drawn_list(at, items, value.span, field),
            GenKind::Record(record) => match &field.ty {
                Type::Record(fields) => {
                    let values = self.drawn_record(at, record, fields, &format!("`{}`", field.name))?;
                    Some(folded(Draw::Record(values)))
                }
                other => self.not_what_is_wanted("a record", value.span, other),
            },
            GenKind::Missing => self.taken_away(at.place, value.span, field),
            GenKind::Consent { .. } => {
                self.report(
                    Diagnostic::new(Code::WRONG_TYPE, "a consent is no value of a field", value.span).help(
                        "consents are listed after `consents:`, such as `consents: marketing on email`",
                    ),
                );
                None
            }
        }
    }

    /// `missing`: in tests a field that may be missing is taken away.
    fn taken_away(&mut self, place: DrawPlace, span: Span, field: &Field) -> Option<Draw> {
        let finding = if place != DrawPlace::Test {
            Diagnostic::new(Code::WRONG_TYPE, "`missing` is no value that can be drawn", span).help(format!(
                "leave `{0}` out, or let its shares add up to less than 100 %: `{0}: 40% …`",
                field.name
            ))
        } else if field.optional || field.default.is_some() {
            return Some(Draw::Const(Value::Missing));
        } else {
            Diagnostic::new(Code::POSSIBLY_MISSING, format!("`{}` may not be missing", field.name), span)
                .note(format!("only fields that are declared with `?` (`{}?`) may be", field.name))
                .help("write a value")
        };
        self.report(finding);
        None
    }

    fn drawn_list(
        &mut self,
        at: &mut DrawScope,
        items: &[GenChoice],
        span: Span,
        field: &Field,
    ) -> Option<Draw> {
        let Type::List(item) = &field.ty else { return self.not_what_is_wanted("a list", span, &field.ty) };
        let item = Field { name: field.name.clone(), ty: (**item).clone(), optional: false, default: None };
        let mut values = Vec::with_capacity(items.len());
        for choice in items {
            if let Some(share) = &choice.share {
                self.report(
                    Diagnostic::new(Code::WEIGHTS, "an item of a list has no share", share.span)
                        .help("give shares to whole lists: `60% [A, B], 40% [A]`"),
                );
            }
            values.push(self.drawn(at, &choice.value, &item));
        }
        Some(folded(Draw::List(values.into_iter().collect::<Option<_>>()?)))
    }

    /// A value that may be taken from the customer or from the arguments of a message.
    pub(crate) fn drawn_value(&mut self, at: &mut DrawScope, e: &ast::Expr, field: &Field) -> Option<Draw> {
        let typed = self.infer(&mut at.scope, e, Some(&field.ty))?;
        let typed = self.fitting(typed, e.span, &field.ty)?;
        self.in_range(&typed.expr, e.span, &field.ty)?;
        let Some(draw) = as_draw(&typed.expr, at.place) else {
            self.not_drawn(e.span, at.place);
            return None;
        };
        if typed.optional && !maybe(field) {
            let text = self.text(e.span);
            self.report(
                Diagnostic::new(
                    Code::POSSIBLY_MISSING,
                    format!("`{text}` may be missing, but `{}` may not", field.name),
                    e.span,
                )
                .help("take a value that is always there, or write one"),
            );
            return None;
        }
        Some(draw)
    }

    fn not_drawn(&mut self, span: Span, place: DrawPlace) {
        let finding = Diagnostic::new(Code::NOT_CONSTANT, "a fixed value is wanted here", span);
        self.report(match place {
            DrawPlace::Profile => finding
                .note("the profile is only being made here")
                .help("write a value, `60% A, 40% B`, `one of A, B`, `unique` or a distribution"),
            DrawPlace::Behaviour => finding.note("what personas do is drawn, not computed").help(
                "write a value, a distribution, `customer.FIELD`, or a field of what the message was given",
            ),
            DrawPlace::Test => {
                finding.note("a test tells one story, the same every time").help("write the value itself")
            }
        });
    }

    fn unique(&mut self, pattern: Option<&ast::Text>, span: Span, field: &Field) -> Option<Draw> {
        if field.ty != Type::Text {
            return self.not_what_is_wanted("a fresh text", span, &field.ty);
        }
        let Some(pattern) = pattern else { return Some(Draw::Unique("{}".to_owned())) };
        if pattern.as_str().matches("{}").count() != 1 {
            self.report(
                Diagnostic::new(Code::UNIQUE_PATTERN, "the place of the number is not clear", pattern.span)
                    .note("each customer gets the text with another number in it")
                    .help("write `{}` once, where the number stands: `unique \"u{}@shop.example\"`"),
            );
            return None;
        }
        Some(Draw::Unique(pattern.value.to_string()))
    }

    fn not_what_is_wanted<T>(&mut self, found: &str, span: Span, want: &Type) -> Option<T> {
        let want = describe(want, &self.symbols);
        self.report(Diagnostic::new(
            Code::WRONG_TYPE,
            format!("{want} is wanted here, but this is {found}"),
            span,
        ));
        None
    }
}

/// An expression as something that is drawn, if it is one.
fn as_draw(expr: &Expr, place: DrawPlace) -> Option<Draw> {
    let all = |all: &[Expr]| all.iter().map(|expr| as_draw(expr, place)).collect::<Option<Vec<_>>>();
    match expr {
        Expr::Const(value) => Some(Draw::Const(value.clone())),
        Expr::Customer(field) if place == DrawPlace::Behaviour => Some(Draw::Customer(*field)),
        // The slots of a draw are the parameters of the message.
        Expr::Slot(param) => Some(Draw::Argument(param.0, Vec::new())),
        Expr::Field(of, field) => match as_draw(of, place)? {
            Draw::Argument(param, mut fields) => {
                fields.push(*field);
                Some(Draw::Argument(param, fields))
            }
            _ => None,
        },
        Expr::List(items) => Some(folded(Draw::List(all(items)?))),
        Expr::Record(values) => Some(folded(Draw::Record(all(values)?))),
        _ => None,
    }
}

/// A list or record of constants is a constant.
fn folded(draw: Draw) -> Draw {
    let constants = |draws: &[Draw]| {
        let value = |draw: &Draw| match draw {
            Draw::Const(value) => Some(value.clone()),
            _ => None,
        };
        draws.iter().map(value).collect::<Option<Vec<Value>>>()
    };
    match &draw {
        Draw::List(items) => constants(items).map_or(draw, |values| Draw::Const(Value::List(values.into()))),
        Draw::Record(values) => {
            constants(values).map_or(draw, |values| Draw::Const(Value::Record(values.into())))
        }
        _ => draw,
    }
}

/// Each as likely as the other; what does not divide goes to the last.
fn equally(values: Vec<Draw>) -> Option<Draw> {
    let count = u32::try_from(values.len()).ok().filter(|count| *count > 0)?;
    let each = ALL / count;
    let mut choices: Vec<(u32, Draw)> = values.into_iter().map(|value| (each, value)).collect();
    if let Some((share, _)) = choices.last_mut() {
        *share = ALL - each * (count - 1);
    }
    Some(Draw::Weighted(choices))
}

/// The value of a draw that leaves nothing to chance.
pub(crate) fn constant_of(draw: Draw) -> Option<Value> {
    match draw {
        Draw::Const(value) => Some(value),
        _ => None,
    }
}

/// Whether a drawn value is always there.
pub(crate) fn always(draw: &Draw) -> bool {
    match draw {
        Draw::Const(value) => !value.is_missing(),
        Draw::Weighted(choices) => {
            choices.iter().map(|(share, _)| u64::from(*share)).sum::<u64>() == u64::from(ALL)
                && choices.iter().all(|(_, draw)| always(draw))
        }
        Draw::Argument(..) | Draw::Customer(_) => false,
        _ => true,
    }
}

/// What is known of customers with this profile.
pub(crate) fn known(profile: &[(FieldId, Draw)]) -> Facts {
    let mut facts = Facts::default();
    for (field, draw) in profile {
        if always(draw) {
            facts.learn(&Expr::Customer(*field));
        }
    }
    facts
}

/// Millionths in percent.
pub(crate) fn percent(millionths: u64) -> String {
    let millionths = i64::try_from(millionths).unwrap_or(i64::MAX);
    rust_decimal::Decimal::new(millionths, 4).normalize().to_string()
}
