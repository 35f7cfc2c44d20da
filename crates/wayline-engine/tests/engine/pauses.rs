//! Pauses: runs take no steps, nothing is lost, and what is overdue is done once on resume.

use insta::assert_snapshot;
use wayline_engine::{Consent, ConsentChange, EffectKey, Input, RunId};
use wayline_ir::*;
use wayline_time::Span;

use crate::support::*;

/// Journey 0 on `cart` (event 0) with these steps; `order` is event 1 with two fields, `mail` message 0.
fn one(steps: impl FnOnce(MessageId) -> Vec<StepKind>) -> Program {
    let mut p = program();
    let cart = p.event("cart", 2);
    p.event("order", 2);
    let mail = p.message("mail", 0);
    p.journey(journey("j", vec![enter_on(cart)], steps(mail)));
    p
}

const CART: EventId = EventId(0);
const ORDER: EventId = EventId(1);

fn rows_of(w: &mut World, what: &str) -> String {
    let rows = w.rows();
    rows.lines().filter(|line| line.contains(what)).collect::<Vec<_>>().join("\n")
}

#[test]
fn time_does_not_end_a_wait_and_on_resume_it_is_over_once() {
    let p = one(|mail| vec![wait(hours(2), 1), wait(hours(2), 2), send(mail, 3), exit()]);
    let mut w = World::new(p, "2026-03-01T10:00:00Z");
    w.event(CART, &[1, 1]).pause(0).after(5 * HOUR);
    assert_eq!(w.machine.next_due(&w.customer), None, "nobody is woken for a paused journey");
    // The second wait counts from the moment at which it begins.
    w.resume(0).after(DAY);
    assert_snapshot!(w.rows(), @r"
        03-01 10:00 event cart
        03-01 10:00 j#1 enter [0]
        03-01 10:00 j#1 @0 wait until 03-01 12:00
        03-01 15:00 j#1 @0 wait_over time_up
        03-01 15:00 j#1 @1 wait until 03-01 17:00
        03-01 17:00 j#1 @1 wait_over time_up
        03-01 17:00 j#1 @2 send mail sent
        03-01 17:00 j#1 @2 send_result mail
        03-01 17:00 j#1 @3 exit completed
    ");
}

#[test]
fn an_answer_is_taken_and_the_run_goes_on_when_it_is_resumed() {
    let arms = vec![(on_where(ev(ORDER), is(item(0), slot(0, 0)), Some(1)), 1)];
    let set = StepKind::Set { field: FieldId(2), value: slot(1, 1), next: StepId(2) };
    let p = one(|_| vec![wait_for(hours(1), arms, 2), set, exit()]);
    let mut w = World::new(p, "2026-03-01T10:00:00Z");
    // The time of the wait is up during the pause, and the answer comes after that: it is an answer all the same.
    w.event(CART, &[1, 1]).pause(0).after(2 * HOUR).event(ORDER, &[1, 7]).event(ORDER, &[1, 8]).after(HOUR);
    w.resume(0);
    assert_snapshot!(w.rows(), @r"
        03-01 10:00 event cart
        03-01 10:00 j#1 enter [0]
        03-01 10:00 j#1 @0 wait until 03-01 11:00
        03-01 12:00 event order
        03-01 12:00 j#1 @0 wait_over [0]
        03-01 12:00 event order
        03-01 13:00 j#1 @1 set level=Number(7)
        03-01 13:00 j#1 @2 exit completed
    ");
}

#[test]
fn a_state_that_holds_after_a_change_is_an_answer_and_one_that_time_brings_is_asked_on_resume() {
    let wait_until = |at_least: Expr| {
        let arm = Trigger::When(compare(CompareOp::AtLeast, at_least, n(5)));
        one(|_| vec![wait_for(days(1), vec![(arm, 1)], 2), exit(), exit()])
    };
    let mut w = World::new(wait_until(customer(2)), "2026-03-01T10:00:00Z");
    w.event(CART, &[1, 1]).pause(0).set(2, num(5)).set(2, num(1)).after(HOUR).resume(0);
    let by_time = Trigger::When(history(Query::No, ev(ORDER), HistoryRange::InLast(Span::of_hours(1))));
    let mut p = one(|_| vec![wait_for(days(1), vec![(by_time, 1)], 2), exit(), exit()]);
    p.events[1].keep = keep(Some(Span::of_hours(1)), &[]);
    // It held from 11:00 to 13:00; at the resume it does not hold, and the run waits on.
    let mut v = World::new(p, "2026-03-01T10:00:00Z");
    v.event(ORDER, &[1, 1])
        .event(CART, &[1, 1])
        .pause(0)
        .after(3 * HOUR)
        .event(ORDER, &[1, 1])
        .resume(0)
        .after(DAY);
    assert_snapshot!(w.rows() + "--\n" + &v.rows(), @r"
        03-01 10:00 event cart
        03-01 10:00 j#1 enter [0]
        03-01 10:00 j#1 @0 wait until 03-02 10:00
        03-01 10:00 profile level=Number(5)
        03-01 10:00 j#1 @0 wait_over [0]
        03-01 10:00 profile level=Number(1)
        03-01 11:00 j#1 @1 exit completed
        --
        03-01 10:00 event order
        03-01 10:00 event cart
        03-01 10:00 j#1 enter [0]
        03-01 10:00 j#1 @0 wait until 03-02 10:00
        03-01 13:00 event order
        03-01 14:00 j#1 @0 wait_over [0]
        03-01 14:00 j#1 @1 exit completed
    ");
}

#[test]
fn a_gathering_goes_on_until_it_is_full_or_resumed() {
    let gather = |enough| StepKind::Collect {
        source: ev(ORDER),
        filter: None,
        duration: hours(1),
        bind: SlotId(1),
        enough,
        quiet_for: None,
        next: StepId(1),
    };
    let count = || {
        let query = ListQuery { query: Query::Count, list: Box::new(Expr::Slot(SlotId(1))), filter: None };
        StepKind::Set { field: FieldId(2), value: Expr::Items(query), next: StepId(2) }
    };
    let mut rows = String::new();
    for enough in [None, Some(2)] {
        let mut w = World::new(one(|_| vec![gather(enough), count(), exit()]), "2026-03-01T10:00:00Z");
        w.event(CART, &[1, 1]).pause(0).after(2 * HOUR);
        w.event(ORDER, &[1, 1]).event(ORDER, &[1, 1]).event(ORDER, &[1, 1]).after(HOUR).resume(0);
        rows += &w.rows();
        rows += "--\n";
    }
    assert_snapshot!(rows, @r"
        03-01 10:00 event cart
        03-01 10:00 j#1 enter [0]
        03-01 10:00 j#1 @0 wait until 03-01 11:00
        03-01 12:00 event order
        03-01 12:00 event order
        03-01 12:00 event order
        03-01 13:00 j#1 @0 wait_over time_up
        03-01 13:00 j#1 @1 set level=Number(3)
        03-01 13:00 j#1 @2 exit completed
        --
        03-01 10:00 event cart
        03-01 10:00 j#1 enter [0]
        03-01 10:00 j#1 @0 wait until 03-01 11:00
        03-01 12:00 event order
        03-01 12:00 event order
        03-01 12:00 j#1 @0 wait_over
        03-01 12:00 event order
        03-01 13:00 j#1 @1 set level=Number(2)
        03-01 13:00 j#1 @2 exit completed
        --
    ");
}

#[test]
fn answers_of_providers_and_services_are_taken_in() {
    let call = StepKind::Call(Call {
        service: ServiceId(0),
        action: ActionId(0),
        request: vec![],
        bind: Some(SlotId(1)),
        failed: None,
        failed_bind: None,
        next: StepId(2),
    });
    let set = StepKind::Set { field: FieldId(2), value: slot(1, 0), next: StepId(3) };
    let mut p = one(|mail| vec![send(mail, 1), call, set, exit()]);
    p.services.push(service());
    let mut w = World::new(p, "2026-03-01T10:00:00Z");
    w.accepts = false;
    w.event(CART, &[1, 1]).pause(0).after(HOUR);
    let send = w.sends[0];
    w.input(Input::SendResult { send, outcome: wayline_engine::SendOutcome::Accepted }).after(HOUR).resume(0);
    w.pause(0).after(HOUR);
    let call = w.calls[0];
    assert_eq!(call, EffectKey { run: RunId(1), step: StepId(1), occurrence: 1 });
    w.input(Input::CallResult { call, outcome: Ok(Value::Record([num(9)].into())) }).after(HOUR).resume(0);
    assert_snapshot!(w.rows(), @r"
        03-01 10:00 event cart
        03-01 10:00 j#1 enter [0]
        03-01 10:00 j#1 @0 send mail sent
        03-01 11:00 j#1 @0 send_result mail
        03-01 12:00 j#1 @1 call
        03-01 13:00 j#1 @1 call_result
        03-01 14:00 j#1 @2 set level=Number(9)
        03-01 14:00 j#1 @3 exit completed
    ");
}

#[test]
fn a_held_message_stays_and_is_asked_under_the_rules_of_the_moment_of_the_resume() {
    let mut p = one(|mail| vec![send(mail, 1), exit()]);
    let at_night =
        QuietHours { windows: vec![window("21:00", "09:00")], release_over: None, backlog: Backlog::KeepAll };
    p.channels[0].quiet = Some(at_night);
    let mut w = World::new(p.clone(), "2026-03-01T22:00:00Z");
    w.event(CART, &[1, 1]).pause(0).until("2026-03-02T12:00:00Z").resume(0);
    let mut v = World::new(p.clone(), "2026-03-01T22:00:00Z");
    v.event(CART, &[1, 1]).pause(0).until("2026-03-02T12:00:00Z");
    let withdrawn = ConsentChange { topic: TopicId(0), channel: ChannelId(0), consent: Consent::Withdrawn };
    let now = v.now;
    v.input(Input::Profile { at: now, changes: vec![], consents: vec![withdrawn] }).resume(0);
    p.messages[0].expires_after = Some(Span::of_hours(12));
    let mut u = World::new(p, "2026-03-01T22:00:00Z");
    u.event(CART, &[1, 1]).pause(0).until("2026-03-02T12:00:00Z").resume(0);
    let rows = [w, v, u].map(|mut world| rows_of(&mut world, " send ")).join("\n--\n");
    assert_snapshot!(rows, @r"
        03-01 22:00 j#1 @0 send mail held quiet_hours until 03-02 09:00
        03-02 12:00 j#1 @0 send mail sent
        --
        03-01 22:00 j#1 @0 send mail held quiet_hours until 03-02 09:00
        03-02 12:00 j#1 @0 send mail dropped no_consent
        --
        03-01 22:00 j#1 @0 send mail held quiet_hours until 03-02 09:00
        03-02 12:00 j#1 @0 send mail dropped expired
    ");
}

#[test]
fn a_rule_that_changes_its_mind_during_the_pause_releases_on_resume() {
    let mut p = one(|mail| vec![send(mail, 1), exit()]);
    let low = compare(CompareOp::Less, customer(2), n(5));
    let hold = Otherwise::Hold { up_to: Span::of_days(3), backlog: Backlog::KeepAll };
    p.rule("low", vec![Target::Everything], vec![Clause::When(low)], hold);
    let mut w = World::new(p, "2026-03-01T10:00:00Z");
    w.event(CART, &[1, 1]).pause(0).after(HOUR).set(2, num(5)).after(HOUR).resume(0);
    assert_snapshot!(w.rows(), @r"
        03-01 10:00 event cart
        03-01 10:00 j#1 enter [0]
        03-01 10:00 j#1 @0 send mail held suppressed by low until 03-04 10:00
        03-01 11:00 profile level=Number(5)
        03-01 12:00 j#1 @0 send mail sent
        03-01 12:00 j#1 @0 send_result mail
        03-01 12:00 j#1 @1 exit completed
    ");
}

#[test]
fn a_held_message_of_a_paused_run_can_be_replaced() {
    let mut p = one(|mail| vec![send(mail, 1), exit()]);
    let later = p.message("later", 0);
    p.journey(journey("k", vec![enter_on(ORDER)], vec![send(later, 1), exit()]));
    p.channels[0].quiet = Some(QuietHours {
        windows: vec![window("21:00", "09:00")],
        release_over: None,
        backlog: Backlog::KeepLatest,
    });
    let mut w = World::new(p, "2026-03-01T22:00:00Z");
    w.event(CART, &[1, 1]).pause(0).after(HOUR).event(ORDER, &[1, 1]).until("2026-03-02T12:00:00Z").resume(0);
    assert_snapshot!(w.rows(), @r"
        03-01 22:00 event cart
        03-01 22:00 j#1 enter [0]
        03-01 22:00 j#1 @0 send mail held quiet_hours until 03-02 09:00
        03-01 23:00 event order
        03-01 23:00 k#2 enter [0]
        03-01 23:00 k#2 @0 send later held quiet_hours until 03-02 09:00
        03-01 23:00 j#1 @0 send mail dropped replaced
        03-02 09:00 k#2 @0 send later sent
        03-02 09:00 k#2 @0 send_result later
        03-02 09:00 k#2 @1 exit completed
        03-02 12:00 j#1 @1 exit completed
    ");
}

#[test]
fn a_slot_of_a_rate_that_passes_during_the_pause_is_lost() {
    let mut p = one(|mail| vec![send(mail, 1), exit()]);
    p.channels[0].rate = Some(Rate { count: 1, per: Span::of_hours(1) });
    p.journeys[0].key = Some(slot(0, 0));
    let mut w = World::new(p, "2026-03-01T10:00:00Z");
    w.event(CART, &[1, 1])
        .event(CART, &[2, 1])
        .event(CART, &[3, 1])
        .pause(0)
        .until("2026-03-01T15:00:00Z")
        .resume(0);
    w.after(DAY);
    assert_snapshot!(rows_of(&mut w, " send "), @r"
        03-01 10:00 j#1 @0 send mail sent
        03-01 10:00 j#2 @0 send mail held channel_rate until 03-01 11:00
        03-01 10:00 j#3 @0 send mail held channel_rate until 03-01 12:00
        03-01 15:00 j#2 @0 send mail sent
        03-01 15:00 j#3 @0 send mail held channel_rate until 03-01 16:00
        03-01 16:00 j#3 @0 send mail sent
    ");
}

#[test]
fn a_best_hour_that_passes_is_over_on_resume() {
    let mut p = one(|mail| vec![send(mail, 1), wait(minutes(1), 2), send(mail, 3), exit()]);
    if let StepKind::Send { best_hour_within, .. } = &mut p.journeys[0].steps[2].kind {
        *best_hour_within = Some(Span::of_hours(24));
    }
    p.keep_sends = keep(Some(Span::of_days(90)), &[]);
    let mut w = World::new(p, "2026-03-01T10:00:00Z");
    w.event(CART, &[1, 1]).react(ReactionKind::Opened).until("2026-03-02T09:30:00Z").event(CART, &[1, 1]);
    w.until("2026-03-02T09:40:00Z").pause(0).until("2026-03-03T15:00:00Z").resume(0).after(HOUR);
    assert_snapshot!(rows_of(&mut w, "j#"), @r"
        03-01 10:00 j#1 enter [0]
        03-01 10:00 j#1 @0 send mail sent
        03-01 10:00 j#1 @0 send_result mail
        03-01 10:00 j#1 @1 wait until 03-01 10:01
        03-01 10:00 j#1 @0 reaction mail opened
        03-01 10:01 j#1 @1 wait_over time_up
        03-01 10:01 j#1 @2 send mail sent
        03-01 10:01 j#1 @2 send_result mail
        03-01 10:01 j#1 @3 exit completed
        03-02 09:30 j#2 enter [0]
        03-02 09:30 j#2 @0 send mail sent
        03-02 09:30 j#2 @0 send_result mail
        03-02 09:30 j#2 @1 wait until 03-02 09:31
        03-02 09:31 j#2 @1 wait_over time_up
        03-02 09:31 j#2 @2 wait best_hour until 03-02 10:00
        03-03 15:00 j#2 @2 wait_over best_hour
        03-03 15:00 j#2 @2 send mail sent
        03-03 15:00 j#2 @2 send_result mail
        03-03 15:00 j#2 @3 exit completed
    ");
}

#[test]
fn entries_are_asked_and_begin_runs_that_stand_before_their_first_step() {
    let mut p = one(|mail| vec![send(mail, 1), exit()]);
    p.journeys[0].key = Some(slot(0, 0));
    p.journeys[0].reentry = Reentry::Once;
    let mut w = World::new(p, "2026-03-01T10:00:00Z");
    w.pause(0)
        .event(CART, &[1, 1])
        .after(HOUR)
        .event(CART, &[2, 1])
        .event(CART, &[1, 1])
        .after(HOUR)
        .resume(0);
    assert_snapshot!(w.rows(), @r"
        03-01 10:00 event cart
        03-01 10:00 j#1 enter [0]
        03-01 11:00 event cart
        03-01 11:00 j#2 enter [0]
        03-01 11:00 event cart
        03-01 11:00 j not_entered already_running [0]
        03-01 12:00 j#1 @0 send mail sent
        03-01 12:00 j#2 @0 send mail sent
        03-01 12:00 j#1 @0 send_result mail
        03-01 12:00 j#1 @1 exit completed
        03-01 12:00 j#2 @0 send_result mail
        03-01 12:00 j#2 @1 exit completed
    ");
}

#[test]
fn leaves_goals_and_stops_end_paused_runs_at_once_and_restart_begins_anew() {
    let mut p = one(|_| vec![wait(hours(1), 1), exit()]);
    let (gone, stop, won) = (p.event("gone", 1), p.event("stop", 1), p.event("won", 1));
    let j = &mut p.journeys[0];
    j.while_running = WhileRunning::Restart;
    j.leaves.push(leave(on(ev(gone))));
    let lapse = compare(CompareOp::AtLeast, customer(2), n(5));
    j.leaves.push(leave(Trigger::When(lapse)));
    j.goals.push(Goal { trigger: on(ev(won)), within: Span::of_days(3), leave: true });
    p.journey(journey(
        "k",
        vec![enter_on(stop)],
        vec![StepKind::Stop { journey: JourneyId(0), next: StepId(1) }, exit()],
    ));
    let mut w = World::new(p, "2026-03-01T10:00:00Z");
    w.pause(0);
    w.event(CART, &[1, 1]).event(gone, &[1]).after(HOUR);
    w.event(CART, &[1, 1]).set(2, num(5)).set(2, num(1)).after(HOUR);
    w.event(CART, &[1, 1]).event(won, &[1]).after(HOUR);
    w.event(CART, &[1, 1]).event(stop, &[1]).after(HOUR);
    w.event(CART, &[1, 1]).event(CART, &[1, 1]).after(HOUR).resume(0);
    assert_snapshot!(w.rows(), @r"
        03-01 10:00 event cart
        03-01 10:00 j#1 enter [0]
        03-01 10:00 event gone
        03-01 10:00 j#1 @0 exit leave_rule [0]
        03-01 11:00 event cart
        03-01 11:00 j#2 enter [0]
        03-01 11:00 profile level=Number(5)
        03-01 11:00 j#2 @0 exit leave_rule [1]
        03-01 11:00 profile level=Number(1)
        03-01 12:00 event cart
        03-01 12:00 j#3 enter [0]
        03-01 12:00 event won
        03-01 12:00 j#3 @0 goal [0] after 0 min
        03-01 12:00 j#3 @0 exit goal_reached
        03-01 12:00 j#1 goal [0] after 120 min
        03-01 12:00 j#2 goal [0] after 60 min
        03-01 13:00 event cart
        03-01 13:00 j#4 enter [0]
        03-01 13:00 event stop
        03-01 13:00 k#5 enter [0]
        03-01 13:00 k#5 @0 journey j
        03-01 13:00 j#4 @0 exit stopped
        03-01 13:00 k#5 @1 exit completed
        03-01 14:00 event cart
        03-01 14:00 j#6 enter [0]
        03-01 14:00 event cart
        03-01 14:00 j#6 @0 exit restarted
        03-01 14:00 j#7 enter [0]
        03-01 15:00 j#7 @0 wait until 03-01 16:00
    ");
}

#[test]
fn a_leave_that_time_brings_ends_a_paused_run_at_its_moment() {
    let mut p = one(|_| vec![wait(hours(1), 1), exit()]);
    p.events[1].keep = keep(Some(Span::of_hours(4)), &[]);
    p.journeys[0].leaves.push(leave(Trigger::When(history(
        Query::No,
        ev(ORDER),
        HistoryRange::InLast(Span::of_hours(4)),
    ))));
    let mut w = World::new(p, "2026-03-01T10:00:00Z");
    w.event(ORDER, &[1, 1]).event(CART, &[1, 1]).pause(0).after(DAY).resume(0);
    assert_snapshot!(w.rows(), @r"
        03-01 10:00 event order
        03-01 10:00 event cart
        03-01 10:00 j#1 enter [0]
        03-01 10:00 j#1 @0 wait until 03-01 11:00
        03-01 14:00 j#1 @0 exit leave_rule [0]
    ");
}

#[test]
fn what_an_answer_binds_may_end_a_paused_run() {
    let arms = vec![(on_where(ev(ORDER), is(item(0), slot(0, 0)), Some(1)), 1)];
    let mut p = one(|_| vec![wait_for(hours(1), arms, 1), exit()]);
    let much = Expr::Default(Box::new(slot(1, 1)), Box::new(n(0)));
    p.journeys[0].leaves.push(leave(Trigger::When(compare(CompareOp::Greater, much, n(5)))));
    let mut w = World::new(p, "2026-03-01T10:00:00Z");
    w.event(CART, &[1, 1]).pause(0).event(ORDER, &[1, 7]).after(HOUR).resume(0);
    assert_snapshot!(w.rows(), @r"
        03-01 10:00 event cart
        03-01 10:00 j#1 enter [0]
        03-01 10:00 j#1 @0 wait until 03-01 11:00
        03-01 10:00 event order
        03-01 10:00 j#1 @0 wait_over [0]
        03-01 10:00 j#1 @0 exit leave_rule [0]
    ");
}

#[test]
fn what_is_overdue_is_done_in_the_order_in_which_it_was_due() {
    let mut p = one(|_| vec![wait(hours(3), 1), exit()]);
    p.journey(journey("k", vec![enter_on(CART)], vec![wait(hours(2), 1), exit()]));
    let arms = vec![(on(ev(ORDER)), 1)];
    p.journey(journey("l", vec![enter_on(CART)], vec![wait_for(hours(9), arms, 1), exit()]));
    let mut w = World::new(p, "2026-03-01T10:00:00Z");
    w.event(CART, &[1, 1]).pause(0).pause(1).pause(2).after(HOUR).event(ORDER, &[1, 1]).after(5 * HOUR);
    for journey in 0..3 {
        w.shared.resume(JourneyId(journey));
    }
    // Another input than `Due` does what is overdue first, too.
    w.event(ORDER, &[2, 1]);
    assert_snapshot!(w.rows(), @r"
        03-01 10:00 event cart
        03-01 10:00 j#1 enter [0]
        03-01 10:00 j#1 @0 wait until 03-01 13:00
        03-01 10:00 k#2 enter [0]
        03-01 10:00 k#2 @0 wait until 03-01 12:00
        03-01 10:00 l#3 enter [0]
        03-01 10:00 l#3 @0 wait until 03-01 19:00
        03-01 11:00 event order
        03-01 11:00 l#3 @0 wait_over [0]
        03-01 16:00 l#3 @1 exit completed
        03-01 16:00 k#2 @0 wait_over time_up
        03-01 16:00 k#2 @1 exit completed
        03-01 16:00 j#1 @0 wait_over time_up
        03-01 16:00 j#1 @1 exit completed
        03-01 16:00 event order
    ");
}
