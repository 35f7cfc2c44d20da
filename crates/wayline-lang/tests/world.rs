//! What suppression rules, personas, guarantees and tests become as data. What is found wrong with them is in `tests/ui`.

#![expect(clippy::expect_used, reason = "a test")]

use wayline_ir::{Persona, Program, TestSuite};
use wayline_lang::{Compiled, Input, NoFiles, compile};

const MARKET: &str = include_str!("../../../tests/worlds/market.journey");

/// A workspace in which nothing is wrong.
fn compiled(journeys: &[(&str, &str)]) -> Compiled {
    let input = |path: &str, text: &str| Input { path: path.to_owned(), bytes: text.as_bytes().to_vec() };
    let settings = input("wayline.toml", "name = \"market\"\nzone = \"UTC\"\n");
    let journeys = journeys.iter().map(|(path, text)| input(path, text)).collect();
    let compiled = compile(Some(settings), journeys, &NoFiles);
    let findings: Vec<&str> = compiled.diagnostics.iter().map(|finding| finding.message.as_str()).collect();
    assert_eq!(findings, [""; 0]);
    compiled
}

fn program(journeys: &[(&str, &str)]) -> Program {
    compiled(journeys).program.expect("there are no findings")
}

fn with_market(text: &str) -> Program {
    program(&[("case.journey", text), ("market.journey", MARKET)])
}

fn line(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).expect("programs are JSON")
}

/// One thing a line.
fn lines<T: serde::Serialize>(values: &[T]) -> String {
    values.iter().map(line).collect::<Vec<_>>().join("\n")
}

fn personas(personas: &[Persona]) -> String {
    let parts = |p: &Persona| {
        let mut parts = vec![line(&(&p.name, p.share)), lines(&p.profile), lines(&p.consents)];
        parts.extend([lines(&p.happenings), lines(&p.reactions)]);
        parts.retain(|part| !part.is_empty());
        parts.join("\n")
    };
    personas.iter().map(parts).collect::<Vec<_>>().join("\n\n")
}

#[test]
fn suppression_rules_become() {
    insta::assert_snapshot!(lines(&with_market(include_str!("world/rules.journey")).rules));
}

#[test]
fn personas_become() {
    insta::assert_snapshot!(personas(&with_market(include_str!("world/personas.journey")).personas));
}

#[test]
fn guarantees_become() {
    insta::assert_snapshot!(lines(&with_market(include_str!("world/guarantees.journey")).guarantees));
}

fn tests(suite: &TestSuite) -> String {
    let test = |test: &wayline_ir::Test| {
        let head = line(&(&test.title, &test.case, test.place, &test.customers));
        format!("{head}\n{}", lines(&test.lines))
    };
    suite.tests.iter().map(test).collect::<Vec<_>>().join("\n\n")
}

#[test]
fn tests_become() {
    let compiled =
        compiled(&[("case.journey", include_str!("world/tests.journey")), ("market.journey", MARKET)]);
    let suite = compiled.tests.expect("there is a program");
    insta::assert_snapshot!(tests(&suite));
}

/// Only the program that the tests run on keeps what nobody but a test asks about.
#[test]
fn what_tests_ask_about_is_kept() {
    let text = "test \"a\" { customer { tier: high }  at 2026-03-07 10:00 expect any purchase in last 2 days where total > 5 USD }";
    let compiled = compiled(&[("case.journey", text), ("market.journey", MARKET)]);
    let keep =
        |program: Program| program.events.into_iter().find_map(|event| Some((event.name, event.keep?)));
    assert_eq!(compiled.program.and_then(keep), None);
    let (event, kept) = compiled.tests.and_then(|suite| keep(suite.program)).expect("it is kept");
    assert_eq!(event, "purchase");
    assert_eq!(line(&kept), r#"{"span":{"months":0,"days":2,"millis":0},"fields":[1]}"#);
}

/// A story is told for each case: the number of cases has a limit.
#[test]
fn a_table_has_at_most_a_thousand_cases() {
    let findings = |count: usize| {
        let cases: String = (0..count).map(|i| format!("\"case {i}\": {{ n: {i} }}\n")).collect();
        let lines = "customer { tier: high }  at 2026-03-07 10:00 expect customer.score is n";
        let text = format!("test \"a\" {{ cases {{ {cases} }} {lines} }}");
        let input = |path: &str, text: &str| Input { path: path.to_owned(), bytes: text.into() };
        let files = vec![input("case.journey", &text), input("market.journey", MARKET)];
        let settings = input("wayline.toml", "name = \"market\"\nzone = \"UTC\"\n");
        let compiled = compile(Some(settings), files, &NoFiles);
        let told = compiled.diagnostics.into_iter().map(|finding| finding.message).collect::<Vec<_>>();
        (compiled.tests.map(|suite| suite.tests.len()), told)
    };
    assert_eq!(findings(1000), (Some(1000), Vec::new()));
    assert_eq!(findings(1001), (None, vec!["a table has at most 1000 cases".to_owned()]));
}

#[test]
fn the_cart_example_becomes() {
    let program = program(&[
        ("journeys.journey", include_str!("../../../examples/cart_onboarding/journeys.journey")),
        ("personas.journey", include_str!("../../../examples/cart_onboarding/personas.journey")),
        ("world.journey", include_str!("../../../examples/cart_onboarding/world.journey")),
    ]);
    insta::assert_snapshot!(format!("{}\n\n{}", lines(&program.rules), personas(&program.personas)));
}

/// A share of equal chances is whole millionths; what does not divide goes to the last.
#[test]
fn equal_chances_are_all_of_them() {
    let of = |words: &str| {
        let text = format!("persona p {{ share 100%  customer {{ tier: high, email: one of {words} }} }}");
        let program = with_market(&text);
        let profile = &program.personas.first().expect("there is one").profile;
        profile.iter().find_map(|(_, draw)| match draw {
            wayline_ir::Draw::Weighted(choices) => Some(choices.iter().map(|(share, _)| *share).collect()),
            _ => None,
        })
    };
    assert_eq!(of("\"a\""), Some(vec![1_000_000]));
    assert_eq!(of("\"a\", \"b\", \"c\""), Some(vec![333_333, 333_333, 333_334]));
    assert_eq!(
        of("\"a\", \"b\", \"c\", \"d\", \"e\", \"f\", \"g\"").map(|shares| shares.iter().sum()),
        Some(1_000_000)
    );
}
