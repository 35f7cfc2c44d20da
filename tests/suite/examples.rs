//! The examples: each has a session of its own in `tests/console/examples`.

use wayline_tests::{cases, read, relative, repository};

/// What every example's session shows. The sessions themselves are run by the suite `console`.
const SHOWN: [&str; 4] = ["$ wayline fmt --check\n", "$ wayline check\n", "$ wayline simulate ", "sha256sum"];

#[test]
fn every_example_has_a_session() {
    let examples = cases("examples");
    assert!(examples.iter().all(|case| case.workspace), "a journey file below examples lies in no workspace");
    for case in examples {
        let name = case.path.file_name().expect("it is a folder").to_string_lossy().into_owned();
        let path = repository().join(format!("tests/console/examples/{name}.console"));
        let session = if path.exists() { read(&path) } else { String::new() };
        assert!(session.starts_with(&format!("# dir: {}\n", case.name())), "{} is missing", relative(&path));
        for shown in SHOWN {
            assert!(session.contains(shown), "{} lacks `{}`", relative(&path), shown.trim());
        }
    }
}
