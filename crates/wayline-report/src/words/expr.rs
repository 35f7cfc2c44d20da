//! Conditions and values, as the language writes them.

use wayline_ir::{ArithOp, CompareOp, Expr, FieldId, HistoryRange, Query, Subject, TextOp, Type, Value};

use super::value::{quoted, value};
use super::{Words, step::share};

/// How tight an operator binds; a looser one inside of a tighter one stands in parentheses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Tight {
    Or,
    And,
    Not,
    Compare,
    Add,
    Multiply,
    Default,
    Field,
}

/// What an expression stands in.
struct Place<'a> {
    /// What the `where`s around are asked about, the innermost last.
    items: Vec<Option<Type>>,
    words: Words<'a>,
}

impl Words<'_> {
    /// An expression.
    pub(crate) fn expr(&self, expr: &Expr) -> String {
        Place { items: Vec::new(), words: *self }.write(expr, None, Tight::Or, true)
    }

    /// A condition asked of an event or item.
    pub(super) fn expr_in(&self, expr: &Expr, item: Option<Type>) -> String {
        Place { items: vec![item], words: *self }.write(expr, None, Tight::Or, true)
    }

    /// The type of an expression, where it is needed for its words.
    pub(super) fn type_of(&self, expr: &Expr) -> Option<Type> {
        Place { items: Vec::new(), words: *self }.type_of(expr)
    }
}

