//! Whether a program is sound: everything it refers to is there. What follows relies on it.

use wayline_ir::{
    CalendarId, ChannelId, Clause, Enter, EventId, Expr, FieldId, HistoryQuery, HistoryRange, HistorySource,
    IR_FORMAT, Journey, JourneyId, MessageId, Program, SegmentId, SlotId, StepKind, Subject, Target, Trigger,
};

/// Why a program cannot be executed. Programs made by the compiler have no such faults; data that was written or
/// changed by other means may.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {problem}; compile the workspace again")]
pub struct ProgramFault {
    /// Where.
    pub place: String,
    /// What is wrong.
    pub problem: String,
}

/// Expressions nest at most so deep, so that evaluating them fits any stack.
const DEPTH: u32 = 128;
/// Goals that are reached are kept as bits.
const GOALS: usize = 64;

struct Check<'p> {
    program: &'p Program,
    place: String,
}

/// What an expression may refer to besides the customer.
#[derive(Clone, Copy)]
struct Scope {
    slots: usize,
    /// Whether a run is there (`since enter`).
    run: bool,
    /// How many events or items.
    items: u32,
    /// Segments before this one.
    segments: usize,
}

pub(super) fn validate(program: &Program) -> Result<(), ProgramFault> {
    let mut check = Check { program, place: "program".to_owned() };
    check.that(program.format == IR_FORMAT, || {
        format!("it is of format {}, not {IR_FORMAT}", program.format)
    })?;
    let reasons = program.symbols.iter().map(String::as_str).take(Program::REASONS.len());
    check.that(reasons.eq(Program::REASONS), || "the first words are not the reasons of sends".to_owned())?;
    for field in program.zone_field.iter().chain(&program.locale_field).chain(&program.tracked_fields) {
        check.field(*field)?;
    }
    let plain = Scope { slots: 0, run: false, items: 0, segments: program.segments.len() };
    for (at, segment) in program.segments.iter().enumerate() {
        check.place = format!("segment {}", segment.name);
        check.expr(&segment.condition, Scope { segments: at, ..plain }, 0)?;
    }
    for channel in &program.channels {
        check.place = format!("channel {}", channel.name);
        check.expr(&channel.to, plain, 0)?;
    }
    for message in &program.messages {
        check.place = format!("message {}", message.name);
        check.channel(message.channel)?;
        check.within("topic", message.topic.index(), program.topics.len())?;
    }
    for rule in &program.rules {
        check.place = format!("rule {}", rule.name);
        check.rule(rule, plain)?;
    }
    for journey in &program.journeys {
        check.place = format!("journey {}", journey.name);
        check.journey(journey)?;
    }
    Ok(())
}

