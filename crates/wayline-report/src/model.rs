//! What is drawn: nodes, edges, groups and notes, with words but without places.

mod journey;
mod workspace;

use crate::text::{NOTE_COLUMNS, wrap};

pub use journey::journey;
pub use workspace::workspace;

/// A picture before it is drawn. Edges and groups refer to positions in `nodes` and `groups`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Graph {
    /// What the picture shows.
    pub title: String,
    /// More about the whole; may be empty.
    pub description: String,
    /// What holds everywhere: how often, what ends a run, what counts as success. One line each.
    pub notes: Vec<String>,
    /// The stages.
    pub groups: Vec<Group>,
    /// The boxes.
    pub nodes: Vec<Node>,
    /// The arrows.
    pub edges: Vec<Edge>,
}

/// A stage of a journey.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// Its title.
    pub title: String,
    /// Whether it is marked as a moment of truth.
    pub moment_of_truth: bool,
    /// Who answers for it, and what the customer expects; one line each.
    pub notes: Vec<String>,
}

impl Group {
    /// All that is said of it, in lines.
    pub(crate) fn lines(&self) -> Vec<String> {
        let mark = if self.moment_of_truth { "moment of truth" } else { "" };
        let all = [self.title.as_str(), mark].into_iter().chain(self.notes.iter().map(String::as_str));
        all.flat_map(|line| wrap(line, NOTE_COLUMNS, 2)).collect()
    }
}

/// A box.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// What kind of box.
    pub kind: NodeKind,
    /// The name by which logs know it: of a step or a journey. Empty for what has none.
    pub name: String,
    /// What stands in it.
    pub label: String,
    /// The group it belongs to.
    pub group: Option<usize>,
}

/// The kinds of boxes, which look different.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum NodeKind {
    /// A way in.
    Enter,
    /// Time passes here.
    Wait,
    /// A message.
    Send,
    /// One of several ways is taken.
    Choice,
    /// The profile or the run is changed, an event is raised.
    Change,
    /// A service is called.
    Call,
    /// A journey, or a step that starts or stops one.
    Journey,
    /// The run ends.
    Exit,
}

impl NodeKind {
    /// All kinds.
    pub const ALL: [Self; 8] = [
        Self::Enter,
        Self::Wait,
        Self::Send,
        Self::Choice,
        Self::Change,
        Self::Call,
        Self::Journey,
        Self::Exit,
    ];

    /// The word that drawings know it by.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Enter => "enter",
            Self::Wait => "wait",
            Self::Send => "send",
            Self::Choice => "choice",
            Self::Change => "change",
            Self::Call => "call",
            Self::Journey => "journey",
            Self::Exit => "exit",
        }
    }
}

/// An arrow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edge {
    /// The node it begins at.
    pub from: usize,
    /// The node it leads to.
    pub to: usize,
    /// Which way this is; empty when there is only one.
    pub label: String,
    /// What kind of arrow.
    pub kind: EdgeKind,
}

/// The kinds of arrows, which look different.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum EdgeKind {
    /// On to the next step.
    Onward,
    /// Back to a step before.
    Back,
    /// One journey ends runs of another.
    Stop,
}
