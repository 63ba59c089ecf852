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

/// Common words of English that are common in other languages, too.
const SHARED: &[&str] = &[
    "a", "all", "am", "an", "are", "as", "at", "be", "come", "die", "do", "for", "he", "her", "him", "i", "in", "is", "me", "no",
    "of", "on", "once", "or", "over", "so", "to", "under", "us", "was", "we", "most", "who", "man",
];

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
        english += usize::from(speaks_english(draft.tokens.norm(at), token.hash));
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

/// Whether a word is English and hardly anything else: "die", "was" and "me" belong to many.
fn speaks_english(norm: &str, form: u64) -> bool {
    (is_common(norm) && !SHARED.contains(&norm)) || (norm.len() > 4 && lexicon().valence(form) != 0.0)
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

#[cfg(test)]
mod tests {
    use heard_domain::id::FeedbackId;
    use heard_domain::journey::Journey;
    use heard_domain::reading::Reading;
    use heard_domain::taxonomy::Taxonomy;

    use super::*;
    use crate::pipeline::Reader;
    use crate::step::ToRead;

    fn read(text: &str, language_hint: Option<&str>) -> Reading {
        let reader = Reader::new(&Journey::default(), &Taxonomy::default());
        reader.read(&ToRead { feedback: FeedbackId(1), revision: 1, text, language_hint, touchpoint_stage: None })
    }

    fn language(text: &str) -> String {
        read(text, None).language.map(|(code, _)| code).unwrap_or_default()
    }

    #[test]
    fn short_english_is_english_whatever_its_letters_look_like() {
        for text in ["Thanks!", "ok", "LOL", "Never again", "@klm via @lufthansa thanks", "great crew", "sooo bad"] {
            assert_eq!(language(text), "en", "{text}");
        }
    }

    #[test]
    fn other_languages_are_named_and_not_read() {
        let cases = [
            ("de", "Der Fahrer war sehr freundlich und hat alles erklärt."),
            ("fr", "Le service est catastrophique, je ne reviendrai jamais."),
            ("es", "El pedido llegó tarde y nadie contesta el teléfono."),
            ("ja", "配送がとても遅いです。"),
            ("ru", "Очень плохое обслуживание, больше не приду."),
        ];
        for (code, text) in cases {
            let reading = read(text, None);
            assert_eq!(reading.language.as_ref().map(|(code, _)| code.as_str()), Some(code), "{text}");
            assert!(reading.notes.contains(&Note::LanguageNotRead), "{text}");
            let sure = reading.passages.iter().filter_map(|p| p.sentiment.as_ref()).map(|s| s.confidence);
            assert!(sure.fold(0.0, f32::max) <= 0.4, "{text}");
        }
    }

    #[test]
    fn a_hint_decides_where_letters_are_few() {
        assert_eq!(read("Super!", Some("de-AT")).language.map(|(code, _)| code), Some("de".to_owned()));
        assert_eq!(read("Super!", None).language.map(|(code, _)| code), Some("en".to_owned()));
    }
}
