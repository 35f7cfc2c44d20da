//! Names: which declaration each name means. One workspace is one namespace, however it is cut into files.
//!
//! Channels, topics, calendars and messages share one set of names, since they may stand in the same place
//! (`on email`, `for marketing`, `2 sms in any 7 days`). Every other kind has a set of its own: a journey and a message may
//! both be called `welcome`.

use std::collections::BTreeMap;

use crate::codes::Code;
use crate::diagnostic::{Applicability, Diagnostic, Diagnostics};
use crate::suggest;
use crate::syntax::Parse;
use crate::syntax::ast::{self, Item, ItemKind, Name};

/// What a name can be the name of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    Event,
    Topic,
    Channel,
    Calendar,
    Message,
    Segment,
    Journey,
    Flow,
    Service,
    Rule,
    Persona,
    Guarantee,
}

impl Kind {
    const ALL: [Self; 12] = [
        Self::Event,
        Self::Topic,
        Self::Channel,
        Self::Calendar,
        Self::Message,
        Self::Segment,
        Self::Journey,
        Self::Flow,
        Self::Service,
        Self::Rule,
        Self::Persona,
        Self::Guarantee,
    ];

    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Event => "event",
            Self::Topic => "topic",
            Self::Channel => "channel",
            Self::Calendar => "calendar",
            Self::Message => "message",
            Self::Segment => "segment",
            Self::Journey => "journey",
            Self::Flow => "flow",
            Self::Service => "service",
            Self::Rule => "suppression rule",
            Self::Persona => "persona",
            Self::Guarantee => "guarantee",
        }
    }

    const fn with_article(self) -> &'static str {
        match self {
            Self::Event => "an event",
            Self::Topic => "a topic",
            Self::Channel => "a channel",
            Self::Calendar => "a calendar",
            Self::Message => "a message",
            Self::Segment => "a segment",
            Self::Journey => "a journey",
            Self::Flow => "a flow",
            Self::Service => "a service",
            Self::Rule => "a suppression rule",
            Self::Persona => "a persona",
            Self::Guarantee => "a guarantee",
        }
    }

    const fn unknown(self) -> Code {
        match self {
            Self::Event => Code::UNKNOWN_EVENT,
            Self::Topic => Code::UNKNOWN_TOPIC,
            Self::Channel => Code::UNKNOWN_CHANNEL,
            Self::Calendar => Code::UNKNOWN_CALENDAR,
            Self::Message => Code::UNKNOWN_MESSAGE,
            Self::Segment => Code::UNKNOWN_SEGMENT,
            Self::Journey => Code::UNKNOWN_JOURNEY,
            Self::Flow => Code::UNKNOWN_FLOW,
            Self::Service => Code::UNKNOWN_SERVICE,
            Self::Rule | Self::Persona | Self::Guarantee => Code::UNKNOWN_RULE,
        }
    }

    /// Kinds with the same family share one set of names.
    const fn family(self) -> Self {
        match self {
            Self::Topic | Self::Calendar | Self::Message => Self::Channel,
            other => other,
        }
    }
}

/// A declaration and the item around it.
pub(crate) struct Decl<'a, T> {
    pub(crate) item: &'a Item,
    pub(crate) ast: &'a T,
}

/// All declarations, by kind, in the order of files and text: the index is the id.
#[derive(Default)]
pub(crate) struct Names<'a> {
    pub(crate) customer: Option<Decl<'a, ast::Customer>>,
    pub(crate) events: Vec<Decl<'a, ast::Event>>,
    pub(crate) topics: Vec<Decl<'a, ast::Topic>>,
    pub(crate) channels: Vec<Decl<'a, ast::Channel>>,
    pub(crate) calendars: Vec<Decl<'a, ast::Calendar>>,
    pub(crate) messages: Vec<Decl<'a, ast::Message>>,
    pub(crate) segments: Vec<Decl<'a, ast::Segment>>,
    pub(crate) journeys: Vec<Decl<'a, ast::Journey>>,
    pub(crate) flows: Vec<Decl<'a, ast::Flow>>,
    pub(crate) services: Vec<Decl<'a, ast::Service>>,
    pub(crate) rules: Vec<Decl<'a, ast::Suppress>>,
    pub(crate) personas: Vec<Decl<'a, ast::Persona>>,
    pub(crate) tests: Vec<Decl<'a, ast::Test>>,
    pub(crate) guarantees: Vec<Decl<'a, ast::Guarantee>>,
    pub(crate) moved: Vec<Decl<'a, ast::Moved>>,
    index: BTreeMap<(Kind, &'a str), usize>,
}

impl<'a> Names<'a> {
    /// Collects all declarations. A name declared twice is reported with both places; the first one counts.
    pub(crate) fn resolve(parses: &'a [Parse], out: &mut Diagnostics) -> Self {
        let mut names = Self::default();
        let mut taken: BTreeMap<(Kind, &'a str), (Kind, &'a Name)> = BTreeMap::new();
        for item in parses.iter().flat_map(|parse| &parse.ast.items) {
            names.add(item, &mut taken, out);
        }
        names
    }

