//! Tokens: the one pass over the verbatim that every step shares.
//!
//! Each token keeps its place in the untouched verbatim; beside it stands a normal form (lower case, straight
//! apostrophes, digits as `0`, stretched letters shortened). Handles and links are kept apart, so that nobody takes
//! them for evidence; markup and character references are skipped.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasherDefault, Hasher};
use std::ops::Range;

use heard_domain::reading::Span;

/// A word longer than this many bytes is split: a line of 1 MB without a blank must not cost more than one of prose.
const LONGEST_WORD: usize = 40;

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Letters, with apostrophes inside.
    Word,
    /// Has at least one digit.
    Number,
    /// An emoji or emoticon.
    Face,
    /// A run of one punctuation character: the character and how often.
    Mark(char, u8),
    /// `@name`, or what a publisher masked (`XXXX`): somebody or something, but no evidence.
    Handle,
    /// An address of a page or a mailbox.
    Link,
}

/// One token.
#[derive(Debug, Clone, Copy)]
#[expect(clippy::struct_excessive_bools, reason = "each says another thing about how the word is written")]
pub struct Token {
    /// Where it stands in the verbatim.
    pub span: Span,
    /// What it is.
    pub kind: Kind,
    /// Hash of the normal form.
    pub hash: u64,
    /// Hash of the stem of the normal form.
    pub stem: u64,
    /// Two or more letters, all capitals.
    pub capitals: bool,
    /// First letter is a capital.
    pub capital: bool,
    /// A letter was repeated three times or more.
    pub stretched: bool,
    /// A line ends between the token before and this one.
    pub new_line: bool,
    /// White space stands before it (or the verbatim begins here).
    pub spaced: bool,
    /// The first three bytes of the normal form of a word; 0 if it is shorter.
    pub begins: u32,
    norm: (u32, u32),
}

/// The first three bytes of a normal form as a number; 0 if it is shorter.
pub fn beginning(norm: &[u8]) -> u32 {
    norm.first_chunk().map_or(0, |[a, b, c]| u32::from_le_bytes([*a, *b, *c, 0]))
}

impl Token {
    /// Whether it can carry meaning: a word, number or face.
    pub fn speaks(&self) -> bool {
        matches!(self.kind, Kind::Word | Kind::Number | Kind::Face)
    }

    /// Whether it is this punctuation character, however often.
    pub fn is_mark(&self, mark: char) -> bool {
        matches!(self.kind, Kind::Mark(c, _) if c == mark)
    }
}

/// The tokens of a verbatim.
#[derive(Debug, Default)]
pub struct Tokens {
    items: Vec<Token>,
    norms: String,
}

impl Tokens {
    /// Splits a text.
    pub fn of(text: &str) -> Self {
        let mut tokens = Self { items: Vec::with_capacity(text.len() / 5 + 4), norms: String::with_capacity(text.len() + 16) };
        Scanner { text, at: 0, new_line: false, spaced: true, tokens: &mut tokens, stem: String::new() }.run();
        tokens
    }

