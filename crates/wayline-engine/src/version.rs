//! Versions: how a workspace is replaced by another while runs are on their way.
//!
//! An [`Upgrade`] is planned from the program that runs and the one that is to run. Everything is matched by its name.
//! A run keeps the version of the journey it began with: when the text of a journey has changed, or is gone, and there
//! are runs of it, its former version is carried over into the new program, retired: nobody enters it, and what is said
//! of the journey (`stop`, rules, re-entry, pauses) is said of all its versions. Everything else (messages, segments,
//! rules, channels) is the present one for all of them.
//!
//! A host stops stepping, notes what is in use ([`InUse::note`]) for every customer, plans, rewrites every customer
//! ([`Upgrade::customer`]) and what they share ([`Upgrade::shared`]), and goes on with [`Upgrade::program`]. Every
//! customer is due once after that: segments, leave rules, states that are waited for and held messages are asked anew.
//!
//! `names` says what is the same, `rewrite` and `body` carry expressions and journeys over, `carry` says which, `moving`
//! matches steps, `state` rewrites a customer.

mod body;
mod carry;
mod moving;
mod names;
mod rewrite;
mod state;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use wayline_ir::{JourneyId, MessageId, Program, Type};

use crate::state::Standing;
use crate::{Customer, Effect, Machine, ProgramFault, RunId};

use carry::{Carry, Former};
use moving::Moves;
use names::Names;

/// What customers still refer to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct InUse {
    /// Journeys with runs.
    runs: BTreeSet<JourneyId>,
    /// Journeys with goals that outlive their runs.
    goals: BTreeSet<JourneyId>,
    /// Journeys of which sends are remembered.
    names: BTreeSet<JourneyId>,
    messages: BTreeSet<MessageId>,
}

/// What is wanted for the runs of a journey of which the text has changed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Runs {
    /// They keep their version. With the same text they go on.
    #[default]
    Keep,
    /// Those of which the step has a match go on in the present version, the others keep theirs.
    Move,
    /// Those of which the step has a match go on in the present version, the others end.
    MoveElseStop,
    /// They end. Their goals are not counted any more.
    Stop,
}

/// What becomes of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// The text of its journey has not changed: it goes on.
    Unchanged,
    /// It goes on in the present version.
    Moved,
    /// It keeps its version.
    Kept(Why),
    /// It ends.
    Stopped,
}

/// Why a run is not moved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Why {
    /// It was not asked for.
    NotAsked,
    /// The journey is gone.
    JourneyGone,
    /// The present version has no step of the name of its step.
    NoStep(String),
    /// The step of that name does something else.
    OtherStep(String),
    /// The present version needs something there that the run does not hold, or holds with another type.
    Unbound(String),
    /// It waits for the answer of a provider or a service.
    Answer,
}

/// Why a program cannot replace another.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}: {reason}; {remedy}{}", self.place(), self.way_out())]
pub struct UpgradeProblem {
    /// The journey of which there are runs; empty when one of the programs cannot be executed.
    pub journey: String,
    /// Its version.
    pub version: String,
    /// What they need.
    pub what: String,
    /// Why they do not have it.
    pub reason: String,
    /// What helps.
    pub remedy: String,
}

/// A customer as the new program knows it.
#[derive(Debug, Clone, PartialEq)]
pub struct Upgraded {
    /// The customer.
    pub customer: Customer,
    /// Rows of runs that ended.
    pub effects: Vec<Effect>,
    /// What became of each run.
    pub runs: Vec<(RunId, Fate)>,
    /// Profile fields of the old program that are gone or have another type, of which the value was lost.
    pub lost: Vec<String>,
}

/// A program that is replaced by another.
#[derive(Debug)]
pub struct Upgrade {
    old: Machine,
    new: Machine,
    names: Names,
    /// By journey of the old program.
    formers: Vec<Former>,
    moves: Vec<Option<Moves>>,
    /// By event of the old program: its record in both.
    events: Vec<Option<(Type, Type)>>,
    /// By tracked segment, and by scheduled enter, of the new program: the old one.
    members: Vec<Option<usize>>,
    schedule: Vec<Option<usize>>,
    /// Whether a message that is held may be allowed now.
    asks_held: bool,
    /// By journey of the old program: what stands for it.
    roots: Vec<Option<JourneyId>>,
}

