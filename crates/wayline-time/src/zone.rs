//! IANA time zones from the bundled database.

mod table;

use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;
use std::sync::{LazyLock, OnceLock};

use jiff::tz::{TimeZone, TimeZoneDatabase};

use crate::error::UnknownZone;
use crate::moment::Moment;
use crate::text_form::text_form;
use table::Table;

/// An IANA time zone; one pointer wide, cheap to copy and compare, written as its name.
///
/// The rules come from the database bundled with the `jiff` crate, never from the machine, so a
/// zone means the same everywhere. Zones are equal and ordered by name: an alias such as
/// `US/Eastern` is a zone of its own.
#[derive(Clone, Copy)]
pub struct Zone(&'static Entry);

struct Entry {
    name: Cow<'static, str>,
    // Filled on first use from immutable data: the same whoever comes first.
    table: OnceLock<Table>,
}

static DATABASE: LazyLock<TimeZoneDatabase> = LazyLock::new(TimeZoneDatabase::bundled);

static UTC: Entry = Entry { name: Cow::Borrowed("UTC"), table: OnceLock::new() };

/// All zones but `UTC`, sorted by lower-case name.
static ENTRIES: LazyLock<Box<[Entry]>> = LazyLock::new(|| {
    let mut names: Vec<String> =
        DATABASE.available().map(|name| name.to_string()).filter(|name| *name != UTC.name).collect();
    names.sort_by_cached_key(|name| name.to_ascii_lowercase());
    names.into_iter().map(|name| Entry { name: name.into(), table: OnceLock::new() }).collect()
});

impl Zone {
    /// Coordinated Universal Time.
    #[must_use]
    pub fn utc() -> Self {
        Self(&UTC)
    }

    /// The zone with this IANA name, in any case (`europe/berlin`), as the database prescribes.
    ///
    /// # Errors
    /// If the database has no zone of that name.
    pub fn lookup(name: &str) -> Result<Self, UnknownZone> {
        if name.eq_ignore_ascii_case(&UTC.name) {
            return Ok(Self::utc());
        }
        let key = name.bytes().map(|byte| byte.to_ascii_lowercase());
        let entries: &'static [Entry] = &ENTRIES;
        entries
            .binary_search_by(|entry| {
                entry.name.bytes().map(|byte| byte.to_ascii_lowercase()).cmp(key.clone())
            })
            .ok()
            .and_then(|index| entries.get(index))
            .map(Self)
            .ok_or_else(|| UnknownZone::new(name))
    }

    /// The IANA name, in the database's spelling.
    #[must_use]
    pub fn name(self) -> &'static str {
        &self.0.name
    }

    /// Every zone of the database, `UTC` first, then by name.
    pub fn all() -> impl Iterator<Item = Self> {
        std::iter::once(Self::utc()).chain(ENTRIES.iter().map(Self))
    }

    /// The offset from UTC in force at a moment, in milliseconds, positive to the east.
    #[must_use]
    pub fn offset_millis(self, moment: Moment) -> i64 {
        self.table().offset(moment.0)
    }

    /// What a wall clock that never goes back shows at a moment: the latest local time that any
    /// moment up to this one has shown, in milliseconds since 1970-01-01T00:00 local.
    ///
    /// It equals the wall clock except in the repeated part of a fold, where it stands at the last
    /// millisecond before the clock was set back.
    #[must_use]
    pub fn steady_clock(self, moment: Moment) -> i64 {
        self.table().steady(moment.0)
    }

    /// The first moment at which the wall clock has reached a local time, given in milliseconds
    /// since 1970-01-01T00:00 local. See [`crate::to_moment`].
    #[must_use]
    pub fn first_reach(self, local_millis: i64) -> Moment {
        Moment(self.table().first_reach(local_millis))
    }

    /// The first moment after `moment` at which the offset from UTC changes; `None` if it never
    /// does again (or not before the year 9999).
    #[must_use]
    pub fn next_transition(self, moment: Moment) -> Option<Moment> {
        self.table().next_transition(moment.0).map(Moment)
    }

    fn table(self) -> &'static Table {
        self.0.table.get_or_init(|| {
            // The name comes from the database itself, so it is found; UTC keeps this total.
            Table::build(DATABASE.get(&self.0.name).unwrap_or(TimeZone::UTC))
        })
    }
}

impl Default for Zone {
    fn default() -> Self {
        Self::utc()
    }
}

impl fmt::Debug for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Zone({:?})", self.name())
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl PartialEq for Zone {
    fn eq(&self, other: &Self) -> bool {
        // One entry per name, so the address decides.
        std::ptr::eq(self.0, other.0)
    }
}

impl Eq for Zone {}

impl PartialOrd for Zone {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Zone {
    fn cmp(&self, other: &Self) -> Ordering {
        self.name().cmp(other.name())
    }
}

impl Hash for Zone {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.name().hash(state);
    }
}

impl FromStr for Zone {
    type Err = UnknownZone;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::lookup(name)
    }
}

text_form!(Zone, "Zone", "An IANA time zone name, such as Europe/Berlin.", None);
