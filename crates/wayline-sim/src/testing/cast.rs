//! The customers of a test: each gets an id with which it falls on the sides of experiments, holdouts and buckets that
//! the test names. The divisions themselves are those of production.

use wayline_engine::millionths;
use wayline_ir::{Falls, Program, Test, TestAction};

/// How many ids are tried. A side that one customer in 10 000 falls on is found with certainty for all purposes.
const TRIES: u32 = 1_000_000;

/// The name and the id of each customer, in order.
///
/// # Errors
/// The name of a customer for whom no id was found: what is asked of it is too rare, or cannot be.
pub(super) fn cast(program: &Program, test: &Test) -> Result<Vec<(String, String)>, String> {
    let all = test.customers.iter().enumerate().map(|(index, name)| {
        let falls: Vec<&Falls> = test
            .lines
            .iter()
            .filter(|line| line.customer as usize == index)
            .filter_map(|line| match &line.action {
                TestAction::Falls(falls) => Some(falls),
                _ => None,
            })
            .collect();
        let id = (1..=TRIES)
            .map(|number| if number == 1 { name.clone() } else { format!("{name}-{number}") })
            .find(|id| fits(program, id, &falls));
        id.map(|id| (name.clone(), id)).ok_or_else(|| name.clone())
    });
    all.collect()
}

fn fits(program: &Program, id: &str, falls: &[&Falls]) -> bool {
    let place = |purpose: &str, name: &str| millionths(&program.workspace.salt, purpose, name, id);
    let held_out = |journey: usize| {
        falls.iter().any(|falls| matches!(falls, Falls::Holdout(held_out) if held_out.index() == journey))
    };
    let holdouts = program.journeys.iter().enumerate().all(|(index, journey)| {
        let wanted = held_out(index);
        journey.holdout == 0 && !wanted || (place("holdout", &journey.name) < journey.holdout) == wanted
    });
    holdouts
        && falls.iter().all(|falls| match falls {
            Falls::Experiment { experiment, places: (from, to) } => {
                (*from..*to).contains(&place("experiment", experiment))
            }
            Falls::Bucket { name, share, inside } => (place("bucket", name) < *share) == *inside,
            Falls::Holdout(_) => true,
        })
}
