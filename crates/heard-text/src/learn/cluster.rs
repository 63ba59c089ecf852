//! Clusters of meanings: spherical k-means (Dhillon and Modha 2001) from spread-out beginnings (k-means++, Arthur and
//! Vassilvitskii 2007), several of them tried on a sample, the tightest gone on with. A centre that cannot be nearer than the
//! present one by the triangle inequality is not looked at (Elkan 2003). The same input gives the same clusters, on however
//! many cores.

use crate::embedding::dot;
use crate::learn::beside::{beside, beside_mut};
use crate::learn::chance::Chance;

/// The beginnings are tried on at most this many points.
const SAMPLE: usize = 4000;
/// How many beginnings are tried.
const BEGINNINGS: usize = 6;
/// How often the centres of a beginning are moved, and those of the one that is kept.
const MOVES: usize = 25;
const LAST_MOVES: usize = 12;
/// So many points are placed together.
const PART: usize = 512;
/// A bound is trusted only beyond what rounding can do to a distance.
const ROUNDING: f32 = 1e-3;

/// Points in clusters.
#[derive(Debug, Clone, Default)]
pub struct Clusters<const N: usize> {
    /// The middle of each, of length 1.
    pub centres: Vec<[f32; N]>,
    /// The cluster of each point.
    pub of: Vec<usize>,
    /// How near each point is to its centre (−1 to 1).
    pub nearness: Vec<f32>,
}

/// Cuts points into `k` clusters (fewer if there are fewer different points).
pub fn cluster<const N: usize>(points: &[[f32; N]], k: usize, seed: u64) -> Clusters<N> {
    if points.is_empty() || k == 0 {
        return Clusters { centres: Vec::new(), of: vec![0; points.len()], nearness: vec![0.0; points.len()] };
    }
    let mut chance = Chance::new(seed);
    let mut order: Vec<usize> = (0..points.len()).collect();
    chance.shuffle(&mut order);
    let sample: Vec<&[f32; N]> = order.iter().take(SAMPLE.max(k)).filter_map(|at| points.get(*at)).collect();
    let beginnings: Vec<Vec<[f32; N]>> = (0..BEGINNINGS).map(|_| spread(&sample, k, &mut chance)).collect();
    let begun = beside(&beginnings, |beginning| {
        let mut centres = beginning.clone();
        let tight: f64 = refine(&sample, &mut centres, MOVES, false).iter().map(|place| f64::from(place.near)).sum();
        (tight, centres)
    });
    let best = begun.into_iter().fold(None, |best: Option<(f64, Vec<[f32; N]>)>, next| match best {
        Some(best) if best.0 >= next.0 => Some(best),
        _ => Some(next),
    });
    let mut centres = best.map(|(_, centres)| centres).unwrap_or_default();
    let all: Vec<&[f32; N]> = points.iter().collect();
    let places = refine(&all, &mut centres, LAST_MOVES, true);
    let (of, nearness) = places.into_iter().map(|place| (place.of, place.near)).unzip();
    Clusters { centres, of, nearness }
}

/// As many points as this about nothing in particular are thought beside those that are given, so that a few points about one thing
/// keep what they share.
const ABOUT_NOTHING: f32 = 300.0;

/// Points without what all of them share (Mu and Viswanath 2018), of length 1 again: among passengers, that it is about a flight says nothing.
pub fn centred<const N: usize>(points: &[[f32; N]]) -> Vec<[f32; N]> {
    let mut shared = [0.0; N];
    for point in points {
        shared.iter_mut().zip(point).for_each(|(sum, figure)| *sum += figure / (points.len() as f32 + ABOUT_NOTHING));
    }
    let without = |point: &[f32; N]| {
        if point.iter().all(|figure| *figure == 0.0) {
            return *point; // what means nothing still means nothing
        }
        let mut own = *point;
        own.iter_mut().zip(&shared).for_each(|(own, shared)| *own -= shared);
        normed(&own).unwrap_or(*point)
    };
    points.iter().map(without).collect()
}

/// How far two meanings of length 1 are from each other, by how near they are.
fn apart(near: f32) -> f32 {
    (2.0 - 2.0 * near).max(0.0).sqrt()
}

/// Where a point is.
#[derive(Debug, Clone)]
struct Place {
    of: usize,
    near: f32,
    /// From each centre it is at least so far.
    least: Vec<f32>,
}

impl Place {
    /// Looked for among all centres.
    fn found<const N: usize>(centres: &[[f32; N]], point: &[f32; N]) -> Self {
        let mut place = Self { of: 0, near: f32::MIN, least: Vec::with_capacity(centres.len()) };
        for (at, centre) in centres.iter().enumerate() {
            let near = dot(centre, point);
            place.least.push(apart(near));
            if near > place.near {
                (place.of, place.near) = (at, near);
            }
        }
        place
    }

