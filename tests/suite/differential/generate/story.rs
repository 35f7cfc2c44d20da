//! What happens: events, changes, consents, entries by hand, answers, downtimes.

use serde_json::{Map, Value as Json, json};
use wayline_engine::Consent;
use wayline_ir::ReactionKind;
use wayline_time::Moment;

use super::super::world::{Reacts, Reply, Setting, Tell, Told, shown};
use super::{Gen, MESSAGES};

impl Gen {
    /// What providers, services and customers answer.
    pub(super) fn replies(&mut self, setting: &mut Setting) {
        for (name, channel, _) in MESSAGES {
            let count = 1 + self.random.below(3);
            let all: Vec<Reply> = (0..count).map(|_| self.reply()).collect();
            setting.sends.insert(name.to_owned(), all);
            let count = 1 + self.random.below(4);
            let all: Vec<Vec<Reacts>> = (0..count).map(|_| self.reactions(name, channel)).collect();
            setting.reactions.insert(name.to_owned(), all);
        }
        for name in ["desk_api.look", "desk_api.poke"] {
            let count = 1 + self.random.below(3);
            let all: Vec<Reply> = (0..count).map(|_| self.reply()).collect();
            setting.calls.insert(name.to_owned(), all);
        }
        if self.random.chance(25) {
            let from = self.moment();
            let to = self.after(from);
            setting.downtimes.push((shown(from), shown(to)));
        }
    }

    fn reply(&mut self) -> Reply {
        let later = if self.random.chance(25) { self.ticks() * self.tick } else { 0 };
        match self.random.below(12) {
            0 | 1 => Reply::Fail(later),
            2 => Reply::Never,
            3 => Reply::Both(self.ticks() * self.tick),
            _ => Reply::Accept(later),
        }
    }

    fn reactions(&mut self, message: &str, channel: &str) -> Vec<Reacts> {
        use ReactionKind::{
            Answered, Bounced, Clicked, Complained, Delivered, Opened, Replied, Unsubscribed,
        };
        let mut all = Vec::new();
        let kinds: &[ReactionKind] = match channel {
            "email" => {
                &[Delivered, Opened, Opened, Clicked, Clicked, Replied, Bounced, Complained, Unsubscribed]
            }
            "sms" => &[Delivered, Delivered, Opened, Clicked, Replied, Bounced, Unsubscribed],
            "push" => &[Delivered, Opened, Clicked, Unsubscribed],
            _ => &[Delivered, Replied],
        };
        for _ in 0..self.random.below(3) {
            let kind = kinds[self.random.below(kinds.len())];
            let kind = if message == "survey" && self.random.chance(50) { Answered } else { kind };
            let value = if kind == Answered { json!(self.random.below(11)) } else { Json::Null };
            let after = if self.random.chance(15) { 0 } else { self.ticks() * self.tick };
            all.push(Reacts { kind, after_minutes: after.min(28 * 1_440), value });
        }
        all
    }

    pub(super) fn story(&mut self, setting: &Setting) -> Vec<Tell> {
        let mut tells = Vec::new();
        for who in 0..setting.customers.len() {
            if self.random.chance(94) {
                let at = if self.random.chance(80) { self.from } else { self.moment() };
                tells.push(self.profile(who, at, true));
            }
            for _ in 0..self.random.below(22) {
                let at = self.moment();
                let tell = match self.random.below(20) {
                    0..14 => self.event(who, at),
                    14..18 => self.profile(who, at, false),
                    _ => self.by_hand_or_event(who, at),
                };
                // A repeated event.
                if self.random.chance(6) {
                    let again = self.after(at);
                    tells.push(Tell { at: shown(again), own: Some(shown(at)), ..tell.clone() });
                }
                tells.push(tell);
            }
        }
        tells.sort_by(|a, b| a.at.cmp(&b.at));
        tells
    }

    fn own(&mut self, at: Moment) -> Option<String> {
        match self.random.below(12) {
            0 => Some(shown(Moment(at.0 - self.ticks() * self.tick * 60_000))),
            1 => Some(shown(self.after(at))),
            _ => None,
        }
    }

