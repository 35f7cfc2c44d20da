//! From the caller's values to those of the `liquid` crate.
//!
//! Text, yes or no, lists and records have their counterparts. Numbers, money, dates, times and moments keep their exact
//! text inside an object with two reserved keys, which no record can have.

use liquid::model::{DateTime, Value as Liquid};
use liquid::{Object, ValueView};
use rust_decimal::Decimal;

use super::RenderError;
use crate::value::Value;

const KIND: &str = "#";
const TEXT: &str = "#text";

/// The kinds of values with exact text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Number,
    Money,
    Date,
    Time,
    Moment,
}

const KINDS: &[(Kind, &str)] = &[
    (Kind::Number, "number"),
    (Kind::Money, "money"),
    (Kind::Date, "date"),
    (Kind::Time, "time"),
    (Kind::Moment, "moment"),
];

pub(super) fn exact(kind: Kind, text: &str) -> Liquid {
    let name = KINDS.iter().find(|(other, _)| *other == kind).map_or("number", |(_, name)| name);
    let mut object = Object::new();
    object.insert(KIND.into(), Liquid::scalar(name));
    object.insert(TEXT.into(), Liquid::scalar(text.to_owned()));
    Liquid::Object(object)
}

/// The kind and text of such an object.
pub(super) fn seen_exact(value: &dyn ValueView) -> Option<(Kind, String)> {
    let object = value.as_object()?;
    let name = object.get(KIND)?.to_kstr().into_string();
    let kind = KINDS.iter().find(|(_, other)| *other == name).map(|(kind, _)| *kind)?;
    Some((kind, object.get(TEXT)?.to_kstr().into_string()))
}

pub(super) fn to_liquid(value: &Value) -> Result<Liquid, RenderError> {
    let bad = |kind: &'static str, text: &str| Err(RenderError::BadValue { kind, text: text.to_owned() });
    Ok(match value {
        Value::Missing => Liquid::Nil,
        Value::Text(text) | Value::Duration(text) => Liquid::scalar(text.clone()),
        Value::YesNo(yes) => Liquid::scalar(*yes),
        Value::Number(text) if decimal(text).is_none() => return bad("number", text),
        Value::Number(text) => exact(Kind::Number, text),
        Value::Money { amount, .. } if decimal(amount).is_none() => return bad("number", amount),
        Value::Money { amount, .. } => exact(Kind::Money, amount),
        Value::Date(text) if parse_date(text).is_none() => return bad("date", text),
        Value::Date(text) => exact(Kind::Date, text),
        Value::Time(text) if !is_time(text) => return bad("time", text),
        Value::Time(text) => exact(Kind::Time, text),
        Value::Moment(text) if parse_moment(text).is_none() => return bad("moment", text),
        Value::Moment(text) => exact(Kind::Moment, text),
        Value::List(items) => Liquid::Array(items.iter().map(to_liquid).collect::<Result<_, _>>()?),
        Value::Record(fields) => {
            let mut object = Object::new();
            for (name, value) in fields {
                // No path can name such a field, and it could be taken for one of ours.
                if !name.starts_with('#') {
                    object.insert(name.clone().into(), to_liquid(value)?);
                }
            }
            Liquid::Object(object)
        }
    })
}

/// A decimal written out, without exponent.
pub(super) fn decimal(text: &str) -> Option<Decimal> {
    let plain = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.' || byte == b'-');
    if plain { Decimal::from_str_exact(text).ok() } else { None }
}

/// `2026-03-07`, a day that exists.
pub(super) fn parse_date(text: &str) -> Option<DateTime> {
    let (year, month, day) = crate::dates::parse_date(text)?;
    // The constructor panics on days that do not exist; this one does.
    Some(DateTime::from_ymd(year, month, day))
}

/// `2026-03-07T10:00:00-05:00`, with a fraction of at most nine digits, or `Z` for the offset.
pub(super) fn parse_moment(text: &str) -> Option<DateTime> {
    let date = text.get(..10)?;
    crate::dates::parse_date(date)?;
    let rest = text.get(10..)?.strip_prefix(['T', 't', ' '])?;
    let (time, offset) = match rest.strip_suffix(['Z', 'z']) {
        Some(time) => (time, "+0000".to_owned()),
        None => {
            let at = rest.rfind(['+', '-'])?;
            let (time, offset) = (rest.get(..at)?, rest.get(at..)?);
            let (hours, minutes) = (offset.get(1..3)?, offset.get(3..)?);
            let minutes = minutes.strip_prefix(':').unwrap_or(minutes);
            if !crate::dates::is_time(&format!("{hours}:{minutes}")) {
                return None;
            }
            (time, format!("{}{hours}{minutes}", offset.get(..1)?))
        }
    };
    if !crate::dates::is_time(time.get(..5)?) {
        return None;
    }
    // The form that the crate itself prints; it reads others, too, and `now`.
    DateTime::from_str(&format!("{date} {time} {offset}"))
}

/// `21:00` or `21:00:00`.
fn is_time(text: &str) -> bool {
    match text.get(5..) {
        Some("") => crate::dates::is_time(text),
        Some(seconds) => {
            // Seconds have the form and range of minutes.
            let seconds = seconds.strip_prefix(':').unwrap_or_default();
            text.get(..5).is_some_and(crate::dates::is_time)
                && crate::dates::is_time(&format!("00:{seconds}"))
        }
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments() {
        let moment = parse_moment("2026-03-07T10:00:00-05:00").unwrap();
        assert_eq!(moment, parse_moment("2026-03-07T15:00:00Z").unwrap());
        assert_eq!(moment.format("%H:%M").unwrap(), "10:00");
        assert!(parse_moment("2026-03-07T10:00:00.25+02:00").unwrap() < moment);
        for bad in
            ["now", "2026-03-07", "2026-02-30T10:00:00Z", "2026-03-07T25:00:00Z", "2026-03-07T10:00:00"]
        {
            assert!(parse_moment(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn forms_are_checked() {
        assert!(to_liquid(&Value::Number("1e3".into())).is_err());
        assert!(to_liquid(&Value::Number("80.50".into())).is_ok());
        assert!(to_liquid(&Value::Time("9:00".into())).is_err());
        assert!(to_liquid(&Value::Time("09:00:59".into())).is_ok());
        assert!(to_liquid(&Value::Date("2026-13-01".into())).is_err());
    }
}
