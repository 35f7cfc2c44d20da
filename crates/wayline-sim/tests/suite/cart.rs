//! The public benchmark model "cart + onboarding" as a program: what the compiler makes of `examples/cart_onboarding`,
//! built by hand so that the simulator is measured and tested without the compiler.

use rust_decimal::Decimal;
use wayline_ir::{
    Act, Arm, Behaviour, Channel, ChannelId, ChannelKind, Clause, Delay, Draw, Enter, EventId, Experiment,
    ExperimentArm, Expr, FieldId, Goal, Happening, HistorySource, Journey, Leave, MessageId, NotSent,
    Otherwise, Persona, PersonaConsent, Program, ReactionKind, ReactsTo, Recurrence, Reentry, Repetition,
    Retention, SendChoice, SendMode, SendSet, Step, StepId, StepKind, SuppressRule, Symbol, Target, Topic,
    TopicId, TopicPolicy, Trigger, Type, Until, Value,
};
use wayline_ir::{Backlog, Cap, CapWindow};
use wayline_time::{DayWindow, Span, TimeOfDay, WeekdaySet, Window};

use crate::shop::{channel, empty, event, field, journey, message, optional, step};

const SIGNUP: EventId = EventId(0);
const SESSION: EventId = EventId(1);
const ABANDONED: EventId = EventId(2);
const PURCHASE: EventId = EventId(3);
const EMAIL: u32 = 0;
const SMS: u32 = 1;
const PUSH: u32 = 2;
const MESSAGES: [(&str, u32); 9] = [
    ("welcome", EMAIL),
    ("tips", EMAIL),
    ("nudge_push", PUSH),
    ("nudge_sms", SMS),
    ("offer", EMAIL),
    ("reminder", EMAIL),
    ("reminder_sms", SMS),
    ("coupon", EMAIL),
    ("plain", EMAIL),
];

fn named(name: &str) -> MessageId {
    MessageId::at(MESSAGES.iter().position(|(known, _)| *known == name).unwrap())
}

fn send(name: &str, next: u32) -> StepKind {
    let choices = vec![SendChoice { message: named(name), args: Vec::new() }];
    StepKind::Send {
        mode: SendMode::One,
        choices,
        best_hour_within: None,
        not_sent: None,
        next: StepId(next),
    }
}

fn wait(span: Span, next: u32) -> StepKind {
    StepKind::Wait { until: Until::For(Expr::Const(Value::Duration(span))), next: StepId(next) }
}

fn trigger(source: HistorySource, since_enter: bool) -> Trigger {
    Trigger::Event { source, filter: None, bind: None, since_enter }
}

fn wait_for(span: Span, on: Trigger, then: u32, otherwise: u32) -> StepKind {
    StepKind::WaitFor {
        limit: Expr::Const(Value::Duration(span)),
        arms: vec![Arm { trigger: on, then: StepId(then) }],
        otherwise: StepId(otherwise),
    }
}

fn steps(kinds: Vec<(&str, StepKind)>) -> Vec<Step> {
    kinds.into_iter().map(|(name, kind)| step(name, kind)).collect()
}

fn on(event: EventId) -> Vec<Enter> {
    vec![Enter::Event { source: HistorySource::Event(event), filter: None, bind: None }]
}

fn onboard() -> Journey {
    let session = trigger(HistorySource::Event(SESSION), true);
    let kinds = vec![
        ("send-welcome", send("welcome", 1)),
        ("wait-1", wait_for(Span::of_days(2), session, 2, 3)),
        ("send-tips", send("tips", 6)),
        (
            "if-1",
            StepKind::If {
                branches: vec![(Expr::Known(Box::new(Expr::Customer(FieldId(4)))), StepId(4))],
                otherwise: StepId(5),
            },
        ),
        ("send-nudge_push", send("nudge_push", 6)),
        ("send-nudge_sms", send("nudge_sms", 6)),
        ("wait-2", wait(Span::of_days(3), 7)),
        ("send-offer", send("offer", 8)),
        ("wait-3", wait(Span::of_days(7), 9)),
        ("exit", StepKind::Exit { reason: None }),
    ];
    let purchase = || trigger(HistorySource::Event(PURCHASE), false);
    Journey {
        priority: 60,
        enters: on(SIGNUP),
        reentry: Reentry::Once,
        leaves: vec![Leave { trigger: purchase() }],
        goals: vec![Goal { trigger: purchase(), within: Span::of_days(30), leave: false }],
        ..journey("onboard", steps(kinds))
    }
}

