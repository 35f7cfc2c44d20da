//! Journeys: the header, and the body as a graph of steps.

use std::collections::BTreeSet;
use std::sync::Arc;

use wayline_ir::{
    ChannelId, Direction, Enter, Expr, FieldId, Goal, HistorySource, Journey, Leave, MessageId, Param,
    Reentry, Schedule, SegmentId, SlotId, Type, WhileRunning,
};
use wayline_time::{CronPattern, WeekdaySet};

use super::Checker;
use super::JourneySpans;
use super::channels::{kind_word, reaction_kind, reactions};
use super::scope::{ItemScope, Means};
use super::steps::Body;
use super::types::{answer_record, describe};
use crate::codes::Code;
use crate::diagnostic::{Applicability, Diagnostic};
use crate::resolve::{Decl, Kind};
use crate::source::Span;
use crate::suggest;
use crate::syntax::ast::{self, EnterKind, EventRef, EventRefKind, LeaveKind, Name, Reaction, Side, Spanned};

/// The field by which the runs of a journey are told apart, for the warning about events that are not compared with it.
#[derive(Clone)]
pub(crate) struct Key {
    name: String,
    text: String,
}

impl Checker<'_> {
    pub(crate) fn journeys(&mut self) {
        let names = self.names;
        for decl in &names.journeys {
            let params = self.params(&decl.ast.params);
            self.journey_params.push(params);
        }
        for index in 0..names.journeys.len() {
            if let Some(decl) = names.journeys.get(index) {
                self.journey(index, decl);
            }
        }
        for decl in &names.moved {
            if self.named(Kind::Journey, &decl.ast.new).is_some()
                && self.names.get(Kind::Journey, decl.ast.old.as_str()).is_some()
            {
                self.report(
                    Diagnostic::new(
                        Code::MOVED,
                        format!("journey `{}` is still there", decl.ast.old.text),
                        decl.ast.old.span,
                    )
                    .help("`moved journey NEW from OLD` is for a name that is no longer used"),
                );
            }
        }
    }

    fn journey(&mut self, index: usize, decl: &Decl<'_, ast::Journey>) {
        let ast = decl.ast;
        let header = &ast.header;
        let place = self.place(ast.name.span);
        self.program.source_map.journeys.push(place);
        let params = self.journey_params.get(index).cloned().unwrap_or_else(|| Arc::from([]));
        self.unwritten = self.too_large("journey", &ast.name, &ast.body);
        let mut body = Body::new(self);
        for (param, (name, ty)) in ast.params.iter().zip(params.iter()) {
            body.bind_slot(&param.name, Arc::new(ty.clone()), true);
            debug_assert_eq!(param.name.text, *name);
        }
        // At the door there is no run yet.
        body.scope.in_run = false;
        let enters: Vec<Enter> = header.enters.iter().filter_map(|enter| body.enter(enter)).collect();
        body.entered(&enters);
        if header.enters.is_empty() {
            body.cx.lacks(
                decl.item,
                ast.name.span,
                &format!("nobody can enter journey `{}`", ast.name.text),
                "add a line such as `enter on EVENT`, `enter when customer joins SEGMENT` or `enter by hand`",
            );
        }
        if let Some(first) = ast.params.first()
            && enters.iter().any(|enter| !matches!(enter, Enter::ByHand))
        {
            body.cx.report(
                Diagnostic::new(
                    Code::ARGUMENTS,
                    "a journey with parameters can only be entered by hand",
                    first.name.span,
                )
                .note("no event or segment gives it arguments")
                .help("leave the parameters out, or enter it only with `enter by hand` and `start`"),
            );
        }
        let only_if = body.only_if(&header.only_if);
        let (key, key_field) = body.key(header.one_run.as_ref());
        body.key = key_field;
        body.scope.in_run = true;
        let (reentry, while_running) = body.again(header.one_run.as_ref());
        let daily_limit = body.daily_limit(&header.rates);
        let leaves: Vec<Leave> = header.leaves.iter().filter_map(|leave| body.leave(leave)).collect();
        let goals: Vec<Goal> = header.goals.iter().filter_map(|goal| body.goal(goal)).collect();
        let holdout = header.holdout.as_ref().and_then(|share| body.cx.share(share)).unwrap_or(0);
        body.run(&ast.body);
        let finished = body.finish(ast.body.span);
        self.moved_steps(header, &finished.steps);
        let priority = self.priority(header.priority.as_ref());
        let text = |text: &Option<ast::Text>| text.as_ref().map(|text| text.value.to_string());
        let formerly = self
            .names
            .moved
            .iter()
            .filter(|moved| moved.ast.new.text == ast.name.text)
            .map(|moved| moved.ast.old.text.to_string())
            .collect();
        self.program.journeys.push(Journey {
            name: ast.name.text.to_string(),
            version: String::new(),
            formerly,
            retired: false,
            title: text(&header.title),
            owner: text(&header.owner),
            description: text(&header.description),
            priority,
            params: params
                .iter()
                .map(|(name, ty)| Param { name: name.to_string(), ty: ty.clone(), optional: false })
                .collect(),
            slots: finished.slots,
            counters: finished.counters,
            enters,
            only_if,
            key,
            reentry,
            while_running,
            daily_limit,
            leaves,
            goals,
            holdout,
            stages: finished.stages,
            steps: finished.steps,
            moved: header
                .moved
                .iter()
                .map(|moved| wayline_ir::Moved {
                    new: moved.new.text.to_string(),
                    old: moved.old.text.to_string(),
                })
                .collect(),
        });
        self.program.source_map.steps.push(finished.places);
        let mut texts = vec![decl.item.span];
        texts.extend(
            finished.flows.iter().filter_map(|flow| self.names.flows.get(*flow)).map(|flow| flow.item.span),
        );
        self.journeys.push(JourneySpans { steps: finished.spans, texts });
        self.unwritten = false;
    }

    fn priority(&mut self, priority: Option<&ast::Int>) -> u8 {
        let Some(priority) = priority else { return 50 };
        u8::try_from(priority.value).ok().filter(|p| *p <= 100).unwrap_or_else(|| {
            self.report(
                Diagnostic::new(
                    Code::OUT_OF_RANGE,
                    format!("{} is no priority", priority.value),
                    priority.span,
                )
                .help("write a number from 0 to 100; 50 is usual, and the higher one goes first"),
            );
            100
        })
    }

    fn moved_steps(&mut self, header: &ast::Header, steps: &[wayline_ir::Step]) {
        // A step is named as a whole, or by the last part.
        let called: BTreeSet<&str> = if header.moved.is_empty() {
            BTreeSet::new()
        } else {
            steps
                .iter()
                .flat_map(|step| [Some(step.name.as_str()), step.name.rsplit('/').next()])
                .flatten()
                .collect()
        };
        for moved in &header.moved {
            if !called.contains(moved.new.as_str()) {
                let names: Vec<&str> = steps.iter().filter_map(|step| step.name.rsplit('/').next()).collect();
                let mut finding = Diagnostic::new(
                    Code::MOVED,
                    format!("there is no step `{}`", moved.new.text),
                    moved.new.span,
                )
                .help("`moved NEW from OLD` names a step of this journey as it is called now");
                if let Some(near) = suggest::closest(moved.new.as_str(), names) {
                    finding = finding.help(format!("did you mean `{near}`?"));
                }
                self.report(finding);
            }
            if called.contains(moved.old.as_str()) {
                self.report(
                    Diagnostic::new(
                        Code::MOVED,
                        format!("step `{}` is still there", moved.old.text),
                        moved.old.span,
                    )
                    .help("`moved NEW from OLD` is for a name that is no longer used"),
                );
            }
        }
    }

    /// An event or reaction, and what a `where` can ask of it.
    pub(crate) fn event_ref(&mut self, event: &EventRef) -> Option<(HistorySource, ItemScope)> {
        match &event.kind {
            EventRefKind::Event(name) => {
                let id = self.event(name)?;
                Some((HistorySource::Event(id), self.event_item(id, &[&name.text])))
            }
            EventRefKind::Reaction { reaction, target } => self.reaction_source(*reaction, target.as_ref()),
        }
    }

    /// A reaction to a message, or (in questions about the past) on a channel.
    pub(crate) fn reaction_source(
        &mut self,
        reaction: Spanned<Reaction>,
        target: Option<&Name>,
    ) -> Option<(HistorySource, ItemScope)> {
        let word = reaction.value.word();
        let Some(target) = target else {
            self.report(
                Diagnostic::new(
                    Code::MISSING_CLAUSE,
                    format!("`{word}` does not say which message"),
                    reaction.span,
                )
                .help(format!("name a message or a channel: `{word} MESSAGE`")),
            );
            return None;
        };
        let kind = reaction_kind(reaction.value);
        if let Some(index) = self.names.get(Kind::Channel, target.as_str()) {
            self.possible(kind, index, word, reaction.span.to(target.span))?;
            let item = ItemScope { names: Vec::new(), ty: Arc::new(Type::Record(Vec::new())) };
            return Some((HistorySource::ChannelReaction(kind, ChannelId::at(index)), item));
        }
        let message = self.named(Kind::Message, target)?;
        let declared = self.program.messages.get(message)?;
        let fields = match kind {
            wayline_ir::ReactionKind::Answered => answer_record(declared.answers.as_ref()),
            _ => Vec::new(),
        };
        let channel = declared.channel.index();
        self.possible(kind, channel, word, reaction.span.to(target.span))?;
        let item = ItemScope { names: Vec::new(), ty: Arc::new(Type::Record(fields)) };
        Some((HistorySource::MessageReaction(kind, MessageId::at(message)), item))
    }

    /// Says so when a channel's kind has no such reaction.
    pub(crate) fn possible(
        &mut self,
        kind: wayline_ir::ReactionKind,
        channel: usize,
        word: &str,
        span: Span,
    ) -> Option<()> {
        let channel = self.program.channels.get(channel)?;
        if reactions(channel.kind).contains(&kind) {
            return Some(());
        }
        let (name, of) = (channel.name.clone(), kind_word(channel.kind));
        self.report(Diagnostic::new(
            Code::IMPOSSIBLE_REACTION,
            format!("a message on `{name}` is never {word}: {of} has no such reaction"),
            span,
        ));
        None
    }
}

