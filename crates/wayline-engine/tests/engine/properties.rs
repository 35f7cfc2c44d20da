//! What holds for any inputs: nothing panics, nothing is left due, the same inputs give the same effects, a state that
//! was written and read again has the same future, waking up too often changes nothing, and no cap is ever exceeded.

use std::collections::BTreeMap;
use std::sync::Arc;

use proptest::prelude::*;
use rust_decimal::Decimal;
use wayline_engine::{
    Consent, ConsentChange, Customer, DecisionKind, Effect, EffectKey, InUse, Input, Machine, SendOutcome,
    Shared, Upgrade, Verdict,
};
use wayline_ir::*;
use wayline_time::{CronPattern, Date, Moment, Span, TimeOfDay, WeekdaySet};

use crate::support::*;

/// A program in which every kind of step, trigger, clause and question occurs.
fn rich() -> Program {
    let mut p = program();
    let (cart, order, visit) = (p.event("cart", 2), p.event("order", 2), p.event("visit", 1));
    p.channels.push(channel("sms"));
    let (mail, mail2) = (p.message("mail", 0), p.message("mail2", 0));
    let (sms, note) = (p.message_on("sms", 0, 1), p.message("note", 1));
    p.messages[1].expires_after = Some(Span::of_hours(30));
    p.channels[0].quiet = Some(QuietHours {
        windows: vec![window("21:00", "09:00")],
        release_over: Some(Span::of_minutes(90)),
        backlog: Backlog::KeepLatest,
    });
    p.channels[1].open = vec![window("08:00", "20:00")];
    p.channels[1].rate = Some(Rate { count: 2, per: Span::of_hours(1) });
    p.topics[1].ignores_quiet_hours = true;
    p.keep_sends = keep(Some(Span::of_days(30)), &[]);
    let retention = Retention {
        span: Some(Span::of_days(30)),
        since_enter: true,
        latest: true,
        fields: vec![FieldId(0), FieldId(1)],
    };
    p.events[0].keep = Some(Retention { fields: vec![FieldId(1)], ..retention.clone() });
    p.events[1].keep = Some(retention);
    p.tracked_fields.push(FieldId(2));
    segments(&mut p, cart, order, mail);
    rules(&mut p, visit, order, sms);
    journeys(&mut p, [cart, order, visit], [mail, mail2, sms, note]);
    p
}

fn segments(p: &mut Program, cart: EventId, order: EventId, mail: MessageId) {
    let within = |days: i32| HistoryRange::InLast(Span::of_days(days));
    p.segment(
        "lapsed",
        Expr::And(vec![history(Query::Any, ev(order), within(20)), history(Query::No, ev(order), within(5))]),
    );
    let sum = history(Query::Sum { of: Box::new(item(1)), zero: num(0) }, ev(order), within(3));
    p.segment("much", compare(CompareOp::Greater, sum, n(60)));
    p.segment(
        "settled",
        Expr::HasBeen { subject: Subject::Field(FieldId(2), num(1)), span: Span::of_days(2) },
    );
    let opened = HistorySource::MessageReaction(ReactionKind::Opened, mail);
    let opens = history(Query::Count, opened, within(7));
    p.segment(
        "reader",
        Expr::Or(vec![
            compare(CompareOp::AtLeast, opens, n(2)),
            Expr::InSegment(SegmentId(1)),
            Expr::HasBeen { subject: Subject::Segment(SegmentId(0)), span: Span::of_days(1) },
        ]),
    );
    let day = Expr::Default(Box::new(customer(3)), Box::new(c(Value::Date(Date(20_530)))));
    p.segment(
        "soon",
        Expr::And(vec![
            compare(CompareOp::AtLeast, Expr::Today, day),
            Expr::Not(Box::new(history(Query::Any, ev(cart), within(1)))),
            Expr::Bucket { name: "b".into(), share: 900_000 },
        ]),
    );
}

