//! A second interpreter of compiled workspaces, written to be obvious: one clock that ticks, and at each tick everything
//! is asked anew. It keeps the whole past of a customer and reads it from the beginning for every question. Nothing is
//! computed ahead, remembered or looked up, so it shares no idea with the engine but the pages that describe both.

mod ask;
mod changes;
mod clock;
mod door;
mod flow;
mod goals;
mod inputs;
mod past;
mod rules;
mod schedules;
mod sends;
mod steps;
mod ticks;
mod waits;

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::rc::Rc;

use wayline_engine::{Decision, DecisionKind, Detail, Effect, Input, Reason, RunId};
use wayline_ir::{ChannelId, EventId, FieldId, JourneyId, Program, SegmentId, Value};
use wayline_time::Moment;

use ask::Ask;
use past::{Person, Run, Standing};

/// The interpreter and all of its customers.
pub(crate) struct Naive<'p> {
    program: &'p Program,
    people: Vec<Person>,
    shared: Shared,
    ticks: Ticks,
    /// By how much clocks are set forth and back.
    shifts: BTreeSet<i64>,
    /// Whether some input went in circles: such worlds are not compared.
    circles: Rc<Cell<bool>>,
    met: Met,
}

/// How often each form of the language was carried out, by its name.
pub(crate) type Met = Rc<RefCell<BTreeMap<String, u64>>>;

/// The clock.
#[derive(Debug, Clone)]
pub(crate) struct Ticks {
    /// How long a tick is.
    tick: i64,
    /// Where in a tick something may happen: 0, and what lengths that are no multiple of it lead to.
    beats: BTreeSet<i64>,
}

impl Ticks {
    /// The next moment of the clock.
    fn next(&self, after: Moment) -> Moment {
        let base = after.0.div_euclid(self.tick) * self.tick;
        let beats = self.beats.iter().flat_map(|beat| [base + beat, base + self.tick + beat]);
        Moment(beats.filter(|at| *at > after.0).min().unwrap())
    }
}

/// What all customers share.
#[derive(Debug, Default)]
pub(crate) struct Shared {
    /// Each entry into a journey.
    entered: Vec<(JourneyId, Moment)>,
    /// Each slot that was given of a channel's rate.
    slots: Vec<(ChannelId, Moment)>,
}

/// What comes after what is being done.
pub(crate) enum Task {
    Event(EventId, Value),
    Start(JourneyId, Vec<Value>),
    Replaced(RunId),
    Changed(Vec<FieldId>),
}

/// One input of one customer at one moment.
pub(crate) struct Turn<'t> {
    program: &'t Program,
    person: &'t mut Person,
    shared: &'t mut Shared,
    out: &'t mut Vec<Effect>,
    now: Moment,
    queue: VecDeque<Task>,
    /// Segments that were joined or left and that entries have not heard of.
    moved: Vec<(SegmentId, bool)>,
    ticks: &'t Ticks,
    /// How many more steps and events may be handled.
    fuel: u32,
    /// Moments at which nothing was asked, because nothing ran.
    missed: &'t [Moment],
    met: &'t Met,
}

impl<'p> Naive<'p> {
    pub(crate) fn new(program: &'p Program, ids: &[String], tick: i64) -> Self {
        let people = ids.iter().map(|id| Person::new(program, id)).collect();
        let ticks = Ticks { tick, beats: [0].into() };
        Self {
            program,
            people,
            shared: Shared::default(),
            ticks,
            shifts: [0].into(),
            circles: Rc::default(),
            met: Met::default(),
        }
    }

    /// Makes the clock visit moments like this one, also when clocks have changed since.
    pub(crate) fn visit(&mut self, at: Moment) {
        for shift in &self.shifts {
            self.ticks.beats.insert((at.0 + shift).rem_euclid(self.ticks.tick));
        }
    }

    /// Makes the clock visit the full ticks of a zone, from one moment to another.
    pub(crate) fn visit_zone(&mut self, name: &str, from: Moment, until: Moment) {
        let Some(clock) = clock::Clock::named(name) else { return };
        let offsets = clock.offsets(from, until);
        for one in &offsets {
            self.shifts.extend(offsets.iter().map(|other| one - other));
        }
        for offset in offsets {
            self.visit(Moment(-offset));
        }
    }

    /// The next moment of the clock.
    pub(crate) fn next(&self, after: Moment) -> Moment {
        self.ticks.next(after)
    }

    /// Tells, also later, whether some input went in circles.
    pub(crate) fn circles(&self) -> Rc<Cell<bool>> {
        Rc::clone(&self.circles)
    }

