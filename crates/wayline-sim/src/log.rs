//! The decision log: one row for each thing the engine decided.
//!
//! Rows stand customer by customer (in the order of the people), each customer's rows by time and, at one instant, in
//! the order they were decided. A seeded run gives the same bytes on any number of threads.
//!
//! | column | what |
//! |---|---|
//! | `time` | RFC 3339 in UTC, always with milliseconds |
//! | `local` | the customer's wall clock and zone, `2026-03-07 10:00:00 America/New_York` |
//! | `customer` | the id |
//! | `journey`, `version` | its name, and the hash of its text |
//! | `run` | counted from 1 for each customer |
//! | `step` | the step's name, its identity across versions |
//! | `kind` | what the row is about: `event`, `enter`, `wait`, `send`, `exit` and so on |
//! | `message`, `channel` | of a send or a reaction |
//! | `verdict` | `sent`, `held` or `dropped` |
//! | `reason` | why |
//! | `rule` | what decided: the name of a suppression rule, or `topic T`, `channel C`, `quiet hours of C`, `open hours of C`, `rate of C`, `expiry of M` |
//! | `until` | until when something is held or waits, in UTC |
//! | `detail` | more: the event, the arm, the sends that filled a cap, the words of an exit |

mod labels;
mod memory;
mod read;
mod record;
mod text;
mod value;
mod words;

use std::io;

use wayline_engine::Decision;
use wayline_time::Zone;

pub(crate) use labels::{Labels, cap_label, enter_label, source_label, trigger_label};
pub use memory::{CountLog, MemoryLog, MemoryPart, MemoryRow};
pub use read::{LogRecord, read_log};
pub(crate) use record::record;
pub use text::{LogStyle, TextLog, TextPart};
pub(crate) use value::write_value;
pub(crate) use words::{reaction_word, reason_word};

/// The names of the columns, in order.
pub const LOG_COLUMNS: [&str; 15] = [
    "time", "local", "customer", "journey", "version", "run", "step", "kind", "message", "channel",
    "verdict", "reason", "rule", "until", "detail",
];

/// Whose rows follow.
#[derive(Debug, Clone, Copy)]
pub struct Who<'a> {
    /// The position among the people.
    pub index: u32,
    /// The id.
    pub id: &'a str,
    /// The zone of local times.
    pub zone: Zone,
}

/// Where rows go. A run makes parts (on its threads), then appends them in the order of the people.
pub trait Log {
    /// Rows of one or several customers. An empty one is cloned for each.
    type Part: LogPart;

    /// An empty part.
    fn part(&self) -> Self::Part;

    /// Takes the rows of the next customers.
    ///
    /// # Errors
    /// When they cannot be written.
    fn append(&mut self, part: Self::Part) -> io::Result<()>;

    /// Writes what is still held back.
    ///
    /// # Errors
    /// When it cannot be written.
    fn finish(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Rows of one or several customers.
pub trait LogPart: Clone + Send {
    /// Takes a row. The rows of one customer come without another's between them.
    fn row(&mut self, who: Who<'_>, decision: &Decision);
}
