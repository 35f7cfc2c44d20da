//! Reading data: names, fields, elements, and what may be missing on the way.

use std::sync::LazyLock;

use super::facts::Learnt;
use super::{Checker, NUMBER, T};
use crate::finding::{Finding, FindingKind, Span};
use crate::names::closest;
use crate::schema::{Field, Ty};
use crate::tree::{Operand, Path, Segment, Step};

/// What `forloop` offers inside a loop.
static FORLOOP: LazyLock<Ty> = LazyLock::new(|| {
    let number = ["index", "index0", "rindex", "rindex0", "length"];
    let mut fields: Vec<Field> = number.into_iter().map(|name| Field::required(name, Ty::Number)).collect();
    fields.extend(["first", "last"].into_iter().map(|name| Field::required(name, Ty::YesNo)));
    Ty::Record(fields)
});

/// The first thing on a path that may not be there.
#[derive(Clone, Debug)]
pub(super) struct Gap {
    why: Why,
    span: Span,
    /// The path up to here, as it is written.
    text: String,
    /// The path up to the list, for an element.
    list: String,
    size: usize,
}

#[derive(Clone, Copy, Debug)]
enum Why {
    Optional,
    Element,
    Unassigned,
}

impl Gap {
    pub(super) fn element(list: &str, span: Span) -> Self {
        Self { why: Why::Element, span, text: format!("{list} | first"), list: list.to_owned(), size: 1 }
    }

    /// For values that are printed or assigned, where `default` can stand.
    pub(super) fn finding_with_default(&self) -> Finding {
        self.finding("")
    }

    /// For values in conditions, loops and arguments; `@` in the help is the path.
    pub(super) fn finding(&self, help: &str) -> Finding {
        let Self { text, list, .. } = self;
        match self.why {
            Why::Optional => Finding::new(
                FindingKind::PossiblyMissing,
                self.span.clone(),
                format!("`{text}` may be missing"),
                "not always there",
            )
            .help(if help.is_empty() {
                format!("add `| default: \"…\"`, or put it into `{{% if {text} %}}…{{% endif %}}`")
            } else {
                help.replace('@', text)
            }),
            Why::Element => Finding::new(
                FindingKind::IndexMayNotExist,
                self.span.clone(),
                format!("`{text}` may not exist: the list can be shorter"),
                "index that may not exist",
            )
            .help(if help.is_empty() {
                format!(
                    "put it into `{{% if {list}.size > {} %}}…{{% endif %}}`, or add `| default: \"…\"`",
                    self.size.saturating_sub(1)
                )
            } else {
                format!(
                    "put it into `{{% if {list}.size > {} %}}…{{% endif %}}`",
                    self.size.saturating_sub(1)
                )
            }),
            Why::Unassigned => Finding::new(
                FindingKind::PossiblyMissing,
                self.span.clone(),
                format!("`{text}` may have no value here"),
                "assigned only in some branches",
            )
            .help(format!("assign `{text}` in front of the block, or in every branch with an `else`")),
        }
    }
}

/// What a path reads.
pub(super) struct Read<'a> {
    pub(super) ty: T<'a>,
    /// What may be missing, given what is known here.
    pub(super) gap: Option<Gap>,
    /// Something on the way may be missing by its declaration, known here or not.
    pub(super) can_be_missing: bool,
    /// The name of the place for facts; empty when the path is wrong.
    pub(super) key: String,
    /// Set for `list.size`: the key of the list.
    pub(super) size_of: Option<String>,
}

