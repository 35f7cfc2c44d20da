//! From the tree to a list of tokens, possible line ends and groups, which the printer fits into lines.

use super::is_comment;
use crate::syntax::{Node, Rule as R, Token, Tree};

mod values;

/// One element of the layout.
#[derive(Debug, Clone, Copy)]
pub(super) enum Element {
    /// A token of the file, as it stands.
    Token(Token),
    /// A comment after something on the same line.
    Trailing(Token),
    /// A comment on its own line.
    Comment(Token),
    /// One blank.
    Space,
    /// A line end if the group around it is broken, else the text `flat`.
    Soft { indent: u16, blank: bool, flat: &'static str },
    /// A line end if what follows up to the next element of this kind does not fit, else a blank.
    Fill { indent: u16 },
    /// A line end.
    Hard { indent: u16, blank: bool },
    /// Before `else`: a blank after a brace on its own line, a line end after a block on one line.
    Else { indent: u16 },
    /// What follows is printed on one line if it fits, else all its soft line ends are broken.
    Open { broken: bool, block: bool },
    /// The end of a group.
    Close,
    /// A declaration begins, its comments included; whether an empty line stands before it.
    Item { blank: bool },
    /// The declaration itself, after its comments.
    Body,
}

/// How a token is parted from the one before it.
#[derive(Debug, Clone, Copy)]
enum Gap {
    /// As the signs on both sides ask for.
    Auto,
    /// Not at all.
    Glued,
    /// By an element.
    Element(Element),
}

const STEP: u16 = 2;
/// Lines that go on with a statement stand further in than the block that may follow it.
const CONTINUED: u16 = 4;

/// Lays out a file without syntax errors.
pub(super) fn layout(text: &str, tree: &Tree) -> Vec<Element> {
    let significant: Vec<u32> = (0_u32..)
        .zip(tree.tokens())
        .filter(|(_, token)| !token.kind.is_trivia())
        .map(|(index, _)| index)
        .collect();
    let comments =
        tree.tokens().iter().filter(|token| is_comment(token.kind)).map(|token| token.start).collect();
    let mut layout = Layout {
        text,
        tokens: tree.tokens(),
        significant,
        comments,
        next: 0,
        seen: 0,
        out: Vec::with_capacity(tree.tokens().len() * 2),
        gap: Gap::Glued,
        indent: 0,
        glue_after: false,
    };
    if let Some(root) = tree.root() {
        for item in root.children().filter(|n| n.kind() != R::EOI) {
            layout.item(item);
        }
    }
    layout.end();
    layout.out
}

struct Layout<'t> {
    text: &'t str,
    tokens: &'t [Token],
    /// The indices of tokens that are no trivia.
    significant: Vec<u32>,
    /// Where comments begin, ascending.
    comments: Vec<u32>,
    /// The next of `significant`.
    next: usize,
    /// The next of `tokens`: trivia before it are laid out.
    seen: usize,
    out: Vec<Element>,
    gap: Gap,
    indent: u16,
    /// Whether the last token keeps the next one close: `(`, a sign.
    glue_after: bool,
}

/// A child of a node, or a token that stands directly in it.
enum Part<'t> {
    Node(Node<'t>),
    Token(Token),
}

impl<'t> Layout<'t> {
    fn peek(&self) -> Option<Token> {
        self.tokens.get(*self.significant.get(self.next)? as usize).copied()
    }

    fn byte(&self, token: Token) -> u8 {
        self.text.as_bytes().get(token.start as usize).copied().unwrap_or_default()
    }

    fn breaks(&self, start: u32, end: u32) -> usize {
        let between = self.text.as_bytes().get(start as usize..end as usize).unwrap_or_default();
        between.iter().filter(|b| **b == b'\n').count()
    }

    fn has_comment(&self, node: Node<'_>) -> bool {
        let span = node.span();
        let at = self.comments.partition_point(|start| *start < span.start);
        self.comments.get(at).is_some_and(|start| *start < span.end)
    }

