//! A decision as the row of a log, without writing one.

use wayline_engine::{Decision, DecisionKind, Detail};
use wayline_time::format_local;

use crate::log::words::{kind_word, reason_word, verdict_word};
use crate::log::{Labels, LogRecord, Who};

/// The row of a decision, with the texts that [`read_log`](crate::read_log) would find in a written log.
pub(crate) fn record(labels: &Labels, who: Who<'_>, decision: &Decision) -> LogRecord {
    let program = &labels.program;
    let name = |found: Option<&str>| found.unwrap_or_default().to_owned();
    let journey = decision.journey.and_then(|id| program.journeys.get(id.index()));
    let step = decision.step.zip(journey).and_then(|(step, journey)| journey.steps.get(step.index()));
    let message = decision.message.and_then(|id| program.messages.get(id.index()));
    let channel = decision.channel.and_then(|id| program.channels.get(id.index()));
    let mut rule = String::new();
    if decision.reason.is_some() {
        labels.write_rule(decision, &mut rule);
    }
    let mut detail = String::new();
    let silent = matches!(decision.kind, DecisionKind::Wait | DecisionKind::WaitOver | DecisionKind::Send);
    if !(silent && decision.detail == Detail::None) {
        labels.write_detail(decision, &mut detail);
    }
    LogRecord {
        time: decision.at,
        local: format_local(who.zone, decision.at),
        customer: who.id.to_owned(),
        journey: name(journey.map(|journey| journey.name.as_str())),
        version: name(journey.map(|journey| journey.version.as_str())),
        run: decision.run.map(|run| run.0),
        step: name(step.map(|step| step.name.as_str())),
        kind: kind_word(decision.kind).to_owned(),
        message: name(message.map(|message| message.name.as_str())),
        channel: name(channel.map(|channel| channel.name.as_str())),
        verdict: name(decision.verdict.map(verdict_word)),
        reason: name(decision.reason.map(reason_word)),
        rule,
        until: decision.until,
        detail,
    }
}
