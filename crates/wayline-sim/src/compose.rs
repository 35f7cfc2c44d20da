//! The words of a message for one customer: its locale, its templates, its values.

use rust_decimal::Decimal;
use wayline_engine::Customer;
use wayline_ir::{Field, Message, Part, PartKind, Program, Type, Value};
use wayline_template::{Escape, Renderer, parse};
use wayline_time::{Zone, format_rfc3339_in};

/// The parts of a message as this customer reads them, in the order in which the message has them.
///
/// Texts are looked for by the customer's locale and what it falls back to, then by its language alone, then outside
/// of `locale` blocks.
///
/// # Errors
/// In words, when a part cannot be rendered: a number beyond 28 digits, a text beyond 8 MiB.
pub fn compose(
    program: &Program,
    customer: &Customer,
    message: &Message,
    args: &[Value],
) -> Result<Vec<(PartKind, String)>, String> {
    let zone = customer.zone();
    let mut roots = vec![("customer".to_owned(), profile(program, customer))];
    for (param, value) in message.params.iter().zip(args) {
        roots.push((param.name.clone(), to_template(program, &param.ty, value, zone)));
    }
    let values = wayline_template::Value::Record(roots);
    let mut texts = Vec::new();
    for part in chosen(message, locale(program, customer).as_deref()) {
        let escape = if part.template.html { Escape::Html } else { Escape::None };
        let template = parse(&part.template.source).map_err(|findings| {
            findings.first().map_or_else(String::new, |finding| finding.message.clone())
        })?;
        let renderer = Renderer::new(&template, escape).map_err(|error| error.to_string())?;
        texts.push((part.kind, renderer.render(&values).map_err(|error| error.to_string())?));
    }
    Ok(texts)
}

fn locale(program: &Program, customer: &Customer) -> Option<String> {
    match effective(program, customer, program.locale_field?.index()) {
        Value::Text(text) => Some(text.to_string()),
        Value::Choice(word) => Some(program.word(word).to_owned()),
        _ => None,
    }
}

/// For each part the message has anywhere, the first text of the chain of locales.
fn chosen<'m>(message: &'m Message, locale: Option<&str>) -> Vec<&'m Part> {
    let mut chain: Vec<&[Part]> = Vec::new();
    let known = |tag: &str| message.locales.iter().find(|known| known.locale.eq_ignore_ascii_case(tag));
    let mut tag = locale;
    // Each locale falls back to another one at most, so the chain is no longer than their number.
    for _ in 0..=message.locales.len() {
        let Some(found) = tag.and_then(known) else { break };
        chain.push(&found.parts);
        tag = found.falls_back_to.as_deref();
    }
    if let Some(language) = locale.and_then(|tag| tag.split(['-', '_']).next()).and_then(known) {
        chain.push(&language.parts);
    }
    chain.push(&message.parts);
    let mut kinds: Vec<PartKind> = Vec::new();
    for part in chain.iter().rev().flat_map(|parts| parts.iter()) {
        if !kinds.contains(&part.kind) {
            kinds.push(part.kind);
        }
    }
    let first =
        |kind: PartKind| chain.iter().flat_map(|parts| parts.iter()).find(move |part| part.kind == kind);
    kinds.into_iter().filter_map(first).collect()
}

fn profile(program: &Program, customer: &Customer) -> wayline_template::Value {
    let fields = program.customer.iter().enumerate().map(|(index, field)| {
        let value = effective(program, customer, index);
        (field.name.clone(), to_template(program, &field.ty, &value, customer.zone()))
    });
    wayline_template::Value::Record(fields.collect())
}

/// A profile field, or its default where the profile lacks it.
fn effective(program: &Program, customer: &Customer, index: usize) -> Value {
    let known = customer.profile(wayline_ir::FieldId::at(index));
    let default = || program.customer.get(index).and_then(|field| field.default.clone()).unwrap_or_default();
    if known.is_missing() { default() } else { known.clone() }
}

fn to_template(program: &Program, ty: &Type, value: &Value, zone: Zone) -> wayline_template::Value {
    use wayline_template::Value as Out;
    match (ty, value) {
        (_, Value::Missing) => Out::Missing,
        (_, Value::YesNo(yes)) => Out::YesNo(*yes),
        (_, Value::Number(number)) => Out::Number(number.normalize().to_string()),
        (Type::Money(currency), Value::Money(amount)) => {
            Out::Money { amount: digits(*amount, currency), currency: currency.clone() }
        }
        (_, Value::Money(amount)) => Out::Number(amount.to_string()),
        (_, Value::Text(text)) => Out::Text(text.to_string()),
        (_, Value::Choice(word)) => Out::Text(program.word(*word).to_owned()),
        (_, Value::Date(date)) => Out::Date(date.to_string()),
        (_, Value::Time(time)) => Out::Time(time.to_string()),
        (_, Value::Moment(moment)) => Out::Moment(format_rfc3339_in(zone, *moment)),
        (_, Value::Duration(span)) => Out::Duration(span.to_string()),
        (Type::List(item), Value::List(values)) => {
            Out::List(values.iter().map(|value| to_template(program, item, value, zone)).collect())
        }
        (Type::Record(fields), Value::Record(values)) => Out::Record(record(program, fields, values, zone)),
        // Data that does not fit its type has no words.
        (_, Value::List(_) | Value::Record(_)) => Out::Missing,
    }
}

fn record(
    program: &Program,
    fields: &[Field],
    values: &[Value],
    zone: Zone,
) -> Vec<(String, wayline_template::Value)> {
    let value = |index: usize| values.get(index).cloned().unwrap_or_default();
    let pair = |(index, field): (usize, &Field)| {
        (field.name.clone(), to_template(program, &field.ty, &value(index), zone))
    };
    fields.iter().enumerate().map(pair).collect()
}

/// Currencies of ISO 4217 without minor units, and with three digits of them; all others have two.
const WHOLE: [&str; 17] = [
    "BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND", "VUV", "XAF",
    "XOF", "XPF",
];
const THOUSANDTHS: [&str; 7] = ["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"];

/// An amount with at least the digits of its currency; more digits that it has are kept.
fn digits(amount: Decimal, currency: &str) -> String {
    let least = match currency {
        c if WHOLE.contains(&c) => 0,
        c if THOUSANDTHS.contains(&c) => 3,
        _ => 2,
    };
    let mut amount = amount.normalize();
    if amount.scale() < least {
        amount.rescale(least);
    }
    amount.to_string()
}
