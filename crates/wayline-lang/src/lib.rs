//! From journey text to checked IR and back to text: syntax, resolve, check, format, diagnostics.
//!
//! [`compile`] is the pipeline, one phase a line: parse, resolve, check, lower. Every phase puts its findings into one
//! collection, so that one run tells everything that is wrong.
//!
//! Absent on purpose: files, terminals, colours, clocks. Text comes in, a program and findings go out.

pub mod codes;
pub mod diagnostic;
pub mod format;
pub mod source;
pub mod syntax;

mod check;
mod compile;
mod currency;
mod lower;
mod manifest;
mod order;
mod resolve;
mod suggest;

pub use compile::{Compiled, Files, Input, NoFiles, Sources, compile};
pub use manifest::MANIFEST;
pub use suggest::closest;
