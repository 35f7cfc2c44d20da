//! Branches, experiments, loops, and steps that change something and go on.

use wayline_ir::{
    Case, EventId, Experiment, Expr, FieldId, JourneyId, Pattern, SlotId, StepId, StepKind, Value,
};
use wayline_time::add_span;

use crate::eval::{Eval, Fault, order};
use crate::state::Standing;
use crate::turn::{Flow, Task, Turn};
use crate::{DecisionKind, Detail, Effect, Reason, sticky};

impl Turn<'_> {
    pub(crate) fn branch_if(
        &mut self,
        at: usize,
        branches: &[(Expr, StepId)],
        otherwise: StepId,
    ) -> Result<Flow, Fault> {
        let eval = self.eval_run(at);
        let mut taken = (branches.len(), otherwise);
        for (number, (condition, then)) in branches.iter().enumerate() {
            if eval.holds(condition, None)? {
                taken = (number, *then);
                break;
            }
        }
        Ok(self.branched(at, taken))
    }

    pub(crate) fn branch_match(
        &mut self,
        at: usize,
        value: &Expr,
        cases: &[Case],
        otherwise: Option<StepId>,
    ) -> Result<Flow, Fault> {
        let eval = self.eval_run(at);
        let value = eval.value(value, None)?;
        let mut taken = otherwise.map(|then| (cases.len(), then));
        'cases: for (number, case) in cases.iter().enumerate() {
            for pattern in &case.patterns {
                if fits(&value, pattern)? {
                    taken = Some((number, case.then));
                    break 'cases;
                }
            }
        }
        drop(value);
        let taken = taken.ok_or(Fault::NoCase)?;
        Ok(self.branched(at, taken))
    }

    fn branched(&mut self, at: usize, (number, then): (usize, StepId)) -> Flow {
        let mut row = self.run_row(at, DecisionKind::Branch);
        row.detail = index(number);
        self.decide(row);
        Flow::To(then)
    }

    pub(crate) fn experiment(&mut self, at: usize, experiment: &Experiment) -> Result<Flow, Fault> {
        let salt = &self.program.workspace.salt;
        let place = sticky::millionths(salt, "experiment", &experiment.name, &self.customer.id);
        let mut border = 0_u32;
        for (number, arm) in experiment.arms.iter().enumerate() {
            border = border.saturating_add(arm.share);
            if place < border {
                let mut row = self.run_row(at, DecisionKind::Experiment);
                row.detail = index(number);
                self.decide(row);
                return Ok(Flow::To(arm.then));
            }
        }
        Err(Fault::NoCase)
    }

    /// A loop: its end is asked before each pass, also before the pause that comes before a later pass.
    pub(crate) fn repeat(&mut self, at: usize, rested: bool) -> Result<Flow, Fault> {
        let Some((_, StepKind::Repeat { at_most, until, every, counter, body, next }, _)) =
            self.standing_at(at)
        else {
            return Err(Fault::Unfit("a loop that the program does not have"));
        };
        let passes = self.run(at).and_then(|run| run.counters.get(counter.index()).copied()).unwrap_or(0);
        let eval = self.eval_run(at);
        let over = passes >= *at_most
            || match until {
                Some(until) => eval.holds(until, None)?,
                None => false,
            };
        let pause = match every {
            Some(every) if !over && passes > 0 && !rested => Some(eval.span(every)?),
            _ => None,
        };
        if let Some(pause) = pause {
            let until = add_span(self.customer.zone, self.now, &pause);
            self.wait_row(at, until, None);
            self.rest(at, Standing::Wait, until);
            return Ok(Flow::Rest);
        }
        if let Some(place) = self.run_mut(at).and_then(|run| run.counters.get_mut(counter.index())) {
            *place = if over { 0 } else { passes.saturating_add(1) };
        }
        Ok(self.branched(at, if over { (1, *next) } else { (0, *body) }))
    }

    pub(crate) fn bind_all(
        &mut self,
        at: usize,
        values: &[(SlotId, Expr)],
        next: StepId,
    ) -> Result<Flow, Fault> {
        // All are computed before any is written: arguments may be named like the slots they come from.
        let eval = self.eval_run(at);
        let computed: Vec<Value> = values
            .iter()
            .map(|(_, value)| eval.value(value, None).map(std::borrow::Cow::into_owned))
            .collect::<Result<_, _>>()?;
        for ((slot, _), value) in values.iter().zip(computed) {
            self.bind(at, Some(*slot), value);
        }
        Ok(Flow::To(next))
    }

    pub(crate) fn set(
        &mut self,
        at: usize,
        field: FieldId,
        value: &Expr,
        next: StepId,
    ) -> Result<Flow, Fault> {
        let value = self.eval_run(at).value(value, None)?.into_owned();
        let mut row = self.run_row(at, DecisionKind::Set);
        row.detail = Detail::Field(field, value.clone());
        self.decide(row);
        if !self.write_field(field, value.clone(), self.now) {
            return Ok(Flow::To(next));
        }
        self.field_changed(field);
        self.out.push(Effect::ProfileChanged { field, value });
        let change = self.index.field_change(field);
        self.changed(&[change]);
        self.queue.push_back(Task::Changed(change));
        // The run's own leave rules are asked at once: it must not go on when they hold now.
        self.ask_leaves(at, Some(&[change]));
        Ok(if self.run(at).is_some() { Flow::To(next) } else { Flow::Rest })
    }

    pub(crate) fn emit(
        &mut self,
        at: usize,
        event: EventId,
        data: &[Expr],
        next: StepId,
    ) -> Result<Flow, Fault> {
        let data = Value::Record(self.eval_run(at).values(data, None)?.into());
        let mut row = self.run_row(at, DecisionKind::Emit);
        row.detail = Detail::Event(event);
        self.decide(row);
        self.out.push(Effect::Emitted { event, data: data.clone() });
        self.queue.push_back(Task::Event(event, data));
        Ok(Flow::To(next))
    }

    pub(crate) fn start(
        &mut self,
        at: usize,
        journey: JourneyId,
        args: &[Expr],
        next: StepId,
    ) -> Result<Flow, Fault> {
        let args = self.eval_run(at).values(args, None)?;
        self.journey_row(at, journey);
        self.queue.push_back(Task::Start(journey, args));
        Ok(Flow::To(next))
    }

    pub(crate) fn stop_others(&mut self, at: usize, journey: JourneyId, next: StepId) -> Result<Flow, Fault> {
        self.journey_row(at, journey);
        for other in 0..self.customer.runs.len() {
            if self.run(other).is_some_and(|run| self.index.same_journey(run.journey, journey)) {
                self.exit(other, Reason::Stopped);
            }
        }
        Ok(if self.run(at).is_some() { Flow::To(next) } else { Flow::Rest })
    }

    fn journey_row(&mut self, at: usize, journey: JourneyId) {
        let mut row = self.run_row(at, DecisionKind::Journey);
        row.detail = Detail::Journey(journey);
        self.decide(row);
    }
}

/// The index of an arm, branch, case, enter, leave or goal as a detail.
pub(crate) fn index(number: usize) -> Detail {
    Detail::Index(u32::try_from(number).unwrap_or(u32::MAX))
}

fn fits(value: &Value, pattern: &Pattern) -> Result<bool, Fault> {
    Ok(match pattern {
        Pattern::Missing => value.is_missing(),
        _ if value.is_missing() => false,
        Pattern::Value(known) => order(value, known)?.is_eq(),
        Pattern::Range { from, under } => {
            (match from {
                Some(from) => order(value, from)?.is_ge(),
                None => true,
            }) && (match under {
                Some(under) => order(value, under)?.is_lt(),
                None => true,
            })
        }
    })
}

impl Eval<'_> {
    /// Values of the request or arguments, as a record.
    pub(crate) fn record(&self, fields: &[Expr]) -> Result<Value, Fault> {
        Ok(Value::Record(self.values(fields, None)?.into()))
    }
}
