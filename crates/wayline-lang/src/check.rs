//! Types and meaning: every declaration, every expression, every step. What passes is the program.
//!
//! Checking and building go together: an expression that is understood is at the same time an expression of the program.
//! A part that is not understood is reported once and yields nothing, so that nothing follows from it.

mod behaviour;
mod channels;
mod draw;
mod events;
mod expr;
mod facts;
mod flow;
mod guarantee;
mod history;
mod journey;
mod matching;
mod messages;
mod operators;
mod path;
mod persona;
mod scope;
mod segments;
mod send;
mod services;
mod size;
mod steps;
mod suppress;
mod symbols;
mod templates;
mod test;
mod types;
mod waits;

use std::sync::Arc;

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use wayline_ir::{Field, IR_FORMAT, Place, Program, SegmentId, SourceMap, Test, Type, Workspace};

use crate::codes::Code;
use crate::compile::{Files, Sources};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::manifest::Manifest;
use crate::resolve::Names;
use crate::source::Span;
use crate::syntax::ast;
use symbols::Symbols;

/// A checked workspace: the program without what only the whole of it can tell.
pub(crate) struct Checked {
    pub(crate) program: Program,
    /// Where each journey stands.
    pub(crate) journeys: Vec<JourneySpans>,
    /// The tests.
    pub(crate) tests: Vec<Test>,
}

/// Where the steps of a journey stand.
pub(crate) struct JourneySpans {
    pub(crate) steps: Vec<Span>,
    /// Texts the version is a hash of: the journey, then the flows it uses.
    pub(crate) texts: Vec<Span>,
}

/// Names and types of parameters.
pub(crate) type Params = Arc<[(Arc<str>, Type)]>;

pub(crate) struct Checker<'a> {
    names: &'a Names<'a>,
    sources: &'a mut Sources,
    files: &'a dyn Files,
    out: &'a mut Diagnostics,
    symbols: Symbols,
    program: Program,
    customer: Arc<[Field]>,
    /// The record of each event.
    event_types: Vec<Arc<Type>>,
    /// The id of each declared segment: a segment only refers to smaller ids.
    segment_ids: Vec<SegmentId>,
    /// The parameter types of each message and journey.
    message_params: Vec<Params>,
    journey_params: Vec<Params>,
    journeys: Vec<JourneySpans>,
    muted: bool,
    /// What flows are, written out.
    sizes: size::Sizes,
    /// Steps of all journeys and flows so far.
    all_steps: u64,
    /// Flows are not written out in what is being checked: it would be too large.
    unwritten: bool,
}

/// Checks a workspace.
pub(crate) fn check<'a>(
    names: &'a Names<'a>,
    settings: Manifest,
    sources: &'a mut Sources,
    files: &'a dyn Files,
    out: &'a mut Diagnostics,
) -> Checked {
    let mut checker = Checker {
        names,
        sources,
        files,
        out,
        symbols: Symbols::new(),
        program: empty(settings),
        customer: Arc::from([]),
        event_types: Vec::new(),
        segment_ids: Vec::new(),
        message_params: Vec::new(),
        journey_params: Vec::new(),
        journeys: Vec::new(),
        muted: false,
        sizes: size::Sizes::of_flows(names),
        all_steps: 0,
        unwritten: false,
    };
    checker.customer();
    checker.events();
    checker.topics();
    checker.calendars();
    checker.channels();
    checker.services();
    checker.message_signatures();
    checker.segments();
    checker.messages();
    checker.journeys();
    checker.flows();
    checker.rules();
    checker.personas();
    checker.guarantees();
    let tests = checker.tests();
    let Checker { mut program, symbols, journeys, .. } = checker;
    program.symbols = symbols.into_words();
    Checked { program, journeys, tests }
}

fn empty(settings: Manifest) -> Program {
    let Manifest { name, zone, locale, salt } = settings;
    Program {
        format: IR_FORMAT,
        workspace: Workspace { name, zone, locale, salt },
        symbols: Vec::new(),
        customer: Vec::new(),
        zone_field: None,
        locale_field: None,
        events: Vec::new(),
        topics: Vec::new(),
        channels: Vec::new(),
        calendars: Vec::new(),
        messages: Vec::new(),
        segments: Vec::new(),
        services: Vec::new(),
        journeys: Vec::new(),
        rules: Vec::new(),
        tracked_fields: Vec::new(),
        keep_sends: None,
        personas: Vec::new(),
        guarantees: Vec::new(),
        source_map: SourceMap::default(),
    }
}

impl Checker<'_> {
    /// Tells a finding, unless the same text was checked before.
    pub(crate) fn report(&mut self, finding: Diagnostic) {
        if !self.muted {
            self.out.push(finding);
        }
    }

    /// The text at a place, on one line.
    pub(crate) fn text(&self, span: Span) -> String {
        let text = self.sources.get(span.file).map_or("", |source| source.slice(span));
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    pub(crate) fn place(&self, span: Span) -> Place {
        self.sources.place(span)
    }

    /// A share as millionths.
    pub(crate) fn share(&mut self, percent: &ast::Percent) -> Option<u32> {
        if percent.value > Decimal::ONE_HUNDRED {
            // Told when the file was read.
            return None;
        }
        let millionths = percent.value.checked_mul(Decimal::from(10_000)).unwrap_or(Decimal::MAX);
        let whole =
            millionths.to_u32().filter(|whole| Decimal::from(*whole) == millionths && *whole <= 1_000_000);
        if whole.is_none() {
            self.report(
                Diagnostic::new(
                    Code::OUT_OF_RANGE,
                    format!("{} % is not a share that can be drawn", percent.value),
                    percent.span,
                )
                .help("write 0 to 100 percent with at most four decimals"),
            );
        }
        whole
    }

    pub(crate) fn zone_name(&mut self, name: &str, span: Span) -> Option<()> {
        if wayline_time::Zone::lookup(name).is_ok() {
            return Some(());
        }
        let mut finding =
            Diagnostic::new(Code::UNKNOWN_ZONE, format!("there is no time zone `{name}`"), span)
                .help("use an IANA name, such as `Europe/Berlin`");
        let zones = wayline_time::Zone::all().map(wayline_time::Zone::name);
        if let Some(near) = crate::suggest::closest(name, zones) {
            finding = finding.help(format!("did you mean `{near}`?"));
        }
        self.report(finding);
        None
    }

    /// Says that a clause is missing, unless it may only be missing because of a syntax error.
    pub(crate) fn lacks(&mut self, item: &ast::Item, span: Span, what: &str, help: &str) {
        if !item.broken {
            self.report(Diagnostic::new(Code::MISSING_CLAUSE, what, span).help(help));
        }
    }
}
