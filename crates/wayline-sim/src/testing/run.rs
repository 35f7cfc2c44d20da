//! Running one test: its lines one after the other.

use wayline_engine::{Consent, ConsentChange, Input};
use wayline_ir::{
    ActionId, ConsentState, MessageId, Program, ServiceId, TestAction, TestClock, TestConsent, TestExpect,
    TestLine, TestMoment, TestWhen,
};
use wayline_time::{Moment, Zone, add_span, to_moment};

use super::expect::{Found, find};
use super::stage::{Stage, Standing, TimeStandsStill};
use super::{Miss, words};

/// The longest time a test goes on after its last line, for `expect no more sends`.
const AFTERWARDS_DAYS: i32 = 400;

/// Runs the lines of a test on its stage.
///
/// # Errors
/// The first line that is missed.
pub(super) fn play(stage: &mut Stage<'_>, lines: &[TestLine]) -> Result<(), Miss> {
    lines_of(stage, lines).map_err(|miss| match unused(stage).filter(|unused| unused.line <= miss.line) {
        Some(unused) => {
            let line = lines.get(unused.line).map_or(0, |line| line.place.line);
            miss.note(format!(
                "nothing was answered as line {line} says; it holds only for what comes after it"
            ))
        }
        None => miss,
    })
}

/// A line about a provider or service that nothing was answered by.
fn unused<'s>(stage: &'s Stage<'_>) -> Option<&'s Standing> {
    stage.providers.values().chain(stage.services.values()).find(|standing| !standing.used)
}

fn lines_of(stage: &mut Stage<'_>, lines: &[TestLine]) -> Result<(), Miss> {
    // Rows up to here come before an `expect no more sends`.
    let mut silent: Option<(usize, usize)> = None;
    let mut before = stage.now;
    for (number, line) in lines.iter().enumerate() {
        let miss = |expected: String| Miss::new(number, line.place, expected);
        let stuck = |_: TimeStandsStill| {
            miss("time to go on; it stands still for a customer who is due for ever".to_owned())
        };
        let zone = stage.zone(line.customer as usize);
        let until = match line.when {
            TestWhen::Same => stage.now,
            TestWhen::At(at) | TestWhen::Before(at) => moment(&at, zone, stage.suite),
            TestWhen::After(span) | TestWhen::Within(span) => add_span(zone, stage.now, &span),
        };
        if until < stage.now {
            let (at, now) = (words::moment(until, zone), words::moment(stage.now, zone));
            return Err(miss(format!(
                "a moment that is still to come; the clock stands at {now}, after {at}"
            )));
        }
        if !matches!(line.when, TestWhen::Same) {
            before = stage.now;
        }
        match (&line.action, line.when) {
            (TestAction::Expect(TestExpect::NoMoreSends), _) => {
                stage.run(until, true).map_err(stuck)?;
                silent = Some((number, stage.rows.len()));
                // What was sent at this moment and is expected further down is no sign of more to come.
            }
            (TestAction::Expect(expect), TestWhen::Within(_) | TestWhen::Before(_)) => {
                let last = if matches!(line.when, TestWhen::Before(_)) { Moment(until.0 - 1) } else { until };
                search(stage, line, expect, before, last).map_err(|found| found.miss(miss, stage, line))?;
            }
            (TestAction::Expect(expect), when) => {
                stage.run(until, true).map_err(stuck)?;
                // What happens is asked of this very moment, what must not happen of all of the time since the line before.
                let still = matches!(when, TestWhen::Same) || before == until || !expect.is_negative();
                let since = if still { (stage.now, true) } else { (before, false) };
                find(stage, line.customer as usize, expect, since)
                    .map_err(|found| found.miss(miss, stage, line))?;
            }
            (action, _) => {
                stage.run(until, false).map_err(stuck)?;
                act(stage, number, line.customer as usize, action).map_err(miss)?;
            }
        }
    }
    finish(stage, lines, silent)
}

/// Lets things happen until what is expected has happened, at `last` at the latest. What must not happen must not have
/// happened by then.
fn search(
    stage: &mut Stage<'_>,
    line: &TestLine,
    expect: &TestExpect,
    before: Moment,
    last: Moment,
) -> Result<(), Found> {
    let customer = line.customer as usize;
    let still = |_: TimeStandsStill| Found::stuck();
    if expect.is_negative() {
        stage.run(last, true).map_err(still)?;
        return find(stage, customer, expect, (before, false));
    }
    let now = stage.now;
    stage.run(now, true).map_err(still)?;
    loop {
        let found = find(stage, customer, expect, (stage.now, true));
        match (found, stage.next().filter(|next| *next <= last)) {
            (Ok(()), _) => return Ok(()),
            (Err(_), Some(next)) => stage.run(next, true).map_err(still)?,
            (Err(_), None) => {
                stage.run(last, true).map_err(still)?;
                return find(stage, customer, expect, (stage.now, true));
            }
        }
    }
}

