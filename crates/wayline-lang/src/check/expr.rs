//! Expressions: their types, what may be missing, and their form in the program.

use std::collections::BTreeMap;
use std::sync::Arc;

use wayline_ir::{ArithOp, Expr, Field, Type, Value};

use super::Checker;
use super::scope::Scope;
use super::types::{describe, fits};
use crate::codes::Code;
use crate::currency;
use crate::diagnostic::{Applicability, Diagnostic};
use crate::source::Span;
use crate::suggest;
use crate::syntax::ast::{self, ExprKind, Name};

/// An expression with its type.
#[derive(Debug, Clone)]
pub(crate) struct Typed {
    pub(crate) expr: Expr,
    pub(crate) ty: Type,
    /// Whether it may be missing here.
    pub(crate) optional: bool,
}

impl Typed {
    pub(crate) fn of(expr: Expr, ty: Type) -> Self {
        Self { expr, ty, optional: false }
    }

    pub(super) fn condition(expr: Expr) -> Self {
        Self::of(expr, Type::YesNo)
    }
}

impl Checker<'_> {
    /// A condition: yes or no, never missing.
    pub(crate) fn condition(&mut self, scope: &mut Scope, e: &ast::Expr) -> Option<Expr> {
        let typed = self.infer(scope, e, Some(&Type::YesNo))?;
        if !matches!(typed.ty, Type::YesNo) {
            let ty = describe(&typed.ty, &self.symbols);
            self.report(
                Diagnostic::new(
                    Code::NOT_A_CONDITION,
                    format!("a condition is wanted, but this is {ty}"),
                    e.span,
                )
                .help("compare it with something, such as `… is …`, `… > …` or `… is known`"),
            );
            return None;
        }
        self.present(typed, e.span).map(|typed| typed.expr)
    }

    /// A value of a type that is not missing.
    pub(crate) fn expect(&mut self, scope: &mut Scope, e: &ast::Expr, want: &Type) -> Option<Expr> {
        let typed = self.infer(scope, e, Some(want))?;
        let typed = self.fitting(typed, e.span, want)?;
        self.present(typed, e.span).map(|typed| typed.expr)
    }

    /// A value for a field: it may be missing where the field may be missing.
    pub(crate) fn expect_field(&mut self, scope: &mut Scope, e: &ast::Expr, field: &Field) -> Option<Expr> {
        let typed = self.infer(scope, e, Some(&field.ty))?;
        let typed = self.fitting(typed, e.span, &field.ty)?;
        let typed = if field.optional { typed } else { self.present(typed, e.span)? };
        self.in_range(&typed.expr, e.span, &field.ty)?;
        Some(typed.expr)
    }

    /// A constant of the field's type, for defaults and the like.
    pub(crate) fn constant(&mut self, scope: &mut Scope, e: &ast::Expr, field: &Field) -> Option<Value> {
        let expr = self.expect_field(scope, e, field)?;
        let value = as_constant(&expr);
        if value.is_none() {
            self.report(
                Diagnostic::new(Code::NOT_CONSTANT, "a fixed value is wanted here", e.span)
                    .help("write the value itself; nothing is known yet that could be asked"),
            );
        }
        value
    }

    /// Says so when a value of another type stands here.
    pub(crate) fn fitting(&mut self, typed: Typed, span: Span, want: &Type) -> Option<Typed> {
        if fits(&typed.ty, want) {
            return Some(typed);
        }
        self.wrong_type(&typed.ty, span, want);
        None
    }

    fn wrong_type(&mut self, found: &Type, span: Span, want: &Type) {
        let (found_text, want_text) = (describe(found, &self.symbols), describe(want, &self.symbols));
        let code = match (found, want) {
            (Type::Money(_), Type::Money(_)) => Code::MIXED_CURRENCIES,
            _ => Code::WRONG_TYPE,
        };
        let mut finding =
            Diagnostic::new(code, format!("{want_text} is wanted here, but this is {found_text}"), span);
        finding = match (found, want) {
            (Type::Money(_), Type::Money(_)) => {
                finding.note("amounts of two currencies are never mixed: there is no rate of exchange here")
            }
            (Type::Number { .. }, Type::Money(currency)) => {
                finding.help(format!("write the currency: `… {currency}`"))
            }
            (Type::Text, Type::Number { .. } | Type::Money(_)) => {
                finding.help("write the number without quotes")
            }
            _ => finding,
        };
        self.report(finding);
    }

    /// Says so when a value may be missing.
    pub(crate) fn present(&mut self, typed: Typed, span: Span) -> Option<Typed> {
        if !typed.optional {
            return Some(typed);
        }
        let text = self.text(span);
        self.report(
            Diagnostic::new(Code::POSSIBLY_MISSING, format!("`{text}` may be missing here"), span)
                .label("may be missing")
                .note("there is no silent `no` for a missing value: say what is meant")
                .help(format!(
                    "test it first (`if {text} is known`), or give a value for it (`{text} default …`)"
                )),
        );
        None
    }

    /// Says so when a constant lies outside the range its type was declared with.
    pub(crate) fn in_range(&mut self, expr: &Expr, span: Span, ty: &Type) -> Option<()> {
        let (Expr::Const(Value::Number(value)), Type::Number { from, to }) = (expr, ty) else {
            return Some(());
        };
        if from.is_some_and(|from| *value < from) || to.is_some_and(|to| *value > to) {
            let bound = |bound: &Option<rust_decimal::Decimal>| {
                bound.map_or_else(|| "…".to_owned(), |b| b.to_string())
            };
            self.report(Diagnostic::new(
                Code::OUT_OF_RANGE,
                format!("{value} is outside the declared range from {} to {}", bound(from), bound(to)),
                span,
            ));
            return None;
        }
        Some(())
    }

    /// The type of an expression. `want` helps to understand words and records; it is not checked here.
    pub(crate) fn infer(&mut self, scope: &mut Scope, e: &ast::Expr, want: Option<&Type>) -> Option<Typed> {
        let constant = |value, ty| Some(Typed::of(Expr::Const(value), ty));
        match &e.kind {
            ExprKind::Bad => None,
            ExprKind::Text(text) => self.text_literal(text, want),
            ExprKind::Number(number) => {
                constant(Value::Number(*number), Type::Number { from: None, to: None })
            }
            ExprKind::Percent(_) => {
                self.report(
                    Diagnostic::new(Code::WRONG_TYPE, "a share stands where a value is wanted", e.span)
                        .help("write a number, such as `0.15`"),
                );
                None
            }
            ExprKind::Money(money) => {
                let currency = self.currency(&money.currency)?;
                constant(Value::Money(money.amount), Type::Money(currency))
            }
            ExprKind::Duration(span) => constant(Value::Duration(*span), Type::Duration),
            ExprKind::Time(time) => constant(Value::Time(*time), Type::Time),
            ExprKind::Date(date) => constant(Value::Date(*date), Type::Date),
            ExprKind::DateTime(local) => self.date_time(scope, *local, e.span),
            ExprKind::Bool(yes) => constant(Value::YesNo(*yes), Type::YesNo),
            ExprKind::Now => Some(Typed::of(Expr::Now, Type::Moment)),
            ExprKind::Today => Some(Typed::of(Expr::Today, Type::Date)),
            ExprKind::Path(path) => self.path(scope, path, want),
            ExprKind::Access { base, access } => {
                let base_typed = self.infer(scope, base, None)?;
                self.access(scope, base_typed, access, base.span)
            }
            ExprKind::List(items) => self.list(scope, items, e.span, want),
            ExprKind::Record(entries) => self.record_literal(scope, entries, e.span, want),
            ExprKind::Not(inner) => {
                let inner = self.condition(scope, inner)?;
                Some(Typed::condition(Expr::Not(Box::new(inner))))
            }
            ExprKind::Negate(inner) => self.negate(scope, inner),
            ExprKind::And(parts) => self.chain(scope, parts, true),
            ExprKind::Or(parts) => self.chain(scope, parts, false),
            ExprKind::Binary { op, left, right } => self.binary(scope, op.value, left, right, want, e.span),
            ExprKind::Known { value, negated } => {
                let value = self.infer(scope, value, None)?;
                let known = Expr::Known(Box::new(value.expr));
                Some(Typed::condition(if *negated { Expr::Not(Box::new(known)) } else { known }))
            }
            ExprKind::OneOf { value, negated, choices } => self.one_of(scope, value, *negated, choices),
            ExprKind::InSegment { value, negated, segment } => {
                self.customer_itself(value)?;
                let id = self.segment(segment)?;
                let within = Expr::InSegment(id);
                Some(Typed::condition(if *negated { Expr::Not(Box::new(within)) } else { within }))
            }
            ExprKind::HasBeen { value, state, duration } => {
                self.has_been(scope, value, state, duration.value)
            }
            ExprKind::History(history) => self.history(scope, history, e.span),
            ExprKind::Bucket { share, name } => {
                let share = self.share(share)?;
                Some(Typed::condition(Expr::Bucket { name: name.value.to_string(), share }))
            }
        }
    }

    fn text_literal(&mut self, text: &ast::Text, want: Option<&Type>) -> Option<Typed> {
        let value = Expr::Const(Value::Text(Arc::clone(&text.value)));
        if matches!(want, Some(Type::Zone)) {
            self.zone_name(text.as_str(), text.span)?;
            return Some(Typed::of(value, Type::Zone));
        }
        Some(Typed::of(value, Type::Text))
    }

    fn date_time(&mut self, scope: &Scope, local: wayline_time::LocalDateTime, span: Span) -> Option<Typed> {
        if scope.in_test {
            let moment = wayline_time::to_moment(self.program.workspace.zone, local.date, local.time);
            return Some(Typed::of(Expr::Const(Value::Moment(moment)), Type::Moment));
        }
        self.report(
            Diagnostic::new(Code::WRONG_TYPE, "a date with a time stands only in tests", span)
                .note("a journey runs in the zone of each customer, so that one fixed moment is a different local time for each")
                .help("write the date, and the time with `at`: `wait until 2026-12-24 at 10:00`"),
        );
        None
    }

    fn list(
        &mut self,
        scope: &mut Scope,
        items: &[ast::Expr],
        span: Span,
        want: Option<&Type>,
    ) -> Option<Typed> {
        let mut all = Vec::with_capacity(items.len());
        let (item_type, rest) = match (want, items.split_first()) {
            (Some(Type::List(item)), _) => ((**item).clone(), items),
            (_, Some((first, rest))) => {
                let typed = self.infer(scope, first, None)?;
                let ty = typed.ty.clone();
                all.push(self.present(typed, first.span)?.expr);
                (ty, rest)
            }
            (_, None) => {
                self.report(Diagnostic::new(Code::WRONG_TYPE, "an empty list has no type here", span));
                return None;
            }
        };
        for item in rest {
            all.push(self.expect(scope, item, &item_type)?);
        }
        Some(Typed::of(fold(Expr::List(all)), Type::List(Box::new(item_type))))
    }

    fn record_literal(
        &mut self,
        scope: &mut Scope,
        entries: &[ast::Entry],
        span: Span,
        want: Option<&Type>,
    ) -> Option<Typed> {
        let Some(Type::Record(fields)) = want else {
            let finding = match want {
                Some(want) => {
                    format!("{} is wanted here, but this is a record", describe(want, &self.symbols))
                }
                None => "a record stands where a value is wanted".to_owned(),
            };
            self.report(Diagnostic::new(Code::WRONG_TYPE, finding, span));
            return None;
        };
        let values = self.record(scope, entries, span, fields, "this record")?;
        Some(Typed::of(fold(Expr::Record(values)), Type::Record(fields.clone())))
    }

    /// The values of a record in declared order; `what` is what it is a record of.
    pub(crate) fn record(
        &mut self,
        scope: &mut Scope,
        entries: &[ast::Entry],
        span: Span,
        fields: &[Field],
        what: &str,
    ) -> Option<Vec<Expr>> {
        let mut values: Vec<Option<Expr>> = vec![None; fields.len()];
        let mut fine = true;
        let index_of: BTreeMap<&str, usize> =
            fields.iter().enumerate().map(|(index, field)| (field.name.as_str(), index)).collect();
        for entry in entries {
            let Some(index) = index_of.get(entry.name.as_str()).copied() else {
                self.unknown_field(&entry.name, fields, what);
                fine = false;
                continue;
            };
            let (Some(field), Some(slot)) = (fields.get(index), values.get_mut(index)) else { continue };
            if slot.is_some() {
                let finding = Diagnostic::new(
                    Code::DECLARED_TWICE,
                    format!("`{}` is given twice", field.name),
                    entry.name.span,
                );
                self.report(finding);
                fine = false;
                continue;
            }
            match self.expect_field(scope, &entry.value, field) {
                Some(expr) => *slot = Some(expr),
                None => {
                    fine = false;
                    *slot = Some(Expr::Const(Value::Missing));
                }
            }
        }
        let missing: Vec<&str> = fields
            .iter()
            .zip(&values)
            .filter(|(field, value)| value.is_none() && !field.optional && field.default.is_none())
            .map(|(field, _)| field.name.as_str())
            .collect();
        if !missing.is_empty() {
            self.report(
                Diagnostic::new(
                    Code::MISSING_FIELD,
                    format!("{what} lacks {}", suggest::list(missing.iter().copied())),
                    span,
                )
                .help(format!("add `{}: …`", missing.first().copied().unwrap_or_default())),
            );
            fine = false;
        }
        let default = |field: &Field| Expr::Const(field.default.clone().unwrap_or_default());
        fine.then(|| {
            values
                .into_iter()
                .zip(fields)
                .map(|(value, field)| value.unwrap_or_else(|| default(field)))
                .collect()
        })
    }

    /// Says that a record has no such field.
    pub(crate) fn unknown_field(&mut self, name: &Name, fields: &[Field], what: &str) {
        let names = || fields.iter().map(|field| field.name.as_str());
        let mut finding =
            Diagnostic::new(Code::UNKNOWN_FIELD, format!("{what} has no field `{}`", name.text), name.span);
        finding = match suggest::closest(name.as_str(), names()) {
            Some(near) => finding.help(format!("did you mean `{near}`?")).replace(
                Applicability::Safe,
                name.span,
                near,
                format!("write `{near}`"),
            ),
            None => finding.help(format!("its fields are {}", suggest::list(names()))),
        };
        self.report(finding);
    }

    fn negate(&mut self, scope: &mut Scope, inner: &ast::Expr) -> Option<Typed> {
        let typed = self.infer(scope, inner, None)?;
        let typed = self.present(typed, inner.span)?;
        let (expr, ty) = match (typed.expr, typed.ty) {
            (Expr::Const(Value::Number(n)), ty) => (Expr::Const(Value::Number(-n)), ty),
            (Expr::Const(Value::Money(n)), ty) => (Expr::Const(Value::Money(-n)), ty),
            (expr, ty @ (Type::Number { .. } | Type::Money(_))) => {
                let zero = super::types::zero(&ty).unwrap_or_default();
                (Expr::Arith(ArithOp::Subtract, Box::new(Expr::Const(zero)), Box::new(expr)), ty)
            }
            (_, ty) => {
                let ty = describe(&ty, &self.symbols);
                self.report(Diagnostic::new(
                    Code::WRONG_TYPE,
                    format!("`-` wants a number or money, but this is {ty}"),
                    inner.span,
                ));
                return None;
            }
        };
        Some(Typed::of(expr, ty))
    }

    /// `and`, `or`: what the parts before let know is known in the parts after.
    fn chain(&mut self, scope: &mut Scope, parts: &[ast::Expr], and: bool) -> Option<Typed> {
        let before = scope.facts.clone();
        let mut all = Vec::with_capacity(parts.len());
        let mut fine = true;
        for part in parts {
            match self.condition(scope, part) {
                Some(expr) => {
                    scope.facts = scope.facts.assume(&expr, and);
                    all.push(expr);
                }
                None => fine = false,
            }
        }
        scope.facts = before;
        fine.then(|| Typed::condition(if and { Expr::And(all) } else { Expr::Or(all) }))
    }

    pub(crate) fn currency(&mut self, name: &Name) -> Option<String> {
        if currency::is_currency(name.as_str()) {
            return Some(name.text.to_string());
        }
        let upper = name.as_str().to_uppercase();
        let finding =
            Diagnostic::new(Code::UNKNOWN_CURRENCY, format!("`{}` is not a currency", name.text), name.span);
        let near = currency::is_currency(&upper).then_some(upper.as_str());
        let finding = match near.or_else(|| suggest::closest(&upper, currency::codes())) {
            Some(near) => finding.help(format!("did you mean `{near}`?")).replace(
                Applicability::Unsafe,
                name.span,
                near,
                format!("write `{near}`"),
            ),
            None => finding.help("use a code of ISO 4217, such as `USD` or `EUR`"),
        };
        self.report(finding);
        None
    }
}

/// The value of an expression that is constant.
pub(crate) fn as_constant(expr: &Expr) -> Option<Value> {
    match expr {
        Expr::Const(value) => Some(value.clone()),
        Expr::List(all) => Some(Value::List(all.iter().map(as_constant).collect::<Option<Vec<_>>>()?.into())),
        Expr::Record(all) => {
            Some(Value::Record(all.iter().map(as_constant).collect::<Option<Vec<_>>>()?.into()))
        }
        _ => None,
    }
}

/// A list or record of constants is a constant.
fn fold(expr: Expr) -> Expr {
    as_constant(&expr).map_or(expr, Expr::Const)
}
