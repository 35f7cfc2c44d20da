//! Questions: an expression and everything it may look at. Nothing is kept, the whole past is read each time.

mod operators;

use rust_decimal::Decimal;
use wayline_ir::{Expr, HistoryQuery, HistoryRange, HistorySource, Program, Query, Subject, Value};
use wayline_time::Moment;
use xxhash_rust::xxh3::xxh3_64;

use super::past::{Happened, Person, Place, What};

/// What cannot be computed.
#[derive(Debug)]
pub(crate) struct Fault;

pub(crate) use operators::order as order_of;

pub(crate) type Answer<T> = Result<T, Fault>;

/// Someone who asks.
#[derive(Clone)]
pub(crate) struct Ask<'a> {
    pub program: &'a Program,
    pub person: &'a Person,
    pub now: Moment,
    pub slots: &'a [Value],
    /// After which place `since enter` begins.
    pub origin: Option<Place>,
    /// What the `where`s around are asked about, the innermost last.
    pub items: Vec<Value>,
}

impl<'a> Ask<'a> {
    /// About the customer alone.
    pub(crate) fn new(program: &'a Program, person: &'a Person, now: Moment) -> Self {
        Self { program, person, now, slots: &[], origin: None, items: Vec::new() }
    }

    /// With an event or item.
    pub(crate) fn with(&self, item: &Value) -> Self {
        let mut inner = self.clone();
        inner.items.push(item.clone());
        inner
    }

    /// Whether a condition holds.
    pub(crate) fn holds(&self, condition: &Expr) -> Answer<bool> {
        match self.value(condition)? {
            Value::YesNo(yes) => Ok(yes),
            _ => Err(Fault),
        }
    }

    /// Whether an item passes a filter; all do when there is none.
    pub(crate) fn passes(&self, filter: Option<&Expr>, item: &Value) -> Answer<bool> {
        filter.map_or(Ok(true), |filter| self.with(item).holds(filter))
    }

    pub(crate) fn value(&self, expr: &Expr) -> Answer<Value> {
        Ok(match expr {
            Expr::Const(value) => value.clone(),
            Expr::Slot(slot) => self.slots.get(slot.index()).cloned().unwrap_or_default(),
            Expr::Customer(field) => self.person.field(self.program, *field),
            Expr::Item(depth) => self.items[self.items.len() - 1 - *depth as usize].clone(),
            Expr::Field(of, field) => match self.value(of)? {
                Value::Record(fields) => fields.get(field.index()).cloned().unwrap_or_default(),
                _ => Value::Missing,
            },
            Expr::Index(list, index) => match (self.value(list)?, self.value(index)?) {
                (Value::List(items), Value::Number(index)) => {
                    let at = items.iter().enumerate().find(|(at, _)| Decimal::from(*at) == index);
                    at.map(|(_, item)| item.clone()).unwrap_or_default()
                }
                _ => Value::Missing,
            },
            Expr::Now => Value::Moment(self.now),
            Expr::Today => Value::Date(self.person.clock.day(self.now)),
            Expr::Not(condition) => Value::YesNo(!self.holds(condition)?),
            Expr::And(all) => Value::YesNo(self.first(all, false)?.is_none()),
            Expr::Or(all) => Value::YesNo(self.first(all, true)?.is_some()),
            Expr::Compare(op, a, b) => {
                Value::YesNo(operators::compare(*op, &self.value(a)?, &self.value(b)?)?)
            }
            Expr::Known(of) => Value::YesNo(!self.value(of)?.is_missing()),
            Expr::OneOf(value, options) => {
                let value = self.value(value)?;
                let mut found = false;
                for option in options {
                    found |= !value.is_missing() && self.value(option)? == value;
                }
                Value::YesNo(found)
            }
            Expr::Text(op, a, b) => Value::YesNo(operators::text(*op, &self.value(a)?, &self.value(b)?)?),
            Expr::Arith(op, a, b) => {
                operators::arith(&self.person.clock, *op, &self.value(a)?, &self.value(b)?)?
            }
            Expr::Default(a, b) => match self.value(a)? {
                Value::Missing => self.value(b)?,
                value => value,
            },
            Expr::List(all) => Value::List(self.all(all)?.into()),
            Expr::Record(all) => Value::Record(self.all(all)?.into()),
            Expr::InSegment(segment) => {
                let alone = Self::new(self.program, self.person, self.now);
                Value::YesNo(alone.holds(&self.program.segments[segment.index()].condition)?)
            }
            Expr::Bucket { name, share } => Value::YesNo(
                place(self.program, "bucket", name, &self.person.id, 1_000_000) < i64::from(*share),
            ),
            Expr::History(query) => self.history(query)?,
            Expr::Items(query) => {
                let items = match self.value(&query.list)? {
                    Value::List(items) => items.to_vec(),
                    _ => Vec::new(),
                };
                self.query(&query.query, items, query.filter.as_deref())?
            }
            Expr::HasBeen { subject, span } => {
                let since = match subject {
                    Subject::Field(field, value) => {
                        let is = self.person.field(self.program, *field) == *value;
                        is.then(|| self.person.since[field.index()])
                    }
                    Subject::Segment(segment) => {
                        let (inside, since) = self.person.members[segment.index()];
                        // At the very moment at which it ends it has been so, and is no more.
                        let condition = &self.program.segments[segment.index()].condition;
                        let alone = Self::new(self.program, self.person, self.now);
                        (inside && !matches!(alone.holds(condition), Ok(false))).then_some(since)
                    }
                };
                let since = since.filter(|since| *since < Moment::MAX);
                Value::YesNo(since.is_some_and(|since| self.person.clock.plus(since, span) <= self.now))
            }
        })
    }

