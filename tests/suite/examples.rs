//! The examples: each has a session of its own (`tests/console/examples`), and one is worked out a second time.

use std::collections::BTreeMap;
use std::process::Command;

use wayline_tests::{Session, cases, read, relative, repository};

use crate::console::wayline;

/// What every example's session shows. The sessions themselves are run by the suite `console`.
const SHOWN: [&str; 3] = ["$ wayline check\n", "$ wayline simulate ", "sha256sum"];

#[test]
fn every_example_has_a_session() {
    let examples = cases("examples");
    assert!(examples.iter().all(|case| case.workspace), "a journey file below examples lies in no workspace");
    for case in examples {
        let name = case.path.file_name().expect("it is a folder").to_string_lossy().into_owned();
        let path = repository().join(format!("tests/console/examples/{name}.console"));
        let session = if path.exists() { read(&path) } else { String::new() };
        assert!(session.starts_with(&format!("# dir: {}\n", case.name())), "{} is missing", relative(&path));
        for shown in SHOWN {
            assert!(session.contains(shown), "{} lacks `{}`", relative(&path), shown.trim());
        }
    }
}

/// Entries, letters and goals by month, as a program that knows nothing of Wayline counts them over the same purchases.
#[test]
fn the_winback_over_cdnow_agrees_with_an_independent_computation() {
    let mut session = Session::new(&wayline(), Some("examples/cdnow"));
    let data = "CDNOW_master.txt.gz";
    session.run(&format!("wayline simulate --events {data} --map cdnow.map.toml --log log.csv"));
    let independent = Command::new("python3")
        .arg(repository().join("tests/cdnow/independent.py"))
        .arg(session.folder().join(data))
        .output()
        .expect("there is python3");
    assert!(independent.status.success(), "{}", String::from_utf8_lossy(&independent.stderr));
    let expected = String::from_utf8_lossy(&independent.stdout);
    let mut months: BTreeMap<String, [u32; 3]> = BTreeMap::new();
    let mut total = [0; 3];
    let mut log = csv::Reader::from_path(session.folder().join("log.csv")).expect("there is a log");
    for row in log.records() {
        let row = row.expect("the log is CSV");
        let column = match &row[7] {
            "enter" => 0,
            "send" if &row[10] == "sent" => 1,
            "goal" => 2,
            _ => continue,
        };
        months.entry(row[0][..7].to_owned()).or_default()[column] += 1;
        total[column] += 1;
    }
    let rows: Vec<&str> = expected.lines().skip(1).collect();
    assert_eq!(rows.len(), 19, "18 months and a total");
    for row in rows {
        let (month, counts) = row.split_once(',').expect("the row has columns");
        let counted = if month == "total" { total } else { months.get(month).copied().unwrap_or_default() };
        assert_eq!(counted.map(|c| c.to_string()).join(","), counts, "{month}: entries, letters, goals");
    }
    assert!(total[0] > 1000, "the comparison is about something");
}
