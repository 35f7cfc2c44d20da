//! What is known about the data at a place of the template.

use std::collections::BTreeMap;

/// One thing that a condition teaches about the value at a key (see [`super::paths::Key`]).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Learnt {
    pub(super) key: String,
    /// A list has at least so many elements. Zero says only that the value is there.
    pub(super) size: usize,
}

/// Facts by branch: those of the innermost branch come last. Nesting is bounded by the parser, but an `elsif` chain adds
/// one level per link, so lookups go through one merged map and branches keep what to restore.
#[derive(Debug, Default)]
pub(super) struct Facts {
    known: BTreeMap<String, usize>,
    undo: Vec<Vec<(String, Option<usize>)>>,
}

impl Facts {
    pub(super) fn enter(&mut self, learnt: Vec<Learnt>) {
        let mut undo = Vec::new();
        for Learnt { key, size } in learnt {
            let before = self.known.get(&key).copied();
            if before.is_none_or(|before| before < size) {
                self.known.insert(key.clone(), size);
                undo.push((key, before));
            }
        }
        self.undo.push(undo);
    }

    pub(super) fn leave(&mut self) {
        for (key, before) in self.undo.pop().unwrap_or_default().into_iter().rev() {
            match before {
                // A fact that was forgotten meanwhile stays forgotten.
                Some(size) => {
                    if let Some(known) = self.known.get_mut(&key) {
                        *known = size;
                    }
                }
                None => {
                    self.known.remove(&key);
                }
            }
        }
    }

    /// Forgets all about a variable that gets a new value.
    pub(super) fn forget(&mut self, name: &str) {
        self.known.retain(|key, _| {
            key.strip_prefix(name).is_none_or(|rest| !(rest.is_empty() || rest.starts_with(['.', '['])))
        });
    }

    pub(super) fn is_there(&self, key: &str) -> bool {
        self.known.contains_key(key)
    }

    pub(super) fn has_size(&self, key: &str, size: usize) -> bool {
        self.known.get(key).is_some_and(|known| *known >= size)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn learnt(key: &str, size: usize) -> Learnt {
        Learnt { key: key.into(), size }
    }

    #[test]
    fn branches_restore_what_they_learnt() {
        let mut facts = Facts::default();
        facts.enter(vec![learnt("a", 1)]);
        facts.enter(vec![learnt("a", 3), learnt("a", 2), learnt("b", 0)]);
        assert!(facts.has_size("a", 3) && facts.is_there("b"));
        facts.leave();
        assert!(facts.has_size("a", 1) && !facts.has_size("a", 2) && !facts.is_there("b"));
    }

    #[test]
    fn forgotten_facts_do_not_come_back() {
        let mut facts = Facts::default();
        facts.enter(vec![learnt("x.a", 1), learnt("xy", 0)]);
        facts.enter(vec![learnt("x.a", 2)]);
        facts.forget("x");
        facts.leave();
        assert!(!facts.is_there("x.a") && facts.is_there("xy"));
    }
}
