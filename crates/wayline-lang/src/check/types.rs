//! Types as the checker compares and names them.

use std::collections::BTreeSet;

use wayline_ir::{Field, Symbol, Type, Value};

use super::symbols::Symbols;

/// Whether a value of type `from` may stand where `to` is wanted. Ranges of numbers are the concern of values, not types.
pub(crate) fn fits(from: &Type, to: &Type) -> bool {
    match (from, to) {
        (Type::Number { .. }, Type::Number { .. })
        | (Type::Text, Type::Text)
        | (Type::YesNo, Type::YesNo)
        | (Type::Date, Type::Date)
        | (Type::Time, Type::Time)
        | (Type::Moment, Type::Moment)
        | (Type::Duration, Type::Duration)
        | (Type::Zone, Type::Zone | Type::Text) => true,
        (Type::Money(a), Type::Money(b)) => a == b,
        (Type::OneOf(a), Type::OneOf(b)) => a == b || a.iter().all(among(b)),
        (Type::List(a), Type::List(b)) => fits(a, b),
        (Type::Record(a), Type::Record(b)) => {
            a.len() == b.len()
                && a.iter()
                    .zip(b)
                    .all(|(x, y)| x.name == y.name && fits(&x.ty, &y.ty) && (y.optional || !x.optional))
        }
        _ => false,
    }
}

/// Asks whether a word is one of these. Two long lists are compared word by word in little time.
fn among(words: &[Symbol]) -> impl Fn(&Symbol) -> bool + '_ {
    let sorted: std::cell::OnceCell<BTreeSet<Symbol>> = std::cell::OnceCell::new();
    let asked = std::cell::Cell::new(0_u32);
    move |word| {
        asked.set(asked.get() + 1);
        // To sort them pays only when several words are asked for.
        if asked.get() <= 4 {
            return words.contains(word);
        }
        sorted.get_or_init(|| words.iter().copied().collect()).contains(word)
    }
}

/// Whether two values may be compared.
pub(crate) fn comparable(a: &Type, b: &Type) -> bool {
    match (a, b) {
        (Type::OneOf(x), Type::OneOf(y)) if x.len() < y.len() => x.iter().any(among(y)),
        (Type::OneOf(x), Type::OneOf(y)) => y.iter().any(among(x)),
        (Type::Text, Type::Zone) => true,
        _ => fits(a, b) || fits(b, a),
    }
}

/// Whether values of the type have an order.
pub(crate) fn ordered(ty: &Type) -> bool {
    matches!(
        ty,
        Type::Number { .. } | Type::Money(_) | Type::Date | Type::Time | Type::Moment | Type::Duration
    )
}

/// The type in the words of the language.
pub(crate) fn describe(ty: &Type, symbols: &Symbols) -> String {
    match ty {
        Type::Text => "text".to_owned(),
        Type::Number { .. } => "number".to_owned(),
        Type::Money(currency) => format!("money in {currency}"),
        Type::YesNo => "yes or no".to_owned(),
        Type::Date => "date".to_owned(),
        Type::Time => "time".to_owned(),
        Type::Moment => "moment".to_owned(),
        Type::Duration => "duration".to_owned(),
        Type::Zone => "zone".to_owned(),
        Type::OneOf(words) => format!("one of {}", words_of(words, symbols)),
        Type::List(item) => format!("list of {}", describe(item, symbols)),
        Type::Record(fields) => {
            let names: Vec<&str> = fields.iter().map(|field| field.name.as_str()).take(4).collect();
            let more = if fields.len() > 4 { ", …" } else { "" };
            format!("{{ {}{more} }}", names.join(", "))
        }
    }
}

fn words_of(words: &[Symbol], symbols: &Symbols) -> String {
    let names: Vec<&str> = words.iter().map(|word| symbols.word(*word)).collect();
    names.join(", ")
}

/// The type of `value` of an answer to a message, as the record an answered reaction carries.
pub(crate) fn answer_record(answers: Option<&Type>) -> Vec<Field> {
    vec![Field {
        name: "value".to_owned(),
        ty: answers.cloned().unwrap_or(Type::Text),
        optional: false,
        default: None,
    }]
}

/// The zero of a type that can be summed.
pub(crate) fn zero(ty: &Type) -> Option<Value> {
    match ty {
        Type::Number { .. } => Some(Value::Number(rust_decimal::Decimal::ZERO)),
        Type::Money(_) => Some(Value::Money(rust_decimal::Decimal::ZERO)),
        _ => None,
    }
}
