//! Segments, in an order in which each only refers to those before it.

use wayline_ir::{Expr, Segment, SegmentId, Value};

use super::Checker;
use super::scope::Scope;
use crate::codes::Code;
use crate::diagnostic::Diagnostic;
use crate::resolve::Kind;
use crate::syntax::ast::{self, Access, ExprKind, HasBeen, Name};

impl Checker<'_> {
    pub(crate) fn segments(&mut self) {
        let order = self.segment_order();
        self.segment_ids = vec![SegmentId(u32::MAX); self.names.segments.len()];
        for (id, index) in order.iter().enumerate() {
            if let Some(slot) = self.segment_ids.get_mut(*index) {
                *slot = SegmentId::at(id);
            }
        }
        for index in order {
            let Some(decl) = self.names.segments.get(index) else { continue };
            let condition = self.condition(&mut Scope::default(), &decl.ast.condition);
            let place = self.place(decl.ast.name.span);
            self.program.source_map.segments.push(place);
            self.program.segments.push(Segment {
                name: decl.ast.name.text.to_string(),
                condition: condition.unwrap_or(Expr::Const(Value::YesNo(false))),
                tracked: false,
            });
        }
    }

    fn segment_order(&mut self) -> Vec<usize> {
        let mut order = Vec::new();
        let mut open = Vec::new();
        for index in 0..self.names.segments.len() {
            self.visit_segment(index, &mut order, &mut open);
        }
        order
    }

    fn visit_segment(&mut self, index: usize, order: &mut Vec<usize>, open: &mut Vec<usize>) {
        if order.contains(&index) {
            return;
        }
        let Some(decl) = self.names.segments.get(index) else { return };
        open.push(index);
        let mut named = Vec::new();
        segments_in(&decl.ast.condition, &mut named);
        for name in named {
            let Some(other) = self.names.get(Kind::Segment, name.as_str()) else { continue };
            if let Some(start) = open.iter().position(|known| *known == other) {
                let circle: Vec<String> = open
                    .iter()
                    .skip(start)
                    .chain([&other])
                    .filter_map(|index| self.names.segments.get(*index))
                    .map(|decl| format!("`{}`", decl.ast.name.text))
                    .collect();
                self.report(
                    Diagnostic::new(
                        Code::CIRCLE,
                        format!("segment `{}` is defined by itself", name.text),
                        name.span,
                    )
                    .note(format!("the circle is {}", circle.join(", which asks ")))
                    .help("write the condition out in one of them"),
                );
            } else {
                self.visit_segment(other, order, open);
            }
        }
        open.pop();
        order.push(index);
    }
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
