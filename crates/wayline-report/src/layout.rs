//! Places for boxes and arrows, in layers from top to bottom.
//!
//! The method is that of Sugiyama, Tagawa and Toda (1981): loops are broken ([`cycles`]), boxes get layers ([`layers`]), long
//! arrows get a point in every layer they pass ([`chains`]), the layers are ordered so that few arrows cross
//! ([`order`]), and the points get places so that long arrows are straight ([`place`], after Brandes and Köpf 2002).
//!
//! Boxes have even layers. The odd layers between them hold what stands at the arrows. All numbers are whole, so that
//! every machine draws the same picture.

#![expect(
    clippy::indexing_slicing,
    reason = "positions in the tables of one layout, which are made together and never change their length"
)]

mod chains;
mod cycles;
mod layers;
mod order;
mod parts;
mod place;

use chains::Web;
use layers::Layers;

/// The least distance between two boxes, a box and an arrow, two arrows.
const BETWEEN_BOXES: i64 = 28;
const BETWEEN_BOX_AND_ARROW: i64 = 20;
const BETWEEN_ARROWS: i64 = 16;
/// The least height between two layers, and how much a slanted arrow may add.
const BETWEEN_LAYERS: i64 = 18;
/// The straight piece of an arrow at its ends, so that its tip stands upright.
const STRAIGHT: i64 = 8;
const SLANT: i64 = 34;
/// How far an arrow from a box to itself reaches out.
const LOOP: i64 = 22;
/// How far the frame of a group reaches beyond its boxes.
pub(crate) const BAND_GAP: i64 = 14;
/// The height that the border between two groups takes.
const BORDER: i64 = 2 * BAND_GAP;

/// A width and a height.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Size {
    pub(crate) width: i64,
    pub(crate) height: i64,
}

/// What is to be placed.
#[derive(Debug, Default)]
pub(crate) struct Request {
    /// The boxes.
    pub(crate) boxes: Vec<Size>,
    /// The group of each box.
    pub(crate) groups: Vec<Option<usize>>,
    /// The least height of each group.
    pub(crate) least: Vec<i64>,
    /// The arrows.
    pub(crate) arrows: Vec<Arrow>,
}

/// An arrow to be placed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Arrow {
    pub(crate) from: usize,
    pub(crate) to: usize,
    /// What stands at it.
    pub(crate) label: Size,
    /// How wide it is.
    pub(crate) wide: i64,
}

/// Where everything is.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Placed {
    pub(crate) size: Size,
    /// The middle of each box.
    pub(crate) boxes: Vec<Point>,
    pub(crate) arrows: Vec<Path>,
    pub(crate) bands: Vec<Band>,
}

/// A place.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Point {
    pub(crate) x: i64,
    pub(crate) y: i64,
}

/// The way of an arrow.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Path {
    /// From its beginning to its head. It leaves and reaches every second point upright: between the points of a pair
    /// it is straight, and between pairs it is bent.
    pub(crate) points: Vec<Point>,
    /// The middle of what stands at it.
    pub(crate) label: Point,
}

/// The stripe of a group.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Band {
    pub(crate) group: usize,
    pub(crate) top: i64,
    pub(crate) bottom: i64,
}

/// Places everything. What no arrow joins is placed by itself and stands side by side in rows, like words on a page.
pub(crate) fn layout(request: &Request) -> Placed {
    let parts = parts::parts(request);
    if parts.len() > 1 { parts::side_by_side(request, &parts) } else { joined(request) }
}

/// Places what arrows join.
fn joined(request: &Request) -> Placed {
    let reversed = cycles::reversed(request);
    let layers = layers::layers(request, &reversed);
    let mut web = Web::new(request, &reversed, &layers);
    order::order(&mut web);
    let xs = place::place(&web);
    let rows = rows(request, &layers, &web, &xs);
    Placed {
        size: Size {
            width: (0..xs.len()).map(|v| xs[v] + web.vertices[v].width / 2).max().unwrap_or(0),
            height: rows.last().map_or(0, |row| row.bottom),
        },
        boxes: (0..request.boxes.len())
            .map(|v| Point { x: xs[v], y: rows[web.vertices[v].layer].middle() })
            .collect(),
        arrows: (0..request.arrows.len()).map(|arrow| path(request, &web, &xs, &rows, arrow)).collect(),
        bands: layers
            .bands
            .iter()
            .filter_map(|band| {
                let (top, bottom) = (rows.get(2 * band.first)?.top, rows.get(2 * band.last)?.bottom);
                let missing = (request.least.get(band.group?).copied().unwrap_or(0) - (bottom - top)).max(0);
                Some(Band { group: band.group?, top, bottom: bottom + missing })
            })
            .collect(),
    }
}

