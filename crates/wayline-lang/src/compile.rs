//! From the files of a workspace to a checked program: the phases in order, each a function of its own.

use wayline_ir::{Place, Program, TestSuite};

use crate::check;
use crate::codes::Code;
use crate::diagnostic::{Diagnostic, Diagnostics, Severity};
use crate::lower;
use crate::manifest;
use crate::resolve::Names;
use crate::source::{FileId, LineIndex, Source, Span};
use crate::syntax::{self, Parse};

/// A file of the workspace as it was read.
#[derive(Debug, Clone)]
pub struct Input {
    /// The path below the workspace, with `/` between folders.
    pub path: String,
    /// What is in it.
    pub bytes: Vec<u8>,
}

/// The outside world of the compiler: files that messages name.
pub trait Files {
    /// The bytes of a file, by its path below the workspace.
    ///
    /// # Errors
    /// In words for people: why it cannot be read.
    fn read(&self, path: &str) -> Result<Vec<u8>, String>;
}

/// No files at all, for text that names none.
pub struct NoFiles;

impl Files for NoFiles {
    fn read(&self, _path: &str) -> Result<Vec<u8>, String> {
        Err("there are no files here".to_owned())
    }
}

/// What came of it.
#[derive(Debug)]
pub struct Compiled {
    /// The program, when there is no error.
    pub program: Option<Program>,
    /// The tests of the workspace, when there is a program.
    pub tests: Option<TestSuite>,
    /// All findings, in the order of files and places.
    pub diagnostics: Vec<Diagnostic>,
    /// All files that were read; findings point into them.
    pub sources: Sources,
}

impl Compiled {
    /// Whether there is an error.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(|finding| finding.severity == Severity::Error)
    }
}

/// All files of a workspace.
#[derive(Debug, Default)]
pub struct Sources {
    list: Vec<Source>,
    lines: Vec<LineIndex>,
}

impl Sources {
    /// The source with the id.
    #[must_use]
    pub fn get(&self, file: FileId) -> Option<&Source> {
        self.list.get(file.0 as usize)
    }

    /// All of them, in the order of their ids.
    #[must_use]
    pub fn all(&self) -> &[Source] {
        &self.list
    }

    /// Where a span begins, for people.
    #[must_use]
    pub fn place(&self, span: Span) -> Place {
        let position = self.lines.get(span.file.0 as usize).map(|lines| lines.position(span.start));
        let (line, column) = position.map_or((1, 1), |position| (position.line, position.column));
        Place { file: span.file.0, line, column }
    }

    /// Lines of a file.
    #[must_use]
    pub fn lines(&self, file: FileId) -> Option<&LineIndex> {
        self.lines.get(file.0 as usize)
    }

    /// Adds a file; what is wrong with its bytes becomes findings.
    pub(crate) fn add(&mut self, path: &str, bytes: &[u8], out: &mut Diagnostics) -> FileId {
        let id = FileId(u32::try_from(self.list.len()).unwrap_or(u32::MAX));
        let (source, findings) = Source::from_bytes(id, path, bytes);
        out.extend(findings);
        self.lines.push(LineIndex::new(&source));
        self.list.push(source);
        id
    }
}

/// Compiles a workspace: its `wayline.toml`, its journey files in the order of their paths, and the template files they
/// name. Everything that is wrong is told at once.
#[must_use]
pub fn compile(settings: Option<Input>, mut journeys: Vec<Input>, files: &dyn Files) -> Compiled {
    let mut out = Diagnostics::new();
    let mut sources = Sources::default();
    journeys.sort_by(|a, b| a.path.cmp(&b.path));
    let settings =
        settings.unwrap_or_else(|| Input { path: manifest::MANIFEST.to_owned(), bytes: Vec::new() });
    let settings = sources.add(&settings.path, &settings.bytes, &mut out);
    let parses: Vec<Parse> = journeys
        .into_iter()
        .filter_map(|input| {
            let id = sources.add(&input.path, &input.bytes, &mut out);
            sources.get(id).map(syntax::parse)
        })
        .collect();
    for parse in &parses {
        out.extend(parse.diagnostics.iter().cloned());
    }
    let settings = sources.get(settings).map(|source| manifest::read(source, &mut out));
    let names = Names::resolve(&parses, &mut out);
    let lowered = settings.map(|settings| {
        let checked = check::check(&names, settings, &mut sources, files, &mut out);
        lower::lower(checked, &sources, &mut out)
    });
    let failed = out.has_errors();
    let (program, tests) = lowered.filter(|_| !failed).unzip();
    Compiled { program, tests, diagnostics: out.finish(), sources }
}

/// A finding about the workspace as a whole.
pub(crate) fn whole(code: Code, message: impl Into<String>) -> Diagnostic {
    Diagnostic::new(code, message, Span::new(FileId(0), 0, 0))
}
