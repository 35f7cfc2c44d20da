//! A day of the proleptic Gregorian calendar.

use std::fmt;
use std::str::FromStr;

use crate::error::TimeParseError;
use crate::text::parse_date;
use crate::text_form::text_form;
use crate::weekday::Weekday;

/// Days since 1970-01-01, in the proleptic Gregorian calendar.
///
/// Written `2026-12-24`; a year outside 0000 to 9999 is written with its sign, as in ISO 8601's
/// expanded form: `+12026-12-24`. Arithmetic saturates at [`Date::MIN`] and [`Date::MAX`]
/// (about 5.8 million years either way).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Date(pub i32);

impl Date {
    /// 1970-01-01.
    pub const EPOCH: Self = Self(0);
    /// The earliest date.
    pub const MIN: Self = Self(i32::MIN);
    /// The latest date.
    pub const MAX: Self = Self(i32::MAX);

    /// The date with this year, month (1 to 12) and day (1 to 31); `None` if there is none such.
    #[must_use]
    pub fn from_ymd(year: i32, month: u8, day: u8) -> Option<Self> {
        if day == 0 || day > days_in_month(year, month) {
            return None;
        }
        i32::try_from(days_from_civil(i64::from(year), i64::from(month), i64::from(day))).ok().map(Self)
    }

    /// Year, month (1 to 12) and day (1 to 31).
    #[must_use]
    pub fn ymd(self) -> (i32, u8, u8) {
        civil_from_days(self.0)
    }

    /// The year.
    #[must_use]
    pub fn year(self) -> i32 {
        self.ymd().0
    }

    /// The day of the week.
    #[must_use]
    pub const fn weekday(self) -> Weekday {
        // 1970-01-01 was a Thursday, three days after a Monday.
        Weekday::from_index((self.0.rem_euclid(7) + 3) % 7)
    }

    /// The date so many days later (earlier if negative); saturates.
    #[must_use]
    pub const fn add_days(self, days: i32) -> Self {
        Self(self.0.saturating_add(days))
    }

    /// The date so many months later (earlier if negative). The day of the month stays, or becomes
    /// the last of a shorter month: 31 January and one month is 28 or 29 February. Saturates.
    #[must_use]
    pub fn add_months(self, months: i32) -> Self {
        if months == 0 {
            return self;
        }
        let (year, month, day) = self.ymd();
        let index = i64::from(year) * 12 + i64::from(month) - 1 + i64::from(months);
        let beyond = if months < 0 { Self::MIN } else { Self::MAX };
        let Ok(year) = i32::try_from(index.div_euclid(12)) else { return beyond };
        let Ok(month) = u8::try_from(index.rem_euclid(12) + 1) else { return beyond };
        Self::from_ymd(year, month, day.min(days_in_month(year, month))).unwrap_or(beyond)
    }

    /// The days from `earlier` to this date, negative if `earlier` is later.
    #[must_use]
    pub const fn days_since(self, earlier: Self) -> i64 {
        self.0 as i64 - earlier.0 as i64
    }

    /// The next date, or `None` at the end of the range.
    pub(crate) fn succ(self) -> Option<Self> {
        self.0.checked_add(1).map(Self)
    }
}

/// Whether a year of the proleptic Gregorian calendar has a 29 February.
#[must_use]
pub const fn is_leap_year(year: i32) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

/// The number of days of a month (1 to 12); 0 for any other number.
#[must_use]
pub const fn days_in_month(year: i32, month: u8) -> u8 {
    match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if is_leap_year(year) => 29,
        2 => 28,
        _ => 0,
    }
}

// Both conversions follow Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms"
// (days_from_civil, civil_from_days): years begin on 1 March, so the leap day comes last, and the
// calendar repeats every 400 years = 146097 days. 719468 days lie between 0000-03-01 and 1970-01-01.

fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let month_from_march = (month + 9) % 12;
    let day_of_year = (153 * month_from_march + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

fn civil_from_days(days: i32) -> (i32, u8, u8) {
    let days = i64::from(days) + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    // Lossless: |year| < 5.9 million for any i32 of days, month is 1..=12 and day 1..=31.
    (year as i32, month as u8, day as u8)
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.ymd();
        match year {
            0..=9999 => write!(f, "{year:04}-{month:02}-{day:02}"),
            _ => write!(f, "{year:+05}-{month:02}-{day:02}"),
        }
    }
}

impl FromStr for Date {
    type Err = TimeParseError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        parse_date(text)
    }
}

text_form!(
    Date,
    "Date",
    "A calendar date, such as 2026-12-24.",
    Some("^([+-]\\d{4,7}|\\d{4})-\\d{2}-\\d{2}$")
);
