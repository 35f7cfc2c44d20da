//! Damaged text: a file of the corpus and some edits.

use std::path::PathBuf;
use std::sync::LazyLock;

use proptest::prelude::*;
use proptest::sample::Index;
use walkdir::WalkDir;
use wayline_tests::{read, repository};

/// All journey files of the corpus and of the examples that are not too long to be damaged often.
pub(super) static CORPUS: LazyLock<Vec<(PathBuf, String)>> = LazyLock::new(|| {
    let folders =
        ["grammar/corpus", "examples", "tests/ui", "tests/worlds"].map(|folder| repository().join(folder));
    let entries = folders.iter().flat_map(|f| WalkDir::new(f).sort_by_file_name()).filter_map(Result::ok);
    let files =
        entries.map(walkdir::DirEntry::into_path).filter(|p| p.extension().is_some_and(|e| e == "journey"));
    // One case is no text at all.
    let texts = files.filter_map(|path| std::fs::read_to_string(&path).ok().map(|text| (path, text)));
    let texts: Vec<_> = texts.filter(|(_, text)| text.len() < 30_000).collect();
    assert!(texts.len() > 10, "the corpus is there");
    texts
});

/// The words and signs of the language: from the table that is generated from the grammar.
static DICTIONARY: LazyLock<Vec<String>> = LazyLock::new(|| {
    let page = read(&repository().join("docs/reference/keywords.md"));
    let words = page.lines().filter_map(|l| l.strip_prefix("| `")?.split('`').next().map(str::to_owned));
    let signs = [
        "{",
        "}",
        "(",
        ")",
        "[",
        "]",
        ":",
        ",",
        ".",
        "\"",
        "\"\"\"",
        "#",
        "##",
        "?",
        "=",
        "==",
        "<=",
        ">",
        "+",
        "-",
        "*",
        "/",
        "!",
        "&&",
        "`",
        "{{",
        "}}",
        "{%",
        "\\",
        "\n",
        "\r\n",
        "\t",
        "\u{FEFF}",
        "\u{0}",
        "é",
        "弃",
        "\u{202E}",
        "15%",
        "25 USD",
        "$5",
        "3 days",
        "2026-02-30",
        "21:00",
        "99:99",
        "Mon to Fri",
        "99999999999999999999999",
        "0.000000000000000000000000000000001",
        "customer.email",
        "cart",
        "\"text",
    ];
    let all: Vec<String> = words.chain(signs.map(str::to_owned)).collect();
    assert!(all.len() > 200, "the table of words is there");
    all
});

/// One edit. Places are relative, so that they fit every text.
#[derive(Debug, Clone)]
pub(super) enum Edit {
    /// Removes so many characters.
    Remove(Index, usize),
    /// Puts in a word of the language.
    Insert(Index, Index),
    /// Copies a piece to another place.
    Copy(Index, usize, Index),
    /// Cuts off the rest.
    Cut(Index),
    /// Repeats a word very often.
    Repeat(Index, Index, usize),
}

/// A text of the corpus with up to `edits` edits.
pub(super) fn damaged(edits: usize) -> impl Strategy<Value = String> {
    let edit = prop_oneof![
        4 => (any::<Index>(), 1..40_usize).prop_map(|(at, n)| Edit::Remove(at, n)),
        6 => (any::<Index>(), any::<Index>()).prop_map(|(at, word)| Edit::Insert(at, word)),
        3 => (any::<Index>(), 1..200_usize, any::<Index>()).prop_map(|(from, n, to)| Edit::Copy(from, n, to)),
        1 => any::<Index>().prop_map(Edit::Cut),
        1 => (any::<Index>(), any::<Index>(), 2..600_usize).prop_map(|(at, word, n)| Edit::Repeat(at, word, n)),
    ];
    (any::<Index>(), proptest::collection::vec(edit, 0..=edits)).prop_map(|(file, edits)| {
        let mut text = file.get(&CORPUS).1.clone();
        for edit in &edits {
            apply(edit, &mut text);
        }
        text
    })
}

fn apply(edit: &Edit, text: &mut String) {
    let place = |at: &Index, text: &str| text.floor_char_boundary(at.index(text.len() + 1));
    let end =
        |start: usize, length: usize, text: &str| text.floor_char_boundary((start + length).min(text.len()));
    match edit {
        Edit::Remove(at, length) => {
            let start = place(at, text);
            text.replace_range(start..end(start, *length, text), "");
        }
        Edit::Insert(at, word) => {
            let start = place(at, text);
            text.insert_str(start, &format!(" {} ", word.get(&DICTIONARY)));
        }
        Edit::Copy(from, length, to) => {
            let start = place(from, text);
            let piece = text[start..end(start, *length, text)].to_owned();
            text.insert_str(place(to, text), &piece);
        }
        Edit::Cut(at) => text.truncate(place(at, text)),
        Edit::Repeat(at, word, times) => {
            let start = place(at, text);
            text.insert_str(start, &format!("{} ", word.get(&DICTIONARY)).repeat(*times));
        }
    }
}
