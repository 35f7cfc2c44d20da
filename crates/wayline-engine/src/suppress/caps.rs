//! Frequency caps: counted over what was decided to be sent, so that no two journeys take the last place.

use wayline_ir::{Cap, CapWindow, ChannelId, SuppressRule, Target};
use wayline_time::{
    Moment, add_span, start_of_day, start_of_month, start_of_next_day, start_of_next_month,
    start_of_next_week, start_of_week,
};

use crate::history::least_millis;
use crate::state::Sent;
use crate::turn::Turn;
use crate::{Detail, Reason};

use super::Forbids;

impl Turn<'_> {
    /// Whether any of the caps is full, and when all of them have room again.
    pub(crate) fn caps_forbid(
        &self,
        rule: &SuppressRule,
        caps: &[Cap],
        across: &[ChannelId],
    ) -> Option<Forbids> {
        // The cap that has room last decides; the first of several.
        let mut last: Option<(usize, &Cap, usize, Option<Moment>)> = None;
        for (number, cap) in caps.iter().enumerate() {
            let (count, full) = self.full(rule, cap, across);
            let Some(free) = full else { continue };
            let later = last.is_none_or(|(.., known)| match (known, free) {
                (Some(known), Some(free)) => free > known,
                (Some(_), None) => true,
                (None, _) => false,
            });
            if later {
                last = Some((number, cap, count, free));
            }
        }
        let (number, cap, count, until) = last?;
        let counted = self.counted(rule, cap, across, count);
        let detail = Detail::Cap { cap: u32::try_from(number).unwrap_or(u32::MAX), counted };
        Some(Forbids { reason: Reason::Capped, until, soonest: until, detail })
    }

    /// How many sends count now, and, when the cap is full, when it has room again (never, as the inner `None`).
    fn full(&self, rule: &SuppressRule, cap: &Cap, across: &[ChannelId]) -> (usize, Option<Option<Moment>>) {
        let (zone, now) = (self.customer.zone, self.now);
        let limit = cap.count as usize;
        if limit == 0 {
            return (0, Some(None));
        }
        let mut count = 0;
        // The send that must leave a rolling window before there is room: the `limit`th from the latest.
        let mut oldest = now;
        for sent in self.counting(rule, cap, across) {
            count += 1;
            if count == limit {
                oldest = sent.at;
            }
        }
        if count < limit {
            return (count, None);
        }
        let free = match cap.window {
            CapWindow::Rolling(span) => add_span(zone, oldest, &span),
            CapWindow::CalendarDay => start_of_next_day(zone, now),
            CapWindow::CalendarWeek => start_of_next_week(zone, now),
            CapWindow::CalendarMonth => start_of_next_month(zone, now),
        };
        (count, Some(Some(free)))
    }

    /// When each send was decided that counts, oldest first.
    fn counted(&self, rule: &SuppressRule, cap: &Cap, across: &[ChannelId], count: usize) -> Vec<Moment> {
        let mut counted = Vec::with_capacity(count);
        counted.extend(self.counting(rule, cap, across).map(|sent| sent.at));
        counted.reverse();
        counted
    }

    /// The sends that count for a cap now, latest first.
    fn counting<'s>(
        &'s self,
        rule: &'s SuppressRule,
        cap: &'s Cap,
        across: &'s [ChannelId],
    ) -> impl Iterator<Item = &'s Sent> {
        let (zone, now) = (self.customer.zone, self.now);
        let start = match cap.window {
            CapWindow::Rolling(_) => None,
            CapWindow::CalendarDay => Some(start_of_day(zone, now)),
            CapWindow::CalendarWeek => Some(start_of_week(zone, now)),
            CapWindow::CalendarMonth => Some(start_of_month(zone, now)),
        };
        let inside = move |sent: &&Sent| match (cap.window, start) {
            (CapWindow::Rolling(span), _) => {
                now.millis_since(sent.at) < least_millis(&span) || add_span(zone, sent.at, &span) > now
            }
            (_, Some(start)) => sent.at >= start,
            (_, None) => false,
        };
        // Sends are in the order of their moments, so the first that is too old ends it.
        let sends = self.customer.sends.iter().rev().take_while(inside);
        sends.filter(move |sent| self.counts(rule, across, sent))
    }

    /// Whether a send is among what a rule counts: its own targets, on its channels or those it counts across.
    fn counts(&self, rule: &SuppressRule, across: &[ChannelId], sent: &Sent) -> bool {
        let Some(message) = self.program.messages.get(sent.message.index()) else { return false };
        let channels = if across.is_empty() { rule.sends.channels.as_slice() } else { across };
        (channels.is_empty() || channels.contains(&message.channel))
            && rule.sends.targets.iter().any(|target| match target {
                Target::Everything => true,
                Target::Topic(topic) => *topic == message.topic,
                Target::Message(one) => *one == sent.message,
                Target::Journey(journey) => self.index.same_journey(*journey, sent.journey),
            })
    }
}
