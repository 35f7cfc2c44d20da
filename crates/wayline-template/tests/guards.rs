//! Guards, exhaustively: every small condition with every use in each of its branches, against every small value.
//!
//! What the checker passes must render with all values. What it refuses for a missing value or element must fail with some
//! value, wherever the condition is a single comparison: the checker is exact there.

use wayline_template::{
    Escape, Field, FindingKind, RenderError, Renderer, Schema, Template, Ty, Value, check, parse,
};

fn schema() -> Schema {
    let list = || Ty::List(Box::new(Ty::Text));
    let record = Ty::Record(vec![Field::required("a", Ty::Text), Field::optional("b", Ty::Text)]);
    Schema {
        roots: vec![
            Field::required("l", list()),
            Field::optional("m", list()),
            Field::optional("o", Ty::Text),
            Field::optional("r", record),
            Field::required("yes", Ty::YesNo),
        ],
    }
}

/// All values: lists of up to three, everything optional there or not.
fn values() -> Vec<Value> {
    let text = || Value::Text("x".into());
    let list = |length: usize| Value::List(vec![text(); length]);
    let optional = |value: Value| [value, Value::Missing];
    let record = |b: Value| Value::Record(vec![("a".into(), text()), ("b".into(), b)]);
    let mut all = Vec::new();
    for l in (0..4).map(list) {
        for m in [list(0), list(2), Value::Missing] {
            for o in optional(text()) {
                for r in [record(text()), record(Value::Missing), Value::Missing] {
                    let roots = [("l", l.clone()), ("m", m.clone()), ("o", o.clone()), ("r", r)];
                    for yes in [true, false] {
                        let mut roots: Vec<(String, Value)> =
                            roots.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
                        roots.push(("yes".into(), Value::YesNo(yes)));
                        all.push(Value::Record(roots));
                    }
                }
            }
        }
    }
    all
}

const USES: &[&str] = &[
    "l[0]",
    "l[1]",
    "l[2]",
    "l.first",
    "l.last",
    "l | first",
    "l | last",
    "m[0]",
    "m.size",
    "o",
    "r.a",
    "r.b",
];

fn comparisons() -> Vec<String> {
    let mut all: Vec<String> =
        ["l.first", "l[1]", "l.last", "l != empty", "l == blank", "empty == l", "m", "m[1]", "m != blank"]
            .into_iter()
            .chain(["o", "o != nil", "nil == o", "o == blank", "r", "r.b", "r.b == nil", "r.a != nil", "yes"])
            .map(str::to_owned)
            .collect();
    for operator in ["==", "!=", "<", ">", "<=", ">="] {
        for size in 0..3 {
            all.push(format!("l.size {operator} {size}"));
            all.push(format!("{size} {operator} l.size"));
        }
    }
    all
}

/// Whether it passes, and whether it was refused only for what may be missing.
fn verdict(template: &Template, schema: &Schema) -> (bool, bool) {
    let findings = check(template, schema);
    let missing = |kind| matches!(kind, FindingKind::PossiblyMissing | FindingKind::IndexMayNotExist);
    (findings.is_empty(), findings.iter().all(|finding| missing(finding.kind)))
}

fn renders(template: &Template, values: &[Value]) -> Result<(), RenderError> {
    let renderer = Renderer::new(template, Escape::None)?;
    values.iter().try_for_each(|values| renderer.render(values).map(drop))
}

#[test]
fn one_comparison_guards_exactly() {
    let (schema, values) = (schema(), values());
    let mut passed = 0;
    for comparison in comparisons() {
        for used in USES {
            for source in [
                format!("{{% if {comparison} %}}{{{{ {used} }}}}{{% endif %}}"),
                format!("{{% if {comparison} %}}{{% else %}}{{{{ {used} }}}}{{% endif %}}"),
                format!("{{% unless {comparison} %}}{{{{ {used} }}}}{{% endunless %}}"),
                format!("{{% if {comparison} %}}{{% endif %}}{{{{ {used} }}}}"),
            ] {
                let template = parse(&source).unwrap();
                let (passes, refused_as_missing) = verdict(&template, &schema);
                let outcome = renders(&template, &values);
                assert!(!passes || outcome.is_ok(), "{source}: {outcome:?}");
                assert!(
                    passes || !refused_as_missing || outcome.is_err(),
                    "{source}: refused, but always renders"
                );
                passed += usize::from(passes);
            }
        }
    }
    assert!(passed >= 150, "only {passed} pass");
}

#[test]
fn joined_comparisons_and_elsif_guard_soundly() {
    let (schema, values) = (schema(), values());
    let few = [
        "l.size > 1",
        "l.size == 0",
        "l != empty",
        "2 >= l.size",
        "m",
        "m == blank",
        "o",
        "o == nil",
        "r.b",
        "yes",
    ];
    let mut passed = 0;
    for first in few {
        for second in few {
            for used in ["l[0]", "l[1]", "m.size", "o", "r.a"] {
                for source in [
                    format!("{{% if {first} and {second} %}}{{{{ {used} }}}}{{% endif %}}"),
                    format!("{{% if {first} and {second} %}}{{% else %}}{{{{ {used} }}}}{{% endif %}}"),
                    format!("{{% if {first} or {second} %}}{{{{ {used} }}}}{{% endif %}}"),
                    format!("{{% if {first} or {second} %}}{{% else %}}{{{{ {used} }}}}{{% endif %}}"),
                    format!("{{% unless {first} or {second} %}}{{{{ {used} }}}}{{% endunless %}}"),
                    format!("{{% if {first} %}}{{% elsif {second} %}}{{{{ {used} }}}}{{% endif %}}"),
                    format!(
                        "{{% if {first} %}}{{% elsif {second} %}}{{% else %}}{{{{ {used} }}}}{{% endif %}}"
                    ),
                    format!(
                        "{{% if {first} %}}{{% if {second} %}}{{{{ {used} }}}}{{% endif %}}{{% endif %}}"
                    ),
                ] {
                    let template = parse(&source).unwrap();
                    if verdict(&template, &schema).0 {
                        let outcome = renders(&template, &values);
                        assert!(outcome.is_ok(), "{source}: {outcome:?}");
                        passed += 1;
                    }
                }
            }
        }
    }
    assert!(passed >= 600, "only {passed} pass");
}
