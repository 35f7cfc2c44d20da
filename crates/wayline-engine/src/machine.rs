//! The machine: one program, made ready, and what an input does to a customer.

mod ask;
mod due;
mod inputs;

use std::collections::VecDeque;
use std::sync::Arc;

use wayline_ir::Program;
use wayline_time::Moment;

use crate::prepare::{Index, ProgramFault};
use crate::state::{Customer, FAR};
use crate::turn::{FUEL, Turn};
use crate::{Effect, Input, Shared, sticky};

use due::Class;

/// A program, made ready to be executed. Made once, shared by all customers and threads.
#[derive(Debug)]
pub struct Machine {
    pub(crate) program: Arc<Program>,
    pub(crate) index: Index,
}

impl Machine {
    /// Makes a program ready.
    ///
    /// # Errors
    /// When the program refers to what it does not have.
    pub fn new(program: Arc<Program>) -> Result<Self, ProgramFault> {
        let index = Index::build(&program)?;
        Ok(Self { program, index })
    }

    /// The program.
    #[must_use]
    pub fn program(&self) -> &Arc<Program> {
        &self.program
    }

    /// A customer of whom nothing is known. The id is part of every hash that divides customers.
    #[must_use]
    pub fn new_customer(&self, id: &str) -> Customer {
        Customer {
            id: Arc::from(id),
            hash: sticky::of_id(id),
            now: Moment::MIN,
            frontier: Moment::MIN,
            due: FAR,
            asleep: FAR,
            zone: self.program.workspace.zone,
            begun: false,
            next_run: 0,
            next_seq: 0,
            profile: Vec::new(),
            updated: Vec::new(),
            held_since: Vec::new(),
            consents: Vec::new(),
            bounced: Vec::new(),
            history: Vec::new(),
            reactions: Vec::new(),
            sends: Vec::new(),
            runs: Vec::new(),
            entries: Vec::new(),
            goals: Vec::new(),
            members: Vec::new(),
            schedule: Vec::new(),
            seen: Vec::new(),
            pruned: [0; 3],
        }
    }

    /// Whether customers share anything: a daily limit of entries, or the rate of a channel. When not, they may be
    /// handled in any order.
    #[must_use]
    pub fn shares_anything(&self) -> bool {
        self.program.journeys.iter().any(|journey| journey.daily_limit.is_some())
            || self.program.channels.iter().any(|channel| channel.rate.is_some())
    }

    /// When the customer must be woken with [`Input::Due`] at the latest; none when only another input changes
    /// anything. Kept by the state: reading it is free. A paused journey does not wake anybody, except to leave it.
    #[must_use]
    pub fn next_due(&self, customer: &Customer) -> Option<Moment> {
        (customer.due != FAR).then_some(customer.due)
    }

    /// Handles one input of a customer at the moment `now` and appends the effects. Total: it never fails.
    ///
    /// Time does not go back: an earlier `now` than the customer was stepped to before counts as that moment.
    pub fn step(
        &self,
        customer: &mut Customer,
        shared: &mut Shared,
        input: Input,
        now: Moment,
        out: &mut Vec<Effect>,
    ) {
        let now = now.max(customer.now);
        customer.now = now;
        let mut turn = self.turn(customer, shared, out, now);
        if turn.customer.due.min(turn.customer.asleep) <= now {
            turn.catch_up(Class::Event);
        }
        turn.input(input);
        if !turn.customer.begun {
            turn.begin();
        }
        if !turn.joined.is_empty() {
            turn.enters(None);
        }
        turn.drain();
        turn.catch_up(Class::Entry);
        turn.settle();
    }

    /// What is at hand at a moment.
    pub(crate) fn turn<'t>(
        &'t self,
        customer: &'t mut Customer,
        shared: &'t mut Shared,
        out: &'t mut Vec<Effect>,
        now: Moment,
    ) -> Turn<'t> {
        Turn {
            program: &self.program,
            index: &self.index,
            customer,
            shared,
            out,
            now,
            queue: VecDeque::new(),
            joined: Vec::new(),
            doors: Vec::new(),
            rebound: false,
            fuel: FUEL,
        }
    }
}
