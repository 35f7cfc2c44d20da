//! The log as CSV or JSON Lines.
//!
//! Most of a row is names. They are escaped once, with the key before them in JSON, and copied from then on.

use std::io::{self, Write};
use std::sync::Arc;

use wayline_engine::{Decision, DecisionKind, Detail};
use wayline_ir::Program;
use wayline_time::{Date, MILLIS_PER_DAY, Moment, Zone};

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
    names: Arc<Names>,
    /// The column that is written next, in CSV.
    column: usize,
    /// The text of what is put together, used again for each row.
    scratch: String,
    /// The days last written: in UTC, in local time, and of `until`.
    days: [Day; 3],
}

/// A column's text, escaped.
type Cell = Box<[u8]>;

/// Names as they are written.
#[derive(Debug)]
struct Names {
    journeys: Vec<JourneyNames>,
    messages: Vec<Cell>,
    channels: Vec<Cell>,
    rules: Vec<Cell>,
    events: Vec<Cell>,
}

#[derive(Debug)]
struct JourneyNames {
    /// Name and version: two columns.
    name: Cell,
    version: Cell,
    steps: Vec<Cell>,
}

/// The text of the day last written.
#[derive(Debug, Clone, Copy)]
struct Day {
    number: i64,
    text: [u8; 10],
}

const JOURNEY: usize = 3;
const VERSION: usize = 4;
const RUN: usize = 5;
const STEP: usize = 6;
const KIND: usize = 7;
const MESSAGE: usize = 8;
const CHANNEL: usize = 9;
const VERDICT: usize = 10;
const REASON: usize = 11;
const RULE: usize = 12;
const UNTIL: usize = 13;
const DETAIL: usize = 14;

