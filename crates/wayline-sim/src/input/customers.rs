//! Files of customers: an id, a column for each profile field, consents.
//!
//! | column | what |
//! |---|---|
//! | `customer` (or `id`) | the id |
//! | a profile field | its value; empty: missing |
//! | `consent.TOPIC.CHANNEL` | `given`, `confirmed`, `withdrawn`, `none`; `yes` and `no` mean given and withdrawn |
//! | `consents` | the same as JSON, `{"marketing": {"email": "given"}}` |
//! | `updated_at` | since when this is known |

use std::io::Read;
use std::sync::Arc;

use serde_json::Value as Json;
use wayline_engine::{Consent, ConsentChange};
use wayline_ir::{ChannelId, FieldId, Program, TopicId, Value};
use wayline_time::parse_moment;

use crate::input::convert::Convert;
use crate::input::mapping::{CustomerMapping, plain};
use crate::input::people::{InputReader, Person};
use crate::input::problem::{InputError, Problem};
use crate::input::records::{Cell, Content, Next, Records, Row};
use crate::input::suggest::{list, quoted, suggestion};

/// What a column is for.
#[derive(Debug, Clone, Copy)]
enum Role {
    Id,
    UpdatedAt,
    Field(usize),
    Consent(TopicId, ChannelId),
    Consents,
    Unknown,
}

pub(crate) fn read(
    reader: &mut InputReader<'_>,
    file: &str,
    source: Box<dyn Read + '_>,
    mapping: Option<&CustomerMapping>,
) -> Result<(), InputError> {
    let Some(mut records) = reader.open(file, source, mapping.map(|mapping| &mapping.layout))? else {
        return Ok(());
    };
    let file = Arc::clone(&records.file);
    let program = reader.program;
    let roles: Vec<Role> = records.columns.iter().map(|name| role(program, name)).collect();
    let mut mapping = mapping.cloned();
    match &mut mapping {
        Some(mapping) => mapping.locate(program, &records)?,
        None if !records.has_objects() => check_header(&records, &roles)?,
        None => {}
    }
    let convert =
        Convert { program, zone: mapping.as_ref().map_or(program.workspace.zone, |m| m.clock.zone) };
    let names = records.columns.clone();
    if mapping.is_none() {
        for (name, role) in names.iter().zip(&roles) {
            if matches!(role, Role::Unknown) {
                odd_column(reader, program, &file, name);
            }
        }
    }
    loop {
        let row = match records.next()? {
            Next::Row(row) => row,
            Next::Bad(error) => {
                reader.bad(error)?;
                continue;
            }
            Next::End => return Ok(()),
        };
        let mut odd = Odd::default();
        let person = match &mapping {
            Some(mapping) => mapped(&convert, mapping, row, &mut odd),
            None => plain_person(&convert, &roles, &names, row, &mut odd),
        };
        match person.and_then(|person| reader.add(person)) {
            Ok(_) => {
                reader.report.customers += 1;
                odd.values.into_iter().for_each(|problem| reader.odd_row(&file, row.line, problem));
            }
            Err(problem) => reader.bad(problem.on_line(&file, row.line))?,
        }
        for name in odd.columns {
            odd_column(reader, program, &file, &name);
        }
    }
}

fn role(program: &Program, name: &str) -> Role {
    if let Some(rest) = name.strip_prefix("consent.") {
        return consent_of(program, rest)
            .map_or(Role::Unknown, |(topic, channel)| Role::Consent(topic, channel));
    }
    match name {
        "customer" => Role::Id,
        _ => match program.customer.iter().position(|field| field.name == name) {
            Some(field) => Role::Field(field),
            None if name == "id" => Role::Id,
            None if name == "updated_at" => Role::UpdatedAt,
            None if name == "consents" => Role::Consents,
            None => Role::Unknown,
        },
    }
}

fn check_header(records: &Records<'_>, roles: &[Role]) -> Result<(), InputError> {
    if roles.iter().any(|role| matches!(role, Role::Id)) {
        return Ok(());
    }
    Err(InputError::Shape {
        file: Arc::clone(&records.file),
        message: "no column says which customer a row is about".to_owned(),
        help: format!(
            "name one of them `customer`, or write a mapping; the columns are {}",
            list(records.columns.iter().map(String::as_str))
        ),
    })
}

fn odd_column(reader: &mut InputReader<'_>, program: &Program, file: &Arc<str>, name: &str) {
    let message = format!("the column `{name}` is not a profile field and is passed over");
    let fields = program.customer.iter().map(|field| field.name.as_str());
    let known = fields.chain(["customer", "updated_at", "consents"]);
    let help = match name.strip_prefix("consent.") {
        Some(_) => "consents are named consent.TOPIC.CHANNEL, such as consent.marketing.email".to_owned(),
        None => suggestion(name, known),
    };
    reader.odd(file, message, Some(help));
}

