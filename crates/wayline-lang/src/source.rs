//! Source files and places in them.

use std::sync::Arc;

use crate::codes::Code;
use crate::diagnostic::Diagnostic;

/// The largest file that is read by default, in bytes.
pub const MAX_FILE_BYTES: usize = 64 * 1024 * 1024;

/// Which file of the workspace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct FileId(pub u32);

/// A range of bytes in a file: half-open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Span {
    /// The file.
    pub file: FileId,
    /// The first byte.
    pub start: u32,
    /// The byte after the last.
    pub end: u32,
}

impl Span {
    /// From the first byte to the byte after the last.
    #[must_use]
    pub const fn new(file: FileId, start: u32, end: u32) -> Self {
        Self { file, start, end }
    }

    /// The empty span at the end of this one.
    #[must_use]
    pub const fn at_end(self) -> Self {
        Self { start: self.end, ..self }
    }

    /// The empty span at the start of this one.
    #[must_use]
    pub const fn at_start(self) -> Self {
        Self { end: self.start, ..self }
    }

    /// From the start of this span to the end of the other.
    #[must_use]
    pub fn to(self, other: Self) -> Self {
        Self { end: self.end.max(other.end), ..self }
    }

    /// The bytes as a range for slicing.
    #[must_use]
    pub const fn range(self) -> std::ops::Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// One file's text. Offsets are bytes of `text`, which keeps a byte order mark and carriage returns as they were.
#[derive(Debug, Clone)]
pub struct Source {
    /// Which file of the workspace.
    pub id: FileId,
    /// The path shown in findings, with `/` between folders.
    pub path: String,
    /// The text.
    pub text: Arc<str>,
}

impl Source {
    /// A source from text that is known to be UTF-8.
    #[must_use]
    pub fn new(id: FileId, path: impl Into<String>, text: impl Into<Arc<str>>) -> Self {
        Self { id, path: path.into(), text: text.into() }
    }

    /// A source from the bytes of a file. A file that is not UTF-8 is read as far as possible and reported at its first
    /// bad byte; one that is larger than `limit` is reported and read as empty.
    #[must_use]
    pub fn from_bytes_limited(
        id: FileId,
        path: impl Into<String>,
        bytes: &[u8],
        limit: usize,
    ) -> (Self, Vec<Diagnostic>) {
        let path = path.into();
        // Offsets are 32 bits wide, so that no limit can be larger.
        if bytes.len() > limit.min(u32::MAX as usize / 2) {
            let finding = Diagnostic::new(
                Code::FILE_TOO_LARGE,
                format!("this file has {} bytes, more than the {limit} that are read", bytes.len()),
                Span::new(id, 0, 0),
            )
            .help("cut it into several files: all files of a workspace share one namespace");
            return (Self::new(id, path, ""), vec![finding]);
        }
        match std::str::from_utf8(bytes) {
            Ok(text) => (Self::new(id, path, text), Vec::new()),
            Err(error) => {
                let at = error.valid_up_to();
                let text = String::from_utf8_lossy(bytes);
                let start = offset(at);
                // The replacement character is three bytes long and starts where the bad byte stood.
                let bad = bytes.get(at).copied().unwrap_or_default();
                let finding = Diagnostic::new(
                    Code::NOT_UTF8,
                    format!("this file is not UTF-8: byte 0x{bad:02X} begins no character"),
                    Span::new(id, start, start.saturating_add(3)),
                )
                .label("the first byte that is not UTF-8")
                .help("save the file in the encoding UTF-8");
                (Self::new(id, path, text.as_ref()), vec![finding])
            }
        }
    }

    /// [`Source::from_bytes_limited`] with [`MAX_FILE_BYTES`].
    #[must_use]
    pub fn from_bytes(id: FileId, path: impl Into<String>, bytes: &[u8]) -> (Self, Vec<Diagnostic>) {
        Self::from_bytes_limited(id, path, bytes, MAX_FILE_BYTES)
    }

