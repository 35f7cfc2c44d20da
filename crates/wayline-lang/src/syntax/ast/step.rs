//! Steps.

use super::{
    Days, Duration, EventRef, Expr, ExprKind, Int, Name, Offset, Path, Percent, Spanned, Text, TimeOfDay,
};
use crate::source::Span;

/// Steps between braces.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Block {
    /// The steps.
    pub steps: Vec<Step>,
    /// With its braces.
    pub span: Span,
    /// Whether steps are left out because of syntax errors.
    pub broken: bool,
}

/// A step.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// `remind:`, which keeps the identity.
    pub label: Option<Name>,
    /// What it does.
    pub kind: StepKind,
    /// All of it, with the label.
    pub span: Span,
}

/// What a step does.
#[derive(Debug, Clone, PartialEq)]
pub enum StepKind {
    /// `wait 2 days`
    Wait(Expr),
    /// `wait again at most 20 times`
    WaitAgain {
        /// How often.
        at_most: Option<Int>,
    },
    /// `wait until 10:00 on Mon to Fri`
    WaitUntilTime {
        /// The time.
        time: TimeOfDay,
        /// On which days.
        days: Option<Days>,
    },
    /// `wait until 3 days before trip.departs at 10:00 …`
    WaitUntilMoment(Box<WaitUntilMoment>),
    /// `wait up to 1 day { … }`
    WaitUpTo(Box<WaitUpTo>),
    /// `collect e for 1 day as xs`
    Collect(Box<Collect>),
    /// `send m(args)`
    Send(Box<Send>),
    /// `if … { … } else { … }`
    If(If),
    /// `match v { … }`
    Match(Match),
    /// `experiment x { … }`
    Experiment(Experiment),
    /// `repeat up to 5 times { … }`
    Repeat(Box<Repeat>),
    /// `set customer.x = v`
    Set {
        /// What is set.
        target: Path,
        /// To what.
        value: Expr,
    },
    /// `emit e { … }`
    Emit {
        /// The event.
        event: Name,
        /// Its fields: [`ExprKind::Record`].
        payload: Option<Expr>,
    },
    /// `call s.a { … } as x if failed { … }`
    Call(Box<Call>),
    /// `start j(args)`
    Start(Invoke),
    /// `stop j`
    Stop(Name),
    /// `do f(args)`
    Do(Invoke),
    /// `stage "…" { … }`
    Stage(Stage),
    /// `exit "reason"`
    Exit(Option<Text>),
}

/// A name and its arguments: `cart_reminder(cart)`.
#[derive(Debug, Clone, PartialEq)]
pub struct Invoke {
    /// The message, journey, flow or parameter.
    pub name: Name,
    /// The arguments.
    pub args: Vec<Expr>,
    /// All of it.
    pub span: Span,
}

/// `wait up to d { … }`
#[derive(Debug, Clone, PartialEq)]
pub struct WaitUpTo {
    /// How long at most.
    pub limit: Expr,
    /// What ends it early, in the order of the text.
    pub arms: Vec<WaitArm>,
    /// What happens when time is up.
    pub otherwise: Option<Otherwise>,
    /// Whether arms are left out because of syntax errors.
    pub broken: bool,
}

/// `otherwise { … }`
#[derive(Debug, Clone, PartialEq)]
pub struct Otherwise {
    /// Where the word stands.
    pub keyword: Span,
    /// What happens.
    pub body: Block,
}

/// What ends a wait early.
#[derive(Debug, Clone, PartialEq)]
pub struct WaitArm {
    /// What.
    pub kind: WaitArmKind,
    /// What happens then.
    pub body: Block,
    /// All of it.
    pub span: Span,
}

/// What ends a wait early.
#[derive(Debug, Clone, PartialEq)]
pub enum WaitArmKind {
    /// `on e as x since enter where …`
    On {
        /// The event.
        event: EventRef,
        /// What it is called in the arm.
        alias: Option<Name>,
        /// Where `since enter` stands.
        since_enter: Option<Span>,
        /// Which of them.
        filter: Option<Expr>,
    },
    /// `when …`
    When(Expr),
}

/// `wait until [3 days before] moment [at time] [if past …] [if missing …]`
#[derive(Debug, Clone, PartialEq)]
pub struct WaitUntilMoment {
    /// How far from it.
    pub offset: Option<Offset>,
    /// The date or moment.
    pub moment: Expr,
    /// At which time of that day.
    pub at: Option<TimeOfDay>,
    /// What happens if it is past.
    pub if_past: Option<Alternative>,
    /// What happens if it is missing.
    pub if_missing: Option<Alternative>,
}

/// What happens instead of waiting.
#[derive(Debug, Clone, PartialEq)]
pub enum Alternative {
    /// `go on`
    GoOn(Span),
    /// `exit "reason"`
    Exit {
        /// Where it stands.
        span: Span,
        /// The reason.
        reason: Option<Text>,
    },
    /// `{ steps }`
    Block(Block),
}

