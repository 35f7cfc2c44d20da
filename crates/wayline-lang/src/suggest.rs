//! Did you mean: the nearest of the names that would be right.

/// The candidate nearest to `name`, when it is near enough to be a slip: at most a third of the letters differ (one of three
/// letters, none of fewer), counted
/// by the Damerau-Levenshtein distance with capital letters ignored.
#[must_use]
pub fn closest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let lower = name.to_lowercase();
    let letters = name.chars().count();
    let limit = (letters / 3).max(usize::from(letters > 2));
    let bag = Bag::of(&lower);
    candidates
        .into_iter()
        .filter(|candidate| *candidate != name)
        // Many names are asked about among many: most of them are told apart by their letters alone.
        .filter(|candidate| {
            !(candidate.is_ascii() && lower.is_ascii()) || candidate.len().abs_diff(lower.len()) <= limit
        })
        .filter(|candidate| bag.least_distance(&Bag::of(candidate)) <= limit)
        .map(|candidate| (strsim::damerau_levenshtein(&lower, &candidate.to_lowercase()), candidate))
        .filter(|(distance, _)| *distance <= limit)
        .min_by_key(|(distance, candidate)| (*distance, *candidate))
        .map(|(_, candidate)| candidate)
}

/// How often each letter stands in a word. Capital letters count as small ones, and some letters as the same.
struct Bag([u16; 32]);

impl Bag {
    fn of(word: &str) -> Self {
        let mut bag = [0_u16; 32];
        for letter in word.chars().flat_map(char::to_lowercase) {
            if let Some(count) = bag.get_mut(letter as usize % 32) {
                *count = count.saturating_add(1);
            }
        }
        Self(bag)
    }

    /// So many letters at least have to be added, removed or replaced.
    fn least_distance(&self, other: &Self) -> usize {
        let pairs = || self.0.iter().zip(&other.0);
        let added: u16 = pairs().map(|(a, b)| b.saturating_sub(*a)).fold(0, u16::saturating_add);
        let removed: u16 = pairs().map(|(a, b)| a.saturating_sub(*b)).fold(0, u16::saturating_add);
        usize::from(added.max(removed))
    }
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
