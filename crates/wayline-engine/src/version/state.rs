//! Rewriting a customer, and what customers share, for another program.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use wayline_ir::{EventType, Field, FieldId, JourneyId, Type, Value};
use wayline_time::Moment;

use crate::state::{
    Customer, FAR, Held, KnownConsent, LastEntry, Member, OpenGoal, Past, PastReaction, Run, Sent, Standing,
};
use crate::{Decision, DecisionKind, Effect, Machine, Reason, RunId, Shared, Verdict};

use super::carry::Former;
use super::names::{Names, fits};
use super::{Fate, Upgrade, Upgraded};

impl Upgrade {
    /// Rewrites a customer for the new program. The customer is due at `now`: then everything that depends on the
    /// workspace is asked anew.
    #[must_use]
    pub fn customer(&self, customer: Customer, now: Moment) -> Upgraded {
        let now = now.max(customer.now);
        let (mut effects, mut fates) = (Vec::new(), Vec::new());
        let mut new = self.new.new_customer(&customer.id);
        (new.now, new.frontier, new.zone, new.begun) =
            (customer.now, customer.frontier, customer.zone, customer.begun);
        (new.next_run, new.next_seq) = (customer.next_run, customer.next_seq);
        let lost = self.profile(&customer, &mut new, now);
        self.past(&customer, &mut new);
        for run in &customer.runs {
            let fate = self.fate(run);
            match self.run(run, &fate, now) {
                Some(run) => new.runs.push(run),
                None => self.ended(run, now, &mut effects),
            }
            fates.push((run.id, fate));
        }
        new.runs.sort_by_key(|run| (Reverse(run.priority), run.id));
        new.goals = customer.goals.iter().filter_map(|goal| self.goal(goal)).collect();
        new.entries = customer.entries.iter().filter_map(|entry| self.entry(entry)).collect();
        new.seen = customer.seen.clone();
        if new.begun {
            self.members(&customer, &mut new, now);
            self.schedule(&customer, &mut new, now, &mut effects);
            new.due = now;
        }
        Upgraded { customer: new, effects, runs: fates, lost }
    }

    /// Rewrites what customers share: counts of today, slots of rates, pauses.
    #[must_use]
    pub fn shared(&self, shared: &Shared) -> Shared {
        let channel = |id: wayline_ir::ChannelId| Names::get(&self.names.channels, id.index());
        shared.rewritten(&|journey| self.roots.get(journey.index()).copied().flatten(), &channel)
    }

    /// What is known of the profile, and the names of what is lost.
    fn profile(&self, customer: &Customer, new: &mut Customer, now: Moment) -> Vec<String> {
        let (mut lost, mut other) = (Vec::new(), Vec::new());
        for (at, (value, field)) in customer.profile.iter().zip(&self.old.program.customer).enumerate() {
            let target = Names::get(&self.names.fields, at);
            let known = target.and_then(|target| self.new.program.customer.get(target.index()));
            let fitting = known.filter(|known| fits(&field.ty, &known.ty));
            let carried = fitting.map_or(Value::Missing, |known| {
                within(self.names.convert(value, &field.ty, &known.ty), &known.ty)
            });
            if carried.is_missing() && !value.is_missing() {
                lost.push(field.name.clone());
            }
            if let (Some(target), Some(known)) = (target, known)
                && self.names.value(meant(value, field)) != *meant(&carried, known)
            {
                other.push(target);
            }
            if let (Some(target), Some(_)) = (target, fitting) {
                new.set_field(target, carried, customer.updated(FieldId::at(at)));
            }
        }
        if !customer.begun {
            return lost;
        }
        for at in 0..self.new.program.customer.len() {
            let field = FieldId::at(at);
            if !self.new.index.tracked_fields.has(at) {
                continue;
            }
            if other.contains(&field) {
                new.held_since.push((field, now));
                continue;
            }
            let known = customer
                .held_since
                .iter()
                .find(|(known, _)| Names::get(&self.names.fields, known.index()) == Some(field));
            // A field that nobody asked about before has had its value since the last time it was written, at least.
            let written = Some(new.updated(field)).filter(|at| *at != Moment::MIN);
            new.held_since.push((field, known.map(|(_, since)| *since).or(written).unwrap_or(now)));
        }
        lost
    }

