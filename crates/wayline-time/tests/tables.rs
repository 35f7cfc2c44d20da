//! Runs the tables in `tests/cases/`: plain text that anyone can read and extend.
//!
//! A line is `zone | question | answer`. `#` starts a comment line. The questions are listed in
//! `tests/cases/README.md`.

use wayline_time::*;

const TABLES: [(&str, &str); 7] = [
    ("clock_changes.txt", include_str!("cases/clock_changes.txt")),
    ("sums.txt", include_str!("cases/sums.txt")),
    ("recurrence.txt", include_str!("cases/recurrence.txt")),
    ("windows.txt", include_str!("cases/windows.txt")),
    ("calendars.txt", include_str!("cases/calendars.txt")),
    ("cron.txt", include_str!("cases/cron.txt")),
    ("text.txt", include_str!("cases/text.txt")),
];

/// So that a table that is read wrongly, as no cases at all, fails.
const FEWEST_CASES: usize = 480;

#[test]
fn every_case_has_its_answer() {
    let mut failures = Vec::new();
    let mut cases = 0;
    for (file, text) in TABLES {
        for (number, line) in text.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            cases += 1;
            let columns: Vec<&str> = line.split(" | ").map(str::trim).collect();
            let [zone, question, expected] = columns.as_slice() else {
                failures.push(format!("{file}:{}: not `zone | question | answer`: {line}", number + 1));
                continue;
            };
            let zone: Zone = zone.parse().unwrap_or_else(|error| panic!("{file}:{}: {error}", number + 1));
            match answer(zone, question) {
                Some(found) if found == *expected => {}
                Some(found) => failures.push(format!(
                    "{file}:{}: {zone} | {question}\n    expected {expected}\n    found    {found}",
                    number + 1
                )),
                None => failures.push(format!("{file}:{}: no such question: {question}", number + 1)),
            }
        }
    }
    assert!(failures.is_empty(), "{} of {cases} cases fail:\n{}", failures.len(), failures.join("\n"));
    assert!(cases >= FEWEST_CASES, "only {cases} cases were read");
}

/// The answer to a question; `None` if the runner does not understand it.
fn answer(zone: Zone, question: &str) -> Option<String> {
    let (verb, rest) = question.split_once(": ")?;
    let show = |moment: Moment| format_rfc3339_in(zone, moment);
    let show_or_never = |moment: Option<Moment>| moment.map_or("never".to_owned(), show);
    let at = |text: &str| parse_moment(text.trim(), zone).ok();
    Some(match verb {
        "moment" => {
            let (date, time) = rest.split_once(' ')?;
            show(to_moment(zone, date.parse().ok()?, time.parse().ok()?))
        }
        "wall clock" => format_local_plain(zone, at(rest)?),
        "how often" => {
            let (date, time) = rest.split_once(' ')?;
            format!("{:?}", local_kind(zone, date.parse().ok()?, time.parse().ok()?)).to_lowercase()
        }
        "next change of the clock" => show_or_never(zone.next_transition(at(rest)?)),
        "sum" => match rest.split_once(" plus ") {
            Some((moment, span)) => show(add_span(zone, at(moment)?, &span.parse().ok()?)),
            None => {
                let (moment, span) = rest.split_once(" minus ")?;
                show(add_span(zone, at(moment)?, &span.parse::<Span>().ok()?.negate()))
            }
        },
        "relative" => {
            let (rest, time) = match rest.split_once(" at ") {
                Some((rest, time)) => (rest, Some(time.parse().ok()?)),
                None => (rest, None),
            };
            let (before, (span, anchor)) = match rest.split_once(" before ") {
                Some(parts) => (true, parts),
                None => (false, rest.split_once(" after ")?),
            };
            let anchor = match anchor.parse::<Date>() {
                Ok(date) => Anchor::Date(date),
                Err(_) => Anchor::Moment(at(anchor)?),
            };
            show(relative(zone, anchor, span.parse().ok()?, before, time))
        }
        "next" => {
            let (pattern, after) = rest.split_once(" after ")?;
            let (time, days) = pattern.split_once(" on ")?;
            show_or_never(next_time(zone, at(after)?, time.parse().ok()?, &weekdays(days)?))
        }
        "anniversary" => {
            let (pattern, after) = rest.split_once(" after ")?;
            let (day, time) = pattern.split_once(" at ")?;
            show_or_never(next_anniversary(zone, at(after)?, day.parse().ok()?, time.parse().ok()?))
        }
        "inside" => {
            let (set, moment) = rest.split_once(" at ")?;
            yes_or_no(any_contains(zone, at(moment)?, &windows(set)?))
        }
        "end" => {
            let (set, moment) = rest.split_once(" from ")?;
            show_or_never(windows(set)?.first()?.window.end_after(zone, at(moment)?))
        }
        "open" => {
            let (set, moment) = rest.split_once(" from ")?;
            show_or_never(next_open(zone, at(moment)?, &windows(set)?))
        }
        "close" => {
            let (set, moment) = rest.split_once(" from ")?;
            show_or_never(next_close(zone, at(moment)?, &windows(set)?))
        }
        "change" => {
            let (set, moment) = rest.split_once(" from ")?;
            show_or_never(next_change(zone, at(moment)?, &windows(set)?))
        }
        "date in" => {
            let (days, date) = rest.split_once(" holds ")?;
            yes_or_no(calendar(days)?.contains(date.parse().ok()?))
        }
        "outside calendar" => {
            let (days, moment) = rest.split_once(" from ")?;
            show_or_never(calendar(days)?.next_outside(zone, at(moment)?))
        }
        "inside calendar" => {
            let (days, moment) = rest.split_once(" from ")?;
            show_or_never(calendar(days)?.next_inside(zone, at(moment)?))
        }
        "start of day" => show(start_of_day(zone, at(rest)?)),
        "start of next day" => show(start_of_next_day(zone, at(rest)?)),
        "start of week" => show(start_of_week(zone, at(rest)?)),
        "start of next week" => show(start_of_next_week(zone, at(rest)?)),
        "start of month" => show(start_of_month(zone, at(rest)?)),
        "start of next month" => show(start_of_next_month(zone, at(rest)?)),
        "cron" => {
            let (pattern, after) = rest.split_once(" after ")?;
            match CronPattern::parse(pattern) {
                Ok(pattern) => show_or_never(pattern.next(zone, at(after)?)),
                Err(error) => error.reason,
            }
        }
        "date" => shown(parse_date(rest)),
        "time" => shown(parse_time(rest)),
        "read" => parse_moment(rest, zone).map_or_else(|error| error.to_string(), show),
        "write" => format_rfc3339(at(rest)?),
        "span" => shown(rest.parse::<Span>()),
        "weekday" => rest.parse::<Date>().ok()?.weekday().to_string(),
        "days" => weekdays(rest)?.to_string(),
        _ => return None,
    })
}

