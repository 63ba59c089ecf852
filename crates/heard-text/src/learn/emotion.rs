//! Which emotion a passage shows, as the company's people have corrected it. What the shipped head says is believed first;
//! corrections move that where words and meaning are alike. Where a passage is as good as word for word what a person has
//! corrected, one correction is enough.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use heard_domain::reading::{Emotion, Polarity};

use crate::embedding::Embedding;
use crate::encoder::Encoded;
use crate::feelings::{fits, likely, shares};
use crate::learn::choice::{ChoiceHead, Told};
use crate::learn::features::Seen;
use crate::learn::logistic::logit;
use crate::learn::near::Near;
use crate::learn::ordinary::ORDINARY;
use crate::lexicon::lexicon;
use crate::model::{EMOTIONS, LABELS, Model, judge};
use crate::token::{Tokens, hash, mix};
use crate::wordpiece::Piece;

/// The emotions, and last none of them.
const CLASSES: usize = EMOTIONS + 1;
/// However sure the shipped head is, it can be taught otherwise.
const SUREST: f32 = 0.98;
/// An emotion that does not fit the sentiment is believed by so much less, as a logit.
const UNFIT: f32 = 3.0;

/// Words of which a person has said which emotion they show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// The words: a passage, or a whole comment.
    pub text: String,
    /// Which; `None`: none that is worth showing.
    pub emotion: Option<Emotion>,
}

/// What was learnt from corrections of the emotion.
#[derive(Debug)]
pub struct EmotionHead {
    head: ChoiceHead,
    near: Near,
    version: u64,
    examples: usize,
}

/// How likely each feeling is, and how far beyond its threshold, as [`shares`] gives it.
type Likely = [(f32, f32); LABELS];

fn class(emotion: Option<Emotion>) -> usize {
    emotion.map_or(EMOTIONS, Emotion::index)
}

/// How likely each emotion is, and none of the feelings.
fn figures(shares: &Likely) -> [f32; CLASSES] {
    let emotions = likely(shares);
    std::array::from_fn(|at| emotions.get(at).copied().unwrap_or_else(|| shares.last().map_or(0.0, |(share, _)| *share)))
}

/// What is believed of each class before anything is learnt: 0 for an emotion at the threshold from which it is shown.
fn before(model: &Model, shares: &Likely, polarity: Polarity) -> [f32; CLASSES] {
    let beyond = |p: f32| logit(p.clamp(1.0 - SUREST, SUREST));
    let mut before = [0.0; CLASSES];
    let emotions = Emotion::ALL.iter().zip(likely(shares)).zip(model.calibration.emotions);
    for (before, ((emotion, share), threshold)) in before.iter_mut().zip(emotions) {
        *before = beyond(share) - beyond(threshold) - if fits(*emotion, polarity) { 0.0 } else { UNFIT };
    }
    let most = before.iter().take(EMOTIONS).copied().fold(f32::MIN, f32::max);
    if let Some(none) = before.last_mut() {
        *none = -most;
    }
    before
}

fn best(of: &[f32]) -> usize {
    of.iter().enumerate().fold((0, f32::MIN), |best, (at, share)| if *share > best.1 { (at, *share) } else { best }).0
}

/// What the shipped head says of a text by itself.
fn shipped(text: &str) -> ([f32; CLASSES], [f32; CLASSES]) {
    let tokens = Tokens::of(text);
    let (model, mut encoded) = (Model::shipped(), Encoded::default());
    model.encode(&mut encoded, Embedding::shipped(), lexicon(), &tokens, &(0..tokens.len()));
    let outputs = model.outputs(&model.score(&encoded));
    let polarity = Polarity::from_index(best(&judge(model, &outputs).1)).unwrap_or(Polarity::Neutral);
    let shares = shares(model, &outputs);
    (figures(&shares), before(model, &shares, polarity))
}

