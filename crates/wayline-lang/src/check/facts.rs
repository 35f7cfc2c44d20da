//! What is known to be present at a place in the text: flow-sensitive narrowing of values that may be missing.
//!
//! A fact is a path (`customer.phone`, `cart.note`) that has a value. Conditions add facts to the branch they guard.
//! Facts about the customer hold only until time passes, since the profile may change meanwhile; facts about what a run
//! has bound hold for ever, since bound values never change.

use wayline_ir::{CompareOp, Expr};

/// A set of paths that have a value. `Facts` of a place that cannot be reached are not kept at all (`Option`).
#[derive(Debug, Clone, Default)]
pub(crate) struct Facts {
    known: Vec<Expr>,
}

impl Facts {
    /// Learns that the path has a value, and so everything it is a part of.
    pub(crate) fn learn(&mut self, path: &Expr) {
        if !self.knows(path) {
            self.known.push(path.clone());
        }
        if let Expr::Field(of, _) | Expr::Index(of, _) = path {
            self.learn(of);
        }
    }

    pub(crate) fn knows(&self, path: &Expr) -> bool {
        self.known.contains(path)
    }

    /// Forgets what may change while time passes.
    pub(crate) fn time_passes(&mut self) {
        self.known.retain(is_bound);
    }

    /// What is still known inside a `where`, which asks about another event or item.
    pub(crate) fn inside_where(&self) -> Self {
        Self { known: self.known.iter().filter(|path| !about_item(path)).cloned().collect() }
    }

    /// Forgets a path and its parts, since it was given another value.
    pub(crate) fn forget(&mut self, path: &Expr) {
        self.known.retain(|known| !mentions(known, path));
    }

    /// What both know.
    pub(crate) fn meet(&self, other: &Self) -> Self {
        Self { known: self.known.iter().filter(|path| other.knows(path)).cloned().collect() }
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
