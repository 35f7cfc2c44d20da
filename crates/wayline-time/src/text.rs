//! Reading and writing dates, times and moments.

use crate::arithmetic::{LocalDateTime, local, local_millis};
use crate::calendar::MonthDay;
use crate::date::{Date, days_in_month};
use crate::error::TimeParseError;
use crate::moment::{MILLIS_PER_SECOND, Moment};
use crate::time_of_day::TimeOfDay;
use crate::zone::Zone;

const DATE: &str = "expected year, month and day, such as 2026-12-24";
const TIME: &str = "expected hour and minute, 00:00 to 23:59, such as 21:00 or 21:00:30";
const MOMENT: &str = "expected a date and time, such as 2026-03-07 10:00, 2026-03-07T10:00:30.5, \
                      2026-03-07T10:00:00Z or 2026-03-07T10:00:00-05:00, or a date alone";

/// Reads a date, `2026-12-24`.
///
/// # Errors
/// If the text is no date; the error says what was expected.
pub fn parse_date(text: &str) -> Result<Date, TimeParseError> {
    let mut scan = Scan(text);
    let date = scan.date().map_err(|reason| TimeParseError::new(text, "a date", reason))?;
    if scan.is_done() { Ok(date) } else { Err(TimeParseError::new(text, "a date", DATE)) }
}

/// Reads a time of day, `21:00` or `21:00:30`.
///
/// # Errors
/// If the text is no time of day; the error says what was expected.
pub fn parse_time(text: &str) -> Result<TimeOfDay, TimeParseError> {
    let read = || {
        let mut scan = Scan(text);
        let (hour, minute) = scan.hour_minute()?;
        let second = if scan.eat(":") { scan.two()? } else { 0 };
        if scan.is_done() { TimeOfDay::from_hms(hour, minute, second) } else { None }
    };
    read().ok_or_else(|| TimeParseError::new(text, "a time of day", TIME))
}

/// Reads a month and day, `12-24`.
pub(crate) fn parse_month_day(text: &str) -> Result<MonthDay, TimeParseError> {
    let read = || {
        let mut scan = Scan(text);
        let month = scan.two()?;
        let day = if scan.eat("-") { scan.two()? } else { return None };
        if scan.is_done() { MonthDay::new(month, day) } else { None }
    };
    read().ok_or_else(|| {
        TimeParseError::new(
            text,
            "a day of the year",
            "expected a month and a day that exists, such as 12-24",
        )
    })
}

/// Reads a moment.
///
/// With an offset (`2026-03-07T10:00:00-05:00`, `…Z`) it is that moment. Without one
/// (`2026-03-07 10:00`, `2026-03-07T10:00:30.250`) it is the first moment at which the wall clock in
/// `default_zone` has reached that time; a date alone is the start of that day. Up to nine decimals
/// are read and cut to milliseconds; second 60 (a leap second) is the first of the next minute.
///
/// Numbers of seconds or milliseconds are read by [`Moment::from_epoch_seconds`] and
/// [`Moment::from_epoch_millis`]: which of the two a number is, its writer must say.
///
/// # Errors
/// If the text is no moment; the error says what was expected.
pub fn parse_moment(text: &str, default_zone: Zone) -> Result<Moment, TimeParseError> {
    let error = |reason: &str| TimeParseError::new(text, "a moment", reason);
    let mut scan = Scan(text);
    let date = scan.date().map_err(|reason| error(if reason == DATE { MOMENT } else { &reason }))?;
    let midnight = local_millis(date, TimeOfDay::MIDNIGHT);
    if scan.is_done() {
        return Ok(default_zone.first_reach(midnight));
    }
    if !(scan.eat("T") || scan.eat("t") || scan.eat(" ")) {
        return Err(error(MOMENT));
    }
    let of_day = scan.clock_millis().ok_or_else(|| error(MOMENT))?;
    let local = midnight + of_day;
    if scan.is_done() {
        return Ok(default_zone.first_reach(local));
    }
    let offset = scan.offset_minutes().ok_or_else(|| error(MOMENT))?;
    if scan.is_done() { Ok(Moment(local - offset * 60 * MILLIS_PER_SECOND)) } else { Err(error(MOMENT)) }
}

/// Writes a moment in UTC, `2026-03-07T15:00:00Z`, with milliseconds only if there are any.
#[must_use]
pub fn format_rfc3339(moment: Moment) -> String {
    format!("{}Z", with_t(LocalDateTime::from_local_millis(moment.0)))
}

