//! Personas and guarantees.

use super::{Builder, Firsts};
use crate::syntax::ast::{
    Behaviour, BehaviourKind, ConsentState, Delay, Distribution, DistributionKind, Does, DoesTiming, Expr,
    ExprKind, Gen, GenChoice, GenEntry, GenKind, GenRecord, Guarantee, Persona, Promise, PromiseKind,
    Reaction, Reacts, Spanned, Subject, SubjectKind,
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

    pub(super) fn gen_record_in(&mut self, node: Node<'t>) -> Option<GenRecord> {
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
            R::consent | R::no_consent => {
                let state = match node.first()?.kind() {
                    R::k_no => ConsentState::Withdrawn,
                    R::k_unconfirmed => ConsentState::Unconfirmed,
                    _ => ConsentState::Confirmed,
                };
                let mut names = self.names_in(node).into_iter();
                GenKind::Consent { state, topic: names.next()?, channel: names.next()? }
            }
            R::gen_missing => GenKind::Missing,
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
pub(super) fn verb(word: &str) -> Reaction {
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
