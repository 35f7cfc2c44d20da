//! What can go wrong besides the text of a journey: files, arguments, data.

use std::io;
use std::path::{Path, PathBuf};

use miette::Diagnostic;
use thiserror::Error;
use wayline_sim::{InputError, MappingError, SimError};

/// A problem with files or arguments. The command ends with exit code 2.
#[derive(Debug, Error, Diagnostic)]
pub enum Problem {
    /// No folder from here upwards has a `wayline.toml`.
    #[error("there is no wayline.toml in {}, nor in a folder above it", shown(from))]
    #[diagnostic(
        code(WL9001),
        help(
            "a workspace is a folder with a wayline.toml; make one beside your .journey files with these lines:\n\n    \
             name = \"my_journeys\"\n    zone = \"Europe/Berlin\"\n\nor name the folder of a workspace: `wayline check FOLDER`"
        )
    )]
    NoWorkspace {
        /// Where the search began.
        from: PathBuf,
    },

    /// A file or folder cannot be read.
    #[error("cannot read {}", shown(path))]
    #[diagnostic(code(WL9002))]
    Unreadable {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
        /// What to do.
        #[help]
        help: Option<String>,
    },

    /// A file cannot be written.
    #[error("cannot write {}", shown(path))]
    #[diagnostic(code(WL9003))]
    Unwritable {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
        /// What to do.
        #[help]
        help: Option<String>,
    },

    /// A workspace without journey files.
    #[error("there are no .journey files in {} or below it", shown(folder))]
    #[diagnostic(
        code(WL9004),
        help(
            "name your files like welcome.journey; hidden folders, target and node_modules are not searched"
        )
    )]
    NothingToDo {
        /// Where the search began.
        folder: PathBuf,
    },

    /// `explain` was asked for a code that does not exist.
    #[error("there is no code `{code}`")]
    #[diagnostic(code(WL9005))]
    UnknownCode {
        /// What was asked for.
        code: String,
        /// What may have been meant.
        #[help]
        help: String,
    },

    /// A file of customers or events, or a log, cannot be used.
    #[error("{0}")]
    #[diagnostic(code(WL9006))]
    Input(InputError),

    /// A mapping cannot be used.
    #[error("{}", shown(path))]
    #[diagnostic(code(WL9007), help("the reference of mappings is docs/formats.md"))]
    Mapping {
        /// The file.
        path: PathBuf,
        /// Why.
        source: MappingError,
    },

    /// A run could not be made.
    #[error("{0}")]
    #[diagnostic(code(WL9008))]
    Simulation(SimError),

    /// The name of a log does not say its form.
    #[error("the name {} does not say how the log is to be written", shown(path))]
    #[diagnostic(code(WL9009), help("end it with .csv or .jsonl, and with .gz after that to pack it"))]
    LogName {
        /// The name.
        path: PathBuf,
    },

    /// A log has nothing about a customer.
    #[error("the log has no decisions about `{customer}`")]
    #[diagnostic(code(WL9010))]
    NothingDecided {
        /// Who was asked for.
        customer: String,
        /// What may help.
        #[help]
        help: String,
    },

    /// The layout of a file would have changed its meaning.
    #[error("{} is left as it is: laid out, it would mean something else ({reason})", shown(path))]
    #[diagnostic(
        code(WL9011),
        help("this is a mistake of `wayline fmt`, not yours: please report it with the file")
    )]
    Unsound {
        /// The file.
        path: PathBuf,
        /// What would differ.
        reason: String,
    },

    /// No test fits a filter.
    #[error("no test has `{filter}` in its title or path")]
    #[diagnostic(code(WL9012))]
    NoSuchTest {
        /// The filter.
        filter: String,
        /// What may have been meant.
        #[help]
        help: String,
    },

    /// The workspace has no such message.
    #[error("there is no message `{name}`")]
    #[diagnostic(code(WL9013))]
    NoSuchMessage {
        /// The name.
        name: String,
        /// What may have been meant.
        #[help]
        help: String,
    },

    /// The workspace has no such journey.
    #[error("there is no journey `{name}`")]
    #[diagnostic(code(WL9014))]
    NoSuchJourney {
        /// The name.
        name: String,
        /// What may have been meant.
        #[help]
        help: String,
    },
}

/// What `explain` knows about a code of this table.
pub struct ProblemInfo {
    /// The code.
    pub code: &'static str,
    /// A name for people.
    pub slug: &'static str,
    /// What it means, in one line.
    pub summary: &'static str,
}

