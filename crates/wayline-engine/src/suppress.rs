//! Whether a message may leave: asked before every send, and again, from the start, when a hold ends.
//!
//! In this order: consent for the topic on the channel; an address that is known and has not bounced; the
//! suppression rules in the order of the program, of which the first that forbids decides; quiet hours and open hours of
//! the channel, unless the topic ignores them; the rate of the channel.
//!
//! A hold that cannot end in time does not begin: when the moment at which a rule can next allow the message is known
//! and lies beyond the rule's `hold up to` or the message's `expires after`, it is dropped at once, so that the run goes
//! on. When an event or a change of the profile may end the hold in time, it lasts to the limit. What lies exactly at
//! the limit is in time.

mod backlog;
mod caps;
mod clause;
mod hours;

use wayline_ir::{Backlog, Channel, Message, MessageId, Otherwise, RuleId, Target, TopicPolicy, Value};
use wayline_time::{Moment, add_span};

use crate::turn::Turn;
use crate::{Consent, Detail, Reason, Verdict};

pub(crate) use clause::Forbids;

/// What is decided about a send.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub verdict: Verdict,
    pub reason: Option<Reason>,
    pub rule: Option<RuleId>,
    /// Until when it is held, or would have to be held when that is too long; until something changes when absent.
    pub until: Option<Moment>,
    /// Whether an event or a change of the profile may end the hold sooner, and from when on.
    pub volatile: bool,
    pub soonest: Option<Moment>,
    pub backlog: Backlog,
    pub detail: Detail,
    /// The address.
    pub to: Value,
    /// Whether a slot of the channel's rate was reserved before.
    pub reserved: bool,
}

impl Answer {
    pub(crate) fn sent(to: Value) -> Self {
        Self { verdict: Verdict::Sent, reason: None, to, ..Self::dropped(Reason::Failed) }
    }

    pub(crate) fn dropped(reason: Reason) -> Self {
        Self {
            verdict: Verdict::Dropped,
            reason: Some(reason),
            rule: None,
            until: None,
            volatile: false,
            soonest: None,
            backlog: Backlog::KeepAll,
            detail: Detail::None,
            to: Value::Missing,
            reserved: false,
        }
    }

    fn held(reason: Reason, until: Option<Moment>, backlog: Backlog) -> Self {
        Self { verdict: Verdict::Held, until, backlog, ..Self::dropped(reason) }
    }
}

