//! How long people take.

use rust_decimal::prelude::ToPrimitive;
use wayline_ir::Delay;
use wayline_time::{Moment, Span, Zone, add_span};

use crate::random::Key;

/// A delay that is ready to be drawn. Distributions are over exact time: days of 24 hours, months of 30 days.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum DelayPlan {
    /// No time at all.
    None,
    /// Exact milliseconds.
    Millis(i64),
    /// Calendar units, on the customer's calendar.
    Calendar(Span),
    /// Milliseconds.
    Drawn(Distribution),
}

/// A distribution of numbers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Distribution {
    /// By its mean.
    Exponential(f64),
    /// By its median and the standard deviation of the logarithm.
    LogNormal(f64, f64),
    /// From the first, included, to the second, excluded.
    Uniform(f64, f64),
    /// By its mean and standard deviation, cut at zero.
    Normal(f64, f64),
}

impl Distribution {
    pub(crate) fn draw(self, key: Key) -> f64 {
        match self {
            Self::Exponential(mean) => key.exponential() * mean,
            Self::LogNormal(median, sigma) => key.log_normal(sigma) * median,
            Self::Uniform(from, to) => from + key.uniform() * (to - from),
            Self::Normal(mean, deviation) => (mean + key.normal() * deviation).max(0.0),
        }
    }
}

impl DelayPlan {
    pub(crate) fn new(delay: &Delay) -> Self {
        match delay {
            Delay::Exactly(span) if span.is_zero() => Self::None,
            Delay::Exactly(span) if span.is_exact() => Self::Millis(span.millis.max(0)),
            Delay::Exactly(span) => Self::Calendar(*span),
            Delay::Exponential(mean) => Self::Drawn(Distribution::Exponential(millis(mean))),
            Delay::LogNormal(median, sigma) => {
                Self::Drawn(Distribution::LogNormal(millis(median), sigma.to_f64().unwrap_or_default()))
            }
            Delay::Uniform(from, to) => Self::Drawn(Distribution::Uniform(millis(from), millis(to))),
            Delay::Normal(mean, deviation) => {
                Self::Drawn(Distribution::Normal(millis(mean), millis(deviation)))
            }
        }
    }

    /// The moment so much later. Never earlier.
    pub(crate) fn after(self, from: Moment, zone: Zone, key: Key) -> Moment {
        match self {
            Self::None => from,
            Self::Millis(millis) => from.plus_millis(millis),
            Self::Calendar(span) => add_span(zone, from, &span).max(from),
            // A float beyond the range of i64 becomes its end, and the sum saturates.
            Self::Drawn(distribution) => from.plus_millis(distribution.draw(key).round().max(0.0) as i64),
        }
    }
}

/// Milliseconds of a span: days of 24 hours, months of 30 days.
pub(crate) fn millis(span: &Span) -> f64 {
    span.approx_millis() as f64
}
