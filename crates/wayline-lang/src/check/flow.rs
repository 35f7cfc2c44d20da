//! Flows: checked once by themselves, and written into the journeys that use them.

use std::sync::Arc;

use wayline_ir::{Expr, MessageId, StepId, StepKind, Type};

use super::Checker;
use super::facts::Facts;
use super::scope::{Local, Means};
use super::send::fixed;
use super::size::{MAX_ALL_STEPS, MAX_IN_CIRCLE, MAX_STEPS, MAX_TEXT, grouped};
use super::steps::Body;
use super::types::fits;
use crate::codes::Code;
use crate::diagnostic::Diagnostic;
use crate::resolve::Kind;
use crate::source::Span;
use crate::syntax::ast::{self, ExprKind, Invoke, TypeKind};

impl Checker<'_> {
    /// Every flow by itself, so that one nobody uses is checked too. Journeys that use it do not tell its findings again.
    pub(crate) fn flows(&mut self) {
        let names = self.names;
        // What is too large is told once: where it is used, or of the outermost flow that nobody uses.
        let used = self.sizes.used_in_too_large(names);
        for (index, decl) in names.flows.iter().enumerate() {
            self.unwritten = if used.contains(&index) {
                self.sizes.of_flow(index).too_large()
            } else {
                self.too_large("flow", &decl.ast.name, &decl.ast.body)
            };
            let mut body = Body::new(self);
            body.inside.push(index);
            for param in &decl.ast.params {
                match &param.ty.kind {
                    TypeKind::Message(params) => {
                        let types: Vec<Type> =
                            params.iter().filter_map(|param| body.cx.ty(&param.ty)).collect();
                        body.scope.bind(&param.name.text, Means::MessageOf(types.into()));
                    }
                    _ => {
                        if let Some(ty) = body.cx.ty(&param.ty) {
                            body.bind_slot(&param.name, Arc::new(ty), true);
                        }
                    }
                }
            }
            body.run(&decl.ast.body);
        }
        self.unwritten = false;
    }

    /// Whether a journey or flow is too large to be written out, and says so.
    pub(crate) fn too_large(&mut self, what: &str, name: &ast::Name, body: &ast::Block) -> bool {
        let size = self.sizes.of(self.names, body);
        let name_text = &name.text;
        let message = if size.steps > MAX_STEPS {
            let (steps, most) = (grouped(size.steps), grouped(MAX_STEPS));
            format!("{what} `{name_text}` has {steps} steps with its flows written out, more than {most}")
        } else if size.text > MAX_TEXT {
            let (bytes, most) = (grouped(size.text), grouped(MAX_TEXT));
            format!(
                "the flows of {what} `{name_text}` are {bytes} bytes of text written out, more than {most}"
            )
        } else {
            let before = self.all_steps;
            self.all_steps = before.saturating_add(size.steps);
            if self.all_steps <= MAX_ALL_STEPS {
                return false;
            }
            if before > MAX_ALL_STEPS {
                // Told of the first.
                return true;
            }
            let most = grouped(MAX_ALL_STEPS);
            format!("with {what} `{name_text}` this workspace has more than {most} steps, flows written out")
        };
        let finding = Diagnostic::new(Code::TOO_MANY_STEPS, message, name.span);
        let finding = match self.sizes.multiplying(self.names, body) {
            Some(flows) => finding
                .note(format!(
                    "flows are written out where they are used; used more than once in one place: {flows}"
                ))
                .help("let a flow use another one only once, or write `repeat up to N times { … }` for what comes again"),
            None => finding.help("cut it into journeys that `start` each other"),
        };
        self.report(finding);
        true
    }
}

