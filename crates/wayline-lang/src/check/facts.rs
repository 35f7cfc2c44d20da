//! What is known to be present at a place in the text: flow-sensitive narrowing of values that may be missing.
//!
//! A fact is a path (`customer.phone`, `cart.note`) that has a value. Conditions add facts to the branch they guard.
//! Facts about the customer hold only until time passes, since the profile may change meanwhile; facts about what a run
//! has bound hold for ever, since bound values never change.

use std::collections::BTreeMap;

use wayline_ir::{CompareOp, Expr, SlotId};

/// A set of paths that have a value. `Facts` of a place that cannot be reached are not kept at all (`Option`).
///
/// Every branch has a set of its own, and a journey may have thousands of branches and fields. So the usual paths are
/// bits; only what lies deeper is a list.
#[derive(Debug, Clone, Default)]
pub(crate) struct Facts {
    numbered: BTreeMap<Of, Bits>,
    deeper: Vec<Expr>,
}

/// What a numbered path is a part of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Of {
    /// `customer.phone`
    Customer,
    /// What a run has bound: `cart`.
    Run,
    /// `cart.note`
    Slot(SlotId),
    /// What a `where` asks about.
    Items,
    /// A field of that.
    Item(u32),
}

/// A set of small numbers.
#[derive(Debug, Clone, Default)]
struct Bits(Vec<u64>);

impl Bits {
    fn place(number: usize) -> (usize, u64) {
        (number / 64, 1 << (number % 64))
    }

    fn has(&self, number: usize) -> bool {
        let (word, bit) = Self::place(number);
        self.0.get(word).is_some_and(|word| word & bit != 0)
    }

    fn insert(&mut self, number: usize) {
        let (word, bit) = Self::place(number);
        if self.0.len() <= word {
            self.0.resize(word + 1, 0);
        }
        if let Some(word) = self.0.get_mut(word) {
            *word |= bit;
        }
    }

    fn remove(&mut self, number: usize) {
        let (word, bit) = Self::place(number);
        if let Some(word) = self.0.get_mut(word) {
            *word &= !bit;
        }
    }

    fn meet(&self, other: &Self) -> Self {
        Self(self.0.iter().zip(&other.0).map(|(a, b)| a & b).collect())
    }
}

/// The number of a path in a set, if it is a usual one.
fn number(path: &Expr) -> Option<(Of, usize)> {
    match path {
        Expr::Customer(field) => Some((Of::Customer, field.index())),
        Expr::Slot(slot) => Some((Of::Run, slot.index())),
        Expr::Item(depth) => Some((Of::Items, *depth as usize)),
        Expr::Field(of, field) => match **of {
            Expr::Slot(slot) => Some((Of::Slot(slot), field.index())),
            Expr::Item(depth) => Some((Of::Item(depth), field.index())),
            _ => None,
        },
        _ => None,
    }
}

impl Facts {
    /// Learns that the path has a value, and so everything it is a part of.
    pub(crate) fn learn(&mut self, path: &Expr) {
        match number(path) {
            Some((of, number)) => self.numbered.entry(of).or_default().insert(number),
            None if !self.deeper.contains(path) => self.deeper.push(path.clone()),
            None => {}
        }
        if let Expr::Field(of, _) | Expr::Index(of, _) = path {
            self.learn(of);
        }
    }

    pub(crate) fn knows(&self, path: &Expr) -> bool {
        match number(path) {
            Some((of, number)) => self.numbered.get(&of).is_some_and(|known| known.has(number)),
            None => self.deeper.contains(path),
        }
    }

    /// Forgets what may change while time passes.
    pub(crate) fn time_passes(&mut self) {
        self.numbered.retain(|of, _| matches!(of, Of::Run | Of::Slot(_)));
        self.deeper.retain(is_bound);
    }

    /// What is still known inside a `where`, which asks about another event or item.
    pub(crate) fn inside_where(&self) -> Self {
        let mut facts = self.clone();
        facts.numbered.retain(|of, _| !matches!(of, Of::Items | Of::Item(_)));
        facts.deeper.retain(|path| !about_item(path));
        facts
    }

    /// Forgets a path and its parts, since it was given another value.
    pub(crate) fn forget(&mut self, path: &Expr) {
        if let Some((of, number)) = number(path)
            && let Some(known) = self.numbered.get_mut(&of)
        {
            known.remove(number);
        }
        match path {
            Expr::Slot(slot) => self.numbered.remove(&Of::Slot(*slot)),
            Expr::Item(depth) => self.numbered.remove(&Of::Item(*depth)),
            _ => None,
        };
        self.deeper.retain(|known| !mentions(known, path));
    }

