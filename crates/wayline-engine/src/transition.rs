//! What each kind of step does. A run moves from step to step until it rests or ends.

pub(crate) mod branch;
pub(crate) mod call;
pub(crate) mod entry;
pub(crate) mod exit;
pub(crate) mod goal;
pub(crate) mod pause;
pub(crate) mod send;
pub(crate) mod wait;

use wayline_ir::{StepId, StepKind};

use crate::eval::Fault;
use crate::turn::{FUEL, Flow, Turn};

impl Turn<'_> {
    /// A run goes to a step, and on until it rests or ends.
    pub(crate) fn advance(&mut self, at: usize, first: StepId) {
        if self.run(at).is_some_and(|run| self.is_paused(run.journey)) {
            return self.stand_ready(at, first);
        }
        let mut next = first;
        loop {
            if !self.burn() {
                return self.stop_because(at, format!("more than {FUEL} steps for one input"));
            }
            if std::mem::take(&mut self.rebound) {
                self.ask_leaves_of_slots(at);
            }
            let now = self.now;
            let Some(run) = self.run_mut(at) else { return };
            run.step = next;
            run.since = now;
            match self.arrive(at) {
                Ok(Flow::To(step)) => next = step,
                Ok(Flow::Rest) => return,
                Err(fault) => return self.stop(at, fault),
            }
        }
    }

    /// A run has come to a step.
    fn arrive(&mut self, at: usize) -> Result<Flow, Fault> {
        let Some((_, kind, read)) = self.standing_at(at) else {
            return Err(Fault::Unfit("a step that the program does not have"));
        };
        match kind {
            StepKind::Wait { until, next } => self.wait(at, until, *next),
            StepKind::WaitFor { limit, arms, .. } => self.wait_for(at, limit, arms, read, true),
            StepKind::WaitAgain { wait, at_most, counter, spent } => {
                self.wait_again(at, *wait, at_most.map(|most| (most, *spent)), *counter)
            }
            StepKind::Collect { duration, quiet_for, .. } => self.collect(at, duration, quiet_for.as_ref()),
            StepKind::Send { best_hour_within, .. } => self.send(at, *best_hour_within),
            StepKind::If { branches, otherwise } => self.branch_if(at, branches, *otherwise),
            StepKind::Match { value, cases, otherwise } => self.branch_match(at, value, cases, *otherwise),
            StepKind::Experiment(experiment) => self.experiment(at, experiment),
            StepKind::Repeat { .. } => self.repeat(at, false),
            StepKind::Bind { values, next } => self.bind_all(at, values, *next),
            StepKind::Set { field, value, next } => self.set(at, *field, value, *next),
            StepKind::Emit { event, data, next } => self.emit(at, *event, data, *next),
            StepKind::Call(call) => self.call(at, call, read),
            StepKind::Start { journey, args, next } => self.start(at, *journey, args, *next),
            StepKind::Stop { journey, next } => self.stop_others(at, *journey, *next),
            StepKind::Exit { reason } => {
                self.exit_step(at, reason.is_some());
                Ok(Flow::Rest)
            }
        }
    }
}
