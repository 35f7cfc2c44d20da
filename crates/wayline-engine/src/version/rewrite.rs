//! Expressions of a former version in the tables of the new program: ids by names, fields of records by theirs.

use wayline_ir::{
    ChannelId, EventId, Expr, Field, FieldId, HistoryQuery, HistorySource, ListQuery, Message, MessageId,
    Query, Segment, SegmentId, Subject, Type,
};

use super::carry::Carry;
use super::names::{Names, fits};

/// What an expression gives: how it is told to people, and its type in the old and in the new program.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Pair {
    pub what: String,
    pub old: Type,
    pub new: Type,
}

impl Pair {
    fn map(&self, part: impl Fn(&Type) -> Option<Type>) -> Option<Self> {
        Some(Self { what: self.what.clone(), old: part(&self.old)?, new: part(&self.new)? })
    }

    /// An item of a list.
    pub(super) fn item(&self) -> Option<Self> {
        self.map(|ty| match ty {
            Type::List(of) => Some((**of).clone()),
            _ => None,
        })
    }

    pub(super) fn list(&self) -> Self {
        let list = |ty: &Type| Type::List(Box::new(ty.clone()));
        Self { what: self.what.clone(), old: list(&self.old), new: list(&self.new) }
    }
}

/// The record of a reaction.
fn answer(ty: Option<&Type>) -> Type {
    let ty = ty.cloned().unwrap_or(Type::Text);
    Type::Record(vec![Field { name: "value".to_owned(), ty, optional: true, default: None }])
}

