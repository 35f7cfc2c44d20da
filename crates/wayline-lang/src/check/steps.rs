//! The body of a journey or flow: steps in order, what is known at each, and the graph they become.

use std::collections::BTreeMap;
use std::sync::Arc;

use wayline_ir::{
    CounterId, EventId, Expr, FieldId, Place, Slot, SlotId, Stage, StageId, Step, StepId, StepKind, Type,
};

use super::Checker;
use super::facts::{Facts, meet};
use super::journey::Key;
use super::path::{find, maybe};
use super::scope::Scope;
use crate::codes::Code;
use crate::diagnostic::Diagnostic;
use crate::lower::graph::Graph;
use crate::resolve::Kind;
use crate::source::Span;
use crate::syntax::MAX_DEPTH;
use crate::syntax::ast::{self, Access, Block, ExprKind};

/// A body under construction.
pub(crate) struct Body<'c, 'a> {
    pub(crate) cx: &'c mut Checker<'a>,
    pub(crate) scope: Scope,
    pub(crate) graph: Graph,
    pub(crate) key: Option<Key>,
    /// The waits around, innermost last.
    pub(crate) waits: Vec<WaitFrame>,
    /// Flows that are being written in here, outermost first.
    pub(crate) inside: Vec<usize>,
    /// The outermost `do` that is being written out.
    pub(crate) doing: Option<Span>,
    /// All flows that were written in.
    pub(crate) flows: Vec<usize>,
    /// How many times a flow was written in.
    pub(crate) written: u64,
    /// Whether flows in a circle were written in often enough.
    pub(crate) endless: bool,
    slots: Vec<Slot>,
    counters: u32,
    stages: Vec<Stage>,
    stage: Option<StageId>,
    path: Vec<String>,
    labels: BTreeMap<String, Span>,
    spans: Vec<Span>,
    pub(crate) repeats: Vec<(StepId, Span)>,
}

/// A wait around the present step.
pub(crate) struct WaitFrame {
    pub(crate) wait: StepId,
    /// Where to go when it began anew often enough.
    pub(crate) spent: StepId,
    /// Whether that is the step after the wait: so it is from its `otherwise`.
    pub(crate) goes_on: bool,
    pub(crate) again: Again,
}

/// Whether `wait again` makes sense here.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Again {
    /// In an arm that something has to happen for.
    Yes,
    /// In a `when`, which may hold already: it would never end.
    Never,
}

/// A body that is done.
pub(crate) struct Finished {
    pub(crate) steps: Vec<Step>,
    pub(crate) places: Vec<Place>,
    pub(crate) spans: Vec<Span>,
    pub(crate) slots: Vec<Slot>,
    pub(crate) counters: u32,
    pub(crate) stages: Vec<Stage>,
    pub(crate) flows: Vec<usize>,
}

impl<'c, 'a> Body<'c, 'a> {
    pub(crate) fn new(cx: &'c mut Checker<'a>) -> Self {
        Self {
            cx,
            scope: Scope { in_run: true, ..Scope::default() },
            graph: Graph::default(),
            key: None,
            waits: Vec::new(),
            inside: Vec::new(),
            doing: None,
            flows: Vec::new(),
            written: 0,
            endless: false,
            slots: Vec::new(),
            counters: 0,
            stages: Vec::new(),
            stage: None,
            path: Vec::new(),
            labels: BTreeMap::new(),
            spans: Vec::new(),
            repeats: Vec::new(),
        }
    }

    /// All steps of a body, from the first to the natural end.
    pub(crate) fn run(&mut self, block: &Block) {
        let (entry, end) = (self.graph.label(), self.graph.label());
        let facts = self.scope.facts.clone();
        self.block(block, entry, end, facts);
    }

    pub(crate) fn finish(mut self, span: Span) -> Finished {
        let end = Span::new(span.file, span.end.saturating_sub(1), span.end);
        self.spans.push(end);
        let place = self.cx.place(end);
        let (steps, places) = self.graph.finish(place);
        let Self { spans, slots, counters, stages, flows, .. } = self;
        Finished { steps, places, spans, slots, counters, stages, flows }
    }

