//! One corpus through both parts of the crate, checker and renderer, so that they cannot drift.
//!
//! `corpus/*.liquid` hold cases. A case is a line `=== what it shows`, with ` [html]` at its end for HTML escaping, the
//! template, and then one of
//!
//! - `--- output` and the text it renders to. The checker must find nothing. The untouched template, rendered by the
//!   `liquid` crate alone, must give the same, unless `--- plain liquid differs: why` says why not; then it must differ.
//! - `--- findings` and one line per finding: place, kind, message; below it label, help and fix.
//!
//! `--- values {…}` (JSON) is laid over `shop.json`. The schema is `shop.schema`. With `WAYLINE_UPDATE_CORPUS=1` the
//! expectations are rewritten from what happens; read the difference before you believe it.

#![expect(
    clippy::disallowed_methods,
    reason = "reads its corpus from files and its update switch from the environment"
)]
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

#[path = "support/shop.rs"]
mod shop;

use std::fmt::Write;
use std::path::Path;

use serde_json::Value as Json;
use shop::schema;
use wayline_template::{Escape, Field, Finding, Renderer, Schema, Ty, Value, check, parse};

struct Case {
    title: String,
    template: String,
    values: Option<String>,
    plain_differs: Option<String>,
    expected: String,
}

fn cases(text: &str) -> (String, Vec<Case>) {
    let mut parts = text.split("\n=== ");
    let intro = parts.next().unwrap_or_default().to_owned();
    let cases = parts.map(|part| {
        let (title, rest) = part.split_once('\n').unwrap_or((part, ""));
        let mut case = Case {
            title: title.to_owned(),
            template: String::new(),
            values: None,
            plain_differs: None,
            expected: String::new(),
        };
        let mut in_expected = false;
        for line in rest.split_inclusive('\n') {
            if let Some(values) = line.strip_prefix("--- values ") {
                case.values = Some(values.trim().to_owned());
            } else if let Some(why) = line.strip_prefix("--- plain liquid differs: ") {
                case.plain_differs = Some(why.trim().to_owned());
            } else if line.trim() == "--- output" || line.trim() == "--- findings" {
                in_expected = true;
                case.expected.push_str(line);
            } else if in_expected {
                case.expected.push_str(line);
            } else {
                case.template.push_str(line);
            }
        }
        case.template = case.template.strip_suffix('\n').unwrap_or(&case.template).to_owned();
        case
    });
    (intro, cases.collect())
}

/// Line and column (in characters), from one.
fn place(source: &str, at: usize) -> String {
    let before = &source[..at];
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    format!("{line}:{column}")
}

fn describe(source: &str, findings: &[Finding]) -> String {
    let mut text = String::from("--- findings\n");
    for finding in findings {
        let (from, to) = (place(source, finding.span.start), place(source, finding.span.end));
        writeln!(text, "{from}-{to} {:?}: {}", finding.kind, finding.message).unwrap();
        writeln!(text, "  label: {}", finding.label).unwrap();
        writeln!(text, "  help: {}", finding.help.as_deref().expect("each finding has a help")).unwrap();
        if let Some((span, new)) = &finding.suggestion {
            writeln!(text, "  fix: `{}` -> `{new}`", &source[span.clone()]).unwrap();
        }
    }
    text
}

/// What the `liquid` crate makes of the template by itself, with values as a user of it would pass them.
fn plain(template: &str, values: &Value) -> Result<String, String> {
    let parser = liquid::ParserBuilder::with_stdlib().build().unwrap();
    let template = parser.parse(template).map_err(|error| error.to_string())?;
    let liquid::model::Value::Object(globals) = natural(values) else { panic!("values are a record") };
    template.render(&globals).map_err(|error| error.to_string())
}

fn natural(value: &Value) -> liquid::model::Value {
    use liquid::model::Value as Liquid;
    match value {
        Value::Missing => Liquid::Nil,
        Value::YesNo(yes) => Liquid::scalar(*yes),
        Value::Number(text) => match text.parse::<i64>() {
            Ok(number) => Liquid::scalar(number),
            Err(_) => Liquid::scalar(text.parse::<f64>().unwrap()),
        },
        Value::Text(text)
        | Value::Date(text)
        | Value::Time(text)
        | Value::Moment(text)
        | Value::Duration(text) => Liquid::scalar(text.clone()),
        Value::Money { amount, .. } => Liquid::scalar(amount.clone()),
        Value::List(items) => Liquid::Array(items.iter().map(natural).collect()),
        Value::Record(fields) => {
            Liquid::Object(fields.iter().map(|(name, value)| (name.clone().into(), natural(value))).collect())
        }
        other => panic!("no natural form of {other:?}"),
    }
}

