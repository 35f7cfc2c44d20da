//! The log as CSV or JSON Lines.

use std::io::{self, Write};
use std::sync::Arc;

use wayline_engine::Decision;
use wayline_ir::Program;
use wayline_time::{Date, MILLIS_PER_DAY, Moment};

use crate::log::words::{kind_word, reason_word, verdict_word};
use crate::log::{LOG_COLUMNS, Labels, Log, LogPart, Who};

/// How a log is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum LogStyle {
    /// Comma-separated values as in RFC 4180, with a header.
    #[default]
    Csv,
    /// One JSON object a line; empty columns are left out.
    JsonLines,
}

/// Writes a log.
#[derive(Debug)]
pub struct TextLog<W> {
    out: W,
    part: TextPart,
}

/// Written rows.
#[derive(Debug, Clone)]
pub struct TextPart {
    bytes: Vec<u8>,
    style: LogStyle,
    labels: Arc<Labels>,
    /// The text of what is put together, used again for each row.
    scratch: String,
    days: [Day; 2],
}

/// The text of the day last written.
#[derive(Debug, Clone, Copy)]
struct Day {
    number: i64,
    text: [u8; 10],
}

impl<W: Write> TextLog<W> {
    /// A log of a program, with its header written.
    ///
    /// # Errors
    /// When the header cannot be written.
    pub fn new(mut out: W, style: LogStyle, program: &Arc<Program>) -> io::Result<Self> {
        if style == LogStyle::Csv {
            writeln!(out, "{}", LOG_COLUMNS.join(","))?;
        }
        let unset = Day { number: i64::MIN, text: [0; 10] };
        let part = TextPart {
            bytes: Vec::new(),
            style,
            labels: Arc::new(Labels::new(Arc::clone(program))),
            scratch: String::new(),
            days: [unset; 2],
        };
        Ok(Self { out, part })
    }

    /// What it was written to.
    pub fn into_inner(self) -> W {
        self.out
    }
}

impl<W: Write> Log for TextLog<W> {
    type Part = TextPart;

    fn part(&self) -> TextPart {
        self.part.clone()
    }

    fn append(&mut self, part: TextPart) -> io::Result<()> {
        self.out.write_all(&part.bytes)
    }

