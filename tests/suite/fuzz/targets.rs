//! Fuzz targets over raw bytes: `cargo test` runs each for a short while, `cargo bolero test -p wayline-tests
//! fuzz::targets::parse` (or `format`, `step`) runs one under a coverage-guided fuzzer for as long as you like.

use wayline_lang::format::format as lay_out;
use wayline_lang::source::{FileId, Source, Span};
use wayline_lang::syntax;

use super::step::{MACHINES, tell};

const CASES: usize = 1_000;

/// Bytes as a file: what is not UTF-8 is replaced and reported.
fn source(bytes: &[u8]) -> Source {
    Source::from_bytes(FileId(0), "bytes.journey", bytes).0
}

#[test]
fn parse() {
    bolero::check!().with_iterations(CASES).for_each(|bytes: &[u8]| {
        let source = source(bytes);
        let parsed = syntax::parse(&source);
        let spans = parsed.tree.tokens().iter().map(|token| Span::new(FileId(0), token.start, token.end));
        let again: String = spans.map(|span| source.slice(span)).collect();
        assert_eq!(again, *source.text, "the tokens are the text");
    });
}

#[test]
fn format() {
    bolero::check!().with_iterations(CASES).for_each(|bytes: &[u8]| {
        let source = source(bytes);
        if let Ok(laid_out) = lay_out(&source, &syntax::parse(&source)) {
            let again = Source::new(FileId(0), "laid_out.journey", laid_out.as_str());
            assert_eq!(lay_out(&again, &syntax::parse(&again)).as_deref(), Ok(laid_out.as_str()));
        }
    });
}

#[test]
fn step() {
    bolero::check!().with_iterations(CASES).for_each(|bytes: &[u8]| {
        if let Some((which, story)) = bytes.split_first() {
            let machine = &MACHINES[usize::from(*which) % MACHINES.len()];
            tell(machine, story, false).expect("the laws of the engine hold");
        }
    });
}
