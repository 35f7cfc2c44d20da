//! What happened before: which of it is kept, and how it is asked.
//!
//! Records are sorted by the moment they are about, then by the order they came in. An event at `e` is in
//! `in last D` at `t` exactly when `e <= t < e + D`, with `e + D` counted in the customer's zone: the half-open window
//! `(t - D, t]`.

use std::borrow::Cow;
use std::sync::Arc;

use wayline_ir::{
    EventId, Expr, HistoryQuery, HistoryRange, HistorySource, MessageId, Query, ReactionKind, Retention,
    Value,
};
use wayline_time::{Moment, Span, add_span};

use crate::eval::{Eval, Fault, Item, Items};
use crate::prepare::Index;
use crate::state::{Customer, Origin, Past, PastReaction};

/// Below this many new records nothing is pruned.
const PRUNE_SLACK: usize = 8;

/// What is kept of one kind of record.
#[derive(Debug, Clone, Default)]
pub(crate) struct Kept {
    /// For so long; `i64::MAX` for ever.
    pub millis: i64,
    /// While a run that entered before is on its way.
    pub since_enter: bool,
    /// The latest, whatever its age.
    pub latest: bool,
    /// The fields that are kept, ascending.
    fields: Vec<usize>,
}

impl Kept {
    pub(crate) fn of(retention: &Retention) -> Self {
        let mut fields: Vec<usize> = retention.fields.iter().map(|field| field.index()).collect();
        fields.sort_unstable();
        fields.dedup();
        Self {
            millis: retention.span.as_ref().map_or(i64::MAX, Span::max_millis),
            since_enter: retention.since_enter,
            latest: retention.latest,
            fields,
        }
    }

    /// Keeps also what a `from … until … or D` clause asks. Without a filter and a limit the latest will do.
    pub(crate) fn widen(&mut self, limit: Option<&Span>, filter: Option<&Expr>, field_count: usize) {
        match (limit, filter) {
            (Some(limit), _) => self.millis = self.millis.max(limit.max_millis()),
            (None, Some(_)) => self.millis = i64::MAX,
            (None, None) => self.latest = true,
        }
        if filter.is_some() {
            self.fields = (0..field_count).collect();
        }
    }

    /// What is stored of a record.
    fn store(&self, data: &Value) -> Value {
        match data {
            _ if self.fields.is_empty() => Value::Missing,
            Value::Record(all) if all.len() > self.fields.len() => {
                let stored = self.fields.iter().map(|field| all.get(*field).cloned().unwrap_or_default());
                Value::Record(stored.collect())
            }
            whole => whole.clone(),
        }
    }

    /// A field of what was stored.
    pub(crate) fn field<'v>(&self, stored: &'v Value, field: usize) -> Option<&'v Value> {
        let Value::Record(fields) = stored else { return None };
        fields.get(self.fields.iter().position(|kept| *kept == field)?)
    }

    /// What was stored as a record in declared order; fields that are not kept are missing.
    pub(crate) fn restore(&self, stored: &Value) -> Value {
        let Value::Record(fields) = stored else { return Value::Record(Arc::from([])) };
        let Some(last) = self.fields.last() else { return stored.clone() };
        if *last + 1 == fields.len() {
            return stored.clone();
        }
        let mut all = vec![Value::Missing; *last + 1];
        for (at, value) in self.fields.iter().zip(fields.iter()) {
            if let Some(place) = all.get_mut(*at) {
                place.clone_from(value);
            }
        }
        Value::Record(all.into())
    }
}

/// A record that a question is about.
#[derive(Clone, Copy)]
pub(crate) struct Found<'h> {
    pub at: Moment,
    pub seq: u32,
    pub item: Item<'h>,
}

impl Customer {
    /// Takes an event into history, as far as it is asked, and gives its sequence number.
    pub(crate) fn remember_event(&mut self, index: &Index, event: EventId, at: Moment, data: &Value) -> u32 {
        let seq = self.next_seq();
        let Some(Some(kept)) = index.kept.get(event.index()) else { return seq };
        if kept.millis <= 0 && !kept.latest && self.runs.is_empty() {
            return seq;
        }
        let past = Past { at, seq, event, data: kept.store(data) };
        // Nearly always the last.
        let place = match self.history.last() {
            Some(last) if last.at > at => self.history.partition_point(|known| known.at <= at),
            _ => self.history.len(),
        };
        self.history.insert(place, past);
        let known = self.pruned.first().copied().unwrap_or(0) as usize;
        if self.history.len() > 2 * known + PRUNE_SLACK {
            self.prune_history(index);
        }
        seq
    }

