//! A tick: everything that time alone may change is asked.

use wayline_engine::{DecisionKind, Detail};
use wayline_ir::{SegmentId, StepKind, Trigger};
use wayline_time::Moment;

use super::Turn;
use super::past::Standing;

impl Turn<'_> {
    /// Leaves that hold at a moment, be it now or one that was missed; whether a run leaves is for now to say.
    pub(super) fn tick_leaves(&mut self, at: Moment) {
        for run in self.running() {
            if self.ended(run) {
                continue;
            }
            let journey = &self.program.journeys[self.person.runs[run].journey.index()];
            for (number, leave) in journey.leaves.iter().enumerate() {
                let Trigger::When(condition) = &leave.trigger else { continue };
                let mut ask = self.ask_run(run);
                ask.now = at;
                if matches!(ask.holds(condition), Ok(false)) {
                    continue;
                }
                match self.ask_run(run).holds(condition) {
                    Ok(false) => {}
                    Ok(true) => {
                        self.person.frontier = self.person.frontier.max(at);
                        self.leave(run, number);
                        break;
                    }
                    Err(_) => {
                        self.stop(run);
                        break;
                    }
                }
            }
            self.drain();
        }
    }

    /// The rest of a tick: conditions of waits, segments, timers, entries.
    pub(super) fn tick_rest(&mut self, at: Moment) {
        if at < self.now {
            self.drain();
        }
        self.tick_whens(at);
        self.tick_segments(at);
        self.tick_timers(at);
        self.tick_entries(at);
    }

    fn tick_whens(&mut self, at: Moment) {
        for run in self.running() {
            if !matches!(self.person.runs[run].standing, Standing::WaitFor { .. }) {
                continue;
            }
            let standing = &self.person.runs[run];
            let journey = &self.program.journeys[standing.journey.index()];
            let StepKind::WaitFor { arms, .. } = &journey.steps[standing.step.index()].kind else { continue };
            for (number, arm) in arms.iter().enumerate() {
                let Trigger::When(condition) = &arm.trigger else { continue };
                let mut ask = self.ask_run(run);
                ask.now = at;
                if matches!(ask.holds(condition), Ok(false)) {
                    continue;
                }
                match self.ask_run(run).holds(condition) {
                    Ok(false) => {}
                    Ok(true) => {
                        self.person.frontier = self.person.frontier.max(at);
                        self.arm(run, number, arm.then);
                        break;
                    }
                    Err(_) => {
                        self.stop(run);
                        break;
                    }
                }
            }
            self.drain();
        }
    }

    fn tick_segments(&mut self, at: Moment) {
        for number in 0..self.program.segments.len() {
            // Time alone is asked every moment, but tells only once that it cannot be computed.
            let known = self.person.faulty[number]
                && self.ask().holds(&self.program.segments[number].condition).is_err();
            if self.program.segments[number].tracked && !known && self.segment(number, at) {
                self.person.frontier = self.person.frontier.max(at);
            }
        }
    }

    /// Asks whether the customer is in a segment; `true` when that has changed.
    pub(super) fn segment(&mut self, number: usize, at: Moment) -> bool {
        let segment = &self.program.segments[number];
        let inside = self.person.members[number].0;
        let mut ask = self.ask();
        ask.now = at;
        if at < self.now && matches!(ask.holds(&segment.condition), Ok(then) if then == inside) {
            return false;
        }
        let answer = self.ask().holds(&segment.condition);
        self.person.faulty[number] = answer.is_err();
        match answer {
            Ok(now) if now != inside => {
                self.person.members[number] = (now, at);
                let id = SegmentId::at(number);
                let mut row = self.row(DecisionKind::Segment);
                row.detail = Detail::Segment(id, now);
                self.log(row);
                self.moved.push((id, now));
                true
            }
            Ok(_) => false,
            Err(_) => {
                self.fault(None);
                false
            }
        }
    }

    fn tick_timers(&mut self, at: Moment) {
        for run in self.running() {
            if self.person.runs[run].timer().is_some_and(|timer| timer <= at) {
                self.person.frontier = self.person.frontier.max(at);
                self.time_is_up(run);
                self.drain();
            }
        }
    }
}
