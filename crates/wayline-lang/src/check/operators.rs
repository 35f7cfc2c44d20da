//! Operators: what may be compared and combined.

use wayline_ir::{ArithOp, CompareOp, Expr, TextOp, Type, Value};

use super::Checker;
use super::expr::Typed;
use super::scope::Scope;
use super::types::{comparable, describe, ordered};
use crate::codes::Code;
use crate::diagnostic::Diagnostic;
use crate::source::Span;
use crate::syntax::ast::{self, BinaryOp};

impl Checker<'_> {
    pub(super) fn one_of(
        &mut self,
        scope: &mut Scope,
        value: &ast::Expr,
        negated: bool,
        choices: &[ast::Expr],
    ) -> Option<Typed> {
        let typed = self.infer(scope, value, None)?;
        let typed = if negated { self.present(typed, value.span)? } else { typed };
        let mut all = Vec::with_capacity(choices.len());
        for choice in choices {
            all.push(self.comparand(scope, choice, &typed.ty, value.span)?);
        }
        let one_of = Expr::OneOf(Box::new(typed.expr), all);
        Some(Typed::condition(if negated { Expr::Not(Box::new(one_of)) } else { one_of }))
    }

    /// The right side of a comparison with a value of the type; never missing.
    fn comparand(&mut self, scope: &mut Scope, e: &ast::Expr, with: &Type, with_span: Span) -> Option<Expr> {
        let typed = self.infer(scope, e, Some(with))?;
        self.comparable(&typed.ty, e.span, with, with_span)?;
        self.present(typed, e.span).map(|typed| typed.expr)
    }

    fn comparable(&mut self, a: &Type, a_span: Span, b: &Type, b_span: Span) -> Option<()> {
        if comparable(a, b) {
            return Some(());
        }
        let (a_text, b_text) = (describe(a, &self.symbols), describe(b, &self.symbols));
        let code = match (a, b) {
            (Type::Money(_), Type::Money(_)) => Code::MIXED_CURRENCIES,
            _ => Code::NOT_COMPARABLE,
        };
        let mut finding = Diagnostic::new(code, format!("{b_text} is compared with {a_text}"), a_span)
            .label(format!("this is {a_text}"))
            .also(b_span, format!("this is {b_text}"));
        finding = match (a, b) {
            (Type::Number { .. }, Type::Money(currency)) | (Type::Money(currency), Type::Number { .. }) => {
                finding.help(format!("write the currency of the amount: `… {currency}`"))
            }
            (Type::OneOf(_), Type::OneOf(_)) => {
                finding.note("the two have no value in common, so this never holds")
            }
            (Type::Text, Type::OneOf(_)) => finding.help("write the word without quotes"),
            _ => finding,
        };
        self.report(finding);
        None
    }

    pub(super) fn binary(
        &mut self,
        scope: &mut Scope,
        op: BinaryOp,
        left: &ast::Expr,
        right: &ast::Expr,
        want: Option<&Type>,
        span: Span,
    ) -> Option<Typed> {
        match op {
            BinaryOp::Is => self.compare(scope, CompareOp::Is, left, right),
            BinaryOp::IsNot => self.compare(scope, CompareOp::IsNot, left, right),
            BinaryOp::Less => self.compare(scope, CompareOp::Less, left, right),
            BinaryOp::AtMost => self.compare(scope, CompareOp::AtMost, left, right),
            BinaryOp::Greater => self.compare(scope, CompareOp::Greater, left, right),
            BinaryOp::AtLeast => self.compare(scope, CompareOp::AtLeast, left, right),
            BinaryOp::Contains => self.text_test(scope, TextOp::Contains, left, right),
            BinaryOp::StartsWith => self.text_test(scope, TextOp::StartsWith, left, right),
            BinaryOp::EndsWith => self.text_test(scope, TextOp::EndsWith, left, right),
            BinaryOp::Default => {
                let first = self.infer(scope, left, want)?;
                let second = self.infer(scope, right, Some(&first.ty))?;
                let second = self.fitting(second, right.span, &first.ty)?;
                let expr = Expr::Default(Box::new(first.expr), Box::new(second.expr));
                Some(Typed { expr, ty: first.ty, optional: second.optional })
            }
            BinaryOp::Add => self.arith(scope, ArithOp::Add, left, right, span),
            BinaryOp::Subtract => self.arith(scope, ArithOp::Subtract, left, right, span),
            BinaryOp::Multiply => self.arith(scope, ArithOp::Multiply, left, right, span),
            BinaryOp::Divide => self.arith(scope, ArithOp::Divide, left, right, span),
        }
    }

    fn compare(
        &mut self,
        scope: &mut Scope,
        op: CompareOp,
        left: &ast::Expr,
        right: &ast::Expr,
    ) -> Option<Typed> {
        // `pro is customer.plan`: the word is understood from the other side.
        let (a, b) = if self.is_bare_word(scope, left) && !self.is_bare_word(scope, right) {
            let b = self.infer(scope, right, None)?;
            (self.infer(scope, left, Some(&b.ty))?, b)
        } else {
            let a = self.infer(scope, left, None)?;
            let b = self.infer(scope, right, Some(&a.ty))?;
            (a, b)
        };
        self.comparable(&b.ty, right.span, &a.ty, left.span)?;
        let (a, b) = if op == CompareOp::Is {
            (a, b)
        } else {
            let (a, b) = (self.present(a, left.span), self.present(b, right.span));
            (a?, b?)
        };
        if !matches!(op, CompareOp::Is | CompareOp::IsNot) {
            if !ordered(&a.ty) {
                let ty = describe(&a.ty, &self.symbols);
                self.report(
                    Diagnostic::new(Code::NOT_COMPARABLE, format!("{ty} has no order"), left.span)
                        .help("compare with `is` or `is not`"),
                );
                return None;
            }
            self.exact_duration(&a, left.span)?;
            self.exact_duration(&b, right.span)?;
        }
        Some(Typed::condition(Expr::Compare(op, Box::new(a.expr), Box::new(b.expr))))
    }

    /// Days and months have no fixed length, so that only exact durations have an order.
    fn exact_duration(&mut self, typed: &Typed, span: Span) -> Option<()> {
        match &typed.expr {
            Expr::Const(Value::Duration(duration)) if !duration.is_exact() => {
                self.report(
                    Diagnostic::new(
                        Code::NOT_COMPARABLE,
                        "days, weeks, months and years have no fixed length to compare",
                        span,
                    )
                    .note("a day has 23 or 25 hours when clocks change")
                    .help("compare moments (`order.placed_at < now - 3 days`), or write hours"),
                );
                None
            }
            _ => Some(()),
        }
    }

    fn text_test(
        &mut self,
        scope: &mut Scope,
        op: TextOp,
        left: &ast::Expr,
        right: &ast::Expr,
    ) -> Option<Typed> {
        let a = self.infer(scope, left, None)?;
        let a = self.present(a, left.span)?;
        let item = match (&a.ty, op) {
            (Type::Text | Type::Zone, _) => Type::Text,
            (Type::List(item), TextOp::Contains) => (**item).clone(),
            (other, _) => {
                let ty = describe(other, &self.symbols);
                let wanted = if op == TextOp::Contains { "text or a list" } else { "text" };
                self.report(Diagnostic::new(
                    Code::WRONG_TYPE,
                    format!("{wanted} is wanted here, but this is {ty}"),
                    left.span,
                ));
                return None;
            }
        };
        let b = self.expect(scope, right, &item)?;
        Some(Typed::condition(Expr::Text(op, Box::new(a.expr), Box::new(b))))
    }

    fn arith(
        &mut self,
        scope: &mut Scope,
        op: ArithOp,
        left: &ast::Expr,
        right: &ast::Expr,
        span: Span,
    ) -> Option<Typed> {
        use ArithOp::{Add, Divide, Multiply, Subtract};
        let a = self.infer(scope, left, None)?;
        let b = self.infer(scope, right, None)?;
        let (a, b) = (self.present(a, left.span), self.present(b, right.span));
        let (a, b) = (a?, b?);
        let number = Type::Number { from: None, to: None };
        let ty = match (&a.ty, op, &b.ty) {
            (Type::Number { .. }, _, Type::Number { .. }) => number,
            (Type::Money(x), Add | Subtract, Type::Money(y)) if x == y => a.ty.clone(),
            (Type::Money(x), Divide, Type::Money(y)) if x == y => number,
            (Type::Money(_), Multiply | Divide, Type::Number { .. }) => a.ty.clone(),
            (Type::Number { .. }, Multiply, Type::Money(_)) => b.ty.clone(),
            (Type::Moment, Add | Subtract, Type::Duration) => Type::Moment,
            (Type::Date, Add | Subtract, Type::Duration) => {
                self.whole_days(&b, right.span)?;
                Type::Date
            }
            (Type::Moment, Subtract, Type::Moment) | (Type::Duration, Add | Subtract, Type::Duration) => {
                Type::Duration
            }
            _ => {
                let (x, y) = (describe(&a.ty, &self.symbols), describe(&b.ty, &self.symbols));
                let code = match (&a.ty, &b.ty) {
                    (Type::Money(_), Type::Money(_)) => Code::MIXED_CURRENCIES,
                    _ => Code::WRONG_TYPE,
                };
                self.report(Diagnostic::new(
                    code,
                    format!("{x} and {y} cannot be combined in this way"),
                    span,
                ));
                return None;
            }
        };
        if op == Divide && matches!(&b.expr, Expr::Const(Value::Number(n) | Value::Money(n)) if n.is_zero()) {
            self.report(Diagnostic::new(Code::OUT_OF_RANGE, "this divides by zero", right.span));
            return None;
        }
        Some(Typed::of(Expr::Arith(op, Box::new(a.expr), Box::new(b.expr)), ty))
    }

    fn whole_days(&mut self, typed: &Typed, span: Span) -> Option<()> {
        match &typed.expr {
            Expr::Const(Value::Duration(duration)) if duration.millis == 0 => Some(()),
            _ => {
                self.report(
                    Diagnostic::new(
                        Code::WRONG_TYPE,
                        "only days, weeks, months and years can be added to a date",
                        span,
                    )
                    .help("a date has no time of day; write the distance in days"),
                );
                None
            }
        }
    }
}
