//! `cargo xtask tidy`: the rules of the house that no other tool checks.
//!
//! Each check is a pure function from text to [`Finding`]s, so that a test can show it a small wrong input.

mod arrows;
mod files;
mod grammar;
pub(crate) use grammar::GRAMMAR;
mod manifests;

use std::process::ExitCode;

use miette::{Result, miette};

use crate::keywords;
use crate::repository::Repository;

/// Something that breaks a rule of the house.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Finding {
    /// Where: a path, a path with a line, or a crate.
    pub(crate) place: String,
    /// What is wrong and what to do.
    pub(crate) text: String,
    /// Whether it fails the run.
    pub(crate) fatal: bool,
}

impl Finding {
    pub(crate) fn error(place: impl Into<String>, text: impl Into<String>) -> Self {
        Self { place: place.into(), text: text.into(), fatal: true }
    }

    pub(crate) fn warning(place: impl Into<String>, text: impl Into<String>) -> Self {
        Self { place: place.into(), text: text.into(), fatal: false }
    }
}

/// Runs all checks for a person.
pub(crate) fn run(repository: &Repository) -> Result<ExitCode> {
    check(repository)?;
    Ok(ExitCode::SUCCESS)
}

/// Runs all checks and prints what they find.
pub(crate) fn check(repository: &Repository) -> Result<()> {
    let files = repository.files()?;
    let mut findings = arrows::check(repository)?;
    findings.extend(files.iter().flat_map(files::check));
    findings.extend(manifests::check(&files));
    findings.extend(grammar::check(&files));
    findings.extend(keywords::check(&files));
    for finding in &findings {
        let word = if finding.fatal { "error" } else { "warning" };
        eprintln!("{word}: {}: {}", finding.place, finding.text);
    }
    let errors = findings.iter().filter(|f| f.fatal).count();
    if errors > 0 {
        return Err(miette!("tidy found {errors} problem{}", if errors == 1 { "" } else { "s" }));
    }
    eprintln!("tidy: {} files, no errors, {} warnings", files.len(), findings.len());
    Ok(())
}
