//! A journey: how customers enter, a graph of steps, and how they leave.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use wayline_time::{CronPattern, Span, TimeOfDay, WeekdaySet};

use crate::{
    ActionId, CounterId, EventId, Expr, FieldId, HistorySource, JourneyId, MessageId, SegmentId, ServiceId,
    SlotId, StageId, StepId, Type, Value,
};

/// A journey. The first step is `StepId(0)`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct Journey {
    /// Its name.
    pub name: String,
    /// Names its text: the first 12 hexadecimal digits of a BLAKE3 hash of its words, comments and layout left out.
    pub version: String,
    /// Names it had before (`moved journey`).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub formerly: Vec<String>,
    /// Whether this is a former version, which is there for the runs that began with it and is entered by nobody. Another
    /// entry of the table with the same name is the present one. Its enters only say what the variables of runs hold.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub retired: bool,
    /// A title for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Who answers for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// What it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// 0 to 100; the higher one goes first at one instant.
    pub priority: u8,
    /// Arguments of `start`, bound to the first slots.
    pub params: Vec<Param>,
    /// The variables of a run.
    pub slots: Vec<Slot>,
    /// How many loop counters a run has.
    pub counters: u32,
    /// Any of these starts a run.
    pub enters: Vec<Enter>,
    /// Asked at the door, with the entry bound.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub only_if: Option<Expr>,
    /// At most one run for each value of it (one per customer when absent).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<Expr>,
    /// When the same customer and key may enter again.
    pub reentry: Reentry,
    /// What an entry does while a run with the same key is on its way.
    pub while_running: WhileRunning,
    /// At most so many entries of all customers a day of the workspace's zone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub daily_limit: Option<u32>,
    /// What ends a run at once.
    pub leaves: Vec<Leave>,
    /// What counts as success.
    pub goals: Vec<Goal>,
    /// Millionths of all customers who are kept out, 0 to 1 000 000.
    pub holdout: u32,
    /// Phases of the journey map.
    pub stages: Vec<Stage>,
    /// The steps; `next` and branches point into this table.
    pub steps: Vec<Step>,
    /// Renamed steps.
    pub moved: Vec<Moved>,
}

/// A parameter of a journey or message.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct Param {
    /// Its name.
    pub name: String,
    /// Its type.
    #[serde(rename = "type")]
    pub ty: Type,
    /// Whether it may be missing.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub optional: bool,
}

/// A variable of a run.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct Slot {
    /// Its name in the text.
    pub name: String,
    /// Its type.
    #[serde(rename = "type")]
    pub ty: Type,
}

/// A step that was renamed: runs standing at `old` stand at `new`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct Moved {
    /// The present name.
    pub new: String,
    /// The former name.
    pub old: String,
}

/// A phase of the journey map.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct Stage {
    /// Its title.
    pub title: String,
    /// Whether it is marked as a moment of truth.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub moment_of_truth: bool,
    /// Who answers for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// What the customer expects here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expects: Option<String>,
}

/// A way in.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Enter {
    /// An event or reaction.
    Event {
        /// Which.
        source: HistorySource,
        /// Asked with the event as item 0.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        filter: Option<Expr>,
        /// Where the event is kept.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        bind: Option<SlotId>,
    },
    /// The customer joins or leaves a segment.
    Segment {
        /// Which.
        segment: SegmentId,
        /// Joins, or leaves.
        joins: bool,
    },
    /// At regular local times.
    Schedule {
        /// When.
        schedule: Schedule,
        /// Only customers in it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        segment: Option<SegmentId>,
    },
    /// Every year on the day of a date; 29 February falls on the last day of February.
    Anniversary {
        /// The date; no entry while it is missing.
        date: Expr,
        /// The local time.
        at: TimeOfDay,
    },
    /// Once, at a distance from a date or moment; no entry while it is missing or when the time is past.
    Relative {
        /// The date or moment.
        anchor: Expr,
        /// How far.
        offset: Span,
        /// Before or after.
        direction: Direction,
        /// The local time on that day.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        at: Option<TimeOfDay>,
    },
    /// By the API, a file, or another journey's `start`.
    ByHand,
}

/// Before or after.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// Earlier.
    Before,
    /// Later.
    After,
}

