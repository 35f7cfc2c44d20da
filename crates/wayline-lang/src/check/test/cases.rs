//! Tables of cases: what each of them gives by the same names, put in place of the names in the lines.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::check::Checker;
use crate::codes::Code;
use crate::diagnostic::Diagnostic;
use crate::resolve::Decl;
use crate::source::Span;
use crate::syntax::ast::{
    self, Access, CallAnswer, Case, Cases, Entry, Expect, Expr, ExprKind, GenKind, GenRecord, Given, HasBeen,
    Length, Moment, Spanned, TestAction, TestLine, TestWhenKind,
};

/// How many cases a table may have: the story is told, and checked, for each of them.
const MAX_CASES: usize = 1000;

/// How deep the values of a case may be nested. They come on top of what they are written into.
const MAX_NESTED: usize = 8;

impl Checker<'_> {
    /// The lines of the test for each case in which nothing is wrong.
    pub(super) fn cases<'c>(
        &mut self,
        decl: &Decl<'_, ast::Test>,
        table: &'c Cases,
    ) -> Vec<(&'c Case, Vec<TestLine>)> {
        let head = Span { end: table.span.start.saturating_add(5).min(table.span.end), ..table.span };
        if table.late {
            self.report(
                Diagnostic::new(
                    Code::TEST_ORDER,
                    "a table of cases stands at the beginning of its test",
                    head,
                )
                .help("move it before the first line"),
            );
        }
        let Some(first) = table.cases.first() else {
            if !decl.item.broken {
                self.report(Diagnostic::new(Code::MISSING_CLAUSE, "this table has no cases", head).help(
                    "add cases such as `\"in summer\": { day: 2026-07-01 10:00 }`, or leave the table out",
                ));
            }
            return Vec::new();
        };
        if table.cases.len() > MAX_CASES {
            let message = format!("a table has at most {MAX_CASES} cases");
            self.report(Diagnostic::new(Code::OUT_OF_RANGE, message, head).help("cut it into several tests"));
            return Vec::new();
        }
        for entry in &first.values {
            if let Some(part) = ast::PartKind::from_word(entry.name.as_str()) {
                let message =
                    format!("`{}` is a part of messages, and cannot be a value of a case", part.word());
                self.report(
                    Diagnostic::new(Code::DECLARED_TWICE, message, entry.name.span)
                        .note("in `expect send … where` it would take the place of the text that was sent")
                        .help(format!("give it another name, such as `wanted_{}`", part.word())),
                );
            }
        }
        let mut told = Vec::with_capacity(table.cases.len());
        let mut used = BTreeSet::new();
        for (index, case) in table.cases.iter().enumerate() {
            let before = table.cases.iter().take(index).find(|other| other.name.value == case.name.value);
            if let Some(before) = before {
                self.report(
                    Diagnostic::new(Code::DECLARED_TWICE, "two cases have the same name", case.name.span)
                        .label("again here")
                        .also(before.name.span, "first here")
                        .help("say what is different about this one"),
                );
            }
            let fine = self.same_names(first, case) & self.literals(&case.values);
            let mut lines = decl.ast.lines.clone();
            let mut tell = Telling { case, used: &mut used };
            lines.iter_mut().for_each(|line| tell.line(line));
            if fine {
                told.push((case, lines));
            }
        }
        if !decl.item.broken {
            let unused: BTreeMap<&str, &Entry> = first
                .values
                .iter()
                .filter(|entry| !used.contains(&entry.name.text))
                .map(|entry| (entry.name.as_str(), entry))
                .collect();
            for entry in unused.into_values() {
                self.report(
                    Diagnostic::new(
                        Code::CASE_VALUE_UNUSED,
                        format!("no line uses `{}`", entry.name.text),
                        entry.name.span,
                    )
                    .help("write the name where the value belongs, or leave it out of all cases"),
                );
            }
        }
        told
    }

    /// Whether a case gives what the first one gives, each once.
    fn same_names(&mut self, first: &Case, case: &Case) -> bool {
        let gives = |case: &Case, name: &Arc<str>| case.values.iter().any(|entry| entry.name.text == *name);
        let mut fine = true;
        for (index, entry) in case.values.iter().enumerate() {
            let name = &entry.name;
            if case.values.iter().take(index).any(|other| other.name.text == name.text) {
                let message = format!("`{}` is given twice", name.text);
                self.report(Diagnostic::new(Code::DECLARED_TWICE, message, name.span));
                fine = false;
            }
            if !gives(first, &name.text) {
                self.report(
                    Diagnostic::new(
                        Code::UNKNOWN_FIELD,
                        format!("the first case does not give `{}`", name.text),
                        name.span,
                    )
                    .also(first.name.span, "the first case")
                    .help("give the same names in all cases"),
                );
            }
        }
        let lacks = first.values.iter().filter(|entry| !gives(case, &entry.name.text));
        let mut lacks: Vec<&str> = lacks.map(|entry| entry.name.as_str()).collect();
        lacks.dedup();
        if let Some(name) = lacks.first() {
            self.report(
                Diagnostic::new(
                    Code::MISSING_FIELD,
                    format!("this case lacks {}", crate::suggest::list(lacks.iter().copied())),
                    case.name.span,
                )
                .help(format!("add `{name}: …`, which the first case gives")),
            );
        }
        fine && lacks.is_empty()
    }

    fn literals(&mut self, values: &[Entry]) -> bool {
        let mut fine = true;
        for entry in values {
            let Some(span) = no_literal(&entry.value) else {
                if nested(&entry.value) > MAX_NESTED {
                    fine = false;
                    let message = format!("the values of a case are nested at most {MAX_NESTED} deep");
                    self.report(Diagnostic::new(Code::TOO_DEEP, message, entry.value.span));
                }
                continue;
            };
            fine = false;
            self.report(
                Diagnostic::new(Code::NOT_CONSTANT, "a fixed value is wanted here", span)
                    .note("a test tells one story, the same every time")
                    .help("write the value itself"),
            );
        }
        fine
    }
}

