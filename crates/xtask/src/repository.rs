//! The repository: where it is and which files belong to it.

use std::path::{Path, PathBuf};
use std::process::Command;

use miette::{IntoDiagnostic, Result, WrapErr, miette};

/// A checkout of the project.
pub(crate) struct Repository {
    root: PathBuf,
}

/// A file that belongs to the repository.
pub(crate) struct SourceFile {
    /// Path below the root, with `/`.
    pub(crate) path: String,
    /// Its text; absent when it is not UTF-8 (a picture, a compressed log).
    pub(crate) text: Option<String>,
}

impl Repository {
    /// The checkout this program was built from.
    pub(crate) fn find() -> Result<Self> {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        let root =
            here.ancestors().nth(2).ok_or_else(|| miette!("{} has no workspace above it", here.display()))?;
        Ok(Self { root: root.to_owned() })
    }

    /// The workspace root.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// Reads one file below the root.
    pub(crate) fn read(&self, path: &str) -> Result<String> {
        std::fs::read_to_string(self.root.join(path))
            .into_diagnostic()
            .wrap_err_with(|| format!("cannot read {path}"))
    }

    /// Writes one file below the root, with its folder.
    pub(crate) fn write(&self, path: &str, text: &str) -> Result<()> {
        let full = self.root.join(path);
        if let Some(folder) = full.parent() {
            std::fs::create_dir_all(folder).into_diagnostic()?;
        }
        std::fs::write(&full, text).into_diagnostic().wrap_err_with(|| format!("cannot write {path}"))
    }

    /// All files of the repository: tracked ones and new ones that are not ignored. Sorted by path.
    pub(crate) fn files(&self) -> Result<Vec<SourceFile>> {
        let listing = Command::new("git")
            .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard", "--deduplicate"])
            .current_dir(&self.root)
            .output()
            .into_diagnostic()
            .wrap_err("cannot run git")?;
        if !listing.status.success() {
            return Err(miette!(
                help = "run it in a git checkout",
                "git cannot list the files: {}",
                String::from_utf8_lossy(&listing.stderr).trim()
            ));
        }
        let mut paths: Vec<&str> = listing
            .stdout
            .split(|b| *b == 0)
            .filter_map(|p| std::str::from_utf8(p).ok())
            .filter(|p| !p.is_empty())
            .collect();
        paths.sort_unstable();
        let mut files = Vec::new();
        for path in paths {
            let full = self.root.join(path);
            // A tracked file that was just deleted is still listed; a symlink to a folder is listed as a file.
            if full.is_file() {
                let bytes =
                    std::fs::read(&full).into_diagnostic().wrap_err_with(|| format!("cannot read {path}"))?;
                files.push(SourceFile { path: path.to_owned(), text: String::from_utf8(bytes).ok() });
            }
        }
        Ok(files)
    }
}
