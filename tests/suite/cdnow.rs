//! The win-back over 18 months of real purchases: entries, letters and goals of every month equal a computation that
//! knows nothing of Wayline (`tests/cdnow/independent.py`).

use std::collections::BTreeMap;
use std::fmt::Write;
use std::process::Command;
use std::sync::Arc;

use wayline_engine::{DecisionKind, Verdict};
use wayline_sim::{InputReader, Mapping, MemoryLog, Options, Strictness, simulate};
use wayline_tests::{Case, read, repository};
use wayline_time::{Zone, format_rfc3339, parse_moment};

const MONTHS: usize = 18;

#[test]
fn every_month_equals_the_independent_computation() {
    let ours = ours();
    let theirs = theirs();
    assert_eq!(ours, theirs, "the engine is on the left, the independent computation on the right");
    assert_eq!(theirs.lines().count(), MONTHS + 2, "a header, the months and a line of totals");
}

fn theirs() -> String {
    let output = Command::new("python3")
        .arg(repository().join("tests/cdnow/independent.py"))
        .arg(repository().join("examples/cdnow/CDNOW_master.txt.gz"))
        .output()
        .expect("python3 is installed, as the README asks");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("it prints text")
}

fn ours() -> String {
    let folder = repository().join("examples/cdnow");
    let compiled = Case { path: folder.clone(), workspace: true }.compile();
    let program = Arc::new(compiled.program.expect("the example compiles"));
    let mapping =
        Mapping::parse(&read(&folder.join("cdnow.map.toml")), Zone::utc()).expect("the mapping is right");
    let data = std::fs::File::open(folder.join("CDNOW_master.txt.gz")).expect("the data is there");
    let mut reader = InputReader::new(&program, Strictness::Strict);
    reader.events("CDNOW_master.txt.gz", data, Some(&mapping)).expect("every row is right");
    let (people, report) = reader.finish();
    let until = parse_moment("1998-07-01T00:00:00Z", Zone::utc()).expect("a moment");
    let options = Options { until: Some(until), ..Options::default() };
    let mut log = MemoryLog::default();
    simulate(&program, &people, report, &options, &mut log).expect("the run works");
    let mut months: BTreeMap<String, [u32; 3]> = BTreeMap::new();
    for row in log.rows() {
        let column = match row.decision.kind {
            DecisionKind::Enter => 0,
            DecisionKind::Send if row.decision.verdict == Some(Verdict::Sent) => 1,
            DecisionKind::Goal => 2,
            _ => continue,
        };
        months.entry(format_rfc3339(row.decision.at)[..7].to_owned()).or_default()[column] += 1;
    }
    let mut text = "month,entered,sent,goals\n".to_owned();
    let mut total = [0; 3];
    for month in 0..MONTHS {
        let month = format!("{}-{:02}", 1997 + month / 12, month % 12 + 1);
        let counts = months.remove(&month).unwrap_or_default();
        total.iter_mut().zip(counts).for_each(|(total, count)| *total += count);
        writeln!(text, "{month},{},{},{}", counts[0], counts[1], counts[2]).unwrap();
    }
    assert!(months.is_empty(), "nothing happens outside of the data: {months:?}");
    writeln!(text, "total,{},{},{}", total[0], total[1], total[2]).unwrap();
    text
}
