//! Personas: who might come.

use wayline_ir::{ChannelId, Draw, FieldId, Persona, PersonaConsent, TopicId};

use super::Checker;
use super::draw::{ALL, DrawPlace, DrawScope, known, percent};
use crate::codes::Code;
use crate::diagnostic::Diagnostic;
use crate::resolve::{Decl, Kind};
use crate::source::Span;
use crate::syntax::ast::{self, ConsentState, GenEntry, GenKind, GenRecord};

/// The entry of a profile that lists consents.
const CONSENTS: &str = "consents";

/// What a `customer { … }` block of a persona or a test says.
#[derive(Default)]
pub(crate) struct Profile {
    /// The fields that are set.
    pub(crate) fields: Vec<(FieldId, Draw)>,
    /// The consents that are given.
    pub(crate) consents: Vec<Consent>,
}

/// A consent of a profile.
#[derive(Clone, Copy)]
pub(crate) struct Consent {
    /// How many give it, in millionths.
    pub(crate) chance: u32,
    pub(crate) topic: TopicId,
    pub(crate) channel: ChannelId,
    pub(crate) state: ConsentState,
}

impl Checker<'_> {
    pub(crate) fn personas(&mut self) {
        let names = self.names;
        let mut shares = Vec::with_capacity(names.personas.len());
        for decl in &names.personas {
            let share = self.persona_share(decl);
            let persona = self.persona(decl, share.unwrap_or_default());
            self.program.personas.push(persona);
            shares.push(share);
        }
        if let Some(shares) = shares.into_iter().collect::<Option<Vec<u32>>>() {
            self.all_personas(&shares);
        }
    }

    fn persona_share(&mut self, decl: &Decl<'_, ast::Persona>) -> Option<u32> {
        let Some(share) = &decl.ast.share else {
            self.lacks(
                decl.item,
                decl.ast.name.span,
                &format!("persona `{}` has no share", decl.ast.name.text),
                "add `share 30%`: how many of all customers are like this",
            );
            return None;
        };
        self.share(share)
    }

    /// Says so when the shares of all personas do not add up to all customers.
    fn all_personas(&mut self, shares: &[u32]) {
        let sum: u64 = shares.iter().copied().map(u64::from).sum();
        if shares.is_empty() || sum == u64::from(ALL) {
            return;
        }
        let mut places = self.names.personas.iter().zip(shares).filter_map(|(decl, share)| {
            let label = format!("`{}`: {} %", decl.ast.name.text, percent(u64::from(*share)));
            Some((decl.ast.share.as_ref()?.span, label))
        });
        let Some((first, label)) = places.next() else { return };
        let message = format!("the shares of all personas add up to {} %, not 100 %", percent(sum));
        let mut finding = Diagnostic::new(Code::WEIGHTS, message, first).label(label);
        for (span, label) in places {
            finding = finding.also(span, label);
        }
        let help = match u64::from(ALL).checked_sub(sum) {
            Some(rest) => {
                format!("give the remaining {} % to one of them, or to another persona", percent(rest))
            }
            None => format!("take {} % away", percent(sum - u64::from(ALL))),
        };
        self.report(finding.help(help));
    }

    fn persona(&mut self, decl: &Decl<'_, ast::Persona>, share: u32) -> Persona {
        let ast = decl.ast;
        let what = format!("the customer of persona `{}`", ast.name.text);
        let profile = self.whole_profile(
            &mut DrawScope::profile(),
            ast.customer.as_ref(),
            decl.item,
            ast.name.span,
            &what,
        );
        let profile = profile.unwrap_or_default();
        let facts = known(&profile.fields);
        let happenings = ast.does.iter().filter_map(|does| self.happening(does, &facts)).collect();
        let reactions = ast.reacts.iter().filter_map(|reacts| self.reacts_to(reacts, &facts)).collect();
        Persona {
            name: ast.name.text.to_string(),
            share,
            profile: profile.fields,
            consents: profile.consents.into_iter().map(persona_consent).collect(),
            happenings,
            reactions,
        }
    }

    /// A profile with all fields that may not be missing; `span` is where it would stand.
    pub(crate) fn whole_profile(
        &mut self,
        at: &mut DrawScope,
        record: Option<&GenRecord>,
        item: &ast::Item,
        span: Span,
        what: &str,
    ) -> Option<Profile> {
        let (profile, given) = match record {
            Some(record) => self.profile(at, record),
            None => (Some(Profile::default()), vec![false; self.customer.len()]),
        };
        // A syntax error may have taken the field away.
        if !item.broken {
            let fields = std::sync::Arc::clone(&self.customer);
            self.complete(&given, &fields, record.map_or(span, |record| record.span), what)?;
        }
        profile
    }

    /// What a `customer { … }` block says, and which fields it names.
    pub(crate) fn profile(&mut self, at: &mut DrawScope, record: &GenRecord) -> (Option<Profile>, Vec<bool>) {
        let fields = std::sync::Arc::clone(&self.customer);
        let (consents, values): (Vec<&GenEntry>, Vec<&GenEntry>) =
            record.entries.iter().partition(|entry| entry.name.as_str() == CONSENTS);
        if let [first, second, ..] = consents.as_slice() {
            self.report(
                Diagnostic::new(Code::DECLARED_TWICE, "`consents` is given twice", second.name.span)
                    .also(first.name.span, "first given here"),
            );
        }
        let consents: Vec<Option<Consent>> =
            consents.into_iter().flat_map(|entry| self.consents(at.place, entry)).collect();
        let drawn = self.drawn_fields(at, values, &fields, "the customer");
        let given = drawn.given();
        let profile =
            drawn.fine().zip(consents.into_iter().collect::<Option<_>>()).map(|(values, consents)| {
                let set = (0..).zip(values).filter_map(|(index, draw)| Some((FieldId(index), draw?)));
                Profile { fields: set.collect(), consents }
            });
        (profile, given)
    }

    fn consents(&mut self, place: DrawPlace, entry: &GenEntry) -> Vec<Option<Consent>> {
        let mut all: Vec<Option<Consent>> = Vec::with_capacity(entry.choices.len());
        for choice in &entry.choices {
            let GenKind::Consent { state, topic, channel } = &choice.value.kind else {
                self.report(
                    Diagnostic::new(Code::WRONG_TYPE, "a consent is wanted here", choice.value.span)
                        .help("write a topic and a channel: `marketing on email`"),
                );
                all.push(None);
                continue;
            };
            let (topic, channel) = (self.named(Kind::Topic, topic), self.named(Kind::Channel, channel));
            let chance = choice.share.as_ref().map_or(Some(ALL), |share| self.share(share));
            if *state != ConsentState::Confirmed && place != DrawPlace::Test {
                self.report(
                    Diagnostic::new(Code::WRONG_TYPE, "personas consent, or do not", choice.value.span)
                        .note("only tests know consents that are withdrawn or wait for their confirmation")
                        .help("leave it out, or give the consent a share: `55% marketing on sms`"),
                );
            }
            let state = *state;
            let consent = chance.zip(topic).zip(channel).map(|((chance, topic), channel)| Consent {
                chance,
                topic: TopicId::at(topic),
                channel: ChannelId::at(channel),
                state,
            });
            if let Some(new) = consent
                && all.iter().flatten().any(|old| (old.topic, old.channel) == (new.topic, new.channel))
            {
                self.report(Diagnostic::new(
                    Code::DECLARED_TWICE,
                    format!("`{}` is listed twice", self.text(choice.value.span)),
                    choice.value.span,
                ));
            }
            all.push(consent);
        }
        all
    }
}

fn persona_consent(consent: Consent) -> PersonaConsent {
    PersonaConsent { chance: consent.chance, topic: consent.topic, channel: consent.channel }
}
