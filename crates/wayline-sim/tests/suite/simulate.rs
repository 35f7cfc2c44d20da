//! Runs of the benchmark model: the same on any number of threads, keyed chance, agreement with another simulator, the
//! log in both styles, the summary, the story.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::sync::Arc;

use wayline_ir::{StepId, StepKind};
use wayline_sim::{
    CountLog, InputReport, LogRecord, LogStyle, MemoryLog, Options, People, SimError, TextLog, read_log,
    simulate, story,
};
use wayline_time::Moment;

use crate::runs::{read, records, run};
use crate::{cart, shop};

fn people(count: u32) -> Options {
    Options { personas: count, ..Options::default() }
}

#[test]
fn one_seed_gives_the_same_bytes_on_any_number_of_threads() {
    let program = cart::model();
    for style in [LogStyle::Csv, LogStyle::JsonLines] {
        let (one, summary) = run(&program, &People::default(), &people(1500), style);
        for threads in [2, 3, 8] {
            let options = Options { threads, ..people(1500) };
            let (several, of_several) = run(&program, &People::default(), &options, style);
            assert!(one == several, "{threads} threads, {style:?}");
            assert_eq!(summary, of_several);
        }
        let other = Options { seed: 2, ..people(1500) };
        assert!(one != run(&program, &People::default(), &other, style).0);
    }
}

#[test]
fn more_people_leave_the_first_as_they_are() {
    let program = cart::model();
    let (few, _) = records(&program, &People::default(), &people(100));
    let (many, _) = records(&program, &People::default(), &people(1000));
    assert_eq!(few[..], many[..few.len()]);
    assert_eq!(many[few.len()].customer, "p0101");
}

/// Times of one kind of row.
fn times(records: &[LogRecord], kind: &str, message: &str, detail: &str) -> Vec<(String, Moment)> {
    let wanted =
        |record: &&LogRecord| record.kind == kind && record.message == message && record.detail == detail;
    records.iter().filter(wanted).map(|record| (record.customer.clone(), record.time)).collect()
}

#[test]
fn a_changed_step_changes_no_other_draw() {
    let with = cart::model();
    let without = cart::changed(&[("send reminder_sms", "")]);
    let (before, _) = records(&with, &People::default(), &people(2000));
    let (after, summary) = records(&without, &People::default(), &people(2000));
    assert_eq!(summary.messages.iter().find(|message| message.name == "reminder_sms").unwrap().sent, 0);
    // Sessions come by themselves; what is opened of the reminder depends on its own step only.
    assert_eq!(times(&before, "event", "", "session"), times(&after, "event", "", "session"));
    let opened = |records: &[LogRecord]| times(records, "reaction", "reminder", "opened");
    let (before, after) = (opened(&before), opened(&after));
    let same = before.iter().filter(|known| after.contains(known)).count();
    assert!(before.len() > 300, "{}", before.len());
    assert!(same * 100 >= before.len() * 97, "{same} of {}", before.len());
}

/// SimPy 4.1.2 on CPython, the same model written from the same specification: 8 seeds of 30,000 customers each, counts
/// of the decisions pooled.
const SIMPY: [(&str, f64); 21] = [
    ("event session", 1_437_534.0),
    ("event signup", 72_060.0),
    ("event cart_abandoned", 251_582.0),
    ("event purchase", 119_742.0),
    ("enter cart", 181_855.0),
    ("enter onboard", 72_060.0),
    ("exit completed", 149_892.0),
    ("exit leave_rule", 43_482.0),
    ("opened", 190_714.0),
    ("clicked", 36_678.0),
    ("unsubscribed", 481.0),
    ("sent welcome", 65_958.0),
    ("sent tips", 19_683.0),
    ("sent nudge_push", 17_747.0),
    ("sent nudge_sms", 14_401.0),
    ("sent offer", 46_834.0),
    ("sent reminder", 165_516.0),
    ("sent reminder_sms", 66_081.0),
    ("sent coupon", 63_940.0),
    ("sent plain", 63_567.0),
    ("dropped capped", 9_562.0),
];

