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
            let mut evidence: Vec<_> = counted.iter().map(|hit| tokens.span(&(hit.first..hit.last + 1))).collect();
            evidence.sort_unstable();
            labels.push(Label { value: first.means.to, confidence: confidence.min(0.97), evidence: join(evidence) });
        }
    }
    labels.sort_by(|a, b| b.confidence.total_cmp(&a.confidence));
    labels
}
