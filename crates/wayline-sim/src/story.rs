//! One customer's story out of a decision log: what happened, what was decided, by which rule, until when.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use wayline_time::{Moment, Zone, local, parse_moment};

use crate::log::LogRecord;

/// Tells the story of one customer: the records of one, in the order of the log.
#[must_use]
pub fn story(customer: &str, records: &[LogRecord]) -> String {
    let mut text = String::new();
    if records.is_empty() {
        let _ = writeln!(text, "The log has no decisions about {customer}.");
        return text;
    }
    let zone = records.iter().rev().find_map(|record| zone_of(&record.local)).unwrap_or_default();
    let _ = writeln!(text, "{customer}: {} decisions, times in {zone}", records.len());
    // What came in by itself, then each run by its number.
    let mut runs: BTreeMap<Option<u32>, Vec<&LogRecord>> = BTreeMap::new();
    for record in records {
        runs.entry(record.run).or_default().push(record);
    }
    for (run, records) in &runs {
        text.push('\n');
        match run {
            None => text.push_str("What came in\n"),
            Some(run) => {
                let journey = records.first().map_or("", |record| record.journey.as_str());
                let version = records.first().map_or("", |record| record.version.as_str());
                let _ = writeln!(text, "Run {run} of {journey} (version {version})");
            }
        }
        // That a provider took what was sent is no news.
        for record in
            records.iter().filter(|record| record.kind != "send_result" || !record.reason.is_empty())
        {
            let zone = zone_of(&record.local).unwrap_or(zone);
            let sentence = sentence(record, zone);
            let step = if record.step.is_empty() { String::new() } else { format!("  [{}]", record.step) };
            let _ = writeln!(text, "  {}  {sentence}{step}", shown(record.time, zone));
        }
    }
    text
}

/// The zone at the end of a local time.
pub(crate) fn zone_of(local: &str) -> Option<Zone> {
    Zone::lookup(local.rsplit(' ').next()?).ok()
}

/// `Mon 2026-01-05 09:00`, with seconds when there are any.
pub(crate) fn shown(moment: Moment, zone: Zone) -> String {
    let local = local(zone, moment);
    let day = local.date.weekday().name().get(..3).unwrap_or_default();
    let (hour, minute, second) = local.time.hms();
    let seconds = if second == 0 { "   ".to_owned() } else { format!(":{second:02}") };
    format!("{day} {} {hour:02}:{minute:02}{seconds}", local.date)
}

/// What brings an entry about, to stand after a word: ` by signup`, ` by hand`.
pub(crate) fn brought_by(enter: &str) -> String {
    match enter {
        "" => String::new(),
        "by hand" => " by hand".to_owned(),
        other => format!(" by {other}"),
    }
}

pub(crate) fn sentence(record: &LogRecord, zone: Zone) -> String {
    let until = record.until.map(|until| shown(until, zone).trim_end().to_owned());
    let detail = record.detail.as_str();
    let because = why(record, zone);
    let of_detail =
        |prefix: &str| if detail.is_empty() { String::new() } else { format!("{prefix}{detail}") };
    match record.kind.as_str() {
        "event" => match record.reason.as_str() {
            "duplicate" => format!("{detail} came in again and was ignored"),
            "late" => format!("{detail} came in late"),
            _ => format!("{detail} came in"),
        },
        "profile" if record.reason == "stale" => "an older profile came in and was ignored".to_owned(),
        "profile" => format!("the profile changed{}", of_detail(": ")),
        "reaction" if record.reason.is_empty() => format!("{detail} {}", record.message),
        "reaction" => format!("{detail} {}, which changed nothing{because}", record.message),
        "segment" => detail.to_owned(),
        "enter" => format!("entered{}", brought_by(detail)),
        "not_entered" => format!("did not enter {}{}{because}", record.journey, brought_by(detail)),
        "wait" => match until {
            Some(until) => format!("waits until {until}"),
            None => "waits".to_owned(),
        },
        "wait_over" if !detail.is_empty() => format!("goes on: {detail}"),
        "wait_over" => format!("goes on{because}"),
        "branch" => format!("way taken{}", of_detail(": ")),
        "experiment" => format!("falls into {}", if detail.is_empty() { "an arm" } else { detail }),
        "send" => told_send(record, until.as_deref(), &because, zone),
        "send_result" if record.reason.is_empty() => format!("the provider took {}", record.message),
        "send_result" => format!("{} failed{}", record.message, of_detail(": ")),
        "goal" => format!("reached the goal{}", of_detail(": ")),
        "set" => format!("sets {detail}"),
        "emit" => format!("raises {detail}"),
        "call" => format!("calls{}", of_detail(" ")),
        "call_result" if record.reason.is_empty() => format!("answer{}", of_detail(" of ")),
        "call_result" => format!("the call failed{}", of_detail(": ")),
        "journey" => format!("starts or stops {detail}"),
        "exit" => match (record.reason.as_str(), detail) {
            ("completed", _) => "ended: completed".to_owned(),
            ("exit_step", "") => "ended at an exit".to_owned(),
            ("exit_step", words) => format!("ended: {words}"),
            ("leave_rule", "") => "left".to_owned(),
            ("leave_rule", what) => format!("left on {what}"),
            ("goal_reached", _) => "ended: the goal was reached".to_owned(),
            ("restarted", _) => "ended: a new run takes its place".to_owned(),
            ("stopped", _) => "ended: stopped by another journey".to_owned(),
            (reason, _) => format!("ended: {}", reason.replace('_', " ")),
        },
        "fault" => format!("stopped on a fault{}", of_detail(": ")),
        other => format!("{other}{}", of_detail(": ")),
    }
}

