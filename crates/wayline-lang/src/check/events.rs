//! The customer, events, and the types of their fields.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use wayline_ir::{EventType, Field, FieldId, Rate, Type};

use super::Checker;
use super::scope::Scope;
use super::size::{self, MAX_FIELDS};
use crate::codes::Code;
use crate::diagnostic::Diagnostic;
use crate::order::{circles, innermost_first};
use crate::resolve::Kind;
use crate::source::Span;
use crate::syntax::MAX_DEPTH;
use crate::syntax::ast::{self, Name, TypeKind};

impl Checker<'_> {
    pub(crate) fn customer(&mut self) {
        let names = self.names;
        let Some(decl) = &names.customer else {
            if !names.journeys.is_empty() {
                self.report(
                    crate::compile::whole(Code::NO_CUSTOMER, "no `customer` is declared in this workspace")
                        .help("declare what is known of each customer: `customer { email? text  time_zone? zone }`"),
                );
            }
            return;
        };
        let fields = self.fields(&decl.ast.fields, "the customer");
        let zones: Vec<usize> = (0..fields.len())
            .filter(|index| fields.get(*index).is_some_and(|f| f.ty == Type::Zone))
            .collect();
        let span_of = |index: usize| decl.ast.fields.get(index).map_or(decl.ast.keyword, |field| field.span);
        if let [first, second, ..] = zones.as_slice() {
            self.report(
                Diagnostic::new(Code::TWO_ZONES, "the customer has two time zones", span_of(*second))
                    .also(span_of(*first), "the first one")
                    .note("all local times follow the one field of type `zone`")
                    .help("declare the other as `text`"),
            );
        }
        self.program.zone_field = zones.first().map(|index| FieldId::at(*index));
        let locale =
            fields.iter().position(|f| f.name == "locale" && matches!(f.ty, Type::Text | Type::OneOf(_)));
        self.program.locale_field = locale.map(FieldId::at);
        self.customer = Arc::from(fields.as_slice());
        self.program.customer = fields;
    }

    pub(crate) fn events(&mut self) {
        let names = self.names;
        for decl in &names.events {
            self.program.events.push(EventType {
                name: decl.ast.name.text.to_string(),
                fields: Vec::new(),
                at_most: None,
                keep: None,
            });
        }
        let mut done = vec![false; names.events.len()];
        for index in self.events_in_order(&mut done) {
            self.event_fields(index, &mut done, &mut Vec::new());
        }
        self.event_types =
            self.program.events.iter().map(|event| Arc::new(Type::Record(event.fields.clone()))).collect();
        for (index, decl) in names.events.iter().enumerate() {
            let rate = decl.ast.rate.as_ref().and_then(|rate| self.rate(rate));
            if let Some(event) = self.program.events.get_mut(index) {
                event.at_most = rate;
            }
        }
    }

    /// The events, each after those that its fields name. One that would be too large is told, and done without fields.
    fn events_in_order(&mut self, done: &mut [bool]) -> Vec<usize> {
        let names = self.names;
        let uses: Vec<Vec<usize>> = names
            .events
            .iter()
            .map(|decl| {
                let mut named = Vec::new();
                decl.ast.fields.iter().for_each(|field| named_types(&field.ty, &mut named));
                named.into_iter().filter_map(|name| names.get(Kind::Event, name.as_str())).collect()
            })
            .collect();
        let order = innermost_first(&uses);
        let mut sizes: Vec<(u64, usize)> = vec![(0, 0); uses.len()];
        // Those that are too large, and those that name one: one mistake is one finding.
        let mut told = BTreeSet::new();
        for index in order.iter().copied() {
            let Some(decl) = names.events.get(index) else { continue };
            let named = |name: &str| {
                names.get(Kind::Event, name).and_then(|event| sizes.get(event)).copied().unwrap_or_default()
            };
            let (fields, depth) = size::of_fields(&decl.ast.fields, &named);
            let known = uses.get(index).is_some_and(|uses| uses.iter().any(|used| told.contains(used)));
            let too_large = fields > MAX_FIELDS || depth > MAX_DEPTH;
            if too_large && !known {
                self.event_too_large(&decl.ast.name, fields);
            }
            if too_large || known {
                told.insert(index);
            }
            if too_large && let Some(done) = done.get_mut(index) {
                *done = true;
            } else if let Some(slot) = sizes.get_mut(index) {
                *slot = (fields, depth);
            }
        }
        // Those in a circle come first, as they stand in the text: where it closes is told there.
        let circles = circles(&uses);
        let in_circle = |index: &usize| {
            let own = circles.get(*index);
            uses.get(*index).is_some_and(|uses| uses.iter().any(|used| circles.get(*used) == own))
        };
        (0..uses.len()).filter(in_circle).chain(order).collect()
    }

    fn event_too_large(&mut self, name: &Name, fields: u64) {
        let (code, what) = if fields > MAX_FIELDS {
            let what =
                format!("has {} fields, more than {}", size::grouped(fields), size::grouped(MAX_FIELDS));
            (Code::TOO_MANY_STEPS, what)
        } else {
            (Code::TOO_DEEP, format!("nests more than {MAX_DEPTH} deep"))
        };
        let message = format!("with the events in it written out, event `{}` {what}", name.text);
        self.report(
            Diagnostic::new(code, message, name.span).help(
                "let its fields name fewer events: list the fields that are needed as a record, `{ … }`",
            ),
        );
    }

    /// The fields of an event, after those of the events its fields name.
    fn event_fields(&mut self, index: usize, done: &mut Vec<bool>, open: &mut Vec<usize>) {
        if done.get(index).copied().unwrap_or(true) || open.contains(&index) {
            return;
        }
        let Some(decl) = self.names.events.get(index) else { return };
        if open.len() >= MAX_DEPTH {
            // Only circles come here: what is too deep without one is done already.
            self.report(
                Diagnostic::new(
                    Code::CIRCLE,
                    format!("event `{}` stands in a long circle of events", decl.ast.name.text),
                    decl.ast.name.span,
                )
                .help("list the fields that are needed as a record: `{ … }`"),
            );
            return;
        }
        open.push(index);
        let mut named = Vec::new();
        decl.ast.fields.iter().for_each(|field| named_types(&field.ty, &mut named));
        for name in named {
            if let Some(other) = self.names.get(Kind::Event, name.as_str()) {
                if open.contains(&other) {
                    self.report(
                        Diagnostic::new(
                            Code::CIRCLE,
                            format!("event `{}` would contain itself", decl.ast.name.text),
                            name.span,
                        )
                        .also(decl.ast.name.span, "declared here")
                        .help("list the fields that are needed as a record: `{ … }`"),
                    );
                } else {
                    self.event_fields(other, done, open);
                }
            }
        }
        let fields = self.fields(&decl.ast.fields, &format!("event `{}`", decl.ast.name.text));
        if let Some(event) = self.program.events.get_mut(index) {
            event.fields = fields;
        }
        if let Some(done) = done.get_mut(index) {
            *done = true;
        }
        open.pop();
    }

    /// The fields of a record; a name given twice is reported.
    pub(crate) fn fields(&mut self, fields: &[ast::Field], what: &str) -> Vec<Field> {
        let mut all: Vec<Field> = Vec::with_capacity(fields.len());
        let mut seen: BTreeMap<&str, &ast::Field> = BTreeMap::new();
        for field in fields {
            if let Some(first) = seen.get(field.name.as_str()) {
                self.report(
                    Diagnostic::new(
                        Code::DECLARED_TWICE,
                        format!("{what} has two fields `{}`", field.name.text),
                        field.name.span,
                    )
                    .label("declared again here")
                    .also(first.name.span, "first declared here"),
                );
                continue;
            }
            seen.insert(field.name.as_str(), field);
            let Some(ty) = self.ty(&field.ty) else { continue };
            let mut typed =
                Field { name: field.name.text.to_string(), ty, optional: field.optional, default: None };
            if let Some(default) = &field.default {
                typed.default = self.constant(&mut Scope::default(), default, &typed);
            }
            all.push(typed);
        }
        all
    }

    /// A type as it was written.
    pub(crate) fn ty(&mut self, ty: &ast::TypeExpr) -> Option<Type> {
        Some(match &ty.kind {
            TypeKind::Text => Type::Text,
            TypeKind::Number { range: None } => Type::Number { from: None, to: None },
            TypeKind::Number { range: Some((from, to)) } => {
                if from > to {
                    self.report(
                        Diagnostic::new(
                            Code::OUT_OF_RANGE,
                            format!("no number is from {from} to {to}"),
                            ty.span,
                        )
                        .help(format!("write the smaller one first: `number from {to} to {from}`")),
                    );
                }
                Type::Number { from: Some(*from), to: Some(*to) }
            }
            TypeKind::Money { currency } => Type::Money(self.currency(currency)?),
            TypeKind::YesNo => Type::YesNo,
            TypeKind::Date => Type::Date,
            TypeKind::Time => Type::Time,
            TypeKind::Moment => Type::Moment,
            TypeKind::Duration => Type::Duration,
            TypeKind::Zone => Type::Zone,
            TypeKind::OneOf(words) => Type::OneOf(self.words(words)),
            TypeKind::List(item) => Type::List(Box::new(self.ty(item)?)),
            TypeKind::Record(fields) => Type::Record(self.fields(fields, "this record")),
            TypeKind::Message(_) => {
                self.report(
                    Diagnostic::new(Code::WRONG_TYPE, "a message is not a value", ty.span)
                        .note("only flows are given messages"),
                );
                return None;
            }
            TypeKind::Named(name) => return self.named_type(name),
            TypeKind::Bad => return None,
        })
    }

    fn words(&mut self, words: &[Name]) -> Vec<wayline_ir::Symbol> {
        let mut all = Vec::with_capacity(words.len());
        let mut seen = BTreeSet::new();
        for word in words {
            let symbol = self.symbols.intern(word.as_str());
            if !seen.insert(symbol) {
                self.report(Diagnostic::new(
                    Code::DECLARED_TWICE,
                    format!("`{}` is listed twice", word.text),
                    word.span,
                ));
            } else {
                all.push(symbol);
            }
        }
        all
    }

    fn named_type(&mut self, name: &Name) -> Option<Type> {
        if let Some(index) = self.names.get(Kind::Event, name.as_str()) {
            return self.program.events.get(index).map(|event| Type::Record(event.fields.clone()));
        }
        const TYPES: [&str; 11] = [
            "text",
            "number",
            "money",
            "yes or no",
            "date",
            "time",
            "moment",
            "duration",
            "zone",
            "one of",
            "list of",
        ];
        let known = TYPES.into_iter().chain(self.names.of_kind(Kind::Event));
        let mut finding =
            Diagnostic::new(Code::UNKNOWN_TYPE, format!("there is no type `{}`", name.text), name.span);
        let meant = match name.as_str() {
            "string" | "str" | "varchar" => Some("text"),
            "bool" | "boolean" => Some("yes or no"),
            "int" | "integer" | "float" | "decimal" => Some("number"),
            "datetime" | "timestamp" => Some("moment"),
            "enum" => Some("one of"),
            other => crate::suggest::closest(other, known),
        };
        finding = match meant {
            Some(near) => finding.help(format!("did you mean `{near}`?")).replace(
                crate::diagnostic::Applicability::Safe,
                name.span,
                near,
                format!("write `{near}`"),
            ),
            None => finding.help("the types are text, number, money in CUR, yes or no, date, time, moment, duration, zone, one of, list of, { … } and the names of events"),
        };
        self.report(finding);
        None
    }

    pub(crate) fn rate(&mut self, rate: &ast::Rate) -> Option<Rate> {
        self.some_time(&rate.per)?;
        self.at_least_one(&rate.count)?;
        Some(Rate { count: rate.count.value, per: rate.per.value })
    }

    pub(crate) fn at_least_one(&mut self, count: &ast::Int) -> Option<()> {
        if count.value == 0 {
            self.report(Diagnostic::new(Code::OUT_OF_RANGE, "at least 1 is wanted here", count.span));
            return None;
        }
        Some(())
    }

    /// A day set, or a finding when it is empty.
    pub(crate) fn some_days(
        &mut self,
        days: wayline_time::WeekdaySet,
        span: Span,
    ) -> Option<wayline_time::WeekdaySet> {
        if days.is_empty() {
            self.report(Diagnostic::new(Code::EMPTY_WINDOW, "no day is named", span));
            return None;
        }
        Some(days)
    }
}

fn named_types<'t>(ty: &'t ast::TypeExpr, out: &mut Vec<&'t Name>) {
    match &ty.kind {
        TypeKind::Named(name) => out.push(name),
        TypeKind::List(item) => named_types(item, out),
        TypeKind::Record(fields) => fields.iter().for_each(|field| named_types(&field.ty, out)),
        _ => {}
    }
}
