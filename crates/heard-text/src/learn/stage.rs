//! To which stage of the journey a passage belongs, as the company's people have corrected it. What contact, categories and
//! cues say is believed first; corrections move that where words and meaning are alike. Where a passage is as good as word for
//! word what a person has corrected, one correction is enough, wherever it was said.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use heard_domain::id::StageId;

use crate::learn::choice::{ChoiceHead, Told};
use crate::learn::features::Seen;
use crate::learn::logistic::logit;
use crate::learn::near::Near;
use crate::learn::ordinary::ORDINARY;
use crate::token::{Tokens, hash, mix};
use crate::wordpiece::Piece;

/// However sure the reader is, it can be taught otherwise.
const SUREST: f32 = 0.95;
/// How sure "no stage" is where the reader names none.
const NONE: f32 = 0.8;
/// From here on "no stage" was learnt: the passages beside it do not lend it theirs.
const SURELY_NONE: f32 = 0.85;

/// Words of which a person has said to which stage they belong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placed {
    /// The words: a passage, or a whole comment.
    pub text: String,
    /// The stage of the contact where they were said, if it is known.
    pub contact: Option<StageId>,
    /// Which; `None`: to none.
    pub stage: Option<StageId>,
}

/// What was learnt from corrections of the stage.
#[derive(Debug)]
pub struct StageHead {
    head: ChoiceHead,
    near: Near,
    /// The stages by their place among the classes; behind them stands none.
    stages: Vec<StageId>,
    version: u64,
    examples: usize,
}

/// A stage and how sure it is.
type Sure = Option<(StageId, f32)>;

fn class(stages: &[StageId], stage: Option<StageId>) -> Option<usize> {
    match stage {
        None => Some(stages.len()),
        Some(stage) => stages.iter().position(|known| *known == stage),
    }
}

/// What is believed of each class before anything is learnt.
fn before(stages: &[StageId], said: Sure) -> Vec<f32> {
    let sure = said.map_or(NONE, |(_, sure)| sure).clamp(1.0 - SUREST, SUREST);
    let of = class(stages, said.map(|(stage, _)| stage));
    let rest = (1.0 - sure) / stages.len().max(1) as f32;
    (0..=stages.len()).map(|at| logit(if Some(at) == of { sure } else { rest })).collect()
}

/// One per text and contact, in an order of their own: the last word counts.
fn latest<'a>(stages: &[StageId], placed: &'a [Placed]) -> BTreeMap<(&'a str, Option<StageId>), usize> {
    let said = placed.iter().filter_map(|placed| Some(((placed.text.trim(), placed.contact), class(stages, placed.stage)?)));
    said.filter(|((text, _), _)| !text.is_empty()).collect()
}

fn version(stages: &[StageId], placed: &BTreeMap<(&str, Option<StageId>), usize>, reader: &str) -> u64 {
    let number = |stage: &StageId| stage.0.cast_unsigned();
    let begin = stages.iter().fold(mix(2, hash(reader.as_bytes())), |version, stage| mix(version, number(stage)));
    placed.iter().fold(begin, |version, ((text, contact), class)| {
        let contact = contact.as_ref().map_or(0, number);
        mix(mix(mix(version, hash(text.as_bytes())), contact), *class as u64)
    })
}

impl StageHead {
    /// Learns from all that was said of these stages; `None` if nothing was. `read` is what the reader called `reader` says of a
    /// text by itself that was said at a contact: it is believed first.
    pub fn learn(
        stages: &[StageId],
        placed: &[Placed],
        reader: &str,
        read: &dyn Fn(&str, Option<StageId>) -> Sure,
    ) -> Option<Self> {
        let latest = latest(stages, placed);
        if latest.is_empty() {
            return None;
        }
        let told = |((text, contact), class): (&(&str, Option<StageId>), &usize)| {
            (Told::believed(text, &[], &before(stages, read(text, *contact))), *class)
        };
        let examples: Vec<(Told, usize)> = latest.iter().map(told).collect();
        let hold = |text: &&str| Told::believed(text, &[], &before(stages, read(text, None)));
        let held: Vec<Told> = ORDINARY.iter().map(hold).collect();
        let head = ChoiceHead::learn_beside(&examples, &held, stages.len() + 1);
        let near = Near::learn(latest.iter().map(|((text, _), class)| (*text, *class)));
        Some(Self { head, near, stages: stages.to_vec(), version: version(stages, &latest, reader), examples: examples.len() })
    }

    /// The same; what was learnt before is taken again where it rests on the same examples and the same reader.
    pub fn relearn(
        last: Option<&Arc<Self>>,
        stages: &[StageId],
        placed: &[Placed],
        reader: &str,
        read: &dyn Fn(&str, Option<StageId>) -> Sure,
    ) -> Option<Arc<Self>> {
        let wanted = version(stages, &latest(stages, placed), reader);
        let known = last.filter(|last| last.version == wanted).cloned();
        known.or_else(|| Self::learn(stages, placed, reader, read).map(Arc::new))
    }

    /// Changes whenever the examples, the stages or the reader beside it do.
    pub fn version(&self) -> u64 {
        self.version
    }

    /// From how many texts it has learnt.
    pub fn examples(&self) -> usize {
        self.examples
    }

