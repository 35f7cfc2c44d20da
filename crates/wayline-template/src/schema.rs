//! The types a template may read, supplied by the caller.

/// The type of a value.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Ty {
    /// Any text.
    Text,
    /// A decimal number.
    Number,
    /// An amount of money in one currency (its ISO 4217 code).
    Money(String),
    /// Yes or no.
    YesNo,
    /// A calendar date.
    Date,
    /// A time of day.
    Time,
    /// A moment: date, time and offset from UTC.
    Moment,
    /// A length of time. Templates may print it and test whether it is there.
    Duration,
    /// The name of a time zone.
    Zone,
    /// A text that is one of these.
    OneOf(Vec<String>),
    /// A list, possibly empty.
    List(Box<Ty>),
    /// Named fields.
    Record(Vec<Field>),
}

/// A named value: a root of the schema or a field of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// The name as it is written in templates.
    pub name: String,
    /// Its type when it is there.
    pub ty: Ty,
    /// Whether it may be missing.
    pub optional: bool,
}

impl Field {
    /// A field that is always there.
    pub fn required(name: impl Into<String>, ty: Ty) -> Self {
        Self { name: name.into(), ty, optional: false }
    }

    /// A field that may be missing.
    pub fn optional(name: impl Into<String>, ty: Ty) -> Self {
        Self { name: name.into(), ty, optional: true }
    }
}

/// Everything a template may read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Schema {
    /// The names a path can begin with, such as `customer` or a parameter of the message.
    pub roots: Vec<Field>,
}

impl Ty {
    /// The type in the words of the language, for messages.
    pub(crate) fn describe(&self) -> String {
        match self {
            Self::Text => "text".into(),
            Self::Number => "number".into(),
            Self::Money(currency) => format!("money in {currency}"),
            Self::YesNo => "yes or no".into(),
            Self::Date => "date".into(),
            Self::Time => "time".into(),
            Self::Moment => "moment".into(),
            Self::Duration => "duration".into(),
            Self::Zone => "zone".into(),
            Self::OneOf(values) => format!("one of {}", values.join(", ")),
            Self::List(item) => match **item {
                Self::Record(_) => "list of records".into(),
                ref item => format!("list of {}", item.describe()),
            },
            Self::Record(_) => "record".into(),
        }
    }

    /// Types whose values are text when a template works on them.
    pub(crate) fn is_text(&self) -> bool {
        matches!(self, Self::Text | Self::OneOf(_) | Self::Zone)
    }

    /// Types whose values have one obvious text.
    pub(crate) fn is_printable(&self) -> bool {
        !matches!(self, Self::List(_) | Self::Record(_))
    }
}
