//! A send step: which of its messages is asked, and what becomes of it.

use std::cmp::Reverse;

use wayline_engine::{DecisionKind, Detail, Effect, Reason, Send, Verdict};
use wayline_ir::{Backlog, ReactionKind, SendChoice, SendMode, StepId, StepKind, TopicId, Value};
use wayline_time::{Moment, Span, TimeOfDay, WeekdaySet};

use super::ask::{Answer, Fault};
use super::clock::DAY;
use super::past::{Held, Left, Standing, What};
use super::rules::Said;
use super::{Task, Turn};

impl Turn<'_> {
    fn send_step(&self, at: usize) -> Option<(SendMode, &[SendChoice], StepId)> {
        let run = &self.person.runs[at];
        let journey = &self.program.journeys[run.journey.index()];
        match &journey.steps[run.step.index()].kind {
            StepKind::Send { mode, choices, next, .. } => Some((*mode, choices, *next)),
            _ => None,
        }
    }

    /// A run comes to a send.
    pub(super) fn send(&mut self, at: usize, best_hour: Option<&Span>) -> Answer<Option<StepId>> {
        if let Some(until) = best_hour.and_then(|within| self.best_hour(within)) {
            self.rests(at, until, Some(Reason::BestHour), Standing::BestHour { until });
            return Ok(None);
        }
        self.ask_choices(at, self.now, None)
    }

    /// When the hour begins in which the customer answers most; none when that is now.
    fn best_hour(&self, within: &Span) -> Option<Moment> {
        let clock = &self.person.clock;
        let hour = |at: Moment| clock.wall(at).rem_euclid(DAY) / 3_600_000;
        let mut answers = [0_usize; 24];
        for happened in &self.person.past {
            if let What::Reaction(
                ReactionKind::Opened | ReactionKind::Clicked | ReactionKind::Replied | ReactionKind::Answered,
                ..,
            ) = happened.what
                && self.is_recent(happened.place.at)
            {
                answers[usize::try_from(hour(happened.place.at)).unwrap()] += 1;
            }
        }
        let present = answers[usize::try_from(hour(self.now)).unwrap()];
        let last = clock.plus(self.now, within);
        let hours = (0..24_u8).filter_map(|hour| {
            let begin = clock.next(self.now, TimeOfDay::from_hms(hour, 0, 0)?, WeekdaySet::ALL)?;
            (begin <= last).then_some((answers[usize::from(hour)], Reverse(begin)))
        });
        let (most, Reverse(begin)) = hours.max()?;
        (most > present).then_some(begin)
    }

    /// Whether what happened then counts for `best of` and `best hour`: for 90 days.
    fn is_recent(&self, at: Moment) -> bool {
        self.now < self.person.clock.plus(at, &Span::of_days(90))
    }

    /// Asks a held message again.
    pub(super) fn ask_again(&mut self, at: usize) {
        let Standing::Held(held) = self.person.runs[at].standing.clone() else { return };
        match self.ask_choices(at, held.first, Some(&held)) {
            Ok(Some(next)) => self.go(at, next),
            Ok(None) => {}
            Err(_) => self.stop(at),
        }
    }

    /// The choices in the order in which they are asked.
    fn order(&self, mode: SendMode, choices: &[SendChoice]) -> Vec<usize> {
        let mut order: Vec<usize> = (0..choices.len()).collect();
        if mode == SendMode::BestOf {
            let share = |choice: &usize| {
                let channel = self.program.messages[choices[*choice].message.index()].channel;
                let young = |left: &&Left| left.channel == channel && self.is_recent(left.at);
                let sent: Vec<&Left> = self.person.left.iter().filter(young).collect();
                let answered = sent.iter().filter(|left| left.answered).count();
                // Compared exactly: shares with a common multiple of all denominators are long, so as fractions.
                (answered + 1, sent.len() + 2)
            };
            order.sort_by(|a, b| {
                let ((a, of_a), (b, of_b)) = (share(a), share(b));
                (b * of_a).cmp(&(a * of_b))
            });
        }
        order
    }

    /// The questions of a send, for each choice.
    pub(super) fn ask_choices(
        &mut self,
        at: usize,
        first: Moment,
        held: Option<&Held>,
    ) -> Answer<Option<StepId>> {
        let Some((mode, choices, _)) = self.send_step(at) else { return Err(Fault) };
        let choices = choices.to_vec();
        self.meet("send", &mode);
        let order = self.order(mode, &choices);
        let mut taken: Option<(usize, Said)> = None;
        for choice in order {
            let message = choices[choice].message;
            let same = held.filter(|held| held.message == message);
            let said = self.may_leave(at, message, first, same);
            let better = match (&taken, said.verdict) {
                (_, Verdict::Sent) => true,
                (Some((_, known)), Verdict::Held) => known.verdict == Verdict::Dropped,
                (Some((_, known)), Verdict::Dropped) => known.verdict == Verdict::Dropped,
                (None, _) => true,
            };
            let sent = said.verdict == Verdict::Sent;
            if better {
                taken = Some((choice, said));
            }
            if sent {
                break;
            }
        }
        let (choice, mut said) = taken.ok_or(Fault)?;
        let message = choices[choice].message;
        if mode != SendMode::One && said.verdict == Verdict::Sent {
            said.detail = Detail::Index(u32::try_from(choice).unwrap());
        }
        match said.verdict {
            Verdict::Sent => {
                let args = self.ask_run(at).all(&choices[choice].args)?;
                self.leaves(at, message, args, &said);
                Ok(None)
            }
            Verdict::Held => Ok(self.hold(at, message, first, said, held)),
            Verdict::Dropped => {
                self.send_row(at, message, &said);
                Ok(self.after_not_sent(at, said.reason.ok_or(Fault)?))
            }
        }
    }

    fn send_row(&mut self, at: usize, message: wayline_ir::MessageId, said: &Said) {
        let mut row = self.run_row(at, DecisionKind::Send);
        row.message = Some(message);
        row.channel = Some(self.program.messages[message.index()].channel);
        row.verdict = Some(said.verdict);
        row.reason = said.reason;
        row.rule = said.rule;
        row.until = said.until;
        row.detail = said.detail.clone();
        self.log(row);
    }

    /// A message leaves.
    fn leaves(&mut self, at: usize, message: wayline_ir::MessageId, args: Vec<Value>, said: &Said) {
        let channel = self.program.messages[message.index()].channel;
        if self.program.channels[channel.index()].rate.is_some() && !said.reserved {
            self.shared.slots.push((channel, self.now));
        }
        self.send_row(at, message, said);
        let key = self.key(at);
        let to = said.to.clone();
        self.out.push(Effect::Send(Send { key, message, channel, args, to }));
        self.person.left.push(Left {
            key,
            message,
            channel,
            topic: self.program.messages[message.index()].topic,
            journey: self.person.runs[at].journey,
            at: self.now,
            answered: false,
            former: false,
        });
        self.person.runs[at].standing = Standing::Sending(key);
    }

    /// A message is held, unless a newer one takes its place.
    fn hold(
        &mut self,
        at: usize,
        message: wayline_ir::MessageId,
        first: Moment,
        said: Said,
        held: Option<&Held>,
    ) -> Option<StepId> {
        let fellows = self.fellows(at, message, &said);
        let me = (first, self.person.runs[at].id);
        if fellows.iter().any(|(theirs, _)| *theirs > me) {
            let replaced = Said { rule: said.rule, ..Said::dropped(Reason::Replaced) };
            self.send_row(at, message, &replaced);
            return self.after_not_sent(at, Reason::Replaced);
        }
        let until = said.until.unwrap();
        let same = held.is_some_and(|held| {
            (held.message, held.reason, held.rule, held.until)
                == (message, said.reason.unwrap(), said.rule, until)
        });
        if !same {
            self.send_row(at, message, &said);
        }
        // A slot is kept only while the rate is what holds it.
        let mut slot = None;
        if said.reason == Some(Reason::ChannelRate) {
            let channel = self.program.messages[message.index()].channel;
            let kept = held.filter(|held| held.message == message).and_then(|held| held.slot);
            if kept != Some(until) {
                self.shared.slots.push((channel, until));
            }
            slot = Some(until);
        }
        self.person.runs[at].standing = Standing::Held(Held {
            first,
            message,
            reason: said.reason.unwrap(),
            rule: said.rule,
            until,
            slot,
            volatile: said.volatile,
        });
        for (_, older) in fellows {
            let Standing::Held(theirs) = self.person.runs[older].standing.clone() else { continue };
            let replaced = Said { rule: said.rule, ..Said::dropped(Reason::Replaced) };
            self.send_row(older, theirs.message, &replaced);
            self.person.runs[older].standing = Standing::Replaced;
            self.queue.push_back(Task::Replaced(self.person.runs[older].id));
        }
        None
    }

    /// Held messages of other runs that go into one backlog with this one: when they were first asked.
    fn fellows(
        &self,
        at: usize,
        message: wayline_ir::MessageId,
        said: &Said,
    ) -> Vec<((Moment, wayline_engine::RunId), usize)> {
        let of = |message: wayline_ir::MessageId| -> (TopicId, wayline_ir::ChannelId) {
            let message = &self.program.messages[message.index()];
            (message.topic, message.channel)
        };
        let (topic, channel) = of(message);
        let mut found = Vec::new();
        for other in self.running() {
            let Standing::Held(held) = &self.person.runs[other].standing else { continue };
            let (their_topic, their_channel) = of(held.message);
            let same = Some(held.reason) == said.reason
                && held.rule == said.rule
                && (said.rule.is_some() || their_channel == channel);
            let kept = match said.backlog {
                Backlog::KeepAll => true,
                Backlog::KeepLatest => false,
                Backlog::KeepOnePerTopic => their_topic != topic,
            };
            if other != at && same && !kept {
                found.push(((held.first, self.person.runs[other].id), other));
            }
        }
        found
    }

    /// The provider took the message.
    pub(super) fn sent(&mut self, at: usize) {
        if let Some((.., next)) = self.send_step(at) {
            self.go(at, next);
        }
    }

    /// Nothing was sent: where the run goes on.
    fn after_not_sent(&mut self, at: usize, reason: Reason) -> Option<StepId> {
        let run = &self.person.runs[at];
        let journey = &self.program.journeys[run.journey.index()];
        let StepKind::Send { not_sent, next, .. } = &journey.steps[run.step.index()].kind else {
            return None;
        };
        let Some(branch) = not_sent else { return Some(*next) };
        if let Some(slot) = branch.bind {
            let word = reason.symbol().map_or(Value::Missing, Value::Choice);
            self.bind(at, slot, word);
            if self.left_by_name(at, &[slot]) {
                return None;
            }
        }
        Some(branch.then)
    }

    pub(super) fn not_sent(&mut self, at: usize, reason: Reason) {
        if let Some(next) = self.after_not_sent(at, reason) {
            self.go(at, next);
        }
    }
}
