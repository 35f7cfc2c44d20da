//! Builds the step graph of a journey.
//!
//! While it is built, every [`StepId`] inside a step is a *label*: a place that is bound to a step later. `finish` turns
//! labels into steps. The last step is always the natural end; labels that were never bound lead there.

use std::collections::BTreeMap;

use wayline_ir::{Place, StageId, Step, StepId, StepKind};

/// A graph under construction.
#[derive(Default)]
pub(crate) struct Graph {
    steps: Vec<Step>,
    places: Vec<Place>,
    labels: Vec<Target>,
    names: BTreeMap<String, u32>,
}

#[derive(Clone, Copy)]
enum Target {
    Nowhere,
    Step(usize),
    Label(StepId),
}

impl Graph {
    /// A new label.
    pub(crate) fn label(&mut self) -> StepId {
        self.labels.push(Target::Nowhere);
        StepId::at(self.labels.len() - 1)
    }

    /// Binds the label to the next step that is added.
    pub(crate) fn here(&mut self, label: StepId) {
        self.set(label, Target::Step(self.steps.len()));
    }

    /// Binds the label to wherever the other leads.
    pub(crate) fn same(&mut self, label: StepId, other: StepId) {
        self.set(label, Target::Label(other));
    }

    fn set(&mut self, label: StepId, target: Target) {
        if let Some(slot) = self.labels.get_mut(label.index()) {
            *slot = target;
        }
    }

    /// Adds a step. A name that is taken already gets a number: `send-hello`, `send-hello-2`.
    pub(crate) fn add(&mut self, name: &str, stage: Option<StageId>, kind: StepKind, place: Place) -> String {
        let count = self.names.entry(name.to_owned()).and_modify(|count| *count += 1).or_insert(1);
        let name = if *count == 1 { name.to_owned() } else { format!("{name}-{count}") };
        self.steps.push(Step { name: name.clone(), stage, kind });
        self.places.push(place);
        name
    }

    /// The steps, with labels turned into steps.
    pub(crate) fn finish(mut self, end: Place) -> (Vec<Step>, Vec<Place>) {
        self.add("end", None, StepKind::Exit { reason: None }, end);
        let last = self.steps.len() - 1;
        let targets: Vec<StepId> = (0..self.labels.len())
            .map(|label| StepId::at(self.resolve(StepId::at(label)).unwrap_or(last)))
            .collect();
        for step in &mut self.steps {
            step.kind.targets_mut(&mut |label| {
                *label = targets.get(label.index()).copied().unwrap_or(StepId::at(last));
            });
        }
        (self.steps, self.places)
    }

    fn resolve(&self, mut label: StepId) -> Option<usize> {
        for _ in 0..=self.labels.len() {
            match self.labels.get(label.index())? {
                Target::Nowhere => return None,
                Target::Step(step) => return Some((*step).min(self.steps.len() - 1)),
                Target::Label(other) => label = *other,
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_lead_to_steps_and_the_rest_to_the_end() {
        let mut graph = Graph::default();
        let (next, nowhere) = (graph.label(), graph.label());
        let alias = graph.label();
        graph.same(alias, next);
        let kind = StepKind::If { branches: Vec::new(), otherwise: alias };
        graph.add("if", None, kind, Place::default());
        graph.here(next);
        graph.add("if", None, StepKind::If { branches: Vec::new(), otherwise: nowhere }, Place::default());
        let (steps, places) = graph.finish(Place::default());
        let seen: Vec<(&str, Vec<StepId>)> =
            steps.iter().map(|s| (s.name.as_str(), s.kind.targets())).collect();
        assert_eq!(seen, [("if", vec![StepId(1)]), ("if-2", vec![StepId(2)]), ("end", vec![])]);
        assert_eq!(places.len(), 3);
    }
}
