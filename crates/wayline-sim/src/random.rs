//! Keyed randomness: every draw is a pure function of what it is for.
//!
//! A simulator with one stream of random numbers changes every later draw when one step is added; two versions of a
//! journey then differ by luck. Here each draw has a [`Key`], made of the seed, the customer, the name of the step or
//! behaviour, the occurrence and the purpose. Changing one step leaves every other draw as it was, and neither threads
//! nor order can matter.
//!
//! The mixer is the finalizer of SplitMix64 (Steele, Lea, Flood 2014; constants of Stafford's variant 13). A part is
//! always added to a key that is itself mixed: adding plain multiples of the golden ratio to an unmixed seed would
//! make the customers' streams shifted copies of one another.
//!
//! Logarithms, powers and cosines come from the platform's mathematics library: a seeded run is byte-identical for one
//! build on one platform, not across platforms.

use xxhash_rust::xxh3::xxh3_64;

/// 2^64 divided by the golden ratio, odd: the step of SplitMix64.
const GOLDEN: u64 = 0x9E37_79B9_7F4A_7C15;

/// 2^-53: the distance of neighbouring uniform numbers.
const UNIT: f64 = 1.0 / (1_u64 << 53) as f64;

/// What a draw is for. Two different keys give independent draws.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Key(u64);

impl Key {
    /// The key of everything under one seed.
    pub(crate) const fn seed(seed: u64) -> Self {
        Self(mix(mix(seed.wrapping_add(GOLDEN)).wrapping_add(GOLDEN)))
    }

    /// Narrowed by a number: a customer, an occurrence, a position.
    pub(crate) const fn with(self, number: u64) -> Self {
        Self(mix(self.0.wrapping_add(number.wrapping_add(1).wrapping_mul(GOLDEN))))
    }

    /// Narrowed by the hash of a name.
    pub(crate) const fn named(self, name: Name) -> Self {
        Self(mix(self.0.wrapping_add(name.0)))
    }

    /// Uniform in [0, 1).
    pub(crate) const fn uniform(self) -> f64 {
        (self.0 >> 11) as f64 * UNIT
    }

    /// Uniform among 0 to `count` - 1; 0 when `count` is 0.
    pub(crate) const fn below(self, count: u64) -> u64 {
        ((self.0 as u128 * count as u128) >> 64) as u64
    }

    /// Whether something of a likelihood in millionths happens.
    pub(crate) const fn chance(self, millionths: u32) -> bool {
        self.below(1_000_000) < millionths as u64
    }

    /// Exponential with mean 1.
    pub(crate) fn exponential(self) -> f64 {
        -(1.0 - self.uniform()).ln()
    }

    /// Normal with mean 0 and standard deviation 1 (Box and Muller 1958).
    pub(crate) fn normal(self) -> f64 {
        let radius = (-2.0 * (1.0 - self.uniform()).ln()).sqrt();
        let turn = std::f64::consts::TAU * self.with(1).uniform();
        radius * turn.cos()
    }

    /// Log-normal with median 1 and the standard deviation `sigma` of the logarithm.
    pub(crate) fn log_normal(self, sigma: f64) -> f64 {
        (sigma * self.normal()).exp()
    }
}

/// The hash of a name (XXH3, 64 bits): draws are keyed by names, so that positions in a file do not matter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Name(u64);

impl Name {
    /// Of what is done when a happening happens, as opposed to when it does.
    pub(crate) const ACTS: Self = Self(0x6163_7473);

    /// Of one name.
    pub(crate) fn of(name: &str) -> Self {
        Self(xxh3_64(name.as_bytes()))
    }

    /// Of a name within another.
    pub(crate) const fn then(self, inner: Self) -> Self {
        Self(mix(self.0.wrapping_add(GOLDEN)).wrapping_add(inner.0))
    }

    /// Of the n-th of several with one name.
    pub(crate) const fn nth(self, number: u64) -> Self {
        Self(mix(self.0.wrapping_add(number.wrapping_add(1).wrapping_mul(GOLDEN))))
    }
}

/// How long it takes until the next arrival of a Poisson process, in the unit of `mean`.
///
/// `mean` is the mean gap where the weight is 1 and `peak` the greatest weight that `weight` can give, which is asked
/// with times from now. Candidates come at the peak's rate and are kept in proportion to their weight (thinning; Lewis
/// and Shedler 1979). Arrivals after `end` are not looked for. `candidate` counts the candidates that were tried: it
/// goes on where it stood, so that each has draws of its own.
pub(crate) fn arrival(
    key: Key,
    candidate: &mut u64,
    end: f64,
    mean: f64,
    peak: f64,
    mut weight: impl FnMut(f64) -> f64,
) -> Option<f64> {
    if peak <= 0.0 {
        return None;
    }
    let scale = mean / peak;
    let mut at = 0.0;
    loop {
        let draw = key.with(*candidate);
        *candidate += 1;
        at += draw.exponential() * scale;
        if at > end {
            return None;
        }
        if draw.with(0).uniform() * peak < weight(at) {
            return Some(at);
        }
    }
}

