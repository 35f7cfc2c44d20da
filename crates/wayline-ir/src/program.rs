//! The program: one compiled workspace.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use wayline_time::{CalendarDays, Span, TimeOfDay, Zone};

use crate::{
    Channel, ChannelId, Expr, Field, FieldId, HistorySource, Journey, JourneyId, Message, MessageId, Persona,
    Rate, Service, SuppressRule, Symbol, Topic, TopicId,
};

/// The version of this data format. A host refuses formats it does not know.
pub const IR_FORMAT: u32 = 1;

/// A compiled workspace.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Program {
    /// [`IR_FORMAT`] of the compiler that wrote it.
    pub format: u32,
    /// The workspace's settings.
    pub workspace: Workspace,
    /// All words of `one of` types. The first are [`Program::REASONS`], in that order.
    pub symbols: Vec<String>,
    /// The customer profile.
    pub customer: Vec<Field>,
    /// The field with the customer's time zone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone_field: Option<FieldId>,
    /// The field with the customer's locale.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locale_field: Option<FieldId>,
    /// Events, each with what is kept of it.
    pub events: Vec<EventType>,
    /// Topics.
    pub topics: Vec<Topic>,
    /// Channels.
    pub channels: Vec<Channel>,
    /// Calendars.
    pub calendars: Vec<Calendar>,
    /// Messages.
    pub messages: Vec<Message>,
    /// Segments; a segment only refers to segments before it.
    pub segments: Vec<Segment>,
    /// Services.
    pub services: Vec<Service>,
    /// Journeys.
    pub journeys: Vec<Journey>,
    /// Suppression rules in the order they are asked.
    pub rules: Vec<SuppressRule>,
    /// Profile fields of which the moment of the last change is needed.
    pub tracked_fields: Vec<FieldId>,
    /// How long sends and reactions are kept for history questions, caps and best hours; nothing when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keep_sends: Option<Retention>,
    /// Personas.
    pub personas: Vec<Persona>,
    /// Guarantees, for provers.
    pub guarantees: Vec<Guarantee>,
    /// Where things stand in the text: for people, not part of the hash.
    #[serde(default)]
    pub source_map: SourceMap,
}

/// Settings of the workspace.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct Workspace {
    /// Its name.
    pub name: String,
    /// The zone of customers without a known one, and of limits over all customers.
    pub zone: Zone,
    /// The default locale.
    pub locale: String,
    /// Part of every hash that divides customers.
    pub salt: String,
}

/// A declared event.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct EventType {
    /// Its name.
    pub name: String,
    /// Its fields.
    pub fields: Vec<Field>,
    /// What the source promises.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_most: Option<Rate>,
    /// What of its history is needed; nothing when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keep: Option<Retention>,
}

/// How long history is kept.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct Retention {
    /// Kept for so long (the longest question); for ever when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub span: Option<Span>,
    /// Also kept while a run that entered before it is on its way (`since enter`).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub since_enter: bool,
    /// The latest one is kept whatever its age.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub latest: bool,
    /// The fields that are asked; the others are not kept.
    pub fields: Vec<FieldId>,
}

/// A calendar of days.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct Calendar {
    /// Its name.
    pub name: String,
    /// Its days.
    pub days: CalendarDays,
}

/// A segment of customers.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct Segment {
    /// Its name.
    pub name: String,
    /// Who is in it.
    pub condition: Expr,
    /// Whether joining and leaving matter, so that membership is kept.
    pub tracked: bool,
}

/// A promise a prover is asked to prove.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct Guarantee {
    /// Its name.
    pub name: String,
    /// What is promised.
    pub promises: Vec<Promise>,
}

