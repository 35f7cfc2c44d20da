//! `cargo xtask mutants CRATE…`: how many small faults the tests would notice.
//!
//! All mutants of a crate are compiled at once into a copy of the workspace, each behind a switch that the environment
//! variable `MUTANT` turns on; then the tests run once for each. That takes a second for a mutant, where building each
//! of them takes half a minute. (The idea is that of "mutant schemata": Untch, Offutt and Harrold, 1993.)
//!
//! A mutant is *caught* when a test fails or takes too long, *unviable* when it does not compile.

mod build;
mod rewrite;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use miette::{IntoDiagnostic, Result, miette};

use crate::repository::Repository;
use build::Binary;
use rewrite::Mutant;

/// A run that takes this much longer than all tests without a mutant goes on for ever.
const PATIENCE: u32 = 10;

pub(crate) fn run(repository: &Repository, words: &[&str]) -> Result<ExitCode> {
    let mut crates = Vec::new();
    let (mut every, mut only) = (1_usize, None);
    let mut rest = words.iter();
    while let Some(word) = rest.next() {
        match *word {
            "--every" => every = rest.next().and_then(|n| n.parse().ok()).filter(|n| *n > 0).unwrap_or(1),
            "--file" => only = rest.next().copied(),
            name => crates.push(name),
        }
    }
    if crates.is_empty() {
        return Err(miette!("name a crate, such as wayline-engine"));
    }
    let mut missed_all = 0;
    for name in crates {
        missed_all += of_crate(repository, name, every, only)?;
    }
    Ok(if missed_all == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn of_crate(repository: &Repository, name: &str, every: usize, only: Option<&str>) -> Result<usize> {
    let folder = repository.root().join("target/mutants");
    let (mutants, binaries, unviable) = build::build(repository, &folder, name)?;
    let chosen: Vec<&Mutant> = mutants
        .iter()
        .filter(|mutant| !unviable.contains(&mutant.id))
        .filter(|mutant| only.is_none_or(|only| mutant.file.contains(only)))
        .enumerate()
        .filter(|(index, _)| index % every == 0)
        .map(|(_, mutant)| mutant)
        .collect();
    println!("{name}: {} mutants, {} unviable, {} to run", mutants.len(), unviable.len(), chosen.len());
    let limits: Vec<Duration> = binaries.iter().map(measure).collect::<Result<_>>()?;
    let reached = reached(&binaries, &folder)?;
    let missed = run_all(&chosen, &binaries, &limits, &reached);
    for mutant in &missed {
        println!("MISSED {}:{}: {}", mutant.file, mutant.line, mutant.what);
    }
    let caught = chosen.len() - missed.len();
    let share = caught as f64 * 100.0 / chosen.len().max(1) as f64;
    println!("{name}: {caught} of {} caught, {share:.1} %", chosen.len());
    Ok(missed.len())
}

/// Runs the tests without a mutant; they must pass.
fn measure(binary: &Binary) -> Result<Duration> {
    let begun = Instant::now();
    let output = binary.command().output().into_diagnostic()?;
    if !output.status.success() {
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        return Err(miette!("the tests of {} fail without any mutant:\n{text}", binary.name));
    }
    Ok(begun.elapsed() * PATIENCE + Duration::from_secs(5))
}

/// The mutants that the tests of each binary come past at all.
fn reached(binaries: &[Binary], folder: &Path) -> Result<Vec<BTreeSet<u32>>> {
    let mut all = Vec::new();
    for binary in binaries {
        let trace = folder.join("trace");
        let _ = fs::remove_file(&trace);
        binary.command().env("MUTANT_TRACE", &trace).output().into_diagnostic()?;
        let text = fs::read_to_string(&trace).unwrap_or_default();
        all.push(text.lines().filter_map(|line| line.parse().ok()).collect());
    }
    Ok(all)
}

fn run_all<'m>(
    chosen: &[&'m Mutant],
    binaries: &[Binary],
    limits: &[Duration],
    reached: &[BTreeSet<u32>],
) -> Vec<&'m Mutant> {
    let next = AtomicUsize::new(0);
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let work = || {
        let mut missed: Vec<&Mutant> = Vec::new();
        while let Some(mutant) = chosen.get(next.fetch_add(1, Ordering::Relaxed)) {
            let caught = binaries.iter().zip(limits).zip(reached).any(|((binary, limit), reached)| {
                reached.contains(&mutant.id) && fails(binary, mutant.id, *limit)
            });
            if !caught {
                missed.push(mutant);
            }
        }
        missed
    };
    let mut missed: Vec<&Mutant> = std::thread::scope(|scope| {
        let running: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        running.into_iter().filter_map(|thread| thread.join().ok()).flatten().collect()
    });
    missed.sort_by_key(|mutant| mutant.id);
    missed
}

/// Whether the tests of a binary notice a mutant.
fn fails(binary: &Binary, id: u32, limit: Duration) -> bool {
    let mut command: Command = binary.command();
    command.env("MUTANT", id.to_string()).stdout(Stdio::null()).stderr(Stdio::null());
    let Ok(mut child) = command.spawn() else { return false };
    let begun = Instant::now();
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return !status.success(),
            Ok(None) if begun.elapsed() < limit => std::thread::sleep(Duration::from_millis(5)),
            _ => {
                let _ = child.kill();
                let _ = child.wait();
                return true;
            }
        }
    }
}
