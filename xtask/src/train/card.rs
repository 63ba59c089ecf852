//! The model card: what the head learnt from, how good it is, and where it fails.

use std::fmt::Write;

use heard_text::model::Model;

use heard_text::judge::split::Part;
use heard_text::judge::task::Row;

use crate::train::sets::{Example, Set};

const SETS: &[(Set, &str, &str)] = &[
    (Set::Tweets, "VADER tweets (Hutto and Gilbert, 2014)", "MIT"),
    (Set::Products, "VADER product snippets", "MIT"),
    (Set::Films, "VADER film snippets", "MIT"),
    (Set::Editorials, "VADER editorial snippets", "MIT"),
    (Set::GoEmotions, "GoEmotions (Demszky et al., 2020), 27 emotions and neutral", "CC BY 4.0"),
    (Set::Cfpb, "CFPB complaint narratives, sentence by sentence, as weakly negative", "public domain"),
    (Set::Clinc, "CLINC150 (Larson et al., 2019) without banking, credit cards and small talk, as neutral requests", "CC BY 3.0"),
    (Set::Own, "sentences written for Heard (`xtask/src/train/own.rs`)", "Apache-2.0"),
];

/// The card as Markdown.
pub fn card(examples: &[Example], rows: &[Row], model: &Model, bytes: usize) -> String {
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
    for row in rows {
        let _ = writeln!(out, "| {}, {} | {:.3} | {} |", row.task, row.figure, row.value, row.n);
    }
    out.push_str(LIMITS);
    out
}

const INTRODUCTION: &str = "# The head of the reader

This page is written by `cargo xtask train --data DIR`; the same data gives the same bytes.

One linear layer gives 32 outputs for each passage: the value of the sentiment (−1 to 1), its three classes, and the 27 emotions
of GoEmotions with \"neutral\". Its features are hashed single words, pairs of words, negated words and runs of three to five
letters (65,536 rows); the word pieces of the static embedding (29,523 rows of their own); and sixteen dense figures: sums of the
VADER lexicon (from the crate `qsv_vader_sentiment_analysis`, MIT) after negation and strengthening, capitals, stretched letters,
exclamation and question marks, faces, numbers and length.

The rows of the pieces begin as the product of the embedding (distilled from all-MiniLM-L6-v2, Apache-2.0, by
`xtask/distil/distil.py`) with a small matrix learnt first, so that words the sets never show are known by those that mean the
same; then everything learns together, all tasks at once. Four runs with different seeds are averaged and the table is cut to
eight bits per weight. Every label can name the words that it rests on, because each feature knows its words.

";

const DATA: &str = "
Where a set has no official test part, the fifth of its texts whose SHA-256 is divisible by five never trains and never tunes
(`heard-text/src/judge/split.rs`). Tuning sets the temperatures of the confidences and the threshold of each emotion. The airline
tweets, the restaurant reviews, the suggestions, Banking77 and the multilingual tweets never train and choose nothing. No text of
any set is part of the product.

A text may show several of the 27 emotions; a passage keeps up to three that pass their thresholds. For charts and filters they
are grouped to eight, one per passage: amusement, excitement, joy, love, pride and relief are joy; gratitude is gratitude;
admiration, approval, caring and optimism are trust; surprise is surprise; confusion is confusion; disappointment, sadness, grief,
remorse and embarrassment are disappointment; anger, annoyance, disapproval and disgust are anger; fear and nervousness are fear.
Curiosity, desire and realization belong to none of the eight. Sentences that were written for Heard name one of the eight only:
they teach that at least one of its feelings is there.

";

const LIMITS: &str = "
`heard eval --data DIR` prints these figures and those of the other tasks from the shipped program. A text has one figure by its
weightiest passage (classes, the emotion shown), by all passages with their weights (value), or as a whole (28 labels). Confidence
is calibrated on the tuning texts of all sets, each set counting the same; on customers' words of another kind it is only near.

## The deep reader

What a company puts into `deep_reader.folder` is its own: its data, licence and faults are those of its card. Nothing of it is part
of Heard. all-MiniLM-L6-v2 (Apache-2.0) is English only; Heard asks it only about passages in languages that are read in full.
It changes categories only, of passages that the fast reader is unsure of (its best label below 0.75, a second one within 0.3,
or none), and says so in the name of the reading. Its evidence is the taxonomy's own words, or the words without which its score
falls most.

## Known failures

- Sarcasm without a sign of it (\"Great, another delay\") is often read as praise.
- Facts that are bad only for those who know the business (\"the valve opened at 4 bar\") are read as neutral.
- Only English is read in full. In other languages only faces speak, the confidence stays at or below 0.4, and the reading
  says so. Romanised Hindi and mixed languages are often taken for English.
- Rare feelings are hardly told: of grief, relief, pride and nervousness the sets show some dozens each, and their thresholds are
  as uncertain. Annoyance and anger, approval and admiration are easily taken for each other.
- Complaint, praise, suggestion, question, churn threat, urgency and broken promise are hand-written rules over the sentiment,
  not learnt; their confidences are set by hand. Heads that patterns written for Heard taught to decide where signs of a suggestion
  are just enough did better on patterns by the same hand (F1 0.888 to 0.960) and worse on sentences of customers (the trial part of
  the set of suggestions: 0.850 to 0.834); they knew nothing better of churn threats, and what they gained on broken promises (0.833
  to 0.871) rests on 23 patterns by that hand. So the rules stand alone.
";
