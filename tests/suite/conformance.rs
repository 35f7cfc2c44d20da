//! `tests/conformance`: what happens when, said in tests of the language, beside the pages that say it in words.
//!
//! Each file is a workspace of its own, together with the `world.journey` of its folder, if there is one. Lines that
//! begin with `#:` are its `wayline.toml`. `NAME.former.journey` is what ran before the line `deploy` of `NAME.journey`.
//!
//! A test is called after the rules it shows: `T3: a time that is skipped` shows the rule marked **T3** in
//! `docs/semantics/`. Every rule has a test, every test a rule, and `docs/reference/conformance.md` is the list of both.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use walkdir::WalkDir;
use wayline_cli::console::Style;
use wayline_cli::render::tests::{Results, human, name};
use wayline_engine::Machine;
use wayline_lang::format::format;
use wayline_lang::source::{FileId, Source};
use wayline_lang::syntax::parse;
use wayline_lang::{Compiled, Input, NoFiles, compile};
use wayline_sim::{TestReport, run_test};
use wayline_tests::{Failures, expect_file, read, relative, repository, updating};

/// The settings that a file need not say.
const SETTINGS: [&str; 3] = ["name = \"conformance\"", "salt = \"conformance\"", "zone = \"UTC\""];

#[test]
fn conformance() {
    let mut failures = Failures::default();
    let mut shown: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
    let mut titles = BTreeSet::new();
    let only = std::env::var("FILTER").unwrap_or_default();
    for path in files() {
        let of = relative(&path);
        if !of.contains(&only) {
            continue;
        }
        let outcome = run(&path).and_then(|tests| {
            for test in &tests {
                let title = name(&test.title, test.case.as_deref());
                if !titles.insert(title.clone()) {
                    return Err(format!("another test is called `{title}` as well"));
                }
                for rule in rules_of(&test.title)? {
                    shown.entry(rule).or_default().push((title.clone(), of.clone()));
                }
            }
            Ok(())
        });
        failures.case(&of, outcome);
    }
    if only.is_empty() {
        failures.case("docs/semantics", pages(&shown));
        let index = repository().join("docs/reference/conformance.md");
        failures.case("docs/reference/conformance.md", expect_file(&index, &listed(&shown, titles.len())));
    }
    failures.finish(1);
}

/// The case files, sorted.
fn files() -> Vec<PathBuf> {
    let walk = WalkDir::new(repository().join("tests/conformance")).sort_by_file_name();
    let files = walk.into_iter().filter_map(Result::ok).map(walkdir::DirEntry::into_path);
    files
        .filter(|path| {
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            name.ends_with(".journey") && !name.ends_with(".former.journey") && name != "world.journey"
        })
        .collect()
}

fn workspace(path: &Path) -> Result<Compiled, String> {
    let text = read(path);
    let own: String =
        text.lines().filter_map(|line| line.strip_prefix("#: ")).map(|line| format!("{line}\n")).collect();
    let said = |setting: &str| setting.split(' ').next().is_some_and(|key| own.contains(&format!("{key} =")));
    let other: String =
        SETTINGS.iter().filter(|setting| !said(setting)).map(|setting| format!("{setting}\n")).collect();
    let settings = Input { path: "wayline.toml".to_owned(), bytes: format!("{other}{own}").into_bytes() };
    let mut journeys = vec![Input { path: relative(path), bytes: text.into_bytes() }];
    let world = path.with_file_name("world.journey");
    if world.exists() {
        journeys.push(Input { path: relative(&world), bytes: read(&world).into_bytes() });
    }
    let compiled = compile(Some(settings), journeys, &NoFiles);
    let findings: Vec<String> = compiled
        .diagnostics
        .iter()
        .map(|finding| {
            let place = compiled.sources.place(finding.primary.span);
            let file =
                compiled.sources.get(finding.primary.span.file).map_or("", |source| source.path.as_str());
            format!("{file}:{}: {}[{}]: {}", place.line, finding.severity, finding.code, finding.message)
        })
        .collect();
    if findings.is_empty() { Ok(compiled) } else { Err(findings.join("\n")) }
}

fn run(path: &Path) -> Result<Vec<TestReport>, String> {
    let source = Source::new(FileId(0), relative(path), read(path));
    let fresh = format(&source, &parse(&source)).map_err(|e| e.to_string())?;
    if updating() {
        expect_file(path, &fresh)?;
    } else if fresh != read(path) {
        return Err("it is not laid out as `wayline fmt` would".to_owned());
    }
    let compiled = workspace(path)?;
    let suite = compiled.tests.ok_or("there is no program")?;
    if suite.tests.is_empty() {
        return Err("there is no test in it".to_owned());
    }
    let machine = machine(&suite.program)?;
    let former = path.with_extension("former.journey");
    let former = if former.exists() {
        let compiled = workspace(&former)?;
        Some(machine_of(compiled)?)
    } else {
        None
    };
    let reports: Vec<TestReport> =
        suite.tests.iter().map(|test| run_test(&machine, former.as_ref(), test)).collect();
    if reports.iter().all(|report| report.miss.is_none()) {
        return Ok(reports);
    }
    let failed: Vec<TestReport> = reports.into_iter().filter(|report| report.miss.is_some()).collect();
    let results = Results {
        reports: &failed,
        coverage: None,
        list_unreached: false,
        sources: compiled.sources.all(),
        prefix: "",
        verbose: true,
    };
    let mut text = Vec::new();
    let style = Style { color: false, unicode: true, graphics: true };
    human(&results, style, &mut text).map_err(|e| e.to_string())?;
    Err(String::from_utf8_lossy(&text).into_owned())
}

