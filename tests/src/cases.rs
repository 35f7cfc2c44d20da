//! Cases: single `.journey` files and whole workspaces below a folder, and the expectations written in them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use walkdir::{DirEntry, WalkDir};
use wayline_lang::{Compiled, Files, Input};

use crate::{read, relative, repository};

/// The settings of a case that is a single file.
pub const MANIFEST: &str = "name = \"case\"\nzone = \"UTC\"\n";

/// One case.
#[derive(Debug, Clone)]
pub struct Case {
    /// The file, or the folder of the workspace.
    pub path: PathBuf,
    /// Whether it is a whole workspace.
    pub workspace: bool,
}

impl Case {
    /// How it is called in failures: its path in the repository.
    #[must_use]
    pub fn name(&self) -> String {
        relative(&self.path)
    }

    /// The file with what is expected of it.
    #[must_use]
    pub fn snapshot(&self, extension: &str) -> PathBuf {
        if self.workspace {
            self.path.join(format!("expected.{extension}"))
        } else {
            self.path.with_extension(extension)
        }
    }

    /// Its manifest, its journey files and its folder.
    ///
    /// A single file may borrow declarations: `#~ with shop` adds `tests/worlds/shop.journey` to its workspace.
    #[must_use]
    pub fn inputs(&self) -> (Input, Vec<Input>) {
        if self.workspace {
            let manifest = input(&self.path.join("wayline.toml"), &self.path);
            return (manifest, journeys(&self.path).iter().map(|path| input(path, &self.path)).collect());
        }
        let folder = self.path.parent().unwrap_or(&self.path);
        let own = input(&self.path, folder);
        let borrowed = String::from_utf8_lossy(&own.bytes)
            .lines()
            .filter_map(|line| line.strip_prefix("#~ with "))
            .map(|name| world(name.trim()))
            .collect::<Vec<_>>();
        let manifest = Input { path: "wayline.toml".to_owned(), bytes: MANIFEST.into() };
        (manifest, std::iter::once(own).chain(borrowed).collect())
    }

    /// Compiles it.
    #[must_use]
    pub fn compile(&self) -> Compiled {
        let (manifest, journeys) = self.inputs();
        let folder =
            if self.workspace { self.path.as_path() } else { self.path.parent().unwrap_or(&self.path) };
        wayline_lang::compile(Some(manifest), journeys, &Folder(folder))
    }
}

/// Declarations that cases and documents borrow: `tests/worlds/NAME.journey`.
#[must_use]
pub fn world(name: &str) -> Input {
    let path = repository().join(format!("tests/worlds/{name}.journey"));
    Input { path: format!("worlds/{name}.journey"), bytes: read(&path).into_bytes() }
}

/// Templates below a folder.
pub struct Folder<'a>(pub &'a Path);

impl Files for Folder<'_> {
    fn read(&self, path: &str) -> Result<Vec<u8>, String> {
        std::fs::read(self.0.join(path)).map_err(|e| e.to_string())
    }
}

/// All cases below a folder, sorted: a folder with a `wayline.toml` is one case, every other `.journey` file is one.
/// `FILTER=text` keeps those whose path holds the text.
///
/// # Panics
/// When the folder cannot be walked.
#[must_use]
pub fn cases(folder: &str) -> Vec<Case> {
    let filter = std::env::var("FILTER").unwrap_or_default();
    let mut found = Vec::new();
    let mut walk = WalkDir::new(repository().join(folder)).sort_by_file_name().into_iter();
    while let Some(entry) = walk.next() {
        let entry = entry.expect("the cases can be walked");
        if entry.file_type().is_dir() && entry.path().join("wayline.toml").is_file() {
            found.push(Case { path: entry.path().to_owned(), workspace: true });
            walk.skip_current_dir();
        } else if is_journey(entry.path()) {
            found.push(Case { path: entry.path().to_owned(), workspace: false });
        }
    }
    found.retain(|case| case.name().contains(&filter));
    found
}

/// All Markdown files of the repository, sorted by path; `FILTER` picks some.
///
/// # Panics
/// When the repository cannot be walked.
#[must_use]
pub fn documents() -> Vec<PathBuf> {
    let filter = std::env::var("FILTER").unwrap_or_default();
    let ours = |entry: &DirEntry| {
        let name = entry.file_name().to_string_lossy();
        entry.depth() == 0 || !(name.starts_with('.') || name == "target" || name == "node_modules")
    };
    let entries = WalkDir::new(repository()).sort_by_file_name().into_iter().filter_entry(ours);
    let paths = entries.map(|e| e.expect("the documents can be walked").into_path());
    paths.filter(|p| p.extension().is_some_and(|e| e == "md") && relative(p).contains(&filter)).collect()
}

/// All journey files below a folder, sorted by path.
///
/// # Panics
/// When the folder cannot be walked.
#[must_use]
pub fn journeys(folder: &Path) -> Vec<PathBuf> {
    let entries = WalkDir::new(folder).into_iter().map(|e| e.expect("the folder can be walked").into_path());
    let mut found: Vec<PathBuf> = entries.filter(|path| is_journey(path)).collect();
    found.sort();
    found
}

fn is_journey(path: &Path) -> bool {
    path.extension().is_some_and(|e| e == "journey") && path.is_file()
}

fn input(path: &Path, root: &Path) -> Input {
    let below = path.strip_prefix(root).unwrap_or(path).to_string_lossy().replace('\\', "/");
    let bytes = std::fs::read(path).unwrap_or_else(|e| panic!("cannot read {}: {e}", path.display()));
    Input { path: below, bytes }
}