fn shown<T: ToString, E: ToString>(result: Result<T, E>) -> String {
    result.map_or_else(|error| error.to_string(), |value| value.to_string())
}

fn yes_or_no(yes: bool) -> String {
    if yes { "yes" } else { "no" }.to_owned()
}

/// `Mon to Fri`, `Mon, Wed`, `no day`.
fn weekdays(text: &str) -> Option<WeekdaySet> {
    if text == "no day" {
        return Some(WeekdaySet::EMPTY);
    }
    let mut set = WeekdaySet::EMPTY;
    for part in text.split(", ") {
        let (first, last) = part.split_once(" to ").unwrap_or((part, part));
        for day in WeekdaySet::from_range(Weekday::from_name(first)?, Weekday::from_name(last)?).iter() {
            set.insert(day);
        }
    }
    Some(set)
}

/// `Mon to Fri 09:00 to 17:30; Sat 10:00 to 12:00`; without days it is every day; `nothing`.
fn windows(text: &str) -> Option<Vec<DayWindow>> {
    if text == "nothing" {
        return Some(Vec::new());
    }
    text.split("; ")
        .map(|part| {
            let (rest, to) = part.rsplit_once(" to ")?;
            let (days, from) = rest.rsplit_once(' ').map_or((None, rest), |(days, from)| (Some(days), from));
            let window = Window { from: from.parse().ok()?, to: to.parse().ok()? };
            match days {
                Some(days) => Some(DayWindow { days: weekdays(days)?, window }),
                None => Some(window.every_day()),
            }
        })
        .collect()
}

/// `2026-11-27 to 2026-11-30, 12-24 to 12-26, 05-01`; `nothing`.
fn calendar(text: &str) -> Option<CalendarDays> {
    let mut days = CalendarDays::default();
    for part in text.split(", ").filter(|part| *part != "nothing") {
        let (from, to) = part.split_once(" to ").unwrap_or((part, part));
        match from.parse::<Date>() {
            Ok(from) => days.dates.push(DateRange { from, to: to.parse().ok()? }),
            Err(_) => days.yearly.push(YearlyRange { from: from.parse().ok()?, to: to.parse().ok()? }),
        }
    }
    Some(days)
}
