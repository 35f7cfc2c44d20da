//! Why a customer got a message, or did not: every verdict with the rule that decided, its numbers and its line, where a
//! run turned away before the message was asked for, and what would have had to differ.

mod turning;
mod verdict;

use std::fmt::Write as _;

use wayline_ir::{Journey, JourneyId, MessageId, Place, Program, StepId, StepKind};
use wayline_time::Zone;

use crate::log::LogRecord;
use crate::story::{self, zone_of};

/// What is at hand while a story is told.
struct Teller<'a> {
    program: &'a Program,
    message: MessageId,
    name: &'a str,
    /// All rows of the customer, in order.
    records: &'a [LogRecord],
    zone: Zone,
    /// What stands before the paths of the workspace.
    prefix: &'a str,
}

/// Tells why a customer got a message or did not. `records` are the rows of the log about this customer, in order;
/// `prefix` stands before the paths of files.
#[must_use]
pub fn why(
    program: &Program,
    message: MessageId,
    customer: &str,
    records: &[LogRecord],
    prefix: &str,
) -> String {
    let name = program.messages.get(message.index()).map_or("", |message| message.name.as_str());
    let zone = records.iter().rev().find_map(|record| zone_of(&record.local));
    let zone = zone.unwrap_or(program.workspace.zone);
    let teller = Teller { program, message, name, records, zone, prefix };
    let mut text = teller.headline(customer);
    for (index, journey) in program.journeys.iter().enumerate() {
        let sends = teller.sends(journey);
        if !sends.is_empty() {
            teller.journey(JourneyId::at(index), journey, &sends, &mut text);
        }
    }
    text
}

