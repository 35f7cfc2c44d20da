//! `wayline check`

use std::io::Write;
use std::path::PathBuf;

use clap::Args;
use miette::{IntoDiagnostic, Report};
use wayline_lang::Compiled;

use crate::Exit;
use crate::console::{Console, Stream};
use crate::render::{Counts, Findings, Format, amount, human, json, plain};
use crate::workspace::Workspace;

/// Arguments of `check`.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  wayline check                     the workspace of this folder
  wayline check examples/cdnow      another one
  wayline check --format json       for programs; docs/schema/findings.schema.json describes it")]
pub struct Arguments {
    /// The workspace: a folder with wayline.toml, or one below it.
    #[arg(default_value = ".", value_name = "DIR")]
    dir: PathBuf,
    /// How findings are shown [default: human, on a dumb terminal plain]
    #[arg(long, value_enum)]
    format: Option<Format>,
}

/// Checks a workspace and shows what was found on standard output.
///
/// # Errors
/// When there is no workspace, or its findings cannot be written.
pub fn run(arguments: &Arguments, console: &mut Console) -> Result<Exit, Report> {
    let (workspace, compiled) = read_and_compile(&arguments.dir)?;
    let format = arguments.format.unwrap_or_else(|| default_format(&console.out));
    let prefix = workspace.prefix();
    let findings = Findings { list: &compiled.diagnostics, sources: compiled.sources.all(), prefix: &prefix };
    write_findings(&findings, format, &workspace.problems, &mut console.out)?;
    if format != Format::Json {
        for problem in &workspace.problems {
            console.report(problem);
        }
    }
    console.out.flush().into_diagnostic()?;
    let counts = Counts::of(&compiled.diagnostics);
    let files = amount(workspace.count, "file");
    let journeys =
        compiled.program.map(|p| format!(", {}", amount(p.journeys.len(), "journey"))).unwrap_or_default();
    writeln!(console.err, "checked {files}{journeys}: {counts}").into_diagnostic()?;
    Ok(exit(counts, &workspace))
}

/// Reads a workspace and compiles what could be read.
pub(super) fn read_and_compile(dir: &std::path::Path) -> Result<(Workspace, Compiled), Report> {
    let mut workspace = Workspace::read(dir)?;
    let compiled = workspace.compile();
    Ok((workspace, compiled))
}

/// Shows findings for commands whose result is something else: on standard error.
pub(super) fn report_findings(
    workspace: &Workspace,
    compiled: &Compiled,
    console: &mut Console,
) -> Result<Exit, Report> {
    let prefix = workspace.prefix();
    let findings = Findings { list: &compiled.diagnostics, sources: compiled.sources.all(), prefix: &prefix };
    let format = default_format(&console.err);
    write_findings(&findings, format, &[], &mut console.err)?;
    for problem in &workspace.problems {
        console.report(problem);
    }
    Ok(exit(Counts::of(&compiled.diagnostics), workspace))
}

fn exit(counts: Counts, workspace: &Workspace) -> Exit {
    match (workspace.problems.is_empty(), counts.errors) {
        (false, _) => Exit::Problem,
        (true, 0) => Exit::Clean,
        (true, _) => Exit::Findings,
    }
}

const fn default_format(stream: &Stream) -> Format {
    if stream.style.graphics { Format::Human } else { Format::Plain }
}

fn write_findings(
    findings: &Findings<'_>,
    format: Format,
    problems: &[Report],
    stream: &mut Stream,
) -> Result<(), Report> {
    let style = stream.style;
    match format {
        Format::Human => human::write(findings, style, stream),
        Format::Plain => plain::write(findings, stream),
        Format::Json => json::write(findings, problems, stream),
    }
    .into_diagnostic()
}
