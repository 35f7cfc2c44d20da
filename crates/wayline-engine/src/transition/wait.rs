//! Waits: until a moment, for the first of several things, for a gathering of events.

use wayline_ir::{
    Arm, CounterId, Direction, Expr, HistoryRange, HistorySource, StepId, StepKind, Trigger, Until, Value,
};
use wayline_time::{Anchor, Moment, add_span, next_time, relative};

use crate::eval::{Eval, Fault};
use crate::prepare::{Change, StepIndex};
use crate::state::{Collected, FAR, Standing};
use crate::turn::{Flow, Signal, Turn};
use crate::{DecisionKind, Detail, Reason, RunId};

use super::branch::index;

impl Turn<'_> {
    pub(crate) fn wait(&mut self, at: usize, until: &Until, next: StepId) -> Result<Flow, Fault> {
        let (zone, now) = (self.customer.zone, self.now);
        let eval = self.eval_run(at);
        let (moment, past) = match until {
            Until::For(duration) => (add_span(zone, now, &eval.span(duration)?), next),
            Until::Next { at, days } => {
                (next_time(zone, now, *at, days).ok_or(Fault::Unfit("a wait for no day"))?, next)
            }
            Until::Date { anchor, offset, at: time, past, missing } => {
                let anchor = eval.value(anchor, None)?;
                let offset = match offset {
                    Some((offset, direction)) => (eval.value(offset, None)?.into_owned(), *direction),
                    None => (Value::Duration(wayline_time::Span::ZERO), Direction::After),
                };
                match (&*anchor, offset) {
                    (Value::Missing, _) | (_, (Value::Missing, _)) => {
                        drop(anchor);
                        self.wait_over(at, Some(Reason::Missing), Detail::None);
                        return Ok(Flow::To(*missing));
                    }
                    (Value::Date(date), (Value::Duration(span), direction)) => {
                        let before = direction == Direction::Before;
                        (relative(zone, Anchor::Date(*date), span, before, *time), *past)
                    }
                    (Value::Moment(moment), (Value::Duration(span), direction)) => {
                        let before = direction == Direction::Before;
                        (relative(zone, Anchor::Moment(*moment), span, before, *time), *past)
                    }
                    _ => return Err(Fault::Unfit("a wait needs a date or moment")),
                }
            }
        };
        if moment <= now {
            self.wait_over(at, Some(Reason::Past), Detail::None);
            return Ok(Flow::To(past));
        }
        self.wait_row(at, moment, None);
        self.rest(at, Standing::Wait, moment);
        Ok(Flow::Rest)
    }

    /// The row of a wait that begins.
    pub(crate) fn wait_row(&mut self, at: usize, until: Moment, reason: Option<Reason>) {
        let mut row = self.run_row(at, DecisionKind::Wait);
        row.until = Some(until);
        row.reason = reason;
        self.decide(row);
    }

    /// A wait for the first of several things begins. A wait that starts anew does not look back again: what it
    /// would find has been answered.
    pub(crate) fn wait_for(
        &mut self,
        at: usize,
        limit: &Expr,
        arms: &[Arm],
        read: &StepIndex,
        fresh: bool,
    ) -> Result<Flow, Fault> {
        let eval = self.eval_run(at);
        let until = add_span(self.customer.zone, self.now, &eval.span(limit)?);
        let id = self.run(at).map(|run| run.id);
        let mut caught = None;
        for (number, arm) in arms.iter().enumerate() {
            match &arm.trigger {
                Trigger::When(condition) => {
                    if eval.holds(condition, None)? {
                        caught = Some((number, arm, None));
                    }
                }
                Trigger::Event { since_enter: true, .. } if fresh => {
                    if let Some(item) = look_back(&eval, &arm.trigger, id)? {
                        caught = Some((number, arm, Some(item)));
                    }
                }
                Trigger::Event { .. } => {}
            }
            if caught.is_some() {
                break;
            }
        }
        let flip = when_flip(&eval, arms, read);
        self.wait_row(at, until, None);
        if let Some((number, arm, item)) = caught {
            if let (Trigger::Event { bind, .. }, Some(item)) = (&arm.trigger, item) {
                self.bind(at, *bind, item);
            }
            self.wait_over(at, None, index(number));
            return Ok(Flow::To(arm.then));
        }
        self.rest(at, Standing::WaitFor, until);
        if let Some(run) = self.run_mut(at) {
            run.wait_flip = flip;
        }
        Ok(Flow::Rest)
    }

    pub(crate) fn wait_again(
        &mut self,
        at: usize,
        wait: StepId,
        at_most: Option<(u32, StepId)>,
        counter: CounterId,
    ) -> Result<Flow, Fault> {
        let (now, turns) = (self.now, {
            let place = self.run_mut(at).and_then(|run| run.counters.get_mut(counter.index()));
            place.map_or(0, |turns| {
                *turns = turns.saturating_add(1);
                *turns
            })
        });
        if let Some(run) = self.run_mut(at) {
            run.step = wait;
            run.since = now;
        }
        let Some((_, StepKind::WaitFor { limit, arms, .. }, read)) = self.standing_at(at) else {
            return Err(Fault::Unfit("a wait that the program does not have"));
        };
        if let Some((_, spent)) = at_most.filter(|(most, _)| turns > *most) {
            self.wait_over(at, Some(Reason::TimeUp), Detail::None);
            return Ok(Flow::To(spent));
        }
        self.wait_for(at, limit, arms, read, false)
    }

    pub(crate) fn collect(
        &mut self,
        at: usize,
        duration: &Expr,
        quiet_for: Option<&Expr>,
    ) -> Result<Flow, Fault> {
        let (zone, now) = (self.customer.zone, self.now);
        let eval = self.eval_run(at);
        let until = add_span(zone, now, &eval.span(duration)?);
        let timer = match quiet_for {
            Some(quiet) => until.min(add_span(zone, now, &eval.span(quiet)?)),
            None => until,
        };
        self.wait_row(at, until, None);
        self.rest(at, Standing::Collect(Box::new(Collected { items: Vec::new(), until })), timer);
        Ok(Flow::Rest)
    }

    /// Waits on an event or change: those of all runs, by priority and age.
    pub(crate) fn waits(&mut self, signal: &Signal<'_>, heard: bool) {
        let watched = signal.concerns(&self.index.watched);
        if !heard && !watched {
            return;
        }
        for at in 0..self.customer.runs.len() {
            let Some(run) = self.run(at) else { continue };
            let outcome = match &run.standing {
                Standing::WaitFor => self.hear_wait(at, signal),
                Standing::Collect(_) if heard => self.gather(at, signal),
                Standing::Held(held) if held.volatile && signal.concerns(&self.index.rules_depend) => {
                    if self.is_paused(run.journey) {
                        self.ask_on_resume(at);
                        continue;
                    }
                    self.ask_again(at)
                }
                _ => continue,
            };
            self.go(at, outcome);
        }
    }

    /// A run goes where a transition leads it.
    pub(crate) fn go(&mut self, at: usize, outcome: Result<Flow, Fault>) {
        match outcome {
            Ok(Flow::To(next)) => self.advance(at, next),
            Ok(Flow::Rest) => {}
            Err(fault) => self.stop(at, fault),
        }
    }

    fn hear_wait(&mut self, at: usize, signal: &Signal<'_>) -> Result<Flow, Fault> {
        let Some((_, StepKind::WaitFor { arms, .. }, read)) = self.standing_at(at) else {
            return Ok(Flow::Rest);
        };
        let asked = read.when.as_ref().is_some_and(|when| signal.concerns(&when.on));
        let heard = signal.is_in(&read.on);
        if !asked && !heard {
            return Ok(Flow::Rest);
        }
        let id = self.run(at).map(|run| run.id);
        let eval = self.eval_run(at);
        let mut caught = None;
        for (number, arm) in arms.iter().enumerate() {
            let fires = match &arm.trigger {
                Trigger::Event { source, filter, .. } => {
                    heard
                        && signal.is(self.index, *source, id)
                        && eval.passes(filter.as_ref(), signal.item, None)?
                }
                Trigger::When(condition) => asked && eval.holds(condition, None)?,
            };
            if fires {
                caught = Some((number, arm));
                break;
            }
        }
        let Some((number, arm)) = caught else {
            if asked {
                let flip = when_flip(&eval, arms, read);
                self.run_mut(at).into_iter().for_each(|run| run.wait_flip = flip);
            }
            return Ok(Flow::Rest);
        };
        if let Trigger::Event { bind: bind @ Some(_), .. } = &arm.trigger {
            self.bind(at, *bind, signal.item.to_value());
        }
        self.wait_over(at, None, index(number));
        Ok(Flow::To(arm.then))
    }

    fn gather(&mut self, at: usize, signal: &Signal<'_>) -> Result<Flow, Fault> {
        let Some((_, StepKind::Collect { source, filter, enough, quiet_for, .. }, _)) = self.standing_at(at)
        else {
            return Ok(Flow::Rest);
        };
        let id = self.run(at).map(|run| run.id);
        let eval = self.eval_run(at);
        if !signal.is(self.index, *source, id) || !eval.passes(filter.as_ref(), signal.item, None)? {
            return Ok(Flow::Rest);
        }
        let quiet = match quiet_for {
            Some(quiet) => add_span(self.customer.zone, self.now, &eval.span(quiet)?),
            None => FAR,
        };
        let Some(run) = self.run_mut(at) else { return Ok(Flow::Rest) };
        let Standing::Collect(collected) = &mut run.standing else { return Ok(Flow::Rest) };
        collected.items.push(signal.item.to_value());
        run.timer = collected.until.min(quiet);
        let full = enough.is_some_and(|enough| collected.items.len() >= enough as usize);
        Ok(if full { self.gathered(at, None) } else { Flow::Rest })
    }

    fn gathered(&mut self, at: usize, reason: Option<Reason>) -> Flow {
        let Some((_, StepKind::Collect { bind, next, .. }, _)) = self.standing_at(at) else {
            return Flow::Rest;
        };
        let items = match self.run_mut(at).map(|run| &mut run.standing) {
            Some(Standing::Collect(collected)) => std::mem::take(&mut collected.items),
            _ => Vec::new(),
        };
        self.bind(at, Some(*bind), Value::List(items.into()));
        self.wait_over(at, reason, Detail::None);
        Flow::To(*next)
    }

    /// A run's wait, gathering or hold is over, as its time has come.
    pub(crate) fn timer(&mut self, at: usize) {
        let Some((_, kind, _)) = self.standing_at(at) else { return self.stop(at, UNKNOWN) };
        let outcome = match (self.run(at).map(|run| &run.standing), kind) {
            (Some(Standing::Wait), StepKind::Wait { next, .. }) => {
                self.wait_over(at, Some(Reason::TimeUp), Detail::None);
                Ok(Flow::To(*next))
            }
            (Some(Standing::Wait), StepKind::Repeat { .. }) => {
                self.wait_over(at, Some(Reason::TimeUp), Detail::None);
                self.repeat(at, true)
            }
            (Some(Standing::WaitFor), StepKind::WaitFor { otherwise, .. }) => {
                self.wait_over(at, Some(Reason::TimeUp), Detail::None);
                Ok(Flow::To(*otherwise))
            }
            (Some(Standing::Collect(_)), StepKind::Collect { .. }) => {
                Ok(self.gathered(at, Some(Reason::TimeUp)))
            }
            (Some(Standing::BestHour), StepKind::Send { .. }) => {
                self.wait_over(at, Some(Reason::BestHour), Detail::None);
                self.ask_send(at, None)
            }
            (Some(Standing::Held(_)), StepKind::Send { .. }) => self.ask_again(at),
            (Some(Standing::Ready(next)), _) => {
                let next = *next;
                self.rise(at);
                Ok(Flow::To(next))
            }
            _ => Err(UNKNOWN),
        };
        self.go(at, outcome);
    }

    /// Time alone may have made a condition hold that a run waits for.
    pub(crate) fn flipped(&mut self, at: usize) {
        let Some((_, StepKind::WaitFor { arms, .. }, read)) = self.standing_at(at) else {
            return self.stop(at, UNKNOWN);
        };
        let eval = self.eval_run(at);
        let mut caught = Ok(None);
        for (number, arm) in arms.iter().enumerate() {
            if let Trigger::When(condition) = &arm.trigger {
                caught = eval.holds(condition, None).map(|holds| holds.then_some((number, arm.then)));
            }
            if caught != Ok(None) {
                break;
            }
        }
        match caught {
            Ok(None) => {
                let flip = when_flip(&eval, arms, read);
                self.run_mut(at).into_iter().for_each(|run| run.wait_flip = flip);
            }
            Ok(Some((number, then))) => {
                self.wait_over(at, None, index(number));
                self.advance(at, then);
            }
            Err(fault) => self.stop(at, fault),
        }
    }

    /// Leave conditions are concerned by a change of the profile alone.
    pub(crate) fn sweep_leaves(&mut self, changes: &[Change]) {
        self.leaves(&Signal::of_profile(changes, self.now), false);
    }

    /// Waits and held sends are.
    pub(crate) fn sweep_waits(&mut self, changes: &[Change]) {
        self.waits(&Signal::of_profile(changes, self.now), false);
    }
}

