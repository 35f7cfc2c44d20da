//! Customers and events from files: CSV, columns divided by blanks, JSON Lines, each also packed with gzip.
//!
//! Files come in as readers and are read row by row. A row that cannot be used is counted, listed with its line and
//! left out (or ends the run, when it is to be strict). Values are converted by the declared types.

mod convert;
mod customers;
mod events;
mod mapping;
mod people;
mod problem;
mod records;
mod suggest;

pub use mapping::{Mapping, MappingError};
pub use people::{InputReader, InputReport, People, Person, Recorded, Recording, Strictness};
pub use problem::{Finding, InputError, RowError};
pub use records::Format;

pub(crate) use mapping::plain;
pub(crate) use problem::Problem;
pub(crate) use records::{Cell, Content, Layout, Next, Records};
