//! What has the same name in two programs, and values that are carried from one to the other.

use std::collections::BTreeMap;

use wayline_ir::{
    ActionId, ChannelId, EventId, Field, FieldId, MessageId, Program, RuleId, SegmentId, ServiceId, Symbol,
    TopicId, Type, Value,
};

/// By id of the old program: the id in the new one.
#[derive(Debug, Default)]
pub(super) struct Names {
    pub symbols: Vec<Option<Symbol>>,
    pub fields: Vec<Option<FieldId>>,
    pub events: Vec<Option<EventId>>,
    pub topics: Vec<Option<TopicId>>,
    pub channels: Vec<Option<ChannelId>>,
    pub messages: Vec<Option<MessageId>>,
    pub segments: Vec<Option<SegmentId>>,
    pub rules: Vec<Option<RuleId>>,
    pub services: Vec<Option<ServiceId>>,
    pub actions: Vec<Vec<Option<ActionId>>>,
}

/// Finds each old name among the new ones.
pub(super) fn by_name<'n, Id>(
    old: impl IntoIterator<Item = &'n str>,
    new: impl IntoIterator<Item = &'n str>,
    id: impl Fn(usize) -> Id,
) -> Vec<Option<Id>> {
    let known: BTreeMap<&str, usize> = new.into_iter().enumerate().map(|(at, name)| (name, at)).collect();
    old.into_iter().map(|name| known.get(name).map(|at| id(*at))).collect()
}

macro_rules! names {
    ($old:expr, $new:expr, $id:expr) => {
        by_name($old.iter().map(|it| it.name.as_str()), $new.iter().map(|it| it.name.as_str()), $id)
    };
}

impl Names {
    pub(super) fn of(old: &Program, new: &Program) -> Self {
        let services = names!(old.services, new.services, ServiceId::at);
        let actions = old.services.iter().zip(&services).map(|(service, found)| {
            let known = found.and_then(|found: ServiceId| new.services.get(found.index()));
            let known = known.map(|service| service.actions.as_slice()).unwrap_or_default();
            names!(service.actions, known, ActionId::at)
        });
        Self {
            symbols: by_name(
                old.symbols.iter().map(String::as_str),
                new.symbols.iter().map(String::as_str),
                Symbol::at,
            ),
            fields: names!(old.customer, new.customer, FieldId::at),
            events: names!(old.events, new.events, EventId::at),
            topics: names!(old.topics, new.topics, TopicId::at),
            channels: names!(old.channels, new.channels, ChannelId::at),
            messages: names!(old.messages, new.messages, MessageId::at),
            segments: names!(old.segments, new.segments, SegmentId::at),
            rules: names!(old.rules, new.rules, RuleId::at),
            actions: actions.collect(),
            services,
        }
    }

    /// An entry of one of the tables.
    pub(super) fn get<Id: Copy>(table: &[Option<Id>], at: usize) -> Option<Id> {
        table.get(at).copied().flatten()
    }

    fn symbol(&self, symbol: Symbol) -> Option<Symbol> {
        Self::get(&self.symbols, symbol.index())
    }

    /// A type of the old program in the words of the new one.
    pub(super) fn ty(&self, old: &Type) -> Type {
        match old {
            Type::OneOf(words) => Type::OneOf(words.iter().filter_map(|word| self.symbol(*word)).collect()),
            Type::List(of) => Type::List(Box::new(self.ty(of))),
            Type::Record(fields) => Type::Record(
                fields
                    .iter()
                    .map(|field| Field {
                        ty: self.ty(&field.ty),
                        default: field.default.as_ref().map(|value| self.value(value)),
                        ..field.clone()
                    })
                    .collect(),
            ),
            plain => plain.clone(),
        }
    }

    /// A value whose type did not change but for the numbers of its words.
    pub(super) fn value(&self, value: &Value) -> Value {
        match value {
            Value::Choice(word) => self.symbol(*word).map_or(Value::Missing, Value::Choice),
            Value::List(items) => Value::List(items.iter().map(|item| self.value(item)).collect()),
            Value::Record(fields) => Value::Record(fields.iter().map(|field| self.value(field)).collect()),
            plain => plain.clone(),
        }
    }

    /// A value of an old type as one of a new type. What does not fit is missing.
    pub(super) fn convert(&self, value: &Value, old: &Type, new: &Type) -> Value {
        match (value, old, new) {
            (Value::Record(values), Type::Record(old), Type::Record(new)) => {
                let one = |field: &Field| {
                    let known = old.iter().position(|known| known.name == field.name);
                    let carried =
                        known.and_then(|at| Some(self.convert(values.get(at)?, &old.get(at)?.ty, &field.ty)));
                    match carried {
                        Some(Value::Missing) | None => field.default.clone().unwrap_or_default(),
                        Some(value) => value,
                    }
                };
                Value::Record(new.iter().map(one).collect())
            }
            (Value::List(values), Type::List(old), Type::List(new)) => {
                Value::List(values.iter().map(|value| self.convert(value, old, new)).collect())
            }
            (_, old, new) if fits(old, new) => self.value(value),
            _ => Value::Missing,
        }
    }
}

/// Whether values of one type can be taken for values of another, fields by their names. Words are carried as words, and
/// a field that is new is missing.
pub(super) fn fits(old: &Type, new: &Type) -> bool {
    match (old, new) {
        (Type::Money(old), Type::Money(new)) => old == new,
        (Type::List(old), Type::List(new)) => fits(old, new),
        (Type::Record(old), Type::Record(new)) => old.iter().all(|field| {
            let known = new.iter().find(|known| known.name == field.name);
            known.is_none_or(|known| fits(&field.ty, &known.ty))
        }),
        (Type::Zone, Type::Text) => true,
        _ => std::mem::discriminant(old) == std::mem::discriminant(new),
    }
}

/// Whether values of one type stand where those of another are expected, both of one program: fields by their places.
pub(super) fn stands_for(given: &Type, wanted: &Type) -> bool {
    match (given, wanted) {
        (Type::List(given), Type::List(wanted)) => stands_for(given, wanted),
        (Type::Record(given), Type::Record(wanted)) => {
            given.len() >= wanted.len()
                && given
                    .iter()
                    .zip(wanted)
                    .all(|(given, wanted)| given.name == wanted.name && stands_for(&given.ty, &wanted.ty))
        }
        _ => fits(given, wanted),
    }
}
