//! From moment to local time and back and the questions built on them, beside jiff's own conversion.
//! One sample asks 1,000 times, at moments spread over 2020 to 2035.

use divan::Bencher;
use divan::counter::ItemsCount;
use jiff::Timestamp;
use jiff::tz::{TimeZone, TimeZoneDatabase};
use wayline_time::*;

const ZONES: [&str; 3] = ["America/New_York", "Asia/Kolkata", "UTC"];
const MOMENTS: usize = 1_000;

fn main() {
    divan::main();
}

/// Scattered, so that neither a cache nor the branch predictor knows the next.
fn moments() -> Vec<Moment> {
    const FROM: u64 = 1_577_836_800_000;
    const RANGE: u64 = 15 * 365 * 86_400_000;
    (1..=MOMENTS as u64)
        .map(|n| Moment((FROM + n.wrapping_mul(0x9E37_79B9_7F4A_7C15) % RANGE) as i64))
        .collect()
}

fn zone(name: &str) -> Zone {
    Zone::lookup(name).unwrap_or_default()
}

fn jiff_zone(name: &str) -> TimeZone {
    TimeZoneDatabase::bundled().get(name).unwrap_or(TimeZone::UTC)
}

fn ask<T>(bencher: Bencher, question: impl Fn(Moment) -> T) {
    let moments = moments();
    bencher.counter(ItemsCount::new(MOMENTS)).bench_local(|| {
        for moment in divan::black_box(&moments) {
            divan::black_box(question(*moment));
        }
    });
}

#[divan::bench(args = ZONES)]
fn a1_local(bencher: Bencher, name: &str) {
    let zone = zone(name);
    ask(bencher, |moment| local(zone, moment));
}

#[divan::bench(args = ZONES)]
fn a2_local_by_jiff(bencher: Bencher, name: &str) {
    let zone = jiff_zone(name);
    ask(bencher, |moment| Timestamp::from_millisecond(moment.0).map(|at| zone.to_datetime(at)));
}

#[divan::bench(args = ZONES)]
fn b1_to_moment(bencher: Bencher, name: &str) {
    let zone = zone(name);
    ask(bencher, |moment| zone.first_reach(moment.0));
}

#[divan::bench(args = ZONES)]
fn b2_to_moment_by_jiff(bencher: Bencher, name: &str) {
    let zone = jiff_zone(name);
    ask(bencher, |moment| {
        let local = Timestamp::from_millisecond(moment.0).map(|at| TimeZone::UTC.to_datetime(at));
        local.and_then(|local| zone.to_timestamp(local))
    });
}

#[divan::bench(args = ZONES)]
fn c1_add_one_day(bencher: Bencher, name: &str) {
    let zone = zone(name);
    ask(bencher, |moment| add_span(zone, moment, &Span::of_days(1)));
}

#[divan::bench(args = ZONES)]
fn c2_next_time(bencher: Bencher, name: &str) {
    let zone = zone(name);
    let days = WeekdaySet::from_range(Weekday::Mon, Weekday::Fri);
    ask(bencher, |moment| next_time(zone, moment, TimeOfDay(36_000), &days));
}

#[divan::bench(args = ZONES)]
fn c3_quiet_hours(bencher: Bencher, name: &str) {
    let zone = zone(name);
    let quiet = Window { from: TimeOfDay(75_600), to: TimeOfDay(32_400) };
    ask(bencher, |moment| quiet.contains(zone, moment));
}

#[divan::bench(args = ZONES)]
fn c4_next_change_of_office_hours(bencher: Bencher, name: &str) {
    let zone = zone(name);
    let window = Window { from: TimeOfDay(32_400), to: TimeOfDay(63_000) };
    let open = [DayWindow { days: WeekdaySet::from_range(Weekday::Mon, Weekday::Fri), window }];
    ask(bencher, |moment| next_change(zone, moment, &open));
}

#[divan::bench(args = ZONES)]
fn c5_cron(bencher: Bencher, name: &str) {
    let zone = zone(name);
    let pattern = CronPattern::parse("0 0 9 * * MON *").ok();
    ask(bencher, |moment| pattern.as_ref().and_then(|pattern| pattern.next(zone, moment)));
}
