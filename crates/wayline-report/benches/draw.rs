//! How fast journeys are drawn: `cargo bench -p wayline-report --bench draw`.
//!
//! A journey of about 300 steps in five stages, with branches, waits and loops, and one of twice the size. The best of
//! seven rounds counts. Limit: twice the steps in less than 2.5 times the time.

#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a bench measures time, prints what it measured and may fail as a test may"
)]

use std::fmt::Write as _;
use std::time::Instant;

use wayline_ir::{JourneyId, Program};
use wayline_lang::{Input, NoFiles, compile};
use wayline_report::{dot, journey, mermaid, svg};

const WORLD: &str = include_str!("../../../tests/worlds/shop.journey");
const ROUNDS: u32 = 7;

/// Ten steps.
const PART: &str = "
    wait up to 1 hour {
      on cart_updated where cart_id is cart.cart_id { wait again at most 20 times }
      otherwise { }
    }
    if cart.value < 50 USD { exit \"hardly anything left\" }
    send cart_reminder(cart)
    match customer.plan {
      free { send ten_off(cart) }
      pro, business { send personal_note(cart) }
    }
    repeat up to 3 times every 7 days until any order_placed since enter { send upsell }
";

fn program(parts: usize) -> Program {
    let mut text = "journey long {\n  enter on cart_updated as cart\n".to_owned();
    for stage in 0..5 {
        let _ = writeln!(text, "  stage \"Stage {stage}\" {{{}  }}", PART.repeat(parts / 5));
    }
    text.push_str("}\n");
    let input = |path: &str, text: &str| Input { path: path.to_owned(), bytes: text.as_bytes().to_vec() };
    let settings = input("wayline.toml", "name = \"bench\"\nzone = \"UTC\"\n");
    let files = vec![input("world.journey", WORLD), input("long.journey", &text)];
    let compiled = compile(Some(settings), files, &NoFiles);
    assert!(compiled.program.is_some(), "the journey compiles: {:?}", compiled.diagnostics.first());
    compiled.program.unwrap()
}

/// The best of several rounds, in seconds.
fn best(mut work: impl FnMut()) -> f64 {
    let mut round = || {
        let start = Instant::now();
        work();
        start.elapsed().as_secs_f64()
    };
    (0..ROUNDS).map(|_| round()).fold(f64::INFINITY, f64::min)
}

fn main() {
    let mut times = Vec::new();
    for parts in [30, 60] {
        let program = program(parts);
        let long = program.journeys.iter().position(|journey| journey.name == "long").unwrap();
        let graph = journey(&program, JourneyId::at(long)).unwrap();
        let drawn = best(|| drop(svg(&graph, None)));
        let written = best(|| drop((mermaid(&graph), dot(&graph))));
        println!(
            "{} steps: graph and SVG {:.1} ms, Mermaid and DOT {:.1} ms",
            graph.nodes.len(),
            drawn * 1_000.0,
            written * 1_000.0
        );
        times.push(drawn);
    }
    if let [one, two] = times.as_slice() {
        println!("twice the steps take {:.2} times the time", two / one);
        assert!(two / one < 2.5, "twice the steps take less than 2.5 times the time");
    }
}
