//! Did you mean: the nearest of the names that would be right.

/// A help that names the nearest candidate, or lists what there is.
pub(crate) fn suggestion<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str> + Clone) -> String {
    match closest(name, candidates.clone()) {
        Some(candidate) => format!("did you mean `{candidate}`?"),
        None => format!("known: {}", list(candidates)),
    }
}

/// The candidate nearest to `name`, when it is near enough to be a slip: at most a third of the letters differ.
pub(crate) fn closest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let lower = name.to_lowercase();
    let limit = (name.chars().count() / 3).max(1);
    candidates
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(&lower, &candidate.to_lowercase()), candidate))
        .filter(|(distance, _)| *distance <= limit)
        .min_by_key(|(distance, candidate)| (*distance, *candidate))
        .map(|(_, candidate)| candidate)
}

/// A short list: `a`, `b` and `c`; at most eight, then how many more.
pub(crate) fn list<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let names: Vec<&str> = names.into_iter().collect();
    let shown: Vec<String> = names.iter().take(8).map(|name| format!("`{name}`")).collect();
    match (names.len(), shown.split_last()) {
        (_, None) => "none".to_owned(),
        (n, _) if n > 8 => format!("{} and {} more", shown.join(", "), n - 8),
        (_, Some((last, []))) => last.clone(),
        (_, Some((last, rest))) => format!("{} and {last}", rest.join(", ")),
    }
}

/// Text from a file as it is repeated in a message: quoted, cut after 40 characters.
pub(crate) fn quoted(text: &str) -> String {
    let mut shown: String = text.chars().take(40).collect();
    if text.chars().nth(40).is_some() {
        shown.push('…');
    }
    format!("\"{shown}\"")
}
