//! Days of the week and sets of them.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A day of the week. Weeks begin on Monday, as in ISO 8601.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
pub enum Weekday {
    /// Monday.
    Mon,
    /// Tuesday.
    Tue,
    /// Wednesday.
    Wed,
    /// Thursday.
    Thu,
    /// Friday.
    Fri,
    /// Saturday.
    Sat,
    /// Sunday.
    Sun,
}

impl Weekday {
    /// Monday to Sunday.
    pub const ALL: [Self; 7] = [Self::Mon, Self::Tue, Self::Wed, Self::Thu, Self::Fri, Self::Sat, Self::Sun];

    /// The number of days since Monday, 0 to 6.
    #[must_use]
    pub const fn days_from_monday(self) -> u8 {
        self as u8
    }

    /// The name as it is written in the language: `Mon`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Mon => "Mon",
            Self::Tue => "Tue",
            Self::Wed => "Wed",
            Self::Thu => "Thu",
            Self::Fri => "Fri",
            Self::Sat => "Sat",
            Self::Sun => "Sun",
        }
    }

    /// The weekday with this name, `Mon` to `Sun`.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|day| day.name() == name)
    }

    /// The weekday so many days after a Monday; the caller keeps `index` in 0..=6.
    pub(crate) const fn from_index(index: i32) -> Self {
        match index {
            0 => Self::Mon,
            1 => Self::Tue,
            2 => Self::Wed,
            3 => Self::Thu,
            4 => Self::Fri,
            5 => Self::Sat,
            _ => Self::Sun,
        }
    }
}

impl fmt::Display for Weekday {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A set of weekdays. In JSON a list of their names, in the order of the week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct WeekdaySet(u8);

impl WeekdaySet {
    /// No day.
    pub const EMPTY: Self = Self(0);
    /// Every day.
    pub const ALL: Self = Self(0b111_1111);

    /// Every day.
    #[must_use]
    pub const fn all() -> Self {
        Self::ALL
    }

    /// The days from `first` to `last`, both included; wraps over the week end (`Sat` to `Mon`).
    #[must_use]
    pub fn from_range(first: Weekday, last: Weekday) -> Self {
        let length = (last as u8 + 7 - first as u8) % 7;
        (0..=length).map(|step| Weekday::from_index(i32::from((first as u8 + step) % 7))).collect()
    }

    /// Whether the day is in the set.
    #[must_use]
    pub const fn contains(self, day: Weekday) -> bool {
        self.0 & (1 << day as u8) != 0
    }

    /// Adds a day; `false` if it was there already.
    pub const fn insert(&mut self, day: Weekday) -> bool {
        let new = !self.contains(day);
        self.0 |= 1 << day as u8;
        new
    }

    /// The days of the set, Monday first.
    pub fn iter(self) -> impl Iterator<Item = Weekday> {
        Weekday::ALL.into_iter().filter(move |day| self.contains(*day))
    }

    /// Whether there is no day in the set.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether every day is in the set.
    #[must_use]
    pub const fn is_all(self) -> bool {
        self.0 == Self::ALL.0
    }

    /// The number of days in the set.
    #[must_use]
    pub const fn len(self) -> u32 {
        self.0.count_ones()
    }
}

impl FromIterator<Weekday> for WeekdaySet {
    fn from_iter<I: IntoIterator<Item = Weekday>>(days: I) -> Self {
        let mut set = Self::EMPTY;
        for day in days {
            set.insert(day);
        }
        set
    }
}

impl From<Weekday> for WeekdaySet {
    fn from(day: Weekday) -> Self {
        Self(1 << day as u8)
    }
}

/// `Mon to Fri` for three days and more in a row, else `Mon, Wed`; empty text for no day.
impl fmt::Display for WeekdaySet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = Weekday::ALL.into_iter().peekable();
        let mut separator = "";
        while let Some(first) = rest.next() {
            if !self.contains(first) {
                continue;
            }
            let mut last = first;
            while let Some(day) = rest.next_if(|day| self.contains(*day)) {
                last = day;
            }
            match last as u8 - first as u8 {
                0 => write!(f, "{separator}{first}")?,
                1 => write!(f, "{separator}{first}, {last}")?,
                _ => write!(f, "{separator}{first} to {last}")?,
            }
            separator = ", ";
        }
        Ok(())
    }
}

impl Serialize for WeekdaySet {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

impl<'de> Deserialize<'de> for WeekdaySet {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Vec::<Weekday>::deserialize(deserializer)?.into_iter().collect())
    }
}

impl JsonSchema for WeekdaySet {
    fn schema_name() -> Cow<'static, str> {
        "WeekdaySet".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "array",
            "description": "A set of weekdays.",
            "items": generator.subschema_for::<Weekday>(),
        })
    }
}
