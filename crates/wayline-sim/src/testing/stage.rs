//! The stage of a test: customers, the virtual clock, and a host of the engine that answers as the test says.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use wayline_engine::{
    Customer, Decision, DecisionKind, Effect, EffectKey, InUse, Input, Machine, Runs, Send, SendOutcome,
    Shared, Upgrade, Verdict,
};
use wayline_ir::{ActionId, JourneyId, MessageId, PartKind, Program, ReactionKind, RuleId, ServiceId, Value};
use wayline_time::{Moment, Span, Zone, add_span};

use super::former::Terms;
use crate::compose::compose;
use crate::log::Labels;

/// A customer who is due so often at one moment will never get beyond it.
const MOST_AT_ONCE: u32 = 10_000;

/// What happens on a stage, for one test.
pub(super) struct Stage<'a> {
    /// The program that the lines of the test name things of.
    pub(super) suite: &'a Arc<Program>,
    /// What runs.
    pub(super) machine: Arc<Machine>,
    /// All programs that have run, with their names; the last one runs.
    pub(super) programs: Vec<Labels>,
    pub(super) now: Moment,
    pub(super) shared: Shared,
    pub(super) actors: Vec<Actor>,
    /// The decision log of all customers.
    pub(super) rows: Vec<Row>,
    pub(super) calls: Vec<Called>,
    /// By the name of the message.
    pub(super) providers: BTreeMap<String, Standing>,
    /// By the names of service and action.
    pub(super) services: BTreeMap<(String, String), Standing>,
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
    /// Its name.
    pub(super) message: String,
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
    /// The program that decided, an index into [`Stage::programs`].
    pub(super) program: usize,
    pub(super) decision: Decision,
    /// Whether something that was expected has been found in it.
    pub(super) ticked: bool,
}

