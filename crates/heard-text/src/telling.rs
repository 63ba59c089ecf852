//! Telling words: those of a text that say what it is about. Grammar is left out, and so are names of days and months: they rise every month,
//! whatever happens.

use std::sync::OnceLock;

use crate::languages::{LATIN, Votes, signs};
use crate::token::{Hashes, Kind, Tokens, hash};
use crate::words::is_common;

/// Names of days and months, one list per language, without those that are something else in another one.
const TIMES: [&str; 11] = [
    // English
    "monday tuesday wednesday thursday friday saturday sunday mondays tuesdays wednesdays thursdays fridays saturdays sundays \
january february march april may june july august september october november december jan feb mar apr jun jul aug sep sept oct nov dec",
    // German
    "montag dienstag mittwoch donnerstag freitag samstag sonnabend sonntag montags dienstags mittwochs donnerstags freitags samstags sonntags \
januar jänner februar feber märz maerz april juni juli august september oktober november dezember",
    // French
    "lundi mardi mercredi jeudi vendredi samedi dimanche lundis mardis mercredis jeudis vendredis samedis dimanches \
janvier février fevrier avril juin juillet août aout septembre octobre novembre décembre decembre",
    // Spanish
    "lunes martes miércoles miercoles jueves viernes sábado sabado domingo sábados sabados domingos \
enero febrero marzo abril junio julio agosto septiembre setiembre octubre noviembre diciembre",
    // Portuguese
    "segunda-feira terça-feira terca-feira quarta-feira quinta-feira sexta-feira sábado domingo \
janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
    // Italian
    "lunedì lunedi martedì martedi mercoledì mercoledi giovedì giovedi venerdì venerdi sabato domenica \
gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
    // Dutch
    "maandag dinsdag woensdag donderdag vrijdag zaterdag zondag \
januari februari maart april juni juli augustus september oktober november december",
    // Swedish
    "måndag tisdag onsdag torsdag fredag lördag söndag måndagen tisdagen onsdagen torsdagen fredagen lördagen söndagen \
januari februari april juni juli augusti september oktober november december",
    // Danish and Norwegian
    "mandag tirsdag onsdag torsdag fredag lørdag søndag mandagen tirsdagen onsdagen torsdagen fredagen lørdagen søndagen \
januar februar marts april juni juli august september oktober november december desember",
    // Finnish, also in the case in which something happens
    "maanantai tiistai keskiviikko torstai perjantai lauantai sunnuntai maanantaina tiistaina keskiviikkona torstaina perjantaina lauantaina \
sunnuntaina tammikuu helmikuu maaliskuu huhtikuu toukokuu kesäkuu heinäkuu elokuu syyskuu lokakuu marraskuu joulukuu tammikuussa helmikuussa \
maaliskuussa huhtikuussa toukokuussa kesäkuussa heinäkuussa elokuussa syyskuussa lokakuussa marraskuussa joulukuussa",
    // Polish, also in the case in which dates are said
    "poniedziałek wtorek środa środę czwartek piątek sobota sobotę niedziela niedzielę styczeń luty marzec kwiecień czerwiec lipiec sierpień \
wrzesień październik listopad grudzień stycznia lutego kwietnia czerwca lipca sierpnia września października listopada grudnia",
];

/// What names a time in other languages, and something else in English: a bar of chocolate, what goes on a burger, a name, a
/// brand.
const TIMES_ELSEWHERE: &str = "mars mayo mai maj mei maja marca feira";

fn hashes(words: &str) -> impl Iterator<Item = u64> + '_ {
    words.split_whitespace().map(|word| hash(word.as_bytes()))
}

/// Whether a normal form names a day or a month; `english`: in a text that reads like English.
fn names_a_time(norm: &str, english: bool) -> bool {
    static SETS: OnceLock<(Hashes, Hashes)> = OnceLock::new();
    let (always, elsewhere) =
        SETS.get_or_init(|| (TIMES.iter().flat_map(|words| hashes(words)).collect(), hashes(TIMES_ELSEWHERE).collect()));
    let form = hash(norm.as_bytes());
    always.contains(&form) || !english && elsewhere.contains(&form)
}

/// Whether no other language has more signs in a text than English.
fn reads_like_english(tokens: &Tokens) -> bool {
    let mut votes: Votes = [0.0; LATIN.len()];
    for (at, token) in tokens.all().iter().enumerate().filter(|(_, token)| token.kind == Kind::Word) {
        signs().word(&mut votes, tokens.norm(at), token.hash, 1.0);
    }
    let (english, others) = votes.split_at(1);
    others.iter().all(|other| english.iter().all(|english| english >= other))
}

/// The telling words of a text by their stems, each once, with the form in which it stands first.
pub fn telling(text: &str) -> Vec<(u64, String)> {
    let tokens = Tokens::of(text);
    let english = reads_like_english(&tokens);
    let mut found: Vec<(u64, String)> = Vec::new();
    for (at, token) in tokens.all().iter().enumerate().filter(|(_, token)| token.kind == Kind::Word) {
        let norm = tokens.norm(at);
        let tells = norm.chars().count() > 2 && !is_common(norm) && !names_a_time(norm, english);
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
        for (text, left) in [
            ("Am Montag im März war das Zimmer kalt", "zimmer"),
            ("Le mardi 3 mars la chambre était froide", "chambre"),
            ("El miércoles de mayo la habitación estaba fría", "habitación"),
            ("Na sexta-feira, em março, o quarto estava frio", "quarto"),
            ("Mercoledì di maggio la camera era fredda", "camera"),
            ("Op woensdag in mei was de kamer koud", "kamer"),
        ] {
            let found = forms(text);
            assert!(found.iter().any(|form| form == left), "{text}: {found:?}");
            let times = [
                "montag",
                "märz",
                "mardi",
                "mars",
                "miércoles",
                "mayo",
                "sexta-feira",
                "feira",
                "março",
                "mercoledì",
                "maggio",
                "woensdag",
                "mei",
            ];
            assert!(!found.iter().any(|form| times.contains(&form.as_str())), "{text}: {found:?}");
        }
        // On a burger it is no month.
        assert!(forms("There was no mayo on the burger and the mars bar was old").contains(&"mayo".to_owned()));
        let stem = |text: &str| telling(text).first().map(|(stem, _)| *stem);
        assert_eq!(stem("codes"), stem("the code"));
    }
}
