//! The customer's own days, weeks and months as intervals of the time line.
//!
//! Day D lasts from the first moment of D to the first moment of D + 1. The days so defined follow
//! each other without gap or overlap. They agree with the date on the wall clock except where a
//! fold sets the clock back over midnight: those repeated minutes still belong to the new day.

use crate::arithmetic::{date_of, to_moment};
use crate::date::Date;
use crate::moment::Moment;
use crate::time_of_day::TimeOfDay;
use crate::zone::Zone;

/// The customer's day at a moment: the date that the steady clock shows.
#[must_use]
#[inline]
pub fn day_of(zone: Zone, moment: Moment) -> Date {
    date_of(zone.steady_clock(moment))
}

/// The first moment of the day that a moment lies in.
#[must_use]
pub fn start_of_day(zone: Zone, moment: Moment) -> Moment {
    first_moment(zone, day_of(zone, moment))
}

/// The first moment of the day after the one that a moment lies in: always later than it, up to
/// [`Date::MAX`].
#[must_use]
pub fn start_of_next_day(zone: Zone, moment: Moment) -> Moment {
    first_moment(zone, day_of(zone, moment).add_days(1))
}

/// The first moment of the week that a moment lies in; weeks begin on Monday (ISO 8601).
#[must_use]
pub fn start_of_week(zone: Zone, moment: Moment) -> Moment {
    first_moment(zone, monday_of(day_of(zone, moment)))
}

/// The first moment of the week after the one that a moment lies in.
#[must_use]
pub fn start_of_next_week(zone: Zone, moment: Moment) -> Moment {
    first_moment(zone, monday_of(day_of(zone, moment)).add_days(7))
}

/// The first moment of the month that a moment lies in.
#[must_use]
pub fn start_of_month(zone: Zone, moment: Moment) -> Moment {
    first_moment(zone, first_of_month(day_of(zone, moment)))
}

/// The first moment of the month after the one that a moment lies in.
#[must_use]
pub fn start_of_next_month(zone: Zone, moment: Moment) -> Moment {
    first_moment(zone, first_of_month(day_of(zone, moment)).add_months(1))
}

/// The first moment of a date: midnight, or the first moment after a gap that skips midnight.
pub(crate) fn first_moment(zone: Zone, date: Date) -> Moment {
    to_moment(zone, date, TimeOfDay::MIDNIGHT)
}

fn monday_of(date: Date) -> Date {
    date.add_days(-i32::from(date.weekday().days_from_monday()))
}

fn first_of_month(date: Date) -> Date {
    let (_, _, day) = date.ymd();
    date.add_days(1 - i32::from(day))
}
