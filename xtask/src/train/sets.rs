//! The sets that may train, each with its split. What never trains is not read here at all.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use heard_domain::reading::Feeling;
use heard_text::judge::emotions::unmasked;
use heard_text::judge::split::{Part, part_of};
use heard_text::judge::vader::rated;
use heard_text::model::{EMOTIONS, LABELS};

/// Where a text comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Set {
    /// VADER's tweets.
    Tweets,
    /// VADER's product snippets.
    Products,
    /// VADER's film snippets.
    Films,
    /// VADER's editorial snippets.
    Editorials,
    /// `GoEmotions`.
    GoEmotions,
    /// CFPB narratives, sentence by sentence.
    Cfpb,
    /// CLINC150 without its banking domains.
    Clinc,
    /// Written for Heard.
    Own,
}

/// The sets of VADER with the names of their files.
pub const VADER: [(Set, &str); 4] = [
    (Set::Tweets, "tweets"),
    (Set::Products, "amazonReviewSnippets"),
    (Set::Films, "movieReviewSnippets"),
    (Set::Editorials, "nytEditorialSnippets"),
];

/// A text with what is known of it; what is not known does not train.
#[derive(Debug, Clone)]
pub struct Example {
    /// The text.
    pub text: String,
    /// Its set.
    pub set: Set,
    /// Its part.
    pub part: Part,
    /// How much it counts.
    pub weight: f32,
    /// −1 to 1.
    pub value: Option<f32>,
    /// Shares of negative, neutral, positive.
    pub polarity: Option<[f32; 3]>,
    /// What is known of its feelings.
    pub feelings: Feelings,
}

/// What is known of the feelings of a text.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Feelings {
    /// Nothing.
    Unknown,
    /// Each of them, and whether there is none.
    Labelled([bool; LABELS]),
    /// Only which of the emotions shown it has.
    Shown([bool; EMOTIONS]),
}

/// All sets.
pub fn read(data: &Path) -> Result<Vec<Example>> {
    let mut examples = Vec::new();
    for (set, file) in VADER {
        vader(&data.join(format!("vader/{file}_GroundTruth.txt")), set, &mut examples)?;
    }
    for (file, part) in [("train", Part::Train), ("dev", Part::Dev), ("test", Part::Test)] {
        go_emotions(&data.join("goemotions"), file, part, &mut examples)?;
    }
    cfpb(&data.join("cfpb/complaints.csv"), &mut examples)?;
    clinc(&data.join("clinc150"), &mut examples)?;
    Ok(examples)
}

