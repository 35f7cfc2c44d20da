//! From journey text to checked IR and back to text: syntax, resolve, check, format, diagnostics.
