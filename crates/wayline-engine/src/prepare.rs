//! What is read off a program once, so that a step looks at nothing it cannot affect.

mod depends;
mod rules;
mod validate;

use std::collections::BTreeMap;

use wayline_ir::{
    Enter, EventId, Expr, FieldId, HistorySource, JourneyId, Program, ReactionKind, Reentry, RuleId,
    SegmentId, StepKind, Trigger,
};

use crate::bits::Bits;
use crate::history::Kept;
use crate::state::SENDS_KEPT_MS;

pub(crate) use depends::{Change, Depends};
pub use validate::ProgramFault;

/// All reactions there are; their number is part of how sources are counted.
const REACTIONS: usize = 9;

/// Everything that is read off a program once.
#[derive(Debug)]
pub(crate) struct Index {
    /// By source number: what hears it.
    pub listeners: Vec<Listeners>,
    pub journeys: Vec<JourneyIndex>,
    /// By journey: the present version of it, or the first when all are retired. What is said of a journey is said of all
    /// its versions.
    pub present: Vec<JourneyId>,
    pub segments: Vec<SegmentIndex>,
    /// The segments of which membership is kept.
    pub tracked: Vec<SegmentId>,
    /// By segment: its position among the tracked ones.
    pub tracked_at: Vec<Option<usize>>,
    /// By message: the rules that may be about it, in the order they are asked.
    pub rules: Vec<Vec<RuleId>>,
    /// What may release a held send early.
    pub rules_depend: Bits,
    /// By channel: the fields its address is made of.
    pub address: Vec<Bits>,
    /// Enters that time alone brings about.
    pub scheduled: Vec<Scheduled>,
    /// By event.
    pub kept: Vec<Option<Kept>>,
    /// Of reactions, when they are kept at all.
    pub kept_reactions: Option<Kept>,
    /// How long sends are kept, in milliseconds.
    pub sends_kept: i64,
    /// By profile field: whether the moment of its last change is kept.
    pub tracked_fields: Bits,
    /// Changes that any condition of a leave, wait, rule, segment or schedule depends on.
    pub watched: Bits,
    events: usize,
    messages: usize,
}

/// Who hears an event or reaction.
#[derive(Debug, Default)]
pub(crate) struct Listeners {
    /// Enters, by priority of their journeys (higher first), then as written.
    pub enters: Vec<(JourneyId, u32)>,
    /// Whether any goal, leave or wait hears it.
    pub goals: bool,
    pub leaves: bool,
    pub waits: bool,
}

/// What is read off a journey.
#[derive(Debug, Default)]
pub(crate) struct JourneyIndex {
    /// Source numbers its goals, leaves hear.
    pub goals_on: Bits,
    pub leaves_on: Bits,
    /// What its leave conditions depend on; nothing when there are none.
    pub leaves_when: Option<Depends>,
    pub steps: Vec<StepIndex>,
    /// Loop counters and visits of effects.
    pub counters: usize,
    /// Slots that goals ask for.
    pub goal_slots: Bits,
    /// Whether the moment of the last entry must be known.
    pub keeps_entries: bool,
}

/// What is read off a step.
#[derive(Debug, Default)]
pub(crate) struct StepIndex {
    /// Source numbers its arms or gathering hear.
    pub on: Bits,
    /// What its conditions depend on; nothing when there are none.
    pub when: Option<Depends>,
    /// Where its visits are counted when the journey can come back to it.
    pub visits: Option<usize>,
}

/// What is read off a segment.
#[derive(Debug, Default)]
pub(crate) struct SegmentIndex {
    pub depends: Depends,
    /// Enters of those who join, and of those who leave.
    pub joins: Vec<(JourneyId, u32)>,
    pub leaves: Vec<(JourneyId, u32)>,
}

/// An enter that time alone brings about.
#[derive(Debug)]
pub(crate) struct Scheduled {
    pub journey: JourneyId,
    pub enter: u32,
    pub priority: u8,
    /// What its moment depends on.
    pub depends: Depends,
}

