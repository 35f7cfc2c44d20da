//! Whether what a line expects has come.

use std::sync::Arc;

use wayline_engine::{Decision, DecisionKind, Reason, Verdict};
use wayline_ir::{By, Expr, JourneyId, MessageId, PartKind, TestExpect, TestLine, Value};
use wayline_time::Moment;

use super::run::{action_name, moment};
use super::stage::{Row, Stage};
use super::{Miss, words};
use crate::log::reason_word;

/// Why something was not found.
#[derive(Debug)]
pub(super) struct Found {
    /// What else is worth knowing.
    notes: Vec<String>,
    help: Option<String>,
}

impl Found {
    fn nothing() -> Self {
        Self { notes: Vec::new(), help: None }
    }

    pub(super) fn stuck() -> Self {
        Self::nothing().note("time stands still for a customer who is due for ever".to_owned())
    }

    fn note(mut self, note: String) -> Self {
        self.notes.push(note);
        self
    }

    /// The miss of a line, with what is near it.
    pub(super) fn miss(self, miss: impl Fn(String) -> Miss, stage: &Stage<'_>, line: &TestLine) -> Miss {
        let TestAction::Expect(expect) = &line.action else { return miss(String::new()) };
        let mut miss = miss(words::expected(stage, line, expect));
        for note in self.notes {
            miss = miss.note(note);
        }
        match self.help {
            Some(help) => miss.help(help),
            None => miss,
        }
    }
}

use wayline_ir::TestAction;

/// Looks for what is expected since a moment, which is included or not, and ticks it off.
///
/// # Errors
/// What is known about why it is not there.
pub(super) fn find(
    stage: &mut Stage<'_>,
    customer: usize,
    expect: &TestExpect,
    since: (Moment, bool),
) -> Result<(), Found> {
    let zone = stage.zone(customer);
    match expect {
        TestExpect::NoMoreSends => Ok(()),
        TestExpect::That(condition) => that(stage, customer, condition),
        TestExpect::Call { service, action, filter } => {
            called(stage, customer, &action_name(stage.suite, *service, *action), filter.as_ref(), since)
        }
        TestExpect::NoCall { service, action } => {
            let sought = action_name(stage.suite, *service, *action);
            let made = stage.calls.iter().find(|call| {
                call.customer == customer && call.action == sought && !call.ticked && within(call.at, since)
            });
            match made {
                Some(call) => Err(Found::nothing().note(words::call(stage, call))),
                None => Ok(()),
            }
        }
        TestExpect::Send { message, filter, parts } => {
            sent(stage, customer, *message, filter.as_ref(), parts, since)
        }
        _ => {
            let until = match expect {
                TestExpect::Held { until: Some(until), .. } => Some(moment(until, zone, stage.suite)),
                _ => None,
            };
            let fits = |row: &Row| is(stage, row, expect, until);
            let found = stage.rows.iter().position(|row| {
                row.customer == customer && !row.ticked && within(row.decision.at, since) && fits(row)
            });
            match (found, expect.is_negative()) {
                (None, true) => Ok(()),
                (Some(index), false) => {
                    if let Some(row) = stage.rows.get_mut(index) {
                        row.ticked = true;
                    }
                    Ok(())
                }
                (Some(index), true) => Err(Found::nothing().note(words::dated(stage, index))),
                (None, false) => Err(near(stage, customer, &fits, since, expect)),
            }
        }
    }
}

fn within(at: Moment, (since, included): (Moment, bool)) -> bool {
    at > since || included && at == since
}

