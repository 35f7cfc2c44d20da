//! People who are made up: profiles, consents, what they do by themselves and about messages.
//!
//! All chance is keyed (see [`crate::random`]): by seed, customer, the names of what is done, occurrence and purpose.

mod agenda;
mod delay;
mod draw;
mod plan;

use wayline_engine::{Consent, ConsentChange};
use wayline_ir::{FieldId, Value};

use crate::random::Key;

pub(crate) use agenda::{Agenda, NO_SEND, Todo};
pub(crate) use draw::{Context, Uniques};
pub(crate) use plan::{Act, Nodes, PersonaPlan, Plan, Recurrence};

impl PersonaPlan {
    /// Makes up a profile.
    pub(crate) fn profile(&self, key: Key, uniques: &mut Uniques) -> Vec<(FieldId, Value)> {
        let mut profile: Vec<(FieldId, Value)> = Vec::with_capacity(self.profile.len());
        for (field, name, draw) in &self.profile {
            let known = |asked: FieldId| {
                let drawn = profile.iter().find(|(known, _)| *known == asked);
                drawn.map_or(Value::Missing, |(_, value)| value.clone())
            };
            let value = draw.draw(key.named(*name), &Context { args: &[], profile: &known }, uniques);
            if !value.is_missing() {
                profile.push((*field, value));
            }
        }
        profile
    }

    /// Makes up consents. Who gives one where the topic needs it confirmed has confirmed it.
    pub(crate) fn consents(&self, key: Key) -> Vec<ConsentChange> {
        let given = self.consents.iter().filter(|(name, consent)| key.named(*name).chance(consent.chance));
        given
            .map(|(_, consent)| ConsentChange {
                topic: consent.topic,
                channel: consent.channel,
                consent: Consent::Confirmed,
            })
            .collect()
    }
}
