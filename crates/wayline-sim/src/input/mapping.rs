//! Mapping files: how a foreign file is read as customers and events.
//!
//! ```toml
//! format      = "whitespace"                       # csv, whitespace or jsonl; found out when absent
//! header      = false                              # whether the first row holds names; yes when absent
//! columns     = ["customer", "date", "units", "usd"]
//! event       = "purchase"
//! customer    = "{customer}"
//! time        = "{date}"
//! time_format = "%Y%m%d"
//! at          = "12:00"                            # the time of day of dates
//! zone        = "UTC"                              # of times without an offset
//!
//! [fields]
//! units = "{units}"
//! total = "{usd} USD"
//! ```
//!
//! `[customers]` says the same of the customers' file, with `fields` and `consents`.

use std::collections::BTreeMap;

use jiff::fmt::strtime::BrokenDownTime;
use serde::Deserialize;
use wayline_time::{Date, Moment, TimeOfDay, Zone, parse_moment, to_moment};

use crate::input::convert;
use crate::input::problem::Problem;
use crate::input::records::{Cell, Content, Format, Layout, Row};
use crate::input::suggest::{quoted, suggestion};

/// How foreign files are read.
#[derive(Debug, Clone, Default)]
pub struct Mapping {
    pub(crate) events: Option<EventMapping>,
    pub(crate) customers: Option<CustomerMapping>,
}

/// What is wrong with a mapping file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the mapping cannot be used: {message}")]
pub struct MappingError {
    /// What is wrong.
    pub message: String,
}

/// How a file of events is read.
#[derive(Debug, Clone)]
pub(crate) struct EventMapping {
    pub(crate) layout: Layout,
    pub(crate) customer: Template,
    pub(crate) event: Template,
    pub(crate) id: Option<Template>,
    pub(crate) clock: Clock,
    pub(crate) fields: BTreeMap<String, Template>,
    /// Foreign event names and ours.
    pub(crate) names: BTreeMap<String, String>,
    /// Foreign events that are passed over.
    pub(crate) ignore: Vec<String>,
}

/// How a file of customers is read.
#[derive(Debug, Clone)]
pub(crate) struct CustomerMapping {
    pub(crate) layout: Layout,
    pub(crate) customer: Template,
    pub(crate) updated_at: Option<Template>,
    pub(crate) clock: Clock,
    pub(crate) fields: BTreeMap<String, Template>,
    /// `TOPIC.CHANNEL` and what is known of it.
    pub(crate) consents: BTreeMap<String, Template>,
}

/// How times are read.
#[derive(Debug, Clone)]
pub(crate) struct Clock {
    time: Template,
    format: Option<String>,
    at: TimeOfDay,
    pub(crate) zone: Zone,
}

/// Text with `{column}` in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Template {
    pieces: Vec<Piece>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Text(String),
    /// A column, and where it stands when columns are counted.
    Column(String, usize),
}

/// What a template gives: one value as it stands, or text put together.
pub(crate) enum Filled<'r> {
    Cell(Cell<'r>),
    Text(String),
}

impl Filled<'_> {
    pub(crate) fn cell(&self) -> Cell<'_> {
        match self {
            Self::Cell(cell) => *cell,
            Self::Text(text) => Cell::Text(text),
        }
    }
}

/// The keys of a mapping, events and customers together; each part says which it takes.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Keys {
    format: Option<String>,
    separator: Option<String>,
    header: Option<bool>,
    columns: Option<Vec<String>>,
    skip: u64,
    event: Option<String>,
    customer: Option<String>,
    id: Option<String>,
    time: Option<String>,
    updated_at: Option<String>,
    time_format: Option<String>,
    at: Option<String>,
    zone: Option<String>,
    fields: BTreeMap<String, String>,
    consents: BTreeMap<String, String>,
    names: BTreeMap<String, String>,
    ignore: Vec<String>,
}

