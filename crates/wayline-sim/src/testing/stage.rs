//! The stage of a test: customers, the virtual clock, and a host of the engine that answers as the test says.

use std::collections::{BTreeMap, VecDeque};

use wayline_engine::{
    Customer, Decision, DecisionKind, Effect, EffectKey, Input, Machine, Send, SendOutcome, Shared, Verdict,
};
use wayline_ir::{ActionId, MessageId, PartKind, ReactionKind, ServiceId, Value};
use wayline_time::{Moment, Span, Zone, add_span};

use crate::compose::compose;

/// A customer who is due so often at one moment will never get beyond it.
const MOST_AT_ONCE: u32 = 10_000;

/// What happens on a stage, for one test.
pub(super) struct Stage<'a> {
    pub(super) machine: &'a Machine,
    pub(super) now: Moment,
    pub(super) shared: Shared,
    pub(super) actors: Vec<Actor>,
    /// The decision log of all customers.
    pub(super) rows: Vec<Row>,
    pub(super) calls: Vec<Called>,
    pub(super) providers: BTreeMap<MessageId, Standing>,
    pub(super) services: BTreeMap<(ServiceId, ActionId), Standing>,
    /// Answers that take time, in the order in which they were asked for.
    later: Vec<Later>,
}

/// A customer of the test.
pub(super) struct Actor {
    /// The name in the test.
    pub(super) name: String,
    pub(super) customer: Customer,
    pub(super) sent: Vec<Sent>,
}

/// A message that was sent.
pub(super) struct Sent {
    pub(super) key: EffectKey,
    pub(super) message: MessageId,
    /// Its texts.
    pub(super) parts: Vec<(PartKind, String)>,
    /// Its row.
    pub(super) row: usize,
}

/// A row of the decision log.
pub(super) struct Row {
    pub(super) customer: usize,
    /// The customer's zone at that moment.
    pub(super) zone: Zone,
    pub(super) decision: Decision,
    /// Whether something that was expected has been found in it.
    pub(super) ticked: bool,
}

/// A call of a service.
pub(super) struct Called {
    pub(super) customer: usize,
    pub(super) at: Moment,
    pub(super) key: EffectKey,
    pub(super) service: ServiceId,
    pub(super) action: ActionId,
    pub(super) request: Value,
    pub(super) answered: bool,
    pub(super) ticked: bool,
}

/// How a provider or a service answers from now on.
pub(super) struct Standing {
    /// The value of a response, or why it is refused or fails.
    pub(super) answer: Result<Value, String>,
    pub(super) after: Option<Span>,
    /// Whether anything was answered like this.
    pub(super) used: bool,
    /// The line of the test that says so.
    pub(super) line: usize,
}

struct Later {
    at: Moment,
    customer: usize,
    input: Input,
}

/// What goes on when nothing is said: it stands still for ever at one moment.
#[derive(Debug)]
pub(super) struct TimeStandsStill;

impl<'a> Stage<'a> {
    pub(super) fn new(machine: &'a Machine, now: Moment, ids: &[(String, String)]) -> Self {
        let actor = |(name, id): &(String, String)| Actor {
            name: name.clone(),
            customer: machine.new_customer(id),
            sent: Vec::new(),
        };
        Self {
            machine,
            now,
            shared: Shared::default(),
            actors: ids.iter().map(actor).collect(),
            rows: Vec::new(),
            calls: Vec::new(),
            providers: BTreeMap::new(),
            services: BTreeMap::new(),
            later: Vec::new(),
        }
    }

    /// The zone a customer's local times are in.
    pub(super) fn zone(&self, customer: usize) -> Zone {
        let own = self.actors.get(customer).map(|actor| actor.customer.zone());
        own.unwrap_or(self.machine.program().workspace.zone)
    }

    /// When something happens next by itself.
    pub(super) fn next(&self) -> Option<Moment> {
        let due = self.actors.iter().filter_map(|actor| self.machine.next_due(&actor.customer)).min();
        let answer = self.later.iter().map(|later| later.at).min();
        let next = match (due, answer) {
            (Some(due), Some(answer)) => due.min(answer),
            (due, answer) => due.or(answer)?,
        };
        Some(next.max(self.now))
    }

    /// Lets everything happen that comes before `until`, or with `included` at it, and puts the clock there.
    pub(super) fn run(&mut self, until: Moment, included: bool) -> Result<(), TimeStandsStill> {
        let mut stuck = (Moment::MIN, 0);
        while let Some(next) = self.next().filter(|next| *next < until || included && *next == until) {
            stuck = if stuck.0 == next { (next, stuck.1 + 1) } else { (next, 0) };
            if stuck.1 > MOST_AT_ONCE {
                return Err(TimeStandsStill);
            }
            self.happen(next);
        }
        self.now = self.now.max(until);
        Ok(())
    }

