//! Before the computed moment no answer changes: compared with asking at many moments.

use std::sync::Arc;

use proptest::prelude::*;
use rust_decimal::Decimal;
use wayline_ir::{
    ArithOp, CompareOp, EventId, EventType, Expr, Field, FieldId, HistoryQuery, HistoryRange, HistorySource,
    IR_FORMAT, ListQuery, Program, Query, Retention, Segment, SegmentId, SourceMap, Subject, Type, Value,
    Workspace,
};
use wayline_time::{Date, MILLIS_PER_HOUR, Moment, Span, Zone};

use crate::eval::{Eval, Vars};
use crate::{Customer, Input, Machine, Shared};

/// 2026-03-01T00:00:00Z; New York changes its clock a week later.
const START: Moment = Moment(1_772_323_200_000);

fn number(n: i64) -> Value {
    Value::Number(Decimal::from(n))
}

fn boxed(expr: Expr) -> Box<Expr> {
    Box::new(expr)
}

/// Profile: 0 zone, 1 a number, 2 a date, 3 a moment, 4 a list of moments. Event 0 has a number.
fn program(condition: Expr) -> Program {
    let field = |name: &str, ty: Type| Field { name: name.into(), ty, optional: true, default: None };
    let number_type = || Type::Number { from: None, to: None };
    let forever = Retention { span: None, since_enter: false, latest: true, fields: vec![FieldId(0)] };
    let inner = Expr::Compare(
        CompareOp::AtLeast,
        boxed(history(Query::Count, HistoryRange::InLast(Span::of_hours(30)))),
        boxed(Expr::Const(number(2))),
    );
    let segment =
        |name: &str, condition: Expr| Segment { name: name.into(), condition, tracked: name == "inner" };
    Program {
        format: IR_FORMAT,
        workspace: Workspace { name: "w".into(), zone: Zone::utc(), locale: "en".into(), salt: "s".into() },
        symbols: Program::REASONS.map(str::to_owned).to_vec(),
        customer: vec![
            field("zone", Type::Zone),
            field("n", number_type()),
            field("d", Type::Date),
            field("m", Type::Moment),
            field("ms", Type::List(Box::new(Type::Moment))),
        ],
        zone_field: Some(FieldId(0)),
        locale_field: None,
        events: vec![EventType {
            name: "e".into(),
            fields: vec![field("x", number_type())],
            at_most: None,
            keep: Some(forever),
        }],
        topics: vec![],
        channels: vec![],
        calendars: vec![],
        messages: vec![],
        segments: vec![segment("inner", inner), segment("asked", condition)],
        services: vec![],
        journeys: vec![],
        rules: vec![],
        tracked_fields: vec![FieldId(1)],
        keep_sends: None,
        personas: vec![],
        guarantees: vec![],
        source_map: SourceMap::default(),
    }
}

fn history(query: Query, range: HistoryRange) -> Expr {
    let filter = Some(boxed(Expr::Compare(
        CompareOp::Greater,
        boxed(Expr::Field(boxed(Expr::Item(0)), FieldId(0))),
        boxed(Expr::Const(number(0))),
    )));
    let source = HistorySource::Event(EventId(0));
    Expr::History(HistoryQuery { query, source, range, filter })
}

fn span() -> impl Strategy<Value = Span> {
    prop_oneof![
        (1..80_i64).prop_map(Span::of_hours),
        (1..9_i32).prop_map(Span::of_days),
        Just(Span::of_months(1)),
    ]
}

fn op() -> impl Strategy<Value = CompareOp> {
    prop::sample::select(vec![
        CompareOp::Is,
        CompareOp::IsNot,
        CompareOp::Less,
        CompareOp::AtMost,
        CompareOp::Greater,
        CompareOp::AtLeast,
    ])
}

