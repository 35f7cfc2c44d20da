//! The checked journey as plain, versioned, hashable data.
//!
//! A [`Program`] is everything a host needs to execute a workspace: no parser, no text positions needed to run, no I/O.
//! It is written by `wayline-lang` and read by `wayline-engine`, the simulator, the runtime and the provers.
//!
//! Absent on purpose: behaviour. What a program *does* is said in `wayline-engine` alone.

mod behaviour;
mod expr;
mod ids;
mod journey;
mod message;
mod program;
mod suppress;
mod testing;
mod types;
mod value;
mod visit;

pub use behaviour::{
    Act, Behaviour, Chance, Delay, Draw, Happening, Persona, PersonaConsent, ReactsTo, Recurrence, Repetition,
};
pub use expr::{
    ArithOp, CompareOp, Expr, HistoryQuery, HistoryRange, HistorySource, ListQuery, Query, Subject, TextOp,
};
pub use ids::{
    ActionId, CalendarId, ChannelId, CounterId, EventId, FieldId, JourneyId, MessageId, PersonaId, RuleId,
    SegmentId, ServiceId, SlotId, StageId, StepId, Symbol, TopicId,
};
pub use journey::{
    Arm, Call, Case, Direction, Enter, Experiment, ExperimentArm, Goal, Journey, Leave, Moved, NotSent,
    Param, Pattern, Reentry, Schedule, SendChoice, SendMode, Slot, Stage, Step, StepKind, Trigger, Until,
    WhileRunning,
};
pub use message::{
    Backlog, Channel, ChannelKind, Cost, Localised, Message, Part, PartKind, QuietHours, Rate, ReactionKind,
    Service, ServiceAction, Template, Topic, TopicPolicy,
};
pub use program::{
    Calendar, EventType, Guarantee, IR_FORMAT, Place, Program, ProgramError, Promise, Retention, Said,
    Segment, SourceMap, Workspace,
};
pub use suppress::{Cap, CapWindow, Clause, Otherwise, SendSet, SuppressRule, Target};
pub use testing::{
    By, ConsentState, Falls, Test, TestAction, TestClock, TestConsent, TestExpect, TestLine, TestMoment,
    TestSuite, TestWhen,
};
pub use types::{Field, Type};
pub use value::Value;
