//! Mermaid: `flowchart TD`, as many sites and editors draw it from text.

use std::fmt::Write as _;

use crate::model::{EdgeKind, Graph, Node, NodeKind};
use crate::text::{NOTE_COLUMNS, clean, edge_lines, node_lines, wrap};

/// The graph as a Mermaid flowchart.
#[must_use]
pub fn mermaid(graph: &Graph) -> String {
    let mut out = format!("---\ntitle: {}\n---\nflowchart TD\n", yaml(&graph.title));
    for (number, group) in graph.groups.iter().enumerate() {
        let _ = writeln!(out, "  subgraph s{number}[\"{}\"]", lines(&group.lines()));
        for (index, node) in graph.nodes.iter().enumerate().filter(|(_, node)| node.group == Some(number)) {
            let _ = writeln!(out, "    {}", shape(index, node));
        }
        out.push_str("  end\n");
    }
    for (index, node) in graph.nodes.iter().enumerate().filter(|(_, node)| node.group.is_none()) {
        let _ = writeln!(out, "  {}", shape(index, node));
    }
    for edge in &graph.edges {
        let arrow = match edge.kind {
            EdgeKind::Onward => "-->",
            EdgeKind::Back => "-.->",
            EdgeKind::Stop => "--x",
        };
        let label = edge_lines(&edge.label);
        let label = if label.is_empty() { String::new() } else { format!("|\"{}\"|", lines(&label)) };
        let _ = writeln!(out, "  n{} {arrow}{label} n{}", edge.from, edge.to);
    }
    if !graph.notes.is_empty() {
        let notes: Vec<String> = graph.notes.iter().flat_map(|note| wrap(note, NOTE_COLUMNS, 3)).collect();
        let _ = writeln!(out, "  notes>\"{}\"]", lines(&notes));
        if !graph.nodes.is_empty() {
            out.push_str("  notes ~~~ n0\n");
        }
    }
    for kind in NodeKind::ALL {
        let members: Vec<String> = graph
            .nodes
            .iter()
            .enumerate()
            .filter(|(_, node)| node.kind == kind)
            .map(|(index, _)| format!("n{index}"))
            .collect();
        if !members.is_empty() {
            let _ = writeln!(out, "  class {} {}", members.join(","), class(kind));
        }
    }
    for kind in NodeKind::ALL.into_iter().filter(|kind| graph.nodes.iter().any(|node| node.kind == *kind)) {
        let _ = writeln!(out, "  classDef {} {}", class(kind), style(kind));
    }
    out
}

fn shape(index: usize, node: &Node) -> String {
    let (open, close) = match node.kind {
        NodeKind::Enter | NodeKind::Exit => ("([", "])"),
        NodeKind::Wait => ("(", ")"),
        NodeKind::Send | NodeKind::Change => ("[", "]"),
        NodeKind::Choice => ("{{", "}}"),
        NodeKind::Call | NodeKind::Journey => ("[[", "]]"),
    };
    format!("n{index}{open}\"{}\"{close}", lines(&node_lines(&node.label)))
}

/// `end`, `call` and others are words of Mermaid.
fn class(kind: NodeKind) -> String {
    format!("k_{}", kind.word())
}

/// Colours that read on light and dark pages: each box brings its own ground.
const fn style(kind: NodeKind) -> &'static str {
    match kind {
        NodeKind::Enter => "fill:#dff3e4,stroke:#2e7d4f,color:#12351f",
        NodeKind::Wait => "fill:#fdf3d7,stroke:#9a7400,color:#3d2e00",
        NodeKind::Send => "fill:#dbeafe,stroke:#1d5fbf,color:#0b2a57",
        NodeKind::Choice => "fill:#efe7fb,stroke:#6b46b8,color:#2c1a52",
        NodeKind::Change => "fill:#eceff1,stroke:#5b6b75,color:#1f272c",
        NodeKind::Call => "fill:#e0f4f5,stroke:#1b7a80,color:#08393c",
        NodeKind::Journey => "fill:#fde8df,stroke:#b3541e,color:#4a1f06",
        NodeKind::Exit => "fill:#f3f4f6,stroke:#4b5563,color:#111827",
    }
}

/// Lines of one label.
fn lines(all: &[String]) -> String {
    let escaped: Vec<String> = all.iter().map(|line| escape(line)).collect();
    escaped.join("<br>")
}

/// A text inside of the quotes of a label, in which Mermaid knows marks of its own (`#35;`), HTML and some Markdown.
fn escape(line: &str) -> String {
    let mut out = String::new();
    // A line such as `1. Remind` or `- a` would become a list.
    let digits = line.chars().take_while(char::is_ascii_digit).count();
    // Mermaid looks for these words and takes a sign away from what follows them.
    let has_style = line.contains("style") || line.contains("classDef");
    let mut before: Option<char> = None;
    let mut rest = line.chars().enumerate().peekable();
    while let Some((place, c)) = rest.next() {
        let after = rest.peek().map(|(_, c)| *c);
        let is_list = (place == digits && digits > 0 && matches!(c, '.' | ')'))
            || (place == 0 && matches!(c, '-' | '+'));
        // `_x_` would be slanted; inside of a word the sign is left alone.
        let is_edge = |side: Option<char>| !side.is_some_and(char::is_alphanumeric);
        let is_mark = match c {
            '"' | '#' | '&' | '<' | '>' | '`' | '*' | '\\' | '~' => true,
            '_' => is_edge(before) || is_edge(after),
            '%' => before == Some('%') || after == Some('%'),
            ':' => has_style,
            _ => is_list,
        };
        if is_mark {
            let _ = write!(out, "#{};", u32::from(c));
        } else {
            out.push(c);
        }
        before = Some(c);
    }
    out
}

/// A text of YAML in double quotes.
fn yaml(text: &str) -> String {
    format!("\"{}\"", clean(text).replace('\\', "\\\\").replace('"', "\\\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_that_mean_something_to_mermaid_are_written_as_numbers() {
        assert_eq!(escape("a \"b\" <c> & `d` #e"), "a #34;b#34; #60;c#62; #38; #96;d#96; #35;e");
        assert_eq!(escape("1. Remind"), "1#46; Remind");
        assert_eq!(escape("- a - b"), "#45; a - b");
        assert_eq!(escape("set customer.open_tickets _x_"), "set customer.open_tickets #95;x#95;");
        assert_eq!(escape("50% ten %%{init"), "50% ten #37;#37;{init");
        assert_eq!(escape("style:a#b"), "style#58;a#35;b");
        assert_eq!(yaml("a \"b\" \\"), "\"a \\\"b\\\" \\\\\"");
    }
}
