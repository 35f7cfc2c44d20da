//! What people write who know other languages: accepted, reported, repaired.

use super::{R, Walk};
use crate::codes::Code;
use crate::diagnostic::{Applicability, Diagnostic};
use crate::source::{Source, Span};
use crate::syntax::build::{clock_text, currency_of, unit_name, weekday};
use crate::syntax::tree::Node;

/// `// …` and `/* … */`.
pub(super) fn comment(source: &Source, span: Span) -> Diagnostic {
    let text = source.slice(span);
    let finding = Diagnostic::new(Code::FOREIGN_COMMENT, "a comment begins with `#`", span);
    if let Some(rest) = text.strip_prefix("//") {
        let rest = rest.trim_start_matches('/');
        let space = if rest.is_empty() || rest.starts_with([' ', '\t']) { "" } else { " " };
        return finding.replace(Applicability::Safe, span, format!("#{space}{rest}"), "write `#`");
    }
    // What follows a block comment on its line would become part of a comment that ends with the line.
    let after = source.text.get(span.end as usize..).unwrap_or_default();
    let ends_line = after.lines().next().is_none_or(|rest| rest.trim().is_empty());
    let inner = text.trim_start_matches("/*").trim_end_matches("*/");
    let lines: Vec<String> = inner
        .lines()
        .map(|line| line.trim().trim_start_matches('*').trim())
        .filter(|line| !line.is_empty())
        .map(|line| format!("# {line}"))
        .collect();
    let applicability = if ends_line { Applicability::Safe } else { Applicability::Display };
    finding.replace(applicability, span, lines.join("\n"), "begin each line with `#`")
}

/// A value of another language as an operand: `true`, `false`, `null`.
pub(in crate::syntax) fn literal(word: &str, span: Span) -> Option<Diagnostic> {
    let (fixed, title) = match word {
        "true" | "True" | "TRUE" => ("yes", "write `yes`"),
        "false" | "False" | "FALSE" => ("no", "write `no`"),
        "null" | "NULL" | "nil" | "undefined" => {
            let message = format!("there is no value `{word}`");
            let finding = Diagnostic::new(Code::FOREIGN_LITERAL, message, span)
                .help("ask `is missing`, or leave the field out");
            return Some(finding);
        }
        _ => return None,
    };
    let message = format!("there is no value `{word}`");
    Some(Diagnostic::new(Code::FOREIGN_LITERAL, message, span).help(title).replace(
        Applicability::Safe,
        span,
        fixed,
        title,
    ))
}

fn operator(span: Span, text: &str, fixed: &str) -> Diagnostic {
    let title = format!("write `{fixed}`");
    Diagnostic::new(Code::FOREIGN_OPERATOR, format!("`{text}` is written `{fixed}`"), span)
        .help(title.clone())
        .replace(Applicability::Safe, span, fixed, title)
}

fn keyword(span: Span, text: &str, fixed: &str) -> Diagnostic {
    let title = format!("write `{fixed}`");
    Diagnostic::new(Code::FOREIGN_KEYWORD, format!("`{text}` is written `{fixed}` here"), span)
        .help(title.clone())
        .replace(Applicability::Safe, span, fixed, title)
}

