//! What each step does at the moment a run comes to it: `Some` next step, or it rests (or has ended).

use wayline_engine::{DecisionKind, Detail, Effect, EffectKey, Reason};
use wayline_ir::{Call, Case, Expr, Pattern, StepId, StepKind, Value};

use super::ask::{Answer, Fault, order_of, place};
use super::changes::Change;
use super::past::Standing;
use super::{Task, Turn};

impl Turn<'_> {
    pub(super) fn arrive(&mut self, at: usize) -> Answer<Option<StepId>> {
        let run = &self.person.runs[at];
        let journey = &self.program.journeys[run.journey.index()];
        let kind = &journey.steps[run.step.index()].kind;
        self.meet("step", kind);
        match kind {
            StepKind::Wait { until, next } => self.wait(at, until, *next),
            StepKind::WaitFor { limit, arms, otherwise } => self.wait_for(at, limit, arms, *otherwise, true),
            StepKind::WaitAgain { wait, at_most, counter, spent } => {
                self.wait_again(at, *wait, at_most.map(|most| (most, counter.index())), *spent)
            }
            StepKind::Collect { duration, quiet_for, .. } => self.collect(at, duration, quiet_for.as_ref()),
            StepKind::Send { best_hour_within, .. } => self.send(at, best_hour_within.as_ref()),
            StepKind::If { branches, otherwise } => {
                let mut taken = (branches.len(), *otherwise);
                for (number, (condition, then)) in branches.iter().enumerate() {
                    if self.ask_run(at).holds(condition)? {
                        taken = (number, *then);
                        break;
                    }
                }
                self.numbered(at, DecisionKind::Branch, taken.0);
                Ok(Some(taken.1))
            }
            StepKind::Match { value, cases, otherwise } => {
                let value = self.ask_run(at).value(value)?;
                for (number, Case { patterns, then }) in cases.iter().enumerate() {
                    for pattern in patterns {
                        if falls(pattern, &value)? {
                            self.numbered(at, DecisionKind::Branch, number);
                            return Ok(Some(*then));
                        }
                    }
                }
                let otherwise = otherwise.ok_or(Fault)?;
                self.numbered(at, DecisionKind::Branch, cases.len());
                Ok(Some(otherwise))
            }
            StepKind::Experiment(experiment) => {
                let mut here =
                    place(self.program, "experiment", &experiment.name, &self.person.id, 1_000_000);
                for (number, arm) in experiment.arms.iter().enumerate() {
                    here -= i64::from(arm.share);
                    if here < 0 {
                        self.numbered(at, DecisionKind::Experiment, number);
                        return Ok(Some(arm.then));
                    }
                }
                Err(Fault)
            }
            StepKind::Repeat { .. } => self.repeat(at, false),
            StepKind::Bind { values, next } => {
                let mut slots = Vec::new();
                for (slot, expr) in values {
                    let value = self.ask_run(at).value(expr)?;
                    self.bind(at, *slot, value);
                    slots.push(*slot);
                }
                Ok((!self.left_by_name(at, &slots)).then_some(*next))
            }
            StepKind::Set { field, value, next } => {
                let value = self.ask_run(at).value(value)?;
                let mut row = self.run_row(at, DecisionKind::Set);
                row.detail = Detail::Field(*field, value.clone());
                self.log(row);
                let before = self.fields(&[*field]);
                self.keep_pending();
                self.write(*field, value.clone(), self.now);
                let changed = self.differ(&[*field], &before);
                if changed.is_empty() {
                    return Ok(Some(*next));
                }
                self.out.push(Effect::ProfileChanged { field: *field, value });
                self.wrote(&changed);
                self.ask_segments(Change::Fields(&changed));
                self.queue.push_back(Task::Changed(changed));
                Ok((!self.ask_own_leaves(at, |_| true)).then_some(*next))
            }
            StepKind::Emit { event, data, next } => {
                let data = Value::Record(self.ask_run(at).all(data)?.into());
                let mut row = self.run_row(at, DecisionKind::Emit);
                row.detail = Detail::Event(*event);
                self.log(row);
                self.out.push(Effect::Emitted { event: *event, data: data.clone() });
                self.queue.push_back(Task::Event(*event, data));
                Ok(Some(*next))
            }
            StepKind::Call(call) => self.call(at, call),
            StepKind::Start { journey, args, next } => {
                let args = self.ask_run(at).all(args)?;
                let row = self.run_row(at, DecisionKind::Journey);
                self.log(wayline_engine::Decision { detail: Detail::Journey(*journey), ..row });
                self.queue.push_back(Task::Start(*journey, args));
                Ok(Some(*next))
            }
            StepKind::Stop { journey, next } => {
                let row = self.run_row(at, DecisionKind::Journey);
                self.log(wayline_engine::Decision { detail: Detail::Journey(*journey), ..row });
                for other in self.running() {
                    if self.person.runs[other].journey == *journey {
                        self.end(other, Reason::Stopped, Detail::None);
                    }
                }
                Ok((!self.ended(at)).then_some(*next))
            }
            StepKind::Exit { reason } => {
                let why = if reason.is_some() { Reason::ExitStep } else { Reason::Completed };
                self.end(at, why, Detail::None);
                Ok(None)
            }
        }
    }

    pub(super) fn numbered(&mut self, at: usize, kind: DecisionKind, number: usize) {
        let mut row = self.run_row(at, kind);
        row.detail = Detail::Index(u32::try_from(number).unwrap());
        self.log(row);
    }

    /// The key of an effect of the step the run stands at.
    pub(super) fn key(&mut self, at: usize) -> EffectKey {
        let run = &mut self.person.runs[at];
        run.visits[run.step.index()] += 1;
        EffectKey { run: run.id, step: run.step, occurrence: run.visits[run.step.index()] }
    }

    fn call(&mut self, at: usize, call: &Call) -> Answer<Option<StepId>> {
        let request = Value::Record(self.ask_run(at).all(&call.request)?.into());
        let row = self.run_row(at, DecisionKind::Call);
        self.log(row);
        let key = self.key(at);
        self.out.push(Effect::Call { key, service: call.service, action: call.action, request });
        self.person.runs[at].standing = Standing::Calling(key);
        Ok(None)
    }

    /// A call came back.
    pub(super) fn called(&mut self, at: usize, outcome: Result<Value, String>) {
        let run = &self.person.runs[at];
        let journey = &self.program.journeys[run.journey.index()];
        let StepKind::Call(call) = &journey.steps[run.step.index()].kind else { return };
        let (slot, value, next) = match outcome {
            Ok(response) => (call.bind, response, Some(call.next)),
            Err(words) => (call.failed_bind, Value::text(&words), call.failed),
        };
        let Some(next) = next else { return self.stop(at) };
        if let Some(slot) = slot {
            self.bind(at, slot, value);
            if self.left_by_name(at, &[slot]) {
                return;
            }
        }
        self.go(at, next);
    }

    /// The `until`, the rest between passes, the next pass.
    pub(super) fn repeat(&mut self, at: usize, rested: bool) -> Answer<Option<StepId>> {
        let run = &self.person.runs[at];
        let journey = &self.program.journeys[run.journey.index()];
        let StepKind::Repeat { at_most, until, every, counter, body, next } =
            &journey.steps[run.step.index()].kind
        else {
            return Err(Fault);
        };
        let passes = run.counters[counter.index()];
        let holds = |turn: &Self, until: &Expr| turn.ask_run(at).holds(until);
        if passes >= *at_most || until.as_ref().map_or(Ok(false), |until| holds(self, until))? {
            self.person.runs[at].counters[counter.index()] = 0;
            self.numbered(at, DecisionKind::Branch, 1);
            return Ok(Some(*next));
        }
        if let (Some(every), true, false) = (every, passes > 0, rested) {
            let Value::Duration(span) = self.ask_run(at).value(every)? else { return Err(Fault) };
            let until = self.person.clock.plus(self.now, &span);
            if until > self.now {
                self.rests(at, until, None, Standing::Wait { until });
                return Ok(None);
            }
        }
        self.person.runs[at].counters[counter.index()] += 1;
        self.numbered(at, DecisionKind::Branch, 0);
        Ok(Some(*body))
    }
}

/// Whether a value falls in a case.
fn falls(pattern: &Pattern, value: &Value) -> Answer<bool> {
    Ok(match pattern {
        Pattern::Missing => value.is_missing(),
        _ if value.is_missing() => false,
        Pattern::Value(one) => one == value,
        Pattern::Range { from, under } => {
            let above = from.as_ref().map_or(Ok(true), |from| order_of(value, from).map(|o| o.is_ge()))?;
            let below = under.as_ref().map_or(Ok(true), |under| order_of(value, under).map(|o| o.is_lt()))?;
            above && below
        }
    })
}
