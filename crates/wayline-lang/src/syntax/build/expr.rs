//! Expressions: the flat list of operands and operators bound by strength.
//!
//! From loose to tight: `or`, `and`, `not`, comparisons (which do not chain), `+ -`, `* /`, unary `-`, `default`.
//!
//! How high an expression is, is measured while it is built: every operator in a row puts what is left of it one deeper.
//! Only `and` and `or` do not, since they are lists. One level is at most two of JSON in the program.

use std::iter::Peekable;

use super::{Builder, MAX_DEPTH};
use crate::codes::Code;
use crate::diagnostic::{Applicability, Diagnostic, Edit, Fix};
use crate::source::Span;
use crate::syntax::ast::{
    Access, BinaryOp, Entry, Expr, ExprKind, HasBeen, History, HistoryKind, HistoryRange, HistorySource,
    Path, Reaction, Spanned,
};
use crate::syntax::grammar::Rule as R;
use crate::syntax::recover::foreign_literal;
use crate::syntax::tree::{Children, Node};

type Parts<'t> = Peekable<Children<'t>>;

const OR: u8 = 1;
const AND: u8 = 2;
const NOT: u8 = 3;
const COMPARE: u8 = 4;
const SUM: u8 = 5;
const PRODUCT: u8 = 6;
const NEGATE: u8 = 7;
const DEFAULT: u8 = 8;

