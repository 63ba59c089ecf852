//! How good or bad a passage is, as the company's people have corrected it. What the shipped head says is believed first;
//! corrections move that where words and meaning are alike, a little after one of them, more after many.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use heard_domain::reading::Polarity;

use crate::embedding::Embedding;
use crate::encoder::Encoded;
use crate::learn::choice::{ChoiceHead, Told};
use crate::learn::features::Seen;
use crate::learn::logistic::logit;
use crate::lexicon::lexicon;
use crate::model::{Model, judge};
use crate::token::{Tokens, hash, mix};
use crate::wordpiece::Piece;

/// However sure the shipped head is, it can be taught otherwise.
const SUREST: f32 = 0.98;

/// Words of which a person has said how good or bad they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Felt {
    /// The words: a passage, or a whole comment.
    pub text: String,
    /// The class.
    pub polarity: Polarity,
}

/// What was learnt from corrections of the sentiment.
#[derive(Debug)]
pub struct SentimentHead {
    head: ChoiceHead,
    version: u64,
    examples: usize,
}

/// Value and probability of each class, as [`judge`] gives them.
type Judged = (f32, [f32; 3]);

fn figures((value, [bad, even, good]): Judged) -> [f32; 4] {
    [value, bad, even, good]
}

fn before((_, shares): Judged) -> [f32; 3] {
    shares.map(|share| logit(share.clamp(1.0 - SUREST, SUREST)))
}

/// What the shipped head says of a text by itself.
fn shipped(text: &str) -> Judged {
    let tokens = Tokens::of(text);
    let (model, mut encoded) = (Model::shipped(), Encoded::default());
    model.encode(&mut encoded, Embedding::shipped(), lexicon(), &tokens, &(0..tokens.len()));
    judge(model, &model.outputs(&model.score(&encoded)))
}

/// One per text, in an order of their own: the last word counts.
fn latest(felt: &[Felt]) -> BTreeMap<&str, Polarity> {
    let said = felt.iter().map(|felt| (felt.text.trim(), felt.polarity));
    said.filter(|(text, _)| !text.is_empty()).collect()
}

fn version(felt: &BTreeMap<&str, Polarity>) -> u64 {
    felt.iter().fold(0, |version, (text, polarity)| mix(mix(version, hash(text.as_bytes())), polarity.index() as u64))
}

impl SentimentHead {
    /// Learns from all that was said; `None` if nothing was.
    pub fn learn(felt: &[Felt]) -> Option<Self> {
        let felt = latest(felt);
        if felt.is_empty() {
            return None;
        }
        let told = |(text, polarity): (&&str, &Polarity)| {
            let judged = shipped(text);
            (Told::believed(text, &figures(judged), &before(judged)), polarity.index())
        };
        let examples: Vec<(Told, usize)> = felt.iter().map(told).collect();
        Some(Self { head: ChoiceHead::learn(&examples, 3), version: version(&felt), examples: examples.len() })
    }

    /// The same; what was learnt before is taken again where it rests on the same examples.
    pub fn relearn(last: Option<&Arc<Self>>, felt: &[Felt]) -> Option<Arc<Self>> {
        let wanted = version(&latest(felt));
        last.filter(|last| last.version == wanted).cloned().or_else(|| Self::learn(felt).map(Arc::new))
    }

    /// Changes whenever the examples do; equal for the same examples, whatever their order.
    pub fn version(&self) -> u64 {
        self.version
    }

    /// From how many texts it has learnt.
    pub fn examples(&self) -> usize {
        self.examples
    }

    /// The probability of each class for a range of tokens with its pieces, of which the shipped head says `judged`.
    pub fn shares(&self, tokens: &Tokens, range: &Range<usize>, pieces: &[Piece], judged: Judged, seen: &mut Seen) -> [f32; 3] {
        let shares = self.head.shares_of(tokens, range, pieces, (&figures(judged), &before(judged)), seen);
        shares.first_chunk().copied().unwrap_or(judged.1)
    }

    /// What each token of a range that was looked at adds to the score of a class.
    pub fn adds(&self, range: &Range<usize>, seen: &Seen, polarity: Polarity) -> Vec<f32> {
        self.head.adds(range, seen, polarity.index())
    }
}

#[cfg(test)]
mod tests {
    use heard_domain::id::FeedbackId;
    use heard_domain::journey::Journey;
    use heard_domain::reading::Sentiment;
    use heard_domain::taxonomy::Taxonomy;

    use super::*;
    use crate::learn::head::CategoryHead;
    use crate::pipeline::Reader;
    use crate::step::ToRead;

    fn felt(text: &str, polarity: Polarity) -> Felt {
        Felt { text: text.to_owned(), polarity }
    }

    fn reader(felt: &[Felt]) -> Reader {
        let taxonomy = Taxonomy::default();
        let head = CategoryHead::learn(&taxonomy, &[]);
        Reader::taught(&Journey::default(), &taxonomy, head).feeling(SentimentHead::relearn(None, felt))
    }

    fn read(reader: &Reader, text: &str) -> Sentiment {
        let asked = ToRead { feedback: FeedbackId(1), revision: 1, text, language_hint: Some("en"), touchpoint_stage: None };
        reader.read(&asked).passages[0].sentiment.clone().unwrap()
    }

    #[test]
    fn a_few_corrections_turn_what_is_alike_and_leave_the_rest() {
        let (shipped, text) = (reader(&[]), "Our valve opened at three bar.");
        let other = if read(&shipped, text).polarity == Polarity::Negative { Polarity::Positive } else { Polarity::Negative };
        let said: Vec<Felt> = ["The valve opened at four bar.", "Again the valve opened at four bar.", "The valve opened early."]
            .map(|text| felt(text, other))
            .to_vec();
        let taught = reader(&said);
        let now = read(&taught, text);
        assert!(now.polarity == other && now.value * other.sign() as f32 > 0.0 && !now.evidence.is_empty(), "{now:?}");
        for (text, polarity) in [("The crew was wonderful.", Polarity::Positive), ("This is awful.", Polarity::Negative)] {
            assert_eq!((read(&shipped, text).polarity, read(&taught, text).polarity), (polarity, polarity), "{text}");
        }
        assert!(taught.name() != shipped.name(), "{}", taught.name());
    }

    #[test]
    fn the_order_does_not_matter_the_last_word_counts_and_learning_again_is_remembered() {
        let one = [felt("cold soup", Polarity::Negative), felt("warm soup", Polarity::Positive)];
        let other =
            [felt("warm soup", Polarity::Positive), felt("cold soup", Polarity::Neutral), felt("cold soup", Polarity::Negative)];
        let head = SentimentHead::relearn(None, &one).unwrap();
        assert_eq!((head.version(), head.examples()), (SentimentHead::learn(&other).unwrap().version(), 2));
        assert!(Arc::ptr_eq(&head, &SentimentHead::relearn(Some(&head), &other).unwrap()));
        assert!(SentimentHead::relearn(Some(&head), &[]).is_none());
    }
}