/// Whether a row is what an expectation speaks of (or, of a negative one, what it says there is not).
fn is(stage: &Stage<'_>, of: &Row, expect: &TestExpect, until: Option<Moment>) -> bool {
    let row = &of.decision;
    let journey = |id: &JourneyId| stage.is_journey(of, *id);
    let verdict = |verdict: Verdict, message: &MessageId| {
        row.kind == DecisionKind::Send && row.verdict == Some(verdict) && stage.is_message(of, *message)
    };
    match expect {
        TestExpect::NoSend(message) => {
            row.kind == DecisionKind::Send
                && row.verdict == Some(Verdict::Sent)
                && message.is_none_or(|message| stage.is_message(of, message))
        }
        TestExpect::Held { message, by, .. } => {
            verdict(Verdict::Held, message)
                && decided_by(stage, of, by.as_ref())
                && until.is_none_or(|until| row.until == Some(until))
        }
        TestExpect::Dropped { message, by } => {
            verdict(Verdict::Dropped, message) && decided_by(stage, of, by.as_ref())
        }
        TestExpect::Entered(id) | TestExpect::NotEntered { journey: id, by: None } => {
            row.kind == DecisionKind::Enter && journey(id)
        }
        TestExpect::NotEntered { journey: id, by } => {
            row.kind == DecisionKind::NotEntered && journey(id) && decided_by(stage, of, by.as_ref())
        }
        TestExpect::Left { journey: id, words: wanted, by } => {
            ends(row)
                && journey(id)
                && decided_by(stage, of, by.as_ref())
                && wanted.as_ref().is_none_or(|wanted| {
                    row.reason == Some(Reason::ExitStep) && words::exit(stage, of) == *wanted
                })
        }
        TestExpect::NotLeft(id) => ends(row) && journey(id),
        TestExpect::Goal(id) | TestExpect::NoGoal(id) => row.kind == DecisionKind::Goal && journey(id),
        TestExpect::Send { .. }
        | TestExpect::NoMoreSends
        | TestExpect::Call { .. }
        | TestExpect::NoCall { .. }
        | TestExpect::That(_) => false,
    }
}

/// A run ends at an exit row, or at a fault row that has a run.
fn ends(row: &Decision) -> bool {
    row.kind == DecisionKind::Exit || row.kind == DecisionKind::Fault && row.run.is_some()
}

fn decided_by(stage: &Stage<'_>, of: &Row, by: Option<&By>) -> bool {
    let row = &of.decision;
    match by {
        None => true,
        Some(By::Rule(rule)) => stage.is_rule(of, *rule),
        Some(By::Reason(word)) if row.kind == DecisionKind::Fault => word == "fault",
        Some(By::Reason(word)) => row.reason.is_some_and(|reason| reason_word(reason) == word),
    }
}

fn sent(
    stage: &mut Stage<'_>,
    customer: usize,
    message: MessageId,
    filter: Option<&Expr>,
    parts: &[PartKind],
    since: (Moment, bool),
) -> Result<(), Found> {
    let Some(actor) = stage.actors.get(customer) else { return Err(Found::nothing()) };
    let mut other = None;
    let mut hit = None;
    let name = stage.suite.messages.get(message.index()).map_or("", |it| it.name.as_str());
    for sent in actor.sent.iter().filter(|sent| sent.message == name) {
        let Some(row) = stage.rows.get(sent.row) else { continue };
        if row.ticked || !within(row.decision.at, since) {
            continue;
        }
        let text = |kind: &PartKind| {
            let part = sent.parts.iter().find(|(known, _)| known == kind);
            part.map_or(Value::Missing, |(_, text)| Value::Text(Arc::from(text.as_str())))
        };
        let slots: Vec<Value> = parts.iter().map(text).collect();
        let holds = filter
            .map_or(Ok(true), |filter| stage.machine.holds(&actor.customer, filter, &slots, None, stage.now));
        match holds {
            Ok(true) => {
                hit = Some(sent.row);
                break;
            }
            Ok(false) => other = Some(words::texts(sent, filter, parts)),
            Err(fault) => other = Some(fault),
        }
    }
    if let Some(row) = hit.and_then(|row| stage.rows.get_mut(row)) {
        row.ticked = true;
        return Ok(());
    }
    if let Some(texts) = other {
        return Err(Found::nothing().note(texts));
    }
    let fits = |row: &Row| words::is_sent(row) && stage.is_message(row, message);
    let expect = TestExpect::Send { message, filter: None, parts: Vec::new() };
    Err(near(stage, customer, &fits, since, &expect))
}

