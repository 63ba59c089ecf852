//! Themes: the test part of Banking77 cut into 77 clusters, held against its labels. Nothing is learnt from it.

use crate::embedding::{Embedding, Meaning};
use crate::judge::measure::{adjusted_rand, mutual_information};
use crate::judge::split::Part;
use crate::judge::task::{Bar, Bench, NotJudged, Row, Task};
use crate::learn::cluster::{centred, cluster};

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
    let found = cluster(&centred(&points), names.len(), 1);
    let mut judged = rows_of("themes, Banking77 test, k = 77", &truth, found.of, [Bar::new(0.69, 0.74), Bar::new(0.33, 0.40)]);
    // The vectors of all-MiniLM-L6-v2 and its like; other sizes are not judged.
    if let Some(deep) = bench.deep {
        let texts: Vec<&str> = rows.iter().map(|row| row.get(0).unwrap_or("")).collect();
        let points: Vec<[f32; 384]> = deep.vectors(&texts).iter().filter_map(|vector| vector.first_chunk().copied()).collect();
        if deep.width() == 384 {
            let found = cluster(&points, names.len(), 1);
            let bars = [Bar::new(0.69, 0.82), Bar::new(0.33, 0.56)];
            judged.extend(rows_of("themes, Banking77 test, k = 77, deep reader", &truth, found.of, bars));
        }
    }
    Ok(judged)
}

fn rows_of(task: &str, truth: &[usize], found: Vec<usize>, [mutual, rand]: [Bar; 2]) -> Vec<Row> {
    let pairs: Vec<(usize, usize)> = truth.iter().copied().zip(found).collect();
    let row = |figure, value, bar| Row { task: task.to_owned(), figure, value, n: pairs.len(), bar: Some(bar) };
    vec![row("NMI", mutual_information(&pairs), mutual), row("ARI", adjusted_rand(&pairs), rand)]
}
