//! Files of events: when, who, what, and its data.
//!
//! | column | what |
//! |---|---|
//! | `time` | RFC 3339; without an offset, local time of the workspace's zone |
//! | `customer` | the id |
//! | `event` | a declared event; `clicked MESSAGE` and the other reactions, about the latest send of that message; `$profile` (or `customer_updated`) for changed fields, `consents` and `consent.TOPIC.CHANNEL`; `$enter JOURNEY` |
//! | `id` | the source's id of the event; one seen before changes nothing |
//! | `data` | the fields as a JSON object |
//! | `data.FIELD` or `FIELD` | one field (`data.FIELD` where a field is called like a column above) |

use std::collections::BTreeMap;
use std::io::Read;
use std::sync::Arc;

use serde_json::{Map, Value as Json};
use wayline_ir::{EventId, Field, FieldId, JourneyId, MessageId, Program, ReactionKind, Value};
use wayline_time::{Moment, parse_moment};

use crate::input::convert::Convert;
use crate::input::customers::{consent_in, consents};
use crate::input::mapping::{EventMapping, Filled, plain};
use crate::input::people::{InputReader, Recorded, Recording};
use crate::input::problem::{InputError, Problem};
use crate::input::records::{Cell, Content, Next, Records, Row};
use crate::input::suggest::{list, quoted, suggestion};

const REACTIONS: [(&str, ReactionKind); 9] = [
    ("delivered", ReactionKind::Delivered),
    ("bounced", ReactionKind::Bounced),
    ("opened", ReactionKind::Opened),
    ("clicked", ReactionKind::Clicked),
    ("replied", ReactionKind::Replied),
    ("answered", ReactionKind::Answered),
    ("complained", ReactionKind::Complained),
    ("unsubscribed", ReactionKind::Unsubscribed),
    ("failed", ReactionKind::Failed),
];

/// The columns that are not data.
const OWN: [&str; 5] = ["time", "customer", "event", "id", "data"];

/// What an `event` cell means.
#[derive(Debug, Clone, Copy)]
enum Meaning {
    Event(EventId),
    Profile,
    Reaction(ReactionKind, MessageId),
    Enter(JourneyId),
    Ignored,
}

/// The parts of a row before they are converted.
struct Parts<'r> {
    time: Moment,
    customer: String,
    id: Option<Arc<str>>,
    meaning: Meaning,
    fields: BTreeMap<&'r str, Filled<'r>>,
    data: Option<Map<String, Json>>,
    /// Whether a mapping says what goes where, so that nothing in the row is unexpected.
    is_mapped: bool,
}

pub(crate) fn read(
    reader: &mut InputReader<'_>,
    file: &str,
    source: Box<dyn Read + '_>,
    mapping: Option<&EventMapping>,
) -> Result<(), InputError> {
    let Some(mut records) = reader.open(file, source, mapping.map(|mapping| &mapping.layout))? else {
        return Ok(());
    };
    let file = Arc::clone(&records.file);
    let program = reader.program;
    let mut mapping = mapping.cloned();
    match &mut mapping {
        Some(mapping) => mapping.locate(program, &records)?,
        None if !records.has_objects() => check_header(&records)?,
        None => {}
    }
    let zone = mapping.as_ref().map_or(program.workspace.zone, |mapping| mapping.clock.zone);
    let mut rows = Rows {
        convert: Convert { program, zone },
        meanings: BTreeMap::new(),
        odd: Vec::new(),
        odd_values: Vec::new(),
    };
    let names = records.columns.clone();
    loop {
        let row = match records.next()? {
            Next::Row(row) => row,
            Next::Bad(error) => {
                reader.bad(error)?;
                continue;
            }
            Next::End => return Ok(()),
        };
        let parts = match &mapping {
            Some(mapping) => rows.mapped(mapping, row),
            None => rows.plain(&names, row),
        };
        let recorded = parts.and_then(|parts| {
            let what = rows.recording(&parts)?;
            let Some(what) = what else { return Ok(None) };
            let customer =
                reader.find_or_add(&parts.customer).map_err(|problem| problem.within("customer"))?;
            Ok(Some(Recorded { at: parts.time, customer, what }))
        });
        match recorded {
            Ok(Some(recorded)) => {
                reader.recorded.push(recorded);
                reader.report.events += 1;
                rows.odd_values.drain(..).for_each(|problem| reader.odd_row(&file, row.line, problem));
            }
            Ok(None) => reader.report.ignored += 1,
            Err(problem) => reader.bad(problem.on_line(&file, row.line))?,
        }
        rows.odd_values.clear();
        for (message, help) in rows.odd.drain(..) {
            reader.odd(&file, message, Some(help));
        }
    }
}

