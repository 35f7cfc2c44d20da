//! Journeys and their header lines.

use wayline_time as time;

use super::{Block, Duration, EventRef, Expr, Int, Name, Param, Percent, Rate, Spanned, Text, TimeOfDay};
use crate::source::Span;

/// `journey j { … }`
#[derive(Debug, Clone, PartialEq)]
pub struct Journey {
    /// Its name.
    pub name: Name,
    /// What it is given; only with `enter by hand`.
    pub params: Vec<Param>,
    /// Its header lines.
    pub header: Header,
    /// What it does.
    pub body: Block,
}

/// The header lines of a journey.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Header {
    /// `title "…"`
    pub title: Option<Text>,
    /// `owner "…"`
    pub owner: Option<Text>,
    /// `description "…"`
    pub description: Option<Text>,
    /// `priority 70`
    pub priority: Option<Int>,
    /// `enter …`: any of them.
    pub enters: Vec<Enter>,
    /// `only if …`: all of them.
    pub only_if: Vec<Expr>,
    /// `one run …`
    pub one_run: Option<OneRun>,
    /// `at most 5000 per day`
    pub rates: Vec<Rate>,
    /// `leave …`: any of them.
    pub leaves: Vec<Leave>,
    /// `goal …`
    pub goals: Vec<Goal>,
    /// `holdout 5%`
    pub holdout: Option<Percent>,
    /// `moved new from old`
    pub moved: Vec<Moved>,
}

/// `enter …`
#[derive(Debug, Clone, PartialEq)]
pub struct Enter {
    /// How.
    pub kind: EnterKind,
    /// All of it.
    pub span: Span,
}

/// How customers come in.
#[derive(Debug, Clone, PartialEq)]
pub enum EnterKind {
    /// `enter on e as x where …`
    Event {
        /// The event.
        event: EventRef,
        /// What it is called in the journey.
        alias: Option<Name>,
        /// Which of them.
        filter: Option<Expr>,
    },
    /// `enter when customer joins s`
    Segment {
        /// Whether it is `leaves`.
        leaves: bool,
        /// The segment.
        segment: Name,
    },
    /// `enter every Mon at 09:00 for s`
    Every {
        /// On which days.
        every: EnterEvery,
        /// At which time.
        at: TimeOfDay,
        /// For whom.
        segment: Option<Name>,
    },
    /// `enter on cron "…" for s`
    Cron {
        /// The pattern.
        pattern: Text,
        /// For whom.
        segment: Option<Name>,
    },
    /// `enter every year on customer.birthday at 09:00`
    Yearly {
        /// The date.
        date: Expr,
        /// At which time.
        at: TimeOfDay,
    },
    /// `enter 3 days before customer.renewal_date at 10:00`, `enter at 10:00 on customer.renewal_date`
    Date {
        /// How far from the date, and on which side; none for the date itself.
        offset: Option<Offset>,
        /// The date.
        date: Expr,
        /// At which time.
        at: Option<TimeOfDay>,
    },
    /// `enter by hand`
    ByHand,
}

/// `3 days before`
#[derive(Debug, Clone, PartialEq)]
pub struct Offset {
    /// How far.
    pub by: Expr,
    /// On which side.
    pub side: Side,
}

/// Before or after.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Side {
    /// `before`
    Before,
    /// `after`
    After,
}

/// On which days a journey is entered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EnterEvery {
    /// `every day`
    Day,
    /// `every month on 1`
    Month(Int),
    /// `every Mon, Wed`
    Days(time::WeekdaySet),
}

/// `one run per key, again after 14 days, while running ignore`
#[derive(Debug, Clone, PartialEq)]
pub struct OneRun {
    /// What is counted as one; none for the customer.
    pub per: Option<Expr>,
    /// Whether a customer may come again.
    pub again: Option<Spanned<Again>>,
    /// What happens while a run is under way.
    pub collision: Option<Spanned<Collision>>,
    /// All of it.
    pub span: Span,
}

/// Whether a customer may come again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Again {
    /// `once`
    Once,
    /// `again after 14 days`
    After(Duration),
    /// `again any time`
    AnyTime,
}

/// What happens to an entry while a run is under way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Collision {
    /// `while running ignore`
    Ignore,
    /// `while running restart`
    Restart,
    /// `while running parallel`
    Parallel,
}

/// `leave on e where …`, `leave when …`
#[derive(Debug, Clone, PartialEq)]
pub struct Leave {
    /// When.
    pub kind: LeaveKind,
    /// All of it.
    pub span: Span,
}

/// When a run is left.
#[derive(Debug, Clone, PartialEq)]
pub enum LeaveKind {
    /// `leave on e as x where …`
    Event {
        /// The event.
        event: EventRef,
        /// What it is called in the condition.
        alias: Option<Name>,
        /// Which of them.
        filter: Option<Expr>,
    },
    /// `leave when …`
    When(Expr),
}

/// `goal e where … within 7 days and leave`
#[derive(Debug, Clone, PartialEq)]
pub struct Goal {
    /// The event.
    pub event: EventRef,
    /// What it is called in the condition.
    pub alias: Option<Name>,
    /// Which of them.
    pub filter: Option<Expr>,
    /// In which time after entry.
    pub within: Duration,
    /// Whether the run is left then.
    pub leave: bool,
    /// All of it.
    pub span: Span,
}

/// `moved new from old`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moved {
    /// The name it has now.
    pub new: Name,
    /// The name it had.
    pub old: Name,
    /// All of it.
    pub span: Span,
}
