//! Pictures of a compiled workspace, for people.
//!
//! 1. [`journey()`] and [`workspace()`] turn a [`Program`](wayline_ir::Program) into a [`Graph`]: nodes and edges with
//!    labels in the words of the language.
//! 2. [`svg()`] places the nodes in layers and draws them; with a [`Flow`], arrows are as wide as what was counted.
//!    [`mermaid()`] and [`dot()`] write the graph for programs that place nodes themselves.
//!
//! The same program gives the same picture, byte for byte.
//!
//! Absent on purpose: behaviour, files, terminals. What was counted comes in as numbers.

mod dot;
mod layout;
mod mermaid;
mod model;
mod svg;
mod text;
mod words;

pub use dot::dot;
pub use mermaid::mermaid;
pub use model::{Edge, EdgeKind, Graph, Group, Node, NodeKind, journey, workspace};
pub use svg::{Flow, svg};