fn check_header(records: &Records<'_>) -> Result<(), InputError> {
    match ["time", "customer", "event"]
        .iter()
        .find(|name| !records.columns.iter().any(|column| column == *name))
    {
        None => Ok(()),
        Some(name) => Err(InputError::Shape {
            file: Arc::clone(&records.file),
            message: format!("there is no column `{name}`"),
            help: format!(
                "a file of events needs time, customer and event, or a mapping; the columns are {}",
                list(records.columns.iter().map(String::as_str))
            ),
        }),
    }
}

/// Reads rows of one file.
struct Rows<'p> {
    convert: Convert<'p>,
    /// What the names in the file mean, each looked up once.
    meanings: BTreeMap<String, Meaning>,
    odd: Vec<(String, String)>,
    /// Values of the present row in the place of which another is used.
    odd_values: Vec<Problem>,
}

impl Rows<'_> {
    fn plain<'r>(&mut self, names: &'r [String], row: Row<'r>) -> Result<Parts<'r>, Problem> {
        let mut own: [Option<Cell<'r>>; 5] = [None; 5];
        let mut fields = BTreeMap::new();
        let mut take = |name: &'r str, cell: Cell<'r>| match OWN.iter().position(|known| *known == name) {
            Some(place) => {
                if let Some(slot) = own.get_mut(place) {
                    *slot = Some(cell);
                }
            }
            None => {
                fields.insert(name.strip_prefix("data.").unwrap_or(name), Filled::Cell(cell));
            }
        };
        match row.content {
            Content::Cells(cells) => {
                cells.iter().zip(names).for_each(|((_, text), name)| take(name.as_str(), Cell::Text(text)));
            }
            Content::Object(object) => {
                object.iter().for_each(|(name, json)| take(name.as_str(), Cell::Json(json)))
            }
        }
        let [time, customer, event, id, data] = own;
        let time = text(time).ok_or_else(|| missing("time"))?;
        let time = parse_moment(time.trim(), self.convert.zone)
            .map_err(|error| Problem::new(error.to_string()).within("time"))?;
        let data = match data {
            None | Some(Cell::Json(Json::Null)) => None,
            Some(Cell::Text(text)) if text.trim().is_empty() => None,
            Some(Cell::Json(Json::Object(object))) => Some(object.clone()),
            Some(Cell::Text(text)) => {
                Some(serde_json::from_str::<Map<String, Json>>(text).map_err(|error| {
                    Problem::new(format!("this is not a JSON object: {error}"))
                        .help("write {\"field\": value}")
                        .within("data")
                })?)
            }
            Some(Cell::Json(_)) => return Err(Problem::new("this is not an object").within("data")),
        };
        Ok(Parts {
            time,
            customer: text(customer).ok_or_else(|| missing("customer"))?.trim().to_owned(),
            id: text(id).map(|id| id.trim().into()),
            meaning: self.meaning(&text(event).ok_or_else(|| missing("event"))?)?,
            fields,
            data,
            is_mapped: false,
        })
    }

    fn mapped<'r>(&mut self, mapping: &'r EventMapping, row: Row<'r>) -> Result<Parts<'r>, Problem> {
        let name = mapping.event.fill(row)?;
        let name = text(Some(name.cell())).ok_or_else(|| missing("event"))?;
        let meaning = match mapping.names.get(name.trim()) {
            Some(ours) => self.meaning(ours)?,
            None if mapping.ignore.iter().any(|ignored| ignored == name.trim()) => Meaning::Ignored,
            None => self.meaning(&name)?,
        };
        let mut fields = BTreeMap::new();
        for (name, template) in &mapping.fields {
            fields.insert(name.as_str(), template.fill(row)?);
        }
        let id = mapping.id.as_ref().map(|id| id.fill(row)).transpose()?;
        let customer = mapping.customer.fill(row)?;
        Ok(Parts {
            time: mapping.clock.moment(row).map_err(|problem| problem.within("time"))?,
            customer: text(Some(customer.cell())).ok_or_else(|| missing("customer"))?.trim().to_owned(),
            id: id.and_then(|id| text(Some(id.cell())).map(|id| id.trim().into())),
            meaning,
            fields,
            data: None,
            is_mapped: true,
        })
    }

    fn meaning(&mut self, name: &str) -> Result<Meaning, Problem> {
        let name = name.trim();
        if let Some(meaning) = self.meanings.get(name) {
            return Ok(*meaning);
        }
        let meaning = meaning(self.convert.program, name).map_err(|problem| problem.within("event"))?;
        self.meanings.insert(name.to_owned(), meaning);
        Ok(meaning)
    }

    fn recording(&mut self, parts: &Parts<'_>) -> Result<Option<Recording>, Problem> {
        let program = self.convert.program;
        Ok(Some(match parts.meaning {
            Meaning::Ignored => return Ok(None),
            Meaning::Event(event) => {
                let Some(ty) = program.events.get(event.index()) else { return Ok(None) };
                let values = self.values(&ty.fields, parts, &ty.name)?;
                let id = parts.id.clone();
                Recording::Event { event, id, data: Value::Record(values.into()) }
            }
            Meaning::Profile => self.profile(parts)?,
            Meaning::Reaction(kind, message) => {
                let answers =
                    program.messages.get(message.index()).and_then(|message| message.answers.clone());
                let value = match answers {
                    Some(ty) if kind == ReactionKind::Answered => {
                        let field = Field { name: "value".to_owned(), ty, optional: false, default: None };
                        let mut values = self.values(&[field], parts, "an answer")?;
                        values.pop().unwrap_or_default()
                    }
                    _ => Value::Missing,
                };
                Recording::Reaction { message, kind, value }
            }
            Meaning::Enter(journey) => {
                let Some(entered) = program.journeys.get(journey.index()) else { return Ok(None) };
                let field = |param: &wayline_ir::Param| Field {
                    name: param.name.clone(),
                    ty: param.ty.clone(),
                    optional: param.optional,
                    default: None,
                };
                let fields: Vec<Field> = entered.params.iter().map(field).collect();
                Recording::Enter { journey, args: self.values(&fields, parts, &entered.name)?.into() }
            }
        }))
    }

    fn profile(&mut self, parts: &Parts<'_>) -> Result<Recording, Problem> {
        let fields = &self.convert.program.customer;
        let mut changes = Vec::new();
        let mut changed = Vec::new();
        for (index, field) in fields.iter().enumerate() {
            let name = field.name.as_str();
            let cell = match parts.data.as_ref().and_then(|data| data.get(name)) {
                Some(json) => Cell::Json(json),
                None => match parts.fields.get(name).map(Filled::cell) {
                    // In a table an empty cell says that the row is not about this column.
                    Some(Cell::Text(text)) if text.trim().is_empty() => continue,
                    Some(cell) => cell,
                    None => continue,
                },
            };
            let id = FieldId::at(index);
            let value = self.convert.profile(id, cell, |odd| self.odd_values.push(odd.within(name)));
            changes.push((id, value.map_err(|problem| problem.within(name))?));
        }
        let given = match parts.data.as_ref().and_then(|data| data.get("consents")) {
            Some(json) => Some(Cell::Json(json)),
            None => parts.fields.get("consents").map(Filled::cell),
        };
        if let Some(cell) = given {
            consents(self.convert.program, cell, &mut changed)
                .map_err(|problem| problem.within("consents"))?;
        }
        let mut own = vec!["consents"];
        for (name, filled) in &parts.fields {
            if let Some(consent) = name.strip_prefix("consent.") {
                own.push(name);
                let change = consent_in(self.convert.program, consent, filled.cell());
                changed.extend(change.map_err(|problem| problem.within(name))?);
            }
        }
        let names = || fields.iter().map(|field| field.name.as_str()).chain(own.iter().copied());
        self.note_unknown(parts, names, "the profile");
        Ok(Recording::Profile { changes: changes.into(), consents: changed.into() })
    }

    /// The values of declared fields, in their order.
    fn values(&mut self, fields: &[Field], parts: &Parts<'_>, of: &str) -> Result<Vec<Value>, Problem> {
        let values = fields.iter().map(|field| {
            let cell = match parts.data.as_ref().and_then(|data| data.get(&field.name)) {
                Some(json) => Some(Cell::Json(json)),
                None => parts.fields.get(field.name.as_str()).map(Filled::cell),
            };
            self.convert.field(field, cell)
        });
        let values: Result<Vec<Value>, Problem> = values.collect();
        self.note_unknown(parts, || fields.iter().map(|field| field.name.as_str()), &format!("`{of}`"));
        values
    }

    /// Notes keys with a value that nothing takes.
    fn note_unknown<'a, I: Iterator<Item = &'a str> + Clone>(
        &mut self,
        parts: &Parts<'_>,
        known: impl Fn() -> I,
        of: &str,
    ) {
        if parts.is_mapped {
            return;
        }
        let columns = parts
            .fields
            .iter()
            .filter(|(_, filled)| text(Some(filled.cell())).is_some())
            .map(|(name, _)| *name);
        let keys = parts.data.iter().flat_map(|data| data.keys().map(String::as_str));
        for name in columns.chain(keys) {
            if !known().any(|known| known == name) {
                self.odd.push((
                    format!("`{name}` is not a field of {of} and is passed over"),
                    suggestion(name, known()),
                ));
            }
        }
    }
}

