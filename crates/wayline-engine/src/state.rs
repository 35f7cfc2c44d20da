//! What is known of one customer: plain data, small, and nothing a program does not ask for.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use wayline_ir::{
    ChannelId, EventId, FieldId, JourneyId, MessageId, ReactionKind, RuleId, StepId, TopicId, Value,
};
use wayline_time::{Moment, Zone};

use crate::{Consent, EffectKey, Reason, RunId};

/// In states, a moment that never comes.
pub(crate) const FAR: Moment = Moment::MAX;

/// Event ids are remembered for seven days after they came in. A source that delivers the same event again later than
/// that is taken to mean a new one; queues redeliver within minutes to days.
pub const EVENT_IDS_KEPT_MS: i64 = 7 * wayline_time::MILLIS_PER_DAY;

/// Sends are remembered for at least 30 days, so that reactions find them: an unsubscribe link has to work for 30 days
/// (CAN-SPAM, 16 CFR 316.5 and 15 U.S.C. 7704(a)(3)). A reaction to an older send is recorded as stale and changes
/// nothing; a host that still knows what it was about tells the engine by a change of consent.
pub const SENDS_KEPT_MS: i64 = 30 * wayline_time::MILLIS_PER_DAY;

/// The state of one customer. Made by [`Machine::new_customer`](crate::Machine::new_customer), changed by
/// [`Machine::step`](crate::Machine::step) alone, and kept by the host as it likes: it is plain serde data.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Customer {
    pub(crate) id: Arc<str>,
    pub(crate) hash: u64,
    /// The latest moment this customer was stepped to.
    pub(crate) now: Moment,
    /// The latest own time of what was handled: of events and reactions, and of what was due.
    pub(crate) frontier: Moment,
    /// When something is due next; [`FAR`] when nothing is.
    pub(crate) due: Moment,
    /// When something of a run whose journey is paused is due, or was; [`FAR`] when nothing is.
    #[serde(default = "far", skip_serializing_if = "is_far")]
    pub(crate) asleep: Moment,
    pub(crate) zone: Zone,
    /// Whether the first input has been handled, so that segments and schedules are known.
    pub(crate) begun: bool,
    pub(crate) next_run: u32,
    pub(crate) next_seq: u32,
    /// By field; fields beyond the end are missing.
    pub(crate) profile: Vec<Value>,
    /// By field: the moment of the last update.
    pub(crate) updated: Vec<Moment>,
    /// Since when tracked fields have had their value.
    pub(crate) held_since: Vec<(FieldId, Moment)>,
    pub(crate) consents: Vec<KnownConsent>,
    /// Channels on which the present address does not work.
    pub(crate) bounced: Vec<ChannelId>,
    /// Sorted by moment, then by sequence.
    pub(crate) history: Vec<Past>,
    pub(crate) reactions: Vec<PastReaction>,
    /// In the order they were decided.
    pub(crate) sends: Vec<Sent>,
    /// By priority (higher first), then age (older first).
    pub(crate) runs: Vec<Run>,
    pub(crate) entries: Vec<LastEntry>,
    /// Goal windows of runs that have ended, and of customers held out.
    pub(crate) goals: Vec<OpenGoal>,
    /// By position among the tracked segments.
    pub(crate) members: Vec<Member>,
    /// By position among the scheduled enters: when each is due next.
    pub(crate) schedule: Vec<Moment>,
    /// Hashes of event ids, oldest first.
    pub(crate) seen: Vec<(u64, Moment)>,
    /// How many records history, reactions and sends had after they were last pruned.
    pub(crate) pruned: [u32; 3],
}

/// What is known of a consent, and since when.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct KnownConsent {
    pub topic: TopicId,
    pub channel: ChannelId,
    pub consent: Consent,
    pub at: Moment,
}

/// An event of the past, with the fields that are asked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Past {
    pub at: Moment,
    pub seq: u32,
    pub event: EventId,
    pub data: Value,
}

/// A reaction of the past.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct PastReaction {
    pub at: Moment,
    pub seq: u32,
    /// The run that had sent the message.
    pub run: RunId,
    pub message: MessageId,
    pub kind: ReactionKind,
    pub value: Value,
}

