//! `wayline compile`

use std::io::Write;
use std::path::PathBuf;

use clap::Args;
use miette::{IntoDiagnostic, Report};
use wayline_ir::Program;

use super::check::{read_and_compile, report_findings};
use crate::console::Console;
use crate::{Exit, disk};

/// Arguments of `compile`.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  wayline compile -o program.json   the workspace of this folder, for a runtime
  wayline compile --hash            only the name of what was compiled
  wayline compile --schema          the JSON Schema of the output")]
pub struct Arguments {
    /// The workspace: a folder with wayline.toml, or one below it.
    #[arg(default_value = ".", value_name = "DIR")]
    dir: PathBuf,
    /// Where to write [default: standard output].
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Print the hash of the program instead of the program.
    #[arg(long, conflicts_with = "schema")]
    hash: bool,
    /// Print the JSON Schema of compiled programs.
    #[arg(long)]
    schema: bool,
}

/// Compiles a workspace to the data that engines run.
///
/// # Errors
/// When there is no workspace, or the output cannot be written.
pub fn run(arguments: &Arguments, console: &mut Console) -> Result<Exit, Report> {
    if arguments.schema {
        let schema = serde_json::to_string_pretty(&Program::json_schema()).into_diagnostic()?;
        write(arguments, &schema, console)?;
        return Ok(Exit::Clean);
    }
    let (workspace, compiled) = read_and_compile(&arguments.dir)?;
    let exit = report_findings(&workspace, &compiled, console)?;
    // With a file missing, the rest would be another program than the author's.
    if let (Some(program), Exit::Clean) = (&compiled.program, exit) {
        let text = if arguments.hash { program.hash() } else { program.to_json().into_diagnostic()? };
        write(arguments, &text, console)?;
    }
    Ok(exit)
}

fn write(arguments: &Arguments, text: &str, console: &mut Console) -> Result<(), Report> {
    match &arguments.output {
        Some(path) => disk::replace(path, format!("{text}\n").as_bytes()),
        None => writeln!(console.out, "{text}").into_diagnostic(),
    }
}
