//! One test binary: link once, run parallel. Each module runs one kind of files.
//!
//! `UPDATE=1 cargo test -p wayline-tests` rewrites what the files expect; read the difference before committing it.

#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "tests read files and fail by panicking"
)]

mod cdnow;
mod codes;
mod conformance;
mod console;
mod depth;
mod differential;
mod docs;
mod examples;
mod fuzz;
mod generated;
mod graph;
mod links;
mod threads;
mod ui;
mod versions;
