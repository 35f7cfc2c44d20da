//! Personas, tests and guarantees.

use super::{Builder, Firsts};
use crate::codes::Code;
use crate::diagnostic::Diagnostic;
use crate::syntax::ast::{
    Behaviour, BehaviourKind, Delay, Distribution, DistributionKind, Does, DoesTiming, Expect, Expr,
    ExprKind, Gen, GenChoice, GenEntry, GenKind, GenRecord, Guarantee, Persona, Promise, PromiseKind,
    Reaction, Reacts, Spanned, Subject, SubjectKind, Test, TestAction, TestLine, TestWhen,
};
use crate::syntax::grammar::Rule as R;
use crate::syntax::tree::Node;

impl<'t> Builder<'t, '_> {
    pub(super) fn persona(&mut self, node: Node<'t>) -> Option<Persona> {
        let mut persona = Persona {
            name: self.name_in(node)?,
            share: None,
            customer: None,
            does: Vec::new(),
            reacts: Vec::new(),
        };
        let mut firsts = Firsts::default();
        for n in node.children() {
            match n.kind() {
                R::persona_share => {
                    let value = self.share_in(n);
                    self.once(&mut persona.share, value, n, &mut firsts);
                }
                R::persona_customer => {
                    let value = self.gen_record_in(n);
                    self.once(&mut persona.customer, value, n, &mut firsts);
                }
                R::persona_does => persona.does.extend(self.does(n)),
                R::persona_reacts => persona.reacts.extend(self.name_in(n).map(|to| Reacts {
                    to,
                    behaviours: self.behaviours_in(n),
                    span: n.span(),
                })),
                _ => {}
            }
        }
        Some(persona)
    }

    fn does(&mut self, node: Node<'t>) -> Option<Does> {
        let what = match self.name_in(node) {
            Some(name) => {
                let span = node.child(R::gen_record).map_or(name.span, |n| name.span.to(n.span()));
                let kind = BehaviourKind::Event { name, payload: self.gen_record_in(node) };
                vec![Behaviour { kind, share: None, after: None, then: Vec::new(), span }]
            }
            None => self.behaviours_in(node),
        };
        let timing = match node.child(R::does_every) {
            Some(n) => {
                let weights = |b: &mut Self, kind| {
                    let list = n.child(kind)?.child(R::list)?;
                    Some(b.list(list))
                };
                DoesTiming::Every {
                    exactly: n.has(R::k_exactly),
                    gap: self.duration_in(n)?,
                    by_hour: weights(self, R::by_hour),
                    by_weekday: weights(self, R::by_weekday),
                    starting_after: n.child(R::starting_after).and_then(|n| self.name_in(n)),
                }
            }
            None => DoesTiming::Once { within: node.child(R::does_once).and_then(|n| self.duration_in(n)) },
        };
        Some(Does { what, timing, span: node.span() })
    }

    fn behaviours_in(&mut self, node: Node<'t>) -> Vec<Behaviour> {
        node.child(R::behaviours).map(|n| self.behaviours(n)).unwrap_or_default()
    }

    fn behaviours(&mut self, node: Node<'t>) -> Vec<Behaviour> {
        node.children().filter_map(|n| self.behaviour(n)).collect()
    }

    fn behaviour(&mut self, node: Node<'t>) -> Option<Behaviour> {
        let kind = match node.kind() {
            R::does_chance => {
                let otherwise =
                    node.children().filter(|n| n.kind() == R::behaviours).nth(1).map(|n| self.behaviours(n));
                BehaviourKind::Chance { otherwise: otherwise.unwrap_or_default() }
            }
            R::does_answer => BehaviourKind::Answer(self.flat_value(node)?),
            R::does_react => BehaviourKind::React(verb(self.slice(node.child(R::verb)?))),
            R::does_event => {
                BehaviourKind::Event { name: self.name_in(node)?, payload: self.gen_record_in(node) }
            }
            _ => return None,
        };
        let after = node.child(R::does_after).and_then(|n| match n.child(R::distribution) {
            Some(n) => Some(Delay::Distribution(self.distribution(n)?)),
            None => self.duration_in(n).map(Delay::Fixed),
        });
        Some(Behaviour {
            kind,
            share: self.share_in(node),
            after,
            then: self.behaviours_in(node),
            span: node.span(),
        })
    }

    fn gen_record_in(&mut self, node: Node<'t>) -> Option<GenRecord> {
        node.child(R::gen_record).map(|n| self.gen_record(n))
    }

    fn gen_record(&mut self, node: Node<'t>) -> GenRecord {
        let entries = node
            .children()
            .filter(|n| n.kind() == R::gen_entry)
            .filter_map(|n| {
                let name = n.child(R::word).map(|w| self.name(w))?;
                Some(GenEntry { name, choices: self.choices(n) })
            })
            .collect();
        GenRecord { entries, span: node.span() }
    }

    fn choices(&mut self, node: Node<'t>) -> Vec<GenChoice> {
        let choices = node.children().filter(|n| n.kind() == R::gen_choice);
        choices
            .filter_map(|n| {
                let share = self.share_in(n);
                let value = n.children().find(|n| n.kind() != R::percent);
                match (share, value) {
                    // A share alone is a value.
                    (Some(share), None) => {
                        let expr = Expr { kind: ExprKind::Percent(share.value), span: share.span };
                        let value = Gen { kind: GenKind::Expr(expr), span: share.span };
                        Some(GenChoice { share: None, value })
                    }
                    (share, Some(value)) => Some(GenChoice { share, value: self.gen_value(value)? }),
                    (None, None) => None,
                }
            })
            .collect()
    }

    fn gen_value(&mut self, node: Node<'t>) -> Option<Gen> {
        let kind = match node.kind() {
            R::consent => {
                let mut names = self.names_in(node).into_iter();
                GenKind::Consent { topic: names.next()?, channel: names.next()? }
            }
            R::unique => GenKind::Unique(self.text_in(node)),
            R::gen_one_of => GenKind::OneOf(self.flat_values(node)),
            R::distribution => GenKind::Distribution(self.distribution(node)?),
            R::gen_list => GenKind::List(self.choices(node)),
            R::gen_record => GenKind::Record(self.gen_record(node)),
            R::expr => GenKind::Expr(self.expr(node)),
            _ => GenKind::Expr(self.operand(node)),
        };
        Some(Gen { kind, span: node.span() })
    }

    fn distribution(&mut self, node: Node<'t>) -> Option<Distribution> {
        let name = node.child(R::distribution_name)?;
        let value = match self.slice(name) {
            "exponential" => DistributionKind::Exponential,
            "lognormal" => DistributionKind::Lognormal,
            "uniform" => DistributionKind::Uniform,
            _ => DistributionKind::Normal,
        };
        let args = node.children().filter(|n| n.kind() == R::dist_arg);
        let args = args.filter_map(|n| self.flat_value(n)).collect();
        Some(Distribution { kind: Spanned { value, span: name.span() }, args, span: node.span() })
    }

    pub(super) fn test(&mut self, node: Node<'t>) -> Option<Test> {
        let lines =
            node.children().filter(|n| n.kind() == R::test_line).filter_map(|n| self.test_line(n)).collect();
        Some(Test { title: self.text_in(node)?, lines })
    }

    fn test_line(&mut self, node: Node<'t>) -> Option<TestLine> {
        let (mut when, mut action) = (None, None);
        for n in node.children() {
            match n.kind() {
                R::test_at => when = Some(TestWhen::At(self.datetime_in(n)?)),
                R::test_after => when = Some(TestWhen::After(self.duration_in(n)?)),
                _ => action = Some(self.test_action(n)?),
            }
        }
        Some(TestLine { when, action: action?, span: node.span() })
    }

    fn test_action(&mut self, node: Node<'t>) -> Option<TestAction> {
        Some(match node.kind() {
            R::test_customer => TestAction::Customer(self.exact_record(node)?),
            R::test_event => {
                TestAction::Event { name: self.name_in(node)?, payload: self.exact_record(node)? }
            }
            R::test_reaction => {
                let word = node.child(R::verb)?;
                let reaction = Spanned { value: verb(self.slice(word)), span: word.span() };
                TestAction::React { reaction, message: self.name_in(node)? }
            }
            R::test_answers => {
                TestAction::Answer { message: self.name_in(node)?, value: self.flat_value(node)? }
            }
            R::test_fails => TestAction::Fails(self.name_in(node)?),
            R::test_call => TestAction::Call {
                service: self.name_in(node)?,
                action: node.child(R::word).map(|n| self.name(n))?,
                returns: node.child(R::test_returns).and_then(|n| self.record_in(n)),
            },
            R::test_enter => TestAction::Enter(self.invoke_in(node)?),
            R::expect => TestAction::Expect(self.expect(node.children().nth(1)?)?),
            _ => return None,
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
        let chance = match &choice.value.kind {
            GenKind::Unique(_) | GenKind::OneOf(_) | GenKind::Distribution(_) => Some(choice.value.span),
            GenKind::List(choices) => {
                choices.iter().for_each(|choice| self.exact(choice));
                None
            }
            GenKind::Record(record) => {
                self.no_chance(record);
                None
            }
            GenKind::Expr(_) | GenKind::Consent { .. } => None,
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
        Some(match node.kind() {
            R::expect_no_more => Expect::NoMoreSends,
            R::expect_no_send => Expect::NoSend(self.name_in(node)?),
            R::expect_no_goal => Expect::NoGoal(self.name_in(node)?),
            R::expect_send => Expect::Send { message: self.name_in(node)?, filter: self.where_in(node) },
            R::expect_held => {
                let mut names = self.names_in(node).into_iter();
                let until = node.child(R::until_at).and_then(|n| self.datetime_in(n));
                Expect::Held { message: names.next()?, by: names.next(), until }
            }
            R::expect_dropped => {
                let mut names = self.names_in(node).into_iter();
                Expect::Dropped { message: names.next()?, by: names.next() }
            }
            R::expect_entered => Expect::Entered(self.name_in(node)?),
            R::expect_not_entered => Expect::NotEntered(self.name_in(node)?),
            R::expect_left => Expect::Left { journey: self.name_in(node)?, reason: self.text_in(node) },
            R::expect_goal => Expect::Goal(self.name_in(node)?),
            R::expect_that => Expect::That(self.expr_in(node)?),
            _ => return None,
        })
    }

    pub(super) fn guarantee(&mut self, node: Node<'t>) -> Option<Guarantee> {
        let promises = node
            .children()
            .filter_map(|n| Some(Promise { kind: self.promise(n)?, span: n.span() }))
            .collect();
        Some(Guarantee { name: self.name_in(node)?, promises })
    }

    fn promise(&mut self, node: Node<'t>) -> Option<PromiseKind> {
        Some(match node.kind() {
            R::guarantee_never => PromiseKind::NeverMore {
                count: self.int_in(node)?,
                subject: self.subject(node)?,
                within: self.duration_in(node)?,
            },
            R::guarantee_only => {
                let mut times = node.children().filter(|n| n.kind() == R::time);
                let (from, to) = (self.time(times.next()?), self.time(times.next()?));
                PromiseKind::OnlyBetween { subject: self.subject(node)?, from, to }
            }
            R::guarantee_ends => {
                PromiseKind::Ends { journey: self.name_in(node)?, within: self.duration_in(node)? }
            }
            R::guarantee_no => PromiseKind::NoneAfter {
                subject: self.subject(node)?,
                within: self.duration_in(node)?,
                after: self.event_ref(node)?,
                filter: self.where_in(node),
            },
            _ => return None,
        })
    }

    fn subject(&self, node: Node<'t>) -> Option<Subject> {
        let node = node.child(R::subject)?;
        let kind = match node.first()?.kind() {
            R::k_message => Some(SubjectKind::Message),
            R::k_topic => Some(SubjectKind::Topic),
            R::k_channel => Some(SubjectKind::Channel),
            _ => None,
        };
        Some(Subject { kind, name: self.name_in(node)? })
    }
}

/// The reaction of a verb: `opens`.
fn verb(word: &str) -> Reaction {
    match word {
        "opens" => Reaction::Opened,
        "clicks" => Reaction::Clicked,
        "replies" => Reaction::Replied,
        "complains" => Reaction::Complained,
        "unsubscribes" => Reaction::Unsubscribed,
        "bounces" => Reaction::Bounced,
        _ => Reaction::Delivered,
    }
}
