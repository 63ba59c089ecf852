//! Emotions of short comments: the test part of `GoEmotions`.

use heard_domain::reading::Emotion;

use crate::judge::measure::f1;
use crate::judge::split::Part;
use crate::judge::task::{Bench, NotJudged, Row, Task};

/// The task.
pub const TASK: Task = Task { name: "emotions", run };

/// The emotion shown for one of the labels of `GoEmotions`; `None` where none of the eight fits (or it is neutral).
pub fn shown(label: &str) -> Option<Emotion> {
    Some(match label {
        "amusement" | "excitement" | "joy" | "love" | "pride" | "relief" => Emotion::Joy,
        "gratitude" => Emotion::Gratitude,
        "admiration" | "approval" | "caring" | "optimism" => Emotion::Trust,
        "surprise" => Emotion::Surprise,
        "confusion" => Emotion::Confusion,
        "disappointment" | "sadness" | "grief" | "remorse" | "embarrassment" => Emotion::Disappointment,
        "anger" | "annoyance" | "disapproval" | "disgust" => Emotion::Anger,
        "fear" | "nervousness" => Emotion::Fear,
        _ => return None,
    })
}

/// What a comment says once what was masked in it is taken out: nobody writes "[NAME]".
pub fn unmasked(text: &str) -> String {
    text.replace("[NAME]", "").replace("[RELIGION]", "")
}

fn run(bench: &Bench<'_>) -> Result<Vec<Row>, NotJudged> {
    let names = bench.text("goemotions/labels.txt")?;
    let names: Vec<&str> = names.lines().collect();
    let text = bench.text(if bench.part == Part::Test { "goemotions/test.tsv" } else { "goemotions/dev.tsv" })?;
    let mut read: Vec<(Vec<Emotion>, Option<Emotion>)> = Vec::new();
    for line in bench.some(text.lines()) {
        let mut fields = line.split('\t');
        let (Some(text), Some(labels)) = (fields.next(), fields.next()) else { continue };
        let labels = labels.split(',').filter_map(|id| id.parse::<usize>().ok()).filter_map(|id| names.get(id));
        let said = bench.read(&unmasked(text), Some("en")).weightiest().and_then(|p| p.emotion.as_ref()).map(|l| l.value);
        read.push((labels.filter_map(|label| shown(label)).collect(), said));
    }
    let of = |emotion: Emotion| {
        let truth = read.iter().filter(|(labels, _)| labels.contains(&emotion)).count();
        let said = read.iter().filter(|(_, said)| *said == Some(emotion)).count();
        f1(read.iter().filter(|(labels, said)| labels.contains(&emotion) && *said == Some(emotion)).count(), said, truth)
    };
    let value = Emotion::ALL.iter().map(|emotion| of(*emotion)).sum::<f64>() / Emotion::ALL.len() as f64;
    Ok(vec![Row {
        task: "GoEmotions, the eight shown, one per text".to_owned(),
        figure: "macro-F1",
        value,
        n: read.len(),
        bar: None,
    }])
}
