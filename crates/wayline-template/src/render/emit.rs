//! The checked tree, written anew in plain Liquid.
//!
//! - Names are spelled so that they never meet a word of Liquid (`nil_count` is no name to the `liquid` crate).
//! - A read is `nil | w_read: root, "field", 0`, which gives `nil` where something is missing instead of failing.
//! - Conditions are computed into variables first; a chain of `elsif` becomes a pick and one `if` per branch, so that
//!   neither its length nor that of an `and` costs depth.
//! - Whitespace control, comments and `raw` are resolved; a brace that could be read as Liquid is printed by an output.

use std::collections::BTreeSet;
use std::fmt::Write;

use super::Escape;
use crate::filters::Output;
use crate::finding::Span;
use crate::parse::Template;
use crate::tree::{
    Case, Chain, Comparison, Condition, FilterCall, For, If, Joiner, Literal, Node, Operand, Operator, Path,
    Step,
};

/// What the renderer compiles.
pub(super) struct Emitted {
    pub(super) source: String,
    /// Every name that is read and that no `assign` or `for` around it makes, so also roots.
    pub(super) roots: BTreeSet<String>,
}

pub(super) fn emit(template: &Template, escape: Escape) -> Emitted {
    let mut emitter = Emitter {
        text: template.source(),
        out: String::with_capacity(template.source().len() * 2),
        html: escape == Escape::Html,
        temporaries: 0,
        loops: Vec::new(),
        roots: BTreeSet::new(),
    };
    emitter.nodes(template.nodes());
    Emitted { source: emitter.out, roots: emitter.roots }
}

/// The spelling of a root or variable: letters of ASCII as they are, all else by its bytes.
pub(super) fn variable(name: &str) -> String {
    if name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
        return format!("u_{name}");
    }
    let mut spelled = String::from("x_");
    for byte in name.bytes() {
        // Writing to a string cannot fail.
        let _ = write!(spelled, "{byte:02x}");
    }
    spelled
}

/// Filters that the `liquid` crate does as they should be; they get plain text.
const OF_THE_CRATE: &[&str] = &[
    "capitalize",
    "downcase",
    "escape",
    "escape_once",
    "lstrip",
    "newline_to_br",
    "remove",
    "replace_first",
    "rstrip",
    "strip",
    "strip_html",
    "strip_newlines",
    "upcase",
    "url_encode",
];

struct Emitter<'a> {
    text: &'a str,
    out: String,
    html: bool,
    temporaries: usize,
    loops: Vec<&'a str>,
    roots: BTreeSet<String>,
}

impl<'a> Emitter<'a> {
    fn nodes(&mut self, nodes: &'a [Node]) {
        for node in nodes {
            match node {
                Node::Text(span) => self.plain(span),
                Node::Output(chain) => {
                    let value = self.output(chain);
                    self.out.extend(["{{ ", &value, " }}"]);
                }
                Node::Assign(assign) => {
                    let (value, _) = self.chain(&assign.value, false);
                    let name = variable(&assign.name.text);
                    self.assign(&name, &value);
                }
                Node::If(block) => self.if_block(block),
                Node::Case(block) => self.case_block(block),
                Node::For(block) => self.for_block(block),
            }
        }
    }

    /// Text. Braces that could open something and long whitespace, which the grammar of the `liquid` crate rescans at
    /// every character, are printed by outputs.
    fn plain(&mut self, span: &Span) {
        const LONG: usize = 32;
        let text = self.text.get(span.clone()).unwrap_or_default();
        let mut rest = text;
        while let Some(first) = rest.chars().next() {
            let blank = rest.len() - rest.trim_start_matches([' ', '\t', '\r', '\n']).len();
            let (piece, quoted) = if blank > LONG {
                (rest.get(..blank), true)
            } else if blank > 0 {
                (rest.get(..blank), false)
            } else if first == '{' {
                let next = rest.get(1..).and_then(|rest| rest.chars().next());
                (rest.get(..1), next.is_none_or(|next| next == '{' || next == '%'))
            } else {
                let end = rest.find(['{', ' ', '\t', '\r', '\n']).unwrap_or(rest.len());
                (rest.get(..end), false)
            };
            let piece = piece.unwrap_or(rest);
            if quoted {
                self.out.extend(["{{ \"", piece, "\" }}"]);
            } else {
                self.out.push_str(piece);
            }
            rest = rest.get(piece.len()..).unwrap_or_default();
        }
    }

