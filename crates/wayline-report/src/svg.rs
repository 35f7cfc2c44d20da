//! SVG: one file without scripts, fonts or anything else from elsewhere.

mod measure;
mod shapes;

use std::fmt::Write as _;

use crate::layout::{Arrow, BAND_GAP, Placed, Request, Size, layout};
use crate::model::{Edge, EdgeKind, Graph, Group};
use crate::text::{NOTE_COLUMNS, clean, edge_lines, node_lines, wrap};
use measure::{Font, width};

/// How many went where, for arrows whose width shows it. Positions are those of the graph; what has no number is drawn
/// as if nothing had been counted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Flow {
    /// How many came to each node.
    pub nodes: Vec<Option<u64>>,
    /// How many took each edge.
    pub edges: Vec<Option<u64>>,
}

/// The room around everything.
const MARGIN: i64 = 24;
/// The column with the words of the stages.
const STAGE_WIDTH: i64 = 168;
/// How many columns a line there has.
const STAGE_COLUMNS: usize = 22;
/// How much wider than a line the thickest arrow is.
const THICKEST: u64 = 14;

/// The graph as an SVG document.
#[must_use]
pub fn svg(graph: &Graph, flow: Option<&Flow>) -> String {
    let drawing = Drawing::new(graph, flow);
    drawing.write()
}

/// A graph with its words measured and placed.
struct Drawing<'a> {
    graph: &'a Graph,
    nodes: Vec<Vec<String>>,
    edges: Vec<Vec<String>>,
    /// How wide each arrow is.
    widths: Vec<i64>,
    groups: Vec<Vec<String>>,
    sizes: Vec<Size>,
    placed: Placed,
    header: Vec<(Font, String)>,
    /// Where the picture below the header begins.
    left: i64,
    top: i64,
    size: Size,
}

impl<'a> Drawing<'a> {
    fn new(graph: &'a Graph, flow: Option<&Flow>) -> Self {
        let counted = |all: Option<&Vec<Option<u64>>>, index: usize| {
            all.and_then(|all| all.get(index).copied().flatten())
        };
        let with_count = |mut lines: Vec<String>, count: Option<u64>| {
            lines.extend(count.map(grouped));
            lines
        };
        let nodes: Vec<Vec<String>> = (0..)
            .zip(&graph.nodes)
            .map(|(index, node)| with_count(node_lines(&node.label), counted(flow.map(|f| &f.nodes), index)))
            .collect();
        let of_edge = |index| counted(flow.map(|f| &f.edges), index);
        let edges: Vec<Vec<String>> = (0..)
            .zip(&graph.edges)
            .map(|(index, edge)| with_count(edge_lines(&edge.label), of_edge(index)))
            .collect();
        let most = flow.iter().flat_map(|flow| &flow.edges).flatten().max().copied().unwrap_or(0).max(1);
        let widths = (0..graph.edges.len())
            .map(|index| {
                let share =
                    of_edge(index).map(|count| u128::from(count) * u128::from(THICKEST) / u128::from(most));
                1 + share.and_then(|share| i64::try_from(share).ok()).unwrap_or(0)
            })
            .collect::<Vec<_>>();
        let sizes: Vec<Size> =
            nodes.iter().zip(&graph.nodes).map(|(lines, node)| shapes::size(node.kind, lines)).collect();
        let groups: Vec<Vec<String>> = graph.groups.iter().map(group_lines).collect();
        let placed = layout(&Request {
            boxes: sizes.clone(),
            groups: graph.nodes.iter().map(|node| node.group).collect(),
            least: groups.iter().map(|lines| Font::Note.height(lines.len())).collect(),
            arrows: graph
                .edges
                .iter()
                .zip(&edges)
                .zip(&widths)
                .map(|((edge, lines), wide)| arrow(edge, lines, *wide))
                .collect(),
        });
        let header = header(graph);
        let left = MARGIN + if graph.groups.is_empty() { 0 } else { STAGE_WIDTH };
        let header_width = header.iter().map(|(font, line)| width(line, *font)).max().unwrap_or(0);
        let header_height: i64 = header.iter().map(|(font, _)| font.line()).sum();
        // A stage at the very top has a frame around it.
        let top = MARGIN + header_height + 20;
        let reach =
            placed.arrows.iter().flat_map(|path| &path.points).map(|point| point.x).max().unwrap_or(0);
        let bottom = placed.bands.iter().map(|band| band.bottom + BAND_GAP).max().unwrap_or(0);
        let size = Size {
            width: (left + placed.size.width.max(reach)).max(MARGIN + header_width) + MARGIN,
            height: top + placed.size.height.max(bottom) + MARGIN,
        };
        Self { graph, nodes, edges, widths, groups, sizes, placed, header, left, top, size }
    }

