//! Properties, for random zones and moments: beside jiff's own arithmetic, and beside plain searches
//! that follow the definitions word by word.

#![expect(clippy::unwrap_used, reason = "a helper of a test may fail as the test itself")]

use jiff::Timestamp;
use jiff::civil;
use jiff::tz::{AmbiguousOffset, TimeZone, TimeZoneDatabase};
use proptest::collection::vec;
use proptest::prelude::*;
use wayline_time::*;

/// 1950-01-01 to 2150-01-01, 1970-01-03 to 2090-01-01 (all that cron knows, and a change later),
/// 2000-01-03 to 2150-01-01.
const YEARS_1950_2150: std::ops::Range<i64> = -631_152_000_000..5_680_281_600_000;
const YEARS_1970_2090: std::ops::Range<i64> = 172_800_000..3_786_912_000_000;
const YEARS_2000_2150: std::ops::Range<i64> = 946_857_600_000..5_680_281_600_000;
const DAY: i64 = MILLIS_PER_DAY;

fn zone() -> impl Strategy<Value = Zone> {
    let all: Vec<Zone> = Zone::all().collect();
    // Half of the draws from zones with interesting rules.
    let hard: Vec<Zone> = [
        "America/New_York",
        "Europe/Berlin",
        "Australia/Lord_Howe",
        "Antarctica/Troll",
        "Pacific/Apia",
        "Africa/Casablanca",
        "America/Havana",
        "America/St_Johns",
        "Pacific/Kwajalein",
        "Africa/Cairo",
        "America/Sao_Paulo",
        "Antarctica/Casey",
        "Asia/Kathmandu",
    ]
    .map(|name| Zone::lookup(name).unwrap())
    .to_vec();
    prop_oneof![proptest::sample::select(all), proptest::sample::select(hard)]
}

/// A zone and a moment, half of the time within two days of a change of that zone's clock.
fn zone_and_moment() -> impl Strategy<Value = (Zone, Moment)> {
    zone_and_moment_in(YEARS_1950_2150)
}

fn zone_and_moment_in(years: std::ops::Range<i64>) -> impl Strategy<Value = (Zone, Moment)> {
    (zone(), years, any::<bool>(), -2 * DAY..2 * DAY).prop_map(|(zone, moment, near, shift)| {
        match zone.next_transition(Moment(moment)) {
            Some(change) if near => (zone, change.plus_millis(shift)),
            _ => (zone, Moment(moment)),
        }
    })
}

fn time() -> impl Strategy<Value = TimeOfDay> {
    prop_oneof![
        (0..86_400_u32).prop_map(TimeOfDay),
        // Small hours, where the clocks change.
        (0..5 * 4_u32).prop_map(|quarters| TimeOfDay(quarters * 900)),
        (92..96_u32).prop_map(|quarters| TimeOfDay(quarters * 900)),
    ]
}

fn weekdays() -> impl Strategy<Value = WeekdaySet> {
    vec(proptest::sample::select(Weekday::ALL.to_vec()), 1..7).prop_map(|days| days.into_iter().collect())
}

fn windows() -> impl Strategy<Value = Vec<DayWindow>> {
    let window = (weekdays(), time(), time())
        .prop_map(|(days, from, to)| DayWindow { days, window: Window { from, to } });
    vec(window, 1..4)
}

fn jiff_zone(zone: Zone) -> TimeZone {
    TimeZoneDatabase::bundled().get(zone.name()).unwrap()
}

fn civil_of(local: LocalDateTime) -> civil::DateTime {
    let (year, month, day) = local.date.ymd();
    let (hour, minute, second) = local.time.hms();
    civil::DateTime::new(
        year.try_into().unwrap(),
        month.try_into().unwrap(),
        day.try_into().unwrap(),
        hour.try_into().unwrap(),
        minute.try_into().unwrap(),
        second.try_into().unwrap(),
        i32::from(local.millisecond) * 1_000_000,
    )
    .unwrap()
}

