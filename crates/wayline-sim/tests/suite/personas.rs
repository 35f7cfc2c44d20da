//! What personas mean: profiles, consents, happenings, reactions. Small programs, every row told.

use rust_decimal::Decimal;
use wayline_ir::{
    Act, Behaviour, ChannelId, ChannelKind, Delay, Draw, Enter, EventId, Expr, FieldId, Happening,
    HistorySource, MessageId, Param, Persona, PersonaConsent, Program, ReactionKind, ReactsTo, Recurrence,
    Repetition, SendChoice, SendMode, StepId, StepKind, Topic, TopicId, TopicPolicy, Type, Value,
};
use wayline_sim::{LogRecord, Options, People};
use wayline_time::{Moment, Span};

use crate::runs::{records, told};
use crate::shop::{channel, empty, event, field, journey, message, number, optional, step, usd};

const WHOLE: u32 = 1_000_000;

fn at_once() -> Delay {
    Delay::Exactly(Span::ZERO)
}

fn does(event: u32) -> Behaviour {
    behaviour(WHOLE, at_once(), Act::Event(EventId(event), Vec::new()))
}

fn behaviour(chance: u32, delay: Delay, act: Act) -> Behaviour {
    Behaviour { chance, delay, act, then: Vec::new(), otherwise: Vec::new() }
}

fn reacts(kind: ReactionKind, chance: u32, minutes: i64) -> Behaviour {
    behaviour(chance, Delay::Exactly(Span::of_minutes(minutes)), Act::React(kind, None))
}

fn once(within: Span, behaviour: Vec<Behaviour>) -> Happening {
    Happening { recurrence: Recurrence::Once { within }, starting_after: None, behaviour }
}

fn every(gap: Span, exactly: bool, behaviour: Vec<Behaviour>) -> Happening {
    let repetition = Repetition { gap, exactly, by_hour: Vec::new(), by_weekday: Vec::new() };
    Happening { recurrence: Recurrence::Every(repetition), starting_after: None, behaviour }
}

fn persona(happenings: Vec<Happening>) -> Persona {
    Persona {
        name: "someone".to_owned(),
        share: WHOLE,
        profile: Vec::new(),
        consents: Vec::new(),
        happenings,
        reactions: Vec::new(),
    }
}

/// Events a, b and c, one persona.
fn program(persona: Persona) -> Program {
    let mut program = empty();
    program.events = ["a", "b", "c"].map(|name| event(name, Vec::new())).into();
    program.personas = vec![persona];
    program
}

/// Two messages on one channel, sent one after the other at the event `a`; the first knows the event.
fn sending(persona: Persona) -> Program {
    let mut program = program(persona);
    program.events[0].fields = vec![field("total", usd())];
    program.topics =
        vec![Topic { name: "news".to_owned(), policy: TopicPolicy::Consent, ignores_quiet_hours: false }];
    program.channels = vec![channel("email", ChannelKind::Email, Expr::Const(Value::text("x")))];
    program.messages = vec![message("first", 0, 0), message("second", 0, 0)];
    let record = Type::Record(program.events[0].fields.clone());
    program.messages[0].params =
        vec![Param { name: "order".to_owned(), ty: record.clone(), optional: false }];
    let send = |message, args, next| StepKind::Send {
        mode: SendMode::One,
        choices: vec![SendChoice { message: MessageId(message), args }],
        best_hour_within: None,
        not_sent: None,
        next: StepId(next),
    };
    let mut tell = journey(
        "tell",
        vec![
            step("send-first", send(0, vec![Expr::Slot(wayline_ir::SlotId(0))], 1)),
            step("send-second", send(1, Vec::new(), 2)),
            step("exit", StepKind::Exit { reason: None }),
        ],
    );
    tell.slots = vec![wayline_ir::Slot { name: "order".to_owned(), ty: record }];
    tell.enters = vec![Enter::Event {
        source: HistorySource::Event(EventId(0)),
        filter: None,
        bind: Some(wayline_ir::SlotId(0)),
    }];
    program.journeys = vec![tell];
    program
}

fn buys(total: Draw) -> Happening {
    once(Span::ZERO, vec![behaviour(WHOLE, at_once(), Act::Event(EventId(0), vec![total]))])
}

fn consents() -> Vec<PersonaConsent> {
    vec![PersonaConsent { chance: WHOLE, topic: TopicId(0), channel: ChannelId(0) }]
}

fn people(count: u32) -> Options {
    Options { personas: count, ..Options::default() }
}

fn events(records: &[LogRecord]) -> Vec<(&str, Moment, &str)> {
    let events = records.iter().filter(|record| record.kind == "event");
    events.map(|record| (record.customer.as_str(), record.time, record.detail.as_str())).collect()
}

