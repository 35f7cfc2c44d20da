//! A world: a workspace, customers, and all that they and the services do, as plain text that can be kept in a file.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};
use wayline_engine::{Consent, ConsentChange, Input};
use wayline_ir::{
    ChannelId, EventId, Field, FieldId, JourneyId, Program, ReactionKind, Symbol, TopicId, Type, Value,
};
use wayline_lang::{Compiled, NoFiles};
use wayline_time::{Moment, Zone, format_rfc3339, parse_moment};

/// What a file holds between the lines of `---`: the setting, the inputs, the text of the workspace.
#[derive(Debug, Clone)]
pub(crate) struct World {
    pub setting: Setting,
    pub tells: Vec<Tell>,
    pub text: String,
}

/// Everything but the inputs.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Setting {
    /// How far the naive clock ticks.
    pub tick_minutes: i64,
    pub from: String,
    pub until: String,
    pub zone: String,
    pub customers: Vec<String>,
    /// From and to: nothing is told in between, and everything at the end.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub downtimes: Vec<(String, String)>,
    /// What the provider says of each message, in turn.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub sends: BTreeMap<String, Vec<Reply>>,
    /// How customers react to each message, in turn.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub reactions: BTreeMap<String, Vec<Vec<Reacts>>>,
    /// What a service says, in turn.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub calls: BTreeMap<String, Vec<Reply>>,
}

/// An answer of a provider or service.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Reply {
    /// It is well, after so many minutes.
    Accept(i64),
    /// It has failed, after so many minutes.
    Fail(i64),
    /// It is well at once, and again so many minutes later it has failed.
    Both(i64),
    /// There is no answer.
    Never,
}

/// A reaction to a message.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Reacts {
    pub kind: ReactionKind,
    pub after_minutes: i64,
    #[serde(default, skip_serializing_if = "Json::is_null")]
    pub value: Json,
}

/// An input.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Tell {
    pub at: String,
    pub who: usize,
    /// When it happened, if not then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub own: Option<String>,
    #[serde(flatten)]
    pub what: Told,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(untagged)]
pub(crate) enum Told {
    Event {
        event: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        id: Option<String>,
        data: Map<String, Json>,
    },
    Profile {
        profile: Map<String, Json>,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        consents: Vec<(String, String, Consent)>,
    },
    Enter {
        enter: String,
        args: Vec<Json>,
    },
}

pub(crate) fn moment(text: &str) -> Moment {
    parse_moment(text, Zone::utc()).unwrap()
}

pub(crate) fn shown(moment: Moment) -> String {
    format_rfc3339(moment)
}

impl World {
    pub(crate) fn compile(&self) -> Compiled {
        let settings = format!("name = \"world\"\nzone = \"{}\"\nsalt = \"s\"\n", self.setting.zone);
        let settings = wayline_lang::Input { path: "wayline.toml".to_owned(), bytes: settings.into_bytes() };
        let text =
            wayline_lang::Input { path: "world.journey".to_owned(), bytes: self.text.clone().into_bytes() };
        wayline_lang::compile(Some(settings), vec![text], &NoFiles)
    }

    /// As a file.
    pub(crate) fn write(&self) -> String {
        let tells: Vec<String> = self.tells.iter().map(|tell| serde_json::to_string(tell).unwrap()).collect();
        let setting = serde_json::to_string_pretty(&self.setting).unwrap();
        format!("{setting}\n---\n{}\n---\n{}", tells.join("\n"), self.text)
    }

