//! Calendar arithmetic for customer journeys: zones, gaps and folds, windows, recurrence, cron.
//!
//! Everything here is a pure, total function: no clock, no environment, no panic. What would
//! overflow saturates at the end of the range or gives `None`, and each item says which.
//!
//! # One idea carries the crate
//!
//! A customer's wall clock jumps: a *gap* skips local times (spring forward), a *fold* repeats them
//! (fall back). [`Zone::steady_clock`] is that clock with one repair: it never goes back. While a
//! fold repeats an hour, the steady clock stands at the latest time already shown. Then
//!
//! > `to_moment(L) <= m` exactly when `L <= steady_clock(m)`
//!
//! which is the language's rule in one line: [`to_moment`] gives the first moment at which the wall
//! clock has reached `L`. A time that a gap skips is the first moment after the gap, a time that
//! occurs twice is the first of the two, a day that a zone skipped is the first moment after it.
//! Windows, calendars, recurrences and cron patterns are all asked on the steady clock, so each of
//! their intervals is one piece of the time line, none fires twice, and all agree with each other.

mod arithmetic;
mod calendar;
mod cron_pattern;
mod date;
mod error;
mod moment;
mod periods;
mod recurrence;
mod span;
mod text;
mod text_form;
mod time_of_day;
mod weekday;
mod window;
mod zone;

pub use arithmetic::{
    Anchor, LocalDateTime, LocalKind, add_span, local, local_kind, on_date, relative, to_moment,
};
pub use calendar::{CalendarDays, DateRange, MonthDay, YearlyRange};
pub use cron_pattern::CronPattern;
pub use date::{Date, days_in_month, is_leap_year};
pub use error::{CronError, TimeParseError, UnknownZone};
pub use moment::{MILLIS_PER_DAY, MILLIS_PER_HOUR, MILLIS_PER_MINUTE, MILLIS_PER_SECOND, Moment};
pub use periods::{
    day_of, start_of_day, start_of_month, start_of_next_day, start_of_next_month, start_of_next_week,
    start_of_week,
};
pub use recurrence::{next_anniversary, next_time};
pub use span::Span;
pub use text::{
    format_local, format_local_plain, format_rfc3339, format_rfc3339_in, parse_date, parse_moment, parse_time,
};
pub use time_of_day::TimeOfDay;
pub use weekday::{Weekday, WeekdaySet};
pub use window::{DayWindow, Window, any_contains, next_change, next_close, next_open};
pub use zone::Zone;