/// The finalizer of SplitMix64.
const fn mix(mut bits: u64) -> u64 {
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    bits ^ (bits >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Mean and standard deviation of a draw over many keys.
    fn moments(draw: impl Fn(Key) -> f64) -> (f64, f64) {
        let count = 200_000_u32;
        let values = (0..count).map(|n| draw(Key::seed(7).with(u64::from(n))));
        let (sum, squares) = values.fold((0.0, 0.0), |(sum, squares), v| (sum + v, squares + v * v));
        let mean = sum / f64::from(count);
        (mean, (squares / f64::from(count) - mean * mean).sqrt())
    }

    #[test]
    fn draws_have_the_moments_of_their_distribution() {
        // Standard errors at 200,000 draws are near 0.002 of the deviation; the bounds are five times as wide.
        let cases: [(&str, (f64, f64), f64, f64); 5] = [
            ("uniform", moments(Key::uniform), 0.5, (1.0_f64 / 12.0).sqrt()),
            ("exponential", moments(Key::exponential), 1.0, 1.0),
            ("normal", moments(Key::normal), 0.0, 1.0),
            ("log of log-normal", moments(|key| key.log_normal(1.2).ln()), 0.0, 1.2),
            ("chance", moments(|key| f64::from(u8::from(key.chance(300_000)))), 0.3, (0.3_f64 * 0.7).sqrt()),
        ];
        for (name, (mean, deviation), wanted_mean, wanted_deviation) in cases {
            assert!((mean - wanted_mean).abs() < 0.012 * wanted_deviation, "{name}: mean {mean}");
            assert!(
                (deviation - wanted_deviation).abs() < 0.02 * wanted_deviation,
                "{name}: deviation {deviation}"
            );
        }
    }

    #[test]
    fn neighbouring_customers_are_not_shifted_copies() {
        // With customer keys that are multiples of the golden ratio, draw n of one customer is draw n + 1 of the next.
        let seed = Key::seed(1);
        let draws: Vec<Vec<u64>> =
            (0..50).map(|c| (0..50).map(|n| seed.with(c).with(n).0).collect()).collect();
        let mut all: Vec<u64> = draws.concat();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), 2500);
    }

    #[test]
    fn neighbouring_keys_are_not_correlated() {
        let pairs = 100_000_u32;
        for lag in [1, 2, 7] {
            let seed = Key::seed(3);
            let sum: f64 = (0..u64::from(pairs))
                .map(|n| {
                    (seed.with(n).with(0).uniform() - 0.5) * (seed.with(n + lag).with(0).uniform() - 0.5)
                })
                .sum();
            // The standard error of the correlation is 0.0032.
            assert!((sum / f64::from(pairs) * 12.0).abs() < 0.016, "lag {lag}");
        }
    }

    #[test]
    fn keys_depend_on_every_part_and_on_nothing_else() {
        let base = Key::seed(1).with(2).named(Name::of("a")).with(3);
        assert_eq!(base, Key::seed(1).with(2).named(Name::of("a")).with(3));
        for other in [
            Key::seed(2).with(2).named(Name::of("a")).with(3),
            Key::seed(1).with(3).named(Name::of("a")).with(2),
            Key::seed(1).with(2).named(Name::of("b")).with(3),
            Key::seed(1).with(2).named(Name::of("a")).with(4),
        ] {
            assert_ne!(base, other);
        }
        assert_ne!(Name::of("a").then(Name::of("b")), Name::of("b").then(Name::of("a")));
        assert_ne!(Name::of("a").nth(0), Name::of("a").nth(1));
    }

    #[test]
    fn arrivals_follow_their_weights() {
        // Weight 2 in the first half of each unit of 10, weight 0.5 in the second; mean gap 1 at weight 1.
        let weight = |at: f64| if at.rem_euclid(10.0) < 5.0 { 2.0 } else { 0.5 };
        let (mut candidate, mut at, mut halves) = (0, 0.0, [0.0_f64; 2]);
        while let Some(after) =
            arrival(Key::seed(5), &mut candidate, 40_000.0 - at, 1.0, 2.0, |after| weight(at + after))
        {
            assert!(after > 0.0);
            at += after;
            halves[usize::from(at.rem_euclid(10.0) >= 5.0)] += 1.0;
        }
        assert!((halves[0] / 40_000.0 - 1.0).abs() < 0.03, "{halves:?}");
        assert!((halves[1] / 10_000.0 - 1.0).abs() < 0.06, "{halves:?}");
        assert_eq!(arrival(Key::seed(5), &mut 0, 10.0, 1.0, 0.0, |_| 0.0), None);
    }
}