    fn past(&self, customer: &Customer, new: &mut Customer) {
        let names = &self.names;
        for known in &customer.consents {
            let topic = Names::get(&names.topics, known.topic.index());
            let channel = Names::get(&names.channels, known.channel.index());
            if let (Some(topic), Some(channel)) = (topic, channel) {
                new.consents.push(KnownConsent { topic, channel, ..*known });
            }
        }
        let bounced = customer.bounced.iter();
        new.bounced = bounced.filter_map(|id| Names::get(&names.channels, id.index())).collect();
        new.history = customer.history.iter().filter_map(|past| self.event(past)).collect();
        if self.new.index.kept_reactions.is_some() {
            let reactions = customer.reactions.iter();
            new.reactions = reactions.filter_map(|past| self.reaction(past)).collect();
        }
        new.sends = customer.sends.iter().filter_map(|sent| self.sent(sent)).collect();
        new.pruned = customer.pruned;
    }

    fn event(&self, past: &Past) -> Option<Past> {
        let id = Names::get(&self.names.events, past.event.index())?;
        let (was, is) = self.events.get(past.event.index())?.as_ref()?;
        let stored = self.old.index.kept.get(past.event.index())?.as_ref()?;
        let kept = self.new.index.kept.get(id.index())?.as_ref()?;
        let whole = self.names.convert(&stored.restore(&past.data), was, is);
        Some(Past { at: past.at, seq: past.seq, event: id, data: kept.store(&whole) })
    }

    fn reaction(&self, past: &PastReaction) -> Option<PastReaction> {
        let message = Names::get(&self.names.messages, past.message.index())?;
        Some(PastReaction { message, value: self.names.value(&past.value), ..past.clone() })
    }

    fn sent(&self, sent: &Sent) -> Option<Sent> {
        let message = Names::get(&self.names.messages, sent.message.index())?;
        Some(Sent { message, journey: self.version(sent.journey)?, ..*sent })
    }

    /// Where a version of a journey is found now.
    fn version(&self, old: JourneyId) -> Option<JourneyId> {
        let former = self.formers.get(old.index())?;
        if former.same { former.present } else { former.copy.or(former.present) }
    }

    fn slots(&self, journey: JourneyId, values: &[Value]) -> Box<[Value]> {
        let types =
            self.formers.get(journey.index()).map(|former| former.slots.as_slice()).unwrap_or_default();
        let one = |(at, value): (usize, &Value)| match types.get(at) {
            Some((old, new)) => self.names.convert(value, old, new),
            None => self.names.value(value),
        };
        values.iter().enumerate().map(one).collect()
    }

    fn goal(&self, goal: &OpenGoal) -> Option<OpenGoal> {
        let former = self.formers.get(goal.journey.index())?;
        let journey = self.version(goal.journey).filter(|_| former.goals || former.body)?;
        let slots = self.slots(goal.journey, &goal.slots);
        Some(OpenGoal { journey, key: self.names.value(&goal.key), slots, ..goal.clone() })
    }

    fn entry(&self, entry: &LastEntry) -> Option<LastEntry> {
        let journey = self.roots.get(entry.journey.index()).copied().flatten()?;
        Some(LastEntry { journey, key: self.names.value(&entry.key), at: entry.at })
    }

    /// A run in the new program; none when it ends.
    fn run(&self, run: &Run, fate: &Fate, now: Moment) -> Option<Run> {
        let former = self.formers.get(run.journey.index())?;
        let mut new = match fate {
            Fate::Stopped => return None,
            Fate::Moved => self.moved(run, former.present?)?,
            Fate::Unchanged | Fate::Kept(_) => Run {
                journey: self.version(run.journey)?,
                slots: self.slots(run.journey, &run.slots),
                ..run.clone()
            },
        };
        new.key = self.names.value(&run.key);
        self.stands(&mut new, fate, now);
        Some(new)
    }

