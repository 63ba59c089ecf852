//! How honest the confidence of learnt categories is: Banking77 with five and with ten examples of each category. Of all test
//! texts that are filed somewhere: how sure it is of the best category, against how often that is right.

use crate::judge::banking::{Split, drawn};
use crate::judge::measure::calibration_error;
use crate::judge::task::{Bench, NotJudged, Row, Task};
use crate::learn::head::{CategoryHead, Scored};

/// The task.
pub const TASK: Task = Task { name: "calibration", run };

/// How many examples of each category are learnt from.
const EXAMPLES: [(usize, &str); 2] = [(5, "5-shot, calibration error"), (10, "10-shot, calibration error")];

fn run(bench: &Bench<'_>) -> Result<Vec<Row>, NotJudged> {
    let split = Split::read(bench)?;
    let mut rows = Vec::new();
    for (k, figure) in EXAMPLES {
        let examples: Vec<_> = drawn(&split.train, k, 1).into_iter().map(|row| split.example(row)).collect();
        let head = CategoryHead::learn(&split.taxonomy, &examples);
        let best = |(text, name): &(String, String)| {
            let best = head.of_text(text).into_iter().next().filter(Scored::files)?;
            Some((f64::from(best.confidence), best.category == split.id(name)))
        };
        let asked: Vec<(f64, bool)> = split.test.iter().filter_map(best).collect();
        let value = calibration_error(&asked);
        rows.push(Row {
            task: "Banking77, confidence of the best category".to_owned(),
            figure,
            value,
            n: asked.len(),
            bar: None,
        });
    }
    Ok(rows)
}