fn machine(program: &wayline_ir::Program) -> Result<Arc<Machine>, String> {
    Machine::new(Arc::new(program.clone())).map(Arc::new).map_err(|e| e.to_string())
}

fn machine_of(compiled: Compiled) -> Result<Arc<Machine>, String> {
    machine(&compiled.tests.ok_or("there is no program")?.program)
}

/// The rules that a title begins with: `T3: …`, `T3 S1: …`.
fn rules_of(title: &str) -> Result<Vec<String>, String> {
    let head = title.split_once(": ").map(|(head, _)| head).unwrap_or_default();
    let rules: Vec<String> = head.split(' ').map(str::to_owned).collect();
    if rules.iter().all(|rule| is_rule(rule)) {
        Ok(rules)
    } else {
        Err(format!("the title `{title}` does not begin with the rule it shows, such as `T3: …`"))
    }
}

/// A letter and a number.
fn is_rule(text: &str) -> bool {
    let mut characters = text.chars();
    characters.next().is_some_and(|first| first.is_ascii_uppercase())
        && text.len() > 1
        && characters.all(|c| c.is_ascii_digit())
}

/// The rules on the pages, each with its page.
fn rules_on_pages() -> Result<BTreeMap<String, String>, String> {
    let mut rules = BTreeMap::new();
    let walk = WalkDir::new(repository().join("docs/semantics")).sort_by_file_name();
    for entry in
        walk.into_iter().filter_map(Result::ok).filter(|e| e.path().extension().is_some_and(|e| e == "md"))
    {
        let page = relative(entry.path());
        for line in read(entry.path()).lines() {
            let start = line.trim_start_matches(['-', ' ', '|']);
            let Some(rule) = start.strip_prefix("**").and_then(|rest| rest.split("**").next()) else {
                continue;
            };
            if is_rule(rule) && rules.insert(rule.to_owned(), page.clone()).is_some() {
                return Err(format!("{page}: there are two rules {rule}"));
            }
        }
    }
    Ok(rules)
}

/// Every rule of the pages has a test, and every test a rule.
fn pages(shown: &BTreeMap<String, Vec<(String, String)>>) -> Result<(), String> {
    let rules = rules_on_pages()?;
    let untested = rules.iter().filter(|(rule, _)| !shown.contains_key(*rule));
    let unknown = shown.iter().filter(|(rule, _)| !rules.contains_key(*rule));
    let problems: Vec<String> = untested
        .map(|(rule, page)| format!("{page}: no test shows the rule {rule}"))
        .chain(
            unknown.map(|(rule, tests)| format!("{}: there is no rule {rule} in docs/semantics", tests[0].1)),
        )
        .collect();
    if problems.is_empty() { Ok(()) } else { Err(problems.join("\n")) }
}

/// The list of all rules with their tests.
fn listed(shown: &BTreeMap<String, Vec<(String, String)>>, count: usize) -> String {
    let mut text = String::from(
        "# The rules and their tests\n\nEvery rule of [what happens when](../semantics.md) with the tests that show it. \
         They are files of the language below\n`tests/conformance` and run with all other tests. This list is written by \
         `UPDATE=1 cargo test -p wayline-tests`.\n",
    );
    let rules = rules_on_pages().unwrap_or_default();
    text.push_str(&format!("\n{} rules, {count} tests.\n", rules.len()));
    let number = |rule: &str| rule.get(1..).and_then(|digits| digits.parse::<u32>().ok()).unwrap_or(0);
    let mut sorted: Vec<&String> = shown.keys().collect();
    sorted.sort_by_key(|rule| (rule.chars().next(), number(rule)));
    let mut page = String::new();
    for rule in sorted {
        let of = rules.get(rule).cloned().unwrap_or_default();
        if of != page {
            let link = of.strip_prefix("docs/").unwrap_or(&of);
            let title = of.rsplit('/').next().and_then(|file| file.strip_suffix(".md")).unwrap_or_default();
            text.push_str(&format!("\n## [{title}](../{link})\n\n"));
            page = of;
        }
        let all = shown.get(rule).map(Vec::as_slice).unwrap_or_default();
        for (title, file) in all {
            let title = title.split_once(": ").map_or(title.as_str(), |(_, rest)| rest);
            text.push_str(&format!("- **{rule}** [{title}](../../{file})\n"));
        }
    }
    text
}
