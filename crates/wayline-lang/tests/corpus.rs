//! The corpus of the grammar: what must be accepted, what must be refused and how, and the properties every text has.

#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test reads the corpus from files and fails where it cannot"
)]

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use wayline_lang::diagnostic::{Applicability, Diagnostic};
use wayline_lang::source::{FileId, LineIndex, Source, Span};
use wayline_lang::syntax::{Parse, Rule, TokenKind, parse};

fn files(name: &str) -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../grammar/corpus").join(name);
    let mut paths: Vec<PathBuf> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|e| e == "journey"));
    paths.sort();
    assert!(!paths.is_empty());
    let read = |path: PathBuf| {
        (path.file_stem().unwrap().to_string_lossy().into_owned(), std::fs::read_to_string(path).unwrap())
    };
    paths.into_iter().map(read).collect()
}

fn parsed(text: &str) -> Parse {
    parse(&Source::new(FileId(0), "t.journey", text))
}

/// One line per finding and part of it, the same for every renderer.
fn compact(text: &str, findings: &[Diagnostic]) -> String {
    let index = LineIndex::new(&Source::new(FileId(0), "t.journey", text));
    let mut out = String::new();
    let place = |span: Span| {
        let (start, end) = (index.position(span.start), index.position(span.end));
        format!("{}:{}-{}:{}", start.line, start.column, end.line, end.column)
    };
    for finding in findings {
        writeln!(out, "{} {} {}", finding.code, place(finding.primary.span), finding.message).unwrap();
        for label in &finding.secondary {
            writeln!(out, "    at {} {}", place(label.span), label.text).unwrap();
        }
        for line in &finding.notes {
            writeln!(out, "    note: {line}").unwrap();
        }
        for line in &finding.helps {
            writeln!(out, "    help: {line}").unwrap();
        }
        for fix in &finding.fixes {
            writeln!(out, "    fix ({:?}): {}", fix.applicability, fix.title).unwrap();
            for edit in &fix.edits {
                writeln!(out, "        {} -> {:?}", place(edit.span), edit.replacement).unwrap();
            }
        }
    }
    out
}

#[test]
fn accepted_files_have_no_findings() {
    for (name, text) in files("accept") {
        let parse = parsed(&text);
        assert!(parse.diagnostics.is_empty(), "{name}:\n{}", compact(&text, &parse.diagnostics));
        assert!(parse.ast.items.iter().all(|item| !item.broken), "{name}");
    }
}

#[test]
fn refused_files_have_the_findings_they_announce() {
    for (name, text) in files("reject") {
        let parse = parsed(&text);
        let index = LineIndex::new(&Source::new(FileId(0), "t.journey", text.as_str()));
        let found: BTreeSet<(usize, String)> = parse
            .diagnostics
            .iter()
            .map(|d| {
                let line = index.position(d.primary.span.start).line as usize;
                (line, format!("{}[{}]: {}", d.severity, d.code, d.message))
            })
            .collect();
        // `#~ finding` stands on the line, `#~^ finding` one line below it, and so on.
        let mut announced = BTreeSet::new();
        for (number, line) in text.lines().enumerate() {
            if let Some((_, rest)) = line.split_once("#~") {
                let up = rest.chars().take_while(|c| *c == '^').count();
                announced.insert((number + 1 - up, rest[up..].trim().to_owned()));
            }
        }
        assert_eq!(found, announced, "{name}");
    }
}

#[test]
fn refused_files_look_the_same() {
    for (name, text) in files("reject") {
        insta::assert_snapshot!(format!("reject-{name}"), compact(&text, &parsed(&text).diagnostics));
    }
}

#[test]
fn safe_fixes_lead_to_fewer_findings() {
    for (name, text) in files("reject") {
        let before = parsed(&text).diagnostics;
        let safe =
            before.iter().flat_map(|d| &d.fixes).filter(|fix| fix.applicability == Applicability::Safe);
        let mut edits: Vec<_> = safe.flat_map(|fix| &fix.edits).collect();
        edits.sort_by_key(|edit| std::cmp::Reverse(edit.span.start));
        let mut fixed = text.clone();
        let mut last = fixed.len();
        for edit in &edits {
            if edit.span.end as usize <= last {
                fixed.replace_range(edit.span.range(), &edit.replacement);
                last = edit.span.start as usize;
            }
        }
        let after = parsed(&fixed).diagnostics;
        let left = compact(&fixed, &after);
        assert!(
            edits.is_empty() || after.len() < before.len(),
            "{name}: {} before, now\n{left}",
            before.len()
        );
    }
}

/// Rules that never become nodes: they are asked inside words or looked ahead for.
const NEVER_NODES: &[&str] = &[
    "reserved",
    "step_start",
    "arm_start",
    "item_start",
    "two_names",
    "type_word",
    "an_operator",
    "reserved_word",
    "comment",
    "EOI",
];

