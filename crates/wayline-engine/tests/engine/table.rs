//! The table of transitions: every state a run may stand in against every kind of input. Each cell is what happened when it
//! was tried; the page `docs/reference/transitions.md` is what comes of it (`UPDATE=1` rewrites it).

#![expect(clippy::disallowed_methods, reason = "the page is a file")]

use std::fmt::Write as _;

use wayline_engine::{EffectKey, Input, RunId, RunState, RunView, SendOutcome};
use wayline_ir::*;
use wayline_time::Span;

use crate::support::*;

const CART: EventId = EventId(0);
const GONE: EventId = EventId(1);
const WON: EventId = EventId(2);
const ANSWER: EventId = EventId(3);
const PING: EventId = EventId(4);
const STOP: EventId = EventId(5);

/// What there is of the customer's run in the journey.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Before {
    None,
    HeldOut,
    Ended,
    Run(RunState),
}

const WITHOUT: [Before; 3] = [Before::None, Before::HeldOut, Before::Ended];

const STATES: [RunState; 8] = [
    RunState::Waits,
    RunState::WaitsFor,
    RunState::Collects,
    RunState::BestHour,
    RunState::Held,
    RunState::Sending,
    RunState::Calling,
    RunState::Ready,
];

/// What comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Comes {
    Leave,
    LeaveWhen,
    LeaveByTime,
    Goal,
    Answer,
    When,
    WhenByTime,
    TimeUp,
    Rule,
    Reaction,
    Accepted,
    Refused,
    Response,
    CallFailed,
    Entry,
    Restart,
    ByHand,
    Stopped,
    Nothing,
}

const ALL: [(Comes, &str); 19] = [
    (Comes::Leave, "an event in which it has to leave"),
    (Comes::LeaveWhen, "a change after which `leave when` holds"),
    (Comes::LeaveByTime, "the moment at which time makes `leave when` hold"),
    (Comes::Goal, "a goal `and leave`"),
    (Comes::Answer, "an event that answers an arm, or is collected as the last of N"),
    (Comes::When, "a change after which a `when` holds"),
    (Comes::WhenByTime, "the moment at which time makes a `when` hold"),
    (Comes::TimeUp, "its time is up"),
    (Comes::Rule, "a change of the mind of the rule that holds it"),
    (Comes::Reaction, "a reaction to its message, which the `wait up to` waits for"),
    (Comes::Accepted, "the provider takes its message"),
    (Comes::Refused, "the provider refuses its message"),
    (Comes::Response, "the service answers"),
    (Comes::CallFailed, "the service fails for good"),
    (Comes::Entry, "an entry"),
    (Comes::Restart, "an entry, `while running restart`"),
    (Comes::ByHand, "an entry by hand"),
    (Comes::Stopped, "`stop` by another journey"),
    (Comes::Nothing, "waking up for nothing"),
];

/// A journey that gets into a state, and goes on to a long wait from there.
fn world(before: Before, comes: Comes) -> Program {
    let mut p = program();
    for name in ["cart", "gone", "won", "answer", "ping", "stop"] {
        p.event(name, 2);
    }
    let mail = p.message("mail", 0);
    p.events[PING.index()].keep = keep(Some(Span::of_hours(12)), &[]);
    p.keep_sends = keep(Some(Span::of_days(90)), &[]);
    p.services.push(service());
    let silent = |hours| history(Query::No, ev(PING), HistoryRange::InLast(Span::of_hours(hours)));
    let level = |n_: i64| is(customer(2), n(n_));
    let rest = wait(days(9), 1);
    let call = Call {
        service: ServiceId(0),
        action: ActionId(0),
        request: vec![],
        bind: None,
        failed: None,
        failed_bind: None,
        next: StepId(1),
    };
    let steps = match before {
        Before::Ended => vec![exit()],
        Before::None | Before::HeldOut => vec![wait(hours(3), 1), rest],
        Before::Run(RunState::Waits | RunState::Ready) => vec![wait(hours(3), 1), rest],
        Before::Run(RunState::WaitsFor) => {
            let opened = HistorySource::MessageReaction(ReactionKind::Opened, mail);
            let whens = [Trigger::When(level(2)), Trigger::When(silent(2))];
            let arms = [on(ev(ANSWER)), on(opened)].into_iter().chain(whens).map(|arm| (arm, 2)).collect();
            vec![send(mail, 1), wait_for(hours(3), arms, 2), wait(days(9), 2)]
        }
        Before::Run(RunState::Collects) => {
            let collect = StepKind::Collect {
                source: ev(ANSWER),
                filter: None,
                duration: hours(3),
                bind: SlotId(1),
                enough: Some(1),
                quiet_for: None,
                next: StepId(1),
            };
            vec![collect, rest]
        }
        Before::Run(RunState::BestHour) => {
            let mut best = send(mail, 1);
            if let StepKind::Send { best_hour_within, .. } = &mut best {
                *best_hour_within = Some(Span::of_hours(24));
            }
            vec![best, rest]
        }
        Before::Run(RunState::Held) => {
            let low = Clause::When(compare(CompareOp::Less, customer(2), n(3)));
            let hold = Otherwise::Hold { up_to: Span::of_hours(3), backlog: Backlog::KeepAll };
            p.rule("low", vec![Target::Message(mail)], vec![low], hold);
            vec![send(mail, 1), rest]
        }
        Before::Run(RunState::Sending) => vec![send(mail, 1), rest],
        Before::Run(RunState::Calling) => vec![StepKind::Call(call), rest],
    };
    let mut j = journey("j", vec![enter_on(CART), Enter::ByHand], steps);
    j.leaves = vec![leave(on(ev(GONE))), leave(Trigger::When(level(5)))];
    let soon = if comes == Comes::LeaveByTime { 1 } else { 11 };
    j.leaves.push(leave(Trigger::When(silent(soon))));
    j.goals = vec![Goal { trigger: on(ev(WON)), within: Span::of_hours(10), leave: true }];
    if comes == Comes::Restart {
        j.while_running = WhileRunning::Restart;
    }
    if before == Before::HeldOut {
        j.holdout = 1_000_000;
    }
    p.journey(j);
    let stop = StepKind::Stop { journey: JourneyId(0), next: StepId(1) };
    p.journey(journey("k", vec![enter_on(STOP)], vec![stop, exit()]));
    let asks = vec![send(mail, 1), exit()];
    p.journey(journey("first", vec![Enter::ByHand], asks));
    p
}

