//! Sentiment of tweets to airlines, out of the box: they never train and choose nothing.

use heard_domain::reading::Polarity;

use crate::judge::measure::{accuracy, class, macro_f1};
use crate::judge::task::{Bar, Bench, NotJudged, Row, Task};

/// The task.
pub const TASK: Task = Task { name: "airline", run };

const FILE: &str = "airline/tweets.csv";

fn run(bench: &Bench<'_>) -> Result<Vec<Row>, NotJudged> {
    let (mut classes, mut sure) = (Vec::new(), 0.0);
    for row in bench.some(bench.csv(FILE, true)?) {
        let truth: Polarity = match row.get(1) {
            Some("negative") => Polarity::Negative,
            Some("neutral") => Polarity::Neutral,
            Some("positive") => Polarity::Positive,
            other => return Err(NotJudged::Odd { file: FILE.to_owned(), what: format!("{other:?} is no sentiment") }),
        };
        let reading = bench.read(row.get(10).unwrap_or(""), Some("en"));
        sure += reading.weightiest().and_then(|p| p.sentiment.as_ref()).map_or(0.0, |s| f64::from(s.confidence));
        classes.push((truth.index(), class(&reading).index()));
    }
    let row =
        |figure, value, bar| Row { task: "airline sentiment, out of the box".to_owned(), figure, value, n: classes.len(), bar };
    Ok(vec![
        row("macro-F1", macro_f1(&classes, 3), Some(Bar::new(0.58, 0.68))),
        row("accuracy", accuracy(&classes), None),
        row("mean confidence (honest: the accuracy)", sure / (classes.len() as f64).max(1.0), None),
    ])
}