#[test]
fn every_rule_is_hit_by_the_corpus() {
    let grammar = include_str!("../../../grammar/wayline.pest");
    let mut hit = BTreeSet::new();
    for (_, text) in files("accept").into_iter().chain(files("reject")) {
        hit.extend(parsed(&text).tree.nodes().map(|node| format!("{:?}", node.kind())));
    }
    let silent = |name: &str| {
        let mut rules = grammar.lines().filter_map(|line| line.split_once('='));
        rules.any(|(left, right)| left.trim() == name && right.trim().starts_with("_{"))
    };
    let missed: Vec<String> = Rule::all_rules()
        .iter()
        .map(|rule| format!("{rule:?}"))
        .filter(|name| !hit.contains(name) && !silent(name) && !NEVER_NODES.contains(&name.as_str()))
        .collect();
    assert!(missed.is_empty(), "no file of the corpus hits {missed:?}");
}

/// What holds for every text.
fn check_invariants(text: &str) {
    let parse = parsed(text);
    let mut at = 0;
    for token in parse.tree.tokens() {
        assert_eq!(token.start, at);
        assert!(token.end > token.start && text.is_char_boundary(token.end as usize));
        at = token.end;
    }
    assert_eq!(at as usize, text.len());
    for node in parse.tree.nodes() {
        let span = node.span();
        assert!(span.start <= span.end, "{node:?}");
        let slice = text.get(span.range()).expect("spans lie between characters");
        let whole = matches!(node.kind(), Rule::text_long | Rule::text_inner | Rule::file);
        // A text that is not closed ends with its line, blanks and all.
        let open = parse.tree.tokens().iter().any(|t| t.kind == TokenKind::OpenText && t.end == span.end);
        // A node that begins with the mark of something missing begins where that mark stands.
        let marked = node.first().is_some_and(|child| child.span().start == child.span().end);
        let blank = [' ', '\n', '\t'];
        let tight = (marked || !slice.starts_with(blank)) && (open || !slice.ends_with(blank));
        assert!(whole || tight, "{node:?} {slice:?} in {text:?}");
        for child in node.children() {
            let inside = span.start <= child.span().start && child.span().end <= span.end;
            assert!(inside, "{node:?} {child:?} in {text:?}");
        }
    }
    for finding in &parse.diagnostics {
        let labels = finding.secondary.iter().map(|label| label.span);
        let edits = finding.fixes.iter().flat_map(|fix| fix.edits.iter().map(|edit| edit.span));
        for span in labels.chain(edits).chain([finding.primary.span]) {
            assert!(text.get(span.range()).is_some(), "{finding:?}");
        }
    }
    let broken = parse.tree.nodes().any(|n| {
        let name = format!("{:?}", n.kind());
        name.starts_with("bad_") || name.starts_with("missing_")
    });
    assert!(!broken || !parse.diagnostics.is_empty(), "broken but not reported: {text:?}");
}

#[test]
fn corpus_files_keep_the_invariants() {
    for (_, text) in files("accept").into_iter().chain(files("reject")) {
        check_invariants(&text);
        check_invariants(&text.replace('\n', "\r\n"));
        check_invariants(&format!("\u{FEFF}{text}"));
    }
}

#[test]
fn byte_order_mark_and_carriage_returns_change_nothing() {
    for (name, text) in files("accept") {
        let crlf = format!("\u{FEFF}{}", text.replace('\n', "\r\n"));
        let (plain, other) = (parsed(&text), parsed(&crlf));
        assert!(other.diagnostics.is_empty(), "{name}:\n{}", compact(&crlf, &other.diagnostics));
        assert_eq!(plain.ast.items.len(), other.ast.items.len());
    }
}

#[test]
fn an_empty_file_is_fine() {
    for text in ["", "\n", "# only a comment", "## doc", "\u{FEFF}"] {
        let parse = parsed(text);
        assert!(parse.diagnostics.is_empty() && parse.ast.items.is_empty(), "{text:?}");
    }
}

#[test]
fn a_thousand_misspelt_words_are_a_thousand_findings() {
    let mut text = String::from("journey j {\n");
    for i in 0..500 {
        writeln!(text, "  sned m{i}(a)\n  wiat 2 days").unwrap();
    }
    text.push_str("}\n");
    let parse = parsed(&text);
    assert_eq!(parse.diagnostics.len(), 1000);
    assert!(parse.diagnostics.iter().all(|d| d.code.as_str() == "WL0004" && d.fixes.len() == 1));
}

#[test]
fn one_missing_brace_in_a_long_file_is_few_findings() {
    let mut text = String::from("journey j\n  title \"t\"\n");
    for i in 0..5_000 {
        writeln!(text, "  if customer.x is {i} {{\n    send m{i}(a) }}").unwrap();
    }
    text.push_str("}\n");
    assert_eq!(parsed(&text).diagnostics.len(), 1);
    // The brace of one block in the middle.
    let text = text.replacen("journey j", "journey j {", 1).replacen("is 2500 {", "is 2500", 1);
    let findings = parsed(&text).diagnostics;
    assert!((1..=2).contains(&findings.len()), "{}", compact(&text, &findings));
}

#[test]
fn prose_is_few_findings() {
    let text =
        "Dear team, please build the thing we spoke of (see below).\nIt's due on Monday; don't forget!\n";
    let findings = parsed(&text.repeat(2_000)).diagnostics;
    // One for the prose, one for each semicolon.
    assert!(findings.len() <= 2_010, "{}", findings.len());
}

