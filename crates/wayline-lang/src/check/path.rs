//! Paths: what a name means here, and the way through its fields.

use std::sync::Arc;

use rust_decimal::prelude::ToPrimitive;
use wayline_ir::{Expr, Field, FieldId, Type, Value};

use super::Checker;
use super::expr::Typed;
use super::scope::{Means, Scope};
use super::types::describe;
use crate::codes::Code;
use crate::diagnostic::{Applicability, Diagnostic};
use crate::resolve::Kind;
use crate::source::Span;
use crate::suggest;
use crate::syntax::ast::{self, Access, ExprKind, Name};

/// Where a path begins.
enum Root {
    Value { expr: Expr, ty: Arc<Type>, optional: bool },
    Customer,
}

impl Checker<'_> {
    /// Whether the expression is a single name that means nothing here but may be a word of a `one of`.
    pub(crate) fn is_bare_word(&self, scope: &Scope, e: &ast::Expr) -> bool {
        match &e.kind {
            ExprKind::Path(path) => path.access.is_empty() && self.root(scope, path.root.as_str()).is_none(),
            _ => false,
        }
    }

    /// What a name means as the beginning of a path.
    fn root(&self, scope: &Scope, name: &str) -> Option<Root> {
        for (depth, item) in (0..).zip(scope.items.iter().rev()) {
            if let Some((index, field)) = find(item.fields(), name) {
                let expr = Expr::Field(Box::new(Expr::Item(depth)), index);
                return Some(Root::Value { expr, ty: Arc::new(field.ty.clone()), optional: maybe(field) });
            }
        }
        for (depth, item) in (0..).zip(scope.items.iter().rev()) {
            if item.names.iter().any(|known| &**known == name) {
                return Some(Root::Value {
                    expr: Expr::Item(depth),
                    ty: Arc::clone(&item.ty),
                    optional: false,
                });
            }
        }
        match scope.local(name) {
            Some(Means::Value { expr, ty, optional }) => {
                Some(Root::Value { expr: expr.clone(), ty: Arc::clone(ty), optional: *optional })
            }
            Some(Means::Message(_) | Means::MessageOf(_)) => None,
            None => (name == "customer").then_some(Root::Customer),
        }
    }

    /// Whether a name begins a path here (and so is not an event, or a word).
    pub(crate) fn means_value(&self, scope: &Scope, name: &str) -> bool {
        self.root(scope, name).is_some()
    }

    /// Whether a name means a record here.
    pub(crate) fn is_record(&self, scope: &Scope, name: &str) -> bool {
        matches!(self.root(scope, name), Some(Root::Value { ty, .. }) if matches!(*ty, Type::Record(_)))
    }

    pub(crate) fn path(&mut self, scope: &mut Scope, path: &ast::Path, want: Option<&Type>) -> Option<Typed> {
        let name = path.root.as_str();
        if path.access.is_empty()
            && let Some(Type::OneOf(words)) = want
        {
            let field_of_item = scope.items.iter().any(|item| find(item.fields(), name).is_some());
            let symbol = self.symbols.get(name).filter(|symbol| words.contains(symbol));
            if let (Some(symbol), false) = (symbol, field_of_item) {
                return Some(Typed::of(Expr::Const(Value::Choice(symbol)), Type::OneOf(vec![symbol])));
            }
            if self.root(scope, name).is_none() {
                self.unknown_word(&path.root, words);
                return None;
            }
        }
        match self.root(scope, name) {
            Some(Root::Value { expr, ty, optional }) if path.access.is_empty() => {
                let optional = optional && !scope.facts.knows(&expr);
                Some(Typed { expr, ty: (*ty).clone(), optional })
            }
            Some(Root::Value { expr, ty, optional }) => {
                let optional = optional && !scope.facts.knows(&expr);
                self.walk(scope, expr, &ty, optional, &path.access, path.root.span)
            }
            Some(Root::Customer) => self.customer_path(scope, path),
            None => {
                self.unknown_name(scope, &path.root);
                None
            }
        }
    }

    fn customer_path(&mut self, scope: &mut Scope, path: &ast::Path) -> Option<Typed> {
        let fields = Arc::clone(&self.customer);
        let Some((Access::Field(name), rest)) = path.access.split_first() else {
            self.report(
                Diagnostic::new(Code::WRONG_TYPE, "`customer` is not a value by itself", path.span)
                    .help("name one of its fields, such as `customer.email`, or ask `customer in SEGMENT`"),
            );
            return None;
        };
        let Some((index, field)) = find(&fields, name.as_str()) else {
            self.unknown_field(name, &fields, "the customer");
            return None;
        };
        let expr = Expr::Customer(index);
        let optional = maybe(field) && !scope.facts.knows(&expr);
        if rest.is_empty() {
            return Some(Typed { expr, ty: field.ty.clone(), optional });
        }
        self.walk(scope, expr, &field.ty, optional, rest, path.root.span.to(name.span))
    }

    /// Goes on from a value through fields and indices.
    pub(crate) fn access(
        &mut self,
        scope: &mut Scope,
        base: Typed,
        access: &[Access],
        span: Span,
    ) -> Option<Typed> {
        let Typed { expr, ty, optional } = base;
        self.walk(scope, expr, &ty, optional, access, span)
    }

    fn walk(
        &mut self,
        scope: &mut Scope,
        mut expr: Expr,
        mut ty: &Type,
        mut optional: bool,
        access: &[Access],
        mut span: Span,
    ) -> Option<Typed> {
        for step in access {
            match step {
                Access::Field(name) => {
                    let Type::Record(fields) = ty else {
                        self.no_fields(ty, name, span);
                        return None;
                    };
                    let Some((index, field)) = find(fields, name.as_str()) else {
                        let what = format!("`{}`", self.text(span));
                        self.unknown_field(name, fields, &what);
                        return None;
                    };
                    expr = Expr::Field(Box::new(expr), index);
                    optional = (optional || maybe(field)) && !scope.facts.knows(&expr);
                    ty = &field.ty;
                    span = span.to(name.span);
                }
                Access::Index(index) => {
                    let Type::List(item) = ty else {
                        let found = describe(ty, &self.symbols);
                        self.report(Diagnostic::new(
                            Code::WRONG_TYPE,
                            format!("only a list has items, but this is {found}"),
                            span,
                        ));
                        return None;
                    };
                    let at = self.expect(scope, index, &Type::Number { from: None, to: None })?;
                    if let Expr::Const(Value::Number(n)) = &at
                        && n.to_u32().is_none_or(|whole| rust_decimal::Decimal::from(whole) != *n)
                    {
                        self.report(Diagnostic::new(
                            Code::OUT_OF_RANGE,
                            "items are counted 0, 1, 2, …",
                            index.span,
                        ));
                        return None;
                    }
                    expr = Expr::Index(Box::new(expr), Box::new(at));
                    optional = !scope.facts.knows(&expr);
                    ty = item;
                    span = span.to(index.span);
                }
            }
        }
        Some(Typed { expr, ty: ty.clone(), optional })
    }

    fn no_fields(&mut self, ty: &Type, name: &Name, span: Span) {
        let text = self.text(span);
        let found = describe(ty, &self.symbols);
        let mut finding = Diagnostic::new(
            Code::UNKNOWN_FIELD,
            format!("`{text}` is {found} and has no field `{}`", name.text),
            name.span,
        );
        if matches!(ty, Type::List(_)) {
            finding =
                finding.help(format!("take an item (`{text}[0]`), or ask about all: `any {text} where …`"));
        }
        self.report(finding);
    }

    /// Says that a word is none of a `one of`.
    pub(crate) fn unknown_word(&mut self, name: &Name, words: &[wayline_ir::Symbol]) {
        let words: Vec<String> = words.iter().map(|word| self.symbols.word(*word).to_owned()).collect();
        let words = || words.iter().map(String::as_str);
        let mut finding = Diagnostic::new(
            Code::UNKNOWN_WORD,
            format!("`{}` is none of the words that can stand here", name.text),
            name.span,
        );
        finding = match suggest::closest(name.as_str(), words()) {
            Some(near) => finding.help(format!("did you mean `{near}`?")).replace(
                Applicability::Safe,
                name.span,
                near,
                format!("write `{near}`"),
            ),
            None => finding.help(format!("the words are {}", suggest::list(words()))),
        };
        self.report(finding);
    }

    fn unknown_name(&mut self, scope: &Scope, name: &Name) {
        let mut finding =
            Diagnostic::new(Code::UNKNOWN_NAME, format!("nothing is called `{}` here", name.text), name.span);
        finding = if let Some(near) = suggest::closest(name.as_str(), scope.names()) {
            finding.help(format!("did you mean `{near}`?")).replace(
                Applicability::Safe,
                name.span,
                near,
                format!("write `{near}`"),
            )
        } else if self.names.get(Kind::Event, name.as_str()).is_some() {
            finding.note(format!("`{}` is an event, and no one event of it is meant here", name.text)).help(
                format!(
                    "ask about its past (`any {0} in last 30 days`, `latest {0}`), or bind one with `as`",
                    name.text
                ),
            )
        } else if find(&self.customer, name.as_str()).is_some() {
            finding.help(format!("fields of the customer are written `customer.{}`", name.text)).replace(
                Applicability::Safe,
                name.span,
                format!("customer.{}", name.text),
                format!("write `customer.{}`", name.text),
            )
        } else {
            let known: Vec<&str> = scope.names().collect();
            finding.help(format!("what can stand here begins with {}", suggest::list(known)))
        };
        self.report(finding);
    }
}

/// A field by name.
pub(crate) fn find<'f>(fields: &'f [Field], name: &str) -> Option<(FieldId, &'f Field)> {
    let index = fields.iter().position(|field| field.name == name)?;
    fields.get(index).map(|field| (FieldId::at(index), field))
}

/// Whether a field's value may be missing: a default stands in for it.
pub(crate) fn maybe(field: &Field) -> bool {
    field.optional && field.default.is_none()
}
