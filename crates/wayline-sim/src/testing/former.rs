//! What a test says, in the terms of the program that runs: before `deploy` that is a former version of the workspace,
//! which has the same names and other numbers.

use std::sync::Arc;

use wayline_engine::ConsentChange;
use wayline_ir::{
    ActionId, ChannelId, EventId, Field, FieldId, JourneyId, Program, ServiceId, Symbol, TopicId, Type, Value,
};

/// Finds what lines of a test name in another program. Where both are the same, nothing is looked up.
pub(super) struct Terms<'a> {
    /// The program that the lines were compiled for.
    pub(super) of: &'a Program,
    /// The program that runs.
    pub(super) to: Arc<Program>,
    pub(super) same: bool,
}

/// What the former version does not have.
pub(super) type Unknown = String;

/// Looks a name up in a table of both programs.
macro_rules! by_name {
    ($($(#[$doc:meta])* $method:ident: $id:ident in $table:ident, $what:literal;)*) => {$(
        $(#[$doc])*
        pub(super) fn $method(&self, id: $id) -> Result<$id, Unknown> {
            if self.same {
                return Ok(id);
            }
            let name = self.of.$table.get(id.index()).map_or("", |known| known.name.as_str());
            let found = self.to.$table.iter().position(|known| known.name == name);
            found.map($id::at).ok_or_else(|| unknown($what, name))
        }
    )*};
}

fn unknown(what: &str, name: &str) -> Unknown {
    format!("{what} `{name}` in the former version too; it has none")
}

impl Terms<'_> {
    by_name! {
        /// An event.
        event: EventId in events, "an event";
        /// A journey.
        journey: JourneyId in journeys, "a journey";
        /// A topic.
        topic: TopicId in topics, "a topic";
        /// A channel.
        channel: ChannelId in channels, "a channel";
        /// A service.
        service: ServiceId in services, "a service";
    }

    /// An action of a service.
    pub(super) fn action(
        &self,
        service: ServiceId,
        action: ActionId,
    ) -> Result<(ServiceId, ActionId), Unknown> {
        let to = self.service(service)?;
        if self.same {
            return Ok((to, action));
        }
        let known = self.of.services.get(service.index()).and_then(|known| known.actions.get(action.index()));
        let name = known.map_or("", |known| known.name.as_str());
        let actions =
            self.to.services.get(to.index()).map(|known| known.actions.as_slice()).unwrap_or_default();
        let found = actions.iter().position(|known| known.name == name);
        found.map(|at| (to, ActionId::at(at))).ok_or_else(|| unknown("an action", name))
    }

    /// Changes of the profile.
    pub(super) fn changes(&self, changes: &[(FieldId, Value)]) -> Result<Vec<(FieldId, Value)>, Unknown> {
        if self.same {
            return Ok(changes.to_vec());
        }
        let change = |(id, value): &(FieldId, Value)| {
            let name = self.of.customer.get(id.index()).map_or("", |field| field.name.as_str());
            let at = self.to.customer.iter().position(|field| field.name == name);
            let at = at.ok_or_else(|| unknown("a field", name))?;
            let (from, to) = (self.of.customer.get(id.index()), self.to.customer.get(at));
            Ok((FieldId::at(at), self.value(from.map(|it| &it.ty), to.map(|it| &it.ty), value)))
        };
        changes.iter().map(change).collect()
    }

    /// Changes of consent.
    pub(super) fn consent(&self, change: ConsentChange) -> Result<ConsentChange, Unknown> {
        Ok(ConsentChange {
            topic: self.topic(change.topic)?,
            channel: self.channel(change.channel)?,
            ..change
        })
    }

    /// The fields of an event.
    pub(super) fn payload(&self, event: EventId, data: &Value) -> Result<Value, Unknown> {
        if self.same {
            return Ok(data.clone());
        }
        let to = self.event(event)?;
        let fields = |program: &Program, id: EventId| {
            program.events.get(id.index()).map(|event| Type::Record(event.fields.clone()))
        };
        Ok(self.value(fields(self.of, event).as_ref(), fields(&self.to, to).as_ref(), data))
    }

    /// The response of an action.
    pub(super) fn response(
        &self,
        service: ServiceId,
        action: ActionId,
        data: &Value,
    ) -> Result<Value, Unknown> {
        if self.same {
            return Ok(data.clone());
        }
        let to = self.action(service, action)?;
        let fields = |program: &Program, service: ServiceId, action: ActionId| {
            let known = program.services.get(service.index())?.actions.get(action.index())?;
            Some(Type::Record(known.response.clone()))
        };
        let (from, to) = (fields(self.of, service, action), fields(&self.to, to.0, to.1));
        Ok(self.value(from.as_ref(), to.as_ref(), data))
    }

    /// A value in the other program: records by the names of their fields, words by their text.
    fn value(&self, from: Option<&Type>, to: Option<&Type>, value: &Value) -> Value {
        match (value, from, to) {
            (Value::Choice(word), ..) => self.word(*word),
            (Value::Record(values), Some(Type::Record(from)), Some(Type::Record(to))) => {
                Value::Record(self.record(from, to, values).into())
            }
            (Value::List(values), Some(Type::List(from)), Some(Type::List(to))) => {
                Value::List(values.iter().map(|value| self.value(Some(from), Some(to), value)).collect())
            }
            _ => value.clone(),
        }
    }

    fn record(&self, from: &[Field], to: &[Field], values: &[Value]) -> Vec<Value> {
        let field = |wanted: &Field| {
            let at = from.iter().position(|known| known.name == wanted.name);
            match at.and_then(|at| Some((from.get(at)?, values.get(at)?))) {
                Some((known, value)) => self.value(Some(&known.ty), Some(&wanted.ty), value),
                None => wanted.default.clone().unwrap_or_default(),
            }
        };
        to.iter().map(field).collect()
    }

    fn word(&self, word: Symbol) -> Value {
        let text = self.of.word(word);
        let found = self.to.symbols.iter().position(|known| known == text);
        found.map_or(Value::Missing, |at| Value::Choice(Symbol::at(at)))
    }
}