impl<'t> Builder<'t, '_> {
    /// The expression below a node: `expr`, or a marker that there is none.
    pub(super) fn expr_in(&mut self, node: Node<'t>) -> Option<Expr> {
        let node =
            node.children().find(|n| matches!(n.kind(), R::expr | R::test_expr | R::missing_operand))?;
        Some(self.expr(node))
    }

    pub(super) fn expr(&mut self, node: Node<'t>) -> Expr {
        let bad = Expr { kind: ExprKind::Bad, span: node.span() };
        if node.kind() == R::missing_operand {
            return bad;
        }
        let mut parts = node.children().peekable();
        self.flat(&mut parts, 0).unwrap_or(bad)
    }

    /// A value that is written as `-`, an operand, `yes` or `no` directly below a node.
    pub(super) fn flat_value(&mut self, node: Node<'t>) -> Option<Expr> {
        if let Some(expr) = self.expr_in(node) {
            return Some(expr);
        }
        let mut parts = node.children().peekable();
        while parts.next_if(|n| !is_value(n.kind())).is_some() {}
        self.flat(&mut parts, NEGATE)
    }

    /// The values below a node: each maybe with a sign.
    pub(super) fn flat_values(&mut self, node: Node<'t>) -> Vec<Expr> {
        let mut values = Vec::new();
        let mut parts = node.children().peekable();
        while let Some(next) = parts.peek() {
            if is_value(next.kind()) {
                values.extend(self.flat(&mut parts, NEGATE));
            } else {
                parts.next();
            }
        }
        values
    }

    /// The operand below a node, as a whole expression.
    pub(super) fn operand_in(&mut self, node: Node<'t>) -> Option<Expr> {
        node.child(R::operand).map(|n| self.operand(n))
    }

    fn too_deep(&mut self, span: Span) -> Expr {
        self.report(
            Diagnostic::new(Code::TOO_DEEP, format!("this is nested more than {MAX_DEPTH} deep"), span)
                .note("what nests is every bracket, every `not` and `where`, and every operator in a row except `and` and `or`")
                .help("cut it into segments or flows with names"),
        );
        Expr { kind: ExprKind::Bad, span }
    }

    fn too_long(&mut self, span: Span) -> Expr {
        self.report(
            Diagnostic::new(Code::TOO_LONG, "this expression has too many operators in a row", span)
                .note(format!("there may be up to {}; `and` and `or` know no limit", MAX_DEPTH - 1))
                .help("cut it into parts"),
        );
        Expr { kind: ExprKind::Bad, span }
    }

    fn flat(&mut self, parts: &mut Parts<'t>, min: u8) -> Option<Expr> {
        let first = *parts.peek()?;
        if self.depth >= MAX_DEPTH {
            // What is left of this list is too deep to be looked at.
            while parts.next().is_some() {}
            return Some(self.too_deep(first.span()));
        }
        self.depth += 1;
        let outer = std::mem::take(&mut self.height);
        let result = self.flat_inner(parts, min);
        self.height = self.height.max(outer);
        self.depth -= 1;
        result
    }

    fn flat_inner(&mut self, parts: &mut Parts<'t>, min: u8) -> Option<Expr> {
        let first = parts.next()?;
        let mut left = match first.kind() {
            R::op_not | R::compat_not => {
                let inner = self.flat(parts, NOT)?;
                self.height += 1;
                let span = first.span().to(inner.span);
                Expr { kind: ExprKind::Not(Box::new(inner)), span }
            }
            R::sign => {
                let inner = self.flat(parts, NEGATE)?;
                self.height += 1;
                let span = first.span().to(inner.span);
                Expr { kind: ExprKind::Negate(Box::new(inner)), span }
            }
            _ => self.operand(first),
        };
        let (mut compared, mut reported) = (false, false);
        let mut links = 0;
        loop {
            if self.height > MAX_DEPTH {
                while parts.next().is_some() {}
                self.height = 1;
                let long = links >= MAX_DEPTH - 1;
                return Some(if long { self.too_long(left.span) } else { self.too_deep(left.span) });
            }
            let Some(op) = parts.peek().copied() else { break };
            let strength = strength(op.kind(), self.slice(op));
            if strength == 0 {
                if is_value(op.kind()) {
                    break;
                }
                parts.next();
                continue;
            }
            if strength < min {
                break;
            }
            parts.next();
            if strength == COMPARE {
                if compared {
                    if !reported {
                        let finding = chained(op.span(), left.span, self.question);
                        self.report(finding);
                        reported = true;
                    }
                    left = Expr { kind: ExprKind::Bad, span: left.span };
                }
                compared = true;
            }
            let joined = matches!((strength, &left.kind), (OR, ExprKind::Or(_)) | (AND, ExprKind::And(_)));
            if !joined {
                links += 1;
            }
            let height = std::mem::take(&mut self.height);
            left = self.apply(left, op, strength, parts);
            self.height = if joined { height.max(self.height + 1) } else { height.max(self.height) + 1 };
        }
        Some(left)
    }

    fn apply(&mut self, left: Expr, op: Node<'t>, strength: u8, parts: &mut Parts<'t>) -> Expr {
        let at = left.span;
        match op.kind() {
            R::op_in | R::op_not_in => {
                let span = at.to(op.span());
                let kind = self.name_in(op).map_or(ExprKind::Bad, |segment| ExprKind::InSegment {
                    value: Box::new(left),
                    negated: op.kind() == R::op_not_in,
                    segment,
                });
                Expr { kind, span }
            }
            R::op_has => {
                let span = at.to(op.span());
                Expr { kind: self.has_been(left, op).unwrap_or(ExprKind::Bad), span }
            }
            R::op_is | R::compat_is => self.apply_is(left, op, parts),
            R::op_and | R::op_or | R::compat_logic => {
                let right = self.right(parts, strength + 1, op);
                let span = at.to(right.span);
                let kind = match (strength, left.kind) {
                    (OR, ExprKind::Or(mut list)) => {
                        list.push(right);
                        ExprKind::Or(list)
                    }
                    (AND, ExprKind::And(mut list)) => {
                        list.push(right);
                        ExprKind::And(list)
                    }
                    (OR, kind) => ExprKind::Or(vec![Expr { kind, span: at }, right]),
                    (_, kind) => ExprKind::And(vec![Expr { kind, span: at }, right]),
                };
                Expr { kind, span }
            }
            _ => {
                let right = self.right(parts, strength + 1, op);
                let value = binary(op.kind(), self.slice(op));
                self.binary(left, Spanned { value, span: op.span() }, right)
            }
        }
    }

    fn binary(&self, left: Expr, op: Spanned<BinaryOp>, right: Expr) -> Expr {
        let span = left.span.to(right.span);
        Expr { kind: ExprKind::Binary { op, left: Box::new(left), right: Box::new(right) }, span }
    }

    /// What stands right of an operator; the marker of a missing operand becomes a bad expression.
    fn right(&mut self, parts: &mut Parts<'t>, min: u8, op: Node<'t>) -> Expr {
        match parts.peek() {
            Some(next) if next.kind() == R::missing_operand => {
                let span = next.span();
                parts.next();
                Expr { kind: ExprKind::Bad, span }
            }
            _ => self.flat(parts, min).unwrap_or(Expr { kind: ExprKind::Bad, span: op.span().at_end() }),
        }
    }

    fn apply_is(&mut self, left: Expr, op: Node<'t>, parts: &mut Parts<'t>) -> Expr {
        let op_text = self.slice(op);
        let negated = op.has(R::k_not) || op_text.starts_with(['!']) || op_text == "<>";
        let (at, value) = (left.span, Box::new(left));
        let next = parts.peek().copied();
        let kind = match next.map(Node::kind) {
            Some(R::op_known) => ExprKind::Known { value, negated },
            Some(R::op_missing | R::compat_null) => ExprKind::Known { value, negated: !negated },
            Some(R::op_one_of) => {
                let choices = next.map(|n| self.flat_values(n)).unwrap_or_default();
                ExprKind::OneOf { value, negated, choices }
            }
            _ => {
                let right = self.right(parts, COMPARE + 1, op);
                let is = if negated { BinaryOp::IsNot } else { BinaryOp::Is };
                return self.binary(*value, Spanned { value: is, span: op.span() }, right);
            }
        };
        parts.next();
        Expr { kind, span: next.map_or(at, |n| at.to(n.span())) }
    }

    fn has_been(&mut self, left: Expr, op: Node<'t>) -> Option<ExprKind> {
        let state = match op.child(R::has_in) {
            Some(n) => HasBeen::InSegment(self.name_in(n)?),
            None => HasBeen::Value(Box::new(self.flat_value(op)?)),
        };
        let duration = self.duration_in(op)?;
        Some(ExprKind::HasBeen { value: Box::new(left), state, duration })
    }

    /// An operand, or a single value below an operator.
    pub(super) fn operand(&mut self, node: Node<'t>) -> Expr {
        let outer = std::mem::take(&mut self.height);
        let operand = self.operand_inner(node);
        self.height = outer.max(self.height + 1);
        operand
    }

    fn operand_inner(&mut self, node: Node<'t>) -> Expr {
        let span = node.span();
        let bad = Expr { kind: ExprKind::Bad, span };
        let (base, access) = match node.kind() {
            R::operand | R::pattern_operand | R::path => {
                let mut children = node.children();
                let Some(first) = children.next() else { return bad };
                if first.kind() == R::path && node.kind() == R::pattern_operand {
                    return self.operand_inner(first);
                }
                (first, self.access(children))
            }
            _ => (node, Vec::new()),
        };
        if base.kind() == R::name {
            self.height += access.len();
            if access.is_empty()
                && let Some(finding) = foreign_literal(self.slice(base), span)
            {
                self.report(finding);
                let kind = match self.slice(base).to_ascii_lowercase().as_str() {
                    "true" => ExprKind::Bool(true),
                    "false" => ExprKind::Bool(false),
                    _ => ExprKind::Bad,
                };
                return Expr { kind, span };
            }
            return Expr { kind: ExprKind::Path(Path { root: self.name(base), access, span }), span };
        }
        let indices = std::mem::take(&mut self.height);
        let inner = self.primary(base).unwrap_or(Expr { kind: ExprKind::Bad, span: base.span() });
        self.height = self.height.max(indices) + access.len();
        if access.is_empty() {
            inner
        } else {
            Expr { kind: ExprKind::Access { base: Box::new(inner), access }, span }
        }
    }

    pub(super) fn path(&mut self, node: Node<'t>) -> Option<Path> {
        match self.operand(node).kind {
            ExprKind::Path(path) => Some(path),
            _ => None,
        }
    }

    fn access(&mut self, nodes: Children<'t>) -> Vec<Access> {
        nodes
            .filter_map(|n| match n.kind() {
                R::access_field => n.child(R::word).map(|w| Access::Field(self.name(w))),
                R::access_index => self.expr_in(n).map(Access::Index),
                _ => None,
            })
            .collect()
    }

    fn primary(&mut self, node: Node<'t>) -> Option<Expr> {
        let span = node.span();
        let outer = self.question;
        if matches!(node.kind(), R::paren | R::list | R::record) {
            self.question = None;
        }
        let kind = self.primary_kind(node);
        self.question = outer;
        Some(Expr { kind: kind?, span })
    }

    fn primary_kind(&mut self, node: Node<'t>) -> Option<ExprKind> {
        Some(match node.kind() {
            R::quantity => self.quantity(node)?,
            R::number => ExprKind::Number(self.number(node)),
            R::percent => ExprKind::Percent(self.percent(node).value),
            R::duration => ExprKind::Duration(self.duration(node).value),
            R::money | R::compat_money => ExprKind::Money(self.money(node)?),
            R::time | R::compat_time => ExprKind::Time(self.time(node).value),
            R::date => ExprKind::Date(self.date(node).value),
            R::datetime => ExprKind::DateTime(self.datetime_in(node)?.value),
            R::text => ExprKind::Text(self.text(node)),
            R::bool_lit => ExprKind::Bool(self.slice(node) == "yes"),
            R::now => ExprKind::Now,
            R::today => ExprKind::Today,
            R::history => ExprKind::History(Box::new(self.history(node)?)),
            R::paren => self.expr_in(node)?.kind,
            R::list => ExprKind::List(self.list(node)),
            R::record => ExprKind::Record(self.entries(node)),
            R::bucket => ExprKind::Bucket { share: self.share_in(node)?, name: self.text_in(node)? },
            _ => return None,
        })
    }

    /// `12`, `25 USD`, `1 hour 30 minutes`.
    fn quantity(&mut self, node: Node<'t>) -> Option<ExprKind> {
        let mut children = node.children();
        let number = children.next()?;
        Some(match children.next() {
            None => ExprKind::Number(self.number(number)),
            Some(n) if n.kind() == R::percent_sign => ExprKind::Percent(self.number(number)),
            Some(n) if matches!(n.kind(), R::currency | R::currency_sign) => {
                ExprKind::Money(self.money(node)?)
            }
            Some(_) => ExprKind::Duration(self.duration(node).value),
        })
    }

    pub(super) fn list(&mut self, node: Node<'t>) -> Vec<Expr> {
        node.children().filter(|n| n.kind() == R::expr).map(|n| self.expr(n)).collect()
    }

    fn entries(&mut self, node: Node<'t>) -> Vec<Entry> {
        node.children()
            .filter(|n| n.kind() == R::entry)
            .filter_map(|n| {
                let name = n.child(R::word).map(|w| self.name(w))?;
                Some(Entry { name, value: self.flat_value(n)? })
            })
            .collect()
    }

    /// The record below a node.
    pub(super) fn record_in(&mut self, node: Node<'t>) -> Option<Expr> {
        let node = node.child(R::record)?;
        Some(Expr { kind: ExprKind::Record(self.entries(node)), span: node.span() })
    }

    fn history(&mut self, node: Node<'t>) -> Option<History> {
        let first = node.first()?;
        let value = match first.kind() {
            R::k_any => HistoryKind::Any,
            R::k_no => HistoryKind::No,
            R::k_count => HistoryKind::Count,
            R::k_sum => HistoryKind::Sum,
            _ => HistoryKind::Latest,
        };
        let end = node.child(R::k_of).unwrap_or(first);
        let kind = Spanned { value, span: first.span().to(end.span()) };
        let source = self.source(node.child(R::source)?)?;
        let range = node.child(R::range).and_then(|n| {
            let value = match n.first()?.kind() {
                R::k_in => HistoryRange::Last(self.duration_in(n)?),
                R::k_ever => HistoryRange::Ever,
                _ => HistoryRange::SinceEnter,
            };
            Some(Spanned { value, span: n.span() })
        });
        let outer = self.question.replace(node.span().start);
        let filter = self.where_in(node);
        self.question = outer;
        Some(History { kind, source, range, filter })
    }

    fn source(&mut self, node: Node<'t>) -> Option<HistorySource> {
        if let Some(reaction) = node.child(R::reaction) {
            return Some(HistorySource::Reaction {
                reaction: self.reaction(reaction)?,
                target: self.name_in(node),
            });
        }
        let path = self.path(node.child(R::path)?)?;
        // A reaction without a message is written like the name of an event.
        match Reaction::from_word(path.root.as_str()) {
            Some(value) if path.access.is_empty() => Some(HistorySource::Reaction {
                reaction: Spanned { value, span: path.root.span },
                target: None,
            }),
            _ => Some(HistorySource::Path(path)),
        }
    }

    /// The condition after `where` below a node.
    pub(super) fn where_in(&mut self, node: Node<'t>) -> Option<Expr> {
        let node = node.children().find(|n| matches!(n.kind(), R::where_clause | R::test_where))?;
        self.expr_in(node)
    }
}

