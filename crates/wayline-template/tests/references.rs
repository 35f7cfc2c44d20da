//! What a template reads, as paths from their roots.

#![expect(clippy::unwrap_used, clippy::string_slice, reason = "a test fails by panicking")]

use wayline_template::{Path, Step, parse};

fn text(path: &Path) -> String {
    let mut text = path.root.clone();
    for segment in &path.segments {
        match &segment.step {
            Step::Field(name) => text.extend([".", name]),
            Step::Index(index) => text.push_str(&format!("[{index}]")),
            Step::Last => text.push_str("[-1]"),
            Step::Each => text.push_str("[]"),
        }
    }
    text
}

fn references(source: &str) -> Vec<String> {
    parse(source).unwrap().references().iter().map(text).collect()
}

#[test]
fn every_read_of_data_is_listed_in_order() {
    assert_eq!(
        references(
            "{% assign n = a.b | append: c.d %}{{ n }}{% if e == f[0].g and h %}{{ i }}{% else %}{{ j[-1] }}\
             {% endif %}{% case k %}{% when l %}{% endcase %}"
        ),
        ["a.b", "c.d", "e", "f[0].g", "h", "i", "j[-1]", "k", "l"]
    );
}

#[test]
fn loop_variables_are_resolved_to_their_lists() {
    assert_eq!(
        references(
            "{% for item in cart.items limit: n %}{{ item.name }}{{ forloop.index }}{% for tag in item.tags %}\
             {{ tag }}{% endfor %}{% endfor %}{{ item.name }}{{ forloop.index }}"
        ),
        [
            "cart.items",
            "n",
            "cart.items[].name",
            "cart.items[].tags",
            "cart.items[].tags[]",
            "item.name",
            "forloop.index"
        ]
    );
}

#[test]
fn variables_of_the_template_are_left_out() {
    assert_eq!(references("{% assign xs = a.b %}{% for x in xs %}{{ x.y }}{% endfor %}"), ["a.b"]);
    assert_eq!(references("{% raw %}{{ a }}{% endraw %}{% comment %}{{ b }}{% endcomment %}"), [""; 0]);
}

#[test]
fn spans_are_bytes_of_the_source() {
    let source = "Größe: {{ customer.größe | default: 'é' | append: cart.id }}";
    let template = parse(source).unwrap();
    let spans: Vec<&str> = template.references().iter().map(|path| &source[path.span.clone()]).collect();
    assert_eq!(spans, ["customer.größe", "cart.id"]);
    let first = template.references().remove(0);
    assert_eq!(&source[first.root_span], "customer");
    assert_eq!(&source[first.segments[0].span.clone()], "größe");
}
