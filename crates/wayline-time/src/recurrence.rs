//! Moments that come again: every Monday at nine, every birthday.

use crate::arithmetic::{date_of, local_millis};
use crate::date::{Date, days_in_month};
use crate::moment::Moment;
use crate::time_of_day::TimeOfDay;
use crate::weekday::WeekdaySet;
use crate::zone::Zone;

/// The next moment strictly after `after` at which it is this time on one of these weekdays.
///
/// Strictly after, so a loop around it never fires twice at one moment. On a day whose time falls
/// into a gap it is the first moment after the gap; a time that occurs twice fires once, the first
/// time. `None` if the set is empty (or at the end of the calendar).
#[must_use]
pub fn next_time(zone: Zone, after: Moment, time: TimeOfDay, days: &WeekdaySet) -> Option<Moment> {
    if days.is_empty() {
        return None;
    }
    // A local time not yet reached is a moment still to come.
    let reached = zone.steady_clock(after);
    let mut date = date_of(reached);
    // Today may have passed already, else one of the seven days after it is in the set.
    for _ in 0..=7 {
        let candidate = local_millis(date, time);
        if days.contains(date.weekday()) && candidate > reached {
            return Some(zone.first_reach(candidate));
        }
        date = date.succ()?;
    }
    None
}

/// The next moment strictly after `after` at which it is this time on an anniversary of `day`.
///
/// The day itself counts as the first; nothing comes before it. An anniversary of 29 February is
/// 28 February in common years: the last day of that month, as in [`Date::add_months`].
/// `None` at the end of the calendar.
#[must_use]
pub fn next_anniversary(zone: Zone, after: Moment, day: Date, time: TimeOfDay) -> Option<Moment> {
    let (first_year, month, day_of_month) = day.ymd();
    let reached = zone.steady_clock(after);
    let mut year = date_of(reached).year().max(first_year);
    // This year's may have passed already, next year's has not.
    for _ in 0..=1 {
        let date = Date::from_ymd(year, month, day_of_month.min(days_in_month(year, month)))?;
        let candidate = local_millis(date, time);
        if candidate > reached {
            return Some(zone.first_reach(candidate));
        }
        year = year.checked_add(1)?;
    }
    None
}
