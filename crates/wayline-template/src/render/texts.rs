//! Filters on texts and dates that the `liquid` crate does differently from what it says, or without a bound.

use liquid::ValueView;
use liquid::model::{Value as Liquid, ValueCow};

use super::MAX_TEXT;
use super::arithmetic::{number, whole};
use super::convert;
use super::natives::{Run, argument};
use super::sight::Sight;

pub(super) const FILTERS: &[(&str, Run)] = &[
    ("w_append", |value, arguments| bounded(text(value)? + &text(argument(arguments, 0))?)),
    ("w_date", date),
    ("w_prepend", |value, arguments| bounded(text(argument(arguments, 0))? + &text(value)?)),
    ("w_replace", replace),
    ("w_text", |value, _| text_of(Sight::of(value))),
    ("w_truncate", truncate),
    ("w_truncatewords", truncate_words),
];

/// The text of a value; nil stays nil, for a `default` behind.
pub(super) fn text_of(sight: Sight) -> Result<Liquid, String> {
    let name = sight.name();
    match sight {
        Sight::Missing => Ok(Liquid::Nil),
        sight => sight.text().map(Liquid::scalar).ok_or_else(|| format!("{name} has no text")),
    }
}

/// The text of a value that must be there.
pub(super) fn text(value: &dyn ValueView) -> Result<String, String> {
    let sight = Sight::of(value);
    let name = sight.name();
    sight.text().ok_or_else(|| format!("a filter needs a text, and the value is {name}"))
}

fn bounded(text: String) -> Result<Liquid, String> {
    if text.len() > MAX_TEXT {
        return Err(format!("a text grows beyond {MAX_TEXT} bytes"));
    }
    Ok(Liquid::scalar(text))
}

/// The number of characters (Unicode scalar values). The crate counts bytes.
pub(super) fn size(text: &str) -> Liquid {
    number(i64::try_from(text.chars().count()).unwrap_or(i64::MAX))
}

fn date(value: &dyn ValueView, arguments: &[ValueCow<'_>]) -> Result<Liquid, String> {
    let moment = match Sight::of(value) {
        Sight::Missing => return Ok(Liquid::Nil),
        Sight::Date(text) => convert::parse_date(&text),
        Sight::Moment(text) => convert::parse_moment(&text),
        other => return Err(format!("`date` needs a date, and the value is {}", other.name())),
    };
    let format = argument(arguments, 0).to_kstr();
    let text = moment.and_then(|moment| moment.format(format.as_str()).ok());
    text.map(Liquid::scalar).ok_or_else(|| format!("the date format `{format}` is not understood"))
}

fn replace(value: &dyn ValueView, arguments: &[ValueCow<'_>]) -> Result<Liquid, String> {
    if value.is_nil() {
        return Ok(Liquid::Nil);
    }
    let (text, from, to) = (text(value)?, text(argument(arguments, 0))?, text(argument(arguments, 1))?);
    // Every character can become `to`: what this could come to is bounded before it is built.
    let matches = text.matches(from.as_str()).count();
    if text.len().saturating_add(matches.saturating_mul(to.len())) > MAX_TEXT {
        return Err(format!("a text grows beyond {MAX_TEXT} bytes"));
    }
    Ok(Liquid::scalar(text.replace(from.as_str(), &to)))
}

/// At most so many characters, the ellipsis included. The crate compares with the number of bytes.
fn truncate(value: &dyn ValueView, arguments: &[ValueCow<'_>]) -> Result<Liquid, String> {
    if value.is_nil() {
        return Ok(Liquid::Nil);
    }
    let (text, length, ellipsis) = truncation(value, arguments, 50)?;
    if text.chars().count() <= length {
        return Ok(Liquid::scalar(text));
    }
    let kept = length.saturating_sub(ellipsis.chars().count());
    Ok(Liquid::scalar(text.chars().take(kept).collect::<String>() + &ellipsis))
}

/// At most so many words, of at least one.
fn truncate_words(value: &dyn ValueView, arguments: &[ValueCow<'_>]) -> Result<Liquid, String> {
    if value.is_nil() {
        return Ok(Liquid::Nil);
    }
    let (text, length, ellipsis) = truncation(value, arguments, 15)?;
    let words: Vec<&str> = text.split_whitespace().collect();
    if words.len() <= length.max(1) {
        return Ok(Liquid::scalar(text));
    }
    let kept: Vec<&str> = words.into_iter().take(length.max(1)).collect();
    Ok(Liquid::scalar(kept.join(" ") + &ellipsis))
}

fn truncation(
    value: &dyn ValueView,
    arguments: &[ValueCow<'_>],
    usual: usize,
) -> Result<(String, usize, String), String> {
    let length = if arguments.is_empty() { usual } else { whole(argument(arguments, 0)).unwrap_or(usual) };
    let ellipsis = if arguments.len() < 2 { "...".to_owned() } else { text(argument(arguments, 1))? };
    Ok((text(value)?, length, ellipsis))
}
