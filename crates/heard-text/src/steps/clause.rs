//! Splits the verbatim into passages: at the end of sentences and where a contrast turns, nowhere else, so that opinion
//! words stay with what they are about.

use std::ops::Range;

use heard_domain::reading::{Passage, Polarity};

use crate::encoder::Encoded;
use crate::evidence::roles;
use crate::model::{OUTPUTS, Scores};
use crate::step::{Clause, Draft, Step, Tools};
use crate::token::{Kind, Token, Tokens};

/// The step.
pub const STEP: Step = Step { name: "clause", run };

/// More passages than this are read together: nobody reads them one by one.
const MOST: usize = 64;
/// A contrast splits only where at least this many words stand on both sides.
const SHORTEST: usize = 2;

/// What a passage weighs that takes no side at all, beside 1 for taking one for certain.
const FLAT: f32 = 0.25;

/// Whether a word turns a sentence.
fn turns(norm: &str) -> bool {
    matches!(norm, "yet" | "but" | "however" | "although" | "though" | "whereas" | "nevertheless" | "nonetheless")
}

/// "all but", "nothing but", "as though", "not only … but also" are no contrast.
const NOT_AFTER: &[&str] = &["all", "nothing", "anything", "everything", "as", "last"];
const NOT_BEFORE: &[&str] = &["also"];
/// A name follows, so a capital behind them ends nothing.
const TITLES: &[&str] =
    &["mr", "mrs", "ms", "dr", "prof", "st", "sgt", "capt", "lt", "gen", "rev", "hon", "vs", "fr", "sr", "jr"];
/// These end a sentence only where a capital follows.
const ABBREVIATIONS: &[&str] = &[
    "approx", "inc", "ltd", "etc", "co", "corp", "dept", "est", "fig", "hr", "hrs", "min", "mins", "sec", "secs", "tel", "ext",
    "ave", "blvd", "rd", "apt", "incl", "excl", "max", "temp", "ref", "resp", "jan", "feb", "mar", "apr", "jun", "jul", "aug",
    "sep", "sept", "oct", "nov", "dec", "mon", "tue", "wed", "thu", "fri", "sat", "sun", "misc", "qty", "avg", "govt", "intl",
];
/// These are abbreviations only where a number follows: "No. 5".
const BEFORE_NUMBERS: &[&str] = &["no", "nr", "art", "pp", "vol", "ch"];

fn run(_: &Tools<'_>, draft: &mut Draft<'_>) {
    let tokens = &draft.tokens;
    let mut stretches = Vec::new();
    for sentence in sentences(tokens) {
        contrasts(tokens, sentence, &mut stretches);
    }
    let speaking = tokens.all().iter().enumerate();
    let counts: Vec<usize> = speaking
        .scan(0, |count, (_, token)| {
            *count += usize::from(matches!(token.kind, Kind::Word | Kind::Face) && !is_tag(draft.text, token));
            Some(*count)
        })
        .collect();
    let words = |range: &Range<usize>| {
        let until = |at: usize| at.checked_sub(1).and_then(|at| counts.get(at)).copied().unwrap_or(0);
        until(range.end) - until(range.start)
    };
    let stretches = join_wordless(stretches, words);
    let together = stretches.len().div_ceil(MOST).max(1);
    draft.clauses = stretches
        .chunks(together)
        .filter_map(|chunk| Some(chunk.first()?.start..chunk.last()?.end))
        .filter(|range| words(range) > 0 || tokens.all().get(range.clone()).is_some_and(|t| t.iter().any(Token::speaks)))
        .map(|range| clause(tokens, range))
        .collect();
}

/// Whether the word stands behind a hash sign: a row of tags is no sentence of its own.
fn is_tag(text: &str, token: &Token) -> bool {
    (token.span.start as usize).checked_sub(1).is_some_and(|before| text.as_bytes().get(before) == Some(&b'#'))
}

fn clause(tokens: &Tokens, mut range: Range<usize>) -> Clause {
    // Handles and links around a passage are an address, not what is said.
    let address = |at: usize| tokens.get(at).is_some_and(|t| matches!(t.kind, Kind::Handle | Kind::Link));
    let dropped =
        |at: usize| address(at) || tokens.get(at).is_some_and(|t| matches!(t.kind, Kind::Mark(',' | ';' | ':' | '.' | '-', _)));
    while range.len() > 1 && dropped(range.start) {
        range.start += 1;
    }
    while range.len() > 1 && address(range.end - 1) {
        range.end -= 1;
    }
    let passage = Passage {
        span: tokens.span(&range),
        weight: 0.0,
        sentiment: None,
        emotion: None,
        feelings: Vec::new(),
        stage: None,
        categories: Vec::new(),
        intents: Vec::new(),
    };
    let roles = roles(tokens, &range);
    Clause { tokens: range, passage, roles, encoded: Encoded::default(), scores: Scores::default(), outputs: [0.0; OUTPUTS] }
}

