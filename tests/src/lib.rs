//! Shared helpers of the test suites: where files are, and how an expectation in a file is compared or rewritten.

#![allow(
    clippy::disallowed_methods,
    clippy::panic,
    clippy::expect_used,
    reason = "tests read files and fail by panicking"
)]

mod files;

pub use files::{expect_file, read, relative, repository, updating};
