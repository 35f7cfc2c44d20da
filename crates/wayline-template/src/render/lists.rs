//! Filters on lists.

use std::cmp::Ordering;

use liquid::ValueView;
use liquid::model::{Value as Liquid, ValueCow};

use super::MAX_TEXT;
use super::arithmetic::{number, whole};
use super::natives::{Run, argument};
use super::sight::Sight;
use super::texts;

pub(super) const FILTERS: &[(&str, Run)] = &[
    ("w_first", |value, _| Ok(items(value)?.into_iter().next().unwrap_or(Liquid::Nil))),
    ("w_join", join),
    ("w_last", |value, _| Ok(items(value)?.pop().unwrap_or(Liquid::Nil))),
    ("w_map", map),
    ("w_size", size),
    ("w_sort", sort),
    ("w_window", window),
];

/// The elements; a missing list has none.
fn items(value: &dyn ValueView) -> Result<Vec<Liquid>, String> {
    match Sight::of(value) {
        Sight::List(items) => Ok(items),
        Sight::Missing => Ok(Vec::new()),
        other => Err(format!("a filter needs a list, and the value is {}", other.name())),
    }
}

fn size(value: &dyn ValueView, _: &[ValueCow<'_>]) -> Result<Liquid, String> {
    match Sight::of(value) {
        Sight::Text(text) => Ok(texts::size(&text)),
        _ => Ok(number(i64::try_from(items(value)?.len()).unwrap_or(i64::MAX))),
    }
}

fn join(value: &dyn ValueView, arguments: &[ValueCow<'_>]) -> Result<Liquid, String> {
    let between = if arguments.is_empty() { " ".to_owned() } else { texts::text(argument(arguments, 0))? };
    let mut joined = String::new();
    for (place, item) in items(value)?.iter().enumerate() {
        if place > 0 {
            joined.push_str(&between);
        }
        joined.push_str(&texts::text(item)?);
        if joined.len() > MAX_TEXT {
            return Err(format!("a text grows beyond {MAX_TEXT} bytes"));
        }
    }
    Ok(Liquid::scalar(joined))
}

fn map(value: &dyn ValueView, arguments: &[ValueCow<'_>]) -> Result<Liquid, String> {
    let name = argument(arguments, 0).to_kstr();
    let cell = |record: &Liquid| record.as_object()?.get(name.as_str()).map(ValueView::to_value);
    Ok(Liquid::Array(items(value)?.iter().map(|record| cell(record).unwrap_or(Liquid::Nil)).collect()))
}

/// Numbers by value, dates by the calendar, texts by code point; equal ones stay in their order.
fn sort(value: &dyn ValueView, _: &[ValueCow<'_>]) -> Result<Liquid, String> {
    let mut keyed: Vec<(Sight, Liquid)> =
        items(value)?.into_iter().map(|item| (Sight::of(&item), item)).collect();
    let mixed = keyed.windows(2).any(|pair| match pair {
        [(a, _), (b, _)] => a.compare(b).is_none(),
        _ => false,
    });
    if mixed {
        return Err("the values of a list have no common order".to_owned());
    }
    keyed.sort_by(|(a, _), (b, _)| a.compare(b).unwrap_or(Ordering::Equal));
    Ok(Liquid::Array(keyed.into_iter().map(|(_, item)| item).collect()))
}

/// The part of a list that a loop runs over: first the offset, then the limit, then the turn.
fn window(value: &dyn ValueView, arguments: &[ValueCow<'_>]) -> Result<Liquid, String> {
    let mut items = items(value)?;
    let offset = whole(argument(arguments, 0)).unwrap_or(0).min(items.len());
    items.drain(..offset);
    if let Some(limit) = whole(argument(arguments, 1)) {
        items.truncate(limit);
    }
    if argument(arguments, 2).as_scalar().and_then(|reversed| reversed.to_bool()) == Some(true) {
        items.reverse();
    }
    Ok(Liquid::Array(items))
}
