//! What is said and by which way: topics, channels, messages, services.

use rust_decimal::Decimal;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use wayline_time::{DayWindow, Span};

use crate::{ChannelId, Expr, Field, Param, TopicId, Type};

/// A topic that customers consent to.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct Topic {
    /// Its name.
    pub name: String,
    /// What is needed before a message on it may go out.
    pub policy: TopicPolicy,
    /// Whether its messages go out in quiet hours too; open hours hold for every topic.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub ignores_quiet_hours: bool,
}

/// What a topic needs before a message may go out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TopicPolicy {
    /// Consent for the topic on the channel.
    Consent,
    /// Consent that the customer confirmed (double opt-in).
    ConfirmedConsent,
    /// Nothing: transactional.
    Always,
}

/// The kind of a channel decides which reactions it can have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the words say it")]
pub enum ChannelKind {
    Email,
    Sms,
    Push,
    InApp,
    Web,
    Whatsapp,
    Wechat,
    Social,
    /// A call or an IVR.
    Voice,
    /// A person acts: a store, a call centre.
    Task,
    Print,
    AdAudience,
    Webhook,
}

/// A reaction to a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the words say it")]
pub enum ReactionKind {
    Delivered,
    Bounced,
    Opened,
    Clicked,
    Replied,
    /// Has a `value`.
    Answered,
    Complained,
    Unsubscribed,
    Failed,
}

/// A way messages leave by.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct Channel {
    /// Its name.
    pub name: String,
    /// Its kind.
    pub kind: ChannelKind,
    /// The address: an expression over the customer, missing when the customer cannot be reached.
    pub to: Expr,
    /// What one message costs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost: Option<Cost>,
    /// When messages are held.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quiet: Option<QuietHours>,
    /// The only hours in which messages may go out; always when empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub open: Vec<DayWindow>,
    /// How many may leave, all customers together.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate: Option<Rate>,
}

/// An amount with its currency.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct Cost {
    /// The amount.
    pub amount: Decimal,
    /// ISO 4217.
    pub currency: String,
}

/// Hours in which messages are held.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct QuietHours {
    /// The hours, in the customer's zone.
    pub windows: Vec<DayWindow>,
    /// Spreads what was held over so long after the end (exact), by a hash of the customer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub release_over: Option<Span>,
    /// What happens to several held messages.
    pub backlog: Backlog,
}

/// What happens to several held messages of one customer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Backlog {
    /// All are kept and asked again.
    #[default]
    KeepAll,
    /// A newer one replaces the older ones held by the same rule.
    KeepLatest,
    /// A newer one replaces the older one of the same topic held by the same rule.
    KeepOnePerTopic,
}

/// At most `count` in any `per`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct Rate {
    /// How many.
    pub count: u32,
    /// In any stretch of this length, half-open.
    pub per: Span,
}

/// A message.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct Message {
    /// Its name.
    pub name: String,
    /// What it needs to be written.
    pub params: Vec<Param>,
    /// The way it leaves by.
    pub channel: ChannelId,
    /// What customers consent to.
    pub topic: TopicId,
    /// Who answers for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// A title for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The type of the `value` of an answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answers: Option<Type>,
    /// What it costs, instead of the channel's cost.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost: Option<Cost>,
    /// A held message older than this (from the moment of `send`) is dropped.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_after: Option<Span>,
    /// The text in the default locale.
    pub parts: Vec<Part>,
    /// The text in other locales.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub locales: Vec<Localised>,
}

/// The text of a message in one locale.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct Localised {
    /// The BCP 47 tag.
    pub locale: String,
    /// Asked next when a part is absent; the language alone, then the default locale come after it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub falls_back_to: Option<String>,
    /// The text.
    pub parts: Vec<Part>,
}

/// A part of a message.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct Part {
    /// Which part.
    pub kind: PartKind,
    /// Its template.
    pub template: Template,
}

/// A part of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the words say it")]
pub enum PartKind {
    Subject,
    Preheader,
    Heading,
    Body,
    Text,
    Script,
    Link,
    Image,
}

/// A checked Liquid template.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct Template {
    /// Its text.
    pub source: String,
    /// Whether output is escaped for HTML (a `body` or `text` of which the file name ends in `.html`).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub html: bool,
}

/// A service with HTTP actions.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct Service {
    /// Its name.
    pub name: String,
    /// Where it is.
    pub url: String,
    /// Where its bearer token is found: `env:NAME` or `file:PATH`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
    /// What it can do.
    pub actions: Vec<ServiceAction>,
}

/// An HTTP action.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct ServiceAction {
    /// Its name.
    pub name: String,
    /// `GET`, `POST`, `PUT`, `PATCH` or `DELETE`.
    pub method: String,
    /// Below the service's URL.
    pub path: String,
    /// The request's fields.
    pub request: Vec<Field>,
    /// The response's fields.
    pub response: Vec<Field>,
    /// How often it is tried again after a failure.
    pub retries: u32,
    /// Tries are spread over so long.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_over: Option<Span>,
    /// How long one try may take.
    pub time_limit: Span,
}
