//! How fast a whole workspace is checked: `cargo bench -p wayline-lang --bench compile`.
//!
//! A workspace of 1,000 journeys with their segments, messages and rules, about 100,000 lines, is compiled from bytes to
//! program, and one of half the size. The best of seven rounds counts. Limits: at least 250,000 lines a second on one
//! core, format at least 150,000, and twice the text in less than 2.3 times the time.

#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a bench measures time, prints what it measured and may fail as a test may"
)]

use std::fmt::Write as _;
use std::time::Instant;

use wayline_lang::format::format;
use wayline_lang::source::{FileId, Source};
use wayline_lang::syntax::{lex, parse};
use wayline_lang::{Input, NoFiles, compile};

const WORLD: &str = include_str!("../../../tests/worlds/shop.journey");
const UNIT: &str = include_str!("unit.journey");
const ROUNDS: u32 = 7;

/// Files of ten journeys each.
fn workspace(journeys: usize) -> Vec<Source> {
    let mut files = vec![WORLD.to_owned()];
    for first in (0..journeys).step_by(10) {
        let mut text = String::new();
        for number in first..first + 10 {
            let priority = (number % 100).to_string();
            let unit = UNIT.replace("NUMBER", &number.to_string()).replace("PRIORITY", &priority);
            let _ = writeln!(text, "{unit}");
        }
        files.push(text);
    }
    let source = |(number, text)| Source::new(FileId(number), format!("f{number:04}.journey"), text);
    (0..).zip(files).map(source).collect()
}

/// The best of several rounds, in seconds.
fn best(mut round: impl FnMut() -> f64) -> f64 {
    (0..ROUNDS).map(|_| round()).fold(f64::INFINITY, f64::min)
}

fn timed(work: impl FnOnce()) -> f64 {
    let start = Instant::now();
    work();
    start.elapsed().as_secs_f64()
}

fn check(files: &[Source]) -> f64 {
    best(|| {
        let input = |path: &str, text: &str| Input { path: path.to_owned(), bytes: text.as_bytes().to_vec() };
        let settings = input("wayline.toml", "name = \"bench\"\nzone = \"UTC\"\n");
        let journeys = files.iter().map(|source| input(&source.path, &source.text)).collect();
        let mut compiled = None;
        let seconds = timed(|| compiled = Some(compile(Some(settings), journeys, &NoFiles)));
        let compiled = compiled.unwrap();
        assert!(compiled.program.is_some(), "the workspace compiles: {:?}", compiled.diagnostics.first());
        seconds
    })
}

fn each(files: &[Source], work: impl Fn(&Source)) -> f64 {
    best(|| timed(|| files.iter().for_each(&work)))
}

fn main() {
    let (half, full) = (workspace(500), workspace(1000));
    let lines: usize = full.iter().map(|source| source.text.lines().count()).sum();
    println!("1,000 journeys, {lines} lines, one core");
    let row = |phase: &str, seconds: f64, limit: Option<f64>| {
        let rate = lines as f64 / seconds;
        let against =
            limit.map_or(String::new(), |limit| format!("  {:.2} x the limit of {limit}", rate / limit));
        println!("{phase:26} {:8.1} ms {rate:10.0} lines/s{against}", seconds * 1000.0);
    };
    row("lex", each(&full, |source| drop(lex(&source.text))), None);
    row("parse (trees, findings)", each(&full, |source| drop(parse(source))), None);
    let checked = check(&full);
    row("check (bytes to program)", checked, Some(250_000.0));
    row(
        "format (parse, write, read)",
        each(&full, |source| drop(format(source, &parse(source)).unwrap())),
        Some(150_000.0),
    );
    println!("twice the text, check:     {:.2} x the time (limit 2.3)", checked / check(&half));
}