impl Place<'_> {
    /// Writes what binds at least as tight as `around`. `last`: nothing follows that a `where` would take for its own.
    fn write(&mut self, expr: &Expr, hint: Option<&Type>, around: Tight, last: bool) -> String {
        let tight = tightness(expr);
        let swallows = has_where(expr) && !last;
        if tight < around || swallows {
            format!("({})", self.bare(expr, hint, true))
        } else {
            self.bare(expr, hint, last)
        }
    }

    fn bare(&mut self, expr: &Expr, hint: Option<&Type>, last: bool) -> String {
        let program = self.words.program;
        match expr {
            Expr::Const(constant) => value(program, hint, constant),
            Expr::Slot(slot) => self.words.slot(*slot).to_owned(),
            Expr::Customer(field) => {
                let field = program.customer.get(field.index());
                format!("customer.{}", field.map_or("", |field| field.name.as_str()))
            }
            Expr::Item(_) => "it".to_owned(),
            Expr::Field(of, field) => {
                let name = self.field_name(of, *field);
                match of.as_ref() {
                    Expr::Item(_) => name,
                    of => format!("{}.{name}", self.write(of, None, Tight::Field, false)),
                }
            }
            Expr::Index(list, index) => {
                let list = self.write(list, None, Tight::Field, false);
                format!("{list}[{}]", self.write(index, None, Tight::Or, true))
            }
            Expr::Now => "now".to_owned(),
            Expr::Today => "today".to_owned(),
            Expr::Not(of) => match of.as_ref() {
                Expr::Known(of) => format!("{} is missing", self.write(of, None, Tight::Add, false)),
                Expr::OneOf(of, options) => self.one_of(of, options, "is not one of"),
                Expr::InSegment(segment) => format!("customer not in {}", self.words.segment(*segment)),
                of => format!("not {}", self.write(of, None, Tight::Not, last)),
            },
            Expr::And(all) => self.joined(all, " and ", Tight::And, last),
            Expr::Or(all) => self.joined(all, " or ", Tight::Or, last),
            Expr::Compare(op, a, b) => {
                let ty = self.type_of(a).or_else(|| self.type_of(b));
                let a = self.write(a, ty.as_ref(), Tight::Add, false);
                let b = self.write(b, ty.as_ref(), Tight::Add, last);
                format!("{a} {} {b}", compare(*op))
            }
            Expr::Known(of) => format!("{} is known", self.write(of, None, Tight::Add, false)),
            Expr::OneOf(of, options) => self.one_of(of, options, "is one of"),
            Expr::Text(op, a, b) => {
                let word = match op {
                    TextOp::Contains => "contains",
                    TextOp::StartsWith => "starts with",
                    TextOp::EndsWith => "ends with",
                };
                let a = self.write(a, None, Tight::Add, false);
                format!("{a} {word} {}", self.write(b, None, Tight::Add, last))
            }
            Expr::Arith(op, a, b) => {
                let ty = hint.cloned().or_else(|| self.type_of(a)).or_else(|| self.type_of(b));
                let (sign, tight, after) = match op {
                    ArithOp::Add => ("+", Tight::Add, Tight::Multiply),
                    ArithOp::Subtract => ("-", Tight::Add, Tight::Multiply),
                    ArithOp::Multiply => ("*", Tight::Multiply, Tight::Default),
                    ArithOp::Divide => ("/", Tight::Multiply, Tight::Default),
                };
                let a = self.write(a, ty.as_ref(), tight, false);
                format!("{a} {sign} {}", self.write(b, ty.as_ref(), after, last))
            }
            Expr::Default(a, b) => {
                let ty = hint.cloned().or_else(|| self.type_of(a));
                let a = self.write(a, ty.as_ref(), Tight::Field, false);
                format!("{a} default {}", self.write(b, ty.as_ref(), Tight::Field, last))
            }
            Expr::List(all) => {
                let item = match hint {
                    Some(Type::List(item)) => Some(item.as_ref()),
                    _ => None,
                };
                let items: Vec<String> = all.iter().map(|e| self.write(e, item, Tight::Or, false)).collect();
                format!("[{}]", items.join(", "))
            }
            Expr::Record(all) => {
                let fields = match hint {
                    Some(Type::Record(fields)) => fields.as_slice(),
                    _ => &[],
                };
                let mut parts = Vec::new();
                for (index, part) in all.iter().enumerate() {
                    let field = fields.get(index);
                    let text = self.write(part, field.map(|field| &field.ty), Tight::Or, false);
                    parts.push(field.map_or(text.clone(), |field| format!("{}: {text}", field.name)));
                }
                format!("{{ {} }}", parts.join(", "))
            }
            Expr::InSegment(segment) => format!("customer in {}", self.words.segment(*segment)),
            Expr::Bucket { name, share: part } => format!("in bucket {} of {}", share(*part), quoted(name)),
            Expr::History(question) => {
                let source = self.words.source(&question.source);
                let item = self.words.source_type(&question.source);
                let range = match question.range {
                    HistoryRange::Ever if question.query == Query::Latest => String::new(),
                    HistoryRange::Ever => " ever".to_owned(),
                    HistoryRange::InLast(span) => format!(" in last {span}"),
                    HistoryRange::SinceEnter => " since enter".to_owned(),
                };
                self.asked(&question.query, &source, &range, item, question.filter.as_deref())
            }
            Expr::Items(question) => {
                let list = self.write(&question.list, None, Tight::Field, false);
                let item = match self.type_of(&question.list) {
                    Some(Type::List(item)) => Some(*item),
                    _ => None,
                };
                self.asked(&question.query, &list, "", item, question.filter.as_deref())
            }
            Expr::HasBeen { subject, span } => match subject {
                Subject::Field(field, is) => {
                    let field = program.customer.get(field.index());
                    let name = field.map_or("", |field| field.name.as_str());
                    format!(
                        "customer.{name} has been {} for {span}",
                        value(program, field.map(|f| &f.ty), is)
                    )
                }
                Subject::Segment(segment) => {
                    format!("customer has been in {} for {span}", self.words.segment(*segment))
                }
            },
        }
    }

    fn joined(&mut self, all: &[Expr], by: &str, tight: Tight, last: bool) -> String {
        let mut text = String::new();
        for (index, part) in all.iter().enumerate() {
            let is_last = index + 1 == all.len();
            if index > 0 {
                text.push_str(by);
            }
            // A row of the same operator is one expression here: what is nested needs parentheses.
            let around = if tight == Tight::Or { Tight::And } else { Tight::Not };
            text.push_str(&self.write(part, None, around, last && is_last));
        }
        text
    }

    fn one_of(&mut self, of: &Expr, options: &[Expr], words: &str) -> String {
        let ty = self.type_of(of);
        let of = self.write(of, None, Tight::Add, false);
        let options: Vec<String> =
            options.iter().map(|option| self.write(option, ty.as_ref(), Tight::Add, false)).collect();
        format!("{of} {words} {}", options.join(", "))
    }

    fn asked(
        &mut self,
        query: &Query,
        of: &str,
        range: &str,
        item: Option<Type>,
        filter: Option<&Expr>,
    ) -> String {
        self.items.push(item);
        let mut text = match query {
            Query::Any => format!("any {of}{range}"),
            Query::No => format!("no {of}{range}"),
            Query::Count => format!("count of {of}{range}"),
            Query::Latest => format!("latest {of}{range}"),
            Query::Sum { of: what, .. } => {
                format!("sum of {of}.{}{range}", self.write(what, None, Tight::Field, false))
            }
        };
        if let Some(filter) = filter {
            text.push_str(" where ");
            text.push_str(&self.write(filter, None, Tight::Or, true));
        }
        self.items.pop();
        text
    }

    fn field_name(&self, of: &Expr, field: FieldId) -> String {
        match self.type_of(of) {
            Some(Type::Record(fields)) => fields.get(field.index()).map(|field| field.name.clone()),
            _ => None,
        }
        .unwrap_or_else(|| format!("field {}", field.index() + 1))
    }

    fn type_of(&self, expr: &Expr) -> Option<Type> {
        let program = self.words.program;
        match expr {
            Expr::Slot(slot) => Some(self.words.journey.slots.get(slot.index())?.ty.clone()),
            Expr::Customer(field) => Some(program.customer.get(field.index())?.ty.clone()),
            Expr::Item(depth) => {
                let place = self.items.len().checked_sub(1 + *depth as usize)?;
                self.items.get(place)?.clone()
            }
            Expr::Field(of, field) => match self.type_of(of)? {
                Type::Record(fields) => Some(fields.get(field.index())?.ty.clone()),
                _ => None,
            },
            Expr::Index(list, _) => match self.type_of(list)? {
                Type::List(item) => Some(*item),
                _ => None,
            },
            Expr::Arith(ArithOp::Divide, a, b) => match (self.type_of(a)?, b.as_ref()) {
                (Type::Money(_), Expr::Const(Value::Money(_))) => None,
                (Type::Money(_), b) if matches!(self.type_of(b), Some(Type::Money(_))) => None,
                (ty, _) => Some(ty),
            },
            Expr::Arith(_, a, b) => {
                let money = |expr| self.type_of(expr).filter(|ty| matches!(ty, Type::Money(_)));
                money(a).or_else(|| money(b)).or_else(|| self.type_of(a))
            }
            Expr::Default(a, b) => self.type_of(a).or_else(|| self.type_of(b)),
            Expr::History(question) => {
                let item = self.words.source_type(&question.source);
                self.asked_type(&question.query, item)
            }
            Expr::Items(question) => match self.type_of(&question.list)? {
                Type::List(item) => self.asked_type(&question.query, Some(*item)),
                _ => None,
            },
            _ => None,
        }
    }

    fn asked_type(&self, query: &Query, item: Option<Type>) -> Option<Type> {
        match query {
            Query::Latest => item,
            Query::Sum { of, .. } => {
                let mut items = self.items.clone();
                items.push(item);
                Place { items, words: self.words }.type_of(of)
            }
            Query::Any | Query::No | Query::Count => None,
        }
    }
}

