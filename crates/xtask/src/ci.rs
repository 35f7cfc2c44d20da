//! `cargo xtask ci`: everything a change must pass, in the order in which it fails fastest.

use std::process::{Command, ExitCode};
use std::time::Instant;

use miette::{IntoDiagnostic, Result, WrapErr, miette};

use crate::repository::Repository;
use crate::tidy;

/// Runs all sections and stops at the first that fails. The test counts of cargo come last.
pub(crate) fn run(repository: &Repository) -> Result<ExitCode> {
    section("format", || cargo(repository, &["fmt", "--all", "--check"], &[]))?;
    section("tidy", || tidy::check(repository))?;
    section("clippy", || {
        cargo(
            repository,
            &["clippy", "--workspace", "--all-targets", "--locked", "--", "-D", "warnings"],
            &[],
        )
    })?;
    section("tests", || cargo(repository, &["test", "--workspace", "--locked"], &[]))?;
    Ok(ExitCode::SUCCESS)
}

/// Runs the part of the suite that owns generated files, to write them or to compare.
pub(crate) fn generated_by_tests(repository: &Repository, write: bool) -> Result<ExitCode> {
    let update: &[(&str, &str)] = if write { &[("UPDATE", "1")] } else { &[] };
    cargo(repository, &["test", "--package", "wayline-tests", "--test", "suite", "generated"], update)?;
    Ok(ExitCode::SUCCESS)
}

fn section(name: &str, work: impl FnOnce() -> Result<()>) -> Result<()> {
    eprintln!("==> {name}");
    let start = Instant::now();
    work().wrap_err_with(|| format!("{name} failed"))?;
    eprintln!("<== {name}: {:.1} s", start.elapsed().as_secs_f64());
    Ok(())
}

fn cargo(repository: &Repository, arguments: &[&str], environment: &[(&str, &str)]) -> Result<()> {
    let program = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let status = Command::new(program)
        .args(arguments)
        .envs(environment.iter().copied())
        .current_dir(repository.root())
        .status()
        .into_diagnostic()
        .wrap_err("cannot run cargo")?;
    if status.success() { Ok(()) } else { Err(miette!("cargo {} failed", arguments.join(" "))) }
}
