//! Findings as text: one file per format.

pub mod human;
pub mod json;
pub mod plain;
pub mod tests;

use clap::ValueEnum;
use wayline_lang::diagnostic::{Diagnostic, Severity};
use wayline_lang::source::{FileId, Source};

/// A format for findings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// With the lines of the file and arrows, for people.
    Human,
    /// One line per finding and one per help, for editors and screen readers.
    Plain,
    /// One JSON document, for programs.
    Json,
}

/// The findings of one run, with what is needed to show them.
#[derive(Clone, Copy)]
pub struct Findings<'a> {
    /// The findings, in order.
    pub list: &'a [Diagnostic],
    /// The texts they are about, by [`FileId`].
    pub sources: &'a [Source],
    /// What stands before the workspace's paths to make them paths from here.
    pub prefix: &'a str,
}

/// How many findings of each severity there are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, schemars::JsonSchema)]
pub struct Counts {
    /// Errors: nothing can be run.
    pub errors: usize,
    /// Warnings.
    pub warnings: usize,
    /// Notes.
    pub notes: usize,
}

impl Counts {
    /// Counts findings.
    #[must_use]
    pub fn of(list: &[Diagnostic]) -> Self {
        let count = |severity| list.iter().filter(|d| d.severity == severity).count();
        Self {
            errors: count(Severity::Error),
            warnings: count(Severity::Warning),
            notes: count(Severity::Note),
        }
    }
}

impl std::fmt::Display for Counts {
    /// `no errors, 1 warning`
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}, {}", amount(self.errors, "error"), amount(self.warnings, "warning"))?;
        if self.notes > 0 { write!(f, ", {}", amount(self.notes, "note")) } else { Ok(()) }
    }
}

/// `no files`, `1 file`, `2 files`
#[must_use]
pub fn amount(count: usize, thing: &str) -> String {
    match count {
        0 => format!("no {thing}s"),
        1 => format!("1 {thing}"),
        n => format!("{n} {thing}s"),
    }
}

impl Findings<'_> {
    /// A file's path from here.
    fn path(&self, file: FileId) -> String {
        let path = self.source(file).map_or("", |source| source.path.as_str());
        format!("{}{path}", self.prefix)
    }

    fn source(&self, file: FileId) -> Option<&Source> {
        self.sources.get(file.0 as usize)
    }
}

/// Colour and word of a severity.
const fn word(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}

#[cfg(test)]
mod checks {
    use super::*;

    #[test]
    fn counts_read_as_a_sentence() {
        assert_eq!(Counts { errors: 0, warnings: 1, notes: 0 }.to_string(), "no errors, 1 warning");
        assert_eq!(Counts { errors: 1, warnings: 0, notes: 2 }.to_string(), "1 error, no warnings, 2 notes");
    }
}
