//! Values, as the language writes them.

use wayline_ir::{Program, Type, Value};

/// A value. The type adds what the value does not say: currencies and names of fields.
pub(super) fn value(program: &Program, ty: Option<&Type>, value_: &Value) -> String {
    match (value_, ty) {
        (Value::Missing, _) => "missing".to_owned(),
        (Value::YesNo(yes), _) => (if *yes { "yes" } else { "no" }).to_owned(),
        (Value::Money(amount), Some(Type::Money(currency))) => format!("{amount} {currency}"),
        (Value::Number(number) | Value::Money(number), _) => number.to_string(),
        (Value::Text(text), _) => quoted(text),
        (Value::Choice(symbol), _) => program.word(*symbol).to_owned(),
        (Value::Date(date), _) => date.to_string(),
        (Value::Time(time), _) => time.to_string(),
        (Value::Moment(moment), _) => moment.to_string(),
        (Value::Duration(span), _) => span.to_string(),
        (Value::List(items), ty) => {
            let item = match ty {
                Some(Type::List(item)) => Some(item.as_ref()),
                _ => None,
            };
            let items: Vec<String> = items.iter().map(|v| value(program, item, v)).collect();
            format!("[{}]", items.join(", "))
        }
        (Value::Record(values), ty) => {
            let fields = match ty {
                Some(Type::Record(fields)) => fields.as_slice(),
                _ => &[],
            };
            let parts = values.iter().enumerate().map(|(index, v)| match fields.get(index) {
                Some(field) => format!("{}: {}", field.name, value(program, Some(&field.ty), v)),
                None => value(program, None, v),
            });
            format!("{{ {} }}", parts.collect::<Vec<_>>().join(", "))
        }
    }
}

/// A text in quotes, on one line.
pub(super) fn quoted(text: &str) -> String {
    let mut all = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => all.push_str("\\\""),
            '\\' => all.push_str("\\\\"),
            '\n' => all.push_str("\\n"),
            '\t' => all.push_str("\\t"),
            c => all.push(c),
        }
    }
    all.push('"');
    all
}
