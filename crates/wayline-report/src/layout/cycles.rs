//! Breaking loops: a walk in depth turns the arrows that lead back to where it came from.

use super::Request;

/// Which arrows count as leading the other way. Without them, and with those turned, there is no loop.
pub(super) fn reversed(request: &Request) -> Vec<bool> {
    #[derive(Clone, Copy, PartialEq, Eq)]
    enum Mark {
        New,
        Open,
        Done,
    }
    let count = request.boxes.len();
    let mut out: Vec<Vec<usize>> = vec![Vec::new(); count];
    let mut has_way_in = vec![false; count];
    for (index, arrow) in request.arrows.iter().enumerate() {
        out[arrow.from].push(index);
        has_way_in[arrow.to] |= arrow.from != arrow.to;
    }
    let mut reversed = vec![false; request.arrows.len()];
    let mut marks = vec![Mark::New; count];
    // Where nothing leads to comes first: a walk from there finds the arrows that really lead back.
    let starts = (0..count).filter(|&v| !has_way_in[v]).chain((0..count).filter(|&v| has_way_in[v]));
    for start in starts {
        let mut path: Vec<(usize, usize)> = Vec::new();
        if marks[start] == Mark::New {
            marks[start] = Mark::Open;
            path.push((start, 0));
        }
        while let Some((v, next)) = path.last_mut() {
            let Some(&arrow) = out[*v].get(*next) else {
                marks[*v] = Mark::Done;
                path.pop();
                continue;
            };
            *next += 1;
            let to = request.arrows[arrow].to;
            match marks[to] {
                Mark::New => {
                    marks[to] = Mark::Open;
                    path.push((to, 0));
                }
                Mark::Open => reversed[arrow] = true,
                Mark::Done => {}
            }
        }
    }
    reversed
}
