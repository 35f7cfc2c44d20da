//! Rows out of bytes: gzip, byte order marks, CSV, columns divided by blanks, and JSON Lines. One row at a time.

use std::io::{self, BufRead, BufReader, Cursor, Read};
use std::sync::Arc;

use flate2::bufread::MultiGzDecoder;
use serde_json::{Map, Value as Json};

use crate::input::problem::{InputError, Problem, RowError};

/// A line longer than this is no row of data.
const LONGEST_LINE: u64 = 16 << 20;

/// How the rows of a file are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Comma-separated values with quotes as in RFC 4180, divided by this character.
    Csv(u8),
    /// Columns divided by blanks, without quotes.
    Whitespace,
    /// One JSON object a line.
    JsonLines,
}

/// How a file is laid out; what is absent is found out by looking at it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Layout {
    pub(crate) format: Option<Format>,
    /// The columns' names, for files that do not say them or say others.
    pub(crate) columns: Option<Vec<String>>,
    /// Whether the first row holds names.
    pub(crate) header: bool,
    /// So many lines come before everything else.
    pub(crate) skip: u64,
}

/// The rows of a file.
pub(crate) struct Records<'a> {
    pub(crate) file: Arc<str>,
    pub(crate) columns: Vec<String>,
    rows: Rows<'a>,
    text: String,
    ends: Vec<usize>,
    object: Map<String, Json>,
    /// Lines before those that the reader below counts.
    before: u64,
    /// Whether there was anything at all.
    pub(crate) is_empty: bool,
}

enum Rows<'a> {
    Csv(Box<csv::Reader<Box<dyn BufRead + 'a>>>, csv::ByteRecord),
    Lines { reader: Box<dyn BufRead + 'a>, line: Vec<u8>, count: u64, json: bool },
}

/// A row, or why there is none.
pub(crate) enum Next<'r> {
    Row(Row<'r>),
    Bad(RowError),
    End,
}

/// A row.
#[derive(Clone, Copy)]
pub(crate) struct Row<'r> {
    pub(crate) line: u64,
    pub(crate) content: Content<'r>,
}

/// What is in a row.
#[derive(Clone, Copy)]
pub(crate) enum Content<'r> {
    /// A cell for each column.
    Cells(Cells<'r>),
    /// An object.
    Object(&'r Map<String, Json>),
}

/// The cells of a row, one after the other in `text`.
#[derive(Clone, Copy)]
pub(crate) struct Cells<'r> {
    text: &'r str,
    ends: &'r [usize],
}

/// One value as it stands in a file.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Cell<'r> {
    Text(&'r str),
    Json(&'r Json),
}

impl<'r> Cells<'r> {
    pub(crate) fn get(self, column: usize) -> Option<&'r str> {
        let end = *self.ends.get(column)?;
        let start = column.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or(0);
        self.text.get(start..end)
    }

    pub(crate) fn iter(self) -> impl Iterator<Item = (usize, &'r str)> {
        (0..self.ends.len()).filter_map(move |column| Some((column, self.get(column)?)))
    }
}

