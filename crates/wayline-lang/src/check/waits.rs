//! Waits and collects.

use std::sync::Arc;

use wayline_ir::{Arm, StepId, StepKind, Type, Until};
use wayline_time::WeekdaySet;

use super::facts::{Facts, meet};
use super::journey::direction;
use super::scope::Means;
use super::steps::{Again, Body, WaitFrame};
use super::types::describe;
use crate::codes::Code;
use crate::diagnostic::{Applicability, Diagnostic};
use crate::source::Span;
use crate::syntax::ast::{self, Alternative, Block, EventRefKind, WaitArmKind};

impl Body<'_, '_> {
    pub(crate) fn wait(
        &mut self,
        label: Option<&ast::Name>,
        duration: &ast::Expr,
        span: Span,
        entry: StepId,
        next: StepId,
    ) -> Option<Facts> {
        self.graph.here(entry);
        if let Some(duration) = self.duration(duration) {
            self.add(label, "wait", StepKind::Wait { until: Until::For(duration), next }, span);
        }
        self.later()
    }

    pub(crate) fn wait_until_time(
        &mut self,
        label: Option<&ast::Name>,
        time: &ast::TimeOfDay,
        days: Option<&ast::Days>,
        span: Span,
        entry: StepId,
        next: StepId,
    ) -> Option<Facts> {
        self.graph.here(entry);
        let days = match days {
            Some(days) => self.cx.some_days(days.value, days.span),
            None => Some(WeekdaySet::all()),
        };
        if let Some(days) = days {
            self.add(
                label,
                "wait",
                StepKind::Wait { until: Until::Next { at: time.value, days }, next },
                span,
            );
        }
        self.later()
    }

    pub(crate) fn wait_until_moment(
        &mut self,
        label: Option<&ast::Name>,
        wait: &ast::WaitUntilMoment,
        span: Span,
        entry: StepId,
        next: StepId,
    ) -> Option<Facts> {
        let anchor = self.cx.infer(&mut self.scope, &wait.moment, None);
        if let Some(typed) = &anchor
            && !matches!(typed.ty, Type::Date | Type::Moment)
        {
            let found = describe(&typed.ty, &self.cx.symbols);
            self.cx.report(
                Diagnostic::new(Code::WRONG_TYPE, format!("a date or a moment is wanted here, but this is {found}"), wait.moment.span)
                    .help("for a time of day write it first: `wait until 10:00 on Mon`; for a duration write `wait 2 days`"),
            );
            return self.later();
        }
        let offset = match &wait.offset {
            None => Some(None),
            Some(offset) => self.duration(&offset.by).map(|by| Some((by, direction(offset.side)))),
        };
        let text = self.cx.text(wait.moment.span);
        if wait.if_past.is_none() {
            self.cx.report(
                Diagnostic::new(Code::NO_IF_PAST, format!("`{text}` may be past when a run comes here"), span)
                    .note("without an answer some tools send at once, others drop the customer: here the author decides")
                    .help("add `if past go on`, `if past exit`, or `if past { … }`")
                    .replace(Applicability::Display, span.at_end(), " if past go on", "go on when it is past"),
            );
        }
        let optional = anchor.as_ref().is_some_and(|typed| typed.optional);
        if optional && wait.if_missing.is_none() {
            self.cx.report(
                Diagnostic::new(
                    Code::NO_IF_MISSING,
                    format!("`{text}` may be missing when a run comes here"),
                    wait.moment.span,
                )
                .help("add `if missing go on`, `if missing exit`, or `if missing { … }`")
                .replace(
                    Applicability::Display,
                    span.at_end(),
                    " if missing go on",
                    "go on when it is missing",
                ),
            );
        }
        self.graph.here(entry);
        let (past, missing) = (self.graph.label(), self.graph.label());
        if let (Some(typed), Some(offset)) = (anchor, offset) {
            let until =
                Until::Date { anchor: typed.expr, offset, at: wait.at.map(|at| at.value), past, missing };
            self.add(label, "wait", StepKind::Wait { until, next }, span);
        }
        let before = self.scope.facts.clone();
        let mut after = self.later();
        for (alternative, target, part) in
            [(&wait.if_past, past, "if-past"), (&wait.if_missing, missing, "if-missing")]
        {
            let known = match alternative {
                None => {
                    self.graph.same(target, next);
                    None
                }
                Some(Alternative::GoOn(_)) => {
                    self.graph.same(target, next);
                    Some(before.clone())
                }
                Some(Alternative::Exit { span, reason }) => {
                    self.graph.here(target);
                    let reason = reason.as_ref().map(|text| text.value.to_string());
                    self.add(None, &format!("{part}-exit"), StepKind::Exit { reason }, *span);
                    None
                }
                Some(Alternative::Block(block)) => {
                    let (start, known) = self.branch(part, block, next, before.clone());
                    self.graph.same(target, start);
                    known
                }
            };
            after = meet(after, known);
        }
        after
    }

