//! What random worlds have met: rows, reasons, steps, entries. What is never met is not tested.

use std::collections::BTreeMap;

use wayline_engine::{Decision, Effect};

use super::host::Line;

/// How often each thing was met, by its name.
#[derive(Debug, Default)]
pub(crate) struct Coverage(BTreeMap<String, u64>);

/// What 2,000 worlds have to meet: every kind of row, every reason, every kind of step, entry, wait and clause. A message is
/// never dropped by hours or a rate: channels that never let one through do not compile.
const NEEDED: &str = "
row: Event Profile Reaction Segment Enter NotEntered Wait WaitOver Branch Experiment Send SendResult Goal Set Emit Call
    CallResult Journey Exit Fault
Sent: none
Held: Suppressed Capped QuietHours ClosedHours ChannelRate
Dropped: NoConsent UnconfirmedConsent NoAddress Bounced Suppressed Capped Expired Replaced Left
SendResult: none Failed
NotEntered: OnlyIf AlreadyRunning AgainTooSoon OnlyOnce Holdout DailyLimit NoKey Stale
Exit: Completed ExitStep LeaveRule GoalReached Restarted Stopped
Event: none Duplicate Late
Profile: none Stale
Goal: none Holdout
Wait: none BestHour
WaitOver: none TimeUp Past Missing BestHour
CallResult: none Failed
step: Wait WaitFor WaitAgain Collect Send If Match Experiment Repeat Bind Set Emit Call Start Stop Exit
until: For Next Date
enter: Event Segment Schedule Anniversary Relative ByHand
schedule: Weekly Monthly Cron
clause: Caps Between On During When
send: One FirstOf BestOf
";

impl Coverage {
    pub(crate) fn add(&mut self, log: &[Line], met: BTreeMap<String, u64>) {
        for line in log {
            let Effect::Decided(Decision { kind, reason, verdict, .. }) = &line.effect else { continue };
            self.count(format!("row {kind:?}"), 1);
            let of = verdict.map_or(format!("{kind:?}"), |verdict| format!("{verdict:?}"));
            let why = reason.map_or("none".to_owned(), |reason| format!("{reason:?}"));
            self.count(format!("{of} {why}"), 1);
        }
        for (name, times) in met {
            self.count(name, times);
        }
    }

    fn count(&mut self, name: String, times: u64) {
        *self.0.entry(name).or_default() += times;
    }

    /// All that was met, one kind on a line.
    pub(crate) fn show(&self) -> String {
        let mut lines: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        for (name, times) in &self.0 {
            let (of, what) = name.split_once(' ').unwrap();
            lines.entry(of).or_default().push(format!("{what} {times}"));
        }
        let lines = lines.iter().map(|(of, all)| format!("{of}: {}\n", all.join(", ")));
        lines.collect()
    }

    /// What should have been met and was not.
    pub(crate) fn lacks(&self) -> Vec<String> {
        let mut lacks = Vec::new();
        let mut of = "";
        for word in NEEDED.split_whitespace() {
            if let Some(name) = word.strip_suffix(':') {
                of = name;
            } else if !self.0.contains_key(&format!("{of} {word}")) {
                lacks.push(format!("{of} {word}"));
            }
        }
        lacks
    }
}
