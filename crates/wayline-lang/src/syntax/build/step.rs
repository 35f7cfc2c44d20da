//! Steps.

use super::Builder;
use super::journey::is_header;
use crate::syntax::ast::{
    Alternative, Block, Call, Collect, Experiment, Handler, If, Invoke, Match, MatchArm, Otherwise, Pattern,
    PatternKind, Repeat, Send, SendChoice, Stage, Step, StepKind, Variant, WaitArm, WaitArmKind,
    WaitUntilMoment, WaitUpTo,
};
use crate::syntax::grammar::Rule as R;
use crate::syntax::tree::Node;

impl<'t> Builder<'t, '_> {
    /// The steps directly below a node, which may also be a journey or a flow.
    pub(super) fn steps_of(&mut self, node: Node<'t>) -> Block {
        let broken = self.broken(node) && node.children().any(|n| super::is_broken(n.kind()));
        let steps = node.children().filter(|n| n.kind() == R::step).filter_map(|n| self.step(n)).collect();
        Block { steps, span: node.span(), broken }
    }

    fn block(&mut self, node: Node<'t>) -> Block {
        for n in node.children().filter(|n| is_header(n.kind())) {
            self.header_in_block(n);
        }
        self.steps_of(node)
    }

    fn block_in(&mut self, node: Node<'t>) -> Option<Block> {
        let node = node.children().find(|n| matches!(n.kind(), R::block | R::arm_block))?;
        Some(self.block(node))
    }

    fn step(&mut self, node: Node<'t>) -> Option<Step> {
        let label = node.child(R::label).and_then(|n| self.name_in(n));
        let kind = node.children().find(|n| n.kind() != R::label)?;
        Some(Step { label, kind: self.step_kind(kind)?, span: node.span() })
    }

    fn step_kind(&mut self, node: Node<'t>) -> Option<StepKind> {
        Some(match node.kind() {
            R::wait => return self.wait(node.children().nth(1)?),
            R::collect => StepKind::Collect(Box::new(Collect {
                event: self.event_ref(node)?,
                filter: self.where_in(node),
                duration: self.operand_in(node)?,
                alias: self.alias(node)?,
                or_count: node.child(R::collect_count).and_then(|n| self.int_in(n)),
                quiet_for: node.child(R::collect_quiet).and_then(|n| self.operand_in(n)),
            })),
            R::send => StepKind::Send(Box::new(self.send(node)?)),
            R::if_step => StepKind::If(self.if_step(node)?),
            R::match_step => StepKind::Match(Match {
                value: self.expr_in(node)?,
                arms: node
                    .children()
                    .filter(|n| n.kind() == R::match_arm)
                    .filter_map(|n| self.match_arm(n))
                    .collect(),
                broken: has_bad_child(node),
            }),
            R::experiment => StepKind::Experiment(Experiment {
                name: self.name_in(node)?,
                variants: node
                    .children()
                    .filter(|n| n.kind() == R::variant)
                    .filter_map(|n| {
                        Some(Variant {
                            share: self.share_in(n)?,
                            name: self.name_in(n)?,
                            body: self.block_in(n)?,
                            span: n.span(),
                        })
                    })
                    .collect(),
                broken: has_bad_child(node),
            }),
            R::repeat => StepKind::Repeat(Box::new(Repeat {
                times: self.int_in(node)?,
                every: node.child(R::repeat_every).and_then(|n| self.operand_in(n)),
                until: node.child(R::repeat_until).and_then(|n| self.expr_in(n)),
                body: self.block_in(node)?,
            })),
            R::set => StepKind::Set {
                target: self.path(node.child(R::path)?)?,
                value: self.flat_value(node.child(R::set_value)?)?,
            },
            R::emit => StepKind::Emit { event: self.name_in(node)?, payload: self.record_in(node) },
            R::call_step => StepKind::Call(Box::new(Call {
                service: self.name_in(node)?,
                action: node.child(R::word).map(|n| self.name(n))?,
                payload: self.record_in(node),
                alias: self.alias(node),
                if_failed: node.child(R::if_failed).and_then(|n| self.handler(n)),
            })),
            R::start => StepKind::Start(self.invoke_in(node)?),
            R::stop => StepKind::Stop(self.name_in(node)?),
            R::do_step => StepKind::Do(self.invoke_in(node)?),
            R::stage => StepKind::Stage(Stage {
                title: self.text_in(node)?,
                moment_of_truth: node.child(R::truth).map(Node::span),
                owner: node.child(R::owner).and_then(|n| self.text_in(n)),
                expects: node.child(R::expects).and_then(|n| self.text_in(n)),
                body: self.block_in(node)?,
            }),
            R::exit => StepKind::Exit(self.text_in(node)),
            _ => return None,
        })
    }

    fn wait(&mut self, node: Node<'t>) -> Option<StepKind> {
        Some(match node.kind() {
            R::wait_for => StepKind::Wait(self.operand_in(node)?),
            R::wait_again => StepKind::WaitAgain { at_most: self.int_in(node) },
            R::wait_up_to => {
                let mut wait = WaitUpTo {
                    limit: self.operand_in(node)?,
                    arms: Vec::new(),
                    otherwise: None,
                    broken: has_bad_child(node),
                };
                let mut firsts = super::Firsts::default();
                for n in node.children() {
                    match n.kind() {
                        R::on_arm | R::when_arm => wait.arms.extend(self.wait_arm(n)),
                        R::otherwise_arm => {
                            let keyword = n.first().map(Node::span)?;
                            let value = self.block_in(n).map(|body| Otherwise { keyword, body });
                            self.once(&mut wait.otherwise, value, n, &mut firsts);
                        }
                        _ => {}
                    }
                }
                StepKind::WaitUpTo(Box::new(wait))
            }
            R::wait_until => match node.child(R::until_time) {
                Some(n) => {
                    let time = n.children().find(|n| matches!(n.kind(), R::time | R::compat_time))?;
                    StepKind::WaitUntilTime { time: self.time(time), days: self.days(n) }
                }
                None => StepKind::WaitUntilMoment(Box::new(self.until_moment(node.child(R::until_moment)?)?)),
            },
            _ => return None,
        })
    }

    fn wait_arm(&mut self, node: Node<'t>) -> Option<WaitArm> {
        let kind = if node.kind() == R::when_arm {
            WaitArmKind::When(self.expr_in(node)?)
        } else {
            WaitArmKind::On {
                event: self.event_ref(node)?,
                alias: self.alias(node),
                since_enter: node.child(R::since_enter).map(Node::span),
                filter: self.where_in(node),
            }
        };
        Some(WaitArm { kind, body: self.block_in(node)?, span: node.span() })
    }

    fn until_moment(&mut self, node: Node<'t>) -> Option<WaitUntilMoment> {
        let (offset, moment) = self.offset_and_date(node)?;
        let at = node.children().find(|n| matches!(n.kind(), R::time | R::compat_time)).map(|n| self.time(n));
        let mut wait = WaitUntilMoment { offset, moment, at, if_past: None, if_missing: None };
        let mut firsts = super::Firsts::default();
        for n in node.children() {
            let slot = match n.kind() {
                R::if_past => &mut wait.if_past,
                R::if_missing => &mut wait.if_missing,
                _ => continue,
            };
            let value = self.alternative(n);
            self.once(slot, value, n, &mut firsts);
        }
        Some(wait)
    }

    fn alternative(&mut self, node: Node<'t>) -> Option<Alternative> {
        let what = node.children().last()?;
        Some(match what.kind() {
            R::go_on => Alternative::GoOn(what.span()),
            R::exit => Alternative::Exit { span: what.span(), reason: self.text_in(what) },
            _ => Alternative::Block(self.block(what)),
        })
    }

    fn send(&mut self, node: Node<'t>) -> Option<Send> {
        let what = node.children().nth(1)?;
        let choice = match what.kind() {
            R::send_first => SendChoice::First,
            R::send_best => SendChoice::Best,
            _ => SendChoice::Single,
        };
        let messages = match choice {
            SendChoice::Single => vec![self.invoke(what)?],
            _ => {
                let refs = what.children().filter(|n| n.kind() == R::message_ref);
                refs.filter_map(|n| self.invoke(n)).collect()
            }
        };
        Some(Send {
            choice,
            messages,
            best_hour: node.child(R::best_hour).and_then(|n| self.operand_in(n)),
            not_sent: node.child(R::not_sent).and_then(|n| self.handler(n)),
        })
    }

    fn handler(&mut self, node: Node<'t>) -> Option<Handler> {
        Some(Handler { alias: self.alias(node), body: self.block_in(node)?, span: node.span() })
    }

    pub(super) fn invoke_in(&mut self, node: Node<'t>) -> Option<Invoke> {
        self.invoke(node.child(R::message_ref)?)
    }

    fn invoke(&mut self, node: Node<'t>) -> Option<Invoke> {
        let args = node.child(R::args).map(|n| self.list(n)).unwrap_or_default();
        Some(Invoke { name: self.name_in(node)?, args, span: node.span() })
    }

    fn if_step(&mut self, node: Node<'t>) -> Option<If> {
        let mut branches = vec![(self.expr_in(node)?, self.block_in(node)?)];
        let mut otherwise = None;
        for n in node.children() {
            match n.kind() {
                R::else_if => branches.push((self.expr_in(n)?, self.block_in(n)?)),
                R::else_arm => otherwise = self.block_in(n),
                _ => {}
            }
        }
        Some(If { branches, otherwise })
    }

    fn match_arm(&mut self, node: Node<'t>) -> Option<MatchArm> {
        let patterns =
            node.children().filter(|n| n.kind() == R::pattern).filter_map(|n| self.pattern(n)).collect();
        Some(MatchArm { patterns, body: self.block_in(node)?, span: node.span() })
    }

    fn pattern(&mut self, node: Node<'t>) -> Option<Pattern> {
        let what = node.first()?;
        let mut values = self.flat_values(what).into_iter();
        let kind = match what.kind() {
            R::match_missing => PatternKind::Missing,
            R::match_under => PatternKind::Under(values.next()?),
            R::match_range => PatternKind::Range(values.next()?, values.next()?),
            R::match_over => PatternKind::AndOver(values.next()?),
            _ => PatternKind::Value(values.next()?),
        };
        Some(Pattern { kind, span: node.span() })
    }
}

fn has_bad_child(node: Node<'_>) -> bool {
    node.children().any(|n| super::is_broken(n.kind()))
}
