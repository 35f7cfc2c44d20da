//! Random worlds from a seed: text in the language that is right by construction, and a story that happens.

mod conditions;
mod headers;
mod piece;
mod schema;
mod steps;
mod story;

use wayline_time::{Moment, Span};

use super::world::{Setting, World, moment, shown};

pub(crate) use piece::Piece;

/// A generated world, with the tree that its text is written from.
#[derive(Debug, Clone)]
pub(crate) struct Generated {
    pub world: World,
    pub tree: Piece,
}

/// A small random generator (SplitMix64).
#[derive(Debug, Clone)]
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below another one.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(end).unwrap()).unwrap()
    }

    /// Whether a chance in percent comes true.
    pub(crate) fn chance(&mut self, percent: u64) -> bool {
        self.next() % 100 < percent
    }

    pub(crate) fn pick<'a, T: ?Sized>(&mut self, all: &[&'a T]) -> &'a T {
        all[self.below(all.len())]
    }
}

/// What is at hand while a world is made.
pub(crate) struct Gen {
    pub random: Random,
    /// Minutes.
    pub tick: i64,
    pub from: Moment,
    pub until: Moment,
    pub zones: Vec<&'static str>,
    pub segments: usize,
    pub journeys: usize,
    /// Names that are bound where a condition or step stands.
    pub scope: Vec<Bound>,
    /// The journey whose steps are made.
    pub journey: usize,
    /// Whether a condition belongs to a run.
    pub in_run: bool,
    /// Numbers for names.
    pub names: usize,
    /// Which journeys are entered by hand, and which of them have a parameter.
    pub by_hand: Vec<bool>,
    pub params: Vec<bool>,
}

/// A bound name.
#[derive(Debug, Clone)]
pub(crate) struct Bound {
    pub name: String,
    pub of: Of,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Of {
    Event(usize),
    List(usize),
}

/// Names of events, and whether each has a number `n` and a text `key`.
pub(crate) const EVENTS: [&str; 4] = ["bought", "seen", "rang", "gone"];

pub(crate) const MESSAGES: [(&str, &str, &str); 6] = [
    ("letter", "email", ""),
    ("offer", "email", "bought"),
    ("short", "sms", ""),
    ("hint", "push", "number"),
    ("visit", "desk", ""),
    ("survey", "sms", ""),
];

const ZONES: [&str; 9] = [
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "Asia/Kolkata",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "America/Havana",
    "Pacific/Auckland",
    "Atlantic/Azores",
];

const STARTS: [&str; 8] = [
    "2026-03-07T00:00:00Z",
    "2026-03-28T00:00:00Z",
    "2026-10-24T00:00:00Z",
    "2026-10-31T00:00:00Z",
    "2026-04-04T00:00:00Z",
    "2026-12-30T00:00:00Z",
    "2028-02-27T00:00:00Z",
    "2026-06-14T00:00:00Z",
];

/// The world of a seed.
pub(crate) fn generate(seed: u64) -> Generated {
    let mut random = Random(seed.wrapping_mul(0x2545_f491_4f6c_dd1d));
    let (tick, ticks) = [(1, 400), (15, 400), (15, 700), (60, 500), (60, 900), (720, 500)][random.below(6)];
    let from = moment(random.pick(&STARTS));
    let until = Moment(from.0 + ticks * tick * 60_000);
    let many = if tick == 720 { 1 } else { 3 };
    let mut zones = Vec::new();
    for _ in 0..many {
        let end = if tick == 720 { 3 } else { ZONES.len() };
        zones.push(ZONES[random.below(end)]);
    }
    let mut world = Gen {
        random,
        tick,
        from,
        until,
        zones,
        segments: 0,
        journeys: 0,
        scope: Vec::new(),
        journey: 0,
        in_run: false,
        names: 0,
        by_hand: Vec::new(),
        params: Vec::new(),
    };
    let tree = world.text();
    let customers =
        (0..=world.random.below(3)).map(|number| format!("c{}", seed % 1_000 * 10 + number as u64)).collect();
    let zone = world.zones[0].to_owned();
    let mut setting = Setting {
        tick_minutes: tick,
        from: shown(from),
        until: shown(until),
        zone,
        customers,
        downtimes: Vec::new(),
        sends: Default::default(),
        reactions: Default::default(),
        calls: Default::default(),
    };
    world.replies(&mut setting);
    let tells = world.story(&setting);
    let text = tree.render();
    Generated { world: World { setting, tells, text }, tree }
}

impl Gen {
    /// A length of some ticks, short ones more often.
    pub(crate) fn ticks(&mut self) -> i64 {
        let bound = [4, 12, 40, 120][self.random.below(4)];
        1 + i64::try_from(self.random.below(bound)).unwrap()
    }

