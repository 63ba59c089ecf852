//! Telling words: those of a text that say what it is about. Grammar is left out, and so are names of days and months: they rise every month,
//! whatever happens.

use std::sync::OnceLock;

use crate::token::{Hashes, Kind, Tokens, hash};
use crate::words::is_common;

/// English names of days and months.
const TIMES: &str = "monday tuesday wednesday thursday friday saturday sunday mondays tuesdays wednesdays thursdays fridays saturdays sundays \
january february march april may june july august september october november december jan feb mar apr jun jul aug sep sept oct nov dec";

/// Whether a normal form names a day or a month.
fn names_a_time(norm: &str) -> bool {
    static SET: OnceLock<Hashes> = OnceLock::new();
    SET.get_or_init(|| TIMES.split_whitespace().map(|word| hash(word.as_bytes())).collect()).contains(&hash(norm.as_bytes()))
}

/// The telling words of a text by their stems, each once, with the form in which it stands first.
pub fn telling(text: &str) -> Vec<(u64, String)> {
    let tokens = Tokens::of(text);
    let mut found: Vec<(u64, String)> = Vec::new();
    for (at, token) in tokens.all().iter().enumerate().filter(|(_, token)| token.kind == Kind::Word) {
        let norm = tokens.norm(at);
        let tells = norm.chars().count() > 2 && !is_common(norm) && !names_a_time(norm);
        if tells && !found.iter().any(|(stem, _)| *stem == token.stem) {
            found.push((token.stem, norm.to_owned()));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_tells_is_neither_grammar_nor_a_date_and_comes_once() {
        let forms = |text: &str| telling(text).into_iter().map(|(_, form)| form).collect::<Vec<_>>();
        assert_eq!(forms("In March the invoices were wrong, and my invoice of 12 May is wrong again."), ["invoices", "wrong"]);
        assert!(forms("I was there on Monday, at 9.").is_empty());
        let stem = |text: &str| telling(text).first().map(|(stem, _)| *stem);
        assert_eq!(stem("codes"), stem("the code"));
    }
}
