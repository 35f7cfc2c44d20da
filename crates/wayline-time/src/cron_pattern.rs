//! Cron patterns on the customer's wall clock.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;
use std::sync::Arc;

use chrono::{DateTime, Datelike, Utc};
use cron::Schedule;

use crate::error::CronError;
use crate::moment::{MILLIS_PER_SECOND, Moment};
use crate::text_form::text_form;
use crate::zone::Zone;

/// The fields of a pattern, in order, with what each may hold.
const FIELDS: [(&str, &str); 7] = [
    ("second", "0 to 59"),
    ("minute", "0 to 59"),
    ("hour", "0 to 23"),
    ("day of the month", "1 to 31"),
    ("month", "1 to 12 or JAN to DEC"),
    ("day of the week", "SUN to SAT, or 1 (Sunday) to 7 (Saturday)"),
    ("year", "1970 to 2100"),
];

/// What the fields are, for errors.
const LAYOUT: &str = "expected 6 or 7 fields (second minute hour day-of-month month day-of-week [year]), such \
                      as \"0 0 9 * * MON *\", or the 5 classic ones (minute first)";

/// A cron pattern, read on the customer's wall clock.
///
/// - 6 or 7 fields: `second minute hour day-of-month month day-of-week [year]`. Days of the week are
///   `SUN` to `SAT` or, as in Quartz, **1 (Sunday) to 7 (Saturday)**; prefer names. Years are 1970
///   to 2100.
/// - 5 fields, the classic form: `minute hour day-of-month month day-of-week`, at second 0. There
///   days of the week count as in classic cron: **0 or 7 is Sunday, 1 is Monday**.
/// - `@hourly`, `@daily`, `@weekly` (Sunday), `@monthly`, `@yearly`.
///
/// Day of the month and day of the week must both match. Classic cron fires when either does, so a
/// 5-field pattern that restricts both is refused rather than guessed at.
///
/// Written as its text; equal when the text is.
#[derive(Clone)]
pub struct CronPattern {
    text: Arc<str>,
    schedule: Arc<Schedule>,
}

impl CronPattern {
    /// Reads a pattern.
    ///
    /// # Errors
    /// If a field is missing, out of range, or the pattern means different things to different crons.
    pub fn parse(text: &str) -> Result<Self, CronError> {
        let text = text.trim();
        let full = if text.starts_with('@') {
            text.to_owned()
        } else {
            let fields: Vec<&str> = text.split_ascii_whitespace().collect();
            match fields.as_slice() {
                [minute, hour, day, month, weekday] => classic(text, minute, hour, day, month, weekday)?,
                [_, _, _, _, _, _] | [_, _, _, _, _, _, _] => fields.join(" "),
                _ => return Err(CronError::new(text, format!("{} fields; {LAYOUT}", fields.len()))),
            }
        };
        match Schedule::from_str(&full) {
            Ok(schedule) => Ok(Self { text: text.into(), schedule: Arc::new(schedule) }),
            Err(_) => Err(CronError::new(text, faulty_field(&full))),
        }
    }

    /// The pattern as it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The next moment strictly after `after` at which the wall clock matches the pattern; `None` if
    /// there is none up to the year 2100.
    ///
    /// A matching time that a gap skips fires at the first moment after the gap, several of them
    /// together once; a time that occurs twice fires once, the first time.
    #[must_use]
    pub fn next(&self, zone: Zone, after: Moment) -> Option<Moment> {
        // A local time not yet reached is a moment still to come. Before 1970 no pattern matches.
        let reached = zone.steady_clock(after).div_euclid(MILLIS_PER_SECOND).max(-1);
        let reached: DateTime<Utc> = DateTime::from_timestamp(reached, 0)?;
        if reached.year() > 2100 {
            return None;
        }
        let next = self.schedule.after(&reached).next()?;
        Some(zone.first_reach(next.timestamp_millis()))
    }
}

/// The 6-field form of a classic pattern.
fn classic(
    text: &str,
    minute: &str,
    hour: &str,
    day: &str,
    month: &str,
    weekday: &str,
) -> Result<String, CronError> {
    let any = |field: &str| field == "*" || field == "?";
    if !any(day) && !any(weekday) {
        return Err(CronError::new(
            text,
            "it restricts the day of the month and the day of the week; classic cron fires when either \
             matches, here both must: write 6 fields (second first) to say that both must match, or two \
             patterns to say either",
        ));
    }
    let weekday = classic_weekdays(weekday).ok_or_else(|| {
        CronError::new(
            text,
            format!("day of the week \"{weekday}\": expected 0 to 7 (0 and 7 are Sunday) or SUN to SAT"),
        )
    })?;
    Ok(format!("0 {minute} {hour} {day} {month} {weekday}"))
}

/// The days of the week of a classic field (0 or 7 is Sunday) in the numbers of the full form.
fn classic_weekdays(field: &str) -> Option<String> {
    let items: Option<Vec<String>> = field.split(',').map(classic_weekday_item).collect();
    Some(items?.join(","))
}

fn classic_weekday_item(item: &str) -> Option<String> {
    if !item.starts_with(|first: char| first.is_ascii_digit()) {
        return Some(item.to_owned()); // names, `*` and `?` mean the same in both forms
    }
    let (range, step) = item.split_once('/').unwrap_or((item, ""));
    let (first, last) = match range.split_once('-') {
        Some((first, last)) => (first.parse().ok()?, last.parse().ok()?),
        // As in classic cron, `1/2` is every second day from Monday on.
        None if !step.is_empty() => (range.parse().ok()?, 6),
        None => (range.parse().ok()?, range.parse().ok()?),
    };
    let step: usize = if step.is_empty() { 1 } else { step.parse().ok()? };
    let in_range = |day: u8| day <= 7;
    if step == 0 || first > last || !in_range(first) || !in_range(last) {
        return None;
    }
    let days: Vec<String> = (first..=last).step_by(step).map(|day| (day % 7 + 1).to_string()).collect();
    Some(days.join(","))
}

/// Says which field of a full pattern is wrong, by trying each with all others open.
fn faulty_field(full: &str) -> String {
    if full.starts_with('@') {
        return "expected @hourly, @daily, @weekly, @monthly or @yearly".to_owned();
    }
    for (position, (field, (name, range))) in full.split(' ').zip(FIELDS).enumerate() {
        let alone: Vec<&str> = (0..7).map(|other| if other == position { field } else { "*" }).collect();
        if Schedule::from_str(&alone.join(" ")).is_err() {
            return format!("{name} \"{field}\": expected {range}, *, lists, rising ranges or steps (*/5)");
        }
    }
    LAYOUT.to_owned()
}

impl fmt::Display for CronPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for CronPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CronPattern({:?})", self.as_str())
    }
}

impl FromStr for CronPattern {
    type Err = CronError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

impl PartialEq for CronPattern {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for CronPattern {}

impl PartialOrd for CronPattern {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for CronPattern {
    fn cmp(&self, other: &Self) -> Ordering {
        self.text.cmp(&other.text)
    }
}

impl Hash for CronPattern {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.text.hash(state);
    }
}

text_form!(
    CronPattern,
    "CronPattern",
    "A cron pattern on the customer's wall clock, such as 0 0 9 * * MON *.",
    None
);
