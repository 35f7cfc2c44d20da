//! Rules for single files: length, names, and nothing that is only true on one machine.

use super::Finding;
use crate::repository::SourceFile;

/// A Rust file longer than this should be looked at.
const LONG: usize = 600;
/// A Rust file longer than this must be split.
const TOO_LONG: usize = 1000;

/// Starts of absolute paths that only exist on somebody's machine. Written in halves so that this file passes.
const MACHINE_PATHS: [&str; 4] =
    [concat!("/wo", "rk/"), concat!("/ro", "ot/"), concat!("/tm", "p/"), concat!("/ho", "me/")];

/// The only places packages may come from, as lock files write them.
const REGISTRIES: [&str; 2] =
    ["registry+https://github.com/rust-lang/crates.io-index", "https://registry.npmjs.org/"];

/// Checks one file.
pub(super) fn check(file: &SourceFile) -> Vec<Finding> {
    let mut findings = Vec::new();
    let Some(text) = &file.text else { return findings };
    let path = file.path.as_str();
    let name = path.rsplit('/').next().unwrap_or(path);
    if name == "mod.rs" {
        findings.push(Finding::error(
            path,
            "a module file stands beside its folder: `foo.rs` and `foo/`, no `mod.rs`",
        ));
    }
    if name.ends_with(".rs") {
        let lines = text.lines().count();
        if lines > TOO_LONG {
            findings.push(Finding::error(path, format!("{lines} lines; split it (at most {TOO_LONG})")));
        } else if lines > LONG {
            findings.push(Finding::warning(
                path,
                format!("{lines} lines; think about splitting it (aim for 150-300)"),
            ));
        }
    }
    for (number, line) in text.lines().enumerate() {
        let place = || format!("{path}:{}", number + 1);
        if let Some(found) = MACHINE_PATHS.iter().find(|start| contains_path(line, start)) {
            findings.push(Finding::error(place(), format!("names `{found}`, a path of one machine")));
        }
        if let Some(host) = foreign_registry(name, line) {
            findings.push(Finding::error(
                place(),
                format!("takes a package from `{host}`; use the public registry"),
            ));
        }
    }
    findings
}

/// Whether `line` holds an absolute path that begins with `start`, and not just the same letters inside a longer path.
fn contains_path(line: &str, start: &str) -> bool {
    line.match_indices(start).any(|(at, _)| {
        let before = line.get(..at).and_then(|s| s.chars().next_back());
        !before.is_some_and(|c| c.is_alphanumeric() || matches!(c, '.' | '_' | '-' | '~' | '}' | '/'))
    })
}

fn foreign_registry<'a>(name: &str, line: &'a str) -> Option<&'a str> {
    let value = match name {
        "Cargo.lock" => line.strip_prefix("source = ")?,
        "package-lock.json" => line.trim().strip_prefix("\"resolved\": ")?,
        "Cargo.toml" | "config.toml" => {
            line.trim().strip_prefix("registry = ").or(line.trim().strip_prefix("replace-with = "))?
        }
        _ => return None,
    };
    let value = value.trim_end_matches(',').trim_matches('"');
    (!REGISTRIES.iter().any(|known| value.starts_with(known))).then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn findings(path: &str, text: &str) -> Vec<Finding> {
        check(&SourceFile { path: path.to_owned(), text: Some(text.to_owned()) })
    }

    #[test]
    fn a_short_clean_file_passes() {
        assert_eq!(findings("crates/a/src/lib.rs", "//! Doc.\nlet x = \"target/work/out\";\n"), []);
    }

    #[test]
    fn long_files_warn_then_fail() {
        assert_eq!(findings("a.rs", &"x\n".repeat(600)), []);
        assert!(!findings("a.rs", &"x\n".repeat(601))[0].fatal);
        assert!(findings("a.rs", &"x\n".repeat(1001))[0].fatal);
        assert_eq!(findings("a.md", &"x\n".repeat(1001)), []);
    }

    #[test]
    fn module_files_stand_beside_their_folder() {
        assert!(findings("src/foo/mod.rs", "")[0].text.contains("no `mod.rs`"));
    }

    #[test]
    fn machine_paths_are_found_anywhere() {
        for start in MACHINE_PATHS {
            let found = findings("docs/a.md", &format!("fine\nsee `{start}x`\n"));
            assert_eq!(found.len(), 1, "{start}");
            assert_eq!(found[0].place, "docs/a.md:2");
            assert_eq!(
                findings("docs/a.md", &format!("https://x.example{start}y")),
                [],
                "part of an address"
            );
        }
    }

    #[test]
    fn packages_come_from_the_public_registries() {
        assert_eq!(findings("Cargo.lock", &format!("source = \"{}\"", REGISTRIES[0])), []);
        assert_eq!(findings("Cargo.lock", "source = \"registry+https://mirror.example/index\"").len(), 1);
        assert_eq!(
            findings("a/package-lock.json", "  \"resolved\": \"https://mirror.example/a.tgz\",").len(),
            1
        );
        assert_eq!(findings(".cargo/config.toml", "replace-with = \"mirror\"").len(), 1);
    }
}
