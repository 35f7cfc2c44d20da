//! Layers: every arrow leads down, groups follow one another as stripes, and boxes stand as high as they can.

use std::collections::BTreeSet;

use super::Request;

/// The layers of the boxes.
#[derive(Debug)]
pub(super) struct Layers {
    /// The layer of each box, counted without the layers between.
    pub(super) of: Vec<usize>,
    /// The stripes from top to bottom.
    pub(super) bands: Vec<Stripe>,
}

/// The layers of one group, or of boxes without one.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stripe {
    pub(super) group: Option<usize>,
    pub(super) first: usize,
    pub(super) last: usize,
}

pub(super) fn layers(request: &Request, reversed: &[bool]) -> Layers {
    let count = request.boxes.len();
    let mut down: Vec<Vec<usize>> = vec![Vec::new(); count];
    let mut ways_in = vec![0_usize; count];
    for (arrow, &reversed) in request.arrows.iter().zip(reversed) {
        let (from, to) = if reversed { (arrow.to, arrow.from) } else { (arrow.from, arrow.to) };
        if from != to {
            down[from].push(to);
            ways_in[to] += 1;
        }
    }
    let sorted = sorted(&down, ways_in.clone());
    let stripes = stripes(request, &down, &sorted);

    // Longest paths inside of each stripe.
    let mut of = vec![0_usize; count];
    for &v in &sorted {
        for &w in &down[v] {
            if stripes[w] == stripes[v] {
                of[w] = of[w].max(of[v] + 1);
            }
        }
    }
    // A way in stands right above where it leads.
    for &v in sorted.iter().filter(|&&v| ways_in[v] == 0) {
        let nearest = down[v].iter().filter(|&&w| stripes[w] == stripes[v]).map(|&w| of[w]).min();
        of[v] = nearest.map_or(of[v], |nearest| nearest.saturating_sub(1));
    }
    let number = stripes.iter().max().map_or(0, |last| last + 1);
    let mut heights = vec![0_usize; number];
    let mut groups = vec![None; number];
    for v in 0..count {
        heights[stripes[v]] = heights[stripes[v]].max(of[v] + 1);
        groups[stripes[v]] = request.groups[v];
    }
    let mut bands = Vec::new();
    let mut first = 0;
    for (group, height) in groups.into_iter().zip(heights) {
        bands.push(Stripe { group, first, last: (first + height).saturating_sub(1) });
        first += height;
    }
    for v in 0..count {
        of[v] += bands[stripes[v]].first;
    }
    Layers { of, bands }
}

/// The boxes in an order in which every arrow leads onward.
fn sorted(down: &[Vec<usize>], mut ways_in: Vec<usize>) -> Vec<usize> {
    let mut sorted: Vec<usize> = (0..down.len()).filter(|&v| ways_in[v] == 0).collect();
    let mut next = 0;
    while let Some(&v) = sorted.get(next) {
        next += 1;
        for &w in &down[v] {
            ways_in[w] -= 1;
            if ways_in[w] == 0 {
                sorted.push(w);
            }
        }
    }
    sorted
}

/// The stripe of each box: no arrow leads to a stripe above, and all of a stripe are of one group.
fn stripes(request: &Request, down: &[Vec<usize>], sorted: &[usize]) -> Vec<usize> {
    let groups = &request.groups;
    let known = groups.iter().flatten().max().map_or(0, |last| last + 1);
    let mut level = vec![0_usize; down.len()];
    let sink = |level: &mut Vec<usize>| {
        for &v in sorted {
            for &w in &down[v] {
                level[w] = level[w].max(level[v] + usize::from(groups[v] != groups[w]));
            }
        }
    };
    // A group stays together unless its boxes lead out of it and back into it, which ends the rounds.
    for _ in 0..=known {
        sink(&mut level);
        let mut deepest = vec![0_usize; known];
        for (v, group) in groups.iter().enumerate() {
            if let Some(group) = *group {
                deepest[group] = deepest[group].max(level[v]);
            }
        }
        let before = level.clone();
        for (v, group) in groups.iter().enumerate() {
            if let Some(group) = *group {
                level[v] = deepest[group];
            }
        }
        if before == level {
            break;
        }
    }
    sink(&mut level);
    let keys: BTreeSet<(usize, Option<usize>)> = level.iter().copied().zip(groups.iter().copied()).collect();
    let keys: Vec<_> = keys.into_iter().collect();
    level.iter().zip(groups).map(|(&l, &g)| keys.binary_search(&(l, g)).unwrap_or(0)).collect()
}
