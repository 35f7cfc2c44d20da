//! The terminal: where text goes, in which colours and signs, and what to do when nobody reads any more.

use std::io::{self, BufWriter, ErrorKind, IsTerminal, Write};

use clap::ValueEnum;
use miette::{GraphicalReportHandler, GraphicalTheme, NarratableReportHandler, Report, ReportHandler};

/// When to use colours.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum ColorChoice {
    /// On a terminal, unless `NO_COLOR` is set.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// How a stream can be written to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    /// With colours.
    pub color: bool,
    /// With signs outside ASCII for frames and arrows.
    pub unicode: bool,
    /// With frames and arrows at all.
    pub graphics: bool,
}

/// Standard output and standard error.
pub struct Console {
    /// Results.
    pub out: Stream,
    /// Everything about the results: counts, warnings, problems.
    pub err: Stream,
}

/// One of the two streams.
pub struct Stream {
    writer: Box<dyn Write>,
    closed: bool,
    /// How it can be written to.
    pub style: Style,
}

impl Console {
    /// The streams of this process.
    #[must_use]
    pub fn new(choice: ColorChoice) -> Self {
        let environment = Environment::read();
        let (out, err) = (io::stdout(), io::stderr());
        let (out_style, err_style) =
            (environment.style(choice, out.is_terminal()), environment.style(choice, err.is_terminal()));
        Self {
            out: Stream { writer: Box::new(BufWriter::new(out)), closed: false, style: out_style },
            err: Stream { writer: Box::new(err), closed: false, style: err_style },
        }
    }

    /// Shows a problem that has nothing to do with the text of a journey.
    pub fn report(&mut self, problem: &Report) {
        let _ = self.out.flush();
        let text = render_problem(problem, self.err.style);
        // There is no third stream on which to complain that the second is gone.
        let _ = self.err.write_all(text.as_bytes());
    }
}

/// Draws a problem with its causes and its help.
fn render_problem(problem: &Report, style: Style) -> String {
    struct Shown<'a>(&'a Report, &'a dyn ReportHandler);
    impl std::fmt::Display for Shown<'_> {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            self.1.debug(self.0.as_ref(), f)
        }
    }
    let handler: Box<dyn ReportHandler> = if style.graphics {
        let theme = match (style.unicode, style.color) {
            (true, true) => GraphicalTheme::unicode(),
            (true, false) => GraphicalTheme::unicode_nocolor(),
            (false, true) => {
                GraphicalTheme { characters: miette::ThemeCharacters::ascii(), ..GraphicalTheme::unicode() }
            }
            (false, false) => GraphicalTheme::none(),
        };
        Box::new(GraphicalReportHandler::new_themed(theme).with_links(false).with_width(WIDTH))
    } else {
        Box::new(NarratableReportHandler::new())
    };
    let text = Shown(problem, handler.as_ref()).to_string();
    let mut lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    while lines.first().is_some_and(|l| l.is_empty()) {
        lines.remove(0);
    }
    lines.iter().map(|line| format!("{line}\n")).collect()
}

/// Columns used for problems; most terminals have at least as many.
const WIDTH: usize = 100;

impl Write for Stream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.closed {
            return Ok(bytes.len());
        }
        let written = self.writer.write(bytes);
        self.ignore_closed_pipe(written, bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        let flushed = if self.closed { Ok(()) } else { self.writer.flush() };
        self.ignore_closed_pipe(flushed, ())
    }
}

impl Stream {
    /// `wayline … | head` closes the pipe when it has seen enough. That is no error, and the exit code must still tell
    /// what was found: the rest is thrown away.
    fn ignore_closed_pipe<T>(&mut self, result: io::Result<T>, done: T) -> io::Result<T> {
        match result {
            Err(e) if e.kind() == ErrorKind::BrokenPipe => {
                self.closed = true;
                // What is still buffered must not be tried again when the writer is dropped.
                self.writer = Box::new(io::sink());
                Ok(done)
            }
            other => other,
        }
    }
}

/// What the environment says about the terminal.
#[derive(Debug, Clone, Copy, Default)]
struct Environment {
    no_color: bool,
    dumb: bool,
    utf8: bool,
}

impl Environment {
    fn read() -> Self {
        let set = |name: &str| std::env::var_os(name).filter(|v| !v.is_empty());
        // The first of these that is set decides, as in the C library.
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"].iter().find_map(|name| set(name));
        Self {
            no_color: set("NO_COLOR").is_some(),
            dumb: set("TERM").is_some_and(|term| term == "dumb"),
            utf8: cfg!(windows) || locale.is_some_and(|l| names_utf8(&l.to_string_lossy())),
        }
    }

    fn style(self, choice: ColorChoice, terminal: bool) -> Style {
        let color = match choice {
            ColorChoice::Auto => terminal && !self.no_color && !self.dumb,
            ColorChoice::Always => true,
            ColorChoice::Never => false,
        };
        Style { color, unicode: self.utf8, graphics: !self.dumb }
    }
}

fn names_utf8(locale: &str) -> bool {
    let locale = locale.to_ascii_lowercase();
    locale.ends_with("utf-8") || locale.ends_with("utf8")
}

/// Text of an author as it may be shown on a terminal: control characters and signs that reorder text are replaced by
/// signs of the same length in bytes, so that offsets stay true and nobody can write to the terminal through a file.
#[must_use]
pub fn printable(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(c) = characters.next() {
        match c {
            '\n' | '\t' => shown.push(c),
            '\r' if characters.peek() == Some(&'\n') => shown.push(c),
            // Bidirectional controls, line and paragraph separators: three bytes each.
            '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}' => {
                shown.push('\u{FFFD}')
            }
            // The second block of control characters: two bytes each.
            '\u{80}'..='\u{9F}' => shown.push('\u{B7}'),
            c if c.is_control() => shown.push('?'),
            c => shown.push(c),
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_follow_choice_terminal_and_environment() {
        let plain = Environment { no_color: false, dumb: false, utf8: true };
        assert!(plain.style(ColorChoice::Auto, true).color);
        assert!(!plain.style(ColorChoice::Auto, false).color);
        assert!(!Environment { no_color: true, ..plain }.style(ColorChoice::Auto, true).color);
        assert!(Environment { no_color: true, ..plain }.style(ColorChoice::Always, false).color);
        assert!(!Environment { dumb: true, ..plain }.style(ColorChoice::Auto, true).graphics);
    }

    #[test]
    fn the_character_set_is_that_of_the_locale() {
        assert!(names_utf8("de_DE.UTF-8") && names_utf8("C.utf8"));
        assert!(!names_utf8("C") && !names_utf8("de_DE.ISO-8859-1"));
    }

    #[test]
    fn control_characters_are_replaced_at_the_same_length() {
        let hostile = "a\u{1b}[2J\u{202E}b\r\nc\rd\u{2028}\u{85}é";
        let shown = printable(hostile);
        assert_eq!(shown, "a?[2J\u{FFFD}b\r\nc?d\u{FFFD}\u{B7}é");
        assert_eq!(shown.len(), hostile.len());
    }

    #[test]
    fn nobody_reading_is_no_error() {
        struct Gone;
        impl Write for Gone {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                Err(ErrorKind::BrokenPipe.into())
            }
            fn flush(&mut self) -> io::Result<()> {
                Err(ErrorKind::BrokenPipe.into())
            }
        }
        let style = Style { color: false, unicode: true, graphics: true };
        let mut stream = Stream { writer: Box::new(Gone), closed: false, style };
        stream.write_all(b"x").unwrap();
        stream.write_all(b"y").unwrap();
        stream.flush().unwrap();
    }
}
