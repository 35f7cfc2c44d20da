//! `wayline test`

use std::io::Write;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, SystemTime};

use clap::{Args, ValueEnum};
use miette::{IntoDiagnostic, Report};
use wayline_engine::Machine;
use wayline_ir::{Test, TestSuite};
use wayline_sim::{Coverage, TestReport, run_test};

use super::check::{read_and_compile, report_findings};
use crate::Exit;
use crate::console::Console;
use crate::problem::Problem;
use crate::render::tests::{self, Results};
use crate::workspace::{MANIFEST_FILE, Workspace, journey_files};

/// Arguments of `test`.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  wayline test                       all tests of the workspace in this folder
  wayline test --filter purchase     those with `purchase` in their title or file
  wayline test --coverage            what no test has reached, too
  wayline test --min-coverage 80     fails below 80 %, for CI
  wayline test --format junit > report.xml
  wayline test --watch               again with every change of a file")]
pub struct Arguments {
    /// The workspace: a folder with wayline.toml, or one below it.
    #[arg(default_value = ".", value_name = "DIR")]
    dir: PathBuf,
    /// Only tests with this text in their title, their case or the path of their file; may be given several times.
    #[arg(long, value_name = "TEXT")]
    filter: Vec<String>,
    /// How results are shown.
    #[arg(long, value_enum, default_value_t)]
    format: TestFormat,
    /// Show every test, and all that was decided in those that failed.
    #[arg(long, short)]
    verbose: bool,
    /// Show the titles and run nothing.
    #[arg(long)]
    list: bool,
    /// Show what the tests have not reached: steps, branches, time-outs, rules.
    #[arg(long)]
    coverage: bool,
    /// Fail when the tests reach less than this share of the workspace, in percent.
    #[arg(long, value_name = "PERCENT", value_parser = clap::value_parser!(u8).range(0..=100))]
    min_coverage: Option<u8>,
    /// The workspace that tests with a line `deploy` run on before it; without one, this one.
    #[arg(long, value_name = "DIR")]
    former: Option<PathBuf>,
    /// Run again with every change of a file, until interrupted.
    #[arg(long, conflicts_with_all = ["list"])]
    watch: bool,
    /// Threads to use [default: all].
    #[arg(long, value_name = "N")]
    threads: Option<NonZeroUsize>,
}

/// A format for results.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum TestFormat {
    /// For people.
    #[default]
    Human,
    /// One JSON document, for programs.
    Json,
    /// JUnit XML, for CI.
    Junit,
}

/// Runs the tests of a workspace.
///
/// # Errors
/// When there is no workspace, or no test fits the filters.
pub fn run(arguments: &Arguments, console: &mut Console) -> Result<Exit, Report> {
    if !arguments.watch {
        return once(arguments, console);
    }
    loop {
        let before = changed(&arguments.dir);
        // A broken file is what the next change will repair.
        if let Err(problem) = once(arguments, console) {
            console.report(&problem);
        }
        writeln!(console.err, "\nwatching for changes; Ctrl-C ends").into_diagnostic()?;
        console.out.flush().into_diagnostic()?;
        while changed(&arguments.dir) == before {
            std::thread::sleep(LOOK);
        }
    }
}

/// How often a watched folder is looked at. Polling works on every file system, also on shared ones.
const LOOK: Duration = Duration::from_millis(300);

/// The files of a workspace, with the moments of their last changes.
fn changed(dir: &Path) -> Vec<(PathBuf, Option<SystemTime>)> {
    let root = Workspace::read(dir).map_or_else(|_| dir.to_owned(), |workspace| workspace.root);
    let mut files = journey_files(&root, true, &mut Vec::new());
    files.push(root.join(MANIFEST_FILE));
    let modified = |path: &PathBuf| std::fs::metadata(path).and_then(|data| data.modified()).ok();
    files.into_iter().map(|path| (path.clone(), modified(&path))).collect()
}

