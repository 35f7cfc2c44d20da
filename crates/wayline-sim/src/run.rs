//! A run over all customers: on one thread or several, with the same result.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::io;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread;

use wayline_engine::{Machine, ProgramFault};
use wayline_ir::Program;
use wayline_time::{MILLIS_PER_DAY, Moment};

use crate::input::{InputReport, People};
use crate::log::{Labels, Log, LogPart};
use crate::summary::{Summary, Tally};
use crate::world::{Hand, Life, World};

/// Customers are handled so many at a time, and their rows appended together.
const CHUNK: u32 = 256;

/// A thread may be so many chunks ahead of what is written.
const AHEAD: usize = 4;

/// 2026-01-05T00:00:00Z, a Monday: when a run without recorded events begins.
const DEFAULT_FROM: Moment = Moment(1_767_571_200_000);

/// So long is a run without recorded events, in milliseconds: 30 days.
const DEFAULT_LENGTH: i64 = 30 * MILLIS_PER_DAY;

/// How to run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// The first moment; by default that of the first recorded event, or 2026-01-05T00:00Z.
    pub from: Option<Moment>,
    /// The last moment; by default that of the last recorded event, or 30 days after the first.
    pub until: Option<Moment>,
    /// The seed of what people who are made up do.
    pub seed: u64,
    /// How many people are made up, by the personas of the program.
    pub personas: u32,
    /// On how many threads. The result does not depend on it. Customers who share something (a limit of entries a
    /// day, the rate of a channel) are handled in the order of time, on one thread.
    pub threads: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self { from: None, until: None, seed: 1, personas: 0, threads: 1 }
    }
}

/// Why a run was not made.
#[derive(Debug, thiserror::Error)]
pub enum SimError {
    /// The program cannot be executed.
    #[error("the program cannot be executed: {0}")]
    Program(#[from] ProgramFault),
    /// The log cannot be written.
    #[error("the decision log cannot be written: {0}")]
    Log(#[source] io::Error),
    /// People are to be made up, but nothing says how.
    #[error(
        "the workspace has no personas to make people up by; write a `persona`, or give files of customers and events"
    )]
    NoPersonas,
    /// There is nobody.
    #[error("there are no customers: give files of customers or events, or a number of personas")]
    Nobody,
    /// There is nobody, since no row of the files can be used.
    #[error("there are no customers left: no row of the files can be used")]
    NobodyLeft,
    /// The run ends before it begins.
    #[error("the run would end at {until}, before it begins at {from}")]
    Backwards {
        /// The first moment.
        from: Moment,
        /// The last moment.
        until: Moment,
    },
    /// More customers than can be counted.
    #[error("there are more customers than {}", u32::MAX)]
    TooMany,
    /// A thread of the run broke off, which is a fault of the simulator.
    #[error("a thread of the run broke off; this is a fault of wayline, please report it")]
    Thread,
}

/// Runs a program over people from files and people who are made up, and writes what was decided to the log.
///
/// `input` is what reading the files gave; it becomes part of the summary.
///
/// # Errors
/// When the program cannot be executed, there is nobody (what is wrong with the rows is in `input`), the times are the wrong way round, or the log cannot be
/// written.
pub fn simulate<L: Log>(
    program: &Arc<Program>,
    people: &People,
    input: InputReport,
    options: &Options,
    log: &mut L,
) -> Result<Summary, SimError> {
    if options.personas > 0 && program.personas.is_empty() {
        return Err(SimError::NoPersonas);
    }
    let listed = u32::try_from(people.all().len()).map_err(|_| SimError::TooMany)?;
    let total = listed.checked_add(options.personas).ok_or(SimError::TooMany)?;
    if total == 0 {
        return Err(if input.bad_rows > 0 { SimError::NobodyLeft } else { SimError::Nobody });
    }
    let machine = Machine::new(Arc::clone(program))?;
    let bounds = people.bounds();
    let from = options.from.or(bounds.map(|(first, _)| first)).unwrap_or(DEFAULT_FROM);
    let until = options.until.or(bounds.map(|(_, last)| last)).unwrap_or(from.plus_millis(DEFAULT_LENGTH));
    if until < from {
        return Err(SimError::Backwards { from, until });
    }
    let world = World::new(&machine, people, options.seed, from, until);
    let run = Run { world: &world, program, listed, total, width: width(options.personas) };
    let tally = if machine.shares_anything() {
        run.in_time_order(log)?
    } else if options.threads > 1 && total > CHUNK {
        run.on_threads(log, options.threads)?
    } else {
        run.one_by_one(log)?
    };
    log.finish().map_err(SimError::Log)?;
    let labels = Labels::new(Arc::clone(program));
    Ok(Summary::new(&labels, &tally, options, (from, until), u64::from(listed), input))
}

struct Run<'a> {
    world: &'a World<'a>,
    program: &'a Program,
    listed: u32,
    total: u32,
    /// The digits of the ids of people who are made up.
    width: usize,
}

