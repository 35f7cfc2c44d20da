//! What a host may tell the engine.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use wayline_ir::{ChannelId, EventId, FieldId, JourneyId, ReactionKind, StepId, TopicId, Value};
use wayline_time::Moment;

/// A run of a customer: counted from 1, never used again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RunId(pub u32);

/// Names an effect for ever, and so its idempotency: the run, the step, and how often the run had been there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct EffectKey {
    /// The run.
    pub run: RunId,
    /// The step.
    pub step: StepId,
    /// Counted from 1 within the run.
    pub occurrence: u32,
}

/// One input of one customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Input {
    /// Something happened.
    Event {
        /// What.
        event: EventId,
        /// The source's own id; one seen before changes nothing.
        id: Option<Arc<str>>,
        /// When it happened. It enters history there, and acts now.
        at: Moment,
        /// Its fields in declared order, a [`Value::Record`].
        data: Value,
    },
    /// The profile changed. A change older than what is known of a field changes nothing.
    Profile {
        /// When.
        at: Moment,
        /// Fields and their new values; [`Value::Missing`] removes one.
        changes: Vec<(FieldId, Value)>,
        /// Consents.
        consents: Vec<ConsentChange>,
    },
    /// The customer, or a provider, reacted to a message.
    Reaction {
        /// The send.
        send: EffectKey,
        /// How.
        kind: ReactionKind,
        /// When.
        at: Moment,
        /// The value of an answer.
        value: Value,
    },
    /// A provider accepted or refused a message.
    SendResult {
        /// The send.
        send: EffectKey,
        /// The outcome.
        outcome: SendOutcome,
    },
    /// A call came back.
    CallResult {
        /// The call.
        call: EffectKey,
        /// The response as a record, or why it failed for good.
        outcome: Result<Value, String>,
    },
    /// A journey is entered by hand.
    Enter {
        /// Which.
        journey: JourneyId,
        /// Arguments for its parameters.
        args: Vec<Value>,
    },
    /// Time has come: everything due at `now` or before is done, in the order it was due.
    Due,
}

/// A change of consent for a topic on a channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConsentChange {
    /// For what.
    pub topic: TopicId,
    /// Where.
    pub channel: ChannelId,
    /// What is known now.
    pub consent: Consent,
}

/// What is known of a consent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Consent {
    /// Nothing: never asked.
    #[default]
    None,
    /// Given.
    Given,
    /// Given, and confirmed by the customer.
    Confirmed,
    /// Taken back.
    Withdrawn,
}

/// What became of a message at its provider.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum SendOutcome {
    /// It was taken.
    Accepted,
    /// It failed for good, with the provider's reason.
    Failed(String),
}
