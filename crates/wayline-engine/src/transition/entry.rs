//! Entries: who may come in, in the order the questions are asked.
//!
//! Event filter, `only if`, key, holdout, a run with the same key on its way, re-entry, daily limit. Each refusal but
//! that of the filter is a row.

use wayline_ir::{Enter, Expr, Journey, JourneyId, Reentry, SlotId, StepId, Value, WhileRunning};
use wayline_time::{add_span, day_of};

use crate::eval::{Fault, Vars};
use crate::prepare::JourneyIndex;
use crate::state::{FAR, LastEntry, OpenGoal, Origin, Run, Standing};
use crate::turn::{Door, FUEL, Joined, Signal, Turn};
use crate::{DecisionKind, Detail, Reason, RunId, sticky};

/// What an entry brings along.
struct Entry<'e> {
    id: JourneyId,
    journey: &'e Journey,
    read: &'e JourneyIndex,
    enter: u32,
    bound: Option<(SlotId, Value)>,
    args: Vec<Value>,
    origin: Origin,
}

impl Entry<'_> {
    fn vars(&self) -> Vars<'_> {
        let bound = self.bound.as_ref().map(|(slot, value)| (*slot, value));
        Vars { slots: &self.args, bound, origin: None }
    }

    fn slots(&self) -> Vec<Value> {
        let mut slots = self.args.clone();
        slots.resize(self.journey.slots.len(), Value::Missing);
        if let Some((slot, value)) = &self.bound
            && let Some(place) = slots.get_mut(slot.index())
        {
            place.clone_from(value);
        }
        slots
    }
}

impl<'t> Turn<'t> {
    /// Enters on an event, and those by segments that it made the customer join or leave.
    pub(crate) fn enters(&mut self, signal: Option<&Signal<'_>>) {
        let listeners = |number: usize| {
            self.index.listeners.get(number).map(|heard| heard.enters.as_slice()).unwrap_or_default()
        };
        let [first, second] = signal.map_or([usize::MAX; 2], |signal| signal.numbers);
        let (first, second) = (listeners(first), listeners(second));
        if self.joined.is_empty() && second.is_empty() {
            // The common case, in order already.
            return self.enter_all(first.iter().map(|(journey, enter)| (*journey, *enter, None)), signal);
        }
        let mut all: Vec<(JourneyId, u32, Option<Joined>)> =
            first.iter().chain(second).map(|(journey, enter)| (*journey, *enter, None)).collect();
        let doors = self.doors_of_segments();
        all.extend(doors.iter().map(|door| (door.journey, door.enter, Some(door.change))));
        all.sort_by_key(|(journey, enter, _)| {
            let priority = self.program.journeys.get(journey.index()).map_or(0, |journey| journey.priority);
            (std::cmp::Reverse(priority), *journey, *enter)
        });
        self.enter_all(all.into_iter(), signal);
    }

    /// The entries of segments that were joined or left. What counts is on which side the customer was before and is now:
    /// who joined and left again at the same moment has not joined, and has not left.
    fn doors_of_segments(&mut self) -> Vec<Door> {
        let changes = std::mem::take(&mut self.joined);
        let mut doors = Vec::new();
        for (number, change) in changes.iter().enumerate() {
            let first = changes.iter().take(number).all(|earlier| earlier.segment != change.segment);
            if !first || !self.is_on_side(change) {
                continue;
            }
            let Some(read) = self.index.segments.get(change.segment) else { continue };
            let enters = if change.inside { &read.joins } else { &read.leaves };
            doors.extend(enters.iter().map(|(journey, enter)| Door {
                at: change.at,
                journey: *journey,
                enter: *enter,
                change: *change,
            }));
        }
        doors.sort_by_key(|door| (door.journey, door.enter));
        doors
    }

    /// Whether the customer is where a change has led.
    fn is_on_side(&self, change: &Joined) -> bool {
        let at = self.index.tracked_at.get(change.segment).copied().flatten();
        at.and_then(|at| self.customer.members.get(at)).is_none_or(|member| member.inside == change.inside)
    }

    /// Time has changed segments: their entries take their turn among all that are due.
    pub(crate) fn line_up(&mut self) {
        for door in self.doors_of_segments() {
            // Several enters of a journey mean any of them.
            if !self.doors.iter().any(|known| known.journey == door.journey) {
                self.doors.push(door);
            }
        }
    }

    /// The turn of an entry by a segment has come. What came before it may have led the customer back.
    pub(crate) fn enter_door(&mut self, at: usize) {
        if at < self.doors.len() {
            let door = self.doors.swap_remove(at);
            if self.is_on_side(&door.change) {
                self.enter_with(door.journey, door.enter, Vec::new());
            }
        }
    }

