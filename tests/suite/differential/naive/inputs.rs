//! What an input does: events, changes of the profile, reactions, answers, entries by hand.

use wayline_engine::{Consent, ConsentChange, DecisionKind, Detail, EffectKey, Input, Reason, SendOutcome};
use wayline_ir::{ChannelId, EventId, Expr, FieldId, ReactionKind, TopicId, Value};
use wayline_time::Moment;

use super::Turn;
use super::changes::Change;
use super::clock::{Clock, DAY};
use super::past::{Happened, Standing, What};

impl Turn<'_> {
    pub(super) fn input(&mut self, input: Input) {
        match input {
            Input::Event { event, id, at, data } => self.told(event, id.as_deref(), at, data),
            Input::Profile { at, changes, consents } => self.profile(at, &changes, &consents),
            Input::Reaction { send, kind, at, value } => self.reaction(send, kind, at, value),
            Input::SendResult { send, outcome } => self.send_result(send, outcome),
            Input::CallResult { call, outcome } => self.call_result(call, outcome),
            Input::Enter { journey, args } => self.enter_by_hand(journey, args),
            Input::Due => {}
        }
    }

    /// An event from outside.
    fn told(&mut self, event: EventId, id: Option<&str>, at: Moment, data: Value) {
        let mut row = self.row(DecisionKind::Event);
        row.detail = Detail::Event(event);
        if let Some(id) = id {
            let week = 7 * DAY;
            if self.person.seen.iter().any(|(seen, at)| seen == id && self.now.0 <= at.0 + week) {
                row.reason = Some(Reason::Duplicate);
                return self.log(row);
            }
            self.person.seen.push((id.to_owned(), self.now));
        }
        let at = at.min(self.now);
        if at < self.person.frontier {
            row.reason = Some(Reason::Late);
        }
        self.person.frontier = self.person.frontier.max(at);
        self.log(row);
        self.event(event, at, data);
    }

    /// An event, also one that a run raised.
    pub(super) fn event(&mut self, event: EventId, at: Moment, data: Value) {
        self.happens(What::Event(event), at, data);
    }

    /// Something happens: past, segments, goals, leaves, waits, entries.
    fn happens(&mut self, what: What, at: Moment, data: Value) {
        let place = self.person.place(at);
        let happened = Happened { place, what, data };
        self.person.past.push(happened.clone());
        let change = Change::Happened(what);
        if self.person.begun {
            self.ask_segments(change);
        } else {
            self.begin();
        }
        self.goals(&happened);
        self.ask_leaves(change, Some(&happened));
        self.ask_waits(change, Some(&happened));
        self.enter_on(&happened);
    }

    fn profile(&mut self, at: Moment, changes: &[(FieldId, Value)], consents: &[ConsentChange]) {
        let at = at.min(self.now);
        let new: Vec<(FieldId, Value)> =
            changes.iter().filter(|(field, _)| at >= self.person.updated[field.index()]).cloned().collect();
        let mut row = self.row(DecisionKind::Profile);
        let fields: Vec<FieldId> = new.iter().map(|(field, _)| *field).collect();
        let before = self.fields(&fields);
        let empty = new.is_empty();
        self.keep_pending();
        for (field, value) in new {
            self.write(field, value, at);
        }
        let changed = self.differ(&fields, &before);
        if let ([field], 1) = (&*changed, changes.len()) {
            row.detail = Detail::Field(*field, self.person.profile[field.index()].clone());
        }
        if empty && !changes.is_empty() {
            row.reason = Some(Reason::Stale);
        }
        self.log(row);
        for ConsentChange { topic, channel, consent } in consents {
            self.consent((*topic, *channel), *consent, at);
        }
        self.wrote(&changed);
        if self.person.begun && !changed.is_empty() {
            self.changed(&changed, true);
        }
    }

    pub(super) fn fields(&self, fields: &[FieldId]) -> Vec<Value> {
        fields.iter().map(|field| self.person.field(self.program, *field)).collect()
    }

    pub(super) fn differ(&self, fields: &[FieldId], before: &[Value]) -> Vec<FieldId> {
        let now = self.fields(fields);
        fields.iter().zip(before).zip(now).filter(|((_, b), n)| *b != n).map(|((f, _), _)| *f).collect()
    }

    fn consent(&mut self, of: (TopicId, ChannelId), consent: Consent, at: Moment) {
        match self.person.consents.iter_mut().find(|(t, c, ..)| (*t, *c) == of) {
            Some(known) if known.3 > at => {}
            Some(known) => (known.2, known.3) = (consent, at),
            None => self.person.consents.push((of.0, of.1, consent, at)),
        }
    }

    /// Writes a field of the profile.
    pub(super) fn write(&mut self, field: FieldId, value: Value, at: Moment) {
        let before = self.person.field(self.program, field);
        self.person.profile[field.index()] = value;
        self.person.updated[field.index()] = at;
        if self.person.field(self.program, field) != before {
            self.person.since[field.index()] = self.now;
        }
    }

    /// What follows from fields at once: the zone, addresses that work again, schedules.
    pub(super) fn wrote(&mut self, fields: &[FieldId]) {
        if let Some(zone) = self.program.zone_field.filter(|zone| fields.contains(zone)) {
            let ours = self.program.workspace.zone.name();
            let name = match self.person.field(self.program, zone) {
                Value::Text(name) => name.to_string(),
                _ => ours.to_owned(),
            };
            let clock = Clock::named(&name);
            if clock.is_none() {
                let mut row = self.row(DecisionKind::Profile);
                row.detail = Detail::Text(String::new());
                self.log(row);
            }
            self.person.clock = clock.or_else(|| Clock::named(ours)).unwrap();
        }
        let program = self.program;
        for (number, channel) in program.channels.iter().enumerate() {
            let mut made_of = false;
            channel.to.walk(0, &mut |part, _| {
                made_of |= matches!(part, Expr::Customer(field) if fields.contains(field));
            });
            let channel = ChannelId::at(number);
            if made_of {
                self.person.bounced.retain(|bounced| *bounced != channel);
                let left = self.person.left.iter_mut().filter(|left| left.channel == channel);
                left.for_each(|left| left.former = true);
            }
        }
        self.reschedule(fields);
    }

    fn reaction(&mut self, send: EffectKey, kind: ReactionKind, at: Moment, value: Value) {
        let mut row = self.row(DecisionKind::Reaction);
        (row.run, row.step, row.detail) = (Some(send.run), Some(send.step), Detail::Reaction(kind));
        let Some(number) = self.person.left.iter().position(|left| left.key == send) else {
            row.reason = Some(Reason::Stale);
            return self.log(row);
        };
        let left = self.person.left[number].clone();
        row.journey = Some(left.journey);
        (row.message, row.channel) = (Some(left.message), Some(left.channel));
        self.log(row);
        let at = at.min(self.now);
        self.person.frontier = self.person.frontier.max(at);
        match kind {
            ReactionKind::Unsubscribed | ReactionKind::Complained => {
                self.consent((left.topic, left.channel), Consent::Withdrawn, at);
            }
            ReactionKind::Bounced if left.former => {}
            ReactionKind::Bounced => self.person.bounced.push(left.channel),
            ReactionKind::Opened | ReactionKind::Clicked | ReactionKind::Replied | ReactionKind::Answered => {
                self.person.left[number].answered = true;
            }
            ReactionKind::Delivered | ReactionKind::Failed => {}
        }
        self.reacted(number, kind, at, value);
    }

    fn reacted(&mut self, number: usize, kind: ReactionKind, at: Moment, value: Value) {
        let left = &self.person.left[number];
        let what = What::Reaction(kind, left.message, left.channel, left.key.run);
        let data = if kind == ReactionKind::Answered { vec![value] } else { Vec::new() };
        self.happens(what, at, Value::Record(data.into()));
    }

    fn send_result(&mut self, send: EffectKey, outcome: SendOutcome) {
        let mut row = self.row(DecisionKind::SendResult);
        (row.run, row.step) = (Some(send.run), Some(send.step));
        let number = self.person.left.iter().position(|left| left.key == send);
        if let Some(left) = number.map(|number| &self.person.left[number]) {
            row.journey = Some(left.journey);
            (row.message, row.channel) = (Some(left.message), Some(left.channel));
        }
        let waits = |turn: &Self| {
            let at = turn.find(send.run)?;
            matches!(turn.person.runs[at].standing, Standing::Sending(key) if key == send).then_some(at)
        };
        if let SendOutcome::Failed(words) = &outcome {
            row.reason = Some(Reason::Failed);
            row.detail = Detail::Text(words.clone());
        } else if waits(self).is_none() {
            row.reason = Some(Reason::Stale);
        }
        self.log(row);
        match outcome {
            SendOutcome::Accepted => {
                if let Some(at) = waits(self) {
                    self.sent(at);
                }
            }
            SendOutcome::Failed(_) => {
                if let Some(number) = number {
                    self.reacted(number, ReactionKind::Failed, self.now, Value::Missing);
                }
                if let Some(at) = waits(self) {
                    self.not_sent(at, Reason::Failed);
                }
            }
        }
    }

    fn call_result(&mut self, call: EffectKey, outcome: Result<Value, String>) {
        let mut row = self.row(DecisionKind::CallResult);
        (row.run, row.step) = (Some(call.run), Some(call.step));
        let at = self
            .find(call.run)
            .filter(|at| matches!(self.person.runs[*at].standing, Standing::Calling(key) if key == call));
        if let Err(words) = &outcome {
            row.reason = Some(Reason::Failed);
            row.detail = Detail::Text(words.clone());
        }
        let Some(at) = at else {
            row.reason = Some(Reason::Stale);
            return self.log(row);
        };
        row.journey = Some(self.person.runs[at].journey);
        self.log(row);
        self.called(at, outcome);
    }
}
