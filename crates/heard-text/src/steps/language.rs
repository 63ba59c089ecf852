//! In which language the verbatim is written, and whether that language is read in full.

use heard_domain::reading::Note;
use whichlang::{Lang, detect_language};

use crate::languages::{LATIN, OFTEN, READ_IN_FULL, Votes, of_letter, signs, told_by};
use crate::lexicon::lexicon;
use crate::step::{Draft, Step, Tools};
use crate::token::Kind;

/// The step.
pub const STEP: Step = Step { name: "language", run };

/// Letters looked at: more do not make it surer.
const ENOUGH: usize = 400;
/// With fewer letters than this a hint of the source decides.
const FEW: usize = 24;
/// What runs of letters say beside the words: as much as one telling word and a half.
const RUNS: f32 = 1.6;
/// From this many letters on runs of them count in full.
const LINE: f32 = 40.0;
/// Names, shouts and slang look like any language with Latin letters: without a sign it is English.
const ENGLISH_FIRST: f32 = 0.35;
/// A word of English feelings that stands in no list of small words.
const FEELING: f32 = 0.7;
/// What a tag says beside a word.
const TAG: f32 = 0.5;
/// What runs of letters say for a language that is seldom heard.
const SELDOM: f32 = 0.7;
/// From this share of letters of another script on, the script decides.
const SCRIPT: f32 = 0.3;

/// A lead of so many telling words is as sure as it gets.
const LEAD: f32 = 3.0;

fn run(_: &Tools<'_>, draft: &mut Draft<'_>) {
    if draft.notes.contains(&Note::NoText) {
        return;
    }
    let hint = draft.asked.language_hint.map(|hint| hint.chars().take(2).collect::<String>().to_lowercase());
    let found = recognised(draft);
    let Some(found) = found else {
        // Faces and numbers are the same in every language.
        draft.language = hint.map(|hint| (hint, 0.5));
        return;
    };
    let (language, sure) = match hint {
        Some(hint) if found.letters < FEW || hint == found.code => (hint, found.sure.max(0.8)),
        _ => (found.code.to_owned(), found.sure),
    };
    if !READ_IN_FULL.contains(&language.as_str()) {
        draft.notes.push(Note::LanguageNotRead);
    }
    draft.language = Some((language, sure));
}

/// What stands before names and links; it is the same in every language.
fn is_address(norm: &str) -> bool {
    matches!(norm, "http" | "https" | "rt" | "via" | "user")
}

/// A language, how sure, and on how many letters it rests.
struct Found {
    code: &'static str,
    sure: f32,
    letters: usize,
}

/// The language of the words; `None` if there are none. Handles and links are no words; tags count little, since they are
/// often English or a name in every language.
fn recognised(draft: &Draft<'_>) -> Option<Found> {
    let signs = signs();
    let mut votes: Votes = [0.0; LATIN.len()];
    let mut scripts: Vec<(&'static str, usize)> = Vec::new();
    let (mut words, mut count) = (0_usize, 0_usize);
    // The words whose letters may be looked at, and how many bytes they are with a blank behind each.
    let (mut spoken, mut length) = (Vec::with_capacity(draft.tokens.len()), 0);
    for (at, token) in draft.tokens.all().iter().enumerate().filter(|(_, t)| t.kind == Kind::Word) {
        let norm = draft.tokens.norm(at);
        if is_address(norm) && draft.tokens.len() > 3 {
            continue;
        }
        words += 1;
        if !norm.is_ascii() {
            for letter in norm.chars() {
                if let Some(code) = of_letter(letter) {
                    let code = told_by(letter).unwrap_or(code);
                    match scripts.iter_mut().find(|(known, _)| *known == code) {
                        Some((_, times)) => *times += 1,
                        None => scripts.push((code, 1)),
                    }
                }
            }
        }
        count += if norm.is_ascii() {
            norm.bytes().filter(u8::is_ascii_alphabetic).count()
        } else {
            norm.chars().filter(|c| c.is_alphabetic()).count()
        };
        let tag = (token.span.start as usize).checked_sub(1).and_then(|before| draft.text.as_bytes().get(before)) == Some(&b'#');
        if tag {
            signs.word(&mut votes, norm, token.hash, TAG);
            continue;
        }
        if !signs.word(&mut votes, norm, token.hash, 1.0) && norm.len() > 4 && lexicon().valence(token.hash) != 0.0 {
            votes[0] += FEELING;
        }
        spoken.push(at);
        length += norm.len() + 1;
        if length > ENOUGH {
            break;
        }
    }
    if words == 0 {
        return None;
    }
    let sure = 1.0 - 0.6 * (-(count as f32) / 30.0).exp();
    let foreign: usize = scripts.iter().map(|(_, times)| times).sum();
    if foreign as f32 >= SCRIPT * count as f32 && foreign > 0 {
        return Some(Found { code: of_scripts(&scripts), sure: sure.max(0.8), letters: count });
    }
    // Runs of letters are asked last: where small words say English by more than runs could turn, they are not needed.
    let others = votes.iter().skip(1).copied().fold(0.0, f32::max);
    if votes[0] >= others + LEAD + RUNS {
        return Some(Found { code: "en", sure, letters: count });
    }
    let letters: String = spoken.iter().flat_map(|at| [draft.tokens.norm(*at), " "]).collect();
    let by_runs = code(detect_language(&letters));
    let all: f32 = votes.iter().sum();
    let runs = RUNS * (length as f32 / LINE).min(1.0);
    for (at, sum) in votes.iter_mut().enumerate() {
        let known = LATIN.get(at).copied().unwrap_or("");
        // The runs know one language of the three in the north; their words tell them apart.
        if known == by_runs || (by_runs == "sv" && matches!(known, "da" | "no")) {
            *sum += runs * if at < OFTEN { 1.0 } else { SELDOM };
        }
    }
    votes[0] += ENGLISH_FIRST;
    let best = votes.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1)).map_or(0, |(at, _)| at);
    let top = votes.get(best).copied().unwrap_or(0.0);
    let second = votes.iter().enumerate().filter(|(at, _)| *at != best).map(|(_, sum)| *sum).fold(0.0, f32::max);
    // A lead of three telling words is as sure as it gets; without a sign it is a guess.
    let lead = if all == 0.0 { 0.4 } else { ((top - second) / LEAD).clamp(0.3, 1.0) };
    Some(Found { code: LATIN.get(best).copied().unwrap_or("en"), sure: sure * lead.max(0.4), letters: count })
}

