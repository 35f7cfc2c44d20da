//! Segments, in an order in which each only refers to those before it.

use std::collections::BTreeSet;

use wayline_ir::{Expr, Segment, SegmentId, Subject, Value};

use super::Checker;
use super::scope::Scope;
use crate::codes::Code;
use crate::diagnostic::Diagnostic;
use crate::resolve::Kind;
use crate::syntax::ast::{self, Access, ExprKind, HasBeen, Name};

/// How many levels a segment may have with the segments it asks: they are asked while it is.
const MAX_HEIGHT: usize = 100;

impl Checker<'_> {
    pub(crate) fn segments(&mut self) {
        let order = self.segment_order();
        self.segment_ids = vec![SegmentId(u32::MAX); self.names.segments.len()];
        for (id, index) in order.iter().enumerate() {
            if let Some(slot) = self.segment_ids.get_mut(*index) {
                *slot = SegmentId::at(id);
            }
        }
        let mut heights = Vec::new();
        for index in order {
            let Some(decl) = self.names.segments.get(index) else { continue };
            let condition = self.condition(&mut Scope::default(), &decl.ast.condition);
            let condition = condition.unwrap_or(Expr::Const(Value::YesNo(false)));
            let height = height(&condition, &heights);
            // One that is too high counts as flat for those that ask it: one mistake is told once.
            heights.push(if height > MAX_HEIGHT { 1 } else { height });
            if height > MAX_HEIGHT {
                self.report(
                    Diagnostic::new(
                        Code::TOO_DEEP,
                        format!("with the segments it asks, this is nested more than {MAX_HEIGHT} deep"),
                        decl.ast.name.span,
                    )
                    .help("let it ask segments that ask fewer others"),
                );
            }
            let place = self.place(decl.ast.name.span);
            self.program.source_map.segments.push(place);
            self.program.segments.push(Segment {
                name: decl.ast.name.text.to_string(),
                condition,
                tracked: false,
            });
        }
    }

    /// Depth first, with a stack of its own: segments ask each other as often as they like.
    fn segment_order(&mut self) -> Vec<usize> {
        let names = self.names;
        let mut order = Vec::new();
        let mut done = BTreeSet::new();
        for first in 0..names.segments.len() {
            let mut open: Vec<Visit<'_>> = Vec::new();
            let mut next = Some(first);
            loop {
                if let Some(index) = next.take()
                    && !done.contains(&index)
                    && let Some(decl) = names.segments.get(index)
                {
                    let mut asks = Vec::new();
                    segments_in(&decl.ast.condition, &mut asks);
                    open.push(Visit { index, asks: asks.into_iter() });
                }
                let Some(visit) = open.last_mut() else { break };
                let Some(name) = visit.asks.next() else {
                    done.insert(visit.index);
                    order.push(visit.index);
                    open.pop();
                    continue;
                };
                let Some(other) = names.get(Kind::Segment, name.as_str()) else { continue };
                match open.iter().position(|visit| visit.index == other) {
                    Some(start) => {
                        let circle = open.iter().skip(start).map(|visit| visit.index).chain([other]);
                        self.circle(name, circle);
                    }
                    None => next = Some(other),
                }
            }
        }
        order
    }

    fn circle(&mut self, name: &Name, circle: impl Iterator<Item = usize>) {
        let names: Vec<String> = circle
            .filter_map(|index| self.names.segments.get(index))
            .map(|decl| format!("`{}`", decl.ast.name.text))
            .collect();
        self.report(
            Diagnostic::new(Code::CIRCLE, format!("segment `{}` is defined by itself", name.text), name.span)
                .note(format!("the circle is {}", names.join(", which asks ")))
                .help("write the condition out in one of them"),
        );
    }
}

/// A segment on the way, and the names in it that are still to be followed.
struct Visit<'e> {
    index: usize,
    asks: std::vec::IntoIter<&'e Name>,
}

/// How many levels a condition has with those of the segments it asks.
fn height(e: &Expr, segments: &[usize]) -> usize {
    let of = |id: &SegmentId| segments.get(id.index()).copied().unwrap_or(0);
    let mut highest = match e {
        Expr::InSegment(id) | Expr::HasBeen { subject: Subject::Segment(id), .. } => of(id),
        _ => 0,
    };
    e.parts(&mut |part, _| highest = highest.max(height(part, segments)));
    highest + 1
}

/// The segments an expression names.
fn segments_in<'e>(e: &'e ast::Expr, out: &mut Vec<&'e Name>) {
    match &e.kind {
        ExprKind::InSegment { segment, .. } => out.push(segment),
        ExprKind::HasBeen { state: HasBeen::InSegment(segment), .. } => out.push(segment),
        ExprKind::HasBeen { state: HasBeen::Value(inner), .. }
        | ExprKind::Not(inner)
        | ExprKind::Negate(inner)
        | ExprKind::Known { value: inner, .. } => segments_in(inner, out),
        ExprKind::And(all) | ExprKind::Or(all) | ExprKind::List(all) => {
            all.iter().for_each(|e| segments_in(e, out))
        }
        ExprKind::Binary { left, right, .. } => {
            segments_in(left, out);
            segments_in(right, out);
        }
        ExprKind::OneOf { value, choices, .. } => {
            segments_in(value, out);
            choices.iter().for_each(|e| segments_in(e, out));
        }
        ExprKind::History(history) => history.filter.iter().for_each(|e| segments_in(e, out)),
        ExprKind::Access { base, access } => {
            segments_in(base, out);
            for step in access {
                if let Access::Index(index) = step {
                    segments_in(index, out);
                }
            }
        }
        ExprKind::Record(entries) => entries.iter().for_each(|entry| segments_in(&entry.value, out)),
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
        | ExprKind::Path(_)
        | ExprKind::Bucket { .. }
        | ExprKind::Bad => {}
    }
}
