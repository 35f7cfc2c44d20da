//! When time alone changes the answer to a condition: computed, never polled.
//!
//! [`Eval::flip`] gives a moment before which the answer cannot change while the customer stays as it is. The engine
//! asks again at that moment, and at every change of the customer. Most often it is the very moment of the change: when
//! an event leaves a window, a span has gone since a field took its value, `now` or `today` reaches a date. A
//! conjunction that does not hold waits for the last of its parts, one that holds for the first.

mod shrinking;

use std::cmp::Ordering;

use wayline_ir::{Expr, HistoryQuery, HistoryRange, ListQuery, Query, SegmentId, Subject, Value};
use wayline_time::{MILLIS_PER_DAY, Moment, add_span};

use crate::eval::{Eval, Item, Items, Vars, order};

/// How many candidates are tried before the last one is taken as it is.
const TRIES: u32 = 256;

/// How far `now` and `today` are followed: 200 years.
const HORIZON_MS: i64 = 200 * 366 * MILLIS_PER_DAY;

impl Eval<'_> {
    /// The first moment after now at which the answer to a condition may be another, by time alone.
    pub(crate) fn flip(&self, expr: &Expr, items: Option<&Items<'_>>) -> Option<Moment> {
        match expr {
            Expr::Not(of) => self.flip(of, items),
            Expr::And(all) => self.junction(all, items, true),
            Expr::Or(all) => self.junction(all, items, false),
            Expr::InSegment(segment) => self.segment_flip(*segment),
            _ => self.leaf(expr, items),
        }
    }

    /// The first moment after now at which membership of a segment may change, by time alone.
    pub(crate) fn segment_flip(&self, segment: SegmentId) -> Option<Moment> {
        let segment = self.program.segments.get(segment.index())?;
        Self { vars: Vars::default(), ..*self }.flip(&segment.condition, None)
    }

    /// While every part has the neutral answer (`yes` of a conjunction), the first change decides; once some have the
    /// other answer, all of those must change. A part that cannot be computed counts as neutral: it may change first.
    fn junction(&self, all: &[Expr], items: Option<&Items<'_>>, neutral: bool) -> Option<Moment> {
        let mut blocked = false;
        let mut last = Some(self.now);
        for part in all {
            if self.holds(part, items).is_ok_and(|answer| answer != neutral) {
                blocked = true;
                last = last.and_then(|last| Some(last.max(self.flip(part, items)?)));
            }
        }
        if blocked { last } else { all.iter().filter_map(|part| self.flip(part, items)).min() }
    }

    fn leaf(&self, expr: &Expr, items: Option<&Items<'_>>) -> Option<Moment> {
        if let Expr::Compare(op, left, right) = expr
            && let Some(flip) = self.shrinking(*op, left, right, items)
        {
            return flip;
        }
        let known = self.holds(expr, items);
        let mut at = *self;
        let mut last = None;
        for _ in 0..TRIES {
            let next = at.candidate(expr, items)?;
            last = Some(next);
            at.now = next;
            if at.holds(expr, items) != known {
                return Some(next);
            }
        }
        last
    }

    /// The first moment after now at which some part of an expression may have another value.
    fn candidate(&self, expr: &Expr, items: Option<&Items<'_>>) -> Option<Moment> {
        let zone = self.customer.zone;
        match expr {
            Expr::Compare(_, left, right) => {
                let parts = earlier(self.candidate(left, items), self.candidate(right, items));
                if clock(left) || clock(right) { self.meeting(left, right, items, parts) } else { parts }
            }
            Expr::OneOf(value, options) => {
                let mut first = self.candidate(value, items);
                for option in options {
                    first = earlier(first, self.candidate(option, items));
                    if clock(value) || clock(option) {
                        first = self.meeting(value, option, items, first);
                    }
                }
                first
            }
            Expr::InSegment(segment) => self.segment_flip(*segment),
            Expr::HasBeen { subject, span } => {
                let since = self.since(subject).ok().flatten();
                let reached = since.map(|since| add_span(zone, since, span)).filter(|at| *at > self.now);
                match subject {
                    Subject::Field(..) => reached,
                    // Time may also end, or begin, what has been so.
                    Subject::Segment(segment) => earlier(reached, self.segment_flip(*segment)),
                }
            }
            Expr::History(query) => self.aging(query, items),
            Expr::Items(query) => self.among(query, items),
            _ => {
                let mut first = None;
                expr.parts(&mut |part, _| first = earlier(first, self.candidate(part, items)));
                first
            }
        }
    }

    /// The first moment after now at which the order of two values is another, when `now` or `today` moves one of
    /// them steadily: found by bisection to the millisecond. Not later than `limit`.
    fn meeting(
        &self,
        left: &Expr,
        right: &Expr,
        items: Option<&Items<'_>>,
        limit: Option<Moment>,
    ) -> Option<Moment> {
        let known = self.order_at(self.now, left, right, items);
        let (mut before, mut after) =
            (self.now, limit.unwrap_or(Moment::MAX).min(self.now.plus_millis(HORIZON_MS)));
        if self.order_at(after, left, right, items) == known {
            return limit;
        }
        while after.millis_since(before) > 1 {
            let middle = before.plus_millis(after.millis_since(before) / 2);
            if self.order_at(middle, left, right, items) == known {
                before = middle;
            } else {
                after = middle;
            }
        }
        Some(after)
    }

    fn order_at(
        &self,
        now: Moment,
        left: &Expr,
        right: &Expr,
        items: Option<&Items<'_>>,
    ) -> Option<Ordering> {
        let at = Self { now, ..*self };
        let left = at.value(left, items).ok()?;
        let right = at.value(right, items).ok()?;
        if left.is_missing() || right.is_missing() {
            return None;
        }
        order(&left, &right).ok()
    }

    /// The first moment after now at which the answer to a question about history may be another: when a record that
    /// counts leaves the range, or the answer of the filter about one changes.
    fn aging(&self, query: &HistoryQuery, items: Option<&Items<'_>>) -> Option<Moment> {
        let filter = query.filter.as_deref();
        if !filter.is_some_and(any_clock) && !summand(query).is_some_and(any_clock) {
            let HistoryRange::InLast(span) = query.range else { return None };
            // Only the latest counts for these; of the others the oldest leaves first.
            let latest = matches!(query.query, Query::Any | Query::No | Query::Latest);
            let mut at = None;
            let visited = self.records(query.source, query.range, &mut |found| {
                let counts = self.passes(filter, found.item, items)?;
                if counts {
                    at = Some(found.at);
                }
                Ok(!(counts && latest))
            });
            visited.ok()?;
            return Some(add_span(self.customer.zone, at?, &span));
        }
        let mut first = None;
        let visited = self.records(query.source, query.range, &mut |found| {
            if let HistoryRange::InLast(span) = query.range {
                first = earlier(first, Some(add_span(self.customer.zone, found.at, &span)));
            }
            let inner = Items { item: found.item, outer: items };
            first = earlier(first, filter.and_then(|filter| self.flip(filter, Some(&inner))));
            first = earlier(first, summand(query).and_then(|of| self.candidate(of, Some(&inner))));
            Ok(true)
        });
        visited.ok()?;
        first
    }

    /// The first moment after now at which a list may be another, or the answer of a filter about an item.
    fn among(&self, query: &ListQuery, items: Option<&Items<'_>>) -> Option<Moment> {
        let mut first = self.candidate(&query.list, items);
        let Some(filter) = query.filter.as_deref().filter(|filter| any_clock(filter)) else { return first };
        if let Ok(list) = self.value(&query.list, items)
            && let Value::List(list) = &*list
        {
            for value in list.iter() {
                let inner = Items { item: Item::Whole(value), outer: items };
                first = earlier(first, self.flip(filter, Some(&inner)));
            }
        }
        first
    }
}

/// What a sum adds up.
fn summand(query: &HistoryQuery) -> Option<&Expr> {
    match &query.query {
        Query::Sum { of, .. } => Some(of),
        Query::Any | Query::No | Query::Count | Query::Latest => None,
    }
}

/// Whether the clock moves the value of an expression steadily.
fn clock(expr: &Expr) -> bool {
    match expr {
        Expr::Now | Expr::Today => true,
        Expr::Arith(_, left, right) | Expr::Default(left, right) => clock(left) || clock(right),
        _ => false,
    }
}

/// Whether time is asked anywhere in an expression.
fn any_clock(expr: &Expr) -> bool {
    let mut any = false;
    expr.walk(0, &mut |part, _| {
        any |= matches!(
            part,
            Expr::Now | Expr::Today | Expr::HasBeen { .. } | Expr::InSegment(_) | Expr::History(_)
        );
    });
    any
}

fn earlier(a: Option<Moment>, b: Option<Moment>) -> Option<Moment> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    }
}

#[cfg(test)]
mod tests;
