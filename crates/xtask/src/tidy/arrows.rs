//! Which room may know which, and what no room may link.

use std::collections::BTreeMap;
use std::process::Command;

use cargo_metadata::{DependencyKind, MetadataCommand};
use miette::{IntoDiagnostic, Result, WrapErr, miette};

use super::Finding;
use crate::repository::Repository;

/// A room: one crate of ours.
struct Room {
    name: &'static str,
    /// Rooms it may use.
    may_use: &'static [&'static str],
    /// Why these and no others.
    reason: &'static str,
    /// Packages that must not be linked into it, however indirectly.
    must_not_link: &'static [&'static str],
}

/// A package that talks to the network. No program of ours does: there is no telemetry.
const NETWORK: [&str; 12] = [
    "reqwest",
    "hyper",
    "ureq",
    "curl",
    "isahc",
    "attohttpc",
    "surf",
    "awc",
    "tungstenite",
    "quinn",
    "native-tls",
    "rustls",
];

/// What would make a pure room impure: a scheduler, chance, threads, a terminal.
const IMPURE: &[&str] = &[
    "tokio",
    "async-std",
    "smol",
    "mio",
    "rand",
    "getrandom",
    "fastrand",
    "rayon",
    "crossterm",
    "ariadne",
    "clap",
    "owo-colors",
    "terminal_size",
    "walkdir",
    "tempfile",
];

const EVERYTHING: &[&str] = &[
    "wayline-cli",
    "wayline-engine",
    "wayline-ir",
    "wayline-lang",
    "wayline-report",
    "wayline-sim",
    "wayline-template",
    "wayline-time",
];

const ROOMS: &[Room] = &[
    Room {
        name: "wayline-time",
        may_use: &[],
        reason: "calendar arithmetic is true without journeys",
        must_not_link: IMPURE,
    },
    Room {
        name: "wayline-template",
        may_use: &[],
        reason: "templates are checked against any typed scope",
        must_not_link: IMPURE,
    },
    Room {
        name: "wayline-ir",
        may_use: &["wayline-time"],
        reason: "a compiled workspace is data that outlives compilers and engines",
        must_not_link: IMPURE,
    },
    Room {
        name: "wayline-lang",
        may_use: &["wayline-ir", "wayline-template", "wayline-time"],
        reason: "the compiler says what a workspace means and never runs it",
        must_not_link: IMPURE,
    },
    Room {
        name: "wayline-engine",
        may_use: &["wayline-ir", "wayline-time"],
        reason: "production runs compiled data without a parser in the process",
        must_not_link: IMPURE,
    },
    Room {
        name: "wayline-sim",
        may_use: &["wayline-engine", "wayline-ir", "wayline-template", "wayline-time"],
        reason: "a host of the engine; its callers bring the compiled workspace",
        must_not_link: &["tokio", "rand", "getrandom"],
    },
    Room {
        name: "wayline-report",
        may_use: &["wayline-ir", "wayline-time"],
        reason: "what is drawn is data; it neither runs nor reads text",
        must_not_link: IMPURE,
    },
    Room {
        name: "wayline-cli",
        may_use: EVERYTHING,
        reason: "where the rooms meet a person",
        must_not_link: &[],
    },
    Room {
        name: "wayline-tests",
        may_use: EVERYTHING,
        reason: "the suites look into every room",
        must_not_link: &[],
    },
    Room {
        name: "xtask",
        may_use: &[],
        reason: "chores must run while everything else is broken",
        must_not_link: &[],
    },
];

/// Checks the crates of the repository.
pub(super) fn check(repository: &Repository) -> Result<Vec<Finding>> {
    let metadata = MetadataCommand::new()
        .manifest_path(repository.root().join("Cargo.toml"))
        .no_deps()
        .exec()
        .into_diagnostic()
        .wrap_err("cannot ask cargo for the crates")?;
    let mut used = BTreeMap::new();
    let mut linked = BTreeMap::new();
    for package in metadata.workspace_packages() {
        let ours = package.dependencies.iter().filter(|d| d.path.is_some());
        // A test may look into another room: only what is shipped counts.
        let shipped = ours.filter(|d| d.kind != DependencyKind::Development);
        used.insert(package.name.to_string(), shipped.map(|d| d.name.clone()).collect::<Vec<_>>());
        linked.insert(package.name.to_string(), links(repository, &package.name)?);
    }
    let mut findings = check_arrows(&used);
    findings.extend(check_links(&linked));
    Ok(findings)
}