    pub(crate) fn new_slot(&mut self, name: &str, ty: Type) -> SlotId {
        self.slots.push(Slot { name: name.to_owned(), ty });
        SlotId::at(self.slots.len() - 1)
    }

    pub(crate) fn counter(&mut self) -> CounterId {
        self.counters += 1;
        CounterId(self.counters - 1)
    }

    /// Adds a step under a name made of where it stands and what it does.
    pub(crate) fn add(&mut self, label: Option<&ast::Name>, what: &str, kind: StepKind, span: Span) {
        let own = label.map_or(what, |label| label.as_str());
        let name =
            if self.path.is_empty() { own.to_owned() } else { format!("{}/{own}", self.path.join("/")) };
        let place = self.cx.place(span);
        self.graph.add(&name, self.stage, kind, place);
        self.spans.push(span);
    }

    /// The steps of a block; what is known after it, or nothing when it never gets there.
    pub(crate) fn block(
        &mut self,
        block: &Block,
        entry: StepId,
        after: StepId,
        facts: Facts,
    ) -> Option<Facts> {
        let locals = self.scope.locals.len();
        let facts = self.steps(&block.steps, entry, after, facts);
        self.scope.locals.truncate(locals);
        facts
    }

    /// A block under a part of the name of its steps.
    pub(crate) fn branch(
        &mut self,
        part: &str,
        block: &Block,
        after: StepId,
        facts: Facts,
    ) -> (StepId, Option<Facts>) {
        let entry = self.graph.label();
        self.path.push(part.to_owned());
        let facts = self.block(block, entry, after, facts);
        self.path.pop();
        (entry, facts)
    }

    fn steps(&mut self, steps: &[ast::Step], entry: StepId, after: StepId, facts: Facts) -> Option<Facts> {
        if self.path.len() >= MAX_DEPTH {
            self.too_deep();
            self.graph.same(entry, after);
            return Some(facts);
        }
        let mut label = entry;
        let mut known = Some(facts);
        let last = steps.len().saturating_sub(1);
        if steps.is_empty() {
            self.graph.same(entry, after);
        }
        for (index, step) in steps.iter().enumerate() {
            let Some(facts) = known else {
                self.cx.report(
                    Diagnostic::new(Code::UNREACHABLE, "no run ever comes here", step.span)
                        .note("every way before it ends the run or goes back")
                        .help("remove it, or let a way lead here"),
                );
                return None;
            };
            let next = if index == last { after } else { self.graph.label() };
            self.scope.facts = facts;
            self.label(step.label.as_ref());
            known = self.step(step, label, next);
            label = next;
        }
        known
    }

    /// Only flows lead here: brackets are counted before.
    fn too_deep(&mut self) {
        let finding = Diagnostic::new(
            Code::TOO_DEEP,
            format!("with the flows in it written out, this is nested more than {MAX_DEPTH} deep"),
            self.doing.unwrap_or_default(),
        )
        .help("let flows use fewer other flows");
        // Told also where flows are written in, where everything else is muted.
        self.cx.out.push(finding);
    }

    fn label(&mut self, label: Option<&ast::Name>) {
        let Some(label) = label else { return };
        if !self.inside.is_empty() {
            return;
        }
        if let Some(first) = self.labels.insert(label.text.to_string(), label.span)
            && first != label.span
        {
            self.cx.report(
                Diagnostic::new(
                    Code::DECLARED_TWICE,
                    format!("two steps are called `{}`", label.text),
                    label.span,
                )
                .label("used again here")
                .also(first, "first used here")
                .help("a step keeps its identity by its name, so each has its own"),
            );
        }
    }

