//! Inputs that are late, repeated, unknown or faulty; downtime; faults.

use std::sync::Arc;

use insta::assert_snapshot;
use wayline_engine::{Consent, ConsentChange, EffectKey, FUEL, Input, RunId};
use wayline_ir::*;
use wayline_time::Span;

use crate::support::*;

fn event(w: &mut World, event: EventId, id: &str, at_text: &str) {
    let data = Value::Record([num(1)].into());
    w.input(Input::Event { event, id: Some(Arc::from(id)), at: at(at_text), data });
}

#[test]
fn repeated_events_change_nothing_for_seven_days_and_late_ones_act_now() {
    let mut p = program();
    let cart = p.event("cart", 1);
    p.events[0].keep = keep(Some(Span::of_days(2)), &[]);
    p.segment("active", history(Query::Any, ev(cart), HistoryRange::InLast(Span::of_days(2))));
    p.journey(journey("j", vec![enter_on(cart)], vec![exit()]));
    let mut w = World::new(p, "2026-03-01T10:00:00Z");
    event(&mut w, cart, "a", "2026-03-01T10:00:00Z");
    event(&mut w, cart, "a", "2026-03-01T10:00:00Z");
    w.until("2026-03-05T10:00:00Z");
    // Happened a day ago: in the window for one more day. Happened long ago: a run, but no membership.
    event(&mut w, cart, "b", "2026-03-04T10:00:00Z");
    w.until("2026-03-08T10:00:00Z");
    event(&mut w, cart, "c", "2026-03-02T10:00:00Z");
    event(&mut w, cart, "a", "2026-03-08T10:00:00Z");
    w.after(1);
    event(&mut w, cart, "a", "2026-03-08T10:00:00Z");
    // From the future: it happened now.
    event(&mut w, cart, "d", "2027-03-08T10:00:00Z");
    w.after(5 * DAY);
    assert_snapshot!(w.rows(), @r"
        03-01 10:00 event cart
        03-01 10:00 segment in active
        03-01 10:00 j#1 enter [0]
        03-01 10:00 j#1 @0 exit completed
        03-01 10:00 event duplicate cart
        03-03 10:00 segment out active
        03-05 10:00 event cart
        03-05 10:00 segment in active
        03-05 10:00 j#2 enter [0]
        03-05 10:00 j#2 @0 exit completed
        03-06 10:00 segment out active
        03-08 10:00 event late cart
        03-08 10:00 j#3 enter [0]
        03-08 10:00 j#3 @0 exit completed
        03-08 10:00 event duplicate cart
        03-08 10:00:00.001 event cart
        03-08 10:00:00.001 segment in active
        03-08 10:00:00.001 j#4 enter [0]
        03-08 10:00:00.001 j#4 @0 exit completed
        03-08 10:00:00.001 event cart
        03-08 10:00:00.001 j#5 enter [0]
        03-08 10:00:00.001 j#5 @0 exit completed
        03-10 10:00:00.001 segment out active
    ");
}

#[test]
fn older_profiles_and_consents_change_nothing() {
    let mut p = program();
    let cart = p.event("cart", 1);
    let mail = p.message("mail", 0);
    p.journey(journey("j", vec![enter_on(cart)], vec![send(mail, 1), exit()]));
    let mut w = World::new(p, "2026-03-01T10:00:00Z");
    w.after(HOUR).set(2, num(5));
    let old = at("2026-03-01T10:30:00Z");
    w.input(Input::Profile { at: old, changes: vec![(FieldId(2), num(4))], consents: vec![] });
    let consent = |consent| ConsentChange { topic: TopicId(0), channel: ChannelId(0), consent };
    let now = w.now;
    w.input(Input::Profile { at: now, changes: vec![], consents: vec![consent(Consent::Withdrawn)] });
    w.input(Input::Profile { at: old, changes: vec![], consents: vec![consent(Consent::Given)] });
    w.event(cart, &[1]);
    assert_eq!(w.customer.profile(FieldId(2)), &num(5));
    assert_snapshot!(w.rows(), @r"
        03-01 11:00 profile level=Number(5)
        03-01 11:00 profile stale
        03-01 11:00 profile
        03-01 11:00 profile
        03-01 11:00 event cart
        03-01 11:00 j#1 enter [0]
        03-01 11:00 j#1 @0 send mail dropped no_consent
        03-01 11:00 j#1 @1 exit completed
    ");
}

#[test]
fn an_unknown_zone_is_recorded_and_the_workspace_s_is_used() {
    let mut w = World::new(program(), "2026-03-01T10:00:00Z");
    w.set(0, text("Mars/Olympus"));
    assert_eq!(w.customer.zone().name(), "UTC");
    w.set(0, text("Asia/Tokyo"));
    assert_eq!(w.customer.zone().name(), "Asia/Tokyo");
    w.set(0, Value::Missing);
    assert_eq!(w.customer.zone().name(), "UTC");
    assert_snapshot!(w.rows(), @r#"
        03-01 10:00 profile zone=Text("Mars/Olympus")
        03-01 10:00 profile "Mars/Olympus" is not an IANA time zone name; expected a name such as "Europe/Berlin"
        03-01 10:00 profile zone=Text("Asia/Tokyo")
        03-01 10:00 profile zone=Missing
    "#);
}

#[test]
fn answers_that_nothing_waits_for_are_recorded() {
    let mut p = program();
    p.event("cart", 1);
    let mut w = World::new(p, "2026-03-01T10:00:00Z");
    let key = EffectKey { run: RunId(9), step: StepId(3), occurrence: 1 };
    w.input(Input::SendResult { send: key, outcome: wayline_engine::SendOutcome::Accepted });
    w.input(Input::CallResult { call: key, outcome: Ok(Value::Missing) });
    let now = w.now;
    w.input(Input::Reaction { send: key, kind: ReactionKind::Clicked, at: now, value: Value::Missing });
    w.input(Input::Event { event: EventId(0), id: None, at: now, data: Value::Missing });
    w.input(Input::Enter { journey: JourneyId(7), args: vec![] });
    assert_snapshot!(w.rows(), @r"
        03-01 10:00 @3 send_result stale
        03-01 10:00 @3 call_result stale
        03-01 10:00 @3 reaction stale clicked
        03-01 10:00 event cart
        03-01 10:00 not_entered stale
    ");
}

#[test]
fn after_downtime_each_overdue_step_runs_once_in_the_order_it_was_due() {
    let mut p = program();
    let cart = p.event("cart", 1);
    let mut slow = journey("slow", vec![enter_on(cart)], vec![wait(hours(2), 1), wait(hours(1), 2), exit()]);
    slow.priority = 90;
    p.journey(slow);
    p.journey(journey("fast", vec![enter_on(cart)], vec![wait(hours(1), 1), wait(hours(1), 2), exit()]));
    let daily = Schedule::Weekly { days: wayline_time::WeekdaySet::ALL, at: time("09:00") };
    p.journey(journey("day", vec![Enter::Schedule { schedule: daily, segment: None }], vec![exit()]));
    let mut w = World::new(p, "2026-03-01T10:00:00Z");
    w.event(cart, &[1]).jump("2026-03-04T10:00:00Z").input(Input::Due);
    assert_snapshot!(w.rows(), @r"
        03-01 10:00 event cart
        03-01 10:00 slow#1 enter [0]
        03-01 10:00 slow#1 @0 wait until 03-01 12:00
        03-01 10:00 fast#2 enter [0]
        03-01 10:00 fast#2 @0 wait until 03-01 11:00
        03-04 10:00 fast#2 @0 wait_over time_up
        03-04 10:00 fast#2 @1 wait until 03-04 11:00
        03-04 10:00 slow#1 @0 wait_over time_up
        03-04 10:00 slow#1 @1 wait until 03-04 11:00
        03-04 10:00 day#3 enter [0]
        03-04 10:00 day#3 @0 exit completed
    ");
}

#[test]
fn what_cannot_be_computed_stops_the_run_and_is_never_a_no() {
    let mut p = program();
    let cart = p.event("cart", 1);
    let ratio = Expr::Arith(ArithOp::Divide, Box::new(n(1)), Box::new(customer(2)));
    let bad = compare(CompareOp::Greater, ratio, n(1));
    let steps = vec![StepKind::If { branches: vec![(bad.clone(), StepId(1))], otherwise: StepId(1) }, exit()];
    p.journey(journey("branch", vec![enter_on(cart)], steps));
    let mut only = journey("only", vec![enter_on(cart)], vec![exit()]);
    only.only_if = Some(bad.clone());
    p.journey(only);
    let mut leaves = journey("leaves", vec![enter_on(cart)], vec![wait(hours(1), 1), exit()]);
    leaves.leaves.push(leave(Trigger::When(bad.clone())));
    p.journey(leaves);
    let none = Expr::Const(Value::Missing);
    let case = StepKind::Match { value: none, cases: vec![], otherwise: None };
    p.journey(journey("match", vec![enter_on(cart)], vec![case]));
    let mail = p.message("mail", 0);
    p.journey(journey("send", vec![enter_on(cart)], vec![send(mail, 1), exit()]));
    let hold = Otherwise::Hold { up_to: Span::of_hours(5), backlog: Backlog::KeepAll };
    p.rule("odd", vec![Target::Everything], vec![Clause::When(bad)], hold);
    let mut w = World::new(p, "2026-03-01T10:00:00Z");
    w.event(cart, &[1]).after(HOUR).set(2, num(2));
    assert_snapshot!(w.rows(), @r"
        03-01 10:00 event cart
        03-01 10:00 branch#1 enter [0]
        03-01 10:00 branch#1 @0 fault a division by zero
        03-01 10:00 only fault the condition of entry: a division by zero
        03-01 10:00 leaves#2 enter [0]
        03-01 10:00 leaves#2 @0 fault a division by zero
        03-01 10:00 match#3 enter [0]
        03-01 10:00 match#3 @0 fault a value that fits no case
        03-01 10:00 send#4 enter [0]
        03-01 10:00 send fault rule odd: a division by zero
        03-01 10:00 send#4 @0 send mail held suppressed by odd until 03-01 15:00
        03-01 11:00 profile level=Number(2)
        03-01 11:00 send#4 @0 send mail sent
        03-01 11:00 send#4 @0 send_result mail
        03-01 11:00 send#4 @1 exit completed
    ");
}

#[test]
fn going_in_circles_at_one_moment_stops_with_a_fault() {
    let mut p = program();
    let cart = p.event("cart", 1);
    let emit = StepKind::Emit { event: cart, data: vec![n(1)], next: StepId(1) };
    let mut circle = journey("circle", vec![enter_on(cart)], vec![emit, exit()]);
    circle.while_running = WhileRunning::Parallel;
    p.journey(circle);
    let spin = StepKind::Bind { values: vec![], next: StepId(0) };
    let go = p.event("go", 0);
    p.journey(journey("spin", vec![enter_on(go)], vec![spin]));
    let mut w = World::new(p, "2026-03-01T10:00:00Z");
    w.event(go, &[]);
    assert_snapshot!(w.rows(), @r"
        03-01 10:00 event go
        03-01 10:00 spin#1 enter [0]
        03-01 10:00 spin#1 @0 fault more than 10000 steps for one input
    ");
    w.event(cart, &[1]);
    let rows = w.rows();
    assert!(rows.ends_with(&format!("more than {FUEL} steps for one input\n")), "{rows}");
    assert!(w.customer.runs().next().is_none());
    assert_eq!(w.machine.next_due(&w.customer), None);
}

#[test]
fn calls_wait_for_their_result() {
    let mut p = program();
    let cart = p.event("cart", 1);
    p.services.push(service());
    let call = |failed| {
        StepKind::Call(Call {
            service: ServiceId(0),
            action: ActionId(0),
            request: vec![slot(0, 0)],
            bind: Some(SlotId(1)),
            failed,
            failed_bind: Some(SlotId(2)),
            next: StepId(1),
        })
    };
    let set = StepKind::Set { field: FieldId(2), value: slot(1, 0), next: StepId(2) };
    p.journey(journey("j", vec![enter_on(cart)], vec![call(Some(StepId(2))), set, exit()]));
    p.journey(journey("k", vec![enter_on(cart)], vec![call(None), exit()]));
    let mut w = World::new(p, "2026-03-01T10:00:00Z");
    w.event(cart, &[1]).after(HOUR);
    let calls = w.calls.clone();
    w.input(Input::CallResult { call: calls[0], outcome: Ok(Value::Record([num(6)].into())) });
    w.input(Input::CallResult { call: calls[1], outcome: Err("503".into()) });
    w.input(Input::CallResult { call: calls[0], outcome: Err("again".into()) });
    w.event(cart, &[1]);
    let call = w.calls[2];
    w.input(Input::CallResult { call, outcome: Err("no".into()) });
    assert_snapshot!(w.rows(), @r"
        03-01 10:00 event cart
        03-01 10:00 j#1 enter [0]
        03-01 10:00 j#1 @0 call
        03-01 10:00 k#2 enter [0]
        03-01 10:00 k#2 @0 call
        03-01 11:00 j#1 @0 call_result
        03-01 11:00 j#1 @1 set level=Number(6)
        03-01 11:00 j#1 @2 exit completed
        03-01 11:00 k#2 @0 call_result failed 503
        03-01 11:00 k#2 @0 fault a call that failed for good: 503
        03-01 11:00 @0 call_result stale again
        03-01 11:00 event cart
        03-01 11:00 j#3 enter [0]
        03-01 11:00 j#3 @0 call
        03-01 11:00 k#4 enter [0]
        03-01 11:00 k#4 @0 call
        03-01 11:00 j#3 @0 call_result failed no
        03-01 11:00 j#3 @2 exit completed
    ");
}

#[test]
fn a_waiting_customer_is_small() {
    let mut p = program();
    let cart = p.event("cart", 2);
    p.journey(journey("j", vec![enter_on(cart)], vec![wait(days(2), 1), exit()]));
    let mut w = World::new(p, "2026-03-01T10:00:00Z");
    w.set(0, text("Europe/Berlin")).event(cart, &[1, 50]);
    // Stores write a compact form; even JSON, with all its names, stays below this.
    let json = serde_json::to_string(&w.customer).unwrap();
    assert!(json.len() < 1_000, "{} bytes: {json}", json.len());
    assert!(size_of::<wayline_engine::Customer>() <= 424);
}