#[test]
fn blocks_happen_in_the_order_they_are_written() {
    let nested = Behaviour { then: vec![does(1)], ..does(0) };
    let never = Behaviour {
        chance: 0,
        then: vec![does(0)],
        otherwise: vec![does(2)],
        ..behaviour(0, at_once(), Act::Nothing)
    };
    let later = behaviour(WHOLE, Delay::Exactly(Span::of_days(1)), Act::Event(EventId(0), Vec::new()));
    let block = vec![later, nested, never, does(1)];
    let (records, _) =
        records(&program(persona(vec![once(Span::ZERO, block)])), &People::default(), &people(1));
    insta::assert_snapshot!(told(&records), @r"
    2026-01-05T00:00:00Z p0001 profile
    2026-01-05T00:00:00Z p0001 event a
    2026-01-05T00:00:00Z p0001 event b
    2026-01-05T00:00:00Z p0001 event c
    2026-01-05T00:00:00Z p0001 event b
    2026-01-06T00:00:00Z p0001 event a
    ");
}

#[test]
fn happenings_begin_repeat_and_wait_for_another() {
    let after =
        Happening { starting_after: Some(EventId(0)), ..every(Span::of_days(10), true, vec![does(1)]) };
    let once_after = Happening { starting_after: Some(EventId(1)), ..once(Span::ZERO, vec![does(2)]) };
    let mut someone = persona(vec![after, once_after, every(Span::of_days(4), true, vec![does(0)])]);
    someone.profile = vec![(FieldId(0), Draw::Const(Value::text("Europe/Berlin")))];
    let mut program = program(someone);
    program.customer = vec![field("time_zone", Type::Zone)];
    program.zone_field = Some(FieldId(0));
    // Berlin sets its clocks ahead on 29 March: days keep the local time.
    let options = Options {
        from: Some(Moment(1_774_260_000_000)),
        until: Some(Moment(1_774_260_000_000 + 15 * 86_400_000)),
        ..people(1)
    };
    let (records, _) = records(&program, &People::default(), &options);
    insta::assert_snapshot!(told(&records), @r"
    2026-03-23T10:00:00Z p0001 profile time_zone = Europe/Berlin
    2026-03-27T10:00:00Z p0001 event a
    2026-03-31T09:00:00Z p0001 event a
    2026-04-04T09:00:00Z p0001 event a
    2026-04-06T09:00:00Z p0001 event b
    2026-04-06T09:00:00Z p0001 event c
    ");
}

#[test]
fn once_falls_anywhere_in_its_stretch() {
    let (records, _) = records(
        &program(persona(vec![once(Span::of_days(10), vec![does(0)])])),
        &People::default(),
        &people(2000),
    );
    let from = 1_767_571_200_000.0;
    let days: Vec<f64> =
        events(&records).iter().map(|(_, at, _)| (at.0 as f64 - from) / 86_400_000.0).collect();
    assert_eq!(days.len(), 2000);
    assert!(days.iter().all(|day| (0.0..10.0).contains(day)));
    let mean = days.iter().sum::<f64>() / 2000.0;
    assert!((mean - 5.0).abs() < 0.3, "{mean}");
}

#[test]
fn repetition_follows_hour_weekday_and_gap() {
    // Only at 9 and, three times as often, at 21 o'clock local time; on Sundays twice as often, never on Mondays.
    let hours = (0..24).map(|hour| {
        Decimal::from(match hour {
            9 => 1,
            21 => 3,
            _ => 0,
        })
    });
    let mut happening = every(Span::of_hours(2), false, vec![does(0)]);
    if let Recurrence::Every(repetition) = &mut happening.recurrence {
        repetition.by_hour = hours.collect();
        repetition.by_weekday = [0, 1, 1, 1, 1, 1, 2].map(Decimal::from).to_vec();
    }
    let mut someone = persona(vec![happening]);
    someone.profile = vec![(FieldId(0), Draw::Const(Value::text("Asia/Kolkata")))];
    let mut program = program(someone);
    program.customer = vec![field("time_zone", Type::Zone)];
    program.zone_field = Some(FieldId(0));
    let options = Options { until: Some(Moment(1_767_571_200_000 + 28 * 86_400_000)), ..people(300) };
    let (records, _) = records(&program, &People::default(), &options);
    let mut by_hour = [0.0_f64; 24];
    let mut by_day = [0.0_f64; 7];
    for record in records.iter().filter(|record| record.kind == "event") {
        let local = wayline_time::local(wayline_time::Zone::lookup("Asia/Kolkata").unwrap(), record.time);
        by_hour[usize::from(local.time.hms().0)] += 1.0;
        by_day[usize::from(local.date.weekday().days_from_monday())] += 1.0;
    }
    // Weights count per gap of 2 hours: half an event an hour at weight 1, 4 weeks, 7 weighted days of 6.
    let expected = 300.0 * 4.0 * 7.0 * 0.5;
    assert!((by_hour[9] / expected - 1.0).abs() < 0.08, "{by_hour:?}");
    assert!((by_hour[21] / (3.0 * expected) - 1.0).abs() < 0.05, "{by_hour:?}");
    assert_eq!(by_hour[9] + by_hour[21], by_hour.iter().sum::<f64>());
    assert_eq!(by_day[0], 0.0);
    assert!((by_day[6] / by_day[3] - 2.0).abs() < 0.2, "{by_day:?}");
}

#[test]
fn profiles_are_drawn_by_type() {
    let mut program = program(persona(Vec::new()));
    program.customer = vec![
        optional("email", Type::Text),
        optional("score", Type::Number { from: Some(0.into()), to: Some(10.into()) }),
        optional("spent", usd()),
        optional("yen", Type::Money("JPY".to_owned())),
        optional("patience", Type::Duration),
        optional("born", Type::Date),
        optional("copy", Type::Text),
        optional("tags", Type::List(Box::new(Type::Text))),
    ];
    let money = |amount: i64| Value::Money(amount.into());
    let text = |text: &str| Draw::Const(Value::text(text));
    program.personas[0].profile = vec![
        (FieldId(0), Draw::Weighted(vec![(600_000, Draw::Unique("u{}@x.example".to_owned()))])),
        (FieldId(1), Draw::Normal(Value::Number(9.into()), Value::Number(5.into()))),
        (FieldId(2), Draw::LogNormal(money(60), Decimal::new(5, 1))),
        (FieldId(3), Draw::Uniform(money(100), money(200))),
        (FieldId(4), Draw::Exponential(Value::Duration(Span::of_hours(2)))),
        (FieldId(5), Draw::Uniform(Value::Date(wayline_time::Date(0)), Value::Date(wayline_time::Date(365)))),
        (FieldId(6), Draw::Customer(FieldId(0))),
        (
            FieldId(7),
            Draw::List(vec![text("a"), Draw::Weighted(vec![(500_000, text("b")), (500_000, text("c"))])]),
        ),
    ];
    // Each row of the log tells one field: the others are missing in turn.
    let mut all = String::new();
    for field in 0..8 {
        let mut one = program.clone();
        one.personas[0].profile.retain(|(known, _)| known.0 == field || (field == 6 && known.0 == 0));
        let (records, _) = records(&one, &People::default(), &people(4));
        let details: Vec<&str> = records.iter().map(|record| record.detail.as_str()).collect();
        all.push_str(&format!("{}\n", details.join(" | ")));
    }
    insta::assert_snapshot!(all);
}

#[test]
fn draws_of_money_have_their_median_and_cents() {
    let total = Draw::LogNormal(Value::Money(60.into()), Decimal::new(5, 1));
    let mut someone = persona(vec![buys(total)]);
    someone.consents = consents();
    someone.reactions = vec![ReactsTo {
        message: Some(MessageId(0)),
        channel: None,
        behaviour: vec![Behaviour {
            then: Vec::new(),
            ..behaviour(WHOLE, at_once(), Act::Event(EventId(1), vec![Draw::Argument(0, vec![FieldId(0)])]))
        }],
    }];
    let mut program = sending(someone);
    program.events[1].fields = vec![field("total", usd())];
    // `b` carries the total of the `a` that the message was about: the goal compares them.
    program.journeys[0].goals = vec![wayline_ir::Goal {
        trigger: wayline_ir::Trigger::Event {
            source: HistorySource::Event(EventId(1)),
            filter: Some(Expr::Compare(
                wayline_ir::CompareOp::Is,
                Box::new(Expr::Field(Box::new(Expr::Item(0)), FieldId(0))),
                Box::new(Expr::Field(Box::new(Expr::Slot(wayline_ir::SlotId(0))), FieldId(0))),
            )),
            bind: None,
            since_enter: false,
        },
        within: Span::of_days(1),
        leave: false,
    }];
    let (_, summary) = records(&program, &People::default(), &people(500));
    assert_eq!(summary.journeys[0].goal.unwrap().count, 500);
}

#[test]
fn lines_for_a_message_replace_the_same_kinds_of_its_channel() {
    let mut someone = persona(vec![buys(Draw::Const(Value::Money(1.into())))]);
    someone.consents = consents();
    let clicks = Behaviour { then: vec![does(1)], ..reacts(ReactionKind::Clicked, WHOLE, 5) };
    let maybe = Behaviour {
        then: vec![reacts(ReactionKind::Opened, WHOLE, 30), reacts(ReactionKind::Replied, WHOLE, 40)],
        ..behaviour(WHOLE, at_once(), Act::Nothing)
    };
    someone.reactions = vec![
        ReactsTo {
            message: None,
            channel: Some(ChannelId(0)),
            behaviour: vec![reacts(ReactionKind::Opened, WHOLE, 10), clicks, maybe],
        },
        ReactsTo {
            message: Some(MessageId(1)),
            channel: None,
            behaviour: vec![reacts(ReactionKind::Opened, WHOLE, 20), reacts(ReactionKind::Clicked, 0, 0)],
        },
    ];
    let (records, _) = records(&sending(someone), &People::default(), &people(1));
    let reactions: Vec<LogRecord> =
        records.into_iter().filter(|record| matches!(record.kind.as_str(), "reaction" | "event")).collect();
    // The second message: opened at 20 and never clicked (its own lines), replied at 40 (the channel's).
    insta::assert_snapshot!(told(&reactions), @r"
    2026-01-05T00:00:00Z p0001 event a
    2026-01-05T00:05:00Z p0001 tell#1 send-first reaction first clicked
    2026-01-05T00:05:00Z p0001 event b
    2026-01-05T00:10:00Z p0001 tell#1 send-first reaction first opened
    2026-01-05T00:20:00Z p0001 tell#1 send-second reaction second opened
    2026-01-05T00:30:00Z p0001 tell#1 send-first reaction first opened
    2026-01-05T00:40:00Z p0001 tell#1 send-first reaction first replied
    2026-01-05T00:40:00Z p0001 tell#1 send-second reaction second replied
    ");
}

#[test]
fn who_unsubscribes_gets_no_more_and_without_consent_nothing_goes() {
    let mut someone = persona(vec![every(
        Span::of_days(1),
        true,
        vec![behaviour(WHOLE, at_once(), Act::Event(EventId(0), vec![Draw::Const(Value::Money(1.into()))]))],
    )]);
    someone.consents = vec![PersonaConsent { chance: 400_000, ..consents()[0] }];
    someone.reactions = vec![ReactsTo {
        message: Some(MessageId(1)),
        channel: None,
        behaviour: vec![reacts(ReactionKind::Unsubscribed, WHOLE, 60)],
    }];
    let (records, summary) = records(&sending(someone), &People::default(), &people(1000));
    let sent: Vec<&LogRecord> = records.iter().filter(|record| record.verdict == "sent").collect();
    let consenting = sent.len() / 2;
    assert!((320..480).contains(&consenting), "{consenting}");
    // Two messages at the first event, then never again.
    assert_eq!(sent.len(), 2 * consenting);
    assert!(sent.iter().all(|record| record.time == sent[0].time));
    assert_eq!(summary.rules.iter().map(|rule| rule.rule.as_str()).collect::<Vec<_>>(), ["topic news"]);
}

#[test]
fn answers_carry_their_value() {
    let mut someone = persona(vec![buys(Draw::Const(Value::Money(1.into())))]);
    someone.consents = consents();
    let nine = Act::React(ReactionKind::Answered, Some(Draw::Const(Value::Number(9.into()))));
    someone.reactions = vec![ReactsTo {
        message: Some(MessageId(1)),
        channel: None,
        behaviour: vec![behaviour(WHOLE, at_once(), nine)],
    }];
    let mut program = sending(someone);
    program.messages[1].answers = Some(number());
    // The goal is an answer of nine.
    program.journeys[0].goals = vec![wayline_ir::Goal {
        trigger: wayline_ir::Trigger::Event {
            source: HistorySource::MessageReaction(ReactionKind::Answered, MessageId(1)),
            filter: Some(Expr::Compare(
                wayline_ir::CompareOp::Is,
                Box::new(Expr::Field(Box::new(Expr::Item(0)), FieldId(0))),
                Box::new(Expr::Const(Value::Number(9.into()))),
            )),
            bind: None,
            since_enter: false,
        },
        within: Span::of_days(1),
        leave: false,
    }];
    let (_, summary) = records(&program, &People::default(), &people(3));
    assert_eq!(summary.journeys[0].goal.unwrap().count, 3);
}

#[test]
fn shares_of_personas_hold() {
    let mut program = program(persona(Vec::new()));
    program.personas[0].share = 300_000;
    program.personas.push(Persona { name: "other".to_owned(), share: 700_000, ..persona(Vec::new()) });
    let (_, summary) = records(&program, &People::default(), &people(5000));
    let first = summary.people.personas.iter().find(|count| count.name == "someone").unwrap().count;
    assert!((1370..1630).contains(&first), "{first}");
}
