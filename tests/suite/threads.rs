//! A seeded run writes the same log, byte for byte, on any number of threads.

use std::sync::Arc;

use wayline_sim::{InputReader, LogStyle, Options, Strictness, TextLog, simulate};
use wayline_tests::{Case, repository};

fn log(seed: u64, threads: usize) -> Vec<u8> {
    let path = repository().join("examples/cart_onboarding");
    let program = Arc::new(Case { path, workspace: true }.compile().program.expect("the example compiles"));
    let (people, report) = InputReader::new(&program, Strictness::Strict).finish();
    let mut log = TextLog::new(Vec::new(), LogStyle::Csv, &program).expect("memory takes it");
    let options = Options { seed, threads, personas: 6_000, ..Options::default() };
    simulate(&program, &people, report, &options, &mut log).expect("the run works");
    log.into_inner()
}

#[test]
fn logs_do_not_depend_on_threads() {
    let one = log(7, 1);
    assert!(one.len() > 100_000, "the run is worth comparing");
    assert!(one == log(7, 2), "two threads write another log than one");
    assert!(one == log(7, 3), "three threads write another log than one");
    assert!(one != log(8, 1), "the seed matters");
}
