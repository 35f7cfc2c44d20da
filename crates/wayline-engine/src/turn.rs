//! One turn of a customer: what is at hand while one input is handled.

use std::collections::VecDeque;

use wayline_ir::{EventId, HistorySource, Journey, JourneyId, Program, StepId, StepKind, Value};
use wayline_time::Moment;

use crate::eval::{Eval, Fault, Item, Vars};
use crate::prepare::{Change, Index, JourneyIndex, StepIndex};
use crate::state::{Customer, FAR, Run, Standing};
use crate::{Decision, DecisionKind, Detail, Effect, Reason, RunId, Shared};

/// At most so many steps and events are handled for one input. A program that needs more is going in circles at one
/// moment: what is under way stops with a fault. The longest honest chains (a few journeys that start each other, with
/// loops over some dozen messages) need a few hundred.
pub const FUEL: u32 = 10_000;

/// What is at hand while one input is handled.
pub(crate) struct Turn<'t> {
    pub program: &'t Program,
    pub index: &'t Index,
    pub customer: &'t mut Customer,
    pub shared: &'t mut Shared,
    pub out: &'t mut Vec<Effect>,
    pub now: Moment,
    /// What comes next, in order.
    pub queue: VecDeque<Task>,
    /// Segments joined or left, of which the enters have not been asked yet.
    pub joined: Vec<Joined>,
    /// Entries that time has brought about by segments, among the others that are due.
    pub doors: Vec<Door>,
    /// Whether the run on its way has a variable that its leave conditions have not seen.
    pub rebound: bool,
    pub fuel: u32,
}

/// Something that comes after what is being done.
#[derive(Debug)]
pub(crate) enum Task {
    /// An event was raised.
    Event(EventId, Value),
    /// A journey was started.
    Start(JourneyId, Vec<Value>),
    /// A held send of a run was replaced, and the run goes on.
    Replaced(RunId),
    /// A profile field was set by a run, so others may be concerned.
    Changed(Change),
}

/// An entry that a segment brings about, and its turn has not come.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Door {
    pub at: Moment,
    pub journey: JourneyId,
    pub enter: u32,
    /// The segment was joined or left.
    pub change: Joined,
}

/// A segment joined or left.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Joined {
    pub segment: usize,
    pub inside: bool,
    /// When, for the order among what is due.
    pub at: Moment,
}

/// An event or reaction that is being handled.
#[derive(Clone, Copy)]
pub(crate) struct Signal<'s> {
    /// Its source numbers; a reaction has two.
    pub numbers: [usize; 2],
    /// The run that sent the message, for a reaction.
    pub run: Option<RunId>,
    pub item: Item<'s>,
    pub changes: &'s [Change],
    pub at: Moment,
    pub seq: u32,
}

/// Where a run goes from a step.
pub(crate) enum Flow {
    /// On to another step.
    To(StepId),
    /// Nowhere for now, or it has ended.
    Rest,
}

impl Signal<'_> {
    /// Whether what has changed is in a set of changes.
    pub(crate) fn concerns(&self, on: &crate::bits::Bits) -> bool {
        self.changes.iter().any(|change| on.has(change.0))
    }

    /// Whether any of a set of source numbers is meant.
    pub(crate) fn is_in(&self, numbers: &crate::bits::Bits) -> bool {
        self.numbers.iter().any(|number| numbers.has(*number))
    }

    /// Whether a source is meant. Reactions to a message mean what the run itself has sent.
    pub(crate) fn is(&self, index: &Index, source: HistorySource, run: Option<RunId>) -> bool {
        self.numbers.contains(&index.source(source))
            && (!matches!(source, HistorySource::MessageReaction(..)) || run.is_none() || self.run == run)
    }
}

impl<'t> Turn<'t> {
    /// The journey of an id.
    pub(crate) fn journey(&self, id: JourneyId) -> Option<(&'t Journey, &'t JourneyIndex)> {
        Some((self.program.journeys.get(id.index())?, self.index.journeys.get(id.index())?))
    }