impl Turn<'_> {
    /// Whether a message of a run may leave. `first` is when it was first asked, `slot` the reserved slot of the
    /// channel's rate, `rule` the rule that held it.
    pub(crate) fn may_send(
        &mut self,
        at: usize,
        id: MessageId,
        first: Moment,
        slot: Option<Moment>,
        rule: Option<RuleId>,
    ) -> Answer {
        let Some(message) = self.program.messages.get(id.index()) else {
            return Answer::dropped(Reason::Failed);
        };
        let Some(channel) = self.program.channels.get(message.channel.index()) else {
            return Answer::dropped(Reason::Failed);
        };
        let deadline = message.expires_after.map(|span| add_span(self.customer.zone, first, &span));
        if deadline.is_some_and(|deadline| self.now > deadline) {
            return Answer { rule, ..Answer::dropped(Reason::Expired) };
        }
        let to = match self.reachable(message, channel) {
            Ok(to) => to,
            Err(reason) => return Answer::dropped(reason),
        };
        let answer = match self.forbidden(at, id, message, first) {
            Some(answer) => answer,
            None => self.in_hours(id, message, channel, slot, to),
        };
        self.in_time(answer, deadline)
    }

    /// A hold that ends too late for the message.
    fn in_time(&self, mut answer: Answer, deadline: Option<Moment>) -> Answer {
        let Some(deadline) = deadline.filter(|_| answer.verdict == Verdict::Held) else { return answer };
        if answer.until.is_some_and(|until| until <= deadline) {
            return answer;
        }
        let in_time = answer.soonest.is_some_and(|soonest| soonest <= deadline);
        if answer.volatile && in_time && self.now < deadline {
            answer.until = Some(deadline);
            return answer;
        }
        let Answer { rule, until, detail, .. } = answer;
        Answer { rule, until, detail, ..Answer::dropped(Reason::Expired) }
    }

    /// The address, or why there is none to use.
    fn reachable(&mut self, message: &Message, channel: &Channel) -> Result<Value, Reason> {
        let policy =
            self.program.topics.get(message.topic.index()).map_or(TopicPolicy::Consent, |t| t.policy);
        let consent = self.customer.consent(message.topic, message.channel);
        match (policy, consent) {
            (TopicPolicy::Always, _)
            | (TopicPolicy::Consent, Consent::Given | Consent::Confirmed)
            | (TopicPolicy::ConfirmedConsent, Consent::Confirmed) => {}
            (TopicPolicy::ConfirmedConsent, Consent::Given) => return Err(Reason::UnconfirmedConsent),
            _ => return Err(Reason::NoConsent),
        }
        let address = self.eval().value(&channel.to, None).map(std::borrow::Cow::into_owned);
        let to = match address {
            Ok(Value::Missing) => return Err(Reason::NoAddress),
            Ok(Value::Text(text)) if text.is_empty() => return Err(Reason::NoAddress),
            Ok(to) => to,
            Err(fault) => {
                self.fault_row(None, format!("the address of channel {}: {fault}", channel.name));
                return Err(Reason::NoAddress);
            }
        };
        if self.customer.bounced.contains(&message.channel) { Err(Reason::Bounced) } else { Ok(to) }
    }

    /// The first rule that forbids, in the order of the program.
    fn forbidden(&mut self, at: usize, id: MessageId, message: &Message, first: Moment) -> Option<Answer> {
        let journey = self.run(at)?.journey;
        for number in self.index.rules.get(id.index())? {
            let Some(rule) = self.program.rules.get(number.index()) else { continue };
            let meant = rule.sends.targets.iter().any(|target| match target {
                Target::Everything => true,
                Target::Topic(topic) => *topic == message.topic,
                Target::Message(one) => *one == id,
                Target::Journey(one) => self.index.same_journey(*one, journey),
            });
            if !meant {
                continue;
            }
            let mut forbids: Option<Forbids> = None;
            for clause in &rule.clauses {
                let asked = self.clause_forbids(rule, clause).unwrap_or_else(|fault| {
                    self.fault_row(Some(journey), format!("rule {}: {fault}", rule.name));
                    Some(Forbids::until_changed())
                });
                if let Some(asked) = asked {
                    forbids = Some(match forbids {
                        Some(known) => known.and(asked),
                        None => asked,
                    });
                    if rule.otherwise == Otherwise::Drop {
                        break;
                    }
                }
            }
            if let Some(forbids) = forbids {
                return Some(Answer {
                    rule: Some(*number),
                    ..self.otherwise(forbids, rule.otherwise, first)
                });
            }
        }
        None
    }

    /// What becomes of a send that a rule forbids.
    fn otherwise(&self, forbids: Forbids, otherwise: Otherwise, first: Moment) -> Answer {
        let volatile = forbids.volatile();
        let Forbids { reason, until, soonest, detail } = forbids;
        let Otherwise::Hold { up_to, backlog } = otherwise else {
            return Answer { detail, ..Answer::dropped(reason) };
        };
        let limit = add_span(self.customer.zone, first, &up_to);
        if until.is_some_and(|until| until <= limit) {
            return Answer { volatile, soonest, detail, ..Answer::held(reason, until, backlog) };
        }
        if volatile && soonest.is_some_and(|soonest| soonest <= limit) && self.now < limit {
            return Answer { volatile, soonest, detail, ..Answer::held(reason, Some(limit), backlog) };
        }
        Answer { until, detail, ..Answer::dropped(reason) }
    }

    /// Quiet hours, open hours, and the rate of the channel.
    fn in_hours(
        &mut self,
        id: MessageId,
        message: &Message,
        channel: &Channel,
        slot: Option<Moment>,
        to: Value,
    ) -> Answer {
        let ignores =
            self.program.topics.get(message.topic.index()).is_some_and(|topic| topic.ignores_quiet_hours);
        if let Some((reason, until, backlog)) = self.closed(id, channel, ignores) {
            return match until {
                Some(until) => Answer::held(reason, Some(until), backlog),
                None => Answer::dropped(reason),
            };
        }
        // A slot that passed while nothing ran is lost: else all that were missed would leave at once.
        let slot = slot.filter(|slot| *slot >= self.now);
        let reserved = slot == Some(self.now);
        if let (Some(rate), false) = (channel.rate, reserved) {
            let zone = self.program.workspace.zone;
            let next = slot.or_else(|| self.shared.next_slot(message.channel, rate, zone, self.now));
            match next {
                Some(next) if next <= self.now => {}
                Some(next) => return Answer::held(Reason::ChannelRate, Some(next), Backlog::KeepAll),
                None => return Answer::dropped(Reason::ChannelRate),
            }
        }
        Answer { reserved, ..Answer::sent(to) }
    }
}