/// Every arrow between crates of ours must be in the table, and the table must know every crate.
fn check_arrows(used: &BTreeMap<String, Vec<String>>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (krate, uses) in used {
        let Some(room) = ROOMS.iter().find(|r| r.name == krate) else {
            findings.push(Finding::error(
                krate,
                "is not in the table of rooms (crates/xtask/src/tidy/arrows.rs)",
            ));
            continue;
        };
        for target in uses.iter().filter(|u| !room.may_use.contains(&u.as_str())) {
            findings.push(Finding::error(krate, format!("must not use {target}: {}", room.reason)));
        }
    }
    let gone = ROOMS.iter().filter(|r| !used.contains_key(r.name));
    findings
        .extend(gone.map(|r| Finding::error(r.name, "is in the table of rooms but not in the workspace")));
    findings
}

/// No crate links a package that its room forbids, and none links the network.
fn check_links(linked: &BTreeMap<String, Vec<String>>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (krate, packages) in linked {
        let forbidden = ROOMS.iter().find(|r| r.name == krate).map_or(&[][..], |r| r.must_not_link);
        for package in packages {
            if NETWORK.contains(&package.as_str()) {
                findings.push(Finding::error(
                    krate,
                    format!("links {package}: nothing of ours talks to the network"),
                ));
            } else if forbidden.contains(&package.as_str()) {
                let text =
                    format!("links {package}, which its room forbids (cargo tree -p {krate} -i {package})");
                findings.push(Finding::error(krate, text));
            }
        }
    }
    findings
}

/// What is linked into one crate when it is built alone: `cargo tree` resolves features for this crate only, while
/// `cargo metadata` would show the features that its neighbours ask for.
fn links(repository: &Repository, krate: &str) -> Result<Vec<String>> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(["tree", "--locked", "--package", krate, "--edges", "normal,no-proc-macro", "--prefix", "none"])
        .args(["--format", "{p}"])
        .current_dir(repository.root())
        .output()
        .into_diagnostic()
        .wrap_err("cannot run cargo tree")?;
    if !output.status.success() {
        return Err(miette!("cargo tree failed: {}", String::from_utf8_lossy(&output.stderr).trim()));
    }
    let text = String::from_utf8_lossy(&output.stdout);
    let mut names: Vec<String> =
        text.lines().filter_map(|l| l.split(' ').next()).map(str::to_owned).collect();
    names.sort_unstable();
    names.dedup();
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The table's own world: every room exists and uses all it may.
    fn full() -> BTreeMap<String, Vec<String>> {
        ROOMS
            .iter()
            .map(|r| (r.name.to_owned(), r.may_use.iter().map(|u| (*u).to_owned()).collect()))
            .collect()
    }

    #[test]
    fn allowed_arrows_pass() {
        assert_eq!(check_arrows(&full()), []);
    }

    #[test]
    fn a_forbidden_arrow_is_found_with_its_reason() {
        let mut used = full();
        used.insert("wayline-engine".to_owned(), vec!["wayline-lang".to_owned()]);
        let found = check_arrows(&used);
        assert_eq!(found.len(), 1);
        assert!(found[0].text.contains("must not use wayline-lang: production runs"), "{}", found[0].text);
    }

    #[test]
    fn table_and_workspace_name_the_same_crates() {
        let mut used = full();
        used.insert("wayline-utils".to_owned(), vec![]);
        used.remove("wayline-sim");
        let places: Vec<_> = check_arrows(&used).into_iter().map(|f| f.place).collect();
        assert_eq!(places, ["wayline-utils", "wayline-sim"]);
    }

    #[test]
    fn arrows_of_the_table_never_form_a_circle() {
        let mut done: Vec<&str> = Vec::new();
        while done.len() < ROOMS.len() {
            let ready = ROOMS.iter().find(|r| {
                !done.contains(&r.name) && r.may_use.iter().all(|u| done.contains(u) || *u == r.name)
            });
            done.push(ready.expect("a room whose uses are all placed").name);
        }
    }

    #[test]
    fn forbidden_packages_are_found() {
        let linked =
            |krate: &str, package: &str| BTreeMap::from([(krate.to_owned(), vec![package.to_owned()])]);
        assert_eq!(check_links(&linked("wayline-engine", "serde")), []);
        assert_eq!(check_links(&linked("wayline-engine", "rand")).len(), 1);
        assert_eq!(check_links(&linked("wayline-lang", "ariadne")).len(), 1);
        assert_eq!(check_links(&linked("wayline-cli", "ariadne")), []);
        assert_eq!(check_links(&linked("wayline-cli", "reqwest")).len(), 1, "no telemetry");
    }
}