    fn add(
        &mut self,
        item: &'a Item,
        taken: &mut BTreeMap<(Kind, &'a str), (Kind, &'a Name)>,
        out: &mut Diagnostics,
    ) {
        let kind = match &item.kind {
            ItemKind::Customer(ast) => {
                if let Some(first) = &self.customer {
                    out.push(
                        Diagnostic::new(Code::DECLARED_TWICE, "`customer` is declared twice", ast.keyword)
                            .label("declared again here")
                            .also(first.ast.keyword, "first declared here")
                            .help("move the fields of both into one `customer` block"),
                    );
                } else {
                    self.customer = Some(Decl { item, ast });
                }
                return;
            }
            ItemKind::Test(ast) => return self.tests.push(Decl { item, ast }),
            ItemKind::Moved(ast) => return self.moved.push(Decl { item, ast }),
            ItemKind::Event(_) => Kind::Event,
            ItemKind::Topic(_) => Kind::Topic,
            ItemKind::Channel(_) => Kind::Channel,
            ItemKind::Calendar(_) => Kind::Calendar,
            ItemKind::Message(_) => Kind::Message,
            ItemKind::Segment(_) => Kind::Segment,
            ItemKind::Journey(_) => Kind::Journey,
            ItemKind::Flow(_) => Kind::Flow,
            ItemKind::Service(_) => Kind::Service,
            ItemKind::Suppress(_) => Kind::Rule,
            ItemKind::Persona(_) => Kind::Persona,
            ItemKind::Guarantee(_) => Kind::Guarantee,
        };
        let Some(name) = item.name() else { return };
        let family = kind.family();
        if let Some((first_kind, first)) = taken.get(&(family, name.as_str())) {
            let message = if *first_kind == kind {
                format!("{} `{}` is declared twice", kind.word(), name.text)
            } else {
                format!("`{}` is {} and {}", name.text, first_kind.with_article(), kind.with_article())
            };
            out.push(
                Diagnostic::new(Code::DECLARED_TWICE, message, name.span)
                    .label("declared again here")
                    .also(first.span, "first declared here")
                    .help("give one of them another name"),
            );
            return;
        }
        taken.insert((family, name.as_str()), (kind, name));
        let index = match &item.kind {
            ItemKind::Event(ast) => push(&mut self.events, item, ast),
            ItemKind::Topic(ast) => push(&mut self.topics, item, ast),
            ItemKind::Channel(ast) => push(&mut self.channels, item, ast),
            ItemKind::Calendar(ast) => push(&mut self.calendars, item, ast),
            ItemKind::Message(ast) => push(&mut self.messages, item, ast),
            ItemKind::Segment(ast) => push(&mut self.segments, item, ast),
            ItemKind::Journey(ast) => push(&mut self.journeys, item, ast),
            ItemKind::Flow(ast) => push(&mut self.flows, item, ast),
            ItemKind::Service(ast) => push(&mut self.services, item, ast),
            ItemKind::Suppress(ast) => push(&mut self.rules, item, ast),
            ItemKind::Persona(ast) => push(&mut self.personas, item, ast),
            ItemKind::Guarantee(ast) => push(&mut self.guarantees, item, ast),
            ItemKind::Customer(_) | ItemKind::Test(_) | ItemKind::Moved(_) => return,
        };
        self.index.insert((kind, name.as_str()), index);
    }

    /// The index of a declaration, if there is one.
    pub(crate) fn get(&self, kind: Kind, name: &str) -> Option<usize> {
        self.index.get(&(kind, name)).copied()
    }

    /// All names of a kind, in alphabetical order.
    pub(crate) fn of_kind(&self, kind: Kind) -> impl Iterator<Item = &'a str> + '_ {
        self.index.keys().filter(move |(k, _)| *k == kind).map(|(_, name)| *name)
    }

    /// What is said of a name that is not of the kind that is wanted here.
    pub(crate) fn unknown(&self, kind: Kind, name: &Name) -> Diagnostic {
        self.unknown_of(&[kind], name)
    }

    /// What is said of a name that is of none of the kinds that are wanted here.
    pub(crate) fn unknown_of(&self, kinds: &[Kind], name: &Name) -> Diagnostic {
        let code = kinds.first().map_or(Code::UNKNOWN_NAME, |kind| kind.unknown());
        let words = either(kinds.iter().map(|kind| kind.word()));
        let known = || kinds.iter().flat_map(|kind| self.of_kind(*kind));
        let finding = Diagnostic::new(code, format!("there is no {words} `{}`", name.text), name.span);
        // The very name, though of another kind, tells more than one that is only spelt alike.
        if let Some(other) = Kind::ALL.into_iter().find(|other| self.get(*other, name.as_str()).is_some()) {
            return finding.note(format!(
                "`{}` is {}, but {} is wanted here",
                name.text,
                other.with_article(),
                either(kinds.iter().map(|kind| kind.with_article()))
            ));
        }
        if let Some(near) = suggest::closest(name.as_str(), known()) {
            // What it comes closest to is most likely what was meant.
            let meant = kinds.iter().find(|kind| self.get(**kind, near).is_some());
            let finding =
                meant.map_or(finding.clone(), |kind| Diagnostic { code: kind.unknown(), ..finding });
            return finding.help(format!("did you mean `{near}`?")).replace(
                Applicability::Safe,
                name.span,
                near,
                format!("write `{near}`"),
            );
        }
        if known().next().is_none() {
            finding.help(format!("declare it: no {words} is declared in this workspace"))
        } else {
            finding.help(format!("declare it, or use one of {}", suggest::list(known())))
        }
    }
}

/// `a`, `a or b`, `a, b or c`
fn either(words: impl Iterator<Item = &'static str>) -> String {
    let words: Vec<&str> = words.collect();
    match words.split_last() {
        Some((last, before)) if !before.is_empty() => format!("{} or {last}", before.join(", ")),
        _ => words.concat(),
    }
}

fn push<'a, T>(list: &mut Vec<Decl<'a, T>>, item: &'a Item, ast: &'a T) -> usize {
    list.push(Decl { item, ast });
    list.len() - 1
}
