//! Tests.

use wayline_time as time;

use super::world::verb;
use super::{Builder, Firsts};
use crate::codes::Code;
use crate::diagnostic::Diagnostic;
use crate::source::Span;
use crate::syntax::ast::{
    CallAnswer, Case, Cases, Clock, Expect, ExprKind, Falls, GenChoice, GenKind, GenRecord, Given, Length,
    Moment, Name, Spanned, Test, TestAction, TestLine, TestWhen, TestWhenKind,
};
use crate::syntax::grammar::Rule as R;
use crate::syntax::tree::Node;

impl<'t> Builder<'t, '_> {
    pub(super) fn test(&mut self, node: Node<'t>) -> Option<Test> {
        let mut test = Test { title: self.text_in(node)?, cases: None, lines: Vec::new() };
        let mut firsts = Firsts::default();
        for n in node.children() {
            match n.kind() {
                R::cases => {
                    let late = !test.lines.is_empty();
                    let cases = n.children().filter(|n| n.kind() == R::case).filter_map(|n| self.case(n));
                    let cases = Cases { cases: cases.collect(), late, span: n.span() };
                    self.once(&mut test.cases, Some(cases), n, &mut firsts);
                }
                R::test_line => test.lines.extend(self.test_line(n)),
                _ => {}
            }
        }
        Some(test)
    }

    fn case(&mut self, node: Node<'t>) -> Option<Case> {
        let record = self.record_in(node)?;
        let ExprKind::Record(values) = record.kind else { return None };
        Some(Case { name: self.text_in(node)?, values, span: node.span() })
    }

    fn test_line(&mut self, node: Node<'t>) -> Option<TestLine> {
        let (mut when, mut action) = (None, None);
        for n in node.children() {
            let kind = match n.kind() {
                R::test_at => TestWhenKind::At(self.moment_in(n)?),
                R::test_after => TestWhenKind::After(self.length_in(n)?),
                R::test_before => TestWhenKind::Before(self.moment_in(n)?),
                R::test_within => TestWhenKind::Within(self.length_in(n)?),
                _ => {
                    action = Some(self.test_action(n)?);
                    continue;
                }
            };
            when = Some(TestWhen { kind, span: n.span() });
        }
        Some(TestLine { when, action: action?, span: node.span() })
    }

    fn moment_in(&mut self, node: Node<'t>) -> Option<Moment> {
        let node = node.child(R::moment)?;
        let at = match node.child(R::given) {
            Some(given) => Given::Named(self.given(given)?),
            None => Given::Fixed(self.datetime_in(node)?),
        };
        let clock =
            node.child(R::on_clock).map(|clock| self.text_in(clock).map_or(Clock::Local, Clock::Zone));
        Some(Moment { at, clock, span: node.span() })
    }

    fn length_in(&mut self, node: Node<'t>) -> Option<Length> {
        let node = node.child(R::length)?;
        Some(match node.child(R::given) {
            Some(given) => Given::Named(self.given(given)?),
            None => Given::<time::Span>::Fixed(self.duration_in(node)?),
        })
    }

    fn given(&self, node: Node<'t>) -> Option<Name> {
        node.child(R::word).map(|word| self.name(word))
    }

    fn dated_in(&mut self, node: Node<'t>) -> Option<Moment> {
        node.child(R::test_dated).and_then(|n| self.moment_in(n))
    }

    fn taking_in(&mut self, node: Node<'t>) -> Option<Length> {
        node.child(R::test_taking).and_then(|n| self.length_in(n))
    }

    /// The name after a dot.
    fn word_in(&self, node: Node<'t>) -> Option<Name> {
        node.child(R::word).map(|word| self.name(word))
    }

    fn test_action(&mut self, node: Node<'t>) -> Option<TestAction> {
        Some(match node.kind() {
            R::test_customer => TestAction::Customer {
                name: self.name_in(node),
                record: self.exact_record(node)?,
                dated: self.dated_in(node),
            },
            R::test_event => self.test_event(node)?,
            R::test_reaction => {
                let word = node.child(R::verb)?;
                let reaction = Spanned { value: verb(self.slice(word)), span: word.span() };
                TestAction::React { reaction, message: self.name_in(node)?, dated: self.dated_in(node) }
            }
            R::test_answers => TestAction::Answer {
                message: self.name_in(node)?,
                value: self.flat_value(node)?,
                dated: self.dated_in(node),
            },
            R::test_accepts => {
                TestAction::Accepts { message: self.name_in(node)?, taking: self.taking_in(node) }
            }
            R::test_fails => TestAction::Fails {
                message: self.name_in(node)?,
                words: self.text_in(node),
                taking: self.taking_in(node),
            },
            R::test_call => TestAction::Call {
                service: self.name_in(node)?,
                action: self.word_in(node)?,
                answer: match node.child(R::test_returns) {
                    Some(returns) => CallAnswer::Returns(self.record_in(returns)?),
                    None => CallAnswer::Fails(self.text_in(node.child(R::test_refuses)?)),
                },
                taking: self.taking_in(node),
            },
            R::test_enter => TestAction::Enter(self.invoke_in(node)?),
            R::test_pause => TestAction::Pause(self.name_in(node)?),
            R::test_resume => TestAction::Resume(self.name_in(node)?),
            R::test_down => TestAction::Down(self.length_in(node)?),
            R::test_deploy => TestAction::Deploy { moving: self.names_in(node) },
            R::test_falls => TestAction::Falls(self.falls(node)?),
            R::expect => TestAction::Expect(self.expect(node.children().nth(1)?)?),
            _ => return None,
        })
    }

    fn test_event(&mut self, node: Node<'t>) -> Option<TestAction> {
        let (mut id, mut dated, mut firsts) = (None, None, Firsts::default());
        for n in node.children() {
            match n.kind() {
                R::test_id => {
                    let text = self.text_in(n);
                    self.once(&mut id, text, n, &mut firsts);
                }
                R::test_dated => {
                    let moment = self.moment_in(n);
                    self.once(&mut dated, moment, n, &mut firsts);
                }
                _ => {}
            }
        }
        Some(TestAction::Event { name: self.name_in(node)?, payload: self.exact_record(node)?, id, dated })
    }

    fn falls(&mut self, node: Node<'t>) -> Option<Falls> {
        let node = node.children().last()?;
        Some(match node.kind() {
            R::into_holdout => Falls::Holdout(self.name_in(node)?),
            R::into_arm => {
                let mut names = self.names_in(node).into_iter();
                Falls::Arm { arm: names.next()?, experiment: names.next()? }
            }
            kind => Falls::Bucket {
                inside: kind == R::in_bucket,
                share: self.share_in(node)?,
                name: self.text_in(node)?,
            },
        })
    }

    /// A record whose values are not left to chance.
    fn exact_record(&mut self, node: Node<'t>) -> Option<GenRecord> {
        let record = self.gen_record_in(node)?;
        self.no_chance(&record);
        Some(record)
    }

    fn no_chance(&mut self, record: &GenRecord) {
        for choice in record.entries.iter().flat_map(|entry| &entry.choices) {
            self.exact(choice);
        }
    }

    fn exact(&mut self, choice: &GenChoice) {
        let chance: Option<Span> = match &choice.value.kind {
            GenKind::Unique(_) | GenKind::OneOf(_) | GenKind::Distribution(_) => Some(choice.value.span),
            GenKind::List(choices) => {
                choices.iter().for_each(|choice| self.exact(choice));
                None
            }
            GenKind::Record(record) => {
                self.no_chance(record);
                None
            }
            GenKind::Expr(_) | GenKind::Consent { .. } | GenKind::Missing => None,
        };
        if let Some(span) = choice.share.map(|share| share.span).or(chance) {
            self.report(
                Diagnostic::new(Code::CHANCE_IN_TEST, "a test has no place for chance", span)
                    .note("one test tells one story, the same every time")
                    .help("write one value; values left to chance belong in a `persona`"),
            );
        }
    }

    fn expect(&mut self, node: Node<'t>) -> Option<Expect> {
        // The names before and after `by`.
        let mut names = self.names_in(node).into_iter();
        let (first, second) = (names.next(), names.next());
        Some(match node.kind() {
            R::expect_no_more => Expect::NoMoreSends,
            R::expect_no_sends => Expect::NoSends,
            R::expect_no_send => Expect::NoSend(first?),
            R::expect_no_goal => Expect::NoGoal(first?),
            R::expect_no_call => Expect::NoCall { service: first?, action: self.word_in(node)? },
            R::expect_send => Expect::Send { message: first?, filter: self.where_in(node) },
            R::expect_held => {
                let until = node.child(R::until_at).and_then(|n| self.moment_in(n));
                Expect::Held { message: first?, by: second, until }
            }
            R::expect_dropped => Expect::Dropped { message: first?, by: second },
            R::expect_entered => Expect::Entered(first?),
            R::expect_not_entered => Expect::NotEntered { journey: first?, by: second },
            R::expect_left => Expect::Left { journey: first?, words: self.text_in(node), by: second },
            R::expect_not_left => Expect::NotLeft(first?),
            R::expect_goal => Expect::Goal(first?),
            R::expect_call => {
                let filter = self.where_in(node);
                Expect::Call { service: first?, action: self.word_in(node)?, filter }
            }
            R::expect_that => Expect::That(self.expr_in(node)?),
            _ => return None,
        })
    }
}
