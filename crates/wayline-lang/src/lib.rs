//! From journey text to checked IR and back to text: syntax, resolve, check, format, diagnostics.

pub mod codes;
pub mod diagnostic;
pub mod source;
pub mod syntax;
