//! Several held sends of one customer: which are kept.

use wayline_ir::{Backlog, Message, MessageId};
use wayline_time::Moment;

use crate::state::{FAR, Standing};
use crate::turn::{Task, Turn};
use crate::{Reason, RunId};

use super::Answer;

impl Turn<'_> {
    /// A held send of another run that goes into one backlog with this one: when it was first asked, and its run.
    fn fellow(&self, other: usize, message: &Message, answer: &Answer) -> Option<(Moment, RunId, MessageId)> {
        let run = self.run(other)?;
        let Standing::Held(held) = &run.standing else { return None };
        let theirs = self.program.messages.get(held.message.index())?;
        let by_same = Some(held.reason) == answer.reason
            && held.rule == answer.rule
            && (answer.rule.is_some() || theirs.channel == message.channel);
        let topic = match answer.backlog {
            Backlog::KeepAll => false,
            Backlog::KeepLatest => true,
            Backlog::KeepOnePerTopic => theirs.topic == message.topic,
        };
        (by_same && topic).then_some((held.first, run.id, held.message))
    }

    /// Whether a newer message is held already where this one would be.
    pub(crate) fn is_outdated(&self, at: usize, message: &Message, answer: &Answer, first: Moment) -> bool {
        let Some(id) = self.run(at).map(|run| run.id) else { return false };
        (0..self.customer.runs.len()).any(|other| {
            self.fellow(other, message, answer).is_some_and(|(theirs, run, _)| (theirs, run) > (first, id))
        })
    }

    /// A newer held message replaces older ones held by the same rule, or by the same quiet hours.
    pub(crate) fn replace_older(&mut self, at: usize, message: &Message, answer: &Answer, first: Moment) {
        let Some(id) = self.run(at).map(|run| run.id) else { return };
        for other in 0..self.customer.runs.len() {
            let Some((asked, run_id, their_id)) = self.fellow(other, message, answer) else { continue };
            let Some(theirs) = self.program.messages.get(their_id.index()) else { continue };
            if (asked, run_id) >= (first, id) {
                continue;
            }
            let replaced = Answer { rule: answer.rule, ..Answer::dropped(Reason::Replaced) };
            self.send_row(other, their_id, theirs, &replaced);
            self.rest(other, Standing::Replaced, FAR);
            self.queue.push_back(Task::Replaced(run_id));
        }
    }
}
