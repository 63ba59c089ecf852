//! What each passage is about: by watch words, name and definition, and by what the company's people have corrected.

use heard_domain::id::CategoryId;
use heard_domain::reading::{Label, Note, Span};

use crate::evidence::phrases;
use crate::learn::features::Seen;
use crate::learn::head::LEAST;
use crate::learn::logistic::sigmoid;
use crate::step::{Clause, Draft, Step, Tools};
use crate::token::Tokens;

/// The step.
pub const STEP: Step = Step { name: "category", run };

/// At most this many per passage.
const MOST: usize = 4;
/// A logit that is below `LEAST` for sure.
const FAR: f32 = -0.7;
/// No reading is surer than this.
const SUREST: f32 = 0.97;

fn run(tools: &Tools<'_>, draft: &mut Draft<'_>) {
    if tools.company.head.categories().is_empty() {
        if !draft.clauses.is_empty() {
            draft.notes.push(Note::NoCategory);
        }
        return;
    }
    let (mut seen, mut scores) = (Seen::default(), Vec::new());
    for clause in &mut draft.clauses {
        let mut labels = labels(tools, &draft.tokens, clause, &mut seen, &mut scores);
        let found: Vec<CategoryId> = labels.iter().map(|label| label.value).collect();
        let above = |id: CategoryId| tools.company.known(id).and_then(|known| known.parent);
        // The more special one says it all: a filter for the category above finds it, too.
        labels.retain(|label| !found.iter().any(|id| above(*id) == Some(label.value)));
        labels.truncate(MOST);
        clause.passage.categories = labels;
    }
    if draft.clauses.iter().all(|clause| clause.passage.categories.is_empty()) && !draft.clauses.is_empty() {
        draft.notes.push(Note::NoCategory);
    }
}

fn labels(tools: &Tools<'_>, tokens: &Tokens, clause: &Clause, seen: &mut Seen, scores: &mut Vec<f32>) -> Vec<Label<CategoryId>> {
    let head = &tools.company.head;
    let mut found = head.find(tokens, clause.tokens.clone());
    head.score(tokens, &clause.tokens, &clause.encoded.found, &found, seen, scores);
    let mut labels = Vec::new();
    for (category, score) in head.categories().iter().zip(scores.iter()) {
        // Most are far from being there: that is told without an exponential.
        if *score < FAR || sigmoid(*score) < LEAST {
            continue;
        }
        let confidence = head.probability(*score).min(SUREST);
        let plain = found.iter_mut().find(|label| label.value == *category && label.confidence >= LEAST);
        let evidence: Vec<Span> = match plain {
            Some(label) => std::mem::take(&mut label.evidence),
            None => phrases(tokens, &clause.tokens, &clause.roles, &head.adds(&clause.tokens, seen, *category)),
        };
        labels.push(Label { value: *category, confidence, evidence });
    }
    labels.sort_by(|a, b| b.confidence.total_cmp(&a.confidence).then(a.value.cmp(&b.value)));
    labels
}

#[cfg(test)]
mod tests {
    use heard_domain::id::FeedbackId;
    use heard_domain::journey::Journey;
    use heard_domain::taxonomy::{Category, Taxonomy};

    use super::*;
    use crate::pipeline::Reader;
    use crate::step::ToRead;

    fn category(id: i64, parent: Option<i64>, name: &str, definition: &str, watch_words: &[&str]) -> Category {
        Category {
            id: CategoryId(id),
            parent: parent.map(CategoryId),
            name: name.to_owned(),
            definition: definition.to_owned(),
            watch_words: watch_words.iter().map(|w| (*w).to_owned()).collect(),
            stage: None,
            departments: vec![],
            position: 0,
        }
    }

    fn found(text: &str) -> Vec<(i64, Vec<&str>)> {
        let categories = vec![
            category(1, None, "Delivery", "From the warehouse to the customer.", &["deliver*"]),
            category(2, Some(1), "Broken parcel", "The parcel arrived dented, torn or soaked.", &["smashed"]),
            category(3, None, "Seats & legroom", "", &[]),
        ];
        let reader = Reader::new(&Journey::default(), &Taxonomy { version: 1, categories });
        let asked = ToRead { feedback: FeedbackId(1), revision: 1, text, language_hint: None, touchpoint_stage: None };
        let labels = reader.read(&asked).passages.into_iter().flat_map(|p| p.categories);
        labels.map(|label| (label.value.0, label.evidence.iter().filter_map(|span| span.of(text)).collect())).collect()
    }

    #[test]
    fn watch_words_names_and_definitions_point_to_categories() {
        assert_eq!(found("quick DELIVERIES"), [(1, vec!["DELIVERIES"])]);
        assert_eq!(found("a broken parcel again"), [(2, vec!["broken parcel"])]);
        assert_eq!(found("no legroom at all"), [(3, vec!["legroom"])]);
        assert_eq!(found("it was dented, torn and soaked"), [(2, vec!["dented", "torn", "soaked"])]);
    }

    #[test]
    fn one_word_of_a_definition_is_not_enough_and_parts_of_words_do_not_count() {
        assert_eq!(found("a torn ticket"), []);
        assert!(found("the undelivered unsmashed").is_empty());
    }

    #[test]
    fn the_more_special_category_stands_for_the_one_above_it() {
        assert_eq!(found("the delivery came smashed"), [(2, vec!["smashed"])]);
    }
}
