//! The sets that may train, each with its split. What never trains is not read here at all.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use heard_domain::reading::Emotion;
use heard_text::model::EMOTIONS;
use sha2::{Digest, Sha256};

/// Which part of a set a text belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// Trains.
    Train,
    /// Sets thresholds and temperatures.
    Dev,
    /// Neither: only measured.
    Test,
}

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
    /// The emotions shown.
    pub emotions: Option<[bool; EMOTIONS]>,
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

/// Where a set has no test part: the fifth whose SHA-256 is divisible by five is only measured, a tenth of the rest tunes.
pub fn part_of(text: &str) -> Part {
    let digest = Sha256::digest(text.as_bytes());
    // 256 leaves the remainder 1 when divided by 5, so the number leaves that of the sum of its bytes.
    if digest.iter().map(|b| u32::from(*b)).sum::<u32>() % 5 == 0 {
        Part::Test
    } else if digest.last().is_some_and(|b| b % 10 == 0) {
        Part::Dev
    } else {
        Part::Train
    }
}

fn vader(path: &Path, set: Set, examples: &mut Vec<Example>) -> Result<()> {
    for line in text_of(path)?.lines() {
        let mut fields = line.splitn(3, '\t');
        let (Some(_), Some(mean), Some(text)) = (fields.next(), fields.next(), fields.next()) else { continue };
        let Ok(mean) = mean.trim().parse::<f32>() else { continue };
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
            emotions: None,
        });
    }
    Ok(())
}

/// The emotion shown for one of the 27; `None` where none of the eight fits (or it is neutral).
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
    for line in text_of(&folder.join(format!("{file}.tsv")))?.lines() {
        let mut fields = line.split('\t');
        let (Some(text), Some(ids)) = (fields.next(), fields.next()) else { continue };
        let labels: Vec<&str> = ids
            .split(',')
            .filter_map(|id| id.parse::<usize>().ok())
            .map(|id| names.get(id).copied().unwrap_or("neutral"))
            .collect();
        let mut emotions = [false; EMOTIONS];
        for emotion in labels.iter().filter_map(|label| shown(label)) {
            if let Some(flag) = emotions.get_mut(emotion.index()) {
                *flag = true;
            }
        }
        let mut polarity = [0.0_f32; 3];
        for label in &labels {
            if let Some(share) = polarity.get_mut((sign(label) + 1.0) as usize) {
                *share += 1.0 / labels.len() as f32;
            }
        }
        // "[NAME]" and "[RELIGION]" stand for what was masked: no customer writes them.
        let text = text.replace("[NAME]", "").replace("[RELIGION]", "");
        examples.push(Example {
            text,
            set: Set::GoEmotions,
            part,
            weight: 0.6,
            value: None,
            polarity: Some(polarity),
            emotions: Some(emotions),
        });
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
                emotions: None,
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
                let emotions = Some([false; EMOTIONS]);
                examples.push(Example {
                    text: text.to_owned(),
                    set: Set::Clinc,
                    part,
                    weight: 0.4,
                    value: Some(0.0),
                    polarity,
                    emotions,
                });
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fifth_is_only_measured_and_its_choice_never_changes() {
        let parts: Vec<Part> = (0..1000).map(|i| part_of(&format!("text {i}"))).collect();
        let share = |part: Part| parts.iter().filter(|p| **p == part).count();
        assert!((160..240).contains(&share(Part::Test)) && (50..120).contains(&share(Part::Dev)));
        // sha256("") = e3b0…b855, which leaves 4 when divided by 5.
        assert_ne!(part_of(""), Part::Test);
    }

    #[test]
    fn every_label_has_a_sign_that_fits_its_emotion() {
        for label in ["joy", "gratitude", "admiration"] {
            assert!(sign(label) > 0.0 && shown(label).is_some());
        }
        assert_eq!((sign("anger"), shown("anger")), (-1.0, Some(Emotion::Anger)));
        assert_eq!(shown("neutral"), None);
    }
}