    /// A length in the language; in calendar units where they fit.
    pub(crate) fn length(&mut self) -> String {
        let minutes = self.ticks() * self.tick;
        let (days, rest) = (minutes / 1_440, minutes % 1_440);
        if days > 0 && self.random.chance(70) {
            if self.tick >= 60 && days >= 20 && self.random.chance(50) {
                return format!("{} months", (days / 30).max(1));
            }
            if days >= 7 && self.random.chance(30) {
                return format!("{} weeks", days / 7);
            }
            let hours = (rest / 60, rest % 60);
            return match hours {
                (hours, 0) if hours > 0 && self.random.chance(30) => format!("{days} days {hours} hours"),
                _ => format!("{days} days"),
            };
        }
        self.exact(minutes)
    }

    /// A length in hours and minutes.
    pub(crate) fn exact(&mut self, minutes: i64) -> String {
        match (minutes / 60, minutes % 60) {
            (0, minutes) => format!("{minutes} minutes"),
            (hours, 0) => format!("{hours} hours"),
            (hours, minutes) => format!("{hours} hours {minutes} minutes"),
        }
    }

    /// A time of the day at which the clock ticks.
    pub(crate) fn time(&mut self) -> String {
        let steps = usize::try_from(1_440 / self.tick.min(720)).unwrap();
        let minutes = i64::try_from(self.random.below(steps)).unwrap() * self.tick.min(720);
        // Where clocks change, more often.
        let minutes = if self.tick < 60 && self.random.chance(25) {
            [120, 150, 60, 90, 180, 0][self.random.below(6)]
        } else {
            minutes
        };
        format!("{:02}:{:02}", minutes / 60, minutes % 60)
    }

    pub(crate) fn days(&mut self) -> &'static str {
        self.random.pick(&["Mon to Fri", "Sat, Sun", "Mon, Wed, Fri", "Sun", "Tue to Thu", "Sat"])
    }

    /// A window.
    pub(crate) fn window(&mut self) -> String {
        loop {
            let (from, to) = (self.time(), self.time());
            if from != to {
                return format!("{from} to {to}");
            }
        }
    }

    /// A day near the story.
    pub(crate) fn date(&mut self) -> String {
        let moment = self.moment();
        shown(moment).chars().take(10).collect()
    }

    /// A moment of the clock, within the story.
    pub(crate) fn moment(&mut self) -> Moment {
        let ticks = usize::try_from((self.until.0 - self.from.0) / 60_000 / self.tick).unwrap();
        let at = i64::try_from(self.random.below(ticks)).unwrap();
        Moment(self.from.0 + at * self.tick * 60_000)
    }

    /// A moment not long after another one.
    pub(crate) fn after(&mut self, from: Moment) -> Moment {
        let span = Span::of_minutes(self.ticks() * self.tick);
        Moment(from.0 + span.millis)
    }

    pub(crate) fn name(&mut self, stem: &str) -> String {
        self.names += 1;
        format!("{stem}{}", self.names)
    }
}
