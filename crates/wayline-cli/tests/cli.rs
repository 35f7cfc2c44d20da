//! What a shell sees of the real binary: streams, exit codes, and files that are not as they should be.
//! Sessions that can be read as text are in `tests/console`.

#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "tests read files and fail by panicking"
)]

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

const MANIFEST: &str = "name = \"t\"\nzone = \"UTC\"\n";

fn wayline(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_wayline"));
    command
        .current_dir(folder)
        .env("LC_ALL", "C.UTF-8")
        .env("TERM", "xterm")
        .env_remove("NO_COLOR")
        .stdin(Stdio::null());
    command
}

fn run(folder: &Path, arguments: &[&str]) -> Output {
    wayline(folder).args(arguments).output().expect("the binary starts")
}

fn code(output: &Output) -> i32 {
    output.status.code().unwrap_or(-1)
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("output is UTF-8")
}

/// A workspace with these files.
fn workspace(files: &[(&str, &[u8])]) -> TempDir {
    let folder = TempDir::new().expect("there is room for temporary files");
    fs::write(folder.path().join("wayline.toml"), MANIFEST).expect("it can be written");
    for (path, bytes) in files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().expect("it is below")).expect("the folder can be made");
        fs::write(path, bytes).expect("it can be written");
    }
    folder
}

/// Declarations without an error.
const GOOD: &[u8] = b"customer { plan text = \"free\" }\n";
/// A declaration that is not one.
const BAD: &[u8] = b"customer { }\n\njourney x {\n";

#[test]
fn wrong_arguments_end_with_2_and_usage() {
    let folder = workspace(&[]);
    for arguments in [&["chekc"][..], &["check", "--format", "yaml"], &["fmt", "--stdin", "a.journey"], &[]] {
        let output = run(folder.path(), arguments);
        assert_eq!(code(&output), 2, "{arguments:?}");
        assert!(
            text(&output.stderr).contains("--help") || arguments.is_empty(),
            "{arguments:?}: {}",
            text(&output.stderr)
        );
        assert!(output.stdout.is_empty());
    }
}

#[test]
fn help_of_every_command_has_examples() {
    let folder = workspace(&[]);
    let help = text(&run(folder.path(), &["--help"]).stdout);
    let commands: Vec<&str> = help
        .lines()
        .skip_while(|l| *l != "Commands:")
        .skip(1)
        .take_while(|l| !l.is_empty())
        .filter_map(|l| l.split_whitespace().next())
        .filter(|c| *c != "help")
        .collect();
    assert!(commands.len() >= 2, "{help}");
    for command in commands {
        let output = run(folder.path(), &[command, "--help"]);
        assert_eq!(code(&output), 0);
        assert!(text(&output.stdout).contains("\nExamples:\n"), "{command} --help shows no examples");
    }
}

#[test]
fn clean_is_0_findings_are_1_problems_are_2() {
    let clean = workspace(&[("a.journey", GOOD)]);
    assert_eq!(code(&run(clean.path(), &["check"])), 0);
    let findings = workspace(&[("a.journey", BAD)]);
    let output = run(findings.path(), &["check"]);
    assert_eq!(code(&output), 1);
    assert!(text(&output.stdout).contains("a.journey:"), "findings are the result: standard output");
    assert!(text(&output.stderr).starts_with("checked 1 file: "), "{}", text(&output.stderr));
}

#[test]
fn without_a_manifest_the_message_shows_how_to_make_one() {
    let folder = TempDir::new().expect("there is room for temporary files");
    let output = run(folder.path(), &["check"]);
    assert_eq!(code(&output), 2);
    let shown = text(&output.stderr);
    assert!(shown.contains("WL9001") && shown.contains("zone = \"Europe/Berlin\""), "{shown}");
}

#[test]
fn a_workspace_is_found_from_below_and_paths_lead_there() {
    let folder = workspace(&[("a.journey", BAD), ("sub/deep/b.journey", GOOD)]);
    let output = run(&folder.path().join("sub/deep"), &["check", "--format", "plain"]);
    assert!(text(&output.stdout).starts_with("../../a.journey:"), "{}", text(&output.stdout));
}