/// What happens to a case, in the form of its expectation, and what plain Liquid makes of it.
fn run(case: &Case, schema: &Schema, base: &Json) -> (String, Option<Result<String, String>>) {
    let mut json = base.clone();
    if let Some(values) = &case.values {
        merge(&mut json, &serde_json::from_str(values).expect("values are JSON"));
    }
    let values = value(&Ty::Record(schema.roots.clone()), &json);
    let html = case.title.ends_with("[html]");
    let template = match parse(&case.template) {
        Ok(template) => template,
        Err(findings) => return (describe(&case.template, &findings), None),
    };
    let findings = check(&template, schema);
    if !findings.is_empty() {
        return (describe(&case.template, &findings), None);
    }
    let renderer = Renderer::new(&template, if html { Escape::Html } else { Escape::None });
    let rendered = renderer.and_then(|renderer| renderer.render(&values));
    let output = rendered.unwrap_or_else(|error| format!("!!! render error: {error}"));
    (format!("--- output\n{output}\n"), (!html).then(|| plain(&case.template, &values)))
}

/// A value of the type from JSON; texts stand for everything that is not a list, record or yes or no.
fn value(ty: &Ty, json: &Json) -> Value {
    let text = || json.as_str().unwrap_or_else(|| panic!("{json} is not a text for {ty:?}")).to_owned();
    match (ty, json) {
        (_, Json::Null) => Value::Missing,
        (Ty::Number, _) => Value::Number(text()),
        (Ty::Money(currency), _) => Value::Money { amount: text(), currency: currency.clone() },
        (Ty::YesNo, Json::Bool(yes)) => Value::YesNo(*yes),
        (Ty::Date, _) => Value::Date(text()),
        (Ty::Time, _) => Value::Time(text()),
        (Ty::Moment, _) => Value::Moment(text()),
        (Ty::Duration, _) => Value::Duration(text()),
        (Ty::List(item), Json::Array(items)) => {
            Value::List(items.iter().map(|json| value(item, json)).collect())
        }
        (Ty::Record(fields), Json::Object(object)) => {
            for name in object.keys() {
                assert!(fields.iter().any(|field| field.name == *name), "{name} is not in the schema");
            }
            let value = |field: &Field| {
                (field.name.clone(), value(&field.ty, object.get(&field.name).unwrap_or(&Json::Null)))
            };
            Value::Record(fields.iter().map(value).collect())
        }
        _ => Value::Text(text()),
    }
}

/// Lays one JSON document over another, record by record.
fn merge(base: &mut Json, over: &Json) {
    match (base, over) {
        (Json::Object(base), Json::Object(over)) => {
            for (name, value) in over {
                merge(base.entry(name.clone()).or_insert(Json::Null), value);
            }
        }
        (base, over) => *base = over.clone(),
    }
}

#[test]
fn corpus() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus");
    let read = |name: &str| std::fs::read_to_string(folder.join(name)).unwrap();
    let schema = schema();
    let base: Json = serde_json::from_str(&read("shop.json")).unwrap();
    let update = std::env::var("WAYLINE_UPDATE_CORPUS").is_ok();
    let mut files: Vec<String> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.ends_with(".liquid"))
        .collect();
    files.sort();
    let mut failures = String::new();
    let mut count = 0;
    for file in &files {
        let (intro, cases) = cases(&read(file));
        let mut rewritten = intro;
        for case in &cases {
            count += 1;
            let (actual, plain) = run(case, &schema, &base);
            // A blank line between cases belongs to no expectation.
            if actual.trim_end_matches('\n') != case.expected.trim_end_matches('\n') {
                writeln!(
                    failures,
                    "\n{file}: {}\n  expected {}\n  but got  {}",
                    case.title,
                    case.expected.replace('\n', "\n    "),
                    actual.replace('\n', "\n    ")
                )
                .unwrap();
            }
            let ours = actual.strip_prefix("--- output\n").and_then(|text| text.strip_suffix('\n'));
            let differs = plain.as_ref().is_some_and(|plain| plain.as_deref().ok() != ours);
            if differs != case.plain_differs.is_some() {
                writeln!(failures, "\n{file}: {}\n  plain liquid gives {plain:?}", case.title).unwrap();
            }
            write!(rewritten, "\n=== {}\n{}\n", case.title, case.template).unwrap();
            if let Some(values) = &case.values {
                writeln!(rewritten, "--- values {values}").unwrap();
            }
            if let Some(why) = &case.plain_differs {
                writeln!(rewritten, "--- plain liquid differs: {why}").unwrap();
            }
            rewritten.push_str(&actual);
        }
        if update {
            std::fs::write(folder.join(file), rewritten).unwrap();
        }
    }
    assert!(failures.is_empty(), "{failures}");
    assert!(count >= 80, "the corpus has shrunk to {count} cases");
}
