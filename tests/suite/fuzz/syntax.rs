//! Laws of the parser, for every text.

use proptest::test_runner::TestCaseError;
use wayline_cli::console::Style;
use wayline_cli::render::{Findings, human, json, plain};
use wayline_lang::diagnostic::Diagnostic;
use wayline_lang::source::{FileId, Source, Span};
use wayline_lang::syntax::parse;

use super::damage::damaged;
use super::{keep, law_holds};

#[test]
fn fuzz_parse() {
    law_holds(400, damaged(6), move |text| {
        keep("parse.journey", &text);
        let source = Source::new(FileId(0), "damaged.journey", text.as_str());
        let parse = parse(&source);
        let again: String =
            parse.tree.tokens().iter().map(|t| source.slice(Span::new(FileId(0), t.start, t.end))).collect();
        law(again == text, "the tokens are the text")?;
        law(parse.diagnostics.is_sorted_by_key(|d| d.primary.span), "findings come in order")?;
        for finding in &parse.diagnostics {
            sound(finding, &source)?;
        }
        rendered(&parse.diagnostics, source)
    });
}

/// A finding says something about a place that is there.
pub(super) fn sound(finding: &Diagnostic, source: &Source) -> Result<(), TestCaseError> {
    law(!finding.message.is_empty(), "a finding says something")?;
    let labels = std::iter::once(&finding.primary).chain(&finding.secondary);
    let edits = finding.fixes.iter().flat_map(|f| &f.edits);
    let spans = labels.map(|l| l.span).chain(edits.map(|e| e.span));
    for span in spans.filter(|s| s.file == source.id) {
        law(
            source.text.get(span.range()).is_some(),
            &format!("{} points into the text: {span:?}", finding.code),
        )?;
    }
    Ok(())
}

/// Every format can show every finding.
fn rendered(list: &[Diagnostic], source: Source) -> Result<(), TestCaseError> {
    let sources = [source];
    let findings = Findings { list, sources: &sources, prefix: "" };
    let mut shown = Vec::new();
    let style = Style { color: false, unicode: true, graphics: true };
    let written = human::write(&findings, style, &mut shown)
        .and_then(|()| plain::write(&findings, &mut shown))
        .and_then(|()| json::write(&findings, &[], &mut shown));
    law(written.is_ok() && !shown.contains(&0x1B), "findings can be shown and control no terminal")
}

pub(super) fn law(holds: bool, name: &str) -> Result<(), TestCaseError> {
    if holds { Ok(()) } else { Err(TestCaseError::fail(name.to_owned())) }
}
