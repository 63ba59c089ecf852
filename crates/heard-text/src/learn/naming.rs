//! Names of themes: the words that set one apart from all others by class-based TF-IDF (Grootendorst 2022): how often a
//! word stands in the theme, times ln(1 + mean words per theme / how often it stands anywhere).

use std::collections::BTreeMap;

use crate::token::{Kind, Tokens};
use crate::words::is_common;

/// A name has at most this many words.
const MOST: usize = 4;
/// A word or pair in the name stands in at least this share of the theme's passages, and in at least two.
const LEAST_SHARE: f32 = 0.04;

/// What stands in the passages of one theme.
#[derive(Debug, Default)]
struct Words {
    /// By stem: how often, and the forms it has.
    single: BTreeMap<u64, Form>,
    /// Pairs of words that stand side by side.
    pairs: BTreeMap<(u64, u64), u32>,
    total: f32,
}

#[derive(Debug, Default)]
struct Form {
    count: u32,
    written: BTreeMap<String, u32>,
}

impl Form {
    /// The form most passages use; the shortest and first of equals.
    fn commonest(&self) -> &str {
        let best = self.written.iter().max_by(|a, b| a.1.cmp(b.1).then(b.0.len().cmp(&a.0.len())).then(b.0.cmp(a.0)));
        best.map_or("", |(form, _)| form)
    }
}

fn count(texts: &[&str]) -> Words {
    let mut words = Words::default();
    for text in texts {
        let tokens = Tokens::of(text);
        let mut before = None;
        for (at, token) in tokens.all().iter().enumerate() {
            let norm = tokens.norm(at);
            let tells = token.kind == Kind::Word && norm.chars().count() > 2 && !is_common(norm);
            if !tells {
                // "top-up" and "money back" are pairs, "bag of the crew" is none.
                before = None;
                continue;
            }
            let form = words.single.entry(token.stem).or_default();
            form.count += 1;
            *form.written.entry(norm.to_owned()).or_default() += 1;
            words.total += 1.0;
            if let Some(before) = before.replace(token.stem) {
                *words.pairs.entry((before, token.stem)).or_default() += 1;
            }
        }
    }
    words
}

/// The telling words of each theme, strongest first, at most four; a pair of words is one entry. Empty if there is none.
pub fn names(themes: &[Vec<&str>]) -> Vec<Vec<String>> {
    let counted: Vec<Words> = themes.iter().map(|texts| count(texts)).collect();
    let mut single: BTreeMap<u64, f32> = BTreeMap::new();
    let mut pairs: BTreeMap<(u64, u64), f32> = BTreeMap::new();
    for words in &counted {
        for (stem, form) in &words.single {
            *single.entry(*stem).or_default() += form.count as f32;
        }
        for (pair, n) in &words.pairs {
            *pairs.entry(*pair).or_default() += *n as f32;
        }
    }
    let mean = counted.iter().map(|words| words.total).sum::<f32>() / (counted.len() as f32).max(1.0);
    let weight = |count: u32, anywhere: f32| count as f32 * (1.0 + mean / anywhere.max(1.0)).ln();
    let name = |(words, texts): (&Words, &Vec<&str>)| {
        let least = (texts.len() as f32 * LEAST_SHARE).max(if texts.len() > 3 { 2.0 } else { 1.0 });
        let mut found: Vec<(f32, Vec<u64>)> = Vec::new();
        for (stem, form) in words.single.iter().filter(|(_, form)| form.count as f32 >= least) {
            found.push((weight(form.count, single.get(stem).copied().unwrap_or(0.0)), vec![*stem]));
        }
        for (pair, n) in words.pairs.iter().filter(|(_, n)| **n as f32 >= least) {
            // A pair says more than its parts.
            found.push((1.5 * weight(*n, pairs.get(pair).copied().unwrap_or(0.0)), vec![pair.0, pair.1]));
        }
        found.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
        let (mut used, mut name, mut length) = (Vec::new(), Vec::new(), 0);
        let strongest = found.first().map_or(0.0, |(weight, _)| *weight);
        for (weight, stems) in found {
            let new = stems.iter().all(|stem| !used.contains(stem));
            if new && length + stems.len() <= MOST && weight >= strongest * 0.2 {
                let forms = stems.iter().filter_map(|stem| words.single.get(stem)).map(Form::commonest);
                name.push(forms.collect::<Vec<_>>().join(" "));
                length += stems.len();
                used.extend(stems);
            }
        }
        name
    };
    counted.iter().zip(themes).map(name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_what_sets_a_theme_apart() {
        let luggage = vec!["my lost bag", "they lost my bags again", "the bag is lost", "the flight lost a bag"];
        let food = vec!["the cold food on the flight", "cold food again", "our food was cold", "no food at all"];
        let names = names(&[luggage, food, vec!["", "the of"]]);
        assert_eq!((names[0][0].as_str(), names[2].len()), ("bag", 0), "{names:?}");
        assert!(names[1].iter().any(|word| word == "cold food" || word == "food"), "{names:?}");
        assert!(names.iter().flatten().all(|word| !word.contains("flight")), "{names:?}");
    }
}