    /// How many.
    pub fn len(&self) -> usize {
        self.items.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// All, in order.
    pub fn all(&self) -> &[Token] {
        &self.items
    }

    /// A token.
    pub fn get(&self, index: usize) -> Option<&Token> {
        self.items.get(index)
    }

    /// Its normal form; empty if there is no such token.
    pub fn norm(&self, index: usize) -> &str {
        self.items.get(index).map_or("", |t| self.norms.get(t.norm.0 as usize..t.norm.1 as usize).unwrap_or(""))
    }

    /// From the first to the last of a range of tokens, in bytes of the verbatim.
    pub fn span(&self, range: &Range<usize>) -> Span {
        match (self.items.get(range.start), range.end.checked_sub(1).and_then(|last| self.items.get(last))) {
            (Some(first), Some(last)) if range.start < range.end => Span { start: first.span.start, end: last.span.end },
            _ => Span::new(0, 0),
        }
    }
}

/// A hash that is the same on every machine and in every version: trained weights depend on it.
pub fn hash(bytes: &[u8]) -> u64 {
    let mut h = 0x9e37_79b9_7f4a_7c15_u64 ^ bytes.len() as u64;
    let (whole, rest) = bytes.as_chunks::<8>();
    for chunk in whole {
        h = mix(h, u64::from_le_bytes(*chunk));
    }
    if rest.is_empty() { h } else { mix(h, last(rest)) }
}

/// Up to eight bytes as a number, the first the lowest: read at once from both ends, which overlap where there are fewer.
fn last(bytes: &[u8]) -> u64 {
    if let (Some(first), Some(last)) = (bytes.first_chunk::<4>(), bytes.last_chunk::<4>()) {
        return u64::from(u32::from_le_bytes(*first)) | u64::from(u32::from_le_bytes(*last)) << (8 * (bytes.len() - 4));
    }
    bytes.iter().rev().fold(0_u64, |word, byte| word << 8 | u64::from(*byte))
}

/// Joins two hashes, order mattering.
pub fn mix(a: u64, b: u64) -> u64 {
    let x = (a.rotate_left(23) ^ b).wrapping_mul(0x9fb2_1c65_1e98_df25);
    x ^ x >> 32
}

/// Calls `found` with the hash of every run of three to five letters of a normal form, the edges of the word being letters, too.
pub fn runs_of_letters(norm: &[u8], mut found: impl FnMut(u64)) {
    let mut window: u64 = u64::from(b'<');
    let mut length = 1;
    for byte in norm.iter().chain(b">") {
        window = window << 8 | u64::from(*byte);
        length += 1;
        for (run, mask) in [(3, 0xff_ffff_u64), (4, 0xffff_ffff), (5, 0xff_ffff_ffff)] {
            if length >= run {
                found(mix(run, window & mask));
            }
        }
    }
}

/// A map whose keys are hashes already: hashing them again would take most of the time of looking up.
pub type ByHash<V> = HashMap<u64, V, BuildHasherDefault<AsItIs>>;

/// A set of the same kind.
pub type Hashes = HashSet<u64, BuildHasherDefault<AsItIs>>;

/// Takes a hash as it is.
#[derive(Debug, Default, Clone, Copy)]
pub struct AsItIs(u64);

impl Hasher for AsItIs {
    fn write(&mut self, bytes: &[u8]) {
        self.0 = hash(bytes);
    }

