//! Did you mean: the nearest of the names that would be right.

/// The candidate nearest to `name`, when it is near enough to be a slip: at most a third of the letters differ (one of three
/// letters, none of fewer), counted
/// by the Damerau-Levenshtein distance with capital letters ignored.
#[must_use]
pub fn closest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let lower = name.to_lowercase();
    let letters = name.chars().count();
    let limit = (letters / 3).max(usize::from(letters > 2));
    candidates
        .into_iter()
        .filter(|candidate| *candidate != name)
        .map(|candidate| (strsim::damerau_levenshtein(&lower, &candidate.to_lowercase()), candidate))
        .filter(|(distance, _)| *distance <= limit)
        .min_by_key(|(distance, candidate)| (*distance, *candidate))
        .map(|(_, candidate)| candidate)
}

/// A short list for a help: `a`, `b` and `c`; at most eight, then how many more.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_near_and_another_word_is_not() {
        assert_eq!(closest("emial", ["email", "sms"]), Some("email"));
        assert_eq!(closest("Plan", ["plan"]), Some("plan"));
        assert_eq!(closest("invoice", ["order_placed", "email"]), None);
    }

    #[test]
    fn lists_read_as_sentences() {
        assert_eq!(list([]), "none");
        assert_eq!(list(["a", "b", "c"]), "`a`, `b` and `c`");
        assert_eq!(list(["a"; 10]), format!("{} and 2 more", ["`a`"; 8].join(", ")));
    }
}
