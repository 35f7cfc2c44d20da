//! What a clause of a rule says about a send now, and when it can next say otherwise.

use wayline_ir::{Clause, Expr, HistoryRange, HistorySource, SuppressRule};
use wayline_time::{DayWindow, Moment, Span, add_span, any_contains, next_close};

use crate::eval::Fault;
use crate::state::Origin;
use crate::turn::Turn;
use crate::{Detail, Reason};

/// A source and the filter its events must pass.
type Asked<'e> = (HistorySource, Option<&'e Expr>);

/// A clause forbids a send.
#[derive(Debug)]
pub(crate) struct Forbids {
    pub reason: Reason,
    /// The moment at which it can next allow it, if time alone does; never when absent.
    pub until: Option<Moment>,
    /// From when on an event or a change of the profile may allow it; the same as `until` when none may.
    pub soonest: Option<Moment>,
    pub detail: Detail,
}

impl Forbids {
    fn suppressed(until: Option<Moment>, volatile: bool) -> Self {
        let soonest = if volatile { Some(Moment::MIN) } else { until };
        Self { reason: Reason::Suppressed, until, soonest, detail: Detail::None }
    }

    /// Whether an event or a change of the profile may allow it sooner than time does.
    pub(crate) fn volatile(&self) -> bool {
        self.soonest != self.until
    }

    /// A clause that cannot be computed forbids until something changes.
    pub(crate) fn until_changed() -> Self {
        Self::suppressed(None, true)
    }

    /// Two clauses of a rule: both must allow. The first names the reason.
    pub(crate) fn and(self, other: Self) -> Self {
        let later = |a: Option<Moment>, b: Option<Moment>| a.zip(b).map(|(a, b)| a.max(b));
        Self { until: later(self.until, other.until), soonest: later(self.soonest, other.soonest), ..self }
    }
}

impl Turn<'_> {
    pub(crate) fn clause_forbids(
        &self,
        rule: &SuppressRule,
        clause: &Clause,
    ) -> Result<Option<Forbids>, Fault> {
        let zone = self.customer.zone;
        Ok(match clause {
            Clause::Caps { caps, across } => self.caps_forbid(rule, caps, across),
            Clause::Between { from, from_filter, until, until_filter, or_after } => {
                let from = (*from, from_filter.as_ref());
                self.between((from, (*until, until_filter.as_ref())), or_after.as_ref())?
            }
            Clause::On(calendar) => self
                .program
                .calendars
                .get(calendar.index())
                .filter(|calendar| calendar.days.contains_moment(zone, self.now))
                .map(|calendar| Forbids::suppressed(calendar.days.next_outside(zone, self.now), false)),
            Clause::During(windows) => self.during(windows),
            Clause::When(condition) => {
                let eval = self.eval();
                eval.holds(condition, None)?.then(|| Forbids::suppressed(eval.flip(condition, None), true))
            }
        })
    }

    fn during(&self, windows: &[DayWindow]) -> Option<Forbids> {
        let zone = self.customer.zone;
        any_contains(zone, self.now, windows)
            .then(|| Forbids::suppressed(next_close(zone, self.now, windows), false))
    }

    /// From the latest event that begins it: no later one ends it, and its time is not over.
    fn between(
        &self,
        (from, until): (Asked<'_>, Asked<'_>),
        or_after: Option<&Span>,
    ) -> Result<Option<Forbids>, Fault> {
        let Some(began) = self.latest(from.0, from.1)? else { return Ok(None) };
        let over = or_after.map(|span| add_span(self.customer.zone, began.at, span));
        if over.is_some_and(|over| over <= self.now) {
            return Ok(None);
        }
        // One event may be both: then it ends what it begins.
        let ended = self.latest(until.0, until.1)?.is_some_and(|ended| ended >= began);
        Ok((!ended).then(|| Forbids::suppressed(over, true)))
    }

    /// Where the latest event that passes a filter stands in history.
    fn latest(&self, source: HistorySource, filter: Option<&Expr>) -> Result<Option<Origin>, Fault> {
        let eval = self.eval();
        let mut latest = None;
        eval.records(source, HistoryRange::Ever, &mut |found| {
            if eval.passes(filter, found.item, None)? {
                latest = Some(Origin { at: found.at, seq: found.seq });
            }
            Ok(latest.is_none())
        })?;
        Ok(latest)
    }
}