#[cfg(unix)]
#[test]
fn a_file_that_cannot_be_read_is_named_and_the_rest_is_checked() {
    let folder = workspace(&[("a.journey", GOOD), ("c.journey", BAD)]);
    // A link that leads nowhere cannot be read by anybody, not even by the user that tests often run as.
    std::os::unix::fs::symlink("nowhere", folder.path().join("b.journey")).expect("the link can be made");
    let output = run(folder.path(), &["check"]);
    assert_eq!(code(&output), 2);
    let problem = text(&output.stderr);
    assert!(
        problem.contains("cannot read b.journey") && problem.contains("repair it or remove it"),
        "{problem}"
    );
    assert!(text(&output.stdout).contains("c.journey"), "the rest is checked");
    let json = run(folder.path(), &["check", "--format", "json"]);
    let document: serde_json::Value = serde_json::from_slice(&json.stdout).expect("it is JSON");
    assert_eq!(document["problems"][0]["code"], "WL9002");
    assert_ne!(document["summary"]["errors"], 0);
}

#[cfg(unix)]
#[test]
fn links_in_a_circle_end_and_no_file_is_read_twice() {
    let folder = workspace(&[("sub/a.journey", GOOD)]);
    std::os::unix::fs::symlink("..", folder.path().join("sub/up")).expect("the link can be made");
    std::os::unix::fs::symlink("sub", folder.path().join("also")).expect("the link can be made");
    let output = run(folder.path(), &["check"]);
    assert_eq!(
        (code(&output), text(&output.stderr).as_str()),
        (0, "checked 1 file, no journeys: no errors, no warnings\n")
    );
}

#[cfg(unix)]
#[test]
fn names_that_are_not_unicode_are_shown_and_read() {
    use std::os::unix::ffi::OsStrExt;
    let folder = workspace(&[("a.journey", GOOD)]);
    let name = std::ffi::OsStr::from_bytes(b"caf\xE9.journey");
    fs::write(folder.path().join(name), BAD).expect("it can be written");
    let output = run(folder.path(), &["check", "--format", "plain"]);
    assert!(text(&output.stdout).starts_with("caf\u{FFFD}.journey:"), "{}", text(&output.stdout));
}

#[test]
fn hidden_and_foreign_folders_are_left_alone() {
    let nested = MANIFEST.as_bytes();
    let folder = workspace(&[
        ("a.journey", GOOD),
        (".hidden/b.journey", BAD),
        ("target/c.journey", BAD),
        ("node_modules/d/e.journey", BAD),
        ("other/wayline.toml", nested),
        ("other/f.journey", BAD),
    ]);
    assert_eq!(code(&run(folder.path(), &["check"])), 0);
    assert_eq!(code(&run(folder.path(), &["check", "other"])), 1);
}

#[test]
fn byte_order_marks_and_carriage_returns_keep_lines_and_columns_true() {
    let folder = workspace(&[("a.journey", b"\xEF\xBB\xBFcustomer { }\r\n\r\njourney x {\r\n")]);
    let output = run(folder.path(), &["check", "--format", "plain"]);
    assert_eq!(code(&output), 1);
    assert!(text(&output.stdout).starts_with("a.journey:"), "{}", text(&output.stdout));
    let marked = workspace(&[("a.journey", b"\xEF\xBB\xBFcustomer { plan text = \"free\" }\r\n")]);
    assert_eq!(code(&run(marked.path(), &["check"])), 0);
}

#[test]
fn bytes_that_are_no_text_are_a_finding() {
    let folder = workspace(&[("a.journey", b"customer { }\n# caf\xE9\n")]);
    let output = run(folder.path(), &["check", "--format", "plain"]);
    assert!(text(&output.stdout).contains("a.journey:2:6: error[WL0001]"), "{}", text(&output.stdout));
}

#[test]
fn a_file_over_the_limit_is_a_finding() {
    let folder = workspace(&[("a.journey", GOOD)]);
    let large = fs::File::create(folder.path().join("b.journey")).expect("it can be made");
    large.set_len(65 * 1024 * 1024).expect("there is room");
    let output = run(folder.path(), &["check", "--format", "plain"]);
    assert_eq!(code(&output), 1);
    assert!(text(&output.stdout).contains("error[WL0002]"), "{}", text(&output.stdout));
}

/// Nothing in the pipeline may take quadratic time: this file would then keep the test busy for hours.
#[test]
fn a_large_file_is_checked() {
    let mut large = String::from("customer { plan text = \"free\" }\n");
    for number in 0..20_000 {
        large.push_str(&format!("## Number {number}.\nevent e{number} {{ a text, b number, c? date }}\n"));
    }
    let folder = workspace(&[("a.journey", large.as_bytes())]);
    let output = run(folder.path(), &["check", "--format", "plain"]);
    assert_eq!(code(&output), 0, "{:.400}", text(&output.stdout));
}

