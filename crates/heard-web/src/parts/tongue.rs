//! What a feedback form says of itself, in the languages in which it speaks.

use heard_domain::form::{Ask, FormLanguage};
use heard_flow::hear::form::Again;

/// The sentences of a language.
pub struct Tongue {
    /// Above the words.
    pub words: &'static str,
    /// Above the choice of what it is about.
    pub about: &'static str,
    /// The choice of nothing in particular.
    pub anything: &'static str,
    /// Above the address.
    pub email: &'static str,
    /// Below it: what happens with it. `{}` is the company.
    pub privacy: &'static str,
    /// Behind what may be left out.
    pub optional: &'static str,
    /// The button.
    pub send: &'static str,
    /// The field that nobody sees.
    pub trap: &'static str,
    /// Over the page afterwards.
    pub thanks: &'static str,
    /// What happens next. `{}` is the company.
    pub next: &'static str,
    /// We answer within … `{}` is the time.
    pub within: &'static str,
    /// There is an address, but no answer is promised.
    pub answered: &'static str,
    /// There is no address to answer to.
    pub unanswered: &'static str,
    /// Where they read the answer: the address follows.
    pub own_page: &'static str,
    /// The link back to an empty form.
    pub more: &'static str,
    /// Hours and days, one and several.
    pub times: [(&'static str, &'static str); 2],
    /// There is no open form here.
    pub closed: (&'static str, &'static str),
    /// Too many at once.
    pub many: &'static str,
    /// On paper: how to get there.
    pub scan: &'static str,
    /// On paper: or type.
    pub type_in: &'static str,
    asks: [(&'static str, &'static str, &'static str); 4],
    again: [&'static str; 9],
}

impl Tongue {
    /// The sentences of a language.
    pub fn of(language: FormLanguage) -> &'static Self {
        match language {
            FormLanguage::English => &ENGLISH,
            FormLanguage::German => &GERMAN,
            FormLanguage::French => &FRENCH,
            FormLanguage::Spanish => &SPANISH,
            FormLanguage::Finnish => &FINNISH,
        }
    }

    /// The usual question of a rating, and what its lowest and highest value mean.
    pub fn ask(&self, ask: Ask) -> (&'static str, &'static str, &'static str) {
        let [nps, csat, stars, ces] = self.asks;
        match ask {
            Ask::Nps => nps,
            Ask::Csat => csat,
            Ask::Stars => stars,
            Ask::Ces => ces,
        }
    }

    /// Why the form is shown again, and what to do.
    pub fn again(&self, why: Again) -> &'static str {
        let [quick, old, strange, trap, sent, empty, long, email, unfit] = self.again;
        match why {
            Again::Quick => quick,
            Again::Old => old,
            Again::Strange => strange,
            Again::Trap => trap,
            Again::Sent => sent,
            Again::Empty => empty,
            Again::Long => long,
            Again::Email => email,
            Again::Unfit => unfit,
        }
    }

    /// A number of hours in words: whole days from two days on.
    pub fn time(&self, hours: i32) -> String {
        let [hour, day] = self.times;
        let (count, (one, many)) = if hours >= 48 && hours % 24 == 0 { (hours / 24, day) } else { (hours, hour) };
        format!("{count} {}", if count == 1 { one } else { many })
    }
}

static ENGLISH: Tongue = Tongue {
    words: "In your own words",
    about: "What is it about?",
    anything: "Anything",
    email: "Your e-mail address, if we may answer you",
    privacy: "Only {} sees it, and uses it only to answer you about this.",
    optional: "(optional)",
    send: "Send",
    trap: "Leave this empty",
    thanks: "Thank you",
    next: "Your words have reached {}, exactly as you wrote them.",
    within: "We answer within {}, to the address you gave.",
    answered: "If there is something to answer, it goes to the address you gave.",
    unanswered: "You left no address, so we cannot answer you; what you said counts all the same.",
    own_page: "Keep the address of your own page: there you read what we answer, and can write back.",
    more: "Tell us something else",
    times: [("hour", "hours"), ("day", "days")],
    closed: ("This form is not open", "Its address may have changed, or it has been closed. Nothing was sent."),
    many: "Too much was sent from your network. Your words are still here: wait a few minutes, then send again.",
    scan: "Point your phone's camera here",
    type_in: "or type this address",
    asks: [
        ("How likely are you to recommend us to a friend or colleague?", "not at all likely", "extremely likely"),
        ("How satisfied are you?", "very dissatisfied", "very satisfied"),
        ("How many stars do you give?", "poor", "excellent"),
        ("It was easy to get done what I wanted.", "strongly disagree", "strongly agree"),
    ],
    again: [
        "That was very quick. Please check your words, then send them again.",
        "This page was open for a long time. Your words are still here: please send them again.",
        "This page could not be recognised. Your words are still here: please send them again.",
        "A field that must stay empty was filled in, perhaps by your browser. It is empty again: please send once more.",
        "You have already sent this form, and we have it. If you want to send this as well, send it now.",
        "Nothing is filled in yet: write something or choose a rating.",
        "That is too long: at most 10,000 characters fit.",
        "This is not an e-mail address. Correct it, or leave it out.",
        "Something in it cannot be taken as it is. Please write it in another way.",
    ],
};

static GERMAN: Tongue = Tongue {
    words: "In Ihren eigenen Worten",
    about: "Worum geht es?",
    anything: "Um etwas anderes",
    email: "Ihre E-Mail-Adresse, wenn wir Ihnen antworten dürfen",
    privacy: "Nur {} sieht sie und verwendet sie nur, um Ihnen hierauf zu antworten.",
    optional: "(freiwillig)",
    send: "Absenden",
    trap: "Bitte leer lassen",
    thanks: "Vielen Dank",
    next: "Ihre Worte sind bei {} angekommen, genau so, wie Sie sie geschrieben haben.",
    within: "Wir antworten innerhalb von {} an die angegebene Adresse.",
    answered: "Wenn es etwas zu antworten gibt, geht es an die angegebene Adresse.",
    unanswered: "Sie haben keine Adresse angegeben, darum können wir nicht antworten; was Sie gesagt haben, zählt genauso.",
    own_page: "Bewahren Sie die Adresse Ihrer eigenen Seite auf: Dort lesen Sie unsere Antwort und können zurückschreiben.",
    more: "Noch etwas mitteilen",
    times: [("Stunde", "Stunden"), ("Tag", "Tagen")],
    closed: (
        "Dieses Formular ist nicht geöffnet",
        "Die Adresse hat sich vielleicht geändert, oder es wurde geschlossen. Es wurde nichts gesendet.",
    ),
    many: "Aus Ihrem Netz wurde zu viel gesendet. Ihre Worte stehen noch hier: Warten Sie einige Minuten und senden Sie dann noch einmal.",
    scan: "Halten Sie die Kamera Ihres Telefons hierauf",
    type_in: "oder geben Sie diese Adresse ein",
    asks: [
        ("Wie wahrscheinlich ist es, dass Sie uns weiterempfehlen?", "sehr unwahrscheinlich", "sehr wahrscheinlich"),
        ("Wie zufrieden sind Sie?", "sehr unzufrieden", "sehr zufrieden"),
        ("Wie viele Sterne geben Sie?", "schlecht", "ausgezeichnet"),
        ("Es war einfach, mein Anliegen zu erledigen.", "stimme gar nicht zu", "stimme voll zu"),
    ],
    again: [
        "Das ging sehr schnell. Bitte sehen Sie Ihre Worte noch einmal an und senden Sie sie dann.",
        "Diese Seite war lange offen. Ihre Worte stehen noch hier: Bitte senden Sie sie noch einmal.",
        "Diese Seite wurde nicht erkannt. Ihre Worte stehen noch hier: Bitte senden Sie sie noch einmal.",
        "Ein Feld, das leer bleiben muss, war ausgefüllt, vielleicht von Ihrem Browser. Es ist wieder leer: Bitte senden Sie noch einmal.",
        "Sie haben dieses Formular schon gesendet, und wir haben es. Wenn Sie auch dies senden möchten, senden Sie es jetzt.",
        "Noch ist nichts ausgefüllt: Schreiben Sie etwas oder wählen Sie eine Bewertung.",
        "Das ist zu lang: Höchstens 10 000 Zeichen haben Platz.",
        "Das ist keine E-Mail-Adresse. Bitte berichtigen Sie sie, oder lassen Sie sie weg.",
        "Etwas darin kann so nicht angenommen werden. Bitte schreiben Sie es anders.",
    ],
};

static FRENCH: Tongue = Tongue {
    words: "Avec vos propres mots",
    about: "De quoi s’agit-il ?",
    anything: "Autre chose",
    email: "Votre adresse e-mail, si nous pouvons vous répondre",
    privacy: "Seul {} la voit, et uniquement pour vous répondre à ce sujet.",
    optional: "(facultatif)",
    send: "Envoyer",
    trap: "Laissez ce champ vide",
    thanks: "Merci",
    next: "Vos mots sont arrivés chez {}, exactement tels que vous les avez écrits.",
    within: "Nous répondons sous {} à l’adresse indiquée.",
    answered: "S’il y a une réponse à donner, elle ira à l’adresse indiquée.",
    unanswered: "Vous n’avez pas laissé d’adresse, nous ne pouvons donc pas vous répondre ; ce que vous avez dit compte tout autant.",
    own_page: "Conservez l’adresse de votre page : vous y lirez notre réponse et pourrez nous écrire.",
    more: "Dire autre chose",
    times: [("heure", "heures"), ("jour", "jours")],
    closed: ("Ce formulaire n’est pas ouvert", "Son adresse a peut-être changé, ou il a été fermé. Rien n’a été envoyé."),
    many: "Trop d’envois depuis votre réseau. Vos mots sont toujours là : attendez quelques minutes, puis envoyez-les à nouveau.",
    scan: "Visez ce code avec votre téléphone",
    type_in: "ou saisissez cette adresse",
    asks: [
        ("Nous recommanderiez-vous à un ami ou à un collègue ?", "pas du tout probable", "extrêmement probable"),
        ("Êtes-vous satisfait ?", "très insatisfait", "très satisfait"),
        ("Combien d’étoiles donnez-vous ?", "mauvais", "excellent"),
        ("Il m’a été facile d’obtenir ce que je voulais.", "pas du tout d’accord", "tout à fait d’accord"),
    ],
    again: [
        "C’était très rapide. Relisez vos mots, puis envoyez-les à nouveau.",
        "Cette page est restée longtemps ouverte. Vos mots sont toujours là : envoyez-les à nouveau.",
        "Cette page n’a pas été reconnue. Vos mots sont toujours là : envoyez-les à nouveau.",
        "Un champ qui doit rester vide a été rempli, peut-être par votre navigateur. Il est vide à nouveau : envoyez encore une fois.",
        "Vous avez déjà envoyé ce formulaire, et nous l’avons reçu. Si vous voulez aussi envoyer ceci, envoyez-le maintenant.",
        "Rien n’est encore rempli : écrivez quelque chose ou choisissez une note.",
        "C’est trop long : 10 000 caractères au plus.",
        "Ce n’est pas une adresse e-mail. Corrigez-la ou laissez le champ vide.",
        "Quelque chose ne peut pas être accepté tel quel. Écrivez-le autrement.",
    ],
};

static SPANISH: Tongue = Tongue {
    words: "Con sus propias palabras",
    about: "¿De qué se trata?",
    anything: "De otra cosa",
    email: "Su correo electrónico, si podemos responderle",
    privacy: "Solo {} lo ve, y solo para responderle sobre esto.",
    optional: "(opcional)",
    send: "Enviar",
    trap: "Deje este campo vacío",
    thanks: "Gracias",
    next: "Sus palabras han llegado a {}, exactamente como las escribió.",
    within: "Respondemos en un plazo de {} a la dirección indicada.",
    answered: "Si hay algo que responder, irá a la dirección indicada.",
    unanswered: "No dejó ninguna dirección, así que no podemos responderle; lo que ha dicho cuenta igualmente.",
    own_page: "Guarde la dirección de su propia página: allí leerá nuestra respuesta y podrá escribirnos.",
    more: "Decir algo más",
    times: [("hora", "horas"), ("día", "días")],
    closed: (
        "Este formulario no está abierto",
        "Puede que su dirección haya cambiado o que se haya cerrado. No se ha enviado nada.",
    ),
    many: "Se ha enviado demasiado desde su red. Sus palabras siguen aquí: espere unos minutos y vuelva a enviarlas.",
    scan: "Apunte aquí con la cámara del teléfono",
    type_in: "o escriba esta dirección",
    asks: [
        ("¿Nos recomendaría a un amigo o colega?", "nada probable", "muy probable"),
        ("¿Está satisfecho?", "muy insatisfecho", "muy satisfecho"),
        ("¿Cuántas estrellas nos da?", "malo", "excelente"),
        ("Fue fácil conseguir lo que quería.", "muy en desacuerdo", "muy de acuerdo"),
    ],
    again: [
        "Ha sido muy rápido. Revise sus palabras y vuelva a enviarlas.",
        "Esta página estuvo abierta mucho tiempo. Sus palabras siguen aquí: vuelva a enviarlas.",
        "No se ha reconocido esta página. Sus palabras siguen aquí: vuelva a enviarlas.",
        "Se rellenó un campo que debe quedar vacío, quizá por su navegador. Ya está vacío: envíelo otra vez.",
        "Ya envió este formulario y lo tenemos. Si también quiere enviar esto, envíelo ahora.",
        "Todavía no hay nada: escriba algo o elija una valoración.",
        "Es demasiado largo: caben como máximo 10 000 caracteres.",
        "Esto no es un correo electrónico. Corríjalo o déjelo vacío.",
        "Algo no se puede aceptar tal como está. Escríbalo de otra manera.",
    ],
};

static FINNISH: Tongue = Tongue {
    words: "Omin sanoin",
    about: "Mistä on kyse?",
    anything: "Jostakin muusta",
    email: "Sähköpostiosoitteesi, jos saamme vastata sinulle",
    privacy: "Vain {} näkee sen ja käyttää sitä vain vastatakseen sinulle tähän.",
    optional: "(vapaaehtoinen)",
    send: "Lähetä",
    trap: "Jätä tämä tyhjäksi",
    thanks: "Kiitos",
    next: "Sanasi ovat perillä juuri niin kuin ne kirjoitit. Vastaanottaja: {}.",
    within: "Vastaamme antamaasi osoitteeseen. Aikaa kuluu enintään {}.",
    answered: "Jos on jotakin vastattavaa, se tulee antamaasi osoitteeseen.",
    unanswered: "Et jättänyt osoitetta, joten emme voi vastata; sanasi on silti yhtä tärkeä.",
    own_page: "Säilytä oman sivusi osoite: siellä luet vastauksemme ja voit kirjoittaa takaisin.",
    more: "Kerro vielä jotakin",
    times: [("tunti", "tuntia"), ("päivä", "päivää")],
    closed: ("Tämä lomake ei ole auki", "Osoite on ehkä muuttunut, tai lomake on suljettu. Mitään ei lähetetty."),
    many: "Verkostasi on lähetetty liian paljon. Sanasi ovat yhä tässä: odota muutama minuutti ja lähetä uudelleen.",
    scan: "Suuntaa puhelimesi kamera tähän",
    type_in: "tai kirjoita tämä osoite",
    asks: [
        (
            "Kuinka todennäköisesti suosittelisit meitä ystävälle tai työtoverille?",
            "en lainkaan todennäköisesti",
            "erittäin todennäköisesti",
        ),
        ("Kuinka tyytyväinen olet?", "erittäin tyytymätön", "erittäin tyytyväinen"),
        ("Montako tähteä annat?", "huono", "erinomainen"),
        ("Asiani hoituminen oli helppoa.", "täysin eri mieltä", "täysin samaa mieltä"),
    ],
    again: [
        "Se kävi hyvin nopeasti. Tarkista sanasi ja lähetä uudelleen.",
        "Tämä sivu oli auki pitkään. Sanasi ovat yhä tässä: lähetä ne uudelleen.",
        "Sivua ei tunnistettu. Sanasi ovat yhä tässä: lähetä ne uudelleen.",
        "Kenttä, jonka on oltava tyhjä, oli täytetty, ehkä selaimesi toimesta. Se on taas tyhjä: lähetä vielä kerran.",
        "Olet jo lähettänyt tämän lomakkeen, ja se on meillä. Jos haluat lähettää myös tämän, lähetä se nyt.",
        "Mitään ei ole vielä täytetty: kirjoita jotakin tai valitse arvosana.",
        "Se on liian pitkä: enintään 10 000 merkkiä mahtuu.",
        "Tämä ei ole sähköpostiosoite. Korjaa se tai jätä se pois.",
        "Jotakin ei voi ottaa vastaan tällaisenaan. Kirjoita se toisin.",
    ],
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_said_in_hours_and_days() {
        let tongue = Tongue::of(FormLanguage::English);
        assert_eq!([1, 24, 36, 48, 120].map(|hours| tongue.time(hours)), ["1 hour", "24 hours", "36 hours", "2 days", "5 days"]);
    }

    #[test]
    fn every_language_says_everything() {
        for language in FormLanguage::ALL {
            let tongue = Tongue::of(*language);
            assert!(tongue.privacy.contains("{}") && tongue.next.contains("{}") && tongue.within.contains("{}"), "{language}");
            for why in Again::ALL {
                assert!(tongue.again(*why).len() > 20, "{language} {why}");
            }
            for ask in Ask::ALL {
                let (question, low, high) = tongue.ask(*ask);
                assert!(!question.is_empty() && low != high, "{language} {ask}");
            }
        }
    }
}
