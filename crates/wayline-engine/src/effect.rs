//! What the engine asks of its host, and what it decided.

use serde::{Deserialize, Serialize};
use wayline_ir::{
    ActionId, ChannelId, EventId, FieldId, JourneyId, MessageId, Program, ReactionKind, RuleId, SegmentId,
    ServiceId, StepId, Symbol, Value,
};
use wayline_time::Moment;

use crate::{EffectKey, RunId};

/// One effect. Hosts commit effects together with the state, then perform them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Effect {
    /// A message leaves. Answered by [`Input::SendResult`](crate::Input::SendResult).
    Send(Send),
    /// An action is called. Answered by [`Input::CallResult`](crate::Input::CallResult).
    Call {
        /// Its idempotency key.
        key: EffectKey,
        /// The service.
        service: ServiceId,
        /// The action.
        action: ActionId,
        /// The request, a record.
        request: Value,
    },
    /// A journey changed the profile (the state holds it already; sources may want to know).
    ProfileChanged {
        /// The field.
        field: FieldId,
        /// Its new value.
        value: Value,
    },
    /// A journey raised an event (it has been handled already; other systems may want to know).
    Emitted {
        /// Which.
        event: EventId,
        /// Its fields, a record.
        data: Value,
    },
    /// A row of the decision log.
    Decided(Decision),
}

/// A message that leaves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Send {
    /// Its idempotency key.
    pub key: EffectKey,
    /// The message.
    pub message: MessageId,
    /// The channel.
    pub channel: ChannelId,
    /// Arguments for the message's parameters.
    pub args: Vec<Value>,
    /// The address.
    pub to: Value,
}

/// A row of the decision log. Who and which version is known to the host.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// When.
    pub at: Moment,
    /// Of which journey.
    pub journey: Option<JourneyId>,
    /// Of which run.
    pub run: Option<RunId>,
    /// At which step.
    pub step: Option<StepId>,
    /// What.
    pub kind: DecisionKind,
    /// About which message.
    pub message: Option<MessageId>,
    /// On which channel.
    pub channel: Option<ChannelId>,
    /// Of a send: what became of it.
    pub verdict: Option<Verdict>,
    /// Why.
    pub reason: Option<Reason>,
    /// The rule that decided.
    pub rule: Option<RuleId>,
    /// Until when something is held or waits; of a dropped send, until when it would have had to be held.
    pub until: Option<Moment>,
    /// More, by kind.
    pub detail: Detail,
}

/// What a row is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DecisionKind {
    /// An event came in (`detail`: which, and whether it was a duplicate or late).
    Event,
    /// The profile changed.
    Profile,
    /// A reaction came in.
    Reaction,
    /// A customer joined or left a tracked segment.
    Segment,
    /// A run began.
    Enter,
    /// An entry was refused (`reason`).
    NotEntered,
    /// A run began to wait (`until`).
    Wait,
    /// A wait ended (`detail`: by which arm; `reason`: [`Reason::TimeUp`], or [`Reason::Past`] and [`Reason::Missing`]
    /// of a date that needed no wait).
    WaitOver,
    /// A branch was taken.
    Branch,
    /// An arm of an experiment was given.
    Experiment,
    /// A send was decided (`verdict`).
    Send,
    /// A provider's answer.
    SendResult,
    /// A goal was reached (`detail`: which, and how long after the entry; no run and reason [`Reason::Holdout`] when
    /// the customer had been held out).
    Goal,
    /// A profile field was set.
    Set,
    /// An event was raised.
    Emit,
    /// An action was called.
    Call,
    /// A call came back or failed.
    CallResult,
    /// A journey was started or stopped by a step.
    Journey,
    /// A run ended (`reason`; at an `exit` step its words are those of the step).
    Exit,
    /// Something could not be computed (`detail`: why). With a run, the run has stopped; without one, an entry was
    /// not made, a segment stayed as it was, or a send was forbidden.
    Fault,
}

/// What became of a send.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It left.
    Sent,
    /// It waits until a moment, then everything is asked again.
    Held,
    /// It never leaves.
    Dropped,
}

/// Why something was decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the words say it; docs/decision-log.md explains each")]
pub enum Reason {
    // Sends, in the order of `Program::REASONS`.
    NoConsent,
    UnconfirmedConsent,
    NoAddress,
    Bounced,
    Suppressed,
    Capped,
    QuietHours,
    ClosedHours,
    ChannelRate,
    Expired,
    Replaced,
    Left,
    Failed,
    // Entries.
    OnlyIf,
    AlreadyRunning,
    AgainTooSoon,
    OnlyOnce,
    Holdout,
    DailyLimit,
    NoKey,
    // Ends of runs.
    Completed,
    ExitStep,
    LeaveRule,
    GoalReached,
    Restarted,
    Stopped,
    // Inputs.
    Duplicate,
    Late,
    Stale,
    // Waits.
    TimeUp,
    Past,
    Missing,
    BestHour,
}

impl Decision {
    /// A row with nothing but its moment and kind.
    #[must_use]
    pub const fn new(at: Moment, kind: DecisionKind) -> Self {
        Self {
            at,
            journey: None,
            run: None,
            step: None,
            kind,
            message: None,
            channel: None,
            verdict: None,
            reason: None,
            rule: None,
            until: None,
            detail: Detail::None,
        }
    }
}

impl Reason {
    /// The choice of `if not sent as why`, when this is a reason of a send.
    #[must_use]
    pub fn symbol(self) -> Option<Symbol> {
        let index = self as usize;
        (index < Program::REASONS.len()).then(|| Symbol::at(index))
    }
}

/// More about a decision.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Detail {
    /// Nothing more.
    #[default]
    None,
    /// An event.
    Event(EventId),
    /// A reaction.
    Reaction(ReactionKind),
    /// A segment, and whether it was joined.
    Segment(SegmentId, bool),
    /// The index of the arm, branch, case, enter, leave or goal, in written order.
    Index(u32),
    /// The other journey.
    Journey(JourneyId),
    /// A profile field and its new value.
    Field(FieldId, Value),
    /// The sends that filled a cap, oldest first.
    Cap {
        /// Which cap of the rule, in written order.
        cap: u32,
        /// When each counted send was decided.
        counted: Vec<Moment>,
    },
    /// A goal.
    Goal {
        /// Its index, in written order.
        goal: u32,
        /// Milliseconds since the entry.
        after: i64,
    },
    /// A provider's or service's own words.
    Text(String),
}