/// "Mr.", "approx." and the letters of "U.S.", but not the "I" in "as tall as I."
fn abbreviates(before: &str, next: Option<&Token>) -> bool {
    TITLES.contains(&before)
        || (before.len() == 1 && before != "i" && before != "0")
        || (ABBREVIATIONS.contains(&before) && next.is_some_and(|n| !n.capital))
        || (BEFORE_NUMBERS.contains(&before) && next.is_some_and(|n| n.kind == Kind::Number))
}

fn sentences(tokens: &Tokens) -> Vec<Range<usize>> {
    let all = tokens.all();
    let mut sentences = Vec::new();
    let mut start = 0;
    // A sentence has ended, but marks and faces that belong to it may follow.
    let mut ended = false;
    for (at, token) in all.iter().enumerate() {
        let next = all.get(at + 1);
        let small = next.is_some_and(|n| n.kind == Kind::Word && !n.capital);
        ended = match token.kind {
            Kind::Mark('!' | '?' | '。' | '！' | '？', _) => true,
            // "I waited… and waited" goes on.
            Kind::Mark('…', _) => !small,
            Kind::Mark('.', count) => {
                let before = at.checked_sub(1).map_or("", |before| tokens.norm(before));
                let apart = next.is_none_or(|n| n.spaced || n.capital);
                // "1." at the head of a line counts, and ends nothing.
                let counts = at == start + 1 && all.get(start).is_some_and(|t| t.kind == Kind::Number);
                let plain = count == 1 && (!abbreviates(before, next) || next.is_none_or(|n| n.new_line)) && !counts;
                apart && (plain || (count > 1 && !small))
            }
            // A face closes a sentence only where a new one begins after it.
            Kind::Face => ended || next.is_some_and(|n| n.capital && n.spaced && n.kind == Kind::Word && !n.capitals),
            Kind::Mark('"' | ')' | '”' | '\'' | '’' | '»', _) => ended,
            _ => false,
        };
        // Marks and faces that follow ("?!", "!! :)") belong to the sentence they close.
        let more = next.is_some_and(|n| {
            matches!(n.kind, Kind::Face | Kind::Mark('!' | '?' | '.' | '…' | '"' | ')' | '”' | '»', _)) && !n.new_line
        });
        // `"No way!" and left`: what was quoted ended, the sentence goes on.
        let quoted = ended && small && matches!(token.kind, Kind::Mark('"' | ')' | '”' | '\'' | '’' | '»', _));
        if (ended && !more && !quoted) || next.is_some_and(|n| n.new_line) {
            sentences.push(start..at + 1);
            start = at + 1;
            ended = false;
        }
    }
    if start < all.len() {
        sentences.push(start..all.len());
    }
    sentences
}

fn contrasts(tokens: &Tokens, sentence: Range<usize>, out: &mut Vec<Range<usize>>) {
    let speaks = |range: Range<usize>| {
        tokens.all().get(range).map_or(0, |t| t.iter().filter(|t| matches!(t.kind, Kind::Word | Kind::Number)).count())
    };
    let mut start = sentence.start;
    let mut leading = false;
    for at in sentence.clone() {
        let norm = tokens.norm(at);
        let turn = if turns(norm) {
            let before = at.checked_sub(1).map_or("", |before| tokens.norm(before));
            let opens = speaks(start..at) == 0;
            leading |= opens && matches!(norm, "although" | "though" | "whereas");
            let idle = NOT_AFTER.contains(&before) || NOT_BEFORE.contains(&tokens.norm(at + 1));
            let even = before == "even";
            let end = at + 1;
            let idle = idle || (norm == "yet" && !at.checked_sub(1).and_then(|b| tokens.get(b)).is_some_and(|t| t.is_mark(',')));
            (!opens && !idle && speaks(end..sentence.end) >= SHORTEST).then_some(at - usize::from(even))
        } else if leading && tokens.get(at).is_some_and(|t| t.is_mark(',')) {
            // "Although the crew was friendly, the seat was broken": the turn is at the comma.
            leading = false;
            (speaks(at + 1..sentence.end) >= SHORTEST).then_some(at + 1)
        } else {
            None
        };
        if let Some(turn) = turn
            && turn > start
            && speaks(start..turn) >= SHORTEST
        {
            out.push(start..turn);
            start = turn;
        }
    }
    if start < sentence.end {
        out.push(start..sentence.end);
    }
}

