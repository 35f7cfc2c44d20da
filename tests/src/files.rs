//! Files of the repository, and expectations that live in files.

use std::fs;
use std::path::{Path, PathBuf};

/// The root of the repository.
#[must_use]
pub fn repository() -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent();
    root.expect("the tests package lies in the repository").to_owned()
}

/// Whether expectations are to be rewritten instead of compared.
#[must_use]
pub fn updating() -> bool {
    std::env::var_os("UPDATE").is_some_and(|v| v == "1")
}

/// The text of a file.
///
/// # Panics
/// When it cannot be read.
#[must_use]
pub fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|e| panic!("cannot read {}: {e}", path.display()))
}

/// A path as the repository knows it, with `/`.
#[must_use]
pub fn relative(path: &Path) -> String {
    path.strip_prefix(repository()).unwrap_or(path).to_string_lossy().replace('\\', "/")
}

/// Compares `actual` with the file, or rewrites the file when `UPDATE=1`. A difference is the answer; the file not
/// existing is one too.
///
/// # Errors
/// What differs, for a person.
///
/// # Panics
/// When the file cannot be written.
pub fn expect_file(path: &Path, actual: &str) -> Result<(), String> {
    let expected = fs::read_to_string(path).ok();
    if expected.as_deref() == Some(actual) {
        return Ok(());
    }
    if updating() {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).expect("the folder can be made");
        }
        fs::write(path, actual).unwrap_or_else(|e| panic!("cannot write {}: {e}", path.display()));
        return Ok(());
    }
    let shown = expected.map_or_else(|| "(no such file)\n".to_owned(), |e| first_difference(&e, actual));
    Err(format!("{} is not as expected; `UPDATE=1` rewrites it\n{shown}", relative(path)))
}

/// The first place where two texts differ, with some lines around it.
fn first_difference(expected: &str, actual: &str) -> String {
    let (old, new): (Vec<&str>, Vec<&str>) = (expected.lines().collect(), actual.lines().collect());
    let same = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
    let mut shown = String::new();
    let context = same.saturating_sub(3);
    for line in old.iter().take(same).skip(context) {
        shown.push_str(&format!("    {line}\n"));
    }
    for line in old.iter().skip(same).take(8) {
        shown.push_str(&format!("  - {line}\n"));
    }
    for line in new.iter().skip(same).take(8) {
        shown.push_str(&format!("  + {line}\n"));
    }
    format!("from line {}:\n{shown}", same + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_difference_is_shown_with_its_place() {
        let shown = first_difference("a\nb\nc\n", "a\nx\nc\n");
        assert!(shown.starts_with("from line 2:\n    a\n  - b\n"), "{shown}");
        assert!(shown.contains("  + x\n"), "{shown}");
    }

    #[test]
    fn a_missing_file_is_a_difference() {
        if !updating() {
            assert!(
                expect_file(&repository().join("no/such/file"), "x").unwrap_err().contains("no such file")
            );
        }
    }
}