/// The codes of [`Problem`].
pub const PROBLEMS: &[ProblemInfo] = &[
    ProblemInfo { code: "WL9001", slug: "no-workspace", summary: "no wayline.toml was found" },
    ProblemInfo { code: "WL9002", slug: "unreadable", summary: "a file or folder cannot be read" },
    ProblemInfo { code: "WL9003", slug: "unwritable", summary: "a file cannot be written" },
    ProblemInfo { code: "WL9004", slug: "nothing-to-do", summary: "there are no journey files" },
    ProblemInfo { code: "WL9005", slug: "unknown-code", summary: "a code that does not exist was asked for" },
    ProblemInfo {
        code: "WL9006",
        slug: "unusable-input",
        summary: "a file of customers, events or decisions cannot be used",
    },
    ProblemInfo { code: "WL9007", slug: "unusable-mapping", summary: "a mapping file cannot be used" },
    ProblemInfo { code: "WL9008", slug: "no-simulation", summary: "a simulation could not be made" },
    ProblemInfo { code: "WL9009", slug: "log-name", summary: "the name of a log does not say its form" },
    ProblemInfo {
        code: "WL9010",
        slug: "nothing-decided",
        summary: "a log has no decisions about a customer",
    },
    ProblemInfo {
        code: "WL9011",
        slug: "unsound-layout",
        summary: "a layout would have changed the meaning of a file",
    },
    ProblemInfo { code: "WL9012", slug: "no-such-test", summary: "no test fits a filter" },
    ProblemInfo {
        code: "WL9013",
        slug: "no-such-message",
        summary: "a message was asked for that the workspace does not have",
    },
    ProblemInfo {
        code: "WL9014",
        slug: "no-such-journey",
        summary: "a journey was asked for that the workspace does not have",
    },
];

impl Problem {
    /// A file or folder that cannot be read, with what usually helps.
    #[must_use]
    pub fn unreadable(path: &Path, source: io::Error) -> Self {
        let help = match source.kind() {
            io::ErrorKind::NotFound => {
                Some("check the spelling; paths are relative to the folder you are in".to_owned())
            }
            io::ErrorKind::PermissionDenied => Some(format!("allow reading: chmod u+r {}", shell(path))),
            io::ErrorKind::IsADirectory => Some("name a file, not a folder".to_owned()),
            _ => None,
        };
        Self::Unreadable { path: path.to_owned(), source, help }
    }

    /// A file that cannot be written, with what usually helps.
    #[must_use]
    pub fn unwritable(path: &Path, source: io::Error) -> Self {
        let help = match source.kind() {
            io::ErrorKind::NotFound => Some("make its folder first".to_owned()),
            io::ErrorKind::PermissionDenied => Some(format!("allow writing: chmod u+w {}", shell(path))),
            io::ErrorKind::StorageFull => Some("free some space on the disk".to_owned()),
            _ => None,
        };
        Self::Unwritable { path: path.to_owned(), source, help }
    }
}

/// A path as it is printed: without the `./` of a search that began in this folder.
fn shown(path: &Path) -> String {
    if path == Path::new(".") {
        return "this folder".to_owned();
    }
    let path = path.strip_prefix(".").unwrap_or(path);
    crate::console::printable(&path.to_string_lossy())
}

/// A path as it can be pasted into a shell.
fn shell(path: &Path) -> String {
    let text = path.to_string_lossy();
    let plain = text.chars().all(|c| c.is_alphanumeric() || "/._-+".contains(c));
    if plain { text.into_owned() } else { format!("'{}'", text.replace('\'', "'\\''")) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use miette::Diagnostic;

    #[test]
    fn the_remedy_names_the_path_as_a_shell_reads_it() {
        let denied =
            Problem::unreadable(Path::new("my file's.journey"), io::ErrorKind::PermissionDenied.into());
        assert_eq!(denied.help().unwrap().to_string(), "allow reading: chmod u+r 'my file'\\''s.journey'");
    }

    #[test]
    fn every_problem_is_in_the_table() {
        let path = Path::new("x");
        let all = [
            Problem::NoWorkspace { from: path.into() },
            Problem::unreadable(path, io::ErrorKind::NotFound.into()),
            Problem::unwritable(path, io::ErrorKind::NotFound.into()),
            Problem::NothingToDo { folder: path.into() },
            Problem::UnknownCode { code: "x".into(), help: "y".into() },
            Problem::Input(InputError::Shape { file: "x".into(), message: "y".into(), help: "z".into() }),
            Problem::Mapping { path: path.into(), source: MappingError { message: "x".into() } },
            Problem::Simulation(SimError::Nobody),
            Problem::LogName { path: path.into() },
            Problem::NothingDecided { customer: "x".into(), help: "y".into() },
            Problem::Unsound { path: path.into(), reason: "y".into() },
            Problem::NoSuchTest { filter: "x".into(), help: "y".into() },
            Problem::NoSuchMessage { name: "x".into(), help: "y".into() },
            Problem::NoSuchJourney { name: "x".into(), help: "y".into() },
        ];
        let codes: Vec<String> = all.iter().map(|p| p.code().unwrap().to_string()).collect();
        assert_eq!(codes, PROBLEMS.iter().map(|p| p.code).collect::<Vec<_>>());
    }
}
