//! How fast people are simulated: the public model "cart + onboarding" over 30 days, in rows of the decision log a second.
//!
//! `cargo bench -p wayline-sim`. The throughput is rows of the log per second of wall time; people are made up, the
//! engine decides, rows are counted, kept or written to memory. Start-up and compilation are not part of it.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a bench may fail as a test may")]

#[path = "../tests/suite/cart.rs"]
mod cart;
#[path = "../tests/suite/shop.rs"]
#[expect(dead_code, reason = "shared with tests")]
mod shop;

use std::sync::Arc;

use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use wayline_ir::Program;
use wayline_sim::{CountLog, InputReport, Log, LogStyle, MemoryLog, Options, People, TextLog, simulate};

const PEOPLE: u32 = 20_000;

fn main() {
    divan::main();
}

fn run<L: Log>(program: &Arc<Program>, threads: usize, log: &mut L) -> u64 {
    let options = Options { personas: PEOPLE, threads, ..Options::default() };
    simulate(program, &People::default(), InputReport::default(), &options, log).unwrap().decisions
}

fn bench<L: Log>(bencher: Bencher<'_, '_>, threads: usize, log: impl Fn(&Arc<Program>) -> L + Sync) {
    let program = Arc::new(cart::model());
    let rows = run(&program, threads, &mut CountLog::default());
    bencher.counter(ItemsCount::new(rows)).bench(|| {
        let mut log = log(&program);
        black_box(run(&program, threads, &mut log));
        log
    });
}

#[divan::bench(args = [1, 2])]
fn counted(bencher: Bencher<'_, '_>, threads: usize) {
    bench(bencher, threads, |_| CountLog::default());
}

#[divan::bench(args = [1, 2])]
fn kept(bencher: Bencher<'_, '_>, threads: usize) {
    bench(bencher, threads, |_| MemoryLog::default());
}

#[divan::bench(args = [1, 2])]
fn written_as_csv(bencher: Bencher<'_, '_>, threads: usize) {
    bench(bencher, threads, |program| TextLog::new(Vec::new(), LogStyle::Csv, program).unwrap());
}

#[divan::bench(args = [1, 2])]
fn written_as_json(bencher: Bencher<'_, '_>, threads: usize) {
    bench(bencher, threads, |program| TextLog::new(Vec::new(), LogStyle::JsonLines, program).unwrap());
}
