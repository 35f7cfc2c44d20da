//! Rendering through the `liquid` crate.
//!
//! The author's text is never handed to it. [`emit`] writes the checked tree anew in the few forms of Liquid whose
//! meaning is the same everywhere, and the reads, comparisons and exact arithmetic go through filters of our own
//! ([`natives`]), because the crate's work on binary floating point and refuse missing values.

mod arithmetic;
mod convert;
mod emit;
mod lists;
mod natives;
mod sight;
mod texts;

use std::collections::BTreeSet;
use std::fmt;
use std::io::{self, Write};
use std::sync::{Arc, LazyLock};

use crate::parse::Template;
use crate::value::Value;

/// The most bytes one rendering may print (8 MiB): loops over loops multiply.
const MAX_OUTPUT: usize = 8 << 20;
/// The most bytes one text may grow to on the way (1 MiB): repeated `append` doubles.
const MAX_TEXT: usize = 1 << 20;

/// What happens to values that are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Escape {
    /// They are printed as they are: subjects, text messages, push messages.
    None,
    /// `& < > " '` of every printed value become entities. The text of the template itself is left alone.
    ///
    /// Where the author uses `escape` or `escape_once`, that is the escaping; it is not done twice. `newline_to_br`
    /// escapes what comes in and adds its `<br />` as markup. What later filters add to such a text is escaped if it is
    /// a value, and markup if it is written out in the template (`| newline_to_br | append: "<hr>"`).
    Html,
}

/// Why a template could not be rendered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RenderError {
    /// The renderer did not take a template that the parser took: a defect of this crate.
    #[error("the template cannot be compiled: {0}")]
    Compile(String),
    /// The values are not a record of roots.
    #[error("the values of a template are a record")]
    NotARecord,
    /// A number, date, time or moment that is not written in its form.
    #[error("`{text}` is not a {kind}")]
    BadValue {
        /// What it should be.
        kind: &'static str,
        /// What it is.
        text: String,
    },
    /// The result is longer than 8 MiB.
    #[error("the result is longer than {MAX_OUTPUT} bytes")]
    TooLong,
    /// A value is missing or of a type the template was not checked for, or a number grew too large.
    #[error("{0}")]
    Failed(String),
}

/// A compiled template, to be rendered for many customers.
#[derive(Clone)]
pub struct Renderer {
    template: Arc<liquid::Template>,
    roots: BTreeSet<String>,
}

impl fmt::Debug for Renderer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Renderer").field("roots", &self.roots).finish_non_exhaustive()
    }
}

static PARSER: LazyLock<Result<liquid::Parser, String>> = LazyLock::new(|| {
    natives::register(liquid::ParserBuilder::with_stdlib()).build().map_err(|error| first_line(&error))
});

impl Renderer {
    /// Compiles a template.
    ///
    /// [`crate::check`] should have found nothing in it: unchecked, a missing value fails at rendering instead.
    ///
    /// # Errors
    ///
    /// [`RenderError::Compile`], which no parsed template should cause.
    pub fn new(template: &Template, escape: Escape) -> Result<Self, RenderError> {
        let emitted = emit::emit(template, escape);
        let parser = PARSER.as_ref().map_err(|message| RenderError::Compile(message.clone()))?;
        let template =
            parser.parse(&emitted.source).map_err(|error| RenderError::Compile(first_line(&error)))?;
        Ok(Self { template: Arc::new(template), roots: emitted.roots })
    }

    /// Renders with a record of the schema's roots. A root that the record lacks is missing.
    ///
    /// # Errors
    ///
    /// When the values are not of the schema that the template was checked with, when a number grows beyond 28 digits,
    /// or when the result gets too long.
    pub fn render(&self, values: &Value) -> Result<String, RenderError> {
        let Value::Record(fields) = values else { return Err(RenderError::NotARecord) };
        let mut globals = liquid::Object::new();
        for root in &self.roots {
            let value = fields.iter().find(|(name, _)| name == root).map(|(_, value)| value);
            let value = value.map_or(Ok(liquid::model::Value::Nil), convert::to_liquid)?;
            globals.insert(emit::variable(root).into(), value);
        }
        let mut bounded = Bounded { bytes: Vec::new(), full: false };
        let result = self.template.render_to(&mut bounded, &globals);
        if bounded.full {
            return Err(RenderError::TooLong);
        }
        result.map_err(|error| RenderError::Failed(first_line(&error)))?;
        String::from_utf8(bounded.bytes).map_err(|error| RenderError::Failed(error.to_string()))
    }
}

/// A buffer that stops growing.
struct Bounded {
    bytes: Vec<u8>,
    full: bool,
}

impl Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.bytes.len() + bytes.len() > MAX_OUTPUT {
            self.full = true;
            return Err(io::Error::other("the result is too long"));
        }
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The message of an error without the trace, which speaks of the emitted text.
fn first_line(error: &liquid::Error) -> String {
    let text = error.to_string();
    let line = text.lines().next().unwrap_or_default();
    line.strip_prefix("liquid: ").unwrap_or(line).to_owned()
}
