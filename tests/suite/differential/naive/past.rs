//! What is known of a customer: everything that ever happened, in the order in which it came in.

use wayline_engine::{Consent, EffectKey, Reason, RunId};
use wayline_ir::{
    ChannelId, EventId, FieldId, JourneyId, MessageId, Program, ReactionKind, RuleId, StepId, TopicId, Value,
};
use wayline_time::Moment;

use super::clock::Clock;

/// An event or a reaction of the past.
#[derive(Debug, Clone)]
pub(crate) struct Happened {
    pub place: Place,
    pub what: What,
    /// The fields of an event; the `value` of an answer.
    pub data: Value,
}

/// Where something stands in the past: by its own time, then by when it came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    pub at: Moment,
    pub number: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum What {
    Event(EventId),
    /// A reaction to a message on a channel that the run sent.
    Reaction(ReactionKind, MessageId, ChannelId, RunId),
}

/// A message that left.
#[derive(Debug, Clone)]
pub(crate) struct Left {
    pub key: EffectKey,
    pub message: MessageId,
    pub channel: ChannelId,
    pub topic: TopicId,
    pub journey: JourneyId,
    pub at: Moment,
    pub answered: bool,
    /// Whether the customer has another address since.
    pub former: bool,
}

/// A run, also when it has ended.
#[derive(Debug, Clone)]
pub(crate) struct Run {
    pub id: RunId,
    pub journey: JourneyId,
    pub step: StepId,
    pub entered: Moment,
    pub origin: Place,
    pub key: Value,
    pub slots: Vec<Value>,
    pub counters: Vec<u32>,
    /// How often each step was come to.
    pub visits: Vec<u32>,
    pub reached: Vec<bool>,
    pub standing: Standing,
}

/// What a run is doing.
#[derive(Debug, Clone)]
pub(crate) enum Standing {
    Moving,
    Wait { until: Moment },
    WaitFor { until: Moment },
    Collect { until: Moment, quiet: Option<Moment>, items: Vec<Value> },
    BestHour { until: Moment },
    Held(Held),
    Replaced,
    Sending(EffectKey),
    Calling(EffectKey),
    Ended,
}

/// A held message.
#[derive(Debug, Clone)]
pub(crate) struct Held {
    /// The moment of `send`.
    pub first: Moment,
    pub message: MessageId,
    pub reason: Reason,
    pub rule: Option<RuleId>,
    pub until: Moment,
    /// The slot of the channel's rate that is kept for it.
    pub slot: Option<Moment>,
    /// Whether an event or a change may end it.
    pub volatile: bool,
}

/// Goals that are watched although there is no run any more, or never was one.
#[derive(Debug, Clone)]
pub(crate) struct Watched {
    pub journey: JourneyId,
    pub run: Option<RunId>,
    pub entered: Moment,
    pub origin: Place,
    pub key: Value,
    pub slots: Vec<Value>,
    pub reached: Vec<bool>,
}

/// One customer.
#[derive(Debug, Clone)]
pub(crate) struct Person {
    pub id: String,
    /// The latest moment that was handled.
    pub now: Moment,
    /// The latest own time of what was handled.
    pub frontier: Moment,
    pub begun: bool,
    pub clock: Clock,
    pub profile: Vec<Value>,
    pub updated: Vec<Moment>,
    /// Since when each field has had its value.
    pub since: Vec<Moment>,
    pub consents: Vec<(TopicId, ChannelId, Consent, Moment)>,
    pub bounced: Vec<ChannelId>,
    pub past: Vec<Happened>,
    pub left: Vec<Left>,
    pub runs: Vec<Run>,
    pub watched: Vec<Watched>,
    pub entries: Vec<(JourneyId, Value, Moment)>,
    /// By segment: whether in it, and since when.
    pub members: Vec<(bool, Moment)>,
    /// By segment: whether it could not be computed when it was last asked.
    pub faulty: Vec<bool>,
    /// By journey and enter: since when its moments have been looked for.
    pub schedules: Vec<Vec<Moment>>,
    /// By journey and enter: the very moment at which it is due although something has changed at that moment.
    pub pending: Vec<Vec<Option<Moment>>>,
    pub seen: Vec<(String, Moment)>,
    pub numbered: u32,
}

impl Person {
    pub(crate) fn new(program: &Program, id: &str) -> Self {
        let fields = program.customer.len();
        Self {
            id: id.to_owned(),
            now: Moment::MIN,
            frontier: Moment::MIN,
            begun: false,
            clock: Clock::named(program.workspace.zone.name()).unwrap(),
            profile: vec![Value::Missing; fields],
            updated: vec![Moment::MIN; fields],
            since: vec![Moment::MAX; fields],
            consents: Vec::new(),
            bounced: Vec::new(),
            past: Vec::new(),
            left: Vec::new(),
            runs: Vec::new(),
            watched: Vec::new(),
            entries: Vec::new(),
            members: vec![(false, Moment::MIN); program.segments.len()],
            faulty: vec![false; program.segments.len()],
            schedules: program.journeys.iter().map(|j| vec![Moment::MAX; j.enters.len()]).collect(),
            pending: program.journeys.iter().map(|j| vec![None; j.enters.len()]).collect(),
            seen: Vec::new(),
            numbered: 0,
        }
    }

    /// What a field holds: its default when there is no value.
    pub(crate) fn field(&self, program: &Program, field: FieldId) -> Value {
        match &self.profile[field.index()] {
            Value::Missing => program.customer[field.index()].default.clone().unwrap_or_default(),
            value => value.clone(),
        }
    }

    pub(crate) fn consent(&self, topic: TopicId, channel: ChannelId) -> Consent {
        let known = self.consents.iter().find(|(t, c, ..)| (*t, *c) == (topic, channel));
        known.map_or(Consent::None, |(_, _, consent, _)| *consent)
    }

    /// The next place in the past.
    pub(crate) fn place(&mut self, at: Moment) -> Place {
        self.numbered += 1;
        Place { at, number: self.numbered }
    }

    /// Runs on their way: journeys of higher priority first, then the older run.
    pub(crate) fn running(&self, program: &Program) -> Vec<usize> {
        let mut all: Vec<usize> =
            (0..self.runs.len()).filter(|at| !matches!(self.runs[*at].standing, Standing::Ended)).collect();
        all.sort_by_key(|at| {
            let run = &self.runs[*at];
            (std::cmp::Reverse(program.journeys[run.journey.index()].priority), run.id)
        });
        all
    }
}

impl Run {
    /// When what it waits for is over.
    pub(crate) fn timer(&self) -> Option<Moment> {
        match &self.standing {
            Standing::Wait { until } | Standing::WaitFor { until } | Standing::BestHour { until } => {
                Some(*until)
            }
            Standing::Collect { until, quiet, .. } => Some(quiet.map_or(*until, |quiet| quiet.min(*until))),
            Standing::Held(held) => Some(held.until),
            Standing::Moving
            | Standing::Replaced
            | Standing::Sending(_)
            | Standing::Calling(_)
            | Standing::Ended => None,
        }
    }
}
