//! One file per command: its arguments, and one function that runs it.

pub mod check;
pub mod compile;
pub mod explain;
pub mod explain_run;
pub mod fmt;
pub mod graph;
pub mod simulate;
pub mod test;

use clap::Subcommand;
use miette::Report;

use crate::Exit;
use crate::console::Console;

/// What `wayline` can do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Check a workspace: names, types, templates, what can never end well.
    Check(check::Arguments),
    /// Bring files into the one layout.
    Fmt(fmt::Arguments),
    /// Compile a workspace to the JSON that engines run.
    Compile(compile::Arguments),
    /// Run the tests of a workspace on a virtual clock.
    Test(test::Arguments),
    /// Run a workspace over recorded or invented customers, in virtual time.
    Simulate(simulate::Arguments),
    /// Tell what was decided about one customer of a simulation, and why.
    ExplainRun(explain_run::Arguments),
    /// Draw a journey, or how all journeys hang together.
    Graph(graph::Arguments),
    /// Explain the code of a finding.
    Explain(explain::Arguments),
}

impl Command {
    /// Runs the command.
    ///
    /// # Errors
    /// A problem that kept it from doing its work. Findings are no errors.
    pub fn run(self, console: &mut Console) -> Result<Exit, Report> {
        match self {
            Self::Check(arguments) => check::run(&arguments, console),
            Self::Fmt(arguments) => fmt::run(&arguments, console),
            Self::Compile(arguments) => compile::run(&arguments, console),
            Self::Test(arguments) => test::run(&arguments, console),
            Self::Simulate(arguments) => simulate::run(&arguments, console),
            Self::ExplainRun(arguments) => explain_run::run(&arguments, console),
            Self::Graph(arguments) => graph::run(&arguments, console),
            Self::Explain(arguments) => explain::run(&arguments, console),
        }
    }
}
