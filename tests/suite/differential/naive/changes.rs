//! What a change asks anew: whoever depends on it, and nobody else.

use wayline_ir::{
    Clause, Expr, FieldId, HistoryQuery, HistorySource, Program, StepKind, Subject, SuppressRule, Trigger,
};

use super::Turn;
use super::past::{Happened, Standing, What};

/// Something that conditions may depend on.
#[derive(Clone, Copy)]
pub(crate) enum Change<'c> {
    Fields(&'c [FieldId]),
    Happened(What),
}

impl Change<'_> {
    /// All reactions count as one: any of them asks whoever asks about some.
    fn is_of(self, source: HistorySource) -> bool {
        match self {
            Change::Happened(What::Reaction(..)) => !matches!(source, HistorySource::Event(_)),
            Change::Happened(what) => what.is(source),
            Change::Fields(_) => false,
        }
    }

    fn has(self, program: &Program, field: FieldId) -> bool {
        // Every local time hangs on the zone.
        matches!(self, Change::Fields(fields) if fields.contains(&field)
            || program.zone_field.is_some_and(|zone| fields.contains(&zone)))
    }

    /// Whether a condition depends on it.
    pub(crate) fn concerns(self, program: &Program, condition: &Expr) -> bool {
        let mut concerned = false;
        let zone = program.zone_field.unwrap_or(FieldId(u32::MAX));
        condition.walk(0, &mut |part, _| {
            concerned |= match part {
                Expr::Customer(field) => self.has(program, *field),
                Expr::Today | Expr::Arith(..) => self.has(program, zone),
                Expr::History(HistoryQuery { source, .. }) => self.is_of(*source) || self.has(program, zone),
                Expr::HasBeen { subject: Subject::Field(field, _), .. } => self.has(program, *field),
                Expr::InSegment(segment) | Expr::HasBeen { subject: Subject::Segment(segment), .. } => {
                    self.concerns(program, &program.segments[segment.index()].condition)
                }
                _ => false,
            };
        });
        concerned
    }

    /// Whether a rule may change its mind.
    pub(crate) fn concerns_rule(self, program: &Program, rule: &SuppressRule) -> bool {
        rule.clauses.iter().any(|clause| match clause {
            Clause::When(condition) => self.concerns(program, condition),
            Clause::Between { from, from_filter, until, until_filter, .. } => {
                let mut filters = from_filter.iter().chain(until_filter);
                self.is_of(*from)
                    || self.is_of(*until)
                    || filters.any(|filter| self.concerns(program, filter))
            }
            Clause::Caps { .. } | Clause::On(_) | Clause::During(_) => false,
        })
    }
}

impl Turn<'_> {
    /// Fields have changed: those who depend on them. A run that sets a field has asked the segments already.
    pub(super) fn changed(&mut self, fields: &[FieldId], ask_segments: bool) {
        let change = Change::Fields(fields);
        if ask_segments {
            self.ask_segments(change);
        }
        self.ask_leaves(change, None);
        self.ask_waits(change, None);
        self.enter_moved();
    }

    pub(super) fn ask_segments(&mut self, change: Change<'_>) {
        if !self.person.begun {
            return;
        }
        for number in 0..self.program.segments.len() {
            let segment = &self.program.segments[number];
            if segment.tracked && change.concerns(self.program, &segment.condition) {
                self.segment(number, self.now);
            }
        }
    }

    /// Whether a trigger of a run answers what has happened; reactions to messages mean the run's own.
    pub(super) fn answers(
        &self,
        at: usize,
        trigger: &Trigger,
        happened: &Happened,
    ) -> super::ask::Answer<bool> {
        let Trigger::Event { source, filter, .. } = trigger else { return Ok(false) };
        Ok(self.is_own(at, *source, happened) && self.ask_run(at).passes(filter.as_ref(), &happened.data)?)
    }

    pub(super) fn is_own(&self, at: usize, source: HistorySource, happened: &Happened) -> bool {
        let own = match (source, happened.what) {
            (HistorySource::MessageReaction(..), What::Reaction(.., run)) => run == self.person.runs[at].id,
            _ => true,
        };
        own && happened.what.is(source)
    }

    /// The leaves of all runs.
    pub(super) fn ask_leaves(&mut self, change: Change<'_>, happened: Option<&Happened>) {
        for run in self.running() {
            if self.ended(run) {
                continue;
            }
            let journey = &self.program.journeys[self.person.runs[run].journey.index()];
            // Those on events come before those that are conditions.
            let mut leaves: Vec<_> = journey.leaves.iter().enumerate().collect();
            leaves.sort_by_key(|(_, leave)| matches!(leave.trigger, Trigger::When(_)));
            for (number, leave) in leaves {
                let answer = match (&leave.trigger, happened) {
                    (Trigger::When(condition), _) if change.concerns(self.program, condition) => {
                        self.ask_run(run).holds(condition)
                    }
                    (trigger, Some(happened)) => self.answers(run, trigger, happened),
                    _ => Ok(false),
                };
                match answer {
                    Ok(false) => continue,
                    Ok(true) => self.leave(run, number),
                    Err(_) => self.stop(run),
                }
                break;
            }
        }
    }

    /// The leaves of one run that are conditions; `true` when it has left.
    pub(super) fn ask_own_leaves(&mut self, at: usize, asked: impl Fn(&Expr) -> bool) -> bool {
        let journey = &self.program.journeys[self.person.runs[at].journey.index()];
        for (number, leave) in journey.leaves.iter().enumerate() {
            let Trigger::When(condition) = &leave.trigger else { continue };
            if !asked(condition) {
                continue;
            }
            match self.ask_run(at).holds(condition) {
                Ok(false) => continue,
                Ok(true) => self.leave(at, number),
                Err(_) => self.stop(at),
            }
            return true;
        }
        false
    }

    /// Waits, collects and held messages, run by run.
    pub(super) fn ask_waits(&mut self, change: Change<'_>, happened: Option<&Happened>) {
        for run in self.running() {
            match &self.person.runs[run].standing {
                Standing::WaitFor { .. } => self.ask_arms(run, change, happened),
                Standing::Collect { .. } => {
                    if let Some(happened) = happened {
                        self.gather(run, happened);
                    }
                }
                Standing::Held(held) => {
                    let mut rules = self.program.rules.iter();
                    if held.volatile && rules.any(|rule| change.concerns_rule(self.program, rule)) {
                        self.ask_again(run);
                    }
                }
                _ => {}
            }
        }
    }

    fn ask_arms(&mut self, run: usize, change: Change<'_>, happened: Option<&Happened>) {
        let standing = &self.person.runs[run];
        let journey = &self.program.journeys[standing.journey.index()];
        let StepKind::WaitFor { arms, .. } = &journey.steps[standing.step.index()].kind else { return };
        for (number, arm) in arms.iter().enumerate() {
            let answer = match (&arm.trigger, happened) {
                (Trigger::When(condition), _) if change.concerns(self.program, condition) => {
                    self.ask_run(run).holds(condition)
                }
                (trigger, Some(happened)) => self.answers(run, trigger, happened),
                _ => Ok(false),
            };
            match answer {
                Ok(false) => continue,
                Ok(true) => {
                    if let (Trigger::Event { bind: Some(slot), .. }, Some(happened)) =
                        (&arm.trigger, happened)
                    {
                        self.bind(run, *slot, happened.data.clone());
                    }
                    self.arm(run, number, arm.then);
                }
                Err(_) => self.stop(run),
            }
            return;
        }
    }
}