    fn event(&mut self, who: usize, at: Moment) -> Tell {
        let n = self.random.below(8);
        let key = format!("k{}", self.random.below(3));
        let (event, data) = match self.random.below(4) {
            0 => {
                let mut data = json!({ "n": n, "total": n * 2, "key": key });
                if self.random.chance(40) {
                    data["day"] = json!(self.date());
                }
                ("bought", data)
            }
            1 => ("seen", json!({ "n": n, "key": key })),
            2 if self.random.chance(30) => ("rang", json!({ "due": shown(self.moment()) })),
            2 => ("rang", json!({ "key": key, "due": shown(self.moment()) })),
            _ => ("gone", json!({})),
        };
        let Json::Object(data) = data else { panic!("it is written as an object") };
        let id = self.random.chance(40).then(|| format!("i{}", self.random.below(12)));
        Tell {
            at: shown(at),
            who,
            own: self.own(at),
            what: Told::Event { event: event.to_owned(), id, data },
        }
    }

    fn profile(&mut self, who: usize, at: Moment, first: bool) -> Tell {
        let mut profile = Map::new();
        let count = if first { 6 } else { 1 + self.random.below(2) };
        for _ in 0..count {
            let (name, value) = self.field();
            let value = if !first && self.random.chance(15) { Json::Null } else { value };
            profile.insert(name.to_owned(), value);
        }
        let mut consents = Vec::new();
        if first {
            profile.insert("email".to_owned(), json!("a@x.example"));
            if self.random.chance(85) {
                profile.insert("phone".to_owned(), json!("123"));
            }
            if self.random.chance(70) {
                profile.insert("home".to_owned(), json!(self.zones[self.random.below(self.zones.len())]));
            }
        }
        for (topic, channel) in [("news", "email"), ("news", "sms"), ("news", "push"), ("promo", "email")] {
            let chance = if first { 94 } else { 10 };
            if self.random.chance(chance) {
                let consent = match self.random.below(if first { 16 } else { 4 }) {
                    0 => Consent::Withdrawn,
                    1..5 => Consent::Given,
                    _ => Consent::Confirmed,
                };
                consents.push((topic.to_owned(), channel.to_owned(), consent));
            }
        }
        let own = if first { None } else { self.own(at) };
        if !first && !consents.is_empty() && self.random.chance(30) {
            profile.clear();
        }
        Tell { at: shown(at), who, own, what: Told::Profile { profile, consents } }
    }

    fn field(&mut self) -> (&'static str, Json) {
        let n = self.random.below(10);
        match self.random.below(13) {
            0 => ("name", json!(["ann", "bob"][n % 2])),
            1 => ("email", json!(["a@x.example", "b@x.example", ""][n % 3])),
            2 => ("phone", json!("555")),
            3 if n == 0 => ("home", json!("Mars/Olympus")),
            3 => ("home", json!(self.zones[self.random.below(self.zones.len())])),
            4 => ("plan", json!(["free", "pro", "business"][n % 3])),
            5 | 6 => ("score", json!(n)),
            7 => ("spent", json!(n * 3)),
            8 => ("vip", json!(n.is_multiple_of(2))),
            9 => ("born", json!(self.date())),
            10 => ("meet", json!(shown(self.moment()))),
            11 => ("rest", json!(self.length())),
            _ => ("tags", json!(if n.is_multiple_of(2) { vec!["a", "b"] } else { vec!["b"] })),
        }
    }

    fn by_hand_or_event(&mut self, who: usize, at: Moment) -> Tell {
        let number = self.random.below(self.journeys);
        if self.by_hand[number] || self.random.chance(10) {
            let args = if self.params[number] { vec![json!(3)] } else { Vec::new() };
            return Tell {
                at: shown(at),
                who,
                own: None,
                what: Told::Enter { enter: format!("j{number}"), args },
            };
        }
        self.event(who, at)
    }
}
