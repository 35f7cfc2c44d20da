//! Moving a run to another version of its journey: which step is which, and what a run has to hold there.

use std::collections::BTreeSet;
use std::mem::discriminant;

use wayline_ir::{
    Expr, Goal, HistorySource, Journey, JourneyId, SlotId, Step, StepId, StepKind, Trigger, Value,
};

use crate::Machine;
use crate::state::{Run, Standing};

use super::names::{Names, fits};
use super::{Fate, Runs, Upgrade, Why};

/// How runs get from one version of a journey to another.
#[derive(Debug)]
pub(super) struct Moves {
    /// By old step.
    pub steps: Vec<Option<StepId>>,
    /// By new slot: the old one.
    pub slots: Vec<Option<SlotId>>,
    /// By new loop counter: the old one.
    pub counters: Vec<Option<usize>>,
    /// By old goal: the new one.
    pub goals: Vec<Option<usize>>,
    /// By old and by new step: the slots that may be read from there on before they are written.
    old_needs: Vec<BTreeSet<usize>>,
    new_needs: Vec<BTreeSet<usize>>,
}

impl Moves {
    pub(super) fn between(
        old: &Machine,
        from: JourneyId,
        new: &Machine,
        to: JourneyId,
        names: &Names,
    ) -> Option<Self> {
        let (old, new) = (old.program.journeys.get(from.index())?, new.program.journeys.get(to.index())?);
        let steps = steps(old, new);
        let slot = |slot: &wayline_ir::Slot| {
            let known =
                old.slots.iter().position(|known| known.name == slot.name && fits(&known.ty, &slot.ty));
            known.map(SlotId::at)
        };
        let slots = new.slots.iter().map(slot).collect();
        let mut counters = vec![None; new.counters as usize];
        for (step, target) in old.steps.iter().zip(&steps) {
            let target = target.and_then(|target| new.steps.get(target.index()));
            if let (Some(was), Some(is)) = (counter(step), target.and_then(counter))
                && let Some(place) = counters.get_mut(is)
            {
                *place = Some(was);
            }
        }
        let goal = |goal: &Goal| new.goals.iter().position(|known| same_goal(goal, known, names));
        let goals = old.goals.iter().map(goal).collect();
        Some(Self { steps, slots, counters, goals, old_needs: needs(old), new_needs: needs(new) })
    }
}

/// The steps of the same names, and those that were renamed.
fn steps(old: &Journey, new: &Journey) -> Vec<Option<StepId>> {
    // Names of steps are said whole, or by their last part.
    let means = |said: &str, name: &str| said == name || name.rsplit('/').next() == Some(said);
    let find =
        |test: &dyn Fn(&str) -> bool| new.steps.iter().position(|step| test(&step.name)).map(StepId::at);
    let one = |step: &Step| {
        let moved = new.moved.iter().find(|moved| means(&moved.old, &step.name));
        match moved {
            Some(moved) => find(&|name| means(&moved.new, name)),
            None => find(&|name| name == step.name),
        }
    };
    old.steps.iter().map(one).collect()
}

fn counter(step: &Step) -> Option<usize> {
    match &step.kind {
        StepKind::Repeat { counter, .. } | StepKind::WaitAgain { counter, .. } => Some(counter.index()),
        _ => None,
    }
}

/// Whether a goal that is reached in one version is reached in the other.
fn same_goal(old: &Goal, new: &Goal, names: &Names) -> bool {
    let (Trigger::Event { source: old_source, .. }, Trigger::Event { source: new_source, .. }) =
        (&old.trigger, &new.trigger)
    else {
        return false;
    };
    let carried = match *old_source {
        HistorySource::Event(event) => Names::get(&names.events, event.index()).map(HistorySource::Event),
        HistorySource::MessageReaction(kind, message) => {
            let message = Names::get(&names.messages, message.index());
            message.map(|message| HistorySource::MessageReaction(kind, message))
        }
        HistorySource::ChannelReaction(kind, channel) => {
            let channel = Names::get(&names.channels, channel.index());
            channel.map(|channel| HistorySource::ChannelReaction(kind, channel))
        }
    };
    carried == Some(*new_source) && old.within == new.within
}

/// By step: the slots that may be read from there on before they are written.
fn needs(journey: &Journey) -> Vec<BTreeSet<usize>> {
    let mut always = BTreeSet::new();
    for trigger in journey.leaves.iter().map(|l| &l.trigger).chain(journey.goals.iter().map(|g| &g.trigger)) {
        trigger.exprs(&mut |expr, _| reads(expr, &mut always));
    }
    let own: Vec<BTreeSet<usize>> = journey
        .steps
        .iter()
        .map(|step| {
            let mut own = always.clone();
            step.exprs(&mut |expr, _| reads(expr, &mut own));
            own
        })
        .collect();
    let mut all = own;
    loop {
        let mut changed = false;
        for (at, step) in journey.steps.iter().enumerate() {
            for (target, written) in ways(&step.kind) {
                let further = all.get(target.index()).cloned().unwrap_or_default();
                let Some(known) = all.get_mut(at) else { continue };
                let before = known.len();
                known.extend(further.into_iter().filter(|slot| !written.contains(slot)));
                changed |= known.len() != before;
            }
        }
        if !changed {
            return all;
        }
    }
}

