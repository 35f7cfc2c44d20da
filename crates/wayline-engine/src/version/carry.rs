//! What the new program has to take over from the old one for the sake of runs that are on their way.

use std::collections::{BTreeMap, BTreeSet};

use wayline_ir::{EventId, FieldId, Journey, JourneyId, MessageId, Program, Retention, Symbol, Type};

use super::body::husk;
use super::names::{Names, fits};
use super::rewrite::Pair;
use super::{InUse, Runs, UpgradeProblem};

/// What becomes of a journey of the old program.
#[derive(Debug, Clone, Default)]
pub(super) struct Former {
    /// The journey of the new program that it is a version of.
    pub present: Option<JourneyId>,
    /// Whether that has the same text.
    pub same: bool,
    /// Its copy in the new program, with or without a body.
    pub copy: Option<JourneyId>,
    /// Whether runs go on in the copy.
    pub body: bool,
    /// Whether goals that outlive their runs go on in the copy, or in the present version with the same text.
    pub goals: bool,
    /// What is wanted for its runs.
    pub runs: Runs,
    /// What its slots hold.
    pub slots: Vec<(Type, Type)>,
}

/// The work of carrying former versions over.
pub(super) struct Carry<'a> {
    pub old: &'a Program,
    pub new: Program,
    pub names: Names,
    /// By old journey: what stands for it when it is started or stopped.
    pub roots: Vec<Option<JourneyId>>,
    /// Of the journey that is being carried over.
    pub slots: Vec<Option<Pair>>,
    journey: (String, String),
    pub problems: Vec<UpgradeProblem>,
    /// Events of which former versions ask the past, by their old ids.
    pub asked: BTreeSet<EventId>,
    pub asks_reactions: bool,
}

impl<'a> Carry<'a> {
    pub(super) fn new(old: &'a Program, new: &Program) -> Self {
        Self {
            old,
            new: new.clone(),
            names: Names::of(old, new),
            roots: Vec::new(),
            slots: Vec::new(),
            journey: (String::new(), String::new()),
            problems: Vec::new(),
            asked: BTreeSet::new(),
            asks_reactions: false,
        }
    }

    pub(super) fn problem(&mut self, what: &str, reason: &str, remedy: &str) {
        let (journey, version) = self.journey.clone();
        let (what, reason, remedy) = (what.to_owned(), reason.to_owned(), remedy.to_owned());
        let problem = UpgradeProblem { journey, version, what, reason, remedy };
        if !self.problems.contains(&problem) {
            self.problems.push(problem);
        }
    }

    pub(super) fn gone(&mut self, what: &str) {
        self.problem(what, "it is gone", "keep it until the runs are over");
    }

    /// Carries over what is in use, and says what becomes of each journey.
    pub(super) fn carry(&mut self, in_use: &InUse, wanted: &BTreeMap<String, Runs>) -> Vec<Former> {
        if in_use.anything() {
            self.words();
        }
        let mut formers = self.formers(in_use, wanted);
        self.places(in_use, &mut formers);
        for (at, former) in formers.iter_mut().enumerate() {
            let Some(journey) = self.old.journeys.get(at) else { continue };
            self.journey = (journey.name.clone(), journey.version.clone());
            if former.same {
                if in_use.has(JourneyId::at(at)) && former.runs != Runs::Stop {
                    self.still_fits(journey, former, in_use.runs.contains(&JourneyId::at(at)));
                }
            } else if former.copy.is_some() {
                self.copy(journey, former);
            }
        }
        for message in &in_use.messages {
            self.message_in_use(*message);
        }
        self.retain();
        formers
    }

    /// Words of the old program that the new one does not have.
    fn words(&mut self) {
        for (at, word) in self.old.symbols.iter().enumerate() {
            if let Some(place @ None) = self.names.symbols.get_mut(at) {
                *place = Some(Symbol::at(self.new.symbols.len()));
                self.new.symbols.push(word.clone());
            }
        }
    }

    fn formers(&self, in_use: &InUse, wanted: &BTreeMap<String, Runs>) -> Vec<Former> {
        let mut present: BTreeMap<&str, usize> = BTreeMap::new();
        for (at, journey) in self.new.journeys.iter().enumerate() {
            present.insert(&journey.name, at);
            for former in &journey.formerly {
                present.entry(former).or_insert(at);
            }
        }
        let all = self.old.journeys.iter().enumerate();
        all.map(|(at, journey)| {
            let present = present.get(journey.name.as_str()).copied();
            let known = present.and_then(|at| self.new.journeys.get(at));
            let same = known.is_some_and(|known| is_same(journey, known));
            let runs = wanted.get(&journey.name).copied().unwrap_or_default();
            let keeps = matches!(runs, Runs::Keep | Runs::Move);
            let id = JourneyId::at(at);
            let body = !same && keeps && in_use.runs.contains(&id);
            let goals = runs != Runs::Stop && (same || in_use.goals.contains(&id));
            let present = present.map(JourneyId::at);
            Former { present, same, copy: None, body, goals, runs, slots: Vec::new() }
        })
        .collect()
    }

