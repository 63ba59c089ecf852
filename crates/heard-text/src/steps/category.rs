//! What each passage is about: categories by watch words, name and definition.

use heard_domain::id::CategoryId;
use heard_domain::reading::{Label, Note};

use crate::company::Points;
use crate::evidence::join;
use crate::phrase::Hit;
use crate::step::{Draft, Step, Tools};
use crate::token::Tokens;

/// The step.
pub const STEP: Step = Step { name: "category", run };

/// At most this many per passage.
const MOST: usize = 4;
/// Below this a category is not shown.
const LEAST: f32 = 0.36;
/// Up to this strength a hit is faint.
const FAINT: f32 = 0.2;

fn run(tools: &Tools<'_>, draft: &mut Draft<'_>) {
    for clause in &mut draft.clauses {
        let mut hits: Vec<Hit<Points<CategoryId>>> = Vec::new();
        tools.company.watch.find(&draft.tokens, clause.tokens.clone(), |hit| hits.push(hit));
        let mut labels = collect(&draft.tokens, hits);
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

/// One label per thing, most confident first; hits on the same words and of the same phrase count once.
pub fn collect<T: Copy + Ord>(tokens: &Tokens, mut hits: Vec<Hit<Points<T>>>) -> Vec<Label<T>> {
    hits.sort_by(|a, b| {
        let longer = (b.last - b.first).cmp(&(a.last - a.first));
        a.means.to.cmp(&b.means.to).then(b.means.strength.total_cmp(&a.means.strength)).then(longer).then(a.first.cmp(&b.first))
    });
    let mut labels = Vec::new();
    for group in hits.chunk_by(|a, b| a.means.to == b.means.to) {
        let mut counted: Vec<&Hit<Points<T>>> = Vec::new();
        let mut doubt = 1.0;
        for hit in group.iter().take(32) {
            let apart = |other: &&Hit<Points<T>>| hit.last < other.first || hit.first > other.last;
            if counted.iter().all(|other| apart(other) && hit.phrase != other.phrase) {
                doubt *= 1.0 - hit.means.strength;
                counted.push(hit);
            }
        }
        let (confidence, Some(first)) = (1.0 - doubt, counted.first()) else { continue };
        if confidence >= LEAST {
            // Words of a definition help, but underlining them would puzzle where there is something plainer.
            let plain = counted.iter().any(|hit| hit.means.strength > FAINT);
            let shown = counted.iter().filter(|hit| !plain || hit.means.strength > FAINT);
            let mut evidence: Vec<_> = shown.map(|hit| tokens.span(&(hit.first..hit.last + 1))).collect();
            evidence.sort_unstable();
            labels.push(Label { value: first.means.to, confidence: confidence.min(0.97), evidence: join(evidence) });
        }
    }
    labels.sort_by(|a, b| b.confidence.total_cmp(&a.confidence));
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
        assert!(found("a torn ticket").is_empty());
        assert!(found("the undelivered unsmashed").is_empty());
    }

    #[test]
    fn the_more_special_category_stands_for_the_one_above_it() {
        assert_eq!(found("the delivery came smashed"), [(2, vec!["smashed"])]);
    }
}