/// The stripe of one layer.
#[derive(Debug, Clone, Copy)]
struct Row {
    top: i64,
    bottom: i64,
}

impl Row {
    const fn middle(self) -> i64 {
        (self.top + self.bottom) / 2
    }
}

fn rows(request: &Request, layers: &Layers, web: &Web, xs: &[i64]) -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::new();
    for (layer, vertices) in web.layers.iter().enumerate() {
        let height = vertices.iter().map(|&v| web.vertices[v].height).max().unwrap_or(0);
        let top = match rows.last() {
            None => 0,
            Some(above) => {
                let slant = |&v: &usize| web.up[v].iter().map(|&u| (xs[u] - xs[v]).abs()).max().unwrap_or(0);
                let widest = vertices.iter().map(slant).max().unwrap_or(0);
                above.bottom + BETWEEN_LAYERS + (widest / 10).min(SLANT)
            }
        };
        // The words of a group may need more height than its boxes.
        let ended = layers.bands.iter().find(|band| 2 * band.last + 1 == layer);
        let needed = ended.and_then(|band| {
            let least = request.least.get(band.group?)?;
            Some((rows.get(2 * band.first)?.top + least).max(rows.get(2 * band.last)?.bottom) + BORDER / 2)
        });
        let begins = layers.bands.iter().any(|band| band.first > 0 && 2 * band.first == layer);
        let top = top.max(needed.unwrap_or(0)) + if begins { BORDER } else { 0 };
        rows.push(Row { top, bottom: top + height });
    }
    rows
}

/// The way of an arrow through the points of its layers.
fn path(request: &Request, web: &Web, xs: &[i64], rows: &[Row], arrow: usize) -> Path {
    let Arrow { from, to, .. } = request.arrows[arrow];
    if from == to {
        return own_loop(request, xs, rows, web, arrow);
    }
    let chain = &web.chains[arrow];
    let (Some(&upper), Some(&lower)) = (chain.first(), chain.last()) else { return Path::default() };
    let mut points = Vec::new();
    let port = |node: usize, toward: usize| {
        let reach = (request.boxes[node].width / 2 - 14).max(0);
        xs[toward].clamp(xs[node] - reach, xs[node] + reach)
    };
    let edge = |node: usize, side: i64| {
        rows[web.vertices[node].layer].middle() + side * request.boxes[node].height / 2
    };
    let x = port(upper, chain.get(1).copied().unwrap_or(lower));
    points.push(Point { x, y: edge(upper, 1) });
    let (forward, backward) = if upper == from { (STRAIGHT, 0) } else { (0, STRAIGHT) };
    points.push(Point { x, y: rows[web.vertices[upper].layer].bottom + backward });
    for &v in chain.get(1..chain.len() - 1).unwrap_or_default() {
        let row = rows[web.vertices[v].layer];
        points.push(Point { x: xs[v], y: row.top });
        points.push(Point { x: xs[v], y: row.bottom });
    }
    let x = port(lower, chain.len().checked_sub(2).map_or(upper, |before| chain[before]));
    points.push(Point { x, y: rows[web.vertices[lower].layer].top - forward });
    points.push(Point { x, y: edge(lower, -1) });
    let label = web.labels[arrow]
        .map_or(Point::default(), |v| Point { x: xs[v], y: rows[web.vertices[v].layer].middle() });
    if upper != from {
        points.reverse();
    }
    Path { points, label }
}

/// An arrow from a box to itself.
fn own_loop(request: &Request, xs: &[i64], rows: &[Row], web: &Web, arrow: usize) -> Path {
    let Arrow { from, label, .. } = request.arrows[arrow];
    let (size, y) = (request.boxes[from], rows[web.vertices[from].layer].middle());
    let (bottom, top) = (y + size.height / 2, y - size.height / 2);
    let x = xs[from] + size.width / 2;
    let out = x + LOOP - 8;
    let at = |x, y| Point { x, y };
    let (low, high) = (bottom - size.height / 4, top + size.height / 4);
    let points = vec![at(x, low), at(x, low), at(out, low), at(out, high), at(x, high), at(x, high)];
    Path { points, label: at(out + 4 + label.width / 2, y) }
}

#[cfg(test)]
mod tests;
