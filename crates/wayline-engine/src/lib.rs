//! The one pure, deterministic journey engine behind test, dry run and production.
//!
//! # The contract
//!
//! A host keeps, for every customer, a [`Customer`] (plain data) and calls
//! [`Machine::step`] with one [`Input`] at a time and the present [`Moment`](wayline_time::Moment). The engine changes
//! the state and appends [`Effect`]s. The host commits state and effects together, then performs the effects, and tells
//! the engine what came of them as further inputs. [`Machine::next_due`] says when the customer must be woken at the
//! latest; the host then calls `step` with [`Input::Due`].
//!
//! Nothing here reads a clock, draws chance, touches a file or waits. The same inputs give the same effects, everywhere
//! and for ever. `step` is total: unknown, late or repeated inputs are recorded and ignored.

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

pub use effect::{Decision, DecisionKind, Detail, Effect, Reason, Send, Verdict};
pub use input::{Consent, ConsentChange, EffectKey, Input, RunId, SendOutcome};
pub use machine::Machine;
pub use prepare::ProgramFault;
pub use shared::Shared;
pub use state::{Customer, EVENT_IDS_KEPT_MS, RunView, SENDS_KEPT_MS};
pub use turn::FUEL;
