//! A host of one customer whose program is replaced.

use std::collections::BTreeMap;
use std::sync::Arc;

use rust_decimal::Decimal;
use wayline_engine::{
    Consent, ConsentChange, Customer, Decision, Detail, Effect, EffectKey, InUse, Input, Machine, Runs,
    SendOutcome, Shared, Upgrade,
};
use wayline_ir::{ChannelId, Field, FieldId, JourneyId, Program, ReactionKind, Symbol, TopicId, Type, Value};
use wayline_time::{LocalDateTime, Moment, Zone, parse_moment};

/// A customer `ana`, a clock, and what was decided.
pub(super) struct Host {
    machine: Machine,
    customer: Customer,
    shared: Shared,
    now: Moment,
    accepts: bool,
    open: Vec<EffectKey>,
    last: Option<EffectKey>,
    rows: Vec<String>,
}

type Outcome = Result<(), String>;

impl Host {
    pub(super) fn new(program: Arc<Program>) -> Self {
        let machine = Machine::new(program).expect("the compiler makes sound programs");
        let customer = machine.new_customer("ana");
        let now = parse_moment("2026-03-02T10:00:00Z", Zone::utc()).expect("it is one");
        let (shared, open, rows) = (Shared::default(), Vec::new(), Vec::new());
        let mut host = Self { machine, customer, shared, now, accepts: true, open, last: None, rows };
        let program = Arc::clone(host.machine.program());
        let both = (0..program.topics.len()).flat_map(|t| (0..program.channels.len()).map(move |c| (t, c)));
        let consents = both.map(|(topic, channel)| {
            let (topic, channel) = (TopicId::at(topic), ChannelId::at(channel));
            ConsentChange { topic, channel, consent: Consent::Given }
        });
        let email = program.customer.iter().position(|field| field.name == "email");
        let changes = email.map(|at| (FieldId::at(at), Value::text("ana@x.example"))).into_iter().collect();
        host.step(Input::Profile { at: now, changes, consents: consents.collect() });
        host.rows.clear();
        host
    }

    pub(super) fn rows(&mut self) -> Vec<String> {
        std::mem::take(&mut self.rows)
    }

    pub(super) fn command(&mut self, command: &str, all: &BTreeMap<String, Arc<Program>>) -> Outcome {
        let words: Vec<&str> = command.split_whitespace().collect();
        let now = self.now;
        match words.as_slice() {
            ["at", moment] => self.go(parse_moment(moment, Zone::utc()).map_err(|e| e.to_string())?),
            ["after", number, unit] => {
                let unit = match *unit {
                    "min" => 60_000,
                    "h" => 3_600_000,
                    "d" => 86_400_000,
                    other => return Err(format!("no unit {other}")),
                };
                let number: i64 = number.parse().map_err(|_| "no number")?;
                self.go(now.plus_millis(number * unit));
            }
            ["accept", on] => self.accepts = *on == "on",
            ["answer"] => {
                for send in std::mem::take(&mut self.open) {
                    self.step(Input::SendResult { send, outcome: SendOutcome::Accepted });
                }
            }
            ["react", kind] => {
                let kind: ReactionKind = serde_json::from_value((*kind).into()).map_err(|e| e.to_string())?;
                let send = self.last.ok_or("nothing was sent")?;
                self.step(Input::Reaction { send, kind, at: now, value: Value::Missing });
            }
            ["enter", name] => {
                let journey = self.journey(name)?;
                self.step(Input::Enter { journey, args: Vec::new() });
            }
            ["pause", name] => {
                let journey = self.journey(name)?;
                self.shared.pause(journey);
            }
            ["resume", name] => {
                let journey = self.journey(name)?;
                self.shared.resume(journey);
                self.step(Input::Due);
            }
            ["set", fields @ ..] => {
                let program = Arc::clone(self.machine.program());
                let record = values(&program, &program.customer, fields)?;
                let given = |field: &Field| fields.iter().any(|f| f.starts_with(&format!("{}=", field.name)));
                let changes = program.customer.iter().zip(record).enumerate();
                let changes = changes.filter(|(_, (field, _))| given(field));
                let changes = changes.map(|(at, (_, value))| (FieldId::at(at), value)).collect();
                self.step(Input::Profile { at: now, changes, consents: Vec::new() });
            }
            ["runs"] => self.runs(),
            ["journeys"] => {
                for journey in &self.machine.program().journeys {
                    let state = if journey.retired { "former" } else { "present" };
                    self.rows.push(format!("  {} {} ({state})", journey.name, journey.steps.len()));
                }
            }
            ["preview", name, wishes @ ..] => self.deploy(name, wishes, all, false)?,
            ["deploy", name, wishes @ ..] => self.deploy(name, wishes, all, true)?,
            [name, fields @ ..] => {
                let program = Arc::clone(self.machine.program());
                let found = program.events.iter().position(|event| event.name == *name);
                let event = found.ok_or_else(|| format!("no event {name}"))?;
                let data = values(&program, &program.events[event].fields, fields)?;
                let event = wayline_ir::EventId::at(event);
                self.step(Input::Event { event, id: None, at: now, data: Value::Record(data.into()) });
            }
            [] => return Err("nothing to do".to_owned()),
        }
        Ok(())
    }

