//! Windows of the day: quiet hours, open hours.
//!
//! A window is a set of intervals of the time line, one for each day it starts on:
//! `[to_moment(from), to_moment(to))`. Each is in one piece. At a gap an edge that the clock skips
//! is the first moment after the gap (a window wholly inside the gap does not happen that day). At a
//! fold both edges mean the first occurrence: `00:30 to 01:30` is over when the clock first shows
//! 01:30 and does not open again in the repeated hour, while `21:00 to 02:00` covers both hours.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::arithmetic::{date_of, local_millis};
use crate::date::Date;
use crate::moment::{MILLIS_PER_DAY, Moment};
use crate::time_of_day::TimeOfDay;
use crate::weekday::WeekdaySet;
use crate::zone::Zone;

/// How many days ahead a change is looked for. Windows repeat weekly; a gap can swallow one change,
/// and gaps are months apart.
const HORIZON_DAYS: i64 = 30;

/// From one time of day to another: half-open, over midnight if `to` is before `from`, the whole day
/// (from `from` to the next day's `from`) if they are equal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Window {
    /// The first time of day that is inside.
    pub from: TimeOfDay,
    /// The first time of day that is outside again.
    pub to: TimeOfDay,
}

impl Window {
    /// Whether a moment lies in the window of some day.
    #[must_use]
    pub fn contains(self, zone: Zone, moment: Moment) -> bool {
        self.every_day().contains(zone, moment)
    }

    /// The first moment not before this one that is outside: `moment` itself if it is outside.
    /// `None` if there is none, as the window is the whole day.
    #[must_use]
    pub fn end_after(self, zone: Zone, moment: Moment) -> Option<Moment> {
        next_close(zone, moment, &[self.every_day()])
    }

    /// This window on every day.
    #[must_use]
    pub const fn every_day(self) -> DayWindow {
        DayWindow { days: WeekdaySet::ALL, window: self }
    }

    /// Whether it lasts the whole day.
    #[must_use]
    pub fn is_whole_day(self) -> bool {
        self.from.seconds() == self.to.seconds()
    }

    /// Whether it reaches into the day after the one it starts on.
    #[must_use]
    pub fn crosses_midnight(self) -> bool {
        self.to.seconds() <= self.from.seconds() && self.to.seconds() > 0
    }
}

/// A window on some days of the week. One that crosses midnight belongs to the day it starts on:
/// `Mon 21:00 to 09:00` covers Tuesday 00:00 to 09:00, and nothing of Monday before 21:00.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DayWindow {
    /// The days it starts on.
    pub days: WeekdaySet,
    /// The window.
    pub window: Window,
}

impl DayWindow {
    /// Whether a moment lies in the window.
    #[must_use]
    pub fn contains(self, zone: Zone, moment: Moment) -> bool {
        self.covers(zone.steady_clock(moment))
    }

    /// Whether a reading of the steady clock lies in the window.
    fn covers(self, reading: i64) -> bool {
        let date = date_of(reading);
        let time = reading.rem_euclid(MILLIS_PER_DAY);
        let (from, to) = (self.window.from.millis(), self.window.to.millis());
        let starts_today = || self.days.contains(date.weekday());
        if from < to {
            return from <= time && time < to && starts_today();
        }
        (time >= from && starts_today()) || (time < to && self.days.contains(date.add_days(-1).weekday()))
    }

    /// The first edge later than a reading of the steady clock, as such a reading.
    fn next_edge(self, reading: i64) -> Option<i64> {
        let (from, to) = (self.window.from.millis(), self.window.to.millis());
        let until = if from < to { to } else { to + MILLIS_PER_DAY };
        let today = date_of(reading);
        // Yesterday's window may still be open, and next week's is the last to look at.
        (-1..=7)
            .map(|step| today.add_days(step))
            .filter(|day| self.days.contains(day.weekday()))
            .flat_map(|day| [start(day) + from, start(day) + until])
            .find(|edge| *edge > reading)
    }
}

/// Whether a moment lies in any of the windows.
#[must_use]
pub fn any_contains(zone: Zone, moment: Moment, windows: &[DayWindow]) -> bool {
    covered(zone.steady_clock(moment), windows)
}

/// The first moment not before this one that lies in any of the windows; `None` if there is none.
#[must_use]
pub fn next_open(zone: Zone, moment: Moment, windows: &[DayWindow]) -> Option<Moment> {
    if any_contains(zone, moment, windows) { Some(moment) } else { next_change(zone, moment, windows) }
}

/// The first moment not before this one that lies outside all of the windows; `None` if there is
/// none, as they cover the whole week.
#[must_use]
pub fn next_close(zone: Zone, moment: Moment, windows: &[DayWindow]) -> Option<Moment> {
    if any_contains(zone, moment, windows) { next_change(zone, moment, windows) } else { Some(moment) }
}

/// The first moment strictly after this one at which "in any of the windows" changes; `None` if it
/// never does. Windows that overlap or follow each other directly count as one.
#[must_use]
pub fn next_change(zone: Zone, moment: Moment, windows: &[DayWindow]) -> Option<Moment> {
    let first = zone.steady_clock(moment);
    let open = covered(first, windows);
    let always = |day: &DayWindow| day.days.is_all() && day.window.is_whole_day();
    if open && windows.iter().any(always) {
        return None;
    }
    let mut reading = first;
    while reading.saturating_sub(first) <= HORIZON_DAYS * MILLIS_PER_DAY {
        let edge = windows.iter().filter_map(|window| window.next_edge(reading)).min()?;
        let at = zone.first_reach(edge);
        // In a gap the clock is beyond the edge at once, perhaps beyond the next edge too.
        reading = zone.steady_clock(at);
        if covered(reading, windows) != open {
            return Some(at);
        }
    }
    None
}

fn covered(reading: i64, windows: &[DayWindow]) -> bool {
    windows.iter().any(|window| window.covers(reading))
}

fn start(day: Date) -> i64 {
    local_millis(day, TimeOfDay::MIDNIGHT)
}
