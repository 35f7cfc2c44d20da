//! From what stands in a file to a value of the declared type.

use rust_decimal::Decimal;
use serde_json::{Map, Value as Json};
use wayline_ir::{Field, FieldId, Program, Type, Value};
use wayline_time::{Span, Zone, parse_date, parse_moment, parse_time};

use crate::input::problem::Problem;
use crate::input::records::Cell;
use crate::input::suggest::{quoted, suggestion};

/// Converts values: knows the words of `one of` types and the zone of times without an offset.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Convert<'p> {
    pub(crate) program: &'p Program,
    pub(crate) zone: Zone,
}

impl Convert<'_> {
    /// A value. Empty cells and `null` are missing.
    pub(crate) fn value(&self, ty: &Type, cell: Cell<'_>) -> Result<Value, Problem> {
        match cell {
            Cell::Text(text) => match text.trim() {
                "" => Ok(Value::Missing),
                // Blanks at the ends of a text are the sender's.
                _ if *ty == Type::Text => Ok(Value::text(text)),
                trimmed => self.read_text(ty, trimmed),
            },
            Cell::Json(json) => self.read_json(ty, json),
        }
    }

    /// The value of a profile field. What is no zone is used where the customer's zone stands, since the workspace's zone
    /// takes its place; it is told to `odd`.
    pub(crate) fn profile(
        &self,
        field: FieldId,
        cell: Cell<'_>,
        odd: impl FnOnce(Problem),
    ) -> Result<Value, Problem> {
        let Some(declared) = self.program.customer.get(field.index()) else { return Ok(Value::Missing) };
        let text = match cell {
            Cell::Text(text) => text.trim(),
            Cell::Json(json) => json.as_str().unwrap_or_default().trim(),
        };
        if self.program.zone_field == Some(field)
            && !text.is_empty()
            && let Err(mut problem) = zone(text)
        {
            let zone = self.program.workspace.zone.name();
            problem.message.push_str(&format!("; {zone}, the zone of the workspace, takes its place"));
            odd(problem);
            return Ok(Value::text(text));
        }
        self.value(&declared.ty, cell)
    }

    /// The value of a field of an event or record: its default where it is missing, and present where it must be.
    pub(crate) fn field(&self, field: &Field, cell: Option<Cell<'_>>) -> Result<Value, Problem> {
        let value = match cell {
            Some(cell) => self.value(&field.ty, cell).map_err(|problem| problem.within(&field.name))?,
            None => Value::Missing,
        };
        match (&field.default, value) {
            (Some(default), Value::Missing) => Ok(default.clone()),
            (_, value) => self.check_present(field, value),
        }
    }

    /// That a value that may not be missing is not.
    pub(crate) fn check_present(&self, field: &Field, value: Value) -> Result<Value, Problem> {
        if value.is_missing() && !field.optional && field.default.is_none() {
            let message = format!("the value of `{}` is missing", field.name);
            return Err(Problem::new(message)
                .help(format!("give {}, or declare it as `{}?`", self.expected(&field.ty), field.name))
                .within(&field.name));
        }
        Ok(value)
    }

    /// The fields of a record out of an object. Keys that no field has are told to `unknown`.
    pub(crate) fn record(
        &self,
        fields: &[Field],
        object: &Map<String, Json>,
        mut unknown: impl FnMut(&str),
    ) -> Result<Vec<Value>, Problem> {
        for key in object.keys() {
            if !fields.iter().any(|field| field.name == *key) {
                unknown(key);
            }
        }
        fields.iter().map(|field| self.field(field, object.get(&field.name).map(Cell::Json))).collect()
    }

    fn read_text(&self, ty: &Type, text: &str) -> Result<Value, Problem> {
        let refused = || Problem::new(format!("{} is not {}", quoted(text), self.expected(ty)));
        let timed = |error: wayline_time::TimeParseError| Problem::new(error.to_string());
        Ok(match ty {
            Type::Text => Value::text(text),
            Type::Number { from, to } => in_range(number(text).ok_or_else(refused)?, *from, *to)?,
            Type::Money(currency) => {
                Value::Money(money(text, currency)?.ok_or_else(|| refused().help("such as 12.50"))?)
            }
            Type::YesNo => match text.to_ascii_lowercase().as_str() {
                "yes" | "true" | "1" => Value::YesNo(true),
                "no" | "false" | "0" => Value::YesNo(false),
                _ => return Err(refused().help("write yes or no, true or false, 1 or 0")),
            },
            Type::Date => Value::Date(parse_date(text).map_err(timed)?),
            Type::Time => Value::Time(parse_time(text).map_err(timed)?),
            Type::Moment => Value::Moment(parse_moment(text, self.zone).map_err(timed)?),
            Type::Duration => Value::Duration(text.parse::<Span>().map_err(timed)?),
            Type::Zone => Value::text(zone(text)?.name()),
            Type::OneOf(words) => {
                let found = words.iter().find(|symbol| self.program.word(**symbol) == text);
                let all = words.iter().map(|symbol| self.program.word(*symbol));
                Value::Choice(*found.ok_or_else(|| refused().help(suggestion(text, all)))?)
            }
            Type::List(_) | Type::Record(_) => {
                let json = serde_json::from_str::<Json>(text)
                    .map_err(|error| refused().help(format!("write it as JSON; {error}")))?;
                return self.read_json(ty, &json);
            }
        })
    }

    fn read_json(&self, ty: &Type, json: &Json) -> Result<Value, Problem> {
        let refused = || Problem::new(format!("{} is not {}", shown(json), self.expected(ty)));
        match (ty, json) {
            (_, Json::Null) => Ok(Value::Missing),
            (Type::Text, Json::String(text)) => Ok(Value::text(text)),
            (Type::Text, Json::Number(number)) => Ok(Value::text(&number.to_string())),
            (Type::List(_) | Type::Record(_), Json::String(_)) => Err(refused()),
            (_, Json::String(text)) => match text.trim() {
                "" => Ok(Value::Missing),
                trimmed => self.read_text(ty, trimmed),
            },
            (Type::Number { .. } | Type::Money(_), Json::Number(number)) => {
                self.read_text(ty, &number.to_string())
            }
            (Type::Money(_), Json::Object(object)) => {
                match (object.get("amount"), object.get("currency")) {
                    (Some(amount), Some(Json::String(currency))) if object.len() == 2 => {
                        let amount = amount.as_str().map_or_else(|| amount.to_string(), str::to_owned);
                        self.read_text(ty, &format!("{amount} {currency}"))
                    }
                    _ => Err(refused()
                        .help("write { \"amount\": 12.5, \"currency\": \"USD\" }, a number, or a text")),
                }
            }
            (Type::YesNo, Json::Bool(bool)) => Ok(Value::YesNo(*bool)),
            (Type::YesNo, Json::Number(number)) => self.read_text(ty, &number.to_string()),
            (Type::Moment, Json::Number(_)) => Err(refused()
                .help("a number of seconds and one of milliseconds look alike; write 2026-01-05T10:00:00Z")),
            (Type::List(item), Json::Array(items)) => {
                let values: Result<Vec<Value>, Problem> = items
                    .iter()
                    .enumerate()
                    .map(|(index, json)| {
                        let place = format!("[{index}]");
                        let value = self.read_json(item, json).map_err(|problem| problem.within(&place))?;
                        if value.is_missing() {
                            return Err(Problem::new("an item of a list may not be missing").within(&place));
                        }
                        Ok(value)
                    })
                    .collect();
                Ok(Value::List(values?.into()))
            }
            (Type::Record(fields), Json::Object(object)) => {
                let mut odd = None;
                let values =
                    self.record(fields, object, |key| odd = Some(key.to_owned())).map_err(|problem| {
                        // A key that nothing knows is most likely the missing one, misspelt.
                        match &odd {
                            Some(key) if problem.help.is_some() => {
                                problem.help(format!("`{key}` is not one of its fields"))
                            }
                            _ => problem,
                        }
                    })?;
                Ok(Value::Record(values.into()))
            }
            _ => Err(refused()),
        }
    }

    /// The type in words, with its article.
    fn expected(&self, ty: &Type) -> String {
        match ty {
            Type::Text => "a text".to_owned(),
            Type::Number { .. } => "a number".to_owned(),
            Type::Money(currency) => format!("an amount in {currency}"),
            Type::YesNo => "yes or no".to_owned(),
            Type::Date => "a date".to_owned(),
            Type::Time => "a time of day".to_owned(),
            Type::Moment => "a moment".to_owned(),
            Type::Duration => "a duration".to_owned(),
            Type::Zone => "an IANA time zone".to_owned(),
            Type::OneOf(words) => {
                let words: Vec<&str> = words.iter().map(|symbol| self.program.word(*symbol)).collect();
                format!("one of {}", words.join(", "))
            }
            Type::List(_) => "a list".to_owned(),
            Type::Record(_) => "a record".to_owned(),
        }
    }
}