impl Index {
    /// Reads the index off a program that is sound.
    ///
    /// # Errors
    /// When the program refers to what it does not have, so that it could not be executed.
    pub(crate) fn build(program: &Program) -> Result<Self, ProgramFault> {
        validate::validate(program)?;
        let mut index = Self::empty(program);
        for (number, segment) in program.segments.iter().enumerate() {
            let depends = index.depends(program, &segment.condition);
            index.segments.push(SegmentIndex { depends, ..SegmentIndex::default() });
            if segment.tracked {
                index.track(SegmentId::at(number));
            }
        }
        program.exprs(&mut |root, _| {
            root.walk(0, &mut |expr, _| {
                if let Expr::HasBeen { subject: wayline_ir::Subject::Segment(segment), .. } = expr {
                    index.track(*segment);
                } else if let Expr::HasBeen { subject: wayline_ir::Subject::Field(field, _), .. } = expr {
                    index.tracked_fields.insert(field.index());
                }
            });
        });
        let mut order: Vec<usize> = (0..program.journeys.len()).collect();
        order.sort_by_key(|at| {
            std::cmp::Reverse(program.journeys.get(*at).map_or(0, |journey| journey.priority))
        });
        for at in order {
            index.journey(program, JourneyId::at(at));
        }
        index.rules(program);
        for channel in &program.channels {
            let depends = index.depends(program, &channel.to);
            let mut fields = Bits::default();
            for field in 0..program.customer.len() {
                if depends.on.has(index.field_change(FieldId::at(field)).0) {
                    fields.insert(field);
                }
            }
            index.address.push(fields);
        }
        // A segment may ask segments before it, so they are asked in this order.
        index.tracked.sort_unstable();
        for (at, segment) in index.tracked.iter().enumerate() {
            if let Some(place) = index.tracked_at.get_mut(segment.index()) {
                *place = Some(at);
            }
        }
        Ok(index)
    }

    fn empty(program: &Program) -> Self {
        let sources = program.events.len() + REACTIONS * (program.messages.len() + program.channels.len());
        let mut index = Self {
            listeners: Vec::new(),
            journeys: Vec::new(),
            present: present(program),
            segments: Vec::new(),
            tracked: Vec::new(),
            tracked_at: vec![None; program.segments.len()],
            rules: vec![Vec::new(); program.messages.len()],
            rules_depend: Bits::default(),
            address: Vec::new(),
            scheduled: Vec::new(),
            kept: program.events.iter().map(|event| event.keep.as_ref().map(Kept::of)).collect(),
            kept_reactions: program.keep_sends.as_ref().map(Kept::of),
            sends_kept: SENDS_KEPT_MS,
            tracked_fields: Bits::default(),
            watched: Bits::default(),
            events: program.events.len(),
            messages: program.messages.len(),
        };
        index.listeners.resize_with(sources, Listeners::default);
        index.journeys.resize_with(program.journeys.len(), JourneyIndex::default);
        program.tracked_fields.iter().for_each(|field| index.tracked_fields.insert(field.index()));
        if let Some(kept) = &index.kept_reactions {
            index.sends_kept = index.sends_kept.max(kept.millis);
        }
        index
    }

    fn track(&mut self, segment: SegmentId) {
        if let Some(at @ None) = self.tracked_at.get_mut(segment.index()) {
            *at = Some(self.tracked.len());
            self.tracked.push(segment);
            if let Some(known) = self.segments.get(segment.index()) {
                self.watched.unite(&known.depends.on);
            }
        }
    }

    /// Whether two journeys are versions of one.
    pub(crate) fn same_journey(&self, one: JourneyId, other: JourneyId) -> bool {
        one == other || self.present(one) == self.present(other)
    }

    /// The present version of a journey.
    pub(crate) fn present(&self, journey: JourneyId) -> JourneyId {
        self.present.get(journey.index()).copied().unwrap_or(journey)
    }

    /// The number of a source: events, then reactions to messages, then reactions on channels.
    pub(crate) fn source(&self, source: HistorySource) -> usize {
        let reaction = |kind: ReactionKind, at: usize| self.events + at * REACTIONS + kind as usize;
        match source {
            HistorySource::Event(event) => event.index(),
            HistorySource::MessageReaction(kind, message) => reaction(kind, message.index()),
            HistorySource::ChannelReaction(kind, channel) => reaction(kind, self.messages + channel.index()),
        }
    }

    pub(crate) fn event_change(&self, event: EventId) -> Change {
        Change(event.index())
    }

    pub(crate) fn reaction_change(&self) -> Change {
        Change(self.events)
    }

    pub(crate) fn field_change(&self, field: FieldId) -> Change {
        Change(self.events + 1 + field.index())
    }