    pub(crate) fn wait_up_to(
        &mut self,
        label: Option<&ast::Name>,
        wait: &ast::WaitUpTo,
        span: Span,
        entry: StepId,
        next: StepId,
    ) -> Option<Facts> {
        let limit = self.duration(&wait.limit);
        for arm in &wait.arms {
            if waits_again(&arm.body) {
                self.forget_alias(arm);
                self.forget_bound_in(&arm.body);
            }
        }
        self.scope.facts.time_passes();
        let facts = self.scope.facts.clone();
        let mut arms = Vec::new();
        let mut bodies = Vec::new();
        for arm in &wait.arms {
            self.scope.facts = facts.clone();
            let locals = self.scope.locals.len();
            let (trigger, again, part) = match &arm.kind {
                WaitArmKind::On { event, alias, since_enter, filter } => {
                    let trigger =
                        self.trigger(event, alias.as_ref(), filter.as_ref(), since_enter.is_some(), true);
                    (trigger, Again::Yes, format!("on-{}", event_words(event)))
                }
                WaitArmKind::When(condition) => {
                    let condition = self.cx.condition(&mut self.scope, condition);
                    if let Some(condition) = &condition {
                        self.scope.facts = facts.assume(condition, true);
                    }
                    (condition.map(wayline_ir::Trigger::When), Again::Never, "when".to_owned())
                }
            };
            let bound = self.scope.locals.split_off(locals.min(self.scope.locals.len()));
            let then = self.graph.label();
            if let Some(trigger) = trigger {
                arms.push(Arm { trigger, then });
            }
            bodies.push((arm, then, self.scope.facts.clone(), again, part, bound));
        }
        let otherwise = self.graph.label();
        self.graph.here(entry);
        if let Some(limit) = limit {
            self.add(label, "wait", StepKind::WaitFor { limit, arms, otherwise }, span);
        }
        let mut after = None;
        let mut all_bound = Vec::new();
        for (arm, then, known, again, part, bound) in bodies {
            self.waits.push(WaitFrame { wait: entry, spent: otherwise, goes_on: false, again });
            let outer = self.scope.locals.len();
            self.scope.locals.extend(bound.iter().cloned());
            let (start, known) = self.branch(&part, &arm.body, next, known);
            self.scope.locals.truncate(outer);
            self.waits.pop();
            self.graph.same(then, start);
            after = meet(after, known);
            all_bound.extend(bound);
        }
        after = meet(after, self.otherwise(wait, span, entry, otherwise, next, facts));
        self.scope.locals.extend(all_bound);
        after
    }

    fn otherwise(
        &mut self,
        wait: &ast::WaitUpTo,
        span: Span,
        entry: StepId,
        otherwise: StepId,
        next: StepId,
        facts: Facts,
    ) -> Option<Facts> {
        match &wait.otherwise {
            Some(block) => {
                self.waits.push(WaitFrame { wait: entry, spent: next, goes_on: true, again: Again::Yes });
                let (start, known) = self.branch("otherwise", &block.body, next, facts);
                self.waits.pop();
                self.graph.same(otherwise, start);
                known
            }
            None => {
                if !wait.broken {
                    let limit = self.cx.text(wait.limit.span);
                    self.cx.report(
                        Diagnostic::new(
                            Code::NO_OTHERWISE,
                            format!("this wait does not say what happens after {limit}"),
                            span,
                        )
                        .note("people who do nothing are the most frequent case, so it is never left open")
                        .help("add `otherwise { … }` as the last line; `otherwise { }` goes on"),
                    );
                }
                self.graph.same(otherwise, next);
                Some(facts)
            }
        }
    }

    fn forget_alias(&mut self, arm: &ast::WaitArm) {
        if let WaitArmKind::On { alias: Some(alias), .. } = &arm.kind
            && let Some(Means::Value { expr, .. }) = self.scope.local(alias.as_str())
        {
            let expr = expr.clone();
            let known = self.scope.facts.knows(&expr);
            self.scope.facts.forget(&expr);
            if known {
                self.scope.facts.learn(&expr);
            }
        }
    }

    pub(crate) fn wait_again(
        &mut self,
        label: Option<&ast::Name>,
        at_most: Option<&ast::Int>,
        span: Span,
        entry: StepId,
    ) -> Option<Facts> {
        let goes_on = at_most.is_some() && self.waits.last().is_some_and(|frame| frame.goes_on);
        let frame = self.waits.last().map(|frame| (frame.wait, frame.spent, frame.again));
        self.graph.here(entry);
        match frame {
            None => self.cx.report(
                Diagnostic::new(Code::WAIT_AGAIN, "there is no wait around this to begin anew", span)
                    .help("`wait again` stands in an arm of `wait up to … { … }`"),
            ),
            Some((_, _, Again::Never)) => self.cx.report(
                Diagnostic::new(Code::WAIT_AGAIN, "this would wait again without any time passing", span)
                    .note("the condition of `when` still holds when the wait begins anew")
                    .help("put a `wait` before the loop ends, or use `on EVENT`"),
            ),
            Some((wait, spent, Again::Yes)) => {
                let counter = self.counter();
                let kind =
                    StepKind::WaitAgain { wait, at_most: at_most.map(|count| count.value), counter, spent };
                self.add(label, "wait-again", kind, span);
            }
        }
        // Beyond so many times the run comes out of the wait.
        if goes_on { self.known() } else { None }
    }

