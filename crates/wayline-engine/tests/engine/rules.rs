//! Suppression rules.

use insta::assert_snapshot;
use wayline_ir::*;
use wayline_time::{CalendarDays, DateRange, Span};

use crate::support::*;

/// Journeys `a` (priority 20) and `b` (priority 80) on `cart`, each sends its own message.
fn two() -> (Program, EventId) {
    let mut p = program();
    let cart = p.event("cart", 1);
    p.event("open", 1);
    p.event("closed", 1);
    for (name, priority) in [("a", 20), ("b", 80)] {
        let message = p.message(&format!("m{name}"), 0);
        let mut j =
            journey(name, vec![enter_on(cart)], vec![send_of(SendMode::One, &[message], Some(1), 1), exit()]);
        j.priority = priority;
        p.journey(j);
    }
    (p, cart)
}

fn cap(count: u32, window: CapWindow) -> Clause {
    Clause::Caps { caps: vec![Cap { count, window }], across: vec![] }
}

fn hold(up_to: Span) -> Otherwise {
    Otherwise::Hold { up_to, backlog: Backlog::KeepAll }
}

fn sends(w: &mut World) -> String {
    let rows = w.rows();
    rows.lines().filter(|line| line.contains(" send ")).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_last_place_under_a_cap_goes_to_the_higher_priority() {
    let (mut p, cart) = two();
    p.rule("cap", vec![Target::Topic(TopicId(0))], vec![cap(1, CapWindow::CalendarDay)], Otherwise::Drop);
    let mut w = World::new(p, "2026-03-01T10:00:00Z");
    w.event(cart, &[1]);
    assert_snapshot!(sends(&mut w), @r"
        03-01 10:00 b#1 @0 send mb sent
        03-01 10:00 a#2 @0 send ma dropped capped by cap cap 0 (03-01 10:00)
    ");
}

#[test]
fn runs_due_at_one_moment_go_by_priority_then_age() {
    let (mut p, cart) = two();
    let other = p.event("later", 1);
    for journey in &mut p.journeys {
        journey.steps.push(Step { name: "w".into(), stage: None, kind: journey.steps[0].kind.clone() });
        let StepKind::Send { not_sent, .. } = &mut journey.steps[2].kind else { panic!() };
        *not_sent = None;
        journey.steps[0].kind = StepKind::Wait {
            until: Until::Next { at: time("12:00"), days: wayline_time::WeekdaySet::ALL },
            next: StepId(2),
        };
        journey.enters.push(enter_on(other));
        journey.while_running = WhileRunning::Parallel;
    }
    p.rule("cap", vec![Target::Everything], vec![cap(3, CapWindow::CalendarDay)], Otherwise::Drop);
    let mut w = World::new(p, "2026-03-01T10:00:00Z");
    w.event(cart, &[1]).after(HOUR).event(other, &[1]).after(2 * HOUR);
    assert_snapshot!(sends(&mut w), @r"
        03-01 12:00 b#1 @2 send mb sent
        03-01 12:00 b#3 @2 send mb sent
        03-01 12:00 a#2 @2 send ma sent
        03-01 12:00 a#4 @2 send ma dropped capped by cap cap 0 (03-01 12:00, 03-01 12:00, 03-01 12:00)
    ");
}

#[test]
fn calendar_caps_hold_to_the_customer_s_next_day_week_or_month() {
    let mut rows = String::new();
    for window in [CapWindow::CalendarDay, CapWindow::CalendarWeek, CapWindow::CalendarMonth] {
        let (mut p, cart) = two();
        p.rule("cap", vec![Target::Everything], vec![cap(1, window)], hold(Span::of_months(2)));
        let mut w = World::new(p, "2026-03-06T23:00:00Z");
        w.set(0, text("Europe/Berlin")).event(cart, &[1]).after(60 * DAY);
        rows += &(sends(&mut w) + "\n");
    }
    assert_snapshot!(rows, @r"
        03-06 23:00 b#1 @0 send mb sent
        03-06 23:00 a#2 @0 send ma held capped by cap until 03-07 23:00 cap 0 (03-06 23:00)
        03-07 23:00 a#2 @0 send ma sent
        03-06 23:00 b#1 @0 send mb sent
        03-06 23:00 a#2 @0 send ma held capped by cap until 03-08 23:00 cap 0 (03-06 23:00)
        03-08 23:00 a#2 @0 send ma sent
        03-06 23:00 b#1 @0 send mb sent
        03-06 23:00 a#2 @0 send ma held capped by cap until 03-31 22:00 cap 0 (03-06 23:00)
        03-31 22:00 a#2 @0 send ma sent
    ");
}

#[test]
fn a_rolling_cap_frees_when_its_oldest_send_leaves_the_window() {
    let (mut p, cart) = two();
    p.journeys[1].steps[0].kind = exit();
    p.rule(
        "cap",
        vec![Target::Everything],
        vec![cap(2, CapWindow::Rolling(Span::of_days(7)))],
        hold(Span::of_days(9)),
    );
    let mut w = World::new(p, "2026-03-20T10:00:00Z");
    w.set(0, text("Europe/Berlin"))
        .event(cart, &[1])
        .after(DAY)
        .event(cart, &[1])
        .after(DAY)
        .event(cart, &[1]);
    w.after(30 * DAY);
    assert_snapshot!(sends(&mut w), @r"
        03-20 10:00 a#2 @0 send ma sent
        03-21 10:00 a#4 @0 send ma sent
        03-22 10:00 a#6 @0 send ma held capped by cap until 03-27 10:00 cap 0 (03-20 10:00, 03-21 10:00)
        03-27 10:00 a#6 @0 send ma sent
    ");
}

#[test]
fn a_hold_that_cannot_end_in_time_does_not_begin() {
    let (mut p, cart) = two();
    p.rule(
        "cap",
        vec![Target::Everything],
        vec![cap(1, CapWindow::Rolling(Span::of_days(7)))],
        hold(Span::of_days(2)),
    );
    let mut w = World::new(p, "2026-03-20T10:00:00Z");
    w.event(cart, &[1]);
    assert_snapshot!(sends(&mut w), @r"
        03-20 10:00 b#1 @0 send mb sent
        03-20 10:00 a#2 @0 send ma dropped capped by cap until 03-27 10:00 cap 0 (03-20 10:00)
    ");
}

#[test]
fn the_first_rule_that_forbids_decides_and_targets_limit_what_is_counted() {
    let (mut p, cart) = two();
    let during = Clause::During(vec![window("09:00", "11:00")]);
    p.rule("b_only", vec![Target::Journey(JourneyId(1))], vec![during], hold(Span::of_days(1)));
    p.rule(
        "none",
        vec![Target::Message(MessageId(1))],
        vec![cap(0, CapWindow::CalendarDay)],
        Otherwise::Drop,
    );
    let mut w = World::new(p, "2026-03-20T10:00:00Z");
    w.event(cart, &[1]).after(2 * DAY);
    assert_snapshot!(sends(&mut w), @r"
        03-20 10:00 b#1 @0 send mb held suppressed by b_only until 03-20 11:00
        03-20 10:00 a#2 @0 send ma sent
        03-20 11:00 b#1 @0 send mb dropped capped by none cap 0 ()
    ");
}

#[test]
fn from_one_event_until_another_or_for_a_time() {
    let (mut p, cart) = two();
    p.journeys[1].steps[0].kind = exit();
    let between = Clause::Between {
        from: ev(EventId(1)),
        from_filter: None,
        until: ev(EventId(2)),
        until_filter: None,
        or_after: Some(Span::of_days(3)),
    };
    p.rule("ticket", vec![Target::Everything], vec![between], hold(Span::of_days(5)));
    let (open, closed) = (EventId(1), EventId(2));
    let mut w = World::new(p, "2026-03-20T10:00:00Z");
    w.event(cart, &[1]).event(open, &[1]).event(cart, &[1]).after(DAY).event(closed, &[1]).event(cart, &[1]);
    w.after(DAY).event(open, &[1]).event(cart, &[1]).after(9 * DAY);
    assert_snapshot!(sends(&mut w), @r"
        03-20 10:00 a#2 @0 send ma sent
        03-20 10:00 a#4 @0 send ma held suppressed by ticket until 03-23 10:00
        03-21 10:00 a#4 @0 send ma sent
        03-21 10:00 a#6 @0 send ma sent
        03-22 10:00 a#8 @0 send ma held suppressed by ticket until 03-25 10:00
        03-25 10:00 a#8 @0 send ma sent
    ");
}

#[test]
fn on_the_days_of_a_calendar() {
    let (mut p, cart) = two();
    p.calendars.push(Calendar {
        name: "blackout".into(),
        days: CalendarDays {
            dates: vec![DateRange { from: "2026-11-27".parse().unwrap(), to: "2026-11-30".parse().unwrap() }],
            yearly: vec![],
        },
    });
    p.rule("freeze", vec![Target::Everything], vec![Clause::On(CalendarId(0))], hold(Span::of_days(3)));
    let mut w = World::new(p, "2026-11-27T10:00:00Z");
    w.set(0, text("America/New_York")).event(cart, &[1]).after(2 * DAY).event(cart, &[1]).after(5 * DAY);
    assert_snapshot!(sends(&mut w), @r"
        11-27 10:00 b#1 @0 send mb dropped suppressed by freeze until 12-01 05:00
        11-27 10:00 a#2 @0 send ma dropped suppressed by freeze until 12-01 05:00
        11-29 10:00 b#3 @0 send mb held suppressed by freeze until 12-01 05:00
        11-29 10:00 a#4 @0 send ma held suppressed by freeze until 12-01 05:00
        12-01 05:00 b#3 @0 send mb sent
        12-01 05:00 a#4 @0 send ma sent
    ");
}

#[test]
fn while_a_condition_holds() {
    let (mut p, cart) = two();
    p.journeys[1].steps[0].kind = exit();
    p.events[1].keep = keep(Some(Span::of_days(3)), &[]);
    let recent = history(Query::Any, ev(EventId(1)), HistoryRange::InLast(Span::of_days(3)));
    let when = Expr::Or(vec![recent, compare(CompareOp::AtLeast, customer(2), n(3))]);
    p.rule("fresh", vec![Target::Everything], vec![Clause::When(when)], hold(Span::of_days(5)));
    let mut w = World::new(p, "2026-03-20T10:00:00Z");
    // By time; by the profile; not in time.
    w.event(EventId(1), &[1]).after(HOUR).event(cart, &[1]).after(4 * DAY);
    w.set(2, num(3)).event(cart, &[1]).after(HOUR).set(2, num(4)).after(HOUR).set(2, num(1));
    w.set(2, num(3)).event(cart, &[1]).after(9 * DAY);
    assert_snapshot!(sends(&mut w), @r"
        03-20 11:00 a#2 @0 send ma held suppressed by fresh until 03-23 10:00
        03-23 10:00 a#2 @0 send ma sent
        03-24 11:00 a#4 @0 send ma held suppressed by fresh until 03-29 11:00
        03-24 13:00 a#4 @0 send ma sent
        03-24 13:00 a#6 @0 send ma held suppressed by fresh until 03-29 13:00
        03-29 13:00 a#6 @0 send ma dropped suppressed by fresh
    ");
}

#[test]
fn several_clauses_of_a_rule_must_all_allow() {
    let (mut p, cart) = two();
    let during = Clause::During(vec![window("09:00", "11:00")]);
    let clauses = vec![cap(1, CapWindow::Rolling(Span::of_minutes(30))), during];
    p.rule("both", vec![Target::Everything], clauses, hold(Span::of_days(1)));
    let mut w = World::new(p, "2026-03-20T08:59:00Z");
    w.event(cart, &[1]).after(DAY);
    assert_snapshot!(sends(&mut w), @r"
        03-20 08:59 b#1 @0 send mb sent
        03-20 08:59 a#2 @0 send ma held capped by both until 03-20 09:29 cap 0 (03-20 08:59)
        03-20 09:29 a#2 @0 send ma held suppressed by both until 03-20 11:00
        03-20 11:00 a#2 @0 send ma sent
    ");
}

#[test]
fn caps_count_across_channels() {
    let (mut p, cart) = two();
    p.channels.push(channel("sms"));
    p.messages[1].channel = ChannelId(1);
    p.rule("mail", vec![Target::Everything], vec![cap(1, CapWindow::CalendarDay)], Otherwise::Drop);
    p.rules[0].sends.channels = vec![ChannelId(0)];
    let mut w = World::new(p.clone(), "2026-03-20T10:00:00Z");
    w.event(cart, &[1]);
    let Clause::Caps { across, .. } = &mut p.rules[0].clauses[0] else { panic!() };
    *across = vec![ChannelId(0), ChannelId(1)];
    let mut v = World::new(p, "2026-03-20T10:00:00Z");
    v.event(cart, &[1]);
    assert_snapshot!(sends(&mut w) + "\n--\n" + &sends(&mut v), @r"
        03-20 10:00 b#1 @0 send mb sent
        03-20 10:00 a#2 @0 send ma sent
        --
        03-20 10:00 b#1 @0 send mb sent
        03-20 10:00 a#2 @0 send ma dropped capped by mail cap 0 (03-20 10:00)
    ");
}

#[test]
fn an_older_send_that_comes_to_the_same_rule_later_gives_way_to_the_newer() {
    let mut p = program();
    let (a, b) = (p.event("a", 1), p.event("b", 1));
    let (one, two) = (p.message("one", 0), p.message_on("two", 0, 1));
    p.channels.push(channel("sms"));
    p.channels[0].quiet = Some(QuietHours {
        windows: vec![window("08:00", "12:00")],
        release_over: None,
        backlog: Backlog::KeepAll,
    });
    let during = Clause::During(vec![window("11:00", "15:00")]);
    let keep_latest = Otherwise::Hold { up_to: Span::of_days(1), backlog: Backlog::KeepLatest };
    p.rule("noon", vec![Target::Everything], vec![during], keep_latest);
    p.journey(journey("ja", vec![enter_on(a)], vec![send(one, 1), exit()]));
    p.journey(journey("jb", vec![enter_on(b)], vec![send(two, 1), exit()]));
    let mut w = World::new(p, "2026-03-20T10:00:00Z");
    w.event(a, &[1]).until("2026-03-20T11:30:00Z").event(b, &[1]).after(DAY);
    assert_snapshot!(sends(&mut w), @r"
        03-20 10:00 ja#1 @0 send one held quiet_hours until 03-20 12:00
        03-20 11:30 jb#2 @0 send two held suppressed by noon until 03-20 15:00
        03-20 12:00 ja#1 @0 send one dropped replaced by noon
        03-20 15:00 jb#2 @0 send two sent
    ");
}

#[test]
fn a_hold_without_a_known_end_lasts_to_the_limit_or_until_the_message_is_too_old() {
    let mut rows = String::new();
    for expires in [None, Some(Span::of_hours(5))] {
        let (mut p, cart) = two();
        p.journeys[1].steps[0].kind = exit();
        p.messages[0].expires_after = expires;
        let when = compare(CompareOp::AtLeast, customer(2), n(3));
        p.rule("high", vec![Target::Everything], vec![Clause::When(when)], hold(Span::of_days(2)));
        let mut w = World::new(p, "2026-03-20T10:00:00Z");
        w.set(2, num(3)).event(cart, &[1]).after(9 * DAY);
        rows += &(sends(&mut w) + "\n--\n");
    }
    assert_snapshot!(rows, @r"
        03-20 10:00 a#2 @0 send ma held suppressed by high until 03-22 10:00
        03-22 10:00 a#2 @0 send ma dropped suppressed by high
        --
        03-20 10:00 a#2 @0 send ma held suppressed by high until 03-20 15:00
        03-20 15:00 a#2 @0 send ma dropped expired by high until 03-22 10:00
        --
    ");
}
