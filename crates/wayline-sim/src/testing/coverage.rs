//! What tests have reached of a workspace: entries, leaves, goals, steps, the ways that lead on from them, and rules.

use std::collections::BTreeSet;
use std::sync::Arc;

use wayline_engine::{Decision, DecisionKind, Detail, Reason, Verdict};
use wayline_ir::{Enter, Journey, JourneyId, Place, Program, Step, StepId, StepKind, Until};

use crate::log::{Labels, enter_label, trigger_label};

/// What was reached.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Coverage {
    spots: BTreeSet<Spot>,
}

/// Something a test can reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Spot {
    Enter(u32, u32),
    Leave(u32, u32),
    Goal(u32, u32),
    Step(u32, u32),
    Way(u32, u32, u32),
    Rule(u32),
}

/// What all tests together have reached.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct CoverageReport {
    /// Of each journey that has steps.
    pub journeys: Vec<JourneyCoverage>,
    /// How many suppression rules have held or dropped something.
    pub rules: (usize, usize),
    /// What was not reached, in the order of the text.
    pub unreached: Vec<Unreached>,
    /// How many spots were reached, of how many.
    pub total: (usize, usize),
}

/// How much of a journey was reached.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct JourneyCoverage {
    /// Its name.
    pub name: String,
    /// How many of its entries, leaves, goals, steps and ways.
    pub reached: usize,
    /// Of how many.
    pub of: usize,
}

/// Something that no test has reached.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Unreached {
    /// The file, below the workspace.
    pub file: String,
    /// The line, from 1.
    pub line: u32,
    /// The journey, or nothing for a rule.
    pub journey: String,
    /// What.
    pub what: String,
}

impl Coverage {
    /// Takes in what another test has reached.
    pub fn merge(&mut self, other: &Self) {
        self.spots.extend(&other.spots);
    }

    /// Takes in a decision.
    pub(super) fn note(&mut self, program: &Program, row: &Decision) {
        if row.kind == DecisionKind::Send
            && row.verdict != Some(Verdict::Sent)
            && let Some(rule) = row.rule
        {
            self.spots.insert(Spot::Rule(rule.0));
        }
        let Some(id) = row.journey else { return };
        let Some(journey) = program.journeys.get(id.index()) else { return };
        let index = |detail: &Detail| match detail {
            Detail::Index(index) => Some(*index),
            Detail::Goal { goal, .. } => Some(*goal),
            _ => None,
        };
        match (row.kind, row.reason, index(&row.detail)) {
            (DecisionKind::Enter, _, Some(at)) => self.add(Spot::Enter(id.0, at)),
            (DecisionKind::Exit, Some(Reason::LeaveRule), Some(at)) => self.add(Spot::Leave(id.0, at)),
            (DecisionKind::Goal, _, Some(at)) => self.add(Spot::Goal(id.0, at)),
            _ => {}
        }
        let Some(at) = row.step else { return };
        // A leave or stop ends a run wherever it stands; it stood there before.
        self.add(Spot::Step(id.0, at.0));
        if let Some(way) = journey.steps.get(at.index()).and_then(|step| way(step, row)) {
            self.add(Spot::Way(id.0, at.0, way));
        }
    }

    fn add(&mut self, spot: Spot) {
        self.spots.insert(spot);
    }

    /// What there is to reach in a program, and what was not.
    #[must_use]
    pub fn report(&self, program: &Arc<Program>) -> CoverageReport {
        let labels = Labels::new(Arc::clone(program));
        let mut unreached: Vec<(Place, Unreached)> = Vec::new();
        let mut journeys = Vec::new();
        let (mut reached_all, mut of_all) = (0, 0);
        for (index, journey) in program.journeys.iter().enumerate() {
            let spots = spots(program, &labels, JourneyId::at(index), journey);
            let reached = spots.iter().filter(|(spot, ..)| self.spots.contains(spot)).count();
            for (spot, place, what) in &spots {
                // Of a step that was not reached, its ways are not told one by one.
                let told = match spot {
                    Spot::Way(journey, step, _) => self.spots.contains(&Spot::Step(*journey, *step)),
                    _ => true,
                };
                if told && !self.spots.contains(spot) {
                    unreached.push((*place, entry(program, *place, &journey.name, what)));
                }
            }
            reached_all += reached;
            of_all += spots.len();
            journeys.push(JourneyCoverage { name: journey.name.clone(), reached, of: spots.len() });
        }
        let mut rules = (0, program.rules.len());
        for (index, rule) in (0..).zip(&program.rules) {
            if self.spots.contains(&Spot::Rule(index)) {
                rules.0 += 1;
                continue;
            }
            let place = program.source_map.rules.get(index as usize).copied().unwrap_or_default();
            let what = format!("suppression rule {} never held or dropped anything", rule.name);
            unreached.push((place, entry(program, place, "", &what)));
        }
        unreached.sort_by_key(|(place, _)| (place.file, place.line, place.column));
        let unreached = unreached.into_iter().map(|(_, entry)| entry).collect();
        CoverageReport { journeys, rules, unreached, total: (reached_all + rules.0, of_all + rules.1) }
    }
}