    /// Tells, also later, what was met.
    pub(crate) fn met(&self) -> Met {
        Rc::clone(&self.met)
    }

    /// Whether a customer was ever seen.
    pub(crate) fn is_begun(&self, who: usize) -> bool {
        self.people[who].begun
    }

    /// One input; `Due` at each tick.
    pub(crate) fn step(&mut self, who: usize, input: Input, now: Moment, out: &mut Vec<Effect>) {
        let last = self.people[who].now;
        let now = now.max(last);
        let mut missed = Vec::new();
        if last > Moment::MIN {
            let mut at = self.next(last);
            while at < now {
                missed.push(at);
                at = self.next(at);
            }
        }
        let person = &mut self.people[who];
        person.now = now;
        let mut turn = Turn {
            program: self.program,
            person,
            shared: &mut self.shared,
            out,
            now,
            queue: VecDeque::new(),
            moved: Vec::new(),
            ticks: &self.ticks,
            fuel: 1_000,
            met: &self.met,
            missed: &missed,
        };
        turn.whole(input);
        if turn.fuel == 0 {
            self.circles.set(true);
        }
        let timers: Vec<Moment> = self.people[who].runs.iter().filter_map(Run::timer).collect();
        for at in timers {
            self.visit(at);
        }
    }
}

impl<'t> Turn<'t> {
    /// What is due before, the input, what it set off, what is due now.
    fn whole(&mut self, input: Input) {
        for at in self.missed {
            self.tick_leaves(*at);
            self.tick_rest(*at);
        }
        self.tick_leaves(self.now);
        // Events and changes are written first, so that segments are asked about what is known then.
        if !self.person.begun && !matches!(input, Input::Event { .. } | Input::Profile { .. }) {
            self.begin();
        }
        self.input(input);
        if !self.person.begun {
            self.begin();
        }
        self.enter_moved();
        self.drain();
        self.tick_rest(self.now);
    }

    /// What was set off, in its order.
    fn drain(&mut self) {
        while let Some(task) = self.queue.pop_front().filter(|_| self.burn()) {
            match task {
                Task::Event(event, data) => {
                    let mut row = self.row(DecisionKind::Event);
                    row.detail = Detail::Event(event);
                    self.log(row);
                    self.event(event, self.now, data);
                }
                Task::Start(journey, args) => self.enter_by_hand(journey, args),
                Task::Replaced(run) => {
                    if let Some(at) = self.find(run) {
                        self.not_sent(at, Reason::Replaced);
                    }
                }
                Task::Changed(fields) => self.changed(&fields, false),
            }
        }
    }

    /// Notes a form of the language that was carried out: the first word of how it is shown.
    fn meet(&self, what: &str, form: &impl std::fmt::Debug) {
        let form = format!("{form:?}");
        let word = form.split(|sign: char| !sign.is_alphanumeric()).next().unwrap_or_default();
        *self.met.borrow_mut().entry(format!("{what} {word}")).or_default() += 1;
    }

    /// Takes fuel for one step; `false` when there is none left.
    fn burn(&mut self) -> bool {
        self.fuel = self.fuel.saturating_sub(1);
        self.fuel > 0
    }

    /// Someone who asks about the customer alone.
    fn ask(&self) -> Ask<'_> {
        Ask::new(self.program, self.person, self.now)
    }

    /// Someone who asks about a run.
    fn ask_run(&self, at: usize) -> Ask<'_> {
        let run = &self.person.runs[at];
        Ask { slots: &run.slots, origin: Some(run.origin), ..self.ask() }
    }

    fn find(&self, id: RunId) -> Option<usize> {
        self.person.runs.iter().position(|run| run.id == id && !matches!(run.standing, Standing::Ended))
    }

    fn running(&self) -> Vec<usize> {
        self.person.running(self.program)
    }

    fn ended(&self, at: usize) -> bool {
        matches!(self.person.runs[at].standing, Standing::Ended)
    }

    fn row(&self, kind: DecisionKind) -> Decision {
        Decision::new(self.now, kind)
    }

    /// A row about a run where it stands.
    fn run_row(&self, at: usize, kind: DecisionKind) -> Decision {
        let run = &self.person.runs[at];
        Decision { journey: Some(run.journey), run: Some(run.id), step: Some(run.step), ..self.row(kind) }
    }

    fn log(&mut self, row: Decision) {
        self.out.push(Effect::Decided(row));
    }

    /// Something outside of runs that could not be computed.
    fn fault(&mut self, journey: Option<JourneyId>) {
        let row = self.row(DecisionKind::Fault);
        self.log(Decision { journey, detail: Detail::Text(String::new()), ..row });
    }
}
