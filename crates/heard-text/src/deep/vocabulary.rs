//! The word pieces of a BERT model, as its own `vocab.txt` has them (Devlin et al. 2019): text is cleaned, cut at spaces and
//! punctuation, and each word into the longest known pieces from the left. A word that cannot be cut wholly is unknown.

use std::collections::HashMap;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// A longer word is unknown.
const LONGEST_WORD: usize = 100;

/// The pieces and their places.
#[derive(Debug)]
pub struct Vocabulary {
    pieces: HashMap<String, u32>,
    lower: bool,
    begin: u32,
    end: u32,
    unknown: u32,
}

impl Vocabulary {
    /// Of a vocabulary with a piece a line; `lower`: whether it knows small letters without accents only. `Err` names the
    /// piece that is not there.
    pub fn new(text: &str, lower: bool) -> Result<Self, &'static str> {
        let pieces: HashMap<String, u32> = text.lines().map(|line| line.trim_end().to_owned()).zip(0..).collect();
        let of = |piece: &'static str| pieces.get(piece).copied().ok_or(piece);
        let (begin, end, unknown) = (of("[CLS]")?, of("[SEP]")?, of("[UNK]")?);
        Ok(Self { pieces, lower, begin, end, unknown })
    }

    /// How many pieces there are.
    pub fn len(&self) -> usize {
        self.pieces.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.pieces.is_empty()
    }

    /// The pieces of a text between the marks of its beginning and its end, at most `most` of them in all.
    pub fn pieces(&self, text: &str, most: usize) -> Vec<u32> {
        let mut found = vec![self.begin];
        let most = most.max(3) - 1;
        let mut word = String::new();
        let flush = |word: &mut String, found: &mut Vec<u32>| {
            if !word.is_empty() {
                self.cut(word, found);
                word.clear();
            }
        };
        for c in text.chars().filter(|c| !is_hidden(*c)) {
            if found.len() >= most {
                break;
            }
            if c.is_whitespace() {
                flush(&mut word, &mut found);
            } else if is_alone(c) {
                flush(&mut word, &mut found);
                self.push(c, &mut word);
                flush(&mut word, &mut found);
            } else {
                self.push(c, &mut word);
            }
        }
        flush(&mut word, &mut found);
        found.truncate(most);
        found.push(self.end);
        found
    }

    fn push(&self, c: char, word: &mut String) {
        if self.lower {
            word.extend(c.to_lowercase().nfd().filter(|c| !is_combining_mark(*c)));
        } else {
            word.push(c);
        }
    }

    fn cut(&self, word: &str, found: &mut Vec<u32>) {
        let before = found.len();
        let mut rest = word;
        let mut key = String::new();
        let unknown = word.chars().nth(LONGEST_WORD).is_some();
        while !rest.is_empty() && !unknown {
            let ends = rest.char_indices().map(|(at, c)| at + c.len_utf8()).rev();
            let piece = ends.into_iter().find_map(|end| {
                key.clear();
                if found.len() > before {
                    key.push_str("##");
                }
                key.push_str(rest.get(..end)?);
                Some((*self.pieces.get(&key)?, end))
            });
            let Some((piece, end)) = piece else { break };
            found.push(piece);
            rest = rest.get(end..).unwrap_or("");
        }
        if !rest.is_empty() {
            found.truncate(before);
            found.push(self.unknown);
        }
    }
}

/// Characters that are not seen: control and format characters, and what could not be decoded.
fn is_hidden(c: char) -> bool {
    (c.is_control() && !c.is_whitespace())
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fffd}' | '\u{e000}'..='\u{f8ff}' | '\u{e0000}'..='\u{e007f}')
}

/// Characters that are words by themselves: punctuation, and what is written without spaces.
fn is_alone(c: char) -> bool {
    c.is_ascii_punctuation()
        || matches!(c, '¡' | '§' | '«' | '¶' | '·' | '»' | '¿' | '\u{55a}'..='\u{55f}' | '\u{589}' | '\u{58a}' | '\u{5be}' | '\u{60c}' | '\u{60d}' | '\u{61b}' | '\u{61e}' | '\u{61f}' | '\u{66a}'..='\u{66d}' | '\u{6d4}' | '\u{964}' | '\u{965}')
        || matches!(c, '\u{2010}'..='\u{2027}' | '\u{2030}'..='\u{2043}' | '\u{2045}'..='\u{2051}' | '\u{2053}'..='\u{205e}' | '\u{207d}' | '\u{207e}' | '\u{2308}'..='\u{230b}' | '\u{2768}'..='\u{2775}' | '\u{2e00}'..='\u{2e5d}')
        || matches!(c, '\u{3001}'..='\u{3003}' | '\u{3008}'..='\u{3011}' | '\u{3014}'..='\u{301f}' | '\u{3030}' | '\u{30fb}' | '\u{fe10}'..='\u{fe19}' | '\u{fe30}'..='\u{fe52}' | '\u{fe54}'..='\u{fe61}')
        || matches!(c, '\u{ff01}'..='\u{ff03}' | '\u{ff05}'..='\u{ff0a}' | '\u{ff0c}'..='\u{ff0f}' | '\u{ff1a}' | '\u{ff1b}' | '\u{ff1f}' | '\u{ff20}' | '\u{ff3b}'..='\u{ff3d}' | '\u{ff3f}' | '\u{ff5b}' | '\u{ff5d}' | '\u{ff5f}'..='\u{ff65}')
        || matches!(c, '\u{4e00}'..='\u{9fff}' | '\u{3400}'..='\u{4dbf}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{2a6df}' | '\u{2a700}'..='\u{2ceaf}' | '\u{2f800}'..='\u{2fa1f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pieces(text: &str) -> Vec<u32> {
        let words = "[PAD]\n[UNK]\n[CLS]\n[SEP]\nlate\nlug\n##gage\n##s\n!\n'\ncafe\n漢\nt\ndon\n";
        Vocabulary::new(words, true).unwrap().pieces(text, 10)
    }

    #[test]
    fn words_are_cut_into_the_longest_pieces_or_are_unknown_as_a_whole() {
        assert_eq!(pieces("Late luggages!"), [2, 4, 5, 6, 7, 8, 3]);
        assert_eq!(pieces("lugx CAFÉ don't"), [2, 1, 10, 13, 9, 12, 3]);
        assert_eq!(pieces("漢字late\u{200b}\0"), [2, 11, 1, 4, 3]);
        assert_eq!(pieces(""), [2, 3]);
        assert_eq!(pieces(&"a".repeat(101)), [2, 1, 3]);
    }

    #[test]
    fn a_long_text_is_cut_and_still_ended() {
        assert_eq!(pieces(&"late ".repeat(1000)), [2, 4, 4, 4, 4, 4, 4, 4, 4, 3]);
        assert_eq!(pieces("luggages").len(), 5);
        assert_eq!(Vocabulary::new("[CLS]\n[SEP]\n", true).unwrap_err(), "[UNK]");
    }
}
