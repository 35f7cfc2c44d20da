//! Waits.

use insta::assert_snapshot;
use wayline_ir::*;
use wayline_time::{Span, WeekdaySet};

use crate::support::*;

/// A journey `j` on `cart` with these steps; `order` is event 1 with two fields.
fn one(steps: Vec<StepKind>) -> (Program, EventId, EventId) {
    let mut p = program();
    let cart = p.event("cart", 2);
    let order = p.event("order", 2);
    p.journey(journey("j", vec![enter_on(cart)], steps));
    (p, cart, order)
}

#[test]
fn days_keep_the_local_time_over_a_change_of_the_clock_and_hours_are_exact() {
    let steps =
        vec![wait(days(1), 1), wait(hours(24), 2), wait(c(Value::Duration(Span::of_months(1))), 3), exit()];
    let (p, cart, _) = one(steps);
    let mut w = World::new(p, "2026-03-07T15:30:00Z");
    w.set(0, text("America/New_York")).event(cart, &[0, 0]).after(60 * DAY);
    assert_snapshot!(w.rows(), @r#"
        03-07 15:30 profile zone=Text("America/New_York")
        03-07 15:30 event cart
        03-07 15:30 j#1 enter [0]
        03-07 15:30 j#1 @0 wait until 03-08 14:30
        03-08 14:30 j#1 @0 wait_over time_up
        03-08 14:30 j#1 @1 wait until 03-09 14:30
        03-09 14:30 j#1 @1 wait_over time_up
        03-09 14:30 j#1 @2 wait until 04-09 14:30
        04-09 14:30 j#1 @2 wait_over time_up
        04-09 14:30 j#1 @3 exit completed
    "#);
}

#[test]
fn a_skipped_local_time_is_the_first_moment_after_the_gap_and_a_repeated_one_the_first() {
    let next = |at: &str, next: u32| StepKind::Wait {
        until: Until::Next { at: time(at), days: WeekdaySet::ALL },
        next: StepId(next),
    };
    // New York, 8 March 2026: 02:00 to 03:00 is skipped. 1 November: 01:00 to 02:00 occurs twice.
    let (p, cart, _) = one(vec![next("02:30", 1), next("02:30", 2), exit()]);
    let mut w = World::new(p, "2026-03-08T05:30:00Z");
    w.set(0, text("America/New_York")).event(cart, &[0, 0]).after(3 * DAY);
    let (p, cart, _) = one(vec![next("01:30", 1), next("01:30", 2), exit()]);
    let mut v = World::new(p, "2026-11-01T04:00:00Z");
    v.set(0, text("America/New_York")).event(cart, &[0, 0]).after(3 * DAY);
    assert_snapshot!(w.rows() + "--\n" + &v.rows(), @r#"
        03-08 05:30 profile zone=Text("America/New_York")
        03-08 05:30 event cart
        03-08 05:30 j#1 enter [0]
        03-08 05:30 j#1 @0 wait until 03-08 07:00
        03-08 07:00 j#1 @0 wait_over time_up
        03-08 07:00 j#1 @1 wait until 03-09 06:30
        03-09 06:30 j#1 @1 wait_over time_up
        03-09 06:30 j#1 @2 exit completed
        --
        11-01 04:00 profile zone=Text("America/New_York")
        11-01 04:00 event cart
        11-01 04:00 j#1 enter [0]
        11-01 04:00 j#1 @0 wait until 11-01 05:30
        11-01 05:30 j#1 @0 wait_over time_up
        11-01 05:30 j#1 @1 wait until 11-02 06:30
        11-02 06:30 j#1 @1 wait_over time_up
        11-02 06:30 j#1 @2 exit completed
    "#);
}

#[test]
fn until_a_weekday_is_strictly_after_now() {
    let monday = WeekdaySet::from(wayline_time::Weekday::Mon);
    let until = Until::Next { at: time("10:00"), days: monday };
    let (p, cart, _) = one(vec![StepKind::Wait { until, next: StepId(1) }, exit()]);
    let mut w = World::new(p, "2026-03-16T10:00:00Z");
    w.event(cart, &[0, 0]).after(30 * DAY);
    assert_snapshot!(w.rows(), @r"
        03-16 10:00 event cart
        03-16 10:00 j#1 enter [0]
        03-16 10:00 j#1 @0 wait until 03-23 10:00
        03-23 10:00 j#1 @0 wait_over time_up
        03-23 10:00 j#1 @1 exit completed
    ");
}

#[test]
fn until_a_date_that_is_ahead_past_or_missing() {
    let until = Until::Date {
        anchor: customer(3),
        offset: Some((days(3), Direction::Before)),
        at: Some(time("10:00")),
        past: StepId(2),
        missing: StepId(3),
    };
    let steps = vec![StepKind::Wait { until, next: StepId(1) }, exit(), exit(), exit()];
    let (p, cart, _) = one(steps);
    let mut w = World::new(p, "2026-03-16T10:00:00Z");
    w.event(cart, &[0, 0]);
    w.set(3, Value::Date("2026-03-19".parse().unwrap())).event(cart, &[0, 0]);
    w.set(3, Value::Date("2026-03-20".parse().unwrap())).event(cart, &[0, 0]).after(30 * DAY);
    assert_snapshot!(w.rows(), @r"
        03-16 10:00 event cart
        03-16 10:00 j#1 enter [0]
        03-16 10:00 j#1 @0 wait_over missing
        03-16 10:00 j#1 @3 exit completed
        03-16 10:00 profile day=Date(Date(20531))
        03-16 10:00 event cart
        03-16 10:00 j#2 enter [0]
        03-16 10:00 j#2 @0 wait_over past
        03-16 10:00 j#2 @2 exit completed
        03-16 10:00 profile day=Date(Date(20532))
        03-16 10:00 event cart
        03-16 10:00 j#3 enter [0]
        03-16 10:00 j#3 @0 wait until 03-17 10:00
        03-17 10:00 j#3 @0 wait_over time_up
        03-17 10:00 j#3 @1 exit completed
    ");
}

fn order_of_cart() -> Trigger {
    on_where(ev(EventId(1)), is(item(0), slot(0, 0)), Some(1))
}

#[test]
fn the_first_of_several_and_an_event_at_the_very_instant_of_the_time_out_wins() {
    let steps = vec![wait_for(hours(1), vec![(order_of_cart(), 1)], 2), exit(), exit()];
    let (p, cart, order) = one(steps);
    let mut w = World::new(p.clone(), "2026-03-16T10:00:00Z");
    w.event(cart, &[1, 0]).event(order, &[2, 0]).jump("2026-03-16T11:00:00Z").event(order, &[1, 0]);
    let mut v = World::new(p, "2026-03-16T10:00:00Z");
    v.event(cart, &[1, 0]).jump("2026-03-16T11:00:00.001Z").event(order, &[1, 0]);
    assert_snapshot!(w.rows() + "--\n" + &v.rows(), @r"
        03-16 10:00 event cart
        03-16 10:00 j#1 enter [0]
        03-16 10:00 j#1 @0 wait until 03-16 11:00
        03-16 10:00 event order
        03-16 11:00 event order
        03-16 11:00 j#1 @0 wait_over [0]
        03-16 11:00 j#1 @1 exit completed
        --
        03-16 10:00 event cart
        03-16 10:00 j#1 enter [0]
        03-16 10:00 j#1 @0 wait until 03-16 11:00
        03-16 11:00:00.001 j#1 @0 wait_over time_up
        03-16 11:00:00.001 j#1 @2 exit completed
        03-16 11:00:00.001 event order
    ");
}

#[test]
fn since_enter_looks_back_but_not_at_the_entering_event() {
    let back = |then: u32| Trigger::Event {
        source: ev(EventId(then)),
        filter: None,
        bind: Some(SlotId(1)),
        since_enter: true,
    };
    let limits = vec![(back(0), 2), (back(1), 3)];
    let steps = vec![wait(hours(1), 1), wait_for(hours(1), limits, 4), exit(), exit(), exit()];
    let (mut p, cart, order) = one(steps);
    for event in &mut p.events {
        event.keep = Some(Retention {
            span: Some(Span::ZERO),
            since_enter: true,
            latest: false,
            fields: vec![FieldId(0)],
        });
    }
    let mut w = World::new(p.clone(), "2026-03-16T10:00:00Z");
    w.event(order, &[9, 9]).event(cart, &[1, 0]).after(60_000).event(order, &[2, 0]).after(3 * HOUR);
    let mut v = World::new(p, "2026-03-16T10:00:00Z");
    v.event(order, &[9, 9]).event(cart, &[1, 0]).after(3 * HOUR);
    assert_snapshot!(w.rows() + "--\n" + &v.rows(), @r"
        03-16 10:00 event order
        03-16 10:00 event cart
        03-16 10:00 j#1 enter [0]
        03-16 10:00 j#1 @0 wait until 03-16 11:00
        03-16 10:01 event order
        03-16 11:00 j#1 @0 wait_over time_up
        03-16 11:00 j#1 @1 wait until 03-16 12:00
        03-16 11:00 j#1 @1 wait_over [1]
        03-16 11:00 j#1 @3 exit completed
        --
        03-16 10:00 event order
        03-16 10:00 event cart
        03-16 10:00 j#1 enter [0]
        03-16 10:00 j#1 @0 wait until 03-16 11:00
        03-16 11:00 j#1 @0 wait_over time_up
        03-16 11:00 j#1 @1 wait until 03-16 12:00
        03-16 12:00 j#1 @1 wait_over time_up
        03-16 12:00 j#1 @4 exit completed
    ");
}

#[test]
fn when_is_asked_on_arrival_at_changes_and_when_time_alone_makes_it_hold() {
    let high = Trigger::When(compare(CompareOp::AtLeast, customer(2), n(3)));
    let steps = vec![wait_for(hours(1), vec![(high, 1)], 2), exit(), exit()];
    let (p, cart, _) = one(steps);
    let mut w = World::new(p, "2026-03-16T10:00:00Z");
    w.event(cart, &[0, 0]).after(60_000).set(2, num(2)).set(2, num(3)).event(cart, &[0, 0]);
    // No order in the last two days: true two days after the last one, to the millisecond.
    let none = history(Query::No, ev(EventId(1)), HistoryRange::InLast(Span::of_days(2)));
    let steps = vec![wait_for(days(30), vec![(Trigger::When(none), 1)], 2), exit(), exit()];
    let (mut p, cart, order) = one(steps);
    p.events[1].keep = keep(Some(Span::of_days(2)), &[]);
    let mut v = World::new(p, "2026-03-06T10:00:00Z");
    v.set(0, text("America/New_York")).event(order, &[0, 0]).after(HOUR).event(cart, &[0, 0]);
    v.until("2026-03-08T09:00:00Z").event(order, &[0, 0]).after(30 * DAY);
    assert_snapshot!(w.rows() + "--\n" + &v.rows(), @r#"
        03-16 10:00 event cart
        03-16 10:00 j#1 enter [0]
        03-16 10:00 j#1 @0 wait until 03-16 11:00
        03-16 10:01 profile level=Number(2)
        03-16 10:01 profile level=Number(3)
        03-16 10:01 j#1 @0 wait_over [0]
        03-16 10:01 j#1 @1 exit completed
        03-16 10:01 event cart
        03-16 10:01 j#2 enter [0]
        03-16 10:01 j#2 @0 wait until 03-16 11:01
        03-16 10:01 j#2 @0 wait_over [0]
        03-16 10:01 j#2 @1 exit completed
        --
        03-06 10:00 profile zone=Text("America/New_York")
        03-06 10:00 event order
        03-06 11:00 event cart
        03-06 11:00 j#1 enter [0]
        03-06 11:00 j#1 @0 wait until 04-05 10:00
        03-08 09:00 j#1 @0 wait_over [0]
        03-08 09:00 j#1 @1 exit completed
        03-08 09:00 event order
    "#);
}

#[test]
fn now_and_today_flip_at_the_computed_moment() {
    let today = is(Expr::Today, customer(3));
    let steps = vec![wait_for(days(30), vec![(Trigger::When(today), 1)], 2), exit(), exit()];
    let (p, cart, _) = one(steps);
    let mut w = World::new(p, "2026-03-06T10:00:00Z");
    w.set(0, text("America/New_York")).set(3, Value::Date("2026-03-09".parse().unwrap()));
    w.event(cart, &[0, 0]).after(30 * DAY);
    assert_snapshot!(w.rows(), @r#"
        03-06 10:00 profile zone=Text("America/New_York")
        03-06 10:00 profile day=Date(Date(20521))
        03-06 10:00 event cart
        03-06 10:00 j#1 enter [0]
        03-06 10:00 j#1 @0 wait until 04-05 09:00
        03-09 04:00 j#1 @0 wait_over [0]
        03-09 04:00 j#1 @1 exit completed
    "#);
}

#[test]
fn wait_again_starts_anew_with_the_new_event_and_only_so_often() {
    let same = Trigger::Event {
        source: ev(EventId(0)),
        filter: Some(is(item(0), slot(0, 0))),
        bind: Some(SlotId(0)),
        since_enter: false,
    };
    let again =
        StepKind::WaitAgain { wait: StepId(0), at_most: Some(2), counter: CounterId(0), spent: StepId(2) };
    let steps = vec![wait_for(hours(1), vec![(same, 1)], 2), again, exit()];
    let (p, cart, _) = one(steps);
    let mut w = World::new(p, "2026-03-16T10:00:00Z");
    w.event(cart, &[1, 0]);
    for _ in 0..3 {
        w.after(HOUR / 2).event(cart, &[1, 5]);
    }
    assert_snapshot!(w.rows(), @r"
        03-16 10:00 event cart
        03-16 10:00 j#1 enter [0]
        03-16 10:00 j#1 @0 wait until 03-16 11:00
        03-16 10:30 event cart
        03-16 10:30 j#1 @0 wait_over [0]
        03-16 10:30 j#1 @0 wait until 03-16 11:30
        03-16 10:30 j not_entered already_running [0]
        03-16 11:00 event cart
        03-16 11:00 j#1 @0 wait_over [0]
        03-16 11:00 j#1 @0 wait until 03-16 12:00
        03-16 11:00 j not_entered already_running [0]
        03-16 11:30 event cart
        03-16 11:30 j#1 @0 wait_over [0]
        03-16 11:30 j#1 @0 wait_over time_up
        03-16 11:30 j#1 @2 exit completed
        03-16 11:30 j#2 enter [0]
        03-16 11:30 j#2 @0 wait until 03-16 12:30
    ");
}

fn collect(enough: Option<u32>, quiet_for: Option<Expr>) -> StepKind {
    StepKind::Collect {
        source: ev(EventId(1)),
        filter: Some(is(item(0), slot(0, 0))),
        duration: hours(3),
        bind: SlotId(1),
        enough,
        quiet_for,
        next: StepId(1),
    }
}

#[test]
fn a_gathering_ends_by_time_by_number_or_by_quiet() {
    let count = Expr::Items(ListQuery {
        query: Query::Sum { of: Box::new(item(1)), zero: num(0) },
        list: Box::new(Expr::Slot(SlotId(1))),
        filter: None,
    });
    let steps = |enough, quiet| {
        let set = StepKind::Set { field: FieldId(2), value: count.clone(), next: StepId(2) };
        vec![collect(enough, quiet), set, exit()]
    };
    let mut rows = String::new();
    for (enough, quiet) in [(None, None), (Some(2), None), (None, Some(minutes(20)))] {
        let (p, cart, order) = one(steps(enough, quiet));
        let mut w = World::new(p, "2026-03-16T10:00:00Z");
        w.event(cart, &[1, 0]);
        for value in [10, 20] {
            w.after(HOUR / 4).event(order, &[1, value]).event(order, &[2, 500]);
        }
        w.after(DAY);
        let all = w.rows();
        rows += &all.lines().filter(|line| !line.contains("event")).collect::<Vec<_>>().join("\n");
        rows += "\n--\n";
    }
    assert_snapshot!(rows, @r"
        03-16 10:00 j#1 enter [0]
        03-16 10:00 j#1 @0 wait until 03-16 13:00
        03-16 13:00 j#1 @0 wait_over time_up
        03-16 13:00 j#1 @1 set level=Number(30)
        03-16 13:00 j#1 @2 exit completed
        --
        03-16 10:00 j#1 enter [0]
        03-16 10:00 j#1 @0 wait until 03-16 13:00
        03-16 10:30 j#1 @0 wait_over
        03-16 10:30 j#1 @1 set level=Number(30)
        03-16 10:30 j#1 @2 exit completed
        --
        03-16 10:00 j#1 enter [0]
        03-16 10:00 j#1 @0 wait until 03-16 13:00
        03-16 10:50 j#1 @0 wait_over time_up
        03-16 10:50 j#1 @1 set level=Number(30)
        03-16 10:50 j#1 @2 exit completed
        --
    ");
}

#[test]
fn loops_are_bounded_pause_between_passes_and_end_by_their_condition() {
    let repeat = |until: Option<Expr>| StepKind::Repeat {
        at_most: 3,
        until,
        every: Some(days(1)),
        counter: CounterId(0),
        body: StepId(1),
        next: StepId(2),
    };
    let add = Expr::Arith(ArithOp::Add, Box::new(customer(2)), Box::new(n(1)));
    let set = || StepKind::Set { field: FieldId(2), value: add.clone(), next: StepId(0) };
    let (p, cart, _) = one(vec![repeat(None), set(), exit()]);
    let mut w = World::new(p, "2026-03-16T10:00:00Z");
    w.event(cart, &[1, 0]).after(30 * DAY);
    let until = compare(CompareOp::AtLeast, customer(2), n(2));
    let (p, cart, _) = one(vec![repeat(Some(until)), set(), exit()]);
    let mut v = World::new(p, "2026-03-16T10:00:00Z");
    v.event(cart, &[1, 0]).after(HOUR).set(2, num(5)).after(30 * DAY);
    assert_snapshot!(w.rows() + "--\n" + &v.rows(), @r"
        03-16 10:00 event cart
        03-16 10:00 j#1 enter [0]
        03-16 10:00 j#1 @0 branch [0]
        03-16 10:00 j#1 @1 set level=Number(1)
        03-16 10:00 j#1 @0 wait until 03-17 10:00
        03-17 10:00 j#1 @0 wait_over time_up
        03-17 10:00 j#1 @0 branch [0]
        03-17 10:00 j#1 @1 set level=Number(2)
        03-17 10:00 j#1 @0 wait until 03-18 10:00
        03-18 10:00 j#1 @0 wait_over time_up
        03-18 10:00 j#1 @0 branch [0]
        03-18 10:00 j#1 @1 set level=Number(3)
        03-18 10:00 j#1 @0 branch [1]
        03-18 10:00 j#1 @2 exit completed
        --
        03-16 10:00 event cart
        03-16 10:00 j#1 enter [0]
        03-16 10:00 j#1 @0 branch [0]
        03-16 10:00 j#1 @1 set level=Number(1)
        03-16 10:00 j#1 @0 wait until 03-17 10:00
        03-16 11:00 profile level=Number(5)
        03-17 10:00 j#1 @0 wait_over time_up
        03-17 10:00 j#1 @0 branch [1]
        03-17 10:00 j#1 @2 exit completed
    ");
}
