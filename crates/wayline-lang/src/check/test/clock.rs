//! The clock of a test: moments and lengths, and that it never goes back.

use wayline_ir::{TestClock, TestMoment};
use wayline_time::{LocalDateTime, Moment, Span as TimeSpan, Zone, to_moment};

use super::Story;
use crate::check::Checker;
use crate::codes::Code;
use crate::diagnostic::Diagnostic;
use crate::source::Span;
use crate::syntax::ast::{self, ExprKind, Given, Spanned};

/// The first zone to reach a local time is 14 hours ahead of UTC, and the last one 12 hours behind.
const AHEAD: i64 = 14 * 3_600_000;
const BEHIND: i64 = 12 * 3_600_000;

/// How short a length can be at most: clocks are put on by a day at the most.
fn at_least(length: &TimeSpan) -> i64 {
    let days = i64::from(length.months).saturating_mul(28).saturating_add(i64::from(length.days));
    let day = 24 * 3_600_000;
    days.saturating_sub(1).max(0).saturating_mul(day).saturating_add(length.millis).max(0)
}

/// What can be told of the clock.
#[derive(Default)]
pub(super) struct Clock {
    /// It is not before this moment, as the line there says.
    earliest: Option<(Moment, Span)>,
}

impl Clock {
    pub(super) fn goes_on(&mut self, length: &TimeSpan, at: Span) {
        if let Some((earliest, span)) = &mut self.earliest {
            *earliest = earliest.plus_millis(at_least(length));
            *span = at;
        }
    }

    fn reaches(&mut self, moment: Moment, at: Span) {
        if self.earliest.is_none_or(|(earliest, _)| earliest < moment) {
            self.earliest = Some((moment, at));
        }
    }
}

impl Checker<'_> {
    pub(super) fn test_moment(&mut self, story: &Story<'_>, moment: &ast::Moment) -> Option<TestMoment> {
        let clock = match &moment.clock {
            None => TestClock::Workspace,
            Some(ast::Clock::Local) => TestClock::Customer,
            Some(ast::Clock::Zone(name)) => {
                self.zone_name(name.as_str(), name.span)?;
                TestClock::Zone(Zone::lookup(name.as_str()).ok()?)
            }
        };
        let LocalDateTime { date, time, .. } = self
            .given(story, &moment.at, "a date and a time", "write them, such as `2026-03-07 10:00`")?
            .value;
        Some(TestMoment { date, time, clock })
    }

    pub(super) fn dated(
        &mut self,
        story: &Story<'_>,
        moment: Option<&ast::Moment>,
    ) -> Option<Option<TestMoment>> {
        match moment {
            Some(moment) => self.test_moment(story, moment).map(Some),
            None => Some(None),
        }
    }

    pub(super) fn test_length(&mut self, story: &Story<'_>, length: &ast::Length) -> Option<ast::Duration> {
        self.given(story, length, "a duration", "write it, such as `1 hour`")
    }

    pub(super) fn taking(
        &mut self,
        story: &Story<'_>,
        length: Option<&ast::Length>,
    ) -> Option<Option<TimeSpan>> {
        match length {
            Some(length) => self.test_length(story, length).map(|length| Some(length.value)),
            None => Some(None),
        }
    }

    /// A value; a name that is left is none that the case gives a value of this kind by.
    fn given<T: Copy>(
        &mut self,
        story: &Story<'_>,
        given: &Given<T>,
        what: &str,
        help: &str,
    ) -> Option<Spanned<T>> {
        let name = match given {
            Given::Fixed(value) => return Some(*value),
            Given::Named(name) => name,
        };
        let found = story.case.and_then(|case| case.values.iter().find(|entry| entry.name.text == name.text));
        match found {
            Some(entry) if matches!(entry.value.kind, ExprKind::Bad) => {}
            Some(entry) => self.report(
                Diagnostic::new(
                    Code::WRONG_TYPE,
                    format!("{what} is wanted for `{}`, but this is another value", name.text),
                    entry.value.span,
                )
                .also(name.span, format!("{what} is wanted here"))
                .help(help),
            ),
            None => self.report(
                Diagnostic::new(
                    Code::UNKNOWN_NAME,
                    format!("{what} is wanted here, and no case gives `{}`", name.text),
                    name.span,
                )
                .help(format!("{help}, or give it in `cases {{ … }}`")),
            ),
        }
        None
    }

    /// Says so when the clock would go back to a moment.
    pub(super) fn clock_reaches(&mut self, story: &mut Story<'_>, at: TestMoment, span: Span, line: Span) {
        let (from, to) = self.reading(at);
        if let Some((earliest, before)) = story.clock.earliest
            && to < earliest
        {
            self.report(
                Diagnostic::new(Code::TEST_TIME, "the clock of a test never goes back", span)
                    .label("earlier than the line before")
                    .also(before, "it is later than that already")
                    .help("put the lines in the order in which they happen"),
            );
        }
        story.clock.reaches(from, Span { end: span.end.min(line.end), ..span });
    }

    /// Says so when there is no time left before a moment.
    pub(super) fn clock_is_before(&mut self, story: &Story<'_>, at: TestMoment, span: Span) {
        let (_, to) = self.reading(at);
        if let Some((earliest, before)) = story.clock.earliest
            && to <= earliest
        {
            self.report(
                Diagnostic::new(Code::TEST_TIME, "there is no time left before this", span)
                    .also(before, "it is as late as that already")
                    .help("write a later moment"),
            );
        }
    }

    /// The moments between which a local time can lie.
    fn reading(&self, at: TestMoment) -> (Moment, Moment) {
        let zone = match at.clock {
            TestClock::Workspace => self.program.workspace.zone,
            TestClock::Zone(zone) => zone,
            TestClock::Customer => {
                let there = to_moment(Zone::utc(), at.date, at.time);
                return (there.plus_millis(-AHEAD), there.plus_millis(BEHIND));
            }
        };
        let moment = to_moment(zone, at.date, at.time);
        (moment, moment)
    }
}
