//! How fast files are read, and how fast people are simulated.
//!
//! `cargo bench -p wayline-sim`. People are those of the public model "cart + onboarding" over 30 days; the throughput is
//! rows of the decision log a second of wall time, with people made up, the engine deciding, and rows counted, kept or
//! written to memory. Start-up and compilation are not part of it.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a bench may fail as a test may"
)]

#[path = "../tests/suite/cart.rs"]
mod cart;
#[path = "../tests/suite/shop.rs"]
mod shop;

use std::sync::Arc;

use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use wayline_ir::Program;
use wayline_sim::{
    CountLog, InputReader, InputReport, Log, LogStyle, MemoryLog, Options, People, Strictness, TextLog,
    simulate,
};

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

/// Rows of events, in CSV and JSON Lines, read into a program's types.
#[divan::bench(args = ["csv", "jsonl"])]
fn read_events(bencher: Bencher<'_, '_>, style: &str) {
    const ROWS: u64 = 100_000;
    let program = shop::shop();
    let mut text = String::new();
    if style == "csv" {
        text.push_str("time,customer,event,id,order_id,total\n");
    }
    for row in 0..ROWS {
        let (customer, minute) = (row * 7919 % 20_000, row % 60);
        text.push_str(&match style {
            "csv" => format!("2026-01-05T10:{minute:02}:00Z,c{customer},order_placed,e{row},o{row},{minute}.50 USD\n"),
            _ => format!(
                "{{\"time\":\"2026-01-05T10:{minute:02}:00Z\",\"customer\":\"c{customer}\",\"event\":\"order_placed\",\
                 \"id\":\"e{row}\",\"data\":{{\"order_id\":\"o{row}\",\"total\":{minute}.5}}}}\n"
            ),
        });
    }
    bencher.counter(ItemsCount::new(ROWS)).bench(|| {
        let mut reader = InputReader::new(&program, Strictness::Strict);
        reader.events("events", text.as_bytes(), None).unwrap();
        reader.finish().0
    });
}