    /// The text of a span, empty if it does not lie in this file.
    #[must_use]
    pub fn slice(&self, span: Span) -> &str {
        self.text.get(span.range()).unwrap_or_default()
    }
}

/// A byte offset as it is stored. Sources are below 2 GiB, so that nothing is cut.
pub(crate) fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

/// A place as people count it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// The line, from 1.
    pub line: u32,
    /// The column in characters, from 1.
    pub column: u32,
    /// The column in UTF-16 code units, from 0, as editors count it.
    pub utf16: u32,
}

/// Where the lines of a text begin: turns byte offsets into lines and columns.
#[derive(Debug, Clone)]
pub struct LineIndex {
    text: Arc<str>,
    starts: Vec<u32>,
    /// Places within long lines, ascending, so that no search reads more than a part of a line.
    marks: Vec<Mark>,
}

/// A place in a line, and how much of the line stands before it.
#[derive(Debug, Clone, Copy)]
struct Mark {
    byte: u32,
    /// Characters before it.
    characters: u32,
    /// UTF-16 code units before it.
    utf16: u32,
}

/// How many bytes lie between two marks of a line.
const MARK_EVERY: u32 = 512;

impl LineIndex {
    /// Reads the line ends of a text: `\n` and `\r\n`.
    #[must_use]
    pub fn new(source: &Source) -> Self {
        let starts: Vec<u32> = std::iter::once(0)
            .chain(source.text.bytes().enumerate().filter(|(_, b)| *b == b'\n').map(|(i, _)| offset(i + 1)))
            .collect();
        let ends = starts.iter().skip(1).copied().chain([offset(source.text.len())]);
        let mut marks = Vec::new();
        for (start, end) in starts.iter().copied().zip(ends) {
            if end - start > MARK_EVERY {
                let line = source.text.get(start as usize..end as usize).unwrap_or_default();
                mark_line(line, start, &mut marks);
            }
        }
        Self { text: Arc::clone(&source.text), starts, marks }
    }

    /// The number of lines; a text that ends with a line end has an empty last line.
    #[must_use]
    pub fn lines(&self) -> u32 {
        offset(self.starts.len())
    }

    /// Line and column of a byte. A byte order mark has no width, a byte inside a character counts as its start.
    #[must_use]
    pub fn position(&self, byte: u32) -> Position {
        let line = self.starts.partition_point(|start| *start <= byte).max(1);
        let start = self.starts.get(line - 1).copied().unwrap_or_default();
        let marked = self.marks.partition_point(|mark| mark.byte <= byte);
        let from = self.mark(start, marked);
        let before = self
            .text
            .get(from.byte as usize..)
            .unwrap_or_default()
            .char_indices()
            .take_while(|(i, c)| offset(*i) + from.byte + offset(c.len_utf8()) <= byte)
            .map(|(_, c)| c)
            .filter(|c| *c != '\u{FEFF}');
        let (column, utf16) = before.fold((from.characters + 1, from.utf16), |(column, units), c| {
            (column + 1, units + offset(c.len_utf16()))
        });
        Position { line: offset(line), column, utf16 }
    }

    /// The last of the first `count` marks, if it lies in the line that begins at `start`; otherwise its beginning.
    fn mark(&self, start: u32, count: usize) -> Mark {
        let last = count.checked_sub(1).and_then(|last| self.marks.get(last)).copied();
        last.filter(|mark| mark.byte >= start).unwrap_or(Mark { byte: start, characters: 0, utf16: 0 })
    }

    /// The byte of a line (from 1) and a column in UTF-16 code units (from 0); the line end if the line is shorter.
    #[must_use]
    pub fn byte_of_utf16(&self, line: u32, utf16: u32) -> u32 {
        let Some(start) = self.starts.get(line.saturating_sub(1) as usize).copied() else {
            return offset(self.text.len());
        };
        let end = self.starts.get(line.max(1) as usize).copied().unwrap_or(u32::MAX);
        let marked =
            self.marks.partition_point(|mark| mark.byte < start || (mark.byte < end && mark.utf16 <= utf16));
        let from = self.mark(start, marked);
        let mut units = from.utf16;
        for (i, c) in self.text.get(from.byte as usize..).unwrap_or_default().char_indices() {
            if units >= utf16 && c != '\u{FEFF}' || c == '\n' {
                return from.byte + offset(i);
            }
            units += if c == '\u{FEFF}' { 0 } else { offset(c.len_utf16()) };
        }
        offset(self.text.len())
    }
}