impl<W: Write> TextLog<W> {
    /// A log of a program, with its header written.
    ///
    /// # Errors
    /// When the header cannot be written.
    pub fn new(mut out: W, style: LogStyle, program: &Arc<Program>) -> io::Result<Self> {
        if style == LogStyle::Csv {
            writeln!(out, "{}", LOG_COLUMNS.join(","))?;
        }
        let part = TextPart {
            bytes: Vec::new(),
            style,
            labels: Arc::new(Labels::new(Arc::clone(program))),
            names: Arc::new(Names::new(program, style)),
            column: 0,
            scratch: String::new(),
            days: [Day { number: i64::MIN, text: [0; 10] }; 3],
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

impl Names {
    fn new(program: &Program, style: LogStyle) -> Self {
        let cell = |column: usize, text: &str| -> Cell {
            let mut bytes = Vec::new();
            style.write(column, text, &mut bytes);
            bytes.into()
        };
        let journeys = program.journeys.iter().map(|journey| JourneyNames {
            name: cell(JOURNEY, &journey.name),
            version: cell(VERSION, &journey.version),
            steps: journey.steps.iter().map(|step| cell(STEP, &step.name)).collect(),
        });
        Self {
            journeys: journeys.collect(),
            messages: program.messages.iter().map(|message| cell(MESSAGE, &message.name)).collect(),
            channels: program.channels.iter().map(|channel| cell(CHANNEL, &channel.name)).collect(),
            rules: program.rules.iter().map(|rule| cell(RULE, &rule.name)).collect(),
            events: program.events.iter().map(|event| cell(DETAIL, &event.name)).collect(),
        }
    }
}

impl LogStyle {
    /// Appends a column: in CSV the text, in JSON a comma, the key and the text.
    fn write(self, column: usize, text: &str, bytes: &mut Vec<u8>) {
        self.key(column, bytes);
        match self {
            Self::Csv if text.bytes().any(|byte| matches!(byte, b',' | b'"' | b'\n' | b'\r')) => {
                bytes.push(b'"');
                bytes.extend_from_slice(text.replace('"', "\"\"").as_bytes());
                bytes.push(b'"');
            }
            Self::Csv => bytes.extend_from_slice(text.as_bytes()),
            Self::JsonLines if text.bytes().any(|byte| byte < 0x20 || matches!(byte, b'"' | b'\\')) => {
                // Writing to a Vec does not fail, and text serialises.
                let _ = serde_json::to_writer(&mut *bytes, text);
            }
            Self::JsonLines => {
                bytes.push(b'"');
                bytes.extend_from_slice(text.as_bytes());
                bytes.push(b'"');
            }
        }
    }

    /// Nothing in CSV; in JSON what stands before the value. The first column is always there and begins the object.
    fn key(self, column: usize, bytes: &mut Vec<u8>) {
        if self == Self::JsonLines {
            bytes.extend_from_slice(if column == 0 { b"{\"" } else { b",\"" });
            bytes.extend_from_slice(LOG_COLUMNS.get(column).unwrap_or(&"").as_bytes());
            bytes.extend_from_slice(b"\":");
        }
    }

    /// The quotes of JSON around what needs no escapes.
    fn quote(self, bytes: &mut Vec<u8>) {
        if self == Self::JsonLines {
            bytes.push(b'"');
        }
    }
}

impl LogPart for TextPart {
    fn row(&mut self, who: Who<'_>, decision: &Decision) {
        let names = Arc::clone(&self.names);
        self.column = 0;
        self.moment(0, 0, decision.at);
        self.local(who.zone, decision.at);
        self.text(2, who.id);
        if let Some(journey) = decision.journey.and_then(|journey| names.journeys.get(journey.index())) {
            self.copy(JOURNEY, &journey.name);
            self.copy(VERSION, &journey.version);
            if let Some(run) = decision.run {
                self.number(RUN, run.0);
            }
            if let Some(step) = decision.step.and_then(|step| journey.steps.get(step.index())) {
                self.copy(STEP, step);
            }
        } else if let Some(run) = decision.run {
            self.number(RUN, run.0);
        }
        self.word(KIND, kind_word(decision.kind));
        if let Some(message) = decision.message.and_then(|message| names.messages.get(message.index())) {
            self.copy(MESSAGE, message);
        }
        if let Some(channel) = decision.channel.and_then(|channel| names.channels.get(channel.index())) {
            self.copy(CHANNEL, channel);
        }
        if let Some(verdict) = decision.verdict {
            self.word(VERDICT, verdict_word(verdict));
        }
        if let Some(reason) = decision.reason {
            self.word(REASON, reason_word(reason));
            match decision.rule.and_then(|rule| names.rules.get(rule.index())) {
                Some(rule) => self.copy(RULE, rule),
                None => self.composed(RULE, |labels, into| labels.write_rule(decision, into)),
            }
        }
        if let Some(until) = decision.until {
            self.moment(UNTIL, 2, until);
        }
        match (&decision.detail, decision.kind) {
            (Detail::Event(event), _) => {
                if let Some(event) = names.events.get(event.index()) {
                    self.copy(DETAIL, event);
                }
            }
            (Detail::None, DecisionKind::Wait | DecisionKind::WaitOver | DecisionKind::Send) => {}
            _ => self.composed(DETAIL, |labels, into| labels.write_detail(decision, into)),
        }
        self.end();
    }
}

impl TextPart {
    /// The separators of CSV before a column.
    fn begin(&mut self, column: usize) {
        if self.style == LogStyle::Csv {
            const COMMAS: [u8; LOG_COLUMNS.len()] = [b','; LOG_COLUMNS.len()];
            let missing = column.saturating_sub(self.column);
            self.bytes.extend_from_slice(COMMAS.get(..missing).unwrap_or_default());
            self.column = column;
        }
    }

    fn end(&mut self) {
        match self.style {
            LogStyle::Csv => self.begin(LOG_COLUMNS.len() - 1),
            LogStyle::JsonLines => self.bytes.push(b'}'),
        }
        self.bytes.push(b'\n');
    }

    /// A column that was escaped before.
    fn copy(&mut self, column: usize, cell: &[u8]) {
        self.begin(column);
        self.bytes.extend_from_slice(cell);
    }

    /// A column of any text; nothing when it is empty.
    fn text(&mut self, column: usize, text: &str) {
        if !text.is_empty() {
            self.begin(column);
            self.style.write(column, text, &mut self.bytes);
        }
    }

    /// A column of a word that needs no escapes.
    fn word(&mut self, column: usize, word: &str) {
        self.begin(column);
        self.style.key(column, &mut self.bytes);
        self.style.quote(&mut self.bytes);
        self.bytes.extend_from_slice(word.as_bytes());
        self.style.quote(&mut self.bytes);
    }

    /// A column of text that is put together.
    fn composed(&mut self, column: usize, write: impl FnOnce(&Labels, &mut String)) {
        let mut scratch = std::mem::take(&mut self.scratch);
        scratch.clear();
        write(&self.labels, &mut scratch);
        self.text(column, &scratch);
        self.scratch = scratch;
    }

    fn number(&mut self, column: usize, number: u32) {
        self.begin(column);
        self.style.key(column, &mut self.bytes);
        let mut digits = [0; 10];
        let (mut rest, mut first) = (number, digits.len());
        while let Some(digit) = first.checked_sub(1).and_then(|place| digits.get_mut(place)) {
            *digit = digit_of(rest);
            rest /= 10;
            first -= 1;
            if rest == 0 {
                break;
            }
        }
        self.bytes.extend_from_slice(digits.get(first..).unwrap_or_default());
    }

    /// A moment in UTC with milliseconds.
    fn moment(&mut self, column: usize, cache: usize, moment: Moment) {
        self.begin(column);
        self.style.key(column, &mut self.bytes);
        self.style.quote(&mut self.bytes);
        self.date_and_time(cache, moment.0, b'T');
        // Lossless: less than a second.
        let millis = moment.0.rem_euclid(1000) as u32;
        let tail = [b'.', digit_of(millis / 100), digit_of(millis / 10), digit_of(millis), b'Z'];
        self.bytes.extend_from_slice(&tail);
        self.style.quote(&mut self.bytes);
    }

    fn local(&mut self, zone: Zone, moment: Moment) {
        self.begin(1);
        self.style.key(1, &mut self.bytes);
        self.style.quote(&mut self.bytes);
        self.date_and_time(1, moment.0.saturating_add(zone.offset_millis(moment)), b' ');
        self.bytes.push(b' ');
        self.bytes.extend_from_slice(zone.name().as_bytes());
        self.style.quote(&mut self.bytes);
    }

    /// Date and time of milliseconds since 1970 on some clock; `cache` says which of the days last written to use.
    fn date_and_time(&mut self, cache: usize, millis: i64, between: u8) {
        let number = millis.div_euclid(MILLIS_PER_DAY);
        // Lossless: less than a day.
        let seconds = (millis.rem_euclid(MILLIS_PER_DAY) / 1000) as u32;
        let (hours, minutes) = (seconds / 3600, seconds / 60 % 60);
        let Some(day) = self.days.get_mut(cache) else { return };
        if day.number != number {
            *day = Day::new(number);
        }
        let time = [
            between,
            digit_of(hours / 10),
            digit_of(hours),
            b':',
            digit_of(minutes / 10),
            digit_of(minutes),
            b':',
            digit_of(seconds % 60 / 10),
            digit_of(seconds),
        ];
        self.bytes.extend_from_slice(&day.text);
        self.bytes.extend_from_slice(&time);
    }
}

/// The last digit of a number.
const fn digit_of(number: u32) -> u8 {
    b'0' + (number % 10) as u8
}

impl Day {
    /// Years outside 0 to 9999 show their last four digits; no simulation runs there.
    fn new(number: i64) -> Self {
        let (year, month, day) = Date(i32::try_from(number).unwrap_or(i32::MAX)).ymd();
        let (year, month, day) = (year.unsigned_abs(), u32::from(month), u32::from(day));
        let text = [
            digit_of(year / 1000),
            digit_of(year / 100),
            digit_of(year / 10),
            digit_of(year),
            b'-',
            digit_of(month / 10),
            digit_of(month),
            b'-',
            digit_of(day / 10),
            digit_of(day),
        ];
        Self { number, text }
    }
}