/// `collect e where … for 1 day as xs, or 20 of them, quiet for 10 minutes`
#[derive(Debug, Clone, PartialEq)]
pub struct Collect {
    /// The event.
    pub event: EventRef,
    /// Which of them.
    pub filter: Option<Expr>,
    /// For how long.
    pub duration: Expr,
    /// What the list is called.
    pub alias: Name,
    /// How many close it.
    pub or_count: Option<Int>,
    /// Which silence closes it.
    pub quiet_for: Option<Expr>,
}

/// `send …`
#[derive(Debug, Clone, PartialEq)]
pub struct Send {
    /// How one is chosen.
    pub choice: SendChoice,
    /// The messages: one, or those to choose from.
    pub messages: Vec<Invoke>,
    /// `at best hour within …`
    pub best_hour: Option<Expr>,
    /// `if not sent …`
    pub not_sent: Option<Handler>,
}

/// How a message is chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SendChoice {
    /// There is only one.
    Single,
    /// `first of`: the first that may be sent.
    First,
    /// `best of`: on the channel this customer answers most.
    Best,
}

/// `if not sent as why { … }`, `if failed as why { … }`
#[derive(Debug, Clone, PartialEq)]
pub struct Handler {
    /// What the reason is called.
    pub alias: Option<Name>,
    /// What happens.
    pub body: Block,
    /// All of it.
    pub span: Span,
}

/// `if … { … } else if … { … } else { … }`
#[derive(Debug, Clone, PartialEq)]
pub struct If {
    /// Conditions and what happens then, in order.
    pub branches: Vec<(Expr, Block)>,
    /// What happens if none holds.
    pub otherwise: Option<Block>,
}

/// `match v { … }`
#[derive(Debug, Clone, PartialEq)]
pub struct Match {
    /// Of what.
    pub value: Expr,
    /// The cases.
    pub arms: Vec<MatchArm>,
    /// Whether arms are left out because of syntax errors.
    pub broken: bool,
}

/// One case of a match.
#[derive(Debug, Clone, PartialEq)]
pub struct MatchArm {
    /// For which values; empty for `else`.
    pub patterns: Vec<Pattern>,
    /// What happens.
    pub body: Block,
    /// All of it.
    pub span: Span,
}

/// For which values a case is.
#[derive(Debug, Clone, PartialEq)]
pub struct Pattern {
    /// Which.
    pub kind: PatternKind,
    /// Where it stands.
    pub span: Span,
}

/// For which values a case is. Ranges are half-open.
#[derive(Debug, Clone, PartialEq)]
pub enum PatternKind {
    /// `missing`
    Missing,
    /// A value, or a choice of a `one of`.
    Value(Expr),
    /// `under 50`
    Under(Expr),
    /// `50 to under 100`
    Range(Expr, Expr),
    /// `100 and over`
    AndOver(Expr),
}

/// `experiment x { 60% a { … } 40% b { … } }`
#[derive(Debug, Clone, PartialEq)]
pub struct Experiment {
    /// Its name.
    pub name: Name,
    /// The variants.
    pub variants: Vec<Variant>,
    /// Whether variants are left out because of syntax errors.
    pub broken: bool,
}

/// `60% a { … }`
#[derive(Debug, Clone, PartialEq)]
pub struct Variant {
    /// How many.
    pub share: Percent,
    /// Its name.
    pub name: Name,
    /// What happens.
    pub body: Block,
    /// All of it.
    pub span: Span,
}

/// `repeat up to 5 times every 1 day until … { … }`
#[derive(Debug, Clone, PartialEq)]
pub struct Repeat {
    /// How often at most.
    pub times: Int,
    /// How long to wait before each pass but the first.
    pub every: Option<Expr>,
    /// When to stop, asked before each pass.
    pub until: Option<Expr>,
    /// What is repeated.
    pub body: Block,
}

/// `call s.a { … } as x if failed { … }`
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    /// The service.
    pub service: Name,
    /// Its action.
    pub action: Name,
    /// What it is given: [`ExprKind::Record`].
    pub payload: Option<Expr>,
    /// What the answer is called.
    pub alias: Option<Name>,
    /// What happens if it failed.
    pub if_failed: Option<Handler>,
}

/// `stage "…" moment of truth owner "…" expects "…" { … }`
#[derive(Debug, Clone, PartialEq)]
pub struct Stage {
    /// Its title.
    pub title: Text,
    /// Where `moment of truth` stands.
    pub moment_of_truth: Option<Span>,
    /// Who answers for it.
    pub owner: Option<Text>,
    /// What the customer expects.
    pub expects: Option<Text>,
    /// Its steps.
    pub body: Block,
}

/// Kept here since a duration in a step may be an expression: the literal, if it is one.
#[must_use]
pub fn literal_duration(expr: &Expr) -> Option<Duration> {
    match expr.kind {
        ExprKind::Duration(value) => Some(Spanned { value, span: expr.span }),
        _ => None,
    }
}