impl Body<'_, '_> {
    fn enter(&mut self, enter: &ast::Enter) -> Option<Enter> {
        match &enter.kind {
            EnterKind::Event { event, alias, filter } => {
                let (source, mut item) = self.cx.event_ref(event)?;
                item.names.extend(alias.iter().map(|alias| Arc::clone(&alias.text)));
                let ty = Arc::clone(&item.ty);
                let filter = self.cx.filter(&mut self.scope, item, filter.as_ref())?;
                let bind = self.bind_event(event, alias.as_ref(), ty, false);
                Some(Enter::Event { source, filter, bind })
            }
            EnterKind::Segment { leaves, segment } => {
                Some(Enter::Segment { segment: self.cx.segment(segment)?, joins: !leaves })
            }
            EnterKind::Every { every, at, segment } => {
                let at = at.value;
                let schedule = match every {
                    ast::EnterEvery::Day => Schedule::Weekly { days: WeekdaySet::all(), at },
                    ast::EnterEvery::Days(days) => {
                        Schedule::Weekly { days: self.cx.some_days(*days, enter.span)?, at }
                    }
                    ast::EnterEvery::Month(day) => Schedule::Monthly { day: self.day_of_month(day)?, at },
                };
                Some(Enter::Schedule { schedule, segment: self.optional_segment(segment.as_ref())? })
            }
            EnterKind::Cron { pattern, segment } => {
                let schedule = match CronPattern::parse(pattern.as_str()) {
                    Ok(pattern) => Schedule::Cron(pattern),
                    Err(error) => {
                        self.cx.report(
                            Diagnostic::new(Code::BAD_CRON, format!("this is no cron pattern: {error}"), pattern.span)
                                .help("write seconds, minutes, hours, day of month, month, day of week and year: `\"0 0 9 * * MON *\"`"),
                        );
                        return None;
                    }
                };
                Some(Enter::Schedule { schedule, segment: self.optional_segment(segment.as_ref())? })
            }
            EnterKind::Yearly { date, at } => {
                let date = self.date(date, &Type::Date)?;
                Some(Enter::Anniversary { date, at: at.value })
            }
            EnterKind::Date { offset, date, at } => {
                let anchor = self.date(date, &Type::Moment)?;
                let (offset, direction) = match offset {
                    None => (wayline_time::Span::ZERO, Direction::After),
                    Some(offset) => {
                        let Some(by) = ast::literal_duration(&offset.by) else {
                            self.cx.report(
                                Diagnostic::new(
                                    Code::NOT_CONSTANT,
                                    "a fixed duration is wanted here",
                                    offset.by.span,
                                )
                                .help("write it out, such as `3 days`"),
                            );
                            return None;
                        };
                        (by.value, direction(offset.side))
                    }
                };
                Some(Enter::Relative { anchor, offset, direction, at: at.map(|at| at.value) })
            }
            EnterKind::ByHand => Some(Enter::ByHand),
        }
    }

