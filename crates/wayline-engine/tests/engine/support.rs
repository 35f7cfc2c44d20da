//! A builder for programs without text, and a virtual clock that shows decisions as lines.

use std::sync::Arc;

use rust_decimal::Decimal;
use wayline_engine::{
    Consent, ConsentChange, Customer, Decision, Detail, Effect, EffectKey, Input, Machine, SendOutcome,
    Shared,
};
use wayline_ir::*;
use wayline_time::{DayWindow, LocalDateTime, Moment, Span, TimeOfDay, Window, Zone, parse_moment};

pub(crate) const DAY: i64 = 86_400_000;
pub(crate) const HOUR: i64 = 3_600_000;

pub(crate) fn at(text: &str) -> Moment {
    parse_moment(text, Zone::utc()).unwrap()
}

pub(crate) fn num(n: i64) -> Value {
    Value::Number(Decimal::from(n))
}

pub(crate) fn text(t: &str) -> Value {
    Value::text(t)
}

pub(crate) fn c(value: Value) -> Expr {
    Expr::Const(value)
}

pub(crate) fn n(value: i64) -> Expr {
    c(num(value))
}

pub(crate) fn hours(h: i64) -> Expr {
    c(Value::Duration(Span::of_hours(h)))
}

pub(crate) fn days(d: i32) -> Expr {
    c(Value::Duration(Span::of_days(d)))
}

pub(crate) fn minutes(m: i64) -> Expr {
    c(Value::Duration(Span::of_minutes(m)))
}

/// A field of the event a `where` is asked about.
pub(crate) fn item(field: u32) -> Expr {
    Expr::Field(Box::new(Expr::Item(0)), FieldId(field))
}

/// A field of the record in a slot.
pub(crate) fn slot(slot: u32, field: u32) -> Expr {
    Expr::Field(Box::new(Expr::Slot(SlotId(slot))), FieldId(field))
}

pub(crate) fn customer(field: u32) -> Expr {
    Expr::Customer(FieldId(field))
}

pub(crate) fn compare(op: CompareOp, left: Expr, right: Expr) -> Expr {
    Expr::Compare(op, Box::new(left), Box::new(right))
}

pub(crate) fn is(left: Expr, right: Expr) -> Expr {
    compare(CompareOp::Is, left, right)
}

pub(crate) fn history(query: Query, source: HistorySource, range: HistoryRange) -> Expr {
    Expr::History(HistoryQuery { query, source, range, filter: None })
}

pub(crate) fn time(text: &str) -> TimeOfDay {
    text.parse().unwrap()
}

pub(crate) fn window(from: &str, to: &str) -> DayWindow {
    Window { from: time(from), to: time(to) }.every_day()
}

pub(crate) fn on(source: HistorySource) -> Trigger {
    Trigger::Event { source, filter: None, bind: None, since_enter: false }
}

pub(crate) fn on_where(source: HistorySource, filter: Expr, bind: Option<u32>) -> Trigger {
    Trigger::Event { source, filter: Some(filter), bind: bind.map(SlotId), since_enter: false }
}

pub(crate) fn ev(id: EventId) -> HistorySource {
    HistorySource::Event(id)
}

