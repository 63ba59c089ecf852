//! Layers: where boxes stand that wait for each other, from left to right, so that no two overlap and few lines cross (Sugiyama, Tagawa
//! and Toda 1981). A line that passes a column goes through a gap of its own.

/// Where everything stands.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Layers {
    /// Of each box, its column from 0 and the middle of its height.
    pub(crate) boxes: Vec<(usize, f64)>,
    /// Of each arrow in the order given, the heights at which it passes the columns between its ends, by column.
    pub(crate) passes: Vec<Vec<(usize, f64)>>,
    /// How many columns there are.
    pub(crate) columns: usize,
    /// The lowest end of anything.
    pub(crate) height: f64,
}

/// What takes room in a column: a box, or a line that passes.
#[derive(Debug, Clone, Default)]
struct Cell {
    column: usize,
    tall: f64,
    y: f64,
    /// Neighbours to the left and to the right.
    left: Vec<usize>,
    right: Vec<usize>,
}

/// How often the columns are ordered and moved, there and back.
const ROUNDS: usize = 6;

/// Puts boxes into columns: each one column to the right of the last that it waits for. `order` holds all places, each after those it
/// waits for; `arrows` lead from one place to another that comes later in that order, others are not looked at. `tall` is the height of a
/// box, `gap` what is free above and below it.
pub(crate) fn layers(n: usize, order: &[usize], arrows: &[(usize, usize)], tall: f64, gap: f64) -> Layers {
    let mut before = vec![vec![]; n];
    for (from, to) in arrows {
        if let Some(list) = before.get_mut(*to).filter(|_| *from < n) {
            list.push(*from);
        }
    }
    let mut column = vec![0_usize; n];
    for at in order {
        let next = before.get(*at).into_iter().flatten().filter_map(|from| column.get(*from)).max().map_or(0, |last| last + 1);
        if let Some(column) = column.get_mut(*at) {
            *column = next;
        }
    }
    let of = |at: usize| column.get(at).copied().unwrap_or(0);
    let mut cells: Vec<Cell> = (0..n).map(|at| Cell { column: of(at), tall, ..Cell::default() }).collect();
    let mut ways: Vec<Vec<usize>> = Vec::with_capacity(arrows.len());
    for (from, to) in arrows {
        let mut way = vec![];
        if *from < n && *to < n && of(*from) < of(*to) {
            let mut last = *from;
            for column in of(*from) + 1..of(*to) {
                cells.push(Cell { column, tall: 8.0, ..Cell::default() });
                let cell = cells.len() - 1;
                join(&mut cells, last, cell);
                way.push(cell);
                last = cell;
            }
            join(&mut cells, last, *to);
        }
        ways.push(way);
    }
    let columns = cells.iter().map(|cell| cell.column + 1).max().unwrap_or(0);
    let mut by_column: Vec<Vec<usize>> = vec![vec![]; columns];
    for (at, cell) in cells.iter().enumerate() {
        if let Some(list) = by_column.get_mut(cell.column) {
            list.push(at);
        }
    }
    for list in &by_column {
        settle(&mut cells, list, gap, |_, place| place as f64);
    }
    for round in 0..ROUNDS {
        let forward = round % 2 == 0;
        let walk: Vec<usize> = if forward { (0..columns).collect() } else { (0..columns).rev().collect() };
        for column in walk {
            let Some(list) = by_column.get_mut(column) else { continue };
            let wanted = |cells: &[Cell], at: usize| {
                let Some(cell) = cells.get(at) else { return 0.0 };
                let near = if forward { &cell.left } else { &cell.right };
                let (sum, n) =
                    near.iter().filter_map(|at| cells.get(*at)).fold((0.0, 0.0), |(sum, n), near| (sum + near.y, n + 1.0));
                if n > 0.0 { sum / n } else { cell.y }
            };
            let mut keyed: Vec<(f64, usize)> = list.iter().map(|at| (wanted(&cells, *at), *at)).collect();
            keyed.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
            *list = keyed.iter().map(|(_, at)| *at).collect();
            let list = list.clone();
            settle(&mut cells, &list, gap, |_, place| keyed.get(place).map_or(0.0, |(wanted, _)| *wanted));
        }
    }
    let top = cells.iter().map(|cell| cell.y - cell.tall / 2.0).fold(f64::MAX, f64::min);
    let top = if top.is_finite() && top < f64::MAX { top } else { 0.0 };
    let y = |at: usize| cells.get(at).map_or(0.0, |cell| cell.y - top);
    Layers {
        boxes: (0..n).map(|at| (of(at), y(at))).collect(),
        passes: ways.iter().map(|way| way.iter().map(|at| (cells.get(*at).map_or(0, |c| c.column), y(*at))).collect()).collect(),
        columns,
        height: cells.iter().map(|cell| cell.y + cell.tall / 2.0).fold(top, f64::max) - top,
    }
}

fn join(cells: &mut [Cell], left: usize, right: usize) {
    if let Some(cell) = cells.get_mut(left) {
        cell.right.push(right);
    }
    if let Some(cell) = cells.get_mut(right) {
        cell.left.push(left);
    }
}

/// Puts the cells of a column, in their order, as near as may be to where each wants to be (by its place in the column), without overlap.
fn settle(cells: &mut [Cell], list: &[usize], gap: f64, wanted: impl Fn(&[Cell], usize) -> f64) {
    let mut lowest = f64::NEG_INFINITY;
    let (mut off, mut placed) = (0.0, Vec::with_capacity(list.len()));
    for (place, at) in list.iter().enumerate() {
        let tall = cells.get(*at).map_or(0.0, |cell| cell.tall);
        let want = wanted(cells, place);
        let y = want.max(lowest + tall / 2.0);
        lowest = y + tall / 2.0 + gap;
        off += want - y;
        placed.push(y);
    }
    // Pushing only downwards would let every round sink: the whole column moves back by what it was pushed on average.
    let back = off / list.len().max(1) as f64;
    for (at, y) in list.iter().zip(placed) {
        if let Some(cell) = cells.get_mut(*at) {
            cell.y = y + back;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_passes_a_column_keeps_clear_of_its_boxes() {
        // 0 → 1 → 2 and 0 → 2.
        let found = layers(3, &[0, 1, 2], &[(0, 1), (1, 2), (0, 2)], 92.0, 20.0);
        assert_eq!(found.boxes.iter().map(|b| b.0).collect::<Vec<_>>(), [0, 1, 2]);
        let (column, y) = found.passes[2][0];
        assert!(column == 1 && (y - found.boxes[1].1).abs() >= 46.0 + 4.0, "{found:?}");
        assert_eq!(layers(0, &[], &[], 92.0, 20.0).columns, 0);
    }

    #[test]
    fn boxes_of_a_column_never_overlap() {
        let n = 60;
        let arrows: Vec<(usize, usize)> = (1..n).flat_map(|to| [(to * 7 % to, to), (to / 2, to)]).collect();
        let order: Vec<usize> = (0..n).collect();
        let found = layers(n, &order, &arrows, 92.0, 20.0);
        for (i, a) in found.boxes.iter().enumerate() {
            for b in &found.boxes[i + 1..] {
                assert!(a.0 != b.0 || (a.1 - b.1).abs() >= 92.0 + 20.0 - 1e-6);
            }
            assert!(a.1 >= 46.0 - 1e-6 && a.1 <= found.height - 46.0 + 1e-6);
        }
        for (from, to) in &arrows {
            assert!(found.boxes[*from].0 < found.boxes[*to].0);
        }
    }
}
