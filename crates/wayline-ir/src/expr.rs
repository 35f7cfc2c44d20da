//! Expressions: typed by the checker, total when evaluated on values of those types.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use wayline_time::Span;

use crate::{ChannelId, EventId, FieldId, MessageId, ReactionKind, SegmentId, SlotId, Value};

/// An expression.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Expr {
    /// A constant.
    Const(Value),
    /// A variable of the run. Missing until it is bound.
    Slot(SlotId),
    /// A field of the customer profile (its default when the profile lacks it).
    Customer(FieldId),
    /// The event or list item a `where` is asked about; 0 is the innermost `where`.
    Item(u32),
    /// A field of a record. Missing when the record is missing.
    Field(Box<Expr>, FieldId),
    /// An item of a list, counted from 0. Missing when there is none.
    Index(Box<Expr>, Box<Expr>),
    /// The present moment.
    Now,
    /// The present day in the customer's zone.
    Today,
    /// Negation of a condition.
    Not(Box<Expr>),
    /// All of them, asked from the left, stopping at the first `no`.
    And(Vec<Expr>),
    /// Any of them, asked from the left, stopping at the first `yes`.
    Or(Vec<Expr>),
    /// A comparison of two values of one type. With a missing side `is` never holds, `is not` is its opposite, and an
    /// order never holds; the checker keeps values that may be missing away from all but `is`.
    Compare(CompareOp, Box<Expr>, Box<Expr>),
    /// Whether there is a value.
    Known(Box<Expr>),
    /// Whether the first is among the others.
    OneOf(Box<Expr>, Vec<Expr>),
    /// A test on text; `contains` also asks lists.
    Text(TextOp, Box<Expr>, Box<Expr>),
    /// Arithmetic.
    Arith(ArithOp, Box<Expr>, Box<Expr>),
    /// The first, or the second when the first is missing.
    Default(Box<Expr>, Box<Expr>),
    /// A list of values.
    List(Vec<Expr>),
    /// A record of values in declared order.
    Record(Vec<Expr>),
    /// Whether the customer is in the segment now.
    InSegment(SegmentId),
    /// Whether the customer falls in the first `share` millionths of the named division of all customers.
    Bucket {
        /// The name of the division.
        name: String,
        /// Millionths, 0 to 1 000 000.
        share: u32,
    },
    /// A question about what happened.
    History(HistoryQuery),
    /// A question about a list.
    Items(ListQuery),
    /// Whether something has been so without a break for at least the span.
    HasBeen {
        /// What.
        subject: Subject,
        /// For how long.
        span: Span,
    },
}

/// Orders and equality.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CompareOp {
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
}

/// Tests on text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TextOp {
    /// The second occurs in the first (text in text, item in list).
    Contains,
    /// The first begins with the second.
    StartsWith,
    /// The first ends with the second.
    EndsWith,
}

/// Arithmetic on numbers, money, moments, dates and durations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ArithOp {
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`; dividing by zero fails the expression.
    Divide,
}

/// What is asked of events or items.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Query {
    /// Whether there is one.
    Any,
    /// Whether there is none.
    No,
    /// How many.
    Count,
    /// The sum of an expression over them, with the zero of its type; missing values are left out.
    Sum {
        /// Evaluated with the event or item as [`Expr::Item`] 0.
        of: Box<Expr>,
        /// What an empty sum is.
        zero: Value,
    },
    /// The latest one, as a record; missing when there is none.
    Latest,
}

/// A question about the customer's history.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct HistoryQuery {
    /// What is asked.
    pub query: Query,
    /// Of which events.
    pub source: HistorySource,
    /// In which stretch of time.
    pub range: HistoryRange,
    /// Only events for which this holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filter: Option<Box<Expr>>,
}

/// Which events a history question is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum HistorySource {
    /// A declared event.
    Event(EventId),
    /// A reaction to a message.
    MessageReaction(ReactionKind, MessageId),
    /// A reaction to any message on a channel.
    ChannelReaction(ReactionKind, ChannelId),
}

/// In which stretch of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum HistoryRange {
    /// Rolling and half-open: (now - span, now].
    InLast(Span),
    /// Since the beginning.
    Ever,
    /// Since the run entered, the entering event left out.
    SinceEnter,
}

/// A question about the items of a list.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct ListQuery {
    /// What is asked ([`Query::Latest`] is the last item).
    pub query: Query,
    /// The list; a missing list is an empty one.
    pub list: Box<Expr>,
    /// Only items for which this holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filter: Option<Box<Expr>>,
}

/// What has been so for a while.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    /// A profile field has had this value.
    Field(FieldId, Value),
    /// The customer has been in the segment.
    Segment(SegmentId),
}
