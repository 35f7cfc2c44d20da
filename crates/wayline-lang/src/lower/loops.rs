//! Ways through a journey on which no time passes: loops without a wait, and journeys that start each other for ever.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

use wayline_ir::{Enter, EventId, HistorySource, Journey, JourneyId, Program, StepId, StepKind};

use crate::order;

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
    let is_endless = |kind: &StepKind| matches!(kind, StepKind::Repeat { every: None, .. });
    if !journey.steps.iter().any(|step| is_endless(&step.kind)) {
        return Vec::new();
    }
    let at_once: Vec<Vec<usize>> = journey
        .steps
        .iter()
        .map(|step| if waits(&step.kind) { Vec::new() } else { step.kind.targets() })
        .map(|targets| targets.into_iter().map(StepId::index).collect())
        .collect();
    // A pass begins with a step from the repeat to its body: it may take no time when a way leads back.
    let circles = order::circles(&at_once);
    let mut found = Vec::new();
    for (index, step) in journey.steps.iter().enumerate() {
        if let StepKind::Repeat { every: None, body, .. } = &step.kind
            && circles.get(index) == circles.get(body.index())
        {
            found.push(StepId::at(index));
        }
    }
    found
}

/// Which journeys an entry of this one starts without any time passing: by `start`, or by an event it raises that another
/// enters on unconditionally. With the step that does it.
fn starts_at_once(
    entered_by: &BTreeMap<EventId, Vec<JourneyId>>,
    journey: &Journey,
) -> Vec<(JourneyId, StepId)> {
    let mut found = Vec::new();
    for id in at_once(journey, StepId(0)) {
        match journey.steps.get(id.index()).map(|step| &step.kind) {
            Some(StepKind::Start { journey: other, .. }) => found.push((*other, id)),
            Some(StepKind::Emit { event, .. }) => {
                found.extend(entered_by.get(event).into_iter().flatten().map(|other| (*other, id)));
            }
            _ => {}
        }
    }
    found
}

/// The journeys that every event of a kind enters.
fn entered_by(program: &Program) -> BTreeMap<EventId, Vec<JourneyId>> {
    let mut found: BTreeMap<EventId, Vec<JourneyId>> = BTreeMap::new();
    for (index, journey) in program.journeys.iter().enumerate().filter(|(_, j)| j.only_if.is_none()) {
        for enter in &journey.enters {
            if let Enter::Event { source: HistorySource::Event(event), filter: None, .. } = enter {
                let journeys = found.entry(*event).or_default();
                if journeys.last() != Some(&JourneyId::at(index)) {
                    journeys.push(JourneyId::at(index));
                }
            }
        }
    }
    found
}

/// Circles of journeys that start each other without any time passing: each journey of the circle with the step that
/// starts the next. Every circle is told once, beginning with its first journey.
pub(crate) fn circles(program: &Program) -> Vec<Vec<(JourneyId, StepId)>> {
    let entered_by = entered_by(program);
    let next: Vec<Vec<(JourneyId, StepId)>> =
        program.journeys.iter().map(|journey| starts_at_once(&entered_by, journey)).collect();
    let starts: Vec<Vec<usize>> =
        next.iter().map(|next| next.iter().map(|(other, _)| other.index()).collect()).collect();
    let circle_of = order::circles(&starts);
    let in_circle = |first: JourneyId| {
        let own = circle_of.get(first.index());
        starts.get(first.index()).into_iter().flatten().any(|other| circle_of.get(*other) == own)
    };
    let mut told: BTreeSet<JourneyId> = BTreeSet::new();
    let mut circles = Vec::new();
    for first in (0..next.len()).map(JourneyId::at) {
        if told.contains(&first) || !in_circle(first) {
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
    // The journeys that are reached, each with the one that starts it, and its step.
    let mut from: BTreeMap<JourneyId, (JourneyId, StepId)> = BTreeMap::new();
    let mut open = VecDeque::from([first]);
    while let Some(journey) = open.pop_front() {
        for (other, step) in next.get(journey.index()).into_iter().flatten() {
            if *other == first {
                let mut circle = vec![(journey, *step)];
                let mut at = journey;
                while at != first {
                    let before = *from.get(&at)?;
                    circle.push(before);
                    at = before.0;
                }
                circle.reverse();
                return Some(circle);
            }
            if let Entry::Vacant(place) = from.entry(*other) {
                place.insert((journey, *step));
                open.push_back(*other);
            }
        }
    }
    None
}
