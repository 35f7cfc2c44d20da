//! A workspace on disk: finding its folder, listing its files, reading them.

use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};

use miette::Report;
use walkdir::{DirEntry, WalkDir};
use wayline_lang::{Compiled, Files, Input, MANIFEST, compile};

use crate::problem::Problem;

/// The name of the file that makes a folder a workspace.
pub const MANIFEST_FILE: &str = MANIFEST;

/// Folders that never hold journeys but may hold very many files.
const SKIPPED: [&str; 2] = ["target", "node_modules"];

/// A workspace as it was read.
pub struct Workspace {
    /// Its folder, as it is shown and opened.
    pub root: PathBuf,
    /// `wayline.toml`.
    pub manifest: Input,
    /// The journey files that could be read, sorted by path below the root.
    pub journeys: Vec<Input>,
    /// How many journey files there are.
    pub count: usize,
    /// What could not be read. The rest can still be checked.
    pub problems: Vec<Report>,
}

impl Workspace {
    /// Reads the workspace that holds `start`: the nearest folder with a manifest, from `start` upwards.
    ///
    /// # Errors
    /// [`Problem::NoWorkspace`], [`Problem::Unreadable`] when `start` itself is not there.
    pub fn read(start: &Path) -> Result<Self, Report> {
        let root = find_root(start)?;
        let mut problems = Vec::new();
        let manifest = read_input(&root, &root.join(MANIFEST))?;
        let paths = journey_files(&root, true, &mut problems);
        if paths.is_empty() && problems.is_empty() {
            return Err(Problem::NothingToDo { folder: root }.into());
        }
        let mut journeys = Vec::with_capacity(paths.len());
        for path in paths {
            match read_input(&root, &path) {
                Ok(input) => journeys.push(input),
                Err(problem) => problems.push(problem),
            }
        }
        Ok(Self { root, manifest, count: journeys.len(), journeys, problems })
    }

    /// Compiles what could be read. The texts are handed over: they are large and needed once.
    #[must_use]
    pub fn compile(&mut self) -> Compiled {
        let manifest =
            Input { path: self.manifest.path.clone(), bytes: std::mem::take(&mut self.manifest.bytes) };
        compile(Some(manifest), std::mem::take(&mut self.journeys), &self.files())
    }

    /// What stands before the workspace's own paths to make them paths from here: `examples/shop/`, or nothing.
    #[must_use]
    pub fn prefix(&self) -> String {
        let mut prefix = shown(&self.root);
        if prefix == "." || prefix.is_empty() {
            return String::new();
        }
        if !prefix.ends_with('/') {
            prefix.push('/');
        }
        prefix.strip_prefix("./").map(str::to_owned).unwrap_or(prefix)
    }

    /// The files that messages may name.
    #[must_use]
    pub fn files(&self) -> DiskFiles<'_> {
        DiskFiles { root: &self.root }
    }
}

/// Files below a workspace's folder, for templates.
pub struct DiskFiles<'a> {
    root: &'a Path,
}

impl Files for DiskFiles<'_> {
    fn read(&self, path: &str) -> Result<Vec<u8>, String> {
        // A workspace is data from others: it must not be able to read files outside of its folder.
        if leaves_folder(Path::new(path)) {
            return Err("it lies outside of the workspace".to_owned());
        }
        std::fs::read(self.root.join(path)).map_err(|e| reason(&e))
    }
}

/// Why a file cannot be read, in words for people.
fn reason(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::NotFound => "there is no such file".to_owned(),
        std::io::ErrorKind::PermissionDenied => "reading it is not allowed".to_owned(),
        std::io::ErrorKind::IsADirectory => "it is a folder".to_owned(),
        _ => error.to_string(),
    }
}

/// Whether a path is absolute or climbs above where it starts.
fn leaves_folder(path: &Path) -> bool {
    let mut depth = 0_i32;
    path.components().any(|part| {
        match part {
            Component::Normal(_) => depth += 1,
            Component::ParentDir => depth -= 1,
            Component::CurDir => {}
            Component::RootDir | Component::Prefix(_) => depth = i32::MIN / 2,
        }
        depth < 0
    })
}

/// The nearest folder with a manifest, from `start` upwards. Relative paths stay relative, so that findings show paths
/// as short as what was typed.
fn find_root(start: &Path) -> Result<PathBuf, Report> {
    let absolute = std::fs::canonicalize(start).map_err(|e| Problem::unreadable(start, e))?;
    let (mut shown, folder) = if absolute.is_dir() {
        (start.to_owned(), absolute.as_path())
    } else {
        let parent = start.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
        (parent.to_owned(), absolute.parent().unwrap_or(&absolute))
    };
    for ancestor in folder.ancestors() {
        if ancestor.join(MANIFEST).is_file() {
            return Ok(shown);
        }
        shown = climb(&shown, ancestor);
    }
    Err(Problem::NoWorkspace { from: start.to_owned() }.into())
}