fn rules(p: &mut Program, visit: EventId, order: EventId, sms: MessageId) {
    let caps = Clause::Caps {
        caps: vec![
            Cap { count: 1, window: CapWindow::CalendarDay },
            Cap { count: 3, window: CapWindow::Rolling(Span::of_days(7)) },
        ],
        across: vec![],
    };
    let hold = |days: i32, backlog: Backlog| Otherwise::Hold { up_to: Span::of_days(days), backlog };
    p.rule("fatigue", vec![Target::Topic(TopicId(0))], vec![caps], hold(2, Backlog::KeepOnePerTopic));
    let between = Clause::Between {
        from: ev(visit),
        from_filter: Some(compare(CompareOp::Greater, item(0), n(5))),
        until: ev(order),
        until_filter: None,
        or_after: Some(Span::of_days(3)),
    };
    p.rule("busy", vec![Target::Journey(JourneyId(0))], vec![between], hold(4, Backlog::KeepAll));
    let ratio = Expr::Arith(ArithOp::Divide, Box::new(n(6)), Box::new(customer(2)));
    p.rule("odd", vec![Target::Message(sms)], vec![Clause::When(is(ratio, n(2)))], hold(1, Backlog::KeepAll));
    let hours = Clause::During(vec![window("12:00", "13:00")]);
    p.rule("lunch", vec![Target::Everything], vec![hours], Otherwise::Drop);
}

fn journeys(p: &mut Program, [cart, order, visit]: [EventId; 3], [mail, mail2, sms, note]: [MessageId; 4]) {
    let same = |bind: Option<u32>, event: EventId| on_where(ev(event), is(item(0), slot(0, 0)), bind);
    let clicked = HistorySource::MessageReaction(ReactionKind::Clicked, mail);
    let arms = vec![
        (same(Some(0), cart), 2),
        (Trigger::When(Expr::InSegment(SegmentId(1))), 3),
        (on(HistorySource::ChannelReaction(ReactionKind::Opened, ChannelId(0))), 3),
    ];
    let again =
        StepKind::WaitAgain { wait: StepId(1), at_most: Some(2), counter: CounterId(0), spent: StepId(3) };
    let mut j = journey(
        "remind",
        vec![enter_on(cart)],
        vec![
            send_of(SendMode::FirstOf, &[mail, sms], Some(3), 1),
            wait_for(days(2), arms, 3),
            again,
            StepKind::Set { field: FieldId(2), value: slot(0, 1), next: StepId(4) },
            StepKind::Emit { event: visit, data: vec![slot(0, 1)], next: StepId(5) },
            exit(),
        ],
    );
    j.key = Some(slot(0, 0));
    j.reentry = Reentry::After(Span::of_days(1));
    j.leaves.push(leave(same(None, order)));
    j.goals.push(Goal { trigger: on(ev(order)), within: Span::of_days(3), leave: false });
    j.goals.push(Goal { trigger: on(clicked), within: Span::of_days(3), leave: true });
    j.priority = 80;
    p.journey(j);
    let back = Trigger::Event { source: ev(order), filter: None, bind: Some(SlotId(1)), since_enter: true };
    let mut j = journey(
        "win",
        vec![
            Enter::Segment { segment: SegmentId(0), joins: true },
            Enter::Segment { segment: SegmentId(4), joins: true },
            Enter::Anniversary { date: customer(3), at: time("10:00") },
            Enter::Schedule {
                schedule: Schedule::Cron(CronPattern::parse("0 0 6 * * MON").unwrap()),
                segment: None,
            },
        ],
        vec![
            StepKind::Repeat {
                at_most: 3,
                until: Some(Expr::InSegment(SegmentId(3))),
                every: Some(hours(30)),
                counter: CounterId(1),
                body: StepId(1),
                next: StepId(3),
            },
            send_of(SendMode::BestOf, &[mail2, sms], None, 2),
            wait_for(hours(5), vec![(back, 0)], 0),
            StepKind::Start { journey: JourneyId(2), args: vec![customer(2)], next: StepId(4) },
            exit(),
        ],
    );
    j.while_running = WhileRunning::Restart;
    p.journey(j);
    let arm = |name: &str, then: u32| ExperimentArm { name: name.into(), share: 500_000, then: StepId(then) };
    let mut j = journey(
        "hand",
        vec![Enter::ByHand],
        vec![
            StepKind::Experiment(Experiment { name: "e".into(), arms: vec![arm("a", 1), arm("b", 2)] }),
            StepKind::Collect {
                source: ev(visit),
                filter: None,
                duration: days(1),
                bind: SlotId(1),
                enough: Some(3),
                quiet_for: Some(hours(6)),
                next: StepId(2),
            },
            StepKind::Wait {
                until: Until::Next { at: time("02:30"), days: WeekdaySet::ALL },
                next: StepId(3),
            },
            send(note, 4),
            StepKind::Stop { journey: JourneyId(0), next: StepId(5) },
            exit(),
        ],
    );
    j.while_running = WhileRunning::Parallel;
    j.holdout = 300_000;
    j.leaves.push(leave(Trigger::When(Expr::InSegment(SegmentId(2)))));
    j.params.push(Param { name: "n".into(), ty: Type::Number { from: None, to: None }, optional: true });
    p.journey(j);
    for journey in [0, 1] {
        let step = &mut p.journeys[journey].steps[if journey == 0 { 0 } else { 1 }].kind;
        if let (StepKind::Send { best_hour_within, .. }, 1) = (step, journey) {
            *best_hour_within = Some(Span::of_hours(10));
        }
    }
}