fn mark_line(line: &str, start: u32, marks: &mut Vec<Mark>) {
    let mut here = Mark { byte: start, characters: 0, utf16: 0 };
    let mut next = start + MARK_EVERY;
    for c in line.chars() {
        if here.byte >= next {
            marks.push(here);
            next = here.byte + MARK_EVERY;
        }
        here.byte += offset(c.len_utf8());
        if c != '\u{FEFF}' {
            here.characters += 1;
            here.utf16 += offset(c.len_utf16());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str, byte: u32) -> (u32, u32, u32) {
        let p = LineIndex::new(&Source::new(FileId(0), "a.journey", text)).position(byte);
        (p.line, p.column, p.utf16)
    }

    #[test]
    fn columns_count_characters_and_utf16_units() {
        assert_eq!(at("", 0), (1, 1, 0));
        assert_eq!(at("a\nbc", 3), (2, 2, 1));
        assert_eq!(at("é𝄞x", 2), (1, 2, 1));
        assert_eq!(at("é𝄞x", 6), (1, 3, 3));
        assert_eq!(at("a\r\nb", 3), (2, 1, 0));
        assert_eq!(at("\u{FEFF}ab", 3), (1, 1, 0));
        assert_eq!(at("ab", 99), (1, 3, 2));
    }

    #[test]
    fn utf16_columns_lead_back_to_bytes() {
        let index = LineIndex::new(&Source::new(FileId(0), "a.journey", "x\né𝄞y\n"));
        assert_eq!(index.byte_of_utf16(2, 3), 8);
        assert_eq!(index.byte_of_utf16(2, 99), 9);
        assert_eq!(index.byte_of_utf16(9, 0), 10);
    }

    #[test]
    fn long_lines_are_counted_as_short_ones() {
        let text = format!("x\n{}\n{}y\n", "é𝄞\u{FEFF}a".repeat(400), "ab".repeat(900));
        let source = Source::new(FileId(0), "a.journey", text.as_str());
        let index = LineIndex::new(&source);
        let (mut line, mut column, mut utf16) = (1, 1, 0);
        for (byte, c) in text.char_indices() {
            let position = index.position(offset(byte));
            assert_eq!(position, Position { line, column, utf16 }, "byte {byte}");
            if c == '\n' {
                (line, column, utf16) = (line + 1, 1, 0);
            } else if c != '\u{FEFF}' {
                assert_eq!(index.byte_of_utf16(line, utf16), offset(byte));
                (column, utf16) = (column + 1, utf16 + offset(c.len_utf16()));
            }
        }
        assert_eq!(index.byte_of_utf16(3, 9_999), offset(text.len() - 1));
    }

    #[test]
    fn a_file_that_is_not_utf8_is_reported_where_it_begins() {
        let (source, findings) = Source::from_bytes(FileId(1), "a.journey", b"# caf\xE9 au lait\n");
        assert_eq!(&*source.text, "# caf\u{FFFD} au lait\n");
        assert_eq!(findings.len(), 1);
        assert_eq!(findings[0].primary.span, Span::new(FileId(1), 5, 8));
    }

    #[test]
    fn a_file_over_the_limit_is_refused() {
        let (source, findings) = Source::from_bytes_limited(FileId(0), "a.journey", b"12345", 4);
        assert!(source.text.is_empty());
        assert_eq!(findings[0].code, Code::FILE_TOO_LARGE);
        assert!(Source::from_bytes_limited(FileId(0), "a.journey", b"1234", 4).1.is_empty());
    }
}
