//! Whether a message may leave: expiry, consent, address, rules, hours, rate.

use wayline_engine::{Consent, Detail, Reason, Verdict};
use wayline_ir::{
    Backlog, Cap, CapWindow, ChannelId, Clause, Expr, HistoryRange, HistorySource, MessageId, Otherwise,
    RuleId, SuppressRule, Target, TopicPolicy, Value,
};
use wayline_time::{Date, Moment};

use super::Turn;
use super::ask::{Answer, Ask, place};
use super::clock::Clock;
use super::past::{Held, Left};

/// How many ticks are looked ahead for the end of a condition.
const AHEAD: usize = 2_000;

/// What is said about a message that wants to leave.
pub(super) struct Said {
    pub verdict: Verdict,
    pub reason: Option<Reason>,
    pub rule: Option<RuleId>,
    pub until: Option<Moment>,
    pub detail: Detail,
    pub backlog: Backlog,
    /// Whether an event or a change may end the hold sooner.
    pub volatile: bool,
    /// When all that no event can end is over.
    pub fixed: Option<Moment>,
    /// Whether its slot was given before.
    pub reserved: bool,
    pub to: Value,
}

/// A clause says no.
struct No {
    reason: Reason,
    /// When it will say yes; never by time alone when absent.
    until: Option<Moment>,
    volatile: bool,
    detail: Detail,
}

impl Said {
    pub(super) fn dropped(reason: Reason) -> Self {
        Self { verdict: Verdict::Dropped, reason: Some(reason), ..Self::sent(Value::Missing) }
    }

    fn sent(to: Value) -> Self {
        Self {
            verdict: Verdict::Sent,
            reason: None,
            rule: None,
            until: None,
            detail: Detail::None,
            backlog: Backlog::KeepAll,
            volatile: false,
            fixed: None,
            reserved: false,
            to,
        }
    }

    fn held(reason: Reason, until: Moment) -> Self {
        Self { verdict: Verdict::Held, until: Some(until), ..Self::dropped(reason) }
    }
}

