//! Goals: of runs on their way, of runs that have ended, of customers who are held out.

use wayline_engine::{DecisionKind, Detail, Reason};
use wayline_ir::Trigger;

use super::Turn;
use super::ask::{Answer, Ask};
use super::past::{Happened, Watched, What};

impl Turn<'_> {
    /// Whether some goal of a window is still waited for.
    pub(super) fn is_open(&self, watched: &Watched) -> bool {
        let goals = &self.program.journeys[watched.journey.index()].goals;
        let in_time =
            goals.iter().any(|goal| self.now <= self.person.clock.plus(watched.entered, &goal.within));
        in_time && watched.reached.contains(&false)
    }

    pub(super) fn goals(&mut self, happened: &Happened) {
        for run in self.running() {
            if self.ended(run) {
                continue;
            }
            let of = &self.person.runs[run];
            let all = self.program.journeys[of.journey.index()].goals.len();
            let mut leaves = false;
            for goal in 0..all {
                let of = &self.person.runs[run];
                let watched = Watched {
                    journey: of.journey,
                    run: Some(of.id),
                    entered: of.entered,
                    origin: of.origin,
                    key: of.key.clone(),
                    slots: of.slots.clone(),
                    reached: of.reached.clone(),
                };
                match self.reaches(&watched, goal, happened) {
                    Ok(false) => {}
                    Ok(true) => {
                        self.person.runs[run].reached[goal] = true;
                        let mut row = self.run_row(run, DecisionKind::Goal);
                        row.detail = self.goal_detail(&watched, goal);
                        self.log(row);
                        leaves |= self.program.journeys[watched.journey.index()].goals[goal].leave;
                    }
                    Err(_) => {
                        self.stop(run);
                        break;
                    }
                }
            }
            if leaves && !self.ended(run) {
                self.end(run, Reason::GoalReached, Detail::None);
            }
        }
        for number in 0..self.person.watched.len() {
            for goal in 0..self.person.watched[number].reached.len() {
                let watched = self.person.watched[number].clone();
                match self.reaches(&watched, goal, happened) {
                    Ok(false) => {}
                    Ok(true) => {
                        self.person.watched[number].reached[goal] = true;
                        let mut row = self.row(DecisionKind::Goal);
                        row.journey = Some(watched.journey);
                        row.run = watched.run;
                        row.reason = watched.run.is_none().then_some(Reason::Holdout);
                        row.detail = self.goal_detail(&watched, goal);
                        self.log(row);
                    }
                    Err(_) => self.fault(Some(watched.journey)),
                }
            }
        }
    }

    fn goal_detail(&self, watched: &Watched, goal: usize) -> Detail {
        Detail::Goal { goal: u32::try_from(goal).unwrap(), after: self.now.0 - watched.entered.0 }
    }

    fn reaches(&self, watched: &Watched, goal: usize, happened: &Happened) -> Answer<bool> {
        let asked = &self.program.journeys[watched.journey.index()].goals[goal];
        let Trigger::Event { source, filter, .. } = &asked.trigger else { return Ok(false) };
        if watched.reached[goal] || self.now > self.person.clock.plus(watched.entered, &asked.within) {
            return Ok(false);
        }
        let own = match (source, happened.what, watched.run) {
            (wayline_ir::HistorySource::MessageReaction(..), What::Reaction(.., run), Some(own)) => {
                run == own
            }
            _ => true,
        };
        if !own || !happened.what.is(*source) {
            return Ok(false);
        }
        let ask = Ask { slots: &watched.slots, origin: Some(watched.origin), ..self.ask() };
        ask.passes(filter.as_ref(), &happened.data)
    }
}