impl<'a> Checker<'a> {
    /// Reads a path, reporting names that do not exist.
    pub(super) fn read(&mut self, path: &'a Path) -> Read<'a> {
        let mut read =
            Read { ty: T::Unknown, gap: None, can_be_missing: false, key: path.root.clone(), size_of: None };
        let Some(ty) = self.root(path, &mut read) else {
            read.key.clear();
            return read;
        };
        read.ty = ty;
        let mut text = path.root.clone();
        for segment in &path.segments {
            let list_key = read.key.clone();
            let list_text = text.clone();
            match &segment.step {
                Step::Field(name) => text.extend([".", name]),
                Step::Index(index) => text.push_str(&format!("[{index}]")),
                Step::Last | Step::Each => text.push_str("[-1]"),
            }
            let Some(step) = self.step(read.ty, segment, &list_text) else {
                read.ty = T::Unknown;
                read.key.clear();
                return read;
            };
            read.key.push_str(&key_part(&segment.step));
            let there = self.facts.is_there(&read.key);
            let span = path.span.start..segment.span.end;
            match step {
                Stepped::Field(field) => {
                    read.ty = T::Is(&field.ty);
                    read.can_be_missing |= field.optional;
                    if field.optional && !there && read.gap.is_none() {
                        read.gap = Some(Gap {
                            why: Why::Optional,
                            span,
                            text: text.clone(),
                            list: list_text,
                            size: 0,
                        });
                    }
                }
                Stepped::Element(item, size) => {
                    read.ty = T::Is(item);
                    read.can_be_missing = true;
                    if !there && !self.facts.has_size(&list_key, size) && read.gap.is_none() {
                        read.gap =
                            Some(Gap { why: Why::Element, span, text: text.clone(), list: list_text, size });
                    }
                }
                Stepped::Size => {
                    if read.ty.item().is_some() {
                        read.size_of = Some(list_key);
                    }
                    read.ty = T::Is(&NUMBER);
                }
            }
        }
        read
    }

    fn root(&mut self, path: &'a Path, read: &mut Read<'a>) -> Option<T<'a>> {
        let name = path.root.as_str();
        if name == "forloop" && !self.loops.is_empty() {
            return Some(T::Is(&FORLOOP));
        }
        if let Some((_, ty)) = self.loops.iter().rev().find(|(variable, _)| *variable == name) {
            return (*ty != T::Unknown).then_some(*ty);
        }
        let gap = |why| {
            Some(Gap {
                why,
                span: path.root_span.clone(),
                text: name.to_owned(),
                list: String::new(),
                size: 0,
            })
        };
        if let Some(variable) = self.variables.get(name) {
            if !variable.settled {
                read.gap = gap(Why::Unassigned);
                read.can_be_missing = true;
            }
            return (variable.ty != T::Unknown).then_some(variable.ty);
        }
        let schema = self.schema;
        if let Some(root) = schema.roots.iter().find(|root| root.name == name) {
            read.can_be_missing = root.optional;
            if root.optional && !self.facts.is_there(name) {
                read.gap = gap(Why::Optional);
            }
            return Some(T::Is(&root.ty));
        }
        let known = schema.roots.iter().map(|root| root.name.as_str());
        let known =
            known.chain(self.loops.iter().map(|(name, _)| *name)).chain(self.variables.keys().copied());
        let all: Vec<&str> = known.collect();
        let finding = Finding::new(
            FindingKind::UnknownName,
            path.root_span.clone(),
            format!("there is no `{name}`"),
            "unknown name",
        );
        let finding = if name == "forloop" {
            finding.help("`forloop` exists only inside a `{% for %}`")
        } else if let Some(meant) = closest(name, all.iter().copied()) {
            finding.help(format!("did you mean `{meant}`?")).suggest(path.root_span.clone(), meant)
        } else if all.is_empty() {
            finding.help("this template can read nothing: declare what it needs on the message")
        } else {
            finding.help(format!("known here: {}", list(&all)))
        };
        self.report(finding);
        None
    }

