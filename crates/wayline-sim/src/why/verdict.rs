//! Why a message was held or dropped, with the numbers of the rule, and when it would have gone out.

use std::fmt::Write as _;

use wayline_ir::{Cap, CapWindow, Clause, Journey, Message, Otherwise, RuleId, SuppressRule, TopicPolicy};
use wayline_time::{
    Moment, Zone, add_span, next_close, parse_moment, start_of_next_day, start_of_next_month,
    start_of_next_week,
};

use super::Teller;
use crate::log::{LogRecord, cap_label, source_label};

impl Teller<'_> {
    /// The reason of a verdict, and what would have had to differ.
    pub(super) fn because(&self, journey: &Journey, record: &LogRecord, text: &mut String) {
        let Some(message) = self.program.messages.get(self.message.index()) else { return };
        for line in self.reasons(message, journey, record) {
            let _ = writeln!(text, "      {line}");
        }
    }

    fn reasons(&self, message: &Message, journey: &Journey, record: &LogRecord) -> Vec<String> {
        let topic = self.program.topics.get(message.topic.index()).map_or("", |topic| topic.name.as_str());
        let channel = self.program.channels.get(message.channel.index());
        let channel_name = channel.map_or("", |channel| channel.name.as_str());
        let until = record.until.map(|until| self.moment(until));
        let would = until.as_ref().map(|until| format!("It could not leave before {until}."));
        let mut lines = Vec::new();
        if let Some((id, rule)) = self.rule(record) {
            lines.extend(self.by_rule(id, rule, record));
            return lines;
        }
        match record.reason.as_str() {
            "no_consent" => {
                lines.push(format!(
                    "Topic {topic} needs consent on {channel_name}, and the customer had not given it then."
                ));
                lines.push(format!("With consent for {topic} on {channel_name}, the suppression rules would have been asked next."));
            }
            "unconfirmed_consent" => {
                let confirmed = self.program.topics.get(message.topic.index()).map(|topic| topic.policy);
                let word = if confirmed == Some(TopicPolicy::ConfirmedConsent) { "confirmed " } else { "" };
                lines.push(format!(
                    "Topic {topic} needs {word}consent, and the customer had given it but not confirmed it."
                ));
            }
            "no_address" => {
                lines.push(format!("Channel {channel_name} had no address for the customer: what its `to` asks for was missing or empty."));
            }
            "bounced" => lines.push(format!(
                "An earlier message on {channel_name} bounced, and the address had not changed since."
            )),
            "quiet_hours" | "closed_hours" => {
                let what = if record.reason == "quiet_hours" { "quiet" } else { "closed" };
                lines.push(format!("Channel {channel_name} was {what} at that time of the customer's day."));
                lines.extend(would);
            }
            "channel_rate" => {
                lines.push(format!(
                    "Channel {channel_name} had reached its rate; the next slot was reserved."
                ));
                lines.extend(would);
            }
            "expired" => {
                let limit = message.expires_after.map(|span| format!(" after {span}")).unwrap_or_default();
                lines.push(format!("The message expires{limit}, and it could not have left in time."));
                lines.extend(would);
            }
            "replaced" => lines.push("A newer message took its place while it was held.".to_owned()),
            "left" => {
                lines.push("The run ended while the message was held:".to_owned());
                lines.extend(self.end_of(journey, record));
            }
            "failed" => lines.push("The provider refused it.".to_owned()),
            other => lines.push(other.replace('_', " ")),
        }
        lines
    }

    /// The end of the run of a record.
    fn end_of(&self, journey: &Journey, record: &LogRecord) -> Option<String> {
        let end = self.records.iter().find(|end| {
            end.kind == "exit"
                && end.run == record.run
                && end.journey == journey.name
                && end.time >= record.time
        })?;
        Some(format!("  {}  {}", self.shown(end), crate::story::sentence(end, self.zone)))
    }

    fn rule(&self, record: &LogRecord) -> Option<(RuleId, &SuppressRule)> {
        let index = self.program.rules.iter().position(|rule| rule.name == record.rule)?;
        Some((RuleId::at(index), self.program.rules.get(index)?))
    }

    fn by_rule(&self, id: RuleId, rule: &SuppressRule, record: &LogRecord) -> Vec<String> {
        let place = self.program.source_map.rules.get(id.index());
        let place = place.map(|place| self.place(*place)).unwrap_or_default();
        let mut lines = Vec::new();
        let cap = self.full_cap(rule, record);
        let mut earliest = record.until;
        match &cap {
            Some((cap, counted)) => {
                lines.push(format!("Rule {}{place}: {}. It was full:", rule.name, cap_label(cap)));
                for at in counted {
                    lines.push(format!("  {}", self.counted(*at)));
                }
                earliest = earliest.or_else(|| free(self.zone, cap, counted, record.time));
            }
            None => {
                lines.push(format!("Rule {}{place} forbade it:", rule.name));
                for clause in &rule.clauses {
                    let (words, end) = self.clause(clause, record.time);
                    lines.extend(words.map(|words| format!("  {words}")));
                    earliest = earliest.or(end);
                }
            }
        }
        let dropped = record.verdict == "dropped";
        let at = earliest.map(|at| self.moment(at));
        match (&rule.otherwise, at, dropped) {
            (Otherwise::Hold { .. }, Some(at), false) => lines.push(format!("It is asked again on {at}.")),
            (Otherwise::Hold { up_to, .. }, None, false) => {
                lines.push(format!("It is asked again when that changes, and dropped after {up_to}."));
            }
            (Otherwise::Hold { up_to, .. }, Some(at), true) if record.reason != "expired" => {
                lines.push(format!("The rule holds for {up_to} at most; it would have gone out on {at}."));
            }
            (Otherwise::Drop, Some(at), true) => {
                lines.push(format!("The rule drops at once; held, it would have gone out on {at}."));
            }
            (_, Some(at), true) => lines.push(format!("It would have gone out on {at}.")),
            (Otherwise::Drop, Some(_), false) | (_, None, _) => {}
        }
        if record.reason == "expired" {
            let limit =
                self.program.messages.get(self.message.index()).and_then(|message| message.expires_after);
            let limit = limit.map(|span| format!(" after {span}")).unwrap_or_default();
            lines.push(format!("By then it would have been too old: it expires{limit}."));
        }
        if cap.is_some() && dropped {
            lines.push(
                "With one of these sends fewer it would not have been forbidden by this rule.".to_owned(),
            );
        }
        lines
    }

    /// The cap that a row names, with the sends that filled it.
    fn full_cap(&self, rule: &SuppressRule, record: &LogRecord) -> Option<(Cap, Vec<Moment>)> {
        let (label, counted) = record.detail.split_once("; counted ")?;
        let caps = rule.clauses.iter().filter_map(|clause| match clause {
            Clause::Caps { caps, .. } => Some(caps),
            _ => None,
        });
        let cap = caps.flatten().find(|cap| cap_label(cap) == label)?;
        let times = counted.split_once(": ").map_or("", |(_, times)| times);
        let moments = times.split(", ").filter_map(|time| parse_moment(time, Zone::utc()).ok());
        Some((*cap, moments.collect()))
    }

    /// The send of a moment, in words.
    fn counted(&self, at: Moment) -> String {
        let when = self.moment(at);
        let sent =
            self.records.iter().find(|row| row.kind == "send" && row.verdict == "sent" && row.time == at);
        match sent {
            Some(row) => format!(
                "{when}  {} on {} ({}, run {})",
                row.message,
                row.channel,
                row.journey,
                row.run.unwrap_or(0)
            ),
            None => format!("{when}  a send before this log"),
        }
    }

    /// A line of a rule in words, when it may have forbidden at a moment, and when it lets go, if that is known.
    fn clause(&self, clause: &Clause, at: Moment) -> (Option<String>, Option<Moment>) {
        match clause {
            Clause::Caps { .. } => (None, None),
            Clause::Between { from, until, or_after, .. } => {
                let (from, until) = (source_label(self.program, from), source_label(self.program, until));
                let began = self.records.iter().rev().find(|row| {
                    row.time <= at
                        && matches!(row.kind.as_str(), "event" | "emit" | "reaction")
                        && from.starts_with(&row.detail)
                        && !row.detail.is_empty()
                });
                let Some(began) = began else { return (None, None) };
                let limit = or_after.map(|span| format!(" or {span}")).unwrap_or_default();
                let since = self.moment(began.time);
                let end = or_after.map(|span| add_span(self.zone, began.time, &span));
                (Some(format!("from {from} until {until}{limit}; {from} came in on {since}")), end)
            }
            Clause::On(calendar) => {
                let calendar = self.program.calendars.get(calendar.index());
                match calendar.filter(|calendar| calendar.days.contains_moment(self.zone, at)) {
                    Some(calendar) => (
                        Some(format!("the day is on {}", calendar.name)),
                        calendar.days.next_outside(self.zone, at),
                    ),
                    None => (None, None),
                }
            }
            Clause::During(windows) => {
                if !windows.iter().any(|window| window.contains(self.zone, at)) {
                    return (None, None);
                }
                (
                    Some("the time of day is among those it forbids".to_owned()),
                    next_close(self.zone, at, windows),
                )
            }
            Clause::When(_) => (Some("its `when` held at that moment".to_owned()), None),
        }
    }
}

/// When a full cap has room again.
fn free(zone: Zone, cap: &Cap, counted: &[Moment], now: Moment) -> Option<Moment> {
    match cap.window {
        CapWindow::CalendarDay => Some(start_of_next_day(zone, now)),
        CapWindow::CalendarWeek => Some(start_of_next_week(zone, now)),
        CapWindow::CalendarMonth => Some(start_of_next_month(zone, now)),
        CapWindow::Rolling(span) => {
            let nth = counted.len().checked_sub(cap.count as usize)?;
            counted.get(nth).map(|at| add_span(zone, *at, &span))
        }
    }
}
