//! The type checker: a parsed template against the schema of what it may read.
//!
//! It walks the tree once, in the order of the text. What it knows at a place is kept in two parts: *facts* about data
//! (this value is there, this list has so many elements), which conditions teach and which end with their branch, and
//! *variables*, which `assign` makes and which count only where every way to the place has assigned them.

mod chains;
mod conditions;
mod dates;
mod facts;
mod paths;

use std::collections::{BTreeMap, BTreeSet};

use crate::finding::{ENOUGH, Finding, FindingKind, sorted};
use crate::parse::Template;
use crate::schema::{Schema, Ty};
use crate::tree::{Assign, Case, For, If, Name, Node};
use facts::{Facts, Learnt};

static TEXT: Ty = Ty::Text;
static NUMBER: Ty = Ty::Number;
static YES_NO: Ty = Ty::YesNo;

/// Checks every read, filter and condition of a template.
///
/// An empty answer is a promise: rendered with any value of the schema the template prints only values that exist, and
/// every filter and comparison gets the type it is made for.
pub fn check(template: &Template, schema: &Schema) -> Vec<Finding> {
    let mut checker = Checker {
        schema,
        findings: Vec::new(),
        facts: Facts::default(),
        variables: BTreeMap::new(),
        settled: Vec::new(),
        loops: Vec::new(),
    };
    checker.nodes(template.nodes());
    sorted(checker.findings)
}

/// The type of an expression. `map` makes lists that stand in no schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum T<'a> {
    Is(&'a Ty),
    ListOf(&'a Ty),
    /// Something is wrong with it already: no further findings.
    Unknown,
}

impl<'a> T<'a> {
    fn item(self) -> Option<&'a Ty> {
        match self {
            Self::Is(Ty::List(item)) => Some(item),
            Self::ListOf(item) => Some(item),
            _ => None,
        }
    }

    fn describe(self) -> String {
        match self {
            Self::Is(ty) => ty.describe(),
            Self::ListOf(item) => format!("list of {}", item.describe()),
            Self::Unknown => "unknown".to_owned(),
        }
    }
}

/// A variable made by `assign`.
struct Variable<'a> {
    ty: T<'a>,
    /// Every way to the present place has assigned it.
    settled: bool,
}

struct Checker<'a> {
    schema: &'a Schema,
    findings: Vec<Finding>,
    facts: Facts,
    variables: BTreeMap<&'a str, Variable<'a>>,
    /// The variables in the order in which they became settled, so that a branch can be undone.
    settled: Vec<&'a str>,
    /// The loops around the present place: variable and type of the elements.
    loops: Vec<(&'a str, T<'a>)>,
}

impl<'a> Checker<'a> {
    fn report(&mut self, finding: Finding) {
        self.findings.push(finding);
    }

    fn nodes(&mut self, nodes: &'a [Node]) {
        for node in nodes {
            if self.findings.len() >= ENOUGH {
                return;
            }
            match node {
                Node::Text(_) => {}
                Node::Output(chain) => self.output(chain),
                Node::If(node) => self.if_block(node),
                Node::Case(node) => self.case_block(node),
                Node::For(node) => self.for_block(node),
                Node::Assign(node) => self.assign(node),
            }
        }
    }

