//! Counting while a run goes on: tables by id, added up over threads.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use wayline_engine::{Decision, DecisionKind, Detail, Reason, Verdict};
use wayline_ir::{ActionId, Program, ReactionKind, RuleId, ServiceId};

use crate::log::{Labels, reaction_word, reason_word, trigger_label};
use crate::summary::{Amount, ByRule, CostSummary, Count, JourneySummary, MessageSummary, Rate, RuleSummary};

/// Reasons and reaction kinds are numbered from 0; there are fewer than these.
const REASONS: usize = 48;
const REACTIONS: usize = 9;

/// All counts.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tally {
    journeys: Vec<JourneyTally>,
    messages: Vec<MessageTally>,
    pub(crate) personas: Vec<u64>,
    pub(crate) events: u64,
    pub(crate) decisions: u64,
    pub(crate) reactions_without_send: u64,
    pub(crate) out_of_time: u64,
    pub(crate) calls: BTreeMap<(ServiceId, ActionId), u64>,
    faults: BTreeMap<String, u64>,
}

#[derive(Debug, Clone)]
struct JourneyTally {
    entered: u64,
    ended: u64,
    faulted: u64,
    goal_runs: u64,
    holdout_goals: u64,
    not_entered: [u64; REASONS],
    exits: [u64; REASONS],
    /// By step, for exits with words of their own.
    exit_steps: BTreeMap<u32, u64>,
    goals: Vec<u64>,
}

#[derive(Debug, Clone, Default)]
struct MessageTally {
    sent: u64,
    held: Vec<(By, u64)>,
    dropped: Vec<(By, u64)>,
    reactions: [u64; REACTIONS],
}

/// What decided.
type By = (Reason, Option<RuleId>);

impl Default for JourneyTally {
    fn default() -> Self {
        Self {
            entered: 0,
            ended: 0,
            faulted: 0,
            goal_runs: 0,
            holdout_goals: 0,
            not_entered: [0; REASONS],
            exits: [0; REASONS],
            exit_steps: BTreeMap::new(),
            goals: Vec::new(),
        }
    }
}

impl Tally {
    pub(crate) fn new(program: &Program) -> Self {
        let journeys = program
            .journeys
            .iter()
            .map(|journey| JourneyTally { goals: vec![0; journey.goals.len()], ..JourneyTally::default() });
        Self {
            journeys: journeys.collect(),
            messages: vec![MessageTally::default(); program.messages.len()],
            personas: vec![0; program.personas.len()],
            ..Self::default()
        }
    }

    /// Counts a row. `first_goal` says whether a goal is the first that the run reached.
    pub(crate) fn count(&mut self, decision: &Decision, first_goal: bool) {
        self.decisions += 1;
        match decision.kind {
            DecisionKind::Event => self.events += 1,
            DecisionKind::Send => self.count_send(decision),
            DecisionKind::Reaction => self.count_reaction(decision),
            DecisionKind::Fault => {
                let words = match &decision.detail {
                    Detail::Text(text) => text.clone(),
                    _ => String::new(),
                };
                self.fault(&words);
                if decision.run.is_some() {
                    self.count_journey(decision, first_goal);
                }
            }
            DecisionKind::Enter | DecisionKind::NotEntered | DecisionKind::Goal | DecisionKind::Exit => {
                self.count_journey(decision, first_goal);
            }
            _ => {}
        }
    }

    /// Counts a fault by its words.
    pub(crate) fn fault(&mut self, words: &str) {
        *self.faults.entry(words.to_owned()).or_default() += 1;
    }

