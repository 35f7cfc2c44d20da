//! Findings as lines: `path:line:column: error[WL1003]: message`, and what belongs to it indented below.

use std::collections::BTreeMap;
use std::io::{self, Write};

use wayline_lang::source::{FileId, LineIndex, Span};

use super::{Findings, word};
use crate::console::printable;

/// Writes all findings.
///
/// # Errors
/// When `out` cannot be written.
pub fn write(findings: &Findings<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut places = Places { findings, indices: BTreeMap::new() };
    for finding in findings.list {
        let place = places.show(finding.primary.span);
        writeln!(
            out,
            "{place}: {}[{}]: {}",
            word(finding.severity),
            finding.code,
            printable(&finding.message)
        )?;
        if !finding.primary.text.is_empty() {
            writeln!(out, "    here: {}", printable(&finding.primary.text))?;
        }
        for label in &finding.secondary {
            writeln!(out, "    {}: {}", places.show(label.span), printable(&label.text))?;
        }
        for note in &finding.notes {
            indented(out, "note", note)?;
        }
        for help in &finding.helps {
            indented(out, "help", help)?;
        }
    }
    Ok(())
}

/// A text that may have several lines.
fn indented(out: &mut dyn Write, head: &str, text: &str) -> io::Result<()> {
    for (number, line) in printable(text).lines().enumerate() {
        if number == 0 {
            writeln!(out, "    {head}: {line}")?;
        } else {
            writeln!(out, "          {line}")?;
        }
    }
    Ok(())
}

/// Lines and columns, each file indexed once.
struct Places<'a> {
    findings: &'a Findings<'a>,
    indices: BTreeMap<FileId, LineIndex>,
}

impl Places<'_> {
    fn show(&mut self, span: Span) -> String {
        let path = printable(&self.findings.path(span.file));
        let Some(source) = self.findings.source(span.file) else { return path };
        let index = self.indices.entry(span.file).or_insert_with(|| LineIndex::new(source));
        let position = index.position(span.start);
        format!("{path}:{}:{}", position.line, position.column)
    }
}
