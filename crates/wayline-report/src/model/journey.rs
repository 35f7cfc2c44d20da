//! One journey: its steps and the ways between them.

use wayline_ir::{JourneyId, Program, Stage, Step, StepId, StepKind};

use super::{Edge, EdgeKind, Graph, Group, Node, NodeKind};
use crate::words::Words;

/// A journey as a graph: every step that a run can reach, once, and every way between them. `None` when the program has
/// no such journey.
#[must_use]
pub fn journey(program: &Program, id: JourneyId) -> Option<Graph> {
    let journey = program.journeys.get(id.index())?;
    let words = Words { program, journey };
    let mut graph = Graph {
        title: journey.title.clone().unwrap_or_else(|| journey.name.clone()),
        description: journey.description.clone().unwrap_or_default(),
        notes: words.header(),
        groups: journey.stages.iter().map(group).collect(),
        ..Graph::default()
    };
    graph.nodes.extend(journey.enters.iter().map(|enter| Node {
        kind: NodeKind::Enter,
        name: String::new(),
        label: words.enter(enter),
        group: None,
    }));
    let enters = graph.nodes.len();

    let ways: Vec<_> = journey.steps.iter().map(|step| words.ways(&step.kind)).collect();
    let reached =
        reached(&ways.iter().map(|ways| ways.iter().map(|way| way.to).collect()).collect::<Vec<_>>());
    // Where each step stands among the nodes.
    let mut places: Vec<Option<usize>> = Vec::with_capacity(journey.steps.len());
    for (step, reached) in journey.steps.iter().zip(&reached) {
        places.push(reached.then_some(graph.nodes.len()));
        if *reached {
            graph.nodes.push(Node {
                kind: kind(step),
                name: step.name.clone(),
                label: words.step(step),
                group: step.stage.map(|stage| stage.index()).filter(|stage| *stage < graph.groups.len()),
            });
        }
    }
    let place = |step: StepId| places.get(step.index()).copied().flatten();
    if let Some(first) = place(StepId(0)) {
        let onward = |from| Edge { from, to: first, label: String::new(), kind: EdgeKind::Onward };
        graph.edges.extend((0..enters).map(onward));
    }
    for (from, ways) in places.iter().zip(ways) {
        let Some(from) = *from else { continue };
        for way in ways {
            let Some(to) = place(way.to) else { continue };
            graph.edges.push(Edge { from, to, label: way.label, kind: way.kind });
        }
    }
    mark_loops(&mut graph, journey.steps.iter().zip(&places));
    drop_unused_groups(&mut graph);
    Some(graph)
}

fn group(stage: &Stage) -> Group {
    let expects = stage.expects.as_ref().map(|expects| format!("expects \"{expects}\""));
    let owner = stage.owner.as_ref().map(|owner| format!("owner {owner}"));
    Group {
        title: stage.title.clone(),
        moment_of_truth: stage.moment_of_truth,
        notes: owner.into_iter().chain(expects).collect(),
    }
}

fn kind(step: &Step) -> NodeKind {
    match &step.kind {
        StepKind::Wait { .. }
        | StepKind::WaitFor { .. }
        | StepKind::WaitAgain { .. }
        | StepKind::Collect { .. } => NodeKind::Wait,
        StepKind::Send { .. } => NodeKind::Send,
        StepKind::If { .. } | StepKind::Match { .. } | StepKind::Experiment(_) | StepKind::Repeat { .. } => {
            NodeKind::Choice
        }
        StepKind::Bind { .. } | StepKind::Set { .. } | StepKind::Emit { .. } => NodeKind::Change,
        StepKind::Call(_) => NodeKind::Call,
        StepKind::Start { .. } | StepKind::Stop { .. } => NodeKind::Journey,
        StepKind::Exit { .. } => NodeKind::Exit,
    }
}

/// Which steps the first one leads to.
fn reached(targets: &[Vec<StepId>]) -> Vec<bool> {
    let mut reached = vec![false; targets.len()];
    let mut open = vec![StepId(0)];
    while let Some(step) = open.pop() {
        if let Some(seen) = reached.get_mut(step.index())
            && !std::mem::replace(seen, true)
        {
            open.extend(targets.get(step.index()).into_iter().flatten());
        }
    }
    reached
}

/// The ends of a loop's body lead back to its head.
fn mark_loops<'a>(graph: &mut Graph, steps: impl Iterator<Item = (&'a Step, &'a Option<usize>)>) {
    let mut is_head = vec![false; graph.nodes.len()];
    for (step, place) in steps {
        if let (StepKind::Repeat { .. }, Some(place)) = (&step.kind, place)
            && let Some(head) = is_head.get_mut(*place)
        {
            *head = true;
        }
    }
    // Steps stand in the order of the text, so that only the ends of a body come after the head they lead to.
    for edge in &mut graph.edges {
        if edge.from >= edge.to && is_head.get(edge.to).copied().unwrap_or(false) {
            edge.kind = EdgeKind::Back;
        }
    }
}

/// Leaves out stages without a step that can be reached.
fn drop_unused_groups(graph: &mut Graph) {
    let mut used = vec![false; graph.groups.len()];
    for group in graph.nodes.iter().filter_map(|node| node.group) {
        if let Some(used) = used.get_mut(group) {
            *used = true;
        }
    }
    let mut places = Vec::new();
    let mut next = 0;
    for used in &used {
        places.push(used.then_some(next));
        next += usize::from(*used);
    }
    let mut used = used.into_iter();
    graph.groups.retain(|_| used.next().unwrap_or(false));
    for node in &mut graph.nodes {
        node.group = node.group.and_then(|group| places.get(group).copied().flatten());
    }
}