    fn journey(&self, name: &str) -> Result<JourneyId, String> {
        let found = self.machine.program().journeys.iter().position(|journey| journey.name == name);
        found.map(JourneyId::at).ok_or_else(|| format!("no journey {name}"))
    }

    fn deploy(
        &mut self,
        name: &str,
        wishes: &[&str],
        all: &BTreeMap<String, Arc<Program>>,
        go: bool,
    ) -> Outcome {
        let new = all.get(name).ok_or_else(|| format!("no version {name}"))?;
        let mut wanted = BTreeMap::new();
        for pair in wishes.chunks(2) {
            let [wish, journey] = pair else { return Err("a wish without a journey".to_owned()) };
            let wish = match *wish {
                "keep" => Runs::Keep,
                "move" => Runs::Move,
                "move-else-stop" => Runs::MoveElseStop,
                "stop" => Runs::Stop,
                other => return Err(format!("no wish {other}")),
            };
            wanted.insert((*journey).to_owned(), wish);
        }
        let mut in_use = InUse::default();
        in_use.note(&self.customer);
        let upgrade = match Upgrade::plan(self.machine.program(), new, &in_use, &wanted) {
            Ok(upgrade) => upgrade,
            Err(problems) => {
                self.rows.extend(problems.iter().map(|problem| format!("  {problem}")));
                return Ok(());
            }
        };
        for (run, journey, fate) in upgrade.preview(&self.customer) {
            let journey = &self.machine.program().journeys[journey.index()].name;
            self.rows.push(format!("  {journey}#{} {fate:?}", run.0));
        }
        if !go {
            return Ok(());
        }
        let upgraded = upgrade.customer(self.customer.clone(), self.now);
        self.rows.extend(upgraded.lost.iter().map(|field| format!("  lost: customer field {field}")));
        // What the host keeps is plain data.
        let json = serde_json::to_string(&upgraded.customer).expect("plain data");
        self.customer = serde_json::from_str(&json).expect("it was written just now");
        assert_eq!(self.customer, upgraded.customer);
        self.shared = upgrade.shared(&self.shared);
        let program =
            Program::from_json(&upgrade.program().to_json().expect("plain data")).expect("read again");
        assert_eq!(program, **upgrade.program());
        self.machine = Machine::new(Arc::new(program)).expect("it is sound");
        self.perform(upgraded.effects);
        self.step(Input::Due);
        Ok(())
    }

    fn runs(&mut self) {
        let program = self.machine.program();
        let views: Vec<_> = self.customer.runs().collect();
        for view in views {
            let journey = &program.journeys[view.journey.index()];
            let step = &journey.steps[view.step.index()].name;
            let former = if journey.retired { " (former)" } else { "" };
            let until = view.until.map_or(String::new(), |until| format!(" until {}", short(until)));
            self.rows.push(format!("  {}#{}{former} at {step}{until}", journey.name, view.run.0));
        }
    }

    fn go(&mut self, to: Moment) {
        while let Some(due) = self.machine.next_due(&self.customer).filter(|due| *due <= to) {
            self.now = self.now.max(due);
            self.step(Input::Due);
        }
        self.now = to;
    }

    fn step(&mut self, input: Input) {
        let mut out = Vec::new();
        self.machine.step(&mut self.customer, &mut self.shared, input, self.now, &mut out);
        let due = self.machine.next_due(&self.customer);
        assert!(due.is_none_or(|due| due > self.now), "still due at {due:?}");
        self.perform(out);
    }

