//! Calls of services, and what comes back.

use wayline_ir::{Call, StepKind, Value};

use crate::eval::Fault;
use crate::prepare::StepIndex;
use crate::state::{FAR, Standing};
use crate::turn::{Flow, Turn};
use crate::{DecisionKind, Detail, Effect, EffectKey};

impl Turn<'_> {
    pub(crate) fn call(&mut self, at: usize, call: &Call, read: &StepIndex) -> Result<Flow, Fault> {
        let request = self.eval_run(at).record(&call.request)?;
        let Some(key) = self.effect_key(at, read) else { return Ok(Flow::Rest) };
        let row = self.run_row(at, DecisionKind::Call);
        self.decide(row);
        self.out.push(Effect::Call { key, service: call.service, action: call.action, request });
        self.rest(at, Standing::Calling(key.occurrence), FAR);
        Ok(Flow::Rest)
    }

    /// The key of the next effect of the step a run stands at.
    pub(crate) fn effect_key(&mut self, at: usize, read: &StepIndex) -> Option<EffectKey> {
        let run = self.run_mut(at)?;
        let mut occurrence = 1_u32;
        if let Some(visits) = read.visits.and_then(|visits| run.counters.get_mut(visits)) {
            *visits = visits.saturating_add(1);
            occurrence = *visits;
        }
        let occurrence = occurrence.saturating_add(run.offset);
        Some(EffectKey { run: run.id, step: run.step, occurrence })
    }

    /// A call came back. One that no run waits for any more is recorded, and that is all.
    pub(crate) fn call_result(&mut self, key: EffectKey, outcome: Result<Value, String>) {
        let mut row = self.row(DecisionKind::CallResult);
        row.run = Some(key.run);
        row.step = Some(key.step);
        let waiting = self.find(key.run).filter(|at| {
            self.run(*at).is_some_and(|run| {
                run.step == key.step && matches!(run.standing, Standing::Calling(n) if n == key.occurrence)
            })
        });
        if let Err(words) = &outcome {
            row.reason = Some(crate::Reason::Failed);
            row.detail = Detail::Text(words.clone());
        }
        let Some(at) = waiting else {
            row.reason = Some(crate::Reason::Stale);
            return self.decide(row);
        };
        row.journey = self.run(at).map(|run| run.journey);
        self.decide(row);
        let Some((_, StepKind::Call(call), _)) = self.standing_at(at) else { return };
        self.rise(at);
        match outcome {
            Ok(response) => {
                self.bind(at, call.bind, response);
                self.advance(at, call.next);
            }
            Err(words) => match call.failed {
                Some(failed) => {
                    self.bind(at, call.failed_bind, Value::text(&words));
                    self.advance(at, failed);
                }
                None => self.stop_because(at, format!("a call that failed for good: {words}")),
            },
        }
    }
}
