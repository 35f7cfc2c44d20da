//! Quiet hours and open hours of a channel, in the customer's zone.

use wayline_ir::{Backlog, Channel, MessageId};
use wayline_time::{Moment, add_span, any_contains, day_of, next_close, next_open};

use crate::turn::Turn;
use crate::{Reason, sticky};

impl Turn<'_> {
    /// Why the channel is closed now, until when (never again, when absent), and what to do with several messages.
    ///
    /// A topic may ignore quiet hours, but no topic opens a channel that is closed.
    ///
    /// Held messages leave at the end of the quiet hours, or spread over some time after it: at a place that a hash of
    /// the customer, the message and the day gives, so that it is the same wherever it is computed.
    pub(crate) fn closed(
        &self,
        id: MessageId,
        channel: &Channel,
        ignores_quiet_hours: bool,
    ) -> Option<(Reason, Option<Moment>, Backlog)> {
        let (zone, now) = (self.customer.zone, self.now);
        if let Some(quiet) = channel.quiet.as_ref().filter(|_| !ignores_quiet_hours)
            && any_contains(zone, now, &quiet.windows)
        {
            let end = next_close(zone, now, &quiet.windows).map(|end| match &quiet.release_over {
                Some(over) => {
                    let length = add_span(zone, end, over).millis_since(end);
                    let name = self.program.messages.get(id.index()).map_or("", |message| &message.name);
                    let place = format!("{name} {}", day_of(zone, end));
                    let salt = &self.program.workspace.salt;
                    end.plus_millis(sticky::place(salt, "release", &place, &self.customer.id, length))
                }
                None => end,
            });
            return Some((Reason::QuietHours, end, quiet.backlog));
        }
        if channel.open.is_empty() || any_contains(zone, now, &channel.open) {
            return None;
        }
        Some((Reason::ClosedHours, next_open(zone, now, &channel.open), Backlog::KeepAll))
    }
}