    fn count_journey(&mut self, decision: &Decision, first_goal: bool) {
        let journey = decision.journey.and_then(|journey| self.journeys.get_mut(journey.index()));
        let Some(tally) = journey else { return };
        let reason = decision.reason.map(|reason| reason as usize);
        let one = |counts: &mut [u64; REASONS]| {
            if let Some(count) = reason.and_then(|reason| counts.get_mut(reason)) {
                *count += 1;
            }
        };
        match decision.kind {
            DecisionKind::Enter => tally.entered += 1,
            DecisionKind::NotEntered => one(&mut tally.not_entered),
            DecisionKind::Goal if decision.reason == Some(Reason::Holdout) => tally.holdout_goals += 1,
            DecisionKind::Goal => {
                tally.goal_runs += u64::from(first_goal);
                let goal = match &decision.detail {
                    Detail::Goal { goal, .. } => *goal,
                    _ => 0,
                };
                if let Some(count) = tally.goals.get_mut(goal as usize) {
                    *count += 1;
                }
            }
            DecisionKind::Exit => {
                tally.ended += 1;
                match decision.step.filter(|_| decision.reason == Some(Reason::ExitStep)) {
                    Some(step) => *tally.exit_steps.entry(step.0).or_default() += 1,
                    None => one(&mut tally.exits),
                }
            }
            DecisionKind::Fault => {
                tally.ended += 1;
                tally.faulted += 1;
            }
            _ => {}
        }
    }

    fn count_send(&mut self, decision: &Decision) {
        let message = decision.message.and_then(|message| self.messages.get_mut(message.index()));
        let (Some(tally), Some(verdict)) = (message, decision.verdict) else { return };
        let by = |counts: &mut Vec<(By, u64)>| {
            let Some(reason) = decision.reason else { return };
            let key = (reason, decision.rule);
            match counts.iter_mut().find(|(known, _)| *known == key) {
                Some((_, count)) => *count += 1,
                None => counts.push((key, 1)),
            }
        };
        match verdict {
            Verdict::Sent => tally.sent += 1,
            Verdict::Held => by(&mut tally.held),
            Verdict::Dropped => by(&mut tally.dropped),
        }
    }

    fn count_reaction(&mut self, decision: &Decision) {
        let message = decision.message.and_then(|message| self.messages.get_mut(message.index()));
        let (Some(tally), Detail::Reaction(kind), None) = (message, &decision.detail, decision.reason) else {
            return;
        };
        if let Some(count) = tally.reactions.get_mut(*kind as usize) {
            *count += 1;
        }
    }

    /// Adds another thread's counts.
    pub(crate) fn add(&mut self, other: &Self) {
        fn add<const N: usize>(to: &mut [u64; N], from: &[u64; N]) {
            to.iter_mut().zip(from).for_each(|(to, from)| *to += from);
        }
        for (to, from) in self.journeys.iter_mut().zip(&other.journeys) {
            to.entered += from.entered;
            to.ended += from.ended;
            to.faulted += from.faulted;
            to.goal_runs += from.goal_runs;
            to.holdout_goals += from.holdout_goals;
            add(&mut to.not_entered, &from.not_entered);
            add(&mut to.exits, &from.exits);
            from.exit_steps
                .iter()
                .for_each(|(step, count)| *to.exit_steps.entry(*step).or_default() += count);
            to.goals.iter_mut().zip(&from.goals).for_each(|(to, from)| *to += from);
        }
        for (to, from) in self.messages.iter_mut().zip(&other.messages) {
            to.sent += from.sent;
            add(&mut to.reactions, &from.reactions);
            for (to, from) in [(&mut to.held, &from.held), (&mut to.dropped, &from.dropped)] {
                for (key, count) in from {
                    match to.iter_mut().find(|(known, _)| known == key) {
                        Some((_, sum)) => *sum += count,
                        None => to.push((*key, *count)),
                    }
                }
            }
        }
        self.personas.iter_mut().zip(&other.personas).for_each(|(to, from)| *to += from);
        self.events += other.events;
        self.decisions += other.decisions;
        self.reactions_without_send += other.reactions_without_send;
        self.out_of_time += other.out_of_time;
        other.calls.iter().for_each(|(call, count)| *self.calls.entry(*call).or_default() += count);
        other
            .faults
            .iter()
            .for_each(|(words, count)| *self.faults.entry(words.clone()).or_default() += count);
    }

