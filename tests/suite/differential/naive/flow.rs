//! How a run goes from step to step, and how it ends.

use wayline_engine::{DecisionKind, Detail, Reason, Verdict};
use wayline_ir::{Expr, SlotId, StepId, Value};

use super::Turn;
use super::past::{Standing, Watched};

impl Turn<'_> {
    /// A run goes to a step, and on until it rests or ends.
    pub(super) fn go(&mut self, at: usize, first: StepId) {
        let mut next = Some(first);
        while let Some(step) = next {
            if !self.burn() {
                return self.stop(at);
            }
            self.person.runs[at].step = step;
            self.person.runs[at].standing = Standing::Moving;
            next = match self.arrive(at) {
                Ok(next) => next,
                Err(_) => return self.stop(at),
            };
        }
    }

    /// Binds a name; what reads it among the leaves is asked. The run may have left after it.
    pub(super) fn bind(&mut self, at: usize, slot: SlotId, value: Value) {
        self.person.runs[at].slots[slot.index()] = value;
    }

    /// Whether a leave that reads one of some names holds: then the run has left.
    pub(super) fn left_by_name(&mut self, at: usize, slots: &[SlotId]) -> bool {
        let reads = |condition: &Expr| {
            let mut found = false;
            condition
                .walk(0, &mut |part, _| found |= matches!(part, Expr::Slot(slot) if slots.contains(slot)));
            found
        };
        !slots.is_empty() && self.ask_own_leaves(at, reads)
    }

    /// A run leaves by its leave rule.
    pub(super) fn leave(&mut self, at: usize, number: usize) {
        self.end(at, Reason::LeaveRule, Detail::Index(u32::try_from(number).unwrap()));
    }

    /// A run ends.
    pub(super) fn end(&mut self, at: usize, reason: Reason, detail: Detail) {
        if let Standing::Held(held) = &self.person.runs[at].standing {
            let held = held.clone();
            let mut row = self.run_row(at, DecisionKind::Send);
            row.message = Some(held.message);
            row.channel = Some(self.program.messages[held.message.index()].channel);
            row.verdict = Some(Verdict::Dropped);
            row.reason = Some(Reason::Left);
            row.rule = held.rule;
            self.log(row);
        }
        let mut row = self.run_row(at, DecisionKind::Exit);
        (row.reason, row.detail) = (Some(reason), detail);
        self.log(row);
        self.close(at);
    }

    /// A run stops because something could not be computed.
    pub(super) fn stop(&mut self, at: usize) {
        let mut row = self.run_row(at, DecisionKind::Fault);
        row.detail = Detail::Text(String::new());
        self.log(row);
        self.close(at);
    }

    fn close(&mut self, at: usize) {
        let run = &mut self.person.runs[at];
        run.standing = Standing::Ended;
        let watched = Watched {
            journey: run.journey,
            run: Some(run.id),
            entered: run.entered,
            origin: run.origin,
            key: run.key.clone(),
            slots: run.slots.clone(),
            reached: run.reached.clone(),
        };
        self.person.watched.push(watched);
    }
}