/// A pipe nobody reads from.
fn closed_pipe() -> Stdio {
    let (reader, writer) = std::io::pipe().expect("there are pipes");
    drop(reader);
    writer.into()
}

#[test]
fn nobody_reading_is_no_problem() {
    let folder = workspace(&[("a.journey", BAD)]);
    for (arguments, expected) in [(&["explain"][..], 0), (&["check"], 1), (&["check", "--format", "json"], 1)]
    {
        let mut command = wayline(folder.path());
        let output =
            command.args(arguments).stdout(closed_pipe()).stderr(Stdio::piped()).output().expect("it starts");
        assert_eq!(code(&output), expected, "{arguments:?}");
        assert!(!text(&output.stderr).contains("ipe"), "{arguments:?}: {}", text(&output.stderr));
        let quiet = wayline(folder.path()).args(arguments).stderr(closed_pipe()).output().expect("it starts");
        assert_eq!(code(&quiet), expected, "{arguments:?}");
    }
}

#[test]
fn colours_are_chosen_by_option_and_environment() {
    let folder = workspace(&[("a.journey", BAD)]);
    let escape = |output: &Output| output.stdout.contains(&0x1B);
    assert!(!escape(&run(folder.path(), &["check"])), "no terminal, no colours");
    assert!(escape(&run(folder.path(), &["check", "--color", "always"])));
    let mut ascii = wayline(folder.path());
    let output = ascii.arg("check").env("LC_ALL", "C").output().expect("it starts");
    assert!(output.stdout.is_ascii(), "{}", text(&output.stdout));
    let mut dumb = wayline(folder.path());
    let output = dumb.arg("check").env("TERM", "dumb").output().expect("it starts");
    assert!(text(&output.stdout).starts_with("a.journey:"), "{}", text(&output.stdout));
}

#[test]
fn compile_writes_a_program_only_when_there_is_no_error() {
    let folder = workspace(&[("a.journey", BAD)]);
    let output = run(folder.path(), &["compile", "-o", "out.json"]);
    assert_eq!(code(&output), 1);
    assert!(output.stdout.is_empty() && !folder.path().join("out.json").exists());
    let schema = run(folder.path(), &["compile", "--schema"]);
    assert!(serde_json::from_slice::<serde_json::Value>(&schema.stdout).is_ok());
}

