//! Findings: what is wrong, where, why, and what to do.
//!
//! The text follows one style: lower case, no full stop, backquotes round what the author wrote; helps tell what to do.

use std::fmt;

use crate::codes::Code;
use crate::source::Span;

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Nothing can be run.
    Error,
    /// It can be run, but is probably not what was meant.
    Warning,
    /// Worth knowing.
    Note,
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Note => "note",
        })
    }
}

/// A place and what is to be said about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// The place.
    pub span: Span,
    /// What is said there; may be empty.
    pub text: String,
}

/// Whether a fix may be applied unseen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Applicability {
    /// It keeps what the author meant.
    Safe,
    /// It may change the meaning: only when asked for.
    Unsafe,
    /// It shows the way, but has to be completed by hand.
    Display,
}

/// One replacement of text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// What is replaced; empty to insert.
    pub span: Span,
    /// The new text.
    pub replacement: String,
}

/// A way to repair a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix {
    /// What it does: "write `is`".
    pub title: String,
    /// Whether it may be applied unseen.
    pub applicability: Applicability,
    /// The replacements, all or none.
    pub edits: Vec<Edit>,
}

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// Which kind.
    pub code: Code,
    /// How bad.
    pub severity: Severity,
    /// What is wrong, in one sentence.
    pub message: String,
    /// Where.
    pub primary: Label,
    /// Other places that explain it, in any file.
    pub secondary: Vec<Label>,
    /// Why it is so.
    pub notes: Vec<String>,
    /// What to do.
    pub helps: Vec<String>,
    /// Ways to repair it.
    pub fixes: Vec<Fix>,
}

impl Diagnostic {
    /// A finding with the default severity of its code.
    #[must_use]
    pub fn new(code: Code, message: impl Into<String>, span: Span) -> Self {
        Self {
            code,
            severity: code.severity(),
            message: message.into(),
            primary: Label { span, text: String::new() },
            secondary: Vec::new(),
            notes: Vec::new(),
            helps: Vec::new(),
            fixes: Vec::new(),
        }
    }

    /// Says something at the place itself.
    #[must_use]
    pub fn label(mut self, text: impl Into<String>) -> Self {
        self.primary.text = text.into();
        self
    }

    /// Points to another place.
    #[must_use]
    pub fn also(mut self, span: Span, text: impl Into<String>) -> Self {
        self.secondary.push(Label { span, text: text.into() });
        self
    }

    /// Says why.
    #[must_use]
    pub fn note(mut self, text: impl Into<String>) -> Self {
        self.notes.push(text.into());
        self
    }

    /// Says what to do.
    #[must_use]
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.helps.push(text.into());
        self
    }

    /// Offers a repair.
    #[must_use]
    pub fn fix(mut self, fix: Fix) -> Self {
        self.fixes.push(fix);
        self
    }

    /// Offers to replace one span.
    #[must_use]
    pub fn replace(
        self,
        applicability: Applicability,
        span: Span,
        replacement: impl Into<String>,
        title: impl Into<String>,
    ) -> Self {
        let edits = vec![Edit { span, replacement: replacement.into() }];
        self.fix(Fix { title: title.into(), applicability, edits })
    }

    /// Sets the severity.
    #[must_use]
    pub fn severity(mut self, severity: Severity) -> Self {
        self.severity = severity;
        self
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Diagnostic {}

impl miette::Diagnostic for Diagnostic {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new(self.code))
    }

    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.severity {
            Severity::Error => miette::Severity::Error,
            Severity::Warning => miette::Severity::Warning,
            Severity::Note => miette::Severity::Advice,
        })
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        let lines: Vec<&str> = self.notes.iter().chain(&self.helps).map(String::as_str).collect();
        if lines.is_empty() { None } else { Some(Box::new(lines.join("\n"))) }
    }

    /// The labels that lie in the file of the primary one, since a miette report has one source.
    fn labels(&self) -> Option<Box<dyn Iterator<Item = miette::LabeledSpan> + '_>> {
        let file = self.primary.span.file;
        let labels =
            std::iter::once(&self.primary).chain(&self.secondary).filter(move |l| l.span.file == file);
        Some(Box::new(labels.map(|label| {
            let text = if label.text.is_empty() { None } else { Some(label.text.clone()) };
            let length = (label.span.end - label.span.start.min(label.span.end)) as usize;
            miette::LabeledSpan::new(text, label.span.start as usize, length)
        })))
    }
}

/// Collects the findings of all phases.
#[derive(Debug, Clone, Default)]
pub struct Diagnostics {
    list: Vec<Diagnostic>,
}

impl Diagnostics {
    /// None yet.
    #[must_use]
    pub const fn new() -> Self {
        Self { list: Vec::new() }
    }

    /// Adds one.
    pub fn push(&mut self, finding: Diagnostic) {
        self.list.push(finding);
    }

    /// Adds several.
    pub fn extend(&mut self, findings: impl IntoIterator<Item = Diagnostic>) {
        self.list.extend(findings);
    }

    /// Whether there is an error among them.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.list.iter().any(|d| d.severity == Severity::Error)
    }

    /// What was added so far, in the order of adding.
    #[must_use]
    pub fn as_slice(&self) -> &[Diagnostic] {
        &self.list
    }

    /// All findings, each once, by file, offset and code: the order is part of the contract.
    #[must_use]
    pub fn finish(mut self) -> Vec<Diagnostic> {
        sort(&mut self.list);
        self.list
    }
}

/// Sorts findings by file, offset and code, and drops repetitions.
pub(crate) fn sort(list: &mut Vec<Diagnostic>) {
    list.sort_by(|a, b| (a.primary.span, a.code, &a.message).cmp(&(b.primary.span, b.code, &b.message)));
    list.dedup();
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::FileId;

    fn finding(file: u32, start: u32, code: Code) -> Diagnostic {
        Diagnostic::new(code, "x", Span::new(FileId(file), start, start + 1))
    }

    #[test]
    fn findings_come_out_once_and_in_order() {
        let mut all = Diagnostics::new();
        all.extend([
            finding(1, 0, Code::SEMICOLON),
            finding(0, 9, Code::UNEXPECTED),
            finding(0, 9, Code::NOT_UTF8),
            finding(0, 9, Code::UNEXPECTED),
        ]);
        assert!(all.has_errors());
        let order: Vec<_> =
            all.finish().iter().map(|d| (d.primary.span.file.0, d.primary.span.start, d.code)).collect();
        assert_eq!(order, [(0, 9, Code::NOT_UTF8), (0, 9, Code::UNEXPECTED), (1, 0, Code::SEMICOLON)]);
    }

    #[test]
    fn miette_sees_code_help_and_the_labels_of_one_file() {
        use miette::Diagnostic as _;
        let d = finding(0, 4, Code::SEMICOLON)
            .label("here")
            .also(Span::new(FileId(1), 0, 1), "elsewhere")
            .note("why")
            .help("do this");
        assert_eq!(d.code().map(|c| c.to_string()).as_deref(), Some("WL0013"));
        assert_eq!(miette::Diagnostic::help(&d).map(|c| c.to_string()).as_deref(), Some("why\ndo this"));
        assert_eq!(d.labels().map(Iterator::count), Some(1));
    }
}
