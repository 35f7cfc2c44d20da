//! The `wayline` command: check, format, compile, simulate and explain customer journeys.
//!
//! Everything that knows a terminal, a file system or an exit code is here, and nothing that knows the language: each
//! file in [`command`] reads its input, calls one room and shows what came of it.

#![expect(
    clippy::disallowed_methods,
    reason = "the host program: it reads files, the environment and arguments, and hands them on as values"
)]

pub mod command;
pub mod console;
pub mod disk;
pub mod problem;
pub mod render;
pub mod workspace;

use std::process::ExitCode;

use clap::Parser;
use console::{ColorChoice, Console};
use std::io::Write;

/// Customer journeys as code: check them, format them, run them over past or invented customers.
#[derive(Debug, Parser)]
#[command(name = "wayline", bin_name = "wayline", version, propagate_version = true, max_term_width = 100)]
#[command(after_help = "Exit codes: 0 nothing found, 1 something found, 2 wrong use or unreadable files.")]
struct Arguments {
    /// When to use colours.
    #[arg(long, value_enum, global = true, default_value_t, value_name = "WHEN")]
    color: ColorChoice,
    #[command(subcommand)]
    command: command::Command,
}

/// How a command ended. Problems with files or arguments are [`Exit::Problem`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exit {
    /// Nothing was found.
    Clean,
    /// Something was found: errors in journeys, files to format, bad rows.
    Findings,
    /// Wrong use, or files that cannot be read or written.
    Problem,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Clean => 0,
            Exit::Findings => 1,
            Exit::Problem => 2,
        })
    }
}

/// Runs the command line of this process.
#[must_use]
pub fn main() -> ExitCode {
    // Wrong arguments end the process here with exit code 2, as problems do.
    let arguments = Arguments::parse();
    let mut console = Console::new(arguments.color);
    let exit = arguments.command.run(&mut console).unwrap_or_else(|problem| {
        console.report(&problem);
        Exit::Problem
    });
    match console.out.flush() {
        Ok(()) => exit.into(),
        Err(_) => Exit::Problem.into(),
    }
}
