//! Sends: which message, whether it may leave, and what comes of it.

mod best;

use wayline_ir::{Message, MessageId, NotSent, ReactionKind, SendChoice, SendMode, StepId, StepKind, Value};
use wayline_time::{Moment, Span};

use crate::eval::Fault;
use crate::prepare::StepIndex;
use crate::state::{FAR, Held, Sent, Standing};
use crate::suppress::Answer;
use crate::turn::{Flow, Turn};
use crate::{DecisionKind, Detail, Effect, EffectKey, Reason, RunId, Send, SendOutcome, Verdict};

use super::branch::index;

pub(crate) use best::is_answer;

impl Turn<'_> {
    pub(crate) fn send(&mut self, at: usize, best_hour_within: Option<Span>) -> Result<Flow, Fault> {
        if let Some(within) = best_hour_within {
            let best = self.best_hour(&within);
            if best > self.now {
                self.wait_row(at, best, Some(Reason::BestHour));
                self.rest(at, Standing::BestHour, best);
                return Ok(Flow::Rest);
            }
        }
        self.ask_send(at, None)
    }

    /// A held send is asked again, from the start.
    pub(crate) fn ask_again(&mut self, at: usize) -> Result<Flow, Fault> {
        let Some(run) = self.run_mut(at) else { return Ok(Flow::Rest) };
        match std::mem::replace(&mut run.standing, Standing::Moving) {
            Standing::Held(held) => {
                run.timer = FAR;
                self.ask_send(at, Some(held))
            }
            other => {
                run.standing = other;
                Ok(Flow::Rest)
            }
        }
    }

    /// Decides a send: the first choice that may be sent, else the first that may be held, else none.
    pub(crate) fn ask_send(&mut self, at: usize, held: Option<Box<Held>>) -> Result<Flow, Fault> {
        let Some((_, StepKind::Send { mode, choices, not_sent, next, .. }, read)) = self.standing_at(at)
        else {
            return Err(Fault::Unfit("a send that the program does not have"));
        };
        let first = held.as_ref().map_or(self.now, |held| held.first);
        let mut best: Option<(usize, Answer)> = None;
        let order = if *mode == SendMode::BestOf { self.by_answers(choices) } else { Vec::new() };
        for turn in 0..choices.len() {
            let number = order.get(turn).copied().unwrap_or(turn);
            let Some(choice) = choices.get(number) else { continue };
            let held = held.as_ref().filter(|held| held.message == choice.message);
            let (slot, rule) = (held.and_then(|held| held.slot), held.and_then(|held| held.rule));
            let answer = self.may_send(at, choice.message, first, slot, rule);
            let better = match &best {
                None => true,
                Some((_, known)) => match (known.verdict, answer.verdict) {
                    (_, Verdict::Sent) | (Verdict::Dropped, _) => true,
                    (Verdict::Sent | Verdict::Held, _) => false,
                },
            };
            let sent = answer.verdict == Verdict::Sent;
            if better {
                best = Some((number, answer));
            }
            if sent {
                break;
            }
        }
        let Some((number, answer)) = best else { return Ok(Flow::To(*next)) };
        let Some(choice) = choices.get(number) else { return Ok(Flow::To(*next)) };
        let Some(message) = self.program.messages.get(choice.message.index()) else {
            return Ok(Flow::To(*next));
        };
        let several = choices.len() > 1;
        match answer.verdict {
            Verdict::Sent => self.leaves_now(at, choice, message, answer, read, several.then_some(number)),
            Verdict::Held if self.is_outdated(at, message, &answer, first) => {
                let replaced = Answer { rule: answer.rule, ..Answer::dropped(Reason::Replaced) };
                self.send_row(at, choice.message, message, &replaced);
                Ok(self.not_sent(at, Reason::Replaced, not_sent.as_ref(), *next))
            }
            Verdict::Held => Ok(self.held(at, choice.message, message, answer, first, held.as_deref())),
            Verdict::Dropped => {
                self.send_row(at, choice.message, message, &answer);
                let reason = answer.reason.unwrap_or(Reason::Failed);
                Ok(self.not_sent(at, reason, not_sent.as_ref(), *next))
            }
        }
    }

    fn leaves_now(
        &mut self,
        at: usize,
        choice: &SendChoice,
        message: &Message,
        mut answer: Answer,
        read: &StepIndex,
        number: Option<usize>,
    ) -> Result<Flow, Fault> {
        let eval = self.eval_run(at);
        let args = eval.values(&choice.args, None)?;
        let Some(run) = self.run(at) else { return Ok(Flow::Rest) };
        let journey = run.journey;
        if let Some(rate) =
            self.program.channels.get(message.channel.index()).and_then(|channel| channel.rate)
            && !answer.reserved
        {
            self.shared.take_slot(message.channel, rate, self.program.workspace.zone, self.now);
        }
        let Some(key) = self.effect_key(at, read) else { return Ok(Flow::Rest) };
        if let Some(number) = number {
            answer.detail = index(number);
        }
        self.send_row(at, choice.message, message, &answer);
        self.customer.prune_sends(self.index);
        self.customer.sends.push(Sent {
            key,
            message: choice.message,
            journey,
            at: self.now,
            answered: false,
            readdressed: false,
        });
        self.out.push(Effect::Send(Send {
            key,
            message: choice.message,
            channel: message.channel,
            args,
            to: answer.to,
        }));
        self.rest(at, Standing::Sending(key.occurrence), FAR);
        Ok(Flow::Rest)
    }

    fn held(
        &mut self,
        at: usize,
        id: MessageId,
        message: &Message,
        mut answer: Answer,
        first: Moment,
        before: Option<&Held>,
    ) -> Flow {
        // A slot is kept only while it is what the send waits for.
        let waits_for_slot = answer.reason == Some(Reason::ChannelRate);
        let mut slot = before.filter(|held| waits_for_slot && held.message == id).and_then(|held| held.slot);
        if waits_for_slot && slot.is_none_or(|slot| slot < self.now) {
            let rate = self.program.channels.get(message.channel.index()).and_then(|channel| channel.rate);
            slot = rate.and_then(|rate| {
                self.shared.take_slot(message.channel, rate, self.program.workspace.zone, self.now)
            });
            answer.until = slot;
        }
        let reason = answer.reason.unwrap_or(Reason::Suppressed);
        let same = before.is_some_and(|held| {
            held.message == id
                && held.reason == reason
                && held.rule == answer.rule
                && held.until == answer.until
        });
        if !same {
            self.send_row(at, id, message, &answer);
        }
        let held = Held {
            first,
            message: id,
            reason,
            rule: answer.rule,
            until: answer.until,
            slot,
            volatile: answer.volatile,
        };
        self.rest(at, Standing::Held(Box::new(held)), answer.until.unwrap_or(FAR));
        self.replace_older(at, message, &answer, first);
        Flow::Rest
    }

    /// A run of which the held send was replaced goes on.
    pub(crate) fn replaced(&mut self, id: RunId) {
        let Some(at) = self.find(id) else { return };
        let Some((_, StepKind::Send { not_sent, next, .. }, _)) = self.standing_at(at) else { return };
        if matches!(self.run(at).map(|run| &run.standing), Some(Standing::Replaced)) {
            let flow = self.not_sent(at, Reason::Replaced, not_sent.as_ref(), *next);
            self.go(at, Ok(flow));
        }
    }

    fn not_sent(&mut self, at: usize, reason: Reason, branch: Option<&NotSent>, next: StepId) -> Flow {
        self.rise(at);
        match branch {
            Some(branch) => {
                let symbol = reason.symbol().map_or(Value::Missing, Value::Choice);
                self.bind(at, branch.bind, symbol);
                Flow::To(branch.then)
            }
            None => Flow::To(next),
        }
    }

    pub(crate) fn send_row(&mut self, at: usize, id: MessageId, message: &Message, answer: &Answer) {
        let mut row = self.run_row(at, DecisionKind::Send);
        row.message = Some(id);
        row.channel = Some(message.channel);
        row.verdict = Some(answer.verdict);
        row.reason = answer.reason;
        row.rule = answer.rule;
        row.until = answer.until;
        row.detail = answer.detail.clone();
        self.decide(row);
    }

    /// A provider took or refused a message. A refusal is a reaction (`failed`) too.
    pub(crate) fn send_result(&mut self, key: EffectKey, outcome: SendOutcome) {
        let sent = self.customer.sends.iter().rev().find(|sent| sent.key == key).copied();
        let waiting = self.sending(key);
        let mut row = self.row(DecisionKind::SendResult);
        row.run = Some(key.run);
        row.step = Some(key.step);
        row.journey = sent.map(|sent| sent.journey);
        row.message = sent.map(|sent| sent.message);
        row.channel = sent
            .and_then(|sent| self.program.messages.get(sent.message.index()).map(|message| message.channel));
        let failed = match outcome {
            SendOutcome::Accepted => false,
            SendOutcome::Failed(words) => {
                row.reason = Some(Reason::Failed);
                row.detail = Detail::Text(words);
                true
            }
        };
        if waiting.is_none() && (!failed || sent.is_none()) {
            row.reason = Some(Reason::Stale);
        }
        self.decide(row);
        if failed && let Some(sent) = sent {
            self.react(sent, ReactionKind::Failed, self.now, Value::Missing);
        }
        // The reaction may have ended the run.
        let Some(at) = self.sending(key) else { return };
        let Some((_, StepKind::Send { not_sent, next, .. }, _)) = self.standing_at(at) else { return };
        let flow = if failed {
            self.not_sent(at, Reason::Failed, not_sent.as_ref(), *next)
        } else {
            self.rise(at);
            Flow::To(*next)
        };
        self.go(at, Ok(flow));
    }

    /// The run that waits for the provider's answer to a send.
    fn sending(&self, key: EffectKey) -> Option<usize> {
        self.find(key.run).filter(|at| {
            self.run(*at).is_some_and(|run| {
                run.step == key.step && matches!(run.standing, Standing::Sending(n) if n == key.occurrence)
            })
        })
    }
}
