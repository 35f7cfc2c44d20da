//! The names a log is written with, looked up once.

use std::fmt::Write as _;

use wayline_engine::{Decision, DecisionKind, Detail, Reason};
use wayline_ir::{
    Cap, CapWindow, Case, Clause, Enter, Expr, HistorySource, Journey, Pattern, Program, Schedule, StepKind,
    SuppressRule, Trigger, Value,
};
use wayline_time::{MILLIS_PER_DAY, MILLIS_PER_HOUR, MILLIS_PER_MINUTE, MILLIS_PER_SECOND};

use crate::log::value::write_value;
use crate::log::words::reaction_word;

/// The names of a program's parts.
#[derive(Debug)]
pub(crate) struct Labels {
    pub(crate) program: std::sync::Arc<Program>,
    journeys: Vec<JourneyLabels>,
    /// The caps of each rule, in written order.
    caps: Vec<Vec<String>>,
}

#[derive(Debug)]
struct JourneyLabels {
    enters: Vec<String>,
    leaves: Vec<String>,
    goals: Vec<String>,
    steps: Vec<StepLabels>,
}

#[derive(Debug)]
struct StepLabels {
    /// The arms, branches or cases, in written order.
    ways: Vec<String>,
    /// The words of an `exit`, the action of a `call`.
    words: String,
}

impl Labels {
    pub(crate) fn new(program: std::sync::Arc<Program>) -> Self {
        let journeys = program.journeys.iter().map(|journey| JourneyLabels::new(&program, journey)).collect();
        let caps = program.rules.iter().map(caps).collect();
        Self { program, journeys, caps }
    }

    /// The arms, branches or cases of a step, in written order.
    pub(crate) fn ways(&self, journey: wayline_ir::JourneyId, step: wayline_ir::StepId) -> &[String] {
        let steps = self.journeys.get(journey.index()).map(|journey| &journey.steps);
        steps.and_then(|steps| steps.get(step.index())).map(|step| step.ways.as_slice()).unwrap_or_default()
    }

    /// What decided, in words; nothing when nothing forbade.
    pub(crate) fn write_rule(&self, decision: &Decision, into: &mut String) {
        let program = &self.program;
        if let Some(rule) = decision.rule.and_then(|rule| program.rules.get(rule.index())) {
            into.push_str(&rule.name);
            return;
        }
        let message = decision.message.and_then(|message| program.messages.get(message.index()));
        let channel = decision.channel.or(message.map(|message| message.channel));
        let channel = channel.and_then(|channel| program.channels.get(channel.index()));
        let channel = channel.map_or("", |channel| channel.name.as_str());
        let _ = match decision.reason {
            Some(Reason::NoConsent | Reason::UnconfirmedConsent) => {
                let topic = message.and_then(|message| program.topics.get(message.topic.index()));
                write!(into, "topic {}", topic.map_or("", |topic| topic.name.as_str()))
            }
            Some(Reason::NoAddress | Reason::Bounced) => {
                into.push_str("channel ");
                into.push_str(channel);
                Ok(())
            }
            Some(Reason::QuietHours) => write!(into, "quiet hours of {channel}"),
            Some(Reason::ClosedHours) => write!(into, "open hours of {channel}"),
            Some(Reason::ChannelRate) => write!(into, "rate of {channel}"),
            Some(Reason::Expired) => {
                write!(into, "expiry of {}", message.map_or("", |message| message.name.as_str()))
            }
            _ => Ok(()),
        };
    }