    fn step(&mut self, ty: T<'a>, segment: &'a Segment, text: &str) -> Option<Stepped<'a>> {
        let finding = match (&segment.step, ty) {
            (_, T::Unknown) => return None,
            (Step::Field(name), T::Is(Ty::Record(fields))) => {
                match fields.iter().find(|field| field.name == *name) {
                    Some(field) => return Some(Stepped::Field(field)),
                    None => unknown_field(name, fields, segment, text),
                }
            }
            (Step::Field(name), _) if ty.item().is_some() => match (name.as_str(), ty.item()) {
                ("size", _) => return Some(Stepped::Size),
                ("first" | "last", Some(item)) => return Some(Stepped::Element(item, 1)),
                _ => wrong_field(name, segment, text, ty)
                    .help(format!("loop with `{{% for x in {text} %}}`, or take one: `{text}[0].{name}`")),
            },
            (Step::Field(name), T::Is(ty)) if name == "size" && ty.is_text() => return Some(Stepped::Size),
            (Step::Field(name), _) => wrong_field(name, segment, text, ty)
                .help(format!("`{text}` is a {}: use it as it is", ty.describe())),
            (Step::Index(_) | Step::Last | Step::Each, _) => match (&segment.step, ty.item()) {
                (Step::Index(index), Some(item)) => {
                    return Some(Stepped::Element(item, index.saturating_add(1)));
                }
                (_, Some(item)) => return Some(Stepped::Element(item, 1)),
                (_, None) => Finding::new(
                    FindingKind::WrongType,
                    segment.span.clone(),
                    format!("`{text}` is a {}, not a list", ty.describe()),
                    "only lists have elements",
                )
                .help("leave the index out"),
            },
        };
        self.report(finding);
        None
    }

    /// That the value of a path, and everything on the way to it, is there.
    pub(super) fn learn_there(&self, path: &Path) -> Vec<Learnt> {
        self.learn(path, 0)
    }

    /// That the list of a path is there and has at least so many elements.
    pub(super) fn learn_size(&self, path: &Path, size: usize) -> Vec<Learnt> {
        self.learn(path, size)
    }

    fn learn(&self, path: &Path, size: usize) -> Vec<Learnt> {
        let mut key = path.root.clone();
        let mut learnt = Vec::new();
        for segment in &path.segments {
            let mut before = Learnt { key: key.clone(), size: 0 };
            // A field named `first` of a record gets the key of an element, which is harmless: no list has that key.
            key.push_str(&key_part(&segment.step));
            before.size = match &segment.step {
                Step::Index(index) => index.saturating_add(1),
                Step::Last => 1,
                Step::Field(name) if name == "first" || name == "last" => 1,
                Step::Field(_) | Step::Each => 0,
            };
            learnt.push(before);
        }
        learnt.push(Learnt { key, size });
        learnt
    }

    /// The type of an operand; `nil`, `empty` and `blank` have none.
    pub(super) fn operand(&mut self, operand: &'a Operand) -> Option<Read<'a>> {
        let ty = match operand {
            Operand::Path(path) => return Some(self.read(path)),
            Operand::Literal(literal, _) => super::chains::literal_type(literal)?,
        };
        Some(Read { ty, gap: None, can_be_missing: false, key: String::new(), size_of: None })
    }
}

enum Stepped<'a> {
    Field(&'a Field),
    /// The element's type, and how long the list must be for it to exist.
    Element(&'a Ty, usize),
    Size,
}

/// The part of a key that one step adds. `items.first` and `items[0]` are the same place.
fn key_part(step: &Step) -> String {
    match step {
        Step::Index(index) => format!("[{index}]"),
        Step::Field(name) if name == "first" => "[0]".into(),
        Step::Field(name) if name == "last" => "[last]".into(),
        Step::Last | Step::Each => "[last]".into(),
        Step::Field(name) => format!(".{name}"),
    }
}

fn unknown_field(name: &str, fields: &[Field], segment: &Segment, text: &str) -> Finding {
    let finding = Finding::new(
        FindingKind::UnknownName,
        segment.span.clone(),
        format!("`{text}` has no field `{name}`"),
        "unknown field",
    );
    let names: Vec<&str> = fields.iter().map(|field| field.name.as_str()).collect();
    match closest(name, names.iter().copied()) {
        Some(meant) => finding.help(format!("did you mean `{meant}`?")).suggest(segment.span.clone(), meant),
        None => finding.help(format!("its fields are {}", list(&names))),
    }
}

fn wrong_field(name: &str, segment: &Segment, text: &str, ty: T<'_>) -> Finding {
    Finding::new(
        FindingKind::UnknownName,
        segment.span.clone(),
        format!("`{text}` is a {} and has no field `{name}`", ty.describe()),
        "no such field",
    )
}

/// At most twelve names; schemas can be long.
fn list(names: &[&str]) -> String {
    let mut text = names.iter().take(12).map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    if names.len() > 12 {
        text.push_str(&format!(" and {} more", names.len() - 12));
    }
    text
}
