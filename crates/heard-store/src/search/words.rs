//! The words of a filter: how a verbatim is cut into words, and how a search is read.
//!
//! Case and accents do not count. All words must occur; "in quotes" is a phrase; `-word` must not occur; `word*` matches
//! any ending. Scripts without spaces are cut into single characters, so that a search for several finds them side by side.

use std::str::Chars;

use tantivy::tokenizer::{AsciiFoldingFilter, LowerCaser, TextAnalyzer, Token, TokenStream, Tokenizer};

/// The longest search, in characters.
const LONGEST: usize = 1_000;
/// The most words and phrases of a search.
const MOST: usize = 50;
/// Longer words are cut off here, in characters.
const LONGEST_WORD: usize = 80;

/// Why a search cannot be answered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadWords {
    /// Too long.
    #[error("the search is too long: at most {LONGEST} characters and {MOST} words")]
    TooLong,
    /// Too little before the star.
    #[error("“{0}*” would match too much: at least two letters must stand before the star")]
    ShortPrefix(String),
}

/// One thing to look for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// A word.
    Word(String),
    /// Words side by side, at least two.
    Phrase(Vec<String>),
    /// The beginning of a word.
    Prefix(String),
}

/// A search, read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Words {
    /// All of these must occur.
    pub all: Vec<Part>,
    /// None of these may occur.
    pub none: Vec<Part>,
}

impl Words {
    /// Reads a search; `None` if it is empty.
    pub fn read(search: &str) -> Result<Option<Self>, BadWords> {
        if search.trim().is_empty() {
            return Ok(None);
        }
        if search.chars().count() > LONGEST {
            return Err(BadWords::TooLong);
        }
        let mut words = Self::default();
        let mut rest = search.chars();
        while let Some(piece) = Raw::next(&mut rest) {
            piece.read(if piece.without { &mut words.none } else { &mut words.all })?;
        }
        match words.all.len() + words.none.len() {
            // Only signs, a quotation mark alone: no word is like that, so nothing is found. That is no mistake of the asker.
            0 => Ok(Some(Self { all: vec![Part::Word(search.trim().to_owned())], none: vec![] })),
            count if count > MOST => Err(BadWords::TooLong),
            _ => Ok(Some(words)),
        }
    }

    /// Whether a verbatim, cut by [`cut`], matches: the plain truth against which the index is tested.
    pub fn matches(&self, words: &[String]) -> bool {
        let occurs = |part: &Part| match part {
            Part::Word(word) => words.contains(word),
            Part::Phrase(phrase) => words.windows(phrase.len()).any(|some| some == phrase.as_slice()),
            Part::Prefix(prefix) => words.iter().any(|word| word.starts_with(prefix.as_str())),
        };
        self.all.iter().all(occurs) && !self.none.iter().any(occurs)
    }
}

/// A stretch of a search between spaces or within quotes.
struct Raw {
    text: String,
    without: bool,
    quoted: bool,
}

fn quote(c: char) -> bool {
    matches!(c, '"' | '“' | '”' | '„' | '«' | '»' | '＂')
}

impl Raw {
    fn next(rest: &mut Chars<'_>) -> Option<Self> {
        let mut raw = Self { text: String::new(), without: false, quoted: false };
        let mut begun = false;
        while let Some(c) = rest.clone().next() {
            if raw.quoted {
                rest.next();
                if quote(c) {
                    return Some(raw);
                }
                raw.text.push(c);
            } else if quote(c) {
                if !raw.text.is_empty() {
                    return Some(raw);
                }
                rest.next();
                raw.quoted = true;
                begun = true;
            } else if c.is_whitespace() {
                if begun {
                    return Some(raw);
                }
                rest.next();
            } else {
                rest.next();
                if !begun && matches!(c, '-' | '−' | '–') {
                    raw.without = true;
                } else {
                    raw.text.push(c);
                }
                begun = true;
            }
        }
        begun.then_some(raw)
    }

    fn read(&self, into: &mut Vec<Part>) -> Result<(), BadWords> {
        let mut words = cut(&self.text);
        if !self.quoted && self.text.ends_with('*') {
            let Some(prefix) = words.pop() else { return Ok(()) };
            if prefix.chars().count() < 2 && prefix.is_ascii() {
                return Err(BadWords::ShortPrefix(prefix));
            }
            into.push(Part::Prefix(prefix));
        }
        match words.len() {
            0 => {}
            1 => into.extend(words.pop().map(Part::Word)),
            _ => into.push(Part::Phrase(words)),
        }
        Ok(())
    }
}

