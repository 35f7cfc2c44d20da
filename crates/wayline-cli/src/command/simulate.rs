//! `wayline simulate`

use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use flate2::Compression;
use flate2::write::GzEncoder;
use miette::{IntoDiagnostic, Report};
use wayline_ir::Program;
use wayline_sim::{
    CountLog, InputError, InputReader, InputReport, Log, LogStyle, Mapping, Options, People, Strictness,
    Summary, TextLog, simulate,
};
use wayline_time::{Moment, Zone, parse_moment};

use super::check::{read_and_compile, report_findings};
use crate::Exit;
use crate::console::Console;
use crate::disk::Replacement;
use crate::problem::Problem;
use crate::workspace::shown;

/// Arguments of `simulate`.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  wayline simulate --personas 1000
      a thousand invented customers for 30 days
  wayline simulate --customers people.csv --events events.jsonl --log decisions.csv
      what would have happened to yours, and every decision with its reason
  wayline simulate --events sales.txt.gz --map sales.map.toml --until 1998-06-30
      a foreign file, read by a mapping

Files are CSV, JSON Lines or columns divided by blanks, also packed with gzip; `-` is standard input.
The same files, options and seed give the same log, byte by byte, on any number of threads.")]
pub struct Arguments {
    /// The workspace: a folder with wayline.toml, or one below it.
    #[arg(default_value = ".", value_name = "DIR")]
    dir: PathBuf,
    /// A file of customers; may be given several times.
    #[arg(long, value_name = "FILE")]
    customers: Vec<PathBuf>,
    /// A file of events; may be given several times.
    #[arg(long, value_name = "FILE")]
    events: Vec<PathBuf>,
    /// How to read foreign files: a TOML file that says which column is what.
    #[arg(long, value_name = "FILE")]
    map: Option<PathBuf>,
    /// How many customers to make up, by the personas of the workspace.
    #[arg(long, value_name = "N", default_value_t = 0)]
    personas: u32,
    /// The first moment: 2026-03-01, 2026-03-01T10:00:00Z [default: of the first event, or 2026-01-05].
    #[arg(long, value_name = "TIME", value_parser = time)]
    from: Option<String>,
    /// The last moment [default: of the last event, or 30 days after the first].
    #[arg(long, value_name = "TIME", value_parser = time)]
    until: Option<String>,
    /// What invented customers do depends on it, and nothing else.
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Threads to use [default: all].
    #[arg(long, value_name = "N")]
    threads: Option<NonZeroUsize>,
    /// Write every decision to a file: .csv or .jsonl, also .csv.gz and .jsonl.gz; `-` is standard output.
    #[arg(long, value_name = "FILE")]
    log: Option<PathBuf>,
    /// Stop at the first row that cannot be used.
    #[arg(long)]
    strict: bool,
    /// Print the summary as JSON.
    #[arg(long)]
    json: bool,
}

/// A time, kept as text until the zone of the workspace is known.
fn time(text: &str) -> Result<String, String> {
    parse_moment(text, Zone::utc()).map(|_| text.to_owned()).map_err(|e| e.to_string())
}

/// Runs a workspace over customers and shows what came of it.
///
/// # Errors
/// When files cannot be read or written, or there is nobody to run it over.
pub fn run(arguments: &Arguments, console: &mut Console) -> Result<Exit, Report> {
    let form = arguments.log.as_deref().map(Form::of).transpose()?;
    let (workspace, compiled) = read_and_compile(&arguments.dir)?;
    let exit = report_findings(&workspace, &compiled, console)?;
    let (Some(program), Exit::Clean) = (compiled.program, exit) else { return Ok(exit.max(Exit::Findings)) };
    let program = Arc::new(program);
    let (people, report) = match read(arguments, &program) {
        Ok(read) => read,
        // A bad row of a strict run is what the run was to find, not a failure of the command.
        Err(problem) => {
            console.report(&problem.report);
            return Ok(problem.exit);
        }
    };
    let options = options(arguments, program.workspace.zone)?;
    if people.all().is_empty() && options.personas == 0 {
        // There will be no summary that says what is wrong with the files.
        let said = report.to_text();
        if !said.is_empty() {
            writeln!(console.err, "{}\n", said.trim()).into_diagnostic()?;
        }
    }
    let summary = match (&arguments.log, form) {
        (Some(path), Some(form)) => logged(path, form, &program, &people, report, &options, console)?,
        _ => run_with(&program, &people, report, &options, &mut CountLog::default())?,
    };
    let text = if arguments.json {
        serde_json::to_string_pretty(&summary).into_diagnostic()?
    } else {
        summary.to_text()
    };
    let stream = if form.is_some_and(|f| f.standard) { &mut console.err } else { &mut console.out };
    writeln!(stream, "{}", text.trim_end()).into_diagnostic()?;
    Ok(Exit::Clean)
}

fn options(arguments: &Arguments, zone: Zone) -> Result<Options, Report> {
    let moment = |text: &Option<String>| -> Result<Option<Moment>, Report> {
        text.as_deref().map(|t| parse_moment(t, zone)).transpose().into_diagnostic()
    };
    let threads =
        arguments.threads.or_else(|| std::thread::available_parallelism().ok()).map_or(1, NonZeroUsize::get);
    Ok(Options {
        from: moment(&arguments.from)?,
        until: moment(&arguments.until)?,
        seed: arguments.seed,
        personas: arguments.personas,
        threads,
    })
}