/// What is odd about a row.
#[derive(Default)]
struct Odd {
    /// Keys that nothing takes.
    columns: Vec<String>,
    /// Values in the place of which another is used.
    values: Vec<Problem>,
}

fn plain_person(
    convert: &Convert<'_>,
    roles: &[Role],
    names: &[String],
    row: Row<'_>,
    odd: &mut Odd,
) -> Result<Person, Problem> {
    let fields = &convert.program.customer;
    let mut person = Draft::new(fields.len());
    match row.content {
        Content::Cells(cells) => {
            for ((column, text), name) in cells.iter().zip(names) {
                let role = roles.get(column).copied().unwrap_or(Role::Unknown);
                person.take(convert, role, name, Cell::Text(text))?;
            }
        }
        Content::Object(object) => {
            for (name, json) in object {
                // With a `customer`, an `id` is only another column.
                let role = match role(convert.program, name) {
                    Role::Id if name == "id" && object.contains_key("customer") => Role::Unknown,
                    role => role,
                };
                if matches!(role, Role::Unknown) {
                    odd.columns.push(name.clone());
                }
                person.take(convert, role, name, Cell::Json(json))?;
            }
        }
    }
    odd.values.append(&mut person.odd);
    person.finish(convert)
}

fn mapped(
    convert: &Convert<'_>,
    mapping: &CustomerMapping,
    row: Row<'_>,
    odd: &mut Odd,
) -> Result<Person, Problem> {
    let mut person = Draft::new(convert.program.customer.len());
    person.take(convert, Role::Id, "customer", mapping.customer.fill(row)?.cell())?;
    for (name, template) in &mapping.fields {
        person.take(convert, role(convert.program, name), name, template.fill(row)?.cell())?;
    }
    for (name, template) in &mapping.consents {
        if let Some((topic, channel)) = consent_of(convert.program, name) {
            person.take(convert, Role::Consent(topic, channel), name, template.fill(row)?.cell())?;
        }
    }
    if mapping.updated_at.is_some() {
        person.updated_at = Some(mapping.clock.moment(row).map_err(|problem| problem.within("updated_at"))?);
    }
    odd.values.append(&mut person.odd);
    person.finish(convert)
}

/// A person who is being read.
struct Draft {
    id: Option<Arc<str>>,
    values: Vec<Value>,
    consents: Vec<ConsentChange>,
    updated_at: Option<wayline_time::Moment>,
    odd: Vec<Problem>,
}

impl Draft {
    fn new(fields: usize) -> Self {
        Self {
            id: None,
            values: vec![Value::Missing; fields],
            consents: Vec::new(),
            updated_at: None,
            odd: Vec::new(),
        }
    }

    fn take(&mut self, convert: &Convert<'_>, role: Role, name: &str, cell: Cell<'_>) -> Result<(), Problem> {
        match role {
            Role::Id => {
                let id = plain(cell).filter(|id| !id.trim().is_empty());
                self.id = id.map(|id| id.trim().into());
            }
            Role::UpdatedAt => {
                if let Some(text) = plain(cell).filter(|text| !text.trim().is_empty()) {
                    let at = parse_moment(text.trim(), convert.zone);
                    self.updated_at = Some(at.map_err(|error| Problem::new(error.to_string()).within(name))?);
                }
            }
            Role::Field(field) => {
                if let Some(value) = self.values.get_mut(field) {
                    *value = convert
                        .profile(FieldId::at(field), cell, |problem| self.odd.push(problem.within(name)))
                        .map_err(|problem| problem.within(name))?;
                }
            }
            Role::Consent(topic, channel) => {
                if let Some(consent) = consent(cell).map_err(|problem| problem.within(name))? {
                    self.consents.push(ConsentChange { topic, channel, consent });
                }
            }
            Role::Consents => {
                consents(convert.program, cell, &mut self.consents).map_err(|p| p.within(name))?
            }
            Role::Unknown => {}
        }
        Ok(())
    }

    fn finish(self, convert: &Convert<'_>) -> Result<Person, Problem> {
        let id = self.id.ok_or_else(|| Problem::new("the customer's id is missing").within("customer"))?;
        let mut profile = Vec::new();
        for (index, (field, value)) in convert.program.customer.iter().zip(self.values).enumerate() {
            let value = convert.check_present(field, value)?;
            if !value.is_missing() {
                profile.push((FieldId::at(index), value));
            }
        }
        Ok(Person { id, profile, consents: self.consents, updated_at: self.updated_at, listed: true })
    }
}

