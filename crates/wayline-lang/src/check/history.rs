//! Questions about the past and about lists.

use std::sync::Arc;

use wayline_ir::{Expr, HistoryQuery, HistoryRange, HistorySource, ListQuery, Query, Subject, Type};
use wayline_time::Span as TimeSpan;

use super::Checker;
use super::expr::{Typed, as_constant};
use super::path::find;
use super::scope::{ItemScope, Scope};
use super::types::{describe, zero};
use crate::codes::Code;
use crate::diagnostic::Diagnostic;
use crate::resolve::Kind;
use crate::source::Span;
use crate::syntax::ast::{self, Access, ExprKind, HistoryKind};

impl Checker<'_> {
    pub(crate) fn history(&mut self, scope: &mut Scope, history: &ast::History, span: Span) -> Option<Typed> {
        match &history.source {
            ast::HistorySource::Reaction { reaction, target } => {
                let (source, item) = self.reaction_source(*reaction, target.as_ref())?;
                self.past(scope, history, source, item, None, span)
            }
            ast::HistorySource::Path(path) => {
                if self.means_value(scope, path.root.as_str()) && !self.means_past(scope, history, path) {
                    return self.items(scope, history, path, span);
                }
                let event = self.event(&path.root)?;
                let item = self.event_item(event, &[&path.root.text]);
                self.past(scope, history, HistorySource::Event(event), item, Some(path), span)
            }
        }
    }

    /// Whether the event is meant where something is bound by its name, as the entry event is by default: a list has no
    /// range, and a record is no list.
    fn means_past(&self, scope: &Scope, history: &ast::History, path: &ast::Path) -> bool {
        let name = path.root.as_str();
        let alone = path.access.is_empty();
        self.names.get(Kind::Event, name).is_some()
            && (history.range.is_some() || alone && self.is_record(scope, name))
    }

    fn past(
        &mut self,
        scope: &mut Scope,
        history: &ast::History,
        source: HistorySource,
        item: ItemScope,
        path: Option<&ast::Path>,
        span: Span,
    ) -> Option<Typed> {
        let range = match history.range.map(|range| range.value) {
            Some(ast::HistoryRange::Last(duration)) => {
                self.some_time(&duration)?;
                HistoryRange::InLast(duration.value)
            }
            Some(ast::HistoryRange::Ever) => HistoryRange::Ever,
            Some(ast::HistoryRange::SinceEnter) if scope.in_run => HistoryRange::SinceEnter,
            Some(ast::HistoryRange::SinceEnter) => {
                let at = history.range.map_or(span, |range| range.span);
                self.report(
                    Diagnostic::new(Code::NO_RUN, "there is no entry to look back to here", at)
                        .note("segments, suppression rules, tests and the door of a journey are asked outside of any run")
                        .help("write `in last …` or `ever`"),
                );
                return None;
            }
            None if history.kind.value == HistoryKind::Latest => HistoryRange::Ever,
            None => {
                let text = self.text(span);
                self.report(
                    Diagnostic::new(Code::NO_RANGE, "the question does not say how far back it looks", span)
                        .help(format!("write `{text} in last 30 days`, or `{text} ever`"))
                        .note("what is kept of a customer's past follows from these spans, so none is silently for ever"),
                );
                return None;
            }
        };
        let ty = Arc::clone(&item.ty);
        let of = path.map_or(&[][..], |path| &path.access);
        let (query, result, optional) = self.query(scope, history.kind, of, &item, span)?;
        let item = item.beside(scope);
        let filter = self.filter(scope, item, history.filter.as_ref())?;
        let expr = Expr::History(HistoryQuery { query, source, range, filter: filter.map(Box::new) });
        let optional = optional && !scope.facts.knows(&expr);
        Some(Typed { expr, ty: result.unwrap_or_else(|| (*ty).clone()), optional })
    }

    fn items(
        &mut self,
        scope: &mut Scope,
        history: &ast::History,
        path: &ast::Path,
        span: Span,
    ) -> Option<Typed> {
        // `sum of cart.items.price`: the last field is of the item.
        let (list, of): (ast::Path, &[Access]) = match (history.kind.value, path.access.split_last()) {
            (HistoryKind::Sum, Some((last, before))) => {
                (ast::Path { access: before.to_vec(), ..path.clone() }, std::slice::from_ref(last))
            }
            _ => (path.clone(), &[]),
        };
        if let Some(range) = history.range {
            self.report(
                Diagnostic::new(Code::WRONG_TYPE, "the items of a list have no time", range.span)
                    .help("leave the range out, or ask about an event"),
            );
            return None;
        }
        let typed = self.path(scope, &list, None)?;
        let Type::List(item_type) = &typed.ty else {
            let found = describe(&typed.ty, &self.symbols);
            self.report(
                Diagnostic::new(
                    Code::WRONG_TYPE,
                    format!("a list or an event is wanted here, but this is {found}"),
                    path.span,
                )
                .note("`any`, `no`, `count of`, `sum of` and `latest` ask about events and lists"),
            );
            return None;
        };
        let item = ItemScope { names: vec![Arc::from("item")], ty: Arc::new((**item_type).clone()) };
        let (query, result, optional) = self.query(scope, history.kind, of, &item, span)?;
        let ty = Arc::clone(&item.ty);
        let filter = self.filter(scope, item, history.filter.as_ref())?;
        let expr = Expr::Items(ListQuery { query, list: Box::new(typed.expr), filter: filter.map(Box::new) });
        Some(Typed { expr, ty: result.unwrap_or_else(|| (*ty).clone()), optional })
    }

    /// The question, its type (`None`: that of the event or item) and whether the answer may be missing.
    fn query(
        &mut self,
        scope: &mut Scope,
        kind: ast::Spanned<HistoryKind>,
        of: &[Access],
        item: &ItemScope,
        span: Span,
    ) -> Option<(Query, Option<Type>, bool)> {
        if let (Some(Access::Field(name)), true) = (of.first(), kind.value != HistoryKind::Sum) {
            self.report(
                Diagnostic::new(
                    Code::WRONG_TYPE,
                    format!("`.{}` stands only after `sum of`", name.text),
                    name.span,
                )
                .help("put the question in parentheses: `(latest …).field`"),
            );
            return None;
        }
        let count = Type::Number { from: None, to: None };
        Some(match kind.value {
            HistoryKind::Any => (Query::Any, Some(Type::YesNo), false),
            HistoryKind::No => (Query::No, Some(Type::YesNo), false),
            HistoryKind::Count => (Query::Count, Some(count), false),
            HistoryKind::Latest => (Query::Latest, None, true),
            HistoryKind::Sum => {
                if of.is_empty() {
                    self.report(
                        Diagnostic::new(Code::WRONG_TYPE, "`sum of` does not say what is added up", span)
                            .help("name a field with a number or money: `sum of order_placed.total in last 30 days`"),
                    );
                    return None;
                }
                let base = Typed::of(Expr::Item(0), (*item.ty).clone());
                scope.items.push(item.clone());
                let summed = self.access(scope, base, of, kind.span);
                scope.items.pop();
                let summed = summed?;
                let Some(zero) = zero(&summed.ty) else {
                    let found = describe(&summed.ty, &self.symbols);
                    self.report(Diagnostic::new(
                        Code::WRONG_TYPE,
                        format!("only numbers and money can be added up, but this is {found}"),
                        span,
                    ));
                    return None;
                };
                (Query::Sum { of: Box::new(summed.expr), zero }, Some(summed.ty), false)
            }
        })
    }

    /// The condition of a `where`, asked of an event or item.
    pub(crate) fn filter(
        &mut self,
        scope: &mut Scope,
        item: ItemScope,
        filter: Option<&ast::Expr>,
    ) -> Option<Option<Expr>> {
        let Some(filter) = filter else { return Some(None) };
        // What is known of `Item(0)` outside is about another item.
        let facts = std::mem::take(&mut scope.facts);
        scope.facts = facts.inside_where();
        scope.items.push(item);
        let condition = self.condition(scope, filter);
        scope.items.pop();
        scope.facts = facts;
        condition.map(Some)
    }

    /// What `where` asks about, for a declared event.
    pub(crate) fn event_item(&self, event: wayline_ir::EventId, names: &[&Arc<str>]) -> ItemScope {
        let ty = self.event_types.get(event.index()).cloned();
        ItemScope {
            names: names.iter().map(|name| Arc::clone(name)).collect(),
            ty: ty.unwrap_or_else(|| Arc::new(Type::Record(Vec::new()))),
        }
    }

    pub(crate) fn event(&mut self, name: &ast::Name) -> Option<wayline_ir::EventId> {
        match self.names.get(Kind::Event, name.as_str()) {
            Some(index) => Some(wayline_ir::EventId::at(index)),
            None => {
                let finding = self.names.unknown(Kind::Event, name);
                self.report(finding);
                None
            }
        }
    }

    pub(crate) fn has_been(
        &mut self,
        scope: &mut Scope,
        value: &ast::Expr,
        state: &ast::HasBeen,
        span: TimeSpan,
    ) -> Option<Typed> {
        let subject = match state {
            ast::HasBeen::InSegment(segment) => {
                self.customer_itself(value)?;
                Subject::Segment(self.segment(segment)?)
            }
            ast::HasBeen::Value(state) => {
                let typed = self.infer(scope, value, None)?;
                let Expr::Customer(field) = typed.expr else {
                    self.report(
                        Diagnostic::new(
                            Code::WRONG_TYPE,
                            "`has been` asks about a field of the customer",
                            value.span,
                        )
                        .help("name one, such as `customer.plan`"),
                    );
                    return None;
                };
                let state_expr = self.expect(scope, state, &typed.ty)?;
                let Some(value) = as_constant(&state_expr) else {
                    self.report(Diagnostic::new(
                        Code::NOT_CONSTANT,
                        "a fixed value is wanted here",
                        state.span,
                    ));
                    return None;
                };
                Subject::Field(field, value)
            }
        };
        Some(Typed::of(Expr::HasBeen { subject, span }, Type::YesNo))
    }

    /// The left side of `in SEGMENT`.
    pub(crate) fn customer_itself(&mut self, e: &ast::Expr) -> Option<()> {
        match &e.kind {
            ExprKind::Path(path) if path.access.is_empty() && path.root.as_str() == "customer" => Some(()),
            ExprKind::Bad => None,
            _ => {
                self.report(
                    Diagnostic::new(Code::WRONG_TYPE, "only customers are in segments", e.span)
                        .help("write `customer in SEGMENT`; for a list write `LIST contains VALUE`, for words `is one of`"),
                );
                None
            }
        }
    }

    pub(crate) fn segment(&mut self, name: &ast::Name) -> Option<wayline_ir::SegmentId> {
        match self.names.get(Kind::Segment, name.as_str()) {
            Some(index) => self.segment_ids.get(index).copied(),
            None => {
                let finding = self.names.unknown(Kind::Segment, name);
                self.report(finding);
                None
            }
        }
    }

    /// A duration that is not nothing.
    pub(crate) fn some_time(&mut self, duration: &ast::Duration) -> Option<()> {
        if duration.value.is_zero() {
            self.report(
                Diagnostic::new(Code::OUT_OF_RANGE, "this is no time at all", duration.span)
                    .help("write a duration above zero, such as `1 hour`"),
            );
            return None;
        }
        Some(())
    }

    /// A field of an event by name, if it has one.
    pub(crate) fn event_field(&self, event: wayline_ir::EventId, name: &str) -> Option<wayline_ir::FieldId> {
        let event = self.program.events.get(event.index())?;
        find(&event.fields, name).map(|(index, _)| index)
    }
}