impl Body<'_, '_> {
    /// Writes a flow in here.
    pub(crate) fn do_flow(
        &mut self,
        label: Option<&ast::Name>,
        invoke: &Invoke,
        span: Span,
        entry: StepId,
        next: StepId,
    ) -> Option<Facts> {
        let Some(index) = self.cx.named(Kind::Flow, &invoke.name) else {
            self.graph.same(entry, next);
            return self.known();
        };
        let names = self.cx.names;
        let Some(decl) = names.flows.get(index) else { return self.known() };
        if self.inside.contains(&index) {
            self.graph.same(entry, next);
            // Told also where flows are written in: a circle is seen nowhere else.
            self.cx.out.push(
                Diagnostic::new(
                    Code::CIRCLE,
                    format!("flow `{}` would contain itself", invoke.name.text),
                    invoke.name.span,
                )
                .also(decl.ast.name.span, "declared here")
                .help("use `repeat up to N times { … }` for what comes again"),
            );
            return self.known();
        }
        if !self.flows.contains(&index) {
            self.flows.push(index);
        }
        let (bound, values) = self.flow_arguments(invoke, &decl.ast.params);
        self.written += 1;
        let endless = self.cx.sizes.circular(index) && self.written > MAX_IN_CIRCLE;
        if endless && !std::mem::replace(&mut self.endless, true) {
            let message = format!("flow `{}` leads into a circle of flows", invoke.name.text);
            let finding = Diagnostic::new(Code::CIRCLE, message, invoke.name.span);
            self.cx.out.push(finding.help("use `repeat up to N times { … }` for what comes again"));
        }
        if self.cx.unwritten || endless {
            self.graph.same(entry, next);
            return self.known();
        }
        let mut start = entry;
        if !values.is_empty() {
            self.graph.here(entry);
            start = self.graph.label();
            let kind = StepKind::Bind { values: values.clone(), next: start };
            self.add(None, &format!("do-{}", invoke.name.text), kind, span);
        }
        // A flow only sees what it is given.
        let outer = std::mem::replace(&mut self.scope.locals, bound);
        for (slot, _) in &values {
            self.scope.facts.learn(&Expr::Slot(*slot));
        }
        let inside = self.scope.facts.clone();
        let muted = std::mem::replace(&mut self.cx.muted, true);
        let waits = std::mem::take(&mut self.waits);
        let key = self.key.take();
        let outermost = self.doing.is_none();
        self.doing.get_or_insert(invoke.name.span);
        self.inside.push(index);
        let part = label.map_or(invoke.name.as_str(), |label| label.as_str());
        let (first, known) = self.branch(part, &decl.ast.body, next, inside);
        self.inside.pop();
        if outermost {
            self.doing = None;
        }
        self.graph.same(start, first);
        self.key = key;
        self.waits = waits;
        self.cx.muted = muted;
        self.scope.locals = outer;
        known
    }

    /// What the parameters mean in the flow, and the variables that have to be set before it.
    fn flow_arguments(
        &mut self,
        invoke: &Invoke,
        params: &[ast::Param],
    ) -> (Vec<Local>, Vec<(wayline_ir::SlotId, Expr)>) {
        let (mut bound, mut values) = (Vec::new(), Vec::new());
        let what = format!("flow `{}`", invoke.name.text);
        let listed = || params.iter().map(|param| param.name.text.to_string()).collect::<Vec<_>>().join(", ");
        if self.cx.count(invoke, params.len(), &what, &listed).is_none() {
            return (bound, values);
        }
        for (arg, param) in invoke.args.iter().zip(params) {
            let means = match &param.ty.kind {
                TypeKind::Message(wanted) => self.message_argument(arg, wanted).map(Means::Message),
                _ => self.value_argument(arg, param, &mut values),
            };
            if let Some(means) = means {
                bound.push(Local { name: Arc::clone(&param.name.text), means });
            }
        }
        (bound, values)
    }

    /// A constant stands for itself; anything else is computed once, before the flow.
    fn value_argument(
        &mut self,
        arg: &ast::Expr,
        param: &ast::Param,
        values: &mut Vec<(wayline_ir::SlotId, Expr)>,
    ) -> Option<Means> {
        let muted = std::mem::replace(&mut self.cx.muted, true);
        let ty = self.cx.ty(&param.ty);
        self.cx.muted = muted;
        let ty = ty?;
        let expr = self.cx.expect(&mut self.scope, arg, &ty)?;
        let expr = if fixed(&expr).is_some() || matches!(expr, Expr::Slot(_)) {
            expr
        } else {
            let slot = self.new_slot(param.name.as_str(), ty.clone());
            values.push((slot, expr));
            Expr::Slot(slot)
        };
        Some(Means::Value { expr, ty: Arc::new(ty), optional: false })
    }

    fn message_argument(&mut self, arg: &ast::Expr, wanted: &[ast::Param]) -> Option<MessageId> {
        let name = match &arg.kind {
            ExprKind::Path(path) if path.access.is_empty() => &path.root,
            ExprKind::Bad => return None,
            _ => {
                self.cx.report(
                    Diagnostic::new(Code::WRONG_TYPE, "a message is wanted here", arg.span)
                        .help("write the name of a message; its arguments are given in the flow"),
                );
                return None;
            }
        };
        let message = match self.scope.local(name.as_str()) {
            Some(Means::Message(message)) => *message,
            Some(Means::MessageOf(_)) => return None,
            _ => MessageId::at(self.cx.named(Kind::Message, name)?),
        };
        let params = self.cx.message_params.get(message.index()).cloned()?;
        let wanted: Vec<Type> = {
            let muted = std::mem::replace(&mut self.cx.muted, true);
            let types = wanted.iter().filter_map(|param| self.cx.ty(&param.ty)).collect();
            self.cx.muted = muted;
            types
        };
        let same =
            params.len() == wanted.len() && wanted.iter().zip(params.iter()).all(|(a, (_, b))| fits(a, b));
        if !same {
            self.cx.report(
                Diagnostic::new(
                    Code::ARGUMENTS,
                    format!("message `{}` takes other arguments than the flow gives it", name.text),
                    name.span,
                )
                .help("use a message with the parameters that the flow declares: `first: message(cart: cart_updated)`"),
            );
            return None;
        }
        Some(message)
    }
}
