//! Where in the journey each passage belongs: by the contact, then by its categories, then by cues in its words; and by what
//! the company's people have corrected.

use std::collections::BTreeMap;

use heard_domain::id::StageId;
use heard_domain::reading::{Label, Span};

use crate::evidence::{join, phrases};
use crate::learn::features::Seen;
use crate::points::collect;
use crate::step::{Clause, Draft, Step, Tools};
use crate::token::Tokens;

/// The step.
pub const STEP: Step = Step { name: "stage", run };

/// The contact says where it was said; it may still be about another stage.
const BY_TOUCHPOINT: f32 = 0.9;
/// A category *usually* happens in its stage.
const BY_CATEGORY: f32 = 0.85;
/// No stage that is inferred is surer.
const SUREST: f32 = 0.97;
/// From here on what a passage says of its stage outweighs where it was said.
const SURE_OF_ANOTHER: f32 = 0.85;
/// Below this a stage is not shown.
const LEAST: f32 = 0.36;
/// A passage that says nothing of its own stage most likely goes on about that of the passages beside it.
const BY_NEIGHBOUR: f32 = 0.5;

/// The label of a stage that is known from the contact.
pub fn of_touchpoint(stage: StageId) -> Label<StageId> {
    Label { value: stage, confidence: BY_TOUCHPOINT, evidence: Vec::new() }
}

fn run(tools: &Tools<'_>, draft: &mut Draft<'_>) {
    let in_full = draft.read_in_full();
    let mut seen = Seen::default();
    // Of these the company's people would say that they belong to no stage.
    let mut none = Vec::with_capacity(draft.clauses.len());
    for clause in &mut draft.clauses {
        let said = said(tools, &draft.tokens, clause);
        let read = match (draft.asked.touchpoint_stage, said) {
            (Some(stage), said) => Some(weighed(stage, said)),
            (None, said) => said,
        };
        let taught = tools.company.stage.as_ref().filter(|_| in_full);
        let instead = taught.and_then(|taught| {
            let found = read.as_ref().map(|label| (label.value, label.confidence));
            Some((taught, taught.instead(&draft.tokens, &clause.tokens, &clause.encoded.found, found, &mut seen)?))
        });
        none.push(matches!(instead, Some((_, (None, _)))));
        clause.passage.stage = match instead {
            None => read,
            Some((_, (None, _))) => None,
            Some((taught, (Some(value), confidence))) => {
                let adds = taught.adds(&clause.tokens, &seen, value);
                let evidence = phrases(&draft.tokens, &clause.tokens, &clause.roles, &adds);
                Some(Label { value, confidence, evidence })
            }
        };
    }
    if draft.asked.touchpoint_stage.is_some() {
        return;
    }
    let surest = draft
        .clauses
        .iter()
        .filter_map(|clause| clause.passage.stage.clone())
        .max_by(|a, b| a.confidence.total_cmp(&b.confidence));
    if let Some(Label { value, confidence, .. }) = surest {
        let free = draft.clauses.iter_mut().zip(none).filter(|(clause, none)| clause.passage.stage.is_none() && !none);
        for (clause, _) in free {
            clause.passage.stage = Some(Label { value, confidence: confidence * BY_NEIGHBOUR, evidence: Vec::new() });
        }
    }
}

/// Contact and words together: they make each other surer, or less sure; only plain words outweigh the contact.
fn weighed(contact: StageId, said: Option<Label<StageId>>) -> Label<StageId> {
    match said {
        Some(said) if said.value == contact => {
            Label { confidence: (1.0 - (1.0 - BY_TOUCHPOINT) * (1.0 - said.confidence)).min(SUREST), ..said }
        }
        Some(said) if said.confidence >= SURE_OF_ANOTHER => {
            Label { confidence: said.confidence * (1.0 - BY_TOUCHPOINT / 2.0), ..said }
        }
        Some(said) => Label { confidence: BY_TOUCHPOINT * (1.0 - said.confidence / 2.0), ..of_touchpoint(contact) },
        None => of_touchpoint(contact),
    }
}

/// What a passage says of its stage: by its categories and by cues in its words, which add up where they agree.
fn said(tools: &Tools<'_>, tokens: &Tokens, clause: &Clause) -> Option<Label<StageId>> {
    match (by_category(tools, clause), by_cue(tools, tokens, clause)) {
        (Some(mut category), Some(cue)) if category.value == cue.value => {
            category.confidence = (1.0 - (1.0 - category.confidence) * (1.0 - cue.confidence)).min(SUREST);
            category.evidence.extend(cue.evidence);
            category.evidence.sort_unstable();
            category.evidence = join(std::mem::take(&mut category.evidence));
            Some(category)
        }
        (Some(category), _) => Some(category),
        (None, cue) => cue,
    }
}