fn meaning(program: &Program, name: &str) -> Result<Meaning, Problem> {
    if let Some(event) = program.events.iter().position(|event| event.name == name) {
        return Ok(Meaning::Event(EventId::at(event)));
    }
    if matches!(name, "$profile" | "customer_updated") {
        return Ok(Meaning::Profile);
    }
    let (word, of) = name.split_once(' ').map_or((name, ""), |(word, of)| (word, of.trim()));
    if word == "$enter" {
        let journey = program.journeys.iter().position(|journey| journey.name == of).ok_or_else(|| {
            let names = program.journeys.iter().map(|journey| journey.name.as_str());
            Problem::new(format!("there is no journey `{of}`")).help(suggestion(of, names))
        })?;
        return Ok(Meaning::Enter(JourneyId::at(journey)));
    }
    let bare = word.strip_prefix('$').unwrap_or(word);
    if let Some((_, kind)) = REACTIONS.iter().find(|(known, _)| *known == bare) {
        let message = program.messages.iter().position(|message| message.name == of).ok_or_else(|| {
            let names = program.messages.iter().map(|message| message.name.as_str());
            Problem::new(format!("there is no message `{of}`")).help(suggestion(of, names))
        })?;
        return Ok(Meaning::Reaction(*kind, MessageId::at(message)));
    }
    let names = program.events.iter().map(|event| event.name.as_str());
    Err(Problem::new(format!("there is no event {}", quoted(name))).help(suggestion(name, names)))
}