/// The rule as it is written, from jiff's answer: the moment, the first of two, or the end of the gap.
fn moment_by_jiff(zone: Zone, local: LocalDateTime) -> Moment {
    let zone = jiff_zone(zone);
    let local = civil_of(local);
    let moment = |offset: jiff::tz::Offset| offset.to_timestamp(local).unwrap();
    let found = match zone.to_ambiguous_timestamp(local).offset() {
        AmbiguousOffset::Unambiguous { offset } => moment(offset),
        AmbiguousOffset::Fold { before, .. } => moment(before),
        AmbiguousOffset::Gap { before, .. } => {
            // With the offset before the gap the time lies at or after the change.
            let after = moment(before);
            zone.preceding(after + jiff::SignedDuration::from_millis(1)).next().unwrap().timestamp()
        }
    };
    Moment(found.as_millisecond())
}

fn start(zone: Zone, date: Date) -> Moment {
    to_moment(zone, date, TimeOfDay::MIDNIGHT)
}

/// The intervals of a window near a moment, as they are defined.
fn intervals(
    zone: Zone,
    near: Moment,
    window: DayWindow,
    days: std::ops::Range<i32>,
) -> Vec<(Moment, Moment)> {
    let today = local(zone, near).date;
    let Window { from, to } = window.window;
    days.map(|step| today.add_days(step))
        .filter(|day| window.days.contains(day.weekday()))
        .map(|day| {
            let last = if from < to { day } else { day.add_days(1) };
            (to_moment(zone, day, from), to_moment(zone, last, to))
        })
        .collect()
}

