//! What happens in a test.

use wayline_ir::{
    ConsentState, Expr, FieldId, JourneyId, MessageId, TestAction, TestConsent, TestMoment, Value,
};

use super::{CUSTOMER, Story};
use crate::check::Checker;
use crate::check::channels::reaction_kind;
use crate::check::draw::{DrawScope, constant_of};
use crate::check::expr::as_constant;
use crate::check::persona::Profile;
use crate::codes::Code;
use crate::diagnostic::Diagnostic;
use crate::resolve::Kind;
use crate::source::Span;
use crate::suggest;
use crate::syntax::ast::{self, CallAnswer, ExprKind, GenRecord, Name, Reaction};

impl Checker<'_> {
    /// Says so when a block without a name would make one more customer beside those that have names.
    fn whose(&mut self, story: &Story<'_>, name: Option<&Name>, span: Span) {
        let known = story.customers.iter().map(|person| person.name.as_str());
        if name.is_some() || story.customers.is_empty() || known.clone().any(|known| known == CUSTOMER) {
            return;
        }
        let finding = Diagnostic::new(Code::TEST_ORDER, "it is not clear which customer this is", span);
        self.report(
            finding.help(format!("write the name: `customer NAME {{ … }}`, one of {}", suggest::list(known))),
        );
    }

    /// The first block of each customer makes them; later ones change single fields.
    pub(super) fn test_customer(
        &mut self,
        story: &mut Story<'_>,
        name: Option<&Name>,
        record: &GenRecord,
        dated: Option<&ast::Moment>,
    ) -> Option<TestAction> {
        self.whose(story, name, record.span);
        let person = story.person(name.map_or(CUSTOMER, Name::as_str));
        story.current = Some(person);
        let made = story.customers.get_mut(person).map(|person| std::mem::replace(&mut person.made, true));
        let dated = self.dated(story, dated);
        let at = &mut DrawScope::test();
        let profile = if made == Some(false) {
            let what = match name {
                Some(name) => format!("customer `{}`", name.text),
                None => "the customer of this test".to_owned(),
            };
            self.whole_profile(at, Some(record), story.decl.item, record.span, &what)
        } else {
            self.profile(at, record).0
        };
        let Profile { fields, consents } = profile?;
        let change = |(field, draw)| Some((field, constant_of(draw)?));
        let changes = fields.into_iter().map(change).collect::<Option<Vec<(FieldId, Value)>>>()?;
        let consents = consents.into_iter().map(|consent| TestConsent {
            topic: consent.topic,
            channel: consent.channel,
            state: match consent.state {
                ast::ConsentState::Confirmed => ConsentState::Confirmed,
                ast::ConsentState::Unconfirmed => ConsentState::Unconfirmed,
                ast::ConsentState::Withdrawn => ConsentState::Withdrawn,
            },
        });
        Some(TestAction::Customer { changes, consents: consents.collect(), dated: dated? })
    }

    pub(super) fn happening_in_test(
        &mut self,
        story: &Story<'_>,
        action: &ast::TestAction,
    ) -> Option<TestAction> {
        match action {
            ast::TestAction::Event { name, payload, id, dated } => {
                let dated = self.dated(story, dated.as_ref());
                self.test_event(name, payload, id.as_ref(), dated)
            }
            ast::TestAction::React { reaction, message, dated } => {
                let dated = self.dated(story, dated.as_ref());
                let id = self.test_message(message)?;
                self.possible_reaction(id, reaction.value, reaction.span.to(message.span))?;
                let kind = reaction_kind(reaction.value);
                Some(TestAction::Reaction { message: id, kind, value: Value::Missing, dated: dated? })
            }
            ast::TestAction::Answer { message, value, dated } => {
                let dated = self.dated(story, dated.as_ref());
                let id = self.test_message(message)?;
                self.possible_reaction(id, Reaction::Answered, message.span)?;
                let field = self.answer_field(id);
                let value = constant_of(self.drawn_value(&mut DrawScope::test(), value, &field)?)?;
                let kind = reaction_kind(Reaction::Answered);
                Some(TestAction::Reaction { message: id, kind, value, dated: dated? })
            }
            ast::TestAction::Accepts { message, taking } => {
                let after = self.taking(story, taking.as_ref());
                let message = self.test_message(message)?;
                Some(TestAction::Provider { message, refusal: None, after: after? })
            }
            ast::TestAction::Fails { message, words, taking } => {
                let after = self.taking(story, taking.as_ref());
                let id = self.test_message(message)?;
                self.possible_reaction(id, Reaction::Failed, message.span)?;
                let refusal = words.as_ref().map_or_else(String::new, |words| words.value.to_string());
                Some(TestAction::Provider { message: id, refusal: Some(refusal), after: after? })
            }
            ast::TestAction::Call { service, action, answer, taking } => {
                let after = self.taking(story, taking.as_ref());
                let (service_id, action_id) = self.service_action(service, action)?;
                let (returns, failure) = match answer {
                    CallAnswer::Returns(returns) => {
                        let what = format!("the answer of `{}.{}`", service.text, action.text);
                        let actions = &self.program.services.get(service_id.index())?.actions;
                        let response = actions.get(action_id.index())?.response.clone();
                        (Some(self.test_record(returns, &response, &what)?), None)
                    }
                    CallAnswer::Fails(words) => (None, words.as_ref().map(|words| words.value.to_string())),
                };
                Some(TestAction::Service {
                    service: service_id,
                    action: action_id,
                    returns,
                    failure,
                    after: after?,
                })
            }
            ast::TestAction::Enter(invoke) => self.test_enter(invoke),
            ast::TestAction::Pause(journey) => self.test_journey(journey).map(TestAction::Pause),
            ast::TestAction::Resume(journey) => self.test_journey(journey).map(TestAction::Resume),
            ast::TestAction::Down(length) => {
                let length = self.test_length(story, length)?;
                self.some_time(&length)?;
                Some(TestAction::Down(length.value))
            }
            ast::TestAction::Deploy { moving } => {
                let moving: Vec<Option<JourneyId>> =
                    moving.iter().map(|journey| self.test_journey(journey)).collect();
                Some(TestAction::Deploy { moving: moving.into_iter().collect::<Option<_>>()? })
            }
            ast::TestAction::Customer { .. } | ast::TestAction::Falls(_) | ast::TestAction::Expect(_) => None,
        }
    }

    fn test_event(
        &mut self,
        name: &Name,
        payload: &GenRecord,
        id: Option<&ast::Text>,
        dated: Option<Option<TestMoment>>,
    ) -> Option<TestAction> {
        let event = self.event(name)?;
        let fields = self.program.events.get(event.index())?.fields.clone();
        let what = format!("event `{}`", name.text);
        let values = self.drawn_record(&mut DrawScope::test(), payload, &fields, &what)?;
        let values = values.into_iter().map(constant_of).collect::<Option<Vec<_>>>()?;
        let id = id.map(|id| id.value.to_string());
        Some(TestAction::Event { event, data: Value::Record(values.into()), id, dated: dated? })
    }

    fn test_record(&mut self, record: &ast::Expr, fields: &[wayline_ir::Field], what: &str) -> Option<Value> {
        let ExprKind::Record(entries) = &record.kind else { return None };
        let mut scope = DrawScope::test().scope;
        let values = self.record(&mut scope, entries, record.span, fields, what)?;
        let values = self.test_constants(values.iter().map(|value| (value, record.span)))?;
        Some(Value::Record(values.into()))
    }

    fn test_enter(&mut self, invoke: &ast::Invoke) -> Option<TestAction> {
        let journey = self.named(Kind::Journey, &invoke.name)?;
        self.by_hand(journey, &invoke.name);
        let params = self.journey_params.get(journey).cloned()?;
        let what = format!("journey `{}`", invoke.name.text);
        let mut scope = DrawScope::test().scope;
        let args = self.arguments(&mut scope, invoke, &params, &what)?;
        let spans = invoke.args.iter().map(|arg| arg.span);
        let args = self.test_constants(args.iter().zip(spans))?;
        Some(TestAction::Enter { journey: JourneyId::at(journey), args })
    }

    fn test_constants<'e>(&mut self, exprs: impl Iterator<Item = (&'e Expr, Span)>) -> Option<Vec<Value>> {
        exprs.map(|(expr, span)| self.test_constant(expr, span)).collect()
    }

    fn test_constant(&mut self, expr: &Expr, span: Span) -> Option<Value> {
        let value = as_constant(expr);
        if value.is_none() {
            self.report(
                Diagnostic::new(Code::NOT_CONSTANT, "a fixed value is wanted here", span)
                    .note("a test tells one story, the same every time")
                    .help("write the value itself"),
            );
        }
        value
    }

    pub(super) fn test_message(&mut self, name: &Name) -> Option<MessageId> {
        self.named(Kind::Message, name).map(MessageId::at)
    }

    pub(super) fn test_journey(&mut self, name: &Name) -> Option<JourneyId> {
        self.named(Kind::Journey, name).map(JourneyId::at)
    }
}
