//! The strongest emotion of each passage, if one is strong enough to be shown.

use heard_domain::reading::{Emotion, Label, Polarity};

use crate::evidence::phrases;
use crate::model::{EMOTION, sigmoid};
use crate::step::{Clause, Draft, Step, Tools};

/// The step.
pub const STEP: Step = Step { name: "emotion", run };

fn run(tools: &Tools<'_>, draft: &mut Draft<'_>) {
    if !draft.read_in_full() {
        return;
    }
    for clause in &mut draft.clauses {
        let Some((emotion, confidence)) = strongest(tools, clause) else { continue };
        let output = EMOTION + emotion.index();
        let adds: Vec<f32> = clause.scores.tokens.iter().map(|t| t.get(output).copied().unwrap_or(0.0)).collect();
        let evidence = phrases(&draft.tokens, &clause.tokens, &adds);
        clause.passage.emotion = Some(Label { value: emotion, confidence, evidence });
    }
}

fn strongest(tools: &Tools<'_>, clause: &Clause) -> Option<(Emotion, f32)> {
    let calibration = &tools.model.calibration;
    let polarity = clause.passage.sentiment.as_ref()?.polarity;
    let shares = Emotion::ALL.iter().filter(|emotion| fits(**emotion, polarity)).filter_map(|emotion| {
        let output = clause.scores.outputs.get(EMOTION + emotion.index())?;
        let share = sigmoid(output / calibration.emotion);
        let beyond = share / calibration.thresholds.get(emotion.index())?;
        (beyond >= 1.0).then_some((*emotion, share, beyond))
    });
    shares.max_by(|a, b| a.2.total_cmp(&b.2)).map(|(emotion, share, _)| (emotion, share))
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