impl<'a> Records<'a> {
    /// Opens a file.
    pub(crate) fn open(file: &str, source: Box<dyn Read + 'a>, layout: &Layout) -> Result<Self, InputError> {
        let file: Arc<str> = file.into();
        let failed = |source| InputError::Read { file: Arc::clone(&file), source };
        let mut reader = unpacked(source).map_err(failed)?;
        for _ in 0..layout.skip {
            read_line(&mut reader, &mut Vec::new()).map_err(failed)?;
        }
        let (head, mut reader) = peek(reader).map_err(failed)?;
        if head.starts_with(&[0xFF, 0xFE]) || head.starts_with(&[0xFE, 0xFF]) {
            return Err(InputError::Shape {
                file,
                message: "it is written in UTF-16".to_owned(),
                help: "save it as UTF-8".to_owned(),
            });
        }
        let format = layout.format.unwrap_or_else(|| sniff(&head));
        let mut columns = layout.columns.clone();
        let mut header_lines = 0;
        if layout.header && format == Format::Whitespace {
            let mut line = Vec::new();
            read_line(&mut reader, &mut line).map_err(failed)?;
            header_lines = 1;
            let names = String::from_utf8_lossy(&line);
            columns.get_or_insert_with(|| names.split_ascii_whitespace().map(str::to_owned).collect());
        }
        let rows = match format {
            Format::Csv(delimiter) => {
                let csv = csv::ReaderBuilder::new()
                    .has_headers(false)
                    .flexible(true)
                    .delimiter(delimiter)
                    .from_reader(reader);
                Rows::Csv(Box::new(csv), csv::ByteRecord::new())
            }
            Format::Whitespace | Format::JsonLines => Rows::Lines {
                reader,
                line: Vec::new(),
                count: header_lines,
                json: format == Format::JsonLines,
            },
        };
        let mut records = Self {
            file,
            columns: Vec::new(),
            rows,
            text: String::new(),
            ends: Vec::new(),
            object: Map::new(),
            before: layout.skip,
            is_empty: head.is_empty(),
        };
        if layout.header && matches!(format, Format::Csv(_)) {
            let names = records.header()?;
            columns = columns.or(names);
        }
        records.columns = columns.unwrap_or_default();
        records.check_columns()?;
        Ok(records)
    }

    /// Whether rows are objects.
    pub(crate) fn has_objects(&self) -> bool {
        matches!(self.rows, Rows::Lines { json: true, .. })
    }

    fn header(&mut self) -> Result<Option<Vec<String>>, InputError> {
        match self.next()? {
            Next::Row(Row { content: Content::Cells(cells), .. }) => {
                Ok(Some(cells.iter().map(|(_, name)| name.trim().to_owned()).collect()))
            }
            Next::Bad(error) => Err(error.into()),
            Next::Row(_) | Next::End => Ok(None),
        }
    }

    fn check_columns(&self) -> Result<(), InputError> {
        let mut seen = std::collections::BTreeSet::new();
        match self.columns.iter().find(|name| !name.is_empty() && !seen.insert(name.as_str())) {
            None => Ok(()),
            Some(twice) => Err(InputError::Shape {
                file: Arc::clone(&self.file),
                message: format!("two columns are called `{twice}`"),
                help: "give each column a name of its own".to_owned(),
            }),
        }
    }

    /// The next row. Fails only when the file cannot be read any further.
    pub(crate) fn next(&mut self) -> Result<Next<'_>, InputError> {
        self.text.clear();
        self.ends.clear();
        let file = &self.file;
        let failed = |source| InputError::Read { file: Arc::clone(file), source };
        let line = match &mut self.rows {
            Rows::Csv(reader, record) => {
                match reader.read_byte_record(record) {
                    Ok(true) => {}
                    Ok(false) => return Ok(Next::End),
                    Err(error) => return Err(failed(io::Error::other(error))),
                }
                let line = self.before + record.position().map_or(0, csv::Position::line);
                for (column, cell) in record.iter().enumerate() {
                    let Ok(cell) = std::str::from_utf8(cell) else {
                        return Ok(Next::Bad(not_utf8(self.columns.get(column)).on_line(&self.file, line)));
                    };
                    self.text.push_str(cell);
                    self.ends.push(self.text.len());
                }
                line
            }
            Rows::Lines { reader, line, count, json } => loop {
                let size = read_line(reader, line).map_err(failed)?;
                if size == 0 {
                    return Ok(Next::End);
                }
                *count += 1;
                let number = self.before + *count;
                if size as u64 > LONGEST_LINE {
                    let problem =
                        Problem::new(format!("this line is longer than {} MiB", LONGEST_LINE >> 20));
                    return Ok(Next::Bad(problem.on_line(&self.file, number)));
                }
                let Ok(text) = std::str::from_utf8(line) else {
                    return Ok(Next::Bad(not_utf8(None).on_line(&self.file, number)));
                };
                if text.trim().is_empty() {
                    continue;
                }
                if *json {
                    match serde_json::from_str::<Json>(text) {
                        Ok(Json::Object(object)) => self.object = object,
                        Ok(_) => {
                            let problem = Problem::new("this line is not a JSON object")
                                .help("write one object a line, { \"customer\": … }");
                            return Ok(Next::Bad(problem.on_line(&self.file, number)));
                        }
                        Err(error) => {
                            let problem = Problem::new(format!("this line is not JSON: {error}"));
                            return Ok(Next::Bad(problem.on_line(&self.file, number)));
                        }
                    }
                    return Ok(Next::Row(Row { line: number, content: Content::Object(&self.object) }));
                }
                for word in text.split_ascii_whitespace() {
                    self.text.push_str(word);
                    self.ends.push(self.text.len());
                }
                break number;
            },
        };
        if !self.columns.is_empty() && self.ends.len() != self.columns.len() {
            let problem = Problem::new(format!(
                "this row has {} columns, but there are {} names",
                self.ends.len(),
                self.columns.len()
            ));
            let problem = match &self.rows {
                Rows::Csv(..) => problem.help("put values that contain the separator in double quotes"),
                Rows::Lines { .. } => problem,
            };
            return Ok(Next::Bad(problem.on_line(&self.file, line)));
        }
        Ok(Next::Row(Row { line, content: Content::Cells(Cells { text: &self.text, ends: &self.ends }) }))
    }
}

