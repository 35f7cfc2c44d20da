//! Entries: by what, how often, and who is refused.

use insta::assert_snapshot;
use wayline_engine::Input;
use wayline_ir::*;
use wayline_time::{CronPattern, Span, WeekdaySet};

use crate::support::*;

/// A journey that a `cart` enters and that waits for two hours.
fn simple(change: impl FnOnce(&mut Journey)) -> (Program, EventId) {
    let mut p = program();
    let cart = p.event("cart", 2);
    let mut j = journey("j", vec![enter_on(cart)], vec![wait(hours(2), 1), exit()]);
    change(&mut j);
    p.journey(j);
    (p, cart)
}

#[test]
fn a_run_enters_waits_sends_and_ends() {
    let mut p = program();
    let cart = p.event("cart", 1);
    let reminder = p.message("reminder", 0);
    p.journey(journey("j", vec![enter_on(cart)], vec![wait(hours(1), 1), send(reminder, 2), exit()]));
    let mut w = World::new(p, "2026-03-07T10:00:00Z");
    w.event(cart, &[1]).after(10 * DAY);
    assert_snapshot!(w.rows(), @r"
        03-07 10:00 event cart
        03-07 10:00 j#1 enter [0]
        03-07 10:00 j#1 @0 wait until 03-07 11:00
        03-07 11:00 j#1 @0 wait_over time_up
        03-07 11:00 j#1 @1 send reminder sent
        03-07 11:00 j#1 @1 send_result reminder
        03-07 11:00 j#1 @2 exit completed
    ");
}

#[test]
fn one_run_at_a_time_and_again_any_time() {
    let (p, cart) = simple(|_| {});
    let mut w = World::new(p, "2026-03-07T10:00:00Z");
    w.event(cart, &[1, 0]).after(HOUR).event(cart, &[2, 0]).after(HOUR).event(cart, &[3, 0]);
    assert_snapshot!(w.rows(), @r"
        03-07 10:00 event cart
        03-07 10:00 j#1 enter [0]
        03-07 10:00 j#1 @0 wait until 03-07 12:00
        03-07 11:00 event cart
        03-07 11:00 j not_entered already_running [0]
        03-07 12:00 j#1 @0 wait_over time_up
        03-07 12:00 j#1 @1 exit completed
        03-07 12:00 event cart
        03-07 12:00 j#2 enter [0]
        03-07 12:00 j#2 @0 wait until 03-07 14:00
    ");
}

#[test]
fn one_run_per_key() {
    let (p, cart) = simple(|j| j.key = Some(slot(0, 0)));
    let mut w = World::new(p, "2026-03-07T10:00:00Z");
    w.event(cart, &[1, 0]).event(cart, &[2, 0]).event(cart, &[1, 0]);
    w.input(Input::Event { event: cart, id: None, at: w.now, data: Value::Record([Value::Missing].into()) });
    assert_snapshot!(w.rows(), @r"
        03-07 10:00 event cart
        03-07 10:00 j#1 enter [0]
        03-07 10:00 j#1 @0 wait until 03-07 12:00
        03-07 10:00 event cart
        03-07 10:00 j#2 enter [0]
        03-07 10:00 j#2 @0 wait until 03-07 12:00
        03-07 10:00 event cart
        03-07 10:00 j not_entered already_running [0]
        03-07 10:00 event cart
        03-07 10:00 j not_entered no_key [0]
    ");
}

#[test]
fn restart_and_parallel() {
    let (p, cart) = simple(|j| j.while_running = WhileRunning::Restart);
    let mut w = World::new(p, "2026-03-07T10:00:00Z");
    w.event(cart, &[1, 0]).after(HOUR).event(cart, &[2, 0]).after(DAY);
    let (p, cart) = simple(|j| j.while_running = WhileRunning::Parallel);
    let mut v = World::new(p, "2026-03-07T10:00:00Z");
    v.event(cart, &[1, 0]).after(HOUR).event(cart, &[2, 0]).after(DAY);
    assert_snapshot!(w.rows() + "--\n" + &v.rows(), @r"
        03-07 10:00 event cart
        03-07 10:00 j#1 enter [0]
        03-07 10:00 j#1 @0 wait until 03-07 12:00
        03-07 11:00 event cart
        03-07 11:00 j#1 @0 exit restarted
        03-07 11:00 j#2 enter [0]
        03-07 11:00 j#2 @0 wait until 03-07 13:00
        03-07 13:00 j#2 @0 wait_over time_up
        03-07 13:00 j#2 @1 exit completed
        --
        03-07 10:00 event cart
        03-07 10:00 j#1 enter [0]
        03-07 10:00 j#1 @0 wait until 03-07 12:00
        03-07 11:00 event cart
        03-07 11:00 j#2 enter [0]
        03-07 11:00 j#2 @0 wait until 03-07 13:00
        03-07 12:00 j#1 @0 wait_over time_up
        03-07 12:00 j#1 @1 exit completed
        03-07 13:00 j#2 @0 wait_over time_up
        03-07 13:00 j#2 @1 exit completed
    ");
}

#[test]
fn once_and_again_after() {
    let (p, cart) = simple(|j| j.reentry = Reentry::Once);
    let mut w = World::new(p, "2026-03-07T10:00:00Z");
    w.event(cart, &[1, 0]).after(30 * DAY).event(cart, &[2, 0]);
    // Counted from the entry, in calendar days: the clock changes in between, the local time is the same.
    let (p, cart) = simple(|j| j.reentry = Reentry::After(Span::of_days(14)));
    let mut v = World::new(p, "2026-03-20T10:00:00Z");
    v.set(0, text("Europe/Berlin")).event(cart, &[1, 0]);
    v.until("2026-04-03T08:59:59.999Z").event(cart, &[2, 0]).after(1).event(cart, &[3, 0]);
    assert_snapshot!(w.rows() + "--\n" + &v.rows(), @r#"
        03-07 10:00 event cart
        03-07 10:00 j#1 enter [0]
        03-07 10:00 j#1 @0 wait until 03-07 12:00
        03-07 12:00 j#1 @0 wait_over time_up
        03-07 12:00 j#1 @1 exit completed
        04-06 10:00 event cart
        04-06 10:00 j not_entered only_once [0]
        --
        03-20 10:00 profile zone=Text("Europe/Berlin")
        03-20 10:00 event cart
        03-20 10:00 j#1 enter [0]
        03-20 10:00 j#1 @0 wait until 03-20 12:00
        03-20 12:00 j#1 @0 wait_over time_up
        03-20 12:00 j#1 @1 exit completed
        04-03 08:59:59.999 event cart
        04-03 08:59:59.999 j not_entered again_too_soon [0]
        04-03 09:00 event cart
        04-03 09:00 j#2 enter [0]
        04-03 09:00 j#2 @0 wait until 04-03 11:00
    "#);
}

#[test]
fn filters_are_silent_and_only_if_is_told() {
    let (p, cart) = simple(|j| {
        let filter = Some(compare(CompareOp::AtLeast, item(0), n(50)));
        j.enters[0] = Enter::Event { source: ev(EventId(0)), filter, bind: Some(SlotId(0)) };
        j.only_if = Some(is(slot(0, 1), customer(2)));
    });
    let mut w = World::new(p, "2026-03-07T10:00:00Z");
    w.event(cart, &[49, 0]).event(cart, &[50, 1]).event(cart, &[50, 0]);
    assert_snapshot!(w.rows(), @r"
        03-07 10:00 event cart
        03-07 10:00 event cart
        03-07 10:00 j not_entered only_if [0]
        03-07 10:00 event cart
        03-07 10:00 j#1 enter [0]
        03-07 10:00 j#1 @0 wait until 03-07 12:00
    ");
}

#[test]
fn several_enters_on_one_event_make_one_run() {
    let (p, cart) = simple(|j| {
        j.enters.push(j.enters[0].clone());
        j.while_running = WhileRunning::Parallel;
    });
    let mut w = World::new(p, "2026-03-07T10:00:00Z");
    w.event(cart, &[1, 0]);
    assert_snapshot!(w.rows(), @r"
        03-07 10:00 event cart
        03-07 10:00 j#1 enter [0]
        03-07 10:00 j#1 @0 wait until 03-07 12:00
    ");
}

#[test]
fn a_daily_limit_is_shared_by_all_customers() {
    let (p, cart) = simple(|j| j.daily_limit = Some(1));
    let mut w = World::of(p.clone(), "2026-03-07T10:00:00Z", "ana");
    assert!(w.machine.shares_anything());
    w.event(cart, &[1, 0]);
    let mut v = World::of(p, "2026-03-07T10:00:00Z", "bob");
    v.shared = w.shared.clone();
    v.after(HOUR).event(cart, &[1, 0]).until("2026-03-08T00:00:00Z").event(cart, &[1, 0]);
    assert_snapshot!(w.rows() + &v.rows(), @r"
        03-07 10:00 event cart
        03-07 10:00 j#1 enter [0]
        03-07 10:00 j#1 @0 wait until 03-07 12:00
        03-07 11:00 event cart
        03-07 11:00 j not_entered daily_limit [0]
        03-08 00:00 event cart
        03-08 00:00 j#1 enter [0]
        03-08 00:00 j#1 @0 wait until 03-08 02:00
    ");
}

#[test]
fn those_held_out_stay_out_and_their_goals_are_counted() {
    let (p, cart) = simple(|j| {
        j.holdout = 1_000_000;
        j.goals.push(Goal { trigger: on(ev(EventId(1))), within: Span::of_days(7), leave: false });
    });
    let mut p = p;
    let order = p.event("order", 1);
    let mut w = World::new(p, "2026-03-07T10:00:00Z");
    w.event(cart, &[1, 0]).after(DAY).event(cart, &[1, 0]).event(order, &[1]).event(order, &[1]);
    w.after(8 * DAY).event(cart, &[1, 0]).after(7 * DAY).event(order, &[1]);
    assert_snapshot!(w.rows(), @r"
        03-07 10:00 event cart
        03-07 10:00 j not_entered holdout [0]
        03-08 10:00 event cart
        03-08 10:00 j not_entered holdout [0]
        03-08 10:00 event order
        03-08 10:00 j goal holdout [0] after 1440 min
        03-08 10:00 event order
        03-16 10:00 event cart
        03-16 10:00 j not_entered holdout [0]
        03-23 10:00 event order
        03-23 10:00 j goal holdout [0] after 10080 min
    ");
}

#[test]
fn journeys_enter_by_priority() {
    let (mut p, cart) = simple(|j| j.priority = 10);
    let mut j = journey("high", vec![enter_on(cart)], vec![exit()]);
    j.priority = 90;
    p.journey(j);
    let mut w = World::new(p, "2026-03-07T10:00:00Z");
    w.event(cart, &[1, 0]);
    assert_snapshot!(w.rows(), @r"
        03-07 10:00 event cart
        03-07 10:00 high#1 enter [0]
        03-07 10:00 high#1 @0 exit completed
        03-07 10:00 j#2 enter [0]
        03-07 10:00 j#2 @0 wait until 03-07 12:00
    ");
}

fn scheduled(schedule: Schedule, segment: Option<SegmentId>) -> Enter {
    Enter::Schedule { schedule, segment }
}

#[test]
fn weekly_monthly_and_cron_entries_are_local_and_never_in_the_past() {
    let mut p = program();
    let monday = WeekdaySet::from(wayline_time::Weekday::Mon);
    let weekly = scheduled(Schedule::Weekly { days: monday, at: time("09:00") }, None);
    p.journey(journey("week", vec![weekly], vec![exit()]));
    let monthly = scheduled(Schedule::Monthly { day: 31, at: time("09:00") }, None);
    p.journey(journey("month", vec![monthly], vec![exit()]));
    let cron = scheduled(Schedule::Cron(CronPattern::parse("0 0 12 * * FRI").unwrap()), None);
    p.journey(journey("cron", vec![cron], vec![exit()]));
    // A Monday, 09:00 exactly: that one is not strictly after.
    let mut w = World::new(p, "2026-03-16T09:00:00Z");
    w.set(0, text("Europe/Berlin")).until("2026-05-01T00:00:00Z");
    let rows = w.rows();
    let enters: Vec<&str> = rows.lines().filter(|line| line.contains("enter")).collect();
    assert_snapshot!(enters.join("\n"), @r"
        03-20 11:00 cron#1 enter [0]
        03-23 08:00 week#2 enter [0]
        03-27 11:00 cron#3 enter [0]
        03-30 07:00 week#4 enter [0]
        03-31 07:00 month#5 enter [0]
        04-03 10:00 cron#6 enter [0]
        04-06 07:00 week#7 enter [0]
        04-10 10:00 cron#8 enter [0]
        04-13 07:00 week#9 enter [0]
        04-17 10:00 cron#10 enter [0]
        04-20 07:00 week#11 enter [0]
        04-24 10:00 cron#12 enter [0]
        04-27 07:00 week#13 enter [0]
        04-30 07:00 month#14 enter [0]
    ");
}

#[test]
fn a_scheduled_entry_asks_its_segment_at_that_moment() {
    let mut p = program();
    let high = p.segment("high", compare(CompareOp::AtLeast, customer(2), n(3)));
    let daily = scheduled(Schedule::Weekly { days: WeekdaySet::ALL, at: time("09:00") }, Some(high));
    p.journey(journey("day", vec![daily], vec![exit()]));
    let mut w = World::new(p, "2026-03-16T10:00:00Z");
    w.after(DAY).set(2, num(3)).after(2 * DAY).set(2, num(1)).after(5 * DAY);
    assert_snapshot!(w.rows(), @r"
        03-17 10:00 profile level=Number(3)
        03-17 10:00 segment in high
        03-18 09:00 day#1 enter [0]
        03-18 09:00 day#1 @0 exit completed
        03-19 09:00 day#2 enter [0]
        03-19 09:00 day#2 @0 exit completed
        03-19 10:00 profile level=Number(1)
        03-19 10:00 segment out high
    ");
}

#[test]
fn anniversaries_and_relative_entries_follow_their_date() {
    let mut p = program();
    p.journey(journey(
        "birthday",
        vec![Enter::Anniversary { date: customer(3), at: time("09:00") }],
        vec![exit()],
    ));
    p.journey(journey(
        "before",
        vec![Enter::Relative {
            anchor: customer(3),
            offset: Span::of_days(3),
            direction: Direction::Before,
            at: Some(time("10:00")),
        }],
        vec![exit()],
    ));
    let mut w = World::new(p, "2026-02-01T00:00:00Z");
    // Missing: nothing. A leap day: 28 February in common years. 25 February 10:00 comes once.
    w.after(DAY).set(3, Value::Date("2024-02-29".parse().unwrap())).until("2027-12-01T00:00:00Z");
    w.set(3, Value::Date("2028-02-29".parse().unwrap())).until("2028-06-01T00:00:00Z");
    // Moved again, to a day of which the moment is past already.
    w.set(3, Value::Date("2028-06-02".parse().unwrap())).until("2028-06-30T00:00:00Z");
    assert_snapshot!(w.rows(), @r"
        02-02 00:00 profile day=Date(Date(19782))
        02-28 09:00 birthday#1 enter [0]
        02-28 09:00 birthday#1 @0 exit completed
        02-28 09:00 birthday#2 enter [0]
        02-28 09:00 birthday#2 @0 exit completed
        12-01 00:00 profile day=Date(Date(21243))
        02-26 10:00 before#3 enter [0]
        02-26 10:00 before#3 @0 exit completed
        02-29 09:00 birthday#4 enter [0]
        02-29 09:00 birthday#4 @0 exit completed
        06-01 00:00 profile day=Date(Date(21337))
        06-02 09:00 birthday#5 enter [0]
        06-02 09:00 birthday#5 @0 exit completed
    ");
}

#[test]
fn joining_and_leaving_a_segment() {
    let mut p = program();
    let high = p.segment("high", compare(CompareOp::AtLeast, customer(2), n(3)));
    p.journey(journey("joins", vec![Enter::Segment { segment: high, joins: true }], vec![exit()]));
    p.journey(journey("leaves", vec![Enter::Segment { segment: high, joins: false }], vec![exit()]));
    let mut w = World::new(p, "2026-03-16T10:00:00Z");
    w.set(2, num(3)).set(2, num(4)).after(HOUR).set(2, num(2)).after(HOUR).set(2, num(3));
    assert_snapshot!(w.rows(), @r"
        03-16 10:00 profile level=Number(3)
        03-16 10:00 segment in high
        03-16 10:00 joins#1 enter [0]
        03-16 10:00 joins#1 @0 exit completed
        03-16 10:00 profile level=Number(4)
        03-16 11:00 profile level=Number(2)
        03-16 11:00 segment out high
        03-16 11:00 leaves#2 enter [0]
        03-16 11:00 leaves#2 @0 exit completed
        03-16 12:00 profile level=Number(3)
        03-16 12:00 segment in high
        03-16 12:00 joins#3 enter [0]
        03-16 12:00 joins#3 @0 exit completed
    ");
}

#[test]
fn by_hand_with_arguments_and_by_another_journey() {
    let mut p = program();
    let cart = p.event("cart", 1);
    let mut j = journey(
        "offer",
        vec![Enter::ByHand],
        vec![
            StepKind::Match {
                value: Expr::Slot(SlotId(0)),
                cases: vec![Case { patterns: vec![Pattern::Value(num(7))], then: StepId(1) }],
                otherwise: Some(StepId(1)),
            },
            wait(hours(1), 2),
            exit(),
        ],
    );
    j.params.push(Param { name: "n".into(), ty: Type::Number { from: None, to: None }, optional: false });
    let offer = p.journey(j);
    let start = StepKind::Start { journey: offer, args: vec![n(8)], next: StepId(1) };
    p.journey(journey(
        "starter",
        vec![enter_on(cart)],
        vec![start, wait(minutes(30), 2), StepKind::Stop { journey: offer, next: StepId(3) }, exit()],
    ));
    let mut w = World::new(p, "2026-03-16T10:00:00Z");
    w.input(Input::Enter { journey: offer, args: vec![num(7), num(9)] }).after(2 * HOUR);
    w.event(cart, &[0]).after(2 * HOUR);
    assert_snapshot!(w.rows(), @r"
        03-16 10:00 offer#1 enter [0]
        03-16 10:00 offer#1 @0 branch [0]
        03-16 10:00 offer#1 @1 wait until 03-16 11:00
        03-16 11:00 offer#1 @1 wait_over time_up
        03-16 11:00 offer#1 @2 exit completed
        03-16 12:00 event cart
        03-16 12:00 starter#2 enter [0]
        03-16 12:00 starter#2 @0 journey offer
        03-16 12:00 starter#2 @1 wait until 03-16 12:30
        03-16 12:00 offer#3 enter [0]
        03-16 12:00 offer#3 @0 branch [1]
        03-16 12:00 offer#3 @1 wait until 03-16 13:00
        03-16 12:30 starter#2 @1 wait_over time_up
        03-16 12:30 starter#2 @2 journey offer
        03-16 12:30 offer#3 @1 exit stopped
        03-16 12:30 starter#2 @3 exit completed
    ");
}