/// Kinds of inputs; the number after them pauses or resumes a journey.
const KINDS: u8 = 12;

/// What the variables of [`rich`] hold, as the compiler says it.
fn typed(mut p: Program) -> Program {
    let record = |p: &Program, event: usize| Type::Record(p.events[event].fields.clone());
    let (cart, order, visit) = (record(&p, 0), record(&p, 1), record(&p, 2));
    let reasons = Type::OneOf((0..Program::REASONS.len()).map(Symbol::at).collect());
    let number = Type::Number { from: None, to: None };
    let types = [
        [cart, Type::Text, Type::Text, reasons.clone()],
        [Type::Text, order, Type::Text, reasons.clone()],
        [number, Type::List(Box::new(visit)), Type::Text, reasons],
    ];
    for (journey, types) in p.journeys.iter_mut().zip(types) {
        for (slot, ty) in journey.slots.iter_mut().zip(types) {
            slot.ty = ty;
        }
    }
    p
}

/// The same workspace with other versions of its journeys.
fn rewritten(program: &Program, version: &str) -> Program {
    let mut p = program.clone();
    for journey in &mut p.journeys {
        journey.version = version.to_owned();
    }
    p
}

/// One thing that happens, so long after the one before.
#[derive(Debug, Clone)]
struct Move {
    after: i64,
    what: u8,
    seed: u64,
}

fn moves() -> impl Strategy<Value = Vec<Move>> {
    let after = prop_oneof![
        2 => Just(0_i64),
        3 => 1..5 * HOUR,
        2 => (0..40_i64).prop_map(|n| n * HOUR / 2),
        1 => 0..4 * DAY,
    ];
    let one = (after, 0..KINDS + 1, any::<u64>()).prop_map(|(after, what, seed)| Move { after, what, seed });
    prop::collection::vec(one, 1..60)
}

/// A value of a type, by a seed; small numbers, so that things meet.
pub(crate) fn value(ty: &Type, seed: u64) -> Value {
    match ty {
        Type::Text => text(["", "ana@x.example", "bob"][seed as usize % 3]),
        Type::Number { .. } => num((seed % 4) as i64),
        Type::Money(_) => Value::Money(Decimal::from(seed % 120)),
        Type::YesNo => Value::YesNo(seed.is_multiple_of(2)),
        Type::Date => Value::Date(Date(20_510 + (seed % 60) as i32)),
        Type::Time => Value::Time(TimeOfDay((seed % 86_400) as u32)),
        Type::Moment => Value::Moment(Moment(1_773_000_000_000 + (seed % (60 * DAY as u64)) as i64)),
        Type::Duration => Value::Duration(Span::of_hours((seed % 50) as i64)),
        Type::Zone => {
            text(["America/New_York", "Europe/Berlin", "Asia/Kolkata", "Mars/Olympus"][seed as usize % 4])
        }
        Type::OneOf(words) => {
            words.get(seed as usize % words.len().max(1)).map_or(Value::Missing, |w| Value::Choice(*w))
        }
        Type::List(of) => Value::List((0..seed % 3).map(|n| value(of, seed / 7 + n)).collect()),
        Type::Record(fields) => {
            Value::Record(fields.iter().enumerate().map(|(n, f)| field(f, seed / 3 + n as u64)).collect())
        }
    }
}

