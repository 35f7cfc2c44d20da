//! Lists between brackets, and expressions.

use super::{CONTINUED, Element, Gap, Layout, Part, STEP};
use crate::syntax::{Node, Rule as R};

impl<'t> Layout<'t> {
    /// Values between brackets, parted by commas: all on one line, or each on its own.
    pub(super) fn list(&mut self, node: Node<'t>) {
        let outer = self.indent;
        let parts = self.parts(node);
        let opener = parts
            .iter()
            .position(|part| matches!(part, Part::Token(t) if matches!(self.byte(*t), b'(' | b'[' | b'{')));
        let Some(opener) = opener else { return self.inline(node) };
        if matches!(node.kind(), R::args | R::params) {
            self.gap = Gap::Glued;
        }
        let values = parts
            .iter()
            .skip(opener + 1)
            .filter(|part| matches!(part, Part::Node(n) if !is_sign(n.kind())))
            .count();
        let numbers = node.kind() == R::list && !self.has_comment(node) && is_numbers(node);
        let mut seen = 0;
        let mut braces = false;
        for (index, part) in parts.into_iter().enumerate() {
            match part {
                Part::Token(token) if index == opener => {
                    if node.kind() == R::distribution {
                        self.gap = Gap::Glued;
                    }
                    self.token();
                    braces = self.byte(token) == b'{';
                    let asked = !matches!(node.kind(), R::args | R::params | R::distribution);
                    let wide = asked
                        && values > 0
                        && !numbers
                        && self.peek().is_some_and(|next| self.breaks(token.end, next.start) > 0);
                    let broken = wide || self.has_comment(node);
                    self.indent = outer + STEP;
                    self.out.push(Element::Open { broken, block: false });
                    self.gap =
                        if numbers { Gap::Glued } else { self.edge(self.indent, braces && values > 0) };
                }
                Part::Token(token) => {
                    // The closing bracket.
                    let line_end = self.trivia(self.indent, true);
                    self.indent = outer;
                    if line_end {
                        self.out.push(Element::Hard { indent: outer, blank: false });
                        self.gap = Gap::Glued;
                    } else if values > 0 {
                        self.gap = self.edge(outer, braces);
                    } else {
                        self.gap = if braces { Gap::Element(Element::Space) } else { Gap::Glued };
                    }
                    self.token();
                    self.out.push(Element::Close);
                    self.glue_after = false;
                    let _ = token;
                }
                Part::Node(child) if is_sign(child.kind()) && child.kind() != R::sep => {
                    let line_end = self.trivia(self.indent, true);
                    self.indent = outer;
                    if line_end {
                        self.out.push(Element::Hard { indent: outer, blank: false });
                        self.gap = Gap::Glued;
                    } else if values > 0 && !numbers {
                        self.gap = self.edge(outer, false);
                    } else {
                        self.gap = Gap::Glued;
                    }
                    self.token();
                    self.out.push(Element::Close);
                    self.glue_after = false;
                }
                Part::Node(child) if child.kind() == R::sep => {
                    if seen < values {
                        self.gap = Gap::Glued;
                        self.token();
                        let indent = self.indent;
                        let soft = Element::Soft { indent, blank: true, flat: " " };
                        self.gap = Gap::Element(if numbers {
                            Element::Fill { indent: indent + STEP }
                        } else {
                            soft
                        });
                    } else {
                        // A comma after the last value.
                        self.next += 1;
                    }
                }
                Part::Node(child) => {
                    if index > opener {
                        seen += 1;
                    }
                    self.node(child);
                }
            }
        }
        self.indent = outer;
    }

    fn edge(&self, indent: u16, space: bool) -> Gap {
        Gap::Element(Element::Soft { indent, blank: false, flat: if space { " " } else { "" } })
    }