fn told_send(record: &LogRecord, until: Option<&str>, because: &str, zone: Zone) -> String {
    let what = format!("{} on {}", record.message, record.channel);
    let by = if record.rule.is_empty() { String::new() } else { format!(" by {}", record.rule) };
    match record.verdict.as_str() {
        "sent" => format!("sent {what}"),
        "held" => {
            let until = until.map_or(String::new(), |until| format!(" until {until}"));
            let cap =
                if record.reason == "capped" { format!(": {}", cap(record, zone)) } else { String::new() };
            format!("{what} held{until}{by}{cap}")
        }
        "dropped" => {
            let until = until.map_or(String::new(), |until| format!("; it could not leave before {until}"));
            format!("{what} dropped{because}{until}")
        }
        other => format!("{what} {other}"),
    }
}

/// The sends that filled a cap, in local time.
fn cap(record: &LogRecord, zone: Zone) -> String {
    let Some((cap, counted)) = record.detail.split_once("; counted ") else {
        return format!("{} is full", record.rule);
    };
    let (count, times) = counted.split_once(": ").unwrap_or((counted, ""));
    let times: Vec<String> = times
        .split(", ")
        .filter_map(|time| parse_moment(time, Zone::utc()).ok())
        .map(|time| shown(time, zone).trim_end().to_owned())
        .collect();
    let sends = if count == "1" { "send" } else { "sends" };
    format!("{} had {count} {sends}, {cap}: {}", record.rule, times.join(", "))
}

/// `: because …`, naming the rule.
fn why(record: &LogRecord, zone: Zone) -> String {
    let rule = &record.rule;
    let told = match record.reason.as_str() {
        "" => return String::new(),
        "no_consent" => format!("no consent ({rule})"),
        "unconfirmed_consent" => format!("the consent is not confirmed ({rule})"),
        "no_address" => format!("no address ({rule})"),
        "bounced" => format!("the address bounced ({rule})"),
        "suppressed" => format!("{rule} forbids it"),
        "capped" => cap(record, zone),
        "quiet_hours" | "closed_hours" | "channel_rate" => format!("held too long by {rule}"),
        "expired" if rule.is_empty() => "it would be too old".to_owned(),
        "expired" => format!("it would be too old when {rule} lets it leave"),
        "replaced" => "a newer one takes its place".to_owned(),
        "left" => "the run ended while it was held".to_owned(),
        "failed" => "it failed".to_owned(),
        "only_if" => "the condition at the door does not hold".to_owned(),
        "already_running" => "a run is on its way".to_owned(),
        "again_too_soon" => "too soon after the last entry".to_owned(),
        "only_once" => "it was entered before, and once is all".to_owned(),
        "holdout" => "held out".to_owned(),
        "daily_limit" => "the limit of entries a day is reached".to_owned(),
        "no_key" => "the key is missing".to_owned(),
        "stale" => "it is too old".to_owned(),
        "duplicate" => "it was known".to_owned(),
        "time_up" => "the time is up".to_owned(),
        "past" => "the time is past".to_owned(),
        "missing" => "the date is missing".to_owned(),
        other => other.replace('_', " "),
    };
    format!(": {told}")
}
