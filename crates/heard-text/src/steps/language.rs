//! In which language the verbatim is written, and whether that language is read in full.

use heard_domain::reading::Note;
use whichlang::{Lang, detect_language};

use crate::lexicon::lexicon;
use crate::step::{Draft, Step, Tools};
use crate::token::Kind;
use crate::words::is_common;

/// The step.
pub const STEP: Step = Step { name: "language", run };

/// The language that the head was trained on.
const READ_IN_FULL: &str = "en";
/// Letters looked at: more do not make it surer.
const ENOUGH: usize = 400;
/// With fewer letters than this, letters alone say little.
const FEW: usize = 24;

fn run(_: &Tools<'_>, draft: &mut Draft<'_>) {
    if draft.notes.contains(&Note::NoText) {
        return;
    }
    let mut letters = String::with_capacity(ENOUGH + 64);
    let (mut words, mut english) = (0_usize, 0_usize);
    for (at, token) in draft.tokens.all().iter().enumerate().filter(|(_, t)| t.kind == Kind::Word) {
        letters.push_str(token.span.of(draft.text).unwrap_or(""));
        letters.push(' ');
        words += 1;
        english += usize::from(is_common(draft.tokens.norm(at)) || lexicon().valence(token.hash) != 0.0);
        if letters.len() > ENOUGH {
            break;
        }
    }
    let count = letters.chars().filter(|c| c.is_alphabetic()).count();
    let hint = draft.asked.language_hint.map(|hint| hint.chars().take(2).collect::<String>().to_lowercase());
    if words == 0 {
        // Faces and numbers are the same in every language.
        draft.language = hint.map(|hint| (hint, 0.5));
        return;
    }
    let found = code(detect_language(&letters));
    let latin = letters.chars().all(|c| !c.is_alphabetic() || c.is_ascii());
    let english_words = english as f32 / words as f32;
    let sure = 1.0 - 0.6 * (-(count as f32) / 30.0).exp();
    let (language, sure) = match hint {
        Some(hint) if count < FEW || hint == found => (hint, sure.max(0.8)),
        _ if found == READ_IN_FULL => (found.to_owned(), sure),
        // Names, shouts and slang look like any language with Latin letters; common English words decide.
        _ if latin && english_words >= 0.34 => (READ_IN_FULL.to_owned(), sure * 0.9),
        _ if latin && count < FEW && (english > 0 || words < 3) => (READ_IN_FULL.to_owned(), 0.4),
        _ => (found.to_owned(), sure),
    };
    if language != READ_IN_FULL {
        draft.notes.push(Note::LanguageNotRead);
    }
    draft.language = Some((language, sure));
}

fn code(language: Lang) -> &'static str {
    match language {
        Lang::Ara => "ar",
        Lang::Cmn => "zh",
        Lang::Deu => "de",
        Lang::Eng => "en",
        Lang::Fra => "fr",
        Lang::Hin => "hi",
        Lang::Ita => "it",
        Lang::Jpn => "ja",
        Lang::Kor => "ko",
        Lang::Nld => "nl",
        Lang::Por => "pt",
        Lang::Rus => "ru",
        Lang::Spa => "es",
        Lang::Swe => "sv",
        Lang::Tur => "tr",
        Lang::Vie => "vi",
    }
}
