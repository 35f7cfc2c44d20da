//! Which history a customer needs, and for how long: read off every question the program asks.
//! State keeps only that.

use std::collections::{BTreeMap, BTreeSet};

use wayline_ir::{
    Arm, EventId, Expr, FieldId, HistoryQuery, HistoryRange, HistorySource, Program, Query, Retention,
    SegmentId, SendMode, StepKind, Subject, Test, Trigger,
};
use wayline_time::Span;

/// How long sends are kept for `send best of` and `at best hour`: 90 days, a usual horizon of send-time tools.
const BEST_OF: Span = Span { months: 0, days: 90, millis: 0 };

#[derive(Default)]
struct Need {
    span: Option<Span>,
    ever: bool,
    since_enter: bool,
    latest: bool,
    all_fields: bool,
    fields: BTreeSet<FieldId>,
}

impl Need {
    fn at_least(&mut self, span: Span) {
        if self.span.is_none_or(|known| known.max_millis() < span.max_millis()) {
            self.span = Some(span);
        }
    }

    fn retention(self, field_count: usize) -> Retention {
        let fields = if self.all_fields {
            (0..field_count).map(FieldId::at).collect()
        } else {
            self.fields.into_iter().collect()
        };
        let span = if self.ever { None } else { Some(self.span.unwrap_or(Span::ZERO)) };
        Retention { span, since_enter: self.since_enter, latest: self.latest, fields }
    }
}

/// Fills in `keep` of each event, `keep_sends`, `tracked_fields` and `tracked` of each segment, for the questions of the
/// program and of these tests.
pub(crate) fn analyse(program: &mut Program, tests: &[Test]) {
    let mut events: BTreeMap<EventId, Need> = BTreeMap::new();
    let mut sends: Option<Need> = None;
    let mut fields = BTreeSet::new();
    let mut segments = BTreeSet::new();
    let mut ask = |root: &Expr| {
        root.walk(0, &mut |expr, _| match expr {
            Expr::HasBeen { subject: Subject::Field(field, _), .. } => {
                fields.insert(*field);
            }
            Expr::HasBeen { subject: Subject::Segment(segment), .. } => {
                segments.insert(*segment);
            }
            Expr::History(query) => question(query, &mut events, &mut sends),
            _ => {}
        });
        latest_fields(root, &mut events);
    };
    program.exprs(&mut |root, _| ask(root));
    for line in tests.iter().flat_map(|test| &test.lines) {
        line.exprs(&mut |root, _| ask(root));
    }
    for journey in &program.journeys {
        for enter in &journey.enters {
            if let wayline_ir::Enter::Segment { segment, .. } = enter {
                segments.insert(*segment);
            }
        }
        for step in &journey.steps {
            match &step.kind {
                StepKind::WaitFor { arms, .. } => {
                    for Arm { trigger, .. } in arms {
                        looks_back(trigger, &mut events, &mut sends);
                    }
                }
                StepKind::Send { mode, best_hour_within, .. }
                    if *mode == SendMode::BestOf || best_hour_within.is_some() =>
                {
                    sends.get_or_insert_default().at_least(BEST_OF);
                }
                _ => {}
            }
        }
    }
    for (id, need) in events {
        if let Some(event) = program.events.get_mut(id.index()) {
            event.keep = Some(need.retention(event.fields.len()));
        }
    }
    program.keep_sends = sends.map(|need| need.retention(0));
    program.tracked_fields = fields.into_iter().collect();
    mark(program, segments);
}

fn mark(program: &mut Program, segments: BTreeSet<SegmentId>) {
    for id in segments {
        if let Some(segment) = program.segments.get_mut(id.index()) {
            segment.tracked = true;
        }
    }
}

fn question(query: &HistoryQuery, events: &mut BTreeMap<EventId, Need>, sends: &mut Option<Need>) {
    let need = match query.source {
        HistorySource::Event(event) => events.entry(event).or_default(),
        HistorySource::MessageReaction(..) | HistorySource::ChannelReaction(..) => {
            sends.get_or_insert_default()
        }
    };
    match (&query.query, query.range) {
        (_, HistoryRange::InLast(span)) => need.at_least(span),
        (Query::Latest, HistoryRange::Ever) if query.filter.is_none() => need.latest = true,
        (_, HistoryRange::Ever) => need.ever = true,
        (_, HistoryRange::SinceEnter) => need.since_enter = true,
    }
    let mut asked = |expr: &Expr| item_fields(expr, need);
    if let Query::Sum { of, .. } = &query.query {
        asked(of);
    }
    query.filter.iter().for_each(|filter| asked(filter));
}

/// Fields of the event that an expression one `where` inside it asks for.
fn item_fields(expr: &Expr, need: &mut Need) {
    fn go(expr: &Expr, depth: u32, need: &mut Need) {
        match expr {
            Expr::Field(of, field) if matches!(**of, Expr::Item(n) if n == depth) => {
                need.fields.insert(*field);
            }
            Expr::Item(n) if *n == depth => need.all_fields = true,
            _ => expr.parts(&mut |part, inner| go(part, depth + inner, need)),
        }
    }
    go(expr, 0, need);
}

/// `latest E` keeps the fields that are read from it; all of them when the record is used as a whole.
fn latest_fields(root: &Expr, events: &mut BTreeMap<EventId, Need>) {
    fn latest(expr: &Expr) -> Option<EventId> {
        match expr {
            Expr::History(HistoryQuery {
                query: Query::Latest, source: HistorySource::Event(event), ..
            }) => Some(*event),
            _ => None,
        }
    }
    match root {
        Expr::Field(of, field) if latest(of).is_some() => {
            if let Some(need) = latest(of).and_then(|event| events.get_mut(&event)) {
                need.fields.insert(*field);
            }
        }
        Expr::Known(of) if latest(of).is_some() => {}
        _ => {
            if let Some(need) = latest(root).and_then(|event| events.get_mut(&event)) {
                need.all_fields = true;
            }
            root.parts(&mut |part, _| latest_fields(part, events));
        }
    }
}

fn looks_back(trigger: &Trigger, events: &mut BTreeMap<EventId, Need>, sends: &mut Option<Need>) {
    let Trigger::Event { source, filter, bind, since_enter: true } = trigger else { return };
    let need = match source {
        HistorySource::Event(event) => events.entry(*event).or_default(),
        HistorySource::MessageReaction(..) | HistorySource::ChannelReaction(..) => {
            sends.get_or_insert_default()
        }
    };
    need.since_enter = true;
    need.all_fields |= bind.is_some();
    filter.iter().for_each(|filter| item_fields(filter, need));
}
