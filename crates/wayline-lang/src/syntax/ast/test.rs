//! Tests.

use wayline_time as time;

use super::{Entry, Expr, GenRecord, Invoke, Name, Percent, Reaction, Spanned, Text};
use crate::source::Span;

/// `test "…" { … }`
#[derive(Debug, Clone, PartialEq)]
pub struct Test {
    /// What it shows.
    pub title: Text,
    /// The table of cases, if the story is told for several.
    pub cases: Option<Cases>,
    /// Its lines.
    pub lines: Vec<TestLine>,
}

/// `cases { … }`
#[derive(Debug, Clone, PartialEq)]
pub struct Cases {
    /// The cases.
    pub cases: Vec<Case>,
    /// Whether lines of the story stand before it.
    pub late: bool,
    /// All of it.
    pub span: Span,
}

/// `"in summer": { day: 2026-07-01 10:00 }`
#[derive(Debug, Clone, PartialEq)]
pub struct Case {
    /// What is special about it.
    pub name: Text,
    /// The values it gives.
    pub values: Vec<Entry>,
    /// All of it.
    pub span: Span,
}

/// A line of a test.
#[derive(Debug, Clone, PartialEq)]
pub struct TestLine {
    /// When; none for the same moment as the line before.
    pub when: Option<TestWhen>,
    /// What happens or is expected.
    pub action: TestAction,
    /// All of it.
    pub span: Span,
}

/// When a line of a test happens.
#[derive(Debug, Clone, PartialEq)]
pub struct TestWhen {
    /// When.
    pub kind: TestWhenKind,
    /// Where it stands.
    pub span: Span,
}

/// When a line of a test happens.
#[derive(Debug, Clone, PartialEq)]
pub enum TestWhenKind {
    /// `at 2026-03-07 10:00`
    At(Moment),
    /// `after 1 hour`, `+1 hour`: after the line before
    After(Length),
    /// `before 2026-03-07 10:00`
    Before(Moment),
    /// `within 1 hour`
    Within(Length),
}

/// A value, or the name by which each case of a table gives one.
#[derive(Debug, Clone, PartialEq)]
pub enum Given<T> {
    /// A fixed one.
    Fixed(Spanned<T>),
    /// That of the case.
    Named(Name),
}

impl<T> Given<T> {
    /// Where it stands.
    pub const fn span(&self) -> Span {
        match self {
            Self::Fixed(value) => value.span,
            Self::Named(name) => name.span,
        }
    }
}

/// A length of time.
pub type Length = Given<time::Span>;

/// `2026-03-07 10:00 local`
#[derive(Debug, Clone, PartialEq)]
pub struct Moment {
    /// The date and the time.
    pub at: Given<time::LocalDateTime>,
    /// On whose clock; none for the workspace's.
    pub clock: Option<Clock>,
    /// All of it.
    pub span: Span,
}

/// Whose clock a time is read from.
#[derive(Debug, Clone, PartialEq)]
pub enum Clock {
    /// `local`: the customer's
    Local,
    /// `in "Asia/Tokyo"`
    Zone(Text),
}

/// What happens or is expected in a test.
#[derive(Debug, Clone, PartialEq)]
pub enum TestAction {
    /// `customer bo { … }`
    Customer {
        /// Who; none for the one without a name.
        name: Option<Name>,
        /// What is known of them.
        record: GenRecord,
        /// When the source knew it.
        dated: Option<Moment>,
    },
    /// `e { … }`
    Event {
        /// The event.
        name: Name,
        /// Its fields.
        payload: GenRecord,
        /// The source's own id.
        id: Option<Text>,
        /// When it happened.
        dated: Option<Moment>,
    },
    /// `opens m`
    React {
        /// How.
        reaction: Spanned<Reaction>,
        /// To which message.
        message: Name,
        /// When it happened.
        dated: Option<Moment>,
    },
    /// `answers m v`
    Answer {
        /// Which message.
        message: Name,
        /// What.
        value: Expr,
        /// When it happened.
        dated: Option<Moment>,
    },
    /// `accepts m`
    Accepts {
        /// Which message.
        message: Name,
        /// How long it takes.
        taking: Option<Length>,
    },
    /// `fails m "mailbox full"`
    Fails {
        /// Which message.
        message: Name,
        /// Why.
        words: Option<Text>,
        /// How long it takes.
        taking: Option<Length>,
    },
    /// `call s.a returns { … }`, `call s.a fails`
    Call {
        /// The service.
        service: Name,
        /// The action.
        action: Name,
        /// What it answers.
        answer: CallAnswer,
        /// How long it takes.
        taking: Option<Length>,
    },
    /// `enter j(args)`
    Enter(Invoke),
    /// `pause j`
    Pause(Name),
    /// `resume j`
    Resume(Name),
    /// `down for 2 hours`
    Down(Length),
    /// `deploy moving j`
    Deploy {
        /// The journeys whose runs move.
        moving: Vec<Name>,
    },
    /// `falls into a of e`
    Falls(Falls),
    /// `expect …`
    Expect(Expect),
}

/// What a service answers.
#[derive(Debug, Clone, PartialEq)]
pub enum CallAnswer {
    /// `returns { … }`
    Returns(Expr),
    /// `fails "words"`
    Fails(Option<Text>),
}

/// On which side of a division a customer falls.
#[derive(Debug, Clone, PartialEq)]
pub enum Falls {
    /// `into a of e`
    Arm {
        /// The arm.
        arm: Name,
        /// The experiment.
        experiment: Name,
    },
    /// `into holdout of j`
    Holdout(Name),
    /// `into bucket 10% of "pilot"`, `outside bucket 10% of "pilot"`
    Bucket {
        /// Into it, or not.
        inside: bool,
        /// Its share.
        share: Percent,
        /// Its name.
        name: Text,
    },
}

/// What a test expects.
#[derive(Debug, Clone, PartialEq)]
pub enum Expect {
    /// `expect send m where …`
    Send {
        /// The message.
        message: Name,
        /// Of its parts.
        filter: Option<Expr>,
    },
    /// `expect no send m`
    NoSend(Name),
    /// `expect no sends`
    NoSends,
    /// `expect no more sends`
    NoMoreSends,
    /// `expect held m by rule until t`
    Held {
        /// The message.
        message: Name,
        /// The rule or reason.
        by: Option<Name>,
        /// Until when.
        until: Option<Moment>,
    },
    /// `expect dropped m by rule`
    Dropped {
        /// The message.
        message: Name,
        /// The rule or reason.
        by: Option<Name>,
    },
    /// `expect entered j`
    Entered(Name),
    /// `expect not entered j by only_if`
    NotEntered {
        /// The journey.
        journey: Name,
        /// The reason.
        by: Option<Name>,
    },
    /// `expect left j "words" by exit_step`
    Left {
        /// The journey.
        journey: Name,
        /// The words of its `exit`.
        words: Option<Text>,
        /// The reason.
        by: Option<Name>,
    },
    /// `expect not left j`
    NotLeft(Name),
    /// `expect goal of j`
    Goal(Name),
    /// `expect no goal of j`
    NoGoal(Name),
    /// `expect call s.a where …`
    Call {
        /// The service.
        service: Name,
        /// The action.
        action: Name,
        /// Of its request.
        filter: Option<Expr>,
    },
    /// `expect no call s.a`
    NoCall {
        /// The service.
        service: Name,
        /// The action.
        action: Name,
    },
    /// `expect condition`
    That(Expr),
}