impl<'t> Walk<'_, 't, '_> {
    pub(super) fn foreign(&mut self, node: Node<'t>) {
        let (span, text) = (node.span(), self.text(node.span()).to_owned());
        let finding = match node.kind() {
            R::compat_is => {
                let negated = text.starts_with('!') || text == "<>";
                match self.sibling_after(node) {
                    Some(null) if null.kind() == R::compat_null => {
                        self.skip = null.end_index();
                        let whole = span.to(null.span());
                        operator(whole, self.text(whole), if negated { "is known" } else { "is missing" })
                    }
                    _ => operator(span, &text, if negated { "is not" } else { "is" }),
                }
            }
            R::op_is => {
                let Some(next) = self.sibling_after(node) else { return };
                let negated = node.has(R::k_not);
                let fixed = match (next.kind(), negated) {
                    (R::compat_null, true) => "is known",
                    (R::compat_null, false) | (R::op_known, true) => "is missing",
                    (R::op_missing, true) => "is known",
                    _ => return,
                };
                self.skip = next.end_index();
                let whole = span.to(next.span());
                let old = self.text(whole).to_owned();
                let code =
                    if next.kind() == R::compat_null { Code::FOREIGN_LITERAL } else { Code::DOUBLE_NEGATION };
                let title = format!("write `{fixed}`");
                Diagnostic::new(code, format!("`{old}` is written `{fixed}`"), whole)
                    .help(title.clone())
                    .replace(Applicability::Safe, whole, fixed, title)
            }
            R::compat_logic => operator(span, &text, if text == "||" { "or" } else { "and" }),
            R::compat_not => {
                let inner = self.source.text.get(span.end as usize..).unwrap_or_default();
                let space = if inner.starts_with([' ', '\t']) { "" } else { " " };
                Diagnostic::new(Code::FOREIGN_OPERATOR, "`!` is written `not`", span)
                    .help("write `not`")
                    .replace(Applicability::Safe, span, format!("not{space}"), "write `not`")
            }
            R::compat_elseif => keyword(span, &text, "else if"),
            R::compat_else => keyword(span, &text, "otherwise"),
            R::match_else if text == "otherwise" => keyword(span, &text, "else"),
            R::compat_text => {
                let inner: String = {
                    let mut chars = text.chars();
                    chars.next();
                    chars.next_back();
                    chars.as_str().replace('\\', "\\\\").replace('"', "\\\"")
                };
                Diagnostic::new(Code::FOREIGN_QUOTES, "a text stands between straight double quotes", span)
                    .help("write `\"…\"`")
                    .replace(
                        Applicability::Safe,
                        span,
                        format!("\"{inner}\""),
                        "write straight double quotes",
                    )
            }
            R::compat_unit => self.unit(node, &text),
            R::currency_sign => {
                let Some(money) = self.parent() else { return };
                self.money(money, self.text(money.span()))
            }
            R::compat_clock => {
                let Some(fixed) = clock_text(&text) else { return };
                let title = format!("write `{fixed}`");
                Diagnostic::new(Code::FOREIGN_TIME, format!("`{text}` is written `{fixed}`"), span)
                    .note("times are those of the 24-hour clock")
                    .replace(Applicability::Safe, span, fixed, title)
            }
            R::weekday => {
                let Some(day) = weekday(&text) else { return };
                if day.name() == text {
                    return;
                }
                let title = format!("write `{day}`");
                Diagnostic::new(Code::FOREIGN_WEEKDAY, format!("`{text}` is written `{day}`"), span)
                    .help(title.clone())
                    .replace(Applicability::Safe, span, day.name(), title)
            }
            _ => return,
        };
        self.push(finding);
    }

    fn sibling_after(&self, node: Node<'t>) -> Option<Node<'t>> {
        node.next_in(self.parent()?)
    }

    fn unit(&self, node: Node<'t>, text: &str) -> Diagnostic {
        let number = self.previous().map(|n| self.text(n.span()).to_owned()).unwrap_or_default();
        let plural = if number == "1" { "" } else { "s" };
        let fixed = format!("{}{plural}", unit_name(text));
        let (span, number_end) = (node.span(), self.previous().map_or(node.span().start, |n| n.span().end));
        // The number and its unit are parted by one blank.
        let gap = Span { start: number_end, ..span };
        let title = format!("write `{number} {fixed}`");
        Diagnostic::new(Code::FOREIGN_UNIT, format!("the unit `{text}` is written `{fixed}`"), span)
            .help(title.clone())
            .replace(Applicability::Safe, gap, format!(" {fixed}"), title)
    }

    fn money(&self, node: Node<'t>, text: &str) -> Diagnostic {
        let part = |kind| node.child(kind).map(|n| self.text(n.span()).to_owned()).unwrap_or_default();
        let (sign, number) = (part(R::currency_sign), part(R::number));
        let fixed = format!("{number} {}", currency_of(&sign));
        // A dollar and a yen sign may mean other currencies as well.
        let sure = matches!(sign.as_str(), "€" | "£");
        let applicability = if sure { Applicability::Safe } else { Applicability::Unsafe };
        let title = format!("write `{fixed}`");
        Diagnostic::new(
            Code::FOREIGN_MONEY,
            format!("`{text}` has a sign instead of a currency code"),
            node.span(),
        )
        .note("one sign stands for many currencies")
        .help(format!("write the amount and the ISO 4217 code, such as `{fixed}`"))
        .replace(applicability, node.span(), fixed, title)
    }
}
