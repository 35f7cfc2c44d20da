//! One canonical layout for every file: two blanks of indentation, lines of at most 100 characters where they can be
//! broken, comments kept where they stand, at most one empty line in a row.
//!
//! Blocks that the author wrote on one line stay there while they fit. Nothing but blanks, line ends and optional commas
//! is ever changed: the result is read again and compared before it is handed out.

use std::fmt;

use crate::diagnostic::{Diagnostic, Severity};
use crate::source::{FileId, Source};
use crate::syntax::{Parse, Token, TokenKind, parse};

mod layout;
mod printer;

/// The longest line the formatter leaves if it can be broken.
pub const MAX_WIDTH: usize = 100;

/// Why a file is not formatted.
#[derive(Debug, Clone, PartialEq)]
pub enum FormatRefusal {
    /// It has syntax errors: what is broken has no layout.
    Findings(Vec<Diagnostic>),
    /// The result would not have meant the same: a mistake of the formatter, never of the author.
    Unsound {
        /// What differs.
        reason: String,
    },
}

impl fmt::Display for FormatRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Findings(findings) => write!(f, "the file has {} syntax errors", findings.len()),
            Self::Unsound { reason } => write!(f, "the formatted text would differ: {reason}"),
        }
    }
}

impl std::error::Error for FormatRefusal {}

/// The canonical layout of a file. Linear in its length.
///
/// # Errors
///
/// A file with syntax errors is refused with these, and a result that would not read the same is refused as well.
pub fn format(source: &Source, parsed: &Parse) -> Result<String, FormatRefusal> {
    let errors: Vec<Diagnostic> =
        parsed.diagnostics.iter().filter(|finding| finding.severity == Severity::Error).cloned().collect();
    if !errors.is_empty() {
        return Err(FormatRefusal::Findings(errors));
    }
    let formatted = printer::print(&source.text, &layout::layout(&source.text, &parsed.tree));
    let again = parse(&Source::new(FileId(0), source.path.as_str(), formatted.as_str()));
    if let Some(finding) = again.diagnostics.first() {
        return Err(FormatRefusal::Unsound { reason: finding.message.clone() });
    }
    let (before, after) = (parsed.tree.tokens(), again.tree.tokens());
    let refusal = difference(words(&source.text, before), words(&formatted, after))
        .or_else(|| difference(comments(&source.text, before), comments(&formatted, after)));
    refusal.map_or(Ok(formatted), Err)
}

/// The texts that give a file its meaning, commas left out.
fn words<'t>(text: &'t str, tokens: &'t [Token]) -> impl Iterator<Item = &'t str> {
    let tokens = tokens.iter().filter(|token| !token.kind.is_trivia());
    tokens.map(|token| slice(text, token)).filter(|word| *word != ",")
}

fn comments<'t>(text: &'t str, tokens: &'t [Token]) -> impl Iterator<Item = &'t str> {
    tokens.iter().filter(|token| token.kind.is_comment()).map(|token| slice(text, token).trim_end())
}

fn slice<'t>(text: &'t str, token: &Token) -> &'t str {
    text.get(token.start as usize..token.end as usize).unwrap_or_default()
}

/// The first difference of two sequences; line ends inside texts may differ.
fn difference<'t>(
    mut before: impl Iterator<Item = &'t str>,
    mut after: impl Iterator<Item = &'t str>,
) -> Option<FormatRefusal> {
    loop {
        let pair = (before.next(), after.next());
        match pair {
            (None, None) => return None,
            (Some(a), Some(b)) if a == b || (a.contains('\r') && a.replace("\r\n", "\n") == b) => {}
            (a, b) => {
                let reason = format!("`{}` became `{}`", a.unwrap_or_default(), b.unwrap_or_default());
                return Some(FormatRefusal::Unsound { reason });
            }
        }
    }
}

/// Whether a token is a comment of the language.
fn is_comment(kind: TokenKind) -> bool {
    matches!(kind, TokenKind::Comment | TokenKind::Doc)
}
