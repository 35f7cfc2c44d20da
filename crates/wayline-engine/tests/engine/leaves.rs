//! Leaving, and reaching the goal.

use insta::assert_snapshot;
use wayline_ir::*;
use wayline_time::Span;

use crate::support::*;

fn base() -> (Program, EventId, EventId, Journey) {
    let mut p = program();
    let cart = p.event("cart", 1);
    let order = p.event("order", 1);
    let j = journey(
        "j",
        vec![enter_on(cart)],
        vec![wait_for(days(1), vec![(on(ev(order)), 1)], 1), wait(days(1), 2), exit()],
    );
    (p, cart, order, j)
}

#[test]
fn a_leave_beats_a_wait_on_the_same_event_and_the_event_may_start_a_new_run() {
    let (mut p, cart, order, mut j) = base();
    j.leaves.push(leave(on_where(ev(order), is(item(0), slot(0, 0)), None)));
    j.enters.push(enter_on(order));
    p.journey(j);
    let mut w = World::new(p, "2026-03-16T10:00:00Z");
    w.event(cart, &[1]).after(HOUR).event(order, &[2]).after(HOUR).event(order, &[1]);
    assert_snapshot!(w.rows(), @r"
        03-16 10:00 event cart
        03-16 10:00 j#1 enter [0]
        03-16 10:00 j#1 @0 wait until 03-17 10:00
        03-16 11:00 event order
        03-16 11:00 j#1 @0 wait_over [0]
        03-16 11:00 j#1 @1 wait until 03-17 11:00
        03-16 11:00 j not_entered already_running [1]
        03-16 12:00 event order
        03-16 12:00 j#1 @1 exit leave_rule [0]
        03-16 12:00 j#2 enter [1]
        03-16 12:00 j#2 @0 wait until 03-17 12:00
    ");
}

#[test]
fn leave_when_is_asked_at_the_entry_at_changes_and_by_time() {
    let (mut p, cart, _, mut j) = base();
    j.leaves.push(leave(Trigger::When(compare(CompareOp::AtLeast, customer(2), n(3)))));
    p.journey(j.clone());
    let mut w = World::new(p, "2026-03-16T10:00:00Z");
    w.event(cart, &[1]).after(HOUR).set(2, num(3)).event(cart, &[1]);
    // By time: the third of four orders leaves the window of five hours.
    let (mut p, cart, order, mut j) = base();
    let count = history(Query::Count, ev(order), HistoryRange::InLast(Span::of_hours(5)));
    j.leaves.push(leave(Trigger::When(compare(CompareOp::Less, count, n(2)))));
    j.steps[0].kind = wait(days(1), 1);
    p.journey(j);
    p.events[1].keep = keep(Some(Span::of_hours(5)), &[]);
    let mut v = World::new(p, "2026-03-16T10:00:00Z");
    for _ in 0..4 {
        v.event(order, &[1]).after(HOUR);
    }
    v.event(cart, &[1]).after(DAY);
    assert_snapshot!(w.rows() + "--\n" + &v.rows(), @r"
        03-16 10:00 event cart
        03-16 10:00 j#1 enter [0]
        03-16 10:00 j#1 @0 wait until 03-17 10:00
        03-16 11:00 profile level=Number(3)
        03-16 11:00 j#1 @0 exit leave_rule [0]
        03-16 11:00 event cart
        03-16 11:00 j#2 enter [0]
        03-16 11:00 j#2 @0 exit leave_rule [0]
        --
        03-16 10:00 event order
        03-16 11:00 event order
        03-16 12:00 event order
        03-16 13:00 event order
        03-16 14:00 event cart
        03-16 14:00 j#1 enter [0]
        03-16 14:00 j#1 @0 wait until 03-17 14:00
        03-16 17:00 j#1 @0 exit leave_rule [0]
    ");
}

#[test]
fn a_leave_due_by_time_comes_before_an_event_of_the_same_moment() {
    let (mut p, cart, order, mut j) = base();
    let past = compare(CompareOp::AtLeast, Expr::Now, c(Value::Moment(at("2026-03-16T12:00:00Z"))));
    j.leaves.push(leave(Trigger::When(past)));
    j.goals.push(Goal { trigger: on(ev(order)), within: Span::of_days(7), leave: false });
    p.journey(j);
    let mut w = World::new(p, "2026-03-16T10:00:00Z");
    w.event(cart, &[1]).jump("2026-03-16T12:00:00Z").event(order, &[1]);
    assert_snapshot!(w.rows(), @r"
        03-16 10:00 event cart
        03-16 10:00 j#1 enter [0]
        03-16 10:00 j#1 @0 wait until 03-17 10:00
        03-16 12:00 j#1 @0 exit leave_rule [0]
        03-16 12:00 event order
        03-16 12:00 j#1 goal [0] after 120 min
    ");
}

#[test]
fn a_goal_counts_once_in_its_window_also_after_the_end() {
    let (mut p, cart, order, mut j) = base();
    j.goals.push(Goal {
        trigger: on_where(ev(order), is(item(0), slot(0, 0)), None),
        within: Span::of_days(7),
        leave: false,
    });
    j.leaves.push(leave(on(ev(EventId(2)))));
    p.journey(j);
    let stop = p.event("stop", 0);
    let mut w = World::new(p.clone(), "2026-03-16T10:00:00Z");
    w.event(cart, &[1])
        .event(stop, &[])
        .after(3 * DAY)
        .event(order, &[2])
        .event(order, &[1])
        .event(order, &[1]);
    // The very end of the window still counts.
    let mut v = World::new(p, "2026-03-16T10:00:00Z");
    v.event(cart, &[1]).event(stop, &[]).until("2026-03-23T10:00:00Z").event(stop, &[]).event(order, &[1]);
    assert_snapshot!(w.rows() + "--\n" + &v.rows(), @r"
        03-16 10:00 event cart
        03-16 10:00 j#1 enter [0]
        03-16 10:00 j#1 @0 wait until 03-17 10:00
        03-16 10:00 event stop
        03-16 10:00 j#1 @0 exit leave_rule [0]
        03-19 10:00 event order
        03-19 10:00 event order
        03-19 10:00 j#1 goal [0] after 4320 min
        03-19 10:00 event order
        --
        03-16 10:00 event cart
        03-16 10:00 j#1 enter [0]
        03-16 10:00 j#1 @0 wait until 03-17 10:00
        03-16 10:00 event stop
        03-16 10:00 j#1 @0 exit leave_rule [0]
        03-23 10:00 event stop
        03-23 10:00 event order
        03-23 10:00 j#1 goal [0] after 10080 min
    ");
}

#[test]
fn a_goal_that_leaves_comes_before_leaves_and_waits() {
    let (mut p, cart, order, mut j) = base();
    j.goals.push(Goal { trigger: on(ev(order)), within: Span::of_days(7), leave: true });
    j.leaves.push(leave(on(ev(order))));
    p.journey(j);
    let mut w = World::new(p, "2026-03-16T10:00:00Z");
    w.event(cart, &[1]).after(HOUR).event(order, &[1]);
    assert_snapshot!(w.rows(), @r"
        03-16 10:00 event cart
        03-16 10:00 j#1 enter [0]
        03-16 10:00 j#1 @0 wait until 03-17 10:00
        03-16 11:00 event order
        03-16 11:00 j#1 @0 goal [0] after 60 min
        03-16 11:00 j#1 @0 exit goal_reached
    ");
}

#[test]
fn setting_a_field_asks_the_runs_own_leave_rules_at_once_and_those_of_others_after() {
    let (mut p, cart, _, mut j) = base();
    let mail = p.message("mail", 0);
    j.leaves.push(leave(Trigger::When(compare(CompareOp::AtLeast, customer(2), n(3)))));
    p.journey(j.clone());
    j.name = "setter".into();
    j.priority = 10;
    j.steps[0].kind = StepKind::Set { field: FieldId(2), value: n(3), next: StepId(1) };
    j.steps[1].kind = send(mail, 2);
    p.journey(j);
    let mut w = World::new(p, "2026-03-16T10:00:00Z");
    w.event(cart, &[1]);
    assert_snapshot!(w.rows(), @r"
        03-16 10:00 event cart
        03-16 10:00 j#1 enter [0]
        03-16 10:00 j#1 @0 wait until 03-17 10:00
        03-16 10:00 setter#2 enter [0]
        03-16 10:00 setter#2 @0 set level=Number(3)
        03-16 10:00 setter#2 @0 exit leave_rule [0]
        03-16 10:00 j#1 @0 exit leave_rule [0]
    ");
}

#[test]
fn a_raised_event_is_handled_after_the_present_one() {
    let (mut p, cart, order, _) = base();
    let emit = StepKind::Emit { event: order, data: vec![slot(0, 0)], next: StepId(1) };
    let arms = vec![(on_where(ev(order), is(item(0), slot(0, 0)), None), 2)];
    p.journey(journey("j", vec![enter_on(cart)], vec![emit, wait_for(days(1), arms, 2), exit()]));
    p.journey(journey("other", vec![enter_on(order)], vec![exit()]));
    let mut w = World::new(p, "2026-03-16T10:00:00Z");
    w.event(cart, &[4]);
    assert_snapshot!(w.rows(), @r"
        03-16 10:00 event cart
        03-16 10:00 j#1 enter [0]
        03-16 10:00 j#1 @0 emit order
        03-16 10:00 j#1 @1 wait until 03-17 10:00
        03-16 10:00 event order
        03-16 10:00 j#1 @1 wait_over [0]
        03-16 10:00 j#1 @2 exit completed
        03-16 10:00 other#2 enter [0]
        03-16 10:00 other#2 @0 exit completed
    ");
}

#[test]
fn a_variable_bound_anew_asks_the_leave_conditions_that_read_it() {
    let (mut p, cart, order, mut j) = base();
    let StepKind::WaitFor { arms, .. } = &mut j.steps[0].kind else { return };
    arms[0].trigger =
        Trigger::Event { source: ev(order), filter: None, bind: Some(SlotId(0)), since_enter: false };
    j.leaves.push(leave(Trigger::When(compare(CompareOp::Greater, slot(0, 0), n(5)))));
    p.journey(j);
    let mut w = World::new(p.clone(), "2026-03-16T10:00:00Z");
    w.event(cart, &[1]).event(order, &[6]);
    let mut v = World::new(p, "2026-03-16T10:00:00Z");
    v.event(cart, &[1]).event(order, &[5]);
    assert_snapshot!(w.rows() + "--\n" + &v.rows(), @r"
        03-16 10:00 event cart
        03-16 10:00 j#1 enter [0]
        03-16 10:00 j#1 @0 wait until 03-17 10:00
        03-16 10:00 event order
        03-16 10:00 j#1 @0 wait_over [0]
        03-16 10:00 j#1 @0 exit leave_rule [0]
        --
        03-16 10:00 event cart
        03-16 10:00 j#1 enter [0]
        03-16 10:00 j#1 @0 wait until 03-17 10:00
        03-16 10:00 event order
        03-16 10:00 j#1 @0 wait_over [0]
        03-16 10:00 j#1 @1 wait until 03-17 10:00
    ");
}
