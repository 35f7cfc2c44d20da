//! Scenarios: small programs built by hand, and the decision rows they lead to, one line each.

mod support;

mod entry;
mod inputs;
mod leaves;
mod rules;
mod segments;
mod sends;
mod waits;
