//! Things that use each other: in which order they can be done, and which of them stand in circles.
//!
//! Things are numbers, and `uses` says of each which others it uses. No walk takes stack, however long a way is.

/// All of them, each after those it uses. However long a chain of uses is, this takes no stack.
pub(crate) fn innermost_first(uses: &[Vec<usize>]) -> Vec<usize> {
    let mut seen = vec![false; uses.len()];
    let mut order = Vec::with_capacity(uses.len());
    for first in 0..uses.len() {
        let mut open = vec![(first, 0)];
        while let Some((index, at)) = open.pop() {
            if at == 0 && std::mem::replace(seen.get_mut(index).unwrap_or(&mut true), true) {
                continue;
            }
            match uses.get(index).and_then(|uses| uses.get(at)) {
                Some(used) => open.extend([(index, at + 1), (*used, 0)]),
                None => order.push(index),
            }
        }
    }
    order
}

/// The circle each of them stands in, by number: two have the same number when each leads to the other.
pub(crate) fn circles(uses: &[Vec<usize>]) -> Vec<usize> {
    let mut used_by: Vec<Vec<usize>> = vec![Vec::new(); uses.len()];
    for (index, uses) in uses.iter().enumerate() {
        for used in uses {
            if let Some(used_by) = used_by.get_mut(*used) {
                used_by.push(index);
            }
        }
    }
    let mut circle: Vec<Option<usize>> = vec![None; uses.len()];
    for first in innermost_first(uses).into_iter().rev() {
        let mut open = vec![first];
        while let Some(index) = open.pop() {
            if let Some(slot @ None) = circle.get_mut(index) {
                *slot = Some(first);
                open.extend(used_by.get(index).into_iter().flatten());
            }
        }
    }
    circle.into_iter().enumerate().map(|(index, circle)| circle.unwrap_or(index)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_used_comes_first_also_in_circles() {
        assert_eq!(innermost_first(&[vec![1, 2, 1], vec![2], vec![]]), [2, 1, 0]);
        assert_eq!(innermost_first(&[vec![1], vec![2], vec![0, 2]]), [2, 1, 0]);
        let chain: Vec<Vec<usize>> = (1..200_001).map(|next| vec![next]).chain([vec![]]).collect();
        assert_eq!(innermost_first(&chain).first(), Some(&200_000));
    }

    #[test]
    fn circles_are_told_from_ways() {
        let circle = circles(&[vec![1], vec![2], vec![0, 3], vec![4], vec![4]]);
        assert_eq!(circle[0], circle[1]);
        assert_eq!(circle[1], circle[2]);
        assert_ne!(circle[2], circle[3]);
        assert_ne!(circle[3], circle[4]);
    }
}
