//! Evidence: the few words that a label rests on, joined to phrases that make sense when they are underlined.

use std::ops::Range;

use heard_domain::reading::Span;

use crate::lexicon::lexicon;
use crate::token::{Kind, Tokens};
use crate::words::is_common_form;

/// At most this many phrases per label: underlining everything shows nothing.
const MOST: usize = 3;
/// A phrase has at most this many words.
const LONGEST: usize = 6;
/// A word starts a phrase if it adds at least this share of what the strongest word adds.
const STARTS: f32 = 0.45;
/// A neighbour joins it from this share on.
const JOINS: f32 = 0.18;

/// What a token may do in a phrase.
#[derive(Debug, Clone, Copy, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is another thing that a word may do")]
pub struct Role {
    /// Carries meaning.
    speaks: bool,
    /// Turns what follows into its opposite.
    turns: bool,
    /// Strengthens what follows, or weakens it.
    strengthens: bool,
    /// Says something by itself.
    telling: bool,
}

/// The roles of the tokens of a range: the same for every label, so they are looked up once.
pub fn roles(tokens: &Tokens, range: &Range<usize>) -> Vec<Role> {
    let role = |at: usize| {
        let Some(token) = tokens.get(at) else { return Role::default() };
        let norm = tokens.norm(at);
        let known = lexicon().entry(token.hash);
        let turns = known.negates || norm.ends_with("n't");
        // "10/10" is a verdict, any other number only a figure.
        let figure = token.kind == Kind::Number && !norm.contains('/');
        let telling = turns || !figure && !is_common_form(token.hash);
        Role { speaks: token.speaks(), turns, strengthens: known.boost != 0.0, telling }
    };
    range.clone().map(role).collect()
}

/// The phrases that add most, in the order of the text. `roles` are those of the range; `adds` holds what each token of it adds
/// to the label.
pub fn phrases(tokens: &Tokens, range: &Range<usize>, roles: &[Role], adds: &[f32]) -> Vec<Span> {
    let start = range.start;
    let add = |at: usize| at.checked_sub(start).and_then(|i| adds.get(i)).copied().unwrap_or(0.0);
    let role = |at: usize| at.checked_sub(start).and_then(|i| roles.get(i)).copied().unwrap_or_default();
    let speaks = |at: usize| role(at).speaks;
    let turns = |at: usize| role(at).turns;
    let strengthens = |at: usize| role(at).strengthens;
    let telling = |at: usize| role(at).telling;

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
        // "Thank" alone would look cut off.
        if tokens.norm(last) == "thank" && range.contains(&(last + 1)) && tokens.norm(last + 1) == "you" {
            last += 1;
        }
        // A lone negation says nothing without what it negates.
        if first == last && turns(first) && speaks(first + 1) {
            last = if telling(first + 1) || !speaks(first + 2) { first + 1 } else { first + 2 };
        }
        let room = found.len() < MOST;
        let near = found.iter_mut().find(|p| {
            let gap = if p.start > last { p.start - last - 1 } else { first.saturating_sub(p.end) };
            let between = if p.start > last { last + 1 } else { p.end };
            (between..between + gap).all(|at| speaks(at) && (gap == 1 || !telling(at))) && gap <= 3
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

#[cfg(test)]
mod tests {
    use super::*;

    /// The phrases of a text where the given words add what stands beside them and all others nothing.
    fn found<'a>(text: &'a str, adds: &[(&str, f32)]) -> Vec<&'a str> {
        let tokens = Tokens::of(text);
        let all = 0..tokens.len();
        let adds: Vec<f32> =
            all.clone().map(|at| adds.iter().find(|(word, _)| *word == tokens.norm(at)).map_or(0.0, |(_, add)| *add)).collect();
        phrases(&tokens, &all, &roles(&tokens, &all), &adds).into_iter().filter_map(|span| span.of(text)).collect()
    }

    #[test]
    fn words_are_joined_to_phrases_that_make_sense() {
        assert_eq!(found("the bus never arrives", &[("never", 0.4), ("arrives", 1.0)]), ["never arrives"]);
        assert_eq!(found("it is not a good place", &[("good", 1.0)]), ["not a good"]);
        assert_eq!(found("a very bad day", &[("bad", 1.0)]), ["very bad"]);
        assert_eq!(found("it has already expired", &[("already", 0.5), ("expired", 1.0)]), ["already expired"]);
        assert_eq!(found("thank you all", &[("thank", 1.0)]), ["thank you"]);
    }

    #[test]
    fn no_single_common_word_and_no_figure_is_evidence() {
        assert!(found("it is what it is", &[("what", 1.0)]).is_empty());
        assert_eq!(found("2069 broken seats", &[("0000", 1.0), ("broken", 0.6)]), ["broken"]);
        assert!(found("2069 to 3750", &[("0000", 1.0)]).is_empty());
    }

    #[test]
    fn at_most_three_phrases() {
        let text = "bad food, rude crew, dirty seat, late bus, broken door";
        let adds = [("bad", 1.0), ("rude", 1.0), ("dirty", 1.0), ("late", 1.0), ("broken", 1.0)];
        assert_eq!(found(text, &adds).len(), MOST);
    }
}
