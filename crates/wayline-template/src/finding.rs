//! What is wrong with a template: kind, place, message, remedy.

use std::ops::Range;

/// A byte range of the template's source.
pub type Span = Range<usize>;

/// The kind of a finding. A caller maps each kind to one error code of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum FindingKind {
    /// The text is not Liquid: an unclosed delimiter, a missing value, an end without a beginning.
    Syntax,
    /// Liquid, but outside the checked subset.
    Unsupported,
    /// A filter that does not exist.
    UnknownFilter,
    /// A root, variable or field that does not exist.
    UnknownName,
    /// A value that may be missing is used without `default` and outside a guard.
    PossiblyMissing,
    /// A list element that may not exist is used without `default` and outside a guard.
    IndexMayNotExist,
    /// An operation on a type it is not defined for.
    WrongType,
    /// A comparison with a value that a `one of` can never have.
    UnknownValue,
    /// A condition that is the same for every customer.
    AlwaysSame,
    /// A bound on nesting or size is exceeded.
    TooLarge,
}

/// One finding in a template, with bytes offsets into its source.
///
/// `message` is lower-case, without a full stop; backticks surround what the author wrote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What kind of mistake it is.
    pub kind: FindingKind,
    /// Where it is.
    pub span: Span,
    /// What is wrong.
    pub message: String,
    /// A few words to stand at the place itself.
    pub label: String,
    /// What to do about it.
    pub help: Option<String>,
    /// An edit that would repair it: the range to replace and the new text.
    pub suggestion: Option<(Span, String)>,
}

impl Finding {
    pub(crate) fn new(
        kind: FindingKind,
        span: Span,
        message: impl Into<String>,
        label: impl Into<String>,
    ) -> Self {
        Self { kind, span, message: message.into(), label: label.into(), help: None, suggestion: None }
    }

    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    pub(crate) fn suggest(mut self, span: Span, text: impl Into<String>) -> Self {
        self.suggestion = Some((span, text.into()));
        self
    }
}

/// After so many findings a run stops looking: nobody reads on, and every name that is unknown is compared with all that
/// are known.
pub(crate) const ENOUGH: usize = 200;

/// Findings in the order of their places, without repetitions: the order is part of the contract.
pub(crate) fn sorted(mut findings: Vec<Finding>) -> Vec<Finding> {
    findings.sort_by(|a, b| {
        (a.span.start, a.span.end, a.kind, &a.message).cmp(&(b.span.start, b.span.end, b.kind, &b.message))
    });
    findings.dedup();
    findings
}
