//! How good or bad single sentences are, against the mean of twenty raters: the sets of VADER, the fifth that never trains.

use crate::judge::measure::{class, correlation, macro_f1, value};
use crate::judge::split::part_of;
use crate::judge::task::{Bar, Bench, NotJudged, Row, Task};

/// The task.
pub const TASK: Task = Task { name: "vader", run };

const SETS: [(&str, &str, Bar); 4] = [
    ("tweets", "tweets", Bar::new(0.87, 0.89)),
    ("products", "amazonReviewSnippets", Bar::new(0.60, 0.70)),
    ("films", "movieReviewSnippets", Bar::new(0.45, 0.60)),
    ("editorials", "nytEditorialSnippets", Bar::new(0.50, 0.58)),
];

/// The mean of the raters (−4 to 4) and the text, of all rows of a file.
pub fn rated(text: &str) -> impl Iterator<Item = (f32, &str)> {
    text.lines().filter_map(|line| {
        let mut fields = line.splitn(3, '\t');
        let (_, mean, text) = (fields.next()?, fields.next()?, fields.next()?);
        Some((mean.trim().parse().ok()?, text))
    })
}

fn run(bench: &Bench<'_>) -> Result<Vec<Row>, NotJudged> {
    let mut rows = Vec::new();
    for (what, file, bar) in SETS {
        let text = bench.text(&format!("vader/{file}_GroundTruth.txt"))?;
        let (mut values, mut classes) = (Vec::new(), Vec::new());
        for (mean, text) in bench.some(rated(&text).filter(|(_, text)| part_of(text) == bench.part)) {
            let reading = bench.read(text, Some("en"));
            values.push((f64::from(mean), value(&reading)));
            // In between the raters were divided: no class is right.
            if !(0.3..0.9).contains(&mean.abs()) {
                let truth = if mean.abs() < 0.3 { 1 } else { 2 * usize::from(mean > 0.0) };
                classes.push((truth, class(&reading).index()));
            }
        }
        let task = format!("VADER {what}, the fifth that never trains");
        rows.push(Row { task: task.clone(), figure: "Pearson r", value: correlation(&values), n: values.len(), bar: Some(bar) });
        rows.push(Row { task, figure: "three classes, macro-F1", value: macro_f1(&classes, 3), n: classes.len(), bar: None });
    }
    Ok(rows)
}
