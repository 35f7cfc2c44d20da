//! What happens in a run: for each customer, what is recorded, what the person does and what is due, in time order.
//!
//! The world is the host of the engine on virtual time. It answers sends at once with acceptance and calls with success;
//! everything else is the engine's.

mod answers;
mod behaviour;

use std::collections::VecDeque;

use wayline_engine::{
    Customer, Decision, DecisionKind, Effect, EffectKey, Input, Machine, Send, SendOutcome, Shared,
};
use wayline_ir::{JourneyId, MessageId, Program, Value};
use wayline_time::Moment;

use crate::input::{People, Recorded, Recording};
use crate::log::{LogPart, Who};
use crate::person::{Agenda, NO_SEND, PersonaPlan, Plan, Uniques};
use crate::random::{Key, Name};
use crate::summary::Tally;

/// A customer who is due so often at one moment will never get beyond it.
const MOST_AT_ONCE: u32 = 10_000;

/// What all customers of a run have in common.
#[derive(Debug)]
pub(crate) struct World<'a> {
    machine: &'a Machine,
    plan: Plan,
    people: &'a People,
    key: Key,
    from: Moment,
    until: Moment,
    /// What calls are answered with, by service and action.
    answers: Vec<Vec<Value>>,
}

/// One customer's state, the host's part of it included.
#[derive(Debug)]
pub(crate) struct Life<'a> {
    index: u32,
    customer: Customer,
    /// When the customer is known first; none when it is.
    begins: Option<Moment>,
    recorded: &'a [Recorded],
    persona: Option<usize>,
    key: Key,
    uniques: Uniques,
    /// The moment that was due last, and how often in a row.
    due: (Moment, u32),
    diary: Diary,
}

/// What the host remembers and plans of one customer.
#[derive(Debug, Default)]
struct Diary {
    agenda: Agenda,
    progress: Vec<Progress>,
    sends: Vec<SentMessage>,
    /// How often each step has sent each message.
    occurrences: Vec<(Name, u64)>,
    /// The journey of each run; runs count from 1.
    runs: Vec<JourneyId>,
    goal_runs: Vec<u32>,
}

/// How far a happening has come.
#[derive(Debug, Clone, Copy, Default)]
struct Progress {
    started: bool,
    candidate: u64,
    times: u64,
}

#[derive(Debug)]
struct SentMessage {
    key: EffectKey,
    message: MessageId,
    args: Vec<Value>,
}

/// What a thread works with: counts, what customers share, rows, and room that is used again.
#[derive(Debug)]
pub(crate) struct Hand<P> {
    pub(crate) tally: Tally,
    pub(crate) part: P,
    shared: Shared,
    effects: Vec<Effect>,
    pending: VecDeque<Input>,
    /// The empty diary of a customer who is done, for its room.
    spare: Diary,
}

impl<P> Hand<P> {
    pub(crate) fn new(program: &Program, part: P) -> Self {
        Self {
            tally: Tally::new(program),
            part,
            shared: Shared::default(),
            effects: Vec::new(),
            pending: VecDeque::new(),
            spare: Diary::default(),
        }
    }
}

impl<'a> World<'a> {
    pub(crate) fn new(
        machine: &'a Machine,
        people: &'a People,
        seed: u64,
        from: Moment,
        until: Moment,
    ) -> Self {
        let program = machine.program();
        let answers = program.services.iter().map(|service| {
            let record =
                |action: &wayline_ir::ServiceAction| Value::Record(answers::zeros(program, &action.response));
            service.actions.iter().map(record).collect()
        });
        Self {
            machine,
            plan: Plan::new(program),
            people,
            key: Key::seed(seed),
            from,
            until,
            answers: answers.collect(),
        }
    }

