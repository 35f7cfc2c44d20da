//! From source text to tree. See `template.pest` for the two layers.

mod blocks;
mod markup;
mod problems;

use pest::Parser;
use pest::iterators::Pair;

use crate::finding::{Finding, FindingKind, Span, sorted};
use crate::tree::Node;

/// Blocks nested deeper than this are refused: the tree is walked by recursion.
pub(crate) const MAX_DEPTH: usize = 64;
/// Loops nested deeper than this are refused: the cost of rendering is the product of the lists.
pub(crate) const MAX_LOOPS: usize = 4;
/// A source longer than this is refused (4 MiB).
const MAX_BYTES: usize = 4 << 20;

#[expect(unreachable_pub, reason = "the derive makes a public enum")]
mod grammar {
    #[derive(pest_derive::Parser)]
    #[grammar = "template.pest"]
    pub struct Grammar;
}
use grammar::{Grammar, Rule as R};

/// A parsed template: its source and its tree.
#[derive(Clone, Debug)]
pub struct Template {
    source: String,
    nodes: Vec<Node>,
}

impl Template {
    /// The text it was parsed from.
    pub fn source(&self) -> &str {
        &self.source
    }

    pub(crate) fn nodes(&self) -> &[Node] {
        &self.nodes
    }
}

/// Parses a template of the subset.
///
/// Cost is linear in the length of the source. A mistake is reported with its place, and parsing goes on at the next
/// tag, so one run reports many (it stops at about two hundred).
///
/// # Errors
///
/// Everything that is not Liquid, and everything of Liquid that is not in the subset; never an empty list.
pub fn parse(source: &str) -> Result<Template, Vec<Finding>> {
    if source.len() > MAX_BYTES {
        return Err(vec![
            Finding::new(
                FindingKind::TooLarge,
                0..0,
                format!("the template has {} bytes, more than {MAX_BYTES}", source.len()),
                "too long",
            )
            .help("split the template, or move pictures and fonts out of it"),
        ]);
    }
    let mut blocks = blocks::Blocks::new(source);
    match Grammar::parse(R::template, source) {
        Ok(pairs) => {
            for piece in pairs.flat_map(Pair::into_inner) {
                if !blocks.piece(piece) {
                    blocks.abandon();
                    break;
                }
            }
        }
        // The rule accepts every text; pest may still stop for its own limits.
        Err(error) => blocks.report(problems::syntax(&error, source, &(0..source.len()), "the template")),
    }
    let (nodes, findings) = blocks.finish();
    if findings.is_empty() {
        Ok(Template { source: source.to_owned(), nodes })
    } else {
        Err(sorted(findings))
    }
}

/// The bytes of a pair without the whitespace that a trailing optional part takes along.
fn tight_span(pair: &Pair<'_, R>, base: usize) -> Span {
    let text = pair.as_str();
    let start = base + pair.as_span().start() + (text.len() - text.trim_start().len());
    start..(start + text.trim().len())
}
