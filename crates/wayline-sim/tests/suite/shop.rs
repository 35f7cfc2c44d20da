//! A small shop with a field of every type: what the readers' tests read into.

use wayline_ir::{
    Channel, ChannelId, ChannelKind, EventType, Expr, Field, FieldId, IR_FORMAT, Journey, Message, Param,
    Program, Reentry, SourceMap, Step, StepKind, Symbol, Topic, TopicId, TopicPolicy, Type, Value,
    WhileRunning, Workspace,
};
use wayline_time::Zone;

pub(crate) fn field(name: &str, ty: Type) -> Field {
    Field { name: name.to_owned(), ty, optional: false, default: None }
}

pub(crate) fn optional(name: &str, ty: Type) -> Field {
    Field { optional: true, ..field(name, ty) }
}

pub(crate) fn number() -> Type {
    Type::Number { from: None, to: None }
}

pub(crate) fn usd() -> Type {
    Type::Money("USD".to_owned())
}

/// A program without anything but its settings.
pub(crate) fn empty() -> Program {
    Program {
        format: IR_FORMAT,
        workspace: Workspace {
            name: "shop".to_owned(),
            zone: Zone::utc(),
            locale: "en".to_owned(),
            salt: "shop".to_owned(),
        },
        symbols: Program::REASONS.map(str::to_owned).to_vec(),
        customer: Vec::new(),
        zone_field: None,
        locale_field: None,
        events: Vec::new(),
        topics: Vec::new(),
        channels: Vec::new(),
        calendars: Vec::new(),
        messages: Vec::new(),
        segments: Vec::new(),
        services: Vec::new(),
        journeys: Vec::new(),
        rules: Vec::new(),
        tracked_fields: Vec::new(),
        keep_sends: None,
        personas: Vec::new(),
        guarantees: Vec::new(),
        source_map: SourceMap::default(),
    }
}

pub(crate) fn journey(name: &str, steps: Vec<Step>) -> Journey {
    Journey {
        name: name.to_owned(),
        version: "000000000000".to_owned(),
        title: None,
        owner: None,
        description: None,
        priority: 50,
        params: Vec::new(),
        slots: Vec::new(),
        counters: 0,
        enters: Vec::new(),
        only_if: None,
        key: None,
        reentry: Reentry::AnyTime,
        while_running: WhileRunning::Ignore,
        daily_limit: None,
        leaves: Vec::new(),
        goals: Vec::new(),
        holdout: 0,
        stages: Vec::new(),
        steps,
        moved: Vec::new(),
        formerly: Vec::new(),
        retired: false,
    }
}

pub(crate) fn step(name: &str, kind: StepKind) -> Step {
    Step { name: name.to_owned(), stage: None, kind }
}

pub(crate) fn channel(name: &str, kind: ChannelKind, to: Expr) -> Channel {
    Channel { name: name.to_owned(), kind, to, cost: None, quiet: None, open: Vec::new(), rate: None }
}

pub(crate) fn message(name: &str, channel: u32, topic: u32) -> Message {
    Message {
        name: name.to_owned(),
        params: Vec::new(),
        channel: ChannelId(channel),
        topic: TopicId(topic),
        owner: None,
        title: None,
        answers: None,
        cost: None,
        expires_after: None,
        parts: Vec::new(),
        locales: Vec::new(),
    }
}

pub(crate) fn event(name: &str, fields: Vec<Field>) -> EventType {
    EventType { name: name.to_owned(), fields, at_most: None, keep: None }
}

/// Customers with a field of every simple type, orders with a list of records, one message on each of two channels.
pub(crate) fn shop() -> Program {
    let mut program = empty();
    let plans: Vec<Symbol> = ["free", "pro", "business"]
        .iter()
        .map(|word| {
            program.symbols.push((*word).to_owned());
            Symbol::at(program.symbols.len() - 1)
        })
        .collect();
    let free = Value::Choice(plans[0]);
    program.customer = vec![
        optional("email", Type::Text),
        optional("time_zone", Type::Zone),
        Field { default: Some(free), ..field("plan", Type::OneOf(plans)) },
        optional("score", Type::Number { from: Some(0.into()), to: Some(100.into()) }),
        optional("spent", usd()),
        optional("member", Type::YesNo),
        optional("birthday", Type::Date),
        optional("best_time", Type::Time),
        optional("seen", Type::Moment),
        optional("patience", Type::Duration),
        optional("interests", Type::List(Box::new(Type::Text))),
    ];
    program.zone_field = Some(FieldId(1));
    let item = Type::Record(vec![field("sku", Type::Text), field("price", usd())]);
    program.events = vec![
        event(
            "order_placed",
            vec![
                field("order_id", Type::Text),
                field("total", usd()),
                optional("items", Type::List(Box::new(item))),
            ],
        ),
        event("purchase", vec![field("units", number()), field("total", usd())]),
        event("visit", Vec::new()),
    ];
    program.topics = vec![
        Topic { name: "marketing".to_owned(), policy: TopicPolicy::Consent, ignores_quiet_hours: false },
        Topic { name: "service".to_owned(), policy: TopicPolicy::Always, ignores_quiet_hours: true },
    ];
    program.channels = vec![
        channel("email", ChannelKind::Email, Expr::Customer(FieldId(0))),
        channel("sms", ChannelKind::Sms, Expr::Const(Value::text("+1"))),
    ];
    program.messages = vec![message("hello", 0, 0), message("rate_us", 1, 0)];
    program.messages[1].answers = Some(Type::Number { from: Some(0.into()), to: Some(10.into()) });
    program.journeys = vec![journey("welcome", vec![step("exit", StepKind::Exit { reason: None })])];
    program.journeys[0].params = vec![Param { name: "offer".to_owned(), ty: Type::Text, optional: false }];
    program
}