    /// The journey and step a run stands at.
    pub(crate) fn standing_at(&self, at: usize) -> Option<(&'t Journey, &'t StepKind, &'t StepIndex)> {
        let run = self.customer.runs.get(at)?;
        let (journey, read) = self.journey(run.journey)?;
        Some((journey, &journey.steps.get(run.step.index())?.kind, read.steps.get(run.step.index())?))
    }

    pub(crate) fn run(&self, at: usize) -> Option<&Run> {
        self.customer.runs.get(at).filter(|run| !run.ended())
    }

    pub(crate) fn run_mut(&mut self, at: usize) -> Option<&mut Run> {
        self.customer.runs.get_mut(at).filter(|run| !run.ended())
    }

    /// Where a run is among the runs.
    pub(crate) fn find(&self, id: RunId) -> Option<usize> {
        self.customer.runs.iter().position(|run| run.id == id && !run.ended())
    }

    /// Asks about the customer alone.
    pub(crate) fn eval(&self) -> Eval<'_> {
        self.eval_with(Vars::default())
    }

    /// Asks about a run.
    pub(crate) fn eval_run(&self, at: usize) -> Eval<'_> {
        let vars = match self.customer.runs.get(at) {
            Some(run) => Vars { slots: &run.slots, bound: None, origin: Some(run.origin) },
            None => Vars::default(),
        };
        self.eval_with(vars)
    }

    pub(crate) fn eval_with<'e>(&'e self, vars: Vars<'e>) -> Eval<'e> {
        Eval { program: self.program, index: self.index, customer: self.customer, now: self.now, vars }
    }

    /// Writes a slot of a run.
    pub(crate) fn bind(&mut self, at: usize, slot: Option<wayline_ir::SlotId>, value: Value) {
        if let Some(slot) = slot
            && let Some(place) = self.run_mut(at).and_then(|run| run.slots.get_mut(slot.index()))
        {
            *place = value;
            self.rebound = true;
        }
    }

    /// A row about the customer.
    pub(crate) fn row(&self, kind: DecisionKind) -> Decision {
        Decision::new(self.now, kind)
    }

    /// A row about a run, where it stands.
    pub(crate) fn run_row(&self, at: usize, kind: DecisionKind) -> Decision {
        let mut row = self.row(kind);
        if let Some(run) = self.customer.runs.get(at) {
            row.journey = Some(run.journey);
            row.run = Some(run.id);
            row.step = Some(run.step);
        }
        row
    }

    pub(crate) fn decide(&mut self, row: Decision) {
        self.out.push(Effect::Decided(row));
    }

    /// A row about something that could not be computed.
    pub(crate) fn fault_row(&mut self, journey: Option<JourneyId>, text: String) {
        let mut row = self.row(DecisionKind::Fault);
        row.journey = journey;
        row.detail = Detail::Text(text);
        self.decide(row);
    }

    /// A run stops on a fault.
    pub(crate) fn stop(&mut self, at: usize, fault: Fault) {
        self.stop_because(at, fault.to_string());
    }

    pub(crate) fn stop_because(&mut self, at: usize, text: String) {
        let mut row = self.run_row(at, DecisionKind::Fault);
        row.detail = Detail::Text(text);
        self.decide(row);
        self.close(at);
    }

    /// Takes fuel for one step; `false` when there is none left.
    pub(crate) fn burn(&mut self) -> bool {
        let some = self.fuel > 0;
        self.fuel = self.fuel.saturating_sub(1);
        some
    }

    /// A run stands still until a moment.
    pub(crate) fn rest(&mut self, at: usize, standing: Standing, until: Moment) {
        if let Some(run) = self.run_mut(at) {
            run.standing = standing;
            run.timer = until;
        }
    }

    /// A run that stood still moves on.
    pub(crate) fn rise(&mut self, at: usize) {
        if let Some(run) = self.run_mut(at) {
            run.standing = Standing::Moving;
            run.timer = FAR;
            run.wait_flip = FAR;
        }
    }

    /// The row of a wait that is over, and the run moves on.
    pub(crate) fn wait_over(&mut self, at: usize, reason: Option<Reason>, detail: Detail) {
        let mut row = self.run_row(at, DecisionKind::WaitOver);
        row.reason = reason;
        row.detail = detail;
        self.decide(row);
        self.rise(at);
    }
}
