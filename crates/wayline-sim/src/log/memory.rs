//! Logs that stay in memory.

use std::io;
use std::sync::Arc;

use wayline_engine::Decision;

use crate::log::{Log, LogPart, Who};

/// Counts rows and keeps none.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CountLog {
    /// The rows so far.
    pub rows: u64,
}

impl Log for CountLog {
    type Part = Self;

    fn part(&self) -> Self {
        Self::default()
    }

    fn append(&mut self, part: Self) -> io::Result<()> {
        self.rows += part.rows;
        Ok(())
    }
}

impl LogPart for CountLog {
    #[inline]
    fn row(&mut self, _: Who<'_>, _: &Decision) {
        self.rows += 1;
    }
}

/// Keeps all rows.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct MemoryLog {
    parts: Vec<MemoryPart>,
}

/// Rows of some customers.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct MemoryPart {
    rows: Vec<MemoryRow>,
    customers: Vec<(u32, Arc<str>)>,
}

/// A row.
#[derive(Debug, Clone, PartialEq)]
pub struct MemoryRow {
    /// The customer's position among the people.
    pub customer: u32,
    /// What was decided.
    pub decision: Decision,
}

impl MemoryLog {
    /// The rows, in the order of the log.
    pub fn rows(&self) -> impl Iterator<Item = &MemoryRow> {
        self.parts.iter().flat_map(|part| &part.rows)
    }

    /// The customers who have rows, by their position among the people, with their ids.
    pub fn customers(&self) -> impl Iterator<Item = (u32, &str)> {
        self.parts.iter().flat_map(|part| &part.customers).map(|(index, id)| (*index, id.as_ref()))
    }
}

impl Log for MemoryLog {
    type Part = MemoryPart;

    fn part(&self) -> MemoryPart {
        MemoryPart::default()
    }

    fn append(&mut self, part: MemoryPart) -> io::Result<()> {
        self.parts.push(part);
        Ok(())
    }
}

impl LogPart for MemoryPart {
    #[inline]
    fn row(&mut self, who: Who<'_>, decision: &Decision) {
        if self.customers.last().is_none_or(|(last, _)| *last != who.index) {
            self.customers.push((who.index, who.id.into()));
        }
        self.rows.push(MemoryRow { customer: who.index, decision: decision.clone() });
    }
}
