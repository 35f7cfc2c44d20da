//! `tests/ui`: what the compiler says about wrong files. The expectation stands in the file, the whole text beside it.

use wayline_cli::console::Style;
use wayline_cli::render::{Findings, human, plain};
use wayline_lang::Compiled;
use wayline_lang::source::LineIndex;
use wayline_tests::{Case, Expectation, Failures, cases, compare, expect_file, expectations};

#[test]
fn ui() {
    let mut failures = Failures::default();
    for case in cases("tests/ui") {
        failures.case(&case.name(), run(&case));
    }
    failures.finish(1);
}

fn run(case: &Case) -> Result<(), String> {
    let compiled = case.compile();
    let (manifest, journeys) = case.inputs();
    let texts = std::iter::once(&manifest).chain(&journeys);
    let expected: Vec<Expectation> =
        texts.flat_map(|input| expectations(&input.path, &String::from_utf8_lossy(&input.bytes))).collect();
    let expected = expected.into_iter().chain(templates(case)).collect::<Vec<_>>();
    compare(&expected, &found(&compiled))?;
    let snapshot = case.snapshot("stderr");
    if compiled.diagnostics.is_empty() {
        return if snapshot.exists() {
            Err("nothing was found: remove the .stderr file".to_owned())
        } else {
            Ok(())
        };
    }
    expect_file(&snapshot, &rendered(&compiled))
}

/// Expectations in the templates of a workspace.
pub(crate) fn templates(case: &Case) -> Vec<Expectation> {
    if !case.workspace {
        return Vec::new();
    }
    let walk = walkdir::WalkDir::new(case.path.join("templates")).sort_by_file_name().into_iter();
    // Most workspaces have no such folder.
    let files = walk.filter_map(Result::ok).filter(|e| e.file_type().is_file());
    files
        .flat_map(|e| {
            let path = e.path().strip_prefix(&case.path).expect("it is below").to_string_lossy().into_owned();
            expectations(&path, &wayline_tests::read(e.path()))
        })
        .collect()
}

fn found(compiled: &Compiled) -> Vec<Expectation> {
    let findings = compiled.diagnostics.iter();
    findings
        .map(|d| {
            let source = compiled.sources.get(d.primary.span.file).expect("a finding lies in a file");
            Expectation {
                path: source.path.clone(),
                line: LineIndex::new(source).position(d.primary.span.start).line,
                severity: d.severity.to_string(),
                code: d.code.to_string(),
                text: d.message.clone(),
            }
        })
        .collect()
}

/// The text for people, then the short lines, which stay when the drawing changes.
fn rendered(compiled: &Compiled) -> String {
    let findings = Findings { list: &compiled.diagnostics, sources: compiled.sources.all(), prefix: "" };
    let mut text = Vec::new();
    human::write(&findings, Style { color: false, unicode: true, graphics: true }, &mut text)
        .expect("memory takes it");
    plain::write(&findings, &mut text).expect("memory takes it");
    String::from_utf8(text).expect("findings are text")
}