/// A zone by name.
pub(crate) fn zone(text: &str) -> Result<Zone, Problem> {
    Zone::lookup(text).map_err(|error| {
        let problem = Problem::new(error.to_string());
        match crate::input::suggest::closest(text, Zone::all().map(Zone::name)) {
            Some(name) => problem.help(format!("did you mean `{name}`?")),
            None => problem,
        }
    })
}

fn number(text: &str) -> Option<Decimal> {
    if text.contains(['e', 'E']) { Decimal::from_scientific(text).ok() } else { text.parse().ok() }
}

fn in_range(number: Decimal, from: Option<Decimal>, to: Option<Decimal>) -> Result<Value, Problem> {
    if from.is_some_and(|from| number < from) || to.is_some_and(|to| number > to) {
        let end = |end: Option<Decimal>| end.map_or("…".to_owned(), |end| end.to_string());
        return Err(Problem::new(format!("{number} is not in the range from {} to {}", end(from), end(to))));
    }
    Ok(Value::Number(number))
}

/// `12.50`, `12.50 USD` or `USD 12.50`; nothing when it is no amount, an error when the currency is another one.
fn money(text: &str, currency: &str) -> Result<Option<Decimal>, Problem> {
    let is_code = |word: &str| word.len() == 3 && word.bytes().all(|byte| byte.is_ascii_alphabetic());
    let (amount, code) = match text.split_once(' ').map(|(first, rest)| (first, rest.trim())) {
        None => (text, None),
        Some((amount, code)) if is_code(code) => (amount, Some(code)),
        Some((code, amount)) if is_code(code) => (amount, Some(code)),
        Some(_) => return Ok(None),
    };
    let Some(amount) = number(amount) else { return Ok(None) };
    if let Some(code) = code.filter(|code| !code.eq_ignore_ascii_case(currency)) {
        return Err(Problem::new(format!("this amount is in {code}, but the field is in {currency}"))
            .help("amounts of two currencies never mix; convert it before it comes here"));
    }
    Ok(Some(amount))
}

/// JSON as it is repeated in a message.
fn shown(json: &Json) -> String {
    match json {
        Json::String(text) => quoted(text),
        Json::Array(_) => "this list".to_owned(),
        Json::Object(_) => "this object".to_owned(),
        other => other.to_string(),
    }
}