fn leaf() -> impl Strategy<Value = Expr> {
    let sum = || Query::Sum { of: boxed(Expr::Field(boxed(Expr::Item(0)), FieldId(0))), zero: number(0) };
    let compare = |op, left, right| Expr::Compare(op, boxed(left), boxed(right));
    let moved = |expr: Expr, span: Span, add: bool| {
        let by = if add { ArithOp::Add } else { ArithOp::Subtract };
        Expr::Arith(by, boxed(expr), boxed(Expr::Const(Value::Duration(span))))
    };
    prop_oneof![
        (span(), any::<bool>()).prop_map(|(span, any)| {
            history(if any { Query::Any } else { Query::No }, HistoryRange::InLast(span))
        }),
        (op(), span(), 0..5_i64).prop_map(move |(op, span, n)| {
            compare(op, history(Query::Count, HistoryRange::InLast(span)), Expr::Const(number(n)))
        }),
        (op(), span(), 0..9_i64).prop_map(move |(op, span, n)| {
            compare(op, history(sum(), HistoryRange::InLast(span)), Expr::Const(number(n)))
        }),
        (op(), span(), 0..4_i64).prop_map(move |(op, span, n)| {
            let latest = history(Query::Latest, HistoryRange::InLast(span));
            compare(op, Expr::Field(boxed(latest), FieldId(0)), Expr::Const(number(n)))
        }),
        (op(), span(), any::<bool>()).prop_map(move |(op, span, add)| {
            compare(op, Expr::Now, moved(Expr::Customer(FieldId(3)), span, add))
        }),
        (op(), span()).prop_map(move |(op, span)| {
            let gone = Expr::Arith(ArithOp::Subtract, boxed(Expr::Now), boxed(Expr::Customer(FieldId(3))));
            compare(op, gone, Expr::Const(Value::Duration(span)))
        }),
        (op(), span(), any::<bool>()).prop_map(move |(op, span, add)| {
            compare(op, Expr::Today, moved(Expr::Customer(FieldId(2)), span, add))
        }),
        Just(Expr::OneOf(
            boxed(Expr::Today),
            vec![Expr::Customer(FieldId(2)), Expr::Const(Value::Date(Date(20_520))),]
        )),
        (span(), 0..3_i64)
            .prop_map(|(span, n)| Expr::HasBeen { subject: Subject::Field(FieldId(1), number(n)), span }),
        span().prop_map(|span| Expr::HasBeen { subject: Subject::Segment(SegmentId(0)), span }),
        Just(Expr::InSegment(SegmentId(0))),
        (op(), 0..4_i64).prop_map(move |(op, n)| {
            let past = compare(CompareOp::AtMost, Expr::Item(0), Expr::Now);
            let list = boxed(Expr::Customer(FieldId(4)));
            let count = ListQuery { query: Query::Count, list, filter: Some(boxed(past)) };
            compare(op, Expr::Items(count), Expr::Const(number(n)))
        }),
    ]
}

fn condition() -> impl Strategy<Value = Expr> {
    leaf().prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            inner.clone().prop_map(|expr| Expr::Not(boxed(expr))),
            prop::collection::vec(inner.clone(), 1..4).prop_map(Expr::And),
            prop::collection::vec(inner, 1..4).prop_map(Expr::Or),
        ]
    })
}

fn customer(machine: &Machine, happened: &[(i64, u8, i64)], zone: &str) -> Customer {
    let mut customer = machine.new_customer("ana");
    let (mut shared, mut out) = (Shared::default(), Vec::new());
    let changes = vec![(FieldId(0), Value::text(zone))];
    let begin = Input::Profile { at: START, changes, consents: vec![] };
    machine.step(&mut customer, &mut shared, begin, START, &mut out);
    let mut now = START;
    for (after, what, n) in happened {
        now = now.plus_millis(*after);
        let later = |n: i64| Value::Moment(START.plus_millis(n * 90 * MILLIS_PER_HOUR));
        let change = match what {
            0 => (FieldId(1), number(*n)),
            1 => (FieldId(2), Value::Date(Date(20_513 + *n as i32 * 2))),
            2 => (FieldId(3), later(*n)),
            3 => (FieldId(4), Value::List((0..*n).map(later).collect())),
            _ => {
                let data = Value::Record([number(*n)].into());
                let input = Input::Event { event: EventId(0), id: None, at: now, data };
                machine.step(&mut customer, &mut shared, input, now, &mut out);
                continue;
            }
        };
        let input = Input::Profile { at: now, changes: vec![change], consents: vec![] };
        machine.step(&mut customer, &mut shared, input, now, &mut out);
    }
    customer
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn before_the_flip_nothing_changes(
        condition in condition(),
        happened in prop::collection::vec((0..20 * MILLIS_PER_HOUR, 0_u8..8, 0..4_i64), 0..20),
        zone in prop::sample::select(vec!["America/New_York", "Asia/Kolkata"]),
    ) {
        let machine = Machine::new(Arc::new(program(condition.clone()))).unwrap();
        let customer = customer(&machine, &happened, zone);
        let mut now = customer.now;
        for _ in 0..12 {
            let eval = Eval {
                program: &machine.program,
                index: &machine.index,
                customer: &customer,
                now,
                vars: Vars::default(),
            };
            let flip = eval.flip(&condition, None);
            prop_assert!(flip.is_none_or(|flip| flip > now));
            let known = eval.holds(&condition, None);
            let end = flip.unwrap_or(now.plus_millis(60 * 24 * MILLIS_PER_HOUR));
            let length = end.millis_since(now);
            // Also the last millisecond before the flip.
            for part in (0..60).map(|part| length / 60 * part).chain([length - 1]) {
                let then = now.plus_millis(part);
                let answer = Eval { now: then, ..eval }.holds(&condition, None);
                prop_assert_eq!(answer, known, "at {}, from {} until {}", then, now, end);
            }
            let Some(flip) = flip else { break };
            now = flip;
        }
    }
}
