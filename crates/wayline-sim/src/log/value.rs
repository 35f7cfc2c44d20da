//! Values in words, as the language writes them.

use std::fmt::Write as _;

use wayline_ir::{Program, Type, Value};

/// Appends a value. The type adds what the value does not say: currencies and names of fields.
pub(crate) fn write_value(program: &Program, ty: Option<&Type>, value: &Value, into: &mut String) {
    // Writing to a String does not fail.
    let _ = match (value, ty) {
        (Value::Missing, _) => write!(into, "missing"),
        (Value::YesNo(yes), _) => write!(into, "{}", if *yes { "yes" } else { "no" }),
        (Value::Money(amount), Some(Type::Money(currency))) => write!(into, "{amount} {currency}"),
        (Value::Number(number) | Value::Money(number), _) => write!(into, "{number}"),
        (Value::Text(text), _) => write!(into, "{text}"),
        (Value::Choice(symbol), _) => write!(into, "{}", program.word(*symbol)),
        (Value::Date(date), _) => write!(into, "{date}"),
        (Value::Time(time), _) => write!(into, "{time}"),
        (Value::Moment(moment), _) => write!(into, "{moment}"),
        (Value::Duration(span), _) => write!(into, "{span}"),
        (Value::List(items), ty) => {
            let item = match ty {
                Some(Type::List(item)) => Some(item.as_ref()),
                _ => None,
            };
            into.push('[');
            for (index, value) in items.iter().enumerate() {
                into.push_str(if index > 0 { ", " } else { "" });
                write_value(program, item, value, into);
            }
            write!(into, "]")
        }
        (Value::Record(values), ty) => {
            let fields = match ty {
                Some(Type::Record(fields)) => fields.as_slice(),
                _ => &[],
            };
            into.push('{');
            for (index, value) in values.iter().enumerate() {
                let field = fields.get(index);
                into.push_str(if index > 0 { ", " } else { " " });
                if let Some(field) = field {
                    into.push_str(&field.name);
                    into.push_str(": ");
                }
                write_value(program, field.map(|field| &field.ty), value, into);
            }
            write!(into, " }}")
        }
    };
}
