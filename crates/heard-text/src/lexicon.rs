//! The lexicon: how good or bad a single word or face is by itself, from the kept crate that carries the VADER lists.

use std::sync::OnceLock;

use qsv_vader_sentiment_analysis::{EMOJI_LEXICON, LEXICON};

use crate::phrase::listed;
use crate::token::{ByHash, Kind, Tokens, hash};

/// What is known of a word.
#[derive(Debug, Clone, Copy, Default)]
pub struct Entry {
    /// How good or bad: −4 to 4, 0 if not listed.
    pub valence: f32,
    /// How much it strengthens (or weakens) what follows, as a share.
    pub boost: f32,
    /// Whether it turns what follows into its opposite.
    pub negates: bool,
}

/// Valence of words and faces (−4 to 4), by the hash of their normal form.
#[derive(Debug)]
pub struct Lexicon {
    entries: ByHash<Entry>,
}

const NEGATORS: &str = "not, no, never, without, nothing, nobody, none, neither, nor, cannot, nowhere, hardly, barely, rarely, seldom, cant, \
dont, wont, doesnt, didnt, isnt, wasnt, arent, werent, couldnt, wouldnt, shouldnt, havent, hasnt, hadnt, aint";

const STRENGTHENERS: &str = "absolutely, completely, deeply, entirely, especially, extremely, fully, highly, incredibly, insanely, most, more, \
particularly, quite, really, remarkably, seriously, so, super, terribly, thoroughly, too, totally, truly, unbelievably, \
utterly, very, such, beyond, damn, fucking, bloody";
const SOFTENERS: &str = "almost, slightly, somewhat, kinda, partly, little, bit";
/// How much a strengthener adds to what follows, as a share.
const BOOST: f32 = 0.3;

/// Faces of today that the lists lack or know only by a bland description.
const FACES: &[(&str, f32)] = &[
    ("😡", -2.5),
    ("😠", -2.3),
    ("🤬", -3.0),
    ("😤", -1.8),
    ("😞", -1.9),
    ("😒", -1.6),
    ("🙄", -1.4),
    ("👎", -2.0),
    ("👍", 2.0),
    ("🙏", 1.4),
    ("👏", 1.8),
    ("😍", 2.8),
    ("❤", 2.6),
    ("🎉", 2.2),
    ("💔", -2.2),
    ("😩", -1.8),
    ("😢", -1.8),
    ("😭", -1.2),
    ("🤢", -2.2),
    ("🤮", -2.6),
    ("😊", 2.0),
    ("🙂", 1.2),
    ("🙃", -0.6),
    ("☹", -1.9),
    ("☺", 1.9),
];

/// The lexicon; built from the crate's lists when it is first used.
pub fn lexicon() -> &'static Lexicon {
    static BUILT: OnceLock<Lexicon> = OnceLock::new();
    BUILT.get_or_init(|| {
        let mut valences: ByHash<f32> = ByHash::default();
        for (word, valence) in LEXICON.iter() {
            let tokens = Tokens::of(word);
            if let [only] = tokens.all()
                && only.speaks()
            {
                // Several spellings share a normal form: the stronger one counts, so that the order does not matter.
                let kept = valences.entry(only.hash).or_insert(0.0_f32);
                let valence = *valence as f32;
                if (valence.abs(), valence) > (kept.abs(), *kept) {
                    *kept = valence;
                }
            }
        }
        // Shortest first: the plain emoji, not one of its tones, says what it means.
        let mut emojis: Vec<_> = EMOJI_LEXICON.iter().collect();
        emojis.sort_by_key(|(emoji, _)| (emoji.len(), **emoji));
        for (emoji, described) in emojis {
            let tokens = Tokens::of(described);
            let valence: f32 = tokens.all().iter().filter_map(|t| valences.get(&t.hash)).sum();
            if let [only] = Tokens::of(emoji).all()
                && only.kind == Kind::Face
                && valence != 0.0
            {
                valences.entry(only.hash).or_insert(valence.clamp(-4.0, 4.0));
            }
        }
        for (face, valence) in FACES {
            if let Some(first) = Tokens::of(face).all().first() {
                valences.insert(first.hash, *valence);
            }
        }
        let mut entries: ByHash<Entry> =
            valences.into_iter().map(|(form, valence)| (form, Entry { valence, ..Entry::default() })).collect();
        let mut entry = |word: &str, set: &dyn Fn(&mut Entry)| set(entries.entry(hash(word.as_bytes())).or_default());
        listed(NEGATORS).for_each(|word| entry(word, &|known| known.negates = true));
        listed(STRENGTHENERS).for_each(|word| entry(word, &|known| known.boost = BOOST));
        listed(SOFTENERS).for_each(|word| entry(word, &|known| known.boost = -BOOST));
        Lexicon { entries }
    })
}

impl Lexicon {
    /// All that is known of a normal form.
    pub fn entry(&self, form: u64) -> Entry {
        self.entries.get(&form).copied().unwrap_or_default()
    }

    /// How good or bad a normal form is; 0 if not listed.
    pub fn valence(&self, form: u64) -> f32 {
        self.entries.get(&form).map_or(0.0, |known| known.valence)
    }

    /// Whether the word turns what follows into its opposite.
    pub fn negates(&self, form: u64, norm: &str) -> bool {
        self.entries.get(&form).is_some_and(|known| known.negates) || norm.ends_with("n't")
    }

    /// How much the word strengthens (or weakens) what follows.
    pub fn boost(&self, form: u64) -> f32 {
        self.entries.get(&form).map_or(0.0, |known| known.boost)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_faces_have_a_valence() {
        let valence = |word: &str| lexicon().valence(hash(word.as_bytes()));
        assert!(valence("great") > 2.0 && valence("horrible") < -2.0 && valence("table") == 0.0);
        assert!(valence(":)") > 1.0 && valence("😡") < 0.0 && valence("😍") > 0.0);
    }
}