impl Check<'_> {
    fn that(&self, holds: bool, problem: impl FnOnce() -> String) -> Result<(), ProgramFault> {
        if holds { Ok(()) } else { Err(ProgramFault { place: self.place.clone(), problem: problem() }) }
    }

    fn within(&self, what: &str, at: usize, count: usize) -> Result<(), ProgramFault> {
        self.that(at < count, || format!("it refers to {what} {at} of {count}"))
    }

    fn field(&self, field: FieldId) -> Result<(), ProgramFault> {
        self.within("customer field", field.index(), self.program.customer.len())
    }

    fn channel(&self, channel: ChannelId) -> Result<(), ProgramFault> {
        self.within("channel", channel.index(), self.program.channels.len())
    }

    fn message(&self, message: MessageId) -> Result<(), ProgramFault> {
        self.within("message", message.index(), self.program.messages.len())
    }

    fn event(&self, event: EventId) -> Result<(), ProgramFault> {
        self.within("event", event.index(), self.program.events.len())
    }

    fn segment(&self, segment: SegmentId, count: usize) -> Result<(), ProgramFault> {
        self.within("segment", segment.index(), count)
    }

    fn other_journey(&self, journey: JourneyId) -> Result<(), ProgramFault> {
        self.within("journey", journey.index(), self.program.journeys.len())
    }

    fn source(&self, source: HistorySource) -> Result<(), ProgramFault> {
        match source {
            HistorySource::Event(event) => self.event(event),
            HistorySource::MessageReaction(_, message) => self.message(message),
            HistorySource::ChannelReaction(_, channel) => self.channel(channel),
        }
    }

    fn slot(&self, slot: SlotId, scope: Scope) -> Result<(), ProgramFault> {
        self.within("slot", slot.index(), scope.slots)
    }

    fn expr(&self, expr: &Expr, scope: Scope, depth: u32) -> Result<(), ProgramFault> {
        self.that(depth < DEPTH, || format!("an expression nests deeper than {DEPTH}"))?;
        match expr {
            Expr::Slot(slot) => self.slot(*slot, scope)?,
            Expr::Customer(field) => self.field(*field)?,
            Expr::Item(item) => self.within("event or item", *item as usize, scope.items as usize)?,
            Expr::InSegment(segment) => self.segment(*segment, scope.segments)?,
            Expr::HasBeen { subject: Subject::Segment(segment), .. } => {
                self.segment(*segment, scope.segments)?
            }
            Expr::HasBeen { subject: Subject::Field(field, _), .. } => self.field(*field)?,
            Expr::History(HistoryQuery { source, range, .. }) => {
                self.source(*source)?;
                let outside = *range == HistoryRange::SinceEnter && !scope.run;
                self.that(!outside, || "`since enter` is asked outside a run".to_owned())?;
            }
            _ => {}
        }
        let mut result = Ok(());
        expr.parts(&mut |part, inner| {
            if result.is_ok() {
                result = self.expr(part, Scope { items: scope.items + inner, ..scope }, depth + 1);
            }
        });
        result
    }

    fn rule(&self, rule: &wayline_ir::SuppressRule, plain: Scope) -> Result<(), ProgramFault> {
        for target in &rule.sends.targets {
            match target {
                Target::Everything => {}
                Target::Topic(topic) => self.within("topic", topic.index(), self.program.topics.len())?,
                Target::Message(message) => self.message(*message)?,
                Target::Journey(journey) => self.other_journey(*journey)?,
            }
        }
        rule.sends.channels.iter().try_for_each(|channel| self.channel(*channel))?;
        for clause in &rule.clauses {
            match clause {
                Clause::Caps { across, .. } => {
                    across.iter().try_for_each(|channel| self.channel(*channel))?
                }
                Clause::Between { from, from_filter, until, until_filter, .. } => {
                    self.source(*from)?;
                    self.source(*until)?;
                    for filter in from_filter.iter().chain(until_filter) {
                        self.expr(filter, Scope { items: 1, ..plain }, 0)?;
                    }
                }
                Clause::On(CalendarId(calendar)) => {
                    self.within("calendar", *calendar as usize, self.program.calendars.len())?;
                }
                Clause::During(_) => {}
                Clause::When(condition) => self.expr(condition, plain, 0)?,
            }
        }
        Ok(())
    }

    fn trigger(&self, trigger: &Trigger, scope: Scope) -> Result<(), ProgramFault> {
        match trigger {
            Trigger::Event { source, filter, bind, .. } => {
                self.source(*source)?;
                bind.iter().try_for_each(|slot| self.slot(*slot, scope))?;
                filter.iter().try_for_each(|filter| self.expr(filter, Scope { items: 1, ..scope }, 0))
            }
            Trigger::When(condition) => self.expr(condition, scope, 0),
        }
    }

    fn journey(&self, journey: &Journey) -> Result<(), ProgramFault> {
        let scope =
            Scope { slots: journey.slots.len(), run: true, items: 0, segments: self.program.segments.len() };
        self.that(!journey.steps.is_empty(), || "it has no steps".to_owned())?;
        self.that(journey.params.len() <= journey.slots.len(), || {
            "it has fewer slots than parameters".to_owned()
        })?;
        self.that(journey.goals.len() <= GOALS, || format!("it has more than {GOALS} goals"))?;
        self.that(journey.holdout <= 1_000_000, || "more than all customers are held out".to_owned())?;
        for enter in &journey.enters {
            match enter {
                Enter::Event { source, filter, bind } => {
                    self.source(*source)?;
                    bind.iter().try_for_each(|slot| self.slot(*slot, scope))?;
                    let asked = Scope { items: 1, ..scope };
                    filter.iter().try_for_each(|filter| self.expr(filter, asked, 0))?;
                }
                Enter::Segment { segment, .. } => self.segment(*segment, scope.segments)?,
                Enter::Schedule { segment, .. } => {
                    segment.iter().try_for_each(|segment| self.segment(*segment, scope.segments))?;
                }
                Enter::Anniversary { date: expr, .. } | Enter::Relative { anchor: expr, .. } => {
                    self.expr(expr, Scope { slots: 0, run: false, ..scope }, 0)?;
                }
                Enter::ByHand => {}
            }
        }
        // At the door there is no run yet.
        let door = Scope { run: false, ..scope };
        journey.only_if.iter().chain(&journey.key).try_for_each(|expr| self.expr(expr, door, 0))?;
        journey.leaves.iter().try_for_each(|leave| self.trigger(&leave.trigger, scope))?;
        for goal in &journey.goals {
            let state = matches!(goal.trigger, Trigger::When(_));
            self.that(!state, || "a goal waits for a state instead of an event".to_owned())?;
            self.trigger(&goal.trigger, scope)?;
        }
        journey.steps.iter().try_for_each(|step| self.step(journey, &step.kind, scope))
    }

    fn step(&self, journey: &Journey, step: &StepKind, scope: Scope) -> Result<(), ProgramFault> {
        for target in step.targets() {
            self.within("step", target.index(), journey.steps.len())?;
        }
        let counters = journey.counters as usize;
        let mut asked: Vec<&Expr> = Vec::new();
        match step {
            StepKind::WaitFor { limit, arms, .. } => {
                asked.push(limit);
                arms.iter().try_for_each(|arm| self.trigger(&arm.trigger, scope))?;
            }
            StepKind::WaitAgain { wait, counter, .. } => {
                self.within("counter", counter.index(), counters)?;
                let target = journey.steps.get(wait.index()).map(|step| &step.kind);
                let is_wait = matches!(target, Some(StepKind::WaitFor { .. }));
                self.that(is_wait, || "a `wait again` leads to a step that is not a wait".to_owned())?;
            }
            StepKind::Collect { source, filter, duration, bind, quiet_for, .. } => {
                self.source(*source)?;
                self.slot(*bind, scope)?;
                asked.extend([duration].into_iter().chain(quiet_for));
                filter.iter().try_for_each(|filter| self.expr(filter, Scope { items: 1, ..scope }, 0))?;
            }
            StepKind::Send { choices, not_sent, .. } => {
                self.that(!choices.is_empty(), || "a send has no message".to_owned())?;
                for choice in choices {
                    self.message(choice.message)?;
                    asked.extend(&choice.args);
                }
                let bind = not_sent.iter().filter_map(|branch| branch.bind);
                bind.into_iter().try_for_each(|slot| self.slot(slot, scope))?;
            }
            StepKind::Experiment(experiment) => {
                let sum: u64 = experiment.arms.iter().map(|arm| u64::from(arm.share)).sum();
                self.that(sum == 1_000_000, || {
                    format!("the arms of experiment {} add up to {sum} millionths", experiment.name)
                })?;
            }
            StepKind::Repeat { until, every, counter, .. } => {
                self.within("counter", counter.index(), counters)?;
                asked.extend(until.iter().chain(every));
            }
            StepKind::Bind { values, .. } => {
                for (slot, value) in values {
                    self.slot(*slot, scope)?;
                    asked.push(value);
                }
            }
            StepKind::Set { field, value, .. } => {
                self.field(*field)?;
                asked.push(value);
            }
            StepKind::Emit { event, data, .. } => {
                self.event(*event)?;
                asked.extend(data);
            }
            StepKind::Call(call) => {
                let service = self.program.services.get(call.service.index());
                self.within("service", call.service.index(), self.program.services.len())?;
                self.within(
                    "action",
                    call.action.index(),
                    service.map_or(0, |service| service.actions.len()),
                )?;
                call.bind.iter().chain(&call.failed_bind).try_for_each(|slot| self.slot(*slot, scope))?;
                asked.extend(&call.request);
            }
            StepKind::Start { journey, args, .. } => {
                self.other_journey(*journey)?;
                asked.extend(args);
            }
            StepKind::Stop { journey, .. } => self.other_journey(*journey)?,
            StepKind::Wait { until, .. } => match until {
                wayline_ir::Until::For(duration) => asked.push(duration),
                wayline_ir::Until::Next { .. } => {}
                wayline_ir::Until::Date { anchor, offset, .. } => {
                    asked.push(anchor);
                    asked.extend(offset.iter().map(|(offset, _)| offset));
                }
            },
            StepKind::If { branches, .. } => asked.extend(branches.iter().map(|(condition, _)| condition)),
            StepKind::Match { value, .. } => asked.push(value),
            StepKind::Exit { .. } => {}
        }
        asked.into_iter().try_for_each(|expr| self.expr(expr, scope, 0))
    }
}
