//! Themes: what passages that no category explains have in common.
//!
//! ```text
//! let found = themes(&texts, &[], Wanted::default());   // texts: one passage each, in any order
//! found.themes[0].words                            // "unaccompanied minor", "fee": shown as the name
//! found.themes[0].passages                         // places in `texts`, the most central first: its quotes and examples
//! found.rest                                       // what belongs to none: never forced into one
//! ```
//!
//! The same texts give the same themes. 100,000 passages take seconds on one core: run it beside the answering of pages.

use crate::embedding::{Embedding, Meaning, dot};
use crate::learn::beside::beside;
use crate::learn::cluster::{Clusters, centred, cluster, nearest_of, normed};
use crate::learn::naming::names;

/// What is wanted of the themes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Wanted {
    /// How many clusters to look for; `None`: as many as the texts bear.
    pub clusters: Option<usize>,
    /// A theme has at least this many passages.
    pub least: usize,
    /// A passage is at least this near (0-1) to the middle of its theme; the others are the rest.
    pub nearness: f32,
    /// Two themes whose middles are nearer than this are one.
    pub same: f32,
    /// Where chance begins.
    pub seed: u64,
}

impl Default for Wanted {
    fn default() -> Self {
        Self { clusters: None, least: 5, nearness: 0.38, same: 0.65, seed: 1 }
    }
}

/// A theme.
#[derive(Debug, Clone, PartialEq)]
pub struct Theme {
    /// The words and pairs of words that set it apart, strongest first; together its name (2-4 words, lower case).
    pub words: Vec<String>,
    /// Its passages by their places in the texts, the most central first: the first is its quote.
    pub passages: Vec<usize>,
    /// How near its passages are to its middle in the mean (0-1): how much they are about one thing.
    pub tightness: f32,
}

/// The themes of some texts.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Themes {
    /// The themes, largest first.
    pub themes: Vec<Theme>,
    /// Places of the texts that belong to none.
    pub rest: Vec<usize>,
}

impl Wanted {
    /// The same for the vectors of a transformer: passages about one thing lie nearer to each other than by their words, and
    /// those about another farther away.
    pub fn deep() -> Self {
        Self { nearness: 0.5, same: 0.75, ..Self::default() }
    }
}

/// Finds the themes of passages. `said` is what else was said: words that are common there name no theme.
pub fn themes(texts: &[&str], said: &[&str], wanted: Wanted) -> Themes {
    let embedding = Embedding::shipped();
    let points: Vec<Meaning> = beside(texts, |text| embedding.of_text(text));
    themes_of(texts, &centred(&points), said, wanted)
}

/// The same by what each passage means: `points` are of length 1, or zeros for what means nothing, in the order of the texts.
pub fn themes_of<const N: usize>(texts: &[&str], points: &[[f32; N]], said: &[&str], wanted: Wanted) -> Themes {
    let told: Vec<usize> = (0..points.len()).filter(|at| points.get(*at).is_some_and(|p| p.iter().any(|f| *f != 0.0))).collect();
    let speaking: Vec<[f32; N]> = told.iter().filter_map(|at| points.get(*at)).copied().collect();
    let clusters = cluster(&speaking, wanted.clusters.unwrap_or_else(|| bearable(speaking.len(), wanted.least)), wanted.seed);
    let clusters = if wanted.clusters.is_some() { clusters } else { merged(&speaking, &clusters, wanted.same) };
    let mut members: Vec<Vec<(f32, usize)>> = vec![Vec::new(); clusters.centres.len()];
    for ((at, of), near) in told.iter().zip(&clusters.of).zip(&clusters.nearness) {
        if let Some(members) = members.get_mut(*of).filter(|_| *near >= wanted.nearness) {
            members.push((*near, *at));
        }
    }
    members.retain(|members| members.len() >= wanted.least.max(1));
    for members in &mut members {
        members.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    }
    members.sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.first().map(|m| m.1).cmp(&b.first().map(|m| m.1))));
    let words = |members: &Vec<(f32, usize)>| members.iter().filter_map(|(_, at)| texts.get(*at).copied()).collect();
    let names = names(&members.iter().map(words).collect::<Vec<_>>(), said);
    let themes: Vec<Theme> = members
        .into_iter()
        .zip(names)
        .map(|(members, words)| Theme {
            words,
            tightness: members.iter().map(|(near, _)| near).sum::<f32>() / members.len() as f32,
            passages: members.into_iter().map(|(_, at)| at).collect(),
        })
        .collect();
    let mut free = vec![true; texts.len()];
    for at in themes.iter().flat_map(|theme| &theme.passages) {
        if let Some(free) = free.get_mut(*at) {
            *free = false;
        }
    }
    Themes { rest: (0..texts.len()).filter(|at| free.get(*at) == Some(&true)).collect(), themes }
}

