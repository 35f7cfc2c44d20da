//! Tests: names and types of what happens in them and of what is expected, and their form as data. They are run by another.

mod act;
mod expect;

use std::collections::BTreeMap;

use wayline_ir::{
    ConsentState, FieldId, Test, TestAction, TestClock, TestConsent, TestLine, TestMoment, TestWhen, Value,
};

use super::Checker;
use super::draw::{DrawScope, constant_of};
use super::persona::Profile;
use crate::codes::Code;
use crate::diagnostic::Diagnostic;
use crate::resolve::Decl;
use crate::source::Span;
use crate::syntax::ast;

/// The customer of a story who is not given a name.
const CUSTOMER: &str = "customer";

impl Checker<'_> {
    pub(crate) fn tests(&mut self) -> Vec<Test> {
        let names = self.names;
        let mut titles: BTreeMap<&str, Span> = BTreeMap::new();
        let mut tests = Vec::with_capacity(names.tests.len());
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
            tests.push(self.test(decl));
        }
        tests
    }

    fn test(&mut self, decl: &Decl<'_, ast::Test>) -> Test {
        let ast = decl.ast;
        let first = ast.lines.iter().position(|line| matches!(line.action, ast::TestAction::Customer(_)));
        if first.is_none() {
            // Without a block the customer has nothing but defaults.
            let what = "the customer of this test";
            let _ = self.whole_profile(&mut DrawScope::test(), None, decl.item, ast.title.span, what);
        }
        let mut lines = Vec::with_capacity(ast.lines.len());
        let mut expects = false;
        for (index, line) in ast.lines.iter().enumerate() {
            expects |= matches!(line.action, ast::TestAction::Expect(_));
            let when = when(line.when.as_ref());
            let action = match &line.action {
                ast::TestAction::Customer(record) => self.test_customer(decl, record, first == Some(index)),
                action => self.test_action(action),
            };
            lines.extend(action.map(|action| TestLine {
                place: self.place(line.span),
                when,
                customer: 0,
                action,
            }));
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
        Test {
            title: ast.title.value.to_string(),
            case: None,
            place: self.place(decl.item.span),
            customers: vec![CUSTOMER.to_owned()],
            lines,
        }
    }

    /// The first block makes the customer; later ones change single fields.
    fn test_customer(
        &mut self,
        decl: &Decl<'_, ast::Test>,
        record: &ast::GenRecord,
        made_here: bool,
    ) -> Option<TestAction> {
        let at = &mut DrawScope::test();
        let profile = if made_here {
            let what = "the customer of this test";
            self.whole_profile(at, Some(record), decl.item, record.span, what)
        } else {
            self.profile(at, record).0
        };
        let Profile { fields, consents } = profile?;
        let change = |(field, draw)| Some((field, constant_of(draw)?));
        let changes = fields.into_iter().map(change).collect::<Option<Vec<(FieldId, Value)>>>()?;
        let consents = consents.into_iter().map(|consent| TestConsent {
            topic: consent.topic,
            channel: consent.channel,
            state: ConsentState::Confirmed,
        });
        Some(TestAction::Customer { changes, consents: consents.collect(), dated: None })
    }
}

/// When a line happens.
fn when(when: Option<&ast::TestWhen>) -> TestWhen {
    match when {
        None => TestWhen::Same,
        Some(ast::TestWhen::At(local)) => TestWhen::At(moment(local)),
        Some(ast::TestWhen::After(duration)) => TestWhen::After(duration.value),
    }
}

fn moment(local: &ast::DateTime) -> TestMoment {
    TestMoment { date: local.value.date, time: local.value.time, clock: TestClock::Workspace }
}
