//! Sends, calls and starts: what is given to messages, actions, journeys and flows.

use std::sync::Arc;

use wayline_ir::{
    ActionId, Call, Expr, JourneyId, MessageId, NotSent, SendChoice, SendMode, ServiceId, StepId, StepKind,
    Type, Value,
};

use super::facts::{Facts, meet};
use super::scope::{Means, Scope};
use super::steps::Body;
use super::symbols::Symbols;
use crate::codes::Code;
use crate::diagnostic::{Applicability, Diagnostic};
use crate::resolve::Kind;
use crate::source::Span;
use crate::suggest;
use crate::syntax::ast::{self, Invoke};

impl Body<'_, '_> {
    pub(crate) fn send(
        &mut self,
        label: Option<&ast::Name>,
        send: &ast::Send,
        span: Span,
        entry: StepId,
        next: StepId,
    ) -> Option<Facts> {
        let choices: Vec<Option<SendChoice>> =
            send.messages.iter().map(|message| self.message(message)).collect();
        let complete = choices.iter().all(Option::is_some);
        let best_hour_within = match &send.best_hour {
            None => None,
            Some(within) => {
                let literal = ast::literal_duration(within);
                if literal.is_none() {
                    self.cx.report(Diagnostic::new(
                        Code::NOT_CONSTANT,
                        "a fixed duration is wanted here",
                        within.span,
                    ));
                }
                literal.map(|literal| literal.value)
            }
        };
        self.graph.here(entry);
        let not_sent_label = self.graph.label();
        // The reason is bound in the branch only.
        let locals = self.scope.locals.len();
        let before = self.scope.facts.clone();
        let bind = send
            .not_sent
            .as_ref()
            .and_then(|handler| handler.alias.as_ref())
            .map(|alias| self.bind_slot(alias, Arc::new(Symbols::reasons()), true));
        let not_sent_facts = {
            self.scope.facts.time_passes();
            self.scope.facts.clone()
        };
        self.scope.facts = before;
        let what = send.messages.iter().map(|message| message.name.as_str()).collect::<Vec<_>>().join("-or-");
        if complete {
            let mode = match send.choice {
                ast::SendChoice::Single => SendMode::One,
                ast::SendChoice::First => SendMode::FirstOf,
                ast::SendChoice::Best => SendMode::BestOf,
            };
            let kind = StepKind::Send {
                mode,
                choices: choices.into_iter().flatten().collect(),
                best_hour_within,
                not_sent: send.not_sent.as_ref().map(|_| NotSent { bind, then: not_sent_label }),
                next,
            };
            self.add(label, &format!("send-{what}"), kind, span);
        }
        let after = self.later();
        match &send.not_sent {
            None => after,
            Some(handler) => {
                let (start, known) = self.branch("if-not-sent", &handler.body, next, not_sent_facts);
                self.scope.locals.truncate(locals);
                self.graph.same(not_sent_label, start);
                meet(after, known)
            }
        }
    }

    /// A message with its arguments.
    fn message(&mut self, invoke: &Invoke) -> Option<SendChoice> {
        match self.scope.local(invoke.name.as_str()).cloned() {
            Some(Means::Message(message)) => self.message_call(message, invoke),
            Some(Means::MessageOf(types)) => {
                let params: Vec<(Arc<str>, Type)> =
                    types.iter().map(|ty| (Arc::from(""), ty.clone())).collect();
                let what = format!("message `{}`", invoke.name.text);
                let args = self.cx.arguments(&mut self.scope, invoke, &params, &what)?;
                Some(SendChoice { message: MessageId(0), args })
            }
            _ => {
                let index = self.cx.named(Kind::Message, &invoke.name)?;
                self.message_call(MessageId::at(index), invoke)
            }
        }
    }

    fn message_call(&mut self, message: MessageId, invoke: &Invoke) -> Option<SendChoice> {
        let params = self.cx.message_params.get(message.index()).cloned()?;
        let what = format!("message `{}`", invoke.name.text);
        let args = self.cx.arguments(&mut self.scope, invoke, &params, &what)?;
        Some(SendChoice { message, args })
    }

    pub(crate) fn call(
        &mut self,
        label: Option<&ast::Name>,
        call: &ast::Call,
        span: Span,
        entry: StepId,
        next: StepId,
    ) -> Option<Facts> {
        let found = self.cx.service_action(&call.service, &call.action);
        let request = found.as_ref().and_then(|(service, action)| {
            let fields =
                self.cx.program.services.get(service.index())?.actions.get(action.index())?.request.clone();
            let what = format!("the request of `{}.{}`", call.service.text, call.action.text);
            self.payload(call.payload.as_ref(), &fields, call.action.span, &what)
        });
        self.graph.here(entry);
        let locals = self.scope.locals.len();
        self.scope.facts.time_passes();
        let before = self.scope.facts.clone();
        let failed_bind = call
            .if_failed
            .as_ref()
            .and_then(|handler| handler.alias.as_ref())
            .map(|alias| self.bind_slot(alias, Arc::new(Type::Text), true));
        let failed_facts = std::mem::replace(&mut self.scope.facts, before);
        let failed = self.graph.label();
        let reason_locals = self.scope.locals.split_off(locals);
        let response = found.as_ref().and_then(|(service, action)| {
            Some(Type::Record(
                self.cx.program.services.get(service.index())?.actions.get(action.index())?.response.clone(),
            ))
        });
        let bind = match (&call.alias, response) {
            (Some(alias), Some(response)) => Some(self.bind_slot(alias, Arc::new(response), true)),
            _ => None,
        };
        if let (Some((service, action)), Some(request)) = (found, request) {
            let kind = StepKind::Call(Call {
                service,
                action,
                request,
                bind,
                failed: call.if_failed.as_ref().map(|_| failed),
                failed_bind,
                next,
            });
            self.add(label, &format!("call-{}.{}", call.service.text, call.action.text), kind, span);
        }
        let after = self.known();
        match &call.if_failed {
            None => after,
            Some(handler) => {
                let outer = self.scope.locals.len();
                self.scope.locals.extend(reason_locals);
                let (start, known) = self.branch("if-failed", &handler.body, next, failed_facts);
                self.scope.locals.truncate(outer);
                self.graph.same(failed, start);
                meet(after, known)
            }
        }
    }