    /// A date or moment of the customer that may be missing.
    fn date(&mut self, e: &ast::Expr, want: &Type) -> Option<Expr> {
        let typed = self.cx.infer(&mut self.scope, e, None)?;
        let fine = matches!(typed.ty, Type::Date)
            || (matches!(want, Type::Moment) && matches!(typed.ty, Type::Moment));
        if !fine {
            let found = describe(&typed.ty, &self.cx.symbols);
            let wanted = if matches!(want, Type::Moment) { "a date or a moment" } else { "a date" };
            self.cx.report(Diagnostic::new(
                Code::WRONG_TYPE,
                format!("{wanted} is wanted here, but this is {found}"),
                e.span,
            ));
            return None;
        }
        Some(typed.expr)
    }

    fn optional_segment(&mut self, segment: Option<&Name>) -> Option<Option<SegmentId>> {
        match segment {
            None => Some(None),
            Some(segment) => self.cx.segment(segment).map(Some),
        }
    }

    fn day_of_month(&mut self, day: &ast::Int) -> Option<u8> {
        let found = u8::try_from(day.value).ok().filter(|day| (1..=31).contains(day));
        if found.is_none() {
            self.cx.report(Diagnostic::new(Code::OUT_OF_RANGE, "a day of the month is 1 to 31", day.span));
        }
        found
    }