fn called(
    stage: &mut Stage<'_>,
    customer: usize,
    sought: &(String, String),
    filter: Option<&Expr>,
    since: (Moment, bool),
) -> Result<(), Found> {
    let actor = stage.actors.get(customer).map(|actor| &actor.customer);
    let mut others = Vec::new();
    let mut hit = None;
    for (index, call) in stage.calls.iter().enumerate() {
        if call.customer != customer || call.action != *sought {
            continue;
        }
        let holds = filter.zip(actor).map_or(Ok(true), |(filter, actor)| {
            stage.machine.holds(actor, filter, &[], Some(&call.request), stage.now)
        });
        if within(call.at, since) && !call.ticked && holds == Ok(true) {
            hit = Some(index);
            break;
        }
        others.push(words::call(stage, call));
    }
    if let Some(call) = hit.and_then(|index| stage.calls.get_mut(index)) {
        call.ticked = true;
        return Ok(());
    }
    Err(others.into_iter().fold(Found::nothing(), Found::note))
}

fn that(stage: &Stage<'_>, customer: usize, condition: &Expr) -> Result<(), Found> {
    let Some(actor) = stage.actors.get(customer) else { return Err(Found::nothing()) };
    if !stage.present() {
        return Err(Found::nothing().note("a condition can be asked only after `deploy`".to_owned()));
    }
    match stage.machine.holds(&actor.customer, condition, &[], None, stage.now) {
        Ok(true) => Ok(()),
        Ok(false) => Err(words::values(stage, &actor.customer, condition)
            .into_iter()
            .fold(Found::nothing(), Found::note)),
        Err(fault) => Err(Found::nothing().note(format!("it cannot be computed: {fault}"))),
    }
}

/// How many rows that come near are told.
const NEAR: usize = 3;

/// What came near: the same at another moment, or something else that was decided about it.
fn near(
    stage: &Stage<'_>,
    customer: usize,
    fits: &dyn Fn(&Row) -> bool,
    since: (Moment, bool),
    expect: &TestExpect,
) -> Found {
    let own = |index: &usize| stage.rows.get(*index).is_some_and(|row| row.customer == customer);
    let decision = |index: &usize| stage.rows.get(*index).map(|row| &row.decision);
    let distance = |index: &usize| decision(index).map_or(0, |row| row.at.0.abs_diff(stage.now.0));
    let all = || (0..stage.rows.len()).filter(own);
    let mut same: Vec<usize> = all().filter(|index| stage.rows.get(*index).is_some_and(fits)).collect();
    same.sort_by_key(distance);
    let mut found = Found::nothing();
    if let Some(index) = same.first() {
        let ticked = stage.rows.get(*index).is_some_and(|row| row.ticked);
        let said = words::dated(stage, *index);
        found = found.note(if ticked { format!("{said}, which a line above expects already") } else { said });
        let earlier = decision(index).is_some_and(|row| !within(row.at, since));
        if earlier && !ticked {
            found.help = Some(
                "a line asks about its very moment; `within D expect …` asks about all of a stretch"
                    .to_owned(),
            );
        }
        return found;
    }
    let mut about: Vec<usize> = all()
        .filter(|index| stage.rows.get(*index).is_some_and(|row| words::is_about(stage, row, expect)))
        .collect();
    about.sort_by_key(distance);
    about.truncate(NEAR);
    about.sort_unstable();
    for index in &about {
        found = found.note(words::dated(stage, *index));
    }
    for run in words::standing(stage, customer) {
        found = found.note(run);
    }
    found
}