    /// More about a decision, in words.
    pub(crate) fn write_detail(&self, decision: &Decision, into: &mut String) {
        let program = &self.program;
        let journey = decision.journey.and_then(|journey| self.journeys.get(journey.index()));
        let step = decision.step.zip(journey).and_then(|(step, journey)| journey.steps.get(step.index()));
        let _ = match &decision.detail {
            Detail::None => {
                let has_words = match decision.kind {
                    DecisionKind::Exit => decision.reason == Some(Reason::ExitStep),
                    kind => matches!(kind, DecisionKind::Call | DecisionKind::CallResult),
                };
                if let Some(step) = step.filter(|_| has_words) {
                    into.push_str(&step.words);
                }
                Ok(())
            }
            Detail::Event(event) => {
                into.push_str(program.events.get(event.index()).map_or("", |event| event.name.as_str()));
                Ok(())
            }
            Detail::Reaction(kind) => {
                into.push_str(reaction_word(*kind));
                Ok(())
            }
            Detail::Segment(segment, joined) => {
                let name = program.segments.get(segment.index()).map_or("", |segment| segment.name.as_str());
                write!(into, "{} {name}", if *joined { "joined" } else { "left" })
            }
            Detail::Index(index) => {
                let place = *index as usize;
                let label = match (decision.kind, decision.reason) {
                    (DecisionKind::Enter | DecisionKind::NotEntered, _) => {
                        journey.and_then(|j| j.enters.get(place))
                    }
                    (DecisionKind::Goal, _) | (DecisionKind::Exit, Some(Reason::GoalReached)) => {
                        journey.and_then(|j| j.goals.get(place))
                    }
                    (DecisionKind::Exit, _) => journey.and_then(|j| j.leaves.get(place)),
                    _ => step.and_then(|step| step.ways.get(place)),
                };
                match label {
                    Some(label) => {
                        into.push_str(label);
                        Ok(())
                    }
                    None => write!(into, "number {}", index.saturating_add(1)),
                }
            }
            Detail::Journey(journey) => {
                into.push_str(
                    program.journeys.get(journey.index()).map_or("", |journey| journey.name.as_str()),
                );
                Ok(())
            }
            Detail::Field(field, value) => {
                let field = program.customer.get(field.index());
                into.push_str(field.map_or("", |field| field.name.as_str()));
                into.push_str(" = ");
                write_value(program, field.map(|field| &field.ty), value, into);
                Ok(())
            }
            Detail::Cap { cap, counted } => {
                let label = decision.rule.and_then(|rule| self.caps.get(rule.index()));
                let label = label.and_then(|caps| caps.get(*cap as usize)).map_or("", String::as_str);
                let _ = write!(into, "{label}; counted {}", counted.len());
                for (index, moment) in counted.iter().enumerate() {
                    let _ = write!(into, "{}{moment}", if index == 0 { ": " } else { ", " });
                }
                Ok(())
            }
            Detail::Goal { goal, after } => {
                let label =
                    journey.and_then(|journey| journey.goals.get(*goal as usize)).map_or("", String::as_str);
                into.push_str(label);
                into.push_str(" after ");
                write_length(*after, into);
                Ok(())
            }
            Detail::Text(text) => write!(into, "{text}"),
        };
    }
}

impl JourneyLabels {
    fn new(program: &Program, journey: &Journey) -> Self {
        let steps = journey.steps.iter().map(|step| StepLabels {
            ways: ways(program, &step.kind),
            words: match &step.kind {
                StepKind::Exit { reason: Some(reason) } => reason.clone(),
                StepKind::Call(call) => {
                    let service = program.services.get(call.service.index());
                    let action = service.and_then(|service| service.actions.get(call.action.index()));
                    let names = service
                        .zip(action)
                        .map(|(service, action)| format!("{}.{}", service.name, action.name));
                    names.unwrap_or_default()
                }
                _ => String::new(),
            },
        });
        Self {
            enters: journey.enters.iter().map(|enter| enter_label(program, enter)).collect(),
            leaves: journey.leaves.iter().map(|leave| trigger_label(program, &leave.trigger)).collect(),
            goals: journey.goals.iter().map(|goal| trigger_label(program, &goal.trigger)).collect(),
            steps: steps.collect(),
        }
    }
}

fn ways(program: &Program, kind: &StepKind) -> Vec<String> {
    match kind {
        StepKind::WaitFor { arms, .. } => {
            arms.iter().map(|arm| trigger_label(program, &arm.trigger)).collect()
        }
        StepKind::Experiment(experiment) => {
            experiment.arms.iter().map(|arm| format!("{}: {}", experiment.name, arm.name)).collect()
        }
        StepKind::If { branches, .. } => {
            // As in the names of the steps below them.
            let others = (1..branches.len()).map(|number| format!("else-if-{number}"));
            std::iter::once("if".to_owned()).chain(others).chain(["else".to_owned()]).collect()
        }
        StepKind::Match { value, cases, .. } => {
            let cases = cases.iter().map(|case| case_label(program, value, case));
            cases.chain(["else".to_owned()]).collect()
        }
        StepKind::Repeat { .. } => vec!["another pass".to_owned(), "the end of the loop".to_owned()],
        _ => Vec::new(),
    }
}