    fn write(&self) -> String {
        let Size { width, height } = self.size;
        let mut out = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"wayline\" role=\"graphics-document\" \
             width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\">\n"
        );
        let _ = writeln!(out, "<title>{}</title>", escape(&self.graph.title));
        let _ = writeln!(out, "<desc>{}</desc>", escape(&self.described()));
        let _ = writeln!(out, "<style>{}</style>", shapes::STYLE);
        let _ = writeln!(out, "<rect class=\"ground\" width=\"{width}\" height=\"{height}\"/>");
        self.write_header(&mut out);
        self.write_bands(&mut out);
        for index in 0..self.graph.edges.len() {
            self.write_edge(index, &mut out);
        }
        for index in 0..self.graph.nodes.len() {
            self.write_node(index, &mut out);
        }
        // Words last: no line covers them.
        for index in 0..self.graph.edges.len() {
            self.write_words(index, &mut out);
        }
        out.push_str("</svg>\n");
        out
    }

    /// What a screen reader says of the whole.
    fn described(&self) -> String {
        let graph = self.graph;
        let mut text = graph.description.clone();
        if !text.is_empty() {
            text.push('\n');
        }
        for note in &graph.notes {
            text.push_str(note);
            text.push('\n');
        }
        for edge in &graph.edges {
            let label = |index: usize| graph.nodes.get(index).map_or("", |node| node.label.as_str());
            let way = if edge.label.is_empty() { String::new() } else { format!(" ({})", edge.label) };
            let _ = writeln!(text, "{}{way}: {}", label(edge.from), label(edge.to));
        }
        text
    }

    fn write_header(&self, out: &mut String) {
        let mut y = MARGIN;
        for (font, line) in &self.header {
            y += font.line();
            let class = font.class();
            let _ = writeln!(
                out,
                "<text class=\"{class}\" x=\"{MARGIN}\" y=\"{}\">{}</text>",
                y - 5,
                escape(line)
            );
        }
    }

    fn write_bands(&self, out: &mut String) {
        for band in &self.placed.bands {
            let Some((group, lines)) = self.graph.groups.get(band.group).zip(self.groups.get(band.group))
            else {
                continue;
            };
            let (top, bottom) = (self.top + band.top - BAND_GAP, self.top + band.bottom + BAND_GAP);
            let truth = if group.moment_of_truth { " truth" } else { "" };
            let _ = writeln!(
                out,
                "<g role=\"graphics-object\"><title>{}</title><rect class=\"stage{truth}\" x=\"8\" y=\"{top}\" width=\"{}\" \
                 height=\"{}\" rx=\"8\"/>",
                escape(&lines.join(", ")),
                self.size.width - 16,
                bottom - top
            );
            let mut y = top + BAND_GAP - 2;
            let heads = wrap(&group.title, STAGE_COLUMNS, 2).len();
            for (number, line) in lines.iter().enumerate() {
                y += Font::Note.line();
                let is_mark = group.moment_of_truth && number == heads;
                let class = if number < heads {
                    "head"
                } else if is_mark {
                    "note mark"
                } else {
                    "note"
                };
                let _ =
                    writeln!(out, "<text class=\"{class}\" x=\"20\" y=\"{}\">{}</text>", y - 4, escape(line));
            }
            out.push_str("</g>\n");
        }
    }

    fn write_edge(&self, index: usize, out: &mut String) {
        let Some(((edge, path), wide)) =
            self.graph.edges.get(index).zip(self.placed.arrows.get(index)).zip(self.widths.get(index))
        else {
            return;
        };
        let points: Vec<(i64, i64)> =
            path.points.iter().map(|point| (point.x + self.left, point.y + self.top)).collect();
        let class = match edge.kind {
            EdgeKind::Onward => "way",
            EdgeKind::Back => "way back",
            EdgeKind::Stop => "way stop",
        };
        let (line, head) = shapes::arrow(&points, *wide);
        let thick = if *wide > 1 { format!(" stroke-width=\"{wide}\"") } else { String::new() };
        let label = |index: usize| self.graph.nodes.get(index).map_or("", |node| node.label.as_str());
        let way = if edge.label.is_empty() { String::new() } else { format!(" ({})", edge.label) };
        let title = escape(&format!("{}{way}: {}", label(edge.from), label(edge.to)));
        let _ = writeln!(
            out,
            "<g class=\"{class}\"><title>{title}</title><path class=\"line\"{thick} d=\"{line}\"/><path class=\"tip\" d=\"{head}\"/></g>"
        );
    }

    fn write_words(&self, index: usize, out: &mut String) {
        let Some((lines, path)) = self.edges.get(index).zip(self.placed.arrows.get(index)) else { return };
        let middle = self.top + path.label.y;
        write_lines(out, "word", Font::Edge, self.left + path.label.x, middle, lines);
    }

    fn write_node(&self, index: usize, out: &mut String) {
        let Some((((node, lines), size), middle)) = self
            .graph
            .nodes
            .get(index)
            .zip(self.nodes.get(index))
            .zip(self.sizes.get(index))
            .zip(self.placed.boxes.get(index))
        else {
            return;
        };
        let (x, y) = (self.left + middle.x, self.top + middle.y);
        let name = if node.name.is_empty() { String::new() } else { format!(" [{}]", node.name) };
        let _ = writeln!(
            out,
            "<g class=\"node {}\" role=\"graphics-symbol\"><title>{}{}</title>{}",
            node.kind.word(),
            escape(&node.label),
            escape(&name),
            shapes::shape(node.kind, x, y, *size)
        );
        write_lines(out, "label", Font::Node, x, y, lines);
        out.push_str("</g>\n");
    }
}

