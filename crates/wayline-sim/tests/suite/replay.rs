//! What is recorded: events, reactions, changes of the profile, entries by hand, and the time of the run.

use std::sync::Arc;

use wayline_ir::{
    Call, ChannelId, Clause, Cost, Enter, EventId, Expr, Field, FieldId, HistorySource, MessageId, Otherwise,
    Program, QuietHours, SendChoice, SendMode, SendSet, Service, ServiceAction, ServiceId, StepId, StepKind,
    SuppressRule, Target, TopicId, Type, Value,
};
use wayline_sim::{InputReader, InputReport, LogStyle, Options, People, Strictness, TextLog, simulate};
use wayline_time::{DayWindow, Moment, Span, TimeOfDay, WeekdaySet, Window};

use crate::runs::{records, told};
use crate::shop::{self, event, field, journey, number, optional, step};

fn send(message: u32, next: u32) -> StepKind {
    StepKind::Send {
        mode: SendMode::One,
        choices: vec![SendChoice { message: MessageId(message), args: Vec::new() }],
        best_hour_within: None,
        not_sent: None,
        next: StepId(next),
    }
}

/// The shop greets at a visit, calls a service, and greets by hand with an offer. Its nights are quiet.
fn program() -> Program {
    let mut program = shop::shop();
    let night = Window { from: TimeOfDay(21 * 3600), to: TimeOfDay(9 * 3600) };
    program.channels[0].quiet = Some(QuietHours {
        windows: vec![DayWindow { days: WeekdaySet::all(), window: night }],
        release_over: None,
        backlog: wayline_ir::Backlog::KeepAll,
    });
    program.channels[0].cost = Some(Cost { amount: "0.01".parse().unwrap(), currency: "USD".to_owned() });
    program.channels[1].to = Expr::Const(Value::Missing);
    program.rules = vec![SuppressRule {
        name: "business_is_left_alone".to_owned(),
        sends: SendSet { targets: vec![Target::Topic(TopicId(0))], channels: vec![ChannelId(0)] },
        clauses: vec![Clause::When(Expr::Compare(
            wayline_ir::CompareOp::Is,
            Box::new(Expr::Customer(FieldId(2))),
            Box::new(Expr::Const(
                program
                    .symbols
                    .len()
                    .checked_sub(1)
                    .map_or(Value::Missing, |last| Value::Choice(wayline_ir::Symbol::at(last))),
            )),
        ))],
        otherwise: Otherwise::Drop,
    }];
    let action = |name: &str, response: Vec<Field>| ServiceAction {
        name: name.to_owned(),
        method: "POST".to_owned(),
        path: "/".to_owned(),
        request: Vec::new(),
        response,
        retries: 0,
        retry_over: None,
        time_limit: Span::of_seconds(10),
    };
    program.services = vec![Service {
        name: "desk".to_owned(),
        url: "https://desk.example".to_owned(),
        token: None,
        actions: vec![action(
            "open",
            vec![field("ticket", Type::Text), field("number", number()), optional("agent", Type::Text)],
        )],
    }];
    let call = Call {
        service: ServiceId(0),
        action: wayline_ir::ActionId(0),
        request: Vec::new(),
        bind: None,
        failed: None,
        failed_bind: None,
        next: StepId(2),
    };
    let words = StepKind::Exit { reason: Some("greeted, \"at last\"".to_owned()) };
    let mut greet = journey(
        "greet",
        vec![
            step("send-hello", send(0, 1)),
            step("call-desk.open", StepKind::Call(call)),
            step("send-rate_us", send(1, 3)),
            step("exit", words),
        ],
    );
    greet.enters = vec![Enter::Event { source: HistorySource::Event(EventId(2)), filter: None, bind: None }];
    program.journeys.push(greet);
    program.journeys[0].enters = vec![Enter::ByHand];
    program.journeys[0].slots = vec![wayline_ir::Slot { name: "offer".to_owned(), ty: Type::Text }];
    program
}

const CUSTOMERS: &str = "customer,email,time_zone,plan,consent.marketing.email,consent.marketing.sms\n\
    ana,a@x.example,America/New_York,free,given,given\n\
    bo,b@x.example,Europe/Berlin,business,given,given\n\
    cy,,,free,,\n";

