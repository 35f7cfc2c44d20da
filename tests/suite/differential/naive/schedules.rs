//! Entries that time brings about: at each moment every line is asked whether it is its moment.

use wayline_ir::{Direction, Enter, Expr, FieldId, JourneyId, Schedule, Value};
use wayline_time::{Date, Moment, TimeOfDay, days_in_month};

use super::Turn;
use super::ask::{Answer, Fault};
use super::clock::DAY;
use super::waits::distance;

impl Turn<'_> {
    /// The first input has been handled: segments and schedules are known from now on.
    pub(super) fn begin(&mut self) {
        self.person.begun = true;
        for since in self.person.schedules.iter_mut().flatten() {
            *since = self.now;
        }
        for since in &mut self.person.since {
            *since = (*since).min(self.now);
        }
        for number in 0..self.program.segments.len() {
            if self.program.segments[number].tracked {
                self.segment(number, self.now);
            }
        }
    }

    /// Before something changes: an entry that is due at this very moment, or was missed, has its turn yet.
    pub(super) fn keep_pending(&mut self) {
        if !self.person.begun {
            return;
        }
        let (missed, now) = (self.missed, self.now);
        for (number, journey) in self.program.journeys.iter().enumerate() {
            for (line, enter) in journey.enters.iter().enumerate() {
                let since = self.person.schedules[number][line];
                for at in missed.iter().copied().chain([now]) {
                    if matches!(self.strikes(number, line, enter, at), Ok(true)) {
                        self.person.pending[number][line] = Some(at);
                        self.person.schedules[number][line] = since;
                        break;
                    }
                }
            }
        }
    }

    /// Fields have changed: moments that hang on them are looked for from now on.
    pub(super) fn reschedule(&mut self, fields: &[FieldId]) {
        if !self.person.begun {
            return;
        }
        let zone = self.program.zone_field.is_some_and(|zone| fields.contains(&zone));
        for (number, journey) in self.program.journeys.iter().enumerate() {
            for (line, enter) in journey.enters.iter().enumerate() {
                let mut concerned = zone;
                if let Enter::Anniversary { date: anchor, .. } | Enter::Relative { anchor, .. } = enter {
                    anchor.walk(0, &mut |part, _| {
                        concerned |= matches!(part, Expr::Customer(field) if fields.contains(field));
                    });
                }
                if concerned {
                    self.person.schedules[number][line] = self.now;
                }
            }
        }
    }

    /// Entries of segments and schedules, by priority.
    pub(super) fn tick_entries(&mut self, at: Moment) {
        let moved = self.net_moves();
        for number in self.by_priority() {
            let journey = &self.program.journeys[number];
            let mut joined = false;
            for (line, enter) in journey.enters.iter().enumerate() {
                let come = match enter {
                    Enter::Segment { segment, joins } => {
                        // Of several lines that would answer, the first does.
                        !joined
                            && moved.contains(&(*segment, *joins))
                            && self.person.members[segment.index()].0 == *joins
                    }
                    Enter::Event { .. } | Enter::ByHand => false,
                    _ => match self.strikes(number, line, enter, at) {
                        Ok(strikes) => strikes,
                        Err(_) => {
                            self.fault(Some(JourneyId::at(number)));
                            false
                        }
                    },
                };
                if !come {
                    continue;
                }
                joined |= matches!(enter, Enter::Segment { .. });
                if let Enter::Schedule { segment: Some(segment), .. } = enter {
                    match self.ask().holds(&Expr::InSegment(*segment)) {
                        Ok(true) => {}
                        Ok(false) => continue,
                        Err(_) => {
                            self.fault(Some(JourneyId::at(number)));
                            continue;
                        }
                    }
                }
                self.person.frontier = self.person.frontier.max(at);
                self.door(self.comer(number, line));
                self.drain();
            }
        }
    }

    /// Whether it is the moment of a line, which then is spent.
    fn strikes(&mut self, journey: usize, line: usize, enter: &Enter, at: Moment) -> Answer<bool> {
        if self.person.pending[journey][line].take_if(|pending| *pending <= at).is_some() {
            self.person.schedules[journey][line] = self.now;
            return Ok(true);
        }
        if at <= self.person.schedules[journey][line] {
            return Ok(false);
        }
        let clock = self.person.clock.clone();
        let strikes = match enter {
            Enter::Schedule { schedule: Schedule::Weekly { days, at: time }, .. } => {
                clock.strikes(at, *time).iter().any(|day| days.contains(day.weekday()))
            }
            Enter::Schedule { schedule: Schedule::Monthly { day, at: time }, .. } => {
                clock.strikes(at, *time).iter().any(|date| {
                    let (year, month, here) = date.ymd();
                    here == (*day).min(days_in_month(year, month))
                })
            }
            Enter::Schedule { schedule: Schedule::Cron(pattern), .. } => {
                let (from, to) = (clock.reached(Moment(at.0 - 1)), clock.reached(at));
                let minutes = from.div_euclid(60_000) + 1..=to.div_euclid(60_000);
                minutes.into_iter().any(|minute| cron_matches(pattern.as_str(), minute))
            }
            Enter::Anniversary { date, at: time } => match self.ask().value(date)? {
                Value::Date(date) => self.is_anniversary(date, *time, at),
                Value::Moment(moment) => self.is_anniversary(clock.day(moment), *time, at),
                Value::Missing => false,
                _ => return Err(Fault),
            },
            Enter::Relative { anchor, offset, direction, at: time } => {
                let anchor = self.ask().value(anchor)?;
                distance(&clock, &anchor, *offset, *direction == Direction::Before, *time) == Some(at)
            }
            Enter::Event { .. } | Enter::Segment { .. } | Enter::ByHand => false,
        };
        if strikes {
            self.person.schedules[journey][line] = self.now;
        }
        Ok(strikes)
    }

    fn is_anniversary(&self, date: Date, time: TimeOfDay, at: Moment) -> bool {
        let (_, month, day) = date.ymd();
        self.person.clock.strikes(at, time).iter().any(|here| {
            let (year, of, on) = here.ymd();
            *here >= date && of == month && on == day.min(days_in_month(year, month))
        })
    }
}