impl Carry<'_> {
    /// An event or reaction, and what it brings.
    pub(super) fn source(&mut self, source: HistorySource) -> (HistorySource, Option<Pair>) {
        match source {
            HistorySource::Event(id) => match self.event(id) {
                Some((new, pair)) => (HistorySource::Event(new), Some(pair)),
                None => (source, None),
            },
            HistorySource::MessageReaction(kind, id) => {
                let old = self.old.messages.get(id.index()).and_then(|message| message.answers.as_ref());
                let Some(new) = self.message(id) else { return (source, None) };
                let known = self.new.messages.get(new.index());
                let answers = known.and_then(|message| message.answers.as_ref());
                let what = format!("the answer to message {}", known.map_or("", |message| &message.name));
                let pair = Pair { what, old: answer(old), new: answer(answers) };
                (HistorySource::MessageReaction(kind, new), Some(pair))
            }
            HistorySource::ChannelReaction(kind, id) => {
                let Some(new) = self.channel(id) else { return (source, None) };
                (HistorySource::ChannelReaction(kind, new), None)
            }
        }
    }

    /// A source of which the past is asked: it goes on being kept.
    fn past(&mut self, source: HistorySource) -> (HistorySource, Option<Pair>) {
        match source {
            HistorySource::Event(id) => self.asked.insert(id),
            _ => std::mem::replace(&mut self.asks_reactions, true),
        };
        self.source(source)
    }

    pub(super) fn event(&mut self, id: EventId) -> Option<(EventId, Pair)> {
        let old = self.old.events.get(id.index())?;
        let Some(new) = Names::get(&self.names.events, id.index()) else {
            self.gone(&format!("event {}", old.name));
            return None;
        };
        let known = self.new.events.get(new.index())?;
        let what = format!("event {}", old.name);
        let pair =
            Pair { what, old: Type::Record(old.fields.clone()), new: Type::Record(known.fields.clone()) };
        Some((new, pair))
    }

    pub(super) fn channel(&mut self, id: ChannelId) -> Option<ChannelId> {
        let new = Names::get(&self.names.channels, id.index());
        if new.is_none() {
            let name = self.old.channels.get(id.index()).map_or("", |channel| &channel.name);
            self.gone(&format!("channel {name}"));
        }
        new
    }

    /// A message; one that is gone from the text is carried over.
    pub(super) fn message(&mut self, id: MessageId) -> Option<MessageId> {
        if let Some(known) = Names::get(&self.names.messages, id.index()) {
            return Some(known);
        }
        let message = self.old.messages.get(id.index())?;
        let channel = self.channel(message.channel);
        let topic = Names::get(&self.names.topics, message.topic.index());
        if topic.is_none() {
            let name = self.old.topics.get(message.topic.index()).map_or("", |topic| &topic.name);
            self.gone(&format!("topic {name}"));
        }
        let mut params = message.params.clone();
        params.iter_mut().for_each(|param| param.ty = self.names.ty(&param.ty));
        let answers = message.answers.as_ref().map(|ty| self.names.ty(ty));
        let carried = Message { channel: channel?, topic: topic?, params, answers, ..message.clone() };
        self.new.messages.push(carried);
        let new = MessageId::at(self.new.messages.len() - 1);
        *self.names.messages.get_mut(id.index())? = Some(new);
        Some(new)
    }

    /// A segment; one that is gone from the text is carried over.
    pub(super) fn segment(&mut self, id: SegmentId) -> SegmentId {
        if let Some(known) = Names::get(&self.names.segments, id.index()) {
            return known;
        }
        let Some(segment) = self.old.segments.get(id.index()) else { return id };
        let slots = std::mem::take(&mut self.slots);
        let condition = self.expr(&segment.condition, &mut Vec::new()).0;
        self.slots = slots;
        self.new.segments.push(Segment { condition, ..segment.clone() });
        let new = SegmentId::at(self.new.segments.len() - 1);
        if let Some(place) = self.names.segments.get_mut(id.index()) {
            *place = Some(new);
        }
        new
    }

    /// A field of the profile.
    pub(super) fn profile(&mut self, id: FieldId) -> (FieldId, Option<Pair>) {
        let Some(old) = self.old.customer.get(id.index()) else { return (id, None) };
        let what = format!("customer field {}", old.name);
        let found = Names::get(&self.names.fields, id.index());
        let Some((new, known)) =
            found.and_then(|new| Some((new, self.new.customer.get(new.index())?.clone())))
        else {
            self.gone(&what);
            return (id, None);
        };
        self.same_type(&what, old, &known);
        (new, Some(Pair { what, old: old.ty.clone(), new: known.ty }))
    }

    /// A field that is read has to be what it was.
    fn same_type(&mut self, what: &str, old: &Field, new: &Field) {
        if !fits(&old.ty, &new.ty) {
            self.problem(what, "it has another type now", "keep its type, or give the new one another name");
        } else if new.optional && !old.optional {
            self.problem(what, "it may be missing now", "keep it as it was");
        }
    }

    fn field(&mut self, of: &Expr, field: FieldId, items: &mut Vec<Option<Pair>>) -> (Expr, Option<Pair>) {
        let (of, pair) = self.expr(of, items);
        let same = |of| (Expr::Field(Box::new(of), field), None);
        let Some(Pair { what, old: Type::Record(old), new: Type::Record(new) }) = pair else {
            return same(of);
        };
        let Some(old) = old.get(field.index()) else { return same(of) };
        let what = format!("{what}, field {}", old.name);
        let Some((at, new)) = new.iter().enumerate().find(|(_, known)| known.name == old.name) else {
            self.gone(&what);
            return same(of);
        };
        self.same_type(&what, old, new);
        let pair = Pair { what, old: old.ty.clone(), new: new.ty.clone() };
        (Expr::Field(Box::new(of), FieldId::at(at)), Some(pair))
    }

    /// An expression, and what it gives when that is a value with fields or words.
    pub(super) fn expr(&mut self, expr: &Expr, items: &mut Vec<Option<Pair>>) -> (Expr, Option<Pair>) {
        let plain = match expr {
            Expr::Const(value) => Expr::Const(self.names.value(value)),
            Expr::Slot(slot) => {
                return (expr.clone(), self.slots.get(slot.index()).cloned().flatten());
            }
            Expr::Customer(field) => {
                let (field, pair) = self.profile(*field);
                return (Expr::Customer(field), pair);
            }
            Expr::Item(number) => {
                let at = items.len().checked_sub(*number as usize + 1);
                return (expr.clone(), at.and_then(|at| items.get(at).cloned().flatten()));
            }
            Expr::Field(of, field) => return self.field(of, *field, items),
            Expr::Index(list, at) => {
                let (list, pair) = self.expr(list, items);
                let at = self.boxed(at, items);
                return (Expr::Index(Box::new(list), at), pair.and_then(|pair| pair.item()));
            }
            Expr::Default(first, second) => {
                let (first, pair) = self.expr(first, items);
                let (second, other) = self.expr(second, items);
                return (Expr::Default(Box::new(first), Box::new(second)), pair.or(other));
            }
            Expr::List(all) => {
                let mut pair = None;
                let mut carried = Vec::new();
                for item in all {
                    let (item, given) = self.expr(item, items);
                    carried.push(item);
                    pair = pair.or(given);
                }
                return (Expr::List(carried), pair.map(|pair| pair.list()));
            }
            Expr::History(query) => return self.history(query, items),
            Expr::Items(query) => return self.items(query, items),
            Expr::Now | Expr::Today | Expr::Bucket { .. } => expr.clone(),
            Expr::Not(of) => Expr::Not(self.boxed(of, items)),
            Expr::Known(of) => Expr::Known(self.boxed(of, items)),
            Expr::And(all) => Expr::And(self.exprs(all, items)),
            Expr::Or(all) => Expr::Or(self.exprs(all, items)),
            Expr::Record(all) => Expr::Record(self.exprs(all, items)),
            Expr::OneOf(value, all) => Expr::OneOf(self.boxed(value, items), self.exprs(all, items)),
            Expr::Compare(op, a, b) => Expr::Compare(*op, self.boxed(a, items), self.boxed(b, items)),
            Expr::Text(op, a, b) => Expr::Text(*op, self.boxed(a, items), self.boxed(b, items)),
            Expr::Arith(op, a, b) => Expr::Arith(*op, self.boxed(a, items), self.boxed(b, items)),
            Expr::InSegment(segment) => Expr::InSegment(self.segment(*segment)),
            Expr::HasBeen { subject, span } => {
                let subject = match subject {
                    Subject::Field(field, value) => {
                        Subject::Field(self.profile(*field).0, self.names.value(value))
                    }
                    Subject::Segment(segment) => Subject::Segment(self.segment(*segment)),
                };
                Expr::HasBeen { subject, span: *span }
            }
        };
        (plain, None)
    }

    fn boxed(&mut self, expr: &Expr, items: &mut Vec<Option<Pair>>) -> Box<Expr> {
        Box::new(self.expr(expr, items).0)
    }

    fn exprs(&mut self, all: &[Expr], items: &mut Vec<Option<Pair>>) -> Vec<Expr> {
        all.iter().map(|expr| self.expr(expr, items).0).collect()
    }

    /// An expression that is asked of an event or item.
    pub(super) fn filter(
        &mut self,
        filter: &Expr,
        item: Option<Pair>,
        items: &mut Vec<Option<Pair>>,
    ) -> Expr {
        items.push(item);
        let filter = self.expr(filter, items).0;
        items.pop();
        filter
    }

    fn query(&mut self, query: &Query, item: &Option<Pair>, items: &mut Vec<Option<Pair>>) -> Query {
        match query {
            Query::Sum { of, zero } => Query::Sum {
                of: Box::new(self.filter(of, item.clone(), items)),
                zero: self.names.value(zero),
            },
            plain => plain.clone(),
        }
    }

    fn history(&mut self, query: &HistoryQuery, items: &mut Vec<Option<Pair>>) -> (Expr, Option<Pair>) {
        let (source, item) = self.past(query.source);
        let carried = HistoryQuery {
            query: self.query(&query.query, &item, items),
            source,
            range: query.range,
            filter: query.filter.as_deref().map(|filter| Box::new(self.filter(filter, item.clone(), items))),
        };
        let pair = item.filter(|_| query.query == Query::Latest);
        (Expr::History(carried), pair)
    }

    fn items(&mut self, query: &ListQuery, items: &mut Vec<Option<Pair>>) -> (Expr, Option<Pair>) {
        let (list, pair) = self.expr(&query.list, items);
        let item = pair.and_then(|pair| pair.item());
        let carried = ListQuery {
            query: self.query(&query.query, &item, items),
            list: Box::new(list),
            filter: query.filter.as_deref().map(|filter| Box::new(self.filter(filter, item.clone(), items))),
        };
        let pair = item.filter(|_| query.query == Query::Latest);
        (Expr::Items(carried), pair)
    }
}
