//! Sessions of documents: `$ command` lines and what they print.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;
use walkdir::WalkDir;

use crate::repository;

/// A command and what it prints.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Entry {
    /// The command as written, with its line ends.
    written: String,
    /// What stands below it.
    output: String,
}

/// A private copy of a folder with `wayline` on the path.
pub struct Session {
    home: TempDir,
    last_exit: i32,
}

impl Session {
    /// Copies `dir` (a path in the repository), or begins in an empty folder.
    ///
    /// # Panics
    /// When the copy cannot be made.
    #[must_use]
    pub fn new(wayline: &Path, dir: Option<&str>) -> Self {
        let home = TempDir::new().expect("there is room for temporary files");
        let bin = home.path().join("bin");
        fs::create_dir(&bin).expect("the folder can be made");
        std::os::unix::fs::symlink(wayline, bin.join("wayline")).expect("the link can be made");
        let here = home.path().join("here");
        match dir {
            Some(dir) => copy(&repository().join(dir), &here),
            None => fs::create_dir(&here).expect("the folder can be made"),
        }
        Self { home, last_exit: 0 }
    }

    /// The folder in which commands run.
    #[must_use]
    pub fn folder(&self) -> PathBuf {
        self.home.path().join("here")
    }

    /// Runs one command in a shell and returns what it printed on both streams.
    ///
    /// # Panics
    /// When there is no shell.
    pub fn run(&mut self, command: &str) -> String {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let mut search = vec![self.home.path().join("bin")];
        search.extend(std::env::split_paths(&path));
        let output = Command::new("sh")
            // The lines of both streams in the order in which they were written; `$?` is that of the command before.
            .args(["-c", &format!("exec 2>&1\n(exit {})\n{command}", self.last_exit)])
            .current_dir(self.folder())
            .env("PATH", std::env::join_paths(search).expect("the path has no colon"))
            .env("LC_ALL", "C.UTF-8")
            .env("TERM", "xterm")
            .env_remove("NO_COLOR")
            .env_remove("UPDATE")
            .stdin(Stdio::null())
            .output()
            .expect("there is a shell");
        self.last_exit = output.status.code().unwrap_or(-1);
        String::from_utf8_lossy(&output.stdout).into_owned()
    }
}

fn copy(from: &Path, to: &Path) {
    for entry in WalkDir::new(from) {
        let entry = entry.unwrap_or_else(|e| panic!("cannot copy {}: {e}", from.display()));
        let target = to.join(entry.path().strip_prefix(from).expect("it is below"));
        if entry.file_type().is_dir() {
            fs::create_dir_all(&target).expect("the folder can be made");
        } else {
            fs::copy(entry.path(), &target)
                .unwrap_or_else(|e| panic!("cannot copy {}: {e}", entry.path().display()));
        }
    }
}

/// Runs the commands of a block and returns the block as it should be. A line of the block that is only `…` stands for
/// any lines; it is kept where the rest agrees.
///
/// # Errors
/// When the block does not begin with a command.
pub fn run_console(session: &mut Session, block: &str) -> Result<String, String> {
    let mut fresh = String::new();
    for entry in entries(block)? {
        let command: String =
            entry.written.lines().map(|l| l.trim_end_matches('\\')).collect::<Vec<_>>().join(" ");
        let output = session.run(command.trim_start_matches("$ "));
        fresh.push_str(&entry.written);
        fresh.push_str(if matches(&entry.output, &output) { &entry.output } else { &output });
        if !fresh.ends_with('\n') {
            fresh.push('\n');
        }
    }
    Ok(fresh)
}

fn entries(block: &str) -> Result<Vec<Entry>, String> {
    let mut found: Vec<Entry> = Vec::new();
    let mut continued = false;
    for line in block.lines() {
        match found.last_mut() {
            Some(entry) if continued => entry.written.push_str(&format!("{line}\n")),
            _ if line.starts_with("$ ") => {
                found.push(Entry { written: format!("{line}\n"), output: String::new() })
            }
            Some(entry) => entry.output.push_str(&format!("{line}\n")),
            None => return Err(format!("a console block begins with `$ `, not with `{line}`")),
        }
        continued = line.ends_with('\\') && (continued || line.starts_with("$ "));
    }
    Ok(found)
}

/// Whether the output is what was written, where a line `…` stands for any number of lines.
fn matches(written: &str, output: &str) -> bool {
    fn go(written: &[&str], output: &[&str]) -> bool {
        match written.split_first() {
            None => output.is_empty(),
            Some((&"…", rest)) => {
                (0..=output.len()).any(|skip| go(rest, output.get(skip..).unwrap_or_default()))
            }
            Some((line, rest)) => {
                output.split_first().is_some_and(|(first, others)| first == line && go(rest, others))
            }
        }
    }
    go(&written.lines().collect::<Vec<_>>(), &output.lines().collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dots_stand_for_lines() {
        assert!(matches("a\n…\nd\n", "a\nb\nc\nd\n"));
        assert!(matches("a\n…\n", "a\n"));
        assert!(!matches("a\n…\nd\n", "a\nb\n"));
        assert!(!matches("a\n", "a\nb\n"));
    }

    #[test]
    fn commands_may_have_several_lines() {
        let found = entries("$ a \\\n    b\nout\n$ c\n").unwrap();
        assert_eq!(found[0], Entry { written: "$ a \\\n    b\n".to_owned(), output: "out\n".to_owned() });
        assert_eq!(found[1].output, "");
        assert!(entries("out\n").is_err());
    }

    #[test]
    fn a_session_runs_in_a_copy_and_knows_the_last_exit() {
        let mut session = Session::new(Path::new("/bin/true"), Some("tests/src"));
        assert!(session.run("ls").contains("shell.rs"));
        assert_eq!(session.run("rm shell.rs; wayline; exit 3"), "");
        assert_eq!(session.run("echo $?"), "3\n");
        let fresh = run_console(&mut session, "$ echo a; echo b\na\n…\n$ echo c\nx\n").unwrap();
        assert_eq!(fresh, "$ echo a; echo b\na\n…\n$ echo c\nc\n");
    }
}
