//! Sends: consent, address, holds, results, choices.

use insta::assert_snapshot;
use wayline_engine::{Consent, ConsentChange, Input, SendOutcome};
use wayline_ir::*;
use wayline_time::Span;

use crate::support::*;

/// A journey on `cart` that sends message 0 and goes to step 2 when it was not sent.
fn one() -> (Program, EventId, MessageId) {
    let mut p = program();
    let cart = p.event("cart", 1);
    let mail = p.message("mail", 0);
    let steps = vec![send_of(SendMode::One, &[mail], Some(2), 1), exit(), wait(minutes(1), 1)];
    p.journey(journey("j", vec![enter_on(cart)], steps));
    (p, cart, mail)
}

fn consent(w: &mut World, consent: Consent) {
    let at = w.now;
    let consents = vec![ConsentChange { topic: TopicId(0), channel: ChannelId(0), consent }];
    w.input(Input::Profile { at, changes: vec![], consents });
}

#[test]
fn consent_and_address_come_first() {
    let (mut p, cart, _) = one();
    let mut w = World::new(p.clone(), "2026-03-01T10:00:00Z");
    consent(&mut w, Consent::Withdrawn);
    w.event(cart, &[1]).after(HOUR);
    consent(&mut w, Consent::Given);
    w.set(1, Value::Missing).event(cart, &[1]).after(HOUR);
    p.topics[0].policy = TopicPolicy::ConfirmedConsent;
    let mut v = World::new(p, "2026-03-01T10:00:00Z");
    v.event(cart, &[1]).after(HOUR);
    consent(&mut v, Consent::Confirmed);
    v.event(cart, &[1]);
    let rows = w.rows() + "--\n" + &v.rows();
    let rows: Vec<&str> = rows.lines().filter(|line| line.contains(" send ") || *line == "--").collect();
    assert_snapshot!(rows.join("\n"), @r"
        03-01 10:00 j#1 @0 send mail dropped no_consent
        03-01 11:00 j#2 @0 send mail dropped no_address
        --
        03-01 10:00 j#1 @0 send mail dropped unconfirmed_consent
        03-01 11:00 j#2 @0 send mail sent
    ");
}

#[test]
fn unsubscribing_complaining_and_bouncing_have_their_effect() {
    let (p, cart, _) = one();
    let mut w = World::new(p.clone(), "2026-03-01T10:00:00Z");
    w.event(cart, &[1]).react(ReactionKind::Bounced).event(cart, &[1]).after(HOUR);
    w.set(1, text("new@x.example")).event(cart, &[1]);
    w.react(ReactionKind::Unsubscribed).event(cart, &[1]);
    assert_eq!(w.customer.consent(TopicId(0), ChannelId(0)), Consent::Withdrawn);
    let mut v = World::new(p, "2026-03-01T10:00:00Z");
    v.event(cart, &[1]).react(ReactionKind::Complained);
    assert_eq!(v.customer.consent(TopicId(0), ChannelId(0)), Consent::Withdrawn);
    assert_snapshot!(w.rows(), @r#"
        03-01 10:00 event cart
        03-01 10:00 j#1 enter [0]
        03-01 10:00 j#1 @0 send mail sent
        03-01 10:00 j#1 @0 send_result mail
        03-01 10:00 j#1 @1 exit completed
        03-01 10:00 j#1 @0 reaction mail bounced
        03-01 10:00 event cart
        03-01 10:00 j#2 enter [0]
        03-01 10:00 j#2 @0 send mail dropped bounced
        03-01 10:00 j#2 @2 wait until 03-01 10:01
        03-01 10:01 j#2 @2 wait_over time_up
        03-01 10:01 j#2 @1 exit completed
        03-01 11:00 profile email=Text("new@x.example")
        03-01 11:00 event cart
        03-01 11:00 j#3 enter [0]
        03-01 11:00 j#3 @0 send mail sent
        03-01 11:00 j#3 @0 send_result mail
        03-01 11:00 j#3 @1 exit completed
        03-01 11:00 j#3 @0 reaction mail unsubscribed
        03-01 11:00 event cart
        03-01 11:00 j#4 enter [0]
        03-01 11:00 j#4 @0 send mail dropped no_consent
        03-01 11:00 j#4 @2 wait until 03-01 11:01
    "#);
}

#[test]
fn a_run_stands_at_its_send_until_the_provider_answers() {
    let (mut p, cart, mail) = one();
    let failed = HistorySource::MessageReaction(ReactionKind::Failed, mail);
    p.keep_sends = keep(Some(Span::of_days(1)), &[]);
    p.segment("failed", history(Query::Any, failed, HistoryRange::InLast(Span::of_days(1))));
    let mut w = World::new(p, "2026-03-01T10:00:00Z");
    w.accepts = false;
    w.event(cart, &[1]).after(HOUR);
    let send = w.sends[0];
    w.input(Input::SendResult { send, outcome: SendOutcome::Failed("mailbox full".into()) });
    w.input(Input::SendResult { send, outcome: SendOutcome::Accepted });
    assert_snapshot!(w.rows(), @r"
        03-01 10:00 event cart
        03-01 10:00 j#1 enter [0]
        03-01 10:00 j#1 @0 send mail sent
        03-01 11:00 j#1 @0 send_result mail failed mailbox full
        03-01 11:00 segment in failed
        03-01 11:00 j#1 @2 wait until 03-01 11:01
        03-01 11:00 j#1 @0 send_result mail stale
    ");
}

#[test]
fn quiet_hours_hold_and_release_and_a_leave_ends_a_held_run() {
    let (mut p, cart, _) = one();
    let order = p.event("order", 1);
    p.channels[0].quiet = Some(QuietHours {
        windows: vec![window("21:00", "09:00")],
        release_over: None,
        backlog: Backlog::KeepAll,
    });
    p.journeys[0].leaves.push(leave(on(ev(order))));
    let mut w = World::new(p.clone(), "2026-03-07T22:00:00Z");
    // New York is asleep from 02:00 to 14:00 UTC, and from 8 March to 13:00.
    w.set(0, text("America/New_York")).event(cart, &[1]).until("2026-03-08T03:00:00Z").event(cart, &[1]);
    w.after(DAY);
    let mut v = World::new(p.clone(), "2026-03-07T22:00:00Z");
    v.event(cart, &[1]).after(HOUR).event(order, &[1]).after(DAY);
    // Topics may ignore quiet hours.
    p.topics[0].ignores_quiet_hours = true;
    let mut u = World::new(p, "2026-03-07T22:00:00Z");
    u.event(cart, &[1]);
    assert_snapshot!(w.rows() + "--\n" + &v.rows() + "--\n" + &u.rows(), @r#"
        03-07 22:00 profile zone=Text("America/New_York")
        03-07 22:00 event cart
        03-07 22:00 j#1 enter [0]
        03-07 22:00 j#1 @0 send mail sent
        03-07 22:00 j#1 @0 send_result mail
        03-07 22:00 j#1 @1 exit completed
        03-08 03:00 event cart
        03-08 03:00 j#2 enter [0]
        03-08 03:00 j#2 @0 send mail held quiet_hours until 03-08 13:00
        03-08 13:00 j#2 @0 send mail sent
        03-08 13:00 j#2 @0 send_result mail
        03-08 13:00 j#2 @1 exit completed
        --
        03-07 22:00 event cart
        03-07 22:00 j#1 enter [0]
        03-07 22:00 j#1 @0 send mail held quiet_hours until 03-08 09:00
        03-07 23:00 event order
        03-07 23:00 j#1 @0 send mail dropped left
        03-07 23:00 j#1 @0 exit leave_rule [0]
        --
        03-07 22:00 event cart
        03-07 22:00 j#1 enter [0]
        03-07 22:00 j#1 @0 send mail sent
        03-07 22:00 j#1 @0 send_result mail
        03-07 22:00 j#1 @1 exit completed
    "#);
}

#[test]
fn releases_are_spread_by_customer_message_and_day() {
    let (mut p, cart, _) = one();
    p.channels[0].quiet = Some(QuietHours {
        windows: vec![window("21:00", "09:00")],
        release_over: Some(Span::of_minutes(90)),
        backlog: Backlog::KeepAll,
    });
    let mut minutes = Vec::new();
    for customer in ["ana", "bob", "cay", "dan"] {
        let mut w = World::of(p.clone(), "2026-03-07T22:00:00Z", customer);
        w.event(cart, &[1]);
        let due = w.machine.next_due(&w.customer).unwrap();
        minutes.push(due.millis_since(at("2026-03-08T09:00:00Z")) / 60_000);
        w.after(DAY);
        assert_eq!(w.sends.len(), 1);
    }
    minutes.sort_unstable();
    minutes.dedup();
    assert!(minutes.len() >= 3 && minutes.iter().all(|minute| (0..90).contains(minute)), "{minutes:?}");
}

#[test]
fn closed_hours_hold_until_they_open() {
    let (mut p, cart, _) = one();
    let week = wayline_time::WeekdaySet::from_range(wayline_time::Weekday::Mon, wayline_time::Weekday::Fri);
    p.channels[0].open = vec![wayline_time::DayWindow { days: week, ..window("09:00", "17:30") }];
    // A Friday evening.
    let mut w = World::new(p, "2026-03-06T17:30:00Z");
    w.event(cart, &[1]).after(5 * DAY);
    assert_snapshot!(w.rows(), @r"
        03-06 17:30 event cart
        03-06 17:30 j#1 enter [0]
        03-06 17:30 j#1 @0 send mail held closed_hours until 03-09 09:00
        03-09 09:00 j#1 @0 send mail sent
        03-09 09:00 j#1 @0 send_result mail
        03-09 09:00 j#1 @1 exit completed
    ");
}

#[test]
fn a_message_that_would_be_too_old_is_dropped_at_once() {
    let (mut p, cart, mail) = one();
    p.messages[mail.index()].expires_after = Some(Span::of_hours(6));
    p.channels[0].quiet = Some(QuietHours {
        windows: vec![window("21:00", "09:00")],
        release_over: None,
        backlog: Backlog::KeepAll,
    });
    let mut w = World::new(p, "2026-03-07T22:00:00Z");
    w.event(cart, &[1]).until("2026-03-08T03:00:00Z").event(cart, &[1]).after(DAY);
    assert_snapshot!(w.rows(), @r"
        03-07 22:00 event cart
        03-07 22:00 j#1 enter [0]
        03-07 22:00 j#1 @0 send mail dropped expired until 03-08 09:00
        03-07 22:00 j#1 @2 wait until 03-07 22:01
        03-07 22:01 j#1 @2 wait_over time_up
        03-07 22:01 j#1 @1 exit completed
        03-08 03:00 event cart
        03-08 03:00 j#2 enter [0]
        03-08 03:00 j#2 @0 send mail held quiet_hours until 03-08 09:00
        03-08 09:00 j#2 @0 send mail sent
        03-08 09:00 j#2 @0 send_result mail
        03-08 09:00 j#2 @1 exit completed
    ");
}

#[test]
fn the_latest_of_a_backlog_is_kept_and_the_other_runs_go_on() {
    let mut p = program();
    let (a, b) = (p.event("a", 1), p.event("b", 1));
    let (one, two, other) = (p.message("one", 0), p.message("two", 0), p.message("other", 1));
    p.journey(journey("ja", vec![enter_on(a)], vec![send_of(SendMode::One, &[one], Some(1), 1), exit()]));
    p.journey(journey("jb", vec![enter_on(b)], vec![send(two, 1), exit()]));
    p.journey(journey("jo", vec![enter_on(a)], vec![send(other, 1), exit()]));
    let mut rows = String::new();
    for backlog in [Backlog::KeepAll, Backlog::KeepLatest, Backlog::KeepOnePerTopic] {
        p.channels[0].quiet =
            Some(QuietHours { windows: vec![window("21:00", "09:00")], release_over: None, backlog });
        let mut w = World::new(p.clone(), "2026-03-07T22:00:00Z");
        w.event(a, &[1]).after(HOUR).event(b, &[1]).after(DAY);
        let all = w.rows();
        rows += &all.lines().filter(|line| line.contains(" send ")).collect::<Vec<_>>().join("\n");
        rows += "\n--\n";
    }
    assert_snapshot!(rows, @r"
        03-07 22:00 ja#1 @0 send one held quiet_hours until 03-08 09:00
        03-07 22:00 jo#2 @0 send other held quiet_hours until 03-08 09:00
        03-07 23:00 jb#3 @0 send two held quiet_hours until 03-08 09:00
        03-08 09:00 ja#1 @0 send one sent
        03-08 09:00 jo#2 @0 send other sent
        03-08 09:00 jb#3 @0 send two sent
        --
        03-07 22:00 ja#1 @0 send one held quiet_hours until 03-08 09:00
        03-07 22:00 jo#2 @0 send other held quiet_hours until 03-08 09:00
        03-07 22:00 ja#1 @0 send one dropped replaced
        03-07 23:00 jb#3 @0 send two held quiet_hours until 03-08 09:00
        03-07 23:00 jo#2 @0 send other dropped replaced
        03-08 09:00 jb#3 @0 send two sent
        --
        03-07 22:00 ja#1 @0 send one held quiet_hours until 03-08 09:00
        03-07 22:00 jo#2 @0 send other held quiet_hours until 03-08 09:00
        03-07 23:00 jb#3 @0 send two held quiet_hours until 03-08 09:00
        03-07 23:00 ja#1 @0 send one dropped replaced
        03-08 09:00 jo#2 @0 send other sent
        03-08 09:00 jb#3 @0 send two sent
        --
    ");
}

#[test]
fn the_first_that_may_be_sent_else_held_else_none() {
    let mut p = program();
    let cart = p.event("cart", 1);
    p.channels.push(Channel { to: customer(3), ..channel("post") });
    p.channels.push(channel("sms"));
    let (post, sms, mail) = (p.message_on("post", 0, 1), p.message_on("sms", 0, 2), p.message("mail", 0));
    p.channels[2].quiet = Some(QuietHours {
        windows: vec![window("21:00", "09:00")],
        release_over: None,
        backlog: Backlog::KeepAll,
    });
    let first = |all: &[MessageId]| vec![send_of(SendMode::FirstOf, all, Some(1), 1), exit()];
    p.journey(journey("three", vec![enter_on(cart)], first(&[post, sms, mail])));
    p.journey(journey("two", vec![enter_on(cart)], first(&[post, sms])));
    p.journey(journey("one", vec![enter_on(cart)], first(&[post])));
    let mut w = World::new(p, "2026-03-07T22:00:00Z");
    w.event(cart, &[1]).after(DAY);
    assert_snapshot!(w.rows(), @r"
        03-07 22:00 event cart
        03-07 22:00 three#1 enter [0]
        03-07 22:00 three#1 @0 send mail sent [2]
        03-07 22:00 two#2 enter [0]
        03-07 22:00 two#2 @0 send sms held quiet_hours until 03-08 09:00
        03-07 22:00 one#3 enter [0]
        03-07 22:00 one#3 @0 send post dropped no_address
        03-07 22:00 one#3 @1 exit completed
        03-07 22:00 three#1 @0 send_result mail
        03-07 22:00 three#1 @1 exit completed
        03-08 09:00 two#2 @0 send sms sent [1]
        03-08 09:00 two#2 @0 send_result sms
        03-08 09:00 two#2 @1 exit completed
    ");
}

#[test]
fn the_best_channel_is_the_one_that_is_answered_most() {
    let mut p = program();
    let (cart, ask) = (p.event("cart", 1), p.event("ask", 1));
    p.channels.push(channel("sms"));
    let (mail, sms) = (p.message("mail", 0), p.message_on("sms", 0, 1));
    p.keep_sends = keep(Some(Span::of_days(90)), &[]);
    p.journey(journey("mail", vec![enter_on(ask)], vec![send(mail, 1), exit()]));
    let best = send_of(SendMode::BestOf, &[mail, sms], None, 1);
    p.journey(journey("best", vec![enter_on(cart)], vec![best, exit()]));
    let mut w = World::new(p, "2026-03-01T10:00:00Z");
    // Nothing known: the order written. Unanswered: the other. Answered: this one again.
    w.event(cart, &[1]).after(HOUR).event(cart, &[1]).react(ReactionKind::Clicked);
    w.react(ReactionKind::Opened).after(HOUR).event(cart, &[1]).after(HOUR);
    for _ in 0..3 {
        w.event(ask, &[1]).react(ReactionKind::Opened);
    }
    w.event(cart, &[1]);
    let rows = w.rows();
    let rows: Vec<&str> = rows.lines().filter(|line| line.contains(" send ")).collect();
    assert_snapshot!(rows.join("\n"), @r"
        03-01 10:00 best#1 @0 send mail sent [0]
        03-01 11:00 best#2 @0 send sms sent [1]
        03-01 12:00 best#3 @0 send sms sent [1]
        03-01 13:00 mail#4 @0 send mail sent
        03-01 13:00 mail#5 @0 send mail sent
        03-01 13:00 mail#6 @0 send mail sent
        03-01 13:00 best#7 @0 send mail sent [0]
    ");
}

#[test]
fn the_best_hour_is_the_one_of_most_answers_within_the_span() {
    let (mut p, cart, _) = one();
    p.keep_sends = keep(Some(Span::of_days(90)), &[]);
    let order = p.event("order", 1);
    let StepKind::Send { best_hour_within, .. } = &mut p.journeys[0].steps[0].kind else { panic!() };
    *best_hour_within = Some(Span::of_hours(20));
    let mail = MessageId(0);
    p.journey(journey("now", vec![enter_on(order)], vec![send(mail, 1), exit()]));
    let mut w = World::new(p, "2026-03-01T10:00:00Z");
    w.set(0, text("Europe/Berlin")).event(cart, &[1]);
    for hour in [18, 18, 8] {
        w.after(DAY - w.now.0.rem_euclid(DAY)).after(hour * HOUR).event(order, &[1]);
        w.react(ReactionKind::Opened);
    }
    // 19:00 in Berlin is 18:00 UTC; a day has gone since 08:00.
    w.event(cart, &[1]).after(DAY);
    let rows = w.rows();
    let rows: Vec<&str> = rows.lines().filter(|line| line.contains(" j#")).collect();
    assert_snapshot!(rows.join("\n"), @r"
        03-01 10:00 j#1 enter [0]
        03-01 10:00 j#1 @0 send mail sent
        03-01 10:00 j#1 @0 send_result mail
        03-01 10:00 j#1 @1 exit completed
        03-04 08:00 j#5 enter [0]
        03-04 08:00 j#5 @0 wait best_hour until 03-04 18:00
        03-04 18:00 j#5 @0 wait_over best_hour
        03-04 18:00 j#5 @0 send mail sent
        03-04 18:00 j#5 @0 send_result mail
        03-04 18:00 j#5 @1 exit completed
    ");
}

#[test]
fn a_channel_s_rate_gives_slots_in_order() {
    let (mut p, cart, _) = one();
    p.channels[0].rate = Some(Rate { count: 2, per: Span::of_minutes(1) });
    p.journeys[0].while_running = WhileRunning::Parallel;
    let mut w = World::new(p, "2026-03-01T10:00:00Z");
    for _ in 0..5 {
        w.event(cart, &[1]);
    }
    w.after(HOUR);
    let rows = w.rows();
    let rows: Vec<&str> = rows.lines().filter(|line| line.contains(" send ")).collect();
    assert_snapshot!(rows.join("\n"), @r"
        03-01 10:00 j#1 @0 send mail sent
        03-01 10:00 j#2 @0 send mail sent
        03-01 10:00 j#3 @0 send mail held channel_rate until 03-01 10:01
        03-01 10:00 j#4 @0 send mail held channel_rate until 03-01 10:01
        03-01 10:00 j#5 @0 send mail held channel_rate until 03-01 10:02
        03-01 10:01 j#3 @0 send mail sent
        03-01 10:01 j#4 @0 send mail sent
        03-01 10:02 j#5 @0 send mail sent
    ");
}

#[test]
fn reactions_wake_the_run_that_sent_and_no_other() {
    let mut p = program();
    let cart = p.event("cart", 1);
    let mail = p.message("mail", 0);
    let clicked = HistorySource::MessageReaction(ReactionKind::Clicked, mail);
    let on_channel = HistorySource::ChannelReaction(ReactionKind::Clicked, ChannelId(0));
    let steps = |source| vec![send(mail, 1), wait_for(days(1), vec![(on(source), 2)], 2), exit()];
    let mut j = journey("j", vec![enter_on(cart)], steps(clicked));
    j.while_running = WhileRunning::Parallel;
    p.journey(j);
    p.journey(journey("any", vec![enter_on(cart)], steps(on_channel)));
    let mut w = World::new(p, "2026-03-01T10:00:00Z");
    w.event(cart, &[1]).after(HOUR).event(cart, &[1]);
    w.rows();
    w.react(ReactionKind::Clicked);
    assert_snapshot!(w.rows(), @r"
        03-01 11:00 j#3 @0 reaction mail clicked
        03-01 11:00 any#2 @1 wait_over [0]
        03-01 11:00 any#2 @2 exit completed
        03-01 11:00 j#3 @1 wait_over [0]
        03-01 11:00 j#3 @2 exit completed
    ");
}

#[test]
fn answers_carry_their_value() {
    let mut p = program();
    let cart = p.event("cart", 1);
    let mail = p.message("mail", 0);
    p.keep_sends = keep(Some(Span::of_days(90)), &[]);
    let answered = HistorySource::MessageReaction(ReactionKind::Answered, mail);
    let nine = compare(CompareOp::AtLeast, item(0), n(9));
    p.segment(
        "promoter",
        Expr::History(HistoryQuery {
            query: Query::Any,
            source: answered,
            range: HistoryRange::InLast(Span::of_days(30)),
            filter: Some(Box::new(nine.clone())),
        }),
    );
    let arms = vec![(on_where(answered, nine, Some(1)), 2)];
    let set = StepKind::Set { field: FieldId(2), value: slot(1, 0), next: StepId(3) };
    p.journey(journey(
        "j",
        vec![enter_on(cart)],
        vec![send(mail, 1), wait_for(days(1), arms, 3), set, exit()],
    ));
    let mut w = World::new(p, "2026-03-01T10:00:00Z");
    w.event(cart, &[1]).after(HOUR);
    let (send, now) = (w.sends[0], w.now);
    for value in [8, 10] {
        w.input(Input::Reaction { send, kind: ReactionKind::Answered, at: now, value: num(value) });
    }
    assert_snapshot!(w.rows(), @r"
        03-01 10:00 event cart
        03-01 10:00 j#1 enter [0]
        03-01 10:00 j#1 @0 send mail sent
        03-01 10:00 j#1 @0 send_result mail
        03-01 10:00 j#1 @1 wait until 03-02 10:00
        03-01 11:00 j#1 @0 reaction mail answered
        03-01 11:00 j#1 @0 reaction mail answered
        03-01 11:00 segment in promoter
        03-01 11:00 j#1 @1 wait_over [0]
        03-01 11:00 j#1 @2 set level=Number(10)
        03-01 11:00 j#1 @3 exit completed
    ");
}