/// Regular local times, in the customer's zone.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Schedule {
    /// On days of the week.
    Weekly {
        /// Which days.
        days: WeekdaySet,
        /// The local time.
        at: TimeOfDay,
    },
    /// On a day of the month, 1 to 31; the last day in months that are shorter.
    Monthly {
        /// The day.
        day: u8,
        /// The local time.
        at: TimeOfDay,
    },
    /// A cron pattern on the local wall clock.
    Cron(CronPattern),
}

/// When the same customer and key may enter again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Reentry {
    /// Never.
    Once,
    /// When so much time has gone since the last entry.
    After(Span),
    /// Any time.
    AnyTime,
}

/// What an entry does while a run with the same key is on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum WhileRunning {
    /// Nothing.
    Ignore,
    /// Ends the old run and starts a new one.
    Restart,
    /// Starts another run beside it.
    Parallel,
}

/// What is waited for or reacted to.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Trigger {
    /// An event or reaction. Reactions to a message mean what this run sent.
    Event {
        /// Which.
        source: HistorySource,
        /// Asked with the event as item 0.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        filter: Option<Expr>,
        /// Where the event is kept.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        bind: Option<SlotId>,
        /// Whether one since the entry counts as well (waits only).
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        since_enter: bool,
    },
    /// A state: asked on arrival, at every change, and at the moment time alone makes it hold.
    When(Expr),
}

/// What ends a run at once.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct Leave {
    /// What.
    pub trigger: Trigger,
}

/// What counts as success.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct Goal {
    /// What; never [`Trigger::When`].
    pub trigger: Trigger,
    /// How long after the entry it counts, the last moment included, also after the run has ended.
    pub within: Span,
    /// Whether reaching it ends the run.
    pub leave: bool,
}

/// A step.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct Step {
    /// Its identity across versions, unique in the journey.
    pub name: String,
    /// The phase it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stage: Option<StageId>,
    /// What it does.
    pub kind: StepKind,
}

/// What a step does, and where it goes on.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum StepKind {
    /// Waits until a moment.
    Wait {
        /// Which.
        until: Until,
        /// The next step.
        next: StepId,
    },
    /// Waits for the first of several things.
    WaitFor {
        /// How long at most (a duration).
        limit: Expr,
        /// What is waited for, asked in this order.
        arms: Vec<Arm>,
        /// When the time is up.
        otherwise: StepId,
    },
    /// Goes back to a wait, which starts anew.
    WaitAgain {
        /// The wait.
        wait: StepId,
        /// At most so many times in a run.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        at_most: Option<u32>,
        /// Counts them.
        counter: CounterId,
        /// Where to go after that: the wait's `otherwise`, or the step after the wait when this stands in `otherwise`.
        spent: StepId,
    },
    /// Gathers events into a list.
    Collect {
        /// Which events.
        source: HistorySource,
        /// Asked with the event as item 0.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        filter: Option<Expr>,
        /// For how long (a duration).
        duration: Expr,
        /// Where the list is kept.
        bind: SlotId,
        /// Closes early at so many.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        enough: Option<u32>,
        /// Closes early when none came for so long (a duration).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        quiet_for: Option<Expr>,
        /// The next step.
        next: StepId,
    },
    /// Sends a message through the suppression rules.
    Send {
        /// How one of the choices is taken.
        mode: SendMode,
        /// One or more messages.
        choices: Vec<SendChoice>,
        /// At the hour this customer answers most, within this span.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        best_hour_within: Option<Span>,
        /// Where to go when nothing was sent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        not_sent: Option<NotSent>,
        /// The next step.
        next: StepId,
    },
    /// Takes the first branch whose condition holds.
    If {
        /// Conditions and branches, asked in this order.
        branches: Vec<(Expr, StepId)>,
        /// When none holds.
        otherwise: StepId,
    },
    /// Takes the branch of the first case the value falls in.
    Match {
        /// The value.
        value: Expr,
        /// Cases, asked in this order.
        cases: Vec<Case>,
        /// When none fits. The checker proves that it is present or not needed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        otherwise: Option<StepId>,
    },
    /// Divides customers by a sticky hash.
    Experiment(Experiment),
    /// A bounded loop; its body leads back here.
    Repeat {
        /// At most so many passes.
        at_most: u32,
        /// Asked before each pass; ends the loop.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        until: Option<Expr>,
        /// Waits before each pass but the first (a duration).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        every: Option<Expr>,
        /// Counts the passes; reset when the loop ends.
        counter: CounterId,
        /// The first step of the body.
        body: StepId,
        /// The step after the loop.
        next: StepId,
    },
    /// Sets run variables (arguments of a flow).
    Bind {
        /// Slots and their values.
        values: Vec<(SlotId, Expr)>,
        /// The next step.
        next: StepId,
    },
    /// Changes the profile.
    Set {
        /// The field.
        field: FieldId,
        /// The new value.
        value: Expr,
        /// The next step.
        next: StepId,
    },
    /// Raises an event of this customer.
    Emit {
        /// Which.
        event: EventId,
        /// Its fields in declared order.
        data: Vec<Expr>,
        /// The next step.
        next: StepId,
    },
    /// Calls an action of a service and waits for its result.
    Call(Call),
    /// Starts another journey of this customer.
    Start {
        /// Which.
        journey: JourneyId,
        /// Arguments for its parameters.
        args: Vec<Expr>,
        /// The next step.
        next: StepId,
    },
    /// Ends all runs of another journey of this customer.
    Stop {
        /// Which.
        journey: JourneyId,
        /// The next step.
        next: StepId,
    },
    /// Ends the run.
    Exit {
        /// Why; none at the natural end.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
    },
}