const LAYOUT_KEYS: [&str; 9] =
    ["format", "separator", "header", "columns", "skip", "customer", "time_format", "at", "zone"];
const EVENT_KEYS: [&str; 7] = ["event", "id", "time", "fields", "names", "ignore", "customers"];
const CUSTOMER_KEYS: [&str; 3] = ["updated_at", "fields", "consents"];

impl Mapping {
    /// Reads a mapping file. `zone` is the workspace's, for times without an offset when the file does not name one.
    ///
    /// # Errors
    /// When it is not TOML, has a key or value that means nothing, or lacks one that is needed.
    pub fn parse(text: &str, zone: Zone) -> Result<Self, MappingError> {
        let mut events: toml::Table =
            text.parse().map_err(|error: toml::de::Error| fail(error.to_string().trim_end().to_owned()))?;
        let customers = match events.remove("customers") {
            None => None,
            Some(toml::Value::Table(table)) => {
                let keys = keys(table, &CUSTOMER_KEYS, "in [customers] ")?;
                Some(
                    CustomerMapping::new(keys, zone)
                        .map_err(|error| fail(format!("in [customers] {error}")))?,
                )
            }
            Some(_) => {
                return Err(fail("`customers` must be a table, written below a line [customers]".to_owned()));
            }
        };
        let events = match events.is_empty() {
            true => None,
            false => Some(EventMapping::new(keys(events, &EVENT_KEYS, "")?, zone).map_err(fail)?),
        };
        if events.is_none() && customers.is_none() {
            return Err(fail("it is empty; it needs at least `event`, `customer` and `time`".to_owned()));
        }
        Ok(Self { events, customers })
    }
}

fn fail(message: String) -> MappingError {
    MappingError { message }
}