impl Teller<'_> {
    /// `ana got cart_sms once; it was held 2 times and dropped once.`
    fn headline(&self, customer: &str) -> String {
        let count = |verdict: &str| {
            let own = self.records.iter().filter(|record| self.is_send(record));
            own.filter(|record| record.verdict == verdict).count()
        };
        let times = |count: usize| match count {
            1 => "once".to_owned(),
            n => format!("{n} times"),
        };
        let place = self.program.source_map.messages.get(self.message.index());
        let place = place.map(|place| self.place(*place)).unwrap_or_default();
        let mut text = match count("sent") {
            0 => format!("{customer} did not get {}{place}", self.name),
            n => format!("{customer} got {}{place} {}", self.name, times(n)),
        };
        let others: Vec<String> = ["held", "dropped"]
            .into_iter()
            .filter_map(|verdict| match count(verdict) {
                0 => None,
                n => Some(format!("{verdict} {}", times(n))),
            })
            .collect();
        if !others.is_empty() {
            let _ = write!(text, "; it was {}", others.join(" and "));
        }
        let _ = writeln!(text, ".\nTimes are those of {}.", self.zone.name());
        text
    }

    fn is_send(&self, record: &LogRecord) -> bool {
        record.kind == "send" && record.message == self.name
    }

    /// The steps of a journey that send the message.
    fn sends(&self, journey: &Journey) -> Vec<StepId> {
        let sends = |kind: &StepKind| match kind {
            StepKind::Send { choices, .. } => choices.iter().any(|choice| choice.message == self.message),
            _ => false,
        };
        let steps = journey.steps.iter().enumerate().filter(|(_, step)| sends(&step.kind));
        steps.map(|(index, _)| StepId::at(index)).collect()
    }

    /// ` (file.journey:12)`, or nothing where there is no place.
    fn place(&self, place: Place) -> String {
        let file = self.program.source_map.files.get(place.file as usize);
        match file.filter(|_| place.line > 0) {
            Some(file) => format!(" ({}{file}:{})", self.prefix, place.line),
            None => String::new(),
        }
    }

    fn step_place(&self, journey: JourneyId, step: StepId) -> String {
        let steps = self.program.source_map.steps.get(journey.index());
        let place = steps.and_then(|steps| steps.get(step.index()));
        place.map(|place| self.place(*place)).unwrap_or_default()
    }

    fn shown(&self, record: &LogRecord) -> String {
        self.moment(record.time)
    }

    fn moment(&self, at: wayline_time::Moment) -> String {
        story::shown(at, self.zone).trim_end().to_owned()
    }

    /// The story of all runs of a journey that sends the message, or why there is none.
    fn journey(&self, id: JourneyId, journey: &Journey, sends: &[StepId], text: &mut String) {
        let own = |record: &&LogRecord| record.journey == journey.name;
        let mut runs: Vec<u32> = self.records.iter().filter(own).filter_map(|record| record.run).collect();
        runs.sort_unstable();
        runs.dedup();
        let place = self.program.source_map.journeys.get(id.index()).map(|place| self.place(*place));
        let place = place.unwrap_or_default();
        if runs.is_empty() {
            let _ = writeln!(text, "\n{}{place} sends it, and was never entered.", journey.name);
            return self.refused(journey, text);
        }
        for run in runs {
            let rows: Vec<&LogRecord> =
                self.records.iter().filter(own).filter(|record| record.run == Some(run)).collect();
            let entered = rows.iter().find(|record| record.kind == "enter");
            let _ = write!(text, "\nRun {run} of {}{place}", journey.name);
            if let Some(record) = entered {
                let by = story::brought_by(&record.detail);
                let _ = write!(text, ", entered {}{by}", self.shown(record));
            }
            text.push('\n');
            if let Some(other) = rows.iter().find(|record| record.version != journey.version) {
                let _ = writeln!(
                    text,
                    "  It ran in version {}; the workspace has {} now, so lines may have moved.",
                    other.version, journey.version
                );
            }
            if rows.iter().any(|record| self.is_send(record)) {
                self.asked(id, journey, &rows, text);
            } else {
                self.turned_away(id, journey, sends, &rows, text);
            }
        }
    }

    /// Entries that were refused.
    fn refused(&self, journey: &Journey, text: &mut String) {
        let refused = self.records.iter().filter(|r| r.kind == "not_entered" && r.journey == journey.name);
        let mut any = false;
        for record in refused {
            any = true;
            let _ = writeln!(text, "  {}  {}", self.shown(record), story::sentence(record, self.zone));
        }
        if !any {
            let labels = crate::log::Labels::new(std::sync::Arc::new(self.program.clone()));
            let brought = |enter| story::brought_by(&crate::log::enter_label(&labels.program, enter));
            let enters: Vec<String> = journey.enters.iter().map(brought).collect();
            let _ = writeln!(
                text,
                "  It is entered{}; nothing like it came in that its `where` lets in.",
                enters.join(" or")
            );
        }
    }

    /// A run that asked for the message: each verdict.
    fn asked(&self, id: JourneyId, journey: &Journey, rows: &[&LogRecord], text: &mut String) {
        let mut held: Option<&LogRecord> = None;
        for (index, record) in rows.iter().enumerate() {
            if !self.is_send(record) {
                self.instead(journey, rows, index, text);
                continue;
            }
            let step = journey.steps.iter().position(|step| step.name == record.step).map(StepId::at);
            let place = step.map(|step| self.step_place(id, step)).unwrap_or_default();
            match record.verdict.as_str() {
                "sent" => {
                    let after = match held.take() {
                        Some(before) => format!(", held since {}", self.shown(before)),
                        None => String::new(),
                    };
                    let _ = writeln!(text, "  {}  it was sent{place}{after}", self.shown(record));
                }
                "held" => {
                    held.get_or_insert(record);
                    let _ = writeln!(text, "  {}  it was held{place}", self.shown(record));
                    self.because(journey, record, text);
                }
                _ => {
                    held = None;
                    let _ = writeln!(text, "  {}  it was dropped{place}", self.shown(record));
                    self.because(journey, record, text);
                }
            }
        }
        let ended = rows.iter().any(|record| record.kind == "exit");
        if let Some(record) = held.filter(|_| !ended) {
            let until =
                record.until.map(|until| format!(" until {}", self.moment(until))).unwrap_or_default();
            let _ = writeln!(text, "  It is still held{until}: that is later than the log.");
        }
    }

    /// Of `send first of` and `send best of`: another message that left by the same step.
    fn instead(&self, journey: &Journey, rows: &[&LogRecord], index: usize, text: &mut String) {
        let Some(record) = rows.get(index).filter(|record| record.kind == "send" && record.verdict == "sent")
        else {
            return;
        };
        let step = journey.steps.iter().find(|step| step.name == record.step);
        let choice = match step.map(|step| &step.kind) {
            Some(StepKind::Send { choices, .. }) => {
                choices.iter().any(|choice| choice.message == self.message)
            }
            _ => false,
        };
        if choice {
            let _ = writeln!(
                text,
                "  {}  {} was sent in its place: the step sends one of several",
                self.shown(record),
                record.message
            );
        }
    }
}