    /// Looked for again after the centres have moved; whether it is another.
    fn follow<const N: usize>(&mut self, centres: &[[f32; N]], moved: &[f32], point: &[f32; N]) -> bool {
        let before = self.of;
        self.near = centres.get(before).map_or(f32::MIN, |centre| dot(centre, point));
        let mut reach = apart(self.near) + ROUNDING;
        for (least, moved) in self.least.iter_mut().zip(moved) {
            *least -= moved;
        }
        for (at, (least, centre)) in self.least.iter_mut().zip(centres).enumerate() {
            if at == before || *least > reach {
                continue;
            }
            let near = dot(centre, point);
            *least = apart(near);
            if near > self.near {
                (self.of, self.near) = (at, near);
                reach = *least + ROUNDING;
            }
        }
        if let Some(least) = self.least.get_mut(before) {
            // What was the nearest is looked at again next time.
            *least = 0.0;
        }
        self.of != before
    }
}

/// Centres far from each other: each next one is a point, the more likely the farther it is from those chosen.
fn spread<const N: usize>(points: &[&[f32; N]], k: usize, chance: &mut Chance) -> Vec<[f32; N]> {
    let mut centres: Vec<[f32; N]> = points.get(chance.below(points.len())).map(|p| **p).into_iter().collect();
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

/// Moves centres to the middle of what is nearest to them, until nothing changes its place or the moves are used up; on
/// several cores if `wide`.
fn refine<const N: usize>(points: &[&[f32; N]], centres: &mut [[f32; N]], moves: usize, wide: bool) -> Vec<Place> {
    let mut parts: Vec<(&[&[f32; N]], Vec<Place>)> =
        points.chunks(if wide { PART } else { points.len().max(1) }).map(|part| (part, Vec::new())).collect();
    let mut moved = vec![0.0; centres.len()];
    for round in 0..=moves {
        let (here, by) = (&*centres, moved.as_slice());
        let changed: usize = beside_mut(&mut parts, |(part, places)| {
            if places.is_empty() {
                places.extend(part.iter().map(|point| Place::found(here, point)));
                return part.len();
            }
            places.iter_mut().zip(part.iter()).map(|(place, point)| usize::from(place.follow(here, by, point))).sum()
        })
        .into_iter()
        .sum();
        if round == moves || changed * 1000 <= points.len() {
            break;
        }
        let mut sums = vec![[0.0_f32; N]; centres.len()];
        for (place, point) in parts.iter().flat_map(|(part, places)| places.iter().zip(part.iter())) {
            if let Some(sum) = sums.get_mut(place.of) {
                sum.iter_mut().zip(point.iter()).for_each(|(sum, figure)| *sum += figure);
            }
        }
        for ((centre, sum), moved) in centres.iter_mut().zip(&sums).zip(&mut moved) {
            // A centre to which nothing is near stays where it is.
            let middle = normed(sum).unwrap_or(*centre);
            *moved = apart(dot(centre, &middle)) + ROUNDING;
            *centre = middle;
        }
    }
    parts.into_iter().flat_map(|(_, places)| places).collect()
}

/// The nearest centre of each point and how near it is.
pub fn nearest_of<const N: usize>(centres: &[[f32; N]], points: &[[f32; N]]) -> (Vec<usize>, Vec<f32>) {
    let parts: Vec<&[[f32; N]]> = points.chunks(PART).collect();
    let placed = beside(&parts, |part| part.iter().map(|point| nearest(centres, point)).collect::<Vec<_>>());
    placed.into_iter().flatten().unzip()
}

/// The nearest centre and how near it is.
fn nearest<const N: usize>(centres: &[[f32; N]], point: &[f32; N]) -> (usize, f32) {
    centres
        .iter()
        .enumerate()
        .map(|(at, centre)| (at, dot(centre, point)))
        .fold((0, f32::MIN), |best, next| if next.1 > best.1 { next } else { best })
}

/// Cut to length 1; `None` for zeros.
pub fn normed<const N: usize>(sum: &[f32; N]) -> Option<[f32; N]> {
    let length = dot(sum, sum).sqrt();
    (length > 1e-9).then(|| sum.map(|figure| figure / length))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::embedding::Embedding;
    use crate::embedding::{DIMS, Meaning};

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
    fn what_is_not_looked_at_would_not_have_been_nearer() {
        let chance = &mut Chance::new(3);
        let points: Vec<Meaning> = (0..1500)
            .map(|_| normed(&std::array::from_fn(|_| chance.share() - 0.5 + f32::from(u8::from(chance.below(9) == 0)))).unwrap())
            .collect();
        let found = cluster(&points, 12, 7);
        for (at, point) in points.iter().enumerate() {
            let (of, near) = nearest(&found.centres, point);
            assert!(found.of[at] == of && (found.nearness[at] - near).abs() < 1e-6, "{at}: {} {of}", found.of[at]);
        }
    }

    #[test]
    fn odd_input_gives_no_panic() {
        assert!(cluster::<DIMS>(&[], 3, 1).centres.is_empty());
        let same = [[0.0; DIMS]; 4];
        assert_eq!(cluster(&same, 3, 1).of.len(), 4);
        assert_eq!(cluster(&[[0.1; DIMS]], 3, 1).of, [0]);
    }
}
