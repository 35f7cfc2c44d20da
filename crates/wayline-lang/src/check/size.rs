//! How large things become when what they use by name is written into them: found by arithmetic, before anything is
//! written.
//!
//! A flow that uses another one twice doubles it, and the next one doubles that: a few lines would become billions of
//! steps. Events that other events name as types multiply in the same way.

use std::collections::BTreeSet;

use crate::order::{circles, innermost_first};
use crate::resolve::{Kind, Names};
use crate::suggest;
use crate::syntax::ast::{self, Block, StepKind, TypeKind};

/// The most steps of a journey, with its flows written out.
pub(crate) const MAX_STEPS: u64 = 10_000;

/// The most steps of all journeys and flows together, flows written out.
pub(crate) const MAX_ALL_STEPS: u64 = 1_000_000;

/// The most bytes of text that the flows of a journey are, written out.
pub(crate) const MAX_TEXT: u64 = 8 * 1024 * 1024;

/// How often flows are written into one that leads into a circle. It is no program: so often that the circle is found.
pub(crate) const MAX_IN_CIRCLE: u64 = 200;

/// The most fields of an event, with the events written out that its fields name.
pub(crate) const MAX_FIELDS: u64 = 10_000;

/// How much something is, written out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Size {
    pub(crate) steps: u64,
    /// The bytes of the flows in it.
    pub(crate) text: u64,
}

impl Size {
    pub(crate) const fn too_large(self) -> bool {
        self.steps > MAX_STEPS || self.text > MAX_TEXT
    }
}

/// The size of every flow, by its index.
#[derive(Debug, Default)]
pub(crate) struct Sizes {
    flows: Vec<Size>,
    /// Whether a flow stands in a circle, or uses one that does.
    circular: Vec<bool>,
}

impl Sizes {
    pub(crate) fn of_flows(names: &Names<'_>) -> Self {
        let uses: Vec<Vec<usize>> = names.flows.iter().map(|flow| used(names, &flow.ast.body)).collect();
        let mut sizes = Self { flows: vec![Size::default(); uses.len()], circular: vec![false; uses.len()] };
        let circles = circles(&uses);
        // A flow in a circle counts as nothing where the circle closes: that is a finding of its own.
        for index in innermost_first(&uses) {
            let size = names.flows.get(index).map(|flow| sizes.of(names, &flow.ast.body));
            if let (Some(slot), Some(size)) = (sizes.flows.get_mut(index), size) {
                *slot = size;
            }
            let circular = uses.get(index).into_iter().flatten().any(|used| {
                circles.get(*used) == circles.get(index) || sizes.circular.get(*used) == Some(&true)
            });
            if let Some(slot) = sizes.circular.get_mut(index) {
                *slot = circular;
            }
        }
        sizes
    }

    /// The size of the steps of a block.
    pub(crate) fn of(&self, names: &Names<'_>, block: &Block) -> Size {
        let mut size = Size::default();
        super::waits::walk(block, &mut |step| {
            let inner = match &step.kind {
                StepKind::Do(invoke) => self.of_use(names, invoke),
                _ => Size { steps: 1, text: 0 },
            };
            size.steps = size.steps.saturating_add(inner.steps);
            size.text = size.text.saturating_add(inner.text);
        });
        size
    }

    /// The size of a flow where it is used. An empty one counts too, since it is read.
    pub(crate) fn of_use(&self, names: &Names<'_>, invoke: &ast::Invoke) -> Size {
        let flow = names.get(Kind::Flow, invoke.name.as_str());
        let size = flow.and_then(|flow| self.flows.get(flow)).copied().unwrap_or_default();
        let span = flow.and_then(|flow| names.flows.get(flow)).map(|flow| flow.ast.body.span);
        let own = span.map_or(0, |span| u64::from(span.end - span.start));
        Size { steps: size.steps.max(1), text: size.text.saturating_add(own) }
    }

    /// Whether a flow stands in a circle, or leads into one: it cannot be counted.
    pub(crate) fn circular(&self, index: usize) -> bool {
        self.circular.get(index) == Some(&true)
    }

    pub(crate) fn of_flow(&self, index: usize) -> Size {
        self.flows.get(index).copied().unwrap_or_default()
    }

    /// The flows that stand in a journey or flow which is too large: that one is told.
    pub(crate) fn used_in_too_large(&self, names: &Names<'_>) -> BTreeSet<usize> {
        let journeys = names.journeys.iter().map(|journey| &journey.ast.body);
        let bodies = journeys.chain(names.flows.iter().map(|flow| &flow.ast.body));
        bodies.filter(|body| self.of(names, body).too_large()).flat_map(|body| used(names, body)).collect()
    }

    /// The flows below a block that are used more than once in one place, in words, largest first.
    pub(crate) fn multiplying(&self, names: &Names<'_>, block: &Block) -> Option<String> {
        let mut found: Vec<(u64, usize)> = Vec::new();
        let mut seen = vec![false; self.flows.len()];
        let mut open = vec![block];
        while let Some(block) = open.pop() {
            let mut uses = used(names, block);
            uses.sort_unstable();
            for same in uses.chunk_by(|a, b| a == b) {
                let Some(index) = same.first().copied() else { continue };
                if same.len() > 1 {
                    found.push((self.of_flow(index).steps, index));
                }
                if let Some(seen) = seen.get_mut(index).filter(|seen| !**seen) {
                    *seen = true;
                    open.extend(names.flows.get(index).map(|flow| &flow.ast.body));
                }
            }
        }
        found.sort_unstable_by(|a, b| b.cmp(a));
        found.dedup();
        let names =
            found.iter().filter_map(|(_, index)| names.flows.get(*index)).map(|f| f.ast.name.as_str());
        (!found.is_empty()).then(|| suggest::list(names))
    }
}

/// The flows that a block uses, each as often as it is used.
fn used(names: &Names<'_>, block: &Block) -> Vec<usize> {
    let mut uses = Vec::new();
    super::waits::walk(block, &mut |step| {
        if let StepKind::Do(invoke) = &step.kind {
            uses.extend(names.get(Kind::Flow, invoke.name.as_str()));
        }
    });
    uses
}

/// How many fields a type has, and how deep it nests, when what it names is as large as this.
pub(crate) fn of_type(ty: &ast::TypeExpr, named: &dyn Fn(&str) -> (u64, usize)) -> (u64, usize) {
    match &ty.kind {
        TypeKind::Named(name) => named(name.as_str()),
        TypeKind::List(item) => {
            let (fields, depth) = of_type(item, named);
            (fields, depth.saturating_add(1))
        }
        TypeKind::Record(fields) => of_fields(fields, named),
        _ => (0, 0),
    }
}

/// The same for the fields of an event.
pub(crate) fn of_fields(fields: &[ast::Field], named: &dyn Fn(&str) -> (u64, usize)) -> (u64, usize) {
    let inner = fields.iter().map(|field| of_type(&field.ty, named));
    let (count, depth) = inner.fold((0_u64, 0), |(count, depth), (fields, inner)| {
        (count.saturating_add(fields).saturating_add(1), depth.max(inner))
    });
    (count, depth.saturating_add(1))
}

/// A number as people read it: `1,073,741,824`.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped() {
        assert_eq!(
            [0, 999, 1000, 1_073_741_824].map(grouped),
            ["0", "999", "1,000", "1,073,741,824"].map(str::to_owned)
        );
    }
}
