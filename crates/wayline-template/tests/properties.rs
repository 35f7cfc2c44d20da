//! Properties: nothing panics, the renderer takes what the parser takes, and what the checker passes renders.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

#[path = "support/shop.rs"]
mod shop;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use shop::schema;
use wayline_template::{Escape, Finding, Renderer, Schema, Ty, Value, check, parse};

/// Any value of a type: short lists, texts that hurt, optional values that are missing.
fn value(ty: &Ty) -> BoxedStrategy<Value> {
    let texts =
        select(vec!["", "x", " a b ", "<b>&\"'", "{{ x }}", "ünï\u{301}", "%}", "\u{0}", "2026-01-01", "5"]);
    match ty {
        Ty::Number => {
            select(vec!["0", "1", "-3", "2.50", "100", "0.001"]).prop_map(|n| Value::Number(n.into())).boxed()
        }
        Ty::Money(currency) => {
            let currency = currency.clone();
            select(vec!["0.00", "80.00", "-1.50"])
                .prop_map(move |n| Value::Money { amount: n.into(), currency: currency.clone() })
                .boxed()
        }
        Ty::YesNo => any::<bool>().prop_map(Value::YesNo).boxed(),
        Ty::Date => select(vec!["2026-02-28", "1970-01-01", "9999-12-31", "0000-01-01"])
            .prop_map(|d| Value::Date(d.into()))
            .boxed(),
        Ty::Time => select(vec!["00:00", "23:59:59"]).prop_map(|t| Value::Time(t.into())).boxed(),
        Ty::Moment => {
            select(vec!["2026-03-07T10:00:00-05:00", "2026-03-07T10:00:00.123Z", "0001-01-01T00:00:00+09:30"])
                .prop_map(|m| Value::Moment(m.into()))
                .boxed()
        }
        Ty::Duration => texts.prop_map(|t| Value::Duration(t.into())).boxed(),
        Ty::OneOf(values) => select(values.clone()).prop_map(Value::Text).boxed(),
        Ty::List(item) => vec(value(item), 0..3).prop_map(Value::List).boxed(),
        Ty::Record(fields) => fields
            .iter()
            .map(|field| {
                let name = field.name.clone();
                let present = value(&field.ty);
                let value =
                    if field.optional { prop_oneof![present, Just(Value::Missing)].boxed() } else { present };
                value.prop_map(move |value| (name.clone(), value)).boxed()
            })
            .collect::<Vec<_>>()
            .prop_map(Value::Record)
            .boxed(),
        _ => texts.prop_map(|t| Value::Text(t.into())).boxed(),
    }
}

/// Paths that have to do with each other: a case draws from one or two groups, so that guards meet what they guard.
const GROUPS: &[&[&str]] = &[
    &["customer.first_name", "customer.nick", "customer.last_name", "t"],
    &[
        "customer.interests",
        "customer.interests[0]",
        "customer.interests[1]",
        "customer.interests.first",
        "customer.interests.last",
        "xs",
        "xs[0]",
        "xs.last",
    ],
    &["customer.tags", "customer.tags[0]", "customer.tags.first", "customer.tags[-1]", "x"],
    &["customer.address", "customer.address.city", "customer.address.street"],
    &[
        "cart.items",
        "cart.items[0].note",
        "cart.items.last.name",
        "x",
        "x.note",
        "x.name",
        "x.tags",
        "x.tags[0]",
        "y",
    ],
    &["cart.items", "cart.items[1]", "cart.items[1].price", "xs", "xs[0].size", "xs.first", "x.note", "x"],
    &[
        "customer.age",
        "customer.visits",
        "scores",
        "scores.first",
        "n",
        "x",
        "forloop.index",
        "forloop.first",
    ],
    &["customer.lifetime_value", "customer.credit", "cart.value", "prices", "offer.price", "x"],
    &["customer.birthday", "customer.joined", "days", "offer.last_day", "x"],
    &["offer.ends", "offer.from", "offer.until", "offer.lasts"],
    &["customer.plan", "customer.rank", "customer.vip", "customer.adult", "customer.名前", "nothing"],
];