    /// One step: binds `entry` to it, and leads on to `next`.
    fn step(&mut self, step: &ast::Step, entry: StepId, next: StepId) -> Option<Facts> {
        use ast::StepKind as Kind;
        let label = step.label.as_ref();
        let span = step.span;
        match &step.kind {
            Kind::Wait(duration) => self.wait(label, duration, span, entry, next),
            Kind::WaitAgain { at_most } => self.wait_again(label, at_most.as_ref(), span, entry),
            Kind::WaitUntilTime { time, days } => {
                self.wait_until_time(label, time, days.as_ref(), span, entry, next)
            }
            Kind::WaitUntilMoment(wait) => self.wait_until_moment(label, wait, span, entry, next),
            Kind::WaitUpTo(wait) => self.wait_up_to(label, wait, span, entry, next),
            Kind::Collect(collect) => self.collect(label, collect, span, entry, next),
            Kind::Send(send) => self.send(label, send, span, entry, next),
            Kind::If(branches) => self.if_step(label, branches, span, entry, next),
            Kind::Match(matching) => self.match_step(label, matching, span, entry, next),
            Kind::Experiment(experiment) => self.experiment(label, experiment, span, entry, next),
            Kind::Repeat(repeat) => self.repeat(label, repeat, span, entry, next),
            Kind::Set { target, value } => self.set(label, target, value, span, entry, next),
            Kind::Emit { event, payload } => self.emit(label, event, payload.as_ref(), span, entry, next),
            Kind::Call(call) => self.call(label, call, span, entry, next),
            Kind::Start(invoke) => self.start(label, invoke, span, entry, next),
            Kind::Stop(name) => self.stop(label, name, span, entry, next),
            Kind::Do(invoke) => self.do_flow(label, invoke, span, entry, next),
            Kind::Stage(stage) => self.stage(label, stage, entry, next),
            Kind::Exit(reason) => {
                self.graph.here(entry);
                let reason = reason.as_ref().map(|text| text.value.to_string());
                self.add(label, "exit", StepKind::Exit { reason }, span);
                None
            }
        }
    }

    /// What is known here, handed on to the next step.
    pub(crate) fn known(&self) -> Option<Facts> {
        Some(self.scope.facts.clone())
    }

    /// What is still known after time has passed.
    pub(crate) fn later(&mut self) -> Option<Facts> {
        self.scope.facts.time_passes();
        self.known()
    }

    fn if_step(
        &mut self,
        label: Option<&ast::Name>,
        step: &ast::If,
        span: Span,
        entry: StepId,
        next: StepId,
    ) -> Option<Facts> {
        let mut conditions = Vec::new();
        let mut facts = self.scope.facts.clone();
        let mut branches = Vec::new();
        for (condition, block) in &step.branches {
            self.scope.facts = facts.clone();
            let expr = self.cx.condition(&mut self.scope, condition);
            let (holds, fails) = match &expr {
                Some(expr) => (facts.assume(expr, true), facts.assume(expr, false)),
                None => (facts.clone(), facts.clone()),
            };
            conditions.push((expr, self.graph.label()));
            branches.push((block, holds));
            facts = fails;
        }
        self.graph.here(entry);
        let otherwise = self.graph.label();
        let targets: Vec<StepId> = conditions.iter().map(|(_, target)| *target).collect();
        let branches_ir =
            conditions.into_iter().filter_map(|(expr, target)| expr.map(|expr| (expr, target))).collect();
        self.add(label, "if", StepKind::If { branches: branches_ir, otherwise }, span);
        let mut after: Option<Facts> = None;
        for (index, ((block, holds), target)) in branches.into_iter().zip(targets).enumerate() {
            let part = if index == 0 { "if".to_owned() } else { format!("else-if-{index}") };
            let (start, known) = self.branch(&part, block, next, holds);
            self.graph.same(target, start);
            after = meet(after, known);
        }
        match &step.otherwise {
            Some(block) => {
                let (start, known) = self.branch("else", block, next, facts);
                self.graph.same(otherwise, start);
                after = meet(after, known);
            }
            None => {
                self.graph.same(otherwise, next);
                after = meet(after, Some(facts));
            }
        }
        after
    }

