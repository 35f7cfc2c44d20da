//! What happens in a test.

use wayline_ir::{Expr, JourneyId, MessageId, TestAction, Value};

use crate::check::Checker;
use crate::check::channels::reaction_kind;
use crate::check::draw::{DrawScope, constant_of};
use crate::check::expr::as_constant;
use crate::codes::Code;
use crate::diagnostic::Diagnostic;
use crate::resolve::Kind;
use crate::source::Span;
use crate::syntax::ast::{self, ExprKind, GenRecord, Name, Reaction};

impl Checker<'_> {
    pub(super) fn test_action(&mut self, action: &ast::TestAction) -> Option<TestAction> {
        match action {
            ast::TestAction::Event { name, payload } => self.test_event(name, payload),
            ast::TestAction::React { reaction, message } => {
                let id = self.test_message(message)?;
                self.possible_reaction(id, reaction.value, reaction.span.to(message.span))?;
                let kind = reaction_kind(reaction.value);
                Some(TestAction::Reaction { message: id, kind, value: Value::Missing, dated: None })
            }
            ast::TestAction::Answer { message, value } => {
                let id = self.test_message(message)?;
                self.possible_reaction(id, Reaction::Answered, message.span)?;
                let field = self.answer_field(id);
                let value = constant_of(self.drawn_value(&mut DrawScope::test(), value, &field)?)?;
                let kind = reaction_kind(Reaction::Answered);
                Some(TestAction::Reaction { message: id, kind, value, dated: None })
            }
            ast::TestAction::Fails(message) => {
                let id = self.test_message(message)?;
                self.possible_reaction(id, Reaction::Failed, message.span)?;
                Some(TestAction::Provider { message: id, refusal: Some(String::new()), after: None })
            }
            ast::TestAction::Call { service, action, returns } => {
                self.test_call(service, action, returns.as_ref())
            }
            ast::TestAction::Enter(invoke) => self.test_enter(invoke),
            ast::TestAction::Expect(expect) => self.expectation(expect).map(TestAction::Expect),
            ast::TestAction::Customer(_) => None,
        }
    }

    fn test_event(&mut self, name: &Name, payload: &GenRecord) -> Option<TestAction> {
        let event = self.event(name)?;
        let fields = self.program.events.get(event.index())?.fields.clone();
        let what = format!("event `{}`", name.text);
        let values = self.drawn_record(&mut DrawScope::test(), payload, &fields, &what)?;
        let values = values.into_iter().map(constant_of).collect::<Option<Vec<_>>>()?;
        Some(TestAction::Event { event, data: Value::Record(values.into()), id: None, dated: None })
    }

    fn test_call(
        &mut self,
        service: &Name,
        action: &Name,
        returns: Option<&ast::Expr>,
    ) -> Option<TestAction> {
        let (service_id, action_id) = self.service_action(service, action)?;
        let answer = |returns, failure| TestAction::Service {
            service: service_id,
            action: action_id,
            returns,
            failure,
            after: None,
        };
        let Some(returns) = returns else { return Some(answer(None, None)) };
        let ExprKind::Record(entries) = &returns.kind else { return None };
        let actions = &self.program.services.get(service_id.index())?.actions;
        let response = actions.get(action_id.index())?.response.clone();
        let what = format!("the answer of `{}.{}`", service.text, action.text);
        let mut scope = DrawScope::test().scope;
        let values = self.record(&mut scope, entries, returns.span, &response, &what)?;
        let values = self.test_constants(values.iter().map(|value| (value, returns.span)))?;
        Some(answer(Some(Value::Record(values.into())), None))
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
}