const FILTERS: &[&str] = &[
    "abs",
    "append: 'x'",
    "append: t",
    "append: n",
    "append: customer.plan",
    "at_least: 1",
    "at_most: n",
    "capitalize",
    "ceil",
    "date: '%Y-%m-%d'",
    "date: '%H:%M %z %s %A %^b %-d'",
    "default: 'x'",
    "default: 0",
    "default: false",
    "default: customer.last_name",
    "divided_by: 3",
    "divided_by: 0.7",
    "downcase",
    "escape",
    "escape_once",
    "first",
    "floor",
    "join",
    "join: ', '",
    "last",
    "lstrip",
    "map: 'name'",
    "map: 'price'",
    "map: 'tags'",
    "minus: 0.1",
    "modulo: 2",
    "newline_to_br",
    "plus: n",
    "prepend: '<'",
    "remove: 'a'",
    "replace: 'a', 'bb'",
    "replace_first: 'a', t",
    "round",
    "round: 2",
    "rstrip",
    "size",
    "sort",
    "strip",
    "strip_html",
    "strip_newlines",
    "times: -1.5",
    "truncate: 3",
    "truncate: 2, ''",
    "truncatewords: 1",
    "upcase",
    "url_encode",
];

const VALUES: &[&str] =
    &["'a'", "\"it's\"", "'pro'", "'gold'", "'2026-01-01'", "'10:00'", "0", "-1", "2.5", "true", "false"];

type Pool = Vec<&'static str>;

fn pool() -> impl Strategy<Value = Pool> {
    vec(select(GROUPS), 1..3).prop_map(|groups| groups.concat())
}

fn path(pool: &Pool) -> impl Strategy<Value = String> + use<> {
    select(pool.clone()).prop_map(str::to_owned)
}

fn operand(pool: &Pool) -> impl Strategy<Value = String> + use<> {
    prop_oneof![9 => path(pool), 1 => select(VALUES).prop_map(str::to_owned)]
}

fn chain(pool: &Pool) -> impl Strategy<Value = String> + use<> {
    let filters = prop_oneof![3 => Just(Vec::new()), 2 => vec(select(FILTERS), 1..4)];
    (operand(pool), filters).prop_map(|(head, filters)| {
        filters.into_iter().fold(head, |chain, filter| format!("{chain} | {filter}"))
    })
}

fn comparison(pool: &Pool) -> impl Strategy<Value = String> + use<> {
    let operators = || select(vec!["==", "!=", "<", ">", "<=", ">="]);
    let special = select(vec!["nil", "empty", "blank"]);
    prop_oneof![
        2 => path(pool),
        1 => (path(pool), prop_oneof![operators(), Just("contains")], operand(pool))
            .prop_map(|(a, op, b)| format!("{a} {op} {b}")),
        2 => (path(pool), select(vec!["==", "!="]), special).prop_map(|(a, op, b)| format!("{a} {op} {b}")),
        2 => (path(pool), operators(), 0..3u8).prop_map(|(a, op, n)| format!("{a}.size {op} {n}")),
        1 => (path(pool), operators(), 0..3u8).prop_map(|(a, op, n)| format!("{n} {op} {a}.size")),
    ]
}

fn condition(pool: &Pool) -> impl Strategy<Value = String> + use<> {
    (vec(comparison(pool), 1..3), select(vec![" and ", " or "]))
        .prop_map(|(parts, joiner)| parts.join(joiner))
}

/// A piece of a template: a random composition of the subset.
fn fragment(pool: Pool) -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        1 => select(vec![
            "text ",
            "{",
            "}",
            "é",
            "\n\t  ",
            "%}",
            "{% raw %}{{ x }}{% endraw %}",
            "{% comment %}{{{% endcomment %}",
        ])
        .prop_map(str::to_owned),
        4 => chain(&pool).prop_map(|chain| format!("{{{{ {chain} }}}}")),
        1 => chain(&pool).prop_map(|chain| format!("{{{{- {chain} -}}}}")),
        2 => (select(vec!["t", "n", "xs"]), chain(&pool))
            .prop_map(|(name, chain)| format!("{{% assign {name} = {chain} %}}")),
    ];
    leaf.prop_recursive(3, 12, 3, move |inner| {
        let body =
            prop_oneof![1 => Just(String::new()), 3 => vec(inner, 1..3).prop_map(|parts| parts.concat())];
        let pool = &pool;
        prop_oneof![
            (condition(pool), body.clone(), condition(pool), body.clone(), body.clone()).prop_map(
                |(a, x, b, y, z)| format!(
                    "{{% if {a} %}}{x}{{% elsif {b} %}}{y}{{%- else -%}}{z}{{% endif %}}"
                )
            ),
            (condition(pool), body.clone(), body.clone())
                .prop_map(|(a, x, y)| format!("{{% unless {a} %}}{x}{{% else %}}{y}{{% endunless %}}")),
            (path(pool), operand(pool), operand(pool), body.clone(), body.clone()).prop_map(
                |(a, b, c, x, y)| format!(
                    "{{% case {a} %}}{{% when {b}, {c} %}}{x}{{% else %}}{y}{{% endcase %}}"
                )
            ),
            (
                select(vec!["x", "y"]),
                path(pool),
                select(vec!["", "limit: 1", "offset: n", "limit: 2 offset: 1 reversed"]),
                body.clone(),
                body
            )
                .prop_map(|(name, list, options, x, y)| {
                    format!("{{% for {name} in {list} {options} %}}{x}{{% else %}}{y}{{% endfor %}}")
                }),
        ]
    })
}