    pub(crate) fn start(
        &mut self,
        label: Option<&ast::Name>,
        invoke: &Invoke,
        span: Span,
        entry: StepId,
        next: StepId,
    ) -> Option<Facts> {
        self.graph.here(entry);
        let Some(journey) = self.cx.named(Kind::Journey, &invoke.name) else { return self.known() };
        self.cx.by_hand(journey, &invoke.name);
        let params = self.cx.journey_params.get(journey).cloned().unwrap_or_else(|| Arc::from([]));
        let what = format!("journey `{}`", invoke.name.text);
        if let Some(args) = self.cx.arguments(&mut self.scope, invoke, &params, &what) {
            let kind = StepKind::Start { journey: JourneyId::at(journey), args, next };
            self.add(label, &format!("start-{}", invoke.name.text), kind, span);
        }
        self.known()
    }
}

impl super::Checker<'_> {
    /// Arguments for parameters, in order.
    pub(crate) fn arguments(
        &mut self,
        scope: &mut Scope,
        invoke: &Invoke,
        params: &[(Arc<str>, Type)],
        what: &str,
    ) -> Option<Vec<Expr>> {
        self.count(invoke, params.len(), what, &|| {
            params.iter().map(|(name, _)| name.to_string()).collect::<Vec<_>>().join(", ")
        })?;
        let mut all = Vec::with_capacity(params.len());
        let mut fine = true;
        for (arg, (_, ty)) in invoke.args.iter().zip(params) {
            match self.expect(scope, arg, ty) {
                Some(expr) => all.push(expr),
                None => fine = false,
            }
        }
        fine.then_some(all)
    }

    /// Says so when there are more or fewer arguments than are wanted.
    pub(crate) fn count(
        &mut self,
        invoke: &Invoke,
        wanted: usize,
        what: &str,
        names: &dyn Fn() -> String,
    ) -> Option<()> {
        if invoke.args.len() == wanted {
            return Some(());
        }
        let given = invoke.args.len();
        let mut finding = Diagnostic::new(
            Code::ARGUMENTS,
            format!(
                "{what} takes {wanted} argument{}, but {given} {} given",
                plural(wanted),
                if given == 1 { "is" } else { "are" }
            ),
            invoke.span,
        );
        if wanted > 0 {
            finding = finding.help(format!("write `{}({})`", invoke.name.text, names()));
        } else {
            finding = finding.help(format!("write `{}` without arguments", invoke.name.text));
        }
        self.report(finding);
        None
    }

    /// The action of a service.
    pub(crate) fn service_action(
        &mut self,
        service: &ast::Name,
        action: &ast::Name,
    ) -> Option<(ServiceId, ActionId)> {
        let id = self.named(Kind::Service, service)?;
        let actions = &self.program.services.get(id)?.actions;
        if let Some(index) = actions.iter().position(|known| known.name == action.as_str()) {
            return Some((ServiceId::at(id), ActionId::at(index)));
        }
        let names: Vec<String> = actions.iter().map(|known| known.name.clone()).collect();
        let names = || names.iter().map(String::as_str);
        let mut finding = Diagnostic::new(
            Code::UNKNOWN_ACTION,
            format!("service `{}` has no action `{}`", service.text, action.text),
            action.span,
        );
        finding = match suggest::closest(action.as_str(), names()) {
            Some(near) => finding.help(format!("did you mean `{near}`?")).replace(
                Applicability::Safe,
                action.span,
                near,
                format!("write `{near}`"),
            ),
            None => finding.help(format!("its actions are {}", suggest::list(names()))),
        };
        self.report(finding);
        None
    }

    /// Says so when a journey is started that cannot be entered by hand.
    pub(crate) fn by_hand(&mut self, journey: usize, name: &ast::Name) {
        let Some(decl) = self.names.journeys.get(journey) else { return };
        let by_hand = decl.ast.header.enters.iter().any(|enter| matches!(enter.kind, ast::EnterKind::ByHand));
        if !by_hand {
            self.report(
                Diagnostic::new(
                    Code::NOT_BY_HAND,
                    format!("journey `{}` is not entered by hand", name.text),
                    name.span,
                )
                .also(decl.ast.name.span, "declared here")
                .help(format!("add `enter by hand` to `{}`", name.text)),
            );
        }
    }
}

const fn plural(count: usize) -> &'static str {
    if count == 1 { "" } else { "s" }
}

/// Whether a value is the same for every run.
pub(crate) fn fixed(expr: &Expr) -> Option<&Value> {
    match expr {
        Expr::Const(value) => Some(value),
        _ => None,
    }
}
