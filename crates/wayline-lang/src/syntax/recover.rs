//! Findings about syntax, from the tokens and from the nodes of the tree.
//!
//! The grammar marks what is broken; here each mark becomes one finding. What is expected comes from a second, strict
//! reading of only the broken statement (`recover/unexpected.rs`).

use super::grammar::Rule as R;
use super::lexer::{Token, TokenKind};
use super::tree::{Node, Tree};
use crate::codes::Code;
use crate::diagnostic::{Applicability, Diagnostic};
use crate::source::{Source, Span};

mod expected;
mod foreign;
mod unexpected;

pub(super) use expected::describe;
pub(super) use foreign::literal as foreign_literal;

/// Findings that need no structure: semicolons and comments of other languages.
pub(super) fn tokens(source: &Source, tokens: &[Token], findings: &mut Vec<Diagnostic>) {
    for token in tokens {
        let span = Span::new(source.id, token.start, token.end);
        match token.kind {
            TokenKind::Semicolon => findings.push(
                Diagnostic::new(Code::SEMICOLON, "a semicolon has no place here", span)
                    .note("statements end by themselves: each begins with a word of the language")
                    .replace(Applicability::Safe, span, "", "remove the semicolon"),
            ),
            TokenKind::ForeignComment => findings.push(foreign::comment(source, span)),
            TokenKind::OpenText => findings.push(open_text(source, span)),
            _ => {}
        }
    }
}

fn open_text(source: &Source, span: Span) -> Diagnostic {
    let long = source.slice(span).starts_with("\"\"\"");
    let quote = if long { "\"\"\"" } else { "\"" };
    let opening = Span { end: span.start + if long { 3 } else { 1 }, ..span };
    let finding = Diagnostic::new(Code::UNTERMINATED_TEXT, "this text has no closing quote", opening)
        .help(format!("close it with `{quote}`"));
    if long {
        return finding;
    }
    finding.note("a text of several lines stands between `\"\"\"` and `\"\"\"`").replace(
        Applicability::Unsafe,
        span.at_end(),
        quote,
        "close the text at the end of the line",
    )
}

/// A node that is being walked through, and the last of its children that was seen.
struct Frame<'t> {
    node: Node<'t>,
    previous: Option<Node<'t>>,
}

/// Findings from the nodes: what is broken, what is missing, what belongs to other languages.
pub(super) fn nodes(source: &Source, blanked: &str, tree: &Tree, findings: &mut Vec<Diagnostic>) {
    // Most files are as they should be: nothing to walk for.
    if !tree.nodes().any(|node| is_remarkable(source, node)) {
        return;
    }
    let mut walk = Walk {
        source,
        blanked,
        tree,
        findings,
        stack: Vec::new(),
        skip: 0,
        closed_at: None,
        bad_starts: tree.nodes().filter(|n| unexpected::is_bad(n.kind())).map(|n| n.span().start).collect(),
        cache: unexpected::Words::default(),
    };
    for node in tree.nodes() {
        while walk.stack.last().is_some_and(|frame| frame.node.end_index() <= node.index()) {
            walk.stack.pop();
        }
        if node.index() >= walk.skip {
            walk.visit(node);
        }
        if let Some(frame) = walk.stack.last_mut() {
            frame.previous = Some(node);
        }
        walk.stack.push(Frame { node, previous: None });
    }
}

/// Whether a node may lead to a finding.
fn is_remarkable(source: &Source, node: Node<'_>) -> bool {
    match node.kind() {
        R::bad_head
        | R::bad_item
        | R::bad_field
        | R::bad_arm
        | R::bad_step
        | R::missing_open
        | R::missing_close
        | R::missing_operand
        | R::missing_quote
        | R::compat_is
        | R::compat_logic
        | R::compat_not
        | R::compat_null
        | R::compat_elseif
        | R::compat_else
        | R::compat_text
        | R::compat_unit
        | R::compat_clock
        | R::currency_sign => true,
        R::op_is => node.has(R::k_not),
        R::match_else => node.has(R::k_otherwise),
        R::weekday => {
            let text = source.slice(node.span());
            text.len() != 3
                || !text.starts_with(|c: char| c.is_ascii_uppercase())
                || text.ends_with(|c: char| c.is_ascii_uppercase())
        }
        _ => false,
    }
}

struct Walk<'s, 't, 'f> {
    source: &'s Source,
    /// The text of the source with blanks in place of comments: what the grammar reads.
    blanked: &'s str,
    tree: &'t Tree,
    findings: &'f mut Vec<Diagnostic>,
    stack: Vec<Frame<'t>>,
    /// Nodes below this index are part of a finding that was made already.
    skip: u32,
    /// Where the last missing brace was reported, and in which finding.
    closed_at: Option<(u32, usize)>,
    /// Where broken statements begin, ascending.
    bad_starts: Vec<u32>,
    cache: unexpected::Words,
}

