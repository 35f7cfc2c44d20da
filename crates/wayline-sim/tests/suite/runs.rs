//! Runs for tests: their rows as records.

use std::sync::Arc;

use wayline_ir::Program;
use wayline_sim::{InputReport, LogRecord, LogStyle, Options, People, Summary, TextLog, read_log, simulate};

/// The log's bytes and the summary.
pub(crate) fn run(
    program: &Program,
    people: &People,
    options: &Options,
    style: LogStyle,
) -> (Vec<u8>, Summary) {
    let program = Arc::new(program.clone());
    let mut log = TextLog::new(Vec::new(), style, &program).unwrap();
    let summary = simulate(&program, people, InputReport::default(), options, &mut log).unwrap();
    (log.into_inner(), summary)
}

/// The log's records and the summary.
pub(crate) fn records(program: &Program, people: &People, options: &Options) -> (Vec<LogRecord>, Summary) {
    let (bytes, summary) = run(program, people, options, LogStyle::Csv);
    (read(&bytes), summary)
}

pub(crate) fn read(bytes: &[u8]) -> Vec<LogRecord> {
    let mut records = Vec::new();
    read_log("log", bytes, |_| true, |record| records.push(record)).unwrap();
    records
}

/// One line for each record: when, and what it says.
pub(crate) fn told(records: &[LogRecord]) -> String {
    let line = |record: &LogRecord| {
        let until = record.until.map_or(String::new(), |until| format!("until {until}"));
        let run = record.run.map_or(String::new(), |run| format!("{}#{run}", record.journey));
        let parts = [
            &record.customer,
            &run,
            &record.step,
            &record.kind,
            &record.message,
            &record.verdict,
            &record.reason,
            &record.rule,
            &until,
            &record.detail,
        ];
        let parts: Vec<&str> =
            parts.into_iter().map(String::as_str).filter(|part| !part.is_empty()).collect();
        format!("{} {}\n", record.time, parts.join(" "))
    };
    records.iter().map(line).collect()
}
