//! Segments of which membership is kept, and scheduled enters: what changes of the customer do to them.

use wayline_ir::{ChannelId, Enter, FieldId, Schedule, Value};
use wayline_time::{
    Anchor, Date, LocalDateTime, Moment, TimeOfDay, Zone, day_of, days_in_month, next_anniversary, next_time,
    relative, to_moment,
};

use crate::eval::Fault;
use crate::prepare::{Change, Depends};
use crate::state::{FAR, Member};
use crate::turn::{Joined, Turn};
use crate::{DecisionKind, Detail};

impl Turn<'_> {
    /// The first input of a customer: segments are asked for the first time, schedules start.
    pub(crate) fn begin(&mut self) {
        self.customer.begun = true;
        if let Some(field) = self.program.zone_field {
            self.find_zone(field);
        }
        for field in (0..self.program.customer.len()).filter(|field| self.index.tracked_fields.has(*field)) {
            let field = FieldId::at(field);
            if !self.customer.held_since.iter().any(|(known, _)| *known == field) {
                self.customer.held_since.push((field, self.now));
            }
        }
        let unknown = Member { inside: false, since: self.now, flip: FAR, fault: false };
        self.customer.members = vec![unknown; self.index.tracked.len()];
        self.customer.schedule = vec![FAR; self.index.scheduled.len()];
        for at in 0..self.index.tracked.len() {
            self.ask_member(at, self.now);
        }
        for at in 0..self.index.scheduled.len() {
            self.reschedule(at);
        }
    }

    /// Segments and schedules after changes of the customer that came together: each is asked once, after all of them,
    /// so that nobody is seen half changed.
    pub(crate) fn changed(&mut self, changes: &[Change]) {
        if !changes.iter().any(|change| self.index.watched.has(change.0)) {
            return;
        }
        let concerns = |depends: &Depends| changes.iter().any(|change| depends.on.has(change.0));
        for (at, segment) in self.index.tracked.iter().enumerate() {
            let read = self.index.segments.get(segment.index());
            if read.is_some_and(|read| concerns(&read.depends)) {
                self.ask_member(at, self.now);
            }
        }
        for (at, scheduled) in self.index.scheduled.iter().enumerate() {
            // One that is due at this very moment has its turn yet.
            let pending = self.customer.schedule.get(at).is_some_and(|due| *due <= self.now);
            if concerns(&scheduled.depends) && !pending {
                self.reschedule(at);
            }
        }
    }

    /// Asks whether the customer is in a tracked segment; `since` is when that changed, if it did.
    pub(crate) fn ask_member(&mut self, at: usize, since: Moment) {
        let Some(segment) = self.index.tracked.get(at).copied() else { return };
        let eval = self.eval();
        let timed = self.index.segments.get(segment.index()).is_some_and(|read| read.depends.timed);
        let flip = if timed { eval.segment_flip(segment) } else { None };
        let answer = eval.asks_segment(segment);
        let Some(member) = self.customer.members.get_mut(at) else { return };
        member.flip = flip.unwrap_or(FAR);
        member.fault = answer.is_err();
        let inside = match answer {
            Ok(inside) => inside,
            Err(fault) => {
                let name = self.program.segments.get(segment.index()).map_or("", |segment| &segment.name);
                return self.fault_row(None, format!("segment {name}: {fault}"));
            }
        };
        if member.inside == inside {
            return;
        }
        member.inside = inside;
        member.since = since;
        let mut row = self.row(DecisionKind::Segment);
        row.detail = Detail::Segment(segment, inside);
        self.decide(row);
        self.joined.push(Joined { segment: segment.index(), inside, at: since });
    }

    /// Writes a profile field, and says whether what it means changed: its value, or its default.
    pub(crate) fn write_field(&mut self, field: FieldId, value: Value, at: Moment) -> bool {
        let default = self.program.customer.get(field.index()).and_then(|declared| declared.default.as_ref());
        let meant = |value: &Value| match default {
            Some(default) if value.is_missing() => default.clone(),
            _ => value.clone(),
        };
        let changed = meant(self.customer.profile(field)) != meant(&value);
        self.customer.set_field(field, value, at);
        changed
    }

    /// What follows from a changed field at once: since when it is so, the zone, an address that may work now.
    pub(crate) fn field_changed(&mut self, field: FieldId) {
        if self.index.tracked_fields.has(field.index()) {
            let now = self.now;
            match self.customer.held_since.iter_mut().find(|(known, _)| *known == field) {
                Some(known) => known.1 = now,
                None => self.customer.held_since.push((field, now)),
            }
        }
        if self.program.zone_field == Some(field) && self.customer.begun {
            self.find_zone(field);
        }
        let address = &self.index.address;
        let meant =
            |channel: ChannelId| address.get(channel.index()).is_some_and(|fields| fields.has(field.index()));
        if !address.iter().any(|fields| fields.has(field.index())) {
            return;
        }
        self.customer.bounced.retain(|channel| !meant(*channel));
        for sent in &mut self.customer.sends {
            let channel = self.program.messages.get(sent.message.index()).map(|message| message.channel);
            sent.readdressed |= channel.is_some_and(meant);
        }
    }

    /// The customer's zone; the workspace's when it is missing, or unknown, which is recorded.
    pub(crate) fn find_zone(&mut self, field: FieldId) {
        let known = match self.eval().profile(field) {
            Value::Text(name) => Zone::lookup(name).map_err(|unknown| unknown.to_string()),
            _ => Ok(self.program.workspace.zone),
        };
        self.customer.zone = known.unwrap_or_else(|unknown| {
            let mut row = self.row(DecisionKind::Profile);
            row.detail = Detail::Text(unknown);
            self.decide(row);
            self.program.workspace.zone
        });
    }

    /// When a scheduled enter is due next, strictly after now.
    pub(crate) fn reschedule(&mut self, at: usize) {
        let next = match self.next_scheduled(at) {
            Ok(next) => next.unwrap_or(FAR),
            Err(fault) => {
                let journey = self.index.scheduled.get(at).map(|scheduled| scheduled.journey);
                self.fault_row(journey, format!("the moment of entry: {fault}"));
                FAR
            }
        };
        if let Some(place) = self.customer.schedule.get_mut(at) {
            *place = next;
        }
    }

    fn next_scheduled(&self, at: usize) -> Result<Option<Moment>, Fault> {
        let (zone, now) = (self.customer.zone, self.now);
        let Some(scheduled) = self.index.scheduled.get(at) else { return Ok(None) };
        let Some((journey, _)) = self.journey(scheduled.journey) else { return Ok(None) };
        let eval = self.eval();
        Ok(match journey.enters.get(scheduled.enter as usize) {
            Some(Enter::Schedule { schedule, .. }) => match schedule {
                Schedule::Weekly { days, at } => next_time(zone, now, *at, days),
                Schedule::Monthly { day, at } => next_monthly(zone, now, *day, *at),
                Schedule::Cron(pattern) => pattern.next(zone, now),
            },
            Some(Enter::Anniversary { date, at }) => match &*eval.value(date, None)? {
                Value::Date(date) => next_anniversary(zone, now, *date, *at),
                Value::Moment(moment) => next_anniversary(zone, now, day_of(zone, *moment), *at),
                _ => None,
            },
            Some(Enter::Relative { anchor, offset, direction, at }) => {
                let anchor = match &*eval.value(anchor, None)? {
                    Value::Date(date) => Anchor::Date(*date),
                    Value::Moment(moment) => Anchor::Moment(*moment),
                    _ => return Ok(None),
                };
                let before = *direction == wayline_ir::Direction::Before;
                Some(relative(zone, anchor, *offset, before, *at)).filter(|moment| *moment > now)
            }
            _ => None,
        })
    }
}

/// The next moment strictly after `after` at this time on this day of a month, or on the last day of shorter months.
fn next_monthly(zone: Zone, after: Moment, day: u8, at: TimeOfDay) -> Option<Moment> {
    let reached = LocalDateTime::from_local_millis(zone.steady_clock(after));
    let (year, month, _) = reached.date.ymd();
    let first = Date::from_ymd(year, month, 1)?;
    // This month's may be over; the next month's is not.
    [0, 1].into_iter().find_map(|later| {
        let (year, month, _) = first.add_months(later).ymd();
        let date = Date::from_ymd(year, month, day.clamp(1, days_in_month(year, month).max(1)))?;
        let reached_it = date < reached.date || (date == reached.date && at <= reached.time);
        (!reached_it).then(|| to_moment(zone, date, at))
    })
}