/// How deep a value is nested.
fn nested(expr: &Expr) -> usize {
    match &expr.kind {
        ExprKind::List(items) => 1 + items.iter().map(nested).max().unwrap_or_default(),
        ExprKind::Record(entries) => {
            1 + entries.iter().map(|entry| nested(&entry.value)).max().unwrap_or_default()
        }
        _ => 0,
    }
}

/// Where a value is not simply written down.
fn no_literal(expr: &Expr) -> Option<Span> {
    match &expr.kind {
        ExprKind::Text(_)
        | ExprKind::Number(_)
        | ExprKind::Percent(_)
        | ExprKind::Money(_)
        | ExprKind::Duration(_)
        | ExprKind::Time(_)
        | ExprKind::Date(_)
        | ExprKind::DateTime(_)
        | ExprKind::Bool(_)
        // A finding already.
        | ExprKind::Bad => None,
        ExprKind::Path(path) if path.access.is_empty() => None,
        ExprKind::Negate(inner) => match &inner.kind {
            ExprKind::Number(_) | ExprKind::Percent(_) | ExprKind::Money(_) => None,
            _ => Some(expr.span),
        },
        ExprKind::List(items) => items.iter().find_map(no_literal),
        ExprKind::Record(entries) => entries.iter().find_map(|entry| no_literal(&entry.value)),
        _ => Some(expr.span),
    }
}

/// Puts the values of a case in place of their names.
struct Telling<'c, 'u> {
    case: &'c Case,
    /// The names that were found.
    used: &'u mut BTreeSet<Arc<str>>,
}

impl Telling<'_, '_> {
    fn value(&mut self, name: &ast::Name) -> Option<&Expr> {
        let entry = self.case.values.iter().find(|entry| entry.name.text == name.text)?;
        self.used.insert(Arc::clone(&name.text));
        Some(&entry.value)
    }

    fn line(&mut self, line: &mut TestLine) {
        match line.when.as_mut().map(|when| &mut when.kind) {
            Some(TestWhenKind::At(moment) | TestWhenKind::Before(moment)) => self.moment(moment),
            Some(TestWhenKind::After(length) | TestWhenKind::Within(length)) => self.length(length),
            None => {}
        }
        match &mut line.action {
            TestAction::Customer { record, dated, .. } | TestAction::Event { payload: record, dated, .. } => {
                self.record(record);
                dated.iter_mut().for_each(|moment| self.moment(moment));
            }
            TestAction::React { dated, .. } => dated.iter_mut().for_each(|moment| self.moment(moment)),
            TestAction::Answer { value, dated, .. } => {
                self.expr(value);
                dated.iter_mut().for_each(|moment| self.moment(moment));
            }
            TestAction::Accepts { taking, .. } | TestAction::Fails { taking, .. } => {
                taking.iter_mut().for_each(|length| self.length(length));
            }
            TestAction::Call { answer, taking, .. } => {
                if let CallAnswer::Returns(record) = answer {
                    self.expr(record);
                }
                taking.iter_mut().for_each(|length| self.length(length));
            }
            TestAction::Enter(invoke) => invoke.args.iter_mut().for_each(|arg| self.expr(arg)),
            TestAction::Down(length) => self.length(length),
            TestAction::Expect(expect) => self.expect(expect),
            TestAction::Pause(_)
            | TestAction::Resume(_)
            | TestAction::Deploy { .. }
            | TestAction::Falls(_) => {}
        }
    }

