//! Laws of the engine, for every order of inputs, also those no honest source sends.

use std::sync::{Arc, LazyLock};

use proptest::prelude::*;
use proptest::test_runner::TestCaseError;
use rust_decimal::Decimal;
use wayline_engine::{
    Consent, ConsentChange, Customer, Effect, EffectKey, Input, Machine, RunId, SendOutcome, Shared,
};
use wayline_ir::{
    ChannelId, EventId, FieldId, JourneyId, Program, ReactionKind, StepId, Symbol, TopicId, Type, Value,
};
use wayline_tests::{Case, cases};
use wayline_time::{Date, MILLIS_PER_DAY, MILLIS_PER_HOUR, MILLIS_PER_MINUTE, Moment, Span, TimeOfDay};

use super::law_holds;
use super::syntax::law;

/// The workspaces of the examples, ready to be executed.
pub(super) static MACHINES: LazyLock<Vec<Machine>> = LazyLock::new(|| {
    let programs =
        cases("examples").into_iter().filter(|case| case.workspace).filter_map(|case| program(&case));
    let machines: Vec<Machine> =
        programs.map(|p| Machine::new(Arc::new(p)).expect("compiled programs can be executed")).collect();
    assert!(!machines.is_empty(), "some example compiles");
    machines
});

fn program(case: &Case) -> Option<Program> {
    case.compile().program
}

/// When stories begin: 2026-03-01T00:00Z, a week before clocks change in America and a month before they do in Europe.
const BEGIN: Moment = Moment(1_772_323_200_000);

/// 2026-01-01, in days from 1970-01-01.
const FIRST_DAY: i32 = 20_454;

#[test]
fn fuzz_step() {
    let stories = (any::<prop::sample::Index>(), proptest::collection::vec(any::<u8>(), 0..1500));
    law_holds(200, stories, |(which, bytes)| {
        let machine = which.get(&MACHINES);
        let straight = tell(machine, &bytes, false)?;
        let again = tell(machine, &bytes, false)?;
        law(straight == again, "the same inputs give the same effects")?;
        let restarted = tell(machine, &bytes, true)?;
        law(straight == restarted, "a host that stops and starts again between inputs sees no difference")
    });
}

/// Steps through a story and returns its effects. With `restart`, everything is written and read back after each step.
pub(super) fn tell(machine: &Machine, bytes: &[u8], restart: bool) -> Result<Vec<Effect>, TestCaseError> {
    let mut story = Story { bytes, program: machine.program(), sends: Vec::new(), calls: Vec::new() };
    let mut customer = machine.new_customer("c-1");
    let mut shared = Shared::default();
    let mut all = Vec::new();
    let mut now = BEGIN;
    while !story.bytes.is_empty() {
        now = story.later(now, machine.next_due(&customer));
        let input = story.input(now);
        let mut effects = Vec::new();
        machine.step(&mut customer, &mut shared, input, now, &mut effects);
        law(machine.next_due(&customer).is_none_or(|due| due > now), "what is due now is done now")?;
        story.remember(&effects);
        all.append(&mut effects);
        if restart {
            customer = stored::<Customer>(&customer)?;
            shared = stored::<Shared>(&shared)?;
        }
    }
    Ok(all)
}

fn stored<T: serde::Serialize + serde::de::DeserializeOwned + PartialEq>(
    state: &T,
) -> Result<T, TestCaseError> {
    let json = serde_json::to_string(state).map_err(|e| TestCaseError::fail(e.to_string()))?;
    let again: T = serde_json::from_str(&json).map_err(|e| TestCaseError::fail(e.to_string()))?;
    law(again == *state, "a state survives being written and read")?;
    Ok(again)
}

/// Bytes that are read as inputs, and what the engine has asked for so far.
struct Story<'a> {
    bytes: &'a [u8],
    program: &'a Program,
    sends: Vec<EffectKey>,
    calls: Vec<EffectKey>,
}

