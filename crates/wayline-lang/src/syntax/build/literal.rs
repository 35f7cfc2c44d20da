//! Literals: numbers, shares, durations, times, dates, texts.

use std::fmt::Write as _;
use std::sync::Arc;

use rust_decimal::Decimal;
use wayline_time as time;

use super::Builder;
use crate::codes::Code;
use crate::diagnostic::{Applicability, Diagnostic};
use crate::source::{Span, offset};
use crate::syntax::ast::{DateTime, Duration, Int, Percent, Spanned, Text, TimeOfDay};
use crate::syntax::grammar::Rule as R;
use crate::syntax::tree::Node;

/// The length of `count` units, if it can be counted. Long and short forms of units are known.
pub(super) fn unit_span(unit: &str, count: i64) -> Option<time::Span> {
    let days = |n: i64| i32::try_from(count.checked_mul(n)?).ok().map(time::Span::of_days);
    let months = |n: i64| i32::try_from(count.checked_mul(n)?).ok().map(time::Span::of_months);
    let millis = |n: i64| count.checked_mul(n).filter(|m| *m < i64::MAX / 4).map(time::Span::of_millis);
    match unit_name(unit) {
        "second" => millis(1000),
        "minute" => millis(60_000),
        "hour" => millis(3_600_000),
        "day" => days(1),
        "week" => days(7),
        "month" => months(1),
        "year" => months(12),
        _ => None,
    }
}

/// The unit in the singular.
pub(crate) fn unit_name(unit: &str) -> &'static str {
    match unit.trim_end_matches('.').trim_end_matches('s') {
        "second" | "sec" | "" => "second",
        "minute" | "min" | "m" => "minute",
        "hour" | "hr" | "h" => "hour",
        "day" | "d" => "day",
        "week" | "wk" | "w" => "week",
        "month" | "mo" => "month",
        _ => "year",
    }
}

/// The weekday of a short or long name in any case.
pub(crate) fn weekday(text: &str) -> Option<time::Weekday> {
    let mut short = String::new();
    for (i, c) in text.chars().take(3).enumerate() {
        short.push(if i == 0 { c.to_ascii_uppercase() } else { c.to_ascii_lowercase() });
    }
    time::Weekday::from_name(&short)
}

/// The currency that is most often meant by a sign.
pub(crate) fn currency_of(sign: &str) -> &'static str {
    match sign {
        "€" => "EUR",
        "£" => "GBP",
        "¥" => "JPY",
        _ => "USD",
    }
}