const fn compare(op: CompareOp) -> &'static str {
    match op {
        CompareOp::Is => "is",
        CompareOp::IsNot => "is not",
        CompareOp::Less => "<",
        CompareOp::AtMost => "<=",
        CompareOp::Greater => ">",
        CompareOp::AtLeast => ">=",
    }
}

const fn tightness(expr: &Expr) -> Tight {
    match expr {
        Expr::Or(_) => Tight::Or,
        Expr::And(_) => Tight::And,
        Expr::Not(of) => match **of {
            Expr::Known(_) | Expr::OneOf(..) | Expr::InSegment(_) => Tight::Compare,
            _ => Tight::Not,
        },
        Expr::Compare(..)
        | Expr::Known(_)
        | Expr::OneOf(..)
        | Expr::Text(..)
        | Expr::InSegment(_)
        | Expr::Bucket { .. }
        | Expr::HasBeen { .. } => Tight::Compare,
        Expr::Arith(ArithOp::Add | ArithOp::Subtract, ..) => Tight::Add,
        Expr::Arith(..) => Tight::Multiply,
        // A question takes the words after it for its own: as an operand it stands in parentheses or at an end.
        Expr::History(_) | Expr::Items(_) => Tight::Default,
        Expr::Default(..) => Tight::Default,
        _ => Tight::Field,
    }
}

/// Whether a question has a `where`, which would take what follows for its own.
const fn has_where(expr: &Expr) -> bool {
    match expr {
        Expr::History(question) => question.filter.is_some(),
        Expr::Items(question) => question.filter.is_some(),
        _ => false,
    }
}

#[cfg(test)]
mod tests;
