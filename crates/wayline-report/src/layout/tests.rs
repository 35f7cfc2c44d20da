//! What holds for every layout: found out with graphs made by a small generator.

use super::*;

/// A graph like a journey: a chain with branches, jumps ahead, and a few arrows back. The same number gives the same.
fn made(steps: usize, mut seed: u64) -> Request {
    let mut chance = |of: u64| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) % of
    };
    let mut request = Request::default();
    for v in 0..steps {
        let width = 2 * (30 + i64::try_from(chance(60)).unwrap());
        request.boxes.push(Size { width, height: 2 * (12 + i64::try_from(chance(20)).unwrap()) });
        let group = usize::try_from(chance(5)).unwrap();
        request.groups.push((group > 0).then_some(v * 4 / steps.max(1)));
        let label = if chance(2) == 0 { Size::default() } else { Size { width: 80, height: 14 } };
        let mut arrow = |from: usize, to: usize| request.arrows.push(Arrow { from, to, label, wide: 1 });
        if v > 0 {
            arrow(v - 1 - usize::try_from(chance(3)).unwrap().min(v - 1), v);
        }
        if chance(3) == 0 {
            let ahead = usize::try_from(chance(6)).unwrap();
            if v + ahead < steps {
                arrow(v, v + ahead);
            }
        }
        if chance(6) == 0 {
            arrow(v, v.saturating_sub(usize::try_from(chance(8)).unwrap()));
        }
    }
    // A box has at most one arrow to itself: a loop without a body.
    let mut own = std::collections::BTreeSet::new();
    request.arrows.retain(|arrow| arrow.from != arrow.to || own.insert(arrow.from));
    // Arrows may only name boxes that are there.
    request.arrows.retain(|arrow| arrow.from < steps && arrow.to < steps);
    request.least = vec![60; 4];
    request
}

fn overlap(a: (Point, Size), b: (Point, Size)) -> bool {
    (a.0.x - b.0.x).abs() * 2 < a.1.width + b.1.width && (a.0.y - b.0.y).abs() * 2 < a.1.height + b.1.height
}

#[test]
fn boxes_and_words_never_overlap_and_lie_inside() {
    for (steps, seed) in (1..60).zip(100..).chain([(120, 1), (300, 2)]) {
        let request = made(steps, seed);
        let placed = layout(&request);
        let mut all: Vec<(Point, Size)> =
            placed.boxes.iter().copied().zip(request.boxes.iter().copied()).collect();
        for (path, arrow) in placed.arrows.iter().zip(&request.arrows) {
            if arrow.label.height > 0 {
                all.push((path.label, arrow.label));
            }
        }
        for (number, &one) in all.iter().enumerate() {
            let (Point { x, y }, Size { width, height }) = one;
            assert!(x * 2 >= width && y * 2 >= height, "{steps}: {one:?} begins outside");
            assert!(x + width / 2 <= placed.size.width, "{steps}: {one:?} ends right of {:?}", placed.size);
            assert!(y + height / 2 <= placed.size.height, "{steps}: {one:?} ends below {:?}", placed.size);
            for &other in &all[..number] {
                assert!(!overlap(one, other), "{steps}: {one:?} and {other:?} overlap");
            }
        }
    }
}

#[test]
fn arrows_lead_from_box_to_box_and_cross_none() {
    for (steps, seed) in (1..60).zip(7..) {
        let request = made(steps, seed);
        let placed = layout(&request);
        for (path, arrow) in placed.arrows.iter().zip(&request.arrows) {
            let (Some(&first), Some(&last)) = (path.points.first(), path.points.last()) else {
                panic!("an arrow without points");
            };
            for (end, node) in [(first, arrow.from), (last, arrow.to)] {
                let (middle, size) = (placed.boxes[node], request.boxes[node]);
                let is_loop = arrow.from == arrow.to;
                assert!(
                    is_loop || (end.y - middle.y).abs() == size.height / 2,
                    "{steps}: it ends at an edge"
                );
                assert!((end.x - middle.x).abs() <= size.width / 2, "{steps}: an arrow ends at its box");
            }
            // What is straight goes by every box.
            for pair in path.points.chunks(2) {
                let (x, top, bottom) = (pair[0].x, pair[0].y.min(pair[1].y), pair[0].y.max(pair[1].y));
                for (node, (middle, size)) in placed.boxes.iter().zip(&request.boxes).enumerate() {
                    let inside = (x - middle.x).abs() * 2 < size.width
                        && bottom > middle.y - size.height / 2
                        && top < middle.y + size.height / 2;
                    assert!(!inside || arrow.from == arrow.to, "{steps}: an arrow goes through box {node}");
                }
            }
        }
    }
}

#[test]
fn groups_are_stripes_one_below_the_other() {
    let mut request = made(40, 5);
    // Without arrows back, each group is one stripe.
    request.arrows.retain(|arrow| arrow.from < arrow.to);
    (0..40).for_each(|v| request.groups[v] = Some(v / 10));
    let placed = layout(&request);
    assert_eq!(placed.bands.iter().map(|band| band.group).collect::<Vec<_>>(), [0, 1, 2, 3]);
    assert!(placed.bands.windows(2).all(|pair| pair[0].bottom + 2 * BAND_GAP <= pair[1].top));
    for (v, middle) in placed.boxes.iter().enumerate() {
        let band = &placed.bands[v / 10];
        assert!(band.top < middle.y && middle.y < band.bottom, "box {v} stands in its stripe");
    }
}

#[test]
fn a_straight_chain_is_straight_and_branches_keep_their_order() {
    let size = Size { width: 80, height: 30 };
    let arrow = |from, to| Arrow { from, to, label: Size::default(), wide: 1 };
    let request = Request {
        boxes: vec![size; 7],
        groups: vec![None; 7],
        least: Vec::new(),
        arrows: vec![
            arrow(0, 1),
            arrow(1, 2),
            arrow(1, 3),
            arrow(1, 4),
            arrow(2, 5),
            arrow(3, 5),
            arrow(4, 5),
            arrow(5, 6),
        ],
    };
    let placed = layout(&request);
    let x = |v: usize| placed.boxes[v].x;
    assert!(x(2) < x(3) && x(3) < x(4), "as they are written");
    assert!([0, 1, 3, 5, 6].iter().all(|&v| x(v) == x(3)), "{:?}", placed.boxes);
}

#[test]
fn parts_stand_side_by_side() {
    let size = Size { width: 400, height: 30 };
    let request = Request { boxes: vec![size; 5], groups: vec![None; 5], ..Request::default() };
    let placed = layout(&request);
    let places: Vec<(i64, i64)> = placed.boxes.iter().map(|p| (p.x, p.y)).collect();
    assert_eq!(places, [(200, 15), (644, 15), (1088, 15), (200, 89), (644, 89)]);
    assert_eq!(placed.size, Size { width: 1_288, height: 104 });
    assert_eq!(layout(&Request::default()), Placed::default());
}
