//! What a test expects.

use std::sync::Arc;

use wayline_ir::{By, Expr, JourneyId, MessageId, PartKind, Program, RuleId, SlotId, TestExpect, Type};

use super::moment;
use crate::check::Checker;
use crate::check::draw::DrawScope;
use crate::check::messages::part_kind;
use crate::check::scope::{Means, Scope};
use crate::codes::Code;
use crate::diagnostic::{Applicability, Diagnostic};
use crate::resolve::Kind;
use crate::suggest;
use crate::syntax::ast::{Expect, Name};

impl Checker<'_> {
    pub(super) fn expectation(&mut self, expect: &Expect) -> Option<TestExpect> {
        Some(match expect {
            Expect::NoMoreSends => TestExpect::NoMoreSends,
            Expect::Send { message, filter } => {
                let message = self.test_message(message)?;
                let (mut scope, parts) = self.parts_of(message);
                let filter = match filter {
                    Some(filter) => Some(self.condition(&mut scope, filter)?),
                    None => None,
                };
                TestExpect::Send { message, filter, parts }
            }
            Expect::NoSend(message) => TestExpect::NoSend(Some(self.test_message(message)?)),
            Expect::Held { message, by, until } => {
                let (message, by) = self.kept_back(message, by.as_ref())?;
                TestExpect::Held { message, by, until: until.as_ref().map(moment) }
            }
            Expect::Dropped { message, by } => {
                let (message, by) = self.kept_back(message, by.as_ref())?;
                TestExpect::Dropped { message, by }
            }
            Expect::Entered(journey) => TestExpect::Entered(self.test_journey(journey)?),
            Expect::NotEntered(journey) => {
                TestExpect::NotEntered { journey: self.test_journey(journey)?, by: None }
            }
            Expect::Left { journey, reason } => {
                let words = reason.as_ref().map(|words| words.value.to_string());
                TestExpect::Left { journey: self.test_journey(journey)?, words, by: None }
            }
            Expect::Goal(journey) => TestExpect::Goal(self.test_journey(journey)?),
            Expect::NoGoal(journey) => TestExpect::NoGoal(self.test_journey(journey)?),
            Expect::That(condition) => {
                TestExpect::That(self.condition(&mut DrawScope::test().scope, condition)?)
            }
        })
    }

    fn test_journey(&mut self, name: &Name) -> Option<JourneyId> {
        self.named(Kind::Journey, name).map(JourneyId::at)
    }

    /// The texts of a message by the names of its parts: the first is slot 0.
    fn parts_of(&self, message: MessageId) -> (Scope, Vec<PartKind>) {
        let mut scope = DrawScope::test().scope;
        let mut kinds = Vec::new();
        let Some(decl) = self.names.messages.get(message.index()) else { return (scope, kinds) };
        let parts = decl.ast.parts.iter().chain(decl.ast.locales.iter().flat_map(|locale| &locale.parts));
        for part in parts {
            let word = part.kind.value.word();
            if scope.local(word).is_none() {
                let expr = Expr::Slot(SlotId::at(kinds.len()));
                scope
                    .bind(&Arc::from(word), Means::Value { expr, ty: Arc::new(Type::Text), optional: false });
                kinds.push(part_kind(part.kind.value));
            }
        }
        (scope, kinds)
    }

    fn kept_back(&mut self, message: &Name, by: Option<&Name>) -> Option<(MessageId, Option<By>)> {
        let message = self.test_message(message);
        let by = match by {
            Some(by) => Some(self.rule_or_reason(by)?),
            None => None,
        };
        Some((message?, by))
    }

    /// What held or dropped a message: a suppression rule, or one of the reasons the language knows.
    fn rule_or_reason(&mut self, name: &Name) -> Option<By> {
        let word = name.as_str();
        if let Some(rule) = self.names.get(Kind::Rule, word) {
            return Some(By::Rule(RuleId::at(rule)));
        }
        if Program::REASONS.contains(&word) {
            return Some(By::Reason(word.to_owned()));
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
