//! The simulator's tests: reading, personas, recorded events, runs.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a helper of a test may fail as the test itself"
)]

mod cart;
mod input;
mod personas;
mod replay;
mod runs;
mod shop;
mod simulate;
