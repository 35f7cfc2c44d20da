//! The typed syntax tree: plain, owned data with a span on every name, literal and statement.
//!
//! What a syntax error broke is left out; the block or declaration that held it is marked `broken`, so that later phases
//! do not complain about what may only be missing because of the error.

use std::sync::Arc;

use rust_decimal::Decimal;
use wayline_time as time;

use crate::source::Span;

mod decl;
mod expr;
mod journey;
mod step;
mod test;
mod world;

pub use decl::*;
pub use expr::*;
pub use journey::*;
pub use step::*;
pub use test::*;
pub use world::*;

/// A whole file.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct File {
    /// The declarations, in the order of the text.
    pub items: Vec<Item>,
}

/// A declaration with its documentation.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    /// The text of the `##` lines before it.
    pub doc: Option<String>,
    /// All of it.
    pub span: Span,
    /// Whether a syntax error lies inside: what is missing may only be missing because of it.
    pub broken: bool,
    /// What it declares.
    pub kind: ItemKind,
}

/// What a declaration declares.
#[derive(Debug, Clone, PartialEq)]
pub enum ItemKind {
    /// `customer { … }`
    Customer(Customer),
    /// `event e { … }`
    Event(Event),
    /// `topic t { … }`
    Topic(Topic),
    /// `channel c { … }`
    Channel(Channel),
    /// `calendar c { … }`
    Calendar(Calendar),
    /// `message m on c { … }`
    Message(Box<Message>),
    /// `segment s: …`
    Segment(Segment),
    /// `journey j { … }`
    Journey(Box<Journey>),
    /// `flow f(…) { … }`
    Flow(Flow),
    /// `service s { … }`
    Service(Service),
    /// `suppress s { … }`
    Suppress(Suppress),
    /// `persona p { … }`
    Persona(Persona),
    /// `test "…" { … }`
    Test(Test),
    /// `guarantee g { … }`
    Guarantee(Guarantee),
    /// `moved journey new from old`
    Moved(Moved),
}

impl Item {
    /// The declared name; a test has a text and `customer` has none.
    #[must_use]
    pub fn name(&self) -> Option<&Name> {
        Some(match &self.kind {
            ItemKind::Event(x) => &x.name,
            ItemKind::Topic(x) => &x.name,
            ItemKind::Channel(x) => &x.name,
            ItemKind::Calendar(x) => &x.name,
            ItemKind::Message(x) => &x.name,
            ItemKind::Segment(x) => &x.name,
            ItemKind::Journey(x) => &x.name,
            ItemKind::Flow(x) => &x.name,
            ItemKind::Service(x) => &x.name,
            ItemKind::Suppress(x) => &x.name,
            ItemKind::Persona(x) => &x.name,
            ItemKind::Guarantee(x) => &x.name,
            ItemKind::Customer(_) | ItemKind::Test(_) | ItemKind::Moved(_) => return None,
        })
    }
}

/// A value and where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spanned<T> {
    /// The value.
    pub value: T,
    /// Where it stands.
    pub span: Span,
}

/// A name, without backquotes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    /// The name.
    pub text: Arc<str>,
    /// Where it stands, with backquotes.
    pub span: Span,
}

impl Name {
    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

/// A text literal: its value, and how to find a part of it in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// The value, escapes resolved and indentation removed.
    pub value: Arc<str>,
    /// The literal with its quotes.
    pub span: Span,
    /// From which byte of the value on which byte of the file is meant, ascending; the first is for byte 0.
    pub pieces: Vec<(u32, u32)>,
}

impl Text {
    /// The value.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.value
    }

    /// Where a part of the value, given in bytes, stands in the file.
    #[must_use]
    pub fn locate(&self, start: u32, end: u32) -> Span {
        let find = |at: u32| {
            let i = self.pieces.partition_point(|(value, _)| *value <= at);
            match self.pieces.get(i.saturating_sub(1)) {
                Some((value, file)) => (file + (at - value.min(&at))).min(self.span.end),
                None => self.span.start,
            }
        };
        let start_in_file = find(start);
        // The end belongs to the piece of the last byte, not to what follows an escape.
        let end_in_file = if end > start { find(end - 1) + 1 } else { start_in_file };
        Span::new(self.span.file, start_in_file, end_in_file.max(start_in_file))
    }
}

