//! Evidence: the few words that a label rests on, joined to phrases that make sense when they are underlined.

use std::ops::Range;

use heard_domain::reading::Span;

use crate::lexicon::lexicon;
use crate::token::{Kind, Tokens};
use crate::words::is_common;

/// At most this many phrases per label: underlining everything shows nothing.
const MOST: usize = 3;
/// A phrase has at most this many words.
const LONGEST: usize = 6;
/// A word starts a phrase if it adds at least this share of what the strongest word adds.
const STARTS: f32 = 0.45;
/// A neighbour joins it from this share on.
const JOINS: f32 = 0.18;

/// The phrases that add most, in the order of the text. `adds` holds what each token of the range adds to the label.
pub fn phrases(tokens: &Tokens, range: &Range<usize>, adds: &[f32]) -> Vec<Span> {
    let start = range.start;
    let add = |at: usize| at.checked_sub(start).and_then(|i| adds.get(i)).copied().unwrap_or(0.0);
    let kind = |at: usize| tokens.get(at).map(|t| t.kind);
    let speaks = |at: usize| range.contains(&at) && matches!(kind(at), Some(Kind::Word | Kind::Number | Kind::Face));
    let turns = |at: usize| tokens.get(at).is_some_and(|t| lexicon().negates(t.hash, tokens.norm(at)));
    let strengthens = |at: usize| tokens.get(at).is_some_and(|t| lexicon().boost(t.hash) != 0.0);
    let telling = |at: usize| !is_common(tokens.norm(at)) || turns(at);

    let mut seeds: Vec<usize> = range.clone().filter(|at| speaks(*at) && add(*at) > 0.0).collect();
    seeds.sort_by(|a, b| add(*b).total_cmp(&add(*a)).then(a.cmp(b)));
    let Some(top) = seeds.iter().find(|at| telling(**at)).map(|at| add(*at)) else { return Vec::new() };
    let joins = |at: usize| speaks(at) && (add(at) >= JOINS * top || turns(at) || strengthens(at));

    let mut found: Vec<Range<usize>> = Vec::new();
    for seed in seeds.into_iter().filter(|at| telling(*at) && add(*at) >= STARTS * top) {
        if found.iter().any(|phrase| phrase.contains(&seed)) {
            continue;
        }
        let (mut first, mut last) = (seed, seed);
        while last - first + 1 < LONGEST && first > range.start && joins(first - 1) {
            first -= 1;
        }
        // "not a good …": a negation reaches over an article.
        if first >= range.start + 2 && !telling(first - 1) && speaks(first - 1) && turns(first - 2) {
            first -= 2;
        }
        while last - first + 1 < LONGEST && joins(last + 1) && add(last + 1) > 0.0 {
            last += 1;
        }
        while first < seed && !telling(first) && !strengthens(first) {
            first += 1;
        }
        while last > seed && !telling(last) {
            last -= 1;
        }
        // A lone negation says nothing without what it negates.
        if first == last && turns(first) && speaks(first + 1) {
            last = if telling(first + 1) || !speaks(first + 2) { first + 1 } else { first + 2 };
        }
        let room = found.len() < MOST;
        let near = found.iter_mut().find(|p| {
            let gap = if p.start > last { p.start - last - 1 } else { first.saturating_sub(p.end) };
            let between = if p.start > last { last + 1 } else { p.end };
            (between..between + gap).all(|at| speaks(at) && (gap == 1 || !telling(at) || matches!(kind(at), Some(Kind::Number))))
                && gap <= 3
        });
        match near {
            Some(phrase) if phrase.len() + (last - first) < LONGEST + 2 => {
                *phrase = phrase.start.min(first)..phrase.end.max(last + 1);
            }
            _ if room => found.push(first..last + 1),
            _ => {}
        }
    }
    let mut spans: Vec<Span> = found.iter().map(|phrase| tokens.span(phrase)).collect();
    spans.sort_unstable();
    join(spans)
}

/// Joins spans that touch or overlap.
pub fn join(spans: Vec<Span>) -> Vec<Span> {
    let mut joined: Vec<Span> = Vec::with_capacity(spans.len());
    for span in spans {
        match joined.last_mut() {
            Some(last) if span.start <= last.end => last.end = last.end.max(span.end),
            _ => joined.push(span),
        }
    }
    joined
}