impl<'a> Run<'a> {
    fn life<P>(&self, index: u32, hand: &mut Hand<P>) -> Life<'a> {
        match index.checked_sub(self.listed) {
            None => self.world.listed(index, hand),
            Some(number) => self.world.generated(index, number, Id::new(number, self.width).as_str(), hand),
        }
    }

    /// One customer after the other.
    fn one_by_one<L: Log>(&self, log: &mut L) -> Result<Tally, SimError> {
        let mut hand = Hand::new(self.program, log.part());
        for chunk in 0..self.total.div_ceil(CHUNK) {
            self.chunk(chunk, &mut hand);
            let part = std::mem::replace(&mut hand.part, log.part());
            log.append(part).map_err(SimError::Log)?;
        }
        Ok(hand.tally)
    }

    fn chunk<P: LogPart>(&self, chunk: u32, hand: &mut Hand<P>) {
        let first = chunk.saturating_mul(CHUNK);
        for index in first..self.total.min(first.saturating_add(CHUNK)) {
            let mut life = self.life(index, hand);
            while let Some(at) = self.world.next(&life) {
                self.world.turn(&mut life, hand, at);
            }
            self.world.done(life, hand);
        }
    }

    /// Chunks of customers on several threads. Thread t takes the chunks t, t + n, and so on; what they give is
    /// appended in the order of the chunks, so the result is that of one thread.
    fn on_threads<L: Log>(&self, log: &mut L, threads: usize) -> Result<Tally, SimError> {
        let chunks = self.total.div_ceil(CHUNK);
        let empty = log.part();
        thread::scope(|scope| {
            let mut workers = Vec::new();
            let mut parts: Vec<Receiver<L::Part>> = Vec::new();
            for first in 0..threads {
                let (done, part) = sync_channel(AHEAD);
                parts.push(part);
                let empty = empty.clone();
                workers.push(scope.spawn(move || {
                    let mut hand = Hand::new(self.program, empty.clone());
                    for chunk in (0..chunks).skip(first).step_by(threads) {
                        self.chunk(chunk, &mut hand);
                        // Nobody takes it: the log has failed.
                        if done.send(std::mem::replace(&mut hand.part, empty.clone())).is_err() {
                            break;
                        }
                    }
                    hand.tally
                }));
            }
            let mut failure = None;
            for (_, part) in (0..chunks).zip(parts.iter().cycle()) {
                // A worker that gives nothing broke off; joining it says so.
                let Ok(part) = part.recv() else { break };
                if let Err(error) = log.append(part) {
                    failure = Some(SimError::Log(error));
                    break;
                }
            }
            drop(parts);
            let mut sum = Tally::new(self.program);
            for worker in workers {
                sum.add(&worker.join().map_err(|_| SimError::Thread)?);
            }
            failure.map_or(Ok(sum), Err)
        })
    }

    /// All customers in the order of time, and at one instant in the order of the people. The rows of each customer
    /// are kept until the end, so that the log is in the order of the people here too.
    fn in_time_order<L: Log>(&self, log: &mut L) -> Result<Tally, SimError> {
        let mut hand = Hand::new(self.program, log.part());
        let mut lives: Vec<(Life<'_>, L::Part)> =
            (0..self.total).map(|index| (self.life(index, &mut hand), log.part())).collect();
        let mut next: BinaryHeap<Reverse<(Moment, u32)>> = BinaryHeap::new();
        for (index, (life, _)) in (0..).zip(&lives) {
            next.extend(self.world.next(life).map(|at| Reverse((at, index))));
        }
        while let Some(Reverse((at, index))) = next.pop() {
            let Some((life, part)) = lives.get_mut(index as usize) else { continue };
            std::mem::swap(part, &mut hand.part);
            self.world.turn(life, &mut hand, at);
            std::mem::swap(part, &mut hand.part);
            next.extend(self.world.next(life).map(|at| Reverse((at, index))));
        }
        for (_, part) in lives {
            log.append(part).map_err(SimError::Log)?;
        }
        Ok(hand.tally)
    }
}

/// The id of a person who is made up: `p` and a number from 1, with zeros before it.
struct Id([u8; 12]);

impl Id {
    fn new(number: u32, width: usize) -> Self {
        let mut bytes = [b' '; 12];
        let mut rest = u64::from(number) + 1;
        let (digits, before) = (bytes.iter_mut().rev(), width.min(11));
        for digit in digits.take(before) {
            // Lossless: one digit.
            *digit = b'0' + (rest % 10) as u8;
            rest /= 10;
        }
        if let Some(first) = bytes.get_mut(11 - before) {
            *first = b'p';
        }
        Self(bytes)
    }

    fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default().trim_start()
    }
}

/// The digits of the greatest number, at least four.
fn width(count: u32) -> usize {
    count.to_string().len().max(4)
}

impl Summary {
    fn new(
        labels: &Labels,
        tally: &Tally,
        options: &Options,
        (from, until): (Moment, Moment),
        listed: u64,
        input: InputReport,
    ) -> Self {
        let program = &labels.program;
        let messages = tally.messages(labels);
        let personas = program.personas.iter().map(|persona| persona.name.clone());
        Self {
            workspace: program.workspace.name.clone(),
            from: from.to_string(),
            until: until.to_string(),
            seed: options.seed,
            people: crate::PeopleSummary {
                listed,
                generated: u64::from(options.personas),
                personas: crate::summary::counts(personas.zip(tally.personas.iter().copied())),
            },
            events: tally.events,
            decisions: tally.decisions,
            journeys: tally.journeys(program),
            rules: crate::summary::rules(&messages),
            costs: crate::summary::costs(&messages),
            messages,
            calls: tally.calls(program),
            reactions_without_send: tally.reactions_without_send,
            out_of_time: tally.out_of_time,
            faults: tally.faults(),
            input,
        }
    }
}
