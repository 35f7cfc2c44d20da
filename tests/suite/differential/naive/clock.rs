//! Local time, by the `jiff` crate alone: what the customer's clock shows, and when it has first shown it.
//!
//! Everything follows from two questions: what does the clock show at a moment, and which is the first moment at which
//! it has reached a local time. The second is answered by trying the few moments that can be meant.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock, RwLock};

use jiff::Timestamp;
use jiff::tz::TimeZone;
use wayline_time::{CalendarDays, Date, DayWindow, Moment, Span, TimeOfDay, WeekdaySet};

pub(crate) const DAY: i64 = 86_400_000;

/// A zone: each offset and the moment from which it holds, from 1990 to 2080.
#[derive(Debug, Clone)]
pub(crate) struct Clock(Arc<Vec<(i64, i64)>>);

static CLOCKS: LazyLock<RwLock<BTreeMap<String, Option<Clock>>>> = LazyLock::new(RwLock::default);

impl Clock {
    /// The zone of a name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        if let Some(known) = CLOCKS.read().unwrap().get(name) {
            return known.clone();
        }
        let clock = TimeZone::get(name).ok().map(|zone| Self::of(&zone));
        CLOCKS.write().unwrap().insert(name.to_owned(), clock.clone());
        clock
    }

    fn of(zone: &TimeZone) -> Self {
        let start: Timestamp = "1990-01-01T00:00:00Z".parse().unwrap();
        let end: Timestamp = "2080-01-01T00:00:00Z".parse().unwrap();
        let millis = |offset: jiff::tz::Offset| i64::from(offset.seconds()) * 1_000;
        let mut offsets = vec![(i64::MIN, millis(zone.to_offset(start)))];
        for change in zone.following(start).take_while(|change| change.timestamp() < end) {
            offsets.push((change.timestamp().as_millisecond(), millis(change.offset())));
        }
        Self(Arc::new(offsets))
    }

    /// The offsets between two moments.
    pub(crate) fn offsets(&self, from: Moment, until: Moment) -> Vec<i64> {
        let changes = self.0.iter().filter(|(at, _)| *at > from.0 && *at <= until.0);
        let mut all: Vec<i64> = changes.map(|(_, offset)| *offset).collect();
        all.push(self.wall(from) - from.0);
        all
    }

    /// The changes within two days of a moment, and the one before them.
    fn near(&self, at: i64) -> &[(i64, i64)] {
        let first = self.0.partition_point(|(from, _)| *from <= at - 2 * DAY);
        let end = self.0.partition_point(|(from, _)| *from < at + 2 * DAY);
        &self.0[first - 1..end]
    }

    /// What the clock on the wall shows, in milliseconds since 1970 began there.
    pub(crate) fn wall(&self, at: Moment) -> i64 {
        let after = self.0.partition_point(|(from, _)| *from <= at.0);
        at.0 + self.0[after - 1].1
    }

    /// The first moment at which the clock has reached a local time.
    pub(crate) fn reaches(&self, local: i64) -> Moment {
        let near = self.near(local);
        let read = near.iter().map(|(_, offset)| local - offset);
        let changes = near.iter().map(|(from, _)| *from).filter(|from| *from > i64::MIN);
        read.chain(changes).filter(|at| self.wall(Moment(*at)) >= local).min().map(Moment).unwrap()
    }

    /// The latest local time that the clock has shown up to a moment.
    pub(crate) fn reached(&self, at: Moment) -> i64 {
        let before = self.near(at.0).iter().filter(|(from, _)| *from <= at.0 && *from > i64::MIN);
        // Just before each change the clock showed more than it may show now.
        before.map(|(from, _)| self.wall(Moment(from - 1))).chain([self.wall(at)]).max().unwrap()
    }

    /// The customer's day.
    pub(crate) fn day(&self, at: Moment) -> Date {
        let guess = Date(i32::try_from(self.wall(at).div_euclid(DAY)).unwrap());
        let days = (-2..=2).map(|step| guess.add_days(step));
        days.filter(|day| self.begins(*day) <= at).max().unwrap()
    }

    /// The first moment of a day.
    pub(crate) fn begins(&self, day: Date) -> Moment {
        self.on(day, TimeOfDay::MIDNIGHT)
    }

    /// A time of day on a day.
    pub(crate) fn on(&self, day: Date, time: TimeOfDay) -> Moment {
        self.reaches(i64::from(day.0) * DAY + i64::from(time.seconds()) * 1_000)
    }

    /// A moment and a length more.
    pub(crate) fn plus(&self, at: Moment, span: &Span) -> Moment {
        if span.months == 0 && span.days == 0 {
            return Moment(at.0 + span.millis);
        }
        let wall = self.wall(at);
        let day = Date(i32::try_from(wall.div_euclid(DAY)).unwrap());
        let day = day.add_months(span.months).add_days(span.days);
        Moment(self.reaches(i64::from(day.0) * DAY + wall.rem_euclid(DAY)).0 + span.millis)
    }

    /// Whether a time of day on some days is first reached at this very moment, and on which days.
    pub(crate) fn strikes(&self, at: Moment, time: TimeOfDay) -> Vec<Date> {
        let day = self.day(at);
        (-2..=2).map(|step| day.add_days(step)).filter(|day| self.on(*day, time) == at).collect()
    }

    /// The next moment after this one at which it is that time on one of the days.
    pub(crate) fn next(&self, after: Moment, time: TimeOfDay, days: WeekdaySet) -> Option<Moment> {
        let day = self.day(after);
        let near = (-2..=9).map(|step| day.add_days(step)).filter(|day| days.contains(day.weekday()));
        near.map(|day| self.on(day, time)).filter(|at| *at > after).min()
    }

    /// Each time these windows open and close, around a moment.
    fn openings(&self, windows: &[DayWindow], at: Moment) -> Vec<(Moment, Moment)> {
        let today = self.day(at);
        let mut all = Vec::new();
        for DayWindow { days, window } in windows {
            for day in (-2..=30).map(|step| today.add_days(step)).filter(|day| days.contains(day.weekday())) {
                let end = if window.from < window.to { day } else { day.add_days(1) };
                all.push((self.on(day, window.from), self.on(end, window.to)));
            }
        }
        all
    }

    /// Whether a moment lies in one of the windows.
    pub(crate) fn inside(&self, windows: &[DayWindow], at: Moment) -> bool {
        self.openings(windows, at).iter().any(|(from, to)| *from <= at && at < *to)
    }

    /// The first moment, this one included, that lies in (or outside of) the windows.
    pub(crate) fn first(&self, windows: &[DayWindow], at: Moment, inside: bool) -> Option<Moment> {
        let openings = self.openings(windows, at);
        let is = |at: Moment| openings.iter().any(|(from, to)| *from <= at && at < *to);
        let edges = openings.iter().flat_map(|(from, to)| [*from, *to]).filter(|edge| *edge > at);
        let last = Moment(at.0 + 25 * DAY);
        edges.chain([at]).filter(|edge| *edge < last && is(*edge) == inside).min()
    }

    /// The first moment after this one that lies on no day of a calendar.
    pub(crate) fn after_calendar(&self, calendar: &CalendarDays, at: Moment) -> Option<Moment> {
        let today = self.day(at);
        let days = (1..=800).map(|step| today.add_days(step));
        days.filter(|day| !calendar.contains(*day)).map(|day| self.begins(day)).find(|begin| *begin > at)
    }
}