    fn assign(&mut self, name: &str, value: &str) {
        self.out.extend(["{% assign ", name, " = ", value, " %}"]);
    }

    /// A variable of our own with this value.
    fn hoist(&mut self, value: &str) -> String {
        self.temporaries += 1;
        let name = format!("t{}", self.temporaries);
        self.assign(&name, value);
        name
    }

    fn root(&mut self, name: &str) -> String {
        if name == "forloop" && !self.loops.is_empty() {
            return name.to_owned();
        }
        if !self.loops.contains(&name) {
            self.roots.insert(name.to_owned());
        }
        variable(name)
    }

    fn path(&mut self, path: &Path) -> String {
        let mut read = format!("nil | w_read: {}", self.root(&path.root));
        for segment in &path.segments {
            let _ = match &segment.step {
                Step::Field(name) => write!(read, ", \"{name}\""),
                Step::Index(index) => write!(read, ", {index}"),
                Step::Last | Step::Each => write!(read, ", -1"),
            };
        }
        read
    }

    /// The head of a chain.
    fn entry(&mut self, operand: &Operand) -> String {
        match operand {
            Operand::Path(path) => self.path(path),
            Operand::Literal(Literal::Number(digits), _) => format!("nil | w_number: \"{digits}\""),
            Operand::Literal(literal, _) => literal_text(literal),
        }
    }

    /// An argument: a literal or a variable of our own.
    fn argument(&mut self, operand: &Operand, through: &str) -> String {
        match operand {
            Operand::Literal(Literal::Number(digits), _) if !through.is_empty() => format!("\"{digits}\""),
            Operand::Literal(Literal::Number(_), _) | Operand::Path(_) => {
                let value = format!("{}{through}", self.entry(operand));
                self.hoist(&value)
            }
            Operand::Literal(literal, _) => literal_text(literal),
        }
    }

    fn output(&mut self, chain: &Chain) -> String {
        let (value, escaped) = self.chain(chain, self.html);
        let escape = if self.html && !escaped { " | escape" } else { "" };
        format!("{value} | w_print{escape}")
    }

    /// A value with its filters, and whether they have escaped it.
    fn chain(&mut self, chain: &Chain, html: bool) -> (String, bool) {
        let mut value = self.entry(&chain.entry);
        let mut escaped = false;
        for call in &chain.filters {
            let name = call.filter.name;
            if html && name == "newline_to_br" && !escaped {
                value.push_str(" | w_text | escape");
            }
            escaped |= html && matches!(name, "escape" | "escape_once" | "newline_to_br");
            let filter = self.filter(call, escaped);
            value.push_str(&filter);
        }
        (value, escaped)
    }

    fn filter(&mut self, call: &FilterCall, escaped: bool) -> String {
        let name = call.filter.name;
        let of_the_crate = OF_THE_CRATE.contains(&name);
        // What joins an escaped text is text and escaped, too.
        let through = match (escaped, call.filter.output) {
            (true, Output::Text | Output::Default) => " | w_text | escape",
            (false, _) if of_the_crate => " | w_text",
            _ => "",
        };
        let arguments: Vec<String> =
            call.arguments.iter().map(|argument| self.argument(argument, through)).collect();
        let mut text = if of_the_crate { format!(" | w_text | {name}") } else { format!(" | w_{name}") };
        if !arguments.is_empty() {
            text.extend([": ", &arguments.join(", ")]);
        }
        text
    }

    fn condition(&mut self, condition: &Condition, negated: bool) -> String {
        let parts: Vec<String> = condition.comparisons.iter().map(|part| self.comparison(part)).collect();
        let joiner = match condition.joiner {
            Joiner::And => "w_all",
            Joiner::Or => "w_any",
        };
        let negation = if negated { " | w_not" } else { "" };
        self.hoist(&format!("nil | {joiner}: {}{negation}", parts.join(", ")))
    }