fn keys(table: toml::Table, own: &[&'static str], place: &str) -> Result<Keys, MappingError> {
    let known: Vec<&str> = LAYOUT_KEYS.iter().chain(own).copied().collect();
    if let Some(key) = table.keys().find(|key| !known.contains(&key.as_str())) {
        let help = suggestion(key, known.iter().copied());
        return Err(fail(format!("{place}nothing is called `{key}`; {help}")));
    }
    toml::Value::Table(table)
        .try_into()
        .map_err(|error: toml::de::Error| fail(format!("{place}{}", error.to_string().trim_end())))
}

impl Keys {
    fn layout(&self) -> Result<Layout, String> {
        let separator = match self.separator.as_deref() {
            None => None,
            Some("tab" | "\t") => Some(b'\t'),
            Some(one) => match one.as_bytes() {
                [byte] => Some(*byte),
                _ => return Err(format!("`separator` must be one character, not {}", quoted(one))),
            },
        };
        let format = match (self.format.as_deref(), separator) {
            (None, None) => None,
            (None | Some("csv"), separator) => Some(Format::Csv(separator.unwrap_or(b','))),
            (Some(_), Some(_)) => return Err("`separator` is only for format = \"csv\"".to_owned()),
            (Some("whitespace"), None) => Some(Format::Whitespace),
            (Some("jsonl"), None) => Some(Format::JsonLines),
            (Some(other), None) => {
                let help = suggestion(other, ["csv", "whitespace", "jsonl"]);
                return Err(format!("`format` cannot be {}; {help}", quoted(other)));
            }
        };
        let header = self.header.unwrap_or(format != Some(Format::JsonLines));
        if !header && self.columns.is_none() && format != Some(Format::JsonLines) {
            return Err("a file without a header needs `columns = [\"…\", …]`".to_owned());
        }
        Ok(Layout { format, columns: self.columns.clone(), header, skip: self.skip })
    }

    fn clock(&self, time: Template, zone: Zone) -> Result<Clock, String> {
        let at = match &self.at {
            None => TimeOfDay::MIDNIGHT,
            Some(text) => text.parse().map_err(|error| format!("`at`: {error}"))?,
        };
        let zone = match &self.zone {
            None => zone,
            Some(name) => convert::zone(name).map_err(|problem| format!("`zone`: {}", told(&problem)))?,
        };
        Ok(Clock { time, format: self.time_format.clone(), at, zone })
    }

    fn template(&self, key: &str, text: &str) -> Result<Template, String> {
        Template::parse(text, self.columns.as_deref()).map_err(|error| format!("`{key}`: {error}"))
    }

    fn needed(&self, key: &str, text: Option<&String>) -> Result<Template, String> {
        let text = text.ok_or_else(|| format!("it needs `{key} = \"…\"`, such as {key} = \"{{column}}\""))?;
        self.template(key, text)
    }

    fn templates(
        &self,
        key: &str,
        texts: &BTreeMap<String, String>,
    ) -> Result<BTreeMap<String, Template>, String> {
        let one = |(name, text): (&String, &String)| {
            Ok((name.clone(), self.template(&format!("{key}.{name}"), text)?))
        };
        texts.iter().map(one).collect()
    }
}

impl EventMapping {
    fn new(keys: Keys, zone: Zone) -> Result<Self, String> {
        let id = keys.id.as_ref().map(|text| keys.template("id", text)).transpose()?;
        Ok(Self {
            layout: keys.layout()?,
            customer: keys.needed("customer", keys.customer.as_ref())?,
            event: keys.needed("event", keys.event.as_ref())?,
            id,
            clock: keys.clock(keys.needed("time", keys.time.as_ref())?, zone)?,
            fields: keys.templates("fields", &keys.fields)?,
            names: keys.names,
            ignore: keys.ignore,
        })
    }
}

impl CustomerMapping {
    fn new(keys: Keys, zone: Zone) -> Result<Self, String> {
        let updated_at =
            keys.updated_at.as_ref().map(|text| keys.template("updated_at", text)).transpose()?;
        let time = updated_at.clone().unwrap_or(Template { pieces: Vec::new() });
        Ok(Self {
            layout: keys.layout()?,
            customer: keys.needed("customer", keys.customer.as_ref())?,
            updated_at,
            clock: keys.clock(time, zone)?,
            fields: keys.templates("fields", &keys.fields)?,
            consents: keys.templates("consents", &keys.consents)?,
        })
    }
}

impl Clock {
    /// Finds its columns in a header. The error is a sentence.
    pub(crate) fn locate(&mut self, columns: &[String]) -> Result<(), String> {
        self.time.locate(columns)
    }

    /// The moment of a row.
    pub(crate) fn moment(&self, row: Row<'_>) -> Result<Moment, Problem> {
        let filled = self.time.fill(row)?;
        let text = plain(filled.cell()).ok_or_else(|| Problem::new("the time is missing"))?;
        let Some(format) = &self.format else {
            return parse_moment(text.trim(), self.zone).map_err(|error| Problem::new(error.to_string()));
        };
        let refused = || {
            Problem::new(format!("{} is not a time of the form {}", quoted(&text), quoted(format)))
                .help("`time_format` is written as for strftime, such as %Y%m%d or %d.%m.%Y %H:%M")
        };
        let parts = BrokenDownTime::parse(format, text.trim()).map_err(|_| refused())?;
        let exact = parts.timestamp().or_else(|| parts.offset().and_then(|_| parts.to_timestamp().ok()));
        if let Some(stamp) = exact {
            return Ok(Moment(stamp.as_millisecond()));
        }
        let date = parts.to_date().map_err(|_| refused())?;
        let day =
            Date::from_ymd(i32::from(date.year()), date.month().unsigned_abs(), date.day().unsigned_abs());
        let day = day.ok_or_else(refused)?;
        let time = parts.hour().and_then(|_| parts.to_time().ok());
        let time = time.and_then(|time| {
            let (hour, minute, second) = (time.hour(), time.minute(), time.second());
            TimeOfDay::from_hms(hour.unsigned_abs(), minute.unsigned_abs(), second.unsigned_abs())
        });
        let time = time.unwrap_or(self.at);
        Ok(to_moment(self.zone, day, time))
    }
}

impl Template {
    fn parse(text: &str, columns: Option<&[String]>) -> Result<Self, String> {
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            pieces.push(Piece::Text(before.replace("}}", "}")));
            if let Some(literal) = after.strip_prefix('{') {
                pieces.push(Piece::Text("{".to_owned()));
                rest = literal;
                continue;
            }
            let (name, after) = after.split_once('}').ok_or_else(|| {
                format!("in {} a `{{` has no `}}`; write `{{{{` for a brace itself", quoted(text))
            })?;
            let name = name.trim();
            let place = columns.and_then(|columns| columns.iter().position(|column| column == name));
            if let (Some(columns), None) = (columns, place) {
                let help = suggestion(name, columns.iter().map(String::as_str));
                return Err(format!("there is no column `{name}`; {help}"));
            }
            pieces.push(Piece::Column(name.to_owned(), place.unwrap_or(usize::MAX)));
            rest = after;
        }
        pieces.push(Piece::Text(rest.replace("}}", "}")));
        pieces.retain(|piece| *piece != Piece::Text(String::new()));
        Ok(Self { pieces })
    }

    /// Finds its columns in a header. The error is a sentence.
    pub(crate) fn locate(&mut self, columns: &[String]) -> Result<(), String> {
        for piece in &mut self.pieces {
            if let Piece::Column(name, place) = piece {
                *place = columns.iter().position(|column| column == name).ok_or_else(|| {
                    format!(
                        "there is no column `{name}`; {}",
                        suggestion(name, columns.iter().map(String::as_str))
                    )
                })?;
            }
        }
        Ok(())
    }

    /// The template with the values of a row.
    pub(crate) fn fill<'r>(&self, row: Row<'r>) -> Result<Filled<'r>, Problem> {
        if let [Piece::Column(name, place)] = self.pieces.as_slice() {
            return Ok(match find(row, name, *place) {
                Some(cell) => Filled::Cell(cell),
                None => Filled::Text(String::new()),
            });
        }
        let mut text = String::new();
        for piece in &self.pieces {
            match piece {
                Piece::Text(piece) => text.push_str(piece),
                Piece::Column(name, place) => {
                    let cell = find(row, name, *place).and_then(plain);
                    // A text around nothing is nothing: "{usd} USD" of an empty column is no amount.
                    let Some(cell) = cell.filter(|cell| !cell.trim().is_empty()) else {
                        return Ok(Filled::Text(String::new()));
                    };
                    text.push_str(cell.trim());
                }
            }
        }
        Ok(Filled::Text(text))
    }
}

/// The text of a cell; nothing for `null`, lists and objects.
pub(crate) fn plain(cell: Cell<'_>) -> Option<std::borrow::Cow<'_, str>> {
    use serde_json::Value as Json;
    match cell {
        Cell::Text(text) => Some(text.into()),
        Cell::Json(Json::String(text)) => Some(text.as_str().into()),
        Cell::Json(Json::Null | Json::Array(_) | Json::Object(_)) => None,
        Cell::Json(other) => Some(other.to_string().into()),
    }
}

/// A column's cell, or the value at the end of a dotted path of keys.
fn find<'r>(row: Row<'r>, name: &str, place: usize) -> Option<Cell<'r>> {
    match row.content {
        Content::Cells(cells) => cells.get(place).map(Cell::Text),
        Content::Object(object) => {
            if let Some(json) = object.get(name) {
                return Some(Cell::Json(json));
            }
            let mut keys = name.split('.');
            let first = object.get(keys.next()?)?;
            keys.try_fold(first, |json, key| json.get(key)).map(Cell::Json)
        }
    }
}

/// A problem in one line.
fn told(problem: &Problem) -> String {
    match &problem.help {
        Some(help) => format!("{} ({help})", problem.message),
        None => problem.message.clone(),
    }
}
