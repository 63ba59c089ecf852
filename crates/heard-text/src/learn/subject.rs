//! Whether a passage names a thing that something could be done about, or is small talk ("thank you so much", "long may it
//! last"): a thing is a word that stands behind an article, a possessive, a number or a preposition, and that neither judges
//! nor tells when.

use std::sync::OnceLock;

use crate::lexicon::lexicon;
use crate::token::{Hashes, Kind, Tokens, hash};
use crate::words::is_common_form;

/// So many words may stand between what points and the thing: "the new mobile app".
const BETWEEN: usize = 2;

/// Words that point to a thing.
const POINTERS: &str = "a an the my your our his her their its this these those no any some every each another both all which whose \
of for with without from at in on by about under behind between into onto through after before per via \
one two three four five six seven eight nine ten several many few more much less";

/// Words that tell when or how long, how many or what kind, or whom: no things that something could be done about.
const NO_THINGS: &str = "second seconds minute minutes hour hours day days week weeks weekend month months year years decade age ages \
time times moment while today tonight tomorrow yesterday morning mornings noon afternoon evening evenings night nights midnight \
monday tuesday wednesday thursday friday saturday sunday january february march april june july august september october november \
december spring summer autumn fall winter season date end start beginning rest part parts half quarter lot lots bit couple pair kind \
sort type way ways case point fact reason sense matter example idea ideas word words life world one ones two three four five six seven \
eight nine ten first last next same other others whole person people man men woman women guy guys lady ladies friend friends family \
wife husband mother father mum mom dad son daughter boy girl kid kids child children sir madam somebody nobody everybody heart mood \
smile mind face hand hands eye eyes name bye hello hi hey dear long short big small little new old good bad few late early";

fn listed(of: &'static OnceLock<Hashes>, list: &str) -> &'static Hashes {
    of.get_or_init(|| list.split_whitespace().map(|word| hash(word.as_bytes())).collect())
}

/// Whether a text names a thing.
pub fn names_a_thing(text: &str) -> bool {
    static POINT: OnceLock<Hashes> = OnceLock::new();
    static NOT: OnceLock<Hashes> = OnceLock::new();
    let (pointers, no_things) = (listed(&POINT, POINTERS), listed(&NOT, NO_THINGS));
    let tokens = Tokens::of(text);
    // How many words ago something pointed.
    let mut since = usize::MAX;
    for (at, token) in tokens.all().iter().enumerate() {
        match token.kind {
            Kind::Number => since = 0,
            Kind::Word if pointers.contains(&token.hash) => since = 0,
            Kind::Word => {
                let known = lexicon().entry(token.hash);
                let judges = known.valence != 0.0 || known.boost != 0.0 || known.negates;
                let thing = !judges
                    && !is_common_form(token.hash)
                    && !no_things.contains(&token.hash)
                    && tokens.norm(at).chars().count() > 2
                    && !tokens.norm(at).ends_with("ly");
                if thing && since <= BETWEEN {
                    return true;
                }
                since = since.saturating_add(1);
            }
            _ => since = usize::MAX,
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn things_are_told_from_small_talk() {
        let things = [
            "you lost my suitcase at the airport",
            "the new mobile app again",
            "two transfers are missing",
            "waiting for the referral bonus",
            "no seats in the waiting room",
        ];
        let talk = [
            "thank you so much",
            "Dear sir or madam,",
            "I truly appreciate this!",
            "long may it last",
            "have a great day",
            "So happy with that.",
            "maybe it's only me",
            "such a great help",
            "this was on monday",
            "I've been with you for eight years.",
            "",
        ];
        assert_eq!(things.iter().filter(|text| !names_a_thing(text)).collect::<Vec<_>>(), Vec::<&&str>::new());
        assert_eq!(talk.iter().filter(|text| names_a_thing(text)).collect::<Vec<_>>(), Vec::<&&str>::new());
    }
}