    /// To which stage a range of tokens with its pieces belongs instead of what the reader says (`said`), with how sure that is;
    /// `None`: nowhere else.
    pub fn instead(
        &self,
        tokens: &Tokens,
        range: &Range<usize>,
        pieces: &[Piece],
        said: Sure,
        seen: &mut Seen,
    ) -> Option<(Option<StageId>, f32)> {
        let believed = class(&self.stages, said.map(|(stage, _)| stage))?;
        let told = self.head.shares_of(tokens, range, pieces, (&[], &before(&self.stages, said)), seen);
        let most = || told.iter().enumerate().fold((0, f32::MIN), |best, (at, s)| if *s > best.1 { (at, *s) } else { best });
        let (at, sure) = self.near.find(tokens, range).map_or_else(most, |(at, alike)| (at, alike * SUREST));
        let stage = self.stages.get(at).copied();
        (at != believed || stage.is_none() && sure >= SURELY_NONE).then_some((stage, sure))
    }

    /// What each token of a range that was looked at adds to the score of a stage.
    pub fn adds(&self, range: &Range<usize>, seen: &Seen, stage: StageId) -> Vec<f32> {
        let class = self.stages.iter().position(|known| *known == stage).unwrap_or(usize::MAX);
        self.head.adds(range, seen, class)
    }
}

#[cfg(test)]
mod tests {
    use heard_domain::id::FeedbackId;
    use heard_domain::journey::{Journey, Stage};
    use heard_domain::taxonomy::Taxonomy;

    use super::*;
    use crate::learn::head::CategoryHead;
    use crate::pipeline::Reader;
    use crate::step::ToRead;

    const STAGES: [StageId; 3] = [StageId(1), StageId(2), StageId(3)];

    fn placed(text: &str, contact: Option<i64>, stage: Option<i64>) -> Placed {
        Placed { text: text.to_owned(), contact: contact.map(StageId), stage: stage.map(StageId) }
    }

    fn reader(placed: &[Placed]) -> Reader {
        let stage = |(id, cue): (i64, &str)| Stage {
            id: StageId(id),
            name: format!("stage {id}"),
            aim: String::new(),
            position: 0,
            cues: vec![cue.to_owned()],
        };
        let journey = Journey { stages: [(1, "shelf"), (2, "driver"), (3, "gangway")].map(stage).to_vec(), touchpoints: vec![] };
        let taxonomy = Taxonomy::default();
        let reader = Reader::taught(&journey, &taxonomy, CategoryHead::learn(&taxonomy, &[]));
        let head = StageHead::relearn(None, &STAGES, placed, reader.name(), &|text, at| reader.stage_of(text, at));
        reader.placing(head)
    }

    fn read(reader: &Reader, text: &str, contact: Option<i64>) -> Vec<Option<i64>> {
        let asked = ToRead {
            feedback: FeedbackId(1),
            revision: 1,
            text,
            language_hint: Some("en"),
            touchpoint_stage: contact.map(StageId),
        };
        let stages = reader.read(&asked).passages.into_iter().map(|passage| passage.stage);
        stages.map(|stage| stage.map(|label| label.value.0)).collect()
    }

    #[test]
    fn corrections_place_what_is_alike_also_against_the_contact() {
        let said = ["The invoice was wrong twice.", "Again the invoice was wrong.", "The invoice is wrong."];
        let taught = reader(&said.map(|text| placed(text, Some(1), Some(2))));
        let text = "My invoice was wrong again.";
        assert_eq!((read(&reader(&[]), text, Some(1)), read(&taught, text, Some(1))), (vec![Some(1)], vec![Some(2)]));
        assert!(taught.name() != reader(&[]).name(), "{}", taught.name());
    }

    #[test]
    fn one_correction_places_what_is_as_good_as_the_same_and_nothing_else() {
        let (shipped, taught) = (reader(&[]), reader(&[placed("The invoice arrived with a wrong total.", Some(1), Some(2))]));
        for (text, contact) in [
            ("The invoice arrived with a wrong total.", Some(1)),
            ("My invoice arrived with the wrong total again.", Some(1)),
            ("Invoice arrived with a wrong total!", Some(3)),
        ] {
            assert_eq!(read(&taught, text, contact), [Some(2)], "{text}");
        }
        for text in ["The invoice did not arrive.", "A parcel arrived.", "I found it on the shelf.", "The total was fine."] {
            assert_eq!(read(&taught, text, Some(1)), read(&shipped, text, Some(1)), "{text}");
        }
    }

    #[test]
    fn what_belongs_to_no_stage_takes_none_of_its_neighbour_either() {
        let said = ["Greetings from all of us.", "Many greetings from us.", "Greetings to all of you."];
        let taught = reader(&said.map(|text| placed(text, None, None)));
        let text = "The driver was late. Greetings from us all.";
        assert_eq!(read(&reader(&[]), text, None), [Some(2), Some(2)]);
        assert_eq!(read(&taught, text, None), [Some(2), None]);
        assert_eq!(read(&taught, "The driver was late. He was rude.", None), [Some(2), Some(2)]);
    }

    #[test]
    fn what_was_said_of_a_stage_that_is_gone_teaches_nothing() {
        let read = |_: &str, _: Option<StageId>| None;
        assert!(StageHead::learn(&STAGES, &[placed("soup", None, Some(9))], "", &read).is_none());
        let said = [placed("soup", None, Some(1)), placed("soup", None, Some(2))];
        let head = Arc::new(StageHead::learn(&STAGES, &said, "", &read).unwrap());
        assert_eq!((head.examples(), head.version()), (1, StageHead::learn(&STAGES, &said[1..], "", &read).unwrap().version()));
        assert!(Arc::ptr_eq(&head, &StageHead::relearn(Some(&head), &STAGES, &said, "", &read).unwrap()));
        assert!(!Arc::ptr_eq(&head, &StageHead::relearn(Some(&head), &STAGES, &said, "another", &read).unwrap()));
    }
}
