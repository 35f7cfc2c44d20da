//! The simulator: a host of the engine on virtual time, with sample people and decision logs.

mod input;
mod log;
mod person;
mod random;
mod run;
mod story;
mod summary;
mod world;

pub use input::{
    Finding, Format, InputError, InputReader, InputReport, Mapping, MappingError, People, Person, Recorded,
    Recording, RowError, Strictness,
};
pub use log::{
    CountLog, LOG_COLUMNS, Log, LogPart, LogRecord, LogStyle, MemoryLog, MemoryRow, TextLog, Who, read_log,
};
pub use run::{Options, SimError, simulate};
pub use story::story;
pub use summary::{
    Amount, ByRule, CostSummary, Count, JourneySummary, MessageSummary, PeopleSummary, Rate, RuleSummary,
    Summary,
};