/// One per text, in an order of their own: the last word counts.
fn latest(shown: &[Shown]) -> BTreeMap<&str, Option<Emotion>> {
    shown.iter().map(|shown| (shown.text.trim(), shown.emotion)).filter(|(text, _)| !text.is_empty()).collect()
}

fn version(shown: &BTreeMap<&str, Option<Emotion>>) -> u64 {
    shown.iter().fold(2, |version, (text, emotion)| mix(mix(version, hash(text.as_bytes())), class(*emotion) as u64))
}

impl EmotionHead {
    /// Learns from all that was said; `None` if nothing was.
    pub fn learn(shown: &[Shown]) -> Option<Self> {
        let shown = latest(shown);
        if shown.is_empty() {
            return None;
        }
        let told = |(text, emotion): (&&str, &Option<Emotion>)| {
            let (figures, before) = shipped(text);
            (Told::believed(text, &figures, &before), class(*emotion))
        };
        let examples: Vec<(Told, usize)> = shown.iter().map(told).collect();
        let held: Vec<Told> = ORDINARY
            .iter()
            .map(|text| {
                let (figures, before) = shipped(text);
                Told::believed(text, &figures, &before)
            })
            .collect();
        Some(Self {
            head: ChoiceHead::learn_beside(&examples, &held, CLASSES),
            near: Near::learn(shown.iter().map(|(text, emotion)| (*text, class(*emotion)))),
            version: version(&shown),
            examples: examples.len(),
        })
    }

    /// The same; what was learnt before is taken again where it rests on the same examples.
    pub fn relearn(last: Option<&Arc<Self>>, shown: &[Shown]) -> Option<Arc<Self>> {
        let wanted = version(&latest(shown));
        last.filter(|last| last.version == wanted).cloned().or_else(|| Self::learn(shown).map(Arc::new))
    }

    /// Changes whenever the examples do; equal for the same examples, whatever their order.
    pub fn version(&self) -> u64 {
        self.version
    }

    /// From how many texts it has learnt.
    pub fn examples(&self) -> usize {
        self.examples
    }

    /// What a range of tokens with its pieces shows instead of what the shipped head says (`said`), with how sure that is;
    /// `None`: nothing else.
    #[expect(clippy::too_many_arguments, reason = "a judgement rests on all that is known of a passage")]
    pub fn instead(
        &self,
        model: &Model,
        tokens: &Tokens,
        range: &Range<usize>,
        pieces: &[Piece],
        (polarity, shares): (Polarity, &Likely),
        said: Option<Emotion>,
        seen: &mut Seen,
    ) -> Option<(Option<Emotion>, f32)> {
        let before = before(model, shares, polarity);
        let told = self.head.shares_of(tokens, range, pieces, (&figures(shares), &before), seen);
        if let Some((at, alike)) = self.near.find(tokens, range) {
            return (at != class(said)).then(|| (Emotion::ALL.get(at).copied(), alike * SUREST));
        }
        let at = best(&told);
        // Where nothing that was learnt speaks the shipped head stays by its word.
        if at == class(said) || at == best(&before) {
            return None;
        }
        Some((Emotion::ALL.get(at).copied(), told.get(at).copied().unwrap_or(0.0)))
    }

    /// What each token of a range that was looked at adds to the score of an emotion.
    pub fn adds(&self, range: &Range<usize>, seen: &Seen, emotion: Emotion) -> Vec<f32> {
        self.head.adds(range, seen, emotion.index())
    }
}

#[cfg(test)]
mod tests {
    use heard_domain::id::FeedbackId;
    use heard_domain::journey::Journey;
    use heard_domain::taxonomy::Taxonomy;

    use super::*;
    use crate::learn::head::CategoryHead;
    use crate::pipeline::Reader;
    use crate::step::ToRead;

    fn shown(text: &str, emotion: Option<Emotion>) -> Shown {
        Shown { text: text.to_owned(), emotion }
    }

