//! The engine against a second, naive interpreter: random journeys in random worlds, the whole decision log of each.

mod compare;
mod generate;
mod host;
mod naive;
mod shrink;
mod world;

use compare::{Verdict, compare};
use generate::generate;

#[test]
fn differential() {
    let number = |name: &str, otherwise: u64| {
        std::env::var(name).ok().and_then(|n| n.parse().ok()).unwrap_or(otherwise)
    };
    let worlds = number("WORLDS", 2_000);
    let first = number("SEED", 1);
    let shrunk = number("SHRINK", 2);
    let (mut refused, mut differ, mut circles) = (0, 0, 0);
    for seed in first..first + worlds {
        let made = generate(seed);
        match compare(&made.world) {
            Verdict::Same(_) => {}
            Verdict::Circles => circles += 1,
            Verdict::Refused(why) => {
                refused += 1;
                if refused <= 12 {
                    println!("seed {seed} refused: {why}");
                    let line: usize = why.split(' ').nth(1).unwrap().split(':').next().unwrap().parse().unwrap();
                    println!("   {}", made.world.text.lines().nth(line - 1).unwrap());
                }
            }
            Verdict::Differ(difference) => {
                differ += 1;
                if differ <= shrunk {
                    println!("seed {seed}\n{}", difference.show());
                    let (world, difference) = shrink::shrink(made, difference);
                    let text = world.write();
                    let from = text.find("calendar hol").unwrap();
                    let from = if std::env::var("FULL").is_ok() { text.find("event gone").unwrap() } else { from };
                    println!("{}\n{}\n{}", &text[..text.find("customer {").unwrap()], &text[from..], difference.show());
                }
            }
        }
    }
    println!("{worlds} worlds, {refused} refused, {circles} go in circles, {differ} differ");
}
