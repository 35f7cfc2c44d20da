//! Findings about syntax, from the tokens and from the nodes of the tree.

use super::grammar::Rule as R;
use super::lexer::Token;
use super::tree::Tree;
use crate::codes::Code;
use crate::diagnostic::Diagnostic;
use crate::source::Source;

pub(super) fn tokens(_source: &Source, _tokens: &[Token], _findings: &mut Vec<Diagnostic>) {}

pub(super) fn nodes(source: &Source, tree: &Tree, findings: &mut Vec<Diagnostic>) {
    for node in tree.nodes() {
        let (code, message) = match node.kind() {
            R::bad_item | R::bad_field | R::bad_arm | R::bad_step | R::bad_head => {
                (Code::UNEXPECTED, "unexpected")
            }
            R::missing_open => (Code::MISSING_OPEN, "missing `{`"),
            R::missing_close => (Code::MISSING_CLOSE, "missing `}`"),
            R::missing_operand => (Code::MISSING_VALUE, "missing value"),
            R::missing_quote => (Code::UNTERMINATED_TEXT, "missing quote"),
            R::compat_clock => {
                let text = source.slice(node.span());
                let fixed = super::build::clock_text(text).unwrap_or_default();
                let finding =
                    Diagnostic::new(Code::FOREIGN_TIME, format!("`{text}` is not a time here"), node.span())
                        .help(format!("write `{fixed}`"));
                findings.push(finding);
                continue;
            }
            _ => continue,
        };
        findings.push(Diagnostic::new(code, message, node.span()));
    }
}
