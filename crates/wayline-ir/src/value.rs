//! Values: constants in a program, and what the engine computes with.

use std::sync::Arc;

use rust_decimal::Decimal;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use wayline_time::{Date, Moment, Span, TimeOfDay};

use crate::Symbol;

/// A value. Cheap to clone: long parts are shared.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Value {
    /// No value. The checker makes sure it is tested, defaulted or excluded before use.
    #[default]
    Missing,
    /// `yes` or `no`.
    YesNo(bool),
    /// A decimal number.
    Number(Decimal),
    /// An amount; its currency is part of its type.
    Money(Decimal),
    /// Text, and the names of zones.
    Text(Arc<str>),
    /// A word of a `one of` type.
    Choice(Symbol),
    /// A day.
    Date(Date),
    /// A local time of day.
    Time(TimeOfDay),
    /// A point in time.
    Moment(Moment),
    /// A span of time.
    Duration(Span),
    /// A list.
    List(Arc<[Value]>),
    /// Field values in declared order.
    Record(Arc<[Value]>),
}

impl Value {
    /// Whether there is no value.
    #[must_use]
    pub const fn is_missing(&self) -> bool {
        matches!(self, Self::Missing)
    }

    /// Text from anything that reads as a string.
    #[must_use]
    pub fn text(text: &str) -> Self {
        Self::Text(Arc::from(text))
    }
}