/// A consent in a column of its own: `TOPIC.CHANNEL` and what is known; nothing when the cell is empty.
pub(crate) fn consent_in(
    program: &Program,
    name: &str,
    cell: Cell<'_>,
) -> Result<Option<ConsentChange>, Problem> {
    let Some((topic, channel)) = consent_of(program, name) else { return Ok(None) };
    Ok(consent(cell)?.map(|consent| ConsentChange { topic, channel, consent }))
}

/// `TOPIC.CHANNEL`.
fn consent_of(program: &Program, name: &str) -> Option<(TopicId, ChannelId)> {
    let (topic, channel) = name.split_once('.')?;
    let topic = program.topics.iter().position(|known| known.name == topic)?;
    let channel = program.channels.iter().position(|known| known.name == channel)?;
    Some((TopicId::at(topic), ChannelId::at(channel)))
}

/// What is known of a consent; nothing when the cell is empty.
fn consent(cell: Cell<'_>) -> Result<Option<Consent>, Problem> {
    let Some(text) = plain(cell) else { return Ok(None) };
    let word = text.trim().to_ascii_lowercase();
    Ok(Some(match word.as_str() {
        "" => return Ok(None),
        "given" | "yes" | "true" | "1" => Consent::Given,
        "confirmed" => Consent::Confirmed,
        "withdrawn" | "no" | "false" | "0" => Consent::Withdrawn,
        "none" => Consent::None,
        _ => {
            return Err(Problem::new(format!("{} is not what is known of a consent", quoted(&text)))
                .help("write given, confirmed, withdrawn or none"));
        }
    }))
}

/// `{"marketing": {"email": "given"}}`, as an object or as its text.
pub(crate) fn consents(
    program: &Program,
    cell: Cell<'_>,
    into: &mut Vec<ConsentChange>,
) -> Result<(), Problem> {
    let parsed;
    let json = match cell {
        Cell::Json(json) => json,
        Cell::Text(text) if text.trim().is_empty() => return Ok(()),
        Cell::Text(text) => {
            parsed = serde_json::from_str::<Json>(text)
                .map_err(|error| Problem::new(format!("this is not JSON: {error}")).help(CONSENTS))?;
            &parsed
        }
    };
    if json.is_null() {
        return Ok(());
    }
    let topics = json.as_object().ok_or_else(|| Problem::new("this is not an object").help(CONSENTS))?;
    for (topic, channels) in topics {
        let channels =
            channels.as_object().ok_or_else(|| Problem::new("this is not an object").help(CONSENTS))?;
        for (channel, known) in channels {
            let name = format!("{topic}.{channel}");
            let (topic, channel) = consent_of(program, &name).ok_or_else(|| {
                let topics = list(program.topics.iter().map(|topic| topic.name.as_str()));
                let channels = list(program.channels.iter().map(|channel| channel.name.as_str()));
                Problem::new(format!("there is no topic and channel `{name}`"))
                    .help(format!("topics are {topics}; channels are {channels}"))
            })?;
            if let Some(consent) = consent(Cell::Json(known)).map_err(|problem| problem.within(&name))? {
                into.push(ConsentChange { topic, channel, consent });
            }
        }
    }
    Ok(())
}

const CONSENTS: &str = "write {\"marketing\": {\"email\": \"given\"}}";

impl CustomerMapping {
    /// Finds its columns in the file's header and its names in the program.
    fn locate(&mut self, program: &Program, records: &Records<'_>) -> Result<(), InputError> {
        let shape = |message: String| InputError::Shape {
            file: Arc::clone(&records.file),
            message,
            help: "correct [customers] in the mapping".to_owned(),
        };
        for name in self.fields.keys() {
            if !matches!(role(program, name), Role::Field(_)) {
                let help = suggestion(name, program.customer.iter().map(|field| field.name.as_str()));
                return Err(shape(format!("the mapping fills `{name}`, which is no profile field; {help}")));
            }
        }
        if let Some(name) = self.consents.keys().find(|name| consent_of(program, name).is_none()) {
            return Err(shape(format!(
                "the mapping fills the consent `{name}`, which is not a TOPIC.CHANNEL"
            )));
        }
        if records.has_objects() {
            return Ok(());
        }
        let columns = &records.columns;
        let templates =
            self.fields.values_mut().chain(self.consents.values_mut()).chain(&mut self.updated_at);
        for template in templates.chain([&mut self.customer]) {
            template.locate(columns).map_err(shape)?;
        }
        self.clock.locate(columns).map_err(shape)
    }
}
