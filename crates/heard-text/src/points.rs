//! Points: what phrases say for a category or a stage, and how several of them add up.

use heard_domain::reading::Label;

use crate::evidence::join;
use crate::phrase::Hit;
use crate::token::Tokens;

/// Up to this strength a hit is faint.
const FAINT: f32 = 0.2;

/// What a found phrase says.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Points<T> {
    /// For what.
    pub to: T,
    /// How strongly, as a probability.
    pub strength: f32,
}

/// One label per thing, most confident first; hits on the same words and of the same phrase count once. Labels below
/// `least` are left out.
pub fn collect<T: Copy + Ord>(tokens: &Tokens, mut hits: Vec<Hit<Points<T>>>, least: f32) -> Vec<Label<T>> {
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
        if confidence >= least {
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
