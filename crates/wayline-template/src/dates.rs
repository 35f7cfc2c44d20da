//! The fixed forms of dates and times, checked without a calendar library: proleptic Gregorian, years 0000 to 9999.

/// `2026-12-24`, a day that exists: year, month, day.
pub(crate) fn parse_date(text: &str) -> Option<(i32, u8, u8)> {
    let parts: Vec<&str> = text.split('-').collect();
    let [year, month, day] = parts.as_slice() else { return None };
    let (year, month, day) = (digits(year, 4)?, digits(month, 2)?, digits(day, 2)?);
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => return None,
    };
    if !(1..=days).contains(&day) {
        return None;
    }
    Some((i32::from(year), u8::try_from(month).ok()?, u8::try_from(day).ok()?))
}

/// `21:00`.
pub(crate) fn is_time(text: &str) -> bool {
    let Some((hour, minute)) = text.split_once(':') else { return false };
    digits(hour, 2).is_some_and(|hour| hour < 24) && digits(minute, 2).is_some_and(|minute| minute < 60)
}

fn digits(part: &str, length: usize) -> Option<u16> {
    let plain = part.len() == length && part.bytes().all(|byte| byte.is_ascii_digit());
    if plain { part.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_that_exist() {
        assert_eq!(parse_date("2024-02-29"), Some((2024, 2, 29)));
        for bad in ["2026-02-29", "2026-13-01", "24.12.2026", "2026-1-1", "2026-12-00", "1900-02-29"] {
            assert_eq!(parse_date(bad), None, "{bad}");
        }
        assert!(is_time("00:00") && is_time("23:59"));
        assert!(!is_time("24:00") && !is_time("9:00") && !is_time("21"));
    }
}
