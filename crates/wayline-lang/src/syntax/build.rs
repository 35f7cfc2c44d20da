//! The tree turned into the typed syntax tree.
//!
//! The grammar decides what stands where; here it is only read off. Functions give `None` where a part is missing, so
//! that what a syntax error broke drops out of the result.

use std::sync::Arc;

use super::ast::{
    Days, EventRef, EventRefKind, Field, File, Int, Item, ItemKind, Money, Name, Param, Rate, Reaction,
    Spanned, TypeExpr, TypeKind, Window,
};
use super::grammar::Rule as R;
use super::lexer::TokenKind;
use super::recover::describe;
use super::tree::{Node, Tree};
use crate::codes::Code;
use crate::diagnostic::Diagnostic;
use crate::source::{FileId, Span};

mod decl;
mod expr;
mod journey;
mod literal;
mod step;
mod test;
mod world;

pub(crate) use literal::{clock_text, currency_of, unit_name, weekday};

/// How deeply anything may be nested: far more than people read, and little enough for every phase to recurse on a stack
/// of 1 MiB in a build without optimisation, and for the program to be read back from JSON, which nests less than 128.
///
/// Brackets are counted before parsing. Expressions and types are measured while they are built, since an operator in a
/// row, a `where`, a `.field` or a `list of` nests without a bracket.
pub(crate) const MAX_DEPTH: usize = 32;

/// How many `list of` may stand in a row.
const MAX_LISTS: usize = 8;

/// Reads the typed syntax tree off a tree.
pub(crate) fn build(file: FileId, text: &str, tree: &Tree, findings: &mut Vec<Diagnostic>) -> File {
    let Some(root) = tree.root() else { return File::default() };
    let bad = tree.nodes().filter(|n| is_broken(n.kind())).map(Node::index).collect();
    let mut builder = Builder { file, text, bad, findings, depth: 0, height: 0, types: 0, question: None };
    let mut tokens = Docs { tree, text, at: 0 };
    let items = root
        .children()
        .filter_map(|node| {
            let kind = builder.item(node)?;
            let doc = tokens.before(node.span().start);
            Some(Item { doc, span: node.span(), broken: builder.broken(node), kind })
        })
        .collect();
    File { items }
}

/// Whether a node stands for something that is broken.
pub(crate) const fn is_broken(kind: R) -> bool {
    matches!(
        kind,
        R::bad_head
            | R::bad_item
            | R::bad_field
            | R::bad_arm
            | R::bad_step
            | R::missing_open
            | R::missing_close
            | R::missing_operand
            | R::missing_quote
    )
}

/// Finds the `##` lines directly before a declaration, moving forward only.
struct Docs<'t> {
    tree: &'t Tree,
    text: &'t str,
    at: usize,
}

impl Docs<'_> {
    fn before(&mut self, place: u32) -> Option<String> {
        let tokens = self.tree.tokens();
        self.at += tokens.get(self.at..)?.partition_point(|token| token.start < place);
        let mut lines: Vec<&str> = Vec::new();
        let mut pending = None;
        for token in tokens.get(..self.at)?.iter().rev() {
            let text = self.text.get(token.start as usize..token.end as usize)?;
            let breaks = text.bytes().filter(|b| *b == b'\n').count();
            match token.kind {
                // Only what begins its line is documentation; another comment before it ends the search.
                TokenKind::Doc if pending.is_none() => pending = Some(text.trim_start_matches('#').trim()),
                TokenKind::Space if breaks == 1 => lines.extend(pending.take()),
                // An empty line parts the documentation from what follows.
                TokenKind::Space if breaks > 1 => {
                    lines.extend(pending.take());
                    break;
                }
                TokenKind::Space => {}
                _ => {
                    pending = None;
                    break;
                }
            }
        }
        // What begins the file begins its line.
        lines.extend(pending);
        lines.reverse();
        if lines.is_empty() { None } else { Some(lines.join("\n")) }
    }
}

struct Builder<'t, 'f> {
    file: FileId,
    text: &'t str,
    /// The indices of broken nodes, ascending.
    bad: Vec<u32>,
    findings: &'f mut Vec<Diagnostic>,
    /// How many expressions are being read, one in the other.
    depth: usize,
    /// The height of the highest expression that was read in the one that is being read.
    height: usize,
    /// How many types are being read, one in the other.
    types: usize,
    /// Where the question begins whose `where` is being read, outside of parentheses.
    question: Option<u32>,
}

