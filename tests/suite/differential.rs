//! The engine against a second, naive interpreter: random journeys in random worlds, the whole decision log of each.
//!
//! `WORLDS=100000 cargo test --release -p wayline-tests -- differential` compares more of them, `SEED=7` others. A world
//! that shows a difference is made small and printed; kept as `tests/differential/NAME.world` it is compared for ever.

mod compare;
mod coverage;
mod generate;
mod host;
mod naive;
mod shrink;
mod world;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use compare::{Verdict, compare};
use coverage::Coverage;
use generate::generate;
use wayline_tests::repository;
use world::World;

/// Worlds that are compared when nothing else is said.
const WORLDS: u64 = 2_000;

#[test]
fn differential() {
    let number = |name: &str, otherwise: u64| {
        std::env::var(name).ok().and_then(|n| n.parse().ok()).unwrap_or(otherwise)
    };
    let (worlds, first) = (number("WORLDS", WORLDS), number("SEED", 1));
    let found = compare_all(first, worlds, number("SHRINK", 3));
    println!("{}", found.coverage.show());
    println!(
        "seeds {first} to {}: {} agree, {} were refused by the compiler, {} go in circles, {} differ",
        first + worlds - 1,
        found.same,
        found.refused.len(),
        found.circles,
        found.differ
    );
    assert_eq!(found.differ, 0, "{}", found.shown.join("\n"));
    let refused = u64::try_from(found.refused.len()).unwrap();
    assert!(refused * 20 <= worlds.max(200), "too many texts do not compile:\n{}", found.refused.join("\n"));
    if worlds >= WORLDS {
        assert_eq!(found.coverage.lacks(), Vec::<String>::new(), "never met by {worlds} worlds");
    }
}

/// What came of many worlds.
#[derive(Default)]
struct Found {
    same: u64,
    circles: u64,
    differ: u64,
    refused: Vec<String>,
    shown: Vec<String>,
    coverage: Coverage,
}

/// Compares the worlds of consecutive seeds, on two threads.
fn compare_all(first: u64, worlds: u64, shrunk: u64) -> Found {
    let next = Arc::new(AtomicU64::new(first));
    let all = Arc::new(std::sync::RwLock::new(Found::default()));
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= first + worlds {
                        return;
                    }
                    one(seed, shrunk, &all);
                }
            });
        }
    });
    std::mem::take(&mut *all.write().unwrap())
}

fn one(seed: u64, shrunk: u64, all: &std::sync::RwLock<Found>) {
    let made = generate(seed);
    let verdict = compare(&made.world);
    let mut found = all.write().unwrap();
    match verdict {
        Verdict::Same(log, met) => {
            found.same += 1;
            found.coverage.add(&log, met);
        }
        Verdict::Circles => found.circles += 1,
        Verdict::Refused(why) => {
            let line = why.split([' ', ':']).nth(1).and_then(|line| line.parse::<usize>().ok()).unwrap_or(1);
            let line = made.world.text.lines().nth(line - 1).unwrap_or_default();
            found.refused.push(format!("seed {seed}: {why}: {line}"));
        }
        Verdict::Differ(difference) => {
            found.differ += 1;
            let shrink = found.differ <= shrunk;
            drop(found);
            if shrink {
                let (world, difference) = shrink::shrink(made, difference);
                let text = format!("seed {seed}\n{}\n{}\n", world.write(), difference.show());
                // At once, for who waits for many worlds.
                println!("{text}");
                all.write().unwrap().shown.push(text);
            }
        }
    }
}

/// Worlds that once showed a difference.
#[test]
fn kept_worlds_agree() {
    let folder = repository().join("tests/differential");
    let mut paths: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "world"));
    paths.sort();
    assert!(!paths.is_empty());
    for path in paths {
        let world = World::read(&std::fs::read_to_string(&path).unwrap());
        match compare(&world) {
            Verdict::Same(log, _) => assert!(!log.is_empty(), "{}: nothing happens", path.display()),
            Verdict::Circles => panic!("{}: it goes in circles", path.display()),
            Verdict::Refused(why) => panic!("{}: {why}", path.display()),
            Verdict::Differ(difference) => panic!("{}\n{}", path.display(), difference.show()),
        }
    }
}
