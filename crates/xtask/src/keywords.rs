//! The table of the language's words, read from the grammar: `docs/reference/keywords.md`.

use std::collections::{BTreeMap, BTreeSet};

use miette::{Result, miette};
use pest_meta::ast::{Expr, Rule};
use pest_meta::parser;

use crate::repository::{Repository, SourceFile};
use crate::tidy::{Finding, GRAMMAR};

/// The generated page.
const PAGE: &str = "docs/reference/keywords.md";

const HEAD: &str = "\
<!-- Generated from grammar/wayline.pest by `cargo xtask gen`. Do not edit. -->

# Words of the language

A *reserved* word cannot be a name; in backquotes it can: `` `start` ``. After a dot every word is a field name.
All other words mean something only where a rule of the grammar asks for them, and are names everywhere else.
";

/// Writes the page.
pub(crate) fn write(repository: &Repository) -> Result<()> {
    repository.write(PAGE, &page(&repository.read(GRAMMAR)?)?)
}

/// Whether the page is fresh.
pub(crate) fn check(files: &[SourceFile]) -> Vec<Finding> {
    let text = |path: &str| files.iter().find(|f| f.path == path).and_then(|f| f.text.as_deref());
    let Some(grammar) = text(GRAMMAR) else { return Vec::new() };
    match page(grammar) {
        Err(problem) => vec![Finding::error(GRAMMAR, problem.to_string())],
        Ok(fresh) if text(PAGE) != Some(fresh.as_str()) => {
            vec![Finding::error(PAGE, "is out of date: run `cargo xtask gen`")]
        }
        Ok(_) => Vec::new(),
    }
}

/// A word and what the grammar does with it.
#[derive(Debug, Default, PartialEq, Eq)]
struct Word {
    reserved: bool,
    rules: BTreeSet<String>,
}

fn page(grammar: &str) -> Result<String> {
    let mut page = format!("{HEAD}\n| word | reserved | rules of the grammar that use it |\n|---|---|---|\n");
    for (word, Word { reserved, rules }) in words(grammar)? {
        let rules: Vec<String> = rules.into_iter().map(|rule| format!("`{rule}`")).collect();
        page.push_str(&format!(
            "| `{word}` | {} | {} |\n",
            if reserved { "yes" } else { "" },
            rules.join(", ")
        ));
    }
    Ok(page)
}

/// All words of the grammar. Rules `k_*` are names of words; the rules that refer to them use the word.
fn words(grammar: &str) -> Result<BTreeMap<String, Word>> {
    let pairs = parser::parse(parser::Rule::grammar_rules, grammar)
        .map_err(|e| miette!("is no pest grammar: {e}"))?;
    let rules = parser::consume_rules(pairs).map_err(|all| {
        let all: Vec<String> = all.iter().map(ToString::to_string).collect();
        miette!("is no pest grammar: {}", all.join("; "))
    })?;
    let named: BTreeMap<&str, String> = rules
        .iter()
        .filter(|r| r.name.starts_with("k_"))
        .filter_map(|r| Some((r.name.as_str(), literals(r).pop()?)))
        .collect();
    let mut words: BTreeMap<String, Word> = BTreeMap::new();
    for rule in rules.iter().filter(|r| !is_recovery(&r.name)) {
        if rule.name == "reserved" {
            literals(rule).into_iter().for_each(|word| words.entry(word).or_default().reserved = true);
        } else if rule.name.starts_with("k_") {
            literals(rule).into_iter().for_each(|word| _ = words.entry(word).or_default());
        } else {
            let used = literals(rule)
                .into_iter()
                .chain(references(rule).filter_map(|r| named.get(r.as_str()).cloned()));
            for word in used {
                words.entry(word).or_default().rules.insert(rule.name.clone());
            }
        }
    }
    Ok(words)
}

/// Rules that look ahead or recover; they repeat words but give them no meaning.
fn is_recovery(rule: &str) -> bool {
    ["bad_", "compat_", "missing_", "junk", "next_", "type_word", "WHITESPACE", "COMMENT"]
        .iter()
        .any(|p| rule.starts_with(p))
        || ["item_start", "step_start", "arm_start"].contains(&rule)
}

/// The words a rule spells out.
fn literals(rule: &Rule) -> Vec<String> {
    let spelled =
        rule.expr.iter_top_down().filter_map(|e| if let Expr::Str(text) = e { Some(text) } else { None });
    spelled.filter(|t| t.len() > 1 && t.chars().all(|c| c.is_ascii_alphabetic() || c == '_')).collect()
}

/// The rules a rule refers to.
fn references(rule: &Rule) -> impl Iterator<Item = String> {
    rule.expr.iter_top_down().filter_map(|e| if let Expr::Ident(name) = e { Some(name) } else { None })
}

#[cfg(test)]
mod tests {
    use super::*;

    const SMALL: &str = r#"
        wait = { k_wait ~ (k_up ~ k_to)? ~ unit }
        unit = @{ ("day" | "days") ~ !ident_char }
        bad_step = ${ "sned" ~ ident_char+ }
        ident_char = _{ ASCII_ALPHA }
        reserved = @{ ("wait") ~ !ident_char }
        k_wait = @{ "wait" ~ !ident_char }
        k_up = @{ "up" ~ !ident_char }
        k_to = @{ "to" ~ !ident_char }
    "#;

    #[test]
    fn words_know_their_rules() {
        let words = words(SMALL).unwrap();
        assert_eq!(words.keys().collect::<Vec<_>>(), ["day", "days", "to", "up", "wait"]);
        assert_eq!(words["wait"], Word { reserved: true, rules: BTreeSet::from(["wait".to_owned()]) });
        assert_eq!(words["day"], Word { reserved: false, rules: BTreeSet::from(["unit".to_owned()]) });
    }

    #[test]
    fn a_stale_page_is_found() {
        let file = |path: &str, text: &str| SourceFile { path: path.to_owned(), text: Some(text.to_owned()) };
        assert_eq!(check(&[file(GRAMMAR, SMALL), file(PAGE, &page(SMALL).unwrap())]), []);
        assert_eq!(check(&[file(GRAMMAR, SMALL), file(PAGE, "old")]).len(), 1);
        assert_eq!(check(&[file(GRAMMAR, SMALL)]).len(), 1);
        assert_eq!(check(&[file(GRAMMAR, "a = {")]).len(), 1);
    }
}
