//! Graphviz DOT.

use std::fmt::Write as _;

use crate::model::{EdgeKind, Graph, Node, NodeKind};
use crate::text::{NOTE_COLUMNS, clean, edge_lines, node_lines, wrap};

/// The graph in the language of Graphviz.
#[must_use]
pub fn dot(graph: &Graph) -> String {
    let title = quoted(&graph.title);
    let mut out = format!(
        "digraph {title} {{\n  graph [label={title}, labelloc=t, rankdir=TB, fontname=\"sans-serif\"]\n  \
         node [shape=box, style=filled, fillcolor=white, fontname=\"sans-serif\", fontsize=11]\n  \
         edge [fontname=\"sans-serif\", fontsize=10]\n"
    );
    for (number, group) in graph.groups.iter().enumerate() {
        let thick = if group.moment_of_truth { ", penwidth=2" } else { "" };
        let label = lines(&group.lines(), "\\l");
        let _ = writeln!(out, "  subgraph cluster_{number} {{");
        let _ = writeln!(out, "    graph [label={label}, labeljust=l, style=rounded{thick}]");
        for (index, node) in graph.nodes.iter().enumerate().filter(|(_, node)| node.group == Some(number)) {
            let _ = writeln!(out, "    {}", boxed(index, node));
        }
        out.push_str("  }\n");
    }
    for (index, node) in graph.nodes.iter().enumerate().filter(|(_, node)| node.group.is_none()) {
        let _ = writeln!(out, "  {}", boxed(index, node));
    }
    for edge in &graph.edges {
        let mut marks = Vec::new();
        let label = edge_lines(&edge.label);
        if !label.is_empty() {
            marks.push(format!("label={}", lines(&label, "\\n")));
        }
        match edge.kind {
            EdgeKind::Onward => {}
            EdgeKind::Back => marks.push("style=dashed, constraint=false".to_owned()),
            EdgeKind::Stop => marks.push("arrowhead=tee".to_owned()),
        }
        let marks = if marks.is_empty() { String::new() } else { format!(" [{}]", marks.join(", ")) };
        let _ = writeln!(out, "  n{} -> n{}{marks}", edge.from, edge.to);
    }
    if !graph.notes.is_empty() {
        let notes: Vec<String> = graph.notes.iter().flat_map(|note| wrap(note, NOTE_COLUMNS, 3)).collect();
        let _ = writeln!(out, "  notes [shape=note, label={}]", lines(&notes, "\\l"));
        if !graph.nodes.is_empty() {
            out.push_str("  notes -> n0 [style=invis]\n");
        }
    }
    out.push_str("}\n");
    out
}

fn boxed(index: usize, node: &Node) -> String {
    let look = match node.kind {
        NodeKind::Enter => "shape=oval, fillcolor=\"#dff3e4\"",
        NodeKind::Wait => "style=\"filled,rounded\", fillcolor=\"#fdf3d7\"",
        NodeKind::Send => "fillcolor=\"#dbeafe\"",
        NodeKind::Choice => "shape=hexagon, fillcolor=\"#efe7fb\"",
        NodeKind::Change => "fillcolor=\"#eceff1\"",
        NodeKind::Call => "shape=component, fillcolor=\"#e0f4f5\"",
        NodeKind::Journey => "shape=box, peripheries=2, fillcolor=\"#fde8df\"",
        NodeKind::Exit => "shape=oval, fillcolor=\"#f3f4f6\"",
    };
    let mut text = format!("n{index} [label={}, {look}", lines(&node_lines(&node.label), "\\n"));
    if !node.name.is_empty() {
        let _ = write!(text, ", tooltip={}", quoted(&node.name));
    }
    text.push(']');
    text
}

/// A label of several lines: `\n` ends a line that is centred, `\l` one that begins at the left.
fn lines(all: &[String], end: &str) -> String {
    let mut text = String::from("\"");
    for (index, line) in all.iter().enumerate() {
        if index > 0 && end == "\\n" {
            text.push_str(end);
        }
        text.push_str(&escape(line));
        if end != "\\n" {
            text.push_str(end);
        }
    }
    text.push('"');
    text
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", escape(&clean(text)))
}

/// A text inside of quotes, in which Graphviz knows `\N` and the like, and entities.
fn escape(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('&', "&amp;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_and_signs_of_graphviz_are_escaped() {
        assert_eq!(quoted("a \"b\" \\N & <c>"), "\"a \\\"b\\\" \\\\N &amp; <c>\"");
        assert_eq!(lines(&["a".to_owned(), "b".to_owned()], "\\n"), "\"a\\nb\"");
        assert_eq!(lines(&["a".to_owned(), "b".to_owned()], "\\l"), "\"a\\lb\\l\"");
    }
}
