//! What people do: by themselves, and about what they are sent.

use wayline_engine::Input;
use wayline_ir::{EventId, FieldId};
use wayline_time::{Moment, add_span};

use crate::log::LogPart;
use crate::person::{Act, Context, NO_SEND, Nodes, PersonaPlan, Recurrence, Todo};
use crate::random::{Key, Name, arrival};
use crate::world::{Hand, Life, World};

/// Purposes of the draws of one behaviour, besides its chance.
const DELAY: u64 = 1;
const VALUE: u64 = 2;

impl World<'_> {
    /// Begins a happening: its first time is decided.
    pub(super) fn start(&self, life: &mut Life<'_>, persona: &PersonaPlan, position: u32, now: Moment) {
        match life.diary.progress.get_mut(position as usize) {
            Some(progress) if !progress.started => progress.started = true,
            _ => return,
        }
        self.plan_next(life, persona, position, now);
    }

    /// Decides when a happening happens next.
    fn plan_next(&self, life: &mut Life<'_>, persona: &PersonaPlan, position: u32, now: Moment) {
        let Some(happening) = persona.happenings.get(position as usize) else { return };
        let Some(progress) = life.diary.progress.get_mut(position as usize) else { return };
        let key = life.key.named(happening.name);
        let zone = life.customer.zone();
        let next = match &happening.recurrence {
            Recurrence::Once(_) if progress.times > 0 => None,
            Recurrence::Once(within) => Some(now.plus_millis((key.uniform() * within) as i64)),
            Recurrence::Exactly(gap) => Some(add_span(zone, now, gap)).filter(|next| *next > now),
            Recurrence::Poisson(poisson) => {
                let end = self.until.millis_since(now) as f64;
                let weight = |after: f64| poisson.weight(zone, now.plus_millis(after as i64));
                let candidate = &mut progress.candidate;
                let after = arrival(key, candidate, end, poisson.mean, poisson.peak, weight);
                after.map(|after| now.plus_millis(after as i64))
            }
        };
        if let Some(next) = next.filter(|next| *next <= self.until) {
            life.diary.agenda.push(next, Todo::Happening(position));
        }
    }

    pub(super) fn do_next<P: LogPart>(
        &self,
        life: &mut Life<'_>,
        hand: &mut Hand<P>,
        persona: &PersonaPlan,
        at: Moment,
        todo: Todo,
    ) {
        match todo {
            Todo::Happening(position) => {
                let Some(happening) = persona.happenings.get(position as usize) else { return };
                let Some(progress) = life.diary.progress.get_mut(position as usize) else { return };
                let key = life.key.named(happening.name).named(Name::ACTS).with(progress.times);
                progress.times += 1;
                self.spawn(life, hand, persona, &happening.behaviour, (key, NO_SEND), at);
                self.plan_next(life, persona, position, at);
            }
            Todo::Behaviour { node, key, send } => self.act(life, hand, persona, node, (key, send), at),
        }
    }

    /// Decides which behaviours happen, and when. What needs no time is done at once, with all that follows at this
    /// moment, before the next one: blocks happen in the order they are written.
    fn spawn<P: LogPart>(
        &self,
        life: &mut Life<'_>,
        hand: &mut Hand<P>,
        persona: &PersonaPlan,
        nodes: &Nodes,
        (key, send): (Key, u32),
        now: Moment,
    ) {
        for position in nodes.clone() {
            let Some(node) = persona.node(position) else { continue };
            let key = key.named(node.name);
            if !key.chance(node.chance) {
                self.spawn(life, hand, persona, &node.otherwise, (key, send), now);
                continue;
            }
            let at = node.delay.after(now, life.customer.zone(), key.with(DELAY));
            if at == now {
                self.act(life, hand, persona, position, (key, send), now);
            } else if at <= self.until {
                life.diary.agenda.push(at, Todo::Behaviour { node: position, key, send });
            }
        }
    }

    /// The same for reactions to a message, which never happen within the turn that sends it.
    pub(super) fn spawn_later(
        &self,
        life: &mut Life<'_>,
        persona: &PersonaPlan,
        nodes: &Nodes,
        key: Key,
        send: u32,
        now: Moment,
    ) {
        for position in nodes.clone() {
            let Some(node) = persona.node(position) else { continue };
            let key = key.named(node.name);
            if !key.chance(node.chance) {
                self.spawn_later(life, persona, &node.otherwise, key, send, now);
                continue;
            }
            let at = node.delay.after(now, life.customer.zone(), key.with(DELAY));
            if at <= self.until {
                life.diary.agenda.push(at, Todo::Behaviour { node: position, key, send });
            }
        }
    }

    fn act<P: LogPart>(
        &self,
        life: &mut Life<'_>,
        hand: &mut Hand<P>,
        persona: &PersonaPlan,
        position: u32,
        (key, send): (Key, u32),
        now: Moment,
    ) {
        let Some(node) = persona.node(position) else { return };
        let sent = life.diary.sends.get(send as usize);
        let args = sent.map_or(&[][..], |sent| sent.args.as_slice());
        let customer = &life.customer;
        let context = Context { args, profile: &|field: FieldId| customer.profile(field).clone() };
        let input = match &node.act {
            Act::Nothing => None,
            Act::Event(event, draw) => {
                let data = draw.draw(key.with(VALUE), &context, &mut life.uniques);
                Some(Input::Event { event: *event, id: None, at: now, data })
            }
            Act::React(kind, draw) => sent.map(|sent| sent.key).map(|send| {
                let value = draw.as_ref().map(|draw| draw.draw(key.with(VALUE), &context, &mut life.uniques));
                Input::Reaction { send, kind: *kind, at: now, value: value.unwrap_or_default() }
            }),
        };
        if let Some(input) = input {
            self.feed(life, hand, input, now);
        }
        self.spawn(life, hand, persona, &node.then, (key, send), now);
    }

    /// Begins the happenings that wait for an event.
    pub(super) fn happened(&self, life: &mut Life<'_>, event: EventId, now: Moment) {
        let Some(persona) = self.persona(life) else { return };
        for (position, happening) in (0..).zip(&persona.happenings) {
            if happening.starting_after == Some(event) {
                self.start(life, persona, position, now);
            }
        }
    }
}