/// Until when a wait lasts.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Until {
    /// For a duration.
    For(Expr),
    /// The next local time on one of the days, strictly after now.
    Next {
        /// The local time.
        at: TimeOfDay,
        /// The days.
        days: WeekdaySet,
    },
    /// A distance from a date or moment.
    Date {
        /// The date or moment.
        anchor: Expr,
        /// How far (a duration).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        offset: Option<(Expr, Direction)>,
        /// The local time on that day.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        at: Option<TimeOfDay>,
        /// Where to go when it is past (not strictly after now).
        past: StepId,
        /// Where to go when the anchor is missing.
        missing: StepId,
    },
}

/// One thing a wait may end by.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct Arm {
    /// What.
    pub trigger: Trigger,
    /// Where to go.
    pub then: StepId,
}

/// How one of several messages is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SendMode {
    /// There is one.
    One,
    /// The first that may be sent now; when none may, the first that may be held; else none.
    FirstOf,
    /// The one on the channel this customer answers most; the order written decides ties.
    BestOf,
}

/// A message with its arguments.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct SendChoice {
    /// Which.
    pub message: MessageId,
    /// Arguments for its parameters.
    pub args: Vec<Expr>,
}

/// Where to go when nothing was sent.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct NotSent {
    /// Where the reason is kept, a choice among the program's reasons.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bind: Option<SlotId>,
    /// The branch.
    pub then: StepId,
}

/// A case of a match.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct Case {
    /// Any of these.
    pub patterns: Vec<Pattern>,
    /// Where to go.
    pub then: StepId,
}

/// What a value is compared with.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Pattern {
    /// Exactly this.
    Value(Value),
    /// From the first, included, to the second, excluded.
    Range {
        /// The least value.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        from: Option<Value>,
        /// The first value above.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        under: Option<Value>,
    },
    /// No value.
    Missing,
}

/// A division of customers.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct Experiment {
    /// Its name, part of the hash.
    pub name: String,
    /// The arms in written order.
    pub arms: Vec<ExperimentArm>,
}

/// An arm of an experiment.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct ExperimentArm {
    /// Its name.
    pub name: String,
    /// Millionths; all arms add up to 1 000 000.
    pub share: u32,
    /// Where to go.
    pub then: StepId,
}

/// A call of an action.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct Call {
    /// The service.
    pub service: ServiceId,
    /// The action.
    pub action: ActionId,
    /// The request's fields in declared order.
    pub request: Vec<Expr>,
    /// Where the response is kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bind: Option<SlotId>,
    /// Where to go when it has failed for good; without it the run stops visibly.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failed: Option<StepId>,
    /// Where the reason of the failure is kept (text).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failed_bind: Option<SlotId>,
    /// The next step.
    pub next: StepId,
}