/// A message that was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Sent {
    pub key: EffectKey,
    pub message: MessageId,
    pub journey: JourneyId,
    pub at: Moment,
    /// Whether the customer opened, clicked, replied or answered.
    pub answered: bool,
    /// Whether it went to an address that is no longer the customer's, so that its bounce says nothing any more.
    #[serde(default, skip_serializing_if = "is_no")]
    pub readdressed: bool,
}

/// The last entry into a journey with a key.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct LastEntry {
    pub journey: JourneyId,
    pub key: Value,
    pub at: Moment,
}

/// A goal window that outlives its run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct OpenGoal {
    pub journey: JourneyId,
    /// None when the customer was held out.
    pub run: Option<RunId>,
    pub entered: Moment,
    pub origin: Origin,
    /// When the last window closes.
    pub until: Moment,
    /// The goals that were reached, as bits.
    pub reached: u64,
    pub key: Value,
    /// Only the slots that goals ask for; the others are missing.
    pub slots: Box<[Value]>,
}

/// Membership of a tracked segment.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) struct Member {
    pub inside: bool,
    pub since: Moment,
    /// When time alone may change it.
    pub flip: Moment,
    /// It could not be computed when it was asked last, and stayed as it was: nobody may take it for an answer.
    #[serde(default, skip_serializing_if = "is_no")]
    pub fault: bool,
}

/// The place of the entering event in history: what comes after it is `since enter`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Origin {
    pub at: Moment,
    pub seq: u32,
}

/// A run of a journey.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Run {
    pub id: RunId,
    pub journey: JourneyId,
    pub step: StepId,
    pub priority: u8,
    pub entered: Moment,
    pub origin: Origin,
    /// Since when it stands at the step.
    pub since: Moment,
    /// When its wait, hold or gathering is over.
    pub timer: Moment,
    /// When time alone may make a leave condition hold.
    pub leave_flip: Moment,
    /// When time alone may make a condition that is waited for hold.
    pub wait_flip: Moment,
    /// The goals that were reached, as bits.
    pub reached: u64,
    pub key: Value,
    pub slots: Box<[Value]>,
    /// How often it may have been at effects of the versions it was moved from: their keys are not used again.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub offset: u32,
    /// Loop counters of the journey, then visits of the effects that lie on a cycle.
    pub counters: Box<[u32]>,
    pub standing: Standing,
}

/// What a run is doing at its step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) enum Standing {
    /// It is on its way (only while a turn lasts).
    Moving,
    /// It waits for its timer.
    Wait,
    /// It waits for the first of several things.
    WaitFor,
    /// It gathers events.
    Collect(Box<Collected>),
    /// It waits for the hour the customer answers most.
    BestHour,
    /// Its send is held.
    Held(Box<Held>),
    /// Its send was replaced by a newer one, and it goes on as soon as it is its turn.
    Replaced,
    /// Its message left, and the provider has not answered.
    Sending(u32),
    /// A call was made, and the service has not answered.
    Calling(u32),
    /// Its journey is paused; it goes on to this step as soon as that is over.
    Ready(StepId),
    /// It has ended (only while a turn lasts).
    Ended,
}

/// Events gathered so far.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Collected {
    pub items: Vec<Value>,
    /// When the time is up, whatever comes.
    pub until: Moment,
}

/// A send that is held.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Held {
    /// When it was first asked.
    pub first: Moment,
    pub message: MessageId,
    pub reason: Reason,
    pub rule: Option<RuleId>,
    /// Until when, as far as is known.
    pub until: Option<Moment>,
    /// The slot of the channel's rate that is reserved for it.
    pub slot: Option<Moment>,
    /// Whether a change of the customer may release it before `until`.
    pub volatile: bool,
}

/// What a run does at its step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunState {
    /// It waits until a moment.
    Waits,
    /// It waits for the first of several things.
    WaitsFor,
    /// It gathers events.
    Collects,
    /// It waits for the hour the customer answers most.
    BestHour,
    /// Its message is held.
    Held,
    /// Its message left, and the provider has not answered.
    Sending,
    /// It has called a service that has not answered.
    Calling,
    /// Its journey is paused, and it goes on when that is over.
    Ready,
}

/// A run, for hosts to show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RunView {
    /// The run.
    pub run: RunId,
    /// Its journey.
    pub journey: JourneyId,
    /// Where it stands.
    pub step: StepId,
    /// What it does there.
    pub state: RunState,
    /// When it entered.
    pub entered: Moment,
    /// Since when it stands at the step.
    pub since: Moment,
    /// When its wait or hold ends, if time ends it; in the past when its journey is paused.
    pub until: Option<Moment>,
}