    /// From a file; lines before the setting that begin with `#` say what it is about.
    pub(crate) fn read(text: &str) -> Self {
        let text = text.replace("\r\n", "\n");
        let about = text.lines().take_while(|line| line.starts_with('#')).map(|line| line.len() + 1).sum();
        let mut parts = text.get(about..).unwrap().splitn(3, "---\n");
        let setting = serde_json::from_str(parts.next().unwrap()).expect("the setting of a world");
        let tells = parts.next().expect("inputs after the first `---`").lines();
        let tells = tells.filter(|line| !line.is_empty());
        let tells =
            tells.map(|line| serde_json::from_str(line).unwrap_or_else(|e| panic!("{line}: {e}"))).collect();
        Self { setting, tells, text: parts.next().expect("a text after the second `---`").to_owned() }
    }

    pub(crate) fn until(&self) -> Moment {
        moment(&self.setting.until)
    }
}

impl Tell {
    /// The input; none when the program does not have what it names (any more).
    pub(crate) fn input(&self, program: &Program) -> Option<Input> {
        let own = moment(self.own.as_ref().unwrap_or(&self.at));
        Some(match &self.what {
            Told::Event { event, id, data } => {
                let number = program.events.iter().position(|known| known.name == *event)?;
                Input::Event {
                    event: EventId::at(number),
                    id: id.as_deref().map(std::sync::Arc::from),
                    at: own,
                    data: record(program, &program.events[number].fields, data),
                }
            }
            Told::Profile { profile, consents } => {
                let mut changes = Vec::new();
                for (name, json) in profile {
                    let at = program.customer.iter().position(|field| field.name == *name)?;
                    changes.push((FieldId::at(at), value(program, &program.customer[at].ty, json)));
                }
                let mut all = Vec::new();
                for (topic, channel, consent) in consents {
                    let topic = program.topics.iter().position(|known| known.name == *topic)?;
                    let channel = program.channels.iter().position(|known| known.name == *channel)?;
                    let (topic, channel) = (TopicId::at(topic), ChannelId::at(channel));
                    all.push(ConsentChange { topic, channel, consent: *consent });
                }
                Input::Profile { at: own, changes, consents: all }
            }
            Told::Enter { enter, args } => {
                let journey = program.journeys.iter().position(|known| known.name == *enter)?;
                let params = &program.journeys[journey].params;
                let args =
                    params.iter().zip(args).map(|(param, json)| value(program, &param.ty, json)).collect();
                Input::Enter { journey: JourneyId::at(journey), args }
            }
        })
    }
}

pub(crate) fn record(program: &Program, fields: &[Field], data: &Map<String, Json>) -> Value {
    let one = |field: &Field| match data.get(&field.name) {
        Some(json) => value(program, &field.ty, json),
        None => field.default.clone().unwrap_or_default(),
    };
    Value::Record(fields.iter().map(one).collect())
}

/// A value of a type, from the plain form in which files write it.
pub(crate) fn value(program: &Program, ty: &Type, json: &Json) -> Value {
    let text = || json.as_str().unwrap_or_default();
    match (ty, json) {
        (_, Json::Null) => Value::Missing,
        (Type::Number { .. }, _) => Value::Number(json.to_string().trim_matches('"').parse().unwrap()),
        (Type::Money(_), _) => Value::Money(json.to_string().trim_matches('"').parse().unwrap()),
        (Type::YesNo, _) => Value::YesNo(json.as_bool().unwrap()),
        (Type::Date, _) => Value::Date(text().parse().unwrap()),
        (Type::Time, _) => Value::Time(text().parse().unwrap()),
        (Type::Moment, _) => Value::Moment(moment(text())),
        (Type::Duration, _) => Value::Duration(text().parse().unwrap()),
        (Type::Text | Type::Zone, _) => Value::text(text()),
        (Type::OneOf(_), _) => {
            let symbol = program.symbols.iter().position(|word| word == text());
            symbol.map_or(Value::Missing, |at| Value::Choice(Symbol::at(at)))
        }
        (Type::List(of), Json::Array(items)) => {
            Value::List(items.iter().map(|i| value(program, of, i)).collect())
        }
        (Type::Record(fields), Json::Object(data)) => record(program, fields, data),
        _ => Value::Missing,
    }
}
