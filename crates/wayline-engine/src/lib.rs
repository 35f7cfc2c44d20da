//! The one pure, deterministic journey engine behind test, dry run and production.
//!
//! # The contract
//!
//! A host keeps, for every customer, a [`Customer`] (plain data) and calls
//! [`Machine::step`] with one [`Input`] at a time and the present [`Moment`](wayline_time::Moment). The engine changes
//! the state and appends [`Effect`]s. The host commits state and effects together, then performs the effects, and tells
//! the engine what came of them as further inputs. [`Machine::next_due`] says when the customer must be woken at the
//! latest; the host then calls `step` with [`Input::Due`]. Waking a customer more often changes nothing.
//!
//! Nothing here reads a clock, draws chance, touches a file or waits. The same inputs give the same effects, everywhere
//! and for ever. `step` is total: unknown, late or repeated inputs are recorded and ignored. A state belongs to the
//! program it was made with; [`Upgrade`] carries it over to another.
//!
//! Customers share nothing but [`Shared`]: daily limits of entries and rates of channels. Without those in the program
//! ([`Machine::shares_anything`]) they may be handled in any order, or all at once.
//!
//! # What a step does
//!
//! Time does not go back: `now` is the later of the argument and the last step's. Then, in this order:
//!
//! 1. Everything due before `now`, each once, in the order of its moments, but under the rules of `now`: after downtime
//!    nothing is lost and nothing is repeated. At `now` itself: leave rules that time makes hold.
//! 2. The input, whole.
//! 3. What the input put off: events raised by `emit`, journeys started by `start`, held sends that were replaced, in
//!    the order they came.
//! 4. The rest of what is due at `now`: conditions waited for that time makes hold, segments that time alone changes
//!    (so a purchase at the very moment in which a customer would lapse keeps the customer), then waits, holds and
//!    gatherings that are over, then entries by segment and schedule. After each, what it put off.
//!
//! So at one moment the order is leave, event, timer, entry. Within a class it is by moment, then by priority of the
//! journey (higher first), then by age of the run (older first). Only runs that stand still are asked; a run moves until
//! it rests at a wait, a hold, a send without result or a call, or ends.
//!
//! One event: its id is compared with those of the last seven days ([`EVENT_IDS_KEPT_MS`]); it enters history at its own
//! time (not later than now); segments are asked anew; then goals, leave rules, waits and gatherings, held sends that it
//! may release, entries. Each looks at what the one before left. A reaction is handled like an event, after what it does
//! by itself: `unsubscribed` and `complained` withdraw consent for the message's topic on its channel, `bounced` marks the
//! address until the profile has another, a send that failed counts as the reaction `failed`. A reaction to a message
//! means, in leaves, goals and waits, what the run itself has sent; in entries and in questions about history, any send;
//! a reaction on a channel means any send on it. A changed profile field asks segments, leave rules, waits, held sends
//! and schedules anew, those that depend on it.
//!
//! An event is *late* when its own time lies before that of something handled already.
//!
//! # What stays what it is
//!
//! The moment at which a wait ends is computed when it begins; so is the moment at which a hold ends, which is asked
//! again then. Conditions (`leave when`, `when`, segments, rules) are asked on arrival, at every change they depend on,
//! and at the moment time alone can change them, which is computed, never polled. A wait that starts anew does not look
//! back (`since enter`) a second time. The variables of a run are its own; when one is bound anew, the leave conditions
//! that read it are asked.
//!
//! Windows of history are half-open: `in last D` holds at `t` of an event at `e` when `e <= t < e + D`. A goal counts from
//! the entry to the entry plus its window, the end included; re-entry `after D` is allowed from the last entry plus `D`
//! on; a message that is exactly `D` old has not expired `after D`; `hold up to D` may last exactly `D`.
//!
//! # Pauses
//!
//! A host pauses a journey in [`Shared`], without touching any customer: [`Shared::pause`], [`Shared::resume`]. A paused
//! run takes no step, and time does not end its waits; what answers them is taken, and the run then stands ready for the
//! step that follows. Ends of runs come at once. After a resume the host steps the customers who have runs of the journey
//! with [`Input::Due`]: what is overdue is done in the order in which it was due.
//!
//! # Versions
//!
//! A run keeps the version of the journey it began with. [`Upgrade::plan`] takes the program that runs and the one that is
//! to run, and gives the one to run from now on: the new one with the former versions that still have runs, retired.
//! [`Upgrade::customer`] rewrites a state for it. What has changed is asked anew at that moment.
//!
//! # What cannot be computed
//!
//! A division by zero or a number beyond 28 digits stops the run with a fault row, refuses the entry, leaves the segment
//! as it was, or forbids the send until something changes; it is never taken for a `no`. One input leads to at most
//! [`FUEL`] steps and events; what would go on for ever at one moment stops with a fault row.
//!
//! # Where what is
//!
//! `machine` is the way in, `turn` what is at hand during a step, `transition/` what each kind of step does, `suppress/`
//! whether a message may leave, `segment` what time and changes do to segments and schedules, `eval` and `history` answer
//! questions, `flip` says when an answer can change, `prepare/` reads off a program what a step needs to be quick,
//! `version/` replaces one program by another.

mod bits;
mod effect;
mod eval;
mod flip;
mod history;
mod input;
mod machine;
mod prepare;
mod segment;
mod shared;
mod state;
mod sticky;
mod suppress;
mod transition;
mod turn;
mod version;

pub use effect::{Decision, DecisionKind, Detail, Effect, Reason, Send, Verdict};
pub use input::{Consent, ConsentChange, EffectKey, Input, RunId, SendOutcome};
pub use machine::Machine;
pub use prepare::ProgramFault;
pub use shared::Shared;
pub use state::{Customer, EVENT_IDS_KEPT_MS, RunState, RunView, SENDS_KEPT_MS};
pub use sticky::millionths;
pub use turn::FUEL;
pub use version::{Fate, InUse, Runs, Upgrade, UpgradeProblem, Upgraded, Why};