/// Whether a minute, counted since 1970 began on the wall, is one of a pattern's. Six fields; numbers, lists, ranges,
/// steps and `*`; seconds are 0; days of the week are names.
fn cron_matches(pattern: &str, minute: i64) -> bool {
    let fields: Vec<&str> = pattern.split_whitespace().collect();
    let date = Date(i32::try_from((minute * 60_000).div_euclid(DAY)).unwrap());
    let (_, month, day) = date.ymd();
    let of_day = minute.rem_euclid(24 * 60);
    let week = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];
    let weekday = (usize::from(date.weekday().days_from_monday()) + 1) % 7;
    let number = |word: &str| -> i64 {
        let named = week.iter().position(|name| *name == word);
        named.map_or_else(|| word.parse().unwrap(), |at| i64::try_from(at).unwrap())
    };
    let fits = |(field, value, first): (&str, i64, i64)| {
        field.split(',').any(|part| {
            let (range, step) = part.split_once('/').map_or((part, 1), |(range, step)| (range, number(step)));
            let (from, to) = match range.split_once('-') {
                Some((from, to)) => (number(from), number(to)),
                None if range == "*" || range == "?" => (first, value),
                None => (number(range), number(range)),
            };
            (from..=to).contains(&value) && (value - from) % step == 0
        })
    };
    let values =
        [0, of_day % 60, of_day / 60, i64::from(day), i64::from(month), i64::try_from(weekday).unwrap()];
    let firsts = [0, 0, 0, 1, 1, 0];
    fields.iter().zip(values).zip(firsts).all(|((field, value), first)| fits((field, value, first)))
}