    /// Several enters mean any of them: once one has led to the door, the journey's others are not asked. What was entered
    /// before may have led the customer out of a segment again.
    fn enter_all(
        &mut self,
        enters: impl Iterator<Item = (JourneyId, u32, Option<Joined>)>,
        signal: Option<&Signal<'_>>,
    ) {
        let mut done = None;
        for (journey, enter, change) in enters {
            if done == Some(journey) || change.is_some_and(|change| !self.is_on_side(&change)) {
                continue;
            }
            if self.enter_on(journey, enter, signal) {
                done = Some(journey);
            }
        }
    }

    /// Takes an enter to the door, when its filter lets it pass.
    fn enter_on(&mut self, id: JourneyId, enter: u32, signal: Option<&Signal<'_>>) -> bool {
        let Some((journey, read)) = self.journey(id) else { return false };
        match (journey.enters.get(enter as usize), signal) {
            (Some(Enter::Event { filter, bind, .. }), Some(signal)) => {
                match self.eval().passes(filter.as_ref(), signal.item, None) {
                    Ok(false) => return false,
                    Ok(true) => {}
                    Err(fault) => {
                        self.fault_row(Some(id), format!("the condition of entry: {fault}"));
                        return false;
                    }
                }
                let bound = bind.map(|slot| (slot, signal.item.to_value()));
                let (args, origin) = (Vec::new(), signal.origin());
                self.enter(Entry { id, journey, read, enter, bound, args, origin });
            }
            _ => self.enter_with(id, enter, Vec::new()),
        }
        true
    }

    /// An entry by hand or by another journey, with arguments. A journey that has no such enter is not entered.
    pub(crate) fn enter_by_hand(&mut self, id: JourneyId, args: Vec<Value>) {
        let present = self.journey(id).filter(|(journey, _)| !journey.retired);
        let by_hand = present.and_then(|(journey, _)| {
            u32::try_from(journey.enters.iter().position(|enter| matches!(enter, Enter::ByHand))?).ok()
        });
        match by_hand {
            Some(enter) => self.enter_with(id, enter, args),
            None => {
                let mut row = self.row(DecisionKind::NotEntered);
                row.journey = self.journey(id).map(|_| id);
                row.reason = Some(Reason::Stale);
                self.decide(row);
            }
        }
    }

    /// An entry that binds no event.
    fn enter_with(&mut self, id: JourneyId, enter: u32, mut args: Vec<Value>) {
        let Some((journey, read)) = self.journey(id) else { return };
        args.truncate(journey.params.len());
        let origin = Origin { at: self.now, seq: self.customer.next_seq };
        self.enter(Entry { id, journey, read, enter, bound: None, args, origin });
    }

    /// A scheduled moment has come.
    pub(crate) fn scheduled(&mut self, at: usize) {
        self.reschedule(at);
        let Some(scheduled) = self.index.scheduled.get(at) else { return };
        let Some((journey, _)) = self.journey(scheduled.journey) else { return };
        if let Some(Enter::Schedule { segment: Some(segment), .. }) =
            journey.enters.get(scheduled.enter as usize)
        {
            match self.eval().in_segment(*segment) {
                Ok(true) => {}
                Ok(false) => return,
                Err(fault) => {
                    return self.fault_row(Some(scheduled.journey), format!("the segment of entry: {fault}"));
                }
            }
        }
        self.enter_with(scheduled.journey, scheduled.enter, Vec::new());
    }

    fn enter(&mut self, entry: Entry<'t>) {
        if !self.burn() {
            return self.fault_row(Some(entry.id), format!("more than {FUEL} steps for one input"));
        }
        match self.door(&entry) {
            Ok(Ok(key)) => self.begin_run(entry, key),
            Ok(Err(reason)) => {
                let mut row = self.row(DecisionKind::NotEntered);
                row.journey = Some(entry.id);
                row.reason = Some(reason);
                row.detail = Detail::Index(entry.enter);
                self.decide(row);
            }
            Err(fault) => self.fault_row(Some(entry.id), format!("the condition of entry: {fault}")),
        }
    }