impl<'t> Builder<'t, '_> {
    fn slice(&self, node: Node<'_>) -> &'t str {
        self.text.get(node.span().range()).unwrap_or_default()
    }

    /// Whether something broken lies inside.
    fn broken(&self, node: Node<'_>) -> bool {
        let at = self.bad.partition_point(|index| *index < node.index());
        self.bad.get(at).is_some_and(|index| *index < node.end_index())
    }

    fn report(&mut self, finding: Diagnostic) {
        self.findings.push(finding);
    }

    /// Keeps the first of a clause that may stand once, and reports the second.
    fn once<T>(&mut self, slot: &mut Option<T>, value: Option<T>, node: Node<'_>, first: &mut Firsts) {
        let Some(value) = value else { return };
        if slot.is_some() {
            let what = describe(node.kind()).unwrap_or_default();
            let mut finding =
                Diagnostic::new(Code::DUPLICATE_CLAUSE, format!("{what} is given twice"), node.span())
                    .help("keep one of them");
            if let Some((_, span)) = first.0.iter().find(|(kind, _)| *kind == node.kind()) {
                finding = finding.also(*span, "given here first");
            }
            self.report(finding);
        } else {
            first.0.push((node.kind(), node.span()));
            *slot = Some(value);
        }
    }

    fn item(&mut self, node: Node<'t>) -> Option<ItemKind> {
        Some(match node.kind() {
            R::customer => ItemKind::Customer(self.customer(node)?),
            R::event => ItemKind::Event(self.event(node)?),
            R::topic => ItemKind::Topic(self.topic(node)?),
            R::channel => ItemKind::Channel(self.channel(node)?),
            R::calendar => ItemKind::Calendar(self.calendar(node)?),
            R::message => ItemKind::Message(Box::new(self.message(node)?)),
            R::segment => ItemKind::Segment(self.segment(node)?),
            R::journey => ItemKind::Journey(Box::new(self.journey(node)?)),
            R::flow => ItemKind::Flow(self.flow(node)?),
            R::service => ItemKind::Service(self.service(node)?),
            R::suppress => ItemKind::Suppress(self.suppress(node)?),
            R::persona => ItemKind::Persona(self.persona(node)?),
            R::test => ItemKind::Test(self.test(node)?),
            R::guarantee => ItemKind::Guarantee(self.guarantee(node)?),
            R::moved_journey => ItemKind::Moved(self.moved(node)?),
            _ => return None,
        })
    }

    fn name(&self, node: Node<'_>) -> Name {
        Name { text: Arc::from(self.slice(node).trim_matches('`')), span: node.span() }
    }

    /// The first name below a node.
    fn name_in(&self, node: Node<'_>) -> Option<Name> {
        node.child(R::name).map(|n| self.name(n))
    }

    fn names_in(&self, node: Node<'_>) -> Vec<Name> {
        node.children().filter(|n| n.kind() == R::name).map(|n| self.name(n)).collect()
    }

    fn params(&mut self, node: Node<'t>) -> Vec<Param> {
        let Some(params) = node.child(R::params) else { return Vec::new() };
        params
            .children()
            .filter_map(|n| {
                Some(Param { name: self.name_in(n)?, ty: self.type_expr(n.child(R::type_expr)?) })
            })
            .collect()
    }

    fn fields(&mut self, node: Node<'t>) -> Vec<Field> {
        node.children().filter(|n| n.kind() == R::field).filter_map(|n| self.field(n)).collect()
    }

    fn field(&mut self, node: Node<'t>) -> Option<Field> {
        let default = node.child(R::default).and_then(|n| self.flat_value(n));
        Some(Field {
            name: self.name_in(node)?,
            optional: node.has(R::optional),
            ty: self.type_expr(node.child(R::type_expr)?),
            default,
            span: node.span(),
        })
    }

    fn type_expr(&mut self, node: Node<'t>) -> TypeExpr {
        let span = node.span();
        let lists = node.children().filter(|n| n.kind() == R::list_of).count();
        let Some(base) = node.children().find(|n| n.kind() != R::list_of) else {
            return TypeExpr { kind: TypeKind::Bad, span };
        };
        if lists > MAX_LISTS {
            self.report(
                Diagnostic::new(Code::TOO_DEEP, format!("lists are nested more than {MAX_LISTS} deep"), span)
                    .help("use a list of records"),
            );
            return TypeExpr { kind: TypeKind::Bad, span };
        }
        let levels = lists + 1;
        if self.types + levels > MAX_DEPTH {
            self.report(
                Diagnostic::new(
                    Code::TOO_DEEP,
                    format!("types are nested more than {MAX_DEPTH} deep"),
                    base.span(),
                )
                .help("use fewer records and lists in each other"),
            );
            return TypeExpr { kind: TypeKind::Bad, span };
        }
        self.types += levels;
        let inner = TypeExpr { kind: self.type_kind(base).unwrap_or(TypeKind::Bad), span: base.span() };
        self.types -= levels;
        (0..lists).fold(inner, |inner, _| TypeExpr { kind: TypeKind::List(Box::new(inner)), span })
    }

    fn type_kind(&mut self, node: Node<'t>) -> Option<TypeKind> {
        Some(match node.kind() {
            R::type_record => TypeKind::Record(self.fields(node)),
            R::type_one_of => TypeKind::OneOf(self.names_in(node)),
            R::type_yes_no => TypeKind::YesNo,
            R::type_number => {
                let range = node.child(R::number_range).and_then(|n| {
                    let mut ends = n.children().filter(|n| n.kind() == R::signed);
                    Some((self.signed(ends.next()?), self.signed(ends.next()?)))
                });
                TypeKind::Number { range }
            }
            R::type_money => {
                let currency = node.child(R::currency).or_else(|| node.child(R::compat_currency))?;
                TypeKind::Money { currency: self.name(currency) }
            }
            R::type_message => TypeKind::Message(self.params(node)),
            R::type_name => match self.slice(node) {
                "text" => TypeKind::Text,
                "date" => TypeKind::Date,
                "time" => TypeKind::Time,
                "moment" => TypeKind::Moment,
                "duration" => TypeKind::Duration,
                "zone" => TypeKind::Zone,
                _ => TypeKind::Named(self.name_in(node)?),
            },
            _ => return None,
        })
    }

    fn rate(&mut self, node: Node<'t>) -> Option<Rate> {
        let count = self.int(node.child(R::int)?);
        let per = match node.child(R::duration) {
            Some(n) => self.duration(n),
            None => {
                let unit = node.child(R::unit)?;
                Spanned { value: literal::unit_span(self.slice(unit), 1)?, span: unit.span() }
            }
        };
        Some(Rate { count, per, span: node.span() })
    }

    fn window(&mut self, node: Node<'t>) -> Option<Window> {
        let node = if node.kind() == R::window { node } else { node.child(R::window)? };
        let mut ends = node.children().filter(|n| n.kind() == R::time);
        let (from, to) = (self.time(ends.next()?).value, self.time(ends.next()?).value);
        Some(Spanned { value: wayline_time::Window { from, to }, span: node.span() })
    }

    /// The days below a node, if there are any.
    fn days(&self, node: Node<'_>) -> Option<Days> {
        let node = node.child(R::days)?;
        let mut set = wayline_time::WeekdaySet::EMPTY;
        for range in node.children().filter(|n| n.kind() == R::day_range) {
            let mut ends =
                range.children().filter(|n| n.kind() == R::weekday).filter_map(|n| weekday(self.slice(n)));
            let first = ends.next()?;
            for day in wayline_time::WeekdaySet::from_range(first, ends.next().unwrap_or(first)).iter() {
                set.insert(day);
            }
        }
        Some(Spanned { value: set, span: node.span() })
    }

    fn event_ref(&self, node: Node<'_>) -> Option<EventRef> {
        let node = if node.kind() == R::event_ref { node } else { node.child(R::event_ref)? };
        let any = node.child(R::k_any).map(Node::span);
        let kind = match node.child(R::reaction) {
            Some(n) => EventRefKind::Reaction { reaction: self.reaction(n)?, target: self.name_in(node) },
            None => EventRefKind::Event(self.name_in(node)?),
        };
        Some(EventRef { any, kind, span: node.span() })
    }

    fn reaction(&self, node: Node<'_>) -> Option<Spanned<Reaction>> {
        Some(Spanned { value: Reaction::from_word(self.slice(node))?, span: node.span() })
    }

    fn money(&mut self, node: Node<'t>) -> Option<Money> {
        let amount = self.number(node.child(R::number)?);
        let currency = match node.child(R::currency) {
            Some(n) => self.name(n),
            None => {
                let sign = node.child(R::currency_sign)?;
                Name { text: Arc::from(currency_of(self.slice(sign))), span: sign.span() }
            }
        };
        Some(Money { amount, currency, span: node.span() })
    }

    fn money_in(&mut self, node: Node<'t>) -> Option<Money> {
        let money = node.children().find(|n| matches!(n.kind(), R::money | R::compat_money))?;
        self.money(money)
    }

    fn int_in(&mut self, node: Node<'t>) -> Option<Int> {
        node.child(R::int).map(|n| self.int(n))
    }

    fn duration_in(&mut self, node: Node<'t>) -> Option<super::ast::Duration> {
        node.child(R::duration).map(|n| self.duration(n))
    }
}

/// Where clauses that may stand once were seen first.
#[derive(Default)]
struct Firsts(Vec<(R, Span)>);
