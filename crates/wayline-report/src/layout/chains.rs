//! Points: one for each box, and one for each layer that an arrow passes.

use super::{LOOP, Request, layers::Layers};

/// A box, or a point of an arrow.
#[derive(Debug, Clone, Copy)]
pub(super) struct Vertex {
    pub(super) layer: usize,
    pub(super) width: i64,
    pub(super) height: i64,
    pub(super) is_box: bool,
}

/// Boxes and points, layer by layer. The first vertices are the boxes.
#[derive(Debug)]
pub(super) struct Web {
    pub(super) vertices: Vec<Vertex>,
    /// The vertices above and below that each one is joined with.
    pub(super) up: Vec<Vec<usize>>,
    pub(super) down: Vec<Vec<usize>>,
    /// The vertices of each layer from left to right.
    pub(super) layers: Vec<Vec<usize>>,
    /// The vertices of each arrow from top to bottom; none for an arrow from a box to itself.
    pub(super) chains: Vec<Vec<usize>>,
    /// The vertex at which the words of each arrow stand.
    pub(super) labels: Vec<Option<usize>>,
}

impl Web {
    pub(super) fn new(request: &Request, reversed: &[bool], layers: &Layers) -> Self {
        let boxes = request.boxes.iter().zip(&layers.of);
        let vertices: Vec<Vertex> = boxes
            .map(|(size, layer)| Vertex {
                layer: 2 * layer,
                width: size.width,
                height: size.height,
                is_box: true,
            })
            .collect();
        let depth = vertices.iter().map(|vertex| vertex.layer + 1).max().unwrap_or(0);
        let mut web = Self {
            up: vec![Vec::new(); vertices.len()],
            down: vec![Vec::new(); vertices.len()],
            layers: vec![Vec::new(); depth],
            chains: Vec::new(),
            labels: Vec::new(),
            vertices,
        };
        for (arrow, &reversed) in request.arrows.iter().zip(reversed) {
            let (upper, lower) = if reversed { (arrow.to, arrow.from) } else { (arrow.from, arrow.to) };
            if upper == lower {
                // Room for the bow on its right, and as much on the left, since places are middles.
                web.vertices[upper].width += 2 * (LOOP + arrow.label.width);
                web.chains.push(Vec::new());
                web.labels.push(None);
                continue;
            }
            let (top, bottom) = (web.vertices[upper].layer, web.vertices[lower].layer);
            // Where the way is taken.
            let labelled = if reversed { bottom - 1 } else { top + 1 };
            let mut chain = vec![upper];
            for layer in top + 1..bottom {
                let (width, height) =
                    if layer == labelled { (arrow.label.width, arrow.label.height) } else { (arrow.wide, 0) };
                chain.push(web.vertices.len());
                web.vertices.push(Vertex { layer, width, height, is_box: false });
                web.up.push(Vec::new());
                web.down.push(Vec::new());
            }
            chain.push(lower);
            for pair in chain.windows(2) {
                web.down[pair[0]].push(pair[1]);
                web.up[pair[1]].push(pair[0]);
            }
            web.labels.push(chain.get(labelled - top).copied());
            web.chains.push(chain);
        }
        web
    }

    /// Where each vertex stands in its layer.
    pub(super) fn places(&self) -> Vec<usize> {
        let mut places = vec![0; self.vertices.len()];
        for layer in &self.layers {
            for (place, &v) in layer.iter().enumerate() {
                places[v] = place;
            }
        }
        places
    }
}
