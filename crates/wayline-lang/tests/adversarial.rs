//! Texts made to be slow are read to the end, and what is found in them is what is wrong with them.
//!
//! How long it takes is asked by the bench of the same name. What grows faster than its text does not end here.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

#[path = "adversarial/inputs.rs"]
mod inputs;

use std::collections::BTreeMap;

#[test]
fn each_is_read_and_what_is_wrong_is_found() {
    let mut wrong = Vec::new();
    for form in inputs::FORMS {
        let size = form.size.min(1000);
        let compiled = inputs::compiled(&(form.text)(size));
        let mut found: BTreeMap<String, usize> = BTreeMap::new();
        for finding in &compiled.diagnostics {
            *found.entry(finding.code.to_string()).or_default() += 1;
        }
        let expected: BTreeMap<String, usize> =
            (form.findings)(size).into_iter().map(|(code, count)| (code.to_owned(), count)).collect();
        if found != expected {
            let first = compiled.diagnostics.first().map(|finding| finding.message.as_str());
            wrong.push(format!("{}: {found:?} instead of {expected:?}, first {first:?}", form.name));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Flows in a circle cannot be counted: the circle is told, and they are not written out for ever.
#[test]
fn flows_that_double_in_a_circle_end() {
    let mut text = "customer { } event e { } flow f0 { do f20 } journey j { enter on e  do f20 }".to_owned();
    for flow in 1..=20 {
        text.push_str(&format!(" flow f{flow} {{ do f{0}  do f{0} }}", flow - 1));
    }
    let compiled = inputs::compiled(&text);
    assert!(compiled.diagnostics.iter().any(|finding| finding.code.as_str() == "WL1022"));
}
