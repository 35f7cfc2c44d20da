//! Links between documents lead somewhere: to files that are there and to headings that are written so.

use std::path::Path;

use wayline_tests::{Failures, documents, read, relative};

#[test]
fn links() {
    let mut failures = Failures::default();
    for path in documents() {
        for (line, target) in targets(&read(&path)) {
            failures.case(&format!("{}:{line}", relative(&path)), lead(&path, &target));
        }
    }
    failures.finish(10);
}

/// The targets of all links that stay in the repository, with their lines.
fn targets(text: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let mut fenced = false;
    for (number, line) in text.lines().enumerate() {
        fenced ^= line.trim_start().starts_with("```");
        if fenced {
            continue;
        }
        for rest in line.split("](").skip(1) {
            let target = rest.split(')').next().unwrap_or_default();
            if !target.contains("://") && !target.starts_with("mailto:") {
                found.push((number + 1, target.to_owned()));
            }
        }
    }
    found
}

fn lead(from: &Path, target: &str) -> Result<(), String> {
    let (file, heading) = target.split_once('#').map_or((target, None), |(f, h)| (f, Some(h)));
    let path = if file.is_empty() {
        from.to_owned()
    } else {
        from.parent().expect("it lies in a folder").join(file)
    };
    if !path.exists() {
        return Err(format!("there is no `{file}`"));
    }
    let Some(heading) = heading else { return Ok(()) };
    let found = read(&path).lines().filter(|l| l.starts_with('#')).any(|l| anchor(l) == heading);
    if found { Ok(()) } else { Err(format!("no heading of {} has the anchor `{heading}`", relative(&path))) }
}

/// The anchor that a heading gets on the usual hosts: small letters, signs left out, blanks as `-`.
fn anchor(heading: &str) -> String {
    let text = heading.trim_start_matches('#').trim();
    let kept = text.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
    kept.map(|c| if c == ' ' { '-' } else { c }).flat_map(char::to_lowercase).collect()
}

#[test]
fn anchors_are_those_of_the_hosts() {
    assert_eq!(anchor("## Segments, and `who` they hold"), "segments-and-who-they-hold");
    assert_eq!(targets("[a](b.md) and [c](#d)\n```\n[x](y)\n```\n[e](https://x.example)").len(), 2);
}