/// The patterns of a case, as in the language: `free, pro`, `10 USD to under 20 USD`.
fn case_label(program: &Program, of: &Expr, case: &Case) -> String {
    let ty = match of {
        Expr::Customer(field) => program.customer.get(field.index()).map(|field| &field.ty),
        _ => None,
    };
    let shown = |value: &Value| {
        let mut text = String::new();
        write_value(program, ty, value, &mut text);
        text
    };
    let pattern = |pattern: &Pattern| match pattern {
        Pattern::Value(value) => shown(value),
        Pattern::Range { from: Some(from), under: Some(under) } => {
            format!("{} to under {}", shown(from), shown(under))
        }
        Pattern::Range { from: Some(from), under: None } => format!("{} and over", shown(from)),
        Pattern::Range { from: None, under: Some(under) } => format!("under {}", shown(under)),
        Pattern::Range { from: None, under: None } => "any value".to_owned(),
        Pattern::Missing => "missing".to_owned(),
    };
    case.patterns.iter().map(pattern).collect::<Vec<_>>().join(", ")
}

/// What something is caused by, as in the language.
pub(crate) fn trigger_label(program: &Program, trigger: &Trigger) -> String {
    match trigger {
        Trigger::Event { source, .. } => source_label(program, source),
        Trigger::When(_) => "a condition".to_owned(),
    }
}

pub(crate) fn source_label(program: &Program, source: &HistorySource) -> String {
    match source {
        HistorySource::Event(event) => {
            program.events.get(event.index()).map_or_else(String::new, |e| e.name.clone())
        }
        HistorySource::MessageReaction(kind, message) => {
            let name = program.messages.get(message.index()).map_or("", |message| message.name.as_str());
            format!("{} {name}", reaction_word(*kind))
        }
        HistorySource::ChannelReaction(kind, channel) => {
            let name = program.channels.get(channel.index()).map_or("", |channel| channel.name.as_str());
            format!("{} {name}", reaction_word(*kind))
        }
    }
}

pub(crate) fn enter_label(program: &Program, enter: &Enter) -> String {
    match enter {
        Enter::Event { source, .. } => source_label(program, source),
        Enter::Segment { segment, joins } => {
            let name = program.segments.get(segment.index()).map_or("", |segment| segment.name.as_str());
            format!("{} {name}", if *joins { "joined" } else { "left" })
        }
        Enter::Schedule { schedule: Schedule::Weekly { at, .. } | Schedule::Monthly { at, .. }, .. } => {
            format!("the schedule at {at}")
        }
        Enter::Schedule { schedule: Schedule::Cron(_), .. } => "the schedule".to_owned(),
        Enter::Anniversary { .. } => "a yearly date".to_owned(),
        Enter::Relative { .. } => "a date".to_owned(),
        Enter::ByHand => "by hand".to_owned(),
    }
}

/// The caps of a rule over all its clauses, in written order.
fn caps(rule: &SuppressRule) -> Vec<String> {
    let clauses = rule.clauses.iter().filter_map(|clause| match clause {
        Clause::Caps { caps, .. } => Some(caps),
        _ => None,
    });
    clauses.flatten().map(cap_label).collect()
}

pub(crate) fn cap_label(cap: &Cap) -> String {
    let count = cap.count;
    match cap.window {
        CapWindow::CalendarDay => format!("at most {count} per calendar day"),
        CapWindow::CalendarWeek => format!("at most {count} per calendar week"),
        CapWindow::CalendarMonth => format!("at most {count} per calendar month"),
        CapWindow::Rolling(span) => format!("at most {count} in any {span}"),
    }
}

/// An exact length in its two greatest units: `9 days 3 hours`.
fn write_length(millis: i64, into: &mut String) {
    let units = [
        (MILLIS_PER_DAY, "day"),
        (MILLIS_PER_HOUR, "hour"),
        (MILLIS_PER_MINUTE, "minute"),
        (MILLIS_PER_SECOND, "second"),
    ];
    let mut rest = millis.max(0);
    let mut written = 0;
    for (unit, word) in units {
        let count = rest / unit;
        rest %= unit;
        let is_last = unit == MILLIS_PER_SECOND && written == 0;
        if (count > 0 || is_last) && written < 2 {
            let space = if written > 0 { " " } else { "" };
            let plural = if count == 1 { "" } else { "s" };
            let _ = write!(into, "{space}{count} {word}{plural}");
            written += 1;
        } else if written > 0 {
            break;
        }
    }
}
