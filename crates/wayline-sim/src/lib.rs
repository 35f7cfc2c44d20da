//! The simulator: a host of the engine on virtual time, with sample people and decision logs.

mod input;
mod random;

pub use input::{
    Finding, Format, InputError, InputReader, InputReport, Mapping, MappingError, People, Person, Recorded,
    Recording, RowError, Strictness,
};
pub use random::{Key, Name, arrival};
