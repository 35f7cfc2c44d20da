//! Results of tests: for people, as JSON, as JUnit XML.

use std::io::{self, Write};

use quick_junit::{NonSuccessKind, TestCase, TestCaseStatus, TestSuite};
use serde::Serialize;
use wayline_ir::Place;
use wayline_lang::source::Source;
use wayline_sim::{CoverageReport, Miss, TestReport, Told};

use super::amount;
use crate::console::{Style, printable};

/// How many decisions are shown of a test that failed.
const TOLD: usize = 12;

/// The results of a run, with what is needed to show them.
pub struct Results<'a> {
    /// One for each test, in order.
    pub reports: &'a [TestReport],
    /// What they reached, when that was asked for.
    pub coverage: Option<&'a CoverageReport>,
    /// Whether to list what was not reached.
    pub list_unreached: bool,
    /// The texts.
    pub sources: &'a [Source],
    /// What stands before the workspace's paths to make them paths from here.
    pub prefix: &'a str,
    /// Whether to show all tests, and all decisions of those that failed.
    pub verbose: bool,
}

/// The title of a test, with its case.
#[must_use]
pub fn name(title: &str, case: Option<&str>) -> String {
    case.map_or_else(|| title.to_owned(), |case| format!("{title}: {case}"))
}

/// `83 %`, of reached and all.
#[must_use]
pub fn percent((reached, of): (usize, usize)) -> String {
    format!("{} %", (reached * 100).checked_div(of).unwrap_or(100))
}

impl Results<'_> {
    fn path(&self, place: Place) -> String {
        let source = self.sources.get(place.file as usize);
        format!("{}{}:{}", self.prefix, source.map_or("", |source| source.path.as_str()), place.line)
    }

    fn line(&self, place: Place) -> &str {
        let source = self.sources.get(place.file as usize);
        let line = source.and_then(|source| source.text.lines().nth(place.line.saturating_sub(1) as usize));
        line.unwrap_or_default().trim_end()
    }
}

/// Writes results for people.
///
/// # Errors
/// When `out` cannot be written.
pub fn human(results: &Results<'_>, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let paint = |code: &str, text: &str| {
        if style.color { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
    };
    let (passed, failed) = if style.unicode { ("✓", "✗") } else { ("ok", "FAILED") };
    let mut failures = 0;
    for report in results.reports {
        let title = printable(&name(&report.title, report.case.as_deref()));
        match &report.miss {
            None if results.verbose => writeln!(out, "{} {title}", paint("32", passed))?,
            None => {}
            Some(miss) => {
                failures += 1;
                let place = results.path(report.place);
                writeln!(out, "{} {}  {place}", paint("31", failed), paint("1", &title))?;
                missed(results, miss, out)?;
                timeline(results, report, out)?;
                writeln!(out)?;
            }
        }
    }
    if let Some(coverage) = results.coverage {
        covered(results, coverage, out)?;
    }
    let all = results.reports.len();
    match failures {
        0 => writeln!(out, "{}: all passed", amount(all, "test")),
        n => writeln!(out, "{}: {} passed, {n} failed", amount(all, "test"), all - n),
    }
}

fn missed(results: &Results<'_>, miss: &Miss, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "    expected {}", printable(&miss.expected))?;
    let line = results.line(miss.place);
    if !line.is_empty() {
        writeln!(out, "    {:>5} | {}", miss.place.line, printable(line.trim_start()))?;
    }
    let mut first = true;
    for note in &miss.notes {
        let joined = if first { "but" } else { "and" };
        first = false;
        writeln!(out, "    {joined} {}", printable(note))?;
    }
    if let Some(help) = &miss.help {
        writeln!(out, "    help: {}", printable(help))?;
    }
    Ok(())
}

/// The decisions before the miss, with where they come from.
fn timeline(results: &Results<'_>, report: &TestReport, out: &mut dyn Write) -> io::Result<()> {
    // That a provider took what was sent is no news.
    let told: Vec<&Told> = report
        .timeline
        .iter()
        .filter(|told| told.record.kind != "send_result" || !told.record.reason.is_empty())
        .collect();
    let skipped = if results.verbose { 0 } else { told.len().saturating_sub(TOLD) };
    if told.is_empty() {
        return writeln!(out, "    nothing was decided");
    }
    let zone = told.last().and_then(|told| told.record.local.rsplit(' ').next()).unwrap_or_default();
    writeln!(out, "    what happened, on the customer's clock ({zone}):")?;
    if skipped > 0 {
        writeln!(out, "      … {} before; --verbose shows all", amount(skipped, "decision"))?;
    }
    let first = told.first().map(|told| told.customer.clone()).unwrap_or_default();
    let several = told.iter().any(|told| told.customer != first);
    let width = told.iter().skip(skipped).map(|told| told.text.chars().count()).max().unwrap_or(0).min(72);
    for told in told.iter().skip(skipped) {
        let who = if several { format!("{}: ", told.customer) } else { String::new() };
        let place = told.place.map(|place| results.path(place)).unwrap_or_default();
        let text = printable(&told.text);
        let line = format!("      {}  {who}{text:<width$}  {place}", told.when);
        writeln!(out, "{}", line.trim_end())?;
    }
    Ok(())
}