fn field(field: &Field, seed: u64) -> Value {
    if field.optional && seed.is_multiple_of(5) { Value::Missing } else { value(&field.ty, seed) }
}

/// A host: it wakes the customer when something is due, and answers sends and calls.
struct Host {
    machine: Machine,
    customer: Customer,
    shared: Shared,
    now: Moment,
    sends: Vec<EffectKey>,
    open: Vec<Input>,
    all: Vec<Effect>,
    rows: Vec<String>,
    /// Whether it writes and reads the state before each step.
    stores: bool,
    /// Whether it wakes the customer before each input for nothing.
    wakes: bool,
}

impl Host {
    fn new(program: &Program, stores: bool, wakes: bool) -> Self {
        let machine = Machine::new(Arc::new(program.clone())).unwrap();
        let customer = machine.new_customer("ana");
        let (shared, now) = (Shared::default(), at("2026-02-25T10:00:00Z"));
        let (sends, open, all, rows) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let mut host = Self { machine, customer, shared, now, sends, open, all, rows, stores, wakes };
        // A customer appears with the first input; schedules count from there.
        host.step(Input::Profile { at: now, changes: vec![], consents: vec![] });
        host
    }

    fn step(&mut self, input: Input) {
        if self.stores {
            let json = serde_json::to_string(&(&self.customer, &self.shared)).unwrap();
            let (customer, shared): (Customer, Shared) = serde_json::from_str(&json).unwrap();
            assert!(customer == self.customer && shared == self.shared);
            (self.customer, self.shared) = (customer, shared);
        }
        let from = self.all.len();
        self.machine.step(&mut self.customer, &mut self.shared, input, self.now, &mut self.all);
        let due = self.machine.next_due(&self.customer);
        assert!(due.is_none_or(|due| due > self.now), "still due at {due:?}");
        for effect in self.all.get(from..).unwrap_or_default() {
            match effect {
                Effect::Send(send) => {
                    self.sends.push(send.key);
                    let outcome = match self.sends.len() % 7 {
                        0 => SendOutcome::Failed("full".into()),
                        _ => SendOutcome::Accepted,
                    };
                    self.open.push(Input::SendResult { send: send.key, outcome });
                }
                Effect::Call { key, .. } => {
                    let outcome = if self.sends.len().is_multiple_of(2) {
                        Err("down".into())
                    } else {
                        Ok(Value::Missing)
                    };
                    self.open.push(Input::CallResult { call: *key, outcome });
                }
                Effect::Decided(row) => {
                    assert_eq!(row.at, self.now);
                    self.rows.push(show(self.machine.program(), row));
                }
                Effect::ProfileChanged { .. } | Effect::Emitted { .. } => {}
            }
        }
    }

    /// Answers all that is open, then does what is due up to a moment, at its own time.
    fn go(&mut self, to: Moment) {
        loop {
            while let Some(input) = self.open.pop() {
                self.step(input);
            }
            match self.machine.next_due(&self.customer).filter(|due| *due <= to) {
                Some(due) => {
                    self.now = due;
                    self.step(Input::Due);
                }
                None => break,
            }
        }
        self.now = to;
    }

    fn play(&mut self, moves: &[Move]) {
        self.play_on(moves);
        self.finish();
    }

