//! Which data a template reads.

use std::collections::BTreeSet;

use crate::parse::Template;
use crate::tree::{Chain, Condition, Node, Operand, Path, Segment, Step};

impl Template {
    /// Every path to data that the template reads, in the order of the text, with its bytes.
    ///
    /// Paths are given from their roots: inside `{% for item in cart.items %}` the path `item.name` is
    /// `cart`, `items`, [`Step::Each`], `name`. Variables of the template itself and `forloop` are left out; what they
    /// are assigned from is not. A path that ends at a list or record may stand for anything in it (`map`, `assign`).
    pub fn references(&self) -> Vec<Path> {
        let mut walk = Walk { variables: BTreeSet::new(), loops: Vec::new(), found: Vec::new() };
        walk.variables(self.nodes());
        walk.nodes(self.nodes());
        walk.found
    }
}

struct Walk<'a> {
    variables: BTreeSet<&'a str>,
    /// Loop variables and the list they run over; `None` for a list that is no root's.
    loops: Vec<(&'a str, Option<Path>)>,
    found: Vec<Path>,
}

impl<'a> Walk<'a> {
    fn variables(&mut self, nodes: &'a [Node]) {
        for node in nodes {
            if let Node::Assign(assign) = node {
                self.variables.insert(&assign.name.text);
            }
            bodies(node).into_iter().for_each(|body| self.variables(body));
        }
    }

    fn nodes(&mut self, nodes: &'a [Node]) {
        for node in nodes {
            match node {
                Node::Text(_) => {}
                Node::Output(chain) => self.chain(chain),
                Node::Assign(assign) => self.chain(&assign.value),
                Node::If(block) => {
                    for branch in &block.branches {
                        self.condition(&branch.condition);
                        self.nodes(&branch.body);
                    }
                    block.otherwise.iter().for_each(|body| self.nodes(body));
                }
                Node::Case(block) => {
                    self.operand(&block.subject);
                    for when in &block.whens {
                        when.values.iter().for_each(|value| self.operand(value));
                        self.nodes(&when.body);
                    }
                    block.otherwise.iter().for_each(|body| self.nodes(body));
                }
                Node::For(block) => {
                    let list = self.resolve(&block.list);
                    self.found.extend(list.clone());
                    [&block.limit, &block.offset].into_iter().flatten().for_each(|bound| self.operand(bound));
                    self.loops.push((&block.variable.text, list));
                    self.nodes(&block.body);
                    self.loops.pop();
                    block.otherwise.iter().for_each(|body| self.nodes(body));
                }
            }
        }
    }

    fn chain(&mut self, chain: &'a Chain) {
        self.operand(&chain.entry);
        for call in &chain.filters {
            call.arguments.iter().for_each(|argument| self.operand(argument));
        }
    }

    fn condition(&mut self, condition: &'a Condition) {
        for comparison in &condition.comparisons {
            self.operand(&comparison.left);
            if let Some((_, right)) = &comparison.right {
                self.operand(right);
            }
        }
    }

    fn operand(&mut self, operand: &'a Operand) {
        if let Operand::Path(path) = operand {
            let resolved = self.resolve(path);
            self.found.extend(resolved);
        }
    }

    /// The path from its root, or none when it begins at something the template makes itself.
    fn resolve(&self, path: &Path) -> Option<Path> {
        if path.root == "forloop" && !self.loops.is_empty() {
            return None;
        }
        if let Some((_, list)) = self.loops.iter().rev().find(|(variable, _)| *variable == path.root) {
            let list = list.as_ref()?;
            let each = Segment { step: Step::Each, span: path.root_span.clone() };
            let segments =
                list.segments.iter().cloned().chain([each]).chain(path.segments.iter().cloned()).collect();
            return Some(Path { root: list.root.clone(), segments, ..path.clone() });
        }
        (!self.variables.contains(path.root.as_str())).then(|| path.clone())
    }
}

/// The bodies inside a node.
fn bodies(node: &Node) -> Vec<&[Node]> {
    match node {
        Node::Text(_) | Node::Output(_) | Node::Assign(_) => Vec::new(),
        Node::If(block) => {
            let branches = block.branches.iter().map(|branch| branch.body.as_slice());
            branches.chain(block.otherwise.as_deref()).collect()
        }
        Node::Case(block) => {
            let whens = block.whens.iter().map(|when| when.body.as_slice());
            whens.chain(block.otherwise.as_deref()).collect()
        }
        Node::For(block) => [block.body.as_slice()].into_iter().chain(block.otherwise.as_deref()).collect(),
    }
}
