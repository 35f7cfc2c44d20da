//! What came out of the files: people, and what is recorded of them.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::sync::Arc;

use serde::Serialize;
use wayline_engine::ConsentChange;
use wayline_ir::{EventId, FieldId, JourneyId, MessageId, Program, ReactionKind, Value};
use wayline_time::Moment;
use xxhash_rust::xxh3::xxh3_64;

use crate::input::problem::{Finding, InputError, Problem, RowError};
use crate::input::records::{Layout, Records};

/// So many bad rows are kept, all are counted; and so many odd things.
const KEPT_ERRORS: usize = 1000;

/// Whether a bad row ends the run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Strictness {
    /// It is counted, listed and left out.
    #[default]
    Lenient,
    /// The first one is an error.
    Strict,
}

/// A customer from a file.
#[derive(Debug, Clone, PartialEq)]
pub struct Person {
    /// The source's id.
    pub id: Arc<str>,
    /// What is known of the profile.
    pub profile: Vec<(FieldId, Value)>,
    /// What is known of consents.
    pub consents: Vec<ConsentChange>,
    /// Since when this is known.
    pub updated_at: Option<Moment>,
    /// Whether a file of customers lists the person; others appear by their first event.
    pub listed: bool,
}

/// Something recorded of a customer.
#[derive(Debug, Clone, PartialEq)]
pub struct Recorded {
    /// When.
    pub at: Moment,
    /// Whose: a position in [`People::all`].
    pub customer: u32,
    /// What.
    pub what: Recording,
}

/// What is recorded.
#[derive(Debug, Clone, PartialEq)]
pub enum Recording {
    /// An event with its fields, a record.
    Event {
        /// Which.
        event: EventId,
        /// The source's id of it.
        id: Option<Arc<str>>,
        /// Its fields.
        data: Value,
    },
    /// A change of the profile (`$profile`).
    Profile {
        /// Fields and their new values.
        changes: Box<[(FieldId, Value)]>,
        /// Consents.
        consents: Box<[ConsentChange]>,
    },
    /// A reaction to the latest send of a message (`clicked MESSAGE`).
    Reaction {
        /// Which message.
        message: MessageId,
        /// How.
        kind: ReactionKind,
        /// The value of an answer.
        value: Value,
    },
    /// A journey entered by hand (`$enter JOURNEY`).
    Enter {
        /// Which.
        journey: JourneyId,
        /// Arguments for its parameters.
        args: Box<[Value]>,
    },
}

/// Customers and what is recorded of them.
#[derive(Debug, Clone, Default)]
pub struct People {
    people: Vec<Person>,
    recorded: Vec<Recorded>,
    /// Where each person's records begin, and one more for the end.
    starts: Vec<usize>,
}

impl People {
    /// All people, in the order they came.
    #[must_use]
    pub fn all(&self) -> &[Person] {
        &self.people
    }

    /// What is recorded of one of them, by time and, at one instant, as it stood in the files.
    #[must_use]
    pub fn recorded(&self, person: usize) -> &[Recorded] {
        let bounds = self.starts.get(person).zip(self.starts.get(person + 1));
        bounds.and_then(|(from, to)| self.recorded.get(*from..*to)).unwrap_or_default()
    }

    /// The first and the last moment at which something is recorded.
    #[must_use]
    pub fn bounds(&self) -> Option<(Moment, Moment)> {
        let first = self.recorded.iter().map(|recorded| recorded.at).min()?;
        let last = self.recorded.iter().map(|recorded| recorded.at).max()?;
        Some((first, last))
    }
}

/// What reading gave.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct InputReport {
    /// Rows of customers that could be used.
    pub customers: u64,
    /// Rows of events that could be used.
    pub events: u64,
    /// Rows that a mapping says to pass over.
    pub ignored: u64,
    /// Customers that no file lists and that an event brought along.
    pub implicit_customers: u64,
    /// Rows that could not be used.
    pub bad_rows: u64,
    /// The first thousand of them.
    pub errors: Vec<RowError>,
    /// What is odd but loses no row: the first thousand.
    pub findings: Vec<Finding>,
}

/// Reads files of customers, then files of events.
pub struct InputReader<'p> {
    pub(crate) program: &'p Program,
    strictness: Strictness,
    pub(crate) people: Vec<Person>,
    /// Positions by the hash of the id (XXH3); two ids of one hash stand at neighbouring numbers.
    index: BTreeMap<u64, u32>,
    pub(crate) recorded: Vec<Recorded>,
    pub(crate) report: InputReport,
    findings: BTreeSet<Finding>,
    /// The profile field that keeps an unlisted customer from appearing with an event.
    needs: Option<&'p str>,
}

impl<'p> InputReader<'p> {
    /// For the people of a program.
    #[must_use]
    pub fn new(program: &'p Program, strictness: Strictness) -> Self {
        let needed = program.customer.iter().find(|field| !field.optional && field.default.is_none());
        Self {
            program,
            strictness,
            people: Vec::new(),
            index: BTreeMap::new(),
            recorded: Vec::new(),
            report: InputReport::default(),
            findings: BTreeSet::new(),
            needs: needed.map(|field| field.name.as_str()),
        }
    }

