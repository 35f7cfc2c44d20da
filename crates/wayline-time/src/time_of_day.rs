//! A time on the wall clock.

use std::fmt;
use std::str::FromStr;

use crate::error::TimeParseError;
use crate::text::parse_time;
use crate::text_form::text_form;

/// Seconds of the day on the wall clock, 0 to 86,399. Written `21:00` or `21:00:30`.
///
/// A larger number means the last second of the day wherever it is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct TimeOfDay(pub u32);

impl TimeOfDay {
    /// 00:00.
    pub const MIDNIGHT: Self = Self(0);
    /// 23:59:59.
    pub const LAST: Self = Self(86_399);

    /// The time with this hour (0 to 23), minute and second (0 to 59); `None` if out of range.
    #[must_use]
    pub const fn from_hms(hour: u8, minute: u8, second: u8) -> Option<Self> {
        if hour > 23 || minute > 59 || second > 59 {
            return None;
        }
        Some(Self(hour as u32 * 3_600 + minute as u32 * 60 + second as u32))
    }

    /// Hour (0 to 23), minute and second (0 to 59).
    #[must_use]
    pub const fn hms(self) -> (u8, u8, u8) {
        let seconds = self.seconds();
        ((seconds / 3_600) as u8, (seconds / 60 % 60) as u8, (seconds % 60) as u8)
    }

    /// The seconds of the day, at most 86,399.
    #[must_use]
    pub const fn seconds(self) -> u32 {
        if self.0 > Self::LAST.0 { Self::LAST.0 } else { self.0 }
    }

    /// The milliseconds of the day.
    pub(crate) const fn millis(self) -> i64 {
        self.seconds() as i64 * 1_000
    }
}

impl fmt::Display for TimeOfDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.hms() {
            (hour, minute, 0) => write!(f, "{hour:02}:{minute:02}"),
            (hour, minute, second) => write!(f, "{hour:02}:{minute:02}:{second:02}"),
        }
    }
}

impl FromStr for TimeOfDay {
    type Err = TimeParseError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        parse_time(text)
    }
}

text_form!(
    TimeOfDay,
    "TimeOfDay",
    "A time on the wall clock, such as 21:00 or 21:00:30.",
    Some("^([01]\\d|2[0-3]):[0-5]\\d(:[0-5]\\d)?$")
);