fn once(arguments: &Arguments, console: &mut Console) -> Result<Exit, Report> {
    let (workspace, compiled) = read_and_compile(&arguments.dir)?;
    let exit = report_findings(&workspace, &compiled, console)?;
    let (Some(suite), Exit::Clean) = (compiled.tests, exit) else { return Ok(exit.max(Exit::Findings)) };
    let program = Arc::new(suite.program.clone());
    let wanted = chosen(&suite, &arguments.filter);
    if wanted.is_empty() {
        if let Some(filter) = arguments.filter.first() {
            return Err(no_such_test(&suite, filter).into());
        }
        writeln!(console.err, "there are no tests; `test \"…\" {{ … }}` in any journey file is one")
            .into_diagnostic()?;
        return Ok(Exit::Clean);
    }
    let prefix = workspace.prefix();
    if arguments.list {
        for test in wanted {
            writeln!(console.out, "{}", tests::name(test.title.as_str(), test.case.as_deref()))
                .into_diagnostic()?;
        }
        return Ok(Exit::Clean);
    }
    let former = match arguments.former.as_deref().map(|dir| former(dir, console)).transpose()? {
        Some(Err(exit)) => return Ok(exit),
        Some(Ok(machine)) => Some(machine),
        None => None,
    };
    let machine = Arc::new(Machine::new(Arc::clone(&program)).into_diagnostic()?);
    let reports = run_all(&machine, former.as_ref(), &wanted, threads(arguments));
    let mut coverage = Coverage::default();
    reports.iter().for_each(|report| coverage.merge(&report.coverage));
    let coverage =
        (arguments.coverage || arguments.min_coverage.is_some()).then(|| coverage.report(&program));
    let results = Results {
        reports: &reports,
        coverage: coverage.as_ref(),
        list_unreached: arguments.coverage,
        sources: compiled.sources.all(),
        prefix: &prefix,
        verbose: arguments.verbose,
    };
    match arguments.format {
        TestFormat::Human => {
            let style = console.out.style;
            tests::human(&results, style, &mut console.out)
        }
        TestFormat::Json => tests::json(&results, &mut console.out),
        TestFormat::Junit => tests::junit(&results, &mut console.out),
    }
    .into_diagnostic()?;
    let failed = reports.iter().any(|report| report.miss.is_some());
    let short = coverage.as_ref().zip(arguments.min_coverage).filter(|(report, least)| {
        let (reached, of) = report.total;
        reached * 100 < of * usize::from(*least)
    });
    if let Some((report, least)) = short {
        let reached = tests::percent(report.total);
        writeln!(console.err, "the tests reach {reached} of the workspace; at least {least} % are wanted")
            .into_diagnostic()?;
    }
    Ok(if failed || short.is_some() { Exit::Findings } else { Exit::Clean })
}

/// The former version of the workspace, or how the command ends when it has errors.
fn former(dir: &Path, console: &mut Console) -> Result<Result<Arc<Machine>, Exit>, Report> {
    let (workspace, compiled) = read_and_compile(dir)?;
    let exit = report_findings(&workspace, &compiled, console)?;
    let Some(suite) = compiled.tests else { return Ok(Err(exit.max(Exit::Findings))) };
    Ok(Ok(Arc::new(Machine::new(Arc::new(suite.program)).into_diagnostic()?)))
}

fn threads(arguments: &Arguments) -> usize {
    let all = || std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
    arguments.threads.map_or_else(all, NonZeroUsize::get)
}

/// The tests that a filter wants.
fn chosen<'s>(suite: &'s TestSuite, filters: &[String]) -> Vec<&'s Test> {
    let file = |test: &Test| {
        suite.program.source_map.files.get(test.place.file as usize).cloned().unwrap_or_default()
    };
    let fits = |test: &&Test| {
        filters.is_empty()
            || filters.iter().any(|filter| {
                tests::name(&test.title, test.case.as_deref()).contains(filter.as_str())
                    || file(test).contains(filter.as_str())
            })
    };
    suite.tests.iter().filter(fits).collect()
}

fn no_such_test(suite: &TestSuite, filter: &str) -> Problem {
    let mut titles: Vec<String> = suite.tests.iter().map(|test| format!("`{}`", test.title)).collect();
    titles.dedup();
    titles.truncate(5);
    let help = if titles.is_empty() {
        "the workspace has no tests".to_owned()
    } else {
        format!("titles look like {}; `wayline test --list` shows all", titles.join(", "))
    };
    Problem::NoSuchTest { filter: filter.to_owned(), help }
}

/// Runs tests on several threads; reports come in the order of the tests.
fn run_all(
    machine: &Arc<Machine>,
    former: Option<&Arc<Machine>>,
    tests: &[&Test],
    threads: usize,
) -> Vec<TestReport> {
    let next = AtomicUsize::new(0);
    let work = || {
        let mut done = Vec::new();
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(test) = tests.get(at) else { return done };
            done.push((at, run_test(machine, former, test)));
        }
    };
    let threads = threads.clamp(1, tests.len().max(1));
    let mut all: Vec<(usize, TestReport)> = std::thread::scope(|scope| {
        let running: Vec<_> = (1..threads).map(|_| scope.spawn(work)).collect();
        let mut all = work();
        all.extend(running.into_iter().filter_map(|thread| thread.join().ok()).flatten());
        all
    });
    all.sort_by_key(|(at, _)| *at);
    all.into_iter().map(|(_, report)| report).collect()
}