    /// `segment s: …`: a long condition begins on its own line.
    pub(super) fn segment(&mut self, node: Node<'t>) {
        for part in self.parts(node) {
            match part {
                Part::Node(child) if child.kind() == R::expr => {
                    let indent = self.indent + STEP;
                    self.gap = Gap::Element(Element::Soft { indent, blank: false, flat: " " });
                    let outer = std::mem::replace(&mut self.indent, 0);
                    // Its operators stand in line with its beginning.
                    self.chain(child, outer + STEP, outer + STEP);
                    self.indent = outer;
                }
                Part::Node(child) => self.node(child),
                Part::Token(_) => self.token(),
            }
        }
    }

    pub(super) fn expr(&mut self, node: Node<'t>) {
        let chained = node.children().any(|n| matches!(n.kind(), R::op_and | R::op_or));
        if !chained {
            return self.inline(node);
        }
        // The first token may be parted from what stands before by an element of the group around.
        self.lead();
        self.out.push(Element::Open { broken: false, block: false });
        let at = self.indent + CONTINUED;
        self.chain(node, at, at);
        self.out.push(Element::Close);
    }

    /// Lays out what stands before the next token now, so that a group can begin after it.
    pub(super) fn lead(&mut self) {
        let Some(token) = self.peek() else { return };
        match self.gap {
            Gap::Element(Element::Soft { indent, blank, flat }) => {
                if self.trivia(indent, blank) {
                    self.out.push(Element::Hard { indent, blank: false });
                } else {
                    self.out.push(Element::Soft {
                        indent,
                        blank: blank && self.blank_before(token.start),
                        flat,
                    });
                }
                self.gap = Gap::Glued;
            }
            Gap::Auto => {
                let indent = self.indent + CONTINUED;
                if self.trivia(indent, false) {
                    self.out.push(Element::Hard { indent, blank: false });
                } else if !self.glue_after {
                    self.out.push(Element::Space);
                }
                self.gap = Gap::Glued;
            }
            _ => {}
        }
    }

    /// Operands and operators, with a possible line end before the loosest of `or` and `and`, then before the other.
    fn chain(&mut self, node: Node<'t>, loose: u16, tight: u16) {
        let children: Vec<Node<'t>> = node.children().collect();
        let or = children.iter().any(|n| n.kind() == R::op_or);
        let outer = std::mem::replace(&mut self.indent, loose);
        let mut open = false;
        let mut operands = 0;
        for (index, child) in children.iter().enumerate() {
            let splits = child.kind() == R::op_or || (!or && child.kind() == R::op_and);
            if splits {
                if std::mem::take(&mut open) {
                    self.out.push(Element::Close);
                }
                self.gap = Gap::Element(Element::Soft { indent: loose, blank: false, flat: " " });
                self.node(*child);
                operands = 0;
                continue;
            }
            if or && operands == 0 {
                // What `and` binds between two `or` is a group of its own.
                let rest = children.get(index..).unwrap_or_default();
                let ands = rest.iter().take_while(|n| n.kind() != R::op_or).any(|n| n.kind() == R::op_and);
                if ands {
                    self.lead();
                    self.out.push(Element::Open { broken: false, block: false });
                    open = true;
                }
            }
            operands += 1;
            if child.kind() == R::op_and {
                let indent = tight + STEP;
                self.gap = Gap::Element(Element::Soft { indent, blank: false, flat: " " });
            }
            self.node(*child);
        }
        if open {
            self.out.push(Element::Close);
        }
        self.indent = outer;
    }
}

/// Whether a list holds nothing but numbers: those fill lines.
fn is_numbers(node: Node<'_>) -> bool {
    node.children().filter(|n| n.kind() == R::expr).all(|n| {
        n.descendants().all(|n| {
            matches!(n.kind(), R::expr | R::sign | R::operand | R::quantity | R::number | R::percent_sign)
        })
    })
}

fn is_sign(kind: R) -> bool {
    matches!(kind, R::sep | R::rparen | R::rbracket)
}