/// A workspace that sends a message to everybody who signs up.
const HELLO: &[u8] = b"customer { email text }
event signup { }
topic news { needs consent }
channel email { kind email  to customer.email }
message welcome on email { topic news  subject \"Welcome\"  body \"Hello.\" }
journey hello {
  enter on signup
  send welcome
}
";
const PEOPLE: &[u8] = b"id,email,consent.news.email\na,a@x.example,given\nb,b@x.example,given\n";

#[test]
fn bad_rows_are_counted_or_end_a_strict_run() {
    let events = b"{\"customer\":\"a\",\"event\":\"signup\",\"time\":\"2026-01-05T10:00:00Z\"}\n{\"customer\":\"b\",\"event\":\"singup\",\"time\":\"2026-01-05T11:00:00Z\"}\n";
    let folder = workspace(&[("a.journey", HELLO), ("people.csv", PEOPLE), ("events.jsonl", events)]);
    let simulate = ["simulate", "--customers", "people.csv", "--events", "events.jsonl"];
    let lenient = run(folder.path(), &simulate);
    assert_eq!(code(&lenient), 0, "{}", text(&lenient.stderr));
    assert!(text(&lenient.stdout).contains("events.jsonl:2"), "{}", text(&lenient.stdout));
    let strict = run(folder.path(), &[&simulate[..], &["--strict", "--log", "log.csv"]].concat());
    assert_eq!(code(&strict), 1);
    assert!(text(&strict.stderr).contains("events.jsonl:2"), "{}", text(&strict.stderr));
    assert!(!folder.path().join("log.csv").exists(), "a run that was not made leaves no log");
}

#[test]
fn a_run_that_cannot_be_made_says_why() {
    let folder = workspace(&[("a.journey", HELLO), ("people.csv", PEOPLE), ("map.toml", b"no = [")]);
    for (arguments, expected) in [
        (&["simulate"][..], "there are no customers"),
        (&["simulate", "--personas", "5"], "no personas"),
        (&["simulate", "--customers", "nobody.csv"], "cannot read nobody.csv"),
        (&["simulate", "--customers", "people.csv", "--map", "map.toml"], "map.toml"),
        (&["simulate", "--customers", "people.csv", "--log", "log.parquet"], "end it with .csv or .jsonl"),
        (&["simulate", "--customers", "people.csv", "--log", "no/such/log.csv"], "make its folder first"),
        (&["simulate", "--from", "tomorrow"], "tomorrow"),
        (
            &["simulate", "--customers", "people.csv", "--from", "2026-02-01", "--until", "2026-01-01"],
            "before it begins",
        ),
        (&["explain-run", "people.csv", "a"], "no decision log"),
    ] {
        let output = run(folder.path(), arguments);
        assert_eq!(code(&output), 2, "{arguments:?}: {}", text(&output.stdout));
        let shown = text(&output.stderr).split_whitespace().collect::<Vec<_>>().join(" ").replace("│ ", "");
        assert!(shown.contains(expected), "{arguments:?}: {shown}");
    }
}

#[test]
fn logs_come_in_every_form_and_can_be_read_back() {
    let events = b"customer,event,time\na,signup,2026-01-05T10:00:00Z\nb,signup,2026-01-05T11:00:00Z\n";
    let folder = workspace(&[("a.journey", HELLO), ("people.csv", PEOPLE), ("events.csv", events)]);
    let simulate = ["simulate", "--customers", "people.csv", "--events", "events.csv", "--log"];
    for name in ["log.csv", "log.jsonl", "log.csv.gz", "log.jsonl.gz"] {
        let made = run(folder.path(), &[&simulate[..], &[name]].concat());
        assert_eq!(code(&made), 0, "{}", text(&made.stderr));
        let told = run(folder.path(), &["explain-run", name, "b"]);
        assert!(text(&told.stdout).contains("sent welcome on email"), "{name}: {}", text(&told.stdout));
    }
    let standard = run(folder.path(), &[&simulate[..], &["-"]].concat());
    assert_eq!(standard.stdout, fs::read(folder.path().join("log.csv")).expect("it was written"));
    assert!(text(&standard.stderr).contains("2 customers"), "{}", text(&standard.stderr));
    let json =
        run(folder.path(), &["simulate", "--customers", "people.csv", "--events", "events.csv", "--json"]);
    let summary: serde_json::Value = serde_json::from_slice(&json.stdout).expect("it is JSON");
    assert_eq!(summary["events"], 2);
    let broken =
        wayline(folder.path()).args(simulate).arg("-").stdout(closed_pipe()).output().expect("it starts");
    assert_eq!(code(&broken), 0, "{}", text(&broken.stderr));
}

const UNTIDY: &[u8] =
    b"\xEF\xBB\xBF# A remark.\r\ncustomer   { plan text=\"free\" }   # after\r\n\r\n\r\n\r\nevent  e{}\r\n";
const TIDY: &[u8] = b"# A remark.\ncustomer { plan text = \"free\" } # after\n\nevent e { }\n";

#[test]
fn fmt_rewrites_files_and_says_which() {
    let folder = workspace(&[("a.journey", UNTIDY), ("sub/b.journey", TIDY)]);
    let output = run(folder.path(), &["fmt"]);
    assert_eq!((code(&output), text(&output.stdout).as_str()), (0, "a.journey\n"));
    assert_eq!(text(&output.stderr), "1 file formatted, 1 unchanged\n");
    assert_eq!(text(&fs::read(folder.path().join("a.journey")).expect("it is there")), text(TIDY));
    let left: Vec<_> = fs::read_dir(folder.path()).expect("it can be read").collect();
    assert_eq!(left.len(), 3, "nothing is left beside the files");
    let again = run(folder.path(), &["fmt", "--check"]);
    assert_eq!((code(&again), again.stdout.len()), (0, 0));
}

#[test]
fn fmt_check_shows_differences_and_changes_nothing() {
    let folder = workspace(&[("a.journey", UNTIDY)]);
    let output = run(folder.path(), &["fmt", "--check"]);
    assert_eq!(code(&output), 1);
    let shown = text(&output.stdout);
    assert!(shown.starts_with("--- a.journey\n") && shown.contains("-event  e{}\u{240D}\n"), "{shown}");
    assert_eq!(fs::read(folder.path().join("a.journey")).expect("it is there"), UNTIDY);
}

#[test]
fn fmt_leaves_broken_files_alone_and_formats_the_rest() {
    let folder = workspace(&[("a.journey", BAD), ("b.journey", UNTIDY)]);
    let output = run(folder.path(), &["fmt"]);
    assert_eq!(code(&output), 1);
    assert!(text(&output.stderr).contains("a.journey:"), "{}", text(&output.stderr));
    assert_eq!(fs::read(folder.path().join("a.journey")).expect("it is there"), BAD);
    assert_eq!(fs::read(folder.path().join("b.journey")).expect("it is there"), TIDY);
    let missing = run(folder.path(), &["fmt", "nobody.journey", "b.journey"]);
    assert_eq!(code(&missing), 2);
    assert!(text(&missing.stderr).contains("cannot read nobody.journey"), "{}", text(&missing.stderr));
}

#[test]
fn fmt_reads_standard_input() {
    let folder = TempDir::new().expect("there is room for temporary files");
    let output = with_input(folder.path(), &["fmt", "--stdin"], UNTIDY);
    assert_eq!((code(&output), text(&output.stdout)), (0, text(TIDY)));
    let tidy = with_input(folder.path(), &["fmt", "--stdin"], TIDY);
    assert_eq!(tidy.stdout, TIDY);
    let check = with_input(folder.path(), &["fmt", "--stdin", "--check"], UNTIDY);
    assert_eq!(code(&check), 1);
    let broken = with_input(folder.path(), &["fmt", "--stdin"], BAD);
    assert_eq!((code(&broken), broken.stdout.len()), (1, 0), "no text is better than half of one");
    assert!(text(&broken.stderr).contains("<stdin>:"), "{}", text(&broken.stderr));
}

#[cfg(unix)]
#[test]
fn fmt_keeps_permissions_and_links() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let folder = workspace(&[("real.journey", UNTIDY), ("locked.journey", UNTIDY)]);
    let (real, link) = (folder.path().join("real.journey"), folder.path().join("link.journey"));
    fs::set_permissions(&real, fs::Permissions::from_mode(0o640)).expect("it is ours");
    symlink("real.journey", &link).expect("the link can be made");
    let locked = folder.path().join("locked.journey");
    fs::set_permissions(&locked, fs::Permissions::from_mode(0o444)).expect("it is ours");
    let output = run(folder.path(), &["fmt", "link.journey", "locked.journey"]);
    assert_eq!(code(&output), 2);
    assert!(text(&output.stderr).contains("cannot write locked.journey"), "{}", text(&output.stderr));
    assert!(fs::symlink_metadata(&link).expect("it is there").is_symlink());
    assert_eq!(fs::read(&real).expect("it is there"), TIDY);
    assert_eq!(fs::metadata(&real).expect("it is there").permissions().mode() & 0o777, 0o640);
    assert_eq!(fs::read(&locked).expect("it is there"), UNTIDY);
}