impl InUse {
    /// Notes what a customer refers to.
    pub fn note(&mut self, customer: &Customer) {
        self.runs.extend(customer.runs.iter().map(|run| run.journey));
        self.goals.extend(customer.goals.iter().map(|goal| goal.journey));
        self.names.extend(customer.sends.iter().map(|sent| sent.journey));
        self.messages.extend(customer.sends.iter().map(|sent| sent.message));
        self.messages.extend(customer.reactions.iter().map(|past| past.message));
        self.messages.extend(customer.runs.iter().filter_map(|run| match &run.standing {
            Standing::Held(held) => Some(held.message),
            _ => None,
        }));
    }

    /// Takes in what others have noted.
    pub fn merge(&mut self, other: Self) {
        self.runs.extend(other.runs);
        self.goals.extend(other.goals);
        self.names.extend(other.names);
        self.messages.extend(other.messages);
    }

    fn anything(&self) -> bool {
        !(self.runs.is_empty() && self.goals.is_empty() && self.names.is_empty() && self.messages.is_empty())
    }

    /// Whether anything refers to a journey.
    fn has(&self, journey: JourneyId) -> bool {
        self.runs.contains(&journey) || self.goals.contains(&journey) || self.names.contains(&journey)
    }
}

impl Upgrade {
    /// Plans to replace `old`, which may have retired journeys of earlier upgrades, by `new`, as the compiler made it.
    /// `in_use` was noted for all customers; `wanted` says by the names of journeys in `old` what is to become of runs,
    /// [`Runs::Keep`] where it says nothing.
    ///
    /// # Errors
    /// When runs would lose what they need.
    pub fn plan(
        old: &Arc<Program>,
        new: &Program,
        in_use: &InUse,
        wanted: &BTreeMap<String, Runs>,
    ) -> Result<Self, Vec<UpgradeProblem>> {
        let old = Machine::new(Arc::clone(old)).map_err(|fault| unsound("the program that runs", &fault))?;
        let mut carry = Carry::new(old.program(), new);
        let formers = carry.carry(in_use, wanted);
        if !carry.problems.is_empty() {
            return Err(carry.problems);
        }
        let Carry { new, names, roots, .. } = carry;
        let new = Machine::new(Arc::new(new)).map_err(|fault| unsound("the new program", &fault))?;
        let moves = formers.iter().enumerate().map(|(at, former)| {
            let wanted = matches!(former.runs, Runs::Move | Runs::MoveElseStop) && !former.same;
            let present = former.present.filter(|_| wanted)?;
            Moves::between(&old, JourneyId::at(at), &new, present, &names)
        });
        let moves = moves.collect();
        let asks_held = asks_otherwise(old.program(), new.program());
        let events = state::events(&old, &new, &names);
        let (members, schedule) = (state::members(&old, &new, &names), state::schedule(&old, &new, &formers));
        Ok(Self { old, new, names, formers, moves, events, members, schedule, asks_held, roots })
    }

    /// The program to run from now on: the new one, and behind its journeys the former versions that are needed.
    #[must_use]
    pub fn program(&self) -> &Arc<Program> {
        self.new.program()
    }

    /// What would become of each run of a customer.
    #[must_use]
    pub fn preview(&self, customer: &Customer) -> Vec<(RunId, JourneyId, Fate)> {
        customer.runs.iter().map(|run| (run.id, run.journey, self.fate(run))).collect()
    }
}

/// Whether anything that is asked of a message has changed.
fn asks_otherwise(old: &Program, new: &Program) -> bool {
    let limits = |program: &Program| -> Vec<_> {
        let messages = program.messages.iter();
        messages.map(|it| (it.name.clone(), it.channel, it.topic, it.expires_after)).collect()
    };
    old.rules != new.rules
        || old.channels != new.channels
        || old.topics != new.topics
        || old.calendars != new.calendars
        || old.segments != new.segments
        || old.customer != new.customer
        || old.workspace != new.workspace
        || old.events.iter().map(|event| &event.name).ne(new.events.iter().map(|event| &event.name))
        || limits(old) != limits(new)
}

impl UpgradeProblem {
    fn way_out(&self) -> &'static str {
        if self.journey.is_empty() { "" } else { ", or stop the runs that cannot be moved" }
    }

    fn place(&self) -> String {
        match self.journey.as_str() {
            "" => self.what.clone(),
            journey => format!("runs of journey {journey} (version {}) need {}", self.version, self.what),
        }
    }
}

fn unsound(what: &str, fault: &ProgramFault) -> Vec<UpgradeProblem> {
    vec![UpgradeProblem {
        journey: String::new(),
        version: String::new(),
        what: what.to_owned(),
        reason: fault.place.clone() + ": " + &fault.problem,
        remedy: "compile the workspace again".to_owned(),
    }]
}