    /// What is known when a run begins: what every entry binds is there, what only some bind may be missing.
    fn entered(&mut self, enters: &[Enter]) {
        let slots: Vec<SlotId> = enters
            .iter()
            .filter_map(|enter| match enter {
                Enter::Event { bind, .. } => *bind,
                _ => None,
            })
            .collect();
        for slot in &slots {
            let always = enters
                .iter()
                .all(|enter| matches!(enter, Enter::Event { bind: Some(bound), .. } if bound == slot));
            if always {
                self.scope.facts.learn(&Expr::Slot(*slot));
            }
        }
    }

    fn only_if(&mut self, conditions: &[ast::Expr]) -> Option<Expr> {
        let before = self.scope.facts.clone();
        let mut all = Vec::new();
        for condition in conditions {
            if let Some(expr) = self.cx.condition(&mut self.scope, condition) {
                self.scope.facts = self.scope.facts.assume(&expr, true);
                all.push(expr);
            }
        }
        // The run begins at this very moment, so that what held at the door still holds at the first step.
        if all.is_empty() {
            self.scope.facts = before;
        }
        if all.len() > 1 { Some(Expr::And(all)) } else { all.pop() }
    }

    fn key(&mut self, one_run: Option<&ast::OneRun>) -> (Option<Expr>, Option<Key>) {
        let Some(per) = one_run.and_then(|one_run| one_run.per.as_ref()) else { return (None, None) };
        // A key may be missing: then there is no entry, and the log says so.
        let Some(typed) = self.cx.infer(&mut self.scope, per, None) else { return (None, None) };
        let key = match &typed.expr {
            Expr::Field(of, _) if matches!(**of, Expr::Slot(_)) => {
                let text = self.cx.text(per.span);
                text.rsplit('.').next().map(|name| Key { name: name.to_owned(), text: text.clone() })
            }
            _ => None,
        };
        (Some(typed.expr), key)
    }