/// A customer in a state.
fn get_there(before: Before, comes: Comes, paused: bool) -> World {
    let mut w = World::new(world(before, comes), "2026-03-01T10:00:00Z");
    if before == Before::Run(RunState::BestHour) {
        // An answer of yesterday says which hour is the best.
        w.input(Input::Enter { journey: JourneyId(2), args: vec![] }).react(ReactionKind::Opened);
        w.until("2026-03-02T09:30:00Z");
    }
    w.accepts = false;
    w.event(PING, &[0, 0]);
    if before == Before::Run(RunState::Ready) {
        w.pause(0);
    }
    if before != Before::None {
        w.event(CART, &[0, 0]);
    }
    if before == Before::Run(RunState::WaitsFor) {
        let send = w.sends[0];
        w.input(Input::SendResult { send, outcome: SendOutcome::Accepted });
    }
    if paused {
        w.pause(0);
    }
    let state = run(&w).map(|run| run.state);
    assert_eq!(state, if let Before::Run(state) = before { Some(state) } else { None }, "{before:?}");
    w.rows();
    w
}

fn run(w: &World) -> Option<RunView> {
    w.customer.runs().find(|run| run.journey == JourneyId(0))
}

/// Lets something come. False when it cannot: there is no such moment.
fn let_come(w: &mut World, comes: Comes) -> bool {
    let view = run(w);
    let known = view.map_or(RunId(1), |run| run.run);
    let key = EffectKey { run: known, step: StepId(0), occurrence: 1 };
    match comes {
        Comes::Leave => w.event(GONE, &[0, 0]),
        Comes::LeaveWhen => w.set(2, num(5)),
        Comes::LeaveByTime => w.after(HOUR),
        Comes::Goal => w.event(WON, &[0, 0]),
        Comes::Answer => w.event(ANSWER, &[0, 0]),
        Comes::When => w.set(2, num(2)),
        Comes::WhenByTime if view.is_some_and(|run| run.state == RunState::WaitsFor) => w.after(2 * HOUR),
        Comes::WhenByTime => return false,
        Comes::TimeUp => match view.and_then(|run| run.until) {
            Some(until) => {
                let length = until.millis_since(w.now);
                w.after(length)
            }
            None => return false,
        },
        Comes::Rule => w.set(2, num(3)),
        Comes::Reaction => {
            let now = w.now;
            let value = Value::Missing;
            w.input(Input::Reaction { send: key, kind: ReactionKind::Opened, at: now, value })
        }
        Comes::Accepted => w.input(Input::SendResult { send: key, outcome: SendOutcome::Accepted }),
        Comes::Refused => w.input(Input::SendResult { send: key, outcome: SendOutcome::Failed("no".into()) }),
        Comes::Response => w.input(Input::CallResult { call: key, outcome: Ok(Value::Missing) }),
        Comes::CallFailed => w.input(Input::CallResult { call: key, outcome: Err("no".into()) }),
        Comes::Entry | Comes::Restart => w.event(CART, &[0, 0]),
        Comes::ByHand => w.input(Input::Enter { journey: JourneyId(0), args: vec![] }),
        Comes::Stopped => w.event(STOP, &[0, 0]),
        Comes::Nothing => w.input(Input::Due),
    };
    true
}

