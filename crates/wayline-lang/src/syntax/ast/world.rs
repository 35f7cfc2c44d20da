//! Personas and guarantees.

use super::{Duration, EventRef, Expr, Int, Name, Percent, Reaction, Spanned, Text, TimeOfDay};
use crate::source::Span;

/// `persona p { … }`
#[derive(Debug, Clone, PartialEq)]
pub struct Persona {
    /// Its name.
    pub name: Name,
    /// How many of all customers.
    pub share: Option<Percent>,
    /// What they are like.
    pub customer: Option<GenRecord>,
    /// What they do of themselves.
    pub does: Vec<Does>,
    /// How they react.
    pub reacts: Vec<Reacts>,
}

/// `{ a: …, b: … }` with values that may be left to chance.
#[derive(Debug, Clone, PartialEq)]
pub struct GenRecord {
    /// The fields.
    pub entries: Vec<GenEntry>,
    /// All of it.
    pub span: Span,
}

/// `zone: 60% "a", 40% "b"`
#[derive(Debug, Clone, PartialEq)]
pub struct GenEntry {
    /// The field.
    pub name: Name,
    /// The values: one without a share, or several to choose from. `consents` is a list of [`GenKind::Consent`].
    pub choices: Vec<GenChoice>,
}

/// A value, maybe with the share of those who have it.
#[derive(Debug, Clone, PartialEq)]
pub struct GenChoice {
    /// How many have it.
    pub share: Option<Percent>,
    /// The value.
    pub value: Gen,
}

/// A value that may be left to chance.
#[derive(Debug, Clone, PartialEq)]
pub struct Gen {
    /// Which.
    pub kind: GenKind,
    /// Where it stands.
    pub span: Span,
}

/// A value that may be left to chance.
#[derive(Debug, Clone, PartialEq)]
pub enum GenKind {
    /// A plain value.
    Expr(Expr),
    /// `unique`, `unique "u{}@x.example"`
    Unique(Option<Text>),
    /// `one of a, b`: each as likely as the other
    OneOf(Vec<Expr>),
    /// `lognormal(60 USD, 0.5)`
    Distribution(Distribution),
    /// `[a, b]`
    List(Vec<GenChoice>),
    /// `{ a: … }`
    Record(GenRecord),
    /// `marketing on email`
    Consent {
        /// What is known of it.
        state: ConsentState,
        /// The topic.
        topic: Name,
        /// The channel.
        channel: Name,
    },
    /// `missing`: in tests only
    Missing,
}

/// What is known of a consent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ConsentState {
    /// `marketing on email`
    Confirmed,
    /// `unconfirmed marketing on email`: in tests only
    Unconfirmed,
    /// `no marketing on email`: in tests only
    Withdrawn,
}

/// `lognormal(60 USD, 0.5)`
#[derive(Debug, Clone, PartialEq)]
pub struct Distribution {
    /// Which.
    pub kind: Spanned<DistributionKind>,
    /// Its arguments.
    pub args: Vec<Expr>,
    /// All of it.
    pub span: Span,
}

/// Which distribution.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DistributionKind {
    /// `exponential(mean)`
    Exponential,
    /// `lognormal(median, sigma)`
    Lognormal,
    /// `uniform(from, to)`
    Uniform,
    /// `normal(mean, deviation)`
    Normal,
}

/// `does e { … } every 10 days`
#[derive(Debug, Clone, PartialEq)]
pub struct Does {
    /// What: one event, or a block.
    pub what: Vec<Behaviour>,
    /// When.
    pub timing: DoesTiming,
    /// All of it.
    pub span: Span,
}

/// When a persona does something.
#[derive(Debug, Clone, PartialEq)]
pub enum DoesTiming {
    /// `every 10 days`
    Every {
        /// Whether the gap is fixed: `exactly every`.
        exactly: bool,
        /// The gap, or its mean.
        gap: Duration,
        /// `by hour [24 weights]`
        by_hour: Option<Vec<Expr>>,
        /// `by weekday [7 weights, Mon first]`
        by_weekday: Option<Vec<Expr>>,
        /// `starting after e`
        starting_after: Option<Name>,
    },
    /// `once within 3 days`
    Once {
        /// In which first part of the run.
        within: Option<Duration>,
    },
}

/// `reacts to email { … }`
#[derive(Debug, Clone, PartialEq)]
pub struct Reacts {
    /// The message or channel.
    pub to: Name,
    /// How.
    pub behaviours: Vec<Behaviour>,
    /// All of it.
    pub span: Span,
}

/// Something a persona does, after what it is nested in.
#[derive(Debug, Clone, PartialEq)]
pub struct Behaviour {
    /// What.
    pub kind: BehaviourKind,
    /// How often, if not always.
    pub share: Option<Percent>,
    /// How long after.
    pub after: Option<Delay>,
    /// What follows from it.
    pub then: Vec<Behaviour>,
    /// All of it.
    pub span: Span,
}

/// What a persona does.
#[derive(Debug, Clone, PartialEq)]
pub enum BehaviourKind {
    /// `opens`, `clicks`, …
    React(Reaction),
    /// `answers v`
    Answer(Expr),
    /// `e { … }`
    Event {
        /// The event.
        name: Name,
        /// Its fields.
        payload: Option<GenRecord>,
    },
    /// `chance 30% { … } else { … }`: `share` is the chance, `then` the first block
    Chance {
        /// The second block.
        otherwise: Vec<Behaviour>,
    },
}

/// How long after.
#[derive(Debug, Clone, PartialEq)]
pub enum Delay {
    /// A fixed time.
    Fixed(Duration),
    /// A time left to chance.
    Distribution(Distribution),
}

/// `guarantee g { … }`
#[derive(Debug, Clone, PartialEq)]
pub struct Guarantee {
    /// Its name.
    pub name: Name,
    /// What is promised.
    pub promises: Vec<Promise>,
}

/// What is promised.
#[derive(Debug, Clone, PartialEq)]
pub struct Promise {
    /// Which.
    pub kind: PromiseKind,
    /// Where it stands.
    pub span: Span,
}

/// What is promised.
#[derive(Debug, Clone, PartialEq)]
pub enum PromiseKind {
    /// `never more than 2 sms in any 7 days`
    NeverMore {
        /// How many.
        count: Int,
        /// Of what.
        subject: Subject,
        /// In which time.
        within: Duration,
    },
    /// `sms only between 09:00 and 21:00`
    OnlyBetween {
        /// What.
        subject: Subject,
        /// From when.
        from: TimeOfDay,
        /// To when.
        to: TimeOfDay,
    },
    /// `every run of j ends within 30 days`
    Ends {
        /// The journey.
        journey: Name,
        /// In which time.
        within: Duration,
    },
    /// `no message m within 3 days after e where …`
    NoneAfter {
        /// What.
        subject: Subject,
        /// In which time.
        within: Duration,
        /// After what.
        after: EventRef,
        /// Which of those.
        filter: Option<Expr>,
    },
}

/// What a promise is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    /// What the author says it is; none if only the name is given.
    pub kind: Option<SubjectKind>,
    /// Its name.
    pub name: Name,
}

/// What a promise is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SubjectKind {
    /// `message m`
    Message,
    /// `topic t`
    Topic,
    /// `channel c`
    Channel,
}
