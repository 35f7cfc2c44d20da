//! Comparing and computing with two values.

use rust_decimal::Decimal;
use wayline_ir::{ArithOp, CompareOp, TextOp, Value};
use wayline_time::Span;

use super::super::clock::Clock;
use super::{Answer, Fault};

pub(crate) fn compare(op: CompareOp, a: &Value, b: &Value) -> Answer<bool> {
    let known = !a.is_missing() && !b.is_missing();
    Ok(match op {
        CompareOp::Is => known && a == b,
        CompareOp::IsNot => !(known && a == b),
        CompareOp::Less => known && order(a, b)?.is_lt(),
        CompareOp::AtMost => known && order(a, b)?.is_le(),
        CompareOp::Greater => known && order(a, b)?.is_gt(),
        CompareOp::AtLeast => known && order(a, b)?.is_ge(),
    })
}

/// How two values of an ordered type stand to each other.
pub(crate) fn order(a: &Value, b: &Value) -> Answer<std::cmp::Ordering> {
    Ok(match (a, b) {
        (Value::Number(a), Value::Number(b)) | (Value::Money(a), Value::Money(b)) => a.cmp(b),
        (Value::Date(a), Value::Date(b)) => a.cmp(b),
        (Value::Time(a), Value::Time(b)) => a.cmp(b),
        (Value::Moment(a), Value::Moment(b)) => a.cmp(b),
        (Value::Duration(a), Value::Duration(b)) => a.millis.cmp(&b.millis),
        _ => return Err(Fault),
    })
}

pub(crate) fn text(op: TextOp, a: &Value, b: &Value) -> Answer<bool> {
    Ok(match (op, a, b) {
        (_, Value::Missing, _) | (_, _, Value::Missing) => false,
        (TextOp::Contains, Value::List(items), b) => items.contains(b),
        (TextOp::Contains, Value::Text(a), Value::Text(b)) => a.contains(&**b),
        (TextOp::StartsWith, Value::Text(a), Value::Text(b)) => a.starts_with(&**b),
        (TextOp::EndsWith, Value::Text(a), Value::Text(b)) => a.ends_with(&**b),
        _ => return Err(Fault),
    })
}

pub(crate) fn arith(clock: &Clock, op: ArithOp, a: &Value, b: &Value) -> Answer<Value> {
    use Value::{Date, Duration, Missing, Moment, Money, Number};
    let decimal = |a: Decimal, b: Decimal| {
        match op {
            ArithOp::Add => a.checked_add(b),
            ArithOp::Subtract => a.checked_sub(b),
            ArithOp::Multiply => a.checked_mul(b),
            ArithOp::Divide => a.checked_div(b),
        }
        .ok_or(Fault)
    };
    let signed = |span: &Span| if op == ArithOp::Subtract { span.negate() } else { *span };
    Ok(match (a, b) {
        (Missing, _) | (_, Missing) => Missing,
        (Number(a), Number(b)) => Number(decimal(*a, *b)?),
        (Money(a), Money(b)) if op == ArithOp::Divide => Number(decimal(*a, *b)?),
        (Money(a), Money(b) | Number(b)) | (Number(a), Money(b)) => Money(decimal(*a, *b)?),
        (Moment(a), Duration(b)) => Moment(clock.plus(*a, &signed(b))),
        (Date(a), Duration(b)) => {
            let span = signed(b);
            Date(a.add_months(span.months).add_days(span.days))
        }
        (Moment(a), Moment(b)) => Duration(Span::of_millis(a.0 - b.0)),
        (Duration(a), Duration(b)) => Duration(a.checked_add(&signed(b)).ok_or(Fault)?),
        _ => return Err(Fault),
    })
}