/// A whole number.
pub type Int = Spanned<u32>;
/// A share, in percent: 15 for `15%`.
pub type Percent = Spanned<Decimal>;
/// A length of time.
pub type Duration = Spanned<time::Span>;
/// A time of day.
pub type TimeOfDay = Spanned<time::TimeOfDay>;
/// From one time of day to another.
pub type Window = Spanned<time::Window>;
/// A set of weekdays.
pub type Days = Spanned<time::WeekdaySet>;
/// A date and a time of day.
pub type DateTime = Spanned<time::LocalDateTime>;

/// An amount of money.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Money {
    /// How much.
    pub amount: Decimal,
    /// Of which currency: `USD`.
    pub currency: Name,
    /// All of it.
    pub span: Span,
}

/// `name: type` between parentheses.
#[derive(Debug, Clone, PartialEq)]
pub struct Param {
    /// The name.
    pub name: Name,
    /// Its type.
    pub ty: TypeExpr,
}

/// A type as written.
#[derive(Debug, Clone, PartialEq)]
pub struct TypeExpr {
    /// Which type.
    pub kind: TypeKind,
    /// Where it stands.
    pub span: Span,
}

/// Which type.
#[derive(Debug, Clone, PartialEq)]
pub enum TypeKind {
    /// `text`
    Text,
    /// `number`, maybe `from 0 to 100`
    Number {
        /// The smallest and the largest value.
        range: Option<(Decimal, Decimal)>,
    },
    /// `money in USD`
    Money {
        /// The currency.
        currency: Name,
    },
    /// `yes or no`
    YesNo,
    /// `date`
    Date,
    /// `time`
    Time,
    /// `moment`
    Moment,
    /// `duration`
    Duration,
    /// `zone`
    Zone,
    /// `one of a, b`
    OneOf(Vec<Name>),
    /// `list of t`
    List(Box<TypeExpr>),
    /// `{ a text, b number }`
    Record(Vec<Field>),
    /// `message(a: t)`: a message that takes these arguments
    Message(Vec<Param>),
    /// An event's name: its record
    Named(Name),
    /// Broken by a syntax error
    Bad,
}

/// A field of the customer, an event or a record.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    /// Its name.
    pub name: Name,
    /// Whether the value may be missing: `name?`.
    pub optional: bool,
    /// Its type.
    pub ty: TypeExpr,
    /// The value for those who lack it.
    pub default: Option<Expr>,
    /// All of it.
    pub span: Span,
}

/// `at most 50 per second`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rate {
    /// How many.
    pub count: Int,
    /// In which time.
    pub per: Duration,
    /// All of it.
    pub span: Span,
}

/// An event, or how a customer reacted to a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventRef {
    /// Where `any` stands, which says that no field is compared on purpose.
    pub any: Option<Span>,
    /// Which.
    pub kind: EventRefKind,
    /// All of it.
    pub span: Span,
}

/// Which event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EventRefKind {
    /// A declared event.
    Event(Name),
    /// `clicked m`, `unsubscribed`
    Reaction {
        /// Which reaction.
        reaction: Spanned<Reaction>,
        /// To which message or on which channel.
        target: Option<Name>,
    },
}

/// How a customer, or a channel, reacts to a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reaction {
    /// It arrived.
    Delivered,
    /// It came back.
    Bounced,
    /// It was opened.
    Opened,
    /// A link was followed.
    Clicked,
    /// The customer wrote back.
    Replied,
    /// The customer gave one of the declared answers.
    Answered,
    /// The customer called it spam.
    Complained,
    /// The customer withdrew consent.
    Unsubscribed,
    /// It could not be sent.
    Failed,
}

impl Reaction {
    /// The word of the language: `clicked`.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Delivered => "delivered",
            Self::Bounced => "bounced",
            Self::Opened => "opened",
            Self::Clicked => "clicked",
            Self::Replied => "replied",
            Self::Answered => "answered",
            Self::Complained => "complained",
            Self::Unsubscribed => "unsubscribed",
            Self::Failed => "failed",
        }
    }

    /// The reaction of a word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Some(match word {
            "delivered" => Self::Delivered,
            "bounced" => Self::Bounced,
            "opened" => Self::Opened,
            "clicked" => Self::Clicked,
            "replied" => Self::Replied,
            "answered" => Self::Answered,
            "complained" => Self::Complained,
            "unsubscribed" => Self::Unsubscribed,
            "failed" => Self::Failed,
            _ => return None,
        })
    }
}