fn cart() -> Journey {
    let opened = trigger(HistorySource::MessageReaction(ReactionKind::Opened, named("reminder")), false);
    let mut reminder = send("reminder", 3);
    if let StepKind::Send { not_sent, .. } = &mut reminder {
        *not_sent = Some(NotSent { bind: None, then: StepId(2) });
    }
    let arm = |name: &str, then| ExperimentArm { name: name.to_owned(), share: 500_000, then: StepId(then) };
    let experiment = Experiment { name: "offer".to_owned(), arms: vec![arm("coupon", 7), arm("plain", 8)] };
    let kinds = vec![
        ("wait-1", wait(Span::of_hours(1), 1)),
        ("send-reminder", reminder),
        ("not_sent/send-reminder_sms", send("reminder_sms", 5)),
        ("wait-2", wait_for(Span::of_hours(24), opened, 5, 4)),
        ("send-reminder_sms", send("reminder_sms", 5)),
        ("wait-3", wait(Span::of_days(2), 6)),
        ("experiment-offer", StepKind::Experiment(experiment)),
        ("coupon/send-coupon", send("coupon", 9)),
        ("plain/send-plain", send("plain", 9)),
        ("wait-4", wait(Span::of_days(3), 10)),
        ("exit", StepKind::Exit { reason: None }),
    ];
    let purchase = || trigger(HistorySource::Event(PURCHASE), false);
    Journey {
        enters: on(ABANDONED),
        reentry: Reentry::After(Span::of_days(7)),
        leaves: vec![Leave { trigger: purchase() }],
        goals: vec![Goal { trigger: purchase(), within: Span::of_days(7), leave: false }],
        ..journey("cart", steps(kinds))
    }
}

fn rules() -> Vec<SuppressRule> {
    let everything = || SendSet { targets: vec![Target::Everything], channels: Vec::new() };
    let at = |hour| TimeOfDay::from_hms(hour, 0, 0).unwrap();
    let night = DayWindow { days: WeekdaySet::all(), window: Window { from: at(21), to: at(8) } };
    let cap = Cap { count: 4, window: CapWindow::Rolling(Span::of_days(7)) };
    vec![
        SuppressRule {
            name: "night".to_owned(),
            sends: everything(),
            clauses: vec![Clause::During(vec![night])],
            otherwise: Otherwise::Hold { up_to: Span::of_days(1), backlog: Backlog::KeepAll },
        },
        SuppressRule {
            name: "four_a_week".to_owned(),
            sends: everything(),
            clauses: vec![Clause::Caps { caps: vec![cap], across: Vec::new() }],
            otherwise: Otherwise::Drop,
        },
    ]
}

fn then(chance: u32, delay: Delay, act: Act, then: Vec<Behaviour>) -> Behaviour {
    Behaviour { chance, delay, act, then, otherwise: Vec::new() }
}

fn at_once() -> Delay {
    Delay::Exactly(Span::ZERO)
}

const HOURS: [&str; 24] = [
    "0.2", "0.1", "0.1", "0.1", "0.1", "0.3", "0.6", "0.9", "1.1", "1.2", "1.2", "1.2", "1.4", "1.3", "1.2",
    "1.2", "1.2", "1.4", "1.6", "1.8", "2.0", "1.9", "1.2", "0.7",
];

/// Opens, clicks and purchases in millionths; email, sms, push.
struct Response {
    opens: [u32; 3],
    clicks: u32,
    buys: u32,
}

impl Response {
    fn to(&self, channel: u32, clicks: u32) -> Vec<Behaviour> {
        let (median, sigma) = match channel {
            EMAIL => (Span::of_hours(3), Decimal::new(12, 1)),
            SMS => (Span::of_seconds(180), Decimal::new(8, 1)),
            _ => (Span::of_seconds(600), Decimal::new(10, 1)),
        };
        let buys = then(
            self.buys,
            Delay::Exponential(Span::of_seconds(1200)),
            Act::Event(PURCHASE, Vec::new()),
            Vec::new(),
        );
        let clicks = then(
            clicks,
            Delay::Exponential(Span::of_seconds(60)),
            Act::React(ReactionKind::Clicked, None),
            vec![buys],
        );
        let mut after = vec![clicks];
        if channel == EMAIL {
            let leaves = then(4_000, at_once(), Act::React(ReactionKind::Unsubscribed, None), Vec::new());
            after.insert(0, leaves);
        }
        let opens = self.opens[channel as usize];
        vec![then(opens, Delay::LogNormal(median, sigma), Act::React(ReactionKind::Opened, None), after)]
    }
}