    fn write_u64(&mut self, hashed: u64) {
        self.0 = hashed;
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

/// A light stem: plural, -ed, -ing, a final e and a doubled consonant fall off. It need not be a word, only the same for
/// "cancel", "cancels", "cancelled" and "cancelling".
pub fn stem(norm: &str) -> String {
    let mut word = String::with_capacity(norm.len());
    stem_into(norm, &mut word);
    word
}

/// Whether a word is its own stem for sure, told by its end: most are.
fn is_stem(norm: &str) -> bool {
    match norm.as_bytes() {
        [.., a, b] => !(b"sdge".contains(b) || (norm.len() >= 4 && a == b)),
        _ => true,
    }
}

fn stem_into(norm: &str, word: &mut String) {
    word.clear();
    word.push_str(norm.strip_suffix("'s").unwrap_or(norm));
    if !word.is_ascii() || word.len() < 4 {
        return;
    }
    if word.ends_with("ies") && word.len() > 4 {
        word.truncate(word.len() - 3);
        word.push('y');
    } else if ["sses", "ches", "shes", "xes"].iter().any(|end| word.ends_with(end)) {
        word.truncate(word.len() - 2);
    } else if word.ends_with('s') && !["ss", "us", "is"].iter().any(|end| word.ends_with(end)) {
        word.pop();
    }
    let is_vowel = |b: u8| b"aeiou".contains(&b);
    let vowel_before = |stem: &str| stem.bytes().any(|b| is_vowel(b) || b == b'y');
    for end in ["ing", "ed"] {
        let rest = word.strip_suffix(end).filter(|rest| rest.len() >= 3 && vowel_before(rest)).map(str::len);
        if let Some(length) = rest {
            word.truncate(length);
            // "rated" and "rate", but "sitting" and "sit": a short stem gets its e back.
            if let [a, b, c] = word.as_bytes()
                && !is_vowel(*a)
                && is_vowel(*b)
                && !is_vowel(*c)
                && !b"wxy".contains(c)
            {
                word.push('e');
            }
            break;
        }
    }
    // Not from short words: "site" is not "sit", "fare" not "far".
    if word.len() > 4 && word.ends_with('e') {
        word.pop();
    }
    if let [.., a, b] = word.as_bytes()
        && a == b
        && word.len() > 3
        && b.is_ascii_lowercase()
        && !b"aeious".contains(b)
    {
        word.pop();
    }
}

/// Faces made of punctuation.
const EMOTICONS: &[&str] = &[
    ":'-(", ":'-)", ":')", ":'(", ":-)", ":-(", ":-D", ":-P", ":-/", ":-|", ":-*", ":-O", ";-)", "=-)", "</3", "<3", ":)", ":(",
    ":D", ":P", ":p", ":/", ":|", ":*", ":O", ":o", ":]", ":[", ";)", ";(", "=)", "=(", "=D", "^_^", "-_-", ">:(",
];

fn is_emoji(c: char) -> bool {
    matches!(u32::from(c), 0x2600..=0x27bf | 0x1f300..=0x1f64f | 0x1f680..=0x1f6ff | 0x1f900..=0x1faff | 0x2b50 | 0x2b55 | 0x203c | 0x2049)
}

/// Joins, tones, selectors, zero-width and direction marks: they never make a token.
fn is_silent(c: char) -> bool {
    matches!(u32::from(c), 0x200b..=0x200f | 0x202a..=0x202e | 0x2060..=0x206f | 0xfe00..=0xfe0f | 0xfeff | 0x1f3fb..=0x1f3ff)
        || (c.is_control() && !c.is_whitespace())
}

/// An address ends at white space, a quotation mark or a bracket of markup.
fn link_length(rest: &str) -> usize {
    rest.find(|c: char| c.is_whitespace() || matches!(c, '"' | '<' | '>' | '“' | '”')).unwrap_or(rest.len())
}

/// Whether a word is nothing but plain letters, none of them stretched: its normal form is itself in small letters.
fn plain(word: &[u8]) -> bool {
    word.iter().all(u8::is_ascii_alphabetic)
        && !word.array_windows().any(|[a, b, c]| a.eq_ignore_ascii_case(b) && b.eq_ignore_ascii_case(c))
}

struct Scanner<'a, 't> {
    text: &'a str,
    at: usize,
    new_line: bool,
    spaced: bool,
    tokens: &'t mut Tokens,
    stem: String,
}

impl<'a> Scanner<'a, '_> {
    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or("")
    }

    fn run(&mut self) {
        while let Some(c) = self.rest().chars().next() {
            if c.is_whitespace() {
                self.new_line |= c == '\n';
                self.spaced = true;
                self.at += c.len_utf8();
            } else if is_silent(c) {
                self.at += c.len_utf8();
            } else if let Some(length) = self.markup(c) {
                self.spaced = true;
                self.at += length;
            } else {
                let length = self.token(c);
                self.at += length.max(1);
                self.spaced = false;
            }
        }
    }

    /// Length of a tag or character reference that begins here.
    fn markup(&self, c: char) -> Option<usize> {
        let bytes = self.rest().as_bytes();
        let (longest, end) = match c {
            '<' if bytes.get(1).is_some_and(|b| b.is_ascii_alphabetic() || b"/!".contains(b)) => (200, b'>'),
            '&' if bytes.get(1).is_some_and(|b| b.is_ascii_alphabetic() || *b == b'#') => (9, b';'),
            _ => return None,
        };
        if self.rest().starts_with("</3") {
            return None;
        }
        let close = bytes.iter().take(longest).position(|b| *b == end)?;
        (c == '<' || bytes.get(1..close)?.iter().all(|b| b.is_ascii_alphanumeric() || *b == b'#')).then_some(close + 1)
    }

    /// Adds the token that begins here (a hash sign and stray marks may add none) and says how long it is.
    fn token(&mut self, c: char) -> usize {
        let rest = self.rest();
        if c.is_ascii_lowercase() && !matches!(c, 'h' | 'w') {
            return self.word();
        }
        if rest.starts_with("http://") || rest.starts_with("https://") || rest.starts_with("www.") {
            return self.push(link_length(rest), Kind::Link);
        }
        if matches!(c, ':' | ';' | '=' | '<' | '>' | '^' | '-')
            && let Some(face) = EMOTICONS.iter().find(|face| rest.starts_with(**face))
        {
            return self.push(face.len(), Kind::Face);
        }
        if is_emoji(c) {
            return self.push(c.len_utf8(), Kind::Face);
        }
        let next = rest.chars().nth(1);
        match c {
            '@' if next.is_some_and(|n| n.is_alphanumeric() || n == '_') => {
                let name = |c: char| !(c.is_alphanumeric() || c == '_' || c == '@');
                let length = rest.find(name).unwrap_or(rest.len());
                self.push(length, Kind::Handle)
            }
            '#' | '-' | '_' if next.is_some_and(char::is_alphanumeric) => 1,
            c if c.is_alphanumeric() => self.word(),
            c => {
                let count = rest.chars().take_while(|n| *n == c).count();
                self.push(count * c.len_utf8(), Kind::Mark(c, count.min(255) as u8))
            }
        }
    }