    fn journey(&mut self, program: &Program, id: JourneyId) {
        let Some(journey) = program.journeys.get(id.index()) else { return };
        let mut read = JourneyIndex {
            counters: journey.counters as usize,
            keeps_entries: journey.reentry != Reentry::AnyTime,
            ..JourneyIndex::default()
        };
        let enters = if journey.retired { &[] } else { journey.enters.as_slice() };
        for (at, enter) in enters.iter().enumerate() {
            // Lossless: enters are counted in u32 by validation.
            let at = at as u32;
            match enter {
                Enter::Event { source, .. } => {
                    let number = self.source(*source);
                    if let Some(listeners) = self.listeners.get_mut(number) {
                        listeners.enters.push((id, at));
                    }
                }
                Enter::Segment { segment, joins } => {
                    self.track(*segment);
                    if let Some(known) = self.segments.get_mut(segment.index()) {
                        if *joins { &mut known.joins } else { &mut known.leaves }.push((id, at));
                    }
                }
                Enter::Schedule { .. } => {
                    self.schedule(id, at, journey.priority, Depends::default(), program)
                }
                Enter::Anniversary { date: expr, .. } | Enter::Relative { anchor: expr, .. } => {
                    let depends = self.depends(program, expr);
                    self.schedule(id, at, journey.priority, depends, program);
                }
                Enter::ByHand => {}
            }
        }
        for leave in &journey.leaves {
            self.hear(&leave.trigger, program, &mut read.leaves_on, &mut read.leaves_when, |l| {
                l.leaves = true
            });
        }
        for goal in &journey.goals {
            self.hear(&goal.trigger, program, &mut read.goals_on, &mut None, |l| l.goals = true);
            goal.trigger.exprs(&mut |root, _| {
                root.walk(0, &mut |expr, _| {
                    if let Expr::Slot(slot) = expr {
                        read.goal_slots.insert(slot.index());
                    }
                });
            });
        }
        for (at, step) in journey.steps.iter().enumerate() {
            let mut known = StepIndex::default();
            match &step.kind {
                StepKind::WaitFor { arms, .. } => {
                    for arm in arms {
                        self.hear(&arm.trigger, program, &mut known.on, &mut known.when, |l| l.waits = true);
                    }
                }
                StepKind::Collect { source, .. } => {
                    let number = self.source(*source);
                    known.on.insert(number);
                    if let Some(listeners) = self.listeners.get_mut(number) {
                        listeners.waits = true;
                    }
                }
                StepKind::Send { .. } | StepKind::Call(_) if depends::on_cycle(journey, at) => {
                    known.visits = Some(read.counters);
                    read.counters += 1;
                }
                _ => {}
            }
            read.steps.push(known);
        }
        if let Some(place) = self.journeys.get_mut(id.index()) {
            *place = read;
        }
    }

    fn schedule(
        &mut self,
        journey: JourneyId,
        enter: u32,
        priority: u8,
        mut depends: Depends,
        program: &Program,
    ) {
        if let Some(zone) = program.zone_field {
            depends.on.insert(self.field_change(zone).0);
        }
        self.watched.unite(&depends.on);
        self.scheduled.push(Scheduled { journey, enter, priority, depends });
    }

    fn hear(
        &mut self,
        trigger: &Trigger,
        program: &Program,
        on: &mut Bits,
        when: &mut Option<Depends>,
        mark: impl Fn(&mut Listeners),
    ) {
        match trigger {
            Trigger::Event { source, .. } => {
                let number = self.source(*source);
                on.insert(number);
                self.listeners.get_mut(number).into_iter().for_each(mark);
            }
            Trigger::When(condition) => {
                let depends = self.depends(program, condition);
                self.watched.unite(&depends.on);
                let known = when.get_or_insert_default();
                known.on.unite(&depends.on);
                known.timed |= depends.timed;
                known.slots |= depends.slots;
            }
        }
    }
}

/// By journey: its present version.
fn present(program: &Program) -> Vec<JourneyId> {
    let mut known: BTreeMap<&str, usize> = BTreeMap::new();
    for (at, journey) in program.journeys.iter().enumerate() {
        if journey.retired {
            known.entry(&journey.name).or_insert(at);
        } else {
            known.insert(&journey.name, at);
        }
    }
    let all = program.journeys.iter().enumerate();
    all.map(|(at, journey)| JourneyId::at(known.get(journey.name.as_str()).copied().unwrap_or(at))).collect()
}
