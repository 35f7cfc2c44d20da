//! What is said of a test that failed.

use std::fmt::Write as _;

use wayline_engine::{Customer, Decision, DecisionKind, Verdict};
use wayline_ir::{
    By, Expr, JourneyId, MessageId, PartKind, StepKind, TestClock, TestExpect, TestLine, TestMoment, TestWhen,
};
use wayline_time::{Moment, Zone};

use super::run;
use super::stage::{Called, Row, Sent, Stage};
use crate::log::{LogRecord, Who, record, write_value};
use crate::story;

/// `Sat 2026-03-07 10:00`
pub(super) fn moment(at: Moment, zone: Zone) -> String {
    story::shown(at, zone).trim_end().to_owned()
}

/// Whether a row says that a message left.
pub(super) fn is_sent(row: &Row) -> bool {
    row.decision.kind == DecisionKind::Send && row.decision.verdict == Some(Verdict::Sent)
}

/// A row as it would stand in the log.
pub(super) fn as_record(stage: &Stage<'_>, row: &Row) -> Option<LogRecord> {
    let name = stage.actors.get(row.customer).map_or("", |actor| actor.name.as_str());
    let who = Who { index: u32::try_from(row.customer).unwrap_or(u32::MAX), id: name, zone: row.zone };
    Some(record(stage.programs.get(row.program)?, who, &row.decision))
}

/// A row in words.
pub(super) fn sentence(stage: &Stage<'_>, index: usize) -> String {
    let told = stage.rows.get(index).and_then(|row| Some(story::sentence(&as_record(stage, row)?, row.zone)));
    told.unwrap_or_default()
}

/// A row in words, with its moment before it.
pub(super) fn dated(stage: &Stage<'_>, index: usize) -> String {
    let when = stage.rows.get(index).map(|row| moment(row.decision.at, row.zone)).unwrap_or_default();
    format!("{when}: {}", sentence(stage, index))
}

/// The words of the exit at which a run ended.
pub(super) fn exit(stage: &Stage<'_>, of: &Row) -> String {
    let row = &of.decision;
    let journey = row.journey.and_then(|id| stage.program(of)?.journeys.get(id.index()));
    let step = journey.zip(row.step).and_then(|(journey, step)| journey.steps.get(step.index()));
    match step.map(|step| &step.kind) {
        Some(StepKind::Exit { reason: Some(words) }) => words.clone(),
        _ => String::new(),
    }
}

/// A call in words.
pub(super) fn call(stage: &Stage<'_>, call: &Called) -> String {
    let mut text = moment(call.at, stage.zone(call.customer));
    let (service, action) = &call.action;
    let _ = write!(text, ": called {service}.{action} ");
    if let Some(labels) = stage.programs.get(call.program) {
        write_value(&labels.program, Some(&call.ty), &call.request, &mut text);
    }
    text
}

/// The texts that a condition asks about.
pub(super) fn texts(sent: &Sent, filter: Option<&Expr>, parts: &[PartKind]) -> String {
    let mut asked: Vec<PartKind> = Vec::new();
    if let Some(filter) = filter {
        filter.walk(0, &mut |expr, _| {
            if let Expr::Slot(slot) = expr
                && let Some(kind) = parts.get(slot.index())
                && !asked.contains(kind)
            {
                asked.push(*kind);
            }
        });
    }
    let text = |kind: PartKind| {
        let text = sent.parts.iter().find(|(known, _)| *known == kind).map_or("", |(_, text)| text.as_str());
        format!("its {} is \"{}\"", part(kind), text.trim())
    };
    asked.into_iter().map(text).collect::<Vec<_>>().join(", ")
}

const fn part(kind: PartKind) -> &'static str {
    match kind {
        PartKind::Subject => "subject",
        PartKind::Preheader => "preheader",
        PartKind::Heading => "heading",
        PartKind::Body => "body",
        PartKind::Text => "text",
        PartKind::Script => "script",
        PartKind::Link => "link",
        PartKind::Image => "image",
    }
}

/// The values that a condition compares.
pub(super) fn values(stage: &Stage<'_>, customer: &Customer, condition: &Expr) -> Vec<String> {
    let mut values = Vec::new();
    condition.walk(0, &mut |expr, depth| {
        // What is asked of a single event has no value of its own.
        if depth > 0 {
            return;
        }
        let program = stage.machine.program();
        let (name, ty) = match expr {
            Expr::Customer(field) => match program.customer.get(field.index()) {
                Some(field) => (format!("customer.{}", field.name), Some(&field.ty)),
                None => return,
            },
            Expr::Compare(_, of, _) if matches!(**of, Expr::History(_) | Expr::Arith(..)) => {
                if let Ok(value) = stage.machine.value(customer, of, &[], stage.now) {
                    let mut text = "what it asks for is ".to_owned();
                    write_value(program, None, &value, &mut text);
                    values.push(text);
                }
                return;
            }
            _ => return,
        };
        if let Ok(value) = stage.machine.value(customer, expr, &[], stage.now) {
            let mut text = format!("{name} is ");
            write_value(program, ty, &value, &mut text);
            if !values.contains(&text) {
                values.push(text);
            }
        }
    });
    values
}