impl Turn<'_> {
    pub(super) fn may_leave(&mut self, at: usize, id: MessageId, first: Moment, held: Option<&Held>) -> Said {
        let message = &self.program.messages[id.index()];
        let deadline = message.expires_after.map(|span| self.person.clock.plus(first, &span));
        if deadline.is_some_and(|deadline| self.now > deadline) {
            return Said { rule: held.and_then(|held| held.rule), ..Said::dropped(Reason::Expired) };
        }
        let to = match self.address(id) {
            Ok(to) => to,
            Err(reason) => return Said::dropped(reason),
        };
        let said = match self.forbidden(at, id, first) {
            Some(said) => said,
            None => self.hours(id, held, to),
        };
        let Some(deadline) = deadline.filter(|_| said.verdict == Verdict::Held) else { return said };
        if said.until.is_some_and(|until| until <= deadline) {
            return said;
        }
        if said.volatile && self.now < deadline && said.fixed.is_none_or(|fixed| fixed <= deadline) {
            return Said { until: Some(deadline), ..said };
        }
        Said { verdict: Verdict::Dropped, reason: Some(Reason::Expired), ..said }
    }

    fn address(&mut self, id: MessageId) -> Result<Value, Reason> {
        let message = &self.program.messages[id.index()];
        let given = self.person.consent(message.topic, message.channel);
        match (self.program.topics[message.topic.index()].policy, given) {
            (TopicPolicy::Always, _) | (_, Consent::Confirmed) | (TopicPolicy::Consent, Consent::Given) => {}
            (TopicPolicy::ConfirmedConsent, Consent::Given) => return Err(Reason::UnconfirmedConsent),
            _ => return Err(Reason::NoConsent),
        }
        let Ok(to) = self.ask().value(&self.program.channels[message.channel.index()].to) else {
            self.fault(None);
            return Err(Reason::NoAddress);
        };
        if to.is_missing() || to == Value::text("") {
            return Err(Reason::NoAddress);
        }
        if self.person.bounced.contains(&message.channel) {
            return Err(Reason::Bounced);
        }
        Ok(to)
    }

    /// The first rule that forbids.
    fn forbidden(&mut self, at: usize, id: MessageId, first: Moment) -> Option<Said> {
        let message = &self.program.messages[id.index()];
        let journey = self.person.runs[at].journey;
        for (number, rule) in self.program.rules.iter().enumerate() {
            let channels = &rule.sends.channels;
            let meant = rule.sends.targets.iter().any(|target| match target {
                Target::Everything => true,
                Target::Topic(topic) => *topic == message.topic,
                Target::Message(one) => *one == id,
                Target::Journey(one) => *one == journey,
            });
            if !meant || !(channels.is_empty() || channels.contains(&message.channel)) {
                continue;
            }
            let mut all: Vec<No> = Vec::new();
            for clause in &rule.clauses {
                match self.clause(rule, clause) {
                    Ok(no) => {
                        no.iter().for_each(|_| self.meet("clause", clause));
                        all.extend(no);
                    }
                    Err(_) => {
                        self.fault(Some(journey));
                        let (reason, detail) = (Reason::Suppressed, Detail::None);
                        all.push(No { reason, until: None, volatile: true, detail });
                    }
                }
                if rule.otherwise == Otherwise::Drop && !all.is_empty() {
                    break;
                }
            }
            if all.is_empty() {
                continue;
            }
            let until: Option<Vec<Moment>> = all.iter().map(|no| no.until).collect();
            let until = until.and_then(|all| all.into_iter().max());
            let volatile = all.iter().any(|no| no.volatile);
            // What no event can end must end in time by itself.
            let fixed = all.iter().filter(|no| !no.volatile).map(|no| no.until.unwrap_or(Moment::MAX)).max();
            let No { reason, detail, .. } = all.swap_remove(0);
            let said =
                Said { rule: Some(RuleId::at(number)), detail, volatile, fixed, ..Said::dropped(reason) };
            let Otherwise::Hold { up_to, backlog } = rule.otherwise else { return Some(said) };
            let limit = self.person.clock.plus(first, &up_to);
            let held = Said { verdict: Verdict::Held, backlog, until, ..said };
            let ends = fixed.is_none_or(|fixed| fixed <= limit);
            return Some(match until {
                Some(until) if until <= limit => held,
                _ if volatile && ends && self.now < limit => Said { until: Some(limit), ..held },
                _ => Said { verdict: Verdict::Dropped, ..held },
            });
        }
        None
    }

    fn clause(&self, rule: &SuppressRule, clause: &Clause) -> Answer<Option<No>> {
        let clock = &self.person.clock;
        let suppressed =
            |until, volatile| No { reason: Reason::Suppressed, until, volatile, detail: Detail::None };
        Ok(match clause {
            Clause::Caps { caps, across } => self.caps(rule, caps, across),
            Clause::Between { from, from_filter, until, until_filter, or_after } => {
                let latest = |source: HistorySource, filter: Option<&Expr>| -> Answer<_> {
                    let ask = self.ask();
                    let mut found = None;
                    for happened in ask.happened(source, HistoryRange::Ever) {
                        if ask.passes(filter, &happened.data)? {
                            found = Some(happened.place);
                        }
                    }
                    Ok(found)
                };
                let Some(began) = latest(*from, from_filter.as_ref())? else { return Ok(None) };
                let over = or_after.map(|span| clock.plus(began.at, &span));
                if over.is_some_and(|over| over <= self.now) {
                    return Ok(None);
                }
                let ended = latest(*until, until_filter.as_ref())?;
                (ended < Some(began)).then(|| suppressed(over, true))
            }
            Clause::On(calendar) => {
                let days = &self.program.calendars[calendar.index()].days;
                let here = days.contains(clock.day(self.now));
                here.then(|| suppressed(clock.after_calendar(days, self.now), false))
            }
            Clause::During(windows) => {
                let inside = clock.inside(windows, self.now);
                inside.then(|| suppressed(clock.first(windows, self.now, false), false))
            }
            Clause::When(condition) => {
                let holds = self.ask().holds(condition)?;
                holds.then(|| suppressed(self.when_over(condition), true))
            }
        })
    }

    /// When a condition that holds stops to hold by time alone: each of the next ticks is tried.
    fn when_over(&self, condition: &Expr) -> Option<Moment> {
        let mut ask: Ask<'_> = self.ask();
        for _ in 0..AHEAD {
            ask.now = self.ticks.next(ask.now);
            if !ask.holds(condition).unwrap_or(false) {
                return Some(ask.now);
            }
        }
        None
    }

    fn caps(&self, rule: &SuppressRule, caps: &[Cap], across: &[ChannelId]) -> Option<No> {
        let clock = &self.person.clock;
        let today = clock.day(self.now);
        let (_, _, of_month) = today.ymd();
        let monday = today.add_days(-i32::from(today.weekday().days_from_monday()));
        let first = today.add_days(1 - i32::from(of_month));
        let days = |from: Date, to: Date| (clock.begins(from), clock.begins(to));
        let mut full: Option<No> = None;
        for (number, cap) in caps.iter().enumerate() {
            let counts = |left: &&Left| counts(rule, across, left);
            let all = self.person.left.iter().filter(counts).map(|left| left.at);
            let (counted, free): (Vec<Moment>, Option<Moment>) = match cap.window {
                CapWindow::Rolling(span) => {
                    let inside: Vec<Moment> = all.filter(|at| self.now < clock.plus(*at, &span)).collect();
                    let nth = inside.len().checked_sub(cap.count as usize);
                    let free = nth.and_then(|nth| inside.get(nth)).map(|at| clock.plus(*at, &span));
                    (inside, free)
                }
                calendar => {
                    let (from, to) = match calendar {
                        CapWindow::CalendarWeek => days(monday, monday.add_days(7)),
                        CapWindow::CalendarMonth => days(first, first.add_months(1)),
                        _ => days(today, today.add_days(1)),
                    };
                    (all.filter(|at| *at >= from).collect(), Some(to))
                }
            };
            if counted.len() < cap.count as usize {
                continue;
            }
            let free = free.filter(|_| cap.count > 0);
            let later = full.as_ref().is_none_or(|known| match (known.until, free) {
                (Some(known), Some(free)) => free > known,
                (known, free) => known.is_some() && free.is_none(),
            });
            if later {
                let cap = u32::try_from(number).unwrap();
                let detail = Detail::Cap { cap, counted };
                full = Some(No { reason: Reason::Capped, until: free, volatile: false, detail });
            }
        }
        full
    }

    /// Quiet hours, open hours, the rate.
    fn hours(&mut self, id: MessageId, held: Option<&Held>, to: Value) -> Said {
        let message = &self.program.messages[id.index()];
        let channel = &self.program.channels[message.channel.index()];
        let clock = &self.person.clock;
        let quiet = channel.quiet.as_ref();
        let ignores = self.program.topics[message.topic.index()].ignores_quiet_hours;
        if let Some(quiet) = quiet.filter(|quiet| !ignores && clock.inside(&quiet.windows, self.now)) {
            let Some(end) = clock.first(&quiet.windows, self.now, false) else {
                return Said::dropped(Reason::QuietHours);
            };
            let spread = quiet.release_over.map_or(0, |span| {
                let name = format!("{} {}", message.name, clock.day(end));
                place(self.program, "release", &name, &self.person.id, span.millis)
            });
            let held = Said::held(Reason::QuietHours, Moment(end.0 + spread));
            return Said { backlog: quiet.backlog, ..held };
        }
        if !channel.open.is_empty() && !clock.inside(&channel.open, self.now) {
            return match clock.first(&channel.open, self.now, true) {
                Some(until) => Said::held(Reason::ClosedHours, until),
                None => Said::dropped(Reason::ClosedHours),
            };
        }
        let Some(rate) = channel.rate else { return Said::sent(to) };
        if let Some(slot) = held.and_then(|held| held.slot) {
            let said = Said::held(Reason::ChannelRate, slot);
            return if slot <= self.now { Said { reserved: true, ..Said::sent(to) } } else { said };
        }
        // The earliest moment at which no stretch holds too many.
        let ours = Clock::named(self.program.workspace.zone.name()).unwrap();
        let slots = self.shared.slots.iter().filter(|(of, _)| *of == message.channel).map(|(_, at)| *at);
        let mut slots: Vec<Moment> = slots.collect();
        slots.sort();
        let nth = slots.len().checked_sub(rate.count as usize);
        let free = nth.map_or(self.now, |nth| ours.plus(slots[nth], &rate.per));
        let free = slots.last().map_or(free, |last| free.max(*last));
        if free <= self.now { Said::sent(to) } else { Said::held(Reason::ChannelRate, free) }
    }
}

/// Whether a message that left counts for the caps of a rule.
fn counts(rule: &SuppressRule, across: &[ChannelId], left: &Left) -> bool {
    let channels = if across.is_empty() { &rule.sends.channels } else { across };
    let meant = rule.sends.targets.iter().any(|target| match target {
        Target::Everything => true,
        Target::Topic(topic) => *topic == left.topic,
        Target::Message(one) => *one == left.message,
        Target::Journey(journey) => *journey == left.journey,
    });
    meant && (channels.is_empty() || channels.contains(&left.channel))
}
