//! All journeys of a workspace: what enters them, and which start, stop or cause one another.

use std::collections::BTreeMap;

use wayline_ir::{Enter, EventId, HistorySource, Program, StepKind};

use super::{Edge, EdgeKind, Graph, Node, NodeKind};
use crate::words::Words;

/// The workspace as a graph: a node for each journey and for each way in.
#[must_use]
pub fn workspace(program: &Program) -> Graph {
    let mut graph = Graph { title: program.workspace.name.clone(), ..Graph::default() };
    // Where each journey stands among the nodes; former versions stand nowhere.
    let mut places = Vec::new();
    for journey in &program.journeys {
        places.push((!journey.retired).then_some(graph.nodes.len()));
        if !journey.retired {
            let title = journey.title.as_ref().filter(|title| **title != journey.name);
            let title = title.map(|title| format!(" \u{2013} {title}")).unwrap_or_default();
            graph.nodes.push(Node {
                kind: NodeKind::Journey,
                name: journey.name.clone(),
                label: format!("{}{title}", journey.name),
                group: None,
            });
        }
    }
    let raised = raisers(program, &places);
    // The same way into several journeys is one node.
    let mut enters: BTreeMap<String, usize> = BTreeMap::new();
    for (journey, place) in program.journeys.iter().zip(&places) {
        let Some(to) = *place else { continue };
        let words = Words { program, journey };
        for enter in &journey.enters {
            // Who starts it is told by arrows between journeys.
            if *enter == Enter::ByHand {
                continue;
            }
            let (label, way) = match enter {
                Enter::Event { source, filter: Some(_), .. } => {
                    let all = words.enter(enter);
                    let bare = format!("enter on {}", words.source(source));
                    let filter = all.strip_prefix(bare.as_str()).unwrap_or("").trim_start().to_owned();
                    (bare, filter)
                }
                _ => (words.enter(enter), String::new()),
            };
            let from = *enters.entry(label.clone()).or_insert_with(|| {
                graph.nodes.push(Node { kind: NodeKind::Enter, name: String::new(), label, group: None });
                graph.nodes.len() - 1
            });
            graph.edges.push(Edge { from, to, label: way, kind: EdgeKind::Onward });
            if let Enter::Event { source: HistorySource::Event(event), .. } = enter {
                for raiser in raised.get(event).into_iter().flatten() {
                    let label = format!("emit {}", words.source(&HistorySource::Event(*event)));
                    push_once(&mut graph, Edge { from: *raiser, to, label, kind: EdgeKind::Onward });
                }
            }
        }
        for step in &journey.steps {
            let (target, label, kind) = match &step.kind {
                StepKind::Start { journey, .. } => (*journey, "start", EdgeKind::Onward),
                StepKind::Stop { journey, .. } => (*journey, "stop", EdgeKind::Stop),
                _ => continue,
            };
            if let Some(other) = places.get(target.index()).copied().flatten() {
                push_once(&mut graph, Edge { from: to, to: other, label: label.to_owned(), kind });
            }
        }
    }
    graph
}

/// Which journeys raise which events, as nodes.
fn raisers(program: &Program, places: &[Option<usize>]) -> BTreeMap<EventId, Vec<usize>> {
    let mut raised: BTreeMap<EventId, Vec<usize>> = BTreeMap::new();
    for (journey, place) in program.journeys.iter().zip(places) {
        let Some(place) = *place else { continue };
        for step in &journey.steps {
            if let StepKind::Emit { event, .. } = &step.kind {
                let all = raised.entry(*event).or_default();
                if all.last() != Some(&place) {
                    all.push(place);
                }
            }
        }
    }
    raised
}

fn push_once(graph: &mut Graph, edge: Edge) {
    if !graph.edges.contains(&edge) {
        graph.edges.push(edge);
    }
}