    pub(crate) fn journeys(&self, program: &Program) -> Vec<JourneySummary> {
        let summary = |(journey, tally): (&wayline_ir::Journey, &JourneyTally)| {
            let mut exits: BTreeMap<String, u64> = BTreeMap::new();
            for (reason, count) in reasons(&tally.exits) {
                *exits.entry(reason.to_owned()).or_default() += count;
            }
            exits.insert("fault".to_owned(), tally.faulted);
            for (step, count) in &tally.exit_steps {
                let words = match journey.steps.get(*step as usize).map(|step| &step.kind) {
                    Some(wayline_ir::StepKind::Exit { reason: Some(words) }) => format!("\"{words}\""),
                    _ => reason_word(Reason::ExitStep).to_owned(),
                };
                *exits.entry(words).or_default() += count;
            }
            let goals = journey.goals.iter().zip(&tally.goals);
            JourneySummary {
                name: journey.name.clone(),
                version: journey.version.clone(),
                entered: tally.entered,
                not_entered: counts(reasons(&tally.not_entered)),
                running: tally.entered.saturating_sub(tally.ended),
                exits: counts(exits),
                goal: (!journey.goals.is_empty()).then(|| Rate::new(tally.goal_runs, tally.entered)),
                goals: goals
                    .map(|(goal, count)| Count { name: trigger_label(program, &goal.trigger), count: *count })
                    .collect(),
                holdout_goals: tally.holdout_goals,
            }
        };
        program.journeys.iter().zip(&self.journeys).map(summary).collect()
    }

    pub(crate) fn messages(&self, labels: &Labels) -> Vec<MessageSummary> {
        let program = &labels.program;
        let summary = |(index, (message, tally)): (usize, (&wayline_ir::Message, &MessageTally))| {
            let channel = program.channels.get(message.channel.index());
            let by = |counts: &[(By, u64)]| {
                let mut rows: Vec<ByRule> = counts
                    .iter()
                    .map(|((reason, rule), count)| {
                        let mut decision = Decision::new(wayline_time::Moment::EPOCH, DecisionKind::Send);
                        decision.message = Some(wayline_ir::MessageId::at(index));
                        decision.reason = Some(*reason);
                        decision.rule = *rule;
                        let mut rule = String::new();
                        labels.write_rule(&decision, &mut rule);
                        ByRule { reason: reason_word(*reason).to_owned(), rule, count: *count }
                    })
                    .collect();
                rows.sort_by(|a, b| {
                    b.count.cmp(&a.count).then_with(|| (&a.reason, &a.rule).cmp(&(&b.reason, &b.rule)))
                });
                rows
            };
            let total = |counts: &[(By, u64)]| counts.iter().map(|(_, count)| count).sum();
            let cost = message.cost.as_ref().or(channel.and_then(|channel| channel.cost.as_ref()));
            let reactions = REACTION_KINDS.iter().zip(&tally.reactions).filter(|(_, count)| **count > 0);
            MessageSummary {
                name: message.name.clone(),
                channel: channel.map_or_else(String::new, |channel| channel.name.clone()),
                sent: tally.sent,
                held: total(&tally.held),
                dropped: total(&tally.dropped),
                held_by: by(&tally.held),
                dropped_by: by(&tally.dropped),
                reactions: reactions
                    .map(|(kind, count)| Count { name: reaction_word(*kind).to_owned(), count: *count })
                    .collect(),
                cost: cost.map(|cost| Amount {
                    amount: cost.amount.saturating_mul(Decimal::from(tally.sent)),
                    currency: cost.currency.clone(),
                }),
            }
        };
        program.messages.iter().zip(&self.messages).enumerate().map(summary).collect()
    }

    pub(crate) fn calls(&self, program: &Program) -> Vec<Count> {
        let name = |(service, action): &(ServiceId, ActionId)| {
            let service = program.services.get(service.index())?;
            Some(format!("{}.{}", service.name, service.actions.get(action.index())?.name))
        };
        counts(self.calls.iter().filter_map(|(call, count)| Some((name(call)?, *count))))
    }

