//! Personas, prepared: distributions as floats, behaviours in one table, reactions by message.

use std::collections::BTreeMap;

use rust_decimal::prelude::ToPrimitive;
use wayline_ir::{
    Act as IrAct, Behaviour, EventId, FieldId, Persona, PersonaConsent, Program, ReactionKind, ReactsTo,
    Recurrence as IrRecurrence, Repetition,
};
use wayline_time::{MILLIS_PER_DAY, MILLIS_PER_HOUR, Moment, Span, Zone};

use crate::person::delay::{DelayPlan, millis};
use crate::person::draw::DrawPlan;
use crate::random::{Key, Name};

/// Behaviours that stand beside one another: positions in [`PersonaPlan::nodes`].
pub(crate) type Nodes = std::ops::Range<u32>;

/// All personas.
#[derive(Debug, Default)]
pub(crate) struct Plan {
    pub(crate) personas: Vec<PersonaPlan>,
    /// The sum of the shares up to and including each.
    sums: Vec<u64>,
    /// Names of the steps of each journey.
    pub(crate) steps: Vec<Vec<Name>>,
    /// Names of the messages.
    pub(crate) messages: Vec<Name>,
}

/// A persona.
#[derive(Debug)]
pub(crate) struct PersonaPlan {
    pub(crate) profile: Vec<(FieldId, Name, DrawPlan)>,
    pub(crate) consents: Vec<(Name, PersonaConsent)>,
    pub(crate) happenings: Vec<Happening>,
    /// What is done about each message.
    pub(crate) reactions: Vec<Nodes>,
    pub(crate) nodes: Vec<Node>,
}

/// Something done by itself.
#[derive(Debug)]
pub(crate) struct Happening {
    pub(crate) name: Name,
    pub(crate) recurrence: Recurrence,
    pub(crate) starting_after: Option<EventId>,
    pub(crate) behaviour: Nodes,
}

/// How often.
#[derive(Debug)]
pub(crate) enum Recurrence {
    /// Once, at a uniform moment of so many milliseconds.
    Once(f64),
    /// With a fixed gap.
    Exactly(Span),
    /// A Poisson process.
    Poisson(Box<Poisson>),
}

/// A Poisson process whose rate follows the local hour and weekday.
#[derive(Debug)]
pub(crate) struct Poisson {
    /// The mean gap in milliseconds where the weights are 1.
    pub(crate) mean: f64,
    /// The greatest weight.
    pub(crate) peak: f64,
    by_hour: Option<[f64; 24]>,
    by_weekday: Option<[f64; 7]>,
}

/// A behaviour.
#[derive(Debug)]
pub(crate) struct Node {
    pub(crate) name: Name,
    pub(crate) chance: u32,
    pub(crate) delay: DelayPlan,
    pub(crate) act: Act,
    pub(crate) then: Nodes,
    pub(crate) otherwise: Nodes,
}

/// What is done.
#[derive(Debug)]
pub(crate) enum Act {
    Nothing,
    React(ReactionKind, Option<DrawPlan>),
    Event(EventId, DrawPlan),
}

impl Plan {
    pub(crate) fn new(program: &Program) -> Self {
        let mut sum = 0_u64;
        let sums = program.personas.iter().map(|persona| {
            sum += u64::from(persona.share);
            sum
        });
        let steps = program.journeys.iter().map(|journey| {
            let name = Name::of(&journey.name);
            journey.steps.iter().map(|step| name.then(Name::of(&step.name))).collect()
        });
        Self {
            sums: sums.collect(),
            personas: program.personas.iter().map(|persona| PersonaPlan::new(program, persona)).collect(),
            steps: steps.collect(),
            messages: program.messages.iter().map(|message| Name::of(&message.name)).collect(),
        }
    }

    /// Which persona a customer is: by the shares, also when they do not add up to the whole.
    pub(crate) fn choose(&self, key: Key) -> usize {
        let point = key.below(self.sums.last().copied().unwrap_or_default());
        self.sums.iter().position(|sum| point < *sum).unwrap_or_default()
    }
}

