//! Durations: calendar units and exact time.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::error::TimeParseError;
use crate::moment::{MILLIS_PER_DAY, MILLIS_PER_HOUR, MILLIS_PER_MINUTE, MILLIS_PER_SECOND};

/// The most that the offset of any zone has fallen in total between two moments since 2000, so a
/// calendar span lasts at most this much longer than its days of 24 hours: three hours
/// (Antarctica/Casey). `tests/zones.rs` checks it against the whole database.
const MAX_FALL: i64 = 3 * MILLIS_PER_HOUR;

/// A calendar span and an exact part.
///
/// Months (with years) and days (with weeks) keep the local time of day; hours, minutes and seconds
/// are exact. The order is by field, for use as a key; it says nothing about length.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize, JsonSchema,
)]
#[serde(default, deny_unknown_fields)]
pub struct Span {
    /// Calendar months; a year is 12.
    pub months: i32,
    /// Calendar days; a week is 7.
    pub days: i32,
    /// Exact milliseconds.
    pub millis: i64,
}

impl Span {
    /// No time at all.
    pub const ZERO: Self = Self { months: 0, days: 0, millis: 0 };

    /// So many calendar months.
    #[must_use]
    pub const fn of_months(months: i32) -> Self {
        Self { months, ..Self::ZERO }
    }

    /// So many calendar days.
    #[must_use]
    pub const fn of_days(days: i32) -> Self {
        Self { days, ..Self::ZERO }
    }

    /// So many exact hours; saturates.
    #[must_use]
    pub const fn of_hours(hours: i64) -> Self {
        Self::of_millis(hours.saturating_mul(MILLIS_PER_HOUR))
    }

    /// So many exact minutes; saturates.
    #[must_use]
    pub const fn of_minutes(minutes: i64) -> Self {
        Self::of_millis(minutes.saturating_mul(MILLIS_PER_MINUTE))
    }

    /// So many exact seconds; saturates.
    #[must_use]
    pub const fn of_seconds(seconds: i64) -> Self {
        Self::of_millis(seconds.saturating_mul(MILLIS_PER_SECOND))
    }

    /// So many exact milliseconds.
    #[must_use]
    pub const fn of_millis(millis: i64) -> Self {
        Self { millis, ..Self::ZERO }
    }

    /// Whether every part is zero.
    #[must_use]
    pub const fn is_zero(&self) -> bool {
        self.months == 0 && self.days == 0 && self.millis == 0
    }

    /// Whether there is no calendar part, so that the length is the same everywhere.
    #[must_use]
    pub const fn is_exact(&self) -> bool {
        self.months == 0 && self.days == 0
    }

    /// Whether some part is negative.
    #[must_use]
    pub const fn has_negative(&self) -> bool {
        self.months < 0 || self.days < 0 || self.millis < 0
    }

    /// The span with every sign turned; saturates.
    #[must_use]
    pub const fn negate(&self) -> Self {
        Self {
            months: self.months.saturating_neg(),
            days: self.days.saturating_neg(),
            millis: self.millis.saturating_neg(),
        }
    }

    /// The sum, part by part; `None` on overflow.
    #[must_use]
    pub fn checked_add(&self, other: &Self) -> Option<Self> {
        Some(Self {
            months: self.months.checked_add(other.months)?,
            days: self.days.checked_add(other.days)?,
            millis: self.millis.checked_add(other.millis)?,
        })
    }

    /// The difference, part by part; `None` on overflow.
    #[must_use]
    pub fn checked_sub(&self, other: &Self) -> Option<Self> {
        Some(Self {
            months: self.months.checked_sub(other.months)?,
            days: self.days.checked_sub(other.days)?,
            millis: self.millis.checked_sub(other.millis)?,
        })
    }

    /// The span so many times, part by part; `None` on overflow.
    #[must_use]
    pub fn checked_mul(&self, times: i32) -> Option<Self> {
        Some(Self {
            months: self.months.checked_mul(times)?,
            days: self.days.checked_mul(times)?,
            millis: self.millis.checked_mul(i64::from(times))?,
        })
    }

    /// About how long it is, with months of 30 days (years of 365) and days of 24 hours; saturates.
    /// For sorting and for showing, never for deciding.
    #[must_use]
    pub fn approx_millis(&self) -> i64 {
        self.sum_millis(365, 30)
    }

