//! Counts and sums over a window, compared with something that time does not move: by time alone records only leave the
//! window, the oldest first, so one pass over them tells when the answer changes.

use wayline_ir::{CompareOp, Expr, HistoryQuery, HistoryRange, Query, Value};
use wayline_time::{Moment, Span, add_span};

use crate::eval::{Eval, Items, add, compare};

use super::{any_clock, summand};

impl Eval<'_> {
    /// The flip of such a comparison; nothing when it is not one.
    pub(super) fn shrinking(
        &self,
        op: CompareOp,
        left: &Expr,
        right: &Expr,
        items: Option<&Items<'_>>,
    ) -> Option<Option<Moment>> {
        let (op, query, limit) = match (left, right) {
            (Expr::History(query), limit) => (op, query, limit),
            (limit, Expr::History(query)) => (mirrored(op), query, limit),
            _ => return None,
        };
        let span = plain(query)?;
        if any_clock(limit) {
            return None;
        }
        let limit = self.value(limit, items).ok()?;
        let left_over = self.left_over(query, items)?;
        let answer = |total: &Value| compare(op, total, &limit);
        let (_, all) = left_over.last()?;
        let known = answer(all);
        // The oldest leaves first. Records of one moment leave together.
        for (number, (at, _)) in left_over.iter().enumerate().skip(1).rev() {
            let (before, total) = left_over.get(number - 1)?;
            if (number == 1 || before != at) && answer(total) != known {
                return Some(Some(add_span(self.customer.zone, *at, &span)));
            }
        }
        Some(None)
    }

    /// The totals of none, the latest, the latest two … records, each with the moment of its oldest.
    fn left_over(&self, query: &HistoryQuery, items: Option<&Items<'_>>) -> Option<Vec<(Moment, Value)>> {
        let mut total = match &query.query {
            Query::Sum { zero, .. } => zero.clone(),
            _ => Value::Number(0.into()),
        };
        let one = Value::Number(1.into());
        let mut totals = vec![(self.now, total.clone())];
        let visited = self.records(query.source, query.range, &mut |found| {
            if self.passes(query.filter.as_deref(), found.item, items)? {
                let inner = Items { item: found.item, outer: items };
                total = match summand(query) {
                    Some(of) => add(&total, &*self.value(of, Some(&inner))?)?,
                    None => add(&total, &one)?,
                };
                totals.push((found.at, total.clone()));
            }
            Ok(true)
        });
        visited.ok().map(|()| totals)
    }
}

/// The window of a count or sum in which time is asked nowhere else.
fn plain(query: &HistoryQuery) -> Option<Span> {
    let HistoryRange::InLast(span) = query.range else { return None };
    let timed = query.filter.as_deref().is_some_and(any_clock) || summand(query).is_some_and(any_clock);
    (!timed && matches!(query.query, Query::Count | Query::Sum { .. })).then_some(span)
}

/// The comparison with its sides exchanged.
fn mirrored(op: CompareOp) -> CompareOp {
    match op {
        CompareOp::Is | CompareOp::IsNot => op,
        CompareOp::Less => CompareOp::Greater,
        CompareOp::AtMost => CompareOp::AtLeast,
        CompareOp::Greater => CompareOp::Less,
        CompareOp::AtLeast => CompareOp::AtMost,
    }
}