/// The language that most letters tell. A few kana make Han Japanese; letters of one language alone outweigh those it shares.
fn of_scripts(scripts: &[(&'static str, usize)]) -> &'static str {
    let has = |code: &str| scripts.iter().find(|(known, _)| *known == code).map_or(0, |(_, times)| *times);
    let most = scripts.iter().max_by_key(|(_, times)| *times).map_or("en", |(code, _)| *code);
    match most {
        "zh" if has("ja") * 8 >= has("zh") && has("ja") > 0 => "ja",
        "ru" if has("uk") * 60 >= has("ru") && has("uk") > 0 => "uk",
        "ar" if has("ur") * 60 >= has("ar") && has("ur") > 0 => "ur",
        "ar" if has("fa") * 60 >= has("ar") && has("fa") > 0 => "fa",
        most => most,
    }
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
    fn short_texts_of_many_languages_are_told_apart() {
        let cases = [
            ("en", "@shop no wheelchairs at the gate 😡"),
            ("en", "Worst. Hotel. Ever."),
            ("en", "Déjà vu: the café was closed again"),
            ("de", "Das Essen war kalt und niemand hat sich entschuldigt"),
            ("de", "@firma warum geht das nicht schneller?"),
            ("de", "Super freundlich, gerne wieder!"),
            ("de", "Lieferung kam zu spaet"),
            ("fr", "Trop long à livrer, jamais plus"),
            ("fr", "Personnel très accueillant, merci à tous"),
            ("fr", "c'est nul, j'attends depuis 3 jours"),
            ("es", "Muy mala atención, no vuelvo más"),
            ("es", "La comida estaba fría y tardaron una hora"),
            ("es", "@tienda cuando llega mi pedido??"),
            ("pt", "Não gostei do atendimento, muito demorado"),
            ("pt", "vc podem me ajudar? meu pedido nao chegou"),
            ("pt", "Comida boa mas o lugar é pequeno"),
            ("it", "Il cibo era freddo e il cameriere scortese"),
            ("it", "Non vedo l'ora di tornare, tutto perfetto"),
            ("it", "ma perché non rispondete mai al telefono?"),
            ("nl", "Het eten was koud en we moesten lang wachten"),
            ("nl", "Heel vriendelijk geholpen, bedankt!"),
            ("sv", "Maten var kall och vi fick vänta länge"),
            ("da", "Maden var kold og vi måtte vente længe, men personalet var venligt"),
            ("pl", "Jedzenie było zimne, ale obsługa bardzo miła"),
            ("tr", "Yemek soğuktu ama personel çok iyi"),
            ("fi", "Ruoka oli kylmää mutta palvelu oli todella hyvä"),
            ("hi", "khana thanda tha aur koi sunne wala nahi hai"),
            ("hi", "खाना ठंडा था और सेवा बहुत खराब थी"),
            ("ar", "الخدمة سيئة جدا والطعام بارد"),
            ("fa", "غذا سرد بود و کسی پاسخگو نبود، چرا؟"),
            ("uk", "Їжа була холодна, обслуговування жахливе"),
            ("zh", "送货太慢了，态度也不好"),
            ("ko", "배송이 너무 늦어요"),
            ("el", "Το φαγητό ήταν κρύο"),
            ("he", "האוכל היה קר והשירות גרוע"),
            ("th", "อาหารเย็นมาก"),
        ];
        let wrong: Vec<_> =
            cases.iter().map(|(code, text)| (code, language(text), text)).filter(|(code, found, _)| *code != found).collect();
        assert!(wrong.is_empty(), "{wrong:#?}");
    }

    #[test]
    fn a_hint_decides_where_letters_are_few() {
        assert_eq!(read("Super!", Some("de-AT")).language.map(|(code, _)| code), Some("de".to_owned()));
        assert_eq!(read("Super!", None).language.map(|(code, _)| code), Some("en".to_owned()));
    }
}
