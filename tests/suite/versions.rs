//! `tests/versions/*.story`: a workspace is replaced by another while a customer is under way.
//!
//! Remarks come first, then sections: `--- every` is part of all versions, `--- NAME` is a version, `--- story` is what
//! happens, from the first version on. A line that begins with `$ ` is a command, what follows is what comes of it:
//!
//! - `at MOMENT`, `after N h|d|min`: time goes on;
//! - `EVENT field=value …`, `set field=value …`, `enter JOURNEY`, `react KIND` (to the latest message);
//! - `accept on|off`: whether providers accept messages at once; `answer` accepts those that are open;
//! - `pause JOURNEY`, `resume JOURNEY`;
//! - `preview NAME …`, `deploy NAME …`, followed by `keep|move|move-else-stop|stop JOURNEY`;
//! - `runs`, `journeys`: what there is.

mod host;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use walkdir::WalkDir;
use wayline_ir::Program;
use wayline_lang::{Files, Input};
use wayline_tests::{Failures, MANIFEST, expect_file, read, relative, repository};

use host::Host;

#[test]
fn versions() {
    let mut failures = Failures::default();
    let filter = std::env::var("FILTER").unwrap_or_default();
    for entry in WalkDir::new(repository().join("tests/versions")).sort_by_file_name() {
        let path = entry.expect("the cases can be walked").into_path();
        let name = relative(&path);
        if path.extension().is_some_and(|e| e == "story") && name.contains(&filter) {
            failures.case(&name, run(&path));
        }
    }
    failures.finish(10);
}

fn run(path: &Path) -> Result<(), String> {
    let text = read(path);
    let (head, story) = text.split_once("--- story\n").ok_or("there is no section `--- story`")?;
    let programs = programs(head)?;
    let first = programs.first().ok_or("there is no version")?;
    let all: BTreeMap<String, Arc<Program>> = programs.iter().cloned().collect();
    let mut host = Host::new(Arc::clone(&first.1));
    let mut fresh = format!("{head}--- story\n");
    for command in story.lines().filter_map(|line| line.strip_prefix("$ ")) {
        fresh.push_str(&format!("$ {command}\n"));
        host.command(command, &all).map_err(|problem| format!("$ {command}\n{problem}"))?;
        for row in host.rows() {
            fresh.push_str(&format!("{row}\n"));
        }
    }
    expect_file(path, &fresh)
}

/// The versions in written order.
fn programs(head: &str) -> Result<Vec<(String, Arc<Program>)>, String> {
    let mut every = String::new();
    let mut versions: Vec<(String, String)> = Vec::new();
    for section in head.split("--- ").skip(1) {
        let (name, text) = section.split_once('\n').unwrap_or((section, ""));
        match name {
            "every" => every = text.to_owned(),
            _ => versions.push((name.to_owned(), text.to_owned())),
        }
    }
    let compile = |(name, text): (String, String)| {
        let manifest = Input { path: "wayline.toml".to_owned(), bytes: MANIFEST.into() };
        let file = |path: &str, text: String| Input { path: path.to_owned(), bytes: text.into_bytes() };
        let files = vec![file("every.journey", every.clone()), file("one.journey", text)];
        let compiled = wayline_lang::compile(Some(manifest), files, &NoFiles);
        let findings: Vec<String> =
            compiled.diagnostics.iter().map(|d| format!("{}: {}", d.code, d.message)).collect();
        let program = compiled.program.ok_or_else(|| format!("version {name}:\n{}", findings.join("\n")))?;
        Ok((name, Arc::new(program)))
    };
    versions.into_iter().map(compile).collect()
}

struct NoFiles;

impl Files for NoFiles {
    fn read(&self, path: &str) -> Result<Vec<u8>, String> {
        Err(format!("stories have no file {path}"))
    }
}
