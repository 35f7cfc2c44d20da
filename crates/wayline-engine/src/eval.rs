//! Evaluating expressions: total. What cannot be computed is a [`Fault`], never a `no`.

mod operators;

use std::borrow::Cow;
use std::sync::Arc;

use rust_decimal::prelude::ToPrimitive;
use wayline_ir::{CompareOp, Expr, FieldId, ListQuery, Program, Query, SegmentId, SlotId, Subject, Value};
use wayline_time::{Moment, Span, add_span, day_of};

use crate::history::Kept;
use crate::prepare::Index;
use crate::state::{Customer, Origin};
use crate::sticky;

use operators::text_test;
pub(crate) use operators::{add, compare, order};

static MISSING: Value = Value::Missing;
static YES: Value = Value::YesNo(true);
static NO: Value = Value::YesNo(false);

/// Why an expression has no value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Fault {
    /// A division by zero.
    #[error("a division by zero")]
    DivisionByZero,
    /// A result beyond what its type can hold: 28 decimal digits, or a span of 2^31 months or days.
    #[error("a result that is too large")]
    Overflow,
    /// A value of another type than the expression needs: the program was not checked, or the data does not fit it.
    #[error("a value of the wrong type: {0}")]
    Unfit(&'static str),
    /// A match in which the value fits no case.
    #[error("a value that fits no case")]
    NoCase,
}

/// What an expression is asked about.
#[derive(Clone, Copy)]
pub(crate) struct Eval<'a> {
    pub program: &'a Program,
    pub index: &'a Index,
    pub customer: &'a Customer,
    pub now: Moment,
    pub vars: Vars<'a>,
}

/// The variables of a run, or of an entry that may become one.
#[derive(Clone, Copy, Default)]
pub(crate) struct Vars<'a> {
    pub slots: &'a [Value],
    /// A slot that is not written yet.
    pub bound: Option<(SlotId, &'a Value)>,
    pub origin: Option<Origin>,
}

/// An event or list item that a `where` is asked about.
#[derive(Clone, Copy)]
pub(crate) enum Item<'v> {
    /// A whole value.
    Whole(&'v Value),
    /// What was stored of an event.
    Kept(&'v Value, &'v Kept),
    /// A reaction: a record with the value of an answer, or an empty one.
    Answer(&'v Value),
}

/// The events and items of all `where`s around an expression, the innermost first.
#[derive(Clone, Copy)]
pub(crate) struct Items<'v> {
    pub item: Item<'v>,
    pub outer: Option<&'v Items<'v>>,
}

impl<'v> Item<'v> {
    fn field(self, field: FieldId) -> &'v Value {
        match self {
            Self::Whole(Value::Record(fields)) => fields.get(field.index()),
            Self::Whole(_) => None,
            Self::Kept(stored, kept) => kept.field(stored, field.index()),
            Self::Answer(value) => (field.index() == 0).then_some(value),
        }
        .unwrap_or(&MISSING)
    }

    /// As a value of its own.
    pub(crate) fn to_value(self) -> Value {
        match self {
            Self::Whole(value) => value.clone(),
            Self::Kept(stored, kept) => kept.restore(stored),
            Self::Answer(Value::Missing) => Value::Record(Arc::from([])),
            Self::Answer(value) => Value::Record(Arc::from([value.clone()])),
        }
    }
}

impl<'v> Items<'v> {
    fn nth(&self, number: u32) -> Option<Item<'v>> {
        let mut here = self;
        for _ in 0..number {
            here = here.outer?;
        }
        Some(here.item)
    }
}

type Outcome<'b> = Result<Cow<'b, Value>, Fault>;

