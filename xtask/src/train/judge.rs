//! Judging: figures on parts that did not train, by the reader as it ships.

use std::fs;
use std::path::Path;

use anyhow::Result;
use heard_domain::id::FeedbackId;
use heard_domain::journey::Journey;
use heard_domain::reading::{Emotion, Intent, Passage, Polarity, Reading};
use heard_domain::taxonomy::Taxonomy;
use heard_text::model::Model;
use heard_text::pipeline::Reader;
use heard_text::step::ToRead;

use crate::train::sets::{Example, Part, Set};

/// One figure.
pub struct Figure {
    /// Of what.
    pub what: String,
    /// How much.
    pub value: f64,
    /// On how many texts.
    pub n: usize,
}

/// Reads texts with a head.
pub struct Judge {
    reader: Reader,
}

impl Judge {
    /// With a head.
    pub fn new(model: &'static Model) -> Self {
        Self { reader: Reader::with(model, &Journey::default(), &Taxonomy::default()) }
    }

    fn read(&self, text: &str) -> Reading {
        self.reader.read(&ToRead {
            feedback: FeedbackId(1),
            revision: 1,
            text,
            language_hint: Some("en"),
            touchpoint_stage: None,
        })
    }

    /// Every figure.
    pub fn figures(&self, examples: &[Example], data: &Path, part: Part) -> Result<Vec<Figure>> {
        let mut figures = Vec::new();
        for (set, what) in
            [(Set::Tweets, "tweets"), (Set::Products, "products"), (Set::Films, "films"), (Set::Editorials, "editorials")]
        {
            let own: Vec<&Example> = examples.iter().filter(|e| e.set == set && e.part == part).collect();
            let read: Vec<(f64, f64)> =
                own.iter().filter_map(|e| Some((f64::from(e.value?), value(&self.read(&e.text))))).collect();
            figures.push(Figure { what: format!("VADER {what}, Pearson r"), value: correlation(&read), n: read.len() });
            let classes: Vec<(usize, usize)> =
                own.iter().filter_map(|e| Some((sole(e.polarity?)?, class(&self.read(&e.text))))).collect();
            figures.push(Figure {
                what: format!("VADER {what}, three classes, macro-F1"),
                value: macro_f1(&classes, 3),
                n: classes.len(),
            });
        }
        let go: Vec<&Example> = examples.iter().filter(|e| e.set == Set::GoEmotions && e.part == part).collect();
        self.emotions(&go, &mut figures);
        let own: Vec<&Example> = examples.iter().filter(|e| matches!(e.set, Set::GoEmotions) && e.part == part).collect();
        let classes: Vec<(usize, usize)> =
            own.iter().filter_map(|e| Some((sole(e.polarity?)?, class(&self.read(&e.text))))).collect();
        figures.push(Figure {
            what: "GoEmotions, three classes of sentiment, macro-F1".into(),
            value: macro_f1(&classes, 3),
            n: classes.len(),
        });
        self.airline(data, &mut figures)?;
        self.suggestions(data, &mut figures)?;
        self.languages(data, &mut figures)?;
        Ok(figures)
    }

    /// Measured only: the rules are written from knowledge of the language.
    fn suggestions(&self, data: &Path, figures: &mut Vec<Figure>) -> Result<()> {
        let bytes = fs::read(data.join("suggestion/SubtaskA_EvaluationData_labeled.csv"))?;
        let text = String::from_utf8_lossy(&bytes);
        let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
        let mut pairs = Vec::new();
        for row in reader.records() {
            let row = row?;
            let reading = self.read(row.get(1).unwrap_or(""));
            let said = reading.passages.iter().any(|p| p.intents.iter().any(|intent| intent.value == Intent::Suggestion));
            pairs.push((row.get(2) == Some("1"), said));
        }
        let hits = pairs.iter().filter(|(truth, said)| *truth && *said).count() as f64;
        let all = pairs.iter().map(|(truth, said)| u32::from(*truth) + u32::from(*said)).sum::<u32>();
        figures.push(Figure {
            what: "suggestions (SemEval-2019 task 9 A, by rules), F1".into(),
            value: 2.0 * hits / f64::from(all),
            n: pairs.len(),
        });
        Ok(())
    }

    /// Measured only.
    fn languages(&self, data: &Path, figures: &mut Vec<Figure>) -> Result<()> {
        for (folder, code) in [("french", "fr"), ("german", "de"), ("portuguese", "pt"), ("spanish", "es")] {
            let mut reader = csv::Reader::from_path(data.join("multilingual").join(folder).join("valid.csv"))?;
            let (mut right, mut n) = (0_u32, 0_usize);
            for row in reader.records() {
                let row = row?;
                let asked = ToRead {
                    feedback: FeedbackId(1),
                    revision: 1,
                    text: row.get(0).unwrap_or(""),
                    language_hint: None,
                    touchpoint_stage: None,
                };
                right += u32::from(self.reader.read(&asked).language.is_some_and(|(found, _)| found == code));
                n += 1;
            }
            figures.push(Figure {
                what: format!("language of {folder} tweets, accuracy"),
                value: f64::from(right) / n as f64,
                n,
            });
        }
        Ok(())
    }

