//! Findings with the lines they are about, drawn by ariadne.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fmt;
use std::io::{self, Write};
use std::ops::Range;

use ariadne::{Cache, CharSet, Color, Config, IndexType, Label, Report, ReportKind, Source};
use wayline_lang::diagnostic::{self, Diagnostic, Severity};
use wayline_lang::source::{FileId, Span};

use super::{Findings, plain, word};
use crate::console::{Style, printable};

/// Draws all findings, an empty line after each.
///
/// # Errors
/// When `out` cannot be written.
pub fn write(findings: &Findings<'_>, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let mut cache = FileCache { findings, drawn: BTreeMap::new() };
    let mut drawing = Vec::new();
    for finding in findings.list {
        if on_a_very_long_line(finding, findings) {
            plain::write(&Findings { list: std::slice::from_ref(finding), ..*findings }, out)?;
            writeln!(out)?;
            continue;
        }
        drawing.clear();
        report(finding, findings, style).write(&mut cache, &mut drawing)?;
        for line in String::from_utf8_lossy(&drawing).lines() {
            // The layout pads lines; nobody wants the blanks in a log or a snapshot.
            let line = line.trim_end();
            // The word of a severity comes out coloured even when colours are off.
            if style.color { writeln!(out, "{line}")? } else { writeln!(out, "{}", without_colors(line))? }
        }
        writeln!(out)?;
    }
    Ok(())
}

/// The longest line, in bytes, that is drawn. Templates may be one line of a hundred kilobytes, which would bury the
/// finding: then its place in numbers says more.
const LONGEST_LINE: usize = 500;

fn on_a_very_long_line(finding: &Diagnostic, findings: &Findings<'_>) -> bool {
    let labels = std::iter::once(&finding.primary).chain(&finding.secondary);
    labels.into_iter().any(|label| {
        let text = findings.source(label.span.file).map_or("", |source| &source.text);
        let (before, after) = text.split_at(text.floor_char_boundary(label.span.range().start));
        let start = before.rfind('\n').map_or(0, |at| at + 1);
        let rest = after.find('\n').unwrap_or(after.len());
        before.len() - start + rest > LONGEST_LINE
    })
}

type Place = (FileId, Range<usize>);

fn report(finding: &Diagnostic, findings: &Findings<'_>, style: Style) -> Report<'static, Place> {
    let color = match finding.severity {
        Severity::Error => Color::Red,
        Severity::Warning => Color::Yellow,
        Severity::Note => Color::Cyan,
    };
    let config = Config::new()
        .with_index_type(IndexType::Byte)
        .with_color(style.color)
        .with_char_set(if style.unicode { CharSet::Unicode } else { CharSet::Ascii });
    let place = |span: Span| place(span, findings);
    // Ariadne draws a file again when its labels do not come in order: the file of the finding first, each from the top.
    let home = finding.primary.span.file;
    let mut labels: Vec<(&diagnostic::Label, Color)> = std::iter::once((&finding.primary, color))
        .chain(finding.secondary.iter().map(|l| (l, Color::Blue)))
        .collect();
    labels.sort_by_key(|(label, _)| (label.span.file != home, label.span));
    let mut builder =
        Report::build(ReportKind::Custom(word(finding.severity), color), place(finding.primary.span))
            .with_config(config)
            .with_code(finding.code)
            .with_message(printable(&finding.message));
    for (label, color) in labels {
        // A label without words would not be drawn at all, not even as a line under its place.
        let text = if label.text.is_empty() { "here".to_owned() } else { printable(&label.text) };
        let drawn = Label::new(place(label.span)).with_color(color).with_message(text);
        builder.add_label(drawn);
    }
    for note in &finding.notes {
        builder.add_note(printable(note));
    }
    for help in &finding.helps {
        builder.add_help(printable(help));
    }
    builder.finish()
}

/// A span that lies in its text, is not reversed and cuts no character: ariadne would not survive another one.
fn place(span: Span, findings: &Findings<'_>) -> Place {
    let text = findings.source(span.file).map_or("", |source| &source.text);
    let Range { start, end } = span.range();
    let end = text.floor_char_boundary(end);
    (span.file, text.floor_char_boundary(start).min(end)..end)
}

/// The texts as ariadne wants them, each made ready once.
struct FileCache<'a> {
    findings: &'a Findings<'a>,
    drawn: BTreeMap<FileId, Source<String>>,
}

impl Cache<FileId> for FileCache<'_> {
    type Storage = String;

    fn fetch(&mut self, id: &FileId) -> Result<&Source<String>, impl fmt::Debug> {
        match self.drawn.entry(*id) {
            Entry::Occupied(entry) => Ok(entry.into_mut()),
            Entry::Vacant(entry) => match self.findings.source(*id) {
                Some(source) => Ok(entry.insert(Source::from(one_kind_of_line_end(printable(&source.text))))),
                None => Err("a finding names a file that was not read"),
            },
        }
    }

    fn display<'a>(&self, id: &'a FileId) -> Option<impl fmt::Display + 'a> {
        Some(self.findings.path(*id))
    }
}

/// Ariadne begins a line at every sign that Unicode calls a line break; the language only at a line feed.
/// The replacements are as long as what they replace.
fn one_kind_of_line_end(text: String) -> String {
    if text.contains(['\u{0B}', '\u{0C}']) { text.replace(['\u{0B}', '\u{0C}'], " ") } else { text }
}

/// A line without its `ESC [ … m` sequences.
fn without_colors(line: &str) -> String {
    let mut parts = line.split('\u{1b}');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |shown, part| shown + part.split_once('m').map_or(part, |(_, rest)| rest))
}
