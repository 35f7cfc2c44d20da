//! What all customers share: limits of entries a day, the rates of channels, and which journeys are paused.
//!
//! Everything else belongs to one customer. A program without either has customers that know nothing of each other
//! ([`Machine::shares_anything`](crate::Machine::shares_anything)), so they may be handled in any order, or at once.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};
use wayline_ir::{ChannelId, JourneyId, Rate};
use wayline_time::{Date, Moment, Zone, add_span};

/// What all customers share: plain data, empty at first. A host that has several of these (shards) enforces limits
/// and rates within each of them.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Shared {
    entries: Vec<DayCount>,
    slots: Vec<Slots>,
    /// Ascending.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    paused: Vec<JourneyId>,
}

/// The entries into a journey on the day they were last counted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct DayCount {
    journey: JourneyId,
    day: Date,
    count: u32,
}

/// The last slots of a channel that were given away, oldest first; some lie ahead. Never more than the rate's count,
/// so memory is 8 bytes for each.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Slots {
    channel: ChannelId,
    given: VecDeque<Moment>,
}

impl Shared {
    /// Pauses a journey: its runs take no steps until it is resumed. Nothing else has to be told or touched.
    pub fn pause(&mut self, journey: JourneyId) {
        if let Err(place) = self.paused.binary_search(&journey) {
            self.paused.insert(place, journey);
        }
    }

    /// Ends a pause. The host then steps every customer who has runs of the journey with
    /// [`Input::Due`](crate::Input::Due), so that what is overdue is done.
    pub fn resume(&mut self, journey: JourneyId) {
        self.paused.retain(|paused| *paused != journey);
    }

    /// Whether a journey is paused.
    #[must_use]
    pub fn is_paused(&self, journey: JourneyId) -> bool {
        self.paused.binary_search(&journey).is_ok()
    }

    /// For another program: journeys and channels by their new ids, none where they are gone.
    pub(crate) fn rewritten(
        &self,
        journey: &dyn Fn(JourneyId) -> Option<JourneyId>,
        channel: &dyn Fn(ChannelId) -> Option<ChannelId>,
    ) -> Self {
        let mut new = Self::default();
        for count in &self.entries {
            let known =
                journey(count.journey).filter(|id| !new.entries.iter().any(|other| other.journey == *id));
            new.entries.extend(known.map(|journey| DayCount { journey, ..count.clone() }));
        }
        for slots in &self.slots {
            new.slots.extend(channel(slots.channel).map(|channel| Slots { channel, ..slots.clone() }));
        }
        self.paused.iter().filter_map(|id| journey(*id)).for_each(|id| new.pause(id));
        new
    }

    /// Whether any journey is paused.
    pub(crate) fn pauses(&self) -> bool {
        !self.paused.is_empty()
    }

    /// Takes one of `limit` entries of a day; `false` when there is none left.
    pub(crate) fn take_entry(&mut self, journey: JourneyId, day: Date, limit: u32) -> bool {
        let known = self.entries.iter_mut().find(|entry| entry.journey == journey);
        let Some(entry) = known else {
            self.entries.push(DayCount { journey, day, count: u32::from(limit > 0) });
            return limit > 0;
        };
        // Days only go ahead: a customer handled a little late counts on the present day.
        if entry.day < day {
            entry.day = day;
            entry.count = 0;
        }
        let free = entry.count < limit;
        entry.count += u32::from(free);
        free
    }

    /// The next slot of a channel: `now` when the rate allows, else the first moment at which it does. `None` when the
    /// rate allows nothing, ever.
    pub(crate) fn next_slot(
        &self,
        channel: ChannelId,
        rate: Rate,
        zone: Zone,
        now: Moment,
    ) -> Option<Moment> {
        let count = usize::try_from(rate.count).ok().filter(|count| *count > 0)?;
        let Some(slots) = self.slots.iter().find(|slots| slots.channel == channel) else { return Some(now) };
        let given = &slots.given;
        let slot = now.max(given.back().copied().unwrap_or(Moment::MIN));
        // The rate may have been higher or lower when older slots were given away.
        match given.len().checked_sub(count).and_then(|oldest| given.get(oldest)) {
            Some(oldest) => Some(slot.max(add_span(zone, *oldest, &rate.per))),
            None => Some(slot),
        }
    }

    /// Gives away the next slot of a channel. Slots keep the order in which they are asked for, and any half-open
    /// stretch of `rate.per` holds at most `rate.count` of them.
    pub(crate) fn take_slot(
        &mut self,
        channel: ChannelId,
        rate: Rate,
        zone: Zone,
        now: Moment,
    ) -> Option<Moment> {
        let slot = self.next_slot(channel, rate, zone, now)?;
        let known = self.slots.iter().position(|slots| slots.channel == channel);
        let position = known.unwrap_or_else(|| {
            self.slots.push(Slots { channel, given: VecDeque::new() });
            self.slots.len() - 1
        });
        let given = &mut self.slots.get_mut(position)?.given;
        given.push_back(slot);
        while given.len() > rate.count as usize {
            given.pop_front();
        }
        Some(slot)
    }
}

#[cfg(test)]
mod tests {
    use wayline_time::Span;

    use super::*;

    #[test]
    fn no_stretch_holds_more_slots_than_the_rate() {
        let mut shared = Shared::default();
        let rate = Rate { count: 3, per: Span::of_seconds(1) };
        let asked = [0, 0, 0, 0, 10, 500, 500, 500, 990, 5_000, 5_000, 5_001, 5_001, 5_001];
        let slots: Vec<i64> = asked
            .into_iter()
            .map(|now| shared.take_slot(ChannelId(0), rate, Zone::utc(), Moment(now)).unwrap().0)
            .collect();
        assert_eq!(
            slots,
            [0, 0, 0, 1_000, 1_000, 1_000, 2_000, 2_000, 2_000, 5_000, 5_000, 5_001, 6_000, 6_000]
        );
        let none = Rate { count: 0, per: Span::of_seconds(1) };
        assert_eq!(shared.take_slot(ChannelId(1), none, Zone::utc(), Moment(0)), None);
    }

    #[test]
    fn a_daily_limit_starts_anew_each_day() {
        let mut shared = Shared::default();
        let mut take = |day, limit| shared.take_entry(JourneyId(0), Date(day), limit);
        assert_eq!(
            [take(1, 2), take(1, 2), take(1, 2), take(2, 2), take(1, 2), take(2, 2)],
            [true, true, false, true, true, false]
        );
        assert!(!Shared::default().take_entry(JourneyId(0), Date(1), 0));
    }
}
