//! The feelings of each passage, and the strongest emotion among them, if one is strong enough to be shown.

use heard_domain::reading::{Emotion, Feeling, Label, Polarity};

use crate::evidence::phrases;
use crate::feelings::{fits, likely, shares};
use crate::learn::emotion::EmotionHead;
use crate::learn::features::Seen;
use crate::model::{FEELING, LABELS, Model};
use crate::step::{Clause, Draft, Step, Tools};
use crate::token::Tokens;

/// The step.
pub const STEP: Step = Step { name: "emotion", run };

/// At most this many feelings per passage.
const MOST: usize = 3;

fn run(tools: &Tools<'_>, draft: &mut Draft<'_>) {
    if !draft.read_in_full() {
        return;
    }
    let mut seen = Seen::default();
    for clause in &mut draft.clauses {
        let Some(polarity) = clause.passage.sentiment.as_ref().map(|s| s.polarity) else { continue };
        let shares = shares(tools.model, &clause.outputs);
        clause.passage.feelings = feelings(tools.model, &draft.tokens, clause, polarity, &shares);
        let shipped = emotion(tools.model, &draft.tokens, clause, polarity, &shares);
        clause.passage.emotion = match &tools.company.emotion {
            Some(taught) => corrected(tools.model, taught, &draft.tokens, clause, polarity, &shares, shipped, &mut seen),
            None => shipped,
        };
    }
}

/// What the company's people have corrected is shown with their eyes, where that is another emotion than the shipped one.
#[expect(clippy::too_many_arguments, reason = "a judgement rests on all that is known of a passage")]
fn corrected(
    model: &Model,
    taught: &EmotionHead,
    tokens: &Tokens,
    clause: &Clause,
    polarity: Polarity,
    shares: &[(f32, f32); LABELS],
    shipped: Option<Label<Emotion>>,
    seen: &mut Seen,
) -> Option<Label<Emotion>> {
    let range = &clause.tokens;
    match taught.instead(model, tokens, range, &clause.encoded.found, (polarity, shares), shipped.as_ref().map(|l| l.value), seen)
    {
        None => shipped,
        Some((None, _)) => None,
        Some((Some(value), confidence)) => {
            let evidence = phrases(tokens, range, &clause.roles, &taught.adds(range, seen, value));
            Some(Label { value, confidence, evidence })
        }
    }
}

fn emotion(
    model: &Model,
    tokens: &Tokens,
    clause: &Clause,
    polarity: Polarity,
    shares: &[(f32, f32); LABELS],
) -> Option<Label<Emotion>> {
    let all = Emotion::ALL.iter().zip(likely(shares)).zip(model.calibration.emotions);
    let beyond = all.filter_map(|((emotion, share), threshold)| {
        let beyond = share / threshold;
        (beyond >= 1.0 && fits(*emotion, polarity)).then_some((*emotion, share, beyond))
    });
    let (value, confidence, _) = beyond.max_by(|a, b| a.2.total_cmp(&b.2))?;
    // The words of its strongest feeling are its own; where none is sure enough, each speaks as much as it is likely.
    if let Some(feeling) = clause.passage.feelings.iter().find(|label| label.value.emotion() == Some(value)) {
        return Some(Label { value, confidence, evidence: feeling.evidence.clone() });
    }
    let of = Feeling::ALL.iter().zip(shares).filter(|(feeling, _)| feeling.emotion() == Some(value));
    let mixture: Vec<(usize, f32)> = of.map(|(feeling, (share, _))| (FEELING + feeling.index(), *share)).collect();
    let evidence = phrases(tokens, &clause.tokens, &clause.roles, &model.credit(&clause.encoded, &mixture));
    Some(Label { value, confidence, evidence })
}

fn feelings(
    model: &Model,
    tokens: &Tokens,
    clause: &Clause,
    polarity: Polarity,
    shares: &[(f32, f32); LABELS],
) -> Vec<Label<Feeling>> {
    let mut found: Vec<(Feeling, f32)> = Feeling::ALL
        .iter()
        .zip(shares)
        .filter(|(feeling, (_, beyond))| *beyond >= 1.0 && feeling.emotion().is_none_or(|emotion| fits(emotion, polarity)))
        .map(|(feeling, (share, _))| (*feeling, *share))
        .collect();
    found.sort_by(|a, b| b.1.total_cmp(&a.1));
    found.truncate(MOST);
    let label = |(value, confidence): (Feeling, f32)| {
        let adds = model.credit(&clause.encoded, &[(FEELING + value.index(), 1.0)]);
        Label { value, confidence, evidence: phrases(tokens, &clause.tokens, &clause.roles, &adds) }
    };
    found.into_iter().map(label).collect()
}
