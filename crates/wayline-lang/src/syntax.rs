//! Text to syntax tree: one parse gives the lossless tree, the typed tree and all findings about syntax.
//!
//! Parsing never fails. What is broken becomes `bad_*` and `missing_*` nodes, a finding each, and is left out of the
//! typed tree.

use pest::Parser as _;
use pest::error::InputLocation;

use crate::codes::Code;
use crate::diagnostic::{Diagnostic, sort};
use crate::source::{Source, Span, offset};

pub mod ast;
mod build;
mod grammar;
mod lexer;
mod recover;
mod tree;

pub(crate) use build::MAX_DEPTH;
pub use grammar::Rule;
pub use lexer::{Token, TokenKind, lex};
pub use tree::{Children, Node, Tree};

/// What a file was read into.
#[derive(Debug, Clone)]
pub struct Parse {
    /// Every byte of the file, with structure.
    pub tree: Tree,
    /// The declarations.
    pub ast: ast::File,
    /// Findings about syntax, in the order of the text.
    pub diagnostics: Vec<Diagnostic>,
}

/// Reads a file. Linear in its length, whatever it holds.
#[must_use]
pub fn parse(source: &Source) -> Parse {
    let text: &str = &source.text;
    let (tokens, too_deep) = tree::lex_with_depth(text, MAX_DEPTH);
    let mut diagnostics = Vec::new();
    recover::tokens(source, &tokens, &mut diagnostics);
    let blanked = lexer::blank_trivia(text, &tokens);
    let parsed = match too_deep {
        Some(place) => Err((place, tokens)),
        None => match grammar::Grammar::parse(Rule::file, &blanked) {
            Ok(pairs) => {
                let tree = Tree::build(source.id, tokens, pairs);
                // A block without its brace nests too, and was not counted.
                match tree.deeper_than(MAX_DEPTH, Rule::step) {
                    Some(place) => Err((place, tree.into_tokens())),
                    None => Ok(tree),
                }
            }
            // Only the guard of the native stack makes the parser give up: the grammar takes every text.
            Err(error) => match error.location {
                InputLocation::Pos(at) | InputLocation::Span((at, _)) => Err((offset(at), tokens)),
            },
        },
    };
    let (tree, ast) = match parsed {
        Ok(tree) => {
            recover::nodes(source, &blanked, &tree, &mut diagnostics);
            let ast = build::build(source.id, text, &tree, &mut diagnostics);
            (tree, ast)
        }
        Err((place, tokens)) => {
            let message = format!("brackets and conditions are nested more than {MAX_DEPTH} deep here");
            let finding = Diagnostic::new(Code::TOO_DEEP, message, Span::new(source.id, place, place))
                .note("the rest of this file is not checked")
                .help("close what is open, or cut it into flows and segments with names");
            diagnostics.push(finding);
            (Tree::empty(source.id, tokens), ast::File::default())
        }
    };
    sort(&mut diagnostics);
    Parse { tree, ast, diagnostics }
}
