//! What happened before: which of it is kept, and how it is asked.
//!
//! Records are sorted by the moment they are about, then by the order they came in. An event at `e` is in
//! `in last D` at `t` exactly when `e <= t < e + D`, with `e + D` counted in the customer's zone: the half-open window
//! `(t - D, t]`.

mod kept;

use std::borrow::Cow;

use wayline_ir::{Expr, HistoryQuery, HistoryRange, HistorySource, Query, Value};
use wayline_time::{MILLIS_PER_DAY, Moment, Span, add_span};

use crate::RunId;
use crate::eval::{Eval, Fault, Item, Items, add};
use crate::state::PastReaction;

pub(crate) use kept::Kept;

/// A record that a question is about.
#[derive(Clone, Copy)]
pub(crate) struct Found<'h> {
    pub at: Moment,
    pub seq: u32,
    /// Of a reaction: the run that had sent the message.
    pub run: Option<RunId>,
    pub item: Item<'h>,
}

impl<'a> Eval<'a> {
    /// Visits records of a source in a range, the latest first, until `visit` says `false`.
    pub(crate) fn records(
        &self,
        source: HistorySource,
        range: HistoryRange,
        visit: &mut dyn FnMut(Found<'a>) -> Result<bool, Fault>,
    ) -> Result<(), Fault> {
        match source {
            HistorySource::Event(event) => {
                let Some(Some(kept)) = self.index.kept.get(event.index()) else { return Ok(()) };
                for past in self.customer.history.iter().rev() {
                    if past.event != event {
                        continue;
                    }
                    let item = Item::Kept(&past.data, kept);
                    let found = Found { at: past.at, seq: past.seq, run: None, item };
                    match self.in_range(range, found.at, found.seq) {
                        Place::Before => return Ok(()),
                        Place::Outside => {}
                        Place::Inside if visit(found)? => {}
                        Place::Inside => return Ok(()),
                    }
                }
            }
            HistorySource::MessageReaction(..) | HistorySource::ChannelReaction(..) => {
                for past in self.customer.reactions.iter().rev() {
                    if !self.is_of(source, past) {
                        continue;
                    }
                    let item = Item::Answer(&past.value);
                    let found = Found { at: past.at, seq: past.seq, run: Some(past.run), item };
                    match self.in_range(range, found.at, found.seq) {
                        Place::Before => return Ok(()),
                        Place::Outside => {}
                        Place::Inside if visit(found)? => {}
                        Place::Inside => return Ok(()),
                    }
                }
            }
        }
        Ok(())
    }

    fn is_of(&self, source: HistorySource, past: &PastReaction) -> bool {
        match source {
            HistorySource::Event(_) => false,
            HistorySource::MessageReaction(kind, message) => past.kind == kind && past.message == message,
            HistorySource::ChannelReaction(kind, channel) => {
                past.kind == kind
                    && self.program.messages.get(past.message.index()).is_some_and(|m| m.channel == channel)
            }
        }
    }

    fn in_range(&self, range: HistoryRange, at: Moment, seq: u32) -> Place {
        if at > self.now {
            return Place::Outside;
        }
        match range {
            HistoryRange::Ever => Place::Inside,
            HistoryRange::InLast(span) => {
                let age = self.now.millis_since(at);
                if age < least_millis(&span) || add_span(self.customer.zone, at, &span) > self.now {
                    return Place::Inside;
                }
                // Local days may be a little longer or shorter, so only the longest length ends the search.
                if age <= span.max_millis() { Place::Outside } else { Place::Before }
            }
            // Of what came in before the entry not all is kept, so it never counts: also not when a late event began the
            // run.
            HistoryRange::SinceEnter => match self.vars.origin {
                Some(origin) if at < origin.at => Place::Before,
                Some(origin) if seq > origin.seq => Place::Inside,
                Some(_) => Place::Outside,
                None => Place::Before,
            },
        }
    }

    /// Answers a question about history.
    pub(crate) fn history<'b>(
        &'b self,
        query: &'b HistoryQuery,
        items: Option<&'b Items<'b>>,
    ) -> Result<Cow<'b, Value>, Fault> {
        let filter = query.filter.as_deref();
        match &query.query {
            Query::Any => Ok(Cow::Owned(Value::YesNo(self.any_record(query, items)?))),
            Query::No => Ok(Cow::Owned(Value::YesNo(!self.any_record(query, items)?))),
            Query::Count => {
                let mut count: u32 = 0;
                self.records(query.source, query.range, &mut |found| {
                    count += u32::from(self.passes(filter, found.item, items)?);
                    Ok(true)
                })?;
                Ok(Cow::Owned(Value::Number(count.into())))
            }
            Query::Sum { of, zero } => {
                let mut sum = zero.clone();
                self.records(query.source, query.range, &mut |found| {
                    if self.passes(filter, found.item, items)? {
                        let inner = Items { item: found.item, outer: items };
                        sum = add(&sum, &*self.value(of, Some(&inner))?)?;
                    }
                    Ok(true)
                })?;
                Ok(Cow::Owned(sum))
            }
            Query::Latest => {
                let mut latest = Value::Missing;
                self.records(query.source, query.range, &mut |found| {
                    let it = self.passes(filter, found.item, items)?;
                    if it {
                        latest = found.item.to_value();
                    }
                    Ok(!it)
                })?;
                Ok(Cow::Owned(latest))
            }
        }
    }

    /// Whether there is a record that the question asks for.
    pub(crate) fn any_record(&self, query: &HistoryQuery, items: Option<&Items<'_>>) -> Result<bool, Fault> {
        let mut any = false;
        self.records(query.source, query.range, &mut |found| {
            any = self.passes(query.filter.as_deref(), found.item, items)?;
            Ok(!any)
        })?;
        Ok(any)
    }

    /// Whether an event or item passes a filter.
    pub(crate) fn passes(
        &self,
        filter: Option<&Expr>,
        item: Item<'_>,
        outer: Option<&Items<'_>>,
    ) -> Result<bool, Fault> {
        match filter {
            None => Ok(true),
            Some(filter) => self.holds(filter, Some(&Items { item, outer })),
        }
    }
}

/// No longer than a span is anywhere: months of 28 days, and two days less for a calendar part, more than any zone's
/// clock was ever set forward at once.
pub(crate) fn least_millis(span: &Span) -> i64 {
    if span.is_exact() || span.has_negative() {
        return if span.is_exact() { span.millis } else { i64::MIN };
    }
    let days =
        i64::from(span.months).saturating_mul(28).saturating_add(i64::from(span.days)).saturating_sub(2);
    days.saturating_mul(MILLIS_PER_DAY).saturating_add(span.millis)
}

/// Where a record lies with regard to a range.
enum Place {
    Inside,
    Outside,
    /// Outside, and so is everything before it.
    Before,
}
