//! Calendars: sets of dates such as black-out days.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::date::{Date, days_in_month};
use crate::error::TimeParseError;
use crate::moment::Moment;
use crate::periods::{day_of, first_moment};
use crate::text::parse_month_day;
use crate::text_form::text_form;
use crate::zone::Zone;

/// The leap day comes back within eight years (1896 to 1904, 2096 to 2104).
const LEAP_CYCLE: i32 = 8;

/// A month and a day of it, without a year: `12-24`. 29 February is one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MonthDay {
    month: u8,
    day: u8,
}

impl MonthDay {
    /// The month (1 to 12) and day (1 to 31); `None` if no year has such a day.
    #[must_use]
    pub const fn new(month: u8, day: u8) -> Option<Self> {
        const SOME_LEAP_YEAR: i32 = 2000;
        if day == 0 || day > days_in_month(SOME_LEAP_YEAR, month) {
            return None;
        }
        Some(Self { month, day })
    }

    /// The month, 1 to 12.
    #[must_use]
    pub const fn month(self) -> u8 {
        self.month
    }

    /// The day of the month, 1 to 31.
    #[must_use]
    pub const fn day(self) -> u8 {
        self.day
    }

    /// The month and day of a date.
    #[must_use]
    pub fn of(date: Date) -> Self {
        let (_, month, day) = date.ymd();
        Self { month, day }
    }

    /// The first date of a year that is not before this day: 1 March for 29 February in common years.
    fn not_before_in(self, year: i32) -> Option<Date> {
        Date::from_ymd(year, self.month, self.day).or_else(|| Date::from_ymd(year, self.month + 1, 1))
    }
}

impl fmt::Display for MonthDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}-{:02}", self.month, self.day)
    }
}

impl FromStr for MonthDay {
    type Err = TimeParseError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        parse_month_day(text)
    }
}

text_form!(MonthDay, "MonthDay", "A month and day of every year, such as 12-24.", Some("^\\d{2}-\\d{2}$"));

/// From one date to another, both included. Empty if `to` is before `from`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DateRange {
    /// The first date.
    pub from: Date,
    /// The last date.
    pub to: Date,
}

impl DateRange {
    /// Whether the date is in the range.
    #[must_use]
    pub fn contains(self, date: Date) -> bool {
        self.from <= date && date <= self.to
    }
}

/// From one day to another in every year, both included; over the year end if `to` is before `from`.
///
/// Days are compared by month and day: a range of 29 February alone is empty in common years.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct YearlyRange {
    /// The first day.
    pub from: MonthDay,
    /// The last day.
    pub to: MonthDay,
}

impl YearlyRange {
    /// Whether the date is in the range.
    #[must_use]
    pub fn contains(self, date: Date) -> bool {
        let day = MonthDay::of(date);
        if self.from <= self.to {
            self.from <= day && day <= self.to
        } else {
            self.from <= day || day <= self.to
        }
    }

    /// The first date after `date`, which is in the range, that is after the range's next `to`.
    fn after_end(self, date: Date) -> Option<Date> {
        let year = date.year();
        let year = if MonthDay::of(date) <= self.to { year } else { year.checked_add(1)? };
        match Date::from_ymd(year, self.to.month, self.to.day) {
            Some(last) => last.succ(),
            None => self.to.not_before_in(year),
        }
    }

    /// The first date after `date` that is in the range.
    fn next_inside(self, date: Date) -> Option<Date> {
        let next = date.succ()?;
        if self.contains(next) {
            return Some(next);
        }
        let year = date.year();
        (year..=year.saturating_add(LEAP_CYCLE))
            .filter_map(|year| self.from.not_before_in(year))
            .find(|start| *start > date && self.contains(*start))
    }
}

/// The days of a calendar: single ranges and yearly ones.
///
/// Which day it is, is asked of [`day_of`]: each day is one interval of the time line.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct CalendarDays {
    /// Ranges of dates.
    pub dates: Vec<DateRange>,
    /// Ranges of days of every year.
    pub yearly: Vec<YearlyRange>,
}

impl CalendarDays {
    /// Whether the date is in the calendar.
    #[must_use]
    pub fn contains(&self, date: Date) -> bool {
        self.dates.iter().any(|range| range.contains(date))
            || self.yearly.iter().any(|range| range.contains(date))
    }

    /// Whether the customer's day at a moment is in the calendar.
    #[must_use]
    pub fn contains_moment(&self, zone: Zone, moment: Moment) -> bool {
        self.contains(day_of(zone, moment))
    }

    /// The first moment not before this one whose day is not in the calendar; `None` if there is none.
    #[must_use]
    pub fn next_outside(&self, zone: Zone, moment: Moment) -> Option<Moment> {
        self.next_where(zone, moment, false)
    }

    /// The first moment not before this one whose day is in the calendar; `None` if there is none.
    #[must_use]
    pub fn next_inside(&self, zone: Zone, moment: Moment) -> Option<Moment> {
        self.next_where(zone, moment, true)
    }

    fn next_where(&self, zone: Zone, moment: Moment, inside: bool) -> Option<Moment> {
        let mut day = day_of(zone, moment);
        let mut at = moment;
        while self.contains(day) != inside {
            let wanted = if inside { self.next_date_inside(day) } else { self.next_date_outside(day) }?;
            at = first_moment(zone, wanted);
            // A day that the zone skipped has no moment: the clock is on the next day at once.
            day = day_of(zone, at);
            if day < wanted {
                return None; // the end of the calendar
            }
        }
        Some(at)
    }

    /// The first date after `date` that is in the calendar.
    fn next_date_inside(&self, date: Date) -> Option<Date> {
        let next = date.succ()?;
        let dates = self
            .dates
            .iter()
            .filter(|range| range.to >= next.max(range.from))
            .map(|range| range.from.max(next));
        let yearly = self.yearly.iter().filter_map(|range| range.next_inside(date));
        dates.chain(yearly).min()
    }

    /// The first date after `date`, which is in the calendar, that is not.
    fn next_date_outside(&self, date: Date) -> Option<Date> {
        // Every jump ends a range. A range of dates ends once. If the yearly ranges alone leave a day
        // out, a leap cycle of jumps finds it or lands in a range of dates; if not, there is none.
        let cycle = (LEAP_CYCLE as usize + 2).saturating_mul(self.yearly.len() + 1);
        let jumps = (self.dates.len() + 1).saturating_mul(cycle);
        let mut day = date;
        for _ in 0..jumps {
            day = if let Some(range) = self.dates.iter().find(|range| range.contains(day)) {
                range.to.succ()?
            } else if let Some(range) = self.yearly.iter().find(|range| range.contains(day)) {
                range.after_end(day)?
            } else {
                return Some(day);
            };
        }
        None
    }
}