impl<'s> Signal<'s> {
    /// No event, but a change of the profile.
    fn of_profile(changes: &'s [Change], at: Moment) -> Self {
        let item = crate::eval::Item::Whole(&Value::Missing);
        Self { numbers: [usize::MAX; 2], run: None, item, changes, at, seq: 0 }
    }
}

/// The state is of another program.
const UNKNOWN: Fault = Fault::Unfit("a step that does not fit what the run is doing");

/// When time alone may make a condition hold that is waited for.
fn when_flip(eval: &Eval<'_>, arms: &[Arm], read: &StepIndex) -> Moment {
    if !read.when.as_ref().is_some_and(|when| when.timed) {
        return FAR;
    }
    let flips = arms.iter().filter_map(|arm| match &arm.trigger {
        Trigger::When(condition) => eval.flip(condition, None),
        Trigger::Event { .. } => None,
    });
    flips.min().unwrap_or(FAR)
}

/// The first event since the entry that an arm waits for. A reaction to a message is one to a send of this run.
fn look_back(eval: &Eval<'_>, trigger: &Trigger, id: Option<RunId>) -> Result<Option<Value>, Fault> {
    let Trigger::Event { source, filter, .. } = trigger else { return Ok(None) };
    let mut first = None;
    eval.records(*source, HistoryRange::SinceEnter, &mut |found| {
        let own = !matches!(source, HistorySource::MessageReaction(..)) || found.run == id;
        if own && eval.passes(filter.as_ref(), found.item, None)? {
            first = Some(found.item);
        }
        Ok(true)
    })?;
    Ok(first.map(crate::eval::Item::to_value))
}