fn covered(results: &Results<'_>, coverage: &CoverageReport, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "what the tests reach")?;
    let width =
        coverage.journeys.iter().map(|journey| journey.name.chars().count()).max().unwrap_or(0).max(5);
    for journey in &coverage.journeys {
        let share = percent((journey.reached, journey.of));
        writeln!(out, "  {:<width$}  {:>3} of {:>3}  {share:>5}", journey.name, journey.reached, journey.of)?;
    }
    if coverage.rules.1 > 0 {
        let (reached, of) = coverage.rules;
        writeln!(out, "  {:<width$}  {reached:>3} of {of:>3}  {:>5}", "rules", percent(coverage.rules))?;
    }
    let (reached, of) = coverage.total;
    writeln!(out, "  {:<width$}  {reached:>3} of {of:>3}  {:>5}", "all", percent(coverage.total))?;
    if results.list_unreached && !coverage.unreached.is_empty() {
        writeln!(out, "what no test reaches")?;
        for spot in &coverage.unreached {
            let journey = if spot.journey.is_empty() { String::new() } else { format!("{}: ", spot.journey) };
            writeln!(out, "  {}{}:{}  {journey}{}", results.prefix, spot.file, spot.line, spot.what)?;
        }
    }
    writeln!(out)
}

/// One document; `docs/formats.md` describes it.
#[derive(Serialize)]
struct Document<'a> {
    tests: Vec<Entry<'a>>,
    passed: usize,
    failed: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    coverage: Option<&'a CoverageReport>,
}

#[derive(Serialize)]
struct Entry<'a> {
    title: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    case: Option<&'a str>,
    place: String,
    passed: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    miss: Option<MissEntry<'a>>,
    decisions: usize,
}

#[derive(Serialize)]
struct MissEntry<'a> {
    place: String,
    line: &'a str,
    expected: &'a str,
    notes: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<&'a str>,
    timeline: Vec<Line<'a>>,
}

#[derive(Serialize)]
struct Line<'a> {
    time: String,
    local: &'a str,
    customer: &'a str,
    text: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    place: Option<String>,
}

/// Writes results as JSON.
///
/// # Errors
/// When `out` cannot be written.
pub fn json(results: &Results<'_>, out: &mut dyn Write) -> io::Result<()> {
    let entries = results.reports.iter().map(|report| Entry {
        title: &report.title,
        case: report.case.as_deref(),
        place: results.path(report.place),
        passed: report.miss.is_none(),
        miss: report.miss.as_ref().map(|miss| MissEntry {
            place: results.path(miss.place),
            line: results.line(miss.place).trim_start(),
            expected: &miss.expected,
            notes: &miss.notes,
            help: miss.help.as_deref(),
            timeline: report
                .timeline
                .iter()
                .map(|told| Line {
                    time: told.record.time.to_string(),
                    local: &told.record.local,
                    customer: &told.customer,
                    text: &told.text,
                    place: told.place.map(|place| results.path(place)),
                })
                .collect(),
        }),
        decisions: report.timeline.len(),
    });
    let failed = results.reports.iter().filter(|report| report.miss.is_some()).count();
    let document = Document {
        tests: entries.collect(),
        passed: results.reports.len() - failed,
        failed,
        coverage: results.coverage,
    };
    serde_json::to_writer_pretty(&mut *out, &document)?;
    writeln!(out)
}

/// Writes results as JUnit XML: one suite for each file, one case for each test.
///
/// # Errors
/// When `out` cannot be written.
pub fn junit(results: &Results<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut document = quick_junit::Report::new("wayline test");
    let mut files: Vec<u32> = results.reports.iter().map(|report| report.place.file).collect();
    files.sort_unstable();
    files.dedup();
    for file in files {
        let path = results.sources.get(file as usize).map_or("", |source| source.path.as_str());
        let mut suite = TestSuite::new(format!("{}{path}", results.prefix));
        for report in results.reports.iter().filter(|report| report.place.file == file) {
            let status = match &report.miss {
                None => TestCaseStatus::success(),
                Some(miss) => {
                    let mut text = Vec::new();
                    missed(results, miss, &mut text)?;
                    timeline(results, report, &mut text)?;
                    let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
                    status.set_message(format!("expected {}", miss.expected)).set_type("miss");
                    status.set_description(String::from_utf8_lossy(&text).into_owned());
                    status
                }
            };
            let mut case = TestCase::new(name(&report.title, report.case.as_deref()), status);
            case.set_classname(path);
            suite.add_test_case(case);
        }
        document.add_test_suite(suite);
    }
    document.serialize(out).map_err(io::Error::other)
}
