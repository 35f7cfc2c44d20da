//! What must never happen: suppression rules.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use wayline_time::{DayWindow, Span};

use crate::{Backlog, CalendarId, ChannelId, Expr, HistorySource, JourneyId, MessageId, TopicId};

/// A rule. It forbids a send that is among its targets when any of its clauses says so.
/// Rules are asked in table order; the first that forbids decides.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct SuppressRule {
    /// Its name.
    pub name: String,
    /// Which sends it is about.
    pub sends: SendSet,
    /// When it forbids.
    pub clauses: Vec<Clause>,
    /// What happens to a send it forbids.
    pub otherwise: Otherwise,
}

/// A set of sends.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct SendSet {
    /// Any of these.
    pub targets: Vec<Target>,
    /// On these channels; all when empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub channels: Vec<ChannelId>,
}

/// What a rule is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    /// Every send.
    Everything,
    /// Messages on a topic.
    Topic(TopicId),
    /// One message.
    Message(MessageId),
    /// Sends of one journey.
    Journey(JourneyId),
}

/// When a rule forbids a send.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Clause {
    /// When any of the caps is full.
    Caps {
        /// The caps.
        caps: Vec<Cap>,
        /// Counted on these channels; on all channels of the rule when empty.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        across: Vec<ChannelId>,
    },
    /// From an event until another, or for a time at most.
    Between {
        /// What begins it.
        from: HistorySource,
        /// Asked with the event as item 0.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        from_filter: Option<Expr>,
        /// What ends it.
        until: HistorySource,
        /// Asked with the event as item 0.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        until_filter: Option<Expr>,
        /// How long at most.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        or_after: Option<Span>,
    },
    /// On days of a calendar, in the customer's zone.
    On(CalendarId),
    /// In hours of the customer's zone.
    During(Vec<DayWindow>),
    /// While a condition holds.
    When(Expr),
}

/// At most `count` sends in a window. A send is counted from the moment it is decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct Cap {
    /// How many.
    pub count: u32,
    /// In what.
    pub window: CapWindow,
}

/// The window of a cap.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CapWindow {
    /// The customer's own day.
    CalendarDay,
    /// The customer's own week, from Monday.
    CalendarWeek,
    /// The customer's own month.
    CalendarMonth,
    /// Rolling and half-open: (t - span, t].
    Rolling(Span),
}

/// What happens to a send that a rule forbids.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Otherwise {
    /// It is dropped and the run goes on.
    Drop,
    /// It is held until the rule allows it, and dropped when that takes longer.
    Hold {
        /// How long at most, from the moment of the first hold.
        up_to: Span,
        /// What happens to several held messages.
        backlog: Backlog,
    },
}