/// Tokens of Liquid in any order.
fn soup() -> impl Strategy<Value = String> {
    let tokens = vec![
        "{{",
        "}}",
        "{%",
        "%}",
        "-",
        " ",
        "\n",
        "if",
        "elsif",
        "else",
        "endif",
        "for",
        "in",
        "endfor",
        "case",
        "when",
        "endcase",
        "unless",
        "endunless",
        "assign",
        "raw",
        "endraw",
        "comment",
        "endcomment",
        "x",
        "customer",
        ".",
        "[",
        "]",
        "0",
        "1.5",
        "'",
        "\"",
        "|",
        ":",
        ",",
        "==",
        "<>",
        "and",
        "or",
        "contains",
        "nil",
        "append",
        "é",
        "#",
        "(",
        "..",
        "limit",
        "reversed",
        "forloop",
    ];
    vec(select(tokens), 0..60).prop_map(|tokens| tokens.concat())
}

fn spans_are_sound(source: &str, findings: &[Finding]) {
    for finding in findings {
        assert!(source.get(finding.span.clone()).is_some(), "{finding:?}");
        assert!(finding.help.is_some(), "{finding:?}");
        if let Some((span, _)) = &finding.suggestion {
            assert!(source.get(span.clone()).is_some(), "{finding:?}");
        }
        let first = finding.message.chars().next().unwrap();
        assert!(!first.is_uppercase() && !finding.message.ends_with('.'), "{finding:?}");
    }
}

/// Parses and checks; what passes both must compile, and what passes one must not upset the other.
fn passes(source: &str, schema: &Schema) -> bool {
    let template = match parse(source) {
        Ok(template) => template,
        Err(findings) => {
            assert!(!findings.is_empty(), "refused without a finding");
            spans_are_sound(source, &findings);
            return false;
        }
    };
    for escape in [Escape::None, Escape::Html] {
        if let Err(error) = Renderer::new(&template, escape) {
            panic!("the renderer refuses {source:?}: {error}");
        }
    }
    template.references();
    let findings = check(&template, schema);
    spans_are_sound(source, &findings);
    findings.is_empty()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_parsed_or_refused(source in any::<String>()) {
        passes(&source, &Schema::default());
    }

    #[test]
    fn any_tokens_are_parsed_or_refused(source in soup()) {
        passes(&source, &schema());
    }

    #[test]
    fn html_output_holds_no_markup_of_values(text in "[<>&'\"a-z ]{0,12}", chain in vec(select(vec![
        "upcase", "downcase", "strip", "truncate: 5", "append: v", "prepend: v", "replace: 'a', v", "escape",
        "escape_once", "default: v", "remove: 'b'", "newline_to_br", "capitalize", "lstrip", "truncatewords: 1",
    ]), 0..5)) {
        let source = chain.iter().fold("{{ v".to_owned(), |source, filter| format!("{source} | {filter}")) + " }}";
        let renderer = Renderer::new(&parse(&source).unwrap(), Escape::Html).unwrap();
        let output = renderer.render(&Value::Record(vec![("v".into(), Value::Text(text))])).unwrap();
        let rest = output.replace("<br />", "");
        prop_assert!(!rest.contains(['<', '>', '"', '\'']), "{source}: {output}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 30, max_shrink_iters: 300, ..ProptestConfig::default() })]

    #[test]
    fn what_passes_renders(
        fragments in pool().prop_flat_map(|pool| vec(fragment(pool), 200)),
        values in vec(value(&Ty::Record(schema().roots)), 3),
    ) {
        let schema = schema();
        // Few fragments pass, and those that do not are left out: so most cases end with a template to render.
        let mut source = String::new();
        for fragment in fragments {
            let longer = format!("{source}{fragment}");
            if parse(&longer).is_ok_and(|template| check(&template, &schema).is_empty()) {
                source = longer;
            }
            if source.len() > 1000 {
                break;
            }
        }
        let template = parse(&source).unwrap();
        for escape in [Escape::None, Escape::Html] {
            let renderer = Renderer::new(&template, escape).unwrap();
            for values in &values {
                if let Err(error) = renderer.render(values) {
                    panic!("{error} in {source:?} with {values:?}");
                }
            }
        }
    }
}
