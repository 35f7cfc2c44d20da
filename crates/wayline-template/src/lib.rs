//! Typed Liquid templates: a small checked subset, its references, and rendering.

mod check;
mod dates;
mod filters;
mod finding;
mod names;
mod parse;
mod references;
mod render;
mod schema;
mod tree;
mod value;

pub use check::check;
pub use finding::{Finding, FindingKind, Span};
pub use parse::{Template, parse};
pub use render::{Escape, RenderError, Renderer};
pub use schema::{Field, Schema, Ty};
pub use tree::{Path, Segment, Step};
pub use value::Value;
