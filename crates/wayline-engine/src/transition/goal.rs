//! Goals: counted once per run and goal, in a window from the entry, also after the run has ended.
//!
//! What happens from the entry to the entry plus the window counts, the end included.

use wayline_ir::{Journey, Trigger};
use wayline_time::{Moment, add_span};

use crate::eval::{Fault, Vars};
use crate::state::Origin;
use crate::turn::{Signal, Turn};
use crate::{Decision, DecisionKind, Detail, Reason, RunId};

impl Turn<'_> {
    /// Goals that an event reaches: those of runs on their way, then those of runs that have ended.
    pub(crate) fn goals(&mut self, signal: &Signal<'_>) {
        // Ended runs hand their windows over; those have been asked already when the run was.
        let open = self.customer.goals.len();
        for at in 0..self.customer.runs.len() {
            let Some(run) = self.run(at) else { continue };
            let (id, run_journey, entered, origin, reached) =
                (run.id, run.journey, run.entered, run.origin, run.reached);
            let Some((journey, read)) = self.journey(run_journey) else { continue };
            if !signal.is_in(&read.goals_on) {
                continue;
            }
            let vars = Vars { slots: &run.slots, bound: None, origin: Some(origin) };
            match self.reached(journey, signal, Some(id), entered, reached, vars) {
                Ok(0) => {}
                Ok(new) => {
                    if let Some(run) = self.run_mut(at) {
                        run.reached |= new;
                    }
                    let row = self.run_row(at, DecisionKind::Goal);
                    self.goal_rows(&row, new, entered);
                    let leave = journey.goals.iter().enumerate();
                    if leave.into_iter().any(|(goal, known)| known.leave && new & (1 << (goal & 63)) != 0) {
                        self.exit(at, Reason::GoalReached);
                    }
                }
                Err(fault) => self.stop(at, fault),
            }
        }
        for at in 0..open {
            self.open_goal(at, signal);
        }
        let now = self.now;
        self.customer.goals.retain(|goal| goal.until >= now);
    }

    fn open_goal(&mut self, at: usize, signal: &Signal<'_>) {
        let Some(open) = self.customer.goals.get(at).filter(|open| open.until >= self.now) else { return };
        let Some((journey, read)) = self.journey(open.journey) else { return };
        if !signal.is_in(&read.goals_on) {
            return;
        }
        let (id, entered) = (open.run, open.entered);
        let vars = Vars { slots: &open.slots, bound: None, origin: Some(open.origin) };
        let new = self.reached(journey, signal, id, entered, open.reached, vars);
        let mut row = self.row(DecisionKind::Goal);
        row.journey = Some(open.journey);
        row.run = id;
        row.reason = id.is_none().then_some(Reason::Holdout);
        let of = open.journey;
        match new {
            Ok(new) => {
                let all = journey.goals.iter().enumerate();
                let left = if let Some(open) = self.customer.goals.get_mut(at) {
                    open.reached |= new;
                    all.into_iter().any(|(goal, _)| open.reached & (1 << (goal & 63)) == 0)
                } else {
                    false
                };
                if !left {
                    self.close_goal(at);
                }
                self.goal_rows(&row, new, entered);
            }
            Err(fault) => {
                self.close_goal(at);
                self.fault_row(Some(of), format!("a goal: {fault}"));
            }
        }
    }

    /// Closes a window; it is swept away with those that are over.
    fn close_goal(&mut self, at: usize) {
        if let Some(open) = self.customer.goals.get_mut(at) {
            open.until = Moment::MIN;
        }
    }

    /// The goals that an event reaches and that were not reached before, as bits.
    fn reached(
        &self,
        journey: &Journey,
        signal: &Signal<'_>,
        run: Option<RunId>,
        entered: Moment,
        known: u64,
        vars: Vars<'_>,
    ) -> Result<u64, Fault> {
        let eval = self.eval_with(vars);
        let mut new = 0_u64;
        for (number, goal) in journey.goals.iter().enumerate() {
            let bit = 1 << (number & 63);
            let Trigger::Event { source, filter, .. } = &goal.trigger else { continue };
            if known & bit == 0
                && signal.is(self.index, *source, run)
                && add_span(self.customer.zone, entered, &goal.within) >= self.now
                && eval.passes(filter.as_ref(), signal.item, None)?
            {
                new |= bit;
            }
        }
        Ok(new)
    }

    fn goal_rows(&mut self, row: &Decision, new: u64, entered: Moment) {
        for goal in 0..64 {
            if new & (1 << goal) != 0 {
                let after = self.now.millis_since(entered);
                self.decide(Decision { detail: Detail::Goal { goal, after }, ..row.clone() });
            }
        }
    }
}

impl Signal<'_> {
    /// The place in history of an entry that this event makes.
    pub(crate) fn origin(&self) -> Origin {
        Origin { at: self.at, seq: self.seq }
    }
}