    fn comparison(&mut self, comparison: &Comparison) -> String {
        let Some((operator, right)) = &comparison.right else {
            let value = self.argument(&comparison.left, "");
            return self.hoist(&format!("nil | w_true: {value}"));
        };
        let special = |operand: &Operand| match operand {
            Operand::Literal(Literal::Nil, _) => Some("nil"),
            Operand::Literal(Literal::Empty, _) => Some("empty"),
            Operand::Literal(Literal::Blank, _) => Some("blank"),
            _ => None,
        };
        let (value, what) = match (special(&comparison.left), special(right)) {
            (_, Some(what)) => (&comparison.left, Some(what)),
            (Some(what), None) => (right, Some(what)),
            (None, None) => (&comparison.left, None),
        };
        let left = self.argument(value, "");
        if let Some(what) = what {
            let negation = if *operator == Operator::Ne { " | w_not" } else { "" };
            return self.hoist(&format!("nil | w_is: \"{what}\", {left}{negation}"));
        }
        let right = self.argument(right, "");
        let operator = match operator {
            Operator::Eq => "eq",
            Operator::Ne => "ne",
            Operator::Lt => "lt",
            Operator::Gt => "gt",
            Operator::Le => "le",
            Operator::Ge => "ge",
            Operator::Contains => "contains",
        };
        self.hoist(&format!("nil | w_compare: \"{operator}\", {left}, {right}"))
    }

    /// One `if` per branch, for the number of the first condition that holds.
    fn branches(&mut self, conditions: &[String], bodies: &[&'a [Node]], otherwise: Option<&'a [Node]>) {
        let pick = match conditions {
            [] => self.hoist("nil | w_pick"),
            conditions => self.hoist(&format!("nil | w_pick: {}", conditions.join(", "))),
        };
        for (index, body) in bodies.iter().copied().chain(otherwise).enumerate() {
            // Writing to a string cannot fail.
            let _ = write!(self.out, "{{% if {pick} == {index} %}}");
            self.nodes(body);
            self.out.push_str("{% endif %}");
        }
    }

    fn if_block(&mut self, block: &'a If) {
        let conditions: Vec<String> =
            block.branches.iter().map(|branch| self.condition(&branch.condition, branch.negated)).collect();
        let bodies: Vec<&'a [Node]> = block.branches.iter().map(|branch| branch.body.as_slice()).collect();
        self.branches(&conditions, &bodies, block.otherwise.as_deref());
    }

    fn case_block(&mut self, block: &'a Case) {
        let subject = self.argument(&block.subject, "");
        let mut conditions = Vec::new();
        for when in &block.whens {
            let mut parts = Vec::new();
            for value in &when.values {
                let value = self.argument(value, "");
                parts.push(self.hoist(&format!("nil | w_compare: \"eq\", {subject}, {value}")));
            }
            conditions.push(self.hoist(&format!("nil | w_any: {}", parts.join(", "))));
        }
        let bodies: Vec<&'a [Node]> = block.whens.iter().map(|when| when.body.as_slice()).collect();
        self.branches(&conditions, &bodies, block.otherwise.as_deref());
    }

    fn for_block(&mut self, block: &'a For) {
        let bound = |emitter: &mut Self, bound: &Option<Operand>| match bound {
            Some(bound) => emitter.argument(bound, ""),
            None => "nil".to_owned(),
        };
        let offset = bound(self, &block.offset);
        let limit = bound(self, &block.limit);
        let list = self.path(&block.list);
        let list = self.hoist(&format!("{list} | w_window: {offset}, {limit}, {}", block.reversed));
        let name = variable(&block.variable.text);
        self.out.extend(["{% for ", &name, " in ", &list, " %}"]);
        self.loops.push(&block.variable.text);
        self.nodes(&block.body);
        self.loops.pop();
        if let Some(body) = &block.otherwise {
            self.out.push_str("{% else %}");
            self.nodes(body);
        }
        self.out.push_str("{% endfor %}");
    }
}

fn literal_text(literal: &Literal) -> String {
    match literal {
        // A literal never holds its own quote, so one of the two always fits.
        Literal::Text(text) if text.contains('"') => format!("'{text}'"),
        Literal::Text(text) => format!("\"{text}\""),
        Literal::Number(digits) => format!("\"{digits}\""),
        Literal::YesNo(value) => value.to_string(),
        Literal::Nil | Literal::Empty | Literal::Blank => "nil".to_owned(),
    }
}
