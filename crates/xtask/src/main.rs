//! Project chores: `cargo xtask ci | tidy | gen [--check]`.
//!
//! This crate knows the repository, never the language: nothing of ours may be a dependency, so that the chores run
//! while everything else is broken.

#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a host program: it reads the repository, measures how long chores take and talks to a person"
)]

mod ci;
mod keywords;
mod mutants;
mod repository;
mod tidy;

use std::process::ExitCode;

use miette::{Result, miette};
use repository::Repository;

const USAGE: &str = "\
Project chores.

  cargo xtask ci            everything a change must pass: fmt, tidy, clippy, tests (examples and documents too)
  cargo xtask tidy          the rules of the house: crate arrows, file lengths, licences, generated files
  cargo xtask gen           write the generated files
  cargo xtask gen --check   only say whether they are fresh
  cargo xtask mutants CRATE [--every N] [--file PATH]
                            which small faults in a crate no test would notice (some minutes)
";

fn main() -> Result<ExitCode> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let repository = Repository::find()?;
    match words.as_slice() {
        ["ci"] => ci::run(&repository),
        ["tidy"] => tidy::run(&repository),
        ["mutants", rest @ ..] => mutants::run(&repository, rest),
        ["gen"] => keywords::write(&repository).and_then(|()| ci::generated_by_tests(&repository, true)),
        ["gen", "--check"] => {
            tidy::check(&repository).and_then(|()| ci::generated_by_tests(&repository, false))
        }
        [] | ["help" | "--help" | "-h"] => {
            print!("{USAGE}");
            Ok(ExitCode::SUCCESS)
        }
        _ => Err(miette!(help = USAGE, "unknown chore `{}`", words.join(" "))),
    }
}