    /// Lets the next thing happen, which is at `at`: answers first, then what is due.
    pub(super) fn happen(&mut self, at: Moment) {
        self.now = self.now.max(at);
        let answer = self.later.iter().enumerate().filter(|(_, later)| later.at <= at);
        if let Some(index) = answer.min_by_key(|(index, later)| (later.at, *index)).map(|(index, _)| index) {
            let Later { customer, input, .. } = self.later.remove(index);
            return self.feed(customer, input);
        }
        let due = |actor: &Actor| self.machine.next_due(&actor.customer).is_some_and(|due| due <= at);
        if let Some(customer) = self.actors.iter().position(due) {
            self.feed(customer, Input::Due);
        }
    }

    /// The clock jumps: nothing is done before it has arrived.
    pub(super) fn stand_still(&mut self, until: Moment) -> Result<(), TimeStandsStill> {
        self.now = self.now.max(until);
        for customer in 0..self.actors.len() {
            self.feed(customer, Input::Due);
        }
        self.run(until, true)
    }

    /// Tells the engine something, and does what it asks for until it asks for nothing more.
    pub(super) fn feed(&mut self, customer: usize, input: Input) {
        let mut inputs = VecDeque::from([input]);
        while let Some(input) = inputs.pop_front() {
            let Some(actor) = self.actors.get_mut(customer) else { return };
            let mut effects = Vec::new();
            self.machine.step(&mut actor.customer, &mut self.shared, input, self.now, &mut effects);
            for effect in effects {
                match effect {
                    Effect::Decided(decision) => {
                        let zone = self.zone(customer);
                        self.rows.push(Row { customer, zone, decision, ticked: false });
                    }
                    Effect::Send(send) => inputs.extend(self.sent(customer, send)),
                    Effect::Call { key, service, action, request } => {
                        let at = self.now;
                        let called = Called {
                            customer,
                            at,
                            key,
                            service,
                            action,
                            request,
                            answered: false,
                            ticked: false,
                        };
                        self.calls.push(called);
                        inputs.extend(self.answer(self.calls.len() - 1));
                    }
                    Effect::ProfileChanged { .. } | Effect::Emitted { .. } => {}
                }
            }
        }
    }

    /// A message leaves: the provider's answer, when it comes at once.
    fn sent(&mut self, customer: usize, send: Send) -> Option<Input> {
        let program = self.machine.program();
        let actor = self.actors.get_mut(customer)?;
        let message = program.messages.get(send.message.index())?;
        let composed = compose(program, &actor.customer, message, &send.args);
        let row = self.rows.iter().rposition(|row| {
            row.customer == customer
                && row.decision.kind == DecisionKind::Send
                && row.decision.verdict == Some(Verdict::Sent)
                && row.decision.run == Some(send.key.run)
        });
        let (parts, broken) = match composed {
            Ok(parts) => (parts, None),
            Err(words) => (Vec::new(), Some(format!("the text cannot be made: {words}"))),
        };
        let row = row.unwrap_or(usize::MAX);
        actor.sent.push(Sent { key: send.key, message: send.message, parts, row });
        let standing = self.providers.get_mut(&send.message);
        let after = standing.as_ref().and_then(|standing| standing.after);
        let refusal = standing.and_then(|standing| {
            standing.used = true;
            standing.answer.clone().err()
        });
        let outcome = match broken.or(refusal) {
            Some(words) => SendOutcome::Failed(words),
            None => SendOutcome::Accepted,
        };
        self.answered(customer, Input::SendResult { send: send.key, outcome }, after)
    }

    /// What a service answers to a call, when it answers at once.
    fn answer(&mut self, call: usize) -> Option<Input> {
        let called = self.calls.get_mut(call)?;
        let standing = self.services.get_mut(&(called.service, called.action))?;
        standing.used = true;
        called.answered = true;
        let (key, customer) = (called.key, called.customer);
        let (outcome, after) = (standing.answer.clone(), standing.after);
        self.answered(customer, Input::CallResult { call: key, outcome }, after)
    }

    fn answered(&mut self, customer: usize, input: Input, after: Option<Span>) -> Option<Input> {
        let Some(after) = after else { return Some(input) };
        let at = add_span(self.zone(customer), self.now, &after);
        self.later.push(Later { at, customer, input });
        None
    }

    /// The calls that wait for this service are answered as it answers now.
    pub(super) fn answer_waiting(&mut self, service: ServiceId, action: ActionId) {
        let waits =
            |called: &Called| !called.answered && (called.service, called.action) == (service, action);
        while let Some(call) = self.calls.iter().position(waits) {
            let customer = self.calls.get(call).map_or(0, |called| called.customer);
            if let Some(input) = self.answer(call) {
                self.feed(customer, input);
            }
        }
    }

    /// A reaction to the message that was sent last; `false` when it never was.
    pub(super) fn react(
        &mut self,
        customer: usize,
        message: MessageId,
        kind: ReactionKind,
        value: &Value,
        at: Moment,
    ) -> bool {
        let sent = self.actors.get(customer).map(|actor| &actor.sent);
        let send = sent.and_then(|sent| sent.iter().rev().find(|sent| sent.message == message));
        let Some(send) = send.map(|sent| sent.key) else { return false };
        self.feed(customer, Input::Reaction { send, kind, at, value: value.clone() });
        true
    }
}
