//! Themes: the test part of Banking77 cut into 77 clusters, held against its labels. Nothing is learnt from it.

use crate::embedding::{Embedding, Meaning};
use crate::judge::measure::{adjusted_rand, mutual_information};
use crate::judge::split::Part;
use crate::judge::task::{Bar, Bench, NotJudged, Row, Task};
use crate::learn::cluster::cluster;

/// The task.
pub const TASK: Task = Task { name: "themes", run };

fn run(bench: &Bench<'_>) -> Result<Vec<Row>, NotJudged> {
    let file = if bench.part == Part::Test { "banking77/test.csv" } else { "banking77/train.csv" };
    let rows: Vec<csv::StringRecord> = bench.some(bench.csv(file, true)?).collect();
    let mut names: Vec<&str> = rows.iter().filter_map(|row| row.get(1)).collect();
    names.sort_unstable();
    names.dedup();
    let truth: Vec<usize> = rows.iter().map(|row| names.binary_search(&row.get(1).unwrap_or("")).unwrap_or(0)).collect();
    let embedding = Embedding::shipped();
    let points: Vec<Meaning> = rows.iter().map(|row| embedding.of_text(row.get(0).unwrap_or(""))).collect();
    let found = cluster(&points, names.len(), 1);
    let pairs: Vec<(usize, usize)> = truth.into_iter().zip(found.of).collect();
    let row = |figure, value, bar| Row {
        task: "themes, Banking77 test, k = 77".to_owned(),
        figure,
        value,
        n: pairs.len(),
        bar: Some(bar),
    };
    Ok(vec![
        row("NMI", mutual_information(&pairs), Bar::new(0.69, 0.74)),
        row("ARI", adjusted_rand(&pairs), Bar::new(0.33, 0.40)),
    ])
}
