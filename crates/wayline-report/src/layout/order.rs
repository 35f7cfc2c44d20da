//! The order in each layer: first that of the text, then a few sweeps by barycentres, as long as fewer arrows cross.

use super::chains::Web;

const SWEEPS: usize = 12;

pub(super) fn order(web: &mut Web) {
    first_order(web);
    let mut best = web.layers.clone();
    let mut fewest = crossings(web);
    let mut idle = 0;
    for sweep in 0..SWEEPS {
        if fewest == 0 || idle == 4 {
            break;
        }
        if sweep % 2 == 0 {
            (1..web.layers.len()).for_each(|layer| sort(web, layer, true));
        } else {
            (0..web.layers.len().saturating_sub(1)).rev().for_each(|layer| sort(web, layer, false));
        }
        let now = crossings(web);
        idle += 1;
        if now < fewest {
            (fewest, idle) = (now, 0);
            best.clone_from(&web.layers);
        }
    }
    web.layers = best;
}

/// A walk in depth from the boxes in the order of the text: branches stand from left to right as they are written.
fn first_order(web: &mut Web) {
    let mut seen = vec![false; web.vertices.len()];
    let starts = (0..web.vertices.len()).filter(|&v| web.up[v].is_empty());
    let mut open: Vec<usize> = starts.collect();
    open.reverse();
    while let Some(v) = open.pop() {
        if !std::mem::replace(&mut seen[v], true) {
            web.layers[web.vertices[v].layer].push(v);
            open.extend(web.down[v].iter().rev());
        }
    }
}

/// Orders a layer by the middle of the neighbours above or below. Vertices without neighbours keep their places.
fn sort(web: &mut Web, layer: usize, by_upper: bool) {
    let Some(fixed) = (if by_upper { layer.checked_sub(1) } else { Some(layer + 1) }) else { return };
    let mut places = vec![0_usize; web.vertices.len()];
    for (place, &v) in web.layers[fixed].iter().enumerate() {
        places[v] = place;
    }
    let joined = if by_upper { &web.up } else { &web.down };
    let row = &mut web.layers[layer];
    let mut moving: Vec<(usize, usize, usize)> = row
        .iter()
        .filter(|&&v| !joined[v].is_empty())
        .map(|&v| (joined[v].iter().map(|&u| places[u]).sum(), joined[v].len(), v))
        .collect();
    // Two middles are compared as fractions.
    moving.sort_by(|a, b| (a.0 * b.1).cmp(&(b.0 * a.1)));
    let mut moving = moving.into_iter();
    for slot in row.iter_mut().filter(|slot| !joined[**slot].is_empty()) {
        if let Some((_, _, v)) = moving.next() {
            *slot = v;
        }
    }
}

/// How many pairs of arrows cross (Barth, Jünger and Mutzel 2002).
fn crossings(web: &Web) -> usize {
    let places = web.places();
    let mut all = 0;
    for (upper, lower) in web.layers.iter().zip(web.layers.iter().skip(1)) {
        let mut tree = vec![0_usize; lower.len() + 1];
        let mut inserted = 0;
        for &v in upper {
            let mut ends: Vec<usize> = web.down[v].iter().map(|&w| places[w]).collect();
            ends.sort_unstable();
            for &end in &ends {
                // Those before that end further right.
                let mut at = end + 1;
                let mut not_right = 0;
                while at > 0 {
                    not_right += tree[at];
                    at &= at - 1;
                }
                all += inserted - not_right;
                inserted += 1;
                let mut at = end + 1;
                while at < tree.len() {
                    tree[at] += 1;
                    at += at & at.wrapping_neg();
                }
            }
        }
    }
    all
}
