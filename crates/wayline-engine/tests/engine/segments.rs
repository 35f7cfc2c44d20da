//! Segments: in, out and in again, by events, by the profile, by time.

use insta::assert_snapshot;
use wayline_ir::*;
use wayline_time::Span;

use crate::support::*;

#[test]
fn lapsed_is_joined_when_time_comes_and_left_at_the_next_order() {
    let mut p = program();
    let order = p.event("order", 1);
    let any = |days: i32| history(Query::Any, ev(order), HistoryRange::InLast(Span::of_days(days)));
    let lapsed = Expr::And(vec![any(30), Expr::Not(Box::new(any(10)))]);
    let lapsed = p.segment("lapsed", lapsed);
    p.events[0].keep = keep(Some(Span::of_days(30)), &[]);
    let joins = Enter::Segment { segment: lapsed, joins: true };
    p.journey(journey("back", vec![joins], vec![wait(hours(1), 1), exit()]));
    let mut w = World::new(p, "2026-03-01T10:00:00Z");
    w.event(order, &[1]).until("2026-03-15T12:00:00Z").event(order, &[1]).after(60 * DAY);
    assert_snapshot!(w.rows(), @r"
        03-01 10:00 event order
        03-11 10:00 segment in lapsed
        03-11 10:00 back#1 enter [0]
        03-11 10:00 back#1 @0 wait until 03-11 11:00
        03-11 11:00 back#1 @0 wait_over time_up
        03-11 11:00 back#1 @1 exit completed
        03-15 12:00 event order
        03-15 12:00 segment out lapsed
        03-25 12:00 segment in lapsed
        03-25 12:00 back#2 enter [0]
        03-25 12:00 back#2 @0 wait until 03-25 13:00
        03-25 13:00 back#2 @0 wait_over time_up
        03-25 13:00 back#2 @1 exit completed
        04-14 12:00 segment out lapsed
    ");
}

#[test]
fn has_been_counts_from_the_last_change_of_the_value() {
    let mut p = program();
    let has_been =
        |value: i64, span: Span| Expr::HasBeen { subject: Subject::Field(FieldId(2), num(value)), span };
    let settled = p.segment("settled", has_been(1, Span::of_days(7)));
    p.segment("long", Expr::HasBeen { subject: Subject::Segment(settled), span: Span::of_days(2) });
    p.segment("never", has_been(0, Span::of_days(3)));
    p.tracked_fields.push(FieldId(2));
    let mut w = World::new(p, "2026-03-01T10:00:00Z");
    w.after(4 * DAY).set(2, num(1)).after(6 * DAY).set(2, num(1)).after(2 * DAY).set(2, num(2));
    w.set(2, num(1)).after(30 * DAY);
    let rows = w.rows();
    let rows: Vec<&str> = rows.lines().filter(|line| line.contains("segment")).collect();
    assert_snapshot!(rows.join("\n"), @r"
        03-04 10:00 segment in never
        03-05 10:00 segment out never
        03-12 10:00 segment in settled
        03-13 10:00 segment out settled
        03-20 10:00 segment in settled
        03-22 10:00 segment in long
    ");
}

#[test]
fn counts_and_sums_change_when_an_event_leaves_the_window() {
    let mut p = program();
    let order = p.event("order", 1);
    let range = HistoryRange::InLast(Span::of_hours(10));
    let count = history(Query::Count, ev(order), range);
    let sum = history(Query::Sum { of: Box::new(item(0)), zero: num(0) }, ev(order), range);
    p.segment("often", compare(CompareOp::AtLeast, count, n(2)));
    p.segment("much", compare(CompareOp::Greater, sum, n(99)));
    let latest = Expr::Field(Box::new(history(Query::Latest, ev(order), range)), FieldId(0));
    p.segment("last", is(latest, n(50)));
    p.events[0].keep = keep(Some(Span::of_hours(10)), &[0]);
    let mut w = World::new(p, "2026-03-01T10:00:00Z");
    w.event(order, &[50]).after(HOUR).event(order, &[50]).after(HOUR).event(order, &[1]).after(3 * DAY);
    assert_snapshot!(w.rows(), @r"
        03-01 10:00 event order
        03-01 10:00 segment in last
        03-01 11:00 event order
        03-01 11:00 segment in often
        03-01 11:00 segment in much
        03-01 12:00 event order
        03-01 12:00 segment out last
        03-01 20:00 segment out much
        03-01 21:00 segment out often
    ");
}

#[test]
fn segments_of_segments_and_of_the_clock() {
    let mut p = program();
    let ahead = Expr::Arith(ArithOp::Subtract, Box::new(customer(3)), Box::new(days(2)));
    let near = Expr::And(vec![
        Expr::Known(Box::new(customer(3))),
        compare(CompareOp::AtLeast, Expr::Today, ahead),
        compare(CompareOp::AtMost, Expr::Today, customer(3)),
    ]);
    let near = p.segment("near", near);
    p.segments[0].tracked = false;
    p.segment(
        "near_high",
        Expr::And(vec![Expr::InSegment(near), compare(CompareOp::AtLeast, customer(2), n(1))]),
    );
    let mut w = World::new(p, "2026-03-01T10:00:00Z");
    w.set(0, text("Asia/Tokyo")).set(3, Value::Date("2026-03-10".parse().unwrap())).set(2, num(1));
    w.after(30 * DAY);
    assert_snapshot!(w.rows(), @r#"
        03-01 10:00 profile zone=Text("Asia/Tokyo")
        03-01 10:00 profile day=Date(Date(20522))
        03-01 10:00 profile level=Number(1)
        03-07 15:00 segment in near_high
        03-10 15:00 segment out near_high
    "#);
}

#[test]
fn buckets_are_sticky_and_shares_nest() {
    let mut p = program();
    let bucket = |share: u32| Expr::Bucket { name: "pilot".into(), share };
    p.segment("tenth", bucket(100_000));
    p.segment("half", bucket(500_000));
    let mut counts = [0, 0];
    for customer in 0..400 {
        let mut w = World::of(p.clone(), "2026-03-01T10:00:00Z", &format!("c{customer}"));
        let rows = w.rows();
        let inside = ["tenth", "half"].map(|name| usize::from(rows.contains(&format!("in {name}"))));
        assert!(inside[0] <= inside[1]);
        counts[0] += inside[0];
        counts[1] += inside[1];
    }
    assert!((20..65).contains(&counts[0]) && (150..250).contains(&counts[1]), "{counts:?}");
}

#[test]
fn an_order_at_the_very_moment_of_lapsing_keeps_the_customer() {
    let mut p = program();
    let order = p.event("order", 1);
    let within = |days: i32| HistoryRange::InLast(Span::of_days(days));
    p.segment("lapsed", history(Query::No, ev(order), within(10)));
    p.events[0].keep = keep(Some(Span::of_days(10)), &[]);
    let mut w = World::new(p, "2026-03-01T10:00:00Z");
    w.event(order, &[1]).jump("2026-03-11T10:00:00Z").event(order, &[1]);
    w.jump("2026-03-21T10:00:00.001Z").event(order, &[1]);
    assert_snapshot!(w.rows(), @r"
        03-01 10:00 segment in lapsed
        03-01 10:00 event order
        03-01 10:00 segment out lapsed
        03-11 10:00 event order
        03-21 10:00:00.001 segment in lapsed
        03-21 10:00:00.001 event order
        03-21 10:00:00.001 segment out lapsed
    ");
}
