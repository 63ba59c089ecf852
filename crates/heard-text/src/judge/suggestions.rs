//! Whether a sentence suggests something: task 9 A of SemEval-2019, its test part. The set never trains; rules are
//! written from knowledge of the language.

use heard_domain::reading::Intent;

use crate::judge::measure::f1;
use crate::judge::task::{Bar, Bench, NotJudged, Row, Task};

/// The task.
pub const TASK: Task = Task { name: "suggestions", run };

fn run(bench: &Bench<'_>) -> Result<Vec<Row>, NotJudged> {
    let (mut hits, mut said_so, mut truths, mut n) = (0, 0, 0, 0);
    for row in bench.some(bench.csv("suggestion/SubtaskA_EvaluationData_labeled.csv", false)?) {
        let reading = bench.read(row.get(1).unwrap_or(""), Some("en"));
        let said = reading.passages.iter().any(|p| p.intents.iter().any(|intent| intent.value == Intent::Suggestion));
        let truth = row.get(2) == Some("1");
        hits += usize::from(said && truth);
        said_so += usize::from(said);
        truths += usize::from(truth);
        n += 1;
    }
    let bar = Some(Bar::new(0.65, 0.75));
    Ok(vec![Row { task: "suggestions, task A test".to_owned(), figure: "F1", value: f1(hits, said_so, truths), n, bar }])
}