    pub(crate) fn faults(&self) -> Vec<Count> {
        counts(self.faults.iter().map(|(words, count)| (words.clone(), *count)))
    }
}

const REACTION_KINDS: [ReactionKind; REACTIONS] = [
    ReactionKind::Delivered,
    ReactionKind::Bounced,
    ReactionKind::Opened,
    ReactionKind::Clicked,
    ReactionKind::Replied,
    ReactionKind::Answered,
    ReactionKind::Complained,
    ReactionKind::Unsubscribed,
    ReactionKind::Failed,
];

/// What each rule did over all messages, the most frequent first.
pub(crate) fn rules(messages: &[MessageSummary]) -> Vec<RuleSummary> {
    let mut rules: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
    let name =
        |by: &ByRule| -> String { if by.rule.is_empty() { by.reason.clone() } else { by.rule.clone() } };
    let names: Vec<(String, bool, u64)> = messages
        .iter()
        .flat_map(|message| {
            let held = message.held_by.iter().map(move |by| (name(by), true, by.count));
            held.chain(message.dropped_by.iter().map(move |by| (name(by), false, by.count)))
        })
        .collect();
    for (name, held, count) in &names {
        let sums = rules.entry(name).or_default();
        *(if *held { &mut sums.0 } else { &mut sums.1 }) += count;
    }
    let mut rules: Vec<RuleSummary> = rules
        .into_iter()
        .map(|(rule, (held, dropped))| RuleSummary { rule: rule.to_owned(), held, dropped })
        .collect();
    rules.sort_by_key(|rule| std::cmp::Reverse(rule.held + rule.dropped));
    rules
}

/// What each channel cost in each currency.
pub(crate) fn costs(messages: &[MessageSummary]) -> Vec<CostSummary> {
    let mut costs: BTreeMap<(&str, &str), Decimal> = BTreeMap::new();
    for message in messages {
        if let Some(cost) = &message.cost {
            let sum = costs.entry((&message.channel, &cost.currency)).or_default();
            *sum = sum.saturating_add(cost.amount);
        }
    }
    let summary = |((channel, currency), amount): ((&str, &str), Decimal)| CostSummary {
        channel: channel.to_owned(),
        cost: Amount { amount, currency: currency.to_owned() },
    };
    costs.into_iter().filter(|(_, amount)| !amount.is_zero()).map(summary).collect()
}

/// The most frequent first, then by name.
pub(crate) fn counts<N: Into<String>>(all: impl IntoIterator<Item = (N, u64)>) -> Vec<Count> {
    let mut all: Vec<Count> = all
        .into_iter()
        .filter(|(_, count)| *count > 0)
        .map(|(name, count)| Count { name: name.into(), count })
        .collect();
    all.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.name.cmp(&b.name)));
    all
}

/// Counts by the words of reasons.
fn reasons(counts: &[u64; REASONS]) -> Vec<(&'static str, u64)> {
    ALL_REASONS
        .iter()
        .filter_map(|reason| Some((reason_word(*reason), *counts.get(*reason as usize)?)))
        .collect()
}

const ALL_REASONS: [Reason; 33] = [
    Reason::NoConsent,
    Reason::UnconfirmedConsent,
    Reason::NoAddress,
    Reason::Bounced,
    Reason::Suppressed,
    Reason::Capped,
    Reason::QuietHours,
    Reason::ClosedHours,
    Reason::ChannelRate,
    Reason::Expired,
    Reason::Replaced,
    Reason::Left,
    Reason::Failed,
    Reason::OnlyIf,
    Reason::AlreadyRunning,
    Reason::AgainTooSoon,
    Reason::OnlyOnce,
    Reason::Holdout,
    Reason::DailyLimit,
    Reason::NoKey,
    Reason::Completed,
    Reason::ExitStep,
    Reason::LeaveRule,
    Reason::GoalReached,
    Reason::Restarted,
    Reason::Stopped,
    Reason::Duplicate,
    Reason::Late,
    Reason::Stale,
    Reason::TimeUp,
    Reason::Past,
    Reason::Missing,
    Reason::BestHour,
];