    pub(crate) fn collect(
        &mut self,
        label: Option<&ast::Name>,
        collect: &ast::Collect,
        span: Span,
        entry: StepId,
        next: StepId,
    ) -> Option<Facts> {
        self.graph.here(entry);
        let trigger = self.trigger(&collect.event, None, collect.filter.as_ref(), false, false);
        let duration = self.duration(&collect.duration);
        let quiet_for = collect.quiet_for.as_ref().and_then(|quiet| self.duration(quiet));
        if let Some(count) = &collect.or_count {
            let _ = self.cx.at_least_one(count);
        }
        let item = self.cx.event_ref_type(&collect.event);
        let facts = self.later();
        let (Some(wayline_ir::Trigger::Event { source, filter, .. }), Some(duration), Some(item)) =
            (trigger, duration, item)
        else {
            return facts;
        };
        let bind = self.bind_slot(&collect.alias, Arc::new(Type::List(Box::new(item))), true);
        let kind = StepKind::Collect {
            source,
            filter,
            duration,
            bind,
            enough: collect.or_count.map(|count| count.value),
            quiet_for,
            next,
        };
        self.add(label, &format!("collect-{}", event_words(&collect.event)), kind, span);
        self.known()
    }
}

impl super::Checker<'_> {
    /// The type of an event, without telling again what is wrong with it.
    fn event_ref_type(&mut self, event: &ast::EventRef) -> Option<Type> {
        let muted = std::mem::replace(&mut self.muted, true);
        let item = self.event_ref(event);
        self.muted = muted;
        item.map(|(_, item)| (*item.ty).clone())
    }
}

fn event_words(event: &ast::EventRef) -> String {
    match &event.kind {
        EventRefKind::Event(name) => name.text.to_string(),
        EventRefKind::Reaction { reaction, target } => match target {
            Some(target) => format!("{}-{}", reaction.value.word(), target.text),
            None => reaction.value.word().to_owned(),
        },
    }
}

/// Whether a block goes back to the wait around it.
fn waits_again(block: &Block) -> bool {
    let mut found = false;
    walk(block, &mut |step| found |= matches!(step.kind, ast::StepKind::WaitAgain { .. }));
    found
}

/// The names a block binds.
pub(crate) fn bound_in<'b>(block: &'b Block, out: &mut Vec<&'b str>) {
    walk(block, &mut |step| match &step.kind {
        ast::StepKind::WaitUpTo(wait) => {
            for arm in &wait.arms {
                if let WaitArmKind::On { alias: Some(alias), .. } = &arm.kind {
                    out.push(alias.as_str());
                }
            }
        }
        ast::StepKind::Collect(collect) => out.push(collect.alias.as_str()),
        ast::StepKind::Call(call) => out.extend(call.alias.iter().map(ast::Name::as_str)),
        _ => {}
    });
}

/// All steps of a block, inner ones included.
pub(crate) fn walk<'b>(block: &'b Block, f: &mut dyn FnMut(&'b ast::Step)) {
    for step in &block.steps {
        f(step);
        match &step.kind {
            ast::StepKind::WaitUpTo(wait) => {
                wait.arms.iter().for_each(|arm| walk(&arm.body, f));
                wait.otherwise.iter().for_each(|otherwise| walk(&otherwise.body, f));
            }
            ast::StepKind::WaitUntilMoment(wait) => {
                for alternative in wait.if_past.iter().chain(&wait.if_missing) {
                    if let Alternative::Block(block) = alternative {
                        walk(block, f);
                    }
                }
            }
            ast::StepKind::Send(send) => send.not_sent.iter().for_each(|handler| walk(&handler.body, f)),
            ast::StepKind::Call(call) => call.if_failed.iter().for_each(|handler| walk(&handler.body, f)),
            ast::StepKind::If(branches) => {
                branches.branches.iter().for_each(|(_, block)| walk(block, f));
                branches.otherwise.iter().for_each(|block| walk(block, f));
            }
            ast::StepKind::Match(matching) => matching.arms.iter().for_each(|arm| walk(&arm.body, f)),
            ast::StepKind::Experiment(experiment) => {
                experiment.variants.iter().for_each(|v| walk(&v.body, f))
            }
            ast::StepKind::Repeat(repeat) => walk(&repeat.body, f),
            ast::StepKind::Stage(stage) => walk(&stage.body, f),
            ast::StepKind::Wait(_)
            | ast::StepKind::WaitAgain { .. }
            | ast::StepKind::WaitUntilTime { .. }
            | ast::StepKind::Collect(_)
            | ast::StepKind::Set { .. }
            | ast::StepKind::Emit { .. }
            | ast::StepKind::Start(_)
            | ast::StepKind::Stop(_)
            | ast::StepKind::Do(_)
            | ast::StepKind::Exit(_) => {}
        }
    }
}
