//! What can be wrong with input, said so that it can be put right.

use std::fmt;
use std::sync::Arc;

use serde::Serialize;

/// A row that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RowError {
    /// The file's name, as it was given.
    pub file: Arc<str>,
    /// The line the row begins on, from 1.
    pub line: u64,
    /// The column, key or field, when one is to blame.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<String>,
    /// What is wrong.
    pub message: String,
    /// What to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
}

impl fmt::Display for RowError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: ", self.file, self.line)?;
        if let Some(column) = &self.column {
            write!(f, "{column}: ")?;
        }
        f.write_str(&self.message)?;
        if let Some(help) = &self.help {
            write!(f, " ({help})")?;
        }
        Ok(())
    }
}

impl std::error::Error for RowError {}

/// Something that is odd about a file or a row but loses no row. Each is said once.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Finding {
    /// The file's name, as it was given.
    pub file: Arc<str>,
    /// The line the row begins on, from 1, when it is about one row.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u64>,
    /// What is odd.
    pub message: String,
    /// What to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "{}:{line}: {}", self.file, self.message)?,
            None => write!(f, "{}: {}", self.file, self.message)?,
        }
        match &self.help {
            Some(help) => write!(f, " ({help})"),
            None => Ok(()),
        }
    }
}

/// Why a file cannot be read at all.
#[derive(Debug, thiserror::Error)]
pub enum InputError {
    /// Reading failed.
    #[error("{file}: cannot be read: {source}")]
    Read {
        /// The file's name.
        file: Arc<str>,
        /// Why.
        source: std::io::Error,
    },
    /// It is not a file of the expected shape.
    #[error("{file}: {message} ({help})")]
    Shape {
        /// The file's name.
        file: Arc<str>,
        /// What is wrong.
        message: String,
        /// What to do.
        help: String,
    },
    /// A row cannot be used, and the run is strict.
    #[error("{0}")]
    Row(#[from] RowError),
}

/// What is wrong with one value, before it is known where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Problem {
    /// Where within the row: a column, key or path.
    pub(crate) at: String,
    pub(crate) message: String,
    pub(crate) help: Option<String>,
}

impl Problem {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self { at: String::new(), message: message.into(), help: None }
    }

    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Adds the name of what the value is in: `items`, `[2]`, `price` become `items[2].price`.
    pub(crate) fn within(mut self, outer: &str) -> Self {
        let joint = if self.at.is_empty() || self.at.starts_with('[') { "" } else { "." };
        self.at = format!("{outer}{joint}{}", self.at);
        self
    }

    pub(crate) fn on_line(self, file: &Arc<str>, line: u64) -> RowError {
        RowError {
            file: Arc::clone(file),
            line,
            column: (!self.at.is_empty()).then_some(self.at),
            message: self.message,
            help: self.help,
        }
    }
}