const EVENTS: &str = "time,customer,event,data\n\
    2026-01-05T15:00:00Z,ana,visit,\n\
    2026-01-05T15:05:00Z,ana,clicked hello,\n\
    2026-01-05T15:06:00Z,ana,unsubscribed hello,\n\
    2026-01-06T15:00:00Z,ana,visit,\n\
    2026-01-05T23:00:00Z,bo,visit,\n\
    2026-01-06T23:00:00Z,bo,$profile,\"{\"\"plan\"\":\"\"free\"\"}\"\n\
    2026-01-06T23:00:00Z,bo,visit,\n\
    2026-01-05T12:00:00Z,cy,opened hello,\n\
    2026-01-05T12:30:00Z,cy,$enter welcome,\"{\"\"offer\"\":\"\"ten\"\"}\"\n\
    2026-01-06T12:00:00Z,dan,visit,\n\
    2026-01-08T12:00:00Z,dan,visit,\n";

fn people(program: &Program) -> (People, InputReport) {
    let mut reader = InputReader::new(program, Strictness::Lenient);
    reader.customers("customers.csv", CUSTOMERS.as_bytes(), None).unwrap();
    reader.events("events.csv", EVENTS.as_bytes(), None).unwrap();
    reader.finish()
}

#[test]
fn a_replay_is_told_row_by_row() {
    let program = program();
    let (people, input) = people(&program);
    assert_eq!(input.bad_rows, 0, "{:?}", input.errors);
    let (records, summary) = records(&program, &people, &Options::default());
    insta::assert_snapshot!(told(&records));
    assert_eq!(summary.reactions_without_send, 1);
    assert_eq!(
        (summary.from.as_str(), summary.until.as_str()),
        ("2026-01-05T12:00:00Z", "2026-01-08T12:00:00Z")
    );
}

#[test]
fn a_replay_is_summed_up_with_its_files() {
    let program = Arc::new(program());
    let mut reader = InputReader::new(&program, Strictness::Lenient);
    reader.customers("customers.csv", format!("{CUSTOMERS}eva,,Mars,free,,\n").as_bytes(), None).unwrap();
    reader
        .events("events.csv", format!("{EVENTS}2026-01-05T12:00:00Z,ana,vist,\n").as_bytes(), None)
        .unwrap();
    let (people, input) = reader.finish();
    let mut log = TextLog::new(Vec::new(), LogStyle::Csv, &program).unwrap();
    let summary = simulate(&program, &people, input, &Options::default(), &mut log).unwrap();
    insta::assert_snapshot!(summary.to_text());
}

#[test]
fn the_time_of_the_run_bounds_what_is_replayed() {
    let program = program();
    let (people, _) = people(&program);
    let options = Options {
        from: Some(Moment(1_767_679_200_000)),
        until: Some(Moment(1_767_744_000_000)),
        ..Options::default()
    };
    let (records, summary) = records(&program, &people, &options);
    insta::assert_snapshot!(told(&records));
    // Six rows before 2026-01-06T06:00Z, one after 2026-01-07T00:00Z.
    assert_eq!(summary.out_of_time, 7);
    assert!(
        records
            .iter()
            .all(|record| options.from.unwrap() <= record.time && record.time <= options.until.unwrap())
    );
}

#[test]
fn listed_and_made_up_people_go_together() {
    let mut program = program();
    program.personas = vec![wayline_ir::Persona {
        name: "visitor".to_owned(),
        share: 1_000_000,
        profile: Vec::new(),
        consents: Vec::new(),
        happenings: Vec::new(),
        reactions: Vec::new(),
    }];
    program.events.push(event("other", Vec::new()));
    let (people, _) = people(&program);
    let (records, summary) = records(&program, &people, &Options { personas: 3, ..Options::default() });
    let mut customers: Vec<&str> = records.iter().map(|record| record.customer.as_str()).collect();
    customers.dedup();
    assert_eq!(customers, ["ana", "bo", "cy", "dan", "p0001", "p0002", "p0003"]);
    assert_eq!((summary.people.listed, summary.people.generated), (4, 3));
}