    /// What both know.
    pub(crate) fn meet(&self, other: &Self) -> Self {
        let both = |(of, known): (&Of, &Bits)| Some((*of, known.meet(other.numbered.get(of)?)));
        Self {
            numbered: self.numbered.iter().filter_map(both).collect(),
            deeper: self.deeper.iter().filter(|path| other.deeper.contains(path)).cloned().collect(),
        }
    }

    /// What is known besides when the condition holds (or does not hold).
    pub(crate) fn assume(&self, condition: &Expr, holds: bool) -> Self {
        let mut facts = self.clone();
        for path in implied(condition, holds) {
            facts.learn(&path);
        }
        facts
    }
}

/// Facts where two ways meet; a way that does not arrive does not count.
pub(crate) fn meet(a: Option<Facts>, b: Option<Facts>) -> Option<Facts> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.meet(&b)),
        (a, None) => a,
        (None, b) => b,
    }
}

/// The paths that have a value when the condition holds (or does not hold).
fn implied(condition: &Expr, holds: bool) -> Vec<Expr> {
    match (condition, holds) {
        (Expr::Known(path), true) => vec![(**path).clone()],
        (Expr::Not(inner), _) => implied(inner, !holds),
        (Expr::And(all), true) | (Expr::Or(all), false) => {
            all.iter().flat_map(|part| implied(part, holds)).collect()
        }
        (Expr::Or(all), true) | (Expr::And(all), false) => {
            let mut ways = all.iter().map(|part| implied(part, holds));
            let Some(first) = ways.next() else { return Vec::new() };
            ways.fold(first, |common, way| common.into_iter().filter(|path| way.contains(path)).collect())
        }
        (Expr::Compare(CompareOp::Is, a, b), true) => {
            [a, b].into_iter().filter(|side| is_path(side)).map(|side| (**side).clone()).collect()
        }
        (Expr::OneOf(value, _), true) if is_path(value) => vec![(**value).clone()],
        _ => Vec::new(),
    }
}

/// Whether facts are kept about this expression.
pub(crate) fn is_path(expr: &Expr) -> bool {
    match expr {
        Expr::Slot(_) | Expr::Customer(_) | Expr::Item(_) => true,
        Expr::Field(of, _) => is_path(of),
        Expr::Index(of, index) => is_path(of) && matches!(**index, Expr::Const(_)),
        _ => false,
    }
}

fn is_bound(path: &Expr) -> bool {
    match path {
        Expr::Slot(_) => true,
        Expr::Field(of, _) | Expr::Index(of, _) => is_bound(of),
        _ => false,
    }
}

fn about_item(path: &Expr) -> bool {
    match path {
        Expr::Item(_) => true,
        Expr::Field(of, _) | Expr::Index(of, _) => about_item(of),
        _ => false,
    }
}

fn mentions(path: &Expr, part: &Expr) -> bool {
    path == part || matches!(path, Expr::Field(of, _) | Expr::Index(of, _) if mentions(of, part))
}

#[cfg(test)]
mod tests {
    use super::*;
    use wayline_ir::{FieldId, SlotId, Value};

    fn phone() -> Expr {
        Expr::Customer(FieldId(0))
    }

    fn note() -> Expr {
        Expr::Field(Box::new(Expr::Slot(SlotId(0))), FieldId(1))
    }

    fn known(path: Expr) -> Expr {
        Expr::Known(Box::new(path))
    }

    #[test]
    fn a_condition_narrows_the_branch_it_guards() {
        let facts = Facts::default();
        assert!(facts.assume(&known(phone()), true).knows(&phone()));
        assert!(!facts.assume(&known(phone()), false).knows(&phone()));
        assert!(facts.assume(&Expr::Not(Box::new(known(phone()))), false).knows(&phone()));
        let both = Expr::And(vec![known(phone()), known(note())]);
        assert!(facts.assume(&both, true).knows(&note()));
        assert!(!facts.assume(&both, false).knows(&note()));
        let either = Expr::Or(vec![known(phone()), known(note())]);
        assert!(!facts.assume(&either, true).knows(&phone()));
    }

    #[test]
    fn is_with_a_value_narrows() {
        let is = Expr::Compare(CompareOp::Is, Box::new(note()), Box::new(Expr::Const(Value::YesNo(true))));
        assert!(Facts::default().assume(&is, true).knows(&note()));
        assert!(
            Facts::default().assume(&is, true).knows(&Expr::Slot(SlotId(0))),
            "its record is there as well"
        );
        assert!(!Facts::default().assume(&is, false).knows(&note()));
    }

    #[test]
    fn time_takes_what_is_known_of_the_profile_but_not_what_is_bound() {
        let mut facts = Facts::default();
        facts.learn(&phone());
        facts.learn(&note());
        facts.time_passes();
        assert!(!facts.knows(&phone()));
        assert!(facts.knows(&note()));
        facts.forget(&Expr::Slot(SlotId(0)));
        assert!(!facts.knows(&note()));
    }
}
