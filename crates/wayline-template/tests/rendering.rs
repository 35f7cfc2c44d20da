//! Rendering beyond the corpus: unchecked templates, values outside the schema, bounds.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use wayline_template::{Escape, RenderError, Renderer, Value, parse};

fn render(source: &str, roots: Vec<(&str, Value)>) -> Result<String, RenderError> {
    let roots = roots.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    Renderer::new(&parse(source).unwrap(), Escape::None)?.render(&Value::Record(roots))
}

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

#[test]
fn a_missing_value_is_never_printed_as_nothing() {
    let error = render("Hello {{ name }}", vec![]).unwrap_err();
    assert_eq!(error.to_string(), "a value that should be printed is missing");
    assert!(render("{{ a.b[3].c }}", vec![("a", Value::Missing)]).is_err());
    assert!(render("{{ a | append: b }}", vec![("a", text("x"))]).is_err());
}

#[test]
fn wrong_types_are_errors() {
    assert!(render("{{ a | plus: 1 }}", vec![("a", text("1"))]).is_err());
    assert!(render("{{ a | date: '%Y' }}", vec![("a", text("now"))]).is_err());
    assert!(render("{{ a }}", vec![("a", Value::List(vec![]))]).is_err());
    assert!(render("{% for x in a %}{% endfor %}", vec![("a", text("x"))]).is_err());
    assert_eq!(
        Renderer::new(&parse("x").unwrap(), Escape::None).unwrap().render(&text("x")),
        Err(RenderError::NotARecord)
    );
}

#[test]
fn malformed_values_are_named() {
    let bad = |value| render("{{ a }}", vec![("a", value)]).unwrap_err().to_string();
    assert_eq!(bad(Value::Number("1e9".into())), "`1e9` is not a number");
    assert_eq!(bad(Value::Money { amount: "x".into(), currency: "USD".into() }), "`x` is not a number");
    assert_eq!(bad(Value::Date("2026-02-30".into())), "`2026-02-30` is not a date");
    assert_eq!(bad(Value::Time("24:00".into())), "`24:00` is not a time");
    assert_eq!(bad(Value::Moment("now".into())), "`now` is not a moment");
}

#[test]
fn only_the_roots_that_are_read_are_looked_at() {
    let values = vec![("a", text("x")), ("unread", Value::Number("broken".into()))];
    assert_eq!(render("{{ a }}", values).unwrap(), "x");
}

#[test]
fn texts_and_results_are_bounded() {
    let mut doubling = String::from("{% assign a = 'xxxxxxxxxxxxxxxx' %}");
    doubling.push_str(&"{% assign a = a | append: a %}".repeat(40));
    assert!(render(&doubling, vec![]).unwrap_err().to_string().contains("grows beyond"));
    let replacing = "{% assign a = a | replace: '', a %}".repeat(9);
    assert!(
        render(&replacing, vec![("a", text("abcdefgh"))]).unwrap_err().to_string().contains("grows beyond")
    );
    let list = Value::List(vec![text("x"); 100]);
    let loops =
        "{% for a in l %}{% for b in l %}{% for c in l %}{{ a }}12345678{% endfor %}{% endfor %}{% endfor %}";
    assert_eq!(render(loops, vec![("l", list)]), Err(RenderError::TooLong));
}

#[test]
fn numbers_that_grow_too_large_are_errors() {
    let growing = format!("{{{{ 10 {} }}}}", "| times: 1000000".repeat(9));
    assert_eq!(render(&growing, vec![]).unwrap_err().to_string(), "a number grows beyond 28 digits");
}

#[test]
fn one_renderer_serves_many_customers() {
    let renderer = Renderer::new(&parse("Hi {{ n | default: 'you' }}").unwrap(), Escape::Html).unwrap();
    let other = renderer.clone();
    for (name, expected) in [("<Ana>", "Hi &lt;Ana&gt;"), ("", "Hi you")] {
        let values = Value::Record(vec![("n".into(), text(name))]);
        assert_eq!(other.render(&values).unwrap(), expected);
    }
    fn shared<T: Send + Sync>(_: &T) {}
    shared(&renderer);
}

#[test]
fn a_field_cannot_pretend_to_be_a_number() {
    let value = Value::Record(vec![("#".into(), text("number")), ("#text".into(), text("7"))]);
    assert!(render("{{ a | plus: 1 }}", vec![("a", value)]).is_err());
}

#[test]
fn long_templates_cost_no_depth() {
    let ands = format!("{{% if a {} %}}x{{% endif %}}", "and a ".repeat(5000));
    assert_eq!(render(&ands, vec![("a", Value::YesNo(true))]).unwrap(), "x");
    let elsifs =
        format!("{{% if a == 'no' %}}{}{{% else %}}y{{% endif %}}", "{% elsif a == 'x' %}".repeat(2000));
    assert_eq!(render(&elsifs, vec![("a", text("b"))]).unwrap(), "y");
    let filters = format!("{{{{ a {} }}}}", "| strip ".repeat(5000));
    assert_eq!(render(&filters, vec![("a", text("b"))]).unwrap(), "b");
}