/// How many clusters so many passages bear: enough that what is rare stands by itself, few enough to be looked at.
fn bearable(passages: usize, least: usize) -> usize {
    let by_size = ((passages as f32).sqrt() * 0.8).ceil() as usize;
    by_size.clamp(1, 80).min((passages / least.max(1)).max(1))
}

/// Clusters whose middles are nearly the same become one; every passage then goes to the nearest middle.
fn merged<const N: usize>(points: &[[f32; N]], clusters: &Clusters<N>, same: f32) -> Clusters<N> {
    let mut centres: Vec<([f32; N], usize)> = clusters.centres.iter().map(|centre| (*centre, 0)).collect();
    for of in &clusters.of {
        if let Some((_, size)) = centres.get_mut(*of) {
            *size += 1;
        }
    }
    let found = centres.len();
    loop {
        let mut best = (same, None);
        for (at, (a, _)) in centres.iter().enumerate() {
            for (other, (b, _)) in centres.iter().enumerate().skip(at + 1) {
                let near = dot(a, b);
                if near > best.0 {
                    best = (near, Some((at, other)));
                }
            }
        }
        let Some((at, other)) = best.1 else { break };
        let (gone, size) = centres.remove(other);
        if let Some((kept, own)) = centres.get_mut(at) {
            let mut sum = [0.0; N];
            for ((sum, a), b) in sum.iter_mut().zip(kept.iter()).zip(&gone) {
                *sum = a * *own as f32 + b * size as f32;
            }
            *kept = normed(&sum).unwrap_or(*kept);
            *own += size;
        }
    }
    let centres: Vec<[f32; N]> = centres.into_iter().map(|(centre, _)| centre).collect();
    if centres.len() == found {
        return clusters.clone();
    }
    let (of, nearness) = nearest_of(&centres, points);
    Clusters { centres, of, nearness }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_say_again_and_again_becomes_a_theme_and_the_rest_stays_the_rest() {
        let things = ["suitcase", "luggage", "bag", "backpack", "bags", "suitcases"];
        let meals = ["soup", "sandwich", "meal", "lunch", "dinner", "food"];
        let mut texts: Vec<String> = things.iter().map(|thing| format!("you lost my {thing} at the airport")).collect();
        texts.extend(meals.iter().map(|meal| format!("the {meal} was cold and tasted awful")));
        texts.push("my grandmother plays chess".to_owned());
        texts.push("@nobody https://x.org".to_owned());
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        let found = themes(&texts, &[], Wanted { clusters: Some(2), ..Wanted::default() });
        assert_eq!(found.themes.len(), 2, "{found:?}");
        assert!(found.rest.contains(&13));
        let all: usize = found.themes.iter().map(|theme| theme.passages.len()).sum();
        assert_eq!(all + found.rest.len(), texts.len());
        assert!(found.themes.iter().all(|theme| !theme.words.is_empty() && theme.passages.len() >= 5), "{found:?}");
        assert_eq!(themes(&texts, &[], Wanted { clusters: Some(2), ..Wanted::default() }), found);
        assert_eq!(themes(&[], &[], Wanted::default()), Themes::default());
    }
}
