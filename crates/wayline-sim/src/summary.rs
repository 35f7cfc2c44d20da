//! What came of a run: who entered, what was sent, held and dropped by which rule, goals, exits, cost.

mod tally;
mod text;

use rust_decimal::Decimal;
use serde::Serialize;

use crate::InputReport;
pub(crate) use tally::{Tally, costs, counts, rules};

/// What came of a run.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Summary {
    /// The workspace's name.
    pub workspace: String,
    /// The first moment of the run (RFC 3339).
    pub from: String,
    /// The last moment of the run (RFC 3339); nothing later was done.
    pub until: String,
    /// The seed of what people who are made up do.
    pub seed: u64,
    /// Who took part.
    pub people: PeopleSummary,
    /// Events that came in.
    pub events: u64,
    /// Rows of the decision log.
    pub decisions: u64,
    /// Of each journey.
    pub journeys: Vec<JourneySummary>,
    /// Of each message.
    pub messages: Vec<MessageSummary>,
    /// What held and dropped sends, the most frequent first.
    pub rules: Vec<RuleSummary>,
    /// What was spent, by channel and currency.
    pub costs: Vec<CostSummary>,
    /// Calls of services, which the simulator answered itself: with success and, where the response has fields that
    /// must not be missing, with zeros, empty texts and first choices.
    pub calls: Vec<Count>,
    /// Recorded reactions to messages that the customer had not been sent.
    pub reactions_without_send: u64,
    /// Recorded rows outside the time of the run.
    pub out_of_time: u64,
    /// What could not be computed, by the words of the fault.
    pub faults: Vec<Count>,
    /// What was read from files.
    pub input: InputReport,
}

/// Who took part.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct PeopleSummary {
    /// From files.
    pub listed: u64,
    /// Made up.
    pub generated: u64,
    /// How many of each persona.
    pub personas: Vec<Count>,
}

/// Something and how often.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Count {
    /// What.
    pub name: String,
    /// How often.
    pub count: u64,
}

/// A journey.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct JourneySummary {
    /// Its name.
    pub name: String,
    /// The version of its text.
    pub version: String,
    /// Runs that began.
    pub entered: u64,
    /// Entries that were refused, by reason.
    pub not_entered: Vec<Count>,
    /// Runs on their way at the end.
    pub running: u64,
    /// Runs that ended, by reason; those that ended at an `exit` with words, by the words.
    pub exits: Vec<Count>,
    /// Runs that reached a goal, and their share; none when the journey has no goal.
    pub goal: Option<Rate>,
    /// How often each goal was reached, in written order.
    pub goals: Vec<Count>,
    /// Goals of customers who were held out.
    pub holdout_goals: u64,
}

/// A share with its interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Rate {
    /// How many did.
    pub count: u64,
    /// Of how many.
    pub of: u64,
    /// The share, 0 to 1; 0 of none.
    pub share: f64,
    /// The lower end of the 95 % interval (Wilson 1927).
    pub low: f64,
    /// The upper end.
    pub high: f64,
}

/// A message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MessageSummary {
    /// Its name.
    pub name: String,
    /// Its channel.
    pub channel: String,
    /// Sends that left.
    pub sent: u64,
    /// How often a send was held (one send may be held several times).
    pub held: u64,
    /// Sends that were dropped.
    pub dropped: u64,
    /// By what they were held.
    pub held_by: Vec<ByRule>,
    /// By what they were dropped.
    pub dropped_by: Vec<ByRule>,
    /// Reactions, by kind.
    pub reactions: Vec<Count>,
    /// What it cost.
    pub cost: Option<Amount>,
}

/// How often a rule decided for one reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ByRule {
    /// The reason.
    pub reason: String,
    /// The rule, as in the log.
    pub rule: String,
    /// How often.
    pub count: u64,
}

/// What a rule did over all messages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RuleSummary {
    /// The rule, as in the log; the reason where no rule decided.
    pub rule: String,
    /// How often it held a send.
    pub held: u64,
    /// How many sends it dropped.
    pub dropped: u64,
}

/// An amount of money.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Amount {
    /// How much.
    pub amount: Decimal,
    /// ISO 4217.
    pub currency: String,
}

/// What a channel cost.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CostSummary {
    /// The channel.
    pub channel: String,
    /// How much.
    pub cost: Amount,
}

impl Rate {
    /// A share with its 95 % interval by Wilson's score (E. B. Wilson, 1927, Journal of the American Statistical
    /// Association 22): it stays within 0 and 1 and holds for few customers and rare events too.
    #[must_use]
    pub fn new(count: u64, of: u64) -> Self {
        /// The 97.5 % quantile of the normal distribution.
        const Z: f64 = 1.959_963_984_540_054;
        if of == 0 {
            return Self { count, of, share: 0.0, low: 0.0, high: 1.0 };
        }
        let (k, n) = (count as f64, of as f64);
        let share = k / n;
        let centre = (share + Z * Z / (2.0 * n)) / (1.0 + Z * Z / n);
        let half = Z / (1.0 + Z * Z / n) * (share * (1.0 - share) / n + Z * Z / (4.0 * n * n)).sqrt();
        Self { count, of, share, low: (centre - half).max(0.0), high: (centre + half).min(1.0) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals_of_shares() {
        // R. G. Newcombe 1998, Two-sided confidence intervals for the single proportion, Statistics in Medicine 17,
        // table I, method 3.
        for (count, of, low, high) in [
            (81, 263, 0.2553, 0.3662),
            (15, 148, 0.0624, 0.1605),
            (0, 20, 0.0, 0.1611),
            (1, 29, 0.0061, 0.1718),
        ] {
            let rate = Rate::new(count, of);
            assert!((rate.low - low).abs() < 6e-5 && (rate.high - high).abs() < 6e-5, "{rate:?}");
        }
        assert_eq!(Rate::new(0, 0), Rate { count: 0, of: 0, share: 0.0, low: 0.0, high: 1.0 });
    }
}
