//! A host on virtual time: it tells what a world tells, answers what is asked, and lets time pass. The engine and the
//! naive interpreter have the same host, so what differs is theirs.

use std::collections::BTreeMap;

use wayline_engine::{Customer, Effect, EffectKey, Input, Machine, SendOutcome, Shared};
use wayline_ir::{Program, Value};
use wayline_time::Moment;

use super::naive::Naive;
use super::world::{Reply, World, moment, value};

const MINUTE: i64 = 60_000;

/// What a host drives.
pub(crate) trait Subject {
    fn step(&mut self, who: usize, input: Input, now: Moment, out: &mut Vec<Effect>);
    /// The next moment after this one at which somebody must be woken.
    fn next(&self, after: Moment) -> Option<Moment>;
    /// Whether a customer must be woken at a moment.
    fn is_due(&self, who: usize, now: Moment) -> bool;
}

/// The engine and its customers.
pub(crate) struct Engine<'m> {
    machine: &'m Machine,
    customers: Vec<Customer>,
    shared: Shared,
}

impl<'m> Engine<'m> {
    pub(crate) fn new(machine: &'m Machine, ids: &[String]) -> Self {
        let customers = ids.iter().map(|id| machine.new_customer(id)).collect();
        Self { machine, customers, shared: Shared::default() }
    }
}

impl Subject for Engine<'_> {
    fn step(&mut self, who: usize, input: Input, now: Moment, out: &mut Vec<Effect>) {
        self.machine.step(&mut self.customers[who], &mut self.shared, input, now, out);
    }

    fn next(&self, after: Moment) -> Option<Moment> {
        let dues = self.customers.iter().filter_map(|customer| self.machine.next_due(customer));
        dues.min().map(|due| due.max(after))
    }

    fn is_due(&self, who: usize, now: Moment) -> bool {
        self.machine.next_due(&self.customers[who]).is_some_and(|due| due <= now)
    }
}

impl Subject for Naive<'_> {
    fn step(&mut self, who: usize, input: Input, now: Moment, out: &mut Vec<Effect>) {
        Naive::step(self, who, input, now, out);
    }

    fn next(&self, after: Moment) -> Option<Moment> {
        Some(Naive::next(self, after))
    }

    fn is_due(&self, who: usize, _now: Moment) -> bool {
        self.is_begun(who)
    }
}

/// A row of the log, or another effect, and whose it is.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Line {
    pub who: usize,
    pub now: Moment,
    pub effect: Effect,
}

struct Host<'w, S> {
    world: &'w World,
    program: &'w Program,
    subject: S,
    /// What is still to be told, by moment and order.
    told: BTreeMap<(Moment, usize), (usize, Input)>,
    count: usize,
    /// How often each message and action was there, by customer.
    turns: BTreeMap<(usize, String), usize>,
    log: Vec<Line>,
    limit: usize,
}

/// Everything that comes of a world; at most `limit` lines.
pub(crate) fn run<S: Subject>(world: &World, program: &Program, subject: S, limit: usize) -> Vec<Line> {
    let mut host = Host {
        world,
        program,
        subject,
        told: BTreeMap::new(),
        count: 0,
        turns: BTreeMap::new(),
        log: Vec::new(),
        limit,
    };
    for tell in &world.tells {
        if let Some(input) = tell.input(program) {
            host.tell(moment(&tell.at), tell.who, input);
        }
    }
    host.go();
    host.log
}