fn inside(intervals: &[(Moment, Moment)], moment: Moment) -> bool {
    intervals.iter().any(|(from, to)| *from <= moment && moment < *to)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn local_is_what_jiff_says((zone, moment) in zone_and_moment()) {
        let jiff = jiff_zone(zone).to_datetime(Timestamp::from_millisecond(moment.0).unwrap());
        prop_assert_eq!(civil_of(local(zone, moment)), jiff);
    }

    #[test]
    fn local_is_what_jiff_says_in_all_its_years(zone in zone(), millis in -377_705_023_200_000_i64..253_402_207_200_000) {
        let jiff = jiff_zone(zone).to_datetime(Timestamp::from_millisecond(millis).unwrap());
        prop_assert_eq!(civil_of(local(zone, Moment(millis))), jiff);
    }

    #[test]
    fn to_moment_follows_the_rule((zone, near) in zone_and_moment(), time in time(), step in -1..=1) {
        let date = local(zone, near).date.add_days(step);
        let local = LocalDateTime { date, time, millisecond: 0 };
        prop_assert_eq!(to_moment(zone, date, time), moment_by_jiff(zone, local));
    }

    #[test]
    fn to_moment_is_the_first_to_reach((zone, near) in zone_and_moment(), shift in -2 * DAY..2 * DAY) {
        let local = near.0 + shift;
        let first = zone.first_reach(local);
        prop_assert!(zone.steady_clock(first) >= local);
        prop_assert!(zone.steady_clock(Moment(first.0 - 1)) < local);
        // The same at any moment near by.
        prop_assert_eq!(first <= near, local <= zone.steady_clock(near));
    }

    #[test]
    fn the_steady_clock_is_the_latest_wall_clock((zone, moment) in zone_and_moment()) {
        // Beside the wall clock at and just before every change of the last four days.
        let mut latest = local(zone, moment).local_millis();
        let mut change = Moment(moment.0 - 4 * DAY);
        while let Some(next) = zone.next_transition(change).filter(|next| *next <= moment) {
            latest = latest.max(local(zone, Moment(next.0 - 1)).local_millis());
            change = next;
        }
        prop_assert_eq!(zone.steady_clock(moment), latest);
    }

    #[test]
    fn local_kind_is_what_jiff_says((zone, near) in zone_and_moment(), time in time()) {
        let date = local(zone, near).date;
        let local = civil_of(LocalDateTime { date, time, millisecond: 0 });
        let kind = match jiff_zone(zone).to_ambiguous_timestamp(local).offset() {
            AmbiguousOffset::Unambiguous { .. } => LocalKind::Once,
            AmbiguousOffset::Gap { .. } => LocalKind::Skipped,
            AmbiguousOffset::Fold { .. } => LocalKind::Twice,
        };
        prop_assert_eq!(local_kind(zone, date, time), kind);
    }

    #[test]
    fn add_span_is_jiffs_outside_gaps(
        (zone, moment) in zone_and_moment(), months in -30..30_i32, days in -60..60_i32, millis in -DAY..DAY,
    ) {
        let span = Span { months, days, millis };
        let civil = jiff_zone(zone).to_datetime(Timestamp::from_millisecond(moment.0).unwrap());
        let civil = civil.checked_add(jiff::Span::new().months(months)).unwrap();
        let civil = civil.checked_add(jiff::Span::new().days(days)).unwrap();
        let expected = match jiff_zone(zone).to_ambiguous_timestamp(civil).offset() {
            _ if span.is_exact() => moment.0,
            AmbiguousOffset::Unambiguous { offset } | AmbiguousOffset::Fold { before: offset, .. } => {
                offset.to_timestamp(civil).unwrap().as_millisecond()
            }
            AmbiguousOffset::Gap { .. } => return Ok(()), // the rule differs; see to_moment_follows_the_rule
        };
        prop_assert_eq!(add_span(zone, moment, &span), Moment(expected + millis));
    }

    #[test]
    fn max_millis_bounds_every_sum_since_2000(
        (zone, moment) in zone_and_moment_in(YEARS_2000_2150), months in 0..30_i32, days in 0..60_i32, millis in 0..DAY,
    ) {
        let span = Span { months, days, millis };
        prop_assert!(add_span(zone, moment, &span).millis_since(moment) <= span.max_millis());
    }

    #[test]
    fn next_time_is_after_and_the_first((zone, after) in zone_and_moment(), time in time(), days in weekdays()) {
        let expected = |after: Moment| {
            let today = local(zone, after).date;
            (-3..12)
                .map(|step| today.add_days(step))
                .filter(|date| days.contains(date.weekday()))
                .map(|date| to_moment(zone, date, time))
                .find(|moment| *moment > after)
        };
        let first = next_time(zone, after, time, &days);
        prop_assert_eq!(first, expected(after));
        // A loop: the next after the very moment that was found.
        let second = first.and_then(|first| next_time(zone, first, time, &days));
        prop_assert_eq!(second, first.and_then(expected));
    }

    #[test]
    fn next_anniversary_is_after_and_the_first(
        (zone, after) in zone_and_moment(), day in -7_000..40_000_i32, time in time(),
    ) {
        let day = Date(day);
        let expected = (0..210)
            .map(|years| to_moment(zone, day.add_months(12 * years), time))
            .find(|moment| *moment > after);
        prop_assert_eq!(next_anniversary(zone, after, day, time), expected);
    }

    #[test]
    fn windows_are_their_intervals((zone, moment) in zone_and_moment(), windows in windows()) {
        let expected = windows.iter().any(|window| inside(&intervals(zone, moment, *window, -3..4), moment));
        prop_assert_eq!(any_contains(zone, moment, &windows), expected);
    }

    #[test]
    fn next_change_is_the_next_change((zone, moment) in zone_and_moment(), windows in windows()) {
        let all: Vec<_> =
            windows.iter().flat_map(|window| intervals(zone, moment, *window, -9..20)).collect();
        let open = inside(&all, moment);
        // It can change only at an edge; beyond 15 days the intervals listed here may be too few.
        let mut edges: Vec<Moment> = all.iter().flat_map(|(from, to)| [*from, *to]).collect();
        edges.sort_unstable();
        let horizon = moment.plus_millis(15 * DAY);
        let expected =
            edges.into_iter().find(|edge| *edge > moment && *edge < horizon && inside(&all, *edge) != open);
        let found = next_change(zone, moment, &windows);
        prop_assert_eq!(found.filter(|found| *found < horizon), expected);

        prop_assert_eq!(any_contains(zone, moment, &windows), open);
        prop_assert_eq!(next_open(zone, moment, &windows), if open { Some(moment) } else { found });
        prop_assert_eq!(next_close(zone, moment, &windows), if open { found } else { Some(moment) });
        if let Some(found) = found {
            prop_assert_eq!(any_contains(zone, found, &windows), !open);
            prop_assert_eq!(any_contains(zone, Moment(found.0 - 1), &windows), open);
        }
    }

    #[test]
    fn one_window_agrees_with_many((zone, moment) in zone_and_moment(), from in time(), to in time()) {
        let window = Window { from, to };
        prop_assert_eq!(window.contains(zone, moment), any_contains(zone, moment, &[window.every_day()]));
        match window.end_after(zone, moment) {
            Some(end) => {
                prop_assert!(end >= moment && !window.contains(zone, end));
                prop_assert_eq!(end == moment, !window.contains(zone, moment));
            }
            None => prop_assert!(window.is_whole_day()),
        }
    }

    #[test]
    fn periods_hold_their_moments((zone, moment) in zone_and_moment()) {
        for (from, to, most) in [
            (start_of_day(zone, moment), start_of_next_day(zone, moment), 1),
            (start_of_week(zone, moment), start_of_next_week(zone, moment), 7),
            (start_of_month(zone, moment), start_of_next_month(zone, moment), 31),
        ] {
            prop_assert!(from <= moment && moment < to);
            prop_assert!(to.millis_since(from) <= (most + 1) * DAY);
        }
        // The next day begins where this one ends, whatever moment it is asked of.
        let last = Moment(start_of_next_day(zone, moment).0 - 1);
        prop_assert_eq!(start_of_day(zone, last), start_of_day(zone, moment));
        prop_assert_eq!(day_of(zone, start_of_day(zone, moment)), day_of(zone, moment));
    }

    #[test]
    fn calendars_are_searched_day_by_day(
        (zone, moment) in zone_and_moment(),
        ranges in vec((-40..400_i32, -2..40_i32), 0..3),
        yearly in vec((1..=12_u8, 1..=29_u8, 1..=12_u8, 1..=29_u8), 0..3),
    ) {
        let today = day_of(zone, moment);
        let days = CalendarDays {
            dates: ranges
                .into_iter()
                .map(|(from, length)| DateRange { from: today.add_days(from), to: today.add_days(from + length) })
                .collect(),
            yearly: yearly
                .into_iter()
                .map(|(m1, d1, m2, d2)| YearlyRange {
                    from: MonthDay::new(m1, d1).unwrap(),
                    to: MonthDay::new(m2, d2).unwrap(),
                })
                .collect(),
        };
        for (wanted, found) in
            [(true, days.next_inside(zone, moment)), (false, days.next_outside(zone, moment))]
        {
            // Day by day for nine years, days without any moment left out.
            let expected = (0..9 * 366)
                .map(|step| today.add_days(step))
                .filter(|date| start(zone, *date) < start(zone, date.add_days(1)))
                .find(|date| days.contains(*date) == wanted)
                .map(|date| start(zone, date).max(moment));
            prop_assert_eq!(found, expected, "wanted inside: {}", wanted);
        }
    }

    #[test]
    fn cron_is_searched_minute_by_minute(
        (zone, after) in zone_and_moment_in(YEARS_1970_2090),
        minutes in vec(0..60_u32, 1..4), hours in vec(prop_oneof![0..5_u32, 0..24_u32], 1..3), days in weekdays(),
    ) {
        let list = |numbers: &[u32]| numbers.iter().map(u32::to_string).collect::<Vec<_>>().join(",");
        let names: Vec<&str> = days.iter().map(Weekday::name).collect();
        let text = format!("0 {} {} * * {}", list(&minutes), list(&hours), names.join(","));
        let today = local(zone, after).date;
        let expected = (-3..12)
            .map(|step| today.add_days(step))
            .filter(|date| days.contains(date.weekday()))
            .flat_map(|date| (0..24 * 60).map(move |minute| (date, minute)))
            .filter(|(_, minute)| minutes.contains(&(minute % 60)) && hours.contains(&(minute / 60)))
            .map(|(date, minute)| to_moment(zone, date, TimeOfDay(minute * 60)))
            .find(|moment| *moment > after);
        prop_assert_eq!(CronPattern::parse(&text).unwrap().next(zone, after), expected);
    }

    #[test]
    fn what_is_written_reads_back((zone, moment) in zone_and_moment(), date in any::<i32>(), span in any::<(i32, i32, i64)>()) {
        prop_assert_eq!(parse_moment(&format_rfc3339(moment), zone), Ok(moment));
        prop_assert_eq!(parse_moment(&format_rfc3339_in(zone, moment), Zone::utc()), Ok(moment));
        let first = zone.first_reach(local(zone, moment).local_millis());
        prop_assert_eq!(parse_moment(&format_local_plain(zone, moment), zone), Ok(first));
        prop_assert_eq!(parse_date(&Date(date).to_string()), Ok(Date(date)));
        let (year, month, day) = Date(date).ymd();
        prop_assert_eq!(Date::from_ymd(year, month, day), Some(Date(date)));
        let span = Span { months: span.0, days: span.1, millis: span.2 };
        prop_assert_eq!(span.to_string().parse::<Span>(), Ok(span));
    }

    #[test]
    fn dates_are_jiffs(days in -4_371_587..2_932_896_i32, months in -2_000..2_000_i32) {
        let date = Date(days);
        let ymd = |date: civil::Date| {
            (i32::from(date.year()), date.month().unsigned_abs(), date.day().unsigned_abs())
        };
        let jiff = civil::date(1970, 1, 1).checked_add(jiff::Span::new().days(days)).unwrap();
        prop_assert_eq!(date.ymd(), ymd(jiff));
        prop_assert_eq!(
            date.weekday().days_from_monday(),
            jiff.weekday().to_monday_zero_offset().unsigned_abs()
        );
        if let Ok(sum) = jiff.checked_add(jiff::Span::new().months(months)) {
            prop_assert_eq!(date.add_months(months).ymd(), ymd(sum));
        }
    }

    /// Everything is total: any numbers give an answer, without a panic (overflow checks are on).
    #[test]
    fn nothing_panics(
        zone in zone(),
        moment in prop_oneof![any::<i64>(), Just(i64::MIN), Just(i64::MAX), Just(0)],
        date in prop_oneof![any::<i32>(), Just(i32::MIN), Just(i32::MAX)],
        time in any::<u32>(),
        span in any::<(i32, i32, i64)>(),
        windows in windows(),
        text in "[-+0-9T:. Za@*/,?MON]{0,30}",
    ) {
        let (moment, date, time) = (Moment(moment), Date(date), TimeOfDay(time));
        let span = Span { months: span.0, days: span.1, millis: span.2 };
        let far = to_moment(zone, date, time);
        for moment in [moment, far] {
            let _ = (local(zone, moment), format_local(zone, moment), format_rfc3339(moment));
            let _ = (format_rfc3339_in(zone, moment), zone.next_transition(moment), local_kind(zone, date, time));
            let _ = (add_span(zone, moment, &span), add_span(zone, moment, &span.negate()));
            let _ = (next_time(zone, moment, time, &WeekdaySet::ALL), next_anniversary(zone, moment, date, time));
            let _ = (start_of_day(zone, moment), start_of_next_day(zone, moment));
            let _ = (start_of_week(zone, moment), start_of_next_week(zone, moment));
            let _ = (start_of_month(zone, moment), start_of_next_month(zone, moment));
            let _ = (next_open(zone, moment, &windows), next_close(zone, moment, &windows));
            let _ = (next_change(zone, moment, &windows), Window { from: time, to: time }.end_after(zone, moment));
            let _ = CronPattern::parse("0 0 9 29 2 *").unwrap().next(zone, moment);
            for anchor in [Anchor::Date(date), Anchor::Moment(moment)] {
                let _ = (relative(zone, anchor, span, true, Some(time)), relative(zone, anchor, span, false, None));
            }
            let leap = MonthDay::new(2, 29).unwrap();
            let days = CalendarDays {
                dates: vec![DateRange { from: date, to: Date::MAX }],
                yearly: vec![YearlyRange { from: leap, to: leap }],
            };
            let _ = (days.next_inside(zone, moment), days.next_outside(zone, moment));
        }
        let _ = (span.approx_millis(), span.max_millis(), span.to_string(), span.checked_mul(date.0));
        let _ = (date.add_months(span.months), date.add_days(span.days), date.weekday(), date.to_string());
        let _ = (parse_date(&text).is_ok(), parse_time(&text).is_ok(), parse_moment(&text, zone).is_ok());
        let _ = (text.parse::<Span>().is_ok(), CronPattern::parse(&text).is_ok(), Zone::lookup(&text).is_ok());
    }
}