impl Customer {
    /// Its id.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// XXH3 (64 bits, seed 0) of its id, for hosts that divide customers among threads or shards.
    #[must_use]
    pub fn hash(&self) -> u64 {
        self.hash
    }

    /// The zone its local times are in: its own, or the workspace's.
    #[must_use]
    pub fn zone(&self) -> Zone {
        self.zone
    }

    /// What a profile field holds; the field's default is not applied.
    #[must_use]
    pub fn profile(&self, field: FieldId) -> &Value {
        self.profile.get(field.index()).unwrap_or(&Value::Missing)
    }

    /// What is known of a consent.
    #[must_use]
    pub fn consent(&self, topic: TopicId, channel: ChannelId) -> Consent {
        self.consents
            .iter()
            .find(|known| known.topic == topic && known.channel == channel)
            .map_or(Consent::None, |known| known.consent)
    }

    /// Its runs that are on their way: journeys of higher priority first, then older runs.
    pub fn runs(&self) -> impl Iterator<Item = RunView> {
        self.runs.iter().map(|run| RunView {
            run: run.id,
            journey: run.journey,
            step: run.step,
            state: run.standing.state(),
            entered: run.entered,
            since: run.since,
            until: Some(run.timer)
                .filter(|until| *until != FAR && !matches!(run.standing, Standing::Ready(_))),
        })
    }

    /// Takes in a consent; one that is older than what is known changes nothing.
    pub(crate) fn set_consent(&mut self, new: KnownConsent) {
        let known =
            self.consents.iter_mut().find(|known| known.topic == new.topic && known.channel == new.channel);
        match known {
            Some(known) if known.at > new.at => {}
            Some(known) => *known = new,
            None => self.consents.push(new),
        }
    }

    /// Writes a profile field.
    pub(crate) fn set_field(&mut self, field: FieldId, value: Value, at: Moment) {
        let index = field.index();
        if self.profile.len() <= index {
            self.profile.resize(index + 1, Value::Missing);
        }
        if self.updated.len() <= index {
            self.updated.resize(index + 1, Moment::MIN);
        }
        if let Some(updated) = self.updated.get_mut(index) {
            *updated = at;
        }
        if let Some(known) = self.profile.get_mut(index) {
            *known = value;
        }
    }

    /// When a field was last updated.
    pub(crate) fn updated(&self, field: FieldId) -> Moment {
        self.updated.get(field.index()).copied().unwrap_or(Moment::MIN)
    }

    pub(crate) fn next_seq(&mut self) -> u32 {
        self.next_seq = self.next_seq.saturating_add(1);
        self.next_seq
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_zero(number: &u32) -> bool {
    *number == 0
}

impl Standing {
    /// As hosts see it: between turns a run is neither on its way nor ended.
    fn state(&self) -> RunState {
        match self {
            Self::Wait => RunState::Waits,
            Self::WaitFor => RunState::WaitsFor,
            Self::Collect(_) => RunState::Collects,
            Self::BestHour => RunState::BestHour,
            Self::Held(_) => RunState::Held,
            Self::Sending(_) => RunState::Sending,
            Self::Calling(_) => RunState::Calling,
            Self::Ready(_) | Self::Moving | Self::Replaced | Self::Ended => RunState::Ready,
        }
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_no(flag: &bool) -> bool {
    !flag
}

fn far() -> Moment {
    FAR
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_far(moment: &Moment) -> bool {
    *moment == FAR
}

impl Run {
    /// Whether it is over (and only waits to be swept away).
    pub(crate) fn ended(&self) -> bool {
        matches!(self.standing, Standing::Ended)
    }

    /// The earliest moment at which it must be looked at.
    pub(crate) fn due(&self) -> Moment {
        self.timer.min(self.leave_flip).min(self.wait_flip)
    }

    /// The same while its journey is paused: when it may have to leave, and when a slot that is reserved for it is lost.
    pub(crate) fn due_while_paused(&self) -> Moment {
        let slot = match &self.standing {
            Standing::Held(held) => held.slot,
            _ => None,
        };
        self.leave_flip.min(slot.unwrap_or(FAR))
    }
}
