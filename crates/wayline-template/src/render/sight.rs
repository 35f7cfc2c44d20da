//! How our own filters see a value of the `liquid` crate.

use std::cmp::Ordering;

use liquid::ValueView;
use liquid::model::Value as Liquid;
use rust_decimal::Decimal;

use super::convert::{self, Kind};

/// A value with its type.
pub(super) enum Sight {
    Missing,
    Text(String),
    /// Its exact text and its value. Money counts as a number: the checker keeps currencies apart.
    Number(String, Decimal),
    Date(String),
    Time(String),
    Moment(String),
    YesNo(bool),
    List(Vec<Liquid>),
    Record,
}

impl Sight {
    pub(super) fn of(value: &dyn ValueView) -> Self {
        if value.is_nil() {
            return Self::Missing;
        }
        if let Some((kind, text)) = convert::seen_exact(value) {
            return match kind {
                Kind::Number | Kind::Money => match convert::decimal(&text) {
                    Some(number) => Self::Number(text, number),
                    None => Self::Text(text),
                },
                Kind::Date => Self::Date(text),
                Kind::Time => Self::Time(text),
                Kind::Moment => Self::Moment(text),
            };
        }
        if let Some(array) = value.as_array() {
            return Self::List(array.values().map(ValueView::to_value).collect());
        }
        if value.as_object().is_some() {
            return Self::Record;
        }
        if let Some(scalar) = value.as_scalar() {
            // A number of the crate itself: `forloop.index`.
            if scalar.type_name() == "whole number"
                && let Some(number) = scalar.to_integer()
            {
                return Self::Number(number.to_string(), Decimal::from(number));
            }
            if let Some(yes) = scalar.to_bool() {
                return Self::YesNo(yes);
            }
        }
        Self::Text(value.to_kstr().into_string())
    }

    /// The text that is printed; none for missing values, lists and records.
    pub(super) fn text(self) -> Option<String> {
        match self {
            Self::Text(text)
            | Self::Number(text, _)
            | Self::Date(text)
            | Self::Time(text)
            | Self::Moment(text) => Some(text),
            Self::YesNo(yes) => Some(yes.to_string()),
            Self::Missing | Self::List(_) | Self::Record => None,
        }
    }

    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Text(_) => "a text",
            Self::Number(..) => "a number",
            Self::Date(_) => "a date",
            Self::Time(_) => "a time",
            Self::Moment(_) => "a moment",
            Self::YesNo(_) => "a yes or no",
            Self::List(_) => "a list",
            Self::Record => "a record",
        }
    }

    /// The order of two values of one type; none for values that have no common order.
    pub(super) fn compare(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Text(a), Self::Text(b)) => Some(a.cmp(b)),
            (Self::Number(_, a), Self::Number(_, b)) => Some(a.cmp(b)),
            (Self::YesNo(a), Self::YesNo(b)) => Some(a.cmp(b)),
            // The fixed form of dates sorts as the calendar does.
            (Self::Date(a), Self::Date(b) | Self::Text(b)) | (Self::Text(a), Self::Date(b)) => Some(a.cmp(b)),
            (Self::Time(a), Self::Time(b) | Self::Text(b)) | (Self::Text(a), Self::Time(b)) => {
                Some(with_seconds(a).cmp(&with_seconds(b)))
            }
            (Self::Moment(a), Self::Moment(b)) => {
                Some(convert::parse_moment(a)?.cmp(&convert::parse_moment(b)?))
            }
            _ => None,
        }
    }
}

fn with_seconds(time: &str) -> String {
    if time.len() == 5 { format!("{time}:00") } else { time.to_owned() }
}
