//! The simulator: a host of the engine on virtual time, with sample people and decision logs.
//!
//! # The steps of a run
//!
//! 1. [`InputReader`] reads files of customers and events (CSV, JSON Lines, foreign files by a [`Mapping`]) into
//!    [`People`] and an [`InputReport`] of the rows that cannot be used.
//! 2. [`simulate`] merges, for each customer, what is recorded, what a persona does, and what is due, in the order of
//!    time, and tells it to the engine. Sends are answered with acceptance and calls with success.
//! 3. What the engine decides goes to a [`Log`]: [`TextLog`] (CSV or JSON Lines), [`MemoryLog`] or [`CountLog`]; the
//!    counts become a [`Summary`].
//! 4. [`run_test`] runs a test of the language on the same clock, with the texts that are sent made by [`compose()`].
//! 5. [`read_log`] and [`story()`] tell one customer's story from a log; [`why()`] tells why a customer got a message or
//!    did not.
//!
//! A seed gives the same log, byte for byte, on any number of threads (see [`Options`]).
//!
//! Absent on purpose: clocks, true randomness, files and terminals. Readers and writers come in as arguments.

mod compose;
mod input;
mod log;
mod person;
mod random;
mod run;
mod story;
mod summary;
mod testing;
mod why;
mod world;

pub use compose::compose;
pub use input::{
    Finding, Format, InputError, InputReader, InputReport, Mapping, MappingError, People, Person, Recorded,
    Recording, RowError, Strictness,
};
pub use log::{
    CountLog, LOG_COLUMNS, Log, LogPart, LogRecord, LogStyle, MemoryLog, MemoryPart, MemoryRow, TextLog,
    TextPart, Who, read_log,
};
pub use run::{Options, SimError, simulate};
pub use story::story;
pub use summary::{
    Amount, ByRule, CostSummary, Count, JourneySummary, MessageSummary, PeopleSummary, Rate, RuleSummary,
    Summary,
};
pub use testing::{Coverage, CoverageReport, JourneyCoverage, Miss, TestReport, Told, Unreached, run_test};
pub use why::why;
