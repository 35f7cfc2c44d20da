//! The tree of a template of the subset. Every node knows its bytes.

use crate::finding::Span;

/// A piece of a template.
#[derive(Clone, Debug)]
pub(crate) enum Node {
    /// Text that is printed as it stands, whitespace control already applied.
    Text(Span),
    Output(Chain),
    If(If),
    Case(Case),
    For(For),
    Assign(Assign),
}

#[derive(Clone, Debug)]
pub(crate) struct If {
    pub(crate) branches: Vec<Branch>,
    pub(crate) otherwise: Option<Vec<Node>>,
}

#[derive(Clone, Debug)]
pub(crate) struct Branch {
    /// `unless`: the branch is taken when the condition does not hold.
    pub(crate) negated: bool,
    pub(crate) condition: Condition,
    pub(crate) body: Vec<Node>,
}

/// Comparisons joined by one kind of joiner only.
#[derive(Clone, Debug)]
pub(crate) struct Condition {
    pub(crate) joiner: Joiner,
    pub(crate) comparisons: Vec<Comparison>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Joiner {
    And,
    Or,
}

#[derive(Clone, Debug)]
pub(crate) struct Comparison {
    pub(crate) left: Operand,
    /// Without it the left side is tested for being there and not `false`.
    pub(crate) right: Option<(Operator, Operand)>,
    pub(crate) span: Span,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operator {
    Eq,
    Ne,
    Lt,
    Gt,
    Le,
    Ge,
    Contains,
}

#[derive(Clone, Debug)]
pub(crate) struct Case {
    pub(crate) subject: Operand,
    pub(crate) whens: Vec<When>,
    pub(crate) otherwise: Option<Vec<Node>>,
}

#[derive(Clone, Debug)]
pub(crate) struct When {
    pub(crate) values: Vec<Operand>,
    pub(crate) body: Vec<Node>,
}

#[derive(Clone, Debug)]
pub(crate) struct For {
    pub(crate) variable: Name,
    pub(crate) list: Path,
    pub(crate) limit: Option<Operand>,
    pub(crate) offset: Option<Operand>,
    pub(crate) reversed: bool,
    pub(crate) body: Vec<Node>,
    pub(crate) otherwise: Option<Vec<Node>>,
}

#[derive(Clone, Debug)]
pub(crate) struct Assign {
    pub(crate) name: Name,
    pub(crate) value: Chain,
}

#[derive(Clone, Debug)]
pub(crate) struct Name {
    pub(crate) text: String,
    pub(crate) span: Span,
}

/// A value and the filters it goes through.
#[derive(Clone, Debug)]
pub(crate) struct Chain {
    pub(crate) entry: Operand,
    pub(crate) filters: Vec<FilterCall>,
    pub(crate) span: Span,
}

#[derive(Clone, Debug)]
pub(crate) struct FilterCall {
    pub(crate) filter: crate::filters::Filter,
    pub(crate) arguments: Vec<Operand>,
    pub(crate) span: Span,
}

#[derive(Clone, Debug)]
pub(crate) enum Operand {
    Literal(Literal, Span),
    Path(Path),
}

impl Operand {
    pub(crate) fn span(&self) -> Span {
        match self {
            Self::Literal(_, span) => span.clone(),
            Self::Path(path) => path.span.clone(),
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Literal {
    Text(String),
    /// Decimal text, at most 28 digits.
    Number(String),
    YesNo(bool),
    Nil,
    Empty,
    Blank,
}

/// A read of data: a root and the way from there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Path {
    /// The root, such as `customer`.
    pub root: String,
    /// The steps from the root.
    pub segments: Vec<Segment>,
    /// The bytes of the whole path.
    pub span: Span,
    /// The bytes of the root alone.
    pub root_span: Span,
}

/// One step of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Segment {
    /// What the step does.
    pub step: Step,
    /// Its bytes, without the dot.
    pub span: Span,
}

/// What one step of a path does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// `.name`; on a list `first`, `last` and `size` are Liquid's own.
    Field(String),
    /// `[3]`, counted from the front.
    Index(usize),
    /// `[-1]`.
    Last,
    /// Each element in turn, where a loop runs over the list. Only in [`crate::Template::references`].
    Each,
}