    fn word(&mut self) -> usize {
        let rest = self.rest();
        // Nearly every word is letters and a blank or a mark that belongs to no word.
        let letters = rest.bytes().take(LONGEST_WORD).take_while(u8::is_ascii_alphabetic).count();
        let ends = |byte: u8| byte == b' ' || byte == b'\n' || byte.is_ascii_punctuation() && !matches!(byte, b'\'' | b'@');
        if letters > 0 && letters < LONGEST_WORD && rest.as_bytes().get(letters).is_none_or(|byte| ends(*byte)) {
            let masked = letters > 1 && rest.bytes().take(letters).all(|b| b == b'X');
            return self.push(letters, if masked { Kind::Handle } else { Kind::Word });
        }
        let mut length = 0;
        let mut digits = false;
        let mut chars = rest.char_indices().peekable();
        while let Some((at, c)) = chars.next() {
            let next = chars.peek().map(|(_, n)| *n);
            let inside = match c {
                '\'' | '’' => next.is_some_and(char::is_alphabetic),
                '.' | ',' | ':' | '/' => {
                    digits
                        && next.is_some_and(|n| n.is_ascii_digit())
                        && rest.as_bytes().get(at.wrapping_sub(1)).is_some_and(u8::is_ascii_digit)
                }
                '@' if next.is_some_and(char::is_alphanumeric) => {
                    return self.push(link_length(rest), Kind::Link);
                }
                c if c.is_ascii() => c.is_ascii_alphanumeric() || is_silent(c),
                c => c.is_alphanumeric() || is_silent(c),
            };
            if !inside || at >= LONGEST_WORD {
                break;
            }
            digits |= c.is_ascii_digit();
            // A silent character may stand within a word, but not at its end.
            if !is_silent(c) {
                length = at + c.len_utf8();
            }
        }
        let masked = length > 1 && rest.bytes().take(length).all(|b| b == b'X');
        self.push(length, if masked { Kind::Handle } else { [Kind::Word, Kind::Number][usize::from(digits)] })
    }

    fn push(&mut self, length: usize, kind: Kind) -> usize {
        let raw = self.rest().get(..length).unwrap_or("");
        let norms = &mut self.tokens.norms;
        let start = norms.len();
        let (mut upper, mut lower, mut run, mut before, mut stretched) = (0, 0, 0, '\0', false);
        if kind == Kind::Word && plain(raw.as_bytes()) {
            norms.push_str(raw);
            if let Some(norm) = norms.get_mut(start..) {
                norm.make_ascii_lowercase();
            }
            upper = raw.bytes().filter(u8::is_ascii_uppercase).count();
            lower = raw.len() - upper;
        } else if matches!(kind, Kind::Word | Kind::Number | Kind::Face) {
            for c in raw.chars().filter(|c| !is_silent(*c)) {
                upper += usize::from(c.is_uppercase());
                lower += usize::from(c.is_lowercase());
                run = if c == before { run + 1 } else { 1 };
                before = c;
                stretched |= run == 3 && c.is_alphabetic();
                match c {
                    '’' => norms.push('\''),
                    _ if kind == Kind::Face => norms.push(c),
                    c if c.is_ascii_digit() => norms.push('0'),
                    c if run > 2 && c.is_alphabetic() => {}
                    c if c.is_ascii() => norms.push(c.to_ascii_lowercase()),
                    c => norms.extend(c.to_lowercase()),
                }
            }
        }
        let norm = norms.get(start..).unwrap_or("");
        let hash_of = hash(norm.as_bytes());
        let stem_of = if kind == Kind::Word && !is_stem(norm) {
            stem_into(norm, &mut self.stem);
            hash(self.stem.as_bytes())
        } else {
            hash_of
        };
        let begins = beginning(norm.as_bytes());
        let token = Token {
            begins,
            span: Span::new(self.at, self.at + length),
            kind,
            hash: hash_of,
            stem: stem_of,
            capitals: upper >= 2 && lower == 0,
            capital: raw.chars().next().is_some_and(char::is_uppercase),
            stretched,
            new_line: std::mem::take(&mut self.new_line),
            spaced: self.spaced,
            norm: (start as u32, norms.len() as u32),
        };
        self.tokens.items.push(token);
        length
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        let tokens = Tokens::of(text);
        (0..tokens.len()).filter(|i| tokens.all()[*i].speaks()).map(|i| tokens.norm(i).to_owned()).collect()
    }