impl PersonaPlan {
    fn new(program: &Program, persona: &Persona) -> Self {
        let field_type = |field: &FieldId| program.customer.get(field.index());
        let profile = persona.profile.iter().map(|(field, draw)| {
            let declared = field_type(field);
            let name = Name::of("profile").then(Name::of(declared.map_or("", |field| field.name.as_str())));
            (*field, name, DrawPlan::new(program, draw, declared.map(|field| &field.ty)))
        });
        let consents = persona.consents.iter().map(|consent| {
            let topic = program.topics.get(consent.topic.index()).map_or("", |topic| topic.name.as_str());
            let channel =
                program.channels.get(consent.channel.index()).map_or("", |channel| channel.name.as_str());
            (Name::of("consent").then(Name::of(topic)).then(Name::of(channel)), *consent)
        });
        let mut plan = Self {
            profile: profile.collect(),
            consents: consents.collect(),
            happenings: Vec::new(),
            reactions: Vec::new(),
            nodes: Vec::new(),
        };
        let mut ordinals = BTreeMap::new();
        for happening in &persona.happenings {
            // Named by what it begins with, so that moving it in the file changes no draw.
            let begins = happening.behaviour.first().map_or("", |behaviour| word(program, &behaviour.act));
            let ordinal: &mut u64 = ordinals.entry(begins).or_default();
            let name = Name::of("does").then(Name::of(begins)).nth(*ordinal);
            *ordinal += 1;
            let behaviour = plan.add(program, &happening.behaviour);
            plan.happenings.push(Happening {
                name,
                recurrence: Recurrence::new(&happening.recurrence),
                starting_after: happening.starting_after,
                behaviour,
            });
        }
        plan.reactions = plan.reactions_by_message(program, persona);
        plan
    }

    fn reactions_by_message(&mut self, program: &Program, persona: &Persona) -> Vec<Nodes> {
        // Messages without lines of their own share those of their channel.
        let mut of_channel: BTreeMap<u32, Nodes> = BTreeMap::new();
        let mut all = Vec::new();
        for (index, message) in program.messages.iter().enumerate() {
            let own: Vec<&ReactsTo> = persona
                .reactions
                .iter()
                .filter(|to| to.message.is_some_and(|id| id.index() == index))
                .collect();
            let channels = || persona.reactions.iter().filter(|to| to.channel == Some(message.channel));
            if own.is_empty() {
                let known = of_channel.get(&message.channel.0).cloned();
                let nodes = known.unwrap_or_else(|| {
                    let lines: Vec<Behaviour> =
                        channels().flat_map(|to| to.behaviour.iter().cloned()).collect();
                    self.add(program, &lines)
                });
                of_channel.insert(message.channel.0, nodes.clone());
                all.push(nodes);
                continue;
            }
            let mut named = Vec::new();
            own.iter().for_each(|to| named_kinds(&to.behaviour, &mut named));
            let own = own.iter().flat_map(|to| to.behaviour.iter().cloned());
            let kept = channels().flat_map(|to| without(&to.behaviour, &named));
            let lines: Vec<Behaviour> = own.chain(kept).collect();
            all.push(self.add(program, &lines));
        }
        all
    }

    /// Adds behaviours that stand beside one another, and what follows them.
    fn add(&mut self, program: &Program, behaviours: &[Behaviour]) -> Nodes {
        let position = |nodes: &Vec<Node>| u32::try_from(nodes.len()).unwrap_or(u32::MAX);
        let start = position(&self.nodes);
        let mut ordinals = BTreeMap::new();
        for behaviour in behaviours {
            let word = word(program, &behaviour.act);
            let ordinal: &mut u64 = ordinals.entry(word).or_default();
            let name = Name::of(word).nth(*ordinal);
            *ordinal += 1;
            self.nodes.push(Node {
                name,
                chance: behaviour.chance,
                delay: DelayPlan::new(&behaviour.delay),
                act: Act::new(program, &behaviour.act),
                then: 0..0,
                otherwise: 0..0,
            });
        }
        let end = position(&self.nodes);
        for (behaviour, node) in behaviours.iter().zip(start..end) {
            let then = self.add(program, &behaviour.then);
            let otherwise = self.add(program, &behaviour.otherwise);
            if let Some(node) = self.nodes.get_mut(node as usize) {
                node.then = then;
                node.otherwise = otherwise;
            }
        }
        start..end
    }

    pub(crate) fn node(&self, position: u32) -> Option<&Node> {
        self.nodes.get(position as usize)
    }
}

impl Act {
    fn new(program: &Program, act: &IrAct) -> Self {
        match act {
            IrAct::Nothing => Self::Nothing,
            IrAct::React(kind, value) => {
                Self::React(*kind, value.as_ref().map(|draw| DrawPlan::new(program, draw, None)))
            }
            IrAct::Event(event, draws) => {
                let fields = program.events.get(event.index()).map_or(&[][..], |event| &event.fields);
                Self::Event(*event, DrawPlan::record(program, draws, fields))
            }
        }
    }
}

