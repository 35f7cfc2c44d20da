//! Expressions.

use rust_decimal::Decimal;
use wayline_time as time;

use super::{Duration, Money, Name, Percent, Reaction, Spanned, Text};
use crate::source::Span;

/// An expression.
#[derive(Debug, Clone, PartialEq)]
pub struct Expr {
    /// Which.
    pub kind: ExprKind,
    /// Where it stands, with the parentheses around it.
    pub span: Span,
}

/// Which expression.
#[derive(Debug, Clone, PartialEq)]
pub enum ExprKind {
    /// `"…"`
    Text(Text),
    /// `12`, `0.5`
    Number(Decimal),
    /// `15%`: 15
    Percent(Decimal),
    /// `25 USD`
    Money(Money),
    /// `1 hour 30 minutes`
    Duration(time::Span),
    /// `21:00`
    Time(time::TimeOfDay),
    /// `2026-12-24`
    Date(time::Date),
    /// `2026-12-24 10:00`: in tests only
    DateTime(time::LocalDateTime),
    /// `yes`, `no`
    Bool(bool),
    /// `now`
    Now,
    /// `today`
    Today,
    /// `customer.plan`, `cart.items[0].name`
    Path(Path),
    /// `(…).field`, `(latest e).field[0]`
    Access {
        /// Of what.
        base: Box<Expr>,
        /// Which part of it.
        access: Vec<Access>,
    },
    /// `[a, b]`
    List(Vec<Expr>),
    /// `{ a: 1, b: 2 }`
    Record(Vec<Entry>),
    /// `not a`
    Not(Box<Expr>),
    /// `-a`
    Negate(Box<Expr>),
    /// `a and b and c`
    And(Vec<Expr>),
    /// `a or b or c`
    Or(Vec<Expr>),
    /// `a is b`, `a + b`
    Binary {
        /// The operator.
        op: Spanned<BinaryOp>,
        /// The left side.
        left: Box<Expr>,
        /// The right side.
        right: Box<Expr>,
    },
    /// `a is known`, `a is missing`
    Known {
        /// Of what.
        value: Box<Expr>,
        /// Whether it is `is missing`.
        negated: bool,
    },
    /// `a is one of b, c`, `a is not one of b, c`
    OneOf {
        /// Of what.
        value: Box<Expr>,
        /// Whether it is `is not one of`.
        negated: bool,
        /// The choices.
        choices: Vec<Expr>,
    },
    /// `customer in s`, `customer not in s`
    InSegment {
        /// The left side: must be `customer`.
        value: Box<Expr>,
        /// Whether it is `not in`.
        negated: bool,
        /// The segment.
        segment: Name,
    },
    /// `customer.plan has been pro for 7 days`, `customer has been in s for 7 days`
    HasBeen {
        /// Of what.
        value: Box<Expr>,
        /// What it has been.
        state: HasBeen,
        /// For how long.
        duration: Duration,
    },
    /// `any e in last 3 days where …`
    History(Box<History>),
    /// `in bucket 10% of "pilot"`
    Bucket {
        /// How many of all customers.
        share: Percent,
        /// The name of the draw.
        name: Text,
    },
    /// Broken by a syntax error.
    Bad,
}

/// A name and what is asked of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Path {
    /// The first name.
    pub root: Name,
    /// Fields and indices after it.
    pub access: Vec<Access>,
    /// All of it.
    pub span: Span,
}

/// A part of a value.
#[derive(Debug, Clone, PartialEq)]
pub enum Access {
    /// `.field`
    Field(Name),
    /// `[index]`
    Index(Expr),
}

/// `name: value` in a record.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// The field.
    pub name: Name,
    /// Its value.
    pub value: Expr,
}

/// An operator with two sides; `and` and `or` are lists of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum BinaryOp {
    /// `is`
    Is,
    /// `is not`
    IsNot,
    /// `<`
    Less,
    /// `<=`
    AtMost,
    /// `>`
    Greater,
    /// `>=`
    AtLeast,
    /// `contains`
    Contains,
    /// `starts with`
    StartsWith,
    /// `ends with`
    EndsWith,
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`
    Divide,
    /// `default`
    Default,
}

impl BinaryOp {
    /// The operator as it is written.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::Is => "is",
            Self::IsNot => "is not",
            Self::Less => "<",
            Self::AtMost => "<=",
            Self::Greater => ">",
            Self::AtLeast => ">=",
            Self::Contains => "contains",
            Self::StartsWith => "starts with",
            Self::EndsWith => "ends with",
            Self::Add => "+",
            Self::Subtract => "-",
            Self::Multiply => "*",
            Self::Divide => "/",
            Self::Default => "default",
        }
    }
}

/// What a value has been.
#[derive(Debug, Clone, PartialEq)]
pub enum HasBeen {
    /// A value.
    Value(Box<Expr>),
    /// In a segment.
    InSegment(Name),
}

/// A question about past events, or about the items of a list: which of both is told by the name.
#[derive(Debug, Clone, PartialEq)]
pub struct History {
    /// What is asked.
    pub kind: Spanned<HistoryKind>,
    /// Of what.
    pub source: HistorySource,
    /// In which time.
    pub range: Option<Spanned<HistoryRange>>,
    /// Of which of them.
    pub filter: Option<Expr>,
}

/// What is asked about the past.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum HistoryKind {
    /// `any e`
    Any,
    /// `no e`
    No,
    /// `count of e`
    Count,
    /// `sum of e.field`
    Sum,
    /// `latest e`
    Latest,
}

/// Of what a question about the past is asked.
#[derive(Debug, Clone, PartialEq)]
pub enum HistorySource {
    /// An event `e`, for `sum` with a field `e.total`; or a list.
    Path(Path),
    /// `clicked m`, `opened email`, `unsubscribed`
    Reaction {
        /// Which reaction.
        reaction: Spanned<Reaction>,
        /// To which message or on which channel.
        target: Option<Name>,
    },
}

/// In which time of the past.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HistoryRange {
    /// `in last 3 days`
    Last(Duration),
    /// `ever`
    Ever,
    /// `since enter`
    SinceEnter,
}
