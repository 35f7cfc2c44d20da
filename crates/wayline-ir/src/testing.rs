//! Tests as data: stories on a virtual clock and what must come of them. Only `wayline test` reads this; no host does.

use serde::{Deserialize, Serialize};
use wayline_time::{Date, Span, TimeOfDay, Zone};

use crate::{
    ActionId, ChannelId, EventId, Expr, FieldId, JourneyId, MessageId, PartKind, Place, Program,
    ReactionKind, RuleId, ServiceId, TopicId, Value,
};

/// The tests of a workspace.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TestSuite {
    /// The program they run on: that of the workspace, which also keeps the history that conditions of tests ask about.
    pub program: Program,
    /// The tests in the order of their files and of the text; a table of cases is one test for each case.
    pub tests: Vec<Test>,
}

/// A story.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Test {
    /// What it shows.
    pub title: String,
    /// Of a table of cases: what is special about this one.
    pub case: Option<String>,
    /// Where it begins; of a case, its place in the table.
    pub place: Place,
    /// The customers of the story by name, in the order in which they appear; the one without a name is `customer`.
    pub customers: Vec<String>,
    /// What happens and what is expected, in written order.
    pub lines: Vec<TestLine>,
}

/// A line of a story.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TestLine {
    /// Where it stands.
    pub place: Place,
    /// When.
    pub when: TestWhen,
    /// Which customer it is about, an index into [`Test::customers`].
    pub customer: u32,
    /// What happens or is expected.
    pub action: TestAction,
}

/// When a line happens. The clock of a test never goes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum TestWhen {
    /// At the moment of the line before.
    Same,
    /// At a local time.
    At(TestMoment),
    /// So long after the line before, on the clock of the line's customer.
    After(Span),
    /// An expectation: some time from the line before until so long after it, both included.
    Within(Span),
    /// An expectation: some time from the line before, included, until this moment, excluded.
    Before(TestMoment),
}

/// A local date and time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct TestMoment {
    /// The day.
    pub date: Date,
    /// The time.
    pub time: TimeOfDay,
    /// On whose clock.
    pub clock: TestClock,
}

/// Whose clock a local time is read from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum TestClock {
    /// The workspace's.
    Workspace,
    /// The customer's, as it is when the line comes.
    Customer,
    /// That of a zone.
    Zone(Zone),
}

/// What happens or is expected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum TestAction {
    /// The profile is made or changed; without anything in it, the line only says whom the next lines are about.
    Customer {
        /// Fields and their new values; [`Value::Missing`] takes one away.
        changes: Vec<(FieldId, Value)>,
        /// Consents.
        consents: Vec<TestConsent>,
        /// When the source knew it, when that is not now.
        dated: Option<TestMoment>,
    },
    /// An event.
    Event {
        /// Which.
        event: EventId,
        /// Its fields in declared order, a [`Value::Record`].
        data: Value,
        /// The source's own id.
        id: Option<String>,
        /// When it happened, when that is not now.
        dated: Option<TestMoment>,
    },
    /// The customer reacts to the message sent last.
    Reaction {
        /// To which message.
        message: MessageId,
        /// How.
        kind: ReactionKind,
        /// The value of an answer, else missing.
        value: Value,
        /// When it happened, when that is not now.
        dated: Option<TestMoment>,
    },
    /// From here on the provider accepts the message, or refuses it.
    Provider {
        /// Which message.
        message: MessageId,
        /// Why it is refused; none when it is accepted.
        refusal: Option<String>,
        /// How long the provider takes; no time when absent.
        after: Option<Span>,
    },
    /// What a service answers: to calls that wait for it, and from here on.
    Service {
        /// Which service.
        service: ServiceId,
        /// Which action.
        action: ActionId,
        /// The response, a record; none when the call fails for good.
        returns: Option<Value>,
        /// Why it fails.
        failure: Option<String>,
        /// How long it takes; no time when absent.
        after: Option<Span>,
    },
    /// A journey is entered by hand.
    Enter {
        /// Which.
        journey: JourneyId,
        /// Its arguments.
        args: Vec<Value>,
    },
    /// A journey is paused.
    Pause(JourneyId),
    /// A paused journey goes on.
    Resume(JourneyId),
    /// Whatever runs the journeys stands still for so long. What is due is done afterwards.
    Down(Span),
    /// The workspace takes the place of its former version, on which the story ran so far.
    Deploy {
        /// Journeys of which the runs move to the new version where they can.
        moving: Vec<JourneyId>,
    },
    /// On which side of a division the customer falls. Chosen by the customer's id, before the story begins.
    Falls(Falls),
    /// Something is expected.
    Expect(TestExpect),
}

