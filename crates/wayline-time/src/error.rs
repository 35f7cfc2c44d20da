//! What can be wrong with text that should be a time.

use thiserror::Error;

/// The longest part of a faulty input that an error repeats, in characters.
const SHOWN: usize = 60;

/// Text that is not the date, time, moment or span it should be.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("\"{input}\" is not {what}: {reason}")]
pub struct TimeParseError {
    /// The text as it was given, cut after 60 characters.
    pub input: String,
    /// What it should have been, with its article: `a date`.
    pub what: &'static str,
    /// What was expected, or which part is out of range.
    pub reason: String,
}

impl TimeParseError {
    pub(crate) fn new(input: &str, what: &'static str, reason: impl Into<String>) -> Self {
        Self { input: shown(input), what, reason: reason.into() }
    }
}

/// A name that is not in the IANA time zone database.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("\"{name}\" is not an IANA time zone name; expected a name such as \"Europe/Berlin\"")]
pub struct UnknownZone {
    /// The name as it was given, cut after 60 characters.
    pub name: String,
}

impl UnknownZone {
    pub(crate) fn new(name: &str) -> Self {
        Self { name: shown(name) }
    }
}

/// Text that is not a cron pattern.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("\"{input}\" is not a cron pattern: {reason}")]
pub struct CronError {
    /// The pattern as it was given, cut after 60 characters.
    pub input: String,
    /// Which field is wrong and what it may hold.
    pub reason: String,
}

impl CronError {
    pub(crate) fn new(input: &str, reason: impl Into<String>) -> Self {
        Self { input: shown(input), reason: reason.into() }
    }
}

fn shown(input: &str) -> String {
    let mut text: String = input.chars().take(SHOWN).collect();
    if input.chars().nth(SHOWN).is_some() {
        text.push('…');
    }
    text
}