    /// Which journeys have copies, and where. Those that a copy starts or stops have one as well, when they are gone.
    fn places(&mut self, in_use: &InUse, formers: &mut [Former]) {
        let mut named = BTreeSet::new();
        for (former, journey) in formers.iter().zip(&self.old.journeys) {
            for step in journey.steps.iter().filter(|_| former.body) {
                if let wayline_ir::StepKind::Start { journey, .. }
                | wayline_ir::StepKind::Stop { journey, .. } = step.kind
                    && formers.get(journey.index()).is_some_and(|former| former.present.is_none())
                {
                    named.insert(journey);
                }
            }
        }
        let mut next = self.new.journeys.len();
        for (at, former) in formers.iter_mut().enumerate() {
            let id = JourneyId::at(at);
            if !former.same && (named.contains(&id) || in_use.has(id)) {
                former.copy = Some(JourneyId::at(next));
                next += 1;
            }
        }
        let root = |at: usize, former: &Former| {
            let name = &self.old.journeys.get(at)?.name;
            let mut versions = formers.iter().zip(&self.old.journeys);
            former
                .present
                .or_else(|| versions.find(|(other, it)| it.name == *name && other.copy.is_some())?.0.copy)
        };
        self.roots = formers.iter().enumerate().map(|(at, former)| root(at, former)).collect();
    }

    fn copy(&mut self, journey: &Journey, former: &mut Former) {
        let present = former.present.and_then(|id| self.new.journeys.get(id.index()));
        let name = present.map_or(&journey.name, |known| &known.name).clone();
        let copy = if former.body {
            self.body(journey, &name)
        } else if former.goals {
            self.goals_of(journey, &name)
        } else {
            husk(journey, &name)
        };
        if !copy.slots.is_empty() {
            let known = journey.slots.iter().zip(&copy.slots).enumerate();
            former.slots = known
                .map(|(at, (old, new))| match self.slots.get(at).cloned().flatten() {
                    Some(pair) => (pair.old, pair.new),
                    None => (old.ty.clone(), new.ty.clone()),
                })
                .collect();
        }
        self.new.journeys.push(copy);
    }

    /// A journey with the same text goes on with what its runs hold.
    fn still_fits(&mut self, journey: &Journey, former: &mut Former, has_runs: bool) {
        let Some(present) = former.present.and_then(|id| self.new.journeys.get(id.index())) else { return };
        let slots: Vec<_> = journey.slots.iter().zip(&present.slots).collect();
        former.slots = slots.iter().map(|(old, new)| (old.ty.clone(), new.ty.clone())).collect();
        let unfit: Vec<String> = slots
            .iter()
            .filter(|(old, new)| has_runs && !fits(&old.ty, &new.ty))
            .map(|(old, _)| format!("what runs hold as {}", old.name))
            .collect();
        for what in unfit {
            self.problem(&what, "it has another type now", "keep its type, or give the new one another name");
        }
    }

    /// A message that is gone from the text, but was sent not long ago: reactions to it still count.
    fn message_in_use(&mut self, id: MessageId) {
        let Some(message) = self.old.messages.get(id.index()) else { return };
        let channel = Names::get(&self.names.channels, message.channel.index());
        let topic = Names::get(&self.names.topics, message.topic.index());
        if channel.is_some() && topic.is_some() {
            self.message(id);
        }
    }

    /// What former versions ask of the past is kept on.
    fn retain(&mut self) {
        for id in &self.asked {
            let Some(old) = self.old.events.get(id.index()) else { continue };
            let (Some(keep), Some(new)) = (&old.keep, Names::get(&self.names.events, id.index())) else {
                continue;
            };
            let Some(new) = self.new.events.get_mut(new.index()) else { continue };
            let field = |field: &FieldId| {
                let name = &old.fields.get(field.index())?.name;
                new.fields.iter().position(|known| known.name == *name).map(FieldId::at)
            };
            let fields = keep.fields.iter().filter_map(field).collect();
            let keep = Retention { fields, ..keep.clone() };
            new.keep = Some(union(new.keep.take(), keep));
        }
        if let Some(keep) = self.old.keep_sends.clone().filter(|_| self.asks_reactions) {
            self.new.keep_sends = Some(union(self.new.keep_sends.take(), keep));
        }
    }
}

fn union(known: Option<Retention>, more: Retention) -> Retention {
    let Some(mut known) = known else { return more };
    known.span = match (known.span, more.span) {
        (Some(a), Some(b)) => Some(if a.max_millis() >= b.max_millis() { a } else { b }),
        _ => None,
    };
    known.since_enter |= more.since_enter;
    known.latest |= more.latest;
    known.fields.extend(more.fields);
    known.fields.sort_unstable();
    known.fields.dedup();
    known
}

/// Whether runs of one journey simply go on in the other.
fn is_same(old: &Journey, new: &Journey) -> bool {
    let kind = |journey: &Journey, at: usize| {
        journey.steps.get(at).map(|step| (step.name.clone(), std::mem::discriminant(&step.kind)))
    };
    old.version == new.version
        && old.counters == new.counters
        && old.steps.len() == new.steps.len()
        && (0..old.steps.len()).all(|at| kind(old, at) == kind(new, at))
        && old.slots.len() == new.slots.len()
        && old.slots.iter().zip(&new.slots).all(|(old, new)| old.name == new.name)
}
