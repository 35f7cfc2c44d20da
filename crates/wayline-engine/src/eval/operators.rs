//! Arithmetic, comparisons and tests on text.

use std::cmp::Ordering;

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use wayline_ir::{ArithOp, CompareOp, TextOp, Value};
use wayline_time::{Anchor, Span, day_of, relative};

use super::{Eval, Fault};

impl Eval<'_> {
    /// Arithmetic; with a missing side the result is missing.
    pub(super) fn arith(&self, op: ArithOp, left: &Value, right: &Value) -> Result<Value, Fault> {
        use Value::{Date, Duration, Moment, Number};
        let zone = self.customer.zone;
        let before = op == ArithOp::Subtract;
        match (op, left, right) {
            (_, Value::Missing, _) | (_, _, Value::Missing) => Ok(Value::Missing),
            (ArithOp::Add | ArithOp::Subtract, Moment(at), Duration(span)) => {
                Ok(Moment(relative(zone, Anchor::Moment(*at), *span, before, None)))
            }
            (ArithOp::Add, Duration(_), Moment(_) | Date(_)) => self.arith(op, right, left),
            (ArithOp::Add | ArithOp::Subtract, Date(date), Duration(span)) => {
                Ok(Date(day_of(zone, relative(zone, Anchor::Date(*date), *span, before, None))))
            }
            (ArithOp::Subtract, Moment(later), Moment(earlier)) => {
                Ok(Duration(Span::of_millis(later.millis_since(*earlier))))
            }
            (ArithOp::Subtract, Date(later), Date(earlier)) => i32::try_from(later.days_since(*earlier))
                .map(|days| Duration(Span::of_days(days)))
                .map_err(|_| Fault::Overflow),
            (ArithOp::Add, _, _) => add(left, right),
            (ArithOp::Subtract, Number(a), Number(b)) => number(a.checked_sub(*b)),
            (ArithOp::Subtract, Value::Money(a), Value::Money(b)) => money(a.checked_sub(*b)),
            (ArithOp::Subtract, Duration(a), Duration(b)) => {
                a.checked_sub(b).map(Duration).ok_or(Fault::Overflow)
            }
            (ArithOp::Multiply, Number(a), Number(b)) => number(a.checked_mul(*b)),
            (ArithOp::Multiply, Value::Money(a), Number(b))
            | (ArithOp::Multiply, Number(b), Value::Money(a)) => money(a.checked_mul(*b)),
            (ArithOp::Multiply, Duration(span), Number(times))
            | (ArithOp::Multiply, Number(times), Duration(span)) => {
                let times = times.to_i32().filter(|_| times.is_integer()).ok_or(Fault::Overflow)?;
                span.checked_mul(times).map(Duration).ok_or(Fault::Overflow)
            }
            (ArithOp::Divide, Number(_) | Value::Money(_), Number(b) | Value::Money(b)) if b.is_zero() => {
                Err(Fault::DivisionByZero)
            }
            (ArithOp::Divide, Number(a), Number(b)) | (ArithOp::Divide, Value::Money(a), Value::Money(b)) => {
                number(a.checked_div(*b))
            }
            (ArithOp::Divide, Value::Money(a), Number(b)) => money(a.checked_div(*b)),
            _ => Err(Fault::Unfit("arithmetic on these two types")),
        }
    }
}

/// A sum; missing values are left out.
pub(crate) fn add(left: &Value, right: &Value) -> Result<Value, Fault> {
    match (left, right) {
        (sum, Value::Missing) => Ok(sum.clone()),
        (Value::Number(a), Value::Number(b)) => number(a.checked_add(*b)),
        (Value::Money(a), Value::Money(b)) => money(a.checked_add(*b)),
        (Value::Duration(a), Value::Duration(b)) => {
            a.checked_add(b).map(Value::Duration).ok_or(Fault::Overflow)
        }
        _ => Err(Fault::Unfit("arithmetic on these two types")),
    }
}

fn number(result: Option<Decimal>) -> Result<Value, Fault> {
    result.map(Value::Number).ok_or(Fault::Overflow)
}

fn money(result: Option<Decimal>) -> Result<Value, Fault> {
    result.map(Value::Money).ok_or(Fault::Overflow)
}

/// A comparison. With a missing side `is` does not hold, `is not` is its opposite, and an order does not hold.
/// Durations are compared by length, with days of 24 hours, months of 30 days and years of 365.
pub(crate) fn compare(op: CompareOp, left: &Value, right: &Value) -> Result<bool, Fault> {
    if left.is_missing() || right.is_missing() {
        return Ok(op == CompareOp::IsNot);
    }
    if let (CompareOp::Is | CompareOp::IsNot, Value::Text(a), Value::Text(b)) = (op, left, right) {
        return Ok((a == b) == (op == CompareOp::Is));
    }
    let order = order(left, right)?;
    Ok(match op {
        CompareOp::Is => order == Ordering::Equal,
        CompareOp::IsNot => order != Ordering::Equal,
        CompareOp::Less => order == Ordering::Less,
        CompareOp::AtMost => order != Ordering::Greater,
        CompareOp::Greater => order == Ordering::Greater,
        CompareOp::AtLeast => order != Ordering::Less,
    })
}

/// The order of two values of one type; values that have none are equal or not.
pub(crate) fn order(left: &Value, right: &Value) -> Result<Ordering, Fault> {
    if let (Value::Duration(a), Value::Duration(b)) = (left, right) {
        return Ok(a.approx_millis().cmp(&b.approx_millis()));
    }
    if std::mem::discriminant(left) != std::mem::discriminant(right) {
        return Err(Fault::Unfit("a comparison of two types"));
    }
    Ok(left.cmp(right))
}

/// A test on text, or for an item of a list; never holds with a missing side.
pub(super) fn text_test(op: TextOp, left: &Value, right: &Value) -> Result<bool, Fault> {
    match (left, right) {
        (Value::Missing, _) | (_, Value::Missing) => Ok(false),
        (Value::Text(text), Value::Text(part)) => Ok(match op {
            TextOp::Contains => text.contains(&**part),
            TextOp::StartsWith => text.starts_with(&**part),
            TextOp::EndsWith => text.ends_with(&**part),
        }),
        (Value::List(items), item) if op == TextOp::Contains => {
            for known in items.iter() {
                if compare(CompareOp::Is, known, item)? {
                    return Ok(true);
                }
            }
            Ok(false)
        }
        _ => Err(Fault::Unfit("a test on text needs text")),
    }
}