/// What is promised.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Promise {
    /// `never more than N X in any D`
    AtMost {
        /// How many.
        count: u32,
        /// Of what.
        of: Said,
        /// In any stretch of this length.
        per: Span,
    },
    /// `X only between T and T`
    OnlyBetween {
        /// What.
        of: Said,
        /// From, included.
        from: TimeOfDay,
        /// To, excluded.
        to: TimeOfDay,
    },
    /// `every run of J ends within D`
    Ends {
        /// Which journey.
        journey: JourneyId,
        /// How long at most.
        within: Span,
    },
    /// `no X within D after E`
    NotAfter {
        /// What.
        of: Said,
        /// How long.
        within: Span,
        /// After which event or reaction.
        source: HistorySource,
        /// Only after those for which this holds; asked with the event as item 0.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        filter: Option<Expr>,
    },
}

/// A kind of send that a guarantee speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Said {
    /// On a channel.
    Channel(ChannelId),
    /// On a topic.
    Topic(TopicId),
    /// One message.
    Message(MessageId),
}

/// Where things stand in the text.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct SourceMap {
    /// Paths below the workspace.
    pub files: Vec<String>,
    /// Of each journey.
    pub journeys: Vec<Place>,
    /// Of each step of each journey.
    pub steps: Vec<Vec<Place>>,
    /// Of each suppression rule.
    pub rules: Vec<Place>,
    /// Of each message.
    pub messages: Vec<Place>,
    /// Of each segment.
    pub segments: Vec<Place>,
}

/// A place in the text.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Place {
    /// Index into [`SourceMap::files`].
    pub file: u32,
    /// From 1.
    pub line: u32,
    /// From 1, in characters.
    pub column: u32,
}

/// Why compiled data cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ProgramError {
    /// It is not JSON of this shape.
    #[error("this is not a compiled workspace: {0}")]
    Malformed(#[from] serde_json::Error),
    /// It was written in another format.
    #[error(
        "this workspace was compiled in format {found}, but format {expected} is needed: compile it again"
    )]
    Format {
        /// The format of the data.
        found: u32,
        /// [`IR_FORMAT`].
        expected: u32,
    },
}

impl Program {
    /// The reasons a message was not sent, as the words of `if not sent as why`. The first symbols of every program.
    pub const REASONS: [&'static str; 13] = [
        "no_consent",
        "unconfirmed_consent",
        "no_address",
        "bounced",
        "suppressed",
        "capped",
        "quiet_hours",
        "closed_hours",
        "channel_rate",
        "expired",
        "replaced",
        "left",
        "failed",
    ];

    /// Names this program: a BLAKE3 hash, in hexadecimal, of its canonical JSON without the source map.
    #[must_use]
    pub fn hash(&self) -> String {
        let bare = Self { source_map: SourceMap::default(), ..self.clone() };
        let json = serde_json::to_vec(&bare).unwrap_or_default();
        blake3::hash(&json).to_hex().to_string()
    }

    /// As JSON, for `wayline compile`.
    ///
    /// # Errors
    /// When serialisation fails, which plain data does not.
    pub fn to_json(&self) -> Result<String, ProgramError> {
        Ok(serde_json::to_string_pretty(self)?)
    }

    /// From JSON.
    ///
    /// # Errors
    /// [`ProgramError::Malformed`] when it is not a program, [`ProgramError::Format`] when it is of another format.
    pub fn from_json(text: &str) -> Result<Self, ProgramError> {
        #[derive(Deserialize)]
        struct Head {
            format: u32,
        }
        let head: Head = serde_json::from_str(text)?;
        if head.format != IR_FORMAT {
            return Err(ProgramError::Format { found: head.format, expected: IR_FORMAT });
        }
        Ok(serde_json::from_str(text)?)
    }

    /// The published JSON Schema of [`Program::to_json`].
    #[must_use]
    pub fn json_schema() -> serde_json::Value {
        schemars::schema_for!(Program).to_value()
    }

    /// The word of a symbol.
    #[must_use]
    pub fn word(&self, symbol: Symbol) -> &str {
        self.symbols.get(symbol.index()).map_or("", String::as_str)
    }
}