    #[test]
    fn words_are_lower_case_and_handles_links_and_markup_are_not_words() {
        let text = "@united Don’t <b>LIE</b> &amp; call 555-1234: https://t.co/x me@x.org #soooo :( 😡";
        assert_eq!(words(text), ["don't", "lie", "call", "000", "0000", "soo", ":(", "😡"]);
    }

    #[test]
    fn a_check_in_is_two_words_however_it_is_written() {
        assert_eq!(words("check-in"), words("check in"));
    }

    #[test]
    fn forms_of_a_word_share_their_stem() {
        for forms in [
            ["cancel", "cancels", "cancelled", "cancelling"],
            ["delay", "delays", "delayed", "delaying"],
            ["charge", "charges", "charged", "charging"],
        ] {
            assert!(forms.iter().all(|form| stem(form) == stem(forms[0])), "{forms:?}");
        }
        assert_eq!((stem("rated"), stem("rates")), (stem("rate"), stem("rate")));
        for (a, b) in [("bus", "bu"), ("site", "sitting"), ("fare", "far"), ("late", "lat")] {
            assert_ne!(stem(a), stem(b), "{a}");
        }
    }

    #[test]
    fn what_is_told_at_a_glance_is_what_the_rules_say() {
        let words = "a s I's ies cries is bus boxes rated sitting sit stopped ball all free egg add ease née naïve's x'd buzz hmm deed red yy";
        for word in words.split(' ').filter(|word| is_stem(word)) {
            assert_eq!(stem(word), word);
        }
        for text in ["GREAT", "aBc", "sooo", "soO", "XXXX", "don't", "x_y", "a.b"] {
            let (alone, beside) = (Tokens::of(text), Tokens::of(&format!("{text}\u{200b}")));
            let forms = |tokens: &Tokens| (0..tokens.len()).map(|at| tokens.norm(at).to_owned()).collect::<Vec<_>>();
            assert_eq!(forms(&alone), forms(&beside), "{text}");
        }
    }

    #[test]
    fn a_hash_depends_on_every_byte_and_stays_as_it_is() {
        // Trained weights rest on these figures.
        let slow = |bytes: &[u8]| {
            bytes.chunks(8).fold(0x9e37_79b9_7f4a_7c15_u64 ^ bytes.len() as u64, |h, chunk| {
                mix(h, chunk.iter().rev().fold(0_u64, |w, b| w << 8 | u64::from(*b)))
            })
        };
        let text = "the quick brown fox, übermüdet";
        for end in 0..=text.len() {
            assert_eq!(hash(&text.as_bytes()[..end]), slow(&text.as_bytes()[..end]), "{end}");
        }
    }

    #[test]
    fn spans_lie_on_character_boundaries_of_hostile_text() {
        for text in [
            "\0\u{202e}abc\u{200b}def",
            "<<<script",
            "&&&;;&#",
            "é’é’’",
            "\u{1f468}\u{200d}\u{1f469}",
            "a@b",
            "@@@",
            "10.5.2026,",
            "İİİ",
        ] {
            for token in Tokens::of(text).all() {
                assert!(token.span.of(text).is_some(), "{text:?} {token:?}");
            }
        }
    }

    #[test]
    fn a_line_without_a_blank_is_cut_into_words_of_bounded_length() {
        let tokens = Tokens::of(&"x".repeat(100_000));
        assert!(tokens.len() >= 100_000 / (LONGEST_WORD + 4));
    }
}
