//! Ways through a journey on which no time passes: loops without a wait, and journeys that start each other for ever.

use std::collections::BTreeSet;

use wayline_ir::{Enter, HistorySource, Journey, JourneyId, Program, StepId, StepKind};

/// Whether a run surely stands still at this step, so that a loop through it takes time.
/// A send does not count: it may be dropped at once.
fn waits(kind: &StepKind) -> bool {
    matches!(
        kind,
        StepKind::Wait { .. } | StepKind::WaitFor { .. } | StepKind::Collect { .. } | StepKind::Call(_)
    )
}

/// Steps that can be reached from `from` (included) without waiting.
fn at_once(journey: &Journey, from: StepId) -> BTreeSet<StepId> {
    let mut seen = BTreeSet::new();
    let mut open = vec![from];
    while let Some(id) = open.pop() {
        if !seen.insert(id) {
            continue;
        }
        if let Some(step) = journey.steps.get(id.index()).filter(|step| !waits(&step.kind)) {
            open.extend(step.kind.targets());
        }
    }
    seen
}

/// The `repeat` steps of which a pass may take no time.
pub(crate) fn repeats_without_wait(journey: &Journey) -> Vec<StepId> {
    let mut found = Vec::new();
    for (index, step) in journey.steps.iter().enumerate() {
        let id = StepId::at(index);
        if let StepKind::Repeat { every: None, body, .. } = &step.kind
            && at_once(journey, *body).contains(&id)
        {
            found.push(id);
        }
    }
    found
}

/// Which journeys an entry of this one starts without any time passing: by `start`, or by an event it raises that another
/// enters on unconditionally. With the step that does it.
fn starts_at_once(program: &Program, journey: &Journey) -> Vec<(JourneyId, StepId)> {
    let mut found = Vec::new();
    for id in at_once(journey, StepId(0)) {
        match journey.steps.get(id.index()).map(|step| &step.kind) {
            Some(StepKind::Start { journey: other, .. }) => found.push((*other, id)),
            Some(StepKind::Emit { event, .. }) => {
                for (index, other) in program.journeys.iter().enumerate() {
                    let enters = other.enters.iter().any(|enter| {
                        matches!(enter, Enter::Event { source: HistorySource::Event(e), filter: None, .. } if e == event)
                    });
                    if enters && other.only_if.is_none() {
                        found.push((JourneyId::at(index), id));
                    }
                }
            }
            _ => {}
        }
    }
    found
}

/// Circles of journeys that start each other without any time passing: each journey of the circle with the step that
/// starts the next. Every circle is told once, beginning with its first journey.
pub(crate) fn circles(program: &Program) -> Vec<Vec<(JourneyId, StepId)>> {
    let next: Vec<Vec<(JourneyId, StepId)>> =
        program.journeys.iter().map(|journey| starts_at_once(program, journey)).collect();
    let mut told: BTreeSet<JourneyId> = BTreeSet::new();
    let mut circles = Vec::new();
    for first in (0..next.len()).map(JourneyId::at) {
        if told.contains(&first) {
            continue;
        }
        if let Some(circle) = way_back(&next, first) {
            told.extend(circle.iter().map(|(journey, _)| *journey));
            circles.push(circle);
        }
    }
    circles
}

/// The shortest way from a journey back to itself.
fn way_back(next: &[Vec<(JourneyId, StepId)>], first: JourneyId) -> Option<Vec<(JourneyId, StepId)>> {
    let mut seen = BTreeSet::new();
    let mut ways = vec![vec![first]];
    let step_from = |from: JourneyId, to: JourneyId| {
        next.get(from.index())?.iter().find(|(other, _)| *other == to).map(|(_, step)| *step)
    };
    while !ways.is_empty() {
        let mut longer = Vec::new();
        for way in ways {
            let Some(last) = way.last().copied() else { continue };
            for (other, _) in next.get(last.index()).into_iter().flatten() {
                if *other == first {
                    let mut circle = Vec::new();
                    for (index, from) in way.iter().enumerate() {
                        let to = way.get(index + 1).copied().unwrap_or(first);
                        circle.push((*from, step_from(*from, to)?));
                    }
                    return Some(circle);
                }
                if seen.insert(*other) {
                    let mut way = way.clone();
                    way.push(*other);
                    longer.push(way);
                }
            }
        }
        ways = longer;
    }
    None
}