impl<'t> Walk<'_, 't, '_> {
    fn parent(&self) -> Option<Node<'t>> {
        self.stack.last().map(|frame| frame.node)
    }

    fn previous(&self) -> Option<Node<'t>> {
        self.stack.last().and_then(|frame| frame.previous)
    }

    fn text(&self, span: Span) -> &str {
        self.source.slice(span)
    }

    /// A part of the text as the grammar reads it.
    fn blanked(&self, span: Span) -> &str {
        self.blanked.get(span.range()).unwrap_or_default()
    }

    fn push(&mut self, finding: Diagnostic) {
        self.findings.push(finding);
    }

    fn visit(&mut self, node: Node<'t>) {
        match node.kind() {
            R::bad_item | R::bad_field | R::bad_arm | R::bad_step => self.bad_statement(node),
            R::bad_head | R::missing_open => self.bad_head(node),
            R::missing_close => self.missing_close(node),
            R::missing_operand => self.missing_operand(node),
            R::compat_is
            | R::compat_logic
            | R::compat_not
            | R::compat_null
            | R::compat_elseif
            | R::compat_else
            | R::compat_text
            | R::compat_unit
            | R::currency_sign
            | R::compat_clock
            | R::match_else
            | R::weekday
            | R::op_is => self.foreign(node),
            _ => {}
        }
    }

    fn missing_operand(&mut self, node: Node<'t>) {
        let span = node.span();
        let before = self.tree.tokens().partition_point(|token| token.end <= span.start);
        let last = before.checked_sub(1).and_then(|i| self.tree.tokens().get(i)).map(|t| (t.start, t.end));
        let (start, end) = last.unwrap_or((span.start, span.start));
        // What stands there instead may be a finding of its own.
        let next = self.tree.tokens().get(before..).unwrap_or_default().iter().find(|t| !t.kind.is_trivia());
        if let Some(next) = next
            && self.bad_starts.binary_search(&next.start).is_ok()
            && !self.text(Span { start: end, end: next.start, ..span }).contains('\n')
        {
            return;
        }
        let word = Span { start, end, ..span };
        let what = self.text(word).to_owned();
        let wanted = match self.parent().map(Node::kind) {
            Some(R::if_step | R::else_if | R::where_clause | R::segment) => "a condition",
            _ => "a value",
        };
        self.push(
            Diagnostic::new(Code::MISSING_VALUE, format!("{wanted} is missing after `{what}`"), word)
                .help(format!("write {wanted} after it")),
        );
    }

    fn missing_close(&mut self, node: Node<'t>) {
        let Some(parent) = self.parent() else { return };
        if parent.has(R::missing_open) {
            return;
        }
        let place = node.span().start;
        if let Some((at, index)) = self.closed_at
            && at == place
            && let Some(finding) = self.findings.get_mut(index)
        {
            // Blocks that end at the same place are one finding with several braces.
            let open = brace_of(self.source, self.tree, parent);
            if let Some(open) = open {
                finding
                    .secondary
                    .push(crate::diagnostic::Label { span: open, text: "and this `{`".to_owned() });
            }
            let missing = finding.secondary.len();
            finding.message = format!("{missing} `}}` are missing");
            return;
        }
        let suspect = self.suspect(parent).or_else(|| brace_of(self.source, self.tree, parent));
        let mut finding = Diagnostic::new(Code::MISSING_CLOSE, "a `}` is missing", node.span())
            .label("expected before this place at the latest")
            .help("close the block");
        if let Some(open) = suspect {
            finding = finding.also(open, "this `{` is not closed");
        }
        self.closed_at = Some((place, self.findings.len()));
        self.push(finding);
    }

    /// The block inside `node` that was probably left open: the last one that is closed by a brace further left than
    /// the line it begins on.
    fn suspect(&self, node: Node<'t>) -> Option<Span> {
        let mut found = None;
        for inner in node.descendants().skip(1) {
            if inner.has(R::missing_close)
                || !matches!(inner.kind(), R::block | R::arm_block | R::wait_up_to | R::match_step)
            {
                continue;
            }
            let Some(open) = brace_of(self.source, self.tree, inner) else { continue };
            let close = inner.span().end.saturating_sub(1);
            let line = self.line_start(close);
            let own_line =
                self.source.text.get(line as usize..close as usize).is_some_and(|s| s.trim().is_empty());
            if own_line && close - line < self.indent(open.start) {
                found = Some(open);
            }
        }
        found
    }

    fn line_start(&self, place: u32) -> u32 {
        let before = self.source.text.get(..place as usize).unwrap_or_default();
        before.rfind('\n').map_or(0, |at| crate::source::offset(at + 1))
    }

    fn indent(&self, place: u32) -> u32 {
        let start = self.line_start(place);
        let line = self.source.text.get(start as usize..).unwrap_or_default();
        crate::source::offset(line.len() - line.trim_start_matches([' ', '\t']).len())
    }
}

/// The brace that opens the block of a node: the first one outside parentheses.
fn brace_of(source: &Source, tree: &Tree, node: Node<'_>) -> Option<Span> {
    let span = node.span();
    let tokens = tree.tokens();
    let first = tokens.partition_point(|token| token.start < span.start);
    let mut depth = 0_u32;
    for token in tokens.get(first..)?.iter().take_while(|token| token.start < span.end) {
        match source.text.as_bytes().get(token.start as usize) {
            Some(b'(' | b'[') => depth += 1,
            Some(b')' | b']') => depth = depth.saturating_sub(1),
            Some(b'{') if depth == 0 => return Some(Span { start: token.start, end: token.end, ..span }),
            _ => {}
        }
    }
    None
}