/// The folder above `shown`, whose absolute path is `absolute`.
fn climb(shown: &Path, absolute: &Path) -> PathBuf {
    match shown.components().next_back() {
        Some(Component::Normal(_)) => match shown.parent() {
            Some(parent) if parent.as_os_str().is_empty() => PathBuf::from("."),
            Some(parent) => parent.to_owned(),
            None => PathBuf::from("."),
        },
        Some(Component::CurDir) | None => PathBuf::from(".."),
        Some(Component::ParentDir) => shown.join(".."),
        Some(Component::RootDir | Component::Prefix(_)) => absolute.parent().unwrap_or(absolute).to_owned(),
    }
}

/// All journey files of a folder, sorted by path. Links are followed, but no file is listed twice, so that a link to a
/// folder above ends there. With `own`, folders that are workspaces of their own are left to themselves.
pub fn journey_files(folder: &Path, own: bool, problems: &mut Vec<Report>) -> Vec<PathBuf> {
    let wanted = |entry: &DirEntry| {
        entry.depth() == 0
            || !(hidden(entry)
                || entry.file_type().is_dir()
                    && (skipped(entry) || own && entry.path().join(MANIFEST).is_file()))
    };
    let mut found = Vec::new();
    for entry in WalkDir::new(folder).follow_links(true).sort_by_file_name().into_iter().filter_entry(wanted)
    {
        match entry {
            Ok(entry) if entry.file_type().is_file() && is_journey(entry.path()) => {
                found.push(entry.into_path())
            }
            Ok(_) => {}
            Err(error) if error.loop_ancestor().is_some() => {}
            Err(error) => {
                let path = error.path().unwrap_or(folder).to_owned();
                // A dangling link to something else than a journey is none of our business.
                if !path.is_symlink() || is_journey(&path) {
                    let source = error.into_io_error().unwrap_or_else(|| std::io::ErrorKind::Other.into());
                    let problem = if path.is_symlink() {
                        let help = Some("the link leads nowhere: repair it or remove it".to_owned());
                        Problem::Unreadable { path, source, help }
                    } else {
                        Problem::unreadable(&path, source)
                    };
                    problems.push(problem.into());
                }
            }
        }
    }
    // A walk of `.` puts `./` before everything, which nobody typed.
    for path in &mut found {
        if let Ok(bare) = path.strip_prefix(".") {
            *path = bare.to_owned();
        }
    }
    // Sorted by the path that is shown, not folder by folder: the order of files is part of what a workspace means.
    found.sort_by_key(|path| shown(path));
    let mut seen = BTreeSet::new();
    found.retain(|path| std::fs::canonicalize(path).map_or(true, |real| seen.insert(real)));
    found
}

fn is_journey(path: &Path) -> bool {
    path.extension().is_some_and(|e| e == "journey")
}

fn hidden(entry: &DirEntry) -> bool {
    entry.file_name().to_string_lossy().starts_with('.')
}

fn skipped(entry: &DirEntry) -> bool {
    SKIPPED.iter().any(|name| entry.file_name() == *name)
}

fn read_input(root: &Path, path: &Path) -> Result<Input, Report> {
    let bytes = std::fs::read(path).map_err(|e| Problem::unreadable(path, e))?;
    Ok(Input { path: shown(path.strip_prefix(root).unwrap_or(path)), bytes })
}

/// A path as text: with `/` on every system, and with signs for what is not Unicode.
#[must_use]
pub fn shown(path: &Path) -> String {
    path.to_string_lossy().replace(std::path::MAIN_SEPARATOR, "/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates_stay_in_the_workspace() {
        assert!(!leaves_folder(Path::new("templates/a.html")));
        assert!(!leaves_folder(Path::new("./templates/../a.html")));
        assert!(leaves_folder(Path::new("../secret")));
        assert!(leaves_folder(Path::new("a/../../secret")));
        assert!(leaves_folder(Path::new("/etc/passwd")));
    }

    #[test]
    fn climbing_keeps_paths_short() {
        let up = |p: &str| shown(&climb(Path::new(p), Path::new("/x/y")));
        assert_eq!(up("a/b"), "a");
        assert_eq!(up("a"), ".");
        assert_eq!(up("."), "..");
        assert_eq!(up("../.."), "../../..");
        assert_eq!(up("/a/b"), "/a");
    }
}
