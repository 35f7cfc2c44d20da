//! Which of the past is kept, and for how long.

use std::sync::Arc;

use wayline_ir::{EventId, Expr, MessageId, ReactionKind, Retention, Value};
use wayline_time::{Moment, Span};

use crate::RunId;
use crate::prepare::Index;
use crate::state::{Customer, Past, PastReaction};

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
    pub(crate) fn store(&self, data: &Value) -> Value {
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
        (run, message): (RunId, MessageId),
        kind: ReactionKind,
        at: Moment,
        value: &Value,
    ) -> u32 {
        let seq = self.next_seq();
        let Some(kept) = &index.kept_reactions else { return seq };
        let past = PastReaction { at, seq, run, message, kind, value: value.clone() };
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
