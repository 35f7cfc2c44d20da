//! The name an author may have meant.

/// The candidate closest to `name`, if it is close enough to be meant: only another case up to two characters, one
/// edit from three, two from five, three from nine; at three characters the first one must be right. Swapped neighbours
/// count as one edit; the first of equals wins.
pub(crate) fn closest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let length = name.chars().count();
    // A name this long is never a slip of the finger, and the distance is quadratic.
    if length > 64 {
        return None;
    }
    let allowed = match length {
        0..=2 => 0,
        3..=4 => 1,
        5..=8 => 2,
        _ => 3,
    };
    let folded = name.to_lowercase();
    let mut best: Option<(usize, &str)> = None;
    for candidate in candidates {
        if candidate.len() > 256 {
            continue;
        }
        let other = candidate.to_lowercase();
        if length <= 3 && folded.chars().next() != other.chars().next() {
            continue;
        }
        let distance = strsim::damerau_levenshtein(&folded, &other);
        if distance <= allowed && distance < length && best.is_none_or(|(least, _)| distance < least) {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::closest;

    #[test]
    fn slips_are_found_and_others_are_not() {
        let known = ["first_name", "last_name", "plan", "country"];
        assert_eq!(closest("frist_name", known), Some("first_name"));
        assert_eq!(closest("Plan", known), Some("plan"));
        assert_eq!(closest("contry", known), Some("country"));
        assert_eq!(closest("zip", ["vip"]), None);
        assert_eq!(closest("fre", ["free"]), Some("free"));
        assert_eq!(closest("SKU", ["sku"]), Some("sku"));
    }
}
