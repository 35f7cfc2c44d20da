//! Broken text: real files, damaged at random, must never make a phase panic, hang or lie.
//!
//! Damage is a list of small edits to a file of the corpus, so that a failure shrinks to the edits that matter.
//! `FUZZ=100` runs a hundred times as many cases as a usual test run. What was found once is kept as a file in
//! `tests/ui` or `grammar/corpus`.

mod damage;
mod format;
mod step;
mod syntax;
mod targets;
mod workspace;

use proptest::strategy::Strategy;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseResult, TestRng, TestRunner};
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

/// Runs a law over the usual number of cases times `FUZZ`. Without `FUZZ` every run sees the same cases, so that a red
/// build is red for everybody.
///
/// The stack is what a thread gets, whatever the environment says: a text may come to a thread of a server.
fn law_holds<S>(cases: u32, strategy: S, law: impl Fn(S::Value) -> TestCaseResult + Send + 'static)
where
    S: Strategy + Send + 'static,
{
    let times: u32 = std::env::var("FUZZ").ok().and_then(|v| v.parse().ok()).unwrap_or(1);
    let config =
        Config { cases: cases.saturating_mul(times), failure_persistence: None, ..Config::default() };
    let run = move || {
        let mut runner = if long() {
            TestRunner::new(config)
        } else {
            TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha))
        };
        runner.run(&strategy, law).map_err(|failure| failure.to_string())
    };
    let thread =
        std::thread::Builder::new().stack_size(2 * 1024 * 1024).spawn(run).expect("threads can be made");
    match thread.join() {
        Ok(Ok(())) => {}
        Ok(Err(failure)) => panic!("{failure}"),
        Err(panic) => std::panic::resume_unwind(panic),
    }
}
