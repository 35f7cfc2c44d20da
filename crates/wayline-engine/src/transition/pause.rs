//! Pauses: what a run does while its journey takes no steps.
//!
//! A paused run is not told that time goes by: its waits, gatherings and holds are over when the journey is resumed, or
//! when something answers them. What answers them is taken, and the run then stands ready for the step that follows.
//! Ends of runs (leaves, goals, `stop`, `restart`) are not steps of the run, and come at once.

use wayline_ir::{JourneyId, StepId};
use wayline_time::Moment;

use crate::Shared;
use crate::prepare::Index;
use crate::state::{FAR, Standing};
use crate::turn::Turn;

impl Turn<'_> {
    /// Whether a journey is paused.
    pub(crate) fn is_paused(&self, journey: JourneyId) -> bool {
        self.shared.pauses() && is_paused(self.index, self.shared, journey)
    }

    /// A run that would go on to a step stands ready for it. It is overdue from now on.
    pub(crate) fn stand_ready(&mut self, at: usize, next: StepId) {
        // What it has bound on the way here may end it.
        if std::mem::take(&mut self.rebound) {
            self.ask_leaves_of_slots(at);
        }
        let now = self.now;
        self.rest(at, Standing::Ready(next), now);
    }

    /// A rule may have changed its mind about a held message of a paused run: it is asked as soon as the run goes on.
    pub(crate) fn ask_on_resume(&mut self, at: usize) {
        let now = self.now;
        if let Some(run) = self.run_mut(at) {
            run.timer = run.timer.min(now);
        }
    }

    /// The turn is over for paused runs: a slot of a channel's rate that has passed is lost. Gives the first moment at
    /// which anything of theirs is due, or was.
    pub(crate) fn fall_asleep(&mut self) -> Moment {
        if !self.shared.pauses() {
            return FAR;
        }
        let (now, mut first) = (self.now, FAR);
        for run in &mut self.customer.runs {
            if !is_paused(self.index, self.shared, run.journey) {
                continue;
            }
            if let Standing::Held(held) = &mut run.standing {
                held.slot = held.slot.filter(|slot| *slot > now);
            }
            first = first.min(run.due());
        }
        first
    }
}

/// Whether a journey is paused, itself or as a former version of one that is.
pub(crate) fn is_paused(index: &Index, shared: &Shared, journey: JourneyId) -> bool {
    shared.is_paused(journey) || shared.is_paused(index.present(journey))
}
