//! Scenarios: small programs built by hand, and the decision rows they lead to, one line each.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests fail by panicking, helpers too")]

mod support;

mod entry;
mod inputs;
mod leaves;
mod pauses;
mod properties;
mod rules;
mod segments;
mod sends;
mod soundness;
mod table;
mod waits;
