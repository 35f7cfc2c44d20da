//! The door of a journey: who comes in, and who is refused why.

use wayline_engine::{DecisionKind, Detail, Reason, RunId};
use wayline_ir::{Enter, JourneyId, Reentry, SegmentId, SlotId, StepId, Value, WhileRunning};

use super::Turn;
use super::ask::{Ask, place};
use super::past::{Happened, Place, Run, Standing, Watched};

/// Someone at the door.
pub(super) struct Comer {
    pub journey: usize,
    pub enter: usize,
    pub slots: Vec<Value>,
    pub origin: Place,
}

impl Turn<'_> {
    /// Journeys in the order in which they are entered at one moment.
    pub(super) fn by_priority(&self) -> Vec<usize> {
        let mut all: Vec<usize> = (0..self.program.journeys.len()).collect();
        all.sort_by_key(|number| std::cmp::Reverse(self.program.journeys[*number].priority));
        all
    }

    /// Segments in which the customer was not before and is now, or the other way round.
    pub(super) fn net_moves(&mut self) -> Vec<(SegmentId, bool)> {
        let moved = std::mem::take(&mut self.moved);
        let mut net: Vec<(SegmentId, bool)> = Vec::new();
        for (segment, inside) in &moved {
            let first = moved.iter().find(|(of, _)| of == segment) == Some(&(*segment, *inside));
            let known = net.iter().any(|(of, _)| of == segment);
            if first && !known && self.person.members[segment.index()].0 == *inside {
                net.push((*segment, *inside));
            }
        }
        net
    }

    /// Where the past ends now.
    pub(super) fn end_of_past(&self) -> Place {
        Place { at: self.now, number: self.person.numbered }
    }

    pub(super) fn comer(&self, journey: usize, enter: usize) -> Comer {
        let slots = vec![Value::Missing; self.program.journeys[journey].slots.len()];
        Comer { journey, enter, slots, origin: self.end_of_past() }
    }

    /// Entries of an event, and of segments that it has made the customer join or leave.
    pub(super) fn enter_on(&mut self, happened: &Happened) {
        let moved = self.net_moves();
        for number in self.by_priority() {
            let journey = &self.program.journeys[number];
            for (line, enter) in journey.enters.iter().enumerate() {
                let mut comer = self.comer(number, line);
                match enter {
                    Enter::Event { source, filter, bind } if happened.what.is(*source) => {
                        let passes = self.ask().passes(filter.as_ref(), &happened.data);
                        match passes {
                            Ok(true) => {}
                            Ok(false) => continue,
                            Err(_) => {
                                self.fault(Some(JourneyId::at(number)));
                                continue;
                            }
                        }
                        if let Some(SlotId(slot)) = bind {
                            comer.slots[*slot as usize] = happened.data.clone();
                        }
                        comer.origin = happened.place;
                    }
                    Enter::Segment { segment, joins }
                        if moved.contains(&(*segment, *joins))
                            && self.person.members[segment.index()].0 == *joins => {}
                    _ => continue,
                }
                self.door(comer);
                break;
            }
        }
    }

    /// Entries of segments that were joined or left since they were last asked.
    pub(super) fn enter_moved(&mut self) {
        let moved = self.net_moves();
        if moved.is_empty() {
            return;
        }
        for number in self.by_priority() {
            let enters = &self.program.journeys[number].enters;
            for (line, enter) in enters.iter().enumerate() {
                let Enter::Segment { segment, joins } = enter else { continue };
                let still = self.person.members[segment.index()].0 == *joins;
                if moved.contains(&(*segment, *joins)) && still {
                    self.door(self.comer(number, line));
                    break;
                }
            }
        }
    }

    pub(super) fn enter_by_hand(&mut self, journey: JourneyId, args: Vec<Value>) {
        let enters = &self.program.journeys[journey.index()].enters;
        let Some(line) = enters.iter().position(|enter| matches!(enter, Enter::ByHand)) else {
            let row = self.row(DecisionKind::NotEntered);
            return self.log(wayline_engine::Decision {
                journey: Some(journey),
                reason: Some(Reason::Stale),
                ..row
            });
        };
        let mut comer = self.comer(journey.index(), line);
        for (slot, value) in comer.slots.iter_mut().zip(args) {
            *slot = value;
        }
        self.door(comer);
    }

    /// The questions at the door.
    pub(super) fn door(&mut self, comer: Comer) {
        let id = JourneyId::at(comer.journey);
        let enter = &self.program.journeys[comer.journey].enters[comer.enter];
        self.meet("enter", enter);
        if let Enter::Schedule { schedule, .. } = enter {
            self.meet("schedule", schedule);
        }
        let asked = self.asked(&comer);
        match asked {
            Ok(Ok(key)) => self.begin_run(comer, key),
            Ok(Err(reason)) => {
                let mut row = self.row(DecisionKind::NotEntered);
                row.journey = Some(id);
                row.reason = Some(reason);
                row.detail = Detail::Index(u32::try_from(comer.enter).unwrap());
                self.log(row);
            }
            Err(_) => self.fault(Some(id)),
        }
    }

    /// The key, or why not.
    fn asked(&mut self, comer: &Comer) -> super::ask::Answer<Result<Value, Reason>> {
        let id = JourneyId::at(comer.journey);
        let journey = &self.program.journeys[comer.journey];
        let ask = Ask { slots: &comer.slots, origin: Some(comer.origin), ..self.ask() };
        if let Some(only_if) = &journey.only_if
            && !ask.holds(only_if)?
        {
            return Ok(Err(Reason::OnlyIf));
        }
        let key = journey.key.as_ref().map_or(Ok(Value::Missing), |key| ask.value(key))?;
        if journey.key.is_some() && key.is_missing() {
            return Ok(Err(Reason::NoKey));
        }
        if journey.while_running == WhileRunning::Ignore && !self.runs_of(id, &key).is_empty() {
            return Ok(Err(Reason::AlreadyRunning));
        }
        let last = self.person.entries.iter().rev().find(|(of, with, _)| (*of, with) == (id, &key));
        match (journey.reentry, last) {
            (Reentry::Once, Some(_)) => return Ok(Err(Reason::OnlyOnce)),
            (Reentry::After(span), Some((.., at))) if self.now < self.person.clock.plus(*at, &span) => {
                return Ok(Err(Reason::AgainTooSoon));
            }
            _ => {}
        }
        if place(self.program, "holdout", &journey.name, &self.person.id, 1_000_000)
            < i64::from(journey.holdout)
        {
            self.person.entries.push((id, key.clone(), self.now));
            self.watch_held_out(comer, key);
            return Ok(Err(Reason::Holdout));
        }
        if let Some(limit) = journey.daily_limit {
            let ours = super::clock::Clock::named(self.program.workspace.zone.name()).unwrap();
            let today = ours.begins(ours.day(self.now));
            let count = self.shared.entered.iter().filter(|(of, at)| *of == id && *at >= today).count();
            if count >= limit as usize {
                return Ok(Err(Reason::DailyLimit));
            }
        }
        Ok(Ok(key))
    }

    /// The runs of a journey with a key that are on their way.
    pub(super) fn runs_of(&self, journey: JourneyId, key: &Value) -> Vec<usize> {
        let mut all = self.running();
        all.retain(|at| self.person.runs[*at].journey == journey && self.person.runs[*at].key == *key);
        all
    }

    fn watch_held_out(&mut self, comer: &Comer, key: Value) {
        let journey = JourneyId::at(comer.journey);
        let goals = &self.program.journeys[comer.journey].goals;
        let same =
            |watched: &&Watched| watched.journey == journey && watched.run.is_none() && watched.key == key;
        let open = self.person.watched.iter().filter(same).any(|watched| self.is_open(watched));
        if goals.is_empty() || open {
            return;
        }
        self.person.watched.push(Watched {
            journey,
            run: None,
            entered: self.now,
            origin: comer.origin,
            key,
            slots: comer.slots.clone(),
            reached: vec![false; goals.len()],
        });
    }

    fn begin_run(&mut self, comer: Comer, key: Value) {
        let id = JourneyId::at(comer.journey);
        let journey = &self.program.journeys[comer.journey];
        if journey.while_running == WhileRunning::Restart {
            for run in self.runs_of(id, &key) {
                self.end(run, Reason::Restarted, Detail::None);
            }
        }
        self.person.entries.push((id, key.clone(), self.now));
        self.shared.entered.push((id, self.now));
        let run = Run {
            id: RunId(u32::try_from(self.person.runs.len()).unwrap() + 1),
            journey: id,
            step: StepId(0),
            entered: self.now,
            origin: comer.origin,
            key,
            slots: comer.slots,
            counters: vec![0; journey.counters as usize],
            visits: vec![0; journey.steps.len()],
            reached: vec![false; journey.goals.len()],
            standing: Standing::Moving,
        };
        let at = self.person.runs.len();
        self.person.runs.push(run);
        let mut row = self.run_row(at, DecisionKind::Enter);
        row.step = None;
        row.detail = Detail::Index(u32::try_from(comer.enter).unwrap());
        self.log(row);
        if !self.ask_own_leaves(at, |_| true) {
            self.go(at, StepId(0));
        }
    }
}