    /// A run that goes on in the present version of its journey.
    fn moved(&self, run: &Run, present: JourneyId) -> Option<Run> {
        let moves = self.moves.get(run.journey.index())?.as_ref()?;
        let step = self.target(run, present).ok()?;
        let (old, new) = (
            self.old.program.journeys.get(run.journey.index())?,
            self.new.program.journeys.get(present.index())?,
        );
        let slots = new.slots.iter().zip(&moves.slots).map(|(slot, known)| {
            let carried = known.and_then(|known| {
                let (value, declared) = (run.slots.get(known.index())?, old.slots.get(known.index())?);
                Some(self.names.convert(value, &declared.ty, &slot.ty))
            });
            carried.unwrap_or_default()
        });
        let mut counters = vec![0; self.new.index.journeys.get(present.index())?.counters];
        for (place, known) in counters.iter_mut().zip(&moves.counters) {
            *place = known.and_then(|known| run.counters.get(known).copied()).unwrap_or(0);
        }
        let mut reached = 0;
        for (goal, known) in moves.goals.iter().enumerate() {
            if let Some(known) = known.filter(|_| run.reached & (1 << (goal & 63)) != 0) {
                reached |= 1 << (known & 63);
            }
        }
        // Keys of effects name the step by its number, which may be another step now.
        let visits = run.counters.get(old.counters as usize..).unwrap_or_default().iter().max();
        let offset = run.offset.saturating_add(visits.copied().unwrap_or(0).max(1));
        let standing = match run.standing {
            Standing::Ready(_) => Standing::Ready(step),
            ref other => other.clone(),
        };
        Some(Run {
            journey: present,
            step,
            priority: new.priority,
            slots: slots.collect(),
            counters: counters.into(),
            reached,
            offset,
            standing,
            ..run.clone()
        })
    }

    /// What a run does at its step. Conditions are asked anew, held messages when they may be allowed now; a wait keeps
    /// its end.
    fn stands(&self, run: &mut Run, fate: &Fate, now: Moment) {
        let read = self.new.index.journeys.get(run.journey.index());
        if read.is_some_and(|read| read.leaves_when.is_some()) {
            run.leave_flip = now;
        } else {
            run.leave_flip = FAR;
        }
        run.wait_flip = FAR;
        let journey = self.new.program.journeys.get(run.journey.index());
        let step = journey.and_then(|journey| journey.steps.get(run.step.index()));
        match &mut run.standing {
            Standing::WaitFor => {
                let known = read.and_then(|read| read.steps.get(run.step.index()));
                if known.is_some_and(|known| known.when.is_some()) {
                    run.wait_flip = now;
                }
            }
            Standing::Collect(collected) => {
                for item in &mut collected.items {
                    *item = self.gathered(item, step);
                }
            }
            Standing::Held(held) => {
                self.held(held, step);
                if self.asks_held || *fate == Fate::Moved {
                    run.timer = now;
                }
            }
            _ => {}
        }
    }

    fn held(&self, held: &mut Held, step: Option<&wayline_ir::Step>) {
        let first = match step.map(|step| &step.kind) {
            Some(wayline_ir::StepKind::Send { choices, .. }) => choices.first().map(|choice| choice.message),
            _ => None,
        };
        let known = Names::get(&self.names.messages, held.message.index());
        if known.is_none() {
            held.slot = None;
        }
        held.message = known.or(first).unwrap_or(held.message);
        held.rule = held.rule.and_then(|rule| Names::get(&self.names.rules, rule.index()));
    }

    /// An event that a run has gathered.
    fn gathered(&self, item: &Value, step: Option<&wayline_ir::Step>) -> Value {
        let Some(wayline_ir::StepKind::Collect { source: wayline_ir::HistorySource::Event(event), .. }) =
            step.map(|step| &step.kind)
        else {
            return self.names.value(item);
        };
        let old = self.names.events.iter().position(|known| known == &Some(*event));
        match old.and_then(|old| self.events.get(old)?.as_ref()) {
            Some((was, is)) => self.names.convert(item, was, is),
            None => self.names.value(item),
        }
    }

    /// The rows of a run that ends.
    fn ended(&self, run: &Run, now: Moment, effects: &mut Vec<Effect>) {
        let row = |kind: DecisionKind| {
            let mut row = Decision::new(now, kind);
            row.journey = self.version(run.journey);
            row.run = Some(run.id);
            row.step = Some(run.step);
            row
        };
        if let Standing::Held(held) = &run.standing {
            let mut row = row(DecisionKind::Send);
            row.message = Names::get(&self.names.messages, held.message.index());
            let message = row.message.and_then(|message| self.new.program.messages.get(message.index()));
            row.channel = message.map(|message| message.channel);
            (row.verdict, row.reason) = (Some(Verdict::Dropped), Some(Reason::Left));
            effects.push(Effect::Decided(row));
        }
        let mut row = row(DecisionKind::Exit);
        row.reason = Some(Reason::Stopped);
        effects.push(Effect::Decided(row));
    }

