//! What a test expects.

use std::sync::Arc;

use wayline_ir::{
    By, Expr, JourneyId, MessageId, PartKind, Program, RuleId, SlotId, StepKind, TestExpect, Type,
};

use super::Story;
use crate::check::Checker;
use crate::check::draw::DrawScope;
use crate::check::messages::part_kind;
use crate::check::scope::{ItemScope, Means, Scope};
use crate::codes::Code;
use crate::diagnostic::{Applicability, Diagnostic};
use crate::resolve::Kind;
use crate::suggest;
use crate::syntax::ast::{self, Expect, Name};

/// Why an entry is refused, as the decision log says it.
const REFUSED: [&str; 7] =
    ["only_if", "no_key", "already_running", "only_once", "again_too_soon", "holdout", "daily_limit"];

/// Why a run ends, as the decision log says it.
const ENDED: [&str; 7] =
    ["completed", "exit_step", "leave_rule", "goal_reached", "restarted", "stopped", "fault"];

impl Checker<'_> {
    pub(super) fn expectation(&mut self, story: &Story<'_>, expect: &Expect) -> Option<TestExpect> {
        Some(match expect {
            Expect::NoMoreSends => TestExpect::NoMoreSends,
            Expect::NoSends => TestExpect::NoSend(None),
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
                let until = self.dated(story, until.as_ref());
                let (message, by) = self.kept_back(message, by.as_ref())?;
                TestExpect::Held { message, by, until: until? }
            }
            Expect::Dropped { message, by } => {
                let (message, by) = self.kept_back(message, by.as_ref())?;
                TestExpect::Dropped { message, by }
            }
            Expect::Entered(journey) => TestExpect::Entered(self.test_journey(journey)?),
            Expect::NotEntered { journey, by } => {
                let by = self.reason(by.as_ref(), &REFUSED, "refuse an entry");
                TestExpect::NotEntered { journey: self.test_journey(journey)?, by: by? }
            }
            Expect::Left { journey, words, by } => {
                let by = self.reason(by.as_ref(), &ENDED, "end a run");
                let id = self.test_journey(journey)?;
                if let Some(words) = words {
                    self.exit_words(id, journey, words)?;
                }
                let words = words.as_ref().map(|words| words.value.to_string());
                TestExpect::Left { journey: id, words, by: by? }
            }
            Expect::NotLeft(journey) => TestExpect::NotLeft(self.test_journey(journey)?),
            Expect::Goal(journey) => TestExpect::Goal(self.test_journey(journey)?),
            Expect::NoGoal(journey) => TestExpect::NoGoal(self.test_journey(journey)?),
            Expect::Call { service, action, filter } => {
                let (service, action) = self.service_action(service, action)?;
                let actions = &self.program.services.get(service.index())?.actions;
                let request = actions.get(action.index())?.request.clone();
                let item = ItemScope { names: Vec::new(), ty: Arc::new(Type::Record(request)) };
                let filter = self.filter(&mut DrawScope::test().scope, item, filter.as_ref())?;
                TestExpect::Call { service, action, filter }
            }
            Expect::NoCall { service, action } => {
                let (service, action) = self.service_action(service, action)?;
                TestExpect::NoCall { service, action }
            }
            Expect::That(condition) => {
                TestExpect::That(self.condition(&mut DrawScope::test().scope, condition)?)
            }
        })
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
        let known = self.names.of_kind(Kind::Rule).chain(Program::REASONS);
        let known: Vec<&str> = known.collect();
        let finding = Diagnostic::new(
            Code::UNKNOWN_RULE,
            format!("there is no suppression rule or reason `{word}`"),
            name.span,
        );
        self.no_reason(finding, name, &known, "what can hold or drop a message is");
        None
    }

    /// One of the reasons that the decision log gives for this.
    fn reason(&mut self, name: Option<&Name>, known: &[&str], of: &str) -> Option<Option<By>> {
        let Some(name) = name else { return Some(None) };
        if known.contains(&name.as_str()) {
            return Some(Some(By::Reason(name.text.to_string())));
        }
        let message = format!("there is no reason `{}`", name.text);
        let finding = Diagnostic::new(Code::UNKNOWN_REASON, message, name.span);
        self.no_reason(finding, name, known, &format!("what can {of} is"));
        None
    }

    fn no_reason(&mut self, finding: Diagnostic, name: &Name, known: &[&str], help: &str) {
        self.report(match suggest::closest(name.as_str(), known.iter().copied()) {
            Some(near) => finding.help(format!("did you mean `{near}`?")).replace(
                Applicability::Safe,
                name.span,
                near,
                format!("write `{near}`"),
            ),
            None => finding.help(format!("{help} {}", known.join(", "))),
        });
    }

    /// Says so when no `exit` of a journey gives these words.
    fn exit_words(&mut self, journey: JourneyId, name: &Name, words: &ast::Text) -> Option<()> {
        let steps = &self.program.journeys.get(journey.index())?.steps;
        let mut known: Vec<&str> = steps
            .iter()
            .filter_map(|step| match &step.kind {
                StepKind::Exit { reason } => reason.as_deref(),
                _ => None,
            })
            .collect();
        known.sort_unstable();
        known.dedup();
        if known.contains(&words.as_str()) {
            return Some(());
        }
        let message = format!("no `exit` of `{}` says this", name.text);
        let finding = Diagnostic::new(Code::UNKNOWN_REASON, message, words.span);
        let finding = match suggest::closest(words.as_str(), known.iter().copied()) {
            Some(near) => finding.help(format!("did you mean \"{near}\"?")).replace(
                Applicability::Safe,
                words.span,
                format!("\"{near}\""),
                format!("write \"{near}\""),
            ),
            None if known.is_empty() => {
                finding.help("leave the words out, or ask why the run ended: `expect left … by leave_rule`")
            }
            None => {
                let known: Vec<String> = known.iter().map(|words| format!("\"{words}\"")).collect();
                finding.help(format!("its `exit`s say {}", known.join(", ")))
            }
        };
        self.report(finding);
        None
    }
}
