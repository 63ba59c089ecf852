//! How likely each feeling is by the outputs of the trained head, what that says of the emotions shown, and which of them fit
//! the sentiment.

use heard_domain::reading::{Emotion, Feeling, Polarity};

use crate::model::{EMOTIONS, FEELING, LABELS, Model, Outputs, sigmoid};

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

/// A passage that is bad for the customer shows no joy, and the other way round: the classes of sentiment are surer than
/// those of emotion.
pub fn fits(emotion: Emotion, polarity: Polarity) -> bool {
    match emotion {
        Emotion::Joy | Emotion::Gratitude | Emotion::Trust => polarity != Polarity::Negative,
        Emotion::Disappointment | Emotion::Anger | Emotion::Fear => polarity != Polarity::Positive,
        Emotion::Surprise | Emotion::Confusion => true,
    }
}
