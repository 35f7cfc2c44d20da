//! The copy of the workspace with all mutants of a crate in it, and its test binaries.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use cargo_metadata::Message;
use cargo_metadata::diagnostic::DiagnosticLevel;
use miette::{IntoDiagnostic, Result, WrapErr, miette};

use super::rewrite::{Mutant, SWITCH, rewrite};
use crate::repository::Repository;

/// A compiled suite of tests.
pub(super) struct Binary {
    pub(super) name: String,
    path: PathBuf,
    folder: PathBuf,
    arguments: Vec<String>,
}

impl Binary {
    pub(super) fn command(&self) -> Command {
        let mut command = Command::new(&self.path);
        command.args(&self.arguments).current_dir(&self.folder);
        command
    }
}

/// At most so many times, what does not compile is taken out.
const ROUNDS: usize = 12;

/// Writes the copy and builds it. What does not compile is taken out and told.
pub(super) fn build(
    repository: &Repository,
    folder: &Path,
    name: &str,
) -> Result<(Vec<Mutant>, Vec<Binary>, BTreeSet<u32>)> {
    let copy = folder.join("workspace");
    let sources = format!("crates/{name}/src/");
    let mut unviable = BTreeSet::new();
    for _ in 0..ROUNDS {
        let mut mutants = Vec::new();
        for file in repository.files()? {
            let path = copy.join(&file.path);
            let text = match file.text {
                Some(text) if file.path.starts_with(&sources) && file.path.ends_with(".rs") => {
                    let lib = file.path == format!("{sources}lib.rs");
                    let fresh = rewrite(&file.path, &text, &unviable, &mut mutants)
                        .wrap_err_with(|| format!("cannot read {}", file.path))?;
                    if lib { format!("{fresh}\n{SWITCH}") } else { fresh }
                }
                Some(text) => text,
                None => {
                    let bytes = fs::read(repository.root().join(&file.path)).into_diagnostic()?;
                    put(&path, &bytes)?;
                    continue;
                }
            };
            put(&path, text.as_bytes())?;
        }
        let (binaries, broken) = compile(&copy, name)?;
        if broken.is_empty() {
            return Ok((mutants, binaries, unviable));
        }
        unviable.extend(broken);
    }
    Err(miette!("after {ROUNDS} rounds there is still something that does not compile"))
}

/// Writes a file if it differs, so that only what changed is compiled anew.
fn put(path: &Path, bytes: &[u8]) -> Result<()> {
    if fs::read(path).is_ok_and(|known| known == bytes) {
        return Ok(());
    }
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).into_diagnostic()?;
    }
    fs::write(path, bytes).into_diagnostic()
}

/// Builds the tests; the mutants on lines that do not compile.
fn compile(copy: &Path, name: &str) -> Result<(Vec<Binary>, BTreeSet<u32>)> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(["test", "--no-run", "--message-format=json", "-p", name, "-p", "wayline-tests"])
        .current_dir(copy)
        .env("CARGO_TARGET_DIR", copy.with_file_name("target"))
        .env_remove("RUSTFLAGS")
        .env("RUSTFLAGS", "--cap-lints=allow")
        // The tests run once for each mutant: what building takes longer is won back many times.
        .env("CARGO_PROFILE_DEV_OPT_LEVEL", "2")
        .env("CARGO_PROFILE_DEV_DEBUG", "0")
        .output()
        .into_diagnostic()
        .wrap_err("cannot run cargo test")?;
    let mut binaries = Vec::new();
    let mut broken = BTreeSet::new();
    let mut errors = Vec::new();
    for message in Message::parse_stream(output.stdout.as_slice()).filter_map(std::result::Result::ok) {
        match message {
            Message::CompilerArtifact(artifact) if artifact.profile.test => {
                let Some(path) = artifact.executable else { continue };
                let of_suite = artifact.package_id.repr.contains("/tests");
                if of_suite && artifact.target.name != "suite" {
                    continue;
                }
                let suites = ["conformance", "versions"].map(str::to_owned);
                let arguments = if of_suite { suites.to_vec() } else { Vec::new() };
                let folder = artifact.manifest_path.parent().map(PathBuf::from).unwrap_or_default();
                let binary =
                    Binary { name: artifact.target.name.clone(), path: path.into(), folder, arguments };
                // The one that most mutants end at first: the rules, told in the language, take a second.
                if of_suite { binaries.insert(0, binary) } else { binaries.push(binary) }
            }
            Message::CompilerMessage(message) if message.message.level == DiagnosticLevel::Error => {
                for span in &message.message.spans {
                    let text = fs::read_to_string(copy.join(&span.file_name)).unwrap_or_default();
                    let lines = text.lines().skip(span.line_start.saturating_sub(1));
                    let count = span.line_end.saturating_sub(span.line_start) + 1;
                    lines.take(count).for_each(|line| broken.extend(switches(line)));
                }
                errors.push(message.message.rendered.unwrap_or_default());
            }
            _ => {}
        }
    }
    if !output.status.success() && broken.is_empty() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(miette!("the copy does not build:\n{}\n{}", errors.join("\n"), said));
    }
    Ok((binaries, broken))
}

/// The mutants of a line.
fn switches(line: &str) -> impl Iterator<Item = u32> + '_ {
    line.split("__mutants :: on (").skip(1).filter_map(|rest| {
        let digits: String =
            rest.chars().skip_while(|c| *c == ' ').take_while(char::is_ascii_digit).collect();
        digits.parse().ok()
    })
}
