//! What is compiled reads as it was written.

use wayline_ir::StepKind;
use wayline_lang::{Input, NoFiles, compile};

use crate::words::Words;

const WORLD: &str = include_str!("../../../../../tests/worlds/shop.journey");

/// Conditions in the one form in which they are written; each must come back as it is.
const CONDITIONS: &[&str] = &[
    "customer.plan is free and cart.value > 100 USD",
    "customer.plan is one of pro, business and not (customer.country is DE or customer.country is US)",
    "customer.plan is not one of pro, business or customer.phone is missing",
    "customer.phone is known and customer.email is known",
    "(customer.plan is free or customer.plan is pro) and cart.value < 50 USD",
    "cart.value / 2 + 10 USD > 500 USD",
    "(customer.score - 10) * 2 >= 50",
    "customer.score - (10 - 2) >= 50",
    "customer.email default \"\" ends with \"@shop.example\"",
    "cart.items[0].name default \"\" starts with \"Gift \\\"card\\\"\"",
    "customer.interests contains \"sport\"",
    "any cart.items where price > 100 USD",
    "(any cart.items where price > 100 USD) and customer.plan is pro",
    "customer.plan is pro and any cart.items where price > 100 USD or name is \"a\"",
    "count of cart.items > 3 and sum of cart.items.price > 50 USD",
    "cart.value + (sum of cart.items.price where price > 5 USD) < 20 USD",
    "(count of order_placed in last 30 days where total > 5 USD) >= 4",
    "no order_placed since enter",
    "(latest order_placed).total default 0 USD < 20 USD",
    "latest cart.items is known and no cart.items where name starts with \"Gift\"",
    "count of clicked email in last 30 days >= 3",
    "any order_placed ever where cart_id is cart.cart_id",
    "customer in lapsed and customer not in lapsed",
    "customer has been in lapsed for 30 days",
    "customer.plan has been pro for 7 days",
    "in bucket 10% of \"pilot-2026\"",
    "today > 2026-01-01",
];

#[test]
fn conditions_come_back_as_they_were_written() {
    let mut text = "journey conditions {\n  enter on cart_updated as cart\n  wait 1 hour\n".to_owned();
    for condition in CONDITIONS {
        text.push_str(&format!("  if {condition} {{ send welcome }}\n"));
    }
    text.push_str("}\n");
    let input = |path: &str, text: &str| Input { path: path.to_owned(), bytes: text.as_bytes().to_vec() };
    let settings = input("wayline.toml", "name = \"case\"\nzone = \"UTC\"\n");
    let files = vec![input("world.journey", WORLD), input("case.journey", &text)];
    let compiled = compile(Some(settings), files, &NoFiles);
    let errors: Vec<String> =
        compiled.diagnostics.iter().map(|found| format!("{:?} {}", found.code, found.message)).collect();
    let program = compiled.program.unwrap_or_else(|| panic!("{errors:#?}"));
    let journey = program.journeys.iter().find(|journey| journey.name == "conditions").unwrap();
    let words = Words { program: &program, journey };
    let told = journey.steps.iter().filter_map(|step| match &step.kind {
        StepKind::If { branches, .. } => Some(words.expr(&branches[0].0)),
        _ => None,
    });
    assert_eq!(told.collect::<Vec<_>>(), CONDITIONS);
}
