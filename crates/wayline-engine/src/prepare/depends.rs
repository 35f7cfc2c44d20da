//! What a condition depends on: which changes, and whether time alone can change it.

use wayline_ir::{Expr, HistoryQuery, HistoryRange, HistorySource, Journey, Program, Subject};

use crate::bits::Bits;

use super::Index;

/// A kind of change, numbered: an event, any reaction, or a profile field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Change(pub usize);

/// What a condition depends on.
#[derive(Debug, Clone, Default)]
pub(crate) struct Depends {
    /// Changes.
    pub on: Bits,
    /// Whether time alone can change it.
    pub timed: bool,
    /// Whether it reads a variable of the run.
    pub slots: bool,
}

impl Index {
    /// What an expression depends on. Segments it asks must have been read before.
    pub(crate) fn depends(&self, program: &Program, root: &Expr) -> Depends {
        let mut depends = Depends::default();
        root.walk(0, &mut |expr, _| self.one(expr, &mut depends));
        if depends.timed
            && let Some(zone) = program.zone_field
        {
            depends.on.insert(self.field_change(zone).0);
        }
        depends
    }

    fn one(&self, expr: &Expr, depends: &mut Depends) {
        match expr {
            Expr::Customer(field) => depends.on.insert(self.field_change(*field).0),
            Expr::Now | Expr::Today => depends.timed = true,
            Expr::Slot(_) => depends.slots = true,
            Expr::InSegment(segment) => self.segment_of(*segment, depends),
            Expr::HasBeen { subject, .. } => {
                depends.timed = true;
                match subject {
                    Subject::Field(field, _) => depends.on.insert(self.field_change(*field).0),
                    Subject::Segment(segment) => self.segment_of(*segment, depends),
                }
            }
            Expr::History(HistoryQuery { source, range, .. }) => {
                depends.on.insert(match source {
                    HistorySource::Event(event) => self.event_change(*event).0,
                    HistorySource::MessageReaction(..) | HistorySource::ChannelReaction(..) => {
                        self.reaction_change().0
                    }
                });
                depends.timed |= matches!(range, HistoryRange::InLast(_));
            }
            _ => {}
        }
    }

    fn segment_of(&self, segment: wayline_ir::SegmentId, depends: &mut Depends) {
        if let Some(known) = self.segments.get(segment.index()) {
            depends.on.unite(&known.depends.on);
            depends.timed |= known.depends.timed;
        }
    }
}

/// Whether a journey can come back to a step.
pub(super) fn on_cycle(journey: &Journey, start: usize) -> bool {
    let mut seen = Bits::default();
    let mut open = vec![start];
    while let Some(at) = open.pop() {
        for target in journey.steps.get(at).map(|step| step.kind.targets()).unwrap_or_default() {
            if target.index() == start {
                return true;
            }
            if !seen.has(target.index()) {
                seen.insert(target.index());
                open.push(target.index());
            }
        }
    }
    false
}