/// A program with three profile fields: 0 `zone`, 1 `email`, 2 `level` (a number, default 0), 3 `day` (a date).
pub(crate) fn program() -> Program {
    let field = |name: &str, ty: Type, default: Option<Value>| Field {
        name: name.to_owned(),
        ty,
        optional: default.is_none(),
        default,
    };
    Program {
        format: IR_FORMAT,
        workspace: Workspace {
            name: "shop".to_owned(),
            zone: Zone::utc(),
            locale: "en".to_owned(),
            salt: "salt".to_owned(),
        },
        symbols: Program::REASONS.map(str::to_owned).to_vec(),
        customer: vec![
            field("zone", Type::Zone, None),
            field("email", Type::Text, None),
            field("level", Type::Number { from: None, to: None }, Some(num(0))),
            field("day", Type::Date, None),
        ],
        zone_field: Some(FieldId(0)),
        locale_field: None,
        events: Vec::new(),
        topics: vec![
            Topic { name: "marketing".to_owned(), policy: TopicPolicy::Consent, ignores_quiet_hours: false },
            Topic { name: "service".to_owned(), policy: TopicPolicy::Always, ignores_quiet_hours: false },
        ],
        channels: vec![channel("mail")],
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

pub(crate) fn channel(name: &str) -> Channel {
    Channel {
        name: name.to_owned(),
        kind: ChannelKind::Email,
        to: customer(1),
        cost: None,
        quiet: None,
        open: Vec::new(),
        rate: None,
    }
}

/// A service with one action.
pub(crate) fn service() -> Service {
    Service {
        name: "desk".into(),
        url: "https://desk.example".into(),
        token: None,
        actions: vec![ServiceAction {
            name: "open".into(),
            method: "POST".into(),
            path: "/".into(),
            request: vec![],
            response: vec![],
            retries: 0,
            retry_over: None,
            time_limit: Span::of_seconds(5),
        }],
    }
}

pub(crate) fn keep(span: Option<Span>, fields: &[u32]) -> Option<Retention> {
    Some(Retention {
        span,
        since_enter: false,
        latest: false,
        fields: fields.iter().map(|field| FieldId(*field)).collect(),
    })
}

/// What tests add to a program.
pub(crate) trait Build {
    /// An event with number fields.
    fn event(&mut self, name: &str, fields: usize) -> EventId;
    /// A message without text on channel 0.
    fn message(&mut self, name: &str, topic: u32) -> MessageId;
    fn message_on(&mut self, name: &str, topic: u32, channel: u32) -> MessageId;
    fn journey(&mut self, journey: Journey) -> JourneyId;
    fn segment(&mut self, name: &str, condition: Expr) -> SegmentId;
    fn rule(
        &mut self,
        name: &str,
        targets: Vec<Target>,
        clauses: Vec<Clause>,
        otherwise: Otherwise,
    ) -> RuleId;
}

impl Build for Program {
    fn event(&mut self, name: &str, fields: usize) -> EventId {
        let field = |at: usize| Field {
            name: format!("f{at}"),
            ty: Type::Number { from: None, to: None },
            optional: true,
            default: None,
        };
        self.events.push(EventType {
            name: name.to_owned(),
            fields: (0..fields).map(field).collect(),
            at_most: None,
            keep: None,
        });
        EventId::at(self.events.len() - 1)
    }

    fn message(&mut self, name: &str, topic: u32) -> MessageId {
        self.message_on(name, topic, 0)
    }

    fn message_on(&mut self, name: &str, topic: u32, channel: u32) -> MessageId {
        self.messages.push(Message {
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
        });
        MessageId::at(self.messages.len() - 1)
    }

    fn journey(&mut self, journey: Journey) -> JourneyId {
        self.journeys.push(journey);
        JourneyId::at(self.journeys.len() - 1)
    }

    fn segment(&mut self, name: &str, condition: Expr) -> SegmentId {
        self.segments.push(Segment { name: name.to_owned(), condition, tracked: true });
        SegmentId::at(self.segments.len() - 1)
    }

    fn rule(
        &mut self,
        name: &str,
        targets: Vec<Target>,
        clauses: Vec<Clause>,
        otherwise: Otherwise,
    ) -> RuleId {
        self.rules.push(SuppressRule {
            name: name.to_owned(),
            sends: SendSet { targets, channels: Vec::new() },
            clauses,
            otherwise,
        });
        RuleId::at(self.rules.len() - 1)
    }
}

/// A journey with one slot (0) that an enter on `event` binds, and these steps.
pub(crate) fn journey(name: &str, enters: Vec<Enter>, steps: Vec<StepKind>) -> Journey {
    Journey {
        name: name.to_owned(),
        version: "0".to_owned(),
        formerly: Vec::new(),
        retired: false,
        title: None,
        owner: None,
        description: None,
        priority: 50,
        params: Vec::new(),
        slots: (0..4).map(|at| Slot { name: format!("s{at}"), ty: Type::Record(Vec::new()) }).collect(),
        counters: 2,
        enters,
        only_if: None,
        key: None,
        reentry: Reentry::AnyTime,
        while_running: WhileRunning::Ignore,
        daily_limit: None,
        leaves: Vec::new(),
        goals: Vec::new(),
        holdout: 0,
        stages: Vec::new(),
        steps: steps
            .into_iter()
            .enumerate()
            .map(|(at, kind)| Step { name: format!("step-{at}"), stage: None, kind })
            .collect(),
        moved: Vec::new(),
    }
}

pub(crate) fn enter_on(event: EventId) -> Enter {
    Enter::Event { source: ev(event), filter: None, bind: Some(SlotId(0)) }
}

pub(crate) fn wait(duration: Expr, next: u32) -> StepKind {
    StepKind::Wait { until: Until::For(duration), next: StepId(next) }
}

pub(crate) fn wait_for(limit: Expr, arms: Vec<(Trigger, u32)>, otherwise: u32) -> StepKind {
    let arms = arms.into_iter().map(|(trigger, then)| Arm { trigger, then: StepId(then) }).collect();
    StepKind::WaitFor { limit, arms, otherwise: StepId(otherwise) }
}

pub(crate) fn send(message: MessageId, next: u32) -> StepKind {
    send_of(SendMode::One, &[message], None, next)
}

pub(crate) fn send_of(mode: SendMode, messages: &[MessageId], not_sent: Option<u32>, next: u32) -> StepKind {
    StepKind::Send {
        mode,
        choices: messages.iter().map(|message| SendChoice { message: *message, args: Vec::new() }).collect(),
        best_hour_within: None,
        not_sent: not_sent.map(|then| NotSent { bind: Some(SlotId(3)), then: StepId(then) }),
        next: StepId(next),
    }
}

pub(crate) fn exit() -> StepKind {
    StepKind::Exit { reason: None }
}

pub(crate) fn leave(trigger: Trigger) -> Leave {
    Leave { trigger }
}

/// A customer, a clock, and what was decided.
pub(crate) struct World {
    pub(crate) machine: Machine,
    pub(crate) customer: Customer,
    pub(crate) shared: Shared,
    pub(crate) now: Moment,
    /// Whether providers accept messages at once.
    pub(crate) accepts: bool,
    pub(crate) sends: Vec<EffectKey>,
    pub(crate) calls: Vec<EffectKey>,
    log: Vec<String>,
}

impl World {
    /// A customer `ana` who may be written to, known from this moment on.
    pub(crate) fn new(program: Program, now: &str) -> Self {
        Self::of(program, now, "ana")
    }

    pub(crate) fn of(program: Program, now: &str, id: &str) -> Self {
        let machine = Machine::new(Arc::new(program)).unwrap();
        let customer = machine.new_customer(id);
        let mut world = Self {
            machine,
            customer,
            shared: Shared::default(),
            now: at(now),
            accepts: true,
            sends: Vec::new(),
            calls: Vec::new(),
            log: Vec::new(),
        };
        let channels = (0..world.machine.program().channels.len()).map(ChannelId::at);
        let consents = channels
            .map(|channel| ConsentChange { topic: TopicId(0), channel, consent: Consent::Given })
            .collect();
        world.input(Input::Profile {
            at: world.now,
            changes: vec![(FieldId(1), text("ana@x.example"))],
            consents,
        });
        world.log.retain(|line| !line.contains(" profile email="));
        world
    }

    pub(crate) fn input(&mut self, input: Input) -> &mut Self {
        let mut out = Vec::new();
        self.machine.step(&mut self.customer, &mut self.shared, input, self.now, &mut out);
        let mut accepted = Vec::new();
        for effect in out {
            match effect {
                Effect::Decided(row) => self.note(&row),
                Effect::Send(send) => {
                    self.sends.push(send.key);
                    accepted.push(send.key);
                }
                Effect::Call { key, .. } => self.calls.push(key),
                Effect::ProfileChanged { .. } | Effect::Emitted { .. } => {}
            }
        }
        if self.accepts {
            for send in accepted {
                self.input(Input::SendResult { send, outcome: SendOutcome::Accepted });
            }
        }
        self
    }

    pub(crate) fn event(&mut self, event: EventId, fields: &[i64]) -> &mut Self {
        let data = Value::Record(fields.iter().map(|field| num(*field)).collect());
        let at = self.now;
        self.input(Input::Event { event, id: None, at, data })
    }

    pub(crate) fn set(&mut self, field: u32, value: Value) -> &mut Self {
        let at = self.now;
        self.input(Input::Profile { at, changes: vec![(FieldId(field), value)], consents: Vec::new() })
    }

    /// A reaction to the latest send.
    pub(crate) fn react(&mut self, kind: ReactionKind) -> &mut Self {
        let send = *self.sends.last().unwrap();
        let at = self.now;
        self.input(Input::Reaction { send, kind, at, value: Value::Missing })
    }

    /// Pauses a journey, as an operator does.
    pub(crate) fn pause(&mut self, journey: u32) -> &mut Self {
        self.shared.pause(JourneyId(journey));
        self
    }

    /// Resumes a journey; the host steps its customers.
    pub(crate) fn resume(&mut self, journey: u32) -> &mut Self {
        self.shared.resume(JourneyId(journey));
        self.input(Input::Due)
    }

    /// Lets time go on to a moment, doing what is due on the way.
    pub(crate) fn until(&mut self, text: &str) -> &mut Self {
        self.go(at(text))
    }

    pub(crate) fn after(&mut self, millis: i64) -> &mut Self {
        let to = self.now.plus_millis(millis);
        self.go(to)
    }

    fn go(&mut self, to: Moment) -> &mut Self {
        while let Some(due) = self.machine.next_due(&self.customer).filter(|due| *due <= to) {
            assert!(due >= self.now, "due at {due}, before {}", self.now);
            self.now = due;
            self.input(Input::Due);
            let next = self.machine.next_due(&self.customer);
            assert!(next.is_none_or(|next| next > due), "still due at {due}");
        }
        self.now = to;
        self
    }

    /// Jumps to a moment without doing what is due.
    pub(crate) fn jump(&mut self, text: &str) -> &mut Self {
        self.now = at(text);
        self
    }

    /// The rows since the last time, one a line.
    pub(crate) fn rows(&mut self) -> String {
        let mut rows = std::mem::take(&mut self.log).join("\n");
        rows.push('\n');
        rows
    }

    fn note(&mut self, row: &Decision) {
        let line = show(self.machine.program(), row);
        self.log.push(line);
    }
}

fn word(value: &impl std::fmt::Debug) -> String {
    let mut word = String::new();
    for letter in format!("{value:?}").chars() {
        if letter.is_ascii_uppercase() && !word.is_empty() {
            word.push('_');
        }
        word.push(letter.to_ascii_lowercase());
    }
    word
}

fn short(moment: Moment) -> String {
    let text = LocalDateTime::from_local_millis(moment.0).to_string();
    text[5..].strip_suffix(":00").map_or(text[5..].to_owned(), str::to_owned)
}

/// A row as a line: moment, journey and run, step, what, message, verdict, reason, rule, until, detail.
pub(crate) fn show(program: &Program, row: &Decision) -> String {
    let mut line = short(row.at);
    let mut add = |part: String| {
        line.push(' ');
        line.push_str(&part);
    };
    if let Some(journey) = row.journey {
        let run = row.run.map_or(String::new(), |run| format!("#{}", run.0));
        add(format!("{}{run}", name(program.journeys.get(journey.index()).map(|it| &it.name))));
    }
    if let Some(step) = row.step {
        add(format!("@{}", step.0));
    }
    add(word(&row.kind));
    if let Some(message) = row.message {
        add(name(program.messages.get(message.index()).map(|it| &it.name)));
    }
    if let Some(verdict) = row.verdict {
        add(word(&verdict));
    }
    if let Some(reason) = row.reason {
        add(word(&reason));
    }
    if let Some(rule) = row.rule {
        add(format!("by {}", name(program.rules.get(rule.index()).map(|it| &it.name))));
    }
    if let Some(until) = row.until {
        add(format!("until {}", short(until)));
    }
    match &row.detail {
        Detail::None => {}
        Detail::Event(event) => add(name(program.events.get(event.index()).map(|it| &it.name))),
        Detail::Reaction(kind) => add(word(kind)),
        Detail::Segment(segment, inside) => {
            add(format!(
                "{} {}",
                if *inside { "in" } else { "out" },
                name(program.segments.get(segment.index()).map(|it| &it.name))
            ));
        }
        Detail::Index(index) => add(format!("[{index}]")),
        Detail::Journey(journey) => add(name(program.journeys.get(journey.index()).map(|it| &it.name))),
        Detail::Field(field, value) => {
            add(format!("{}={value:?}", name(program.customer.get(field.index()).map(|it| &it.name))))
        }
        Detail::Cap { cap, counted } => {
            let counted: Vec<String> = counted.iter().map(|moment| short(*moment)).collect();
            add(format!("cap {cap} ({})", counted.join(", ")));
        }
        Detail::Goal { goal, after } => add(format!("[{goal}] after {} min", after / 60_000)),
        Detail::Text(text) => add(text.clone()),
    }
    line
}

/// States of another program name what this one does not have.
fn name(known: Option<&String>) -> String {
    known.map_or("?", String::as_str).to_owned()
}