    fn perform(&mut self, effects: Vec<Effect>) {
        let mut sent = Vec::new();
        for effect in effects {
            match effect {
                Effect::Decided(row) => {
                    let row = show(self.machine.program(), &row);
                    self.rows.push(row);
                }
                Effect::Send(send) => {
                    self.last = Some(send.key);
                    self.rows.push(format!(
                        "  key {}.{}.{}",
                        send.key.run.0, send.key.step.0, send.key.occurrence
                    ));
                    sent.push(send.key);
                }
                Effect::Call { .. } | Effect::ProfileChanged { .. } | Effect::Emitted { .. } => {}
            }
        }
        if !self.accepts {
            return self.open.extend(sent);
        }
        for send in sent {
            self.step(Input::SendResult { send, outcome: SendOutcome::Accepted });
        }
    }
}

fn short(moment: Moment) -> String {
    LocalDateTime::from_local_millis(moment.0).to_string()[5..16].to_owned()
}

/// `name=value` for each field, in declared order.
fn values(program: &Program, fields: &[Field], given: &[&str]) -> Result<Vec<Value>, String> {
    for text in given {
        let name = text.split('=').next().unwrap_or_default();
        if !fields.iter().any(|field| field.name == name) {
            return Err(format!("no field {name}"));
        }
    }
    let one = |field: &Field| {
        let prefix = format!("{}=", field.name);
        match given.iter().find_map(|text| text.strip_prefix(&prefix)) {
            Some("-") => Ok(Value::Missing),
            Some(text) => value(program, &field.ty, text),
            None => Ok(field.default.clone().unwrap_or_default()),
        }
    };
    fields.iter().map(one).collect()
}

fn value(program: &Program, ty: &Type, text: &str) -> Result<Value, String> {
    let decimal = || text.parse::<Decimal>().map_err(|e| e.to_string());
    Ok(match ty {
        Type::Number { .. } => Value::Number(decimal()?),
        Type::Money(_) => Value::Money(decimal()?),
        Type::YesNo => Value::YesNo(text == "yes"),
        Type::OneOf(_) => {
            let at = program.symbols.iter().position(|word| word == text);
            Value::Choice(Symbol::at(at.ok_or_else(|| format!("no word {text}"))?))
        }
        Type::Text | Type::Zone => Value::text(text),
        other => return Err(format!("stories have no values of type {other:?}")),
    })
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

fn plain(program: &Program, value: &Value) -> String {
    match value {
        Value::Missing => "missing".to_owned(),
        Value::Number(number) | Value::Money(number) => number.to_string(),
        Value::Text(text) => text.to_string(),
        Value::Choice(word) => program.word(*word).to_owned(),
        other => format!("{other:?}"),
    }
}

/// A row as a line: moment, journey and run, step, what, and what else is known.
fn show(program: &Program, row: &Decision) -> String {
    let mut line = format!("  {}", short(row.at));
    let mut add = |part: String| {
        line.push(' ');
        line.push_str(&part);
    };
    if let Some(journey) = row.journey.and_then(|id| program.journeys.get(id.index())) {
        let run = row.run.map_or(String::new(), |run| format!("#{}", run.0));
        let former = if journey.retired { "(former)" } else { "" };
        let step = row.step.and_then(|step| journey.steps.get(step.index()));
        let step = step.map_or(String::new(), |step| format!(" @{}", step.name));
        add(format!("{}{run}{former}{step}", journey.name));
    }
    add(word(&row.kind));
    if let Some(message) = row.message {
        add(program.messages[message.index()].name.clone());
    }
    if let Some(verdict) = row.verdict {
        add(word(&verdict));
    }
    if let Some(reason) = row.reason {
        add(word(&reason));
    }
    if let Some(rule) = row.rule {
        add(format!("by {}", program.rules[rule.index()].name));
    }
    if let Some(until) = row.until {
        add(format!("until {}", short(until)));
    }
    match &row.detail {
        Detail::Event(event) => add(program.events[event.index()].name.clone()),
        Detail::Reaction(kind) => add(word(kind)),
        Detail::Segment(segment, inside) => {
            add(format!("{} {}", if *inside { "in" } else { "out" }, program.segments[segment.index()].name));
        }
        Detail::Index(index) => add(format!("[{index}]")),
        Detail::Journey(journey) => add(program.journeys[journey.index()].name.clone()),
        Detail::Field(field, value) => {
            add(format!("{}={}", program.customer[field.index()].name, plain(program, value)));
        }
        Detail::Goal { goal, .. } => add(format!("[{goal}]")),
        Detail::Text(text) => add(text.clone()),
        Detail::None | Detail::Cap { .. } => {}
    }
    line
}
