//! `tests/**/*.console`: sessions of the `wayline` command, with what it prints and its exit codes.
//!
//! A session runs in a copy of its own folder, or of the one named in its first line: `# dir: examples/cdnow`.
//! Other lines that begin with `# ` are remarks.

use std::path::Path;

use walkdir::WalkDir;
use wayline_tests::{Failures, Session, expect_file, read, relative, repository, run_console};

#[test]
fn console() {
    let mut failures = Failures::default();
    let filter = std::env::var("FILTER").unwrap_or_default();
    for entry in WalkDir::new(repository().join("tests")).sort_by_file_name() {
        let path = entry.expect("the cases can be walked").into_path();
        let name = relative(&path);
        if path.extension().is_some_and(|e| e == "console") && name.contains(&filter) {
            failures.case(&name, run(&path));
        }
    }
    failures.finish(2);
}

fn run(path: &Path) -> Result<(), String> {
    let text = read(path);
    let own = relative(path.parent().expect("it lies in a folder"));
    let dir = text.lines().next().and_then(|l| l.strip_prefix("# dir: ")).unwrap_or(&own);
    let mut session = Session::new(&wayline(), Some(dir));
    // Remarks stand between blocks of commands and are kept as they are.
    let mut fresh = String::new();
    let mut block = String::new();
    for line in text.lines() {
        if line.starts_with("# ") {
            fresh.push_str(&run_block(&mut session, &std::mem::take(&mut block))?);
            fresh.push_str(&format!("{line}\n"));
        } else {
            block.push_str(&format!("{line}\n"));
        }
    }
    fresh.push_str(&run_block(&mut session, &block)?);
    expect_file(path, &fresh)
}

fn run_block(session: &mut Session, block: &str) -> Result<String, String> {
    if block.trim().is_empty() { Ok(block.to_owned()) } else { run_console(session, block) }
}

/// The command of this checkout.
pub(crate) fn wayline() -> std::path::PathBuf {
    env!("CARGO_BIN_EXE_wayline-under-test").into()
}
