//! What is due: in which order it is done, and when the customer must be woken next.

use wayline_time::Moment;

use crate::state::{FAR, Standing};
use crate::transition::pause::is_paused;
use crate::turn::{FUEL, Turn};

/// Classes of what is due at one moment, in the order it is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Class {
    Leave,
    Event,
    // What time alone changes comes after an event of the same moment: a purchase at the very moment in which a customer
    // would lapse keeps the customer.
    Segment,
    Timer,
    Entry,
}

/// Something that is due.
#[derive(Debug, Clone, Copy)]
enum Due {
    Segment(usize),
    Leave(usize),
    Flip(usize),
    Timer(usize),
    Joined,
    Door(usize),
    Schedule(usize),
}

impl Turn<'_> {
    /// Does what is due: everything before now in the order of its moments, and at this moment all that comes
    /// before `until` in the order of classes (everything, when that is the last class).
    pub(super) fn catch_up(&mut self, until: Class) {
        while self.fuel > 0 {
            let Some((moment, class, due)) = self.first_due() else { return };
            if moment > self.now || (moment == self.now && class >= until && until != Class::Entry) {
                return;
            }
            self.burn();
            let rows = self.out.len();
            match due {
                Due::Segment(at) => self.ask_member(at, moment),
                Due::Leave(at) => self.ask_leaves(at, None),
                Due::Flip(at) => self.flipped(at),
                Due::Timer(at) => self.timer(at),
                Due::Joined => self.line_up(),
                Due::Door(at) => self.enter_door(at),
                Due::Schedule(at) => self.scheduled(at),
            }
            // Asking early is no event: only what came of it counts as handled.
            if self.out.len() > rows {
                self.customer.frontier = self.customer.frontier.max(moment);
            }
            self.drain();
        }
    }

    /// What is due first: by moment, class, priority, age.
    fn first_due(&self) -> Option<(Moment, Class, Due)> {
        let mut first: Option<(Moment, Class, Due)> = None;
        let mut offer = |moment: Moment, class: Class, due: Due| {
            if moment != FAR && first.is_none_or(|(known, of, _)| (moment, class) < (known, of)) {
                first = Some((moment, class, due));
            }
        };
        for (at, member) in self.customer.members.iter().enumerate() {
            offer(member.flip, Class::Segment, Due::Segment(at));
        }
        // Runs are in the order of priority and age, so the first of several stays.
        for (at, run) in self.customer.runs.iter().enumerate().filter(|(_, run)| run.due() <= self.now) {
            offer(run.leave_flip, Class::Leave, Due::Leave(at));
            if self.is_paused(run.journey) {
                continue;
            }
            offer(run.wait_flip, Class::Event, Due::Flip(at));
            offer(run.timer, Class::Timer, Due::Timer(at));
        }
        if let Some(joined) = self.joined.iter().map(|joined| joined.at).min() {
            offer(joined, Class::Entry, Due::Joined);
        }
        if let Some((moment, due)) = self.first_entry() {
            offer(moment, Class::Entry, due);
        }
        first
    }

    /// The entry that is due first: by moment, priority of its journey, order of the text.
    fn first_entry(&self) -> Option<(Moment, Due)> {
        let doors = self.doors.iter().enumerate().map(|(at, door)| {
            let priority = self.program.journeys.get(door.journey.index()).map_or(0, |of| of.priority);
            (door.at, priority, Some((door.journey, door.enter)), Due::Door(at))
        });
        let schedules = self.customer.schedule.iter().enumerate().map(|(at, moment)| {
            let scheduled = self.index.scheduled.get(at);
            let enter = scheduled.map(|scheduled| (scheduled.journey, scheduled.enter));
            (*moment, scheduled.map_or(0, |scheduled| scheduled.priority), enter, Due::Schedule(at))
        });
        let first = doors
            .chain(schedules)
            .min_by_key(|(moment, priority, enter, _)| (*moment, std::cmp::Reverse(*priority), *enter));
        first.map(|(moment, .., due)| (moment, due))
    }

    /// The turn is over: what has ended is swept away, and the next due moment is noted.
    pub(super) fn settle(&mut self) {
        for at in 0..self.customer.runs.len() {
            // Only when fuel ran out: every transition ends in a rest or an end.
            let standing = self.run(at).map(|run| &run.standing);
            if matches!(standing, Some(Standing::Moving | Standing::Replaced)) {
                self.stop_because(at, format!("more than {FUEL} steps for one input"));
            }
        }
        self.customer.runs.retain(|run| !run.ended());
        self.customer.asleep = self.fall_asleep();
        let customer = &mut *self.customer;
        let now = customer.now;
        if customer.goals.iter().any(|goal| goal.until < now) {
            customer.goals.retain(|goal| goal.until >= now);
        }
        let paused = self.shared.pauses();
        let runs = customer.runs.iter().map(|run| {
            if paused && is_paused(self.index, self.shared, run.journey) {
                run.due_while_paused()
            } else {
                run.due()
            }
        });
        let members = customer.members.iter().map(|member| member.flip);
        let schedule = customer.schedule.iter().copied();
        customer.due = runs.chain(members).chain(schedule).min().unwrap_or(FAR);
    }
}