    fn expect(&mut self, expect: &mut Expect) {
        match expect {
            Expect::Send { filter, .. } | Expect::Call { filter, .. } => {
                filter.iter_mut().for_each(|filter| self.expr(filter));
            }
            Expect::Held { until, .. } => until.iter_mut().for_each(|moment| self.moment(moment)),
            Expect::That(condition) => self.expr(condition),
            _ => {}
        }
    }

    fn moment(&mut self, moment: &mut Moment) {
        let Given::Named(name) = &moment.at else { return };
        if let Some(Expr { kind: ExprKind::DateTime(local), span }) = self.value(name) {
            moment.at = Given::Fixed(Spanned { value: *local, span: *span });
        }
    }

    fn length(&mut self, length: &mut Length) {
        let Given::Named(name) = &*length else { return };
        if let Some(Expr { kind: ExprKind::Duration(value), span }) = self.value(name) {
            *length = Given::Fixed(Spanned { value: *value, span: *span });
        }
    }

    fn record(&mut self, record: &mut GenRecord) {
        for choice in record.entries.iter_mut().flat_map(|entry| &mut entry.choices) {
            self.choice(&mut choice.value.kind);
        }
    }

    fn choice(&mut self, kind: &mut GenKind) {
        match kind {
            GenKind::Expr(expr) => self.expr(expr),
            GenKind::List(items) => items.iter_mut().for_each(|item| self.choice(&mut item.value.kind)),
            GenKind::Record(record) => self.record(record),
            GenKind::Unique(_)
            | GenKind::OneOf(_)
            | GenKind::Distribution(_)
            | GenKind::Consent { .. }
            | GenKind::Missing => {}
        }
    }

    fn expr(&mut self, expr: &mut Expr) {
        match &mut expr.kind {
            ExprKind::Path(path) => {
                for access in &mut path.access {
                    if let Access::Index(index) = access {
                        self.expr(index);
                    }
                }
                let Some(value) = self.value(&path.root).cloned() else { return };
                let access = std::mem::take(&mut path.access);
                if access.is_empty() {
                    *expr = value;
                } else {
                    expr.kind = ExprKind::Access { base: Box::new(value), access };
                }
            }
            ExprKind::Access { base, access } => {
                self.expr(base);
                for access in access {
                    if let Access::Index(index) = access {
                        self.expr(index);
                    }
                }
            }
            ExprKind::List(all) | ExprKind::And(all) | ExprKind::Or(all) => {
                all.iter_mut().for_each(|expr| self.expr(expr));
            }
            ExprKind::Record(entries) => entries.iter_mut().for_each(|entry| self.expr(&mut entry.value)),
            ExprKind::Not(inner) | ExprKind::Negate(inner) | ExprKind::Known { value: inner, .. } => {
                self.expr(inner);
            }
            ExprKind::Binary { left, right, .. } => {
                self.expr(left);
                self.expr(right);
            }
            ExprKind::OneOf { value, choices, .. } => {
                self.expr(value);
                choices.iter_mut().for_each(|choice| self.expr(choice));
            }
            ExprKind::HasBeen { value, state, .. } => {
                self.expr(value);
                if let HasBeen::Value(state) = state {
                    self.expr(state);
                }
            }
            ExprKind::History(history) => history.filter.iter_mut().for_each(|filter| self.expr(filter)),
            ExprKind::InSegment { value, .. } => self.expr(value),
            ExprKind::Text(_)
            | ExprKind::Number(_)
            | ExprKind::Percent(_)
            | ExprKind::Money(_)
            | ExprKind::Duration(_)
            | ExprKind::Time(_)
            | ExprKind::Date(_)
            | ExprKind::DateTime(_)
            | ExprKind::Bool(_)
            | ExprKind::Now
            | ExprKind::Today
            | ExprKind::Bucket { .. }
            | ExprKind::Bad => {}
        }
    }
}
