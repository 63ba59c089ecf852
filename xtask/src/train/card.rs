//! The model card: what the head learnt from, how good it is, and where it fails.

use std::fmt::Write;

use heard_text::model::Model;

use crate::train::judge::Figure;
use crate::train::sets::{Example, Part, Set};

const SETS: &[(Set, &str, &str)] = &[
    (Set::Tweets, "VADER tweets (Hutto and Gilbert, 2014)", "MIT"),
    (Set::Products, "VADER product snippets", "MIT"),
    (Set::Films, "VADER film snippets", "MIT"),
    (Set::Editorials, "VADER editorial snippets", "MIT"),
    (Set::GoEmotions, "GoEmotions (Demszky et al., 2020), 27 emotions mapped to the eight shown", "CC BY 4.0"),
    (Set::Cfpb, "CFPB complaint narratives, sentence by sentence, as weakly negative", "public domain"),
    (Set::Clinc, "CLINC150 (Larson et al., 2019) without banking, credit cards and small talk, as neutral requests", "CC BY 3.0"),
    (Set::Own, "sentences written for Heard (`xtask/src/train/own.rs`)", "Apache-2.0"),
];

/// The card as Markdown.
pub fn card(examples: &[Example], figures: &[Figure], model: &Model, bytes: usize) -> String {
    let mut out = String::new();
    let count = |set: Set, part: Part| examples.iter().filter(|e| e.set == set && e.part == part).count();
    out.push_str(INTRODUCTION);
    let _ = writeln!(out, "Size: {:.1} MB. Name in readings: `{}`.\n", bytes as f64 / 1e6, model.name);
    out.push_str("## Data\n\n| set | licence | trains | tunes | measures |\n|---|---|---|---|---|\n");
    for (set, what, licence) in SETS {
        let (train, dev, test) = (count(*set, Part::Train), count(*set, Part::Dev), count(*set, Part::Test));
        let _ = writeln!(out, "| {what} | {licence} | {train} | {dev} | {test} |");
    }
    out.push_str(DATA);
    out.push_str("## Figures\n\nMeasured by the reader as it ships, on parts that neither train nor tune.\n\n| what | figure | n |\n|---|---|---|\n");
    for figure in figures {
        let _ = writeln!(out, "| {} | {:.3} | {} |", figure.what, figure.value, figure.n);
    }
    out.push_str(LIMITS);
    out
}

const INTRODUCTION: &str = "# The head of the reader

This page is written by `cargo xtask train --data DIR`; the same data gives the same bytes.

One linear layer gives twelve outputs for each passage: the value of the sentiment (−1 to 1), its three classes, and the eight
emotions shown. Its features are hashed single words, pairs of words, negated words and runs of three to five letters, beside
sixteen dense figures: sums of the VADER lexicon (from the crate `qsv_vader_sentiment_analysis`, MIT) after negation and
strengthening, capitals, stretched letters, exclamation and question marks, faces, numbers and length. The table is cut to eight
bits per weight. Every label can name the words that it rests on, because each feature knows its words.

";

const DATA: &str = "
Where a set has no official test part, the fifth of its texts whose SHA-256 is divisible by five never trains and never tunes.
Tuning sets the temperatures of the confidences and the threshold of each emotion. The airline tweets, the restaurant reviews,
the suggestions, Banking77 and the multilingual tweets never train and choose nothing. No text of any set is part of the product.

Of GoEmotions' labels, amusement, excitement, joy, love, pride and relief are shown as joy; gratitude as gratitude; admiration,
approval, caring and optimism as trust; surprise as surprise; confusion as confusion; disappointment, sadness, grief, remorse and
embarrassment as disappointment; anger, annoyance, disapproval and disgust as anger; fear and nervousness as fear. Curiosity,
desire, realization and neutral are shown as none.

";

const LIMITS: &str = "
A text has one figure by its weightiest passage (classes, emotion) or by all passages with their weights (value). Confidence is
calibrated on the tuning texts of all sets, each set counting the same; on customers' words of another kind it is only near.

## Known failures

- Sarcasm without a sign of it (\"Great, another delay\") is often read as praise.
- Facts that are bad only for those who know the business (\"the valve opened at 4 bar\") are read as neutral.
- Only English is read in full. In other languages only faces speak, the confidence stays at or below 0.4, and the reading
  says so. Romanised Hindi and mixed languages are often taken for English.
- Joy and trust, or disappointment and anger, are hard to tell apart; one text shows at most one emotion per passage.
- Complaint, praise, suggestion, question, churn threat, urgency and broken promise are hand-written rules over the sentiment,
  not learnt; their confidences are set by hand.
- Categories are found by watch words, name and definition, not learnt; their confidences are set by hand.
";
