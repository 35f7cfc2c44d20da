//! From moments to local times and back, and sums of moments and spans.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::date::Date;
use crate::moment::{MILLIS_PER_DAY, Moment};
use crate::span::Span;
use crate::time_of_day::TimeOfDay;
use crate::zone::Zone;

/// What a wall clock and calendar show.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize, JsonSchema,
)]
pub struct LocalDateTime {
    /// The date.
    pub date: Date,
    /// The time of day, in whole seconds.
    pub time: TimeOfDay,
    /// The milliseconds of the second, 0 to 999.
    pub millisecond: u16,
}

impl LocalDateTime {
    /// From milliseconds since 1970-01-01T00:00 local; the date saturates.
    #[must_use]
    pub fn from_local_millis(millis: i64) -> Self {
        let of_day = millis.rem_euclid(MILLIS_PER_DAY);
        Self {
            date: date_of(millis),
            // Lossless: less than a day.
            time: TimeOfDay((of_day / 1_000) as u32),
            millisecond: (of_day % 1_000) as u16,
        }
    }

    /// Milliseconds since 1970-01-01T00:00 local.
    #[must_use]
    pub const fn local_millis(self) -> i64 {
        local_millis(self.date, self.time) + self.millisecond as i64
    }
}

/// `2026-03-07 10:00:00`, with milliseconds only if there are any.
impl fmt::Display for LocalDateTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (hour, minute, second) = self.time.hms();
        write!(f, "{} {hour:02}:{minute:02}:{second:02}", self.date)?;
        if self.millisecond == 0 { Ok(()) } else { write!(f, ".{:03}", self.millisecond) }
    }
}

/// How often a local time occurs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum LocalKind {
    /// As nearly all.
    Once,
    /// Never: the clock jumps over it.
    Skipped,
    /// Twice: the clock is set back over it.
    Twice,
}

/// What a span is counted from: `3 days before X`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Anchor {
    /// A date; without a time of day it means its first moment.
    Date(Date),
    /// A moment.
    Moment(Moment),
}

/// What the wall clock shows at a moment.
#[must_use]
#[inline]
pub fn local(zone: Zone, moment: Moment) -> LocalDateTime {
    LocalDateTime::from_local_millis(wall_clock(zone, moment))
}

/// The first moment at which the wall clock has reached a local time.
///
/// A local time that a gap skips (also a whole skipped day) is the first moment after the gap; one
/// that occurs twice is the first of the two. A later local time never gives an earlier moment.
#[must_use]
#[inline]
pub fn to_moment(zone: Zone, date: Date, time: TimeOfDay) -> Moment {
    zone.first_reach(local_millis(date, time))
}

/// The same as [`to_moment`], in the words of `at 10:00 on 2026-12-24`.
#[must_use]
pub fn on_date(zone: Zone, date: Date, time: TimeOfDay) -> Moment {
    to_moment(zone, date, time)
}

/// How often a local time occurs in a zone.
#[must_use]
pub fn local_kind(zone: Zone, date: Date, time: TimeOfDay) -> LocalKind {
    let wanted = local_millis(date, time);
    let first = zone.first_reach(wanted);
    if wall_clock(zone, first) != wanted {
        return LocalKind::Skipped;
    }
    match zone.next_transition(first) {
        // Set back, at the next change, to before the wanted time: the clock shows it again.
        Some(next)
            if wall_clock(zone, next) <= wanted && wanted < wall_clock(zone, Moment(next.0 - 1)) + 1 =>
        {
            LocalKind::Twice
        }
        _ => LocalKind::Once,
    }
}

/// A moment and a span more: first the months, then the days, both keeping the local time of day to
/// the millisecond (then the rule of [`to_moment`]), then the exact part. Saturates.
///
/// Without months and days the sum is exact, also in the repeated part of a fold.
#[must_use]
pub fn add_span(zone: Zone, moment: Moment, span: &Span) -> Moment {
    if span.is_exact() {
        return moment.plus_millis(span.millis);
    }
    let before = wall_clock(zone, moment);
    let date = add_calendar(date_of(before), span);
    let wanted = i64::from(date.0) * MILLIS_PER_DAY + before.rem_euclid(MILLIS_PER_DAY);
    zone.first_reach(wanted).plus_millis(span.millis)
}

/// `3 days before X at 10:00`: the moment an offset before or after an anchor.
///
/// With `at`, the offset leads to a local date, and the answer is that time on that date; a date
/// that the zone skipped gives the first moment after it. Without `at`, a date stands for its first
/// moment and a moment for itself. The exact part of the offset (hours, minutes, seconds) is counted
/// last, as in [`add_span`]. Saturates.
#[must_use]
pub fn relative(zone: Zone, anchor: Anchor, offset: Span, before: bool, at: Option<TimeOfDay>) -> Moment {
    let offset = if before { offset.negate() } else { offset };
    let Some(time) = at else {
        return match anchor {
            Anchor::Moment(moment) => add_span(zone, moment, &offset),
            Anchor::Date(date) => start_plus(zone, date, &offset),
        };
    };
    let date = match anchor {
        Anchor::Date(date) if offset.millis == 0 => add_calendar(date, &offset),
        Anchor::Date(date) => local(zone, start_plus(zone, date, &offset)).date,
        Anchor::Moment(moment) if offset.millis == 0 => add_calendar(local(zone, moment).date, &offset),
        Anchor::Moment(moment) => local(zone, add_span(zone, moment, &offset)).date,
    };
    to_moment(zone, date, time)
}

/// The first moment of the date that the calendar part leads to, and then the exact part.
fn start_plus(zone: Zone, date: Date, offset: &Span) -> Moment {
    to_moment(zone, add_calendar(date, offset), TimeOfDay::MIDNIGHT).plus_millis(offset.millis)
}

fn add_calendar(date: Date, span: &Span) -> Date {
    date.add_months(span.months).add_days(span.days)
}

#[inline]
fn wall_clock(zone: Zone, moment: Moment) -> i64 {
    moment.0.saturating_add(zone.offset_millis(moment))
}

/// The date of a local time in milliseconds; saturates.
#[inline]
pub(crate) fn date_of(local_millis: i64) -> Date {
    let days = local_millis.div_euclid(MILLIS_PER_DAY);
    // Lossless after the clamp.
    Date(days.clamp(i64::from(i32::MIN), i64::from(i32::MAX)) as i32)
}

/// A local time in milliseconds; any date fits.
#[inline]
pub(crate) const fn local_millis(date: Date, time: TimeOfDay) -> i64 {
    date.0 as i64 * MILLIS_PER_DAY + time.millis()
}
