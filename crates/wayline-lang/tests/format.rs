//! The formatter: fixed cases, and what holds for every file.

#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test reads files and fails where it cannot"
)]

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use wayline_lang::format::{FormatRefusal, format};
use wayline_lang::source::{FileId, Source};
use wayline_lang::syntax::{Parse, Token, TokenKind, lex, parse};

fn files(folder: &str) -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut paths: Vec<PathBuf> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|e| e == "journey"));
    paths.sort();
    let read = |path: PathBuf| {
        (path.file_stem().unwrap().to_string_lossy().into_owned(), std::fs::read_to_string(path).unwrap())
    };
    paths.into_iter().map(read).collect()
}

fn good_files() -> Vec<(String, String)> {
    let mut all = files("tests/format");
    all.extend(files("../../grammar/corpus/accept"));
    assert!(all.len() > 5);
    all
}

fn read(text: &str) -> (Source, Parse) {
    let source = Source::new(FileId(0), "t.journey", text);
    let parsed = parse(&source);
    (source, parsed)
}

fn formatted(text: &str) -> String {
    let (source, parsed) = read(text);
    format(&source, &parsed).unwrap_or_else(|refusal| panic!("{refusal:?}"))
}

fn slice(text: &str, token: Token) -> &str {
    &text[token.start as usize..token.end as usize]
}

fn comments(text: &str) -> Vec<&str> {
    lex(text).into_iter().filter(|t| t.kind.is_comment()).map(|t| slice(text, t).trim_end()).collect()
}

/// The typed tree without places.
fn meaning(text: &str) -> String {
    let shown = format!("{:?}", read(text).1.ast);
    let mut out = String::new();
    let mut rest = shown.as_str();
    while let Some(at) = rest.find("Span { file:") {
        out.push_str(&rest[..at]);
        rest = &rest[at + rest[at..].find('}').unwrap() + 1..];
    }
    out.push_str(rest);
    // Where the parts of a text stand is a place as well.
    let mut clean = String::new();
    let mut rest = out.as_str();
    while let Some(at) = rest.find("pieces: [") {
        clean.push_str(&rest[..at]);
        rest = &rest[at + rest[at..].find(']').unwrap() + 1..];
    }
    clean + rest
}

fn check(text: &str) {
    let once = formatted(text);
    let twice = formatted(&once);
    if let Some(line) = once.lines().zip(twice.lines()).position(|(a, b)| a != b) {
        let around = |text: &str| {
            let lines: Vec<&str> = text.lines().skip(line.saturating_sub(4)).take(9).collect();
            lines.join("\n")
        };
        panic!("not stable:\n{}\n--- becomes\n{}", around(&once), around(&twice));
    }
    assert_eq!(twice, once);
    assert_eq!(comments(&once), comments(text));
    assert!(meaning(&once) == meaning(text), "the meaning differs:\n{text}\n{once}");
    for line in once.lines() {
        let inside_text = once.contains("\"\"\"");
        assert!(inside_text || line.trim_end() == line, "blanks at the end of {line:?}");
    }
    assert!(!once.contains("\n\n\n") && !once.starts_with('\n') && !once.contains('\r'));
    assert!(once.is_empty() || once.ends_with('\n') && !once.ends_with("\n\n"));
}

#[test]
fn fixed_cases_look_the_same() {
    for (name, text) in files("tests/format") {
        insta::assert_snapshot!(format!("format-{name}"), formatted(&text));
    }
}

#[test]
fn good_files_keep_meaning_and_comments_and_are_stable() {
    for (_, text) in good_files() {
        check(&text);
        check(&format!("\u{FEFF}{}", text.replace('\n', "\r\n")));
    }
}

#[test]
fn the_corpus_is_formatted() {
    for (name, text) in files("../../grammar/corpus/accept") {
        let out = formatted(&text);
        let line = text.lines().zip(out.lines()).find(|(a, b)| a != b);
        assert!(text == out, "{name} is not as the formatter writes it, from {line:?}");
    }
}

#[test]
fn files_without_declarations() {
    for (text, expected) in
        [("", ""), ("\n\n", ""), ("# a\n\n\n\n# b", "# a\n\n# b\n"), ("\u{FEFF}# a\r\n", "# a\n")]
    {
        assert_eq!(formatted(text), expected);
    }
}

#[test]
fn a_file_with_errors_is_refused_with_its_findings() {
    let (source, parsed) = read("journey j { sned x }");
    let Err(FormatRefusal::Findings(findings)) = format(&source, &parsed) else { panic!("formatted") };
    assert_eq!(findings.len(), 1);
}

/// The file with other blanks, line ends and comments where it had blanks.
fn disturbed(text: &str, choices: &[u8]) -> String {
    let mut out = String::new();
    let mut choices = choices.iter().cycle();
    let tokens = lex(text);
    let mut after_comment = false;
    for (index, token) in tokens.iter().enumerate() {
        let before_text = tokens.get(index + 1).is_none_or(|next| next.kind == TokenKind::Doc);
        match token.kind {
            TokenKind::Space if before_text || after_comment => out.push_str(slice(text, *token)),
            TokenKind::Space => match choices.next().unwrap() % 16 {
                0 => out.push('\n'),
                1 => out.push_str("\n\n\n"),
                2 => write!(out, " # c{index}\n ").unwrap(),
                3 => write!(out, "\n   # own{index}\n").unwrap(),
                4 => write!(out, " # c{index}\n\n# own{index}\n\n").unwrap(),
                5 => out.push_str("   "),
                _ => out.push_str(slice(text, *token)),
            },
            _ => out.push_str(slice(text, *token)),
        }
        after_comment = token.kind.is_comment();
    }
    out
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn blanks_and_comments_anywhere(choices in prop::collection::vec(any::<u8>(), 1..400), file in 0_usize..7) {
        let files = good_files();
        check(&disturbed(&files[file % files.len()].1, &choices));
    }
}
