//! Distributions of values and delays.

use wayline_ir::{Delay, Draw, Expr, Type, Value};
use wayline_time::TimeOfDay;

use super::DrawScope;
use crate::check::Checker;
use crate::check::expr::as_constant;
use crate::codes::Code;
use crate::diagnostic::Diagnostic;
use crate::source::Span;
use crate::syntax::ast::{self, DistributionKind};

impl Checker<'_> {
    /// A delay.
    pub(crate) fn delay(&mut self, delay: Option<&ast::Delay>) -> Option<Delay> {
        Some(match delay {
            None => Delay::Exactly(wayline_time::Span::ZERO),
            Some(ast::Delay::Fixed(span)) => Delay::Exactly(span.value),
            Some(ast::Delay::Distribution(distribution)) => {
                // Nothing is asked of the customer: distributions take fixed values.
                match self.distributed(&mut DrawScope::profile(), distribution, &Type::Duration)? {
                    Draw::Exponential(Value::Duration(mean)) => Delay::Exponential(mean),
                    Draw::LogNormal(Value::Duration(median), sigma) => Delay::LogNormal(median, sigma),
                    Draw::Uniform(Value::Duration(from), Value::Duration(to)) => Delay::Uniform(from, to),
                    Draw::Normal(Value::Duration(mean), Value::Duration(deviation)) => {
                        Delay::Normal(mean, deviation)
                    }
                    _ => return None,
                }
            }
        })
    }

    /// A distribution of values of a type.
    pub(super) fn distributed(
        &mut self,
        at: &mut DrawScope,
        distribution: &ast::Distribution,
        ty: &Type,
    ) -> Option<Draw> {
        use DistributionKind::{Exponential, Lognormal, Normal, Uniform};
        let kind = distribution.kind.value;
        let (word, form) = match kind {
            Exponential => ("exponential", "exponential(MEAN)"),
            Lognormal => ("lognormal", "lognormal(MEDIAN, SIGMA)"),
            Uniform => ("uniform", "uniform(FROM, TO)"),
            Normal => ("normal", "normal(MEAN, DEVIATION)"),
        };
        let quantity = matches!(ty, Type::Number { .. } | Type::Money(_) | Type::Duration);
        let point = matches!(ty, Type::Date | Type::Time | Type::Moment);
        if !(quantity || point && kind == Uniform) {
            return self.not_what_is_wanted(&format!("a draw from `{word}`"), distribution.span, ty);
        }
        let (first, second) = match (kind, distribution.args.as_slice()) {
            (Exponential, [first]) => (first, None),
            (Lognormal | Uniform | Normal, [first, second]) => (first, Some(second)),
            (_, given) => {
                let wanted = if kind == Exponential { "1 value" } else { "2 values" };
                let message = format!("`{word}` takes {wanted}, but it is given {}", given.len());
                let finding = Diagnostic::new(Code::ARGUMENTS, message, distribution.span);
                self.report(finding.help(format!("write `{form}`")));
                return None;
            }
        };
        // A moment has no form of its own outside of tests: it is drawn between two dates.
        let written = if *ty == Type::Moment { &Type::Date } else { ty };
        let a = self.fixed(at, first, written)?;
        self.in_range(&Expr::Const(a.clone()), first.span, ty)?;
        let Some(second) = second else {
            self.above_zero(&a, first.span, "a mean")?;
            return Some(Draw::Exponential(a));
        };
        match kind {
            Lognormal => {
                let sigma = self.fixed(at, second, &Type::Number { from: None, to: None })?;
                self.above_zero(&a, first.span, "a median")?;
                self.not_negative(&sigma, second.span, "the sigma")?;
                let Value::Number(sigma) = sigma else { return None };
                Some(Draw::LogNormal(a, sigma))
            }
            Normal => {
                let deviation = self.fixed(at, second, ty)?;
                self.not_negative(&a, first.span, "the mean of a distribution that is cut at zero")?;
                self.not_negative(&deviation, second.span, "a deviation")?;
                Some(Draw::Normal(a, deviation))
            }
            Uniform | Exponential => {
                let b = self.fixed(at, second, written)?;
                self.in_range(&Expr::Const(b.clone()), second.span, ty)?;
                if !less(&a, &b) {
                    self.report(
                        Diagnostic::new(
                            Code::OUT_OF_RANGE,
                            "there is nothing between these two",
                            distribution.span,
                        )
                        .help("write the smaller one first; the second is not drawn itself"),
                    );
                    return None;
                }
                Some(match ty {
                    Type::Moment => Draw::Uniform(self.midnight(a), self.midnight(b)),
                    _ => Draw::Uniform(a, b),
                })
            }
        }
    }

    /// The beginning of a date in the workspace's zone.
    fn midnight(&self, value: Value) -> Value {
        match value {
            Value::Date(date) => {
                let zone = self.program.workspace.zone;
                Value::Moment(wayline_time::to_moment(zone, date, TimeOfDay::MIDNIGHT))
            }
            other => other,
        }
    }

    fn fixed(&mut self, at: &mut DrawScope, e: &ast::Expr, ty: &Type) -> Option<Value> {
        let expr = self.expect(&mut at.scope, e, ty)?;
        let value = as_constant(&expr);
        if value.is_none() {
            self.report(
                Diagnostic::new(Code::NOT_CONSTANT, "a fixed value is wanted here", e.span)
                    .note("a distribution is the same for all customers of a persona"),
            );
        }
        value
    }

    fn above_zero(&mut self, value: &Value, span: Span, what: &str) -> Option<()> {
        self.not_negative(value, span, what)?;
        if is_zero(value) {
            self.report(Diagnostic::new(Code::OUT_OF_RANGE, format!("{what} is above zero"), span));
            return None;
        }
        Some(())
    }

    fn not_negative(&mut self, value: &Value, span: Span, what: &str) -> Option<()> {
        if matches!(value, Value::Number(n) | Value::Money(n) if n.is_sign_negative() && !n.is_zero()) {
            self.report(Diagnostic::new(Code::OUT_OF_RANGE, format!("{what} is not negative"), span));
            return None;
        }
        Some(())
    }
}

fn less(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Duration(a), Value::Duration(b)) => a.approx_millis() < b.approx_millis(),
        _ => a < b,
    }
}

fn is_zero(value: &Value) -> bool {
    match value {
        Value::Number(n) | Value::Money(n) => n.is_zero(),
        Value::Duration(span) => span.is_zero(),
        _ => false,
    }
}