    /// The children of a node and the tokens between them, in order.
    fn parts(&self, node: Node<'t>) -> Vec<Part<'t>> {
        let mut parts = Vec::new();
        let mut next = self.next;
        let token = |next: usize| self.tokens.get(*self.significant.get(next)? as usize).copied();
        for child in node.children().filter(|n| n.span().start < n.span().end) {
            while let Some(token) = token(next).filter(|token| token.start < child.span().start) {
                parts.push(Part::Token(token));
                next += 1;
            }
            while token(next).is_some_and(|token| token.start < child.span().end) {
                next += 1;
            }
            parts.push(Part::Node(child));
        }
        while let Some(token) = token(next).filter(|token| token.start < node.span().end) {
            parts.push(Part::Token(token));
            next += 1;
        }
        parts
    }

    /// Comments between the last token and the next one. Those on their own line stand at `indent`. True if a line end
    /// must follow.
    fn trivia(&mut self, indent: u16, first_blank: bool) -> bool {
        let end = self.significant.get(self.next).map_or(self.tokens.len(), |index| *index as usize);
        let mut last_end = self.seen.checked_sub(1).and_then(|i| self.tokens.get(i)).map_or(0, |t| t.end);
        let mut line_end = false;
        let start_of_file = self.seen == 0;
        let mut keep_blank = first_blank;
        while self.seen < end {
            let Some(token) = self.tokens.get(self.seen).copied() else { break };
            self.seen += 1;
            if !is_comment(token.kind) {
                continue;
            }
            let breaks = self.breaks(last_end, token.start);
            if breaks == 0 && !start_of_file && !line_end {
                self.out.push(Element::Trailing(token));
            } else {
                if !start_of_file || line_end {
                    self.out.push(Element::Hard { indent, blank: keep_blank && breaks > 1 });
                }
                self.out.push(Element::Comment(token));
            }
            keep_blank = true;
            line_end = true;
            last_end = token.end;
        }
        line_end
    }

    /// Whether an empty line stands before the next token.
    fn blank_before(&self, place: u32) -> bool {
        let index = self.significant.get(self.next).map_or(self.tokens.len(), |index| *index as usize);
        let before = self.tokens.get(..index).unwrap_or_default().iter().rev();
        let end = before.clone().find(|t| !t.kind.is_trivia() || is_comment(t.kind)).map_or(0, |t| t.end);
        self.breaks(end, place) > 1
    }

    /// Lays out the next token with what stands before it.
    fn token(&mut self) {
        let Some(token) = self.peek() else { return };
        let gap = std::mem::replace(&mut self.gap, Gap::Auto);
        let (indent, keep_blank) = match gap {
            Gap::Element(Element::Soft { indent, blank, .. } | Element::Hard { indent, blank }) => {
                (indent, blank)
            }
            Gap::Element(Element::Else { indent }) => (indent, false),
            _ => (self.indent + CONTINUED, false),
        };
        if self.trivia(indent, keep_blank) {
            let blank = keep_blank && self.blank_before(token.start);
            self.out.push(Element::Hard { indent, blank });
        } else {
            match gap {
                Gap::Glued => {}
                Gap::Element(Element::Soft { indent, blank, flat }) => {
                    let blank = blank && self.blank_before(token.start);
                    self.out.push(Element::Soft { indent, blank, flat });
                }
                Gap::Element(element) => self.out.push(element),
                Gap::Auto => {
                    let close = matches!(self.byte(token), b',' | b')' | b']' | b':' | b'.' | b'?');
                    if !(close || self.glue_after) {
                        self.out.push(Element::Space);
                    }
                }
            }
        }
        self.glue_after = matches!(self.byte(token), b'(' | b'[' | b'.');
        self.out.push(Element::Token(token));
        self.next += 1;
        self.seen = self.significant.get(self.next - 1).map_or(self.seen, |index| *index as usize + 1);
    }

    fn item(&mut self, node: Node<'t>) {
        let Some(first) = self.peek() else { return };
        let start = self.out.len();
        // What follows the declaration before on its line still belongs to that one.
        let from = self.seen.checked_sub(1).and_then(|i| self.tokens.get(i)).map_or(0, |t| t.end);
        let commented = self.trivia(0, true);
        let trailing = matches!(self.out.get(start), Some(Element::Trailing(_)));
        let at = start + usize::from(trailing);
        let blank = match self.out.get(at) {
            Some(Element::Hard { blank, .. }) => *blank,
            _ if commented && trailing => self.blank_before(first.start),
            _ => self.breaks(from, first.start) > 1,
        };
        let lead = self.out.split_off(at);
        let has_lead = !lead.is_empty();
        self.out.push(Element::Item { blank });
        // The line end before the first comment is that of the declaration.
        let skip = usize::from(matches!(lead.first(), Some(Element::Hard { .. })));
        self.out.extend(lead.into_iter().skip(skip));
        if has_lead {
            self.out.push(Element::Hard { indent: 0, blank: self.blank_before(first.start) });
        }
        self.out.push(Element::Body);
        self.gap = Gap::Glued;
        self.statement(node);
    }

    /// What stands after the last declaration.
    fn end(&mut self) {
        let start = self.out.len();
        self.trivia(0, true);
        if self.out.len() == start {
            return;
        }
        let at = start + usize::from(matches!(self.out.get(start), Some(Element::Trailing(_))));
        if let Some(Element::Hard { blank, .. }) = self.out.get(at).copied() {
            self.out.splice(at..=at, [Element::Item { blank }, Element::Body]);
        }
    }

    /// A statement: a group whose clauses stand on lines of their own if it does not fit.
    fn statement(&mut self, node: Node<'t>) {
        let gap = std::mem::replace(&mut self.gap, Gap::Glued);
        // What parts it from the statement before stands outside of the group.
        if let Gap::Element(Element::Soft { indent, blank, flat }) = gap {
            let place = self.peek().map_or(0, |token| token.start);
            if self.trivia(indent, blank) {
                let blank = blank && self.blank_before(place);
                self.out.push(Element::Hard { indent, blank });
            } else {
                let blank = blank && self.blank_before(place);
                self.out.push(Element::Soft { indent, blank, flat });
            }
        }
        // An `if` on one line stays there with all its branches, or each branch begins a line.
        let branches = node.kind() == R::step && node.children().any(|n| n.kind() == R::if_step);
        let broken = branches && self.breaks(node.span().start, node.span().end) > 0;
        self.out.push(Element::Open { broken, block: branches });
        self.node(node);
        self.out.push(Element::Close);
    }

    fn node(&mut self, node: Node<'t>) {
        match node.kind() {
            kind if is_block(kind) => self.block(node),
            R::args | R::params | R::list | R::record | R::gen_record | R::gen_list | R::distribution => {
                self.list(node)
            }
            R::expr | R::test_expr => self.expr(node),
            R::segment => self.segment(node),
            R::where_clause | R::test_where => {
                // Its operators stand further in than the word, which may itself begin a line.
                self.indent += STEP;
                self.inline(node);
                self.indent -= STEP;
            }
            R::sign => {
                self.token();
                self.glue_after = true;
            }
            R::test_after | R::signed => {
                if self.peek().is_some_and(|token| matches!(self.byte(token), b'+' | b'-')) {
                    self.token();
                    self.glue_after = true;
                }
                self.inline(node);
            }
            _ => self.inline(node),
        }
    }

    /// Children and tokens one after the other; clauses that may begin a line do so if the statement is broken.
    fn inline(&mut self, node: Node<'t>) {
        let many = matches!(
            node.kind(),
            R::send_first
                | R::send_best
                | R::suppress_for
                | R::suppress_caps
                | R::type_one_of
                | R::channel_open
                | R::op_one_of
                | R::suppress_on
        );
        if many {
            self.lead();
            self.out.push(Element::Open { broken: false, block: false });
        }
        for part in self.parts(node) {
            match part {
                Part::Token(token) => {
                    if is_access(node.kind()) && self.byte(token) == b'[' {
                        self.gap = Gap::Glued;
                    }
                    self.token();
                    if many && self.byte(token) == b',' {
                        self.soft();
                    }
                }
                Part::Node(child) => {
                    match child.kind() {
                        R::where_clause if node.kind() != R::history => self.soft(),
                        R::best_hour | R::not_sent | R::if_past | R::if_missing | R::if_failed => self.soft(),
                        R::run_again | R::run_collide | R::release | R::keep if self.after_comma() => {
                            self.soft()
                        }
                        R::else_if | R::else_arm => {
                            self.gap = Gap::Element(Element::Else { indent: self.indent });
                        }
                        R::by_hour | R::by_weekday | R::starting_after => self.soft(),
                        _ => {}
                    }
                    self.node(child);
                }
            }
        }
        if many {
            self.out.push(Element::Close);
        }
    }

    fn after_comma(&self) -> bool {
        matches!(self.out.last(), Some(Element::Token(token)) if self.byte(*token) == b',')
    }

    fn soft(&mut self) {
        let indent = self.indent + CONTINUED;
        self.gap = Gap::Element(Element::Soft { indent, blank: false, flat: " " });
    }

    /// Statements between braces.
    fn block(&mut self, node: Node<'t>) {
        let outer = self.indent;
        let mut inside = false;
        let mut previous: Option<Node<'t>> = None;
        let mut comma = false;
        let mut opened = 0;
        let parts = self.parts(node);
        let close = parts.iter().rev().find_map(|part| match part {
            Part::Token(token) if self.byte(*token) == b'}' => Some(token.end),
            _ => None,
        });
        for part in parts {
            match part {
                Part::Token(token) if self.byte(token) == b'{' && !inside => {
                    self.token();
                    inside = true;
                    self.indent = outer + STEP;
                    // Written on one line: stays there if it fits.
                    let broken = self.breaks(token.start, close.unwrap_or(token.end)) > 0;
                    opened = self.out.len();
                    self.out.push(Element::Open { broken, block: node.kind() != R::type_record });
                }
                Part::Token(token) if self.byte(token) == b'}' && inside => {
                    inside = false;
                    let empty = self.close_block(previous.is_some(), outer);
                    if let Some(Element::Open { broken, .. }) = self.out.get_mut(opened).filter(|_| empty) {
                        *broken = false;
                    }
                }
                Part::Token(_) if inside => {
                    // A comma between fields: only its place is remembered. What stands before it is laid out with
                    // what comes after.
                    comma = true;
                    self.next += 1;
                }
                Part::Token(_) => self.token(),
                Part::Node(child) if inside => {
                    let flat = match previous {
                        None => " ",
                        Some(before) => between(before, child, comma),
                    };
                    self.gap =
                        Gap::Element(Element::Soft { indent: self.indent, blank: previous.is_some(), flat });
                    self.statement(child);
                    previous = Some(child);
                    comma = false;
                }
                Part::Node(child) => {
                    if child.kind() == R::params {
                        self.gap = Gap::Glued;
                    }
                    self.node(child);
                }
            }
        }
        self.indent = outer;
    }

    /// Lays out the closing brace. True if there is nothing between the braces.
    fn close_block(&mut self, filled: bool, outer: u16) -> bool {
        let inner = self.indent;
        let line_end = self.trivia(inner, filled);
        self.indent = outer;
        if line_end {
            self.out.push(Element::Hard { indent: outer, blank: false });
        } else if filled {
            self.out.push(Element::Soft { indent: outer, blank: false, flat: " " });
        } else {
            self.out.push(Element::Space);
        }
        self.gap = Gap::Glued;
        self.token();
        self.out.push(Element::Close);
        self.gap = Gap::Auto;
        self.glue_after = false;
        !filled && !line_end
    }
}

/// What stands between two statements of a block on one line.
fn between(before: Node<'_>, after: Node<'_>, comma: bool) -> &'static str {
    if before.kind() != R::field || after.kind() != R::field {
        return "  ";
    }
    // After `one of a, b` a comma would go on with the choices, unless the author's comma is read otherwise.
    let choices = before.descendants().last().is_some_and(|n| n.kind() == R::name)
        && before.descendants().any(|n| n.kind() == R::type_one_of);
    if choices && !comma { "  " } else { ", " }
}

/// Whether brackets in a node ask for an item of what stands before.
fn is_access(kind: R) -> bool {
    matches!(kind, R::operand | R::path | R::pattern_operand)
}

fn is_block(kind: R) -> bool {
    matches!(
        kind,
        R::customer
            | R::event
            | R::topic
            | R::channel
            | R::calendar
            | R::message
            | R::locale
            | R::service
            | R::action
            | R::flow
            | R::journey
            | R::suppress
            | R::guarantee
            | R::test
            | R::cases
            | R::persona
            | R::behaviours
            | R::block
            | R::arm_block
            | R::wait_up_to
            | R::match_step
            | R::experiment
            | R::type_record
    )
}
