//! Places from left to right (Brandes and Köpf 2002): vertices are joined with the median of their neighbours into upright
//! blocks, the blocks are pushed together, and of four such layouts (from above and below, from the left and the
//! right) the middle is taken.

use std::collections::BTreeSet;

use super::chains::Web;
use super::{BETWEEN_ARROWS, BETWEEN_BOX_AND_ARROW, BETWEEN_BOXES};

/// The middle of each vertex. The leftmost edge of all is at 0, and no two vertices of a layer overlap.
pub(super) fn place(web: &Web) -> Vec<i64> {
    let conflicts = conflicts(web);
    let mut layouts: Vec<Vec<i64>> = Vec::new();
    for from_above in [true, false] {
        for from_left in [true, false] {
            let mut layers = web.layers.clone();
            if !from_above {
                layers.reverse();
            }
            if !from_left {
                layers.iter_mut().for_each(|layer| layer.reverse());
            }
            let roots = align(web, &layers, from_above, &conflicts);
            let mut xs = compact(web, &layers, &roots);
            if !from_left {
                xs.iter_mut().for_each(|x| *x = -*x);
            }
            layouts.push(xs);
        }
    }
    let mut xs = balance(web, layouts);
    separate(web, &mut xs);
    let left = (0..xs.len()).map(|v| xs[v] - web.vertices[v].width / 2).min().unwrap_or(0);
    xs.iter_mut().for_each(|x| *x -= left);
    xs
}

/// The least distance between the middles of two neighbours.
fn distance(web: &Web, u: usize, v: usize) -> i64 {
    let (u, v) = (web.vertices[u], web.vertices[v]);
    let gap = match (u.is_box, v.is_box) {
        (true, true) => BETWEEN_BOXES,
        (false, false) => BETWEEN_ARROWS,
        _ => BETWEEN_BOX_AND_ARROW,
    };
    u.width / 2 + v.width / 2 + gap
}

/// Pairs that must not be joined: they cross a piece of a long arrow, which should be straight.
fn conflicts(web: &Web) -> BTreeSet<(usize, usize)> {
    let places = web.places();
    let mut found = BTreeSet::new();
    for (upper, lower) in web.layers.iter().zip(web.layers.iter().skip(1)) {
        let mut left = 0;
        let mut scanned = 0;
        for (place, &v) in lower.iter().enumerate() {
            let inner = if web.vertices[v].is_box {
                None
            } else {
                web.up[v].iter().find(|&&u| !web.vertices[u].is_box)
            };
            let is_last = place + 1 == lower.len();
            if inner.is_none() && !is_last {
                continue;
            }
            let right = inner.map_or(upper.len(), |&u| places[u]);
            for &w in lower.get(scanned..=place).unwrap_or_default() {
                for &u in &web.up[w] {
                    let is_inner = !web.vertices[u].is_box && !web.vertices[w].is_box;
                    if !is_inner && (places[u] < left || places[u] > right) {
                        found.insert((u, w));
                    }
                }
            }
            scanned = place + 1;
            left = right;
        }
    }
    found
}

/// Joins vertices into blocks; gives each its block's first vertex.
fn align(
    web: &Web,
    layers: &[Vec<usize>],
    from_above: bool,
    conflicts: &BTreeSet<(usize, usize)>,
) -> Vec<usize> {
    let count = web.vertices.len();
    let mut places = vec![0_usize; count];
    for layer in layers {
        for (place, &v) in layer.iter().enumerate() {
            places[v] = place;
        }
    }
    let mut roots: Vec<usize> = (0..count).collect();
    for layer in layers.iter().skip(1) {
        // Neighbours up to here are taken: blocks never cross.
        let mut taken = 0;
        for &v in layer {
            let joined = if from_above { &web.up[v] } else { &web.down[v] };
            let mut joined = joined.clone();
            joined.sort_by_key(|&u| places[u]);
            joined.dedup();
            let Some(last) = joined.len().checked_sub(1) else { continue };
            for middle in [last / 2, last.div_ceil(2)] {
                let u = joined[middle];
                let pair = if from_above { (u, v) } else { (v, u) };
                if roots[v] == v && places[u] >= taken && !conflicts.contains(&pair) {
                    roots[v] = roots[u];
                    taken = places[u] + 1;
                }
            }
        }
    }
    roots
}

/// Pushes the blocks to the left as far as they go, and then to the right as far as they may.
fn compact(web: &Web, layers: &[Vec<usize>], roots: &[usize]) -> Vec<i64> {
    let count = web.vertices.len();
    let mut right: Vec<Vec<(usize, i64)>> = vec![Vec::new(); count];
    let mut ways_in = vec![0_usize; count];
    for layer in layers {
        for pair in layer.windows(2) {
            right[roots[pair[0]]].push((roots[pair[1]], distance(web, pair[0], pair[1])));
            ways_in[roots[pair[1]]] += 1;
        }
    }
    let mut sorted: Vec<usize> = (0..count).filter(|&v| roots[v] == v && ways_in[v] == 0).collect();
    let mut xs = vec![0_i64; count];
    let mut next = 0;
    while let Some(&block) = sorted.get(next) {
        next += 1;
        for &(other, distance) in &right[block] {
            xs[other] = xs[other].max(xs[block] + distance);
            ways_in[other] -= 1;
            if ways_in[other] == 0 {
                sorted.push(other);
            }
        }
    }
    for &block in sorted.iter().rev() {
        let room = right[block].iter().map(|&(other, distance)| xs[other] - distance).min();
        xs[block] = xs[block].max(room.unwrap_or(i64::MIN));
    }
    (0..count).map(|v| xs[roots[v]]).collect()
}

/// The middle of the two middle places of the four, laid over the narrowest layout.
fn balance(web: &Web, mut layouts: Vec<Vec<i64>>) -> Vec<i64> {
    let count = web.vertices.len();
    let ends = |xs: &[i64]| {
        let left = (0..count).map(|v| xs[v] - web.vertices[v].width / 2).min().unwrap_or(0);
        let right = (0..count).map(|v| xs[v] + web.vertices[v].width / 2).max().unwrap_or(0);
        (left, right)
    };
    let all: Vec<(i64, i64)> = layouts.iter().map(|xs| ends(xs)).collect();
    let Some(&(left, right)) = all.iter().min_by_key(|(left, right)| right - left) else { return Vec::new() };
    for (number, (xs, own)) in layouts.iter_mut().zip(all).enumerate() {
        let shift = if number % 2 == 0 { left - own.0 } else { right - own.1 };
        xs.iter_mut().for_each(|x| *x += shift);
    }
    let middle = |v: usize| {
        let mut places: Vec<i64> = layouts.iter().map(|xs| xs[v]).collect();
        places.sort_unstable();
        // Rounded down for all, so that distances stay.
        (places[1] + places[2]).div_euclid(2)
    };
    (0..count).map(middle).collect()
}

/// Makes sure that neighbours keep their distance, whatever came before.
fn separate(web: &Web, xs: &mut [i64]) {
    for layer in &web.layers {
        for pair in layer.windows(2) {
            xs[pair[1]] = xs[pair[1]].max(xs[pair[0]] + distance(web, pair[0], pair[1]));
        }
    }
}