    fn experiment(
        &mut self,
        label: Option<&ast::Name>,
        step: &ast::Experiment,
        span: Span,
        entry: StepId,
        next: StepId,
    ) -> Option<Facts> {
        let facts = self.scope.facts.clone();
        let sum: rust_decimal::Decimal = step.variants.iter().map(|variant| variant.share.value).sum();
        let each_can_be = step.variants.iter().all(|v| v.share.value <= rust_decimal::Decimal::ONE_HUNDRED);
        if sum != rust_decimal::Decimal::ONE_HUNDRED && each_can_be && !step.broken {
            let mut finding = Diagnostic::new(
                Code::WEIGHTS,
                format!("the shares of `{}` add up to {} %, not 100 %", step.name.text, sum.normalize()),
                step.name.span,
            )
            .help("change them so that every customer gets exactly one variant");
            for variant in &step.variants {
                finding = finding.also(variant.share.span, format!("{} %", variant.share.value));
            }
            self.cx.report(finding);
        }
        self.graph.here(entry);
        let mut arms = Vec::new();
        let mut targets = Vec::new();
        let mut seen: BTreeMap<&str, &ast::Variant> = BTreeMap::new();
        for variant in &step.variants {
            if let Some(first) = seen.get(variant.name.as_str()) {
                self.cx.report(
                    Diagnostic::new(
                        Code::DECLARED_TWICE,
                        format!("two variants are called `{}`", variant.name.text),
                        variant.name.span,
                    )
                    .also(first.name.span, "first used here"),
                );
            }
            seen.entry(variant.name.as_str()).or_insert(variant);
            let then = self.graph.label();
            let share = self.cx.share(&variant.share).unwrap_or(0);
            arms.push(wayline_ir::ExperimentArm { name: variant.name.text.to_string(), share, then });
            targets.push(then);
        }
        let name = step.name.text.to_string();
        self.add(
            label,
            &format!("experiment-{name}"),
            StepKind::Experiment(wayline_ir::Experiment { name, arms }),
            span,
        );
        let mut after = None;
        for (variant, then) in step.variants.iter().zip(targets) {
            let part = format!("{}-{}", step.name.text, variant.name.text);
            let (start, known) = self.branch(&part, &variant.body, next, facts.clone());
            self.graph.same(then, start);
            after = meet(after, known);
        }
        after
    }

    fn repeat(
        &mut self,
        label: Option<&ast::Name>,
        step: &ast::Repeat,
        span: Span,
        entry: StepId,
        next: StepId,
    ) -> Option<Facts> {
        let _ = self.cx.at_least_one(&step.times);
        // What a pass changes is not known at the beginning of the next.
        self.forget_bound_in(&step.body);
        self.scope.facts.time_passes();
        let until = step.until.as_ref().and_then(|until| self.cx.condition(&mut self.scope, until));
        let every = step.every.as_ref().and_then(|every| self.duration(every));
        let facts = self.scope.facts.clone();
        let counter = self.counter();
        let body = self.graph.label();
        self.graph.here(entry);
        let holds = until.as_ref().map_or_else(|| facts.clone(), |until| facts.assume(until, false));
        self.repeats.push((entry, span));
        self.add(
            label,
            "repeat",
            StepKind::Repeat { at_most: step.times.value, until, every, counter, body, next },
            span,
        );
        let (start, _) = self.branch("repeat", &step.body, entry, holds);
        self.graph.same(body, start);
        Some(facts)
    }

    /// A duration that may be computed.
    pub(crate) fn duration(&mut self, e: &ast::Expr) -> Option<Expr> {
        if let Some(literal) = ast::literal_duration(e) {
            self.cx.some_time(&literal)?;
        }
        self.cx.expect(&mut self.scope, e, &Type::Duration)
    }

    /// Forgets what is known about names that a block binds anew.
    pub(crate) fn forget_bound_in(&mut self, block: &Block) {
        let mut names = Vec::new();
        super::waits::bound_in(block, &mut names);
        for name in names {
            if let Some(super::scope::Means::Value { expr, .. }) = self.scope.local(name) {
                let expr = expr.clone();
                let known = self.scope.facts.knows(&expr);
                self.scope.facts.forget(&expr);
                if known {
                    self.scope.facts.learn(&expr);
                }
            }
        }
    }

