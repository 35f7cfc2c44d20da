//! Personas: who might come and what they might do. Only simulators read this; the engine never does.

use rust_decimal::Decimal;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use wayline_time::Span;

use crate::{ChannelId, EventId, FieldId, MessageId, ReactionKind, TopicId, Value};

/// Millionths, 0 to 1 000 000.
pub type Chance = u32;

/// A kind of customer.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct Persona {
    /// Its name.
    pub name: String,
    /// Its share of all customers; all personas add up to 1 000 000.
    pub share: Chance,
    /// Profile fields that are set.
    pub profile: Vec<(FieldId, Draw)>,
    /// Consents that are given, each drawn on its own.
    pub consents: Vec<PersonaConsent>,
    /// What these customers do by themselves.
    pub happenings: Vec<Happening>,
    /// What they do about messages.
    pub reactions: Vec<ReactsTo>,
}

/// A consent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct PersonaConsent {
    /// How likely it is given.
    pub chance: Chance,
    /// For what.
    pub topic: TopicId,
    /// Where.
    pub channel: ChannelId,
}

/// A value that is drawn.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Draw {
    /// Always this.
    Const(Value),
    /// Weighted values; what is left to 1 000 000 is missing.
    Weighted(Vec<(Chance, Draw)>),
    /// A fresh text; `{}` is replaced by a number.
    Unique(String),
    /// Log-normal: median and sigma of the logarithm.
    LogNormal(Value, Decimal),
    /// Exponential: mean.
    Exponential(Value),
    /// Uniform: from the first, included, to the second, excluded.
    Uniform(Value, Value),
    /// Normal: mean and standard deviation, cut at zero.
    Normal(Value, Value),
    /// A part of an argument of the message reacted to: the parameter, then fields.
    Argument(u32, Vec<FieldId>),
    /// A profile field of this customer.
    Customer(FieldId),
    /// A list.
    List(Vec<Draw>),
    /// A record in declared order.
    Record(Vec<Draw>),
}

/// A delay.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Delay {
    /// Exactly so long.
    Exactly(Span),
    /// Exponential: mean.
    Exponential(Span),
    /// Log-normal: median and sigma of the logarithm.
    LogNormal(Span, Decimal),
    /// Uniform between two.
    Uniform(Span, Span),
    /// Normal: mean and standard deviation, cut at zero.
    Normal(Span, Span),
}

/// Something customers do by themselves.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct Happening {
    /// How often.
    pub recurrence: Recurrence,
    /// Only after the first event of this kind.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub starting_after: Option<EventId>,
    /// What.
    pub behaviour: Vec<Behaviour>,
}

/// How often something happens.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Recurrence {
    /// Once, at a uniform moment of the first `within` of the run (at the start when zero).
    Once {
        /// The stretch.
        within: Span,
    },
    /// Again and again.
    Every(Repetition),
}

/// Again and again.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct Repetition {
    /// The mean gap (exact length) when every hour weighs 1.
    pub gap: Span,
    /// A fixed gap instead of a Poisson process.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub exactly: bool,
    /// 24 weights of the local hours, or none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub by_hour: Vec<Decimal>,
    /// 7 weights of the local weekdays from Monday, or none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub by_weekday: Vec<Decimal>,
}

/// What is done about a message, or any message on a channel. For one message, the reaction kinds named for the
/// message replace the same kinds named for its channel.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct ReactsTo {
    /// About this message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<MessageId>,
    /// About any message on this channel.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<ChannelId>,
    /// What; delays count from the send.
    pub behaviour: Vec<Behaviour>,
}

/// Something that may happen, and what may follow it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct Behaviour {
    /// How likely.
    pub chance: Chance,
    /// After how long.
    pub delay: Delay,
    /// What.
    pub act: Act,
    /// What follows, counted from it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub then: Vec<Behaviour>,
    /// What happens instead when chance says no.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub otherwise: Vec<Behaviour>,
}

/// What is done.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Act {
    /// Nothing by itself (`chance`).
    Nothing,
    /// A reaction to the message; a value for answers.
    React(ReactionKind, Option<Draw>),
    /// An event with its fields in declared order.
    Event(EventId, Vec<Draw>),
}