    /// An upper bound of its length in any zone since 2000, when no part is negative: years of 366
    /// days, months of 31, days of 24 hours, and once three hours if there is a calendar part, the
    /// most that any zone's clock has been set back in total. Saturates.
    #[must_use]
    pub fn max_millis(&self) -> i64 {
        let slack = if self.is_exact() { 0 } else { MAX_FALL };
        self.sum_millis(366, 31).saturating_add(slack)
    }

    fn sum_millis(&self, days_per_year: i64, days_per_month: i64) -> i64 {
        let (years, months) = (i64::from(self.months / 12), i64::from(self.months % 12));
        let days = years * days_per_year + months * days_per_month + i64::from(self.days);
        days.saturating_mul(MILLIS_PER_DAY).saturating_add(self.millis)
    }
}

/// As the language writes it, largest unit first: `1 year 2 months`, `3 days`, `1 hour 30 minutes`,
/// `1.5 seconds`, `0 seconds`.
impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut separator = "";
        let mut part = |f: &mut fmt::Formatter<'_>, amount: i64, unit: &str| {
            if amount == 0 {
                return Ok(());
            }
            let plural = if amount == 1 { "" } else { "s" };
            write!(f, "{separator}{amount} {unit}{plural}")?;
            separator = " ";
            Ok(())
        };
        part(f, i64::from(self.months / 12), "year")?;
        part(f, i64::from(self.months % 12), "month")?;
        part(f, i64::from(self.days), "day")?;
        part(f, self.millis / MILLIS_PER_HOUR, "hour")?;
        part(f, self.millis % MILLIS_PER_HOUR / MILLIS_PER_MINUTE, "minute")?;
        let rest = self.millis % MILLIS_PER_MINUTE;
        if rest % MILLIS_PER_SECOND == 0 {
            part(f, rest / MILLIS_PER_SECOND, "second")?;
        } else {
            let (sign, rest) = (if rest < 0 { "-" } else { "" }, rest.unsigned_abs());
            let fraction = format!("{:03}", rest % 1_000);
            write!(f, "{separator}{sign}{}.{} seconds", rest / 1_000, fraction.trim_end_matches('0'))?;
        }
        if self.is_zero() { f.write_str("0 seconds") } else { Ok(()) }
    }
}

/// Reads what `Display` writes, and weeks: amounts and units in any order, `2 weeks 1 hour`.
impl FromStr for Span {
    type Err = TimeParseError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let error = |reason: &str| TimeParseError::new(text, "a duration", reason);
        let expected = "expected amounts and units, such as 3 days or 1 hour 30 minutes (years, months, weeks, days, \
             hours, minutes, seconds)";
        let mut words = text.split_ascii_whitespace();
        let mut sum = Self::ZERO;
        let mut any = false;
        while let Some(amount) = words.next() {
            let unit = words.next().ok_or_else(|| error(expected))?;
            let part = part_of(amount, unit).ok_or_else(|| error(expected))?;
            sum = sum.checked_add(&part).ok_or_else(|| error("it is too long"))?;
            any = true;
        }
        if any { Ok(sum) } else { Err(error(expected)) }
    }
}

fn part_of(amount: &str, unit: &str) -> Option<Span> {
    let unit = unit.strip_suffix('s').unwrap_or(unit);
    if unit == "second" {
        return seconds(amount).map(Span::of_millis);
    }
    let one = match unit {
        "year" => Span::of_months(12),
        "month" => Span::of_months(1),
        "week" => Span::of_days(7),
        "day" => Span::of_days(1),
        "hour" => Span::of_hours(1),
        "minute" => Span::of_minutes(1),
        _ => return None,
    };
    let amount: i64 = amount.parse().ok()?;
    match i32::try_from(amount) {
        Ok(amount) => one.checked_mul(amount),
        Err(_) if one.is_exact() => one.millis.checked_mul(amount).map(Span::of_millis),
        Err(_) => None,
    }
}

/// Seconds with up to three decimals, in milliseconds.
fn seconds(amount: &str) -> Option<i64> {
    let (whole, fraction) = amount.split_once('.').unwrap_or((amount, "0"));
    if fraction.is_empty() || fraction.len() > 3 || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let millis: i64 = format!("{fraction:0<3}").parse().ok()?;
    let millis = if whole.starts_with('-') { -millis } else { millis };
    whole.parse::<i64>().ok()?.checked_mul(MILLIS_PER_SECOND)?.checked_add(millis)
}
