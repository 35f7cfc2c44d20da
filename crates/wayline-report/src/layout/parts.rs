//! Parts that no arrow joins: each has a layout of its own.

use super::{Arrow, Path, Placed, Point, Request, Size, joined};

/// How wide a row of parts is, if no part is wider.
const ROW_WIDTH: i64 = 1_300;
/// The room between parts.
const BETWEEN_PARTS: i64 = 44;

/// The boxes of each part, in the order of their first boxes. Groups hold everything together.
pub(super) fn parts(request: &Request) -> Vec<Vec<usize>> {
    let count = request.boxes.len();
    if request.groups.iter().any(Option::is_some) {
        return vec![(0..count).collect()];
    }
    let mut joined: Vec<Vec<usize>> = vec![Vec::new(); count];
    for arrow in &request.arrows {
        joined[arrow.from].push(arrow.to);
        joined[arrow.to].push(arrow.from);
    }
    let mut seen = vec![false; count];
    let mut parts = Vec::new();
    for start in 0..count {
        let mut part = Vec::new();
        let mut open = vec![start];
        while let Some(v) = open.pop() {
            if !std::mem::replace(&mut seen[v], true) {
                part.push(v);
                open.extend(&joined[v]);
            }
        }
        if !part.is_empty() {
            part.sort_unstable();
            parts.push(part);
        }
    }
    parts
}

/// Places each part and sets the parts in rows.
pub(super) fn side_by_side(request: &Request, parts: &[Vec<usize>]) -> Placed {
    let mut all = Placed {
        boxes: vec![Point::default(); request.boxes.len()],
        arrows: request.arrows.iter().map(|_| Path::default()).collect(),
        ..Placed::default()
    };
    let mut part_of = vec![0_usize; request.boxes.len()];
    let mut place_in = vec![0_usize; request.boxes.len()];
    for (number, part) in parts.iter().enumerate() {
        for (place, &v) in part.iter().enumerate() {
            (part_of[v], place_in[v]) = (number, place);
        }
    }
    let mut arrows_of: Vec<Vec<usize>> = vec![Vec::new(); parts.len()];
    for (index, arrow) in request.arrows.iter().enumerate() {
        arrows_of[part_of[arrow.from]].push(index);
    }
    let (mut left, mut top, mut height) = (0, 0, 0);
    for (part, arrows) in parts.iter().zip(&arrows_of) {
        let own = |&index: &usize| {
            let arrow = request.arrows[index];
            Arrow { from: place_in[arrow.from], to: place_in[arrow.to], ..arrow }
        };
        let placed = joined(&Request {
            boxes: part.iter().map(|&v| request.boxes[v]).collect(),
            groups: vec![None; part.len()],
            least: Vec::new(),
            arrows: arrows.iter().map(own).collect(),
        });
        if left > 0 && left + placed.size.width > ROW_WIDTH {
            (left, top, height) = (0, top + height + BETWEEN_PARTS, 0);
        }
        let moved = |point: Point| Point { x: point.x + left, y: point.y + top };
        for (&v, &point) in part.iter().zip(&placed.boxes) {
            all.boxes[v] = moved(point);
        }
        for (&index, path) in arrows.iter().zip(placed.arrows) {
            let points = path.points.into_iter().map(moved).collect();
            all.arrows[index] = Path { points, label: moved(path.label) };
        }
        left += placed.size.width + BETWEEN_PARTS;
        height = height.max(placed.size.height);
        let Size { width, .. } = all.size;
        all.size = Size { width: width.max(left - BETWEEN_PARTS), height: top + height };
    }
    all
}
