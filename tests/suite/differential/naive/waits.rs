//! Waits, collects, and what happens when their time is up.

use wayline_engine::{DecisionKind, Detail, Reason};
use wayline_ir::{Arm, Direction, Expr, HistoryRange, SlotId, StepId, StepKind, Trigger, Until, Value};
use wayline_time::{Moment, Span};

use super::Turn;
use super::ask::{Answer, Fault};
use super::past::{Happened, Standing};

impl Turn<'_> {
    /// The row of a wait; the run rests.
    pub(super) fn rests(&mut self, at: usize, until: Moment, reason: Option<Reason>, standing: Standing) {
        let mut row = self.run_row(at, DecisionKind::Wait);
        (row.until, row.reason) = (Some(until), reason);
        self.log(row);
        self.person.runs[at].standing = standing;
    }

    /// The row of a wait that is over.
    fn over(&mut self, at: usize, reason: Option<Reason>, detail: Detail) {
        let mut row = self.run_row(at, DecisionKind::WaitOver);
        (row.reason, row.detail) = (reason, detail);
        self.log(row);
        self.person.runs[at].standing = Standing::Moving;
    }

    fn span(&self, at: usize, expr: &Expr) -> Answer<Span> {
        match self.ask_run(at).value(expr)? {
            Value::Duration(span) => Ok(span),
            _ => Err(Fault),
        }
    }

    pub(super) fn wait(&mut self, at: usize, until: &Until, next: StepId) -> Answer<Option<StepId>> {
        self.meet("until", until);
        let clock = self.person.clock.clone();
        let moment = match until {
            Until::For(length) => {
                let until = clock.plus(self.now, &self.span(at, length)?);
                if until <= self.now {
                    return Ok(Some(next));
                }
                until
            }
            Until::Next { at, days } => clock.next(self.now, *at, *days).ok_or(Fault)?,
            Until::Date { anchor, offset, at: time, past, missing } => {
                let anchor = self.ask_run(at).value(anchor)?;
                let (length, before) = match offset {
                    None => (Value::Duration(Span::ZERO), false),
                    Some((length, direction)) => {
                        (self.ask_run(at).value(length)?, *direction == Direction::Before)
                    }
                };
                let Value::Duration(span) = length else {
                    self.over(at, Some(Reason::Missing), Detail::None);
                    return Ok(Some(*missing));
                };
                let Some(moment) = distance(&clock, &anchor, span, before, *time) else {
                    self.over(at, Some(Reason::Missing), Detail::None);
                    return Ok(Some(*missing));
                };
                if moment <= self.now {
                    self.over(at, Some(Reason::Past), Detail::None);
                    return Ok(Some(*past));
                }
                moment
            }
        };
        self.rests(at, moment, None, Standing::Wait { until: moment });
        Ok(None)
    }

    /// On arrival the arms are asked; a wait that begins anew does not look back.
    pub(super) fn wait_for(
        &mut self,
        at: usize,
        limit: &Expr,
        arms: &[Arm],
        otherwise: StepId,
        looks_back: bool,
    ) -> Answer<Option<StepId>> {
        let until = self.person.clock.plus(self.now, &self.span(at, limit)?);
        let mut answer = None;
        for (number, arm) in arms.iter().enumerate() {
            let found = match &arm.trigger {
                Trigger::When(condition) => self.ask_run(at).holds(condition)?.then_some(None),
                Trigger::Event { source, filter, bind, since_enter: true } if looks_back => {
                    let mut found = None;
                    for happened in self.ask_run(at).happened(*source, HistoryRange::SinceEnter) {
                        if found.is_none()
                            && self.is_own(at, *source, happened)
                            && self.ask_run(at).passes(filter.as_ref(), &happened.data)?
                        {
                            found = Some(bind.map(|slot| (slot, happened.data.clone())));
                        }
                    }
                    found
                }
                Trigger::Event { .. } => None,
            };
            if let Some(bound) = found {
                answer = Some((number, arm.then, bound));
                break;
            }
        }
        self.rests(at, until, None, Standing::WaitFor { until });
        if let Some((number, then, bound)) = answer {
            if let Some((slot, data)) = bound {
                self.bind(at, slot, data);
            }
            return Ok(self.arm_taken(at, number, then));
        }
        if until <= self.now {
            self.over(at, Some(Reason::TimeUp), Detail::None);
            return Ok(Some(otherwise));
        }
        Ok(None)
    }

    fn arm_taken(&mut self, at: usize, number: usize, then: StepId) -> Option<StepId> {
        let run = &self.person.runs[at];
        let journey = &self.program.journeys[run.journey.index()];
        let bound = match &journey.steps[run.step.index()].kind {
            StepKind::WaitFor { arms, .. } => match &arms[number].trigger {
                Trigger::Event { bind: Some(slot), .. } => vec![*slot],
                _ => Vec::new(),
            },
            _ => Vec::new(),
        };
        self.over(at, None, Detail::Index(u32::try_from(number).unwrap()));
        (!self.left_by_name(at, &bound)).then_some(then)
    }

    /// An arm of a wait has answered.
    pub(super) fn arm(&mut self, at: usize, number: usize, then: StepId) {
        if let Some(then) = self.arm_taken(at, number, then) {
            self.go(at, then);
        }
    }

    pub(super) fn wait_again(
        &mut self,
        at: usize,
        wait: StepId,
        at_most: Option<(u32, usize)>,
        spent: StepId,
    ) -> Answer<Option<StepId>> {
        if let Some((most, counter)) = at_most {
            let turns = &mut self.person.runs[at].counters[counter];
            if *turns >= most {
                self.person.runs[at].step = wait;
                self.over(at, Some(Reason::TimeUp), Detail::None);
                return Ok(Some(spent));
            }
            *turns += 1;
        }
        self.person.runs[at].step = wait;
        let run = &self.person.runs[at];
        let journey = &self.program.journeys[run.journey.index()];
        let StepKind::WaitFor { limit, arms, otherwise } = &journey.steps[wait.index()].kind else {
            return Err(Fault);
        };
        self.wait_for(at, limit, arms, *otherwise, false)
    }

    pub(super) fn collect(
        &mut self,
        at: usize,
        duration: &Expr,
        quiet: Option<&Expr>,
    ) -> Answer<Option<StepId>> {
        let until = self.person.clock.plus(self.now, &self.span(at, duration)?);
        let quiet = quiet.map(|quiet| self.span(at, quiet)).transpose()?;
        let quiet = quiet.map(|span| self.person.clock.plus(self.now, &span));
        self.rests(at, until, None, Standing::Collect { until, quiet, items: Vec::new() });
        if self.person.runs[at].timer().is_some_and(|timer| timer <= self.now) {
            return Ok(self.gathered(at, Some(Reason::TimeUp)));
        }
        Ok(None)
    }

    /// An event comes while a run gathers.
    pub(super) fn gather(&mut self, at: usize, happened: &Happened) {
        let run = &self.person.runs[at];
        let journey = &self.program.journeys[run.journey.index()];
        let StepKind::Collect { source, filter, enough, quiet_for, .. } =
            &journey.steps[run.step.index()].kind
        else {
            return;
        };
        if !self.is_own(at, *source, happened) {
            return;
        }
        match self.ask_run(at).passes(filter.as_ref(), &happened.data) {
            Ok(true) => {}
            Ok(false) => return,
            Err(_) => return self.stop(at),
        }
        let later = match quiet_for.as_ref().map(|quiet| self.span(at, quiet)).transpose() {
            Ok(span) => span.map(|span| self.person.clock.plus(self.now, &span)),
            Err(_) => return self.stop(at),
        };
        let Standing::Collect { quiet, items, .. } = &mut self.person.runs[at].standing else { return };
        items.push(happened.data.clone());
        *quiet = later;
        if enough.is_some_and(|enough| items.len() >= enough as usize)
            && let Some(next) = self.gathered(at, None)
        {
            self.go(at, next);
        }
    }

    fn gathered(&mut self, at: usize, reason: Option<Reason>) -> Option<StepId> {
        let run = &self.person.runs[at];
        let journey = &self.program.journeys[run.journey.index()];
        let StepKind::Collect { bind, next, .. } = &journey.steps[run.step.index()].kind else { return None };
        let (bind, next): (SlotId, StepId) = (*bind, *next);
        let Standing::Collect { items, .. } = run.standing.clone() else { return None };
        self.over(at, reason, Detail::None);
        self.bind(at, bind, Value::List(items.into()));
        (!self.left_by_name(at, &[bind])).then_some(next)
    }

    /// The time of a run is up.
    pub(super) fn time_is_up(&mut self, at: usize) {
        let run = &self.person.runs[at];
        let journey = &self.program.journeys[run.journey.index()];
        let kind = &journey.steps[run.step.index()].kind;
        match (run.standing.clone(), kind) {
            (Standing::Wait { .. }, StepKind::Wait { next, .. }) => {
                self.over(at, Some(Reason::TimeUp), Detail::None);
                self.go(at, *next);
            }
            (Standing::Wait { .. }, StepKind::Repeat { .. }) => {
                self.over(at, Some(Reason::TimeUp), Detail::None);
                match self.repeat(at, true) {
                    Ok(Some(next)) => self.go(at, next),
                    Ok(None) => {}
                    Err(_) => self.stop(at),
                }
            }
            (Standing::WaitFor { .. }, StepKind::WaitFor { otherwise, .. }) => {
                self.over(at, Some(Reason::TimeUp), Detail::None);
                self.go(at, *otherwise);
            }
            (Standing::Collect { .. }, _) => {
                if let Some(next) = self.gathered(at, Some(Reason::TimeUp)) {
                    self.go(at, next);
                }
            }
            (Standing::BestHour { .. }, _) => {
                self.over(at, Some(Reason::BestHour), Detail::None);
                match self.ask_choices(at, self.now, None) {
                    Ok(Some(next)) => self.go(at, next),
                    Ok(None) => {}
                    Err(_) => self.stop(at),
                }
            }
            (Standing::Held(_), _) => self.ask_again(at),
            _ => {}
        }
    }
}

/// So far before or after a date or moment; none when that is missing.
pub(super) fn distance(
    clock: &super::clock::Clock,
    anchor: &Value,
    span: Span,
    before: bool,
    time: Option<wayline_time::TimeOfDay>,
) -> Option<Moment> {
    let span = if before { span.negate() } else { span };
    let calendar = Span { millis: 0, ..span };
    let (moment, day) = match anchor {
        Value::Moment(moment) => {
            let there = clock.plus(*moment, &span);
            let day = if span.millis == 0 {
                wall_day(clock, *moment).add_months(span.months).add_days(span.days)
            } else {
                wall_day(clock, there)
            };
            (there, day)
        }
        Value::Date(date) => {
            let date = date.add_months(calendar.months).add_days(calendar.days);
            let there = Moment(clock.begins(date).0 + span.millis);
            let day = if span.millis == 0 { date } else { wall_day(clock, there) };
            (there, day)
        }
        _ => return None,
    };
    Some(time.map_or(moment, |time| clock.on(day, time)))
}

fn wall_day(clock: &super::clock::Clock, at: Moment) -> wayline_time::Date {
    wayline_time::Date(i32::try_from(clock.wall(at).div_euclid(super::clock::DAY)).unwrap())
}
