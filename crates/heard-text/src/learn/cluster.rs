//! Clusters of meanings: spherical k-means (Dhillon and Modha 2001) from spread-out beginnings (k-means++, Arthur and
//! Vassilvitskii 2007), several of them tried on a sample, the tightest gone on with. The same input gives the same clusters.

use crate::embedding::{DIMS, Meaning, dot};
use crate::learn::chance::Chance;

/// The beginnings are tried on at most this many points.
const SAMPLE: usize = 4000;
/// How many beginnings are tried.
const BEGINNINGS: usize = 6;
/// How often the centres of a beginning are moved, and those of the one that is kept.
const MOVES: usize = 25;
const LAST_MOVES: usize = 12;

/// Points in clusters.
#[derive(Debug, Clone, Default)]
pub struct Clusters {
    /// The middle of each, of length 1.
    pub centres: Vec<Meaning>,
    /// The cluster of each point.
    pub of: Vec<usize>,
    /// How near each point is to its centre (−1 to 1).
    pub nearness: Vec<f32>,
}

/// Cuts points into `k` clusters (fewer if there are fewer different points).
pub fn cluster(points: &[Meaning], k: usize, seed: u64) -> Clusters {
    if points.is_empty() || k == 0 {
        return Clusters { centres: Vec::new(), of: vec![0; points.len()], nearness: vec![0.0; points.len()] };
    }
    let mut chance = Chance::new(seed);
    let mut order: Vec<usize> = (0..points.len()).collect();
    chance.shuffle(&mut order);
    let sample: Vec<&Meaning> = order.iter().take(SAMPLE.max(k)).filter_map(|at| points.get(*at)).collect();
    let begun = (0..BEGINNINGS).map(|_| {
        let mut centres = spread(&sample, k, &mut chance);
        let tight = refine(&sample, &mut centres, MOVES).iter().map(|(_, near)| f64::from(*near)).sum::<f64>();
        (tight, centres)
    });
    let best = begun.fold(None, |best: Option<(f64, Vec<Meaning>)>, next| match best {
        Some(best) if best.0 >= next.0 => Some(best),
        _ => Some(next),
    });
    let mut centres = best.map(|(_, centres)| centres).unwrap_or_default();
    let all: Vec<&Meaning> = points.iter().collect();
    let places = refine(&all, &mut centres, LAST_MOVES);
    let (of, nearness) = places.into_iter().unzip();
    Clusters { centres, of, nearness }
}

/// Centres far from each other: each next one is a point, the more likely the farther it is from those chosen.
fn spread(points: &[&Meaning], k: usize, chance: &mut Chance) -> Vec<Meaning> {
    let mut centres: Vec<Meaning> = points.get(chance.below(points.len())).map(|p| **p).into_iter().collect();
    let mut away: Vec<f32> = vec![f32::MAX; points.len()];
    while centres.len() < k {
        let Some(newest) = centres.last() else { break };
        for (away, point) in away.iter_mut().zip(points) {
            *away = away.min((1.0 - dot(newest, point)).max(0.0));
        }
        let total: f64 = away.iter().map(|away| f64::from(*away)).sum();
        if total <= 1e-6 {
            break;
        }
        let mut left = f64::from(chance.share()) * total;
        let chosen = away.iter().position(|away| {
            left -= f64::from(*away);
            left < 0.0
        });
        centres.extend(chosen.and_then(|at| points.get(at)).map(|point| **point));
        if chosen.is_none() {
            break;
        }
    }
    centres
}

/// Moves centres to the middle of what is nearest to them, until nothing changes its place or the moves are used up.
fn refine(points: &[&Meaning], centres: &mut [Meaning], moves: usize) -> Vec<(usize, f32)> {
    let mut places = vec![(usize::MAX, 0.0); points.len()];
    for round in 0..=moves {
        let mut changed = 0_usize;
        for (place, point) in places.iter_mut().zip(points) {
            let next = nearest(centres, point);
            changed += usize::from(next.0 != place.0);
            *place = next;
        }
        if round == moves || changed * 1000 <= points.len() {
            break;
        }
        let mut sums = vec![[0.0_f32; DIMS]; centres.len()];
        for ((at, _), point) in places.iter().zip(points) {
            if let Some(sum) = sums.get_mut(*at) {
                sum.iter_mut().zip(point.iter()).for_each(|(sum, figure)| *sum += figure);
            }
        }
        for (centre, sum) in centres.iter_mut().zip(&sums) {
            // A centre to which nothing is near stays where it is.
            if let Some(middle) = normed(sum) {
                *centre = middle;
            }
        }
    }
    places
}

/// The nearest centre and how near it is.
pub fn nearest(centres: &[Meaning], point: &Meaning) -> (usize, f32) {
    centres
        .iter()
        .enumerate()
        .map(|(at, centre)| (at, dot(centre, point)))
        .fold((0, f32::MIN), |best, next| if next.1 > best.1 { next } else { best })
}

/// Cut to length 1; `None` for zeros.
pub fn normed(sum: &Meaning) -> Option<Meaning> {
    let length = dot(sum, sum).sqrt();
    (length > 1e-9).then(|| sum.map(|figure| figure / length))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::embedding::Embedding;

    #[test]
    fn what_means_the_same_lies_together_and_again_the_same_way() {
        let texts = [
            "my suitcase is lost",
            "the luggage never arrived",
            "where is my bag",
            "the meal was cold",
            "awful food and no drinks",
            "the sandwich was stale",
        ];
        let points: Vec<Meaning> = texts.iter().map(|text| Embedding::shipped().of_text(text)).collect();
        let clusters = cluster(&points, 2, 5);
        assert_eq!(clusters.of[..3], [clusters.of[0]; 3]);
        assert_eq!(clusters.of[3..], [1 - clusters.of[0]; 3]);
        assert_eq!(cluster(&points, 2, 5).of, clusters.of);
    }

    #[test]
    fn odd_input_gives_no_panic() {
        assert!(cluster(&[], 3, 1).centres.is_empty());
        let same = [[0.0; DIMS]; 4];
        assert_eq!(cluster(&same, 3, 1).of.len(), 4);
        assert_eq!(cluster(&[[0.1; DIMS]], 3, 1).of, [0]);
    }
}