    fn finish(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

impl LogPart for TextPart {
    fn row(&mut self, who: Who<'_>, decision: Decision) {
        let labels = Arc::clone(&self.labels);
        let program = &labels.program;
        let mut column = 0;
        let journey = decision.journey.and_then(|journey| program.journeys.get(journey.index()));
        let step = decision.step.zip(journey).and_then(|(step, journey)| journey.steps.get(step.index()));
        let message = decision.message.and_then(|message| program.messages.get(message.index()));
        let channel = decision.channel.and_then(|channel| program.channels.get(channel.index()));

        self.open(&mut column, 0);
        self.moment(decision.at);
        self.close();
        self.open(&mut column, 1);
        self.date_and_time(1, decision.at.0.saturating_add(who.zone.offset_millis(decision.at)), b' ');
        self.bytes.push(b' ');
        self.bytes.extend_from_slice(who.zone.name().as_bytes());
        self.close();
        self.cell(&mut column, 2, who.id);
        if let Some(journey) = journey {
            self.cell(&mut column, 3, &journey.name);
            self.cell(&mut column, 4, &journey.version);
        }
        if let Some(run) = decision.run {
            self.key(&mut column, 5);
            self.number(run.0);
        }
        if let Some(step) = step {
            self.cell(&mut column, 6, &step.name);
        }
        self.cell(&mut column, 7, kind_word(decision.kind));
        if let Some(message) = message {
            self.cell(&mut column, 8, &message.name);
        }
        if let Some(channel) = channel {
            self.cell(&mut column, 9, &channel.name);
        }
        if let Some(verdict) = decision.verdict {
            self.cell(&mut column, 10, verdict_word(verdict));
        }
        if let Some(reason) = decision.reason {
            self.cell(&mut column, 11, reason_word(reason));
        }
        let mut scratch = std::mem::take(&mut self.scratch);
        scratch.clear();
        labels.write_rule(&decision, &mut scratch);
        self.cell(&mut column, 12, &scratch);
        if let Some(until) = decision.until {
            self.open(&mut column, 13);
            self.moment(until);
            self.close();
        }
        scratch.clear();
        labels.write_detail(&decision, &mut scratch);
        self.cell(&mut column, 14, &scratch);
        self.scratch = scratch;
        self.end(column);
    }
}

impl TextPart {
    /// Begins a column that is a number or known to need no quotes in CSV: separators and, in JSON, the key.
    fn key(&mut self, column: &mut usize, number: usize) {
        match self.style {
            LogStyle::Csv => {
                while *column < number {
                    self.bytes.push(b',');
                    *column += 1;
                }
            }
            LogStyle::JsonLines => {
                self.bytes.push(if *column == 0 { b'{' } else { b',' });
                self.bytes.push(b'"');
                self.bytes.extend_from_slice(LOG_COLUMNS.get(number).unwrap_or(&"").as_bytes());
                self.bytes.extend_from_slice(b"\":");
                *column = number + 1;
            }
        }
    }

    /// Begins a column of text that needs no escapes.
    fn open(&mut self, column: &mut usize, number: usize) {
        self.key(column, number);
        self.close();
    }

    /// The quotes of JSON.
    fn close(&mut self) {
        if self.style == LogStyle::JsonLines {
            self.bytes.push(b'"');
        }
    }

    fn end(&mut self, column: usize) {
        match self.style {
            LogStyle::Csv => (column..LOG_COLUMNS.len() - 1).for_each(|_| self.bytes.push(b',')),
            LogStyle::JsonLines => self.bytes.push(b'}'),
        }
        self.bytes.push(b'\n');
    }

    /// A column of any text; nothing when it is empty.
    fn cell(&mut self, column: &mut usize, number: usize, text: &str) {
        if text.is_empty() {
            return;
        }
        self.key(column, number);
        match self.style {
            LogStyle::Csv if text.bytes().any(|byte| matches!(byte, b',' | b'"' | b'\n' | b'\r')) => {
                self.bytes.push(b'"');
                self.bytes.extend_from_slice(text.replace('"', "\"\"").as_bytes());
                self.bytes.push(b'"');
            }
            LogStyle::Csv => self.bytes.extend_from_slice(text.as_bytes()),
            LogStyle::JsonLines if text.bytes().any(|byte| byte < 0x20 || matches!(byte, b'"' | b'\\')) => {
                // Writing to a Vec does not fail, and text serialises.
                let _ = serde_json::to_writer(&mut self.bytes, text);
            }
            LogStyle::JsonLines => {
                self.bytes.push(b'"');
                self.bytes.extend_from_slice(text.as_bytes());
                self.bytes.push(b'"');
            }
        }
    }

    fn moment(&mut self, moment: Moment) {
        self.date_and_time(0, moment.0, b'T');
        let millis = moment.0.rem_euclid(1000) as u32;
        self.bytes.push(b'.');
        self.digits(millis, 100);
        self.bytes.push(b'Z');
    }

    /// Date and time of milliseconds since 1970 on some clock; `cache` says which of the two cached days to use.
    fn date_and_time(&mut self, cache: usize, millis: i64, between: u8) {
        let number = millis.div_euclid(MILLIS_PER_DAY);
        // Lossless: less than a day.
        let seconds = (millis.rem_euclid(MILLIS_PER_DAY) / 1000) as u32;
        if let Some(day) = self.days.get_mut(cache) {
            if day.number != number {
                *day = Day::new(number);
            }
            let text = day.text;
            self.bytes.extend_from_slice(&text);
        }
        self.bytes.push(between);
        self.digits(seconds / 3600, 10);
        self.bytes.push(b':');
        self.digits(seconds / 60 % 60, 10);
        self.bytes.push(b':');
        self.digits(seconds % 60, 10);
    }

    /// A number with leading zeros; `first` is the weight of the first digit.
    fn digits(&mut self, number: u32, mut first: u32) {
        while first > 0 {
            self.bytes.push(b'0' + (number / first % 10) as u8);
            first /= 10;
        }
    }

    fn number(&mut self, number: u32) {
        let mut first = 1;
        while number / first >= 10 {
            first *= 10;
        }
        self.digits(number, first);
    }
}

impl Day {
    /// Years outside 0 to 9999 are cut to the first ten characters; no simulation runs there.
    fn new(number: i64) -> Self {
        let date = Date(i32::try_from(number).unwrap_or(i32::MAX));
        let mut text = *b"0000-00-00";
        for (to, from) in text.iter_mut().zip(date.to_string().bytes()) {
            *to = from;
        }
        Self { number, text }
    }
}