    fn set(
        &mut self,
        label: Option<&ast::Name>,
        target: &ast::Path,
        value: &ast::Expr,
        span: Span,
        entry: StepId,
        next: StepId,
    ) -> Option<Facts> {
        self.graph.here(entry);
        let Some((field, declared)) = self.settable(target) else { return self.known() };
        let typed = wayline_ir::Field { optional: maybe(&declared), ..declared };
        let Some(value) = self.cx.expect_field(&mut self.scope, value, &typed) else { return self.known() };
        let there = !typed.optional || !matches!(&value, Expr::Customer(_) | Expr::Slot(_) | Expr::Field(..));
        self.scope.facts.forget(&Expr::Customer(field));
        if there {
            self.scope.facts.learn(&Expr::Customer(field));
        }
        self.add(label, &format!("set-{}", typed.name), StepKind::Set { field, value, next }, span);
        self.known()
    }

    fn settable(&mut self, target: &ast::Path) -> Option<(FieldId, wayline_ir::Field)> {
        let customer = Arc::clone(&self.cx.customer);
        match (target.root.as_str(), target.access.as_slice()) {
            ("customer", [Access::Field(name)]) => match find(&customer, name.as_str()) {
                Some((id, field)) => Some((id, field.clone())),
                None => {
                    self.cx.unknown_field(name, &customer, "the customer");
                    None
                }
            },
            _ => {
                self.cx.report(
                    Diagnostic::new(
                        Code::NOT_SETTABLE,
                        "only a field of the customer can be set",
                        target.span,
                    )
                    .note("what a run has bound never changes")
                    .help("write `set customer.FIELD = …`"),
                );
                None
            }
        }
    }

    fn emit(
        &mut self,
        label: Option<&ast::Name>,
        event: &ast::Name,
        payload: Option<&ast::Expr>,
        span: Span,
        entry: StepId,
        next: StepId,
    ) -> Option<Facts> {
        self.graph.here(entry);
        let Some(id) = self.cx.event(event) else { return self.known() };
        let fields =
            self.cx.program.events.get(id.index()).map(|event| event.fields.clone()).unwrap_or_default();
        let what = format!("event `{}`", event.text);
        if let Some(data) = self.payload(payload, &fields, event.span, &what) {
            self.add(
                label,
                &format!("emit-{}", event.text),
                StepKind::Emit { event: EventId(id.0), data, next },
                span,
            );
        }
        self.known()
    }

    /// The values of a record that is given to an event or action; none is an empty one.
    pub(crate) fn payload(
        &mut self,
        payload: Option<&ast::Expr>,
        fields: &[wayline_ir::Field],
        span: Span,
        what: &str,
    ) -> Option<Vec<Expr>> {
        match payload {
            None => self.cx.record(&mut self.scope, &[], span, fields, what),
            Some(e) => match &e.kind {
                ExprKind::Record(entries) => self.cx.record(&mut self.scope, entries, e.span, fields, what),
                _ => None,
            },
        }
    }

    fn stop(
        &mut self,
        label: Option<&ast::Name>,
        name: &ast::Name,
        span: Span,
        entry: StepId,
        next: StepId,
    ) -> Option<Facts> {
        self.graph.here(entry);
        if let Some(journey) = self.cx.named(Kind::Journey, name) {
            let journey = wayline_ir::JourneyId::at(journey);
            self.add(label, &format!("stop-{}", name.text), StepKind::Stop { journey, next }, span);
        }
        self.known()
    }

    fn stage(
        &mut self,
        label: Option<&ast::Name>,
        stage: &ast::Stage,
        entry: StepId,
        next: StepId,
    ) -> Option<Facts> {
        let text = |text: &Option<ast::Text>| text.as_ref().map(|text| text.value.to_string());
        self.stages.push(Stage {
            title: stage.title.value.to_string(),
            moment_of_truth: stage.moment_of_truth.is_some(),
            owner: text(&stage.owner),
            expects: text(&stage.expects),
        });
        let outer = self.stage.replace(StageId::at(self.stages.len() - 1));
        self.path.push(label.map_or_else(|| slug(stage.title.as_str()), |label| label.text.to_string()));
        let facts = self.scope.facts.clone();
        // What a stage binds is there in the stages after it.
        let known = self.steps(&stage.body.steps, entry, next, facts);
        self.path.pop();
        self.stage = outer;
        known
    }
}

/// A title as a part of a name: lower case, words joined by `-`.
fn slug(title: &str) -> String {
    let words: Vec<String> = title
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect();
    words.join("-")
}