    fn emotions(&self, examples: &[&Example], figures: &mut Vec<Figure>) {
        let read: Vec<(&&Example, Option<Emotion>)> = examples
            .iter()
            .map(|e| (e, self.read(&e.text).weightiest().and_then(|p| p.emotion.as_ref()).map(|label| label.value)))
            .collect();
        let mut sum = 0.0;
        for emotion in Emotion::ALL {
            let is = |e: &Example| e.emotions.is_some_and(|flags| flags[emotion.index()]);
            let hits = read.iter().filter(|(e, said)| is(e) && *said == Some(*emotion)).count() as f64;
            let said = read.iter().filter(|(_, said)| *said == Some(*emotion)).count() as f64;
            let truth = read.iter().filter(|(e, _)| is(e)).count();
            let f1 = 2.0 * hits / (said + truth as f64).max(1.0);
            sum += f1;
            figures.push(Figure {
                what: format!("GoEmotions, {} (one shown per text), F1", emotion.code()),
                value: f1,
                n: truth,
            });
        }
        let value = sum / Emotion::ALL.len() as f64;
        figures.push(Figure { what: "GoEmotions, eight shown emotions, macro-F1".into(), value, n: read.len() });
    }

    /// Measured only: nothing is ever trained or chosen by these tweets.
    fn airline(&self, data: &Path, figures: &mut Vec<Figure>) -> Result<()> {
        let mut reader = csv::Reader::from_path(data.join("airline/tweets.csv"))?;
        let mut classes = Vec::new();
        let mut sure = Vec::new();
        for row in reader.records() {
            let row = row?;
            let truth = match row.get(1) {
                Some("negative") => 0,
                Some("neutral") => 1,
                _ => 2,
            };
            let reading = self.read(row.get(10).unwrap_or(""));
            let said = class(&reading);
            classes.push((truth, said));
            let confidence = reading.weightiest().and_then(|p| p.sentiment.as_ref()).map_or(0.0, |s| s.confidence);
            sure.push((f64::from(confidence), truth == said));
        }
        let right = classes.iter().filter(|(truth, said)| truth == said).count() as f64 / classes.len() as f64;
        figures.push(Figure {
            what: "airline tweets, out of the box, macro-F1".into(),
            value: macro_f1(&classes, 3),
            n: classes.len(),
        });
        figures.push(Figure { what: "airline tweets, out of the box, accuracy".into(), value: right, n: classes.len() });
        let claimed = sure.iter().map(|(c, _)| c).sum::<f64>() / sure.len() as f64;
        figures.push(Figure {
            what: "airline tweets, mean confidence (honest: equals accuracy)".into(),
            value: claimed,
            n: sure.len(),
        });
        Ok(())
    }
}

/// The value of the whole: its passages add up, long ones more, as the words within a passage do.
fn value(reading: &Reading) -> f64 {
    let length = |p: &Passage| f64::from(p.span.end - p.span.start);
    let whole: f64 = reading.passages.iter().map(length).sum();
    let part = |p: &Passage| (length(p) / whole.max(1.0)).sqrt() * p.sentiment.as_ref().map_or(0.0, |s| f64::from(s.value));
    reading.passages.iter().map(part).sum()
}

/// The class of the weightiest passage, as the product shows it.
fn class(reading: &Reading) -> usize {
    reading.weightiest().and_then(|p| p.sentiment.as_ref()).map_or(Polarity::Neutral, |s| s.polarity).index()
}

/// The class of a text that has only one.
fn sole(polarity: [f32; 3]) -> Option<usize> {
    polarity.iter().position(|share| *share > 0.99)
}

fn correlation(pairs: &[(f64, f64)]) -> f64 {
    let n = pairs.len() as f64;
    let (mean_a, mean_b) = (pairs.iter().map(|p| p.0).sum::<f64>() / n, pairs.iter().map(|p| p.1).sum::<f64>() / n);
    let sum = |f: &dyn Fn(f64, f64) -> f64| pairs.iter().map(|(a, b)| f(a - mean_a, b - mean_b)).sum::<f64>();
    sum(&|a, b| a * b) / (sum(&|a, _| a * a) * sum(&|_, b| b * b)).sqrt()
}

fn macro_f1(pairs: &[(usize, usize)], classes: usize) -> f64 {
    let f1 = |class: usize| {
        let hits = pairs.iter().filter(|(truth, said)| *truth == class && *said == class).count() as f64;
        let all =
            pairs.iter().filter(|(truth, _)| *truth == class).count() + pairs.iter().filter(|(_, said)| *said == class).count();
        2.0 * hits / (all as f64).max(1.0)
    };
    (0..classes).map(f1).sum::<f64>() / classes as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_what_their_names_say() {
        assert!((correlation(&[(1.0, 2.0), (2.0, 4.0), (3.0, 6.0)]) - 1.0).abs() < 1e-9);
        assert!((macro_f1(&[(0, 0), (1, 1), (1, 0)], 2) - (2.0 / 3.0)).abs() < 1e-9);
    }
}
