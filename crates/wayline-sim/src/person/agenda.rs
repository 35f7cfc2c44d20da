//! What a person is going to do, by time and, at one instant, in the order it was decided.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use wayline_time::Moment;

use crate::random::Key;

/// Something to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Todo {
    /// The next occurrence of a happening, by its position.
    Happening(u32),
    /// A behaviour whose chance has already said yes.
    Behaviour {
        /// Its node.
        node: u32,
        /// What its draws are keyed by.
        key: Key,
        /// The send it is about, by its position among the customer's sends; [`NO_SEND`] when it is about none.
        send: u32,
    },
}

/// See [`Todo::Behaviour`].
pub(crate) const NO_SEND: u32 = u32::MAX;

/// A queue by time and sequence.
#[derive(Debug, Default)]
pub(crate) struct Agenda {
    heap: BinaryHeap<Entry>,
    sequence: u32,
}

#[derive(Debug, PartialEq, Eq)]
struct Entry {
    at: Moment,
    sequence: u32,
    todo: Todo,
}

impl Ord for Entry {
    /// Reversed: the heap gives the greatest first, and the earliest is wanted.
    fn cmp(&self, other: &Self) -> Ordering {
        (other.at, other.sequence).cmp(&(self.at, self.sequence))
    }
}

impl PartialOrd for Entry {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Agenda {
    pub(crate) fn push(&mut self, at: Moment, todo: Todo) {
        self.sequence = self.sequence.wrapping_add(1);
        self.heap.push(Entry { at, sequence: self.sequence, todo });
    }

    /// When the first of them is to be done.
    pub(crate) fn next(&self) -> Option<Moment> {
        self.heap.peek().map(|entry| entry.at)
    }

    pub(crate) fn clear(&mut self) {
        self.heap.clear();
        self.sequence = 0;
    }

    pub(crate) fn pop(&mut self) -> Option<(Moment, Todo)> {
        self.heap.pop().map(|entry| (entry.at, entry.todo))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn earlier_first_then_in_the_order_of_coming() {
        let mut agenda = Agenda::default();
        for (at, happening) in [(5, 0), (3, 1), (5, 2), (3, 3), (4, 4)] {
            agenda.push(Moment(at), Todo::Happening(happening));
        }
        assert_eq!(agenda.next(), Some(Moment(3)));
        let order: Vec<Todo> = std::iter::from_fn(|| agenda.pop()).map(|(_, todo)| todo).collect();
        assert_eq!(order, [1, 3, 4, 0, 2].map(Todo::Happening));
    }
}
