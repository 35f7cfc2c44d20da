//! Declarations of what is known and said: customer, events, topics, channels, calendars, messages, segments,
//! services, flows, suppression.

use wayline_time as time;

use super::{
    Block, Days, Duration, EventRef, Expr, Field, Int, Money, Name, Param, Rate, Spanned, Text, TypeExpr,
    Window,
};
use crate::source::Span;

/// `customer { … }`
#[derive(Debug, Clone, PartialEq)]
pub struct Customer {
    /// Where the word `customer` stands.
    pub keyword: Span,
    /// The fields.
    pub fields: Vec<Field>,
}

/// `event e { … at most 1 per 5 minutes }`
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// Its name.
    pub name: Name,
    /// The fields.
    pub fields: Vec<Field>,
    /// How many the source promises at most.
    pub rate: Option<Rate>,
}

/// `topic t { needs consent }`
#[derive(Debug, Clone, PartialEq)]
pub struct Topic {
    /// Its name.
    pub name: Name,
    /// What is needed to send.
    pub consent: Option<Spanned<Consent>>,
    /// Where `ignores quiet hours` stands.
    pub ignores_quiet_hours: Option<Span>,
}

/// What a topic needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Consent {
    /// `needs consent`
    Needed,
    /// `needs confirmed consent`
    Confirmed,
    /// `always allowed`
    AlwaysAllowed,
}

/// `channel c { … }`
#[derive(Debug, Clone, PartialEq)]
pub struct Channel {
    /// Its name.
    pub name: Name,
    /// Which kind: `email`.
    pub kind: Option<Name>,
    /// The address.
    pub to: Option<Expr>,
    /// What one message costs.
    pub cost: Option<Money>,
    /// Quiet hours.
    pub quiet: Vec<Quiet>,
    /// Open hours; none means always open.
    pub open: Vec<OpenHours>,
    /// How many may be sent at most.
    pub rates: Vec<Rate>,
}

/// `quiet 21:00 to 09:00 on Mon to Fri, release over 90 minutes, keep latest`
#[derive(Debug, Clone, PartialEq)]
pub struct Quiet {
    /// From when to when.
    pub window: Window,
    /// On which days it begins.
    pub days: Option<Days>,
    /// Over which time held messages are let go.
    pub release: Option<Duration>,
    /// What happens to several held messages.
    pub keep: Option<Spanned<Keep>>,
    /// All of it.
    pub span: Span,
}

/// `Mon to Fri 09:00 to 17:30`
#[derive(Debug, Clone, PartialEq)]
pub struct OpenHours {
    /// On which days.
    pub days: Option<Days>,
    /// From when to when.
    pub window: Window,
    /// All of it.
    pub span: Span,
}

/// What happens to several held messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Keep {
    /// `keep latest`
    Latest,
    /// `keep all`
    All,
    /// `keep one per topic`
    OnePerTopic,
}

/// `calendar c { … }`
#[derive(Debug, Clone, PartialEq)]
pub struct Calendar {
    /// Its name.
    pub name: Name,
    /// Single dates and ranges.
    pub dates: Vec<Spanned<time::DateRange>>,
    /// What comes back every year.
    pub yearly: Vec<Spanned<time::YearlyRange>>,
}

/// `message m(p: t) on c { … }`
#[derive(Debug, Clone, PartialEq)]
pub struct Message {
    /// Its name.
    pub name: Name,
    /// What it is given.
    pub params: Vec<Param>,
    /// On which channel.
    pub channel: Name,
    /// Of which topic.
    pub topic: Option<Name>,
    /// Who answers for it.
    pub owner: Option<Text>,
    /// What people call it.
    pub title: Option<Text>,
    /// What customers can answer.
    pub answers: Option<TypeExpr>,
    /// What one costs, if not what the channel says.
    pub cost: Option<Money>,
    /// After which time a held message is dropped.
    pub expires: Option<Duration>,
    /// The texts of the workspace's default locale.
    pub parts: Vec<Part>,
    /// The texts of other locales.
    pub locales: Vec<Locale>,
}

/// `subject "…"` or `body file "…"`
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    /// Which part.
    pub kind: Spanned<PartKind>,
    /// The text, or the path of the file that holds it.
    pub text: Text,
    /// Whether `text` is a path.
    pub is_file: bool,
    /// All of it.
    pub span: Span,
}

/// Which part of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PartKind {
    /// `subject`
    Subject,
    /// `preheader`
    Preheader,
    /// `heading`
    Heading,
    /// `body`
    Body,
    /// `text`
    Text,
    /// `script`
    Script,
    /// `link`
    Link,
    /// `image`
    Image,
}

impl PartKind {
    /// The word of the language.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Subject => "subject",
            Self::Preheader => "preheader",
            Self::Heading => "heading",
            Self::Body => "body",
            Self::Text => "text",
            Self::Script => "script",
            Self::Link => "link",
            Self::Image => "image",
        }
    }

    /// The part of a word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        const ALL: [PartKind; 8] = [
            PartKind::Subject,
            PartKind::Preheader,
            PartKind::Heading,
            PartKind::Body,
            PartKind::Text,
            PartKind::Script,
            PartKind::Link,
            PartKind::Image,
        ];
        ALL.into_iter().find(|kind| kind.word() == word)
    }
}