impl<S: Subject> Host<'_, S> {
    fn tell(&mut self, at: Moment, who: usize, input: Input) {
        // Nothing is told in a downtime.
        let downtimes = self.world.setting.downtimes.iter().map(|(from, to)| (moment(from), moment(to)));
        let at = downtimes.filter(|(from, to)| *from < at && at < *to).map(|(_, to)| to).max().unwrap_or(at);
        self.count += 1;
        self.told.insert((at, self.count), (who, input));
    }

    fn go(&mut self) {
        let end = self.world.until();
        let downtimes: Vec<(Moment, Moment)> =
            self.world.setting.downtimes.iter().map(|(from, to)| (moment(from), moment(to))).collect();
        let mut now = Moment(moment(&self.world.setting.from).0 - 1);
        let mut same = 0;
        while self.log.len() < self.limit {
            let told = self.told.first_key_value().map(|((at, _), _)| *at);
            let next = [told, self.subject.next(now)].into_iter().flatten().min();
            let Some(mut next) = next else { break };
            if let Some((_, to)) = downtimes.iter().find(|(from, to)| *from < next && next < *to) {
                next = *to;
            }
            if next > end {
                break;
            }
            same = if next == now { same + 1 } else { 0 };
            assert!(same < 100, "still due at {now:?}");
            now = next;
            while let Some(entry) = self.told.first_entry().filter(|entry| entry.key().0 <= now) {
                let (who, input) = entry.remove();
                self.step(who, input, now);
            }
            for who in 0..self.world.setting.customers.len() {
                if self.subject.is_due(who, now) {
                    self.step(who, Input::Due, now);
                }
            }
        }
    }

    /// One input, and at once what is answered at once.
    fn step(&mut self, who: usize, input: Input, now: Moment) {
        let mut inputs = std::collections::VecDeque::from([input]);
        // What a provider refuses at once may be sent again at once, for ever.
        while let Some(input) = inputs.pop_front().filter(|_| self.log.len() < self.limit) {
            let mut out = Vec::new();
            self.subject.step(who, input, now, &mut out);
            for effect in out {
                match &effect {
                    Effect::Send(send) => {
                        let name = self.program.messages[send.message.index()].name.clone();
                        let turn = self.turn(who, &name);
                        self.answer_send(who, send.key, (&name, turn), now, &mut inputs);
                        self.react(who, send.key, (&name, turn), now);
                    }
                    Effect::Call { key, service, action, .. } => {
                        let service = &self.program.services[service.index()];
                        let action = &service.actions[action.index()];
                        let name = format!("{}.{}", service.name, action.name);
                        let turn = self.turn(who, &name);
                        let replies = self.world.setting.calls.get(&name);
                        let fields = wayline_ir::Type::Record(action.response.clone());
                        let mut data = serde_json::Map::new();
                        for field in &action.response {
                            data.insert(field.name.clone(), serde_json::Value::from(turn % 3));
                        }
                        let response = value(self.program, &fields, &serde_json::Value::Object(data));
                        let (after, outcome) = match pick(replies, turn) {
                            Some(Reply::Accept(after)) => (*after, Ok(response)),
                            Some(Reply::Fail(after)) => (*after, Err("down".to_owned())),
                            Some(Reply::Both(after)) => {
                                let outcome = Err("after all".to_owned());
                                self.later(
                                    who,
                                    Input::CallResult { call: *key, outcome },
                                    now,
                                    *after,
                                    &mut inputs,
                                );
                                (0, Ok(response))
                            }
                            Some(Reply::Never) => continue,
                            None => (0, Ok(response)),
                        };
                        self.later(who, Input::CallResult { call: *key, outcome }, now, after, &mut inputs);
                    }
                    _ => {}
                }
                self.log.push(Line { who, now, effect });
            }
        }
    }

    fn turn(&mut self, who: usize, name: &str) -> usize {
        let turn = self.turns.entry((who, name.to_owned())).or_default();
        *turn += 1;
        *turn - 1
    }

    fn answer_send(
        &mut self,
        who: usize,
        send: EffectKey,
        (name, turn): (&str, usize),
        now: Moment,
        inputs: &mut std::collections::VecDeque<Input>,
    ) {
        let replies = self.world.setting.sends.get(name);
        let (after, outcome) = match pick(replies, turn) {
            Some(Reply::Accept(after)) => (*after, SendOutcome::Accepted),
            Some(Reply::Fail(after)) => (*after, SendOutcome::Failed("refused".to_owned())),
            Some(Reply::Both(after)) => {
                let outcome = SendOutcome::Failed("after all".to_owned());
                self.later(who, Input::SendResult { send, outcome }, now, *after, inputs);
                (0, SendOutcome::Accepted)
            }
            Some(Reply::Never) => return,
            None => (0, SendOutcome::Accepted),
        };
        self.later(who, Input::SendResult { send, outcome }, now, after, inputs);
    }

    fn react(&mut self, who: usize, send: EffectKey, (name, turn): (&str, usize), now: Moment) {
        let message = self.program.messages.iter().find(|message| message.name == *name);
        let answers = message.and_then(|message| message.answers.clone());
        for reacts in pick(self.world.setting.reactions.get(name), turn).into_iter().flatten() {
            let at = Moment(now.0 + reacts.after_minutes * MINUTE);
            let value = answers.as_ref().map_or(Value::Missing, |ty| value(self.program, ty, &reacts.value));
            self.tell(at, who, Input::Reaction { send, kind: reacts.kind, at, value });
        }
    }

    fn later(
        &mut self,
        who: usize,
        input: Input,
        now: Moment,
        after: i64,
        inputs: &mut std::collections::VecDeque<Input>,
    ) {
        if after == 0 {
            inputs.push_back(input);
        } else {
            self.tell(Moment(now.0 + after * MINUTE), who, input);
        }
    }
}

fn pick<T>(all: Option<&Vec<T>>, turn: usize) -> Option<&T> {
    let all = all.filter(|all| !all.is_empty())?;
    all.get(turn % all.len())
}
