//! Steps and the ways out of them.

use wayline_ir::{
    Case, Direction, Expr, HistorySource, Pattern, SegmentId, SendMode, SlotId, Step, StepId, StepKind, Type,
    Until, Value, WhileRunning,
};

use super::Words;
use super::value::{quoted, value};
use crate::model::EdgeKind;

/// A way out of a step.
#[derive(Debug)]
pub(crate) struct Way {
    pub(crate) label: String,
    pub(crate) to: StepId,
    pub(crate) kind: EdgeKind,
}

impl Words<'_> {
    /// What a step does.
    pub(crate) fn step(&self, step: &Step) -> String {
        match &step.kind {
            StepKind::Wait { until, .. } => format!("wait {}", self.until(until)),
            StepKind::WaitFor { limit, .. } => format!("wait up to {}", self.expr(limit)),
            StepKind::WaitAgain { at_most: None, .. } => "wait again".to_owned(),
            StepKind::WaitAgain { at_most: Some(most), .. } => {
                format!("wait again at most {}", counted(*most, "time"))
            }
            StepKind::Collect { source, filter, duration, enough, quiet_for, .. } => {
                let mut text = format!(
                    "collect {} for {}",
                    self.asked(source, "", filter.as_ref()),
                    self.expr(duration)
                );
                if let Some(enough) = enough {
                    text.push_str(&format!(", or {enough} of them"));
                }
                if let Some(quiet) = quiet_for {
                    text.push_str(&format!(", quiet for {}", self.expr(quiet)));
                }
                text
            }
            StepKind::Send { mode, choices, best_hour_within, .. } => {
                let mode = match mode {
                    SendMode::One => "",
                    SendMode::FirstOf => "first of ",
                    SendMode::BestOf => "best of ",
                };
                let names: Vec<&str> = choices.iter().map(|choice| self.message(choice.message)).collect();
                let hour = best_hour_within.map(|span| format!(" at best hour within {span}"));
                format!("send {mode}{}{}", names.join(", "), hour.unwrap_or_default())
            }
            StepKind::If { branches, .. } => {
                let mut parts = branches.iter().map(|(condition, _)| self.expr(condition));
                let first = format!("if {}", parts.next().unwrap_or_default());
                parts.fold(first, |text, next| format!("{text}\nelse if {next}"))
            }
            StepKind::Match { value, .. } => format!("match {}", self.expr(value)),
            StepKind::Experiment(experiment) => format!("experiment {}", experiment.name),
            StepKind::Repeat { at_most, until, every, .. } => {
                let mut text = format!("repeat up to {}", counted(*at_most, "time"));
                if let Some(every) = every {
                    text.push_str(&format!(" every {}", self.expr(every)));
                }
                if let Some(until) = until {
                    text.push_str(&format!(" until {}", self.expr(until)));
                }
                text
            }
            StepKind::Bind { values, .. } => self.bind(&step.name, values),
            StepKind::Set { field, .. } => {
                let field = self.program.customer.get(field.index());
                format!("set customer.{}", field.map_or("", |field| field.name.as_str()))
            }
            StepKind::Emit { event, .. } => format!("emit {}", self.source(&HistorySource::Event(*event))),
            StepKind::Call(call) => {
                let service = self.program.services.get(call.service.index());
                let action = service.and_then(|service| service.actions.get(call.action.index()));
                let service = service.map_or("", |service| service.name.as_str());
                format!("call {service}.{}", action.map_or("", |action| action.name.as_str()))
            }
            StepKind::Start { journey, .. } => format!("start {}", self.journey_name(*journey)),
            StepKind::Stop { journey, .. } => format!("stop {}", self.journey_name(*journey)),
            StepKind::Exit { reason: Some(reason) } => format!("exit {}", quoted(reason)),
            // The natural end has a name that no author can give.
            StepKind::Exit { reason: None } if step.name == "end" => "the end".to_owned(),
            StepKind::Exit { reason: None } => "exit".to_owned(),
        }
    }

    /// The ways out of a step in written order, as logs and names of steps call them.
    pub(crate) fn ways(&self, kind: &StepKind) -> Vec<Way> {
        let way = |label: &str, to: StepId| Way { label: label.to_owned(), to, kind: EdgeKind::Onward };
        match kind {
            StepKind::Wait { until, next } => match until {
                Until::Date { past, missing, .. } => {
                    let mut all = vec![way("", *next), way("if past", *past)];
                    // Where the date cannot be missing, the line does not say it and the way leads on.
                    if missing != next {
                        all.push(way("if missing", *missing));
                    }
                    all
                }
                Until::For(_) | Until::Next { .. } => vec![way("", *next)],
            },
            StepKind::WaitFor { arms, otherwise, .. } => {
                let arms = arms.iter().map(|arm| way(&self.trigger(&arm.trigger), arm.then));
                arms.chain([way("otherwise", *otherwise)]).collect()
            }
            StepKind::WaitAgain { wait, at_most, spent, .. } => {
                let back = Way { label: String::new(), to: *wait, kind: EdgeKind::Back };
                // Without a limit it is never spent.
                let spent = at_most.map(|most| way(&format!("after {}", counted(most, "time")), *spent));
                std::iter::once(back).chain(spent).collect()
            }
            StepKind::Send { not_sent, next, .. } => {
                let not_sent = not_sent.as_ref().map(|branch| way("if not sent", branch.then));
                std::iter::once(way("", *next)).chain(not_sent).collect()
            }
            StepKind::If { branches, otherwise } => {
                let labels = (0..).map(|number| match number {
                    0 => "if".to_owned(),
                    number => format!("else-if-{number}"),
                });
                let ways = labels.zip(branches).map(|(label, (_, then))| way(&label, *then));
                ways.chain([way("else", *otherwise)]).collect()
            }
            StepKind::Match { value, cases, otherwise } => {
                let ty = self.type_of(value);
                let ways = cases.iter().map(|case| way(&self.case(case, ty.as_ref()), case.then));
                ways.chain(otherwise.map(|then| way("else", then))).collect()
            }
            StepKind::Experiment(experiment) => {
                let arm = |arm: &wayline_ir::ExperimentArm| {
                    way(&format!("{} {}", share(arm.share), arm.name), arm.then)
                };
                experiment.arms.iter().map(arm).collect()
            }
            StepKind::Repeat { body, next, .. } => {
                vec![way("another pass", *body), way("the end of the loop", *next)]
            }
            StepKind::Call(call) => {
                let failed = call.failed.map(|then| way("if failed", then));
                std::iter::once(way("", call.next)).chain(failed).collect()
            }
            StepKind::Collect { next, .. }
            | StepKind::Bind { next, .. }
            | StepKind::Set { next, .. }
            | StepKind::Emit { next, .. }
            | StepKind::Start { next, .. }
            | StepKind::Stop { next, .. } => vec![way("", *next)],
            StepKind::Exit { .. } => Vec::new(),
        }
    }

    fn until(&self, until: &Until) -> String {
        match until {
            Until::For(duration) => self.expr(duration),
            Until::Next { at, days } if days.is_all() => format!("until {at}"),
            Until::Next { at, days } => format!("until {at} on {days}"),
            Until::Date { anchor, offset, at, .. } => {
                let mut text = "until ".to_owned();
                if let Some((offset, direction)) = offset {
                    text.push_str(&format!("{} {} ", self.expr(offset), side(*direction)));
                }
                text.push_str(&self.expr(anchor));
                if let Some(at) = at {
                    text.push_str(&format!(" at {at}"));
                }
                text
            }
        }
    }

    /// The values a flow is given: `do nudge`.
    fn bind(&self, name: &str, values: &[(SlotId, Expr)]) -> String {
        let last = name.rsplit('/').next().unwrap_or(name);
        match last.strip_prefix("do-") {
            // The second one in a place ends in `-2`; names of flows have no such sign.
            Some(flow) => format!("do {}", flow.split('-').next().unwrap_or(flow)),
            None => {
                let slots: Vec<&str> = values.iter().map(|(slot, _)| self.slot(*slot)).collect();
                format!("do {last} with {}", slots.join(", "))
            }
        }
    }

    fn case(&self, case: &Case, ty: Option<&Type>) -> String {
        let shown = |v: &Value| value(self.program, ty, v);
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

    pub(super) fn slot(&self, slot: SlotId) -> &str {
        self.journey.slots.get(slot.index()).map_or("", |slot| slot.name.as_str())
    }

    pub(super) fn segment(&self, segment: SegmentId) -> &str {
        self.program.segments.get(segment.index()).map_or("", |segment| segment.name.as_str())
    }

    fn message(&self, message: wayline_ir::MessageId) -> &str {
        self.program.messages.get(message.index()).map_or("", |message| message.name.as_str())
    }

    fn journey_name(&self, journey: wayline_ir::JourneyId) -> &str {
        self.program.journeys.get(journey.index()).map_or("", |journey| journey.name.as_str())
    }
}

/// `before` or `after`.
pub(super) const fn side(direction: Direction) -> &'static str {
    match direction {
        Direction::Before => "before",
        Direction::After => "after",
    }
}

/// The word for what an entry does during a run.
pub(super) const fn while_running(what: WhileRunning) -> &'static str {
    match what {
        WhileRunning::Ignore => "ignore",
        WhileRunning::Restart => "restart",
        WhileRunning::Parallel => "parallel",
    }
}

/// `1 time`, `20 times`.
fn counted(count: u32, word: &str) -> String {
    format!("{count} {word}{}", if count == 1 { "" } else { "s" })
}

/// Millionths in per cent: `50%`, `0.4%`.
pub(super) fn share(millionths: u32) -> String {
    let (whole, rest) = (millionths / 10_000, millionths % 10_000);
    if rest == 0 {
        format!("{whole}%")
    } else {
        format!("{whole}.{rest:04}").trim_end_matches('0').to_owned() + "%"
    }
}
