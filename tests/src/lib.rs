//! Shared helpers of the test suites: cases, expectations, and files that are compared or rewritten.

#![allow(
    clippy::disallowed_methods,
    clippy::panic,
    clippy::expect_used,
    clippy::print_stderr,
    reason = "tests read files and fail by panicking"
)]

mod cases;
mod files;
mod markdown;
mod shell;

pub use cases::{
    Case, Expectation, Failures, Folder, MANIFEST, cases, compare, documents, expectations, journeys, world,
};
pub use files::{expect_file, read, relative, repository, updating};
pub use markdown::{Block, blocks};
pub use shell::{Session, run_console};