    fn again(&mut self, one_run: Option<&ast::OneRun>) -> (Reentry, WhileRunning) {
        let again = one_run.and_then(|one_run| one_run.again).map(|again| again.value);
        let reentry = match again {
            Some(ast::Again::Once) => Reentry::Once,
            Some(ast::Again::After(span)) => Reentry::After(span.value),
            Some(ast::Again::AnyTime) | None => Reentry::AnyTime,
        };
        let collision = one_run.and_then(|one_run| one_run.collision).map(|collision| collision.value);
        let while_running = match collision {
            Some(ast::Collision::Ignore) | None => WhileRunning::Ignore,
            Some(ast::Collision::Restart) => WhileRunning::Restart,
            Some(ast::Collision::Parallel) => WhileRunning::Parallel,
        };
        (reentry, while_running)
    }

    fn daily_limit(&mut self, rates: &[ast::Rate]) -> Option<u32> {
        let rate = rates.first()?;
        if rate.per.value != wayline_time::Span::of_days(1) {
            self.cx.report(
                Diagnostic::new(Code::OUT_OF_RANGE, "entries are limited by the day", rate.span)
                    .help("write `at most … per day`"),
            );
            return None;
        }
        if let Some(second) = rates.get(1) {
            self.cx.report(
                Diagnostic::new(Code::DUPLICATE_CLAUSE, "the limit is given twice", second.span)
                    .also(rate.span, "first given here"),
            );
        }
        self.cx.at_least_one(&rate.count)?;
        Some(rate.count.value)
    }

    fn leave(&mut self, leave: &ast::Leave) -> Option<Leave> {
        let trigger = match &leave.kind {
            LeaveKind::When(condition) => {
                // Asked at any time of the run, when nothing but what entries bind is known.
                let facts = self.scope.facts.clone();
                self.scope.facts.time_passes();
                let condition = self.cx.condition(&mut self.scope, condition);
                self.scope.facts = facts;
                wayline_ir::Trigger::When(condition?)
            }
            LeaveKind::Event { event, alias, filter } => {
                self.trigger(event, alias.as_ref(), filter.as_ref(), false, false)?
            }
        };
        Some(Leave { trigger })
    }

    fn goal(&mut self, goal: &ast::Goal) -> Option<Goal> {
        self.cx.some_time(&goal.within)?;
        let trigger = self.trigger(&goal.event, goal.alias.as_ref(), goal.filter.as_ref(), false, false)?;
        Some(Goal { trigger, within: goal.within.value, leave: goal.leave })
    }

