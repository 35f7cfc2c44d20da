//! `wayline graph`

use std::io::Write;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use miette::{IntoDiagnostic, Report};
use wayline_ir::{JourneyId, Program};
use wayline_report::{Graph, dot, journey, mermaid, svg, workspace};

use super::check::{read_and_compile, report_findings};
use crate::console::Console;
use crate::problem::Problem;
use crate::{Exit, disk};

/// Arguments of `graph`.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  wayline graph --journey abandoned_cart -o cart.svg
                                    one journey
  wayline graph -o map.svg          all journeys: what enters them, who starts and stops whom
  wayline graph --format dot | dot -Tpdf -o map.pdf
                                    the same, drawn by Graphviz")]
pub struct Arguments {
    /// The workspace: a folder with wayline.toml, or one below it.
    #[arg(default_value = ".", value_name = "DIR")]
    dir: PathBuf,
    /// The journey to draw [default: the only one, or a map of all].
    #[arg(short, long, value_name = "NAME")]
    journey: Option<String>,
    /// What to write.
    #[arg(short, long, value_enum, default_value_t)]
    format: Format,
    /// Where to write [default: standard output].
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// The languages of pictures.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
enum Format {
    /// A picture.
    #[default]
    Svg,
    /// Text that many sites and editors draw.
    Mermaid,
    /// The language of Graphviz.
    Dot,
}

/// Draws one journey, or how all of them hang together.
///
/// # Errors
/// [`Problem::NoSuchJourney`]; when there is no workspace, or the output cannot be written.
pub fn run(arguments: &Arguments, console: &mut Console) -> Result<Exit, Report> {
    let (read, compiled) = read_and_compile(&arguments.dir)?;
    let exit = report_findings(&read, &compiled, console)?;
    // With a file missing, the picture would be of another program than the author's.
    let (Some(program), Exit::Clean) = (&compiled.program, exit) else { return Ok(exit) };
    let graph = picture(program, arguments.journey.as_deref())?;
    let text = match arguments.format {
        Format::Svg => svg(&graph, None),
        Format::Mermaid => mermaid(&graph),
        Format::Dot => dot(&graph),
    };
    match &arguments.output {
        Some(path) => disk::replace(path, text.as_bytes())?,
        None => write!(console.out, "{text}").into_diagnostic()?,
    }
    Ok(exit)
}

fn picture(program: &Program, wanted: Option<&str>) -> Result<Graph, Report> {
    let id = match (wanted, program.journeys.len()) {
        (Some(wanted), _) => Some(journey_id(program, wanted)?),
        (None, 1) => Some(JourneyId(0)),
        (None, _) => None,
    };
    Ok(id.and_then(|id| journey(program, id)).unwrap_or_else(|| workspace(program)))
}

fn journey_id(program: &Program, wanted: &str) -> Result<JourneyId, Report> {
    let found = program.journeys.iter().position(|journey| journey.name == wanted);
    found.map(JourneyId::at).ok_or_else(|| {
        let names: Vec<&str> = program.journeys.iter().map(|journey| journey.name.as_str()).collect();
        let help = match wayline_lang::closest(wanted, names.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None if names.is_empty() => "the workspace has no journeys yet".to_owned(),
            None => format!("the journeys are {}", names.join(", ")),
        };
        Problem::NoSuchJourney { name: wanted.to_owned(), help }.into()
    })
}
