//! The notation of schemas and values in the corpus.

use std::iter::Peekable;
use std::str::Chars;

use serde_json::Value as Json;
use wayline_template::{Field, Schema, Ty, Value};

/// Reads the notation of `shop.schema`: `{ name? type, … }`, `list of …`, `one of a|b`, `money USD`.
pub(crate) fn schema(text: &str) -> Schema {
    let mut reader = Reader { letters: text.chars().peekable() };
    match reader.ty() {
        Ty::Record(roots) => Schema { roots },
        other => panic!("a schema is a record, not {other:?}"),
    }
}

struct Reader<'a> {
    letters: Peekable<Chars<'a>>,
}

impl Reader<'_> {
    fn skip(&mut self) {
        while self.letters.next_if(|c| c.is_whitespace() || *c == ',').is_some() {}
    }

    fn word(&mut self) -> String {
        self.skip();
        let mut word = String::new();
        while let Some(c) = self.letters.next_if(|c| c.is_alphanumeric() || "_?|".contains(*c)) {
            word.push(c);
        }
        word
    }

    fn ty(&mut self) -> Ty {
        self.skip();
        if self.letters.next_if_eq(&'{').is_some() {
            let mut fields = Vec::new();
            loop {
                self.skip();
                if self.letters.next_if_eq(&'}').is_some() {
                    return Ty::Record(fields);
                }
                let name = self.word();
                assert!(!name.is_empty(), "field expected at {:?}", self.letters.peek());
                let ty = self.ty();
                fields.push(match name.strip_suffix('?') {
                    Some(name) => Field::optional(name, ty),
                    None => Field::required(name, ty),
                });
            }
        }
        match self.word().as_str() {
            "text" => Ty::Text,
            "number" => Ty::Number,
            "money" => Ty::Money(self.word()),
            "yesno" => Ty::YesNo,
            "date" => Ty::Date,
            "time" => Ty::Time,
            "moment" => Ty::Moment,
            "duration" => Ty::Duration,
            "zone" => Ty::Zone,
            "one" => {
                assert_eq!(self.word(), "of");
                Ty::OneOf(self.word().split('|').map(str::to_owned).collect())
            }
            "list" => {
                assert_eq!(self.word(), "of");
                Ty::List(Box::new(self.ty()))
            }
            other => panic!("unknown type {other:?}"),
        }
    }
}

/// A value of the type from JSON; texts stand for everything that is not a list, record or yes or no.
pub(crate) fn value(ty: &Ty, json: &Json) -> Value {
    let text = || json.as_str().unwrap_or_else(|| panic!("{json} is not a text for {ty:?}")).to_owned();
    match (ty, json) {
        (_, Json::Null) => Value::Missing,
        (Ty::Number, _) => Value::Number(text()),
        (Ty::Money(currency), _) => Value::Money { amount: text(), currency: currency.clone() },
        (Ty::YesNo, Json::Bool(yes)) => Value::YesNo(*yes),
        (Ty::Date, _) => Value::Date(text()),
        (Ty::Time, _) => Value::Time(text()),
        (Ty::Moment, _) => Value::Moment(text()),
        (Ty::Duration, _) => Value::Duration(text()),
        (Ty::List(item), Json::Array(items)) => {
            Value::List(items.iter().map(|json| value(item, json)).collect())
        }
        (Ty::Record(fields), Json::Object(object)) => {
            for name in object.keys() {
                assert!(fields.iter().any(|field| field.name == *name), "{name} is not in the schema");
            }
            let value = |field: &Field| {
                (field.name.clone(), value(&field.ty, object.get(&field.name).unwrap_or(&Json::Null)))
            };
            Value::Record(fields.iter().map(value).collect())
        }
        _ => Value::Text(text()),
    }
}

/// Lays one JSON document over another, record by record.
pub(crate) fn merge(base: &mut Json, over: &Json) {
    match (base, over) {
        (Json::Object(base), Json::Object(over)) => {
            for (name, value) in over {
                merge(base.entry(name.clone()).or_insert(Json::Null), value);
            }
        }
        (base, over) => *base = over.clone(),
    }
}