/// What is left to see after the last line.
fn finish(stage: &mut Stage<'_>, lines: &[TestLine], silent: Option<(usize, usize)>) -> Result<(), Miss> {
    let place = |number: usize| lines.get(number).map(|line| line.place).unwrap_or_default();
    if let Some((number, from)) = silent {
        let miss = |expected: String| Miss::new(number, place(number), expected);
        let zone = stage.suite.workspace.zone;
        let until = add_span(zone, stage.now, &wayline_time::Span::of_days(AFTERWARDS_DAYS));
        stage.run(until, true).map_err(|_| {
            miss("time to go on; it stands still for a customer who is due for ever".to_owned())
        })?;
        let more =
            stage.rows.iter().enumerate().skip(from).find(|(_, row)| words::is_sent(row) && !row.ticked);
        if let Some((index, row)) = more {
            let said = words::sentence(stage, index);
            let when = words::moment(row.decision.at, row.zone);
            return Err(miss("no more sends".to_owned()).note(format!("{when}: {said}")));
        }
    }
    if let Some(standing) = unused(stage) {
        let number = standing.line;
        let expected = "this line to matter, but nothing was answered like this".to_owned();
        let miss = Miss::new(number, place(number), expected);
        return Err(
            miss.help("it holds for what is sent or called after it: put it before that, or take it away")
        );
    }
    Ok(())
}

/// Does what a line says.
///
/// # Errors
/// Why it cannot be done, as what would have been expected.
fn act(stage: &mut Stage<'_>, number: usize, customer: usize, action: &TestAction) -> Result<(), String> {
    let now = stage.now;
    let zone = stage.zone(customer);
    let suite = stage.suite;
    let terms = stage.terms();
    let dated = |at: &Option<TestMoment>| at.as_ref().map_or(now, |at| moment(at, zone, suite));
    let message =
        |id: &MessageId| suite.messages.get(id.index()).map_or("", |it| it.name.as_str()).to_owned();
    match action {
        TestAction::Customer { changes, consents, dated: at } => {
            if !changes.is_empty() || !consents.is_empty() {
                let consents =
                    consents.iter().map(|it| terms.consent(consent(it))).collect::<Result<_, _>>()?;
                let changes = terms.changes(changes)?;
                stage.feed(customer, Input::Profile { at: dated(at), changes, consents });
            }
        }
        TestAction::Event { event, data, id, dated: at } => {
            let id = id.as_deref().map(std::sync::Arc::from);
            let (data, event) = (terms.payload(*event, data)?, terms.event(*event)?);
            stage.feed(customer, Input::Event { event, id, at: dated(at), data });
        }
        TestAction::Reaction { message: id, kind, value, dated: at } => {
            let name = message(id);
            if !stage.react(customer, &name, *kind, value, dated(at)) {
                return Err(format!("{name} to have been sent before anybody reacts to it"));
            }
        }
        TestAction::Provider { message: id, refusal, after } => {
            let answer = refusal.clone().map_or(Ok(wayline_ir::Value::Missing), Err);
            let standing = Standing { answer, after: *after, used: false, line: number };
            stage.providers.insert(message(id), standing);
        }
        TestAction::Service { service, action, returns, failure, after } => {
            let failed = || failure.clone().unwrap_or_else(|| "the test says so".to_owned());
            let answer = match returns {
                Some(record) => Ok(terms.response(*service, *action, record)?),
                None => Err(failed()),
            };
            let standing = Standing { answer, after: *after, used: false, line: number };
            let name = action_name(suite, *service, *action);
            stage.services.insert(name.clone(), standing);
            stage.answer_waiting(&name);
        }
        TestAction::Enter { journey, args } => {
            stage.feed(customer, Input::Enter { journey: terms.journey(*journey)?, args: args.clone() });
        }
        TestAction::Down(span) => {
            let until = add_span(zone, now, span);
            stage.stand_still(until).map_err(|_| "time to go on".to_owned())?;
        }
        TestAction::Pause(journey) => stage.shared.pause(terms.journey(*journey)?),
        TestAction::Resume(journey) => {
            stage.shared.resume(terms.journey(*journey)?);
            stage.wake();
        }
        TestAction::Deploy { moving } => {
            // The former version knows a journey by the names it had before, if it had others.
            let names = moving
                .iter()
                .filter_map(|id| suite.journeys.get(id.index()))
                .flat_map(|journey| std::iter::once(&journey.name).chain(&journey.formerly).cloned());
            stage.deploy(&names.collect::<Vec<_>>())?;
        }
        TestAction::Falls(_) | TestAction::Expect(_) => {}
    }
    Ok(())
}

fn consent(consent: &TestConsent) -> ConsentChange {
    let known = match consent.state {
        ConsentState::Confirmed => Consent::Confirmed,
        ConsentState::Unconfirmed => Consent::Given,
        ConsentState::Withdrawn => Consent::Withdrawn,
    };
    ConsentChange { topic: consent.topic, channel: consent.channel, consent: known }
}

/// The moment of a local time.
pub(super) fn moment(at: &TestMoment, customer: Zone, program: &Program) -> Moment {
    let zone = match at.clock {
        TestClock::Workspace => program.workspace.zone,
        TestClock::Customer => customer,
        TestClock::Zone(zone) => zone,
    };
    to_moment(zone, at.date, at.time)
}

/// The names of a service and of an action of it.
pub(super) fn action_name(program: &Program, service: ServiceId, action: ActionId) -> (String, String) {
    let service = program.services.get(service.index());
    let action = service.and_then(|service| service.actions.get(action.index()));
    let name = |name: Option<&String>| name.cloned().unwrap_or_default();
    (name(service.map(|it| &it.name)), name(action.map(|it| &it.name)))
}