    /// An event with its condition; `keep`: what it carries is bound for later steps.
    pub(crate) fn trigger(
        &mut self,
        event: &EventRef,
        alias: Option<&Name>,
        filter: Option<&ast::Expr>,
        since_enter: bool,
        keep: bool,
    ) -> Option<wayline_ir::Trigger> {
        let (source, mut item) = self.cx.event_ref(event)?;
        item.names.extend(alias.iter().map(|alias| Arc::clone(&alias.text)));
        let ty = Arc::clone(&item.ty);
        let facts = self.scope.facts.clone();
        self.scope.facts.time_passes();
        let item = item.beside(&self.scope);
        let condition = self.cx.filter(&mut self.scope, item, filter);
        self.scope.facts = facts;
        let condition = condition?;
        self.compared_with_key(event, source, filter, condition.as_ref());
        let bind = match (keep, alias) {
            (true, Some(alias)) => self.bind_event(event, Some(alias), ty, true),
            _ => None,
        };
        Some(wayline_ir::Trigger::Event { source, filter: condition, bind, since_enter })
    }

    /// In a journey with a key, an event that has the key's field but does not compare it is probably another one's.
    fn compared_with_key(
        &mut self,
        event: &EventRef,
        source: HistorySource,
        text: Option<&ast::Expr>,
        filter: Option<&Expr>,
    ) {
        let (Some(key), HistorySource::Event(id), None) = (self.key.clone(), source, event.any) else {
            return;
        };
        let Some(field) = self.cx.event_field(id, &key.name) else { return };
        if filter.is_some_and(|filter| asks_field(filter, field)) {
            return;
        }
        let condition = format!("{} is {}", key.name, key.text);
        let edit = match text {
            Some(text) => (text.span.at_end(), format!(" and {condition}")),
            None => (event.span.at_end(), format!(" where {condition}")),
        };
        self.cx.report(
            Diagnostic::new(
                Code::KEY_NOT_COMPARED,
                format!(
                    "any `{}` counts here, also one with another `{}`",
                    self.cx.text(event.span),
                    key.name
                ),
                event.span,
            )
            .note(format!("this journey has one run per `{}`", key.text))
            .help(format!(
                "compare it (`where {condition}`), or say that it is meant: `any {}`",
                self.cx.text(event.span)
            ))
            .replace(Applicability::Unsafe, edit.0, edit.1, format!("compare `{}`", key.name)),
        );
    }

    /// Binds an event under its alias; an entry without one under the event's own name.
    fn bind_event(
        &mut self,
        event: &EventRef,
        alias: Option<&Name>,
        ty: Arc<Type>,
        known: bool,
    ) -> Option<SlotId> {
        let name = match (alias, &event.kind) {
            (Some(alias), _) => alias.clone(),
            (None, EventRefKind::Event(name)) => name.clone(),
            (None, EventRefKind::Reaction { .. }) => return None,
        };
        Some(self.bind_slot(&name, ty, known))
    }

    /// A variable of the run with this name. The same name with the same type is the same variable.
    pub(crate) fn bind_slot(&mut self, name: &Name, ty: Arc<Type>, known: bool) -> SlotId {
        if name.as_str() == "customer" {
            self.cx.report(
                Diagnostic::new(Code::DECLARED_TWICE, "`customer` is taken already", name.span)
                    .note("it would hide the profile in the rest of the journey")
                    .help("choose another name"),
            );
        }
        let slot = match self.scope.local(name.as_str()) {
            Some(Means::Value { expr: Expr::Slot(slot), ty: bound, .. }) if *bound == ty => *slot,
            _ => {
                let slot = self.new_slot(name.as_str(), (*ty).clone());
                let means = Means::Value { expr: Expr::Slot(slot), ty, optional: true };
                self.scope.bind(&name.text, means);
                slot
            }
        };
        self.scope.facts.forget(&Expr::Slot(slot));
        if known {
            self.scope.facts.learn(&Expr::Slot(slot));
        }
        slot
    }
}

pub(crate) const fn direction(side: Side) -> Direction {
    match side {
        Side::Before => Direction::Before,
        Side::After => Direction::After,
    }
}

fn asks_field(filter: &Expr, field: FieldId) -> bool {
    let mut found = false;
    filter.walk(0, &mut |expr, depth| {
        found |= matches!(expr, Expr::Field(of, f) if *f == field && matches!(**of, Expr::Item(n) if n == depth));
    });
    found
}
