//! Tests: names and types of what happens in them and of what is expected, and their form as data. They are run by another.

mod act;
mod cases;
mod clock;
mod expect;
mod falls;

use std::collections::BTreeMap;

use wayline_ir::{Test, TestAction, TestLine, TestWhen};

use self::clock::Clock;
use self::falls::Fallen;
use super::Checker;
use super::draw::DrawScope;
use crate::codes::Code;
use crate::diagnostic::Diagnostic;
use crate::resolve::Decl;
use crate::source::Span;
use crate::syntax::ast::{self, Expect, TestWhenKind};

/// The customer of a story who is not given a name.
const CUSTOMER: &str = "customer";

/// A story while it is read.
struct Story<'a> {
    decl: &'a Decl<'a, ast::Test>,
    /// The case of the table for which it is told.
    case: Option<&'a ast::Case>,
    customers: Vec<Person>,
    /// The customer named last.
    current: Option<usize>,
    /// Whether it has been said when it begins, or that this is missing.
    begun: bool,
    clock: Clock,
    fallen: Vec<Fallen>,
    /// Where the workspace takes the place of its former version.
    deployed: Option<Span>,
}

/// A customer of a story.
struct Person {
    name: String,
    /// Whether a block has said who this is.
    made: bool,
}

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
            self.expects_something(decl);
            match &decl.ast.cases {
                None => tests.push(self.story(decl, &decl.ast.lines, None)),
                Some(cases) => {
                    for (case, lines) in self.cases(decl, cases) {
                        tests.push(self.story(decl, &lines, Some(case)));
                    }
                }
            }
        }
        tests
    }

    fn expects_something(&mut self, decl: &Decl<'_, ast::Test>) {
        let expects = |line: &ast::TestLine| matches!(line.action, ast::TestAction::Expect(_));
        if decl.ast.lines.iter().any(expects) || decl.item.broken {
            return;
        }
        self.report(
            Diagnostic::new(
                Code::TEST_EXPECTS_NOTHING,
                "this test expects nothing, so it cannot fail",
                decl.ast.title.span,
            )
            .help("add a line such as `expect send MESSAGE` or `expect no more sends`"),
        );
    }

    fn story(
        &mut self,
        decl: &Decl<'_, ast::Test>,
        lines: &[ast::TestLine],
        case: Option<&ast::Case>,
    ) -> Test {
        let mut story = Story {
            decl,
            case,
            customers: Vec::new(),
            current: None,
            begun: false,
            clock: Clock::default(),
            fallen: Vec::new(),
            deployed: None,
        };
        let block = lines.iter().find_map(|line| match &line.action {
            ast::TestAction::Customer { name, .. } => Some(name),
            _ => None,
        });
        match block {
            // The lines before the block are about the same customer.
            Some(None) => story.current = Some(story.person(CUSTOMER)),
            Some(Some(_)) => {}
            None => {
                // Without a block the customer has nothing but defaults.
                let what = "the customer of this test";
                let title = decl.ast.title.span;
                let _ = self.whole_profile(&mut DrawScope::test(), None, decl.item, title, what);
                story.current = Some(story.person(CUSTOMER));
            }
        }
        let lines = lines.iter().filter_map(|line| self.test_line(&mut story, line)).collect();
        Test {
            title: decl.ast.title.value.to_string(),
            case: case.map(|case| case.name.value.to_string()),
            place: self.place(case.map_or(decl.item.span, |case| case.span)),
            customers: story.customers.into_iter().map(|person| person.name).collect(),
            lines,
        }
    }

    fn test_line(&mut self, story: &mut Story<'_>, line: &ast::TestLine) -> Option<TestLine> {
        self.in_its_place(story, line);
        let when = self.test_when(story, line);
        let action = self.test_action(story, line);
        self.somebody(story, line);
        let customer = u32::try_from(story.current.unwrap_or_default()).unwrap_or_default();
        Some(TestLine { place: self.place(line.span), when: when?, customer, action: action? })
    }

    /// Says so when a line comes before the story begins, or after that though it should not.
    fn in_its_place(&mut self, story: &mut Story<'_>, line: &ast::TestLine) {
        let starts = line.when.as_ref().is_some_and(|when| matches!(when.kind, TestWhenKind::At(_)));
        let waits = line.when.is_some() && !starts;
        let sets_up = matches!(
            line.action,
            ast::TestAction::Customer { .. }
                | ast::TestAction::Falls(_)
                | ast::TestAction::Accepts { .. }
                | ast::TestAction::Fails { .. }
                | ast::TestAction::Call { .. }
        );
        if !story.begun && !starts && (waits || !sets_up) {
            self.report(
                Diagnostic::new(Code::TEST_ORDER, "it has not been said when the story begins", line.span)
                    .note("`customer`, `falls`, and what providers and services answer may come before the first time")
                    .help("say when: `at 2026-03-07 10:00 …`"),
            );
        }
        story.begun |= starts || waits || !sets_up;
        if let (ast::TestAction::Falls(_), true) = (&line.action, story.begun) {
            self.report(
                Diagnostic::new(Code::TEST_ORDER, "the story has begun already", line.span)
                    .note("on which side a customer falls never changes")
                    .help("move it before the first time"),
            );
        }
        if let ast::TestAction::Deploy { .. } = &line.action {
            if let Some(first) = story.deployed {
                self.report(
                    Diagnostic::new(Code::TEST_ORDER, "the workspace is deployed twice", line.span)
                        .also(first, "first here")
                        .note("there is one former version, on which the story runs so far")
                        .help("keep one of them"),
                );
            }
            story.deployed = Some(line.span);
        }
    }

    /// Says so when it is not clear whom a line is about.
    fn somebody(&mut self, story: &mut Story<'_>, line: &ast::TestLine) {
        let about_nobody = matches!(
            line.action,
            ast::TestAction::Accepts { .. }
                | ast::TestAction::Fails { .. }
                | ast::TestAction::Call { .. }
                | ast::TestAction::Pause(_)
                | ast::TestAction::Resume(_)
                | ast::TestAction::Down(_)
                | ast::TestAction::Deploy { .. }
        );
        if story.current.is_some() || about_nobody {
            return;
        }
        self.report(
            Diagnostic::new(Code::TEST_ORDER, "it has not been said whom this is about", line.span)
                .help("name the customer first: move a `customer NAME { … }` before this line"),
        );
        story.current = Some(story.person(CUSTOMER));
    }

    fn test_when(&mut self, story: &mut Story<'_>, line: &ast::TestLine) -> Option<TestWhen> {
        let Some(when) = &line.when else { return Some(TestWhen::Same) };
        if let TestWhenKind::Within(_) | TestWhenKind::Before(_) = when.kind {
            self.a_stretch(when, &line.action)?;
        }
        Some(match &when.kind {
            TestWhenKind::At(moment) => {
                let at = self.test_moment(story, moment)?;
                self.clock_reaches(story, at, when.span, line.span);
                TestWhen::At(at)
            }
            TestWhenKind::Before(moment) => {
                let at = self.test_moment(story, moment)?;
                self.clock_is_before(story, at, when.span);
                TestWhen::Before(at)
            }
            TestWhenKind::After(length) => {
                let length = self.test_length(story, length)?;
                story.clock.goes_on(&length.value, when.span);
                TestWhen::After(length.value)
            }
            TestWhenKind::Within(length) => {
                let length = self.test_length(story, length)?;
                self.some_time(&length)?;
                TestWhen::Within(length.value)
            }
        })
    }

    /// Says so when `within` or `before` stands before something that is no expectation about a stretch of time.
    fn a_stretch(&mut self, when: &ast::TestWhen, action: &ast::TestAction) -> Option<()> {
        let word = match when.kind {
            TestWhenKind::Within(_) => "within",
            _ => "before",
        };
        let (message, help) = match action {
            ast::TestAction::Expect(Expect::NoMoreSends) => (
                format!("`no more sends` lasts to the end, and knows no `{word}`"),
                "write `expect no sends`, or leave the time out",
            ),
            ast::TestAction::Expect(Expect::That(_)) => (
                format!("a condition is asked at one moment, and knows no `{word}`"),
                "say when it is asked: `at …` or `after …`",
            ),
            ast::TestAction::Expect(_) => return Some(()),
            _ => (
                format!("`{word}` stands only before `expect`"),
                "a story says exactly when something happens: `at …` or `after …`",
            ),
        };
        self.report(Diagnostic::new(Code::TEST_TIME, message, when.span).help(help));
        None
    }

    fn test_action(&mut self, story: &mut Story<'_>, line: &ast::TestLine) -> Option<TestAction> {
        match &line.action {
            ast::TestAction::Customer { name, record, dated } => {
                self.test_customer(story, name.as_ref(), record, dated.as_ref())
            }
            ast::TestAction::Falls(falls) => self.falls(story, falls, line.span).map(TestAction::Falls),
            ast::TestAction::Expect(expect) => self.expectation(story, expect).map(TestAction::Expect),
            action => self.happening_in_test(story, action),
        }
    }
}

impl Story<'_> {
    /// The index of a customer, who may be new.
    fn person(&mut self, name: &str) -> usize {
        if let Some(index) = self.customers.iter().position(|person| person.name == name) {
            return index;
        }
        self.customers.push(Person { name: name.to_owned(), made: false });
        self.customers.len() - 1
    }
}
