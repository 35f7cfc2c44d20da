//! The table of codes is told, shown and used.

use std::collections::BTreeSet;

use wayline_cli::problem::PROBLEMS;
use wayline_lang::codes::TABLE;
use wayline_tests::{cases, expectations, read, repository};

use crate::ui::templates;

/// A file that is too large is made by the tests of the command.
const WITHOUT_CASE: &str = "WL0002";

#[test]
fn codes_slugs_and_summaries_are_those_of_the_house() {
    let mut slugs = BTreeSet::new();
    for info in TABLE {
        let code = info.code.as_str();
        assert!(code.len() == 6 && code.starts_with("WL"), "{code}");
        assert!(slugs.insert(info.slug), "{code}: the slug `{}` is taken", info.slug);
        assert!(
            info.slug.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-'),
            "{code}"
        );
        assert!(!info.summary.is_empty() && !info.summary.ends_with('.'), "{code}: no full stop");
    }
    for info in PROBLEMS {
        assert!(slugs.insert(info.slug), "{}: the slug `{}` is taken", info.code, info.slug);
    }
}

/// A code that nothing shows may as well never come.
#[test]
fn every_code_has_a_case() {
    let mut shown: BTreeSet<String> = BTreeSet::new();
    for case in cases("tests/ui").into_iter().chain(cases("grammar/corpus/reject")) {
        let (manifest, journeys) = case.inputs();
        for input in std::iter::once(manifest).chain(journeys) {
            shown.extend(
                expectations(&input.path, &String::from_utf8_lossy(&input.bytes)).into_iter().map(|e| e.code),
            );
        }
        shown.extend(templates(&case).into_iter().map(|e| e.code));
    }
    let codes = TABLE.iter().map(|info| info.code.as_str());
    let missing: Vec<&str> = codes.filter(|code| !shown.contains(*code) && **code != *WITHOUT_CASE).collect();
    assert!(missing.is_empty(), "add a case below tests/ui for each of: {}", missing.join(" "));
}

/// The page of findings has a line for each code, in the words of the table, and none for a code that is no more.
#[test]
fn the_page_of_findings_tells_every_code() {
    let page = read(&repository().join("docs/findings.md"));
    let rows: Vec<&str> = page.lines().filter(|l| l.starts_with("| `WL")).collect();
    let mut expected: Vec<String> = TABLE
        .iter()
        .map(|i| format!("| `{}` {} | {} | {} |", i.code, i.slug, i.severity, i.summary))
        .collect();
    expected
        .extend(PROBLEMS.iter().map(|i| format!("| `{}` {} | problem | {} |", i.code, i.slug, i.summary)));
    let missing: Vec<&String> =
        expected.iter().filter(|e| !rows.iter().any(|r| r.starts_with(e.as_str()))).collect();
    assert!(missing.is_empty(), "docs/findings.md lacks rows that begin so:\n{missing:#?}");
    let gone: Vec<&&str> =
        rows.iter().filter(|r| !expected.iter().any(|e| r.starts_with(e.as_str()))).collect();
    assert!(gone.is_empty(), "docs/findings.md has rows for nothing:\n{gone:#?}");
}