fn reads(root: &Expr, slots: &mut BTreeSet<usize>) {
    root.walk(0, &mut |expr, _| {
        if let Expr::Slot(slot) = expr {
            slots.insert(slot.index());
        }
    });
}

/// Where a step leads, and what it writes on the way there.
fn ways(kind: &StepKind) -> Vec<(StepId, Vec<usize>)> {
    let written = |slot: Option<SlotId>| slot.iter().map(|slot| slot.index()).collect::<Vec<_>>();
    match kind {
        StepKind::WaitFor { arms, otherwise, .. } => {
            let bind = |trigger: &Trigger| match trigger {
                Trigger::Event { bind, .. } => *bind,
                Trigger::When(_) => None,
            };
            let arms = arms.iter().map(|arm| (arm.then, written(bind(&arm.trigger))));
            arms.chain([(*otherwise, Vec::new())]).collect()
        }
        StepKind::Collect { bind, next, .. } => vec![(*next, written(Some(*bind)))],
        StepKind::Send { not_sent, next, .. } => {
            let branch = not_sent.iter().map(|branch| (branch.then, written(branch.bind)));
            branch.chain([(*next, Vec::new())]).collect()
        }
        StepKind::Bind { values, next } => {
            vec![(*next, values.iter().map(|(slot, _)| slot.index()).collect())]
        }
        StepKind::Call(call) => {
            let failed = call.failed.iter().map(|failed| (*failed, written(call.failed_bind)));
            failed.chain([(call.next, written(call.bind))]).collect()
        }
        other => other.targets().into_iter().map(|target| (target, Vec::new())).collect(),
    }
}

impl Upgrade {
    /// What becomes of a run.
    pub(super) fn fate(&self, run: &Run) -> Fate {
        let Some(former) = self.formers.get(run.journey.index()) else { return Fate::Stopped };
        let why = match (former.runs, former.present) {
            (Runs::Stop, _) => return Fate::Stopped,
            _ if former.same => return Fate::Unchanged,
            (_, None) => Why::JourneyGone,
            (Runs::Keep, _) => Why::NotAsked,
            (Runs::Move | Runs::MoveElseStop, Some(present)) => match self.target(run, present) {
                Ok(_) => return Fate::Moved,
                Err(why) => why,
            },
        };
        // Without a body there is nothing for it to go on in.
        if former.body { Fate::Kept(why) } else { Fate::Stopped }
    }

    /// The step at which a run goes on in the present version.
    pub(super) fn target(&self, run: &Run, present: JourneyId) -> Result<StepId, Why> {
        let moves = self.moves.get(run.journey.index()).and_then(Option::as_ref).ok_or(Why::NotAsked)?;
        let ready = match run.standing {
            Standing::Sending(_) | Standing::Calling(_) => return Err(Why::Answer),
            Standing::Ready(next) => Some(next),
            _ => None,
        };
        let at = ready.unwrap_or(run.step);
        let old = self.old.program.journeys.get(run.journey.index()).and_then(|j| j.steps.get(at.index()));
        let old = old.ok_or(Why::JourneyGone)?;
        let gone = || Why::NoStep(old.name.clone());
        let target = moves.steps.get(at.index()).copied().flatten().ok_or_else(gone)?;
        let new = self.new.program.journeys.get(present.index()).ok_or(Why::JourneyGone)?;
        let step = new.steps.get(target.index()).ok_or_else(gone)?;
        if ready.is_none() && discriminant(&old.kind) != discriminant(&step.kind) {
            return Err(Why::OtherStep(old.name.clone()));
        }
        let needs = moves.new_needs.get(target.index()).into_iter().flatten();
        for slot in needs {
            let known = moves.slots.get(*slot).copied().flatten();
            // What may be missing there in the old version may be missing in the new one.
            let holds = known.is_some_and(|known| {
                moves.old_needs.get(at.index()).is_some_and(|needs| needs.contains(&known.index()))
                    || run.slots.get(known.index()).is_some_and(|value| *value != Value::Missing)
            });
            if !holds {
                return Err(Why::Unbound(
                    new.slots.get(*slot).map_or_else(String::new, |slot| slot.name.clone()),
                ));
            }
        }
        Ok(target)
    }
}