/// The words of a text, lower case and without accents.
pub fn cut(text: &str) -> Vec<String> {
    let mut analyzer = analyzer();
    let mut stream = analyzer.token_stream(text);
    let mut words = Vec::new();
    stream.process(&mut |token| words.push(token.text.clone()));
    words
}

/// What cuts verbatims and searches alike.
pub fn analyzer() -> TextAnalyzer {
    TextAnalyzer::builder(Cutter::default()).filter(AsciiFoldingFilter).filter(LowerCaser).build()
}

/// Cuts at everything that is neither letter nor digit.
#[derive(Clone, Default)]
pub struct Cutter {
    token: Token,
}

/// The words of one text.
pub struct Cut<'a> {
    rest: std::iter::Peekable<std::str::CharIndices<'a>>,
    token: &'a mut Token,
}

impl Tokenizer for Cutter {
    type TokenStream<'a> = Cut<'a>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> Cut<'a> {
        self.token.reset();
        Cut { rest: text.char_indices().peekable(), token: &mut self.token }
    }
}

impl TokenStream for Cut<'_> {
    fn advance(&mut self) -> bool {
        self.token.text.clear();
        self.token.position = self.token.position.wrapping_add(1);
        let mut length = 0;
        while let Some((at, c)) = self.rest.peek().copied() {
            if invisible(c) {
                self.rest.next();
                continue;
            }
            if !c.is_alphanumeric() || (alone(c) && length > 0) {
                if length > 0 {
                    return true;
                }
                self.rest.next();
                continue;
            }
            self.rest.next();
            if length == 0 {
                self.token.offset_from = at;
            }
            length += 1;
            self.token.offset_to = at + c.len_utf8();
            if length <= LONGEST_WORD {
                self.token.text.push(c);
            }
            if alone(c) {
                return true;
            }
        }
        length > 0
    }

    fn token(&self) -> &Token {
        self.token
    }

    fn token_mut(&mut self) -> &mut Token {
        self.token
    }
}

/// Accents that follow their letter, and characters without width: they do not part words.
fn invisible(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36F}' | '\u{AD}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}')
}

/// Characters of scripts that put no spaces between words.
fn alone(c: char) -> bool {
    matches!(c,
        '\u{E00}'..='\u{EFF}' | '\u{1000}'..='\u{109F}' | '\u{1780}'..='\u{17FF}' | '\u{3040}'..='\u{30FF}' | '\u{3400}'..='\u{4DBF}'
        | '\u{4E00}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{3FFFF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(search: &str, text: &str) -> bool {
        Words::read(search).unwrap().is_none_or(|words| words.matches(&cut(text)))
    }

    #[test]
    fn case_and_accents_do_not_count() {
        assert_eq!(cut("Café cafe\u{301} ÄRGER Straße ﬁn İl"), ["cafe", "cafe", "arger", "strasse", "fin", "il"]);
        assert!(found("RÉSUMÉ", "my resume") && found("zoë*", "Zoella"));
    }

    #[test]
    fn words_phrases_exclusions_and_prefixes() {
        let text = "The gate agent was rude; we waited two hours at gate B12.";
        assert!(found("rude gate", text) && found("\"gate agent\" -refund", text) && found("wait* hour*", text));
        assert!(found("“two hours”", text) && found("b12", text) && found("  ", text));
        assert!(!found("\"agent gate\"", text) && !found("rude -waited", text) && !found("-\"gate agent\"", text));
        assert!(!found("hour", text) && !found("gate refund", text));
    }

    #[test]
    fn scripts_without_spaces_are_found_inside_sentences() {
        assert!(found("退款", "我要求退款很久了") && !found("款退", "我要求退款很久了"));
        assert!(found("คืนเงิน", "ขอคืนเงินค่ะ"));
    }

    #[test]
    fn hostile_searches_are_read_or_refused() {
        for search in ["\"", "-", "*", "- -", "\"\"", "((", "\u{0}", "+++", "NOT", "text:*"] {
            let _ = Words::read(search);
        }
        assert!(!found("\"", "a quotation mark \" alone") && !found("!!! -", "!!!"));
        assert_eq!(Words::read("a*"), Err(BadWords::ShortPrefix("a".into())));
        assert_eq!(Words::read(&"x ".repeat(400)), Err(BadWords::TooLong));
        assert_eq!(Words::read(&"x".repeat(1_001)), Err(BadWords::TooLong));
        assert!(found("id:1 OR (DROP", "the id 1 or drop"));
        assert!(found("don't", "I don't know") && found("\"unclosed phrase", "an unclosed phrase"));
    }
}