/// Lines of text around a middle.
fn write_lines(out: &mut String, class: &str, font: Font, x: i64, middle: i64, lines: &[String]) {
    let mut y = middle - font.height(lines.len()) / 2;
    for line in lines {
        y += font.line();
        // The letters stand a little above the lower edge of their line.
        let _ = writeln!(
            out,
            "<text class=\"{class}\" x=\"{x}\" y=\"{}\">{}</text>",
            y - font.drop(),
            escape(line)
        );
    }
}

fn arrow(edge: &Edge, lines: &[String], wide: i64) -> Arrow {
    let words = lines.iter().map(|line| width(line, Font::Edge)).max().unwrap_or(0);
    let label = Size { width: words.max(wide), height: Font::Edge.height(lines.len()) };
    Arrow { from: edge.from, to: edge.to, label, wide }
}

fn group_lines(group: &Group) -> Vec<String> {
    let mut lines = wrap(&group.title, STAGE_COLUMNS, 2);
    if group.moment_of_truth {
        lines.push("\u{2605} moment of truth".to_owned());
    }
    lines.extend(group.notes.iter().flat_map(|note| wrap(note, STAGE_COLUMNS + 2, 4)));
    lines
}

fn header(graph: &Graph) -> Vec<(Font, String)> {
    let mut all = Vec::new();
    let mut add = |font, text: &str, most| {
        all.extend(wrap(text, NOTE_COLUMNS, most).into_iter().map(|line| (font, line)))
    };
    add(Font::Title, &graph.title, 2);
    add(Font::Note, &graph.description, 4);
    graph.notes.iter().for_each(|note| add(Font::Note, note, 4));
    all
}

/// A number with its thousands apart.
fn grouped(count: u64) -> String {
    let digits = count.to_string();
    let mut out = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A text inside of an element or of an attribute in quotes.
fn escape(text: &str) -> String {
    let mut out = String::new();
    for line in text.split_inclusive('\n') {
        let (line, end) = line.strip_suffix('\n').map_or((line, ""), |line| (line, "\n"));
        for c in clean(line).chars() {
            match c {
                '&' => out.push_str("&amp;"),
                '<' => out.push_str("&lt;"),
                '>' => out.push_str("&gt;"),
                '"' => out.push_str("&quot;"),
                '\'' => out.push_str("&#39;"),
                c => out.push(c),
            }
        }
        out.push_str(end);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_of_xml_are_escaped_and_line_ends_stay() {
        assert_eq!(escape("a<b>&\"'`\nc\u{1}"), "a&lt;b&gt;&amp;&quot;&#39;`\nc\u{FFFD}");
    }

    #[test]
    fn thousands_stand_apart() {
        assert_eq!([0, 999, 1_000, 1_234_567].map(grouped), ["0", "999", "1,000", "1,234,567"]);
    }
}