    /// Takes a reaction into history, when reactions are asked at all.
    pub(crate) fn remember_reaction(
        &mut self,
        index: &Index,
        message: MessageId,
        kind: ReactionKind,
        at: Moment,
        value: &Value,
    ) -> u32 {
        let seq = self.next_seq();
        let Some(kept) = &index.kept_reactions else { return seq };
        let past = PastReaction { at, seq, message, kind, value: value.clone() };
        let place = match self.reactions.last() {
            Some(last) if last.at > at => self.reactions.partition_point(|known| known.at <= at),
            _ => self.reactions.len(),
        };
        self.reactions.insert(place, past);
        let known = self.pruned.get(1).copied().unwrap_or(0) as usize;
        if self.reactions.len() > 2 * known + PRUNE_SLACK {
            let (now, oldest) = (self.now, self.oldest_run());
            self.reactions.retain(|past| within(kept, past.at, now, oldest));
            if let Some(pruned) = self.pruned.get_mut(1) {
                *pruned = u32::try_from(self.reactions.len()).unwrap_or(u32::MAX);
            }
        }
        seq
    }

    /// Drops sends that are older than anything asks for and belong to nothing that is on its way.
    pub(crate) fn prune_sends(&mut self, index: &Index) {
        let known = self.pruned.get(2).copied().unwrap_or(0) as usize;
        if self.sends.len() <= 2 * known + PRUNE_SLACK {
            return;
        }
        let (now, runs, goals) = (self.now, &self.runs, &self.goals);
        self.sends.retain(|sent| {
            now.millis_since(sent.at) <= index.sends_kept
                || runs.iter().any(|run| run.id == sent.key.run)
                || goals.iter().any(|goal| goal.run == Some(sent.key.run))
        });
        if let Some(pruned) = self.pruned.get_mut(2) {
            *pruned = u32::try_from(self.sends.len()).unwrap_or(u32::MAX);
        }
    }

    fn prune_history(&mut self, index: &Index) {
        let (now, oldest) = (self.now, self.oldest_run());
        let mut keep = vec![true; self.history.len()];
        let mut latest: Vec<EventId> = Vec::new();
        for (past, keep) in self.history.iter().zip(&mut keep).rev() {
            let newest = !latest.contains(&past.event);
            if newest {
                latest.push(past.event);
            }
            *keep = index
                .kept
                .get(past.event.index())
                .and_then(Option::as_ref)
                .is_some_and(|kept| (kept.latest && newest) || within(kept, past.at, now, oldest));
        }
        let mut keep = keep.into_iter();
        self.history.retain(|_| keep.next().unwrap_or(true));
        if let Some(pruned) = self.pruned.first_mut() {
            *pruned = u32::try_from(self.history.len()).unwrap_or(u32::MAX);
        }
    }

    /// Where the oldest run that is on its way entered.
    fn oldest_run(&self) -> Option<Moment> {
        self.runs.iter().map(|run| run.origin.at).min()
    }
}

/// Whether a record is still young enough, or since the entry of a run that is on its way.
fn within(kept: &Kept, at: Moment, now: Moment, oldest_run: Option<Moment>) -> bool {
    now.millis_since(at) <= kept.millis || (kept.since_enter && oldest_run.is_some_and(|oldest| oldest <= at))
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
                    let found = Found { at: past.at, seq: past.seq, item: Item::Kept(&past.data, kept) };
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
                    let found = Found { at: past.at, seq: past.seq, item: Item::Answer(&past.value) };
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
            HistoryRange::InLast(span) if add_span(self.customer.zone, at, &span) > self.now => Place::Inside,
            // Local days may be a little longer or shorter, so only the longest length ends the search.
            HistoryRange::InLast(span) if self.now.millis_since(at) <= span.max_millis() => Place::Outside,
            HistoryRange::InLast(_) => Place::Before,
            HistoryRange::SinceEnter => match self.vars.origin {
                Some(origin) if (Origin { at, seq }) > origin => Place::Inside,
                _ => Place::Before,
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
                        sum = crate::eval::add(&sum, &*self.value(of, Some(&inner))?)?;
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

/// Where a record lies with regard to a range.
enum Place {
    Inside,
    Outside,
    /// Outside, and so is everything before it.
    Before,
}