    /// Checks a body under what its head has taught; returns the variables that are settled at its end.
    fn branch(&mut self, learnt: Vec<Learnt>, body: &'a [Node]) -> BTreeSet<&'a str> {
        let mark = self.settled.len();
        self.facts.enter(learnt);
        self.nodes(body);
        self.facts.leave();
        let settled: BTreeSet<&'a str> = self.settled.split_off(mark).into_iter().collect();
        for name in &settled {
            if let Some(variable) = self.variables.get_mut(name) {
                variable.settled = false;
            }
        }
        settled
    }

    fn settle(&mut self, name: &'a str) {
        if let Some(variable) = self.variables.get_mut(name)
            && !variable.settled
        {
            variable.settled = true;
            self.settled.push(name);
        }
    }

    /// What all branches have settled is settled behind them, if one of them is always taken.
    fn join(&mut self, branches: Vec<BTreeSet<&'a str>>, exhaustive: bool) {
        if !exhaustive {
            return;
        }
        let common = branches.into_iter().reduce(|a, b| a.intersection(&b).copied().collect());
        for name in common.unwrap_or_default() {
            self.settle(name);
        }
    }

    fn if_block(&mut self, node: &'a If) {
        let mut branches = Vec::new();
        // What is known because the conditions before did not hold.
        let mut depth = 0;
        for branch in &node.branches {
            let (mut holds, mut fails) = self.condition(&branch.condition);
            if branch.negated {
                std::mem::swap(&mut holds, &mut fails);
            }
            branches.push(self.branch(holds, &branch.body));
            if !fails.is_empty() {
                self.facts.enter(fails);
                depth += 1;
            }
        }
        if let Some(body) = &node.otherwise {
            branches.push(self.branch(Vec::new(), body));
        }
        for _ in 0..depth {
            self.facts.leave();
        }
        self.join(branches, node.otherwise.is_some());
    }

    fn case_block(&mut self, node: &'a Case) {
        let subject = self.case_subject(&node.subject);
        let mut branches = Vec::new();
        for when in &node.whens {
            for value in &when.values {
                self.case_value(subject, value);
            }
            branches.push(self.branch(Vec::new(), &when.body));
        }
        if let Some(body) = &node.otherwise {
            branches.push(self.branch(Vec::new(), body));
        }
        self.join(branches, node.otherwise.is_some());
    }

    fn for_block(&mut self, node: &'a For) {
        let read = self.read(&node.list);
        if let Some(gap) = read.gap {
            self.report(gap.finding("test it first: `{% if @ %}…{% endif %}`"));
        }
        let item = match read.ty.item() {
            Some(item) => T::Is(item),
            None => {
                if read.ty != T::Unknown {
                    self.report(
                        Finding::new(
                            FindingKind::WrongType,
                            node.list.span.clone(),
                            format!("`for` runs over a list, not over {}", read.ty.describe()),
                            format!("is {}", read.ty.describe()),
                        )
                        .help("name a list, such as `cart.items`"),
                    );
                }
                T::Unknown
            }
        };
        for bound in [&node.limit, &node.offset].into_iter().flatten() {
            self.loop_bound(bound);
        }
        self.fresh_name(&node.variable, "a loop");
        if self.variables.contains_key(node.variable.text.as_str()) {
            self.report(taken(&node.variable, "an assigned variable"));
        }
        // The body may run again after its own assignments: what is known about those variables holds no longer.
        let mut assigned = BTreeSet::new();
        assigned_in(&node.body, &mut assigned);
        for name in assigned {
            self.facts.forget(name);
        }
        self.loops.push((&node.variable.text, item));
        let known = self.learn_size(&node.list, 1);
        self.branch(known, &node.body);
        self.loops.pop();
        if let Some(body) = &node.otherwise {
            self.branch(Vec::new(), body);
        }
    }

    fn assign(&mut self, node: &'a Assign) {
        let (ty, gap) = self.chain(&node.value);
        if let Some(gap) = gap {
            self.report(gap.finding_with_default());
        }
        for call in &node.value.filters {
            if matches!(call.filter.name, "escape" | "escape_once" | "newline_to_br") {
                self.report(
                    Finding::new(
                        FindingKind::Unsupported,
                        call.span.clone(),
                        format!("`{}` in an `assign`", call.filter.name),
                        "would be escaped a second time where it is printed",
                    )
                    .help("put the filter into the output: `{{ name | …}}`"),
                );
            }
        }
        self.fresh_name(&node.name, "an assignment");
        let name = node.name.text.as_str();
        match self.variables.get(name).map(|variable| variable.ty) {
            Some(before) if !same(before, ty) => {
                self.report(
                    Finding::new(
                        FindingKind::WrongType,
                        node.name.span.clone(),
                        format!("`{name}` was {} and becomes {}", before.describe(), ty.describe()),
                        format!("assigned as {} before", before.describe()),
                    )
                    .help("a variable keeps its type: choose a new name"),
                );
            }
            _ => {
                let settled = self.variables.get(name).is_some_and(|variable| variable.settled);
                self.variables.insert(name, Variable { ty, settled });
            }
        }
        self.facts.forget(name);
        self.settle(name);
    }

    /// A name that a template makes must not hide one that is given, else the same word means two things.
    fn fresh_name(&mut self, name: &'a Name, what: &str) {
        if self.schema.roots.iter().any(|root| root.name == name.text) {
            self.report(
                taken(name, "a value of the message").help(format!("choose another name for {what}")),
            );
        } else if name.text == "forloop" {
            self.report(taken(name, "Liquid's own").help(format!("choose another name for {what}")));
        } else if self.loops.iter().any(|(variable, _)| *variable == name.text) {
            self.report(taken(name, "the variable of a loop around it"));
        }
    }
}

fn taken(name: &Name, by: &str) -> Finding {
    Finding::new(
        FindingKind::Unsupported,
        name.span.clone(),
        format!("the name `{}` is taken", name.text),
        format!("is {by}"),
    )
    .help("choose another name")
}

/// Whether a variable of the one type may get a value of the other.
fn same(a: T<'_>, b: T<'_>) -> bool {
    match (a, b) {
        (T::Unknown, _) | (_, T::Unknown) => true,
        (T::Is(a), T::Is(b)) if a.is_text() && b.is_text() => true,
        (T::Is(a), T::Is(b)) => a == b,
        _ => a.item().is_some() && a.item() == b.item(),
    }
}

fn assigned_in<'a>(nodes: &'a [Node], names: &mut BTreeSet<&'a str>) {
    for node in nodes {
        match node {
            Node::Assign(assign) => {
                names.insert(&assign.name.text);
            }
            Node::If(node) => {
                node.branches.iter().for_each(|branch| assigned_in(&branch.body, names));
                node.otherwise.iter().for_each(|body| assigned_in(body, names));
            }
            Node::Case(node) => {
                node.whens.iter().for_each(|when| assigned_in(&when.body, names));
                node.otherwise.iter().for_each(|body| assigned_in(body, names));
            }
            Node::For(node) => {
                assigned_in(&node.body, names);
                node.otherwise.iter().for_each(|body| assigned_in(body, names));
            }
            Node::Text(_) | Node::Output(_) => {}
        }
    }
}