    fn play_on(&mut self, moves: &[Move]) {
        for Move { after, what, seed } in moves {
            if self.wakes {
                let middle = self.now.plus_millis(after / 2);
                self.go(middle);
                self.step(Input::Due);
                self.go(self.now.plus_millis(after - after / 2));
            } else {
                self.go(self.now.plus_millis(*after));
            }
            let program = Arc::clone(self.machine.program());
            if *what >= KINDS {
                self.pause_or_resume(&program, *seed);
            } else {
                let input = self.input(&program, *what, *seed);
                self.step(input);
            }
        }
    }

    /// Nothing is paused any more, and time goes on.
    fn finish(&mut self) {
        for journey in 0..self.machine.program().journeys.len() {
            self.shared.resume(JourneyId::at(journey));
        }
        self.step(Input::Due);
        self.go(self.now.plus_millis(60 * DAY));
    }

    fn pause_or_resume(&mut self, program: &Program, seed: u64) {
        let present = program.journeys.iter().filter(|journey| !journey.retired).count();
        let journey = JourneyId::at(seed as usize % present);
        if self.shared.is_paused(journey) {
            self.shared.resume(journey);
            self.step(Input::Due);
        } else {
            self.shared.pause(journey);
        }
    }

    /// Another program takes over.
    fn upgrade(&mut self, new: &Program) {
        let mut in_use = InUse::default();
        in_use.note(&self.customer);
        let old = Arc::clone(self.machine.program());
        let upgrade = Upgrade::plan(&old, new, &in_use, &BTreeMap::new()).unwrap();
        let upgraded = upgrade.customer(self.customer.clone(), self.now);
        assert!(upgraded.effects.is_empty() && upgraded.lost.is_empty());
        self.customer = upgraded.customer;
        self.shared = upgrade.shared(&self.shared);
        self.machine = Machine::new(Arc::clone(upgrade.program())).unwrap();
        self.step(Input::Due);
    }

    fn input(&self, program: &Program, what: u8, seed: u64) -> Input {
        let now = self.now;
        let send = self.sends.get(seed as usize % self.sends.len().max(1)).copied();
        match (what, send) {
            (0, _) => {
                let number = seed as usize % program.customer.len();
                let at = if seed.is_multiple_of(11) { now.plus_millis(-HOUR) } else { now };
                let changes = vec![(FieldId::at(number), field(&program.customer[number], seed / 13))];
                Input::Profile { at, changes, consents: vec![] }
            }
            (1, _) => {
                let consent = if seed.is_multiple_of(3) { Consent::Withdrawn } else { Consent::Confirmed };
                let consents = (0..program.channels.len())
                    .flat_map(|channel| (0..program.topics.len()).map(move |topic| (topic, channel)))
                    .map(|(topic, channel)| ConsentChange {
                        topic: TopicId::at(topic),
                        channel: ChannelId::at(channel),
                        consent,
                    })
                    .collect();
                Input::Profile { at: now, changes: vec![(FieldId(1), text("ana@x.example"))], consents }
            }
            (2..=4, Some(send)) => {
                let kinds = [
                    ReactionKind::Opened,
                    ReactionKind::Clicked,
                    ReactionKind::Answered,
                    ReactionKind::Opened,
                    ReactionKind::Bounced,
                    ReactionKind::Unsubscribed,
                ];
                let kind = kinds[seed as usize % kinds.len()];
                Input::Reaction { send, kind, at: now, value: num((seed % 11) as i64) }
            }
            (5, _) if !program.journeys.is_empty() => {
                let present = program.journeys.iter().filter(|journey| !journey.retired).count();
                let journey = JourneyId::at(seed as usize % present);
                let params = &program.journeys[journey.index()].params;
                let args = params.iter().map(|param| value(&param.ty, seed)).collect();
                Input::Enter { journey, args }
            }
            _ => {
                let event = EventId::at(seed as usize % program.events.len());
                let fields = &program.events[event.index()].fields;
                let data = fields.iter().enumerate().map(|(n, f)| field(f, seed / 5 + n as u64)).collect();
                let at = if seed.is_multiple_of(7) { now.plus_millis(-DAY) } else { now };
                let id = seed.is_multiple_of(9).then(|| Arc::from((seed % 50).to_string().as_str()));
                Input::Event { event, id, at, data: Value::Record(data) }
            }
        }
    }
}

