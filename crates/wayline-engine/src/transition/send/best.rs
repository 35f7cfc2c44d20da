//! What a customer answers most: which channel, at which hour.

use wayline_ir::{MessageId, ReactionKind, SendChoice};
use wayline_time::{Moment, Span, TimeOfDay, WeekdaySet, add_span, local, next_time};

use crate::turn::Turn;

/// How far back sends and answers count. Programs keep them for as long.
const COUNTED: Span = Span::of_days(90);

impl Turn<'_> {
    /// Choices by how often this customer answers on their channels: (answered + 1) / (sent + 2) of the sends of the
    /// last [`COUNTED`], Laplace's rule of succession, so that a channel without history counts as one half. Ties keep
    /// the order written.
    pub(super) fn by_answers(&self, choices: &[SendChoice]) -> Vec<usize> {
        let rate = |number: &usize| {
            let message = |id: MessageId| self.program.messages.get(id.index());
            let channel = choices.get(*number).and_then(|choice| message(choice.message)).map(|m| m.channel);
            let (mut sent, mut answered) = (0_u64, 0_u64);
            for send in &self.customer.sends {
                if self.counts_as_answer(send.at) && message(send.message).map(|m| m.channel) == channel {
                    sent += 1;
                    answered += u64::from(send.answered);
                }
            }
            (answered + 1, sent + 2)
        };
        let mut order: Vec<usize> = (0..choices.len()).collect();
        order.sort_by(|a, b| {
            let ((a, of_a), (b, of_b)) = (rate(a), rate(b));
            // a / of_a against b / of_b, the greater first.
            (b * of_a).cmp(&(a * of_b))
        });
        order
    }

    /// The moment within a span that lies in the hour in which this customer answers most: now when the present hour
    /// is as good as any. Hours are local; the earlier of two equal ones is taken; without any answers it is now.
    pub(super) fn best_hour(&self, within: &Span) -> Moment {
        let (zone, now) = (self.customer.zone, self.now);
        let mut answers = [0_u32; 24];
        for past in &self.customer.reactions {
            let hour = usize::from(local(zone, past.at).time.hms().0);
            if is_answer(past.kind)
                && self.counts_as_answer(past.at)
                && let Some(count) = answers.get_mut(hour)
            {
                *count += 1;
            }
        }
        let limit = add_span(zone, now, within);
        let count = |hour: u8| answers.get(usize::from(hour)).copied().unwrap_or(0);
        let mut best = (count(local(zone, now).time.hms().0), now);
        for hour in 0..24 {
            let Some(time) = TimeOfDay::from_hms(hour, 0, 0) else { continue };
            let Some(start) = next_time(zone, now, time, &WeekdaySet::ALL) else { continue };
            let better = count(hour) > best.0 || (count(hour) == best.0 && start < best.1);
            if start <= limit && better {
                best = (count(hour), start);
            }
        }
        best.1
    }
}

impl Turn<'_> {
    /// Whether what happened then is young enough. What other conditions ask may keep more: that does not count here.
    fn counts_as_answer(&self, at: Moment) -> bool {
        add_span(self.customer.zone, at, &COUNTED) > self.now
    }
}

/// Whether a reaction shows that a message was attended to.
pub(crate) fn is_answer(kind: ReactionKind) -> bool {
    matches!(
        kind,
        ReactionKind::Opened | ReactionKind::Clicked | ReactionKind::Replied | ReactionKind::Answered
    )
}