fn text_of(path: &Path) -> Result<String> {
    let bytes =
        fs::read(path).with_context(|| format!("{} is missing: give the folder of the sets with --data", path.display()))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn vader(path: &Path, set: Set, examples: &mut Vec<Example>) -> Result<()> {
    for (mean, text) in rated(&text_of(path)?) {
        // Between "clearly neutral" and "clearly one-sided" the raters were divided: so is the target.
        let strength = ((mean.abs() - 0.3) / 0.6).clamp(0.0, 1.0);
        let polarity = if mean < 0.0 { [strength, 1.0 - strength, 0.0] } else { [0.0, 1.0 - strength, strength] };
        examples.push(Example {
            text: text.to_owned(),
            set,
            part: part_of(text),
            weight: if set == Set::Tweets { 2.0 } else { 1.0 },
            value: Some(mean / 4.0),
            polarity: Some(polarity),
            feelings: Feelings::Unknown,
        });
    }
    Ok(())
}

/// −1, 0 or 1 for one of the 27.
fn sign(label: &str) -> f32 {
    match label {
        "neutral" | "confusion" | "curiosity" | "realization" | "surprise" => 0.0,
        "anger" | "annoyance" | "disappointment" | "disapproval" | "disgust" | "embarrassment" | "fear" | "grief"
        | "nervousness" | "remorse" | "sadness" => -1.0,
        _ => 1.0,
    }
}

fn go_emotions(folder: &Path, file: &str, part: Part, examples: &mut Vec<Example>) -> Result<()> {
    let names = text_of(&folder.join("labels.txt"))?;
    let names: Vec<&str> = names.lines().collect();
    let known = Feeling::ALL.iter().map(|feeling| feeling.code()).chain(["neutral"]);
    anyhow::ensure!(
        known.eq(names.iter().copied()),
        "goemotions/labels.txt: the labels are not those of the reader, in their order"
    );
    for line in text_of(&folder.join(format!("{file}.tsv")))?.lines() {
        let mut fields = line.split('\t');
        let (Some(text), Some(ids)) = (fields.next(), fields.next()) else { continue };
        let ids: Vec<usize> = ids.split(',').filter_map(|id| id.parse().ok()).collect();
        let labels: Vec<&str> = ids.iter().map(|id| names.get(*id).copied().unwrap_or("neutral")).collect();
        let feelings = Feelings::Labelled(std::array::from_fn(|label| ids.contains(&label)));
        let mut polarity = [0.0_f32; 3];
        for label in &labels {
            if let Some(share) = polarity.get_mut((sign(label) + 1.0) as usize) {
                *share += 1.0 / labels.len() as f32;
            }
        }
        let text = unmasked(text);
        examples.push(Example { text, set: Set::GoEmotions, part, weight: 0.6, value: None, polarity: Some(polarity), feelings });
    }
    Ok(())
}

fn cfpb(path: &Path, examples: &mut Vec<Example>) -> Result<()> {
    let mut reader =
        csv::ReaderBuilder::new().flexible(true).from_path(path).with_context(|| format!("{} is missing", path.display()))?;
    let column = reader.headers()?.iter().position(|name| name == "Consumer complaint narrative").unwrap_or(5);
    for row in reader.byte_records() {
        let row = row?;
        let narrative = String::from_utf8_lossy(row.get(column).unwrap_or(b"")).into_owned();
        // The split is by narrative: sentences of one complaint must not stand on both sides.
        let part = part_of(&narrative);
        for sentence in
            narrative.split_inclusive(['.', '!', '?', '\n']).map(str::trim).filter(|s| s.split_whitespace().count() >= 5).take(12)
        {
            // Nobody labelled the sentences: most tell of something bad, some only tell.
            let polarity = Some([0.7, 0.3, 0.0]);
            examples.push(Example {
                text: sentence.replace("XXXX", ""),
                set: Set::Cfpb,
                part,
                weight: 0.25,
                value: None,
                polarity,
                feelings: Feelings::Unknown,
            });
        }
    }
    Ok(())
}

fn clinc(folder: &Path, examples: &mut Vec<Example>) -> Result<()> {
    let domains: serde_json::Value = serde_json::from_str(&text_of(&folder.join("domains.json"))?)?;
    let full: serde_json::Value = serde_json::from_str(&text_of(&folder.join("data_full.json"))?)?;
    // Banking and credit cards measure few-shot learning; small talk is neither question nor request.
    let left_out = ["banking", "credit_cards", "small_talk"];
    let out: Vec<&str> =
        left_out.iter().filter_map(|d| domains.get(d)?.as_array()).flatten().filter_map(serde_json::Value::as_str).collect();
    for (key, part) in [("train", Part::Train), ("val", Part::Dev), ("test", Part::Test)] {
        for pair in full.get(key).and_then(serde_json::Value::as_array).into_iter().flatten() {
            let (Some(text), Some(intent)) =
                (pair.get(0).and_then(serde_json::Value::as_str), pair.get(1).and_then(serde_json::Value::as_str))
            else {
                continue;
            };
            if !out.contains(&intent) {
                let polarity = Some([0.03, 0.94, 0.03]);
                let feelings = Feelings::Shown([false; EMOTIONS]);
                examples.push(Example {
                    text: text.to_owned(),
                    set: Set::Clinc,
                    part,
                    weight: 0.4,
                    value: Some(0.0),
                    polarity,
                    feelings,
                });
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use heard_domain::reading::Emotion;

    use super::*;

    #[test]
    fn every_feeling_has_a_sign_that_fits_its_emotion() {
        for feeling in Feeling::ALL {
            let sign = sign(feeling.code());
            match feeling.emotion() {
                Some(Emotion::Joy | Emotion::Gratitude | Emotion::Trust) => assert_eq!(sign, 1.0, "{feeling}"),
                Some(Emotion::Disappointment | Emotion::Anger | Emotion::Fear) => assert_eq!(sign, -1.0, "{feeling}"),
                _ => assert!(sign >= 0.0, "{feeling}"),
            }
        }
    }
}
