//! Chance that stays: a hash of who is asked about what.
//!
//! The hash is XXH3 (64 bits, seed 0) over the parts salt, purpose, name and customer id, in this order, each as the
//! length of its UTF-8 text in bytes (`u32`, little-endian) and the text. The length keeps `ab` + `c` apart from
//! `a` + `bc`. A share in millionths is the high half of `hash * 1 000 000` as a 128-bit product: every millionth has
//! the same weight to within 2^-44.
//!
//! An experiment gives consecutive ranges of millionths to its arms in written order, so a change of weights moves
//! only the customers between the old and the new borders.

use xxhash_rust::xxh3::xxh3_64;

/// The millionths of the whole.
pub(crate) const WHOLE: u32 = 1_000_000;

/// Parts up to this many bytes, lengths included, are hashed without an allocation.
const ON_STACK: usize = 256;

/// Where a customer falls in a division of all customers: 0 to 999 999. The purpose is `experiment`, `holdout` or
/// `bucket`, the name that of the experiment, journey or bucket.
#[must_use]
pub fn millionths(salt: &str, purpose: &str, name: &str, customer: &str) -> u32 {
    // Lossless: the product of a 64-bit number and 10^6, shifted right by 64, is less than 10^6.
    ((u128::from(hash(salt, purpose, name, customer)) * u128::from(WHOLE)) >> 64) as u32
}

/// A place in a stretch of `length` milliseconds: 0 to `length - 1`; 0 for an empty stretch.
pub(crate) fn place(salt: &str, purpose: &str, name: &str, customer: &str, length: i64) -> i64 {
    let length = u64::try_from(length).unwrap_or(0);
    // Lossless: less than `length`, which came from an i64.
    ((u128::from(hash(salt, purpose, name, customer)) * u128::from(length)) >> 64) as i64
}

/// The hash of a customer id alone, by which hosts divide work.
pub(crate) fn of_id(id: &str) -> u64 {
    xxh3_64(id.as_bytes())
}

/// The hash of an event's own id.
pub(crate) fn of_event_id(id: &str) -> u64 {
    xxh3_64(id.as_bytes())
}

fn hash(salt: &str, purpose: &str, name: &str, customer: &str) -> u64 {
    let parts = [salt, purpose, name, customer];
    let length: usize = parts.iter().map(|part| part.len() + 4).sum();
    let mut stack = [0_u8; ON_STACK];
    if let Some(buffer) = stack.get_mut(..length) {
        let mut rest = buffer;
        for part in parts {
            rest = put(put(rest, &size(part)), part.as_bytes());
        }
        return xxh3_64(stack.get(..length).unwrap_or_default());
    }
    let mut heap = Vec::with_capacity(length);
    for part in parts {
        heap.extend_from_slice(&size(part));
        heap.extend_from_slice(part.as_bytes());
    }
    xxh3_64(&heap)
}

/// Names are far shorter than 4 GiB; a longer one is still hashed in one way.
fn size(part: &str) -> [u8; 4] {
    u32::try_from(part.len()).unwrap_or(u32::MAX).to_le_bytes()
}

/// Writes `bytes` at the start of `buffer`, which is long enough, and gives what is left of it.
fn put<'b>(buffer: &'b mut [u8], bytes: &[u8]) -> &'b mut [u8] {
    let (head, tail) = buffer.split_at_mut(bytes.len());
    head.copy_from_slice(bytes);
    tail
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_is_what_the_page_says_and_lengths_keep_parts_apart() {
        let mut flat = Vec::new();
        for part in ["s", "experiment", "offer", "ana"] {
            flat.extend_from_slice(&(part.len() as u32).to_le_bytes());
            flat.extend_from_slice(part.as_bytes());
        }
        assert_eq!(hash("s", "experiment", "offer", "ana"), xxh3_64(&flat));
        assert_ne!(hash("s", "ab", "c", "x"), hash("s", "a", "bc", "x"));
        let long = "n".repeat(300);
        assert_ne!(hash("s", "p", &long, "x"), hash("s", "p", &long, "y"));
    }

    #[test]
    fn shares_are_even() {
        let mut tenths = [0_u32; 10];
        for customer in 0..100_000_u32 {
            tenths[(millionths("salt", "bucket", "pilot", &customer.to_string()) / 100_000) as usize] += 1;
        }
        // 10 000 expected each, standard deviation 95: six of them.
        assert!(tenths.iter().all(|n| n.abs_diff(10_000) < 570), "{tenths:?}");
    }

    #[test]
    fn a_place_lies_in_its_stretch() {
        assert_eq!(place("s", "p", "n", "c", 0), 0);
        assert_eq!(place("s", "p", "n", "c", 1), 0);
        assert!((0..1_000).contains(&place("s", "p", "n", "c", 1_000)));
    }
}
