//! The machine: one program, made ready, and what an input does to a customer.

use std::collections::VecDeque;
use std::sync::Arc;

use wayline_ir::{EventId, FieldId, HistorySource, Program, ReactionKind, Value};
use wayline_time::Moment;

use crate::eval::Item;
use crate::prepare::{Index, ProgramFault};
use crate::state::{Customer, EVENT_IDS_KEPT_MS, FAR, KnownConsent, Sent, Standing};
use crate::turn::{FUEL, Signal, Task, Turn};
use crate::{Consent, ConsentChange, DecisionKind, Detail, Effect, EffectKey, Input, Reason, Shared, sticky};

/// A program, made ready to be executed. Made once, shared by all customers and threads.
#[derive(Debug)]
pub struct Machine {
    pub(crate) program: Arc<Program>,
    pub(crate) index: Index,
}

/// Classes of what is due at one moment, in the order it is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Class {
    Leave,
    Event,
    // What time alone changes comes after an event of the same moment: a purchase at the very moment in which a customer
    // would lapse keeps the customer.
    Segment,
    Timer,
    Entry,
}

/// Something that is due.
#[derive(Debug, Clone, Copy)]
enum Due {
    Segment(usize),
    Leave(usize),
    Flip(usize),
    Timer(usize),
    Joined,
    Schedule(usize),
}

impl Machine {
    /// Makes a program ready.
    ///
    /// # Errors
    /// When the program refers to what it does not have.
    pub fn new(program: Arc<Program>) -> Result<Self, ProgramFault> {
        let index = Index::build(&program)?;
        Ok(Self { program, index })
    }

    /// The program.
    #[must_use]
    pub fn program(&self) -> &Arc<Program> {
        &self.program
    }

    /// A customer of whom nothing is known. The id is part of every hash that divides customers.
    #[must_use]
    pub fn new_customer(&self, id: &str) -> Customer {
        Customer {
            id: Arc::from(id),
            hash: sticky::of_id(id),
            now: Moment::MIN,
            frontier: Moment::MIN,
            due: FAR,
            zone: self.program.workspace.zone,
            begun: false,
            next_run: 0,
            next_seq: 0,
            profile: Vec::new(),
            updated: Vec::new(),
            held_since: Vec::new(),
            consents: Vec::new(),
            bounced: Vec::new(),
            history: Vec::new(),
            reactions: Vec::new(),
            sends: Vec::new(),
            runs: Vec::new(),
            entries: Vec::new(),
            goals: Vec::new(),
            members: Vec::new(),
            schedule: Vec::new(),
            seen: Vec::new(),
            pruned: [0; 3],
        }
    }

    /// Whether customers share anything: a daily limit of entries, or the rate of a channel. When not, they may be
    /// handled in any order.
    #[must_use]
    pub fn shares_anything(&self) -> bool {
        self.program.journeys.iter().any(|journey| journey.daily_limit.is_some())
            || self.program.channels.iter().any(|channel| channel.rate.is_some())
    }

    /// When the customer must be woken with [`Input::Due`] at the latest; none when only another input changes
    /// anything. Kept by the state: reading it is free.
    #[must_use]
    pub fn next_due(&self, customer: &Customer) -> Option<Moment> {
        (customer.due != FAR).then_some(customer.due)
    }

    /// Handles one input of a customer at the moment `now` and appends the effects. Total: it never fails.
    ///
    /// Time does not go back: an earlier `now` than the customer was stepped to before counts as that moment.
    pub fn step(
        &self,
        customer: &mut Customer,
        shared: &mut Shared,
        input: Input,
        now: Moment,
        out: &mut Vec<Effect>,
    ) {
        let now = now.max(customer.now);
        customer.now = now;
        let mut turn = Turn {
            program: &self.program,
            index: &self.index,
            customer,
            shared,
            out,
            now,
            queue: VecDeque::new(),
            joined: Vec::new(),
            fuel: FUEL,
        };
        if turn.customer.due <= now {
            turn.catch_up(Class::Event);
        }
        turn.input(input);
        if !turn.customer.begun {
            turn.begin();
        }
        if !turn.joined.is_empty() {
            turn.enters(None);
        }
        turn.drain();
        turn.catch_up(Class::Entry);
        turn.settle();
    }
}

