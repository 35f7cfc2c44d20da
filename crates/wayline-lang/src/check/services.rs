//! Services and their actions.

use wayline_ir::{Field, Service, ServiceAction, Type};
use wayline_time::Span as TimeSpan;

use super::Checker;
use crate::codes::Code;
use crate::diagnostic::Diagnostic;
use crate::syntax::ast;

/// How long one try of a call may take when the action does not say: 10 seconds.
const TIME_LIMIT: TimeSpan = TimeSpan { months: 0, days: 0, millis: 10_000 };

impl Checker<'_> {
    pub(crate) fn services(&mut self) {
        let names = self.names;
        for decl in &names.services {
            let ast = decl.ast;
            let url = match &ast.url {
                Some(url) if url.as_str().starts_with("https://") || url.as_str().starts_with("http://") => {
                    url.value.to_string()
                }
                Some(url) => {
                    self.report(
                        Diagnostic::new(Code::WRONG_TYPE, "this is not an HTTP address", url.span)
                            .help("begin it with `https://`"),
                    );
                    String::new()
                }
                None => {
                    let what = format!("service `{}` has no address", ast.name.text);
                    self.lacks(decl.item, ast.name.span, &what, "add `url \"https://…\"`");
                    String::new()
                }
            };
            let token = ast.token.as_ref().map(|token| {
                if !token.as_str().starts_with("env:") && !token.as_str().starts_with("file:") {
                    self.report(
                        Diagnostic::new(Code::WRONG_TYPE, "a secret stands in the text", token.span)
                            .note("journey files are kept in version control, where secrets do not belong")
                            .help("say where it is found: `token \"env:NAME\"` or `token \"file:PATH\"`"),
                    );
                }
                token.value.to_string()
            });
            let mut actions: Vec<ServiceAction> = Vec::new();
            for (index, action) in ast.actions.iter().enumerate() {
                if let Some(first) =
                    ast.actions.iter().take(index).find(|other| other.name.text == action.name.text)
                {
                    self.report(
                        Diagnostic::new(
                            Code::DECLARED_TWICE,
                            format!("action `{}` is declared twice", action.name.text),
                            action.name.span,
                        )
                        .also(first.name.span, "first declared here"),
                    );
                    continue;
                }
                let action = self.action(decl.item, action);
                actions.push(action);
            }
            self.program.services.push(Service { name: ast.name.text.to_string(), url, token, actions });
        }
    }

    fn action(&mut self, item: &ast::Item, action: &ast::Action) -> ServiceAction {
        if action.method.is_none() || action.path.is_none() {
            let what = format!("action `{}` does not say what is called", action.name.text);
            self.lacks(item, action.name.span, &what, "add a method and a path, such as `post \"/tickets\"`");
        }
        if let Some(limit) = &action.time_limit {
            let _ = self.some_time(limit);
        }
        ServiceAction {
            name: action.name.text.to_string(),
            method: action
                .method
                .as_ref()
                .map_or_else(|| "POST".to_owned(), |method| method.as_str().to_uppercase()),
            path: action.path.as_ref().map(|path| path.value.to_string()).unwrap_or_default(),
            request: self.action_fields(action.request.as_ref()),
            response: self.action_fields(action.response.as_ref()),
            retries: action.retry.as_ref().map_or(0, |retry| retry.times.value),
            retry_over: action.retry.as_ref().and_then(|retry| retry.over).map(|over| over.value),
            time_limit: action.time_limit.map_or(TIME_LIMIT, |limit| limit.value),
        }
    }

    fn action_fields(&mut self, record: Option<&ast::TypeExpr>) -> Vec<Field> {
        match record.and_then(|record| self.ty(record)) {
            Some(Type::Record(fields)) => fields,
            _ => Vec::new(),
        }
    }
}