    /// A customer from the files.
    pub(crate) fn listed<P>(&self, index: u32, hand: &mut Hand<P>) -> Life<'a> {
        let person = self.people.all().get(index as usize);
        let recorded = self.people.recorded(index as usize);
        let first = recorded.partition_point(|recorded| recorded.at < self.from);
        let end = recorded.partition_point(|recorded| recorded.at <= self.until).max(first);
        hand.tally.out_of_time += (recorded.len() - (end - first)) as u64;
        let recorded = recorded.get(first..end).unwrap_or_default();
        // Who appears by an event is not known before it.
        let appears = match person {
            Some(person) if !person.listed => recorded.first().map_or(Moment::MAX, |recorded| recorded.at),
            _ => self.from,
        };
        let diary = std::mem::take(&mut hand.spare);
        self.life(index, person.map_or("", |person| &person.id), appears, recorded, None, diary)
    }

    /// A customer who is made up; `number` counts them from 0.
    pub(crate) fn generated<P>(&self, index: u32, number: u32, id: &str, hand: &mut Hand<P>) -> Life<'a> {
        let key = self.key.with(u64::from(number));
        let persona = self.plan.choose(key.named(Name::of("persona")));
        if let Some(count) = hand.tally.personas.get_mut(persona) {
            *count += 1;
        }
        let diary = std::mem::take(&mut hand.spare);
        let mut life = self.life(index, id, self.from, &[], Some(persona), diary);
        life.key = key;
        life.uniques = Uniques::of(number.saturating_add(1));
        life
    }

    fn life(
        &self,
        index: u32,
        id: &str,
        begins: Moment,
        recorded: &'a [Recorded],
        persona: Option<usize>,
        mut diary: Diary,
    ) -> Life<'a> {
        let happenings = persona.and_then(|persona| self.plan.personas.get(persona));
        let happenings = happenings.map_or(0, |persona| persona.happenings.len());
        diary.progress.resize(happenings, Progress::default());
        Life {
            index,
            customer: self.machine.new_customer(id),
            begins: Some(begins),
            recorded,
            persona,
            key: self.key,
            uniques: Uniques::default(),
            due: (Moment::MIN, 0),
            diary,
        }
    }

    /// A customer is done; the room of the diary is kept for the next one.
    pub(crate) fn done<P>(&self, life: Life<'a>, hand: &mut Hand<P>) {
        let Diary { mut agenda, mut progress, mut sends, mut occurrences, mut runs, mut goal_runs } =
            life.diary;
        agenda.clear();
        progress.clear();
        sends.clear();
        occurrences.clear();
        runs.clear();
        goal_runs.clear();
        hand.spare = Diary { agenda, progress, sends, occurrences, runs, goal_runs };
    }

    /// When the customer has something to do next, within the run.
    pub(crate) fn next(&self, life: &Life<'_>) -> Option<Moment> {
        let next = match life.begins {
            Some(begins) => begins,
            None => {
                let due = self.machine.next_due(&life.customer).unwrap_or(Moment::MAX);
                let recorded = life.recorded.first().map_or(Moment::MAX, |recorded| recorded.at);
                due.min(recorded).min(life.diary.agenda.next().unwrap_or(Moment::MAX))
            }
        };
        (next <= self.until && next != Moment::MAX && life.due.1 < MOST_AT_ONCE).then_some(next)
    }

    /// Does one thing at the moment [`next`](Self::next) gave. At one instant what is recorded comes first, then what
    /// the person does, then what is due: the engine lets an event at the very moment of a time-out win.
    pub(crate) fn turn<P: LogPart>(&self, life: &mut Life<'_>, hand: &mut Hand<P>, at: Moment) {
        if life.begins.take().is_some() {
            return self.begin(life, hand, at);
        }
        if let Some((recorded, rest)) = life.recorded.split_first()
            && recorded.at <= at
        {
            life.recorded = rest;
            return self.replay(life, hand, recorded);
        }
        if life.diary.agenda.next().is_some_and(|next| next <= at) {
            if let (Some((at, todo)), Some(persona)) = (life.diary.agenda.pop(), self.persona(life)) {
                self.do_next(life, hand, persona, at, todo);
            }
            return;
        }
        life.due = if life.due.0 == at { (at, life.due.1 + 1) } else { (at, 0) };
        if life.due.1 == MOST_AT_ONCE {
            hand.tally.fault("a customer for whom time stood still was given up");
            return;
        }
        self.feed(life, hand, Input::Due, at);
    }

    fn persona(&self, life: &Life<'_>) -> Option<&PersonaPlan> {
        self.plan.personas.get(life.persona?)
    }

    /// The customer becomes known.
    fn begin<P: LogPart>(&self, life: &mut Life<'_>, hand: &mut Hand<P>, at: Moment) {
        let Some(persona) = self.persona(life) else {
            if let Some(person) = self.people.all().get(life.index as usize).filter(|person| person.listed) {
                let since = person.updated_at.unwrap_or(at).min(at);
                let (changes, consents) = (person.profile.clone(), person.consents.clone());
                self.feed(life, hand, Input::Profile { at: since, changes, consents }, at);
            }
            return;
        };
        let changes = persona.profile(life.key, &mut life.uniques);
        let consents = persona.consents(life.key);
        self.feed(life, hand, Input::Profile { at, changes, consents }, at);
        for (position, happening) in (0..).zip(&persona.happenings) {
            if happening.starting_after.is_none() {
                self.start(life, persona, position, at);
            }
        }
    }

    fn replay<P: LogPart>(&self, life: &mut Life<'_>, hand: &mut Hand<P>, recorded: &Recorded) {
        let at = recorded.at;
        match &recorded.what {
            Recording::Event { event, id, data } => {
                let input = Input::Event { event: *event, id: id.clone(), at, data: data.clone() };
                self.feed(life, hand, input, at);
            }
            Recording::Profile { changes, consents } => {
                let input = Input::Profile { at, changes: changes.to_vec(), consents: consents.to_vec() };
                self.feed(life, hand, input, at);
            }
            Recording::Reaction { message, kind, value } => {
                match life.diary.sends.iter().rev().find(|sent| sent.message == *message).map(|sent| sent.key)
                {
                    None => hand.tally.reactions_without_send += 1,
                    Some(send) => {
                        let input = Input::Reaction { send, kind: *kind, at, value: value.clone() };
                        self.feed(life, hand, input, at);
                    }
                }
            }
            Recording::Enter { journey, args } => {
                self.feed(life, hand, Input::Enter { journey: *journey, args: args.to_vec() }, at);
            }
        }
    }

    /// Tells the engine something, and does what it asks for until it asks for nothing more.
    fn feed<P: LogPart>(&self, life: &mut Life<'_>, hand: &mut Hand<P>, input: Input, now: Moment) {
        let mut input = Some(input);
        let mut effects = std::mem::take(&mut hand.effects);
        while let Some(next) = input {
            let happened = match &next {
                Input::Event { event, .. } => Some(*event),
                _ => None,
            };
            self.machine.step(&mut life.customer, &mut hand.shared, next, now, &mut effects);
            if let Some(event) = happened {
                self.happened(life, event, now);
            }
            for effect in &mut effects {
                match effect {
                    Effect::Decided(decision) => self.decided(life, hand, decision),
                    Effect::Send(send) => self.sent(life, hand, send, now),
                    Effect::Call { key, service, action, .. } => {
                        *hand.tally.calls.entry((*service, *action)).or_default() += 1;
                        let answer =
                            self.answers.get(service.index()).and_then(|all| all.get(action.index()));
                        let outcome = Ok(answer.cloned().unwrap_or_default());
                        hand.pending.push_back(Input::CallResult { call: *key, outcome });
                    }
                    Effect::Emitted { event, .. } => self.happened(life, *event, now),
                    Effect::ProfileChanged { .. } => {}
                }
            }
            effects.clear();
            input = hand.pending.pop_front();
        }
        hand.effects = effects;
    }

    fn decided<P: LogPart>(&self, life: &mut Life<'_>, hand: &mut Hand<P>, decision: &Decision) {
        let mut first_goal = false;
        match (decision.kind, decision.run, decision.journey) {
            (DecisionKind::Enter, Some(run), Some(journey)) => {
                let position = run.0.saturating_sub(1) as usize;
                if life.diary.runs.len() <= position {
                    life.diary.runs.resize(position + 1, journey);
                }
                if let Some(known) = life.diary.runs.get_mut(position) {
                    *known = journey;
                }
            }
            (DecisionKind::Goal, Some(run), _) if !life.diary.goal_runs.contains(&run.0) => {
                life.diary.goal_runs.push(run.0);
                first_goal = true;
            }
            _ => {}
        }
        hand.tally.count(decision, first_goal);
        let who = Who { index: life.index, id: life.customer.id(), zone: life.customer.zone() };
        hand.part.row(who, decision);
    }

    /// A message leaves: it is accepted, and the person's reactions are decided.
    fn sent<P>(&self, life: &mut Life<'_>, hand: &mut Hand<P>, send: &mut Send, now: Moment) {
        hand.pending.push_back(Input::SendResult { send: send.key, outcome: SendOutcome::Accepted });
        let position = u32::try_from(life.diary.sends.len()).unwrap_or(NO_SEND);
        let journey = life.diary.runs.get(send.key.run.0.saturating_sub(1) as usize);
        let step =
            journey.and_then(|journey| self.plan.steps.get(journey.index())?.get(send.key.step.index()));
        let message = self.plan.messages.get(send.message.index());
        let persona = self.persona(life);
        if let (Some(step), Some(message), Some(persona)) = (step, message, persona)
            && let Some(nodes) = persona.reactions.get(send.message.index()).filter(|nodes| !nodes.is_empty())
        {
            let name = step.then(*message);
            let occurrence = match life.diary.occurrences.iter_mut().find(|(known, _)| *known == name) {
                Some((_, count)) => {
                    *count += 1;
                    *count
                }
                None => {
                    life.diary.occurrences.push((name, 0));
                    0
                }
            };
            let key = life.key.named(name).with(occurrence);
            self.spawn_later(life, persona, nodes, key, position, now);
        }
        life.diary.sends.push(SentMessage {
            key: send.key,
            message: send.message,
            args: std::mem::take(&mut send.args),
        });
    }
}