fn not_utf8(column: Option<&String>) -> Problem {
    let problem = Problem::new("this is not UTF-8 text").help("save the file as UTF-8");
    match column {
        Some(column) => problem.within(column),
        None => problem,
    }
}

/// Unpacks gzip, known by its first two bytes.
fn unpacked<'a>(source: Box<dyn Read + 'a>) -> io::Result<Box<dyn BufRead + 'a>> {
    let mut reader = BufReader::with_capacity(1 << 16, source);
    let mut magic = Vec::new();
    reader.by_ref().take(2).read_to_end(&mut magic)?;
    let packed = magic == [0x1F, 0x8B];
    let whole = Cursor::new(magic).chain(reader);
    Ok(if packed {
        Box::new(BufReader::with_capacity(1 << 16, MultiGzDecoder::new(whole)))
    } else {
        Box::new(whole)
    })
}

/// The first line (at most 64 KiB of it), and a reader that begins with it again, without a byte order mark.
fn peek<'a>(mut reader: Box<dyn BufRead + 'a>) -> io::Result<(Vec<u8>, Box<dyn BufRead + 'a>)> {
    let mut head = Vec::new();
    reader.by_ref().take(1 << 16).read_until(b'\n', &mut head)?;
    if let Some(rest) = head.strip_prefix(&[0xEF, 0xBB, 0xBF]) {
        head = rest.to_vec();
    }
    let again = Cursor::new(head.clone()).chain(reader);
    Ok((head, Box::new(again)))
}

/// Reads a line without its end, at most one byte more than the longest; the rest of a longer one is thrown away.
/// Gives the number of bytes with the end of the line, 0 at the end of the file.
fn read_line(reader: &mut dyn BufRead, line: &mut Vec<u8>) -> io::Result<usize> {
    line.clear();
    let mut limited = reader.take(LONGEST_LINE + 1);
    let size = limited.read_until(b'\n', line)?;
    if size as u64 > LONGEST_LINE && line.last() != Some(&b'\n') {
        loop {
            let rest = reader.fill_buf()?;
            let end = rest.iter().position(|byte| *byte == b'\n');
            let used = end.map_or(rest.len(), |end| end + 1);
            reader.consume(used);
            if end.is_some() || used == 0 {
                break;
            }
        }
    }
    while line.last().is_some_and(|byte| matches!(byte, b'\n' | b'\r')) {
        line.pop();
    }
    Ok(size)
}

/// JSON Lines begin with a brace; otherwise the separator is what occurs most in the first line.
fn sniff(head: &[u8]) -> Format {
    if head.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'{') {
        return Format::JsonLines;
    }
    let count = |wanted: u8| head.iter().filter(|byte| **byte == wanted).count();
    let mut best = (b',', count(b','));
    for separator in [b';', b'\t'] {
        if count(separator) > best.1 {
            best = (separator, count(separator));
        }
    }
    Format::Csv(best.0)
}