fn persona(
    name: &str,
    share: u32,
    tier: Symbol,
    gap_hours: i64,
    is_new: bool,
    response: &Response,
) -> Persona {
    let zone = |share, name: &str| (share, Draw::Const(Value::text(name)));
    let zones = vec![
        zone(150_000, "Etc/GMT+8"),
        zone(250_000, "Etc/GMT+5"),
        zone(200_000, "Etc/UTC"),
        zone(200_000, "Etc/GMT-1"),
        zone(150_000, "Etc/GMT-8"),
        zone(50_000, "Etc/GMT-9"),
    ];
    let unique = |share, text: &str| Draw::Weighted(vec![(share, Draw::Unique(text.to_owned()))]);
    let buys = then(300_000, at_once(), Act::Nothing, vec![event_now(PURCHASE)]);
    let cart = Behaviour { otherwise: vec![event_now(ABANDONED)], ..buys };
    let session = vec![then(250_000, at_once(), Act::Nothing, vec![cart]), event_now(SESSION)];
    let mut happenings = Vec::new();
    if is_new {
        happenings.push(Happening {
            recurrence: Recurrence::Once { within: Span::of_days(30) },
            starting_after: None,
            behaviour: vec![event_now(SIGNUP)],
        });
    }
    happenings.push(Happening {
        recurrence: Recurrence::Every(Repetition {
            gap: Span::of_hours(gap_hours),
            exactly: false,
            by_hour: HOURS.map(|weight| weight.parse().unwrap()).to_vec(),
            by_weekday: Vec::new(),
        }),
        starting_after: is_new.then_some(SIGNUP),
        behaviour: session,
    });
    let to_channel = |channel| ReactsTo {
        message: None,
        channel: Some(ChannelId(channel)),
        behaviour: response.to(channel, response.clicks),
    };
    let to_message = |name| ReactsTo {
        message: Some(named(name)),
        channel: None,
        behaviour: response.to(EMAIL, response.clicks * 8 / 5),
    };
    Persona {
        name: name.to_owned(),
        share,
        profile: vec![
            (FieldId(0), Draw::Const(Value::Choice(tier))),
            (FieldId(1), Draw::Weighted(zones)),
            (FieldId(2), unique(920_000, "u{}@shop.example")),
            (FieldId(3), unique(550_000, "+1555{}")),
            (FieldId(4), unique(400_000, "token-{}")),
        ],
        consents: (0..3)
            .map(|channel| PersonaConsent {
                chance: 1_000_000,
                topic: TopicId(0),
                channel: ChannelId(channel),
            })
            .collect(),
        happenings,
        reactions: vec![
            to_channel(EMAIL),
            to_message("offer"),
            to_message("coupon"),
            to_channel(SMS),
            to_channel(PUSH),
        ],
    }
}

fn event_now(event: EventId) -> Behaviour {
    then(1_000_000, at_once(), Act::Event(event, Vec::new()), Vec::new())
}

/// The program.
pub(crate) fn model() -> Program {
    let mut program = empty();
    program.workspace.name = "cart_onboarding".to_owned();
    program.workspace.salt = "cart_onboarding".to_owned();
    let tiers: Vec<Symbol> = ["high", "mid", "low"]
        .iter()
        .map(|word| {
            program.symbols.push((*word).to_owned());
            Symbol::at(program.symbols.len() - 1)
        })
        .collect();
    program.customer = vec![
        field("tier", Type::OneOf(tiers.clone())),
        field("time_zone", Type::Zone),
        optional("email", Type::Text),
        optional("phone", Type::Text),
        optional("push_token", Type::Text),
    ];
    program.zone_field = Some(FieldId(1));
    program.events =
        ["signup", "session", "cart_abandoned", "purchase"].map(|name| event(name, Vec::new())).into();
    program.events[1].keep =
        Some(Retention { span: Some(Span::ZERO), since_enter: true, latest: false, fields: Vec::new() });
    program.topics = vec![Topic {
        name: "marketing".to_owned(),
        policy: TopicPolicy::Consent,
        ignores_quiet_hours: false,
    }];
    let to = |index| Expr::Customer(FieldId(index));
    let channels: Vec<Channel> = vec![
        channel("email", ChannelKind::Email, to(2)),
        channel("sms", ChannelKind::Sms, to(3)),
        channel("push", ChannelKind::Push, to(4)),
    ];
    program.channels = channels;
    program.messages = MESSAGES.map(|(name, channel)| message(name, channel, 0)).to_vec();
    program.journeys = vec![onboard(), cart()];
    program.rules = rules();
    program.keep_sends = Some(Retention {
        span: Some(Span::of_days(7)),
        since_enter: false,
        latest: false,
        fields: Vec::new(),
    });
    let high = Response { opens: [450_000, 900_000, 300_000], clicks: 250_000, buys: 350_000 };
    let mid = Response { opens: [250_000, 800_000, 150_000], clicks: 120_000, buys: 250_000 };
    let low = Response { opens: [80_000, 600_000, 50_000], clicks: 50_000, buys: 120_000 };
    program.personas = vec![
        persona("high_new", 60_000, tiers[0], 40, true, &high),
        persona("high_known", 140_000, tiers[0], 40, false, &high),
        persona("mid_new", 150_000, tiers[1], 120, true, &mid),
        persona("mid_known", 350_000, tiers[1], 120, false, &mid),
        persona("low_new", 90_000, tiers[2], 480, true, &low),
        persona("low_known", 210_000, tiers[2], 480, false, &low),
    ];
    program
}