impl<'a> Eval<'a> {
    /// The value of an expression.
    pub(crate) fn value<'b>(&'b self, expr: &'b Expr, items: Option<&'b Items<'b>>) -> Outcome<'b> {
        Ok(match expr {
            Expr::Const(value) => Cow::Borrowed(value),
            Expr::Slot(slot) => Cow::Borrowed(self.slot(*slot)),
            Expr::Customer(field) => Cow::Borrowed(self.profile(*field)),
            Expr::Item(number) => match items.and_then(|items| items.nth(*number)) {
                Some(Item::Whole(value)) => Cow::Borrowed(value),
                Some(item) => Cow::Owned(item.to_value()),
                None => Cow::Borrowed(&MISSING),
            },
            Expr::Field(of, field) => {
                if let Expr::Item(number) = &**of {
                    let item = items.and_then(|items| items.nth(*number));
                    return Ok(Cow::Borrowed(item.map_or(&MISSING, |item| item.field(*field))));
                }
                match self.value(of, items)? {
                    Cow::Borrowed(Value::Record(fields)) => {
                        Cow::Borrowed(fields.get(field.index()).unwrap_or(&MISSING))
                    }
                    Cow::Owned(Value::Record(fields)) => {
                        Cow::Owned(fields.get(field.index()).cloned().unwrap_or_default())
                    }
                    _ => Cow::Borrowed(&MISSING),
                }
            }
            Expr::Index(of, at) => {
                let at = match &*self.value(at, items)? {
                    Value::Number(at) if at.is_integer() => at.to_usize(),
                    _ => None,
                };
                let list = self.value(of, items)?;
                match (&*list, at) {
                    (Value::List(list), Some(at)) => Cow::Owned(list.get(at).cloned().unwrap_or_default()),
                    _ => Cow::Borrowed(&MISSING),
                }
            }
            Expr::Now => Cow::Owned(Value::Moment(self.now)),
            Expr::Today => Cow::Owned(Value::Date(day_of(self.customer.zone, self.now))),
            Expr::Arith(op, left, right) => {
                let left = self.value(left, items)?;
                let right = self.value(right, items)?;
                Cow::Owned(self.arith(*op, &left, &right)?)
            }
            Expr::Default(of, otherwise) => {
                let value = self.value(of, items)?;
                if value.is_missing() { self.value(otherwise, items)? } else { value }
            }
            Expr::List(all) => Cow::Owned(Value::List(self.values(all, items)?.into())),
            Expr::Record(all) => Cow::Owned(Value::Record(self.values(all, items)?.into())),
            Expr::History(query) => self.history(query, items)?,
            Expr::Items(query) => self.items(query, items)?,
            Expr::Not(_)
            | Expr::And(_)
            | Expr::Or(_)
            | Expr::Compare(..)
            | Expr::Known(_)
            | Expr::OneOf(..)
            | Expr::Text(..)
            | Expr::InSegment(_)
            | Expr::Bucket { .. }
            | Expr::HasBeen { .. } => Cow::Borrowed(if self.holds(expr, items)? { &YES } else { &NO }),
        })
    }

    /// Values of several expressions.
    pub(crate) fn values(&self, all: &[Expr], items: Option<&Items<'_>>) -> Result<Vec<Value>, Fault> {
        all.iter().map(|expr| self.value(expr, items).map(Cow::into_owned)).collect()
    }