impl Recurrence {
    fn new(recurrence: &IrRecurrence) -> Self {
        match recurrence {
            IrRecurrence::Once { within } => Self::Once(millis(within).max(0.0)),
            IrRecurrence::Every(Repetition { gap, exactly: true, .. }) => Self::Exactly(*gap),
            IrRecurrence::Every(repetition) => Self::Poisson(Box::new(Poisson::new(repetition))),
        }
    }
}

impl Poisson {
    fn new(repetition: &Repetition) -> Self {
        let floats = |weights: &[rust_decimal::Decimal]| -> Vec<f64> {
            weights.iter().map(|weight| weight.to_f64().unwrap_or_default().max(0.0)).collect()
        };
        // A table of another length says nothing that could be followed.
        let by_hour: Option<[f64; 24]> = floats(&repetition.by_hour).try_into().ok();
        let by_weekday: Option<[f64; 7]> = floats(&repetition.by_weekday).try_into().ok();
        let greatest = |weights: Option<&[f64]>| {
            weights.map_or(1.0, |weights| weights.iter().copied().fold(0.0, f64::max))
        };
        Self {
            // A gap of nothing would never let time go on.
            mean: millis(&repetition.gap).max(1.0),
            peak: greatest(by_hour.as_ref().map(<[f64; 24]>::as_slice))
                * greatest(by_weekday.as_ref().map(<[f64; 7]>::as_slice)),
            by_hour,
            by_weekday,
        }
    }

    /// The weight of a moment.
    pub(crate) fn weight(&self, zone: Zone, at: Moment) -> f64 {
        if self.by_hour.is_none() && self.by_weekday.is_none() {
            return 1.0;
        }
        let local = at.0.saturating_add(zone.offset_millis(at));
        let hour = usize::try_from(local.rem_euclid(MILLIS_PER_DAY) / MILLIS_PER_HOUR).unwrap_or_default();
        // 1970-01-01 was a Thursday, three days after a Monday.
        let weekday =
            usize::try_from((local.div_euclid(MILLIS_PER_DAY) + 3).rem_euclid(7)).unwrap_or_default();
        let of = |weights: Option<&f64>| weights.copied().unwrap_or(1.0);
        of(self.by_hour.as_ref().and_then(|weights| weights.get(hour)))
            * of(self.by_weekday.as_ref().and_then(|weights| weights.get(weekday)))
    }
}

/// What names a behaviour among those beside it.
fn word<'p>(program: &'p Program, act: &IrAct) -> &'p str {
    match act {
        IrAct::Nothing => "chance",
        IrAct::Event(event, _) => program.events.get(event.index()).map_or("", |event| event.name.as_str()),
        IrAct::React(kind, _) => match kind {
            ReactionKind::Delivered => "$delivered",
            ReactionKind::Bounced => "$bounced",
            ReactionKind::Opened => "$opened",
            ReactionKind::Clicked => "$clicked",
            ReactionKind::Replied => "$replied",
            ReactionKind::Answered => "$answered",
            ReactionKind::Complained => "$complained",
            ReactionKind::Unsubscribed => "$unsubscribed",
            ReactionKind::Failed => "$failed",
        },
    }
}

/// The kinds of reaction that lines name, also within `chance`.
fn named_kinds(lines: &[Behaviour], into: &mut Vec<ReactionKind>) {
    for line in lines {
        match &line.act {
            IrAct::React(kind, _) => into.push(*kind),
            IrAct::Nothing => {
                named_kinds(&line.then, into);
                named_kinds(&line.otherwise, into);
            }
            IrAct::Event(..) => {}
        }
    }
}

/// Lines without those that are reactions of the kinds, also within `chance`.
fn without(lines: &[Behaviour], kinds: &[ReactionKind]) -> Vec<Behaviour> {
    let kept =
        lines.iter().filter(|line| !matches!(&line.act, IrAct::React(kind, _) if kinds.contains(kind)));
    kept.map(|line| match line.act {
        IrAct::Nothing => Behaviour {
            then: without(&line.then, kinds),
            otherwise: without(&line.otherwise, kinds),
            ..line.clone()
        },
        _ => line.clone(),
    })
    .collect()
}
