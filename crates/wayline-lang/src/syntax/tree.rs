//! The lossless tree: nodes with tight spans over the tokens of the text.
//!
//! Nodes are stored in the order of the text with the index after their last descendant, so that a walk is a walk over
//! an array. Spans never begin or end with blanks or comments, and an empty node stands directly after the last token.

use pest::Token as PestToken;
use pest::iterators::Pairs;

use super::grammar::Rule;
use super::lexer::{Token, lex};
use crate::source::{FileId, Span, offset};

/// The tree of one file.
#[derive(Debug, Clone)]
pub struct Tree {
    file: FileId,
    tokens: Vec<Token>,
    nodes: Vec<NodeData>,
}

#[derive(Debug, Clone, Copy)]
struct NodeData {
    kind: Rule,
    start: u32,
    end: u32,
    /// The index after the last descendant.
    next: u32,
}

impl Tree {
    /// A tree without nodes: for a text that is not parsed.
    pub(crate) fn empty(file: FileId, tokens: Vec<Token>) -> Self {
        Self { file, tokens, nodes: Vec::new() }
    }

    /// The tree of what pest found.
    pub(crate) fn build(file: FileId, tokens: Vec<Token>, pairs: Pairs<'_, Rule>) -> Self {
        let mut nodes: Vec<NodeData> = Vec::with_capacity(tokens.len());
        let mut open: Vec<usize> = Vec::new();
        // The end of the last significant token before the place that is looked at; both only move forward.
        let mut ends = Ends { tokens: &tokens, next: 0, tight: 0 };
        for event in pairs.tokens() {
            match event {
                PestToken::Start { rule, pos } => {
                    open.push(nodes.len());
                    let start = offset(pos.pos());
                    nodes.push(NodeData { kind: rule, start, end: start, next: 0 });
                }
                PestToken::End { pos, .. } => {
                    let Some(index) = open.pop() else { continue };
                    let next = offset(nodes.len());
                    let tight = ends.before(offset(pos.pos()));
                    // A node that begins with an empty one begins where that stands: after the last token.
                    let first = nodes.get(index + 1).map_or(u32::MAX, |child| child.start);
                    if let Some(node) = nodes.get_mut(index) {
                        node.end = tight;
                        node.start = node.start.min(tight).min(first);
                        node.next = next;
                    }
                }
            }
        }
        Self { file, tokens, nodes }
    }

    /// Gives the tokens back, to make an [empty](Self::empty) tree of them.
    pub(crate) fn into_tokens(self) -> Vec<Token> {
        self.tokens
    }

    /// Where nodes of a kind are nested deeper than `limit` first.
    pub(crate) fn deeper_than(&self, limit: usize, kind: Rule) -> Option<u32> {
        // The ends of the nodes of the kind that are open.
        let mut open: Vec<usize> = Vec::new();
        for (index, node) in self.nodes.iter().enumerate().filter(|(_, node)| node.kind == kind) {
            while open.pop_if(|end| *end <= index).is_some() {}
            open.push(node.next as usize);
            if open.len() > limit {
                return Some(node.start);
            }
        }
        None
    }

    /// The tokens: their texts, one after the other, are the text of the file.
    #[must_use]
    pub fn tokens(&self) -> &[Token] {
        &self.tokens
    }

    /// The node of the whole file; none if the text was not parsed.
    #[must_use]
    pub fn root(&self) -> Option<Node<'_>> {
        self.node(0)
    }

    /// All nodes in the order of the text.
    pub fn nodes(&self) -> impl Iterator<Item = Node<'_>> {
        (0..offset(self.nodes.len())).filter_map(|index| self.node(index))
    }

    fn node(&self, index: u32) -> Option<Node<'_>> {
        self.nodes.get(index as usize).map(|data| Node { tree: self, index, data: *data })
    }
}

struct Ends<'t> {
    tokens: &'t [Token],
    next: usize,
    tight: u32,
}

impl Ends<'_> {
    fn before(&mut self, place: u32) -> u32 {
        while let Some(token) = self.tokens.get(self.next)
            && token.start < place
        {
            if !token.kind.is_trivia() {
                self.tight = token.end.min(place);
                if token.end > place {
                    // The grammar cut a token in two: its second half is still to come.
                    return self.tight;
                }
            }
            self.next += 1;
        }
        self.tight.min(place)
    }
}

/// A node of the tree: cheap to copy.
#[derive(Clone, Copy)]
pub struct Node<'t> {
    tree: &'t Tree,
    index: u32,
    data: NodeData,
}

impl std::fmt::Debug for Node<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?} {}..{}", self.data.kind, self.data.start, self.data.end)
    }
}

impl<'t> Node<'t> {
    /// The rule of the grammar.
    #[must_use]
    pub const fn kind(self) -> Rule {
        self.data.kind
    }

    /// Where it stands, without blanks and comments at its ends.
    #[must_use]
    pub const fn span(self) -> Span {
        Span { file: self.tree.file, start: self.data.start, end: self.data.end }
    }

    /// Its number in the order of the text.
    #[must_use]
    pub const fn index(self) -> u32 {
        self.index
    }

    /// The number after its last descendant.
    #[must_use]
    pub const fn end_index(self) -> u32 {
        self.data.next
    }

    /// Its children, in order.
    #[must_use]
    pub const fn children(self) -> Children<'t> {
        Children { tree: self.tree, at: self.index + 1, end: self.data.next }
    }

    /// The first child of a kind.
    #[must_use]
    pub fn child(self, kind: Rule) -> Option<Self> {
        self.children().find(|node| node.kind() == kind)
    }

    /// Whether there is a child of a kind.
    #[must_use]
    pub fn has(self, kind: Rule) -> bool {
        self.child(kind).is_some()
    }

    /// The child of `parent` that follows this one.
    #[must_use]
    pub fn next_in(self, parent: Self) -> Option<Self> {
        if self.data.next < parent.data.next { self.tree.node(self.data.next) } else { None }
    }

    /// The first child.
    #[must_use]
    pub fn first(self) -> Option<Self> {
        self.children().next()
    }

    /// The node and everything below it, in the order of the text.
    pub fn descendants(self) -> impl Iterator<Item = Self> {
        (self.index..self.data.next).filter_map(move |index| self.tree.node(index))
    }
}

/// The children of a node.
#[derive(Debug, Clone)]
pub struct Children<'t> {
    tree: &'t Tree,
    at: u32,
    end: u32,
}

impl<'t> Iterator for Children<'t> {
    type Item = Node<'t>;

    fn next(&mut self) -> Option<Node<'t>> {
        if self.at >= self.end {
            return None;
        }
        let node = self.tree.node(self.at)?;
        self.at = node.data.next.max(self.at + 1);
        Some(node)
    }
}

/// Reads a text into tokens and counts how deeply its brackets are nested: the place where `limit` is exceeded first.
pub(crate) fn lex_with_depth(text: &str, limit: usize) -> (Vec<Token>, Option<u32>) {
    let tokens = lex(text);
    let mut depth = 0_usize;
    let mut too_deep = None;
    for token in &tokens {
        match text.as_bytes().get(token.start as usize) {
            Some(b'{' | b'(' | b'[') => {
                depth += 1;
                if depth > limit && too_deep.is_none() {
                    too_deep = Some(token.start);
                }
            }
            Some(b'}' | b')' | b']') => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    (tokens, too_deep)
}
