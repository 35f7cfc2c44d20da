//! Fits a layout into lines.

use super::MAX_WIDTH;
use super::layout::Element;
use crate::syntax::Token;

/// Prints a layout. Each group is looked at once, no further than one line: linear.
pub(super) fn print(text: &str, elements: &[Element]) -> String {
    let mut printer = Printer {
        text,
        out: String::with_capacity(text.len() + text.len() / 8),
        column: 0,
        groups: Vec::new(),
        last_block_broken: false,
        items: Vec::new(),
    };
    for (index, element) in elements.iter().enumerate() {
        printer.element(*element, elements.get(index + 1..).unwrap_or_default());
    }
    printer.finish()
}

#[derive(Clone, Copy)]
struct Group {
    broken: bool,
    block: bool,
}

/// Where a declaration stands in what is printed.
struct Printed {
    /// Where its comments begin.
    lead: usize,
    /// Where it begins itself.
    body: usize,
    /// Whether the author put an empty line before it.
    blank: bool,
}

struct Printer<'t> {
    text: &'t str,
    out: String,
    column: usize,
    groups: Vec<Group>,
    last_block_broken: bool,
    items: Vec<Printed>,
}

impl<'t> Printer<'t> {
    fn slice(&self, token: Token) -> &'t str {
        self.text.get(token.start as usize..token.end as usize).unwrap_or_default()
    }

    fn broken(&self) -> bool {
        self.groups.last().is_none_or(|group| group.broken)
    }

    fn line_end(&mut self, indent: u16, blank: bool) {
        self.out.push('\n');
        if blank {
            self.out.push('\n');
        }
        for _ in 0..indent {
            self.out.push(' ');
        }
        self.column = usize::from(indent);
    }

    fn write(&mut self, text: &str) {
        self.out.push_str(text);
        self.column = match text.rfind('\n') {
            None => self.column + width(text),
            Some(at) => width(text.get(at + 1..).unwrap_or_default()),
        };
    }

    fn element(&mut self, element: Element, rest: &[Element]) {
        match element {
            Element::Token(token) => {
                let text = self.slice(token);
                if text.contains('\r') { self.write(&text.replace("\r\n", "\n")) } else { self.write(text) }
            }
            Element::Trailing(token) => {
                self.write(" ");
                self.write(self.slice(token).trim_end());
            }
            Element::Comment(token) => self.write(self.slice(token).trim_end()),
            Element::Space => self.write(" "),
            Element::Soft { indent, blank, flat } => {
                if self.broken() {
                    self.line_end(indent, blank)
                } else {
                    self.write(flat)
                }
            }
            Element::Fill { indent } => {
                let flat = self.groups.iter().any(|group| group.block && !group.broken);
                if flat || self.next_fits(rest) { self.write(" ") } else { self.line_end(indent, false) }
            }
            Element::Hard { indent, blank } => self.line_end(indent, blank),
            Element::Else { indent } => {
                if self.broken() && !self.last_block_broken {
                    self.line_end(indent, false)
                } else {
                    self.write(" ")
                }
            }
            Element::Open { broken, block } => {
                let inherits = self.groups.last().is_some_and(|group| !group.broken && group.block);
                let fits = inherits || (!broken && self.fits(block, rest));
                self.groups.push(Group { broken: broken || !fits, block: block || inherits });
            }
            Element::Close => {
                if let Some(group) = self.groups.pop()
                    && group.block
                {
                    self.last_block_broken = group.broken;
                }
            }
            Element::Item { blank } => {
                if !self.out.is_empty() {
                    self.out.push('\n');
                }
                self.column = 0;
                self.items.push(Printed { lead: self.out.len(), body: self.out.len(), blank });
            }
            Element::Body => {
                if let Some(item) = self.items.last_mut() {
                    item.body = self.out.len();
                }
            }
        }
    }

    /// Whether a group fits on the rest of the line with what follows it up to the next possible line end. A block
    /// inside of another group may still be broken, so that it counts only up to its brace.
    fn fits(&self, block: bool, rest: &[Element]) -> bool {
        let mut left = MAX_WIDTH.saturating_sub(self.column);
        let mut depth = 1_usize;
        let mut blocks = 0_usize;
        let mut inner: Vec<bool> = Vec::new();
        for element in rest {
            let used = match element {
                Element::Token(token) => {
                    let text = self.slice(*token);
                    match text.find('\n') {
                        None => width(text),
                        Some(at) => return width(text.get(..at).unwrap_or_default()) <= left,
                    }
                }
                Element::Space => 1,
                Element::Soft { flat, .. } => {
                    if depth == 0 || (!block && blocks > 0) {
                        return true;
                    }
                    flat.len()
                }
                Element::Fill { .. } => {
                    if depth == 0 {
                        return true;
                    }
                    1
                }
                Element::Else { .. } => {
                    if depth == 0 || !block {
                        return true;
                    }
                    1
                }
                Element::Hard { .. } | Element::Trailing(_) | Element::Comment(_) | Element::Item { .. } => {
                    return true;
                }
                Element::Open { block: nested, broken } => {
                    if *broken {
                        // It ends the line by itself.
                        return true;
                    }
                    if depth > 0 {
                        depth += 1;
                        inner.push(*nested);
                        blocks += usize::from(*nested);
                    }
                    0
                }
                Element::Close => {
                    if depth > 0 {
                        depth -= 1;
                        blocks -= usize::from(inner.pop().unwrap_or_default());
                    }
                    0
                }
                Element::Body => 0,
            };
            if used > left {
                return false;
            }
            left -= used;
        }
        true
    }

    /// Whether a blank and what follows fit, up to where the line may end next.
    fn next_fits(&self, rest: &[Element]) -> bool {
        let mut column = self.column + 1;
        for element in rest {
            match element {
                Element::Token(token) => column += width(self.slice(*token)),
                Element::Space => column += 1,
                Element::Open { .. } | Element::Close | Element::Body => {}
                _ => break,
            }
        }
        column <= MAX_WIDTH
    }

    /// Parts the declarations: by an empty line where the author put one, and around those of several lines.
    fn finish(self) -> String {
        let mut out = String::with_capacity(self.out.len() + self.items.len() + 1);
        let mut long_before = false;
        let first = self.items.first().map_or(self.out.len(), |item| item.lead);
        out.push_str(self.out.get(..first).unwrap_or_default());
        for (index, item) in self.items.iter().enumerate() {
            let end = self.items.get(index + 1).map_or(self.out.len(), |next| next.lead);
            let whole = self.out.get(item.lead..end).unwrap_or_default();
            let body = self.out.get(item.body..end).unwrap_or_default();
            let long = body.trim_end().contains('\n');
            if !out.is_empty() && (item.blank || long_before || (long && !body.is_empty())) {
                out.push('\n');
            }
            out.push_str(whole);
            long_before = long;
        }
        out.truncate(out.trim_end().len());
        if !out.is_empty() {
            out.push('\n');
        }
        out
    }
}

fn width(text: &str) -> usize {
    if text.is_ascii() { text.len() } else { text.chars().count() }
}