fn by_category(tools: &Tools<'_>, clause: &Clause) -> Option<Label<StageId>> {
    let mut stages: BTreeMap<StageId, (f32, Vec<Span>)> = BTreeMap::new();
    for label in &clause.passage.categories {
        if let Some(stage) = tools.company.known(label.value).and_then(|known| known.stage) {
            let (doubt, evidence) = stages.entry(stage).or_insert((1.0, Vec::new()));
            *doubt *= 1.0 - label.confidence * BY_CATEGORY;
            evidence.extend(&label.evidence);
        }
    }
    let (stage, (doubt, mut evidence)) = stages.into_iter().min_by(|a, b| a.1.0.total_cmp(&b.1.0))?;
    evidence.sort_unstable();
    evidence.dedup();
    Some(Label { value: stage, confidence: 1.0 - doubt, evidence })
}

fn by_cue(tools: &Tools<'_>, tokens: &Tokens, clause: &Clause) -> Option<Label<StageId>> {
    let mut hits = Vec::new();
    tools.company.cues.find(tokens, clause.tokens.clone(), |hit| hits.push(hit));
    collect(tokens, hits, LEAST).into_iter().next()
}

#[cfg(test)]
mod tests {
    use heard_domain::id::{CategoryId, FeedbackId};
    use heard_domain::journey::{Journey, Stage};
    use heard_domain::taxonomy::{Category, Taxonomy};

    use super::*;
    use crate::pipeline::Reader;
    use crate::step::ToRead;

    fn stages(text: &str, touchpoint_stage: Option<StageId>) -> Vec<Option<(StageId, f32)>> {
        let stage = |id, cues: &str| Stage {
            id: StageId(id),
            name: format!("stage {id}"),
            aim: String::new(),
            position: 0,
            cues: vec![cues.to_owned()],
        };
        let journey = Journey { stages: vec![stage(1, "shelf"), stage(2, "driver")], touchpoints: vec![] };
        let category = Category {
            id: CategoryId(5),
            parent: None,
            name: "Parcel".into(),
            definition: String::new(),
            watch_words: vec!["box*".into()],
            stage: Some(StageId(2)),
            departments: vec![],
            position: 0,
        };
        let reader = Reader::new(&journey, &Taxonomy { version: 1, categories: vec![category] });
        let reading = reader.read(&ToRead { feedback: FeedbackId(1), revision: 1, text, language_hint: None, touchpoint_stage });
        reading.passages.into_iter().map(|p| p.stage.map(|s| (s.value, s.confidence))).collect()
    }

    #[test]
    fn the_contact_comes_first_then_the_category_then_the_cue() {
        assert_eq!(stages("hello there", Some(StageId(1))), [Some((StageId(1), BY_TOUCHPOINT))]);
        assert_eq!(stages("boxes on the shelf", Some(StageId(1))).first().copied().flatten().map(|s| s.0), Some(StageId(1)));
        assert_eq!(stages("boxes on the shelf", None).first().copied().flatten().map(|s| s.0), Some(StageId(2)));
        assert_eq!(stages("nothing on the shelf", None).first().copied().flatten().map(|s| s.0), Some(StageId(1)));
        assert_eq!(stages("hello there", None), [None]);
    }

    #[test]
    fn words_make_the_contact_surer_or_less_sure() {
        let sure = |text, contact| stages(text, Some(StageId(contact))).first().copied().flatten().map_or(0.0, |s| s.1);
        assert!(sure("the driver left", 2) > BY_TOUCHPOINT);
        assert!(sure("boxes on the shelf", 1) < BY_TOUCHPOINT);
        assert!(sure("the boxes of the driver", 2) > sure("the driver left", 2));
    }

    #[test]
    fn a_passage_that_says_nothing_takes_the_stage_of_its_neighbour_with_half_the_confidence() {
        let found = stages("The driver was late. I was so angry.", None);
        let [Some(own), Some(taken)] = found.as_slice() else { panic!("{found:?}") };
        assert_eq!((own.0, taken.0), (StageId(2), StageId(2)));
        assert!((taken.1 - own.1 * BY_NEIGHBOUR).abs() < 1e-6);
    }
}