    /// Membership is kept by name and asked anew; of a segment that is new nothing is known, so whoever is in it joins.
    fn members(&self, customer: &Customer, new: &mut Customer, now: Moment) {
        let unknown = Member { inside: false, since: now, flip: now, fault: false };
        let member = |known: &Option<usize>| known.and_then(|at| customer.members.get(at).copied());
        let members =
            self.members.iter().map(|known| Member { flip: now, ..member(known).unwrap_or(unknown) });
        new.members = members.collect();
    }

    /// Scheduled enters: those of journeys with the same text keep their moment, the others are counted from now.
    fn schedule(&self, customer: &Customer, new: &mut Customer, now: Moment, effects: &mut Vec<Effect>) {
        let known = self.schedule.iter().map(|known| known.and_then(|at| customer.schedule.get(at).copied()));
        let known: Vec<Option<Moment>> = known.collect();
        let (mut shared, mut known_already) = (Shared::default(), Vec::new());
        match self.new.program.zone_field {
            // A zone that is none was recorded when it came in.
            Some(field) => self.new.turn(new, &mut shared, &mut known_already, now).find_zone(field),
            None => new.zone = self.new.program.workspace.zone,
        }
        let mut turn = self.new.turn(new, &mut shared, effects, now);
        turn.customer.schedule = known.iter().map(|at| at.unwrap_or(FAR)).collect();
        for (at, known) in known.iter().enumerate() {
            if known.is_none() {
                turn.reschedule(at);
            }
        }
    }
}

/// By old event: its record in both programs.
pub(super) fn events(old: &Machine, new: &Machine, names: &Names) -> Vec<Option<(Type, Type)>> {
    let record = |event: &EventType| Type::Record(event.fields.clone());
    let all = old.program.events.iter().zip(&names.events);
    all.map(|(event, id)| Some((record(event), record(new.program.events.get((*id)?.index())?)))).collect()
}

/// By tracked segment of the new program: the old one of the same name, when that was tracked.
pub(super) fn members(old: &Machine, new: &Machine, names: &Names) -> Vec<Option<usize>> {
    let mut known = vec![None; new.index.tracked.len()];
    for (at, segment) in old.index.tracked.iter().enumerate() {
        let target = Names::get(&names.segments, segment.index());
        let target = target.and_then(|id| new.index.tracked_at.get(id.index()).copied().flatten());
        if let Some(place) = target.and_then(|target| known.get_mut(target)) {
            *place = Some(at);
        }
    }
    known
}

/// By scheduled enter of the new program: the old one of a journey with the same text.
pub(super) fn schedule(old: &Machine, new: &Machine, formers: &[Former]) -> Vec<Option<usize>> {
    let mut known = BTreeMap::new();
    for (at, scheduled) in old.index.scheduled.iter().enumerate() {
        let former = formers.get(scheduled.journey.index()).filter(|former| former.same);
        if let Some(present) = former.and_then(|former| former.present) {
            known.insert((present, scheduled.enter), at);
        }
    }
    new.index.scheduled.iter().map(|it| known.get(&(it.journey, it.enter)).copied()).collect()
}

/// What a value of the profile means: its default when it is missing.
fn meant<'v>(value: &'v Value, field: &'v Field) -> &'v Value {
    match &field.default {
        Some(default) if value.is_missing() => default,
        _ => value,
    }
}

/// A value of the profile; a word that its type does not have any more is no value.
fn within(value: Value, ty: &Type) -> Value {
    match (&value, ty) {
        (Value::Choice(word), Type::OneOf(words)) if !words.contains(word) => Value::Missing,
        _ => value,
    }
}

impl Upgraded {
    /// The fate of a run.
    #[must_use]
    pub fn fate(&self, run: RunId) -> Option<&Fate> {
        self.runs.iter().find(|(known, _)| *known == run).map(|(_, fate)| fate)
    }
}