/// A call of a service.
pub(super) struct Called {
    pub(super) customer: usize,
    pub(super) at: Moment,
    pub(super) key: EffectKey,
    /// The names of service and action.
    pub(super) action: (String, String),
    /// The request as a record of this type.
    pub(super) request: Value,
    pub(super) ty: wayline_ir::Type,
    pub(super) program: usize,
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
    pub(super) fn new(
        suite: &'a Arc<Program>,
        machine: Arc<Machine>,
        now: Moment,
        ids: &[(String, String)],
    ) -> Self {
        let actor = |(name, id): &(String, String)| Actor {
            name: name.clone(),
            customer: machine.new_customer(id),
            sent: Vec::new(),
        };
        Self {
            suite,
            now,
            shared: Shared::default(),
            actors: ids.iter().map(actor).collect(),
            programs: vec![Labels::new(Arc::clone(machine.program()))],
            machine,
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

    /// Everybody is woken, whether anything is due or not.
    pub(super) fn wake(&mut self) {
        for customer in 0..self.actors.len() {
            self.feed(customer, Input::Due);
        }
    }

    /// The clock jumps: nothing is done before it has arrived.
    pub(super) fn stand_still(&mut self, until: Moment) -> Result<(), TimeStandsStill> {
        self.now = self.now.max(until);
        self.wake();
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
                    Effect::Decided(decision) => self.decided(customer, decision),
                    Effect::Send(send) => inputs.extend(self.sent(customer, send)),
                    Effect::Call { key, service, action, request } => {
                        self.called(customer, key, (service, action), request);
                        inputs.extend(self.answer(self.calls.len() - 1));
                    }
                    Effect::ProfileChanged { .. } | Effect::Emitted { .. } => {}
                }
            }
        }
    }

    fn decided(&mut self, customer: usize, decision: Decision) {
        let (zone, program) = (self.zone(customer), self.programs.len() - 1);
        self.rows.push(Row { customer, zone, program, decision, ticked: false });
    }

    fn called(&mut self, customer: usize, key: EffectKey, what: (ServiceId, ActionId), request: Value) {
        let known = self.machine.program().services.get(what.0.index());
        let action = known.and_then(|service| service.actions.get(what.1.index()));
        let service = known.map(|service| service.name.clone()).unwrap_or_default();
        let ty = wayline_ir::Type::Record(action.map(|it| it.request.clone()).unwrap_or_default());
        let action = (service, action.map(|it| it.name.clone()).unwrap_or_default());
        let (at, program) = (self.now, self.programs.len() - 1);
        let call = Called { customer, at, key, action, request, ty, program, answered: false, ticked: false };
        self.calls.push(call);
    }

    /// A message leaves: the provider's answer, when it comes at once.
    fn sent(&mut self, customer: usize, send: Send) -> Option<Input> {
        let program = Arc::clone(self.machine.program());
        let actor = self.actors.get_mut(customer)?;
        let message = program.messages.get(send.message.index())?;
        let composed = compose(&program, &actor.customer, message, &send.args);
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
        actor.sent.push(Sent { key: send.key, message: message.name.clone(), parts, row });
        let standing = self.providers.get_mut(&message.name);
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
        let standing = self.services.get_mut(&called.action)?;
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

    /// The calls that wait for this action are answered as it answers now.
    pub(super) fn answer_waiting(&mut self, action: &(String, String)) {
        let waits = |called: &Called| !called.answered && called.action == *action;
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
        message: &str,
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

    /// Whether a row is about a journey of the test, in any version.
    pub(super) fn is_journey(&self, row: &Row, id: JourneyId) -> bool {
        let wanted = self.suite.journeys.get(id.index()).map(|journey| &journey.name);
        let of = row.decision.journey;
        let known =
            of.and_then(|of| self.program(row)?.journeys.get(of.index())).map(|journey| &journey.name);
        known.is_some() && known == wanted
    }

    /// Whether a row is about a message of the test.
    pub(super) fn is_message(&self, row: &Row, id: MessageId) -> bool {
        let wanted = self.suite.messages.get(id.index()).map(|message| &message.name);
        let of = row.decision.message;
        let known =
            of.and_then(|of| self.program(row)?.messages.get(of.index())).map(|message| &message.name);
        known.is_some() && known == wanted
    }

    /// Whether a row was decided by a rule of the test.
    pub(super) fn is_rule(&self, row: &Row, id: RuleId) -> bool {
        let wanted = self.suite.rules.get(id.index()).map(|rule| &rule.name);
        let of = row.decision.rule;
        let known = of.and_then(|of| self.program(row)?.rules.get(of.index())).map(|rule| &rule.name);
        known.is_some() && known == wanted
    }

    /// The program that decided a row.
    pub(super) fn program(&self, row: &Row) -> Option<&Arc<Program>> {
        self.programs.get(row.program).map(|labels| &labels.program)
    }

    /// The names of the lines, in the terms of what runs.
    pub(super) fn terms(&self) -> Terms<'a> {
        let to = Arc::clone(self.machine.program());
        Terms { of: self.suite, same: self.present(), to }
    }

    /// Whether the program that the lines name things of is the one that runs, or one that goes on from it.
    pub(super) fn present(&self) -> bool {
        Arc::ptr_eq(self.suite, self.machine.program()) || self.programs.len() > 1
    }

    /// The workspace takes the place of its former version.
    ///
    /// # Errors
    /// Why it cannot.
    pub(super) fn deploy(&mut self, moving: &[String]) -> Result<(), String> {
        let mut in_use = InUse::default();
        self.actors.iter().for_each(|actor| in_use.note(&actor.customer));
        let wanted = moving.iter().map(|name| (name.clone(), Runs::Move)).collect();
        let upgrade = Upgrade::plan(self.machine.program(), self.suite, &in_use, &wanted)
            .map_err(|problems| problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))?;
        self.machine = Arc::new(Machine::new(Arc::clone(upgrade.program())).map_err(|e| e.to_string())?);
        self.programs.push(Labels::new(Arc::clone(upgrade.program())));
        self.shared = upgrade.shared(&self.shared);
        for at in 0..self.actors.len() {
            let Some(actor) = self.actors.get_mut(at) else { continue };
            let upgraded = upgrade.customer(actor.customer.clone(), self.now);
            actor.customer = upgraded.customer;
            for effect in upgraded.effects {
                if let Effect::Decided(decision) = effect {
                    self.decided(at, decision);
                }
            }
        }
        let now = self.now;
        self.run(now, true).map_err(|_| "time to go on".to_owned())
    }
}