impl<'t> Builder<'t, '_> {
    /// A number; what cannot be held exactly is reported and read as zero.
    pub(super) fn number(&mut self, node: Node<'_>) -> Decimal {
        let text = self.slice(node);
        self.decimal(text, node.span())
    }

    fn decimal(&mut self, text: &str, span: Span) -> Decimal {
        let parsed = if text.contains('_') {
            Decimal::from_str_exact(&text.replace('_', ""))
        } else {
            Decimal::from_str_exact(text)
        };
        parsed.unwrap_or_else(|_| {
            self.report(
                Diagnostic::new(
                    Code::NUMBER_TOO_LARGE,
                    "this number is too large or has too many digits",
                    span,
                )
                .note("numbers are exact decimals of at most 28 digits"),
            );
            Decimal::ZERO
        })
    }

    pub(super) fn signed(&mut self, node: Node<'t>) -> Decimal {
        let value = node.child(R::number).map(|n| self.number(n)).unwrap_or_default();
        if self.slice(node).starts_with('-') { -value } else { value }
    }

    pub(super) fn int(&mut self, node: Node<'_>) -> Int {
        let text = self.slice(node);
        let value = text
            .bytes()
            .filter(u8::is_ascii_digit)
            .try_fold(0_u32, |sum, digit| sum.checked_mul(10)?.checked_add(u32::from(digit - b'0')));
        let value = value.unwrap_or_else(|| {
            self.report(
                Diagnostic::new(Code::NUMBER_TOO_LARGE, format!("`{text}` is too large"), node.span())
                    .help(format!("write a number up to {}", u32::MAX)),
            );
            u32::MAX
        });
        Spanned { value, span: node.span() }
    }

    pub(super) fn percent(&mut self, node: Node<'_>) -> Percent {
        let text = self.slice(node);
        let value = self.decimal(text.trim_end_matches('%'), node.span());
        Spanned { value, span: node.span() }
    }

    /// A percent below a node that says how many of a whole: at most 100 %.
    pub(super) fn share_in(&mut self, node: Node<'t>) -> Option<Percent> {
        let node = node.child(R::percent)?;
        let share = self.percent(node);
        if share.value > Decimal::ONE_HUNDRED {
            self.report(
                Diagnostic::new(
                    Code::BAD_PERCENT,
                    format!("`{}` is more than all", self.slice(node)),
                    node.span(),
                )
                .help("write a share from 0% to 100%"),
            );
        }
        Some(share)
    }

    pub(super) fn duration(&mut self, node: Node<'_>) -> Duration {
        let mut sum = time::Span::ZERO;
        // The first part may stand directly in the node: `quantity`.
        let first = (node.kind() == R::quantity).then_some(node);
        for part in first.into_iter().chain(node.children().filter(|n| n.kind() == R::duration_part)) {
            let mut children = part.children();
            let (Some(number), Some(unit)) = (children.next(), children.next()) else { continue };
            let (digits, unit_text) = (self.slice(number), self.slice(unit));
            let length =
                self.part_of_duration(digits, unit_text, number.span(), number.span().to(unit.span()));
            sum = match length.and_then(|length| sum.checked_add(&length)) {
                Some(sum) => sum,
                None => sum,
            };
        }
        Spanned { value: sum, span: node.span() }
    }

    fn part_of_duration(&mut self, digits: &str, unit: &str, number: Span, part: Span) -> Option<time::Span> {
        let name = unit_name(unit);
        if digits.contains('.') {
            let exact = matches!(name, "second" | "minute" | "hour");
            let value = self.decimal(digits, number);
            // Half an hour is exact; half a day is not the same length every day.
            let per = match name {
                "second" => 1000,
                "minute" => 60_000,
                _ => 3_600_000,
            };
            let millis = value.checked_mul(Decimal::from(per)).filter(|v| exact && v.fract().is_zero());
            if let Some(millis) = millis.and_then(|v| i64::try_from(v).ok()) {
                return Some(time::Span::of_millis(millis));
            }
            self.report(
                Diagnostic::new(Code::PARTIAL_UNIT, format!("`{digits} {unit}` is not a whole number of {name}s"), part)
                    .note("days, weeks, months and years are calendar units, so that a part of one has no fixed length")
                    .help("write it in smaller units, such as `12 hours`"),
            );
            return None;
        }
        let count = digits.replace('_', "").parse::<i64>().ok();
        let length = count.and_then(|count| unit_span(unit, count));
        if length.is_none() {
            self.report(
                Diagnostic::new(
                    Code::NUMBER_TOO_LARGE,
                    format!("`{digits} {unit}` is too long a time"),
                    part,
                )
                .help("write a shorter time"),
            );
        }
        length
    }

    /// A time of day: `21:00`, also `9am`, which is reported elsewhere.
    pub(super) fn time(&mut self, node: Node<'_>) -> TimeOfDay {
        let text = self.slice(node);
        let value = clock(text).unwrap_or_else(|| {
            self.report(
                Diagnostic::new(Code::NO_SUCH_TIME, format!("there is no time `{text}`"), node.span())
                    .help("write a time from 00:00 to 23:59, such as `21:00`"),
            );
            time::TimeOfDay::MIDNIGHT
        });
        Spanned { value, span: node.span() }
    }

    pub(super) fn date(&mut self, node: Node<'_>) -> Spanned<time::Date> {
        let text = self.slice(node);
        let mut parts = text.split('-').map(|part| part.parse::<u16>().unwrap_or_default());
        let (year, month, day) = (parts.next(), parts.next(), parts.next());
        let (year, month, day) =
            (year.unwrap_or_default(), month.unwrap_or_default(), day.unwrap_or_default());
        let (month, day) = (u8::try_from(month).unwrap_or_default(), u8::try_from(day).unwrap_or_default());
        let value = time::Date::from_ymd(i32::from(year), month, day).unwrap_or_else(|| {
            let mut finding =
                Diagnostic::new(Code::NO_SUCH_DATE, format!("there is no date `{text}`"), node.span());
            finding = if (1..=12).contains(&month) {
                let last = time::days_in_month(i32::from(year), month);
                finding.help(format!("the last day of that month is {year:04}-{month:02}-{last:02}"))
            } else {
                finding.help("write year, month and day, such as `2026-12-24`")
            };
            self.report(finding);
            time::Date::EPOCH
        });
        Spanned { value, span: node.span() }
    }

    pub(super) fn month_day(&mut self, node: Node<'_>) -> Option<time::MonthDay> {
        let text = self.slice(node);
        let (month, day) = text.split_once('-')?;
        let value = time::MonthDay::new(month.parse().ok()?, day.parse().ok()?);
        if value.is_none() {
            self.report(
                Diagnostic::new(
                    Code::NO_SUCH_DATE,
                    format!("there is no day `{text}` in any year"),
                    node.span(),
                )
                .help("write month and day, such as `12-24`"),
            );
        }
        value
    }

    pub(super) fn datetime_in(&mut self, node: Node<'t>) -> Option<DateTime> {
        let node = if node.kind() == R::datetime { node } else { node.child(R::datetime)? };
        let date = self.date(node.child(R::date)?).value;
        let time = self.time(node.child(R::clock)?).value;
        Some(Spanned { value: time::LocalDateTime { date, time, millisecond: 0 }, span: node.span() })
    }

    /// The first text below a node.
    pub(super) fn text_in(&mut self, node: Node<'t>) -> Option<Text> {
        node.child(R::text).map(|n| self.text(n))
    }

    pub(super) fn text(&mut self, node: Node<'t>) -> Text {
        let span = node.span();
        let Some(inner) = node.first() else {
            return Text { value: Arc::from(""), span, pieces: vec![(0, span.start)] };
        };
        let raw = self.slice(inner);
        let start = inner.span().start;
        if inner.kind() == R::compat_text {
            let open = raw.chars().next().map_or(1, char::len_utf8);
            let close = raw.chars().next_back().map_or(1, char::len_utf8);
            let value = raw.get(open..raw.len().saturating_sub(close)).unwrap_or_default();
            return Text { value: Arc::from(value), span, pieces: vec![(0, start + offset(open))] };
        }
        let long = inner.kind() == R::text_long;
        if !long && !raw.contains('\\') {
            return Text { value: Arc::from(raw), span, pieces: vec![(0, start)] };
        }
        let mut value = String::with_capacity(raw.len());
        let mut pieces = Vec::new();
        let lines: Vec<(usize, &str)> = if long { long_lines(raw) } else { vec![(0, raw)] };
        for (line_start, line) in lines {
            pieces.push((offset(value.len()), start + offset(line_start)));
            // A text means the same whether the file ends its lines with one byte or two.
            let (line, line_end) = line.strip_suffix("\r\n").map_or((line, ""), |line| (line, "\n"));
            self.unescape(line, start + offset(line_start), &mut value, &mut pieces);
            value.push_str(line_end);
        }
        if pieces.is_empty() {
            pieces.push((0, start));
        }
        Text { value: Arc::from(value), span, pieces }
    }

    fn unescape(&mut self, raw: &str, start: u32, value: &mut String, pieces: &mut Vec<(u32, u32)>) {
        let mut rest = raw;
        while let Some(at) = rest.find('\\') {
            let (before, escape) = rest.split_at(at);
            value.push_str(before);
            let place = start + offset(raw.len() - escape.len());
            pieces.push((offset(value.len()), place));
            let (text, length) = escape_of(escape);
            match text {
                Some(c) => value.push(c),
                None => {
                    let shown = escape.get(..length).unwrap_or(escape);
                    let span = Span::new(self.file, place, place + offset(shown.len()));
                    self.report(
                        Diagnostic::new(Code::BAD_ESCAPE, format!("`{shown}` is unknown in a text"), span)
                            .help("write `\\\\` for a backslash; known are `\\\"`, `\\\\`, `\\n`, `\\t` and `\\u{…}`")
                            .replace(
                                Applicability::Safe,
                                Span { end: span.start + 1, ..span },
                                "\\\\",
                                "write a backslash",
                            ),
                    );
                    let _ = value.write_str(shown);
                }
            }
            rest = escape.get(length..).unwrap_or_default();
            pieces.push((offset(value.len()), start + offset(raw.len() - rest.len())));
        }
        value.push_str(rest);
    }
}

