//! How the time grows with the size of a text that is made to be slow: `cargo bench -p wayline-lang --bench adversarial`.
//!
//! Each form is compiled at a size and at twice the size; the best of three rounds counts. A ratio of about 2 is linear, of
//! about 4 quadratic. A word given on the command line chooses the forms whose names contain it.

#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a bench measures time, prints what it measured and may fail as a test may"
)]

use std::time::Instant;

#[path = "../tests/adversarial/inputs.rs"]
mod inputs;

const ROUNDS: u32 = 3;

/// The best of several rounds, in milliseconds.
fn best(form: &inputs::Form, size: usize) -> f64 {
    let text = (form.text)(size);
    let expected: usize = (form.findings)(size).iter().map(|(_, count)| count).sum();
    let round = |_| {
        let start = Instant::now();
        let compiled = inputs::compiled(&text);
        let milliseconds = start.elapsed().as_secs_f64() * 1000.0;
        assert_eq!(compiled.diagnostics.len(), expected, "{}: {:?}", form.name, compiled.diagnostics.first());
        milliseconds
    };
    (0..ROUNDS).map(round).fold(f64::INFINITY, f64::min)
}

fn main() {
    let chosen = std::env::args().skip(1).find(|arg| !arg.starts_with('-')).unwrap_or_default();
    println!("{:40} {:>8} {:>10} {:>10} {:>6}", "form", "size", "ms", "ms twice", "ratio");
    for form in inputs::FORMS.iter().filter(|form| form.name.contains(&chosen)) {
        let (once, twice) = (best(form, form.size), best(form, form.size * 2));
        println!("{:40} {:8} {once:10.1} {twice:10.1} {:6.2}", form.name, form.size, twice / once);
    }
}
