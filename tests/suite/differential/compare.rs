//! Both interpreters of one world, line by line.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use wayline_engine::{Decision, DecisionKind, Detail, Effect, Machine};
use wayline_ir::{Expr, Program, Value};
use wayline_time::Moment;

use super::host::{Engine, Line, run};
use super::naive::Naive;
use super::world::{Told, World, moment, shown};

/// What came of a world.
pub(crate) enum Verdict {
    /// Both agree; the log, and the forms of the language that were carried out.
    Same(Vec<Line>, BTreeMap<String, u64>),
    /// The text does not compile.
    Refused(String),
    /// Some input goes in circles and stops for want of fuel: where, is not compared.
    Circles,
    /// They differ: at which line, and how.
    Differ(Difference),
}

pub(crate) struct Difference {
    /// The first line that differs.
    pub at: usize,
    pub engine: Vec<String>,
    pub naive: Vec<String>,
    /// The moment of the first line that differs.
    pub moment: Moment,
    /// How often it may still be tried to make the world smaller.
    pub attempts: usize,
}

/// At most so many lines of a log are compared.
const LIMIT: usize = 3_000;

pub(crate) fn compare(world: &World) -> Verdict {
    let compiled = world.compile();
    let Some(program) = compiled.program else {
        let errors =
            compiled.diagnostics.iter().filter(|d| d.severity == wayline_lang::diagnostic::Severity::Error);
        let said = errors.map(|d| {
            let place = compiled.sources.place(d.primary.span);
            format!("{} {}:{} {}", d.code, place.line, place.column, d.message)
        });
        return Verdict::Refused(said.collect::<Vec<_>>().join("\n"));
    };
    let machine = Machine::new(std::sync::Arc::new(program.clone())).expect("a compiled program is sound");
    let ids = &world.setting.customers;
    let mut naive = Naive::new(&program, ids, world.setting.tick_minutes * 60_000);
    let (from, until) = (moment(&world.setting.from), world.until());
    for zone in zones(world, &program) {
        naive.visit_zone(&zone, from, Moment(until.0 + 40 * 86_400_000));
    }
    for tell in &world.tells {
        naive.visit(moment(&tell.at));
        naive.visit(moment(tell.own.as_ref().unwrap_or(&tell.at)));
    }
    let (circles, met) = (naive.circles(), naive.met());
    let naive = plain(run(world, &program, naive, LIMIT));
    if circles.get() {
        return Verdict::Circles;
    }
    let engine = plain(run(world, &program, Engine::new(&machine, ids), LIMIT));
    let first = (0..engine.len().max(naive.len())).find(|at| engine.get(*at) != naive.get(*at));
    let Some(at) = first else { return Verdict::Same(engine, met.take()) };
    let moment = [engine.get(at), naive.get(at)].into_iter().flatten().map(|line| line.now).min().unwrap();
    let show = |lines: &[Line]| lines.iter().map(|line| show(&program, world, line)).collect();
    Verdict::Differ(Difference { at, engine: show(&engine), naive: show(&naive), moment, attempts: 600 })
}

/// The zones that occur in a world.
fn zones(world: &World, program: &Program) -> BTreeSet<String> {
    let mut all = BTreeSet::from([world.setting.zone.clone()]);
    let mut constant = |expr: &Expr| {
        if let Expr::Const(Value::Text(text)) = expr {
            all.insert(text.to_string());
        }
    };
    program.exprs(&mut |expr, depth| expr.walk(depth, &mut |part, _| constant(part)));
    for tell in &world.tells {
        if let Told::Profile { profile, .. } = &tell.what {
            all.extend(profile.values().filter_map(|value| value.as_str()).map(str::to_owned));
        }
    }
    all.retain(|name| name.contains('/'));
    all
}

/// The words of faults are the engine's own business.
fn plain(mut lines: Vec<Line>) -> Vec<Line> {
    for line in &mut lines {
        if let Effect::Decided(Decision { kind: DecisionKind::Fault | DecisionKind::Profile, detail, .. }) =
            &mut line.effect
            && let Detail::Text(words) = detail
        {
            words.clear();
        }
    }
    lines
}

impl Difference {
    /// Both logs around the first difference.
    pub(crate) fn show(&self) -> String {
        let mut text = String::new();
        for line in &self.engine[self.at.saturating_sub(14)..self.at] {
            let _ = writeln!(text, "           {line}");
        }
        for (name, lines) in [("engine", &self.engine), ("naive", &self.naive)] {
            for line in lines.iter().skip(self.at).take(6) {
                let _ = writeln!(text, "  {name:<8} {line}");
            }
            if lines.len() <= self.at {
                let _ = writeln!(text, "  {name:<8} (nothing)");
            }
        }
        text
    }
}

/// A line for people.
pub(crate) fn show(program: &Program, world: &World, line: &Line) -> String {
    let mut text = format!("{} {}", shown(line.now), world.setting.customers[line.who]);
    let Effect::Decided(row) = &line.effect else {
        let _ = write!(text, " {:?}", line.effect);
        return text;
    };
    if row.at != line.now {
        let _ = write!(text, " AT {}", shown(row.at));
    }
    if let Some(journey) = row.journey {
        let journey = &program.journeys[journey.index()];
        let _ = write!(text, " {}", journey.name);
        if let Some(run) = row.run {
            let _ = write!(text, "#{}", run.0);
        }
        if let Some(step) = row.step {
            let _ = write!(text, " @{}", journey.steps[step.index()].name);
        }
    } else if let Some(run) = row.run {
        let _ = write!(text, " #{} @{:?}", run.0, row.step);
    }
    let _ = write!(text, " {:?}", row.kind);
    if let Some(message) = row.message {
        let _ = write!(text, " {}", program.messages[message.index()].name);
    }
    if let Some(channel) = row.channel {
        let _ = write!(text, " on {}", program.channels[channel.index()].name);
    }
    if let Some(verdict) = row.verdict {
        let _ = write!(text, " {verdict:?}");
    }
    if let Some(reason) = row.reason {
        let _ = write!(text, " {reason:?}");
    }
    if let Some(rule) = row.rule {
        let _ = write!(text, " by {}", program.rules[rule.index()].name);
    }
    if let Some(until) = row.until {
        let _ = write!(text, " until {}", shown(until));
    }
    match &row.detail {
        Detail::None => {}
        Detail::Event(event) => _ = write!(text, " {}", program.events[event.index()].name),
        Detail::Segment(segment, inside) => {
            let _ = write!(text, " {} {inside}", program.segments[segment.index()].name);
        }
        Detail::Journey(journey) => _ = write!(text, " {}", program.journeys[journey.index()].name),
        Detail::Field(field, value) => {
            let _ = write!(text, " {} = {value:?}", program.customer[field.index()].name);
        }
        Detail::Cap { cap, counted } => {
            let counted: Vec<String> = counted.iter().map(|at| shown(*at)).collect();
            let _ = write!(text, " cap {cap} ({})", counted.join(", "));
        }
        other => _ = write!(text, " {other:?}"),
    }
    text
}
