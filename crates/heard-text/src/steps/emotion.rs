//! The feelings of each passage, and the strongest emotion among them, if one is strong enough to be shown.

use heard_domain::reading::{Emotion, Feeling, Label, Polarity};

use crate::evidence::phrases;
use crate::model::{EMOTIONS, FEELING, LABELS, Model, Outputs, sigmoid};
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
    for clause in &mut draft.clauses {
        let Some(polarity) = clause.passage.sentiment.as_ref().map(|s| s.polarity) else { continue };
        let shares = shares(tools.model, &clause.outputs);
        clause.passage.feelings = feelings(tools.model, &draft.tokens, clause, polarity, &shares);
        clause.passage.emotion = emotion(tools.model, &draft.tokens, clause, polarity, &shares);
    }
}

/// How likely each feeling (and, last, none) is, and how far that is beyond its threshold: 1 at the threshold.
pub fn shares(model: &Model, outputs: &Outputs) -> [(f32, f32); LABELS] {
    let set = &model.calibration;
    std::array::from_fn(|label| {
        let share = sigmoid(outputs.get(FEELING + label).copied().unwrap_or(0.0) / set.feeling);
        (share, share / set.feelings.get(label).copied().unwrap_or(1.0))
    })
}

/// How likely each emotion is: that at least one of its feelings is there, as if they did not know of each other.
pub fn likely(shares: &[(f32, f32); LABELS]) -> [f32; EMOTIONS] {
    let mut none = [1.0; EMOTIONS];
    for (feeling, (share, _)) in Feeling::ALL.iter().zip(shares) {
        if let Some(none) = feeling.emotion().and_then(|emotion| none.get_mut(emotion.index())) {
            *none *= 1.0 - share;
        }
    }
    none.map(|none| 1.0 - none)
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

/// A passage that is bad for the customer shows no joy, and the other way round: the classes of sentiment are surer than
/// those of emotion.
fn fits(emotion: Emotion, polarity: Polarity) -> bool {
    match emotion {
        Emotion::Joy | Emotion::Gratitude | Emotion::Trust => polarity != Polarity::Negative,
        Emotion::Disappointment | Emotion::Anger | Emotion::Fear => polarity != Polarity::Positive,
        Emotion::Surprise | Emotion::Confusion => true,
    }
}
