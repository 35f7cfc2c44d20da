//! The header lines of a journey.

use wayline_ir::{Enter, Goal, Reentry, Schedule, WhileRunning};

use super::Words;
use super::step::{share, side, while_running};

impl Words<'_> {
    /// A way in, as its line is written.
    pub(crate) fn enter(&self, enter: &Enter) -> String {
        match enter {
            Enter::Event { source, filter, .. } => {
                format!("enter on {}", self.asked(source, "", filter.as_ref()))
            }
            Enter::Segment { segment, joins } => {
                let does = if *joins { "joins" } else { "leaves" };
                format!("enter when customer {does} {}", self.segment(*segment))
            }
            Enter::Schedule { schedule, segment } => {
                let when = match schedule {
                    Schedule::Weekly { days, at } if days.is_all() => format!("every day at {at}"),
                    Schedule::Weekly { days, at } => format!("every {days} at {at}"),
                    Schedule::Monthly { day, at } => format!("every month on {day} at {at}"),
                    Schedule::Cron(pattern) => format!("on cron \"{pattern}\""),
                };
                let of = segment.map(|segment| format!(" for {}", self.segment(segment)));
                format!("enter {when}{}", of.unwrap_or_default())
            }
            Enter::Anniversary { date, at } => format!("enter every year on {} at {at}", self.expr(date)),
            Enter::Relative { anchor, offset, direction, at } => {
                let anchor = self.expr(anchor);
                match (offset.is_zero(), at) {
                    (true, Some(at)) => format!("enter at {at} on {anchor}"),
                    (true, None) => format!("enter on {anchor}"),
                    (false, at) => {
                        let at = at.map(|at| format!(" at {at}")).unwrap_or_default();
                        format!("enter {offset} {} {anchor}{at}", side(*direction))
                    }
                }
            }
            Enter::ByHand => "enter by hand".to_owned(),
        }
    }

    /// The other lines that decide who is in it: how often, what ends a run, what counts as success.
    pub(crate) fn header(&self) -> Vec<String> {
        let journey = self.journey;
        let mut lines = Vec::new();
        lines.extend(self.one_run());
        lines.extend(journey.only_if.as_ref().map(|condition| format!("only if {}", self.expr(condition))));
        lines.extend(journey.daily_limit.map(|limit| format!("at most {limit} per day")));
        lines.extend(journey.leaves.iter().map(|leave| format!("leave {}", self.trigger(&leave.trigger))));
        lines.extend(journey.goals.iter().map(|goal| self.goal(goal)));
        if journey.holdout > 0 {
            lines.push(format!("holdout {}", share(journey.holdout)));
        }
        lines
    }

    fn goal(&self, goal: &Goal) -> String {
        let trigger = self.trigger(&goal.trigger);
        let of = trigger.strip_prefix("on ").unwrap_or(&trigger);
        let leave = if goal.leave { " and leave" } else { "" };
        format!("goal {of} within {}{leave}", goal.within)
    }

    /// How often a customer may be in it; nothing when it is as it is without a line.
    fn one_run(&self) -> Option<String> {
        let journey = self.journey;
        let mut text = "one run".to_owned();
        if let Some(key) = &journey.key {
            text.push_str(&format!(" per {}", self.expr(key)));
        }
        match journey.reentry {
            Reentry::Once => text.push_str(", once"),
            Reentry::After(span) => text.push_str(&format!(", again after {span}")),
            Reentry::AnyTime => {}
        }
        if journey.while_running != WhileRunning::Ignore {
            text.push_str(&format!(", while running {}", while_running(journey.while_running)));
        }
        (text != "one run").then_some(text)
    }
}
