//! Reading a log back.

use std::io::Read;
use std::sync::Arc;

use wayline_time::{Moment, Zone, parse_moment};

use crate::input::{Cell, Content, InputError, Layout, Next, Problem, Records, plain};
use crate::log::LOG_COLUMNS;

/// A row of a log, as text. Empty columns are empty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the columns of the log, explained in the module's documentation")]
pub struct LogRecord {
    pub time: Moment,
    pub local: String,
    pub customer: String,
    pub journey: String,
    pub version: String,
    pub run: Option<u32>,
    pub step: String,
    pub kind: String,
    pub message: String,
    pub channel: String,
    pub verdict: String,
    pub reason: String,
    pub rule: String,
    pub until: Option<Moment>,
    pub detail: String,
}

/// Reads a log in either style, also packed with gzip, row by row. `wanted` is asked with each row's customer; rows it
/// does not want are passed over unread. `file` is what errors call the log.
///
/// # Errors
/// When it cannot be read, or is no log: the first such row is named.
pub fn read_log(
    file: &str,
    source: impl Read,
    mut wanted: impl FnMut(&str) -> bool,
    mut each: impl FnMut(LogRecord),
) -> Result<(), InputError> {
    let mut records = Records::open(file, Box::new(source), &Layout { header: true, ..Layout::default() })?;
    let file = Arc::clone(&records.file);
    let positions = LOG_COLUMNS.map(|name| records.columns.iter().position(|column| column == name));
    if !records.has_objects() && !records.is_empty && positions.iter().take(3).any(Option::is_none) {
        return Err(InputError::Shape {
            file,
            message: "this is no decision log: it has no columns time, local and customer".to_owned(),
            help: "give the file that `wayline simulate --log` wrote".to_owned(),
        });
    }
    loop {
        let row = match records.next()? {
            Next::Row(row) => row,
            Next::Bad(error) => return Err(error.into()),
            Next::End => return Ok(()),
        };
        let cell = |number: usize| match row.content {
            Content::Cells(cells) => cells.get((*positions.get(number)?)?).map(Cell::Text),
            Content::Object(object) => object.get(*LOG_COLUMNS.get(number)?).map(Cell::Json),
        };
        let text = |number: usize| cell(number).and_then(plain).unwrap_or_default();
        if !wanted(&text(2)) {
            continue;
        }
        let moment = |number: usize| -> Result<Option<Moment>, InputError> {
            let text = text(number);
            if text.is_empty() {
                return Ok(None);
            }
            let moment = parse_moment(&text, Zone::utc()).map_err(|error| {
                Problem::new(error.to_string())
                    .within(LOG_COLUMNS.get(number).unwrap_or(&""))
                    .on_line(&file, row.line)
            })?;
            Ok(Some(moment))
        };
        let time = moment(0)?
            .ok_or_else(|| Problem::new("the time is missing").within("time").on_line(&file, row.line))?;
        let run = text(5);
        each(LogRecord {
            time,
            local: text(1).into_owned(),
            customer: text(2).into_owned(),
            journey: text(3).into_owned(),
            version: text(4).into_owned(),
            run: run.parse().ok(),
            step: text(6).into_owned(),
            kind: text(7).into_owned(),
            message: text(8).into_owned(),
            channel: text(9).into_owned(),
            verdict: text(10).into_owned(),
            reason: text(11).into_owned(),
            rule: text(12).into_owned(),
            until: moment(13)?,
            detail: text(14).into_owned(),
        });
    }
}