impl Turn<'_> {
    fn input(&mut self, input: Input) {
        // Events and profiles are written first, so that segments are asked about what is known then.
        if !self.customer.begun && !matches!(input, Input::Event { .. } | Input::Profile { .. }) {
            self.begin();
        }
        match input {
            Input::Event { event, id, at, data } => self.event_input(event, id.as_deref(), at, &data),
            Input::Profile { at, changes, consents } => self.profile_input(at, changes, &consents),
            Input::Reaction { send, kind, at, value } => self.reaction_input(send, kind, at, value),
            Input::SendResult { send, outcome } => self.send_result(send, outcome),
            Input::CallResult { call, outcome } => self.call_result(call, outcome),
            Input::Enter { journey, args } => self.enter_by_hand(journey, args),
            Input::Due => {}
        }
    }

    fn event_input(&mut self, event: EventId, id: Option<&str>, at: Moment, data: &Value) {
        let mut row = self.row(DecisionKind::Event);
        row.detail = Detail::Event(event);
        if self.program.events.get(event.index()).is_none() {
            row.reason = Some(Reason::Stale);
            return self.decide(row);
        }
        if let Some(id) = id
            && self.seen(sticky::of_event_id(id))
        {
            row.reason = Some(Reason::Duplicate);
            return self.decide(row);
        }
        // What claims to come from the future happened now.
        let at = at.min(self.now);
        if at < self.customer.frontier {
            row.reason = Some(Reason::Late);
        }
        self.customer.frontier = self.customer.frontier.max(at);
        self.decide(row);
        self.event(event, at, data);
    }

    /// Whether an event id was seen before; it is from now on.
    fn seen(&mut self, hash: u64) -> bool {
        let now = self.now;
        let seen = &mut self.customer.seen;
        let old = seen.iter().take_while(|(_, at)| now.millis_since(*at) > EVENT_IDS_KEPT_MS).count();
        if old > 0 {
            seen.drain(..old);
        }
        let known = seen.iter().any(|(known, _)| *known == hash);
        if !known {
            seen.push((hash, now));
        }
        known
    }

    /// An event of the customer, from outside or raised by a run.
    fn event(&mut self, event: EventId, at: Moment, data: &Value) {
        let seq = self.customer.remember_event(self.index, event, at, data);
        let signal = Signal {
            numbers: [self.index.source(HistorySource::Event(event)), usize::MAX],
            run: None,
            item: Item::Whole(data),
            change: self.index.event_change(event),
            at,
            seq,
        };
        self.signal(&signal);
    }

    /// Segments, then goals, leaves, waits, entries.
    fn signal(&mut self, signal: &Signal<'_>) {
        if !self.customer.begun {
            self.begin();
        } else {
            self.changed(signal.change);
        }
        let heard = signal.numbers.map(|number| self.index.listeners.get(number));
        let heard = heard.iter().flatten();
        let (mut goals, mut leaves, mut waits, mut enters) = (false, false, false, !self.joined.is_empty());
        for listeners in heard {
            goals |= listeners.goals;
            leaves |= listeners.leaves;
            waits |= listeners.waits;
            enters |= !listeners.enters.is_empty();
        }
        if goals {
            self.goals(signal);
        }
        if !self.customer.runs.is_empty() {
            self.leaves(signal, leaves);
            self.waits(signal, waits);
        }
        if enters {
            self.enters(Some(signal));
        }
    }

    fn profile_input(&mut self, at: Moment, changes: Vec<(FieldId, Value)>, consents: &[ConsentChange]) {
        let at = at.min(self.now);
        let mut row = self.row(DecisionKind::Profile);
        let (given, mut stale, mut changed) = (changes.len(), 0, Vec::new());
        for (field, value) in changes {
            if self.program.customer.get(field.index()).is_none() || at < self.customer.updated(field) {
                stale += 1;
                continue;
            }
            let only = (given == 1).then(|| value.clone());
            if self.write_field(field, value, at) {
                changed.push(field);
                row.detail = only.map_or(Detail::None, |value| Detail::Field(field, value));
            }
        }
        if stale > 0 && stale == given {
            row.reason = Some(Reason::Stale);
        }
        self.decide(row);
        for ConsentChange { topic, channel, consent } in consents.iter().copied() {
            self.customer.set_consent(KnownConsent { topic, channel, consent, at });
        }
        for field in &changed {
            self.field_changed(*field);
        }
        if !self.customer.begun {
            return self.begin();
        }
        for field in &changed {
            self.changed(self.index.field_change(*field));
        }
        if !self.customer.runs.is_empty() {
            for field in changed {
                self.sweep(self.index.field_change(field));
            }
        }
    }

    fn reaction_input(&mut self, key: EffectKey, kind: ReactionKind, at: Moment, value: Value) {
        let sent = self.customer.sends.iter().rev().find(|sent| sent.key == key).copied();
        let mut row = self.row(DecisionKind::Reaction);
        row.run = Some(key.run);
        row.step = Some(key.step);
        row.detail = Detail::Reaction(kind);
        let Some(sent) = sent else {
            row.reason = Some(Reason::Stale);
            return self.decide(row);
        };
        row.journey = Some(sent.journey);
        row.message = Some(sent.message);
        row.channel = self.program.messages.get(sent.message.index()).map(|message| message.channel);
        self.decide(row);
        let at = at.min(self.now);
        self.customer.frontier = self.customer.frontier.max(at);
        self.react(sent, kind, at, value);
    }

    /// A reaction to something that was sent.
    pub(crate) fn react(&mut self, sent: Sent, kind: ReactionKind, at: Moment, value: Value) {
        let Some(message) = self.program.messages.get(sent.message.index()) else { return };
        let value = if kind == ReactionKind::Answered { value } else { Value::Missing };
        let seq = self.customer.remember_reaction(self.index, sent.message, kind, at, &value);
        match kind {
            ReactionKind::Unsubscribed | ReactionKind::Complained => {
                let (topic, channel) = (message.topic, message.channel);
                self.customer.set_consent(KnownConsent { topic, channel, consent: Consent::Withdrawn, at });
            }
            ReactionKind::Bounced if !self.customer.bounced.contains(&message.channel) => {
                self.customer.bounced.push(message.channel);
            }
            _ if crate::transition::send::is_answer(kind) => {
                let known = self.customer.sends.iter_mut().rev().find(|known| known.key == sent.key);
                known.into_iter().for_each(|known| known.answered = true);
            }
            _ => {}
        }
        let signal = Signal {
            numbers: [
                self.index.source(HistorySource::MessageReaction(kind, sent.message)),
                self.index.source(HistorySource::ChannelReaction(kind, message.channel)),
            ],
            run: Some(sent.key.run),
            item: Item::Answer(&value),
            change: self.index.reaction_change(),
            at,
            seq,
        };
        self.signal(&signal);
    }

    /// What has been put off until now: events that were raised, journeys that were started, and so on.
    fn drain(&mut self) {
        while let Some(task) = self.queue.pop_front() {
            if !self.burn() {
                self.queue.clear();
                return self.fault_row(None, format!("more than {FUEL} steps for one input"));
            }
            match task {
                Task::Event(event, data) => {
                    let mut row = self.row(DecisionKind::Event);
                    row.detail = Detail::Event(event);
                    self.decide(row);
                    self.event(event, self.now, &data);
                }
                Task::Start(journey, args) => self.enter_by_hand(journey, args),
                Task::Replaced(run) => self.replaced(run),
                Task::Changed(change) => self.sweep(change),
            }
        }
    }

    /// Does what is due: everything before now in the order of its moments, and at this moment all that comes
    /// before `until` in the order of classes (everything, when that is the last class).
    fn catch_up(&mut self, until: Class) {
        while self.fuel > 0 {
            let Some((moment, class, due)) = self.first_due() else { return };
            if moment > self.now || (moment == self.now && class >= until && until != Class::Entry) {
                return;
            }
            self.burn();
            self.customer.frontier = self.customer.frontier.max(moment);
            match due {
                Due::Segment(at) => self.ask_member(at, moment),
                Due::Leave(at) => self.ask_leaves(at, None),
                Due::Flip(at) => self.flipped(at),
                Due::Timer(at) => self.timer(at),
                Due::Joined => self.enters(None),
                Due::Schedule(at) => self.scheduled(at),
            }
            self.drain();
        }
    }

    /// What is due first: by moment, class, priority, age.
    fn first_due(&self) -> Option<(Moment, Class, Due)> {
        let mut first: Option<(Moment, Class, Due)> = None;
        let mut offer = |moment: Moment, class: Class, due: Due| {
            if moment != FAR && first.is_none_or(|(known, of, _)| (moment, class) < (known, of)) {
                first = Some((moment, class, due));
            }
        };
        for (at, member) in self.customer.members.iter().enumerate() {
            offer(member.flip, Class::Segment, Due::Segment(at));
        }
        // Runs are in the order of priority and age, so the first of several stays.
        for (at, run) in self.customer.runs.iter().enumerate().filter(|(_, run)| run.due() <= self.now) {
            offer(run.leave_flip, Class::Leave, Due::Leave(at));
            offer(run.wait_flip, Class::Event, Due::Flip(at));
            offer(run.timer, Class::Timer, Due::Timer(at));
        }
        if let Some(joined) = self.joined.iter().map(|joined| joined.at).min() {
            offer(joined, Class::Entry, Due::Joined);
        }
        // Scheduled enters of one moment: by priority of their journeys.
        let mut best: Option<(Moment, u8, usize)> = None;
        for (at, moment) in self.customer.schedule.iter().enumerate() {
            let priority = self.index.scheduled.get(at).map_or(0, |scheduled| scheduled.priority);
            if best.is_none_or(|(known, of, _)| *moment < known || (*moment == known && priority > of)) {
                best = Some((*moment, priority, at));
            }
        }
        if let Some((moment, _, at)) = best {
            offer(moment, Class::Entry, Due::Schedule(at));
        }
        first
    }

    /// The turn is over: what has ended is swept away, and the next due moment is noted.
    fn settle(&mut self) {
        for at in 0..self.customer.runs.len() {
            // Only when fuel ran out: every transition ends in a rest or an end.
            let standing = self.run(at).map(|run| &run.standing);
            if matches!(standing, Some(Standing::Moving | Standing::Replaced)) {
                self.stop_because(at, format!("more than {FUEL} steps for one input"));
            }
        }
        self.customer.runs.retain(|run| !run.ended());
        let customer = &mut *self.customer;
        let now = customer.now;
        if customer.goals.iter().any(|goal| goal.until <= now) {
            customer.goals.retain(|goal| goal.until > now);
        }
        let runs = customer.runs.iter().map(|run| run.due());
        let members = customer.members.iter().map(|member| member.flip);
        let schedule = customer.schedule.iter().copied();
        customer.due = runs.chain(members).chain(schedule).min().unwrap_or(FAR);
    }
}
