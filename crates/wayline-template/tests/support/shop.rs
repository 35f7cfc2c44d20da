//! The schema that the tests share, and its notation: `{ name? type, … }`, `list of …`, `one of a|b`, `money USD`.

#![expect(clippy::panic, reason = "a test fails by panicking")]

use std::iter::Peekable;
use std::str::Chars;

use wayline_template::{Field, Schema, Ty};

/// The schema of `corpus/shop.schema`.
pub(crate) fn schema() -> Schema {
    let mut reader = Reader { letters: include_str!("../corpus/shop.schema").chars().peekable() };
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