/// A file that cannot be used, and how the command then ends.
struct Unusable {
    report: Report,
    exit: Exit,
}

impl From<Report> for Unusable {
    fn from(report: Report) -> Self {
        Self { report, exit: Exit::Problem }
    }
}

impl From<InputError> for Unusable {
    fn from(error: InputError) -> Self {
        let exit = if matches!(error, InputError::Row(_)) { Exit::Findings } else { Exit::Problem };
        Self { report: Problem::Input(error).into(), exit }
    }
}

/// Reads all customers, then all events.
fn read(arguments: &Arguments, program: &Program) -> Result<(People, InputReport), Unusable> {
    let mapping = match &arguments.map {
        None => None,
        Some(path) => {
            let text =
                std::fs::read_to_string(path).map_err(|e| Report::from(Problem::unreadable(path, e)))?;
            let parsed = Mapping::parse(&text, program.workspace.zone);
            Some(parsed.map_err(|source| Report::from(Problem::Mapping { path: path.clone(), source }))?)
        }
    };
    let strictness = if arguments.strict { Strictness::Strict } else { Strictness::Lenient };
    let mut reader = InputReader::new(program, strictness);
    for path in &arguments.customers {
        reader.customers(&shown(path), open(path)?, mapping.as_ref())?;
    }
    for path in &arguments.events {
        reader.events(&shown(path), open(path)?, mapping.as_ref())?;
    }
    Ok(reader.finish())
}

/// A file, or standard input for `-`.
pub(super) fn open(path: &Path) -> Result<Box<dyn Read>, Report> {
    if path == Path::new("-") {
        return Ok(Box::new(io::stdin().lock()));
    }
    let opened = File::open(path).and_then(|file| {
        if file.metadata()?.is_dir() { Err(io::ErrorKind::IsADirectory.into()) } else { Ok(file) }
    });
    Ok(Box::new(BufReader::new(opened.map_err(|e| Problem::unreadable(path, e))?)))
}

/// How a log is written, by the name of its file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Form {
    style: LogStyle,
    packed: bool,
    standard: bool,
}

impl Form {
    fn of(path: &Path) -> Result<Self, Report> {
        if path == Path::new("-") {
            return Ok(Self { style: LogStyle::Csv, packed: false, standard: true });
        }
        let name = path.to_string_lossy().to_ascii_lowercase();
        let bare = name.strip_suffix(".gz").unwrap_or(&name);
        let style = if bare.ends_with(".csv") {
            LogStyle::Csv
        } else if bare.ends_with(".jsonl") || bare.ends_with(".ndjson") {
            LogStyle::JsonLines
        } else {
            return Err(Problem::LogName { path: path.to_owned() }.into());
        };
        Ok(Self { style, packed: bare.len() < name.len(), standard: false })
    }
}

/// Runs with a log. A file appears under its name only when it is whole.
fn logged(
    path: &Path,
    form: Form,
    program: &Arc<Program>,
    people: &People,
    report: InputReport,
    options: &Options,
    console: &mut Console,
) -> Result<Summary, Report> {
    let unwritable = |error: io::Error| Report::from(Problem::unwritable(path, error));
    if form.standard {
        let mut log = TextLog::new(&mut console.out, form.style, program).map_err(unwritable)?;
        return run_with(program, people, report, options, &mut log);
    }
    let mut replacement = Replacement::begin(path)?;
    let file = BufWriter::with_capacity(1 << 16, replacement.file());
    let summary = if form.packed {
        let packer = GzEncoder::new(file, Compression::fast());
        let mut log = TextLog::new(packer, form.style, program).map_err(unwritable)?;
        let summary = run_with(program, people, report, options, &mut log)?;
        log.into_inner().finish().and_then(|mut file| file.flush()).map_err(unwritable)?;
        summary
    } else {
        let mut log = TextLog::new(file, form.style, program).map_err(unwritable)?;
        let summary = run_with(program, people, report, options, &mut log)?;
        log.into_inner().flush().map_err(unwritable)?;
        summary
    };
    replacement.commit()?;
    Ok(summary)
}

fn run_with<L: Log>(
    program: &Arc<Program>,
    people: &People,
    report: InputReport,
    options: &Options,
    log: &mut L,
) -> Result<Summary, Report> {
    simulate(program, people, report, options, log).map_err(|error| Problem::Simulation(error).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_log_says_its_form() {
        let form = |path: &str| Form::of(Path::new(path)).map(|f| (f.style, f.packed)).ok();
        assert_eq!(form("a.csv"), Some((LogStyle::Csv, false)));
        assert_eq!(form("a.JSONL.gz"), Some((LogStyle::JsonLines, true)));
        assert_eq!(form("a.parquet"), None);
        assert_eq!(form("a.gz"), None);
    }

    #[test]
    fn times_are_checked_before_anything_is_read() {
        assert!(time("2026-03-01").is_ok() && time("2026-03-01T10:00:00+01:00").is_ok());
        assert!(time("tomorrow").is_err());
    }
}
