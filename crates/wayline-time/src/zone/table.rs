//! The offsets of one zone, laid out for fast conversion both ways.
//!
//! A zone is a list of segments of constant offset. They are listed once for the years 1900 to
//! 2199, with an index that leads from a moment to its segment in a step or two. Moments outside
//! those years are rare (a forgotten century in a birthday, a saturated sum): for them the same
//! search runs over segments made for the occasion.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::moment::{MILLIS_PER_DAY, MILLIS_PER_SECOND};

/// 1900-01-01T00:00:00Z and 2200-01-01T00:00:00Z, the bounds of the prepared segments.
const FIRST: i64 = -25_567 * MILLIS_PER_DAY;
const LIMIT: i64 = 84_006 * MILLIS_PER_DAY;

/// One index entry per 2^33 ms, about 99 days: at most a few segments apart.
const SHIFT: u32 = 33;

/// No zone is 26 hours or more from UTC (jiff's range, and the TZif format's).
const MAX_OFFSET: i64 = 26 * 3_600 * MILLIS_PER_SECOND;

/// Around a moment outside the prepared years, so much is listed on either side: far more than any
/// fold or gap is long.
const SURROUNDINGS: i64 = 5 * MILLIS_PER_DAY;

/// The moments `start..end` have this `offset` from UTC. All in milliseconds.
#[derive(Debug, Clone, Copy)]
struct Segment {
    start: i64,
    end: i64,
    offset: i64,
    /// The latest local time shown before `start` (`i64::MIN` if that does not matter).
    peak: i64,
}

pub(super) struct Table {
    zone: TimeZone,
    /// The one offset of a zone that never changes.
    fixed: Option<i64>,
    segments: Box<[Segment]>,
    /// The segment of the first moment of every 2^33 ms since `FIRST`.
    index: Box<[u16]>,
}

impl Table {
    pub(super) fn build(zone: TimeZone) -> Self {
        if let Ok(offset) = zone.to_fixed_offset() {
            let fixed = Some(i64::from(offset.seconds()) * MILLIS_PER_SECOND);
            return Self { zone, fixed, segments: Box::default(), index: Box::default() };
        }
        let mut segments = list(&zone, FIRST - SURROUNDINGS, LIMIT);
        // What happened before 1900 counts only for the clock's peak.
        segments.retain(|segment| segment.end > FIRST);
        if let Some(first) = segments.first_mut() {
            first.start = first.start.max(FIRST);
        }
        if let Some(last) = segments.last_mut() {
            last.end = LIMIT;
        }
        let mut index = Vec::new();
        let mut segment = 0_u16;
        let mut bucket = FIRST;
        while bucket < LIMIT {
            while segments.get(usize::from(segment)).is_some_and(|at| at.end <= bucket) {
                segment += 1;
            }
            index.push(segment);
            bucket += 1 << SHIFT;
        }
        Self { zone, fixed: None, segments: segments.into(), index: index.into() }
    }

    #[inline]
    pub(super) fn offset(&self, moment: i64) -> i64 {
        match self.fixed {
            Some(offset) => offset,
            None => self.at(moment).offset,
        }
    }

    #[inline]
    pub(super) fn steady(&self, moment: i64) -> i64 {
        match self.fixed {
            Some(offset) => moment.saturating_add(offset),
            None => {
                let segment = self.at(moment);
                moment.saturating_add(segment.offset).max(segment.peak)
            }
        }
    }

    #[inline]
    pub(super) fn first_reach(&self, local: i64) -> i64 {
        if let Some(offset) = self.fixed {
            return local.saturating_sub(offset);
        }
        // A segment that ended before this shows only earlier local times.
        let earliest = local.saturating_sub(MAX_OFFSET);
        self.position(earliest)
            .and_then(|position| reach(self.segments.get(position..)?, local))
            .unwrap_or_else(|| self.first_reach_outside(local))
    }

    pub(super) fn next_transition(&self, moment: i64) -> Option<i64> {
        if self.fixed.is_some() {
            return None;
        }
        if let Some(position) = self.position(moment)
            && let Some(next) = self.segments.get(position + 1)
        {
            return Some(next.start);
        }
        let mut offset = self.at(moment).offset;
        self.zone.following(timestamp(moment)).find_map(|transition| {
            let new = i64::from(transition.offset().seconds()) * MILLIS_PER_SECOND;
            let changed = new != offset;
            offset = new;
            changed.then(|| transition.timestamp().as_millisecond())
        })
    }

    #[inline]
    fn at(&self, moment: i64) -> Segment {
        match self.position(moment).and_then(|position| self.segments.get(position)) {
            Some(segment) => *segment,
            None => self.at_outside(moment),
        }
    }

    /// The segment of a moment in the prepared years.
    #[inline]
    fn position(&self, moment: i64) -> Option<usize> {
        if !(FIRST..LIMIT).contains(&moment) {
            return None;
        }
        let bucket = usize::try_from((moment - FIRST) >> SHIFT).ok()?;
        let mut position = usize::from(*self.index.get(bucket)?);
        while self.segments.get(position)?.end <= moment {
            position += 1;
        }
        Some(position)
    }

    #[cold]
    fn at_outside(&self, moment: i64) -> Segment {
        let segments = self.surroundings(moment);
        let found = segments.iter().find(|segment| moment < segment.end).or(segments.last());
        // The list always has at least one segment; the other arm only keeps this total.
        found.copied().unwrap_or(Segment { start: i64::MIN, end: i64::MAX, offset: 0, peak: i64::MIN })
    }

    #[cold]
    fn first_reach_outside(&self, local: i64) -> i64 {
        let segments = self.surroundings(local);
        reach(&segments, local)
            .unwrap_or_else(|| local.saturating_sub(segments.last().map_or(0, |last| last.offset)))
    }

    fn surroundings(&self, moment: i64) -> Vec<Segment> {
        list(&self.zone, moment.saturating_sub(SURROUNDINGS), moment.saturating_add(SURROUNDINGS))
    }
}

/// The first moment at which the local time is at least `local`, if it lies in these segments:
/// in the first segment whose local times go beyond `local`, or at its start if it begins later.
#[inline]
fn reach(segments: &[Segment], local: i64) -> Option<i64> {
    let segment = segments.iter().find(|segment| local < segment.end.saturating_add(segment.offset))?;
    Some(local.saturating_sub(segment.offset).max(segment.start))
}

/// The segments from `from` to `to`; the first reaches back and the last forward without end.
fn list(zone: &TimeZone, from: i64, to: i64) -> Vec<Segment> {
    let from = timestamp(from);
    let millis = |offset: jiff::tz::Offset| i64::from(offset.seconds()) * MILLIS_PER_SECOND;
    let mut open =
        Segment { start: i64::MIN, end: i64::MAX, offset: millis(zone.to_offset(from)), peak: i64::MIN };
    let mut segments = Vec::new();
    for transition in zone.following(from) {
        let start = transition.timestamp().as_millisecond();
        if start >= to {
            break;
        }
        let offset = millis(transition.offset());
        if offset == open.offset {
            continue; // only the name or the daylight saving flag changed
        }
        let peak = open.peak.max(start + open.offset - 1);
        segments.push(Segment { end: start, ..open });
        open = Segment { start, end: i64::MAX, offset, peak };
    }
    segments.push(open);
    segments
}

/// The jiff timestamp of a moment, at most the last one that jiff knows (years -9999 to 9999).
fn timestamp(millis: i64) -> Timestamp {
    Timestamp::from_millisecond(millis).unwrap_or(if millis < 0 { Timestamp::MIN } else { Timestamp::MAX })
}