impl Story<'_> {
    fn byte(&mut self) -> u8 {
        let Some((first, rest)) = self.bytes.split_first() else { return 0 };
        self.bytes = rest;
        *first
    }

    /// A number below `bound`; one in sixty-four is just outside.
    fn below(&mut self, bound: usize) -> u32 {
        let byte = usize::from(self.byte());
        let number = if byte >= 252 { bound } else { byte % bound.max(1) };
        u32::try_from(number).expect("tables are not that long")
    }

    /// Time passes, up to the next wake-up or by itself; now and then a clock is set back.
    fn later(&mut self, now: Moment, due: Option<Moment>) -> Moment {
        let byte = i64::from(self.byte());
        match byte {
            0..60 => now,
            60..120 => Moment(now.0 + byte * MILLIS_PER_MINUTE),
            120..160 => Moment(now.0 + (byte - 119) * MILLIS_PER_HOUR),
            160..185 => Moment(now.0 + (byte - 159) * MILLIS_PER_DAY),
            185..250 => due.filter(|d| d.0 < BEGIN.0 + 3000 * MILLIS_PER_DAY).unwrap_or(now),
            _ => Moment(now.0 - MILLIS_PER_HOUR),
        }
        .max(BEGIN)
    }

    fn input(&mut self, now: Moment) -> Input {
        match self.byte() % 10 {
            0..4 => self.event(now),
            4 => self.profile(now),
            5 => {
                let send = self.known_send();
                Input::Reaction { send, kind: self.reaction(), at: now, value: self.any_value() }
            }
            6 => {
                let send = self.known_send();
                let fails = self.byte().is_multiple_of(4);
                let outcome = if fails {
                    SendOutcome::Failed("no such address".to_owned())
                } else {
                    SendOutcome::Accepted
                };
                Input::SendResult { send, outcome }
            }
            7 => {
                let fails = self.byte().is_multiple_of(3);
                let call = self.calls.last().copied().unwrap_or_else(|| self.invented_key());
                Input::CallResult {
                    call,
                    outcome: if fails { Err("time limit".to_owned()) } else { Ok(self.any_value()) },
                }
            }
            8 => {
                let journey = JourneyId(self.below(self.program.journeys.len()));
                let args = (0..self.byte() % 3).map(|_| self.any_value()).collect();
                Input::Enter { journey, args }
            }
            _ => Input::Due,
        }
    }

    fn event(&mut self, now: Moment) -> Input {
        let event = self.below(self.program.events.len());
        let fields = self.program.events.get(event as usize).map(|e| e.fields.clone()).unwrap_or_default();
        let data: Vec<Value> = fields.iter().map(|f| self.field(&f.ty, f.optional)).collect();
        // A few ids, so that events repeat; some events come late.
        let id = self.byte().is_multiple_of(2).then(|| Arc::from(format!("e-{}", self.byte() % 8)));
        let late = i64::from(self.byte() / 16) * MILLIS_PER_HOUR;
        Input::Event { event: EventId(event), id, at: Moment(now.0 - late), data: Value::Record(data.into()) }
    }

    fn profile(&mut self, now: Moment) -> Input {
        let mut changes = Vec::new();
        for _ in 0..self.byte() % 4 {
            let field = self.below(self.program.customer.len());
            let ty = self.program.customer.get(field as usize).map_or(Type::Text, |f| f.ty.clone());
            changes.push((FieldId(field), self.field(&ty, true)));
        }
        let mut consents = Vec::new();
        for _ in 0..self.byte() % 3 {
            let consent = match self.byte() % 4 {
                0 => Consent::None,
                1 => Consent::Withdrawn,
                2 => Consent::Confirmed,
                _ => Consent::Given,
            };
            let topic = TopicId(self.below(self.program.topics.len()));
            let channel = ChannelId(self.below(self.program.channels.len()));
            consents.push(ConsentChange { topic, channel, consent });
        }
        let late = i64::from(self.byte() % 3) * MILLIS_PER_HOUR;
        Input::Profile { at: Moment(now.0 - late), changes, consents }
    }

    fn known_send(&mut self) -> EffectKey {
        let which = usize::from(self.byte());
        let invented = self.invented_key();
        if self.sends.is_empty() || which >= 250 { invented } else { self.sends[which % self.sends.len()] }
    }

    fn invented_key(&mut self) -> EffectKey {
        EffectKey { run: RunId(u32::from(self.byte())), step: StepId(u32::from(self.byte())), occurrence: 1 }
    }

    fn reaction(&mut self) -> ReactionKind {
        const ALL: [ReactionKind; 9] = [
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
        ALL[usize::from(self.byte()) % ALL.len()]
    }

    /// A value of a type; one in thirty-two is of another.
    fn field(&mut self, ty: &Type, optional: bool) -> Value {
        match self.byte() {
            0..8 => self.any_value(),
            8..48 if optional => Value::Missing,
            _ => self.value(ty),
        }
    }

    fn value(&mut self, ty: &Type) -> Value {
        let byte = self.byte();
        match ty {
            Type::Text => Value::text(["a", "b", "", "弃购"][usize::from(byte) % 4]),
            Type::Number { .. } => Value::Number(Decimal::new(i64::from(byte) - 20, 1)),
            Type::Money(_) => Value::Money(Decimal::new(i64::from(byte) * 100, 2)),
            Type::YesNo => Value::YesNo(byte.is_multiple_of(2)),
            Type::Date => Value::Date(Date(FIRST_DAY + i32::from(byte))),
            Type::Time => Value::Time(TimeOfDay::MIDNIGHT),
            Type::Moment => Value::Moment(Moment(BEGIN.0 + i64::from(byte) * MILLIS_PER_DAY)),
            Type::Duration => Value::Duration(Span::default()),
            Type::Zone => Value::text(
                ["UTC", "America/New_York", "Europe/Berlin", "Nowhere/None"][usize::from(byte) % 4],
            ),
            Type::OneOf(symbols) => symbols
                .get(usize::from(byte) % symbols.len().max(1))
                .map_or(Value::Missing, |s| Value::Choice(*s)),
            Type::List(inner) => Value::List((0..byte % 3).map(|_| self.value(inner)).collect()),
            Type::Record(fields) => {
                Value::Record(fields.iter().map(|f| self.field(&f.ty, f.optional)).collect())
            }
        }
    }

    /// A value of no particular type.
    fn any_value(&mut self) -> Value {
        let byte = self.byte();
        match byte % 9 {
            0 => Value::Missing,
            1 => Value::Number(Decimal::MAX),
            2 => Value::Money(Decimal::MIN),
            3 => Value::text("x"),
            4 => Value::Choice(Symbol(u32::from(byte) * 100)),
            5 => Value::List(Arc::from([Value::Missing, Value::YesNo(true)])),
            6 => Value::Record(Arc::from([])),
            7 => Value::Moment(Moment::MAX),
            _ => Value::YesNo(true),
        }
    }

    fn remember(&mut self, effects: &[Effect]) {
        for effect in effects {
            match effect {
                Effect::Send(send) => self.sends.push(send.key),
                Effect::Call { key, .. } => self.calls.push(*key),
                _ => {}
            }
        }
    }
}
