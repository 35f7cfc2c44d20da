//! Tests in the language, on the virtual clock: the same engine, a stage with as many customers as the test has, and
//! providers and services that answer as the test says.
//!
//! `cast` chooses the customers' ids, `stage` is the host of the engine, `run` goes through the lines, `expect` looks
//! for what is expected, `words` tells what came instead, `coverage` counts what tests have reached.

mod cast;
mod coverage;
mod expect;
mod former;
mod run;
mod stage;
mod words;

use std::sync::Arc;

use wayline_engine::Machine;
use wayline_ir::{Place, Program, Test, TestAction, TestClock, TestWhen};
use wayline_time::Moment;

use crate::log::LogRecord;
use crate::story;
pub use coverage::{Coverage, CoverageReport, JourneyCoverage, Unreached};
use stage::Stage;

/// What came of a test.
#[derive(Debug, Clone)]
pub struct TestReport {
    /// What it shows.
    pub title: String,
    /// Of a table of cases: which.
    pub case: Option<String>,
    /// Where it begins.
    pub place: Place,
    /// The line that was missed; none when it passed.
    pub miss: Option<Miss>,
    /// What was decided, in order.
    pub timeline: Vec<Told>,
    /// What it has reached.
    pub coverage: Coverage,
}

/// A line of a test that was missed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Miss {
    /// Its number among the lines, from 0.
    pub line: usize,
    /// Where it stands.
    pub place: Place,
    /// What was expected.
    pub expected: String,
    /// What came instead.
    pub notes: Vec<String>,
    /// What to do.
    pub help: Option<String>,
}

/// A decision in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// The customer's name in the test.
    pub customer: String,
    /// When, on the customer's clock.
    pub when: String,
    /// What.
    pub text: String,
    /// The step or rule that decided.
    pub place: Option<Place>,
    /// The row as it would stand in the log.
    pub record: LogRecord,
}

impl Miss {
    fn new(line: usize, place: Place, expected: String) -> Self {
        Self { line, place, expected, notes: Vec::new(), help: None }
    }

    fn note(mut self, note: String) -> Self {
        self.notes.push(note);
        self
    }

    fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// Runs a test on a machine made of [`TestSuite::program`](wayline_ir::TestSuite::program). A test with a line `deploy`
/// runs on `former` until then; without one, the workspace takes its own place.
#[must_use]
pub fn run_test(machine: &Arc<Machine>, former: Option<&Arc<Machine>>, test: &Test) -> TestReport {
    let mut report = TestReport {
        title: test.title.clone(),
        case: test.case.clone(),
        place: test.place,
        miss: None,
        timeline: Vec::new(),
        coverage: Coverage::default(),
    };
    let program = machine.program();
    let ids = match cast::cast(program, test) {
        Ok(ids) => ids,
        Err(name) => {
            let expected = format!("a customer {name} who falls on all these sides at once; nobody does");
            report.miss = Some(Miss::new(0, test.place, expected));
            return report;
        }
    };
    let deploys = test.lines.iter().any(|line| matches!(line.action, TestAction::Deploy { .. }));
    let first = former.filter(|_| deploys).unwrap_or(machine);
    let mut stage = Stage::new(program, Arc::clone(first), begins(program, test), &ids);
    report.miss = run::play(&mut stage, &test.lines).err();
    for row in &stage.rows {
        let Some(record) = words::as_record(&stage, row) else { continue };
        // Places of a former version are lines of other files.
        let decided = stage.program(row);
        let present = decided.filter(|decided| Arc::ptr_eq(decided, program) || row.program > 0);
        if let Some(program) = present {
            report.coverage.note(program, &row.decision);
        }
        report.timeline.push(Told {
            customer: record.customer.clone(),
            when: words::moment(row.decision.at, row.zone),
            text: story::sentence(&record, row.zone),
            place: present.and_then(|program| words::place(program, &row.decision)),
            record,
        });
    }
    report
}

/// When a test begins: at the first moment it names.
fn begins(program: &Program, test: &Test) -> Moment {
    let first = test.lines.iter().find_map(|line| match line.when {
        TestWhen::At(at) | TestWhen::Before(at) => Some((line.customer, at)),
        _ => None,
    });
    let Some((customer, at)) = first else { return Moment(0) };
    // The customer is not known yet: the zone is what the lines before will say.
    let zone_of = |action: &TestAction| match action {
        TestAction::Customer { changes, .. } => changes.iter().find_map(|(field, value)| match value {
            wayline_ir::Value::Text(name) if Some(*field) == program.zone_field => {
                wayline_time::Zone::lookup(name).ok()
            }
            _ => None,
        }),
        _ => None,
    };
    let own =
        || test.lines.iter().filter(|line| line.customer == customer).find_map(|line| zone_of(&line.action));
    let zone = if at.clock == TestClock::Customer { own() } else { None };
    run::moment(&at, zone.unwrap_or(program.workspace.zone), program)
}
