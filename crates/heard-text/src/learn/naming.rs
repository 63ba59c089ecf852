//! Names of themes: the words that set one apart by class-based TF-IDF (Grootendorst 2022): in how many passages of the theme a word stands,
//! times ln(1 + mean words per theme / how often it stands anywhere: in all themes and in what else was said). The same sentence sent again
//! and again is one passage here: it would name a theme by itself.

use std::collections::{BTreeMap, BTreeSet};

use crate::token::{Kind, Tokens};
use crate::words::is_common;

/// A name has at most this many words.
const MOST: usize = 4;
/// A word or pair in the name stands in at least this share of the theme's passages, and in at least two.
const LEAST_SHARE: f32 = 0.06;

/// What stands in the passages of one theme.
#[derive(Debug, Default)]
struct Words {
    /// By stem: in how many passages, and the forms it has.
    single: BTreeMap<u64, Form>,
    /// Pairs of words that stand side by side: in how many passages.
    pairs: BTreeMap<(u64, u64), u32>,
    total: f32,
    /// Different passages.
    passages: u32,
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
    for text in texts.iter().collect::<BTreeSet<_>>() {
        words.passages += 1;
        let tokens = Tokens::of(text);
        let (mut before, mut single, mut pairs) = (None, BTreeMap::new(), BTreeSet::new());
        for (at, token) in tokens.all().iter().enumerate() {
            let norm = tokens.norm(at);
            let tells = token.kind == Kind::Word && norm.chars().count() > 2 && !is_common(norm);
            if !tells {
                // "top-up" and "money back" are pairs, "bag of the crew" is none.
                before = None;
                continue;
            }
            single.entry(token.stem).or_insert(norm);
            pairs.extend(before.replace(token.stem).map(|before| (before, token.stem)));
        }
        words.total += single.len() as f32;
        for (stem, norm) in single {
            let form = words.single.entry(stem).or_default();
            form.count += 1;
            *form.written.entry(norm.to_owned()).or_default() += 1;
        }
        for pair in pairs {
            *words.pairs.entry(pair).or_default() += 1;
        }
    }
    words
}

/// The telling words of each theme, strongest first, at most four; a pair of words is one entry. Empty if there is none. `beside` is
/// what else was said: words that are common there name nothing.
pub fn names(themes: &[Vec<&str>], beside: &[&str]) -> Vec<Vec<String>> {
    let counted: Vec<Words> = themes.iter().map(|texts| count(texts)).collect();
    let beside = count(beside);
    let mut single: BTreeMap<u64, f32> = BTreeMap::new();
    let mut pairs: BTreeMap<(u64, u64), f32> = BTreeMap::new();
    for words in counted.iter().chain([&beside]) {
        for (stem, form) in &words.single {
            *single.entry(*stem).or_default() += form.count as f32;
        }
        for (pair, n) in &words.pairs {
            *pairs.entry(*pair).or_default() += *n as f32;
        }
    }
    let mean = counted.iter().map(|words| words.total).sum::<f32>() / (counted.len() as f32).max(1.0);
    let weight = |count: u32, anywhere: f32| count as f32 * (1.0 + mean / anywhere.max(1.0)).ln();
    let name = |words: &Words| {
        let least = (words.passages as f32 * LEAST_SHARE).max(if words.passages > 3 { 2.0 } else { 1.0 });
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
    counted.iter().map(name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_what_sets_a_theme_apart() {
        let luggage = vec!["my lost bag", "they lost my bags again", "the bag is lost", "the flight lost a bag"];
        let food = vec!["the cold food on the flight", "cold food again", "our food was cold", "no food at all"];
        let said = vec!["the flight was fine", "a flight home", "cold", "cold day", "so cold here", "cold cold cold"];
        let before = names(&[luggage.clone(), food.clone()], &[]);
        let beside = names(&[luggage.clone(), food.clone()], &said);
        let cold = |names: &[Vec<String>]| names[1].iter().position(|word| word == "cold").unwrap_or(9);
        assert!(cold(&beside) >= cold(&before) && beside[1][0].contains("food"), "{before:?} {beside:?}");
        let names = names(&[luggage, food, vec!["", "the of"]], &[]);
        assert_eq!((names[0][0].as_str(), names[2].len()), ("bag", 0), "{names:?}");
        assert!(names[1].iter().any(|word| word == "cold food" || word == "food"), "{names:?}");
        assert!(names.iter().flatten().all(|word| !word.contains("flight")), "{names:?}");
    }
}