fn is_value(kind: R) -> bool {
    matches!(kind, R::sign | R::operand | R::pattern_operand | R::bool_lit)
}

/// How strongly an operator binds; 0 for what is none.
fn strength(kind: R, text: &str) -> u8 {
    match kind {
        R::op_or => OR,
        R::op_and => AND,
        R::compat_logic => {
            if text == "||" {
                OR
            } else {
                AND
            }
        }
        R::op_is
        | R::compat_is
        | R::op_compare
        | R::op_contains
        | R::op_starts
        | R::op_ends
        | R::op_in
        | R::op_not_in
        | R::op_has => COMPARE,
        R::op_add | R::op_sub => SUM,
        R::op_mul | R::op_div => PRODUCT,
        R::op_default => DEFAULT,
        _ => 0,
    }
}

fn binary(kind: R, text: &str) -> BinaryOp {
    match (kind, text) {
        (R::op_compare, "<") => BinaryOp::Less,
        (R::op_compare, "<=") => BinaryOp::AtMost,
        (R::op_compare, ">") => BinaryOp::Greater,
        (R::op_compare, _) => BinaryOp::AtLeast,
        (R::op_contains, _) => BinaryOp::Contains,
        (R::op_starts, _) => BinaryOp::StartsWith,
        (R::op_ends, _) => BinaryOp::EndsWith,
        (R::op_add, _) => BinaryOp::Add,
        (R::op_sub, _) => BinaryOp::Subtract,
        (R::op_mul, _) => BinaryOp::Multiply,
        (R::op_div, _) => BinaryOp::Divide,
        _ => BinaryOp::Default,
    }
}

fn chained(span: Span, left: Span, question: Option<u32>) -> Diagnostic {
    if let Some(start) = question {
        // `count of e where x > 5 >= 2`: what is compared is the question, not its condition.
        let start = Span { start, end: start, ..left };
        let edit = |span, text: &str| Edit { span, replacement: text.to_owned() };
        return Diagnostic::new(
            Code::CHAINED_COMPARISON,
            "the condition after `where` is already a comparison",
            span,
        )
        .also(left, "`where` reaches as far as it can: up to here")
        .help("put the question in parentheses: `(count of … where …) >= 2`")
        .fix(Fix {
            title: "put the question in parentheses".to_owned(),
            applicability: Applicability::Safe,
            edits: vec![edit(start, "("), edit(left.at_end(), ")")],
        });
    }
    Diagnostic::new(Code::CHAINED_COMPARISON, "a comparison cannot be compared again", span)
        .also(left, "this is already a comparison")
        .help("join two comparisons with `and`: `10 < x and x < 20`")
}