/// Writes a moment in a zone with its offset, `2026-03-07T10:00:00-05:00`. Unlike [`format_local`] it
/// tells the two occurrences of a repeated time apart.
#[must_use]
pub fn format_rfc3339_in(zone: Zone, moment: Moment) -> String {
    // RFC 3339 has no seconds in an offset; old local mean times do. Cut the offset and keep the
    // moment, so that reading the text back gives the same.
    let minutes = zone.offset_millis(moment) / (60 * MILLIS_PER_SECOND);
    let shown = moment.0.saturating_add(minutes * 60 * MILLIS_PER_SECOND);
    let sign = if minutes < 0 { '-' } else { '+' };
    let (hours, rest) = (minutes.abs() / 60, minutes.abs() % 60);
    format!("{}{sign}{hours:02}:{rest:02}", with_t(LocalDateTime::from_local_millis(shown)))
}

/// Writes the local time and the zone, `2026-03-07 10:00:00 America/New_York`.
#[must_use]
pub fn format_local(zone: Zone, moment: Moment) -> String {
    format!("{} {zone}", local(zone, moment))
}

/// Writes the local time without the zone, `2026-03-07 10:00:00`.
#[must_use]
pub fn format_local_plain(zone: Zone, moment: Moment) -> String {
    local(zone, moment).to_string()
}

fn with_t(time: LocalDateTime) -> String {
    time.to_string().replacen(' ', "T", 1)
}

/// What is left to read. Every step takes what it understands off the front.
struct Scan<'a>(&'a str);

impl Scan<'_> {
    fn is_done(&self) -> bool {
        self.0.is_empty()
    }

    fn eat(&mut self, expected: &str) -> bool {
        match self.0.strip_prefix(expected) {
            Some(rest) => {
                self.0 = rest;
                true
            }
            None => false,
        }
    }

    /// A number of at least `least` and at most `most` digits, and how many there were.
    fn digits(&mut self, least: usize, most: usize) -> Option<(u32, usize)> {
        let count = self.0.bytes().take(most).take_while(u8::is_ascii_digit).count();
        let (number, rest) = self.0.split_at_checked(count)?;
        if count < least {
            return None;
        }
        self.0 = rest;
        Some((number.parse().ok()?, count))
    }

    /// Exactly two digits.
    fn two(&mut self) -> Option<u8> {
        self.digits(2, 2).and_then(|(number, _)| u8::try_from(number).ok())
    }

    fn date(&mut self) -> Result<Date, String> {
        let mut read = || {
            let (sign, most) = match (self.eat("+"), self.eat("-")) {
                (false, false) => (1, 4),
                (_, minus) => (if minus { -1 } else { 1 }, 7),
            };
            let (year, _) = self.digits(4, most)?;
            let month = if self.eat("-") { self.two()? } else { return None };
            let day = if self.eat("-") { self.two()? } else { return None };
            Some((i32::try_from(year).ok()? * sign, month, day))
        };
        let (year, month, day) = read().ok_or(DATE)?;
        if let Some(date) = Date::from_ymd(year, month, day) {
            return Ok(date);
        }
        Err(match days_in_month(year, month) {
            0 => format!("there is no month {month}; {DATE}"),
            last if (1..=last).contains(&day) => "the year is out of range".to_owned(),
            last => format!("month {month} of {year} has days 1 to {last}"),
        })
    }

    fn hour_minute(&mut self) -> Option<(u8, u8)> {
        let hour = self.two()?;
        if !self.eat(":") {
            return None;
        }
        Some((hour, self.two()?))
    }

    /// `10:00`, `10:00:30` or `10:00:30.123`, in milliseconds of the day; second 60 is read.
    fn clock_millis(&mut self) -> Option<i64> {
        let (hour, minute) = self.hour_minute()?;
        let minutes = TimeOfDay::from_hms(hour, minute, 0)?.millis();
        if !self.eat(":") {
            return Some(minutes);
        }
        let second = i64::from(self.two().filter(|second| *second <= 60)?);
        let millis = if self.eat(".") {
            let (fraction, count) = self.digits(1, 9)?;
            let scale = 10_i64.pow(9 - u32::try_from(count).ok()?);
            i64::from(fraction) * scale / 1_000_000
        } else {
            0
        };
        // A leap second has no number of its own in POSIX time.
        Some(minutes + second * MILLIS_PER_SECOND + if second == 60 { 0 } else { millis })
    }

    /// `Z`, `-05:00`, `-0500` or `-05`, in minutes; less than a day.
    fn offset_minutes(&mut self) -> Option<i64> {
        if self.eat("Z") || self.eat("z") {
            return Some(0);
        }
        let sign = match (self.eat("+"), self.eat("-")) {
            (true, _) => 1,
            (_, true) => -1,
            _ => return None,
        };
        let hours = self.two().filter(|hours| *hours <= 23)?;
        let minutes = if self.eat(":") || !self.is_done() { self.two()? } else { 0 };
        (minutes <= 59).then(|| sign * (i64::from(hours) * 60 + i64::from(minutes)))
    }
}