    /// Asks at the door: the key, or why not.
    fn door(&mut self, entry: &Entry<'_>) -> Result<Result<Value, Reason>, Fault> {
        let journey = entry.journey;
        let eval = self.eval_with(entry.vars());
        let ask = |condition: &Expr| eval.holds(condition, None);
        if !journey.only_if.as_ref().map_or(Ok(true), ask)? {
            return Ok(Err(Reason::OnlyIf));
        }
        let key = match &journey.key {
            Some(key) => eval.value(key, None)?.into_owned(),
            None => Value::Missing,
        };
        if journey.key.is_some() && key.is_missing() {
            return Ok(Err(Reason::NoKey));
        }
        let index = self.index;
        let same = |run: &&Run| !run.ended() && index.same_journey(run.journey, entry.id) && run.key == key;
        let running = self.customer.runs.iter().any(|run| same(&run));
        if running && journey.while_running == WhileRunning::Ignore {
            return Ok(Err(Reason::AlreadyRunning));
        }
        if entry.read.keeps_entries {
            let last = self.customer.entries.iter().find(|last| last.journey == entry.id && last.key == key);
            match (journey.reentry, last) {
                (Reentry::Once, Some(_)) => return Ok(Err(Reason::OnlyOnce)),
                (Reentry::After(span), Some(last))
                    if add_span(self.customer.zone, last.at, &span) > self.now =>
                {
                    return Ok(Err(Reason::AgainTooSoon));
                }
                _ => {}
            }
        }
        // Asked after the rules of re-entry, and noted as an entry: those held out are counted when a run would be.
        if journey.holdout > 0 {
            let salt = &self.program.workspace.salt;
            if sticky::millionths(salt, "holdout", &journey.name, &self.customer.id) < journey.holdout {
                if entry.read.keeps_entries {
                    self.note_entry(entry, &key);
                }
                self.watch_held_out(entry, key);
                return Ok(Err(Reason::Holdout));
            }
        }
        if let Some(limit) = journey.daily_limit {
            let today = day_of(self.program.workspace.zone, self.now);
            if !self.shared.take_entry(entry.id, today, limit) {
                return Ok(Err(Reason::DailyLimit));
            }
        }
        if running && journey.while_running == WhileRunning::Restart {
            for at in 0..self.customer.runs.len() {
                if self.customer.runs.get(at).as_ref().is_some_and(same) {
                    self.exit(at, Reason::Restarted);
                }
            }
        }
        Ok(Ok(key))
    }

    /// A customer who is held out would have entered: goals are counted all the same, for comparison.
    fn watch_held_out(&mut self, entry: &Entry<'_>, key: Value) {
        let (now, zone) = (self.now, self.customer.zone);
        let until = entry.journey.goals.iter().map(|goal| add_span(zone, now, &goal.within)).max();
        let Some(until) = until.filter(|until| *until >= now) else { return };
        let known = self.customer.goals.iter().any(|open| {
            open.run.is_none()
                && self.index.same_journey(open.journey, entry.id)
                && open.key == key
                && open.until >= now
        });
        if known {
            return;
        }
        let mut slots = entry.slots();
        for (slot, value) in slots.iter_mut().enumerate() {
            if !entry.read.goal_slots.has(slot) {
                *value = Value::Missing;
            }
        }
        self.customer.goals.push(OpenGoal {
            journey: entry.id,
            run: None,
            entered: now,
            origin: entry.origin,
            until,
            reached: 0,
            key,
            slots: slots.into(),
        });
    }

    fn begin_run(&mut self, entry: Entry<'_>, key: Value) {
        let now = self.now;
        if entry.read.keeps_entries {
            self.note_entry(&entry, &key);
        }
        self.customer.next_run = self.customer.next_run.saturating_add(1);
        let id = RunId(self.customer.next_run);
        let priority = entry.journey.priority;
        let run = Run {
            id,
            journey: entry.id,
            step: StepId(0),
            priority,
            entered: now,
            origin: entry.origin,
            since: now,
            timer: FAR,
            leave_flip: FAR,
            wait_flip: FAR,
            reached: 0,
            key,
            slots: entry.slots().into(),
            offset: 0,
            counters: vec![0; entry.read.counters].into(),
            standing: Standing::Moving,
        };
        // Higher priority first; a new run is the youngest of its priority.
        let at = self.customer.runs.partition_point(|known| known.priority >= priority);
        self.customer.runs.insert(at, run);
        let mut row = self.run_row(at, DecisionKind::Enter);
        row.step = None;
        row.detail = Detail::Index(entry.enter);
        self.decide(row);
        self.ask_leaves(at, None);
        if self.run(at).is_some() {
            self.advance(at, StepId(0));
        }
    }

    fn note_entry(&mut self, entry: &Entry<'_>, key: &Value) {
        let (now, zone) = (self.now, self.customer.zone);
        let entries = &mut self.customer.entries;
        if let Reentry::After(span) = entry.journey.reentry {
            entries.retain(|last| last.journey != entry.id || add_span(zone, last.at, &span) > now);
        }
        match entries.iter_mut().find(|last| last.journey == entry.id && last.key == *key) {
            Some(last) => last.at = now,
            None => entries.push(LastEntry { journey: entry.id, key: key.clone(), at: now }),
        }
    }
}
