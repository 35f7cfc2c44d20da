//! What suppression rules, personas and guarantees become in the program. What is found wrong with them is in `tests/ui`.

#![expect(clippy::expect_used, reason = "a test")]

use wayline_ir::{Persona, Program};
use wayline_lang::{Input, NoFiles, compile};

const MARKET: &str = include_str!("../../../tests/worlds/market.journey");

/// The program of a workspace in which nothing is wrong.
fn program(journeys: &[(&str, &str)]) -> Program {
    let input = |path: &str, text: &str| Input { path: path.to_owned(), bytes: text.as_bytes().to_vec() };
    let settings = input("wayline.toml", "name = \"market\"\nzone = \"UTC\"\n");
    let journeys = journeys.iter().map(|(path, text)| input(path, text)).collect();
    let compiled = compile(Some(settings), journeys, &NoFiles);
    let findings: Vec<&str> = compiled.diagnostics.iter().map(|finding| finding.message.as_str()).collect();
    assert_eq!(findings, [""; 0]);
    compiled.program.expect("there are no findings")
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