#[test]
fn counts_agree_with_an_independent_simulator() {
    const PEOPLE: u32 = 6_000;
    let (records, _) = records(&cart::model(), &People::default(), &people(PEOPLE));
    let mut counts: BTreeMap<String, f64> = BTreeMap::new();
    for record in &records {
        let key = match record.kind.as_str() {
            "event" => format!("event {}", record.detail),
            "enter" => format!("enter {}", record.journey),
            "exit" => format!("exit {}", record.reason),
            "reaction" => record.detail.clone(),
            "send" if record.verdict == "sent" => format!("sent {}", record.message),
            "send" => format!("{} {}", record.verdict, record.reason),
            _ => continue,
        };
        *counts.entry(key).or_default() += 1.0;
    }
    let share = f64::from(PEOPLE) / 240_000.0;
    for (key, simpy) in SIMPY {
        let (ours, expected) = (counts[key], simpy * share);
        // Counts cluster by customer, so they vary more than Poisson counts: five standard deviations of those, and
        // the error of the expected value itself, are about three of ours.
        let deviation = (expected * (1.0 + share)).sqrt();
        assert!(
            (ours - expected).abs() < 5.0 * deviation,
            "{key}: {ours}, expected {expected:.0} ± {deviation:.0}"
        );
    }
}

#[test]
fn rows_stand_customer_by_customer_in_the_order_of_time() {
    let mut program = cart::model();
    for shared in [false, true] {
        if shared {
            program = cart::changed(&[("kind email ", "kind email  at most 20 per 1 hour ")]);
        }
        let (records, _) = records(&program, &People::default(), &people(600));
        let mut seen: Vec<&str> = Vec::new();
        for pair in records.windows(2) {
            if pair[0].customer == pair[1].customer {
                assert!(pair[0].time <= pair[1].time);
            } else {
                seen.push(&pair[0].customer);
                assert!(!seen.contains(&pair[1].customer.as_str()));
            }
        }
    }
}

#[test]
fn customers_who_share_something_are_handled_in_the_order_of_time() {
    let program = cart::changed(&[("kind email ", "kind email  at most 5 per 1 hour ")]);
    let (one, summary) = run(&program, &People::default(), &people(600), LogStyle::Csv);
    let (three, _) = run(&program, &People::default(), &Options { threads: 3, ..people(600) }, LogStyle::Csv);
    assert!(one == three);
    assert!(
        summary.rules.iter().any(|rule| rule.rule == "rate of email" && rule.held > 0),
        "{:?}",
        summary.rules
    );
    let mut sent: Vec<i64> = read(&one)
        .iter()
        .filter(|record| record.verdict == "sent" && record.channel == "email")
        .map(|record| record.time.0)
        .collect();
    sent.sort_unstable();
    assert!(sent.len() > 500);
    for six in sent.windows(6) {
        assert!(six[5] - six[0] >= 3_600_000, "six in {} ms", six[5] - six[0]);
    }
}

#[test]
fn both_styles_say_the_same_also_packed() {
    let program = cart::model();
    let (csv, _) = run(&program, &People::default(), &people(50), LogStyle::Csv);
    let (json, _) = run(&program, &People::default(), &people(50), LogStyle::JsonLines);
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(&csv).unwrap();
    assert_eq!(read(&csv), read(&json));
    assert_eq!(read(&csv), read(&packed.finish().unwrap()));
    let mut few = 0;
    read_log(
        "log",
        json.as_slice(),
        |customer| customer == "p0007",
        |record| {
            assert_eq!(record.customer, "p0007");
            few += 1;
        },
    )
    .unwrap();
    assert!(few > 0);
    let (text, json) = (String::from_utf8(csv).unwrap(), String::from_utf8(json).unwrap());
    let sample = |text: &str| text.lines().skip(60).take(12).collect::<Vec<_>>().join("\n");
    insta::assert_snapshot!(format!(
        "{}\n{}\n\n{}",
        text.lines().next().unwrap(),
        sample(&text),
        sample(&json)
    ));
}