/// `locale "de" { … } falls back to "en"`
#[derive(Debug, Clone, PartialEq)]
pub struct Locale {
    /// Which locale.
    pub tag: Text,
    /// Its texts.
    pub parts: Vec<Part>,
    /// Where to look for what is not here.
    pub falls_back_to: Option<Text>,
    /// All of it.
    pub span: Span,
}

/// `segment s: condition`
#[derive(Debug, Clone, PartialEq)]
pub struct Segment {
    /// Its name.
    pub name: Name,
    /// Who is in it.
    pub condition: Expr,
}

/// `service s { … }`
#[derive(Debug, Clone, PartialEq)]
pub struct Service {
    /// Its name.
    pub name: Name,
    /// Where it is.
    pub url: Option<Text>,
    /// Where its token is: `env:NAME`.
    pub token: Option<Text>,
    /// What it can do.
    pub actions: Vec<Action>,
}

/// `action a { … }`
#[derive(Debug, Clone, PartialEq)]
pub struct Action {
    /// Its name.
    pub name: Name,
    /// The HTTP method: `post`.
    pub method: Option<Name>,
    /// The path.
    pub path: Option<Text>,
    /// What it is given.
    pub request: Option<TypeExpr>,
    /// What it answers.
    pub response: Option<TypeExpr>,
    /// How often it is tried again, and over which time.
    pub retry: Option<Retry>,
    /// How long one call may take.
    pub time_limit: Option<Duration>,
    /// All of it.
    pub span: Span,
}

/// `retry 3 times over 1 hour`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Retry {
    /// How often.
    pub times: Int,
    /// Over which time.
    pub over: Option<Duration>,
    /// All of it.
    pub span: Span,
}

/// `flow f(p: t) { steps }`
#[derive(Debug, Clone, PartialEq)]
pub struct Flow {
    /// Its name.
    pub name: Name,
    /// What it is given.
    pub params: Vec<Param>,
    /// What it does.
    pub body: Block,
}

/// `suppress s { … }`
#[derive(Debug, Clone, PartialEq)]
pub struct Suppress {
    /// Its name.
    pub name: Name,
    /// For what; empty for `everything`.
    pub targets: Vec<Target>,
    /// Where `for everything` stands.
    pub everything: Option<Span>,
    /// The names after `on`: channels that narrow the rule, or calendars that are a clause.
    pub on: Vec<Name>,
    /// When it forbids a message.
    pub clauses: Vec<SuppressClause>,
    /// What becomes of a message it forbids.
    pub otherwise: Option<Spanned<SuppressElse>>,
}

/// What a rule is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// A topic.
    Topic(Name),
    /// `message m`
    Message(Name),
    /// `journey j`
    Journey(Name),
}

/// When a rule forbids a message.
#[derive(Debug, Clone, PartialEq)]
pub enum SuppressClause {
    /// `at most 1 per calendar day, 3 in any 7 days across email, sms`
    Caps {
        /// The caps.
        caps: Vec<Cap>,
        /// On which channels messages are counted; empty for those of the rule.
        across: Vec<Name>,
        /// All of it.
        span: Span,
    },
    /// `from e where … until e where … or 30 days`
    From(Box<SuppressFrom>),
    /// `during 09:00 to 17:00 on Mon to Fri`
    During {
        /// From when to when.
        window: Window,
        /// On which days.
        days: Option<Days>,
        /// All of it.
        span: Span,
    },
    /// `when condition`
    When(Expr),
}

/// `from e where … until e where … or 30 days`
#[derive(Debug, Clone, PartialEq)]
pub struct SuppressFrom {
    /// What begins it.
    pub from: EventRef,
    /// Which of those.
    pub from_where: Option<Expr>,
    /// What ends it.
    pub until: EventRef,
    /// Which of those.
    pub until_where: Option<Expr>,
    /// How long it lasts at most.
    pub at_most: Option<Duration>,
    /// All of it.
    pub span: Span,
}

/// `1 per calendar day` or `3 in any 7 days`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cap {
    /// How many.
    pub count: Int,
    /// In which time.
    pub per: CapPeriod,
    /// All of it.
    pub span: Span,
}

/// In which time a cap counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CapPeriod {
    /// `per calendar day`
    CalendarDay,
    /// `per calendar week`
    CalendarWeek,
    /// `per calendar month`
    CalendarMonth,
    /// `in any 7 days`
    Rolling(Duration),
}

/// What becomes of a message that a rule forbids.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SuppressElse {
    /// `else drop`
    Drop,
    /// `else hold up to 2 days, keep latest`
    Hold {
        /// How long at most.
        up_to: Duration,
        /// What happens to several held messages.
        keep: Option<Spanned<Keep>>,
    },
}
