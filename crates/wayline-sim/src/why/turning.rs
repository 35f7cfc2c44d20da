//! Where a run turned away before a message was asked for.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use wayline_ir::{Journey, JourneyId, StepId};

use super::Teller;
use crate::log::LogRecord;
use crate::story;

impl Teller<'_> {
    /// The last decision of a run after which none of the steps that send the message could be reached any more, or
    /// where the run stands or ended on its way to them.
    pub(super) fn turned_away(
        &self,
        id: JourneyId,
        journey: &Journey,
        sends: &[StepId],
        rows: &[&LogRecord],
        text: &mut String,
    ) {
        let ahead = leading_to(journey, sends);
        let step_of = |record: &LogRecord| {
            journey.steps.iter().position(|step| step.name == record.step).map(StepId::at)
        };
        let mut last: Option<(&LogRecord, StepId)> = None;
        for record in rows {
            let Some(step) = step_of(record) else { continue };
            if ahead.contains(&step) {
                last = Some((record, step));
            }
        }
        let ended = rows.iter().find(|record| record.kind == "exit" || record.kind == "fault");
        let first_send = sends.first().map(|send| self.step_place(id, *send)).unwrap_or_default();
        match (last, ended) {
            // It ended while the message was still ahead: a leave rule, a stop, a fault, an `exit` on the way.
            (Some((_, step)), Some(end))
                if step_of(end).is_none_or(|at| at == step || ahead.contains(&at)) =>
            {
                let _ = writeln!(
                    text,
                    "  {}  {}{}, before it came to the send{first_send}",
                    self.shown(end),
                    story::sentence(end, self.zone),
                    self.step_place(id, step),
                );
            }
            (Some((record, step)), _) if self.is_decision(record) => {
                let _ = writeln!(
                    text,
                    "  {}  {}{}: from there no way leads to the send{first_send}",
                    self.shown(record),
                    story::sentence(record, self.zone),
                    self.step_place(id, step),
                );
            }
            (Some((record, step)), None) => {
                let _ = writeln!(
                    text,
                    "  {}  {}{}: the send{first_send} comes later than the log",
                    self.shown(record),
                    story::sentence(record, self.zone),
                    self.step_place(id, step),
                );
            }
            (_, Some(end)) => {
                let _ = writeln!(text, "  {}  {}", self.shown(end), story::sentence(end, self.zone));
            }
            (None, None) => {
                let _ = writeln!(text, "  The log tells nothing of its way.");
            }
        }
    }

    /// Whether a row says which of several ways was taken.
    fn is_decision(&self, record: &LogRecord) -> bool {
        matches!(record.kind.as_str(), "branch" | "experiment" | "wait_over" | "call_result")
            || record.kind == "send" && record.verdict != "held"
            || record.kind == "send_result"
    }
}

/// The steps from which one of the others can be reached, those themselves included.
fn leading_to(journey: &Journey, sends: &[StepId]) -> BTreeSet<StepId> {
    let mut ahead: BTreeSet<StepId> = sends.iter().copied().collect();
    loop {
        let before = ahead.len();
        for (index, step) in journey.steps.iter().enumerate() {
            if step.kind.targets().iter().any(|target| ahead.contains(target)) {
                ahead.insert(StepId::at(index));
            }
        }
        if ahead.len() == before {
            return ahead;
        }
    }
}
