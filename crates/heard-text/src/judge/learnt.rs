//! Sentiment of tweets to airlines, learnt by the product's own learner from the given part: five folds, each read by what the
//! other four taught. Nothing of it is shipped.

use heard_domain::reading::Polarity;

use crate::judge::measure::{accuracy, macro_f1};
use crate::judge::task::{Bar, Bench, NotJudged, Row, Task};
use crate::learn::choice::{ChoiceHead, Told};
use crate::token::hash;

/// The task.
pub const TASK: Task = Task { name: "airline-learnt", run };

const FILE: &str = "airline/tweets.csv";
const FOLDS: u64 = 5;

fn run(bench: &Bench<'_>) -> Result<Vec<Row>, NotJudged> {
    let mut folds: Vec<Vec<(Told, usize)>> = vec![Vec::new(); FOLDS as usize];
    for row in bench.some(bench.csv(FILE, true)?) {
        let truth: Polarity = match row.get(1) {
            Some("negative") => Polarity::Negative,
            Some("neutral") => Polarity::Neutral,
            Some("positive") => Polarity::Positive,
            other => return Err(NotJudged::Odd { file: FILE.to_owned(), what: format!("{other:?} is no sentiment") }),
        };
        let text = row.get(10).unwrap_or("");
        // By the text, so that a tweet which stands there twice does not teach itself.
        if let Some(fold) = folds.get_mut((hash(text.as_bytes()) % FOLDS) as usize) {
            fold.push((Told::new(text, &bench.read(text, Some("en"))), truth.index()));
        }
    }
    let mut pairs = Vec::new();
    for (at, fold) in folds.iter().enumerate() {
        let others: Vec<(Told, usize)> =
            folds.iter().enumerate().filter(|(other, _)| *other != at).flat_map(|(_, fold)| fold.iter().cloned()).collect();
        let head = ChoiceHead::learn(&others, 3);
        pairs.extend(fold.iter().map(|(told, truth)| (*truth, head.choose(told))));
    }
    let row = |figure, value, bar| Row {
        task: "airline sentiment, learnt, 5-fold".to_owned(),
        figure,
        value,
        n: pairs.len(),
        bar: Some(bar),
    };
    Ok(vec![row("accuracy", accuracy(&pairs), Bar::new(0.82, 0.84)), row("macro-F1", macro_f1(&pairs, 3), Bar::new(0.76, 0.79))])
}