#[test]
fn logs_in_memory_hold_what_is_written() {
    let program = Arc::new(cart::model());
    let (mut count, mut memory) = (CountLog::default(), MemoryLog::default());
    let none = || InputReport::default();
    let options = Options { threads: 2, ..people(700) };
    let summary = simulate(&program, &People::default(), none(), &options, &mut count).unwrap();
    simulate(&program, &People::default(), none(), &options, &mut memory).unwrap();
    let (written, _) = records(&program, &People::default(), &options);
    assert_eq!(summary.decisions, count.rows);
    assert_eq!(written.len() as u64, count.rows);
    let ids: BTreeMap<u32, &str> = memory.customers().collect();
    for (row, record) in memory.rows().zip(&written) {
        assert_eq!((ids[&row.customer], row.decision.at), (record.customer.as_str(), record.time));
    }
    assert_eq!(memory.rows().count(), written.len());
}

#[test]
fn the_summary_is_told_in_words_and_numbers() {
    let costs = [("kind email ", "kind email  cost 0.001 USD "), ("kind sms ", "kind sms  cost 0.03 USD ")];
    let program = cart::changed(&costs);
    let (_, summary) = run(&program, &People::default(), &people(3000), LogStyle::Csv);
    let text = summary.to_text();
    assert!(text.lines().all(|line| line.chars().count() <= 100), "{text}");
    insta::assert_snapshot!(text);
    let json = serde_json::to_value(&summary).unwrap();
    insta::assert_snapshot!(serde_json::to_string_pretty(&json["journeys"][1]).unwrap());
    // What is told adds up.
    for journey in &summary.journeys {
        let ended: u64 = journey.exits.iter().map(|count| count.count).sum();
        assert_eq!(journey.entered, ended + journey.running);
    }
    let dropped: u64 = summary.messages.iter().map(|message| message.dropped).sum();
    assert_eq!(dropped, summary.rules.iter().map(|rule| rule.dropped).sum::<u64>());
}

#[test]
fn a_story_names_rule_reason_and_time() {
    let (records, _) = records(&cart::model(), &People::default(), &people(1500));
    let mut by_customer: BTreeMap<&str, Vec<LogRecord>> = BTreeMap::new();
    for record in &records {
        by_customer.entry(&record.customer).or_default().push(record.clone());
    }
    // Someone with a full cap, a night and a leave.
    let tells = |rows: &Vec<LogRecord>, reason: &str| rows.iter().any(|row| row.reason == reason);
    let (customer, rows) = by_customer
        .iter()
        .find(|(_, rows)| tells(rows, "capped") && tells(rows, "suppressed") && tells(rows, "leave_rule"))
        .unwrap();
    insta::assert_snapshot!(story(customer, rows));
    assert_eq!(story("nobody", &[]), "The log has no decisions about nobody.\n");
}

#[test]
fn runs_that_cannot_be_made() {
    let program = Arc::new(cart::model());
    let simulate = |program: &Arc<wayline_ir::Program>, options: &Options| {
        simulate(program, &People::default(), InputReport::default(), options, &mut CountLog::default())
    };
    assert!(matches!(simulate(&program, &people(0)), Err(SimError::Nobody)));
    let without = simulate(&Arc::new(shop::shop()), &people(5));
    assert!(matches!(without, Err(SimError::NoPersonas)), "{without:?}");
    let backwards = Options { from: Some(Moment(1)), until: Some(Moment(0)), ..people(5) };
    let error = simulate(&program, &backwards).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the run would end at 1970-01-01T00:00:00Z, before it begins at 1970-01-01T00:00:00.001Z"
    );
    let mut broken = cart::model();
    broken.journeys[0].steps[0].kind = StepKind::Bind { values: Vec::new(), next: StepId(99) };
    assert!(matches!(simulate(&Arc::new(broken), &people(5)), Err(SimError::Program(_))));
}

/// Takes so many bytes, then fails.
struct Full(usize);

impl Write for Full {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 = self.0.checked_sub(bytes.len()).ok_or_else(|| io::Error::other("the disk is full"))?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_log_that_cannot_be_written_ends_the_run() {
    let program = Arc::new(cart::model());
    for threads in [1, 3] {
        let mut log = TextLog::new(Full(100_000), LogStyle::Csv, &program).unwrap();
        let options = Options { threads, ..people(2000) };
        let error =
            simulate(&program, &People::default(), InputReport::default(), &options, &mut log).unwrap_err();
        assert_eq!(error.to_string(), "the decision log cannot be written: the disk is full");
    }
    assert!(TextLog::new(Full(3), LogStyle::Csv, &program).is_err());
}
