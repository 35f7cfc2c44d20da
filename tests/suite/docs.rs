//! Every fenced block of every Markdown file does what it says.
//!
//! | fence | what must hold |
//! |---|---|
//! | `journey` | it parses and is laid out as `wayline fmt` would |
//! | `journey,fragment` | also, it has no errors inside the workspace `tests/worlds/shop.journey`; declarations or steps |
//! | `journey,complete` | also, it is a workspace of its own without errors |
//! | `journey,error=WL1003` | it has a finding of that code (with `fragment`: inside that workspace) |
//! | `console` | if it begins with `$ wayline`, its commands print what it shows, in a copy of `<!-- dir: … -->` |
//! | `json`, `toml`, `csv`, `python` | it can be read as that |
//! | `text`, `sh`, `rust`, `html`, `liquid`, `markdown` | nothing |

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use wayline_lang::diagnostic::Severity;
use wayline_lang::format::format;
use wayline_lang::source::{FileId, Source};
use wayline_lang::syntax::parse;
use wayline_lang::{Compiled, Input, compile};
use wayline_tests::{
    Block, Failures, Folder, MANIFEST, Session, blocks, documents, expect_file, read, relative, repository,
    run_console, world,
};

use crate::console::wayline;

#[test]
fn docs() {
    let mut failures = Failures::default();
    for path in documents() {
        document(&path, &mut failures);
    }
    failures.finish(20);
}

fn document(path: &Path, failures: &mut Failures) {
    let text = read(path);
    let found = match blocks(&text) {
        Ok(found) => found,
        Err(problem) => return failures.case(&relative(path), Err(problem)),
    };
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    // From the last to the first, so that a block that grows moves no other.
    for block in found.iter().rev() {
        let name = format!("{}:{}", relative(path), block.line);
        match check(block) {
            Err(problem) => failures.case(&name, Err(problem)),
            Ok(None) => failures.case(&name, Ok(())),
            Ok(Some(fresh)) => {
                let indent = " ".repeat(block.indent);
                let fresh = fresh.lines().map(|l| format!("{indent}{l}").trim_end().to_owned());
                lines.splice(block.line..block.line + block.text.lines().count(), fresh);
            }
        }
    }
    let fresh: String = lines.iter().map(|l| format!("{l}\n")).collect();
    if fresh != text {
        failures.case(&relative(path), expect_file(path, &fresh));
    }
}

/// Whether a block holds; for a session, how it should read.
fn check(block: &Block) -> Result<Option<String>, String> {
    match block.language.as_str() {
        "journey" => journey(block),
        "console" if block.text.starts_with("$ wayline") => {
            let fresh = run_console(&mut Session::new(&wayline(), block.dir.as_deref()), &block.text)?;
            Ok((fresh != block.text).then_some(fresh))
        }
        "json" => {
            serde_json::from_str::<serde_json::Value>(&block.text).map(|_| None).map_err(|e| e.to_string())
        }
        "toml" => block.text.parse::<toml::Table>().map(|_| None).map_err(|e| e.to_string()),
        "csv" => csv(&block.text).map(|()| None),
        "python" => python(&block.text).map(|()| None),
        "console" | "text" | "sh" | "rust" | "html" | "liquid" | "markdown" => Ok(None),
        "" => Err("name the language of the fence; `text` if it has none".to_owned()),
        other => Err(format!("the suite does not know what to do with `{other}`")),
    }
}

/// Whether a block holds; if it is laid out otherwise than it should be, how it should be.
fn journey(block: &Block) -> Result<Option<String>, String> {
    let steps = block.has("fragment") && is_steps(&block.text);
    let text = if steps { wrapped(&block.text) } else { block.text.clone() };
    let borrowed = if block.has("fragment") { vec![world("shop")] } else { Vec::new() };
    let compiled = compiled(&text, borrowed);
    if let Some(code) = block.value("error") {
        let hit = compiled.diagnostics.iter().any(|d| d.code.as_str() == code);
        return if hit {
            Ok(None)
        } else {
            Err(format!("no finding has the code {code}{}", shown(&compiled, |_| true)))
        };
    }
    let whole = block.has("fragment") || block.has("complete");
    let errors = shown(&compiled, |code| code.starts_with("WL0") || whole);
    if !errors.is_empty() {
        return Err(errors);
    }
    let laid_out = formatted(&text)?;
    let laid_out = if steps { unwrapped(&laid_out) } else { laid_out };
    Ok((laid_out != block.text).then_some(laid_out))
}

/// Whether a fragment is steps, not declarations: then it has no block of its own at the top.
fn is_steps(text: &str) -> bool {
    let alone = compiled(text, Vec::new());
    alone.diagnostics.iter().any(|d| d.code.as_str().starts_with("WL0") && d.severity == Severity::Error)
}

const WRAP: &str = "journey fragment {\n  enter on cart_updated as cart\n\n";

/// Steps inside of a journey.
fn wrapped(steps: &str) -> String {
    let indented: String =
        steps.lines().map(|l| if l.is_empty() { "\n".to_owned() } else { format!("  {l}\n") }).collect();
    format!("{WRAP}{indented}}}\n")
}

/// The steps of a journey.
fn unwrapped(journey: &str) -> String {
    let steps = journey.strip_prefix(WRAP).and_then(|rest| rest.strip_suffix("}\n"));
    let steps =
        steps.unwrap_or_else(|| panic!("the layout changes the journey around a fragment:\n{journey}"));
    steps.lines().map(|l| format!("{}\n", l.strip_prefix("  ").unwrap_or(l))).collect()
}

fn compiled(text: &str, borrowed: Vec<Input>) -> Compiled {
    let manifest = Input { path: "wayline.toml".to_owned(), bytes: MANIFEST.into() };
    let own = Input { path: "block.journey".to_owned(), bytes: text.into() };
    compile(
        Some(manifest),
        std::iter::once(own).chain(borrowed).collect(),
        &Folder(&repository().join("tests/worlds")),
    )
}

fn formatted(text: &str) -> Result<String, String> {
    let source = Source::new(FileId(0), "block.journey", text);
    format(&source, &parse(&source)).map_err(|refusal| refusal.to_string())
}

/// The errors whose code is `wrong`, one on a line.
fn shown(compiled: &Compiled, wrong: impl Fn(&str) -> bool) -> String {
    let errors =
        compiled.diagnostics.iter().filter(|d| d.severity == Severity::Error && wrong(d.code.as_str()));
    errors.map(|d| format!("\n  {}: {}", d.code, d.message)).collect()
}

fn csv(text: &str) -> Result<(), String> {
    let mut reader = ::csv::Reader::from_reader(text.as_bytes());
    reader.records().try_for_each(|row| row.map(|_| ())).map_err(|e| e.to_string())
}

fn python(text: &str) -> Result<(), String> {
    let mut child = Command::new("python3")
        .args(["-c", "import ast, sys; ast.parse(sys.stdin.read())"])
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|e| format!("cannot run python3: {e}"))?;
    child.stdin.take().expect("it was piped").write_all(text.as_bytes()).map_err(|e| e.to_string())?;
    let output = child.wait_with_output().map_err(|e| e.to_string())?;
    if output.status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&output.stderr).into_owned()) }
}