    /// Reads a file of customers; `file` is what messages call it. Files of events come after all of these.
    ///
    /// # Errors
    /// When the file cannot be read, is no file of customers, or (strictly) at its first bad row.
    pub fn customers(
        &mut self,
        file: &str,
        source: impl Read,
        mapping: Option<&crate::Mapping>,
    ) -> Result<(), InputError> {
        crate::input::customers::read(
            self,
            file,
            Box::new(source),
            mapping.and_then(|mapping| mapping.customers.as_ref()),
        )
    }

    /// Reads a file of events; `file` is what messages call it.
    ///
    /// # Errors
    /// When the file cannot be read, is no file of events, or (strictly) at its first bad row.
    pub fn events(
        &mut self,
        file: &str,
        source: impl Read,
        mapping: Option<&crate::Mapping>,
    ) -> Result<(), InputError> {
        crate::input::events::read(
            self,
            file,
            Box::new(source),
            mapping.and_then(|mapping| mapping.events.as_ref()),
        )
    }

    /// What was read.
    #[must_use]
    pub fn finish(mut self) -> (People, InputReport) {
        // Stable: records of one customer at one instant stay as they stood in the files.
        self.recorded.sort_by_key(|recorded| (recorded.customer, recorded.at));
        let mut starts = vec![0; self.people.len() + 1];
        for recorded in &self.recorded {
            if let Some(count) = starts.get_mut(recorded.customer as usize + 1) {
                *count += 1;
            }
        }
        let mut sum = 0;
        for start in &mut starts {
            sum += *start;
            *start = sum;
        }
        self.report.findings = self.findings.into_iter().collect();
        (People { people: self.people, recorded: self.recorded, starts }, self.report)
    }

    /// Notes a bad row, or fails with it.
    pub(crate) fn bad(&mut self, error: RowError) -> Result<(), InputError> {
        if self.strictness == Strictness::Strict {
            return Err(error.into());
        }
        self.report.bad_rows += 1;
        if self.report.errors.len() < KEPT_ERRORS {
            self.report.errors.push(error);
        }
        Ok(())
    }

    /// Notes something odd, once.
    pub(crate) fn odd(&mut self, file: &Arc<str>, message: String, help: Option<String>) {
        self.note(Finding { file: Arc::clone(file), line: None, message, help });
    }

    /// Notes something odd about a row, which is used all the same.
    pub(crate) fn odd_row(&mut self, file: &Arc<str>, line: u64, problem: Problem) {
        let RowError { file, line, column, message, help } = problem.on_line(file, line);
        let message = column.map_or_else(|| message.clone(), |column| format!("{column}: {message}"));
        self.note(Finding { file, line: Some(line), message, help });
    }

    fn note(&mut self, finding: Finding) {
        if self.findings.len() < KEPT_ERRORS {
            self.findings.insert(finding);
        }
    }

    /// Opens a file; nothing when it is empty, which is odd.
    pub(crate) fn open<'s>(
        &mut self,
        file: &str,
        source: Box<dyn Read + 's>,
        layout: Option<&Layout>,
    ) -> Result<Option<Records<'s>>, InputError> {
        let usual = Layout { header: true, ..Layout::default() };
        let records = Records::open(file, source, layout.unwrap_or(&usual))?;
        if records.is_empty {
            self.odd(&records.file, "the file is empty".to_owned(), None);
            return Ok(None);
        }
        Ok(Some(records))
    }

    /// A new customer.
    pub(crate) fn add(&mut self, person: Person) -> Result<u32, Problem> {
        let position =
            u32::try_from(self.people.len()).map_err(|_| Problem::new("there are too many customers"))?;
        match self.find(&person.id) {
            Ok(_) => Err(Problem::new(format!("the customer `{}` stands in the files twice", person.id))
                .help("one row for each customer; put changes into the events as $profile")),
            Err(free) => {
                self.index.insert(free, position);
                self.people.push(person);
                Ok(position)
            }
        }
    }

    /// The position of a customer, or the free place in the index where it would be.
    fn find(&self, id: &str) -> Result<u32, u64> {
        let mut hash = xxh3_64(id.as_bytes());
        loop {
            match self.index.get(&hash) {
                None => return Err(hash),
                Some(position)
                    if self.people.get(*position as usize).is_some_and(|known| *known.id == *id) =>
                {
                    return Ok(*position);
                }
                Some(_) => hash = hash.wrapping_add(1),
            }
        }
    }

    /// The position of a customer an event is about, who may appear with it.
    pub(crate) fn find_or_add(&mut self, id: &str) -> Result<u32, Problem> {
        if let Ok(position) = self.find(id) {
            return Ok(position);
        }
        if let Some(field) = self.needs {
            return Err(Problem::new(format!("there is no customer `{id}`")).help(format!(
                "list the customer in the customers' file; none can appear by an event because `{field}` has no default"
            )));
        }
        self.report.implicit_customers += 1;
        let (profile, consents) = (Vec::new(), Vec::new());
        self.add(Person { id: id.into(), profile, consents, updated_at: None, listed: false })
    }
}