/// The character of the escape that a text begins with, and the length of the escape in bytes.
fn escape_of(text: &str) -> (Option<char>, usize) {
    let Some(second) = text.chars().nth(1) else { return (None, text.len()) };
    let simple = |c| (Some(c), 2);
    match second {
        '"' | '\\' => simple(second),
        'n' => simple('\n'),
        't' => simple('\t'),
        'u' if text.get(2..3) == Some("{") => {
            let Some(close) = text.find('}').filter(|close| *close <= 10) else { return (None, 3) };
            let digits = text.get(3..close).unwrap_or_default();
            (u32::from_str_radix(digits, 16).ok().and_then(char::from_u32), close + 1)
        }
        c => (None, 1 + c.len_utf8()),
    }
}

/// The lines of a long text with their starts, the first line end and the common indentation removed; each line but
/// the last keeps its line end.
fn long_lines(raw: &str) -> Vec<(usize, &str)> {
    let body = raw.strip_prefix("\r\n").or_else(|| raw.strip_prefix('\n'));
    let skipped = raw.len() - body.map_or(raw.len(), str::len);
    let first_is_indented = body.is_some();
    let mut lines = Vec::new();
    let mut at = skipped;
    for line in body.unwrap_or(raw).split_inclusive('\n') {
        lines.push((at, line));
        at += line.len();
    }
    let blanks = |line: &str| line.len() - line.trim_start_matches([' ', '\t']).len();
    let last = lines.len().saturating_sub(1);
    let indent = lines
        .iter()
        .enumerate()
        .filter(|(i, (_, line))| (first_is_indented || *i > 0) && (*i == last || !line.trim().is_empty()))
        .map(|(_, (_, line))| blanks(line))
        .min()
        .unwrap_or(0);
    lines
        .iter()
        .enumerate()
        .map(|(i, (start, line))| {
            let cut = if first_is_indented || i > 0 { indent.min(blanks(line)) } else { 0 };
            (start + cut, line.get(cut..).unwrap_or_default())
        })
        .collect()
}