/// A stretch without a word ("...", "12.", "@united", "#fail") goes to the one before, or to the one after if it is the first.
fn join_wordless(stretches: Vec<Range<usize>>, words: impl Fn(&Range<usize>) -> usize) -> Vec<Range<usize>> {
    let mut joined: Vec<Range<usize>> = Vec::with_capacity(stretches.len());
    for stretch in stretches {
        match joined.last_mut() {
            Some(last) if words(&stretch) == 0 || words(last) == 0 => last.end = stretch.end,
            _ => joined.push(stretch),
        }
    }
    joined
}

/// Gives each passage its weight: long and one-sided passages weigh most; all sum to 1.
pub fn weigh(clauses: &mut [Clause]) {
    let weight = |clause: &Clause| {
        let one_sided = clause.passage.sentiment.as_ref().map_or(0.0, |s| match s.polarity {
            Polarity::Neutral => 1.0 - s.confidence,
            Polarity::Negative | Polarity::Positive => s.confidence,
        });
        (clause.tokens.len() as f32).sqrt() * (FLAT + one_sided)
    };
    let total: f32 = clauses.iter().map(weight).sum();
    for clause in clauses {
        clause.passage.weight = weight(clause) / total.max(f32::MIN_POSITIVE);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn passages(text: &str) -> Vec<&str> {
        let tokens = Tokens::of(text);
        let mut stretches = Vec::new();
        for sentence in sentences(&tokens) {
            contrasts(&tokens, sentence, &mut stretches);
        }
        stretches.into_iter().filter_map(|range| clause(&tokens, range).passage.span.of(text)).collect()
    }

    #[test]
    fn sentences_end_at_their_marks_and_not_at_abbreviations_or_figures() {
        assert_eq!(passages("Late again!! Why?"), ["Late again!!", "Why?"]);
        assert_eq!(
            passages("Mr. Smith of the U.S. office paid 3.50 at 12.30."),
            ["Mr. Smith of the U.S. office paid 3.50 at 12.30."]
        );
        assert_eq!(passages("first line\nsecond line"), ["first line", "second line"]);
        assert_eq!(passages("Late again :( Never more"), ["Late again :(", "Never more"]);
    }

    #[test]
    fn abbreviations_lists_quotes_and_ellipses_do_not_tear_a_sentence() {
        for whole in [
            "Delivery took approx. two weeks",
            "open from 9 a.m. to 5 p.m. every day",
            "We met Dr. Jones at No. 5",
            "I waited... and waited… and nobody came",
            "see https://example.org/a.b?c=d! for more",
            "version 2.5.1 costs 3.50",
            "He shouted \"No way!\" and left",
            "e.g. the seats",
        ] {
            assert_eq!(passages(whole), [whole]);
        }
        assert_eq!(passages("Was it good? No. We left."), ["Was it good?", "No.", "We left."]);
        assert_eq!(passages("1. Fast delivery\n2. Rude staff"), ["1. Fast delivery", "2. Rude staff"]);
        assert_eq!(passages("- clean\n- quiet rooms"), ["clean", "quiet rooms"]);
        assert_eq!(passages("She said \"Great!\" We left."), ["She said \"Great!\"", "We left."]);
        assert_eq!(passages("Loved it 😍😍 Will come back"), ["Loved it 😍😍", "Will come back"]);
        assert_eq!(passages("good food, yet so slow that we left"), ["good food,", "yet so slow that we left"]);
        assert_eq!(passages("not here yet and late"), ["not here yet and late"]);
    }

    #[test]
    fn a_contrast_splits_and_what_only_looks_like_one_does_not() {
        assert_eq!(passages("nice crew but the food was cold"), ["nice crew", "but the food was cold"]);
        assert_eq!(passages("Although we were late, they waited for us"), ["Although we were late,", "they waited for us"]);
        assert_eq!(passages("the seat was fine, even though it was old"), ["the seat was fine,", "even though it was old"]);
        for whole in [
            "nothing but trouble with you",
            "not only late but also dirty",
            "they acted as though we were guests",
            "but why though",
        ] {
            assert_eq!(passages(whole), [whole]);
        }
    }

    #[test]
    fn a_list_is_no_contrast() {
        let text = "clean, quick, friendly and not too expensive";
        assert_eq!(passages(text), [text]);
    }
}