/// Where each run of a customer stands.
pub(super) fn standing(stage: &Stage<'_>, customer: usize) -> Vec<String> {
    let Some(actor) = stage.actors.get(customer) else { return Vec::new() };
    let program = stage.machine.program();
    let zone = actor.customer.zone();
    let run = |run: wayline_engine::RunView| {
        let journey = program.journeys.get(run.journey.index());
        let step = journey.and_then(|journey| journey.steps.get(run.step.index()));
        let name = journey.map_or("", |journey| journey.name.as_str());
        let mut text = format!("run {} of {name} stands at ", run.run.0);
        text.push_str(step.map_or("", |step| step.name.as_str()));
        if let Some(until) = run.until {
            let _ = write!(text, " until {}", moment(until, zone));
        }
        let unanswered = stage.calls.iter().any(|call| {
            call.customer == customer
                && !call.answered
                && call.key.run == run.run
                && call.key.step == run.step
        });
        if unanswered {
            text.push_str(", for no line says what the service answers");
        }
        text
    };
    actor.customer.runs().map(run).collect()
}

/// Whether a row is about the same message or journey as an expectation.
pub(super) fn is_about(stage: &Stage<'_>, of: &Row, expect: &TestExpect) -> bool {
    let row = &of.decision;
    let message = |id: &MessageId| row.kind == DecisionKind::Send && stage.is_message(of, *id);
    let journey = |id: &JourneyId| {
        matches!(
            row.kind,
            DecisionKind::Enter
                | DecisionKind::NotEntered
                | DecisionKind::Exit
                | DecisionKind::Goal
                | DecisionKind::Fault
        ) && stage.is_journey(of, *id)
    };
    match expect {
        TestExpect::Send { message: id, .. }
        | TestExpect::Held { message: id, .. }
        | TestExpect::Dropped { message: id, .. } => message(id),
        TestExpect::Entered(id)
        | TestExpect::NotEntered { journey: id, .. }
        | TestExpect::Left { journey: id, .. }
        | TestExpect::Goal(id) => journey(id),
        _ => false,
    }
}

/// What a line expects, after "expected".
pub(super) fn expected(stage: &Stage<'_>, line: &TestLine, expect: &TestExpect) -> String {
    let program = stage.suite;
    let zone = stage.zone(line.customer as usize);
    let message =
        |id: &MessageId| program.messages.get(id.index()).map_or("", |message| message.name.as_str());
    let journey =
        |id: &JourneyId| program.journeys.get(id.index()).map_or("", |journey| journey.name.as_str());
    let by = |by: &Option<By>| match by {
        None => String::new(),
        Some(By::Reason(word)) => format!(" by {word}"),
        Some(By::Rule(rule)) => {
            format!(" by {}", program.rules.get(rule.index()).map_or("", |rule| rule.name.as_str()))
        }
    };
    let until = |until: &Option<TestMoment>| match until {
        Some(at) => {
            let zone = if at.clock == TestClock::Workspace { program.workspace.zone } else { zone };
            format!(" until {}", moment(run::moment(at, zone, stage.suite), zone))
        }
        None => String::new(),
    };
    let action = |service: &wayline_ir::ServiceId, action: &wayline_ir::ActionId| {
        let service = program.services.get(service.index());
        let action = service.and_then(|service| service.actions.get(action.index()));
        format!(
            "{}.{}",
            service.map_or("", |service| service.name.as_str()),
            action.map_or("", |action| action.name.as_str())
        )
    };
    let what = match expect {
        TestExpect::Send { message: id, filter: None, .. } => format!("{} to be sent", message(id)),
        TestExpect::Send { message: id, .. } => format!("{} to be sent with such a text", message(id)),
        TestExpect::NoSend(Some(id)) => format!("no {} to be sent", message(id)),
        TestExpect::NoSend(None) => "nothing to be sent".to_owned(),
        TestExpect::NoMoreSends => "no more sends".to_owned(),
        TestExpect::Held { message: id, by: rule, until: end } => {
            format!("{} to be held{}{}", message(id), by(rule), until(end))
        }
        TestExpect::Dropped { message: id, by: rule } => format!("{} to be dropped{}", message(id), by(rule)),
        TestExpect::Entered(id) => format!("a run of {} to begin", journey(id)),
        TestExpect::NotEntered { journey: id, by: None } => format!("no run of {} to begin", journey(id)),
        TestExpect::NotEntered { journey: id, by: why } => {
            format!("an entry into {} to be refused{}", journey(id), by(why))
        }
        TestExpect::Left { journey: id, words, by: why } => {
            let words = words.as_ref().map_or_else(String::new, |words| format!(" with \"{words}\""));
            format!("a run of {} to end{words}{}", journey(id), by(why))
        }
        TestExpect::NotLeft(id) => format!("no run of {} to end", journey(id)),
        TestExpect::Goal(id) => format!("the goal of {} to be reached", journey(id)),
        TestExpect::NoGoal(id) => format!("the goal of {} not to be reached", journey(id)),
        TestExpect::Call { service, action: of, filter: None } => {
            format!("{} to be called", action(service, of))
        }
        TestExpect::Call { service, action: of, .. } => {
            format!("{} to be called with such a request", action(service, of))
        }
        TestExpect::NoCall { service, action: of } => format!("{} not to be called", action(service, of)),
        TestExpect::That(_) => "this condition to hold".to_owned(),
    };
    let now = moment(stage.now, zone);
    match line.when {
        TestWhen::Within(_) | TestWhen::Before(_) => format!("{what} by {now}"),
        _ if expect.is_negative() => format!("{what} up to {now}"),
        _ => format!("{what} at {now}"),
    }
}

/// Where the step or the rule of a row stands in the text.
pub(super) fn place(program: &wayline_ir::Program, row: &Decision) -> Option<wayline_ir::Place> {
    let map = &program.source_map;
    let (journey, step) = (row.journey, row.step);
    let of_step = || map.steps.get(journey?.index())?.get(step?.index()).copied();
    let of_journey = || map.journeys.get(journey?.index()).copied();
    of_step().or_else(of_journey).filter(|place| place.line > 0)
}
