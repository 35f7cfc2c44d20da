//! Types of values, as declared.

use rust_decimal::Decimal;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Symbol, Value};

/// The type of a value. Missing values are a property of the [`Field`], not of the type.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Type {
    /// Unicode text.
    Text,
    /// A decimal number, with the range it was declared with, both ends included.
    Number {
        /// The least value.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        from: Option<Decimal>,
        /// The greatest value.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        to: Option<Decimal>,
    },
    /// A decimal amount in one currency (ISO 4217).
    Money(String),
    /// `yes` or `no`.
    YesNo,
    /// A day.
    Date,
    /// A local time of day.
    Time,
    /// A point in time.
    Moment,
    /// A span of time.
    Duration,
    /// An IANA time zone, kept as its name.
    Zone,
    /// One of the listed words.
    OneOf(Vec<Symbol>),
    /// A list.
    List(Box<Type>),
    /// Named fields, in declared order.
    Record(Vec<Field>),
}

/// One field of the customer, an event, or a record.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct Field {
    /// Its name.
    pub name: String,
    /// Its type.
    #[serde(rename = "type")]
    pub ty: Type,
    /// Whether the value may be missing.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub optional: bool,
    /// The value for profiles that lack it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<Value>,
}
