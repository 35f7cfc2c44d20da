//! Tests: names and types of what happens in them and of what is expected. They are run by another.

use std::collections::BTreeMap;
use std::sync::Arc;

use wayline_ir::{Expr, MessageId, Program, SlotId, Type};

use super::Checker;
use super::draw::DrawScope;
use super::expr::as_constant;
use super::scope::{Means, Scope};
use crate::codes::Code;
use crate::diagnostic::{Applicability, Diagnostic};
use crate::resolve::{Decl, Kind};
use crate::source::Span;
use crate::suggest;
use crate::syntax::ast::{self, Expect, ExprKind, GenRecord, Name, Reaction, TestAction};

impl Checker<'_> {
    pub(crate) fn tests(&mut self) {
        let names = self.names;
        let mut titles: BTreeMap<&str, Span> = BTreeMap::new();
        for decl in &names.tests {
            let title = &decl.ast.title;
            if let Some(first) = titles.get(title.as_str()) {
                self.report(
                    Diagnostic::new(Code::DECLARED_TWICE, "two tests have the same title", title.span)
                        .label("again here")
                        .also(*first, "first here")
                        .help("say what is different about this one"),
                );
            } else {
                titles.insert(title.as_str(), title.span);
            }
            self.test(decl);
        }
    }

    fn test(&mut self, decl: &Decl<'_, ast::Test>) {
        let ast = decl.ast;
        let customer = ast.lines.iter().find_map(|line| match &line.action {
            TestAction::Customer(record) => Some(record),
            _ => None,
        });
        // The first block makes the customer; later ones change single fields.
        let _ = self.whole_profile(
            &mut DrawScope::test(),
            customer,
            decl.item,
            ast.title.span,
            "the customer of this test",
        );
        let mut made = false;
        let mut expects = false;
        for line in &ast.lines {
            match &line.action {
                TestAction::Customer(_) if !made => made = true,
                TestAction::Customer(record) => {
                    let _ = self.profile(&mut DrawScope::test(), record);
                }
                TestAction::Expect(expect) => {
                    expects = true;
                    let _ = self.expectation(expect);
                }
                action => {
                    let _ = self.test_action(action);
                }
            }
        }
        if !expects && !decl.item.broken {
            self.report(
                Diagnostic::new(
                    Code::TEST_EXPECTS_NOTHING,
                    "this test expects nothing, so it cannot fail",
                    ast.title.span,
                )
                .help("add a line such as `expect send MESSAGE` or `expect no more sends`"),
            );
        }
    }

    fn test_action(&mut self, action: &TestAction) -> Option<()> {
        let mut scope = DrawScope::test().scope;
        match action {
            TestAction::Event { name, payload } => self.test_event(name, payload),
            TestAction::React { reaction, message } => {
                let id = self.test_message(message)?;
                self.possible_reaction(id, reaction.value, reaction.span.to(message.span))
            }
            TestAction::Answer { message, value } => {
                let id = self.test_message(message)?;
                self.possible_reaction(id, Reaction::Answered, message.span)?;
                let field = self.answer_field(id);
                self.drawn_value(&mut DrawScope::test(), value, &field).map(|_| ())
            }
            TestAction::Fails(message) => {
                let id = self.test_message(message)?;
                self.possible_reaction(id, Reaction::Failed, message.span)
            }
            TestAction::Call { service, action, returns } => {
                self.test_call(service, action, returns.as_ref())
            }
            TestAction::Enter(invoke) => {
                let journey = self.named(Kind::Journey, &invoke.name)?;
                self.by_hand(journey, &invoke.name);
                let params = self.journey_params.get(journey).cloned()?;
                let what = format!("journey `{}`", invoke.name.text);
                let args = self.arguments(&mut scope, invoke, &params, &what)?;
                args.iter().zip(&invoke.args).try_for_each(|(expr, arg)| self.test_constant(expr, arg.span))
            }
            TestAction::Customer(_) | TestAction::Expect(_) => None,
        }
    }

    fn test_event(&mut self, name: &Name, payload: &GenRecord) -> Option<()> {
        let event = self.event(name)?;
        let fields = self.program.events.get(event.index())?.fields.clone();
        let what = format!("event `{}`", name.text);
        self.drawn_record(&mut DrawScope::test(), payload, &fields, &what).map(|_| ())
    }

    fn test_call(&mut self, service: &Name, action: &Name, returns: Option<&ast::Expr>) -> Option<()> {
        let (service_id, action_id) = self.service_action(service, action)?;
        let Some(returns) = returns else { return Some(()) };
        let ExprKind::Record(entries) = &returns.kind else { return None };
        let actions = &self.program.services.get(service_id.index())?.actions;
        let response = actions.get(action_id.index())?.response.clone();
        let what = format!("the answer of `{}.{}`", service.text, action.text);
        let mut scope = DrawScope::test().scope;
        let values = self.record(&mut scope, entries, returns.span, &response, &what)?;
        values.iter().try_for_each(|expr| self.test_constant(expr, returns.span))
    }

    fn test_constant(&mut self, expr: &Expr, span: Span) -> Option<()> {
        if as_constant(expr).is_some() {
            return Some(());
        }
        self.report(
            Diagnostic::new(Code::NOT_CONSTANT, "a fixed value is wanted here", span)
                .note("a test tells one story, the same every time")
                .help("write the value itself"),
        );
        None
    }

    fn test_message(&mut self, name: &Name) -> Option<MessageId> {
        self.named(Kind::Message, name).map(MessageId::at)
    }

    fn expectation(&mut self, expect: &Expect) -> Option<()> {
        match expect {
            Expect::NoMoreSends => Some(()),
            Expect::Send { message, filter } => {
                let id = self.test_message(message)?;
                let Some(filter) = filter else { return Some(()) };
                let mut scope = self.parts_of(id);
                self.condition(&mut scope, filter).map(|_| ())
            }
            Expect::NoSend(message) => self.test_message(message).map(|_| ()),
            Expect::Held { message, by, until: _ } | Expect::Dropped { message, by } => {
                let id = self.test_message(message);
                by.as_ref().map_or(Some(()), |by| self.rule_or_reason(by))?;
                id.map(|_| ())
            }
            Expect::Entered(journey)
            | Expect::NotEntered(journey)
            | Expect::Left { journey, reason: _ }
            | Expect::Goal(journey)
            | Expect::NoGoal(journey) => self.named(Kind::Journey, journey).map(|_| ()),
            Expect::That(condition) => self.condition(&mut DrawScope::test().scope, condition).map(|_| ()),
        }
    }

    /// The texts of a message by the names of its parts.
    fn parts_of(&self, message: MessageId) -> Scope {
        let mut scope = DrawScope::test().scope;
        let Some(decl) = self.names.messages.get(message.index()) else { return scope };
        let parts = decl.ast.parts.iter().chain(decl.ast.locales.iter().flat_map(|locale| &locale.parts));
        for part in parts {
            let word = part.kind.value.word();
            if scope.local(word).is_none() {
                // Nothing reads the slot: the one who runs the test reads the text that was sent.
                let expr = Expr::Slot(SlotId::at(scope.locals.len()));
                scope
                    .bind(&Arc::from(word), Means::Value { expr, ty: Arc::new(Type::Text), optional: false });
            }
        }
        scope
    }

    /// What held or dropped a message: a suppression rule, or one of the reasons the language knows.
    fn rule_or_reason(&mut self, name: &Name) -> Option<()> {
        let word = name.as_str();
        if self.names.get(Kind::Rule, word).is_some() || Program::REASONS.contains(&word) {
            return Some(());
        }
        let known = || self.names.of_kind(Kind::Rule).chain(Program::REASONS);
        let message = format!("there is no suppression rule or reason `{word}`");
        let finding = Diagnostic::new(Code::UNKNOWN_RULE, message, name.span);
        let finding = match suggest::closest(word, known()) {
            Some(near) => finding.help(format!("did you mean `{near}`?")).replace(
                Applicability::Safe,
                name.span,
                near,
                format!("write `{near}`"),
            ),
            None => finding.help(format!(
                "what can hold or drop a message is {}",
                known().collect::<Vec<_>>().join(", ")
            )),
        };
        self.report(finding);
        None
    }
}
