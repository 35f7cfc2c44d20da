//! Journeys and their header lines.

use super::{Builder, Firsts};
use crate::codes::Code;
use crate::diagnostic::Diagnostic;
use crate::source::Span;
use crate::syntax::ast::{
    Again, Collision, Enter, EnterEvery, EnterKind, Expr, Goal, Header, Journey, Leave, LeaveKind, Name,
    Offset, OneRun, Side, Spanned,
};
use crate::syntax::grammar::Rule as R;
use crate::syntax::tree::Node;

/// Whether a node is a header line of a journey.
pub(super) fn is_header(kind: R) -> bool {
    matches!(
        kind,
        R::title
            | R::owner
            | R::description
            | R::priority
            | R::enter
            | R::only_if
            | R::one_run
            | R::rate
            | R::leave
            | R::goal
            | R::holdout
            | R::moved
    )
}

impl<'t> Builder<'t, '_> {
    pub(super) fn journey(&mut self, node: Node<'t>) -> Option<Journey> {
        let mut header = Header::default();
        let mut firsts = Firsts::default();
        let mut first_step: Option<Span> = None;
        for n in node.children() {
            if n.kind() == R::step {
                first_step = first_step.or(Some(n.span()));
            } else if is_header(n.kind()) {
                if let Some(step) = first_step {
                    self.header_after_step(n, step);
                }
                self.header_line(&mut header, n, &mut firsts);
            }
        }
        Some(Journey {
            name: self.name_in(node)?,
            params: self.params(node),
            header,
            body: self.steps_of(node),
        })
    }

    fn header_after_step(&mut self, node: Node<'t>, step: Span) {
        let word = self.slice(node).split_whitespace().next().unwrap_or_default();
        let finding = Diagnostic::new(
            Code::HEADER_AFTER_STEP,
            format!("`{word}` stands after the first step"),
            node.span(),
        )
        .also(step.at_start(), "the first step is here")
        .note("header lines hold for the whole journey, wherever a run stands")
        .help("move it above the first step");
        self.report(finding);
    }

    /// Reports a header line that stands inside a block.
    pub(super) fn header_in_block(&mut self, node: Node<'t>) {
        let word = self.slice(node).split_whitespace().next().unwrap_or_default();
        let finding = Diagnostic::new(
            Code::HEADER_AFTER_STEP,
            format!("`{word}` is a header line of a journey and cannot stand inside a block"),
            node.span(),
        )
        .note("header lines hold for the whole journey, wherever a run stands")
        .help("move it to the top of the journey");
        self.report(finding);
    }

    fn header_line(&mut self, header: &mut Header, node: Node<'t>, firsts: &mut Firsts) {
        match node.kind() {
            R::title => {
                let value = self.text_in(node);
                self.once(&mut header.title, value, node, firsts);
            }
            R::owner => {
                let value = self.text_in(node);
                self.once(&mut header.owner, value, node, firsts);
            }
            R::description => {
                let value = self.text_in(node);
                self.once(&mut header.description, value, node, firsts);
            }
            R::priority => {
                let value = self.int_in(node);
                self.once(&mut header.priority, value, node, firsts);
            }
            R::holdout => {
                let value = self.share_in(node);
                self.once(&mut header.holdout, value, node, firsts);
            }
            R::one_run => {
                let value = Some(self.one_run(node));
                self.once(&mut header.one_run, value, node, firsts);
            }
            R::enter => header.enters.extend(self.enter(node)),
            R::only_if => header.only_if.extend(self.expr_in(node)),
            R::rate => header.rates.extend(self.rate(node)),
            R::leave => header.leaves.extend(self.leave(node)),
            R::goal => header.goals.extend(self.goal(node)),
            R::moved => header.moved.extend(self.moved(node)),
            _ => {}
        }
    }

    fn enter(&mut self, node: Node<'t>) -> Option<Enter> {
        let how = node.children().nth(1)?;
        let kind = match how.kind() {
            R::enter_when => EnterKind::Segment { leaves: how.has(R::k_leaves), segment: self.name_in(how)? },
            R::enter_year => {
                EnterKind::Yearly { date: self.operand_in(how)?, at: self.time(how.child(R::time)?) }
            }
            R::enter_every => {
                let every = if how.has(R::k_day) {
                    EnterEvery::Day
                } else if how.has(R::k_month) {
                    EnterEvery::Month(self.int_in(how)?)
                } else {
                    EnterEvery::Days(self.days(how)?.value)
                };
                EnterKind::Every { every, at: self.time(how.child(R::time)?), segment: self.for_segment(how) }
            }
            R::enter_cron => EnterKind::Cron { pattern: self.text_in(how)?, segment: self.for_segment(how) },
            R::enter_at => EnterKind::Date {
                offset: None,
                date: self.operand_in(how)?,
                at: how.child(R::time).map(|n| self.time(n)),
            },
            R::enter_offset => {
                let (offset, date) = self.offset_and_date(how)?;
                EnterKind::Date { offset, date, at: how.child(R::time).map(|n| self.time(n)) }
            }
            R::enter_by_hand => EnterKind::ByHand,
            R::enter_on => EnterKind::Event {
                event: self.event_ref(how)?,
                alias: self.alias(how),
                filter: self.where_in(how),
            },
            _ => return None,
        };
        Some(Enter { kind, span: node.span() })
    }

    /// `3 days before x`: the last value below a node, and what stands before it.
    pub(super) fn offset_and_date(&mut self, node: Node<'t>) -> Option<(Option<Offset>, Expr)> {
        let (mut offset, mut value) = (None, None);
        for n in node.children() {
            match n.kind() {
                R::operand => value = Some(self.operand(n)),
                R::expr => value = Some(self.expr(n)),
                R::k_before => offset = value.take().map(|by| Offset { by, side: Side::Before }),
                R::k_after => offset = value.take().map(|by| Offset { by, side: Side::After }),
                _ => {}
            }
        }
        Some((offset, value?))
    }

    fn for_segment(&self, node: Node<'t>) -> Option<Name> {
        self.name_in(node.child(R::for_segment)?)
    }

    /// The name after `as` below a node.
    pub(super) fn alias(&self, node: Node<'t>) -> Option<Name> {
        self.name_in(node.child(R::as_name)?)
    }

    fn one_run(&mut self, node: Node<'t>) -> OneRun {
        let mut run = OneRun { per: self.operand_in(node), again: None, collision: None, span: node.span() };
        let mut firsts = Firsts::default();
        for n in node.children() {
            match n.kind() {
                R::run_again => {
                    let value = match n.first().map(Node::kind) {
                        Some(R::k_once) => Some(Again::Once),
                        _ => self.duration_in(n).map(Again::After).or(Some(Again::AnyTime)),
                    };
                    let value = value.map(|value| Spanned { value, span: n.span() });
                    self.once(&mut run.again, value, n, &mut firsts);
                }
                R::run_collide => {
                    let value = match n.children().last().map(Node::kind) {
                        Some(R::k_restart) => Collision::Restart,
                        Some(R::k_parallel) => Collision::Parallel,
                        _ => Collision::Ignore,
                    };
                    self.once(&mut run.collision, Some(Spanned { value, span: n.span() }), n, &mut firsts);
                }
                _ => {}
            }
        }
        run
    }

    fn leave(&mut self, node: Node<'t>) -> Option<Leave> {
        let kind = match self.expr_in(node) {
            Some(condition) => LeaveKind::When(condition),
            None => LeaveKind::Event {
                event: self.event_ref(node)?,
                alias: self.alias(node),
                filter: self.where_in(node),
            },
        };
        Some(Leave { kind, span: node.span() })
    }

    fn goal(&mut self, node: Node<'t>) -> Option<Goal> {
        Some(Goal {
            event: self.event_ref(node)?,
            alias: self.alias(node),
            filter: self.where_in(node),
            within: self.duration_in(node)?,
            leave: node.has(R::and_leave),
            span: node.span(),
        })
    }
}