/// A workspace that is simulated for longer than anybody waits.
#[cfg(unix)]
const ENDLESS: &[u8] = b"customer { plan text = \"free\" }
event visit { }
topic news { always allowed }
channel mail { kind task  to \"us\" }
message hello on mail { topic news  body \"Hello.\" }
journey greet { enter on visit  send hello }
persona one { share 100%  customer { }  does visit every 1 hour }
";

#[cfg(unix)]
#[test]
fn an_interrupted_simulation_leaves_no_file() {
    let folder = workspace(&[("a.journey", ENDLESS)]);
    let names = || -> Vec<String> {
        let entries = fs::read_dir(folder.path()).expect("the folder is there");
        let mut names: Vec<String> = entries
            .map(|entry| entry.expect("it is there").file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    };
    let mut child = wayline(folder.path())
        .args(["simulate", "--personas", "4000000", "--log", "log.csv"])
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    while !names().iter().any(|name| name.starts_with(".log.csv.")) {
        assert!(child.try_wait().expect("it can be asked").is_none(), "it ended by itself");
        std::thread::yield_now();
    }
    let killed = Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    assert!(killed.expect("there is a kill").success());
    assert_eq!(child.wait().expect("it ends").code(), Some(130));
    assert_eq!(names(), ["a.journey", "wayline.toml"]);
}

/// Runs a command with a text on standard input.
fn with_input(folder: &Path, arguments: &[&str], input: &[u8]) -> Output {
    let mut child = wayline(folder)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    child.stdin.take().expect("it was piped").write_all(input).expect("it reads");
    child.wait_with_output().expect("it ends")
}
