//! What is read off the suppression rules.

use wayline_ir::{CapWindow, Clause, Expr, HistorySource, MessageId, Program, RuleId, Target};
use wayline_time::Span;

use super::Index;

impl Index {
    /// Which rules are about which messages, what may release a held send, and what must be kept.
    pub(super) fn rules(&mut self, program: &Program) {
        for (at, message) in program.messages.iter().enumerate() {
            for (number, rule) in program.rules.iter().enumerate() {
                let sends = &rule.sends;
                let may = sends.targets.iter().any(|target| match target {
                    Target::Everything | Target::Journey(_) => true,
                    Target::Topic(topic) => *topic == message.topic,
                    Target::Message(one) => *one == MessageId::at(at),
                });
                if may && (sends.channels.is_empty() || sends.channels.contains(&message.channel)) {
                    self.rules.get_mut(at).into_iter().for_each(|rules| rules.push(RuleId::at(number)));
                }
            }
        }
        for clause in program.rules.iter().flat_map(|rule| &rule.clauses) {
            match clause {
                Clause::Caps { caps, .. } => {
                    for cap in caps {
                        let millis = match cap.window {
                            // A day, week or month of the customer is never longer than this.
                            CapWindow::CalendarDay => Span::of_days(1).max_millis(),
                            CapWindow::CalendarWeek => Span::of_days(7).max_millis(),
                            CapWindow::CalendarMonth => Span::of_months(1).max_millis(),
                            CapWindow::Rolling(span) => span.max_millis(),
                        };
                        self.sends_kept = self.sends_kept.max(millis);
                    }
                }
                Clause::Between { from, from_filter, until, until_filter, or_after } => {
                    for (source, filter) in [(from, from_filter), (until, until_filter)] {
                        let change = match *source {
                            HistorySource::Event(event) => self.event_change(event),
                            _ => self.reaction_change(),
                        };
                        self.rules_depend.insert(change.0);
                        self.keep_between(program, *source, filter.as_ref(), or_after.as_ref());
                        if let Some(filter) = filter {
                            let depends = self.depends(program, filter);
                            self.rules_depend.unite(&depends.on);
                        }
                    }
                }
                Clause::When(condition) => {
                    let depends = self.depends(program, condition);
                    self.rules_depend.unite(&depends.on);
                }
                Clause::On(_) | Clause::During(_) => {}
            }
        }
        if let Some(zone) = program.zone_field {
            let change = self.field_change(zone);
            self.rules_depend.insert(change.0);
        }
        self.watched.unite(&self.rules_depend);
    }

    /// Makes sure that the history a `from … until …` clause looks at is kept.
    fn keep_between(
        &mut self,
        program: &Program,
        source: HistorySource,
        filter: Option<&Expr>,
        or_after: Option<&Span>,
    ) {
        match source {
            HistorySource::Event(event) => {
                let fields = program.events.get(event.index()).map_or(0, |event| event.fields.len());
                if let Some(kept) = self.kept.get_mut(event.index()) {
                    kept.get_or_insert_default().widen(or_after, filter, fields);
                }
            }
            HistorySource::MessageReaction(..) | HistorySource::ChannelReaction(..) => {
                self.kept_reactions.get_or_insert_default().widen(or_after, filter, 0);
            }
        }
    }
}
