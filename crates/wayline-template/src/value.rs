//! The values a template is rendered with.

/// A value as the caller hands it to the renderer.
///
/// Decimal, date and time values are texts in a fixed form, so that this crate depends on nobody's number or
/// calendar types and never rounds what it only prints.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Value {
    /// The value is not known.
    Missing,
    /// A text; also a zone, a value of a `one of`.
    Text(String),
    /// A decimal number such as `80.5`, printed as it stands here.
    Number(String),
    /// An amount of money, with as many digits as its currency has: `80.00`. Printed as it stands here.
    Money {
        /// The decimal amount.
        amount: String,
        /// The ISO 4217 code of the currency.
        currency: String,
    },
    /// Yes or no.
    YesNo(bool),
    /// A date, `2026-03-07`.
    Date(String),
    /// A time of day, `21:00` or `21:00:00`.
    Time(String),
    /// A moment with its offset from UTC (RFC 3339, whole seconds or with a fraction): `2026-03-07T10:00:00-05:00`.
    /// The offset decides which local time the `date` filter shows.
    Moment(String),
    /// A length of time in the words that should be printed.
    Duration(String),
    /// A list.
    List(Vec<Value>),
    /// Named values.
    Record(Vec<(String, Value)>),
}
