//! `wayline fmt`

use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use miette::{IntoDiagnostic, Report};
use similar::{ChangeTag, TextDiff};
use wayline_lang::diagnostic::Diagnostic;
use wayline_lang::format::{FormatRefusal, format};
use wayline_lang::source::{FileId, Source};
use wayline_lang::syntax::parse;

use crate::console::{Console, Stream, Style, printable};
use crate::problem::Problem;
use crate::render::{Findings, amount, human, plain};
use crate::workspace::{journey_files, shown};
use crate::{Exit, disk};

/// Arguments of `fmt`.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  wayline fmt                       all .journey files of this folder and below
  wayline fmt --check               only say which are not laid out, and how they should be
  wayline fmt --stdin < a.journey   for editors")]
pub struct Arguments {
    /// Files and folders.
    #[arg(default_value = ".", value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Change nothing; show the differences and end with exit code 1 if there are any.
    #[arg(long)]
    check: bool,
    /// Read standard input and write standard output.
    #[arg(long, conflicts_with = "paths")]
    stdin: bool,
}

/// What became of one text.
enum Layout {
    /// It is as it should be.
    Same,
    /// It should be so.
    New(String),
    /// It has errors in its syntax, which were shown: nobody knows how it should be.
    Wrong,
}

/// Brings files into the one layout.
///
/// # Errors
/// When standard input or output fails. Problems with single files are shown, and the other files are still done.
pub fn run(arguments: &Arguments, console: &mut Console) -> Result<Exit, Report> {
    if arguments.stdin {
        return run_stdin(arguments.check, console);
    }
    let mut exit = Exit::Clean;
    let (mut same, mut new) = (0, 0);
    for path in files(&arguments.paths, console, &mut exit) {
        let outcome = std::fs::read(&path).map_err(|e| Problem::unreadable(&path, e).into());
        let outcome = outcome.and_then(|bytes| {
            let layout = lay_out(&shown(&path), &bytes, console)?;
            if let (Layout::New(text), false) = (&layout, arguments.check) {
                disk::replace(&path, text.as_bytes())?;
            }
            Ok((bytes, layout))
        });
        match outcome {
            Err(problem) => {
                console.report(&problem);
                exit = exit.max(Exit::Problem);
            }
            Ok((_, Layout::Same)) => same += 1,
            Ok((_, Layout::Wrong)) => exit = exit.max(Exit::Findings),
            Ok((old, Layout::New(text))) => {
                new += 1;
                if arguments.check {
                    exit = exit.max(Exit::Findings);
                    difference(&shown(&path), &String::from_utf8_lossy(&old), &text, &mut console.out)?;
                } else {
                    writeln!(console.out, "{}", printable(&shown(&path))).into_diagnostic()?;
                }
            }
        }
    }
    console.out.flush().into_diagnostic()?;
    let done = if arguments.check { "to format" } else { "formatted" };
    writeln!(console.err, "{} {done}, {} unchanged", amount(new, "file"), same).into_diagnostic()?;
    Ok(exit)
}

fn run_stdin(check: bool, console: &mut Console) -> Result<Exit, Report> {
    let mut bytes = Vec::new();
    std::io::stdin()
        .read_to_end(&mut bytes)
        .map_err(|e| Problem::unreadable(Path::new("standard input"), e))?;
    let name = "<stdin>";
    let layout = lay_out(name, &bytes, console)?;
    match layout {
        Layout::Wrong => Ok(Exit::Findings),
        Layout::Same if check => Ok(Exit::Clean),
        Layout::New(text) if check => {
            difference(name, &String::from_utf8_lossy(&bytes), &text, &mut console.out)?;
            Ok(Exit::Findings)
        }
        Layout::Same => console.out.write_all(&bytes).into_diagnostic().map(|()| Exit::Clean),
        Layout::New(text) => console.out.write_all(text.as_bytes()).into_diagnostic().map(|()| Exit::Clean),
    }
}

/// The files of the arguments, each once, folders searched.
fn files(paths: &[PathBuf], console: &mut Console, exit: &mut Exit) -> Vec<PathBuf> {
    let mut problems = Vec::new();
    let mut found: Vec<PathBuf> = Vec::new();
    for path in paths {
        if path.is_dir() {
            found.extend(journey_files(path, false, &mut problems));
        } else {
            found.push(path.clone());
        }
    }
    for problem in &problems {
        console.report(problem);
        *exit = Exit::Problem;
    }
    found.dedup();
    found
}

/// Lays out one text. Its syntax errors are shown on standard error.
fn lay_out(path: &str, bytes: &[u8], console: &mut Console) -> Result<Layout, Report> {
    let (source, findings) = Source::from_bytes(FileId(0), path, bytes);
    if !findings.is_empty() {
        show(&[source], &findings, &mut console.err)?;
        return Ok(Layout::Wrong);
    }
    match format(&source, &parse(&source)) {
        Ok(text) if text == *source.text => Ok(Layout::Same),
        Ok(text) => Ok(Layout::New(text)),
        Err(FormatRefusal::Findings(findings)) => {
            show(&[source], &findings, &mut console.err)?;
            Ok(Layout::Wrong)
        }
        Err(FormatRefusal::Unsound { reason }) => {
            Err(Problem::Unsound { path: PathBuf::from(path), reason }.into())
        }
    }
}

fn show(sources: &[Source], list: &[Diagnostic], stream: &mut Stream) -> Result<(), Report> {
    let findings = Findings { list, sources, prefix: "" };
    let style = stream.style;
    if style.graphics { human::write(&findings, style, stream) } else { plain::write(&findings, stream) }
        .into_diagnostic()
}

/// Shows what would change, a few lines around each place.
fn difference(path: &str, old: &str, new: &str, out: &mut Stream) -> Result<(), Report> {
    let style = out.style;
    writeln!(out, "--- {}", printable(path)).into_diagnostic()?;
    let diff = TextDiff::from_lines(old, new);
    for hunk in diff.unified_diff().context_radius(2).iter_hunks() {
        writeln!(out, "{}", hunk.header().to_string().trim_end()).into_diagnostic()?;
        for change in hunk.iter_changes() {
            writeln!(out, "{}", line(change.tag(), change.value(), style)).into_diagnostic()?;
        }
    }
    Ok(())
}

fn line(tag: ChangeTag, text: &str, style: Style) -> String {
    // A difference may be nothing but a carriage return or blanks at the end: make them visible.
    let text = text.strip_suffix('\n').unwrap_or(text);
    let bare = text.trim_end();
    let blanks: String = text
        .get(bare.len()..)
        .unwrap_or_default()
        .chars()
        .map(|c| if c == '\r' { '␍' } else { '·' })
        .collect();
    let (sign, color) = match tag {
        ChangeTag::Equal => return format!(" {}", printable(text)),
        ChangeTag::Delete => ('-', "\u{1b}[31m"),
        ChangeTag::Insert => ('+', "\u{1b}[32m"),
    };
    let shown = format!("{sign}{}{blanks}", printable(bare));
    if style.color { format!("{color}{shown}\u{1b}[0m") } else { shown }
}
