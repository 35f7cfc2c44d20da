//! Laws of the layout, for every text without syntax errors.

use wayline_lang::diagnostic::Severity;
use wayline_lang::format::{FormatRefusal, format};
use wayline_lang::source::{FileId, Source};
use wayline_lang::syntax::parse;

use super::damage::damaged;
use super::syntax::law;
use super::{keep, law_holds};

#[test]
fn fuzz_format() {
    // One edit: more make a file with syntax errors of nearly every case.
    law_holds(500, damaged(1), |text| {
        keep("format.journey", &text);
        let source = Source::new(FileId(0), "damaged.journey", text.as_str());
        let parsed = parse(&source);
        let broken = parsed.diagnostics.iter().any(|d| d.severity == Severity::Error);
        match format(&source, &parsed) {
            Err(FormatRefusal::Findings(_)) => law(broken, "only broken files are refused"),
            Err(unsound) => law(false, &unsound.to_string()),
            Ok(laid_out) => {
                law(!broken, "broken files are refused")?;
                let again = Source::new(FileId(0), "laid_out.journey", laid_out.as_str());
                law(
                    format(&again, &parse(&again)).as_deref() == Ok(&laid_out),
                    "what is laid out stays as it is",
                )
            }
        }
    });
}
