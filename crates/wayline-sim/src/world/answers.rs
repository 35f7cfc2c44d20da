//! What the simulator answers to calls of services.

use std::sync::Arc;

use rust_decimal::Decimal;
use wayline_ir::{Field, Program, Type, Value};
use wayline_time::{Date, Moment, Span, TimeOfDay};

/// A response where nothing is known: optional fields are missing, numbers and durations zero, texts empty, choices the
/// first, lists empty.
pub(super) fn zeros(program: &Program, fields: &[Field]) -> Arc<[Value]> {
    fields
        .iter()
        .map(|field| if field.optional { Value::Missing } else { zero(program, &field.ty) })
        .collect()
}

fn zero(program: &Program, ty: &Type) -> Value {
    match ty {
        Type::Text => Value::text(""),
        Type::Number { from, to } => {
            let least = from.unwrap_or(Decimal::MIN);
            let most = to.unwrap_or(Decimal::MAX);
            Value::Number(Decimal::ZERO.max(least).min(most))
        }
        Type::Money(_) => Value::Money(Decimal::ZERO),
        Type::YesNo => Value::YesNo(false),
        Type::Date => Value::Date(Date::EPOCH),
        Type::Time => Value::Time(TimeOfDay::MIDNIGHT),
        Type::Moment => Value::Moment(Moment::EPOCH),
        Type::Duration => Value::Duration(Span::ZERO),
        Type::Zone => Value::text(program.workspace.zone.name()),
        Type::OneOf(words) => words.first().map_or(Value::Missing, |word| Value::Choice(*word)),
        Type::List(_) => Value::List([].into()),
        Type::Record(fields) => Value::Record(zeros(program, fields)),
    }
}