/// What a customer consents to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct TestConsent {
    /// For what.
    pub topic: TopicId,
    /// Where.
    pub channel: ChannelId,
    /// What is known now.
    pub state: ConsentState,
}

/// What is known of a consent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ConsentState {
    /// `marketing on email`: given, and confirmed.
    Confirmed,
    /// `unconfirmed marketing on email`: given only.
    Unconfirmed,
    /// `no marketing on email`: withdrawn.
    Withdrawn,
}

/// A side of a division of customers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Falls {
    /// Into an arm of an experiment: the places from the first, included, to the second, excluded, of 1 000 000.
    Experiment {
        /// The experiment.
        experiment: String,
        /// The places of the arm.
        places: (u32, u32),
    },
    /// Into the holdout of a journey. Who is not said to be held out of a journey is not.
    Holdout(JourneyId),
    /// Into a bucket, or not.
    Bucket {
        /// Its name.
        name: String,
        /// Its share in millionths.
        share: u32,
        /// Into it, or not.
        inside: bool,
    },
}

/// What is expected. Of things that happen: at the very moment of the line; with [`TestWhen::Within`] and
/// [`TestWhen::Before`], some time in that stretch. What is not to happen must not have happened since the line before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum TestExpect {
    /// A message was sent.
    Send {
        /// Which.
        message: MessageId,
        /// Asked with the texts of `parts` as slots.
        filter: Option<Expr>,
        /// The parts of the message that the filter may ask: slot 0, 1, …
        parts: Vec<PartKind>,
    },
    /// No message was sent, or not this one.
    NoSend(Option<MessageId>),
    /// From here to the end of everything nothing is sent.
    NoMoreSends,
    /// A message is held.
    Held {
        /// Which.
        message: MessageId,
        /// By what.
        by: Option<By>,
        /// Until when.
        until: Option<TestMoment>,
    },
    /// A message was dropped.
    Dropped {
        /// Which.
        message: MessageId,
        /// By what.
        by: Option<By>,
    },
    /// A run began.
    Entered(JourneyId),
    /// No run began; with a reason: an entry was refused for it.
    NotEntered {
        /// Which journey.
        journey: JourneyId,
        /// Why.
        by: Option<By>,
    },
    /// A run ended.
    Left {
        /// Which journey.
        journey: JourneyId,
        /// The words of its `exit`.
        words: Option<String>,
        /// Why.
        by: Option<By>,
    },
    /// No run ended.
    NotLeft(JourneyId),
    /// The goal was reached.
    Goal(JourneyId),
    /// The goal was not reached.
    NoGoal(JourneyId),
    /// An action was called.
    Call {
        /// Which service.
        service: ServiceId,
        /// Which action.
        action: ActionId,
        /// Asked with the request as item 0.
        filter: Option<Expr>,
    },
    /// An action was not called.
    NoCall {
        /// Which service.
        service: ServiceId,
        /// Which action.
        action: ActionId,
    },
    /// A condition about the customer or the past holds.
    That(Expr),
}

/// What decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum By {
    /// A suppression rule.
    Rule(RuleId),
    /// A reason, by its word in the decision log.
    Reason(String),
}

impl TestExpect {
    /// Whether it says that something does not happen.
    #[must_use]
    pub const fn is_negative(&self) -> bool {
        matches!(
            self,
            Self::NoSend(_)
                | Self::NoMoreSends
                | Self::NotEntered { by: None, .. }
                | Self::NotLeft(_)
                | Self::NoGoal(_)
                | Self::NoCall { .. }
        )
    }
}
