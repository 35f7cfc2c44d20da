//! Broken text: real files, damaged at random, must never make a phase panic, hang or lie.
//!
//! Damage is a list of small edits to a file of the corpus, so that a failure shrinks to the edits that matter.
//! `FUZZ=100` runs a hundred times as many cases as a usual test run. What was found once is kept as a file in
//! `tests/ui` or `grammar/corpus`.

mod damage;
mod step;
mod syntax;
mod workspace;

use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use wayline_tests::repository;

/// Whether this is a long run.
fn long() -> bool {
    std::env::var_os("FUZZ").is_some()
}

/// In a long run, keeps the case that is about to run in `target/fuzz-NAME`: a case that overflows the stack or never
/// ends cannot be shown by the runner.
fn keep(name: &str, text: &str) {
    if long() {
        let path = repository().join("target").join(format!("fuzz-{name}"));
        std::fs::write(path, text).expect("the case can be kept");
    }
}

/// A runner with the usual number of cases times `FUZZ`. Without `FUZZ` every run sees the same cases, so that a red
/// build is red for everybody.
fn runner(cases: u32) -> TestRunner {
    let times: u32 = std::env::var("FUZZ").ok().and_then(|v| v.parse().ok()).unwrap_or(1);
    let config =
        Config { cases: cases.saturating_mul(times), failure_persistence: None, ..Config::default() };
    if long() {
        TestRunner::new(config)
    } else {
        TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha))
    }
}
