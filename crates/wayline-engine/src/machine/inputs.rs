//! What each input does: the state first, then segments, goals, leaves, waits, entries.

use wayline_ir::{EventId, FieldId, HistorySource, ReactionKind, Value};
use wayline_time::Moment;

use crate::eval::Item;
use crate::prepare::Change;
use crate::state::{EVENT_IDS_KEPT_MS, KnownConsent, Sent};
use crate::turn::{FUEL, Signal, Task, Turn};
use crate::{Consent, ConsentChange, DecisionKind, Detail, EffectKey, Input, Reason, sticky};

impl Turn<'_> {
    pub(super) fn input(&mut self, input: Input) {
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
            changes: &[self.index.event_change(event)],
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
            self.changed(signal.changes);
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
        // All fields at once: each segment and each run is asked once, in its order.
        let changes: Vec<Change> = changed.iter().map(|field| self.index.field_change(*field)).collect();
        self.changed(&changes);
        if !self.customer.runs.is_empty() {
            self.sweep_leaves(&changes);
            self.sweep_waits(&changes);
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
        let seq = self.customer.remember_reaction(self.index, (sent.key.run, sent.message), kind, at, &value);
        match kind {
            ReactionKind::Unsubscribed | ReactionKind::Complained => {
                let (topic, channel) = (message.topic, message.channel);
                self.customer.set_consent(KnownConsent { topic, channel, consent: Consent::Withdrawn, at });
            }
            ReactionKind::Bounced
                if !sent.readdressed && !self.customer.bounced.contains(&message.channel) =>
            {
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
            changes: &[self.index.reaction_change()],
            at,
            seq,
        };
        self.signal(&signal);
    }

    /// What has been put off until now: events that were raised, journeys that were started, and so on.
    pub(super) fn drain(&mut self) {
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
                Task::Changed(change) => {
                    self.sweep_leaves(&[change]);
                    self.sweep_waits(&[change]);
                }
            }
        }
    }
}