#[test]
fn deep_nesting_is_a_finding() {
    let n = 30_000;
    let texts = [
        format!("segment s: {}x{}", "(".repeat(n), ")".repeat(n)),
        format!("segment s: {}", "(".repeat(n)),
        format!("segment s: {}x", "[".repeat(n)),
        "{".repeat(n),
        "}".repeat(n),
        format!("journey j {{ {}", "if a { ".repeat(n)),
        format!("segment s: {}x", "not ".repeat(n)),
        format!("segment s: {}x", "- ".repeat(n)),
        format!("segment s: {}x", "any e ever where ".repeat(n)),
        format!("segment s: x{}", " is y".repeat(n)),
        format!("segment s: x{}", " + y".repeat(n)),
        format!("segment s: x{}", " default y".repeat(n)),
        format!("segment s: x{}", ".y".repeat(n)),
        format!("event e {{ a {} text }}", "list of ".repeat(n)),
    ];
    for text in texts {
        let parse = parsed(&text);
        let start: String = text.chars().take(40).collect();
        assert!((1..=4).contains(&parse.diagnostics.len()), "{start}: {}", parse.diagnostics.len());
    }
}

#[test]
fn long_chains_that_nest_nothing_are_fine() {
    let n = 20_000;
    let texts = [
        format!("segment s: x{}", " and y".repeat(n)),
        format!("segment s: x{}", " or y".repeat(n)),
        format!("segment s: x is one of a{}", ", y".repeat(n)),
        format!("journey j {{ if a {{ }} {} }}", "else if b { } ".repeat(n)),
        format!("journey j {{ {} }}", "send m ".repeat(n)),
    ];
    for text in texts {
        let start: String = text.chars().take(40).collect();
        assert_eq!(parsed(&text).diagnostics.len(), 0, "{start}");
    }
}

#[test]
fn brackets_up_to_the_limit_are_read() {
    let text = format!("segment s: {}x is y{}", "(".repeat(30), ")".repeat(30));
    assert!(parsed(&text).diagnostics.is_empty());
    let text = format!("journey j {{ {} send m {} }}", "if a { ".repeat(31), "}".repeat(31));
    assert!(parsed(&text).diagnostics.is_empty());
}

#[test]
fn documentation_belongs_to_the_next_declaration() {
    let text = "## one\n## two\nevent a { }\n\n## lost\n\nevent b { }\n# plain\nevent c { } ## trailing\nevent d { }";
    let parse = parsed(text);
    let docs: Vec<_> = parse.ast.items.iter().map(|item| item.doc.as_deref()).collect();
    assert_eq!(docs, [Some("one\ntwo"), None, None, None]);
}

#[test]
fn the_link_and_the_grammar_agree() {
    let linked =
        std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/syntax/wayline.pest")).unwrap();
    assert_eq!(linked, include_bytes!("../../../grammar/wayline.pest"));
}

const WORDS: &str = "journey message event segment customer test persona suppress guarantee flow channel send wait until \
up to on when otherwise if else match experiment repeat set emit call start stop do stage exit enter leave goal expect at \
most in last any no count sum of latest where is not known missing one and or a b.c cart text money USD list 3 days 5 25 \
15% 21:00 2026-12-24 12-24 Mon \"x\" \" \"\"\" 'y' “z” { } { } { } ( ) [ ] , : . = == != && < >= + - * / ? # ## // /* */ ; \
$5 9am 2d 弃购 `on` ` \\ é ， unique per within every as for first best";

fn soup() -> impl Strategy<Value = String> {
    let words = prop::sample::select(WORDS.split(' ').collect::<Vec<_>>());
    let gap = prop::sample::select(vec![" ", " ", " ", "\n", "\r\n", ""]);
    prop::collection::vec((words, gap), 0..60)
        .prop_map(|parts| parts.into_iter().flat_map(|(word, gap)| [word, gap]).collect())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_soup_of_words_keeps_the_invariants(text in soup()) {
        check_invariants(&text);
    }

    #[test]
    fn any_characters_keep_the_invariants(text in "\\PC{0,80}") {
        check_invariants(&text);
    }
}

#[test]
fn every_cut_of_a_good_file_keeps_the_invariants() {
    for (_, text) in files("accept") {
        for (cut, _) in text.char_indices().step_by(331) {
            check_invariants(&text[..cut]);
            check_invariants(&text[cut..]);
        }
    }
}

#[test]
fn texts_are_the_same_for_lexer_and_grammar() {
    // Only so is it certain that no comment is sought inside a text.
    for (name, text) in files("accept") {
        let parse = parsed(&text);
        let tokens = parse.tree.tokens().iter().filter(|t| t.kind == TokenKind::Text);
        let tokens: BTreeSet<(u32, u32)> = tokens.map(|t| (t.start, t.end)).collect();
        let texts = parse.tree.nodes().filter(|n| n.kind() == Rule::text);
        let texts: BTreeSet<(u32, u32)> = texts.map(|n| (n.span().start, n.span().end)).collect();
        assert_eq!(texts, tokens, "{name}");
    }
}