    fn reader(shown: &[Shown]) -> Reader {
        let taxonomy = Taxonomy::default();
        let head = CategoryHead::learn(&taxonomy, &[]);
        Reader::taught(&Journey::default(), &taxonomy, head).moved(EmotionHead::relearn(None, shown))
    }

    fn read(reader: &Reader, text: &str) -> (Option<Emotion>, bool) {
        let asked = ToRead { feedback: FeedbackId(1), revision: 1, text, language_hint: Some("en"), touchpoint_stage: None };
        let emotion = reader.read(&asked).passages[0].emotion.clone();
        (emotion.as_ref().map(|label| label.value), emotion.is_some_and(|label| !label.evidence.is_empty()))
    }

    #[test]
    fn a_few_corrections_show_another_emotion_where_it_is_alike_and_leave_the_rest() {
        let (shipped, text) = (reader(&[]), "Our valve opened at three bar.");
        assert_ne!(read(&shipped, text).0, Some(Emotion::Fear));
        let said: Vec<Shown> =
            ["The valve opened at four bar.", "Again the valve opened at four bar.", "The valve opened early."]
                .map(|text| shown(text, Some(Emotion::Fear)))
                .to_vec();
        let taught = reader(&said);
        assert_eq!(read(&taught, text), (Some(Emotion::Fear), true));
        for text in [
            "Thank you so much for your help!",
            "I am so angry at you.",
            "The bus drove past the market.",
            "My sister lives in Denver.",
        ] {
            assert_eq!(read(&shipped, text).0, read(&taught, text).0, "{text}");
        }
        assert!(taught.name() != shipped.name(), "{}", taught.name());
        // And the other way round: what is no emotion here is shown no more.
        let thanks = "Thank you in advance for the valve.";
        assert_eq!(read(&shipped, thanks).0, Some(Emotion::Gratitude));
        let none: Vec<Shown> =
            ["Thank you in advance for the pump.", "Thank you in advance.", "Thank you in advance for the offer."]
                .map(|text| shown(text, None))
                .to_vec();
        assert_eq!(read(&reader(&none), thanks).0, None);
    }

    #[test]
    fn one_correction_turns_what_is_as_good_as_the_same_and_nothing_else() {
        let shipped = reader(&[]);
        let taught = reader(&[shown("The courier left my parcel in the rain.", Some(Emotion::Anger))]);
        for text in ["The courier left my parcel in the rain.", "The courier left our parcel out in the rain!"] {
            assert_ne!(read(&shipped, text).0, Some(Emotion::Anger), "{text}");
            assert_eq!(read(&taught, text).0, Some(Emotion::Anger), "{text}");
        }
        for text in ORDINARY.iter().chain(&["My parcel came today.", "The courier was friendly.", "We walked in the rain."]) {
            assert_eq!(read(&shipped, text).0, read(&taught, text).0, "{text}");
        }
        // And back: what is not felt here is shown no more.
        let calm = reader(&[shown("Thank you in advance for the spare valve.", None)]);
        assert_eq!(read(&calm, "Thank you in advance for the spare valve.").0, None);
        assert_eq!(read(&calm, "Thank you so much for your help!").0, read(&shipped, "Thank you so much for your help!").0);
    }

    #[test]
    fn the_order_does_not_matter_the_last_word_counts_and_learning_again_is_remembered() {
        let one = [shown("cold soup", Some(Emotion::Anger)), shown("warm soup", None)];
        let other = [shown("warm soup", None), shown("cold soup", Some(Emotion::Joy)), shown("cold soup", Some(Emotion::Anger))];
        let head = EmotionHead::relearn(None, &one).unwrap();
        assert_eq!((head.version(), head.examples()), (EmotionHead::learn(&other).unwrap().version(), 2));
        assert!(Arc::ptr_eq(&head, &EmotionHead::relearn(Some(&head), &other).unwrap()));
        assert!(EmotionHead::relearn(Some(&head), &[]).is_none());
    }
}
