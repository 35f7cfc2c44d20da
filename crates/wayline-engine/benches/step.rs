//! How fast the engine decides: rows of the decision log per second on one core, customers one by one.
//!
//! The program is a cart reminder as people write it: a wait for the first of several events, a send under consent, two
//! frequency caps and quiet hours, a wait for a click, an offer with an experiment, a leave rule and a goal, all
//! correlated by the cart. The customers' behaviour is drawn from a small linear congruential generator, and its cost is
//! part of what is measured.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a bench may panic")]

use std::sync::Arc;

use divan::Bencher;
use divan::counter::ItemsCount;
use wayline_engine::{Effect, Input, Machine, SendOutcome, Shared};
use wayline_ir::*;
use wayline_time::{Moment, Span};

#[expect(dead_code, reason = "shared with the scenarios, which use all of it")]
#[path = "../tests/engine/support.rs"]
mod support;

use support::*;

fn main() {
    divan::main();
}

fn cart_reminder() -> Program {
    let mut p = program();
    let cart = p.event("cart", 2);
    let order = p.event("order", 2);
    let (reminder, offer, gift) = (p.message("reminder", 0), p.message("offer", 0), p.message("gift", 0));
    p.channels[0].quiet = Some(QuietHours {
        windows: vec![window("21:00", "09:00")],
        release_over: Some(Span::of_minutes(90)),
        backlog: Backlog::KeepAll,
    });
    let caps = Clause::Caps {
        caps: vec![
            Cap { count: 1, window: CapWindow::CalendarDay },
            Cap { count: 3, window: CapWindow::Rolling(Span::of_days(7)) },
        ],
        across: vec![],
    };
    let hold = Otherwise::Hold { up_to: Span::of_days(2), backlog: Backlog::KeepLatest };
    p.rule("fatigue", vec![Target::Topic(TopicId(0))], vec![caps], hold);
    let same = || is(item(0), slot(0, 0));
    let again =
        Trigger::Event { source: ev(cart), filter: Some(same()), bind: Some(SlotId(0)), since_enter: false };
    let clicked = |message| HistorySource::MessageReaction(ReactionKind::Clicked, message);
    let enter = Enter::Event {
        source: ev(cart),
        filter: Some(compare(CompareOp::AtLeast, item(1), n(50))),
        bind: Some(SlotId(0)),
    };
    let arm = |name: &str, then: u32| ExperimentArm { name: name.into(), share: 500_000, then: StepId(then) };
    let mut j = journey(
        "cart",
        vec![enter],
        vec![
            wait_for(hours(1), vec![(again, 1)], 2),
            StepKind::WaitAgain {
                wait: StepId(0),
                at_most: Some(20),
                counter: CounterId(0),
                spent: StepId(2),
            },
            send(reminder, 3),
            wait_for(days(1), vec![(on(clicked(reminder)), 4)], 5),
            wait(hours(4), 5),
            StepKind::Experiment(Experiment {
                name: "offer".into(),
                arms: vec![arm("ten", 6), arm("ship", 7)],
            }),
            send(offer, 8),
            send(gift, 8),
            exit(),
        ],
    );
    j.key = Some(slot(0, 0));
    j.reentry = Reentry::After(Span::of_days(14));
    j.leaves.push(leave(on_where(ev(order), same(), None)));
    j.goals.push(Goal { trigger: on_where(ev(order), same(), None), within: Span::of_days(7), leave: false });
    p.journey(j);
    p
}

/// Customers of thirty days: sessions with carts, some orders, some clicks. Gives the number of rows.
fn simulate(machine: &Machine, customers: u32, ids: &[String], zones: &[Value]) -> usize {
    let mut rows = 0;
    let mut out = Vec::with_capacity(64);
    let mut shared = Shared::default();
    let start = at("2026-03-01T00:00:00Z");
    let end = start.plus_millis(30 * DAY);
    for number in 0..customers {
        let mut chance = u64::from(number) * 2 + 1;
        let mut draw = |below: u64| {
            chance = chance.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (chance >> 33) % below
        };
        let mut c = machine.new_customer(&ids[number as usize]);
        let consents = vec![wayline_engine::ConsentChange {
            topic: TopicId(0),
            channel: ChannelId(0),
            consent: wayline_engine::Consent::Given,
        }];
        let changes =
            vec![(FieldId(0), zones[number as usize % zones.len()].clone()), (FieldId(1), zones[0].clone())];
        machine.step(&mut c, &mut shared, Input::Profile { at: start, changes, consents }, start, &mut out);
        let mut next = start.plus_millis(draw(3 * DAY as u64) as i64);
        let mut click: Option<(Moment, wayline_engine::EffectKey)> = None;
        let mut cart = 0;
        loop {
            let due = machine.next_due(&c).unwrap_or(end);
            let clicks = click.map_or(end, |(at, _)| at);
            let now = next.min(due).min(clicks);
            if now >= end {
                break;
            }
            if clicks == now {
                let (_, send) = click.take().unwrap();
                let input =
                    Input::Reaction { send, kind: ReactionKind::Clicked, at: now, value: Value::Missing };
                machine.step(&mut c, &mut shared, input, now, &mut out);
            } else if next == now {
                let again = draw(3) == 0;
                cart += i64::from(!again);
                let event = EventId(u32::from(draw(4) == 0));
                let data = Value::Record([num(cart), num(20 + draw(100) as i64)].into());
                machine.step(
                    &mut c,
                    &mut shared,
                    Input::Event { event, id: None, at: now, data },
                    now,
                    &mut out,
                );
                next = now.plus_millis(60_000 + draw(4 * DAY as u64) as i64);
            } else {
                machine.step(&mut c, &mut shared, Input::Due, now, &mut out);
            }
            let mut at = 0;
            while let Some(effect) = out.get(at) {
                if let Effect::Send(send) = effect {
                    let key = send.key;
                    if draw(10) == 0 {
                        click = Some((now.plus_millis(HOUR + draw(DAY as u64) as i64), key));
                    }
                    let input = Input::SendResult { send: key, outcome: SendOutcome::Accepted };
                    machine.step(&mut c, &mut shared, input, now, &mut out);
                }
                at += 1;
            }
            rows += out.iter().filter(|effect| matches!(effect, Effect::Decided(_))).count();
            out.clear();
        }
    }
    rows
}

#[divan::bench(sample_count = 20)]
fn rows_of_a_cart_reminder(bencher: Bencher<'_, '_>) {
    let machine = Machine::new(Arc::new(cart_reminder())).unwrap();
    let ids: Vec<String> = (0..5_000).map(|number| format!("customer-{number}")).collect();
    let zones = ["America/New_York", "Europe/Berlin", "Asia/Shanghai", "America/Los_Angeles"].map(text);
    let rows = simulate(&machine, 5_000, &ids, &zones);
    bencher.counter(ItemsCount::new(rows)).bench_local(|| simulate(&machine, 5_000, &ids, &zones));
}