/// What has happened since, in words.
fn outcome(w: &mut World, before: Option<RunView>) -> String {
    let rows = w.rows();
    let mut words: Vec<String> = Vec::new();
    for row in rows.lines() {
        let row: Vec<&str> = row.split(' ').skip(2).filter(|word| !word.starts_with('@')).collect();
        match row.as_slice() {
            [run, "exit", reason, ..] if run.starts_with("j#") => words.push(format!("ends: `{reason}`")),
            [run, "fault", ..] if run.starts_with("j#") => words.push("stops with a fault".to_owned()),
            [run, "goal", reason, ..] if run.starts_with('j') => {
                words.push(if *reason == "holdout" { "goal of the holdout" } else { "goal" }.to_owned());
            }
            [run, "enter", ..] if run.starts_with("j#") => words.push("a run begins".to_owned()),
            ["j", "not_entered", reason, ..] => words.push(format!("refused: `{reason}`")),
            [run, "send", _, "dropped", reason, ..] if run.starts_with("j#") => {
                words.push(format!("dropped: `{reason}`"))
            }
            row if row.contains(&"stale") => words.push("`stale`".to_owned()),
            _ => {}
        }
    }
    if let (Some(before), Some(after)) = (before, run(w))
        && before.run == after.run
    {
        if after.state == RunState::Ready && before.state != RunState::Ready {
            words.push("stands ready".to_owned());
        } else if (after.step, after.state) != (before.step, before.state) {
            words.push("goes on".to_owned());
        }
    }
    if words.is_empty() { "nothing".to_owned() } else { words.join(", ") }
}

/// What happens in a state when something comes; of a paused journey also on resume.
fn cell(before: Before, comes: Comes, paused: bool) -> String {
    let mut w = get_there(before, comes, paused);
    let known = run(&w);
    if !let_come(&mut w, comes) {
        return "·".to_owned();
    }
    let first = outcome(&mut w, known);
    if !paused {
        return first;
    }
    let known = run(&w);
    w.resume(0);
    match outcome(&mut w, known).as_str() {
        "nothing" => first,
        then => format!("{first}; then {then}"),
    }
}

fn title(before: Before) -> &'static str {
    match before {
        Before::None => "no run",
        Before::HeldOut => "held out",
        Before::Ended => "run has ended",
        Before::Run(state) => match state {
            RunState::Waits => "`wait`",
            RunState::WaitsFor => "`wait up to`",
            RunState::Collects => "`collect`",
            RunState::BestHour => "best hour",
            RunState::Held => "message held",
            RunState::Sending => "sent, no answer",
            RunState::Calling => "called, no answer",
            RunState::Ready => "ready",
        },
    }
}

fn table(page: &mut String, columns: &[Before], paused: bool) {
    let titles: Vec<&str> = columns.iter().map(|before| title(*before)).collect();
    writeln!(page, "| what comes | {} |", titles.join(" | ")).unwrap();
    writeln!(page, "|---|{}", "---|".repeat(columns.len())).unwrap();
    for (comes, name) in ALL {
        let cells: Vec<String> = columns.iter().map(|before| cell(*before, comes, paused)).collect();
        writeln!(page, "| {name} | {} |", cells.join(" | ")).unwrap();
    }
}

#[test]
fn every_state_against_every_input() {
    let mut page = HEAD.to_owned();
    page.push_str("\n## Without a run\n\n");
    table(&mut page, &WITHOUT, false);
    let running: Vec<Before> =
        STATES.iter().filter(|s| **s != RunState::Ready).map(|s| Before::Run(*s)).collect();
    page.push_str("\n## With a run\n\n");
    table(&mut page, &running, false);
    page.push_str("\n## While the journey is paused\n\nWhat happens when the journey is resumed right after it stands behind `then`.\n\n");
    table(&mut page, &STATES.map(Before::Run), true);
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference/transitions.md");
    if std::env::var_os("UPDATE").is_some_and(|update| update == "1") {
        std::fs::write(&path, &page).unwrap();
    }
    let known = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(known == page, "{} is not fresh; UPDATE=1 rewrites it:\n{page}", path.display());
}

const HEAD: &str = "# Transitions

Every state a run can be in, and everything that can come: what happens then. This page is written by a test of the engine, which
tries each of its cells; [the page about meaning](../semantics.md) says why.

The journey has `leave on`, `leave when`, a goal `and leave` and `while running ignore`; after its step it waits for nine days. `·` means
that there is no such moment; `nothing`, that neither the run nor the log of the journey is concerned.
";
