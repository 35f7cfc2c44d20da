//! Programs that could not be executed are refused, with the place.

use std::sync::Arc;

use wayline_engine::{Machine, ProgramFault};
use wayline_ir::*;
use wayline_time::Span;

use crate::support::*;

fn sound() -> Program {
    let mut p = program();
    let cart = p.event("cart", 1);
    let mail = p.message("mail", 0);
    p.segment("high", compare(CompareOp::AtLeast, customer(2), n(3)));
    p.rule("cap", vec![Target::Topic(TopicId(0))], vec![], Otherwise::Drop);
    let mut j = journey(
        "j",
        vec![enter_on(cart)],
        vec![wait_for(hours(1), vec![(on(ev(cart)), 1)], 1), send(mail, 2), exit()],
    );
    j.goals.push(Goal { trigger: on(ev(cart)), within: Span::of_days(1), leave: false });
    p.journey(j);
    p
}

fn fault(change: impl FnOnce(&mut Program)) -> String {
    let mut p = sound();
    change(&mut p);
    let result: Result<Machine, ProgramFault> = Machine::new(Arc::new(p));
    result.map_or_else(|fault| fault.to_string(), |_| "sound".to_owned())
}

#[test]
fn what_a_program_does_not_have_is_named() {
    let step = |kind: StepKind| fault(|p| p.journeys[0].steps[1].kind = kind);
    let again =
        StepKind::WaitAgain { wait: StepId(1), at_most: None, counter: CounterId(0), spent: StepId(2) };
    let thirds = Experiment {
        name: "e".into(),
        arms: vec![ExperimentArm { name: "a".into(), share: 333_333, then: StepId(2) }],
    };
    let missing = Expr::InSegment(SegmentId(1));
    let mut deep = c(Value::YesNo(true));
    for _ in 0..200 {
        deep = Expr::Not(Box::new(deep));
    }
    let all = [
        fault(|_| {}),
        fault(|p| p.format = 99),
        fault(|p| p.symbols.clear()),
        fault(|p| p.zone_field = Some(FieldId(4))),
        fault(|p| p.segments[0].condition = Expr::InSegment(SegmentId(0))),
        fault(|p| p.segments[0].condition = history(Query::Any, ev(EventId(0)), HistoryRange::SinceEnter)),
        fault(|p| p.segments[0].condition = deep),
        fault(|p| p.channels[0].to = Expr::Slot(SlotId(0))),
        fault(|p| p.messages[0].topic = TopicId(2)),
        fault(|p| p.rules[0].sends.targets = vec![Target::Message(MessageId(1))]),
        fault(|p| p.rules[0].clauses = vec![Clause::On(CalendarId(0))]),
        fault(|p| p.journeys[0].steps.clear()),
        fault(|p| p.journeys[0].slots.clear()),
        fault(|p| p.journeys[0].goals[0].trigger = Trigger::When(c(Value::YesNo(true)))),
        fault(|p| p.journeys[0].goals = vec![p.journeys[0].goals[0].clone(); 65]),
        fault(|p| p.journeys[0].key = Some(Expr::Item(0))),
        fault(|p| p.journeys[0].only_if = Some(missing)),
        step(wait(hours(1), 3)),
        step(again),
        step(StepKind::Experiment(thirds)),
        step(send(MessageId(7), 2)),
        step(StepKind::Set { field: FieldId(9), value: n(1), next: StepId(2) }),
        step(StepKind::Start { journey: JourneyId(1), args: vec![], next: StepId(2) }),
    ];
    insta::assert_snapshot!(all.join("\n"), @r"
        sound
        program: it is of format 99, not 1; compile the workspace again
        program: the first words are not the reasons of sends; compile the workspace again
        program: it refers to customer field 4 of 4; compile the workspace again
        segment high: it refers to segment 0 of 0; compile the workspace again
        segment high: `since enter` is asked outside a run; compile the workspace again
        segment high: an expression nests deeper than 128; compile the workspace again
        channel mail: it refers to slot 0 of 0; compile the workspace again
        message mail: it refers to topic 2 of 2; compile the workspace again
        rule cap: it refers to message 1 of 1; compile the workspace again
        rule cap: it refers to calendar 0 of 0; compile the workspace again
        journey j: it has no steps; compile the workspace again
        journey j: it refers to slot 0 of 0; compile the workspace again
        journey j: a goal waits for a state instead of an event; compile the workspace again
        journey j: it has more than 64 goals; compile the workspace again
        journey j: it refers to event or item 0 of 0; compile the workspace again
        journey j: it refers to segment 1 of 1; compile the workspace again
        journey j: it refers to step 3 of 3; compile the workspace again
        journey j: a `wait again` leads to a step that is not a wait; compile the workspace again
        journey j: the arms of experiment e add up to 333333 millionths; compile the workspace again
        journey j: it refers to message 7 of 1; compile the workspace again
        journey j: it refers to customer field 9 of 4; compile the workspace again
        journey j: it refers to journey 1 of 1; compile the workspace again
    ");
}