fn text(cell: Option<Cell<'_>>) -> Option<std::borrow::Cow<'_, str>> {
    plain(cell?).filter(|text| !text.trim().is_empty())
}

fn missing(column: &str) -> Problem {
    Problem::new(format!("the {column} is missing")).within(column)
}

impl EventMapping {
    /// Finds its columns in the file's header and its names in the program.
    fn locate(&mut self, program: &Program, records: &Records<'_>) -> Result<(), InputError> {
        let shape = |message: String| InputError::Shape {
            file: Arc::clone(&records.file),
            message,
            help: "correct the mapping".to_owned(),
        };
        for ours in self.names.values() {
            meaning(program, ours).map_err(|problem| {
                shape(format!("in `names`: {}; {}", problem.message, problem.help.unwrap_or_default()))
            })?;
        }
        let fields = program.events.iter().flat_map(|event| &event.fields).chain(&program.customer);
        let fields = fields.map(|field| field.name.as_str()).chain(["value", "consents"]);
        let params =
            program.journeys.iter().flat_map(|journey| &journey.params).map(|param| param.name.as_str());
        let known: Vec<&str> = fields.chain(params).collect();
        if let Some(name) = self.fields.keys().find(|name| !known.contains(&name.as_str())) {
            let help = suggestion(name, known.iter().copied());
            return Err(shape(format!("the mapping fills `{name}`, which is no field; {help}")));
        }
        if records.has_objects() {
            return Ok(());
        }
        let columns = &records.columns;
        for template in
            self.fields.values_mut().chain(&mut self.id).chain([&mut self.customer, &mut self.event])
        {
            template.locate(columns).map_err(shape)?;
        }
        self.clock.locate(columns).map_err(shape)
    }
}
