//! Emotions of short comments: the test part of `GoEmotions`.

use heard_domain::reading::{Emotion, Feeling};

use crate::judge::measure::f1;
use crate::judge::split::Part;
use crate::judge::task::{Bar, Bench, NotJudged, Row, Task};
use crate::model::LABELS;

/// The task.
pub const TASK: Task = Task { name: "emotions", run };

/// What a comment says once what was masked in it is taken out: nobody writes "[NAME]".
pub fn unmasked(text: &str) -> String {
    text.replace("[NAME]", "").replace("[RELIGION]", "")
}

fn run(bench: &Bench<'_>) -> Result<Vec<Row>, NotJudged> {
    let text = bench.text(if bench.part == Part::Test { "goemotions/test.tsv" } else { "goemotions/dev.tsv" })?;
    let mut whole: Vec<([bool; LABELS], [bool; LABELS])> = Vec::new();
    let mut shown: Vec<([bool; LABELS], Option<Emotion>)> = Vec::new();
    for line in bench.some(text.lines()) {
        let mut fields = line.split('\t');
        let (Some(text), Some(labels)) = (fields.next(), fields.next()) else { continue };
        let labels: Vec<usize> = labels.split(',').filter_map(|id| id.parse().ok()).collect();
        let truth = std::array::from_fn(|label| labels.contains(&label));
        let text = unmasked(text);
        whole.push((truth, bench.reader.feelings(&text)));
        let reading = bench.read(&text, Some("en"));
        shown.push((truth, reading.weightiest().and_then(|p| p.emotion.as_ref()).map(|l| l.value)));
    }
    let of = |label: usize| {
        let count = |f: &dyn Fn(bool, bool) -> bool| whole.iter().filter(|(t, s)| f(t[label], s[label])).count();
        f1(count(&|truth, said| truth && said), count(&|_, said| said), count(&|truth, _| truth))
    };
    let has = |truth: &[bool; LABELS], emotion: Emotion| {
        Feeling::ALL.iter().zip(truth).any(|(feeling, is)| *is && feeling.emotion() == Some(emotion))
    };
    let of_shown = |emotion: &Emotion| {
        let truth = shown.iter().filter(|(truth, _)| has(truth, *emotion)).count();
        let said = shown.iter().filter(|(_, said)| *said == Some(*emotion)).count();
        f1(shown.iter().filter(|(truth, said)| has(truth, *emotion) && *said == Some(*emotion)).count(), said, truth)
    };
    let n = whole.len();
    let row = |task: &str, value, bar| Row { task: task.to_owned(), figure: "macro-F1", value, n, bar };
    Ok(vec![
        row("GoEmotions, 28 labels", (0..LABELS).map(of).sum::<f64>() / LABELS as f64, Some(Bar::new(0.40, 0.44))),
        row(
            "GoEmotions, the eight shown, one per text",
            Emotion::ALL.iter().map(of_shown).sum::<f64>() / Emotion::ALL.len() as f64,
            None,
        ),
    ])
}