/// The time of day of `21:00`, `21:00:30`, `9am`, `9:30 pm`.
fn clock(text: &str) -> Option<time::TimeOfDay> {
    let lower = text.to_ascii_lowercase();
    let (digits, half) = match (lower.strip_suffix("am"), lower.strip_suffix("pm")) {
        (Some(digits), _) => (digits.trim(), Some(0)),
        (_, Some(digits)) => (digits.trim(), Some(12)),
        _ => (lower.as_str(), None),
    };
    let mut parts = digits.split(':').map(|part| part.parse::<u8>().ok());
    let hour = parts.next()??;
    let minute = parts.next().unwrap_or(Some(0))?;
    let second = parts.next().unwrap_or(Some(0))?;
    let hour = match half {
        Some(_) if !(1..=12).contains(&hour) => return None,
        Some(half) => hour % 12 + half,
        None => hour,
    };
    time::TimeOfDay::from_hms(hour, minute, second)
}

/// The 24-hour form of a time that is written with `am` or `pm`.
pub(crate) fn clock_text(text: &str) -> Option<String> {
    let (hour, minute, _) = clock(text)?.hms();
    Some(format!("{hour:02}:{minute:02}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_texts_lose_their_common_indentation() {
        let lines: String =
            long_lines("\n    Hello\n      you\n\n    ").into_iter().map(|(_, l)| l).collect();
        assert_eq!(lines, "Hello\n  you\n\n");
        let lines: String = long_lines("one\n  two").into_iter().map(|(_, l)| l).collect();
        assert_eq!(lines, "one\ntwo");
    }

    #[test]
    fn clocks() {
        assert_eq!(clock_text("9am").as_deref(), Some("09:00"));
        assert_eq!(clock_text("12:30 PM").as_deref(), Some("12:30"));
        assert_eq!(clock_text("12am").as_deref(), Some("00:00"));
        assert_eq!(clock("25:00"), None);
        assert_eq!(clock("13pm"), None);
    }

    #[test]
    fn units_in_all_forms() {
        for (unit, name) in
            [("hrs", "hour"), ("h", "hour"), ("mins", "minute"), ("s", "second"), ("days", "day")]
        {
            assert_eq!(unit_name(unit), name);
        }
        assert_eq!(unit_span("weeks", 2), Some(time::Span::of_days(14)));
        assert_eq!(unit_span("years", i64::MAX), None);
    }
}
