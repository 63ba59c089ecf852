//! Suggestions by grammar: what phrases alone miss ("Add …", "it would be really helpful if …", "there should be …").

use std::ops::Range;
use std::sync::OnceLock;

use heard_domain::reading::Span;

use crate::phrase::listed;
use crate::token::{Hashes, Kind, Tokens, hash};

/// Verbs that, at the head of a sentence, ask for a change; "give me" and "fix" do not, they complain.
const HEADS: &str = "add, allow, enable, provide, support, implement, introduce, include, extend, integrate, consider, offer, expose, \
increase, improve, simplify, reduce, replace, make, create, show, let, use, try, put, bring, open, publish, unlock, expand, build";
/// These may stand before the verb.
const BEFORE_HEAD: &str =
    "please, pls, plz, just, also, or, and, so, but, at, least, then, maybe, perhaps, kindly, instead, better, to";
/// "Would be …": what makes it a wish.
const WISHED: &str = "nice, great, good, better, best, awesome, cool, helpful, useful, handy, ideal, perfect, fantastic, amazing, easier, \
easy, neat, lovely, excellent, wonderful, beneficial, convenient, benefit, improvement, addition, godsend, plus, interesting, appreciated, \
natural, preferable, wise, sensible, idea";
/// "Should …" of these is no wish but a reproach or a question.
const NOT_AFTER_SHOULD: &str = "have, i, we, not, never, be, of, been, know, he, she, you, they, it";
/// "Should be …" is a wish only of these; "should be ashamed" is none.
const SHOULD_BE: &str = "able, possible, allowed, available, easier, a, an, some, more, given, included, added, provided, made, supported, optional, \
integrated, shown, changed, extended, improved";
/// How many words may stand between "would be" and what is wished: "really very".
const GAP: usize = 3;

/// The lists, ready to be looked up.
struct Lists {
    heads: Hashes,
    before_head: Hashes,
    wished: Hashes,
    not_after_should: Hashes,
    should_be: Hashes,
}

fn lists() -> &'static Lists {
    static READY: OnceLock<Lists> = OnceLock::new();
    let set = |list| listed(list).map(|word| hash(word.as_bytes())).collect();
    READY.get_or_init(|| Lists {
        heads: set(HEADS),
        before_head: set(BEFORE_HEAD),
        wished: set(WISHED),
        not_after_should: set(NOT_AFTER_SHOULD),
        should_be: set(SHOULD_BE),
    })
}

fn among(list: &Hashes, word: &str) -> bool {
    list.contains(&hash(word.as_bytes()))
}

/// The words by which a stretch of tokens suggests something.
pub fn suggestions(tokens: &Tokens, range: &Range<usize>) -> Vec<Span> {
    let mut found = Vec::new();
    let word = |at: usize| if range.contains(&at) { tokens.norm(at) } else { "" };
    if let Some(head) = head(tokens, range) {
        found.push(tokens.span(&(head..head + 1)));
    }
    for at in range.clone() {
        let wished = |from: usize| (from..from + GAP).find(|at| among(&lists().wished, word(*at)));
        match word(at) {
            "would" | "could" | "might" | "will" if word(at + 1) == "be" => {
                // "Would be great" is a wish; "they said it would be great" is none.
                let said = at >= 2 && matches!(word(at - 2), "said" | "thought" | "told" | "think" | "knew" | "promised");
                if let Some(end) = wished(at + 2).filter(|_| !said && word(at) != "will") {
                    found.push(tokens.span(&(at..end + 1)));
                }
            }
            "it'd" | "that'd" if word(at + 1) == "be" => {
                if let Some(end) = wished(at + 2) {
                    found.push(tokens.span(&(at..end + 1)));
                }
            }
            "should" | "must" | "ought" => {
                let next = word(at + 1);
                let verb = !next.is_empty() && !among(&lists().not_after_should, next);
                let be = next == "be"
                    && (among(&lists().should_be, word(at + 2)) || at.checked_sub(1).is_some_and(|b| word(b) == "there"));
                if (verb && word(at) == "should") || be {
                    found.push(tokens.span(&(at..at + if be { 3 } else { 2 }.min(range.end - at))));
                }
            }
            _ => {}
        }
    }
    found
}

/// The verb at the head of the stretch that asks for a change.
fn head(tokens: &Tokens, range: &Range<usize>) -> Option<usize> {
    let mut at = range.start;
    while at < range.end
        && (among(&lists().before_head, tokens.norm(at)) || tokens.get(at).is_some_and(|t| matches!(t.kind, Kind::Mark(..))))
    {
        at += 1;
    }
    let next = if at + 1 < range.end { tokens.norm(at + 1) } else { "" };
    let asks = at < range.end && among(&lists().heads, tokens.norm(at)) && !next.is_empty();
    // "Let me know", "make sure", "make my day", "use it every day", "try again" and "offer accepted" ask for no change.
    let idle = matches!(
        (tokens.norm(at), next),
        ("let" | "show", "me")
            | ("make", "sure" | "my" | "me")
            | ("try", "again" | "to" | "it" | "this")
            | ("use", "it" | "this" | "for")
            | ("support" | "offer" | "use", "is" | "was" | "has" | "answered" | "told" | "said" | "team" | "accepted" | "staff")
    );
    (asks && !idle).then_some(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<&str> {
        let tokens = Tokens::of(text);
        suggestions(&tokens, &(0..tokens.len())).into_iter().filter_map(|span| span.of(text)).collect()
    }

    #[test]
    fn wishes_commands_and_duties_are_suggestions() {
        assert_eq!(found("It would be really very helpful to sort by date"), ["would be really very helpful"]);
        assert_eq!(found("Please also add a dark mode"), ["add"]);
        assert_eq!(found("There should be a way to undo"), ["should be a"]);
        assert_eq!(found("The app should remember my seat"), ["should remember"]);
    }

    #[test]
    fn reproaches_thanks_and_stories_are_not() {
        for text in [
            "You should be ashamed",
            "I should have stayed home",
            "They said it would be great",
            "Let me know",
            "Support was great",
            "I use it every day",
            "Give me my money back",
        ] {
            assert!(found(text).is_empty(), "{text}");
        }
    }
}