    /// Whether a condition holds.
    pub(crate) fn holds(&self, expr: &Expr, items: Option<&Items<'_>>) -> Result<bool, Fault> {
        match expr {
            Expr::Not(of) => Ok(!self.holds(of, items)?),
            Expr::And(all) => {
                for part in all {
                    if !self.holds(part, items)? {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
            Expr::Or(all) => {
                for part in all {
                    if self.holds(part, items)? {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
            Expr::Compare(op, left, right) => {
                let left = self.value(left, items)?;
                compare(*op, &left, &*self.value(right, items)?)
            }
            Expr::Known(of) => Ok(!self.value(of, items)?.is_missing()),
            Expr::OneOf(value, options) => {
                let value = self.value(value, items)?;
                for option in options {
                    if compare(CompareOp::Is, &value, &*self.value(option, items)?)? {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
            Expr::Text(op, text, part) => {
                let text = self.value(text, items)?;
                text_test(*op, &text, &*self.value(part, items)?)
            }
            Expr::InSegment(segment) => self.in_segment(*segment),
            Expr::Bucket { name, share } => {
                let salt = &self.program.workspace.salt;
                Ok(sticky::millionths(salt, "bucket", name, &self.customer.id) < *share)
            }
            Expr::HasBeen { subject, span } => Ok(self
                .since(subject)?
                .is_some_and(|since| add_span(self.customer.zone, since, span) <= self.now)),
            Expr::History(query) if matches!(query.query, Query::Any) => self.any_record(query, items),
            Expr::History(query) if matches!(query.query, Query::No) => Ok(!self.any_record(query, items)?),
            Expr::Items(query) if matches!(query.query, Query::Any) => self.any_item(query, items),
            Expr::Items(query) if matches!(query.query, Query::No) => Ok(!self.any_item(query, items)?),
            _ => match &*self.value(expr, items)? {
                Value::YesNo(holds) => Ok(*holds),
                _ => Err(Fault::Unfit("a condition must be yes or no")),
            },
        }
    }

    /// The span that an expression stands for.
    pub(crate) fn span(&self, expr: &Expr) -> Result<Span, Fault> {
        match &*self.value(expr, None)? {
            Value::Duration(span) => Ok(*span),
            _ => Err(Fault::Unfit("a wait needs a duration")),
        }
    }

    /// A profile field, or its default.
    pub(crate) fn profile(&self, field: FieldId) -> &'a Value {
        match self.customer.profile.get(field.index()) {
            Some(value) if !value.is_missing() => value,
            _ => self
                .program
                .customer
                .get(field.index())
                .and_then(|declared| declared.default.as_ref())
                .unwrap_or(&MISSING),
        }
    }

    fn slot(&self, slot: SlotId) -> &'a Value {
        match self.vars.bound {
            Some((bound, value)) if bound == slot => value,
            _ => self.vars.slots.get(slot.index()).unwrap_or(&MISSING),
        }
    }

    /// Whether the customer is in a segment: as it is kept, or asked when it is not or another moment is meant.
    pub(crate) fn in_segment(&self, segment: SegmentId) -> Result<bool, Fault> {
        if self.now == self.customer.now
            && let Some(Some(at)) = self.index.tracked_at.get(segment.index())
            && let Some(member) = self.customer.members.get(*at)
            && member.flip > self.now
            && !member.fault
        {
            return Ok(member.inside);
        }
        self.asks_segment(segment)
    }

    /// Asks a segment's condition.
    pub(crate) fn asks_segment(&self, segment: SegmentId) -> Result<bool, Fault> {
        match self.program.segments.get(segment.index()) {
            Some(segment) => Self { vars: Vars::default(), ..*self }.holds(&segment.condition, None),
            None => Ok(false),
        }
    }

    /// Since when something has been so; none when it is not.
    pub(crate) fn since(&self, subject: &Subject) -> Result<Option<Moment>, Fault> {
        match subject {
            Subject::Field(field, value) => {
                let since = self.customer.held_since.iter().find(|(known, _)| known == field);
                let is = compare(CompareOp::Is, self.profile(*field), value)?;
                Ok(since.map(|(_, since)| *since).filter(|_| is))
            }
            Subject::Segment(segment) => {
                let at = self.index.tracked_at.get(segment.index()).copied().flatten();
                let Some(member) = at.and_then(|at| self.customer.members.get(at)) else { return Ok(None) };
                // A flip of this very moment may still have to be written down; one ahead is asked about, too.
                if member.flip <= self.now {
                    let inside = self.asks_segment(*segment)?;
                    let since = if member.inside { member.since } else { member.flip };
                    return Ok(inside.then_some(since));
                }
                Ok(member.inside.then_some(member.since))
            }
        }
    }

    fn items<'b>(&'b self, query: &'b ListQuery, items: Option<&'b Items<'b>>) -> Outcome<'b> {
        let filter = query.filter.as_deref();
        let list = self.value(&query.list, items)?;
        let all: &[Value] = match &*list {
            Value::List(all) => all,
            _ => &[],
        };
        Ok(Cow::Owned(match &query.query {
            Query::Any => Value::YesNo(self.any_item(query, items)?),
            Query::No => Value::YesNo(!self.any_item(query, items)?),
            Query::Count => {
                let mut count: u32 = 0;
                for value in all {
                    count += u32::from(self.passes(filter, Item::Whole(value), items)?);
                }
                Value::Number(count.into())
            }
            Query::Sum { of, zero } => {
                let mut sum = zero.clone();
                for value in all {
                    if self.passes(filter, Item::Whole(value), items)? {
                        let inner = Items { item: Item::Whole(value), outer: items };
                        sum = add(&sum, &*self.value(of, Some(&inner))?)?;
                    }
                }
                sum
            }
            Query::Latest => {
                for value in all.iter().rev() {
                    if self.passes(filter, Item::Whole(value), items)? {
                        return Ok(Cow::Owned(value.clone()));
                    }
                }
                Value::Missing
            }
        }))
    }

    fn any_item(&self, query: &ListQuery, items: Option<&Items<'_>>) -> Result<bool, Fault> {
        if let Value::List(all) = &*self.value(&query.list, items)? {
            for value in all.iter() {
                if self.passes(query.filter.as_deref(), Item::Whole(value), items)? {
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }
}
