//! Ends of runs.

use wayline_ir::Trigger;

use crate::eval::Fault;
use crate::prepare::Change;
use crate::state::{FAR, OpenGoal, Standing};
use crate::turn::{Signal, Turn};
use crate::{DecisionKind, Detail, Reason, Verdict};

use super::branch::index;

impl Turn<'_> {
    /// A run ends.
    pub(crate) fn exit(&mut self, at: usize, reason: Reason) {
        self.exit_with(at, reason, Detail::None);
    }

    pub(crate) fn exit_with(&mut self, at: usize, reason: Reason, detail: Detail) {
        if let Some(Standing::Held(held)) = self.run(at).map(|run| &run.standing) {
            let mut row = self.run_row(at, DecisionKind::Send);
            row.message = Some(held.message);
            row.channel = self.program.messages.get(held.message.index()).map(|message| message.channel);
            row.verdict = Some(Verdict::Dropped);
            row.reason = Some(Reason::Left);
            row.rule = held.rule;
            self.decide(row);
        }
        let mut row = self.run_row(at, DecisionKind::Exit);
        row.reason = Some(reason);
        row.detail = detail;
        self.decide(row);
        self.close(at);
    }

    pub(crate) fn exit_step(&mut self, at: usize, with_reason: bool) {
        self.exit(at, if with_reason { Reason::ExitStep } else { Reason::Completed });
    }

    /// Takes a run off; its goal windows stay open.
    pub(crate) fn close(&mut self, at: usize) {
        let now = self.now;
        let zone = self.customer.zone;
        let Some(run) = self.customer.runs.get_mut(at) else { return };
        run.standing = Standing::Ended;
        (run.timer, run.leave_flip, run.wait_flip) = (FAR, FAR, FAR);
        let Some(journey) = self.program.journeys.get(run.journey.index()) else { return };
        let until = journey
            .goals
            .iter()
            .enumerate()
            .filter(|(goal, _)| run.reached & (1 << (goal & 63)) == 0)
            .map(|(_, goal)| wayline_time::add_span(zone, run.entered, &goal.within))
            .max();
        if let Some(until) = until.filter(|until| *until >= now) {
            let mut slots = std::mem::take(&mut run.slots);
            let asked = self.index.journeys.get(run.journey.index()).map(|read| &read.goal_slots);
            for (slot, value) in slots.iter_mut().enumerate() {
                if !asked.is_some_and(|asked| asked.has(slot)) {
                    *value = wayline_ir::Value::Missing;
                }
            }
            let open = OpenGoal {
                journey: run.journey,
                run: Some(run.id),
                entered: run.entered,
                origin: run.origin,
                until,
                reached: run.reached,
                key: wayline_ir::Value::Missing,
                slots,
            };
            self.customer.goals.push(open);
        }
    }

    /// Leave rules on an event: those of all runs, by priority and age.
    pub(crate) fn leaves(&mut self, signal: &Signal<'_>, heard: bool) {
        let watched = signal.concerns(&self.index.watched);
        if !heard && !watched {
            return;
        }
        for at in 0..self.customer.runs.len() {
            let Some((journey, read)) = self.run(at).and_then(|run| self.journey(run.journey)) else {
                continue;
            };
            if heard && signal.is_in(&read.leaves_on) {
                let id = self.run(at).map(|run| run.id);
                let eval = self.eval_run(at);
                let mut left = Ok(None);
                for (number, leave) in journey.leaves.iter().enumerate() {
                    let Trigger::Event { source, filter, .. } = &leave.trigger else { continue };
                    if !signal.is(self.index, *source, id) {
                        continue;
                    }
                    match eval.passes(filter.as_ref(), signal.item, None) {
                        Ok(false) => {}
                        Ok(true) => left = Ok(Some(number)),
                        Err(fault) => left = Err(fault),
                    }
                    if left != Ok(None) {
                        break;
                    }
                }
                self.leave(at, left);
            }
            if watched {
                self.ask_leaves(at, Some(signal.changes));
            }
        }
    }

    /// Asks the leave conditions of a run of which a variable was written, when they read any.
    pub(crate) fn ask_leaves_of_slots(&mut self, at: usize) {
        let read = self.run(at).and_then(|run| self.journey(run.journey)).map(|(_, read)| read);
        if read.and_then(|read| read.leaves_when.as_ref()).is_some_and(|when| when.slots) {
            self.ask_leaves(at, None);
        }
    }

    /// Asks the leave conditions of a run, when the change concerns them; none means the time has come.
    pub(crate) fn ask_leaves(&mut self, at: usize, changes: Option<&[Change]>) {
        let Some((journey, read)) = self.run(at).and_then(|run| self.journey(run.journey)) else { return };
        let Some(when) = &read.leaves_when else { return };
        if changes.is_some_and(|changes| !changes.iter().any(|change| when.on.has(change.0))) {
            return;
        }
        let eval = self.eval_run(at);
        let mut left = Ok(None);
        let mut flip = FAR;
        for (number, leave) in journey.leaves.iter().enumerate() {
            let Trigger::When(condition) = &leave.trigger else { continue };
            match eval.holds(condition, None) {
                Ok(false) => {
                    if when.timed {
                        flip = flip.min(eval.flip(condition, None).unwrap_or(FAR));
                    }
                }
                Ok(true) => left = Ok(Some(number)),
                Err(fault) => left = Err(fault),
            }
            if left != Ok(None) {
                break;
            }
        }
        if let Some(run) = self.run_mut(at) {
            run.leave_flip = flip;
        }
        self.leave(at, left);
    }

    fn leave(&mut self, at: usize, left: Result<Option<usize>, Fault>) {
        match left {
            Ok(None) => {}
            Ok(Some(number)) => self.exit_with(at, Reason::LeaveRule, index(number)),
            Err(fault) => self.stop(at, fault),
        }
    }
}
