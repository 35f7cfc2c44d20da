//! Findings as one JSON document. Its shape is versioned: [`SCHEMA`], and the JSON Schema in
//! `docs/schema/findings.schema.json`.

use std::collections::BTreeMap;
use std::io::{self, Write};

use schemars::JsonSchema;
use serde::Serialize;
use wayline_lang::diagnostic::{self, Applicability, Diagnostic};
use wayline_lang::source::{FileId, LineIndex, Span};

use super::{Counts, Findings, word};

/// The version of the document's shape. New fields may come without a new version; none goes or changes.
pub const SCHEMA: u32 = 1;

/// What `--format json` prints.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Document {
    /// The version of this shape: 1.
    pub schema: u32,
    /// All findings, by file, place and code.
    pub findings: Vec<Finding>,
    /// What could not be read at all.
    pub problems: Vec<Trouble>,
    /// How many there are.
    pub summary: Counts,
}

/// A finding.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Finding {
    /// Its code: `WL1003`.
    pub code: &'static str,
    /// The code's name for people.
    pub slug: &'static str,
    /// `error`, `warning` or `note`.
    pub severity: &'static str,
    /// What is wrong, in one sentence.
    pub message: String,
    /// Where.
    pub primary: Label,
    /// Other places that explain it.
    pub secondary: Vec<Label>,
    /// Why it is so.
    pub notes: Vec<String>,
    /// What to do.
    pub helps: Vec<String>,
    /// Ways to repair it.
    pub fixes: Vec<Fix>,
}

/// A place and what is said about it.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Label {
    /// The place.
    #[serde(flatten)]
    pub place: Place,
    /// What is said; may be empty.
    pub text: String,
}

/// A range of a file.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Place {
    /// The file, as a path from the folder the command ran in.
    pub path: String,
    /// The range in bytes, half-open.
    pub bytes: Bytes,
    /// Its first character.
    pub start: Position,
    /// The character after its last.
    pub end: Position,
}

/// A half-open range of bytes.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Bytes {
    /// The first byte.
    pub start: u32,
    /// The byte after the last.
    pub end: u32,
}

/// A place as people count.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Position {
    /// From 1.
    pub line: u32,
    /// From 1, in characters.
    pub column: u32,
}

/// A way to repair a finding.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Fix {
    /// What it does.
    pub title: String,
    /// `safe`: keeps the meaning; `unsafe`: may change it; `display`: to be completed by hand.
    pub applicability: &'static str,
    /// The replacements, all or none.
    pub edits: Vec<Edit>,
}

/// A replacement of text.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Edit {
    /// What is replaced.
    #[serde(flatten)]
    pub place: Place,
    /// The new text.
    pub replacement: String,
}

/// Something that could not be read.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Trouble {
    /// The code, if it has one.
    pub code: Option<String>,
    /// What happened, with its causes.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
}

/// Writes the document.
///
/// # Errors
/// When `out` cannot be written.
pub fn write(findings: &Findings<'_>, problems: &[miette::Report], out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, &document(findings, problems))?;
    writeln!(out)
}

/// The document as data.
#[must_use]
pub fn document(findings: &Findings<'_>, problems: &[miette::Report]) -> Document {
    let mut places = Places { findings, indices: BTreeMap::new() };
    Document {
        schema: SCHEMA,
        findings: findings.list.iter().map(|d| finding(d, &mut places)).collect(),
        problems: problems.iter().map(trouble).collect(),
        summary: Counts::of(findings.list),
    }
}

/// The published JSON Schema of [`Document`].
#[must_use]
pub fn json_schema() -> serde_json::Value {
    schemars::schema_for!(Document).to_value()
}

fn finding(finding: &Diagnostic, places: &mut Places<'_>) -> Finding {
    let mut label = |l: &diagnostic::Label| Label { place: places.place(l.span), text: l.text.clone() };
    let (primary, secondary) = (label(&finding.primary), finding.secondary.iter().map(&mut label).collect());
    Finding {
        code: finding.code.as_str(),
        slug: finding.code.slug(),
        severity: word(finding.severity),
        message: finding.message.clone(),
        primary,
        secondary,
        notes: finding.notes.clone(),
        helps: finding.helps.clone(),
        fixes: finding.fixes.iter().map(|f| fix(f, places)).collect(),
    }
}

fn fix(fix: &diagnostic::Fix, places: &mut Places<'_>) -> Fix {
    let applicability = match fix.applicability {
        Applicability::Safe => "safe",
        Applicability::Unsafe => "unsafe",
        Applicability::Display => "display",
    };
    let edit =
        |e: &diagnostic::Edit| Edit { place: places.place(e.span), replacement: e.replacement.clone() };
    Fix { title: fix.title.clone(), applicability, edits: fix.edits.iter().map(edit).collect() }
}

fn trouble(problem: &miette::Report) -> Trouble {
    let causes: Vec<String> = problem.chain().map(ToString::to_string).collect();
    Trouble {
        code: problem.code().map(|c| c.to_string()),
        message: causes.join(": "),
        help: problem.help().map(|h| h.to_string()),
    }
}

/// Lines and columns, each file indexed once.
struct Places<'a> {
    findings: &'a Findings<'a>,
    indices: BTreeMap<FileId, LineIndex>,
}

impl Places<'_> {
    fn place(&mut self, span: Span) -> Place {
        let (start, end) = match self.findings.source(span.file) {
            None => (Position { line: 1, column: 1 }, Position { line: 1, column: 1 }),
            Some(source) => {
                let index = self.indices.entry(span.file).or_insert_with(|| LineIndex::new(source));
                let position = |byte| {
                    let p = index.position(byte);
                    Position { line: p.line, column: p.column }
                };
                (position(span.start), position(span.end))
            }
        };
        Place {
            path: self.findings.path(span.file),
            bytes: Bytes { start: span.start, end: span.end },
            start,
            end,
        }
    }
}