    pub(crate) fn all(&self, all: &[Expr]) -> Answer<Vec<Value>> {
        all.iter().map(|expr| self.value(expr)).collect()
    }

    /// The first condition, asked from the left, that answers so.
    fn first(&self, all: &[Expr], answer: bool) -> Answer<Option<usize>> {
        for (at, condition) in all.iter().enumerate() {
            if self.holds(condition)? == answer {
                return Ok(Some(at));
            }
        }
        Ok(None)
    }

    fn history(&self, query: &HistoryQuery) -> Answer<Value> {
        let happened = self.happened(query.source, query.range);
        let items = happened.into_iter().map(|happened| happened.data.clone()).collect();
        self.query(&query.query, items, query.filter.as_deref())
    }

    /// What happened in a range, in its order.
    pub(crate) fn happened(&self, source: HistorySource, range: HistoryRange) -> Vec<&'a Happened> {
        let clock = &self.person.clock;
        let mut all: Vec<&Happened> = self.person.past.iter().filter(|h| h.what.is(source)).collect();
        all.retain(|happened| match range {
            HistoryRange::Ever => true,
            HistoryRange::InLast(span) => {
                happened.place.at <= self.now && self.now < clock.plus(happened.place.at, &span)
            }
            // What came in after the entry, and did not happen before what began it.
            HistoryRange::SinceEnter => self.origin.is_some_and(|origin| {
                happened.place.number > origin.number && happened.place.at >= origin.at
            }),
        });
        all.sort_by_key(|happened| happened.place);
        all
    }

    fn query(&self, query: &Query, items: Vec<Value>, filter: Option<&Expr>) -> Answer<Value> {
        let mut found = Vec::new();
        for item in items {
            if self.passes(filter, &item)? {
                found.push(item);
            }
        }
        Ok(match query {
            Query::Any => Value::YesNo(!found.is_empty()),
            Query::No => Value::YesNo(found.is_empty()),
            Query::Count => Value::Number(Decimal::from(found.len())),
            Query::Latest => found.pop().unwrap_or_default(),
            Query::Sum { of, zero } => {
                let mut sum = zero.clone();
                for item in found {
                    let one = self.with(&item).value(of)?;
                    if !one.is_missing() {
                        sum = operators::arith(&self.person.clock, wayline_ir::ArithOp::Add, &sum, &one)?;
                    }
                }
                sum
            }
        })
    }
}

impl What {
    /// Whether a source means it. Reactions to a message mean those of any run here.
    pub(crate) fn is(self, source: HistorySource) -> bool {
        match (self, source) {
            (Self::Event(event), HistorySource::Event(asked)) => event == asked,
            (Self::Reaction(kind, message, ..), HistorySource::MessageReaction(asked, of)) => {
                (kind, message) == (asked, of)
            }
            (Self::Reaction(kind, _, channel, _), HistorySource::ChannelReaction(asked, on)) => {
                (kind, channel) == (asked, on)
            }
            _ => false,
        }
    }
}

/// Where a customer falls among `length` places.
pub(crate) fn place(program: &Program, purpose: &str, name: &str, customer: &str, length: i64) -> i64 {
    let mut bytes = Vec::new();
    for part in [program.workspace.salt.as_str(), purpose, name, customer] {
        bytes.extend(u32::try_from(part.len()).unwrap().to_le_bytes());
        bytes.extend(part.as_bytes());
    }
    let product = u128::from(xxh3_64(&bytes)) * u128::try_from(length).unwrap();
    i64::try_from(product >> 64).unwrap()
}