/// Moments at which messages on topic 0 were sent.
fn marketing(host: &Host) -> Vec<Moment> {
    let program = host.machine.program();
    let sent = host.all.iter().filter_map(|effect| match effect {
        Effect::Decided(row) if row.kind == DecisionKind::Send && row.verdict == Some(Verdict::Sent) => {
            let message = &program.messages[row.message.unwrap().index()];
            (message.topic == TopicId(0)).then_some(row.at)
        }
        _ => None,
    });
    sent.collect()
}

/// Compares two logs, and shows where they part.
fn same_rows(one: &[String], other: &[String]) -> Result<(), TestCaseError> {
    let Some(first) = (0..one.len().max(other.len())).find(|at| one.get(*at) != other.get(*at)) else {
        return Ok(());
    };
    let part =
        |rows: &[String]| rows.iter().skip(first.saturating_sub(3)).take(5).cloned().collect::<Vec<_>>();
    prop_assert!(false, "one\n{:#?}\nthe other\n{:#?}", part(one), part(other));
    Ok(())
}

fn check(program: &Program, moves: &[Move]) -> Result<(), TestCaseError> {
    let mut plain = Host::new(program, false, false);
    plain.play(moves);
    let mut stored = Host::new(program, true, false);
    stored.play(moves);
    prop_assert!(plain.all == stored.all && plain.customer == stored.customer);
    let mut woken = Host::new(program, false, true);
    woken.play(moves);
    same_rows(&plain.rows, &woken.rows)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn any_inputs_are_handled_and_the_future_is_in_the_state(moves in moves()) {
        check(&rich(), &moves)?;
    }

    /// Ids of a state mean nothing to another program; it is handled all the same.
    #[test]
    fn a_state_of_another_program_is_no_reason_to_fail(moves in moves()) {
        let mut host = Host::new(&rich(), false, false);
        host.play(&moves[..moves.len() / 2]);
        let mut other = program();
        let event = other.event("other", 0);
        other.journey(journey("j", vec![enter_on(event)], vec![wait(days(1), 1), exit()]));
        host.machine = Machine::new(Arc::new(other)).unwrap();
        host.play(&moves[moves.len() / 2..]);
    }

    #[test]
    fn no_cap_is_ever_exceeded(moves in moves()) {
        let mut host = Host::new(&rich(), false, false);
        host.play(&moves);
        let sent = marketing(&host);
        for (number, at) in sent.iter().enumerate() {
            // Rolling: (t - 7 days, t]. The clock of a customer changes by an hour at most in this time.
            let week = sent[..=number].iter().filter(|early| at.millis_since(**early) < 7 * DAY - 3 * HOUR);
            prop_assert!(week.count() <= 3, "{:?}", sent);
        }
    }
}

proptest! {
    // Each deploy prepares a program anew, so fewer cases take as long.
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    /// Runs go on as if nothing had happened, in the program of before as in former versions of it.
    #[test]
    fn a_deploy_changes_nothing_for_runs(moves in moves(), often in 1_usize..7) {
        let program = typed(rich());
        let mut plain = Host::new(&program, false, false);
        plain.play(&moves);
        let mut same = Host::new(&program, false, false);
        let mut other = Host::new(&program, false, false);
        for (at, part) in moves.chunks(often).enumerate() {
            same.play_on(part);
            same.upgrade(&program);
            other.play_on(part);
            other.upgrade(&rewritten(&program, &at.to_string()));
        }
        same.finish();
        other.finish();
        // Everybody is looked at when a program is replaced, so an event from before that is late.
        let asked = |host: Host| -> Vec<String> {
            host.rows.into_iter().map(|row| row.replace(" event late ", " event ")).collect()
        };
        let plain = asked(plain);
        same_rows(&plain, &asked(same))?;
        same_rows(&plain, &asked(other))?;
    }
}
