//! Rules for manifests: the workspace's lints hold in every crate, and unsafe code is forbidden.

use super::Finding;
use crate::repository::SourceFile;

/// Checks all `Cargo.toml` files.
pub(super) fn check(files: &[SourceFile]) -> Vec<Finding> {
    let manifests = files.iter().filter(|f| f.path == "Cargo.toml" || f.path.ends_with("/Cargo.toml"));
    manifests.filter_map(|f| check_one(&f.path, f.text.as_deref().unwrap_or_default())).collect()
}

fn check_one(path: &str, text: &str) -> Option<Finding> {
    if has(text, "[workspace]", "") {
        let forbidden = has(text, "[workspace.lints.rust]", "unsafe_code = \"forbid\"");
        return (!forbidden)
            .then(|| Finding::error(path, "the workspace must say `unsafe_code = \"forbid\"`"));
    }
    let inherits = has(text, "[lints]", "workspace = true");
    (!inherits).then(|| Finding::error(path, "add `[lints]` with `workspace = true`"))
}

/// Whether the section `header` has the line `wanted` (or exists at all, when `wanted` is empty).
fn has(text: &str, header: &str, wanted: &str) -> bool {
    let mut lines = text.lines().map(str::trim).skip_while(|l| *l != header);
    lines.next().is_some()
        && (wanted.is_empty() || lines.take_while(|l| !l.starts_with('[')).any(|l| l == wanted))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crate_inherits_the_lints() {
        assert_eq!(check_one("a/Cargo.toml", "[package]\n[lints]\nworkspace = true\n"), None);
        assert!(
            check_one("a/Cargo.toml", "[package]\n[lints]\n[dependencies]\nworkspace = true\n").is_some()
        );
        assert!(check_one("a/Cargo.toml", "[package]\n").is_some());
    }

    #[test]
    fn the_workspace_forbids_unsafe_code() {
        assert_eq!(
            check_one("Cargo.toml", "[workspace]\n[workspace.lints.rust]\nunsafe_code = \"forbid\"\n"),
            None
        );
        assert!(
            check_one("Cargo.toml", "[workspace]\n[workspace.lints.rust]\nunsafe_code = \"warn\"\n")
                .is_some()
        );
    }
}