/// Collects failures of many cases, so that one run shows all.
#[derive(Debug, Default)]
pub struct Failures {
    ran: usize,
    list: Vec<String>,
}

impl Failures {
    /// Runs one case.
    pub fn case(&mut self, name: &str, outcome: Result<(), String>) {
        self.ran += 1;
        if let Err(text) = outcome {
            self.list.push(format!("---- {name}\n{text}\n"));
        }
    }

    /// Fails the test if a case failed, or if there were too few: a suite that runs nothing proves nothing.
    ///
    /// # Panics
    /// When something failed.
    pub fn finish(self, at_least: usize) {
        assert!(
            self.list.is_empty(),
            "{} of {} failed\n\n{}",
            self.list.len(),
            self.ran,
            self.list.join("\n")
        );
        // Seen with `--nocapture`: how much a suite of one test really ran.
        eprintln!("{} cases", self.ran);
        let filtered = std::env::var_os("FILTER").is_some();
        assert!(
            filtered || self.ran >= at_least,
            "only {} cases ran, at least {at_least} were expected",
            self.ran
        );
    }
}

/// An expectation in a file: `#~ error[WL1003]: part of the message`, with `^` after `#~` for each line further up.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Expectation {
    /// The path in the workspace.
    pub path: String,
    /// The line of the finding, from 1.
    pub line: u32,
    /// `error`, `warning` or `note`.
    pub severity: String,
    /// `WL1003`
    pub code: String,
    /// What the message contains.
    pub text: String,
}

/// The expectations of a text.
///
/// # Panics
/// When one is not written as it should be: a misspelt expectation must not pass as a comment.
#[must_use]
pub fn expectations(path: &str, text: &str) -> Vec<Expectation> {
    let mut found = Vec::new();
    for (number, line) in text.lines().enumerate() {
        for marked in line.split("#~").skip(1) {
            let marked = marked.trim().trim_end_matches("-->").trim_end();
            if marked.starts_with("with ") {
                continue;
            }
            let up = marked.chars().take_while(|c| *c == '^').count();
            let parsed =
                marked.trim_start_matches('^').trim_start().split_once(']').and_then(|(head, text)| {
                    let (severity, code) = head.split_once('[')?;
                    let text = text.strip_prefix(':')?.trim();
                    let known = ["error", "warning", "note"].contains(&severity) && code.starts_with("WL");
                    known.then(|| (severity.to_owned(), code.to_owned(), text.to_owned()))
                });
            let (severity, code, text) = parsed.unwrap_or_else(|| {
                panic!("{path}:{}: write `#~ error[WL1003]: message`, not `#~{marked}`", number + 1)
            });
            let line = u32::try_from(number + 1 - up).expect("the file is not that long");
            found.push(Expectation { path: path.to_owned(), line, severity, code, text });
        }
    }
    found
}

/// Compares what was found with what was expected. Every finding needs an expectation and the other way round.
///
/// # Errors
/// The differences, for a person.
pub fn compare(expected: &[Expectation], found: &[Expectation]) -> Result<(), String> {
    let mut open: BTreeMap<(&str, u32), Vec<&Expectation>> = BTreeMap::new();
    for one in expected {
        open.entry((&one.path, one.line)).or_default().push(one);
    }
    let mut problems = Vec::new();
    for finding in found {
        let here = open.entry((&finding.path, finding.line)).or_default();
        let hit = here.iter().position(|e| {
            (&e.severity, &e.code) == (&finding.severity, &finding.code) && finding.text.contains(&e.text)
        });
        match hit {
            Some(at) => _ = here.remove(at),
            None => problems.push(format!("  not expected: {}", show(finding))),
        }
    }
    problems.extend(open.values().flatten().map(|e| format!("  not found:    {}", show(e))));
    if problems.is_empty() { Ok(()) } else { Err(problems.join("\n")) }
}

fn show(e: &Expectation) -> String {
    format!("{}:{}: {}[{}]: {}", e.path, e.line, e.severity, e.code, e.text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(line: u32, text: &str) -> Expectation {
        Expectation {
            path: "a".to_owned(),
            line,
            severity: "error".to_owned(),
            code: "WL0003".to_owned(),
            text: text.to_owned(),
        }
    }

    #[test]
    fn expectations_know_their_line() {
        let text = "x #~ error[WL0003]: one\n#~^ error[WL0003]: two\n<!-- #~^^ error[WL0003]: three -->\n#~ with shop\n";
        assert_eq!(expectations("a", text), [one(1, "one"), one(1, "two"), one(1, "three")]);
    }

    #[test]
    #[should_panic(expected = "write `#~ error[WL1003]: message`")]
    fn a_misspelt_expectation_is_no_comment() {
        let _ = expectations("a", "#~ eror[WL0003]: x");
    }

    #[test]
    fn both_sides_must_match() {
        assert_eq!(compare(&[one(1, "ab")], &[one(1, "xaby")]), Ok(()));
        assert!(compare(&[one(1, "ab")], &[]).unwrap_err().contains("not found"));
        assert!(compare(&[], &[one(1, "ab")]).unwrap_err().contains("not expected"));
        assert!(compare(&[one(2, "ab")], &[one(1, "ab")]).is_err());
        assert!(
            compare(&[one(1, "ab")], &[one(1, "ab"), one(1, "ab")]).is_err(),
            "each finding needs its own"
        );
    }
}