fn entry(program: &Program, place: Place, journey: &str, what: &str) -> Unreached {
    let file = program.source_map.files.get(place.file as usize).cloned().unwrap_or_default();
    Unreached { file, line: place.line, journey: journey.to_owned(), what: what.to_owned() }
}

/// Which way a row says was taken from its step.
fn way(step: &Step, row: &Decision) -> Option<u32> {
    let last = |count: usize| u32::try_from(count).ok();
    match (&step.kind, row.kind, row.reason, &row.detail) {
        (StepKind::WaitFor { .. }, DecisionKind::WaitOver, _, Detail::Index(arm)) => Some(*arm),
        (StepKind::WaitFor { arms, .. }, DecisionKind::WaitOver, Some(Reason::TimeUp), _) => last(arms.len()),
        (StepKind::Wait { until: Until::Date { .. }, .. }, DecisionKind::WaitOver, Some(reason), _) => {
            match reason {
                Reason::TimeUp => Some(0),
                Reason::Past => Some(1),
                Reason::Missing => Some(2),
                _ => None,
            }
        }
        (_, DecisionKind::Branch | DecisionKind::Experiment, _, Detail::Index(way)) => Some(*way),
        (StepKind::Send { .. }, DecisionKind::Send, _, _) => match row.verdict? {
            Verdict::Sent => Some(0),
            Verdict::Dropped => Some(1),
            Verdict::Held => None,
        },
        (StepKind::Send { .. }, DecisionKind::SendResult, Some(Reason::Failed), _) => Some(1),
        (StepKind::Call(_), DecisionKind::CallResult, reason, _) => Some(u32::from(reason.is_some())),
        _ => None,
    }
}

type Known = (Spot, Place, String);

/// Everything of a journey that a test can reach.
fn spots(program: &Program, labels: &Labels, id: JourneyId, journey: &Journey) -> Vec<Known> {
    let own = program.source_map.journeys.get(id.index()).copied().unwrap_or_default();
    let mut all: Vec<Known> = Vec::new();
    for (at, enter) in (0..).zip(&journey.enters) {
        let what = match enter {
            Enter::ByHand => "nobody enters by hand".to_owned(),
            _ => format!("nobody enters by {}", enter_label(program, enter)),
        };
        all.push((Spot::Enter(id.0, at), own, what));
    }
    for (at, leave) in (0..).zip(&journey.leaves) {
        all.push((
            Spot::Leave(id.0, at),
            own,
            format!("nobody leaves on {}", trigger_label(program, &leave.trigger)),
        ));
    }
    for (at, goal) in (0..).zip(&journey.goals) {
        all.push((
            Spot::Goal(id.0, at),
            own,
            format!("nobody reaches the goal {}", trigger_label(program, &goal.trigger)),
        ));
    }
    for (at, step) in journey.steps.iter().enumerate() {
        // What the compiler adds has no row, or no line.
        if matches!(
            step.kind,
            StepKind::Bind { .. } | StepKind::WaitAgain { .. } | StepKind::Exit { reason: None }
        ) {
            continue;
        }
        let step_id = StepId::at(at);
        let places = program.source_map.steps.get(id.index());
        let place = places.and_then(|places| places.get(at)).copied().unwrap_or_default();
        all.push((Spot::Step(id.0, step_id.0), place, format!("the step {} is never reached", step.name)));
        for (way, what) in (0..).zip(ways(labels, id, step_id, step)) {
            if !what.is_empty() {
                all.push((Spot::Way(id.0, step_id.0, way), place, format!("{}: {what}", step.name)));
            }
        }
    }
    all
}

/// The ways on from a step, by number; an empty text is no way that can be missed.
fn ways(labels: &Labels, journey: JourneyId, id: StepId, step: &Step) -> Vec<String> {
    let never = |way: &String| format!("never takes {way}");
    match &step.kind {
        StepKind::WaitFor { .. } => {
            let mut ways: Vec<String> =
                labels.ways(journey, id).iter().map(|arm| format!("never goes on by {arm}")).collect();
            ways.push("the time is never up".to_owned());
            ways
        }
        StepKind::Wait { until: Until::Date { missing, past, .. }, .. } => {
            let mut ways = vec!["never waits for its date".to_owned(), "its date is never past".to_owned()];
            // Where both lead to the same place, the author wrote one of them or none.
            if missing != past {
                ways.push("its date is never missing".to_owned());
            }
            ways
        }
        StepKind::If { .. } | StepKind::Match { otherwise: Some(_), .. } | StepKind::Repeat { .. } => {
            labels.ways(journey, id).iter().map(never).collect()
        }
        StepKind::Match { cases, otherwise: None, .. } => {
            labels.ways(journey, id).iter().take(cases.len()).map(never).collect()
        }
        StepKind::Experiment(_) => {
            labels.ways(journey, id).iter().map(|arm| format!("nobody falls into {arm}")).collect()
        }
        StepKind::Send { not_sent, .. } => {
            let not_sent = if not_sent.is_some() { "is always sent" } else { "" };
            vec!["is never sent".to_owned(), not_sent.to_owned()]
        }
        StepKind::Call(call) => {
            let failed = if call.failed.is_some() { "never fails" } else { "" };
            vec!["is never answered".to_owned(), failed.to_owned()]
        }
        _ => Vec::new(),
    }
}
