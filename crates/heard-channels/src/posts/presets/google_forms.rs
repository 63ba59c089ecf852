//! Answers to a Google Form, as its sheet is downloaded: a time, and one column per question.

use heard_domain::channel::Channel;

use crate::posts::preset::{As, Keyed, Preset, TABLE};
use crate::posts::shape::Shape;
use crate::posts::words::{normal, words};

/// The name of the first column, in the language of who made the form.
const TIMES: &[&str] = &[
    "timestamp",
    "zeitstempel",
    "horodateur",
    "marcatemporal",
    "carimbodedatahora",
    "datahora",
    "informazionicronologiche",
    "tijdstempel",
    "tidsstempel",
    "tidsstämpel",
    "aikaleima",
    "sygnaturaczasowa",
    "časovéoznačení",
    "időbélyeg",
    "zamandamgası",
    "отметкавремени",
    "позначкачасу",
    "タイムスタンプ",
    "타임스탬프",
    "时间戳记",
    "時間戳記",
    "χρονικήσήμανση",
];

/// Recognised by the time in front of questions. A form names nothing of its rows, so all of a row together is its key: the
/// next download, which has the old rows too, adds only the new ones.
pub const GOOGLE_FORMS: Preset = Preset {
    name: "google-forms",
    label: "Google Forms",
    headers: &[&[]],
    looks,
    columns: &[
        ("Timestamp", As::Time),
        ("Zeitstempel", As::Time),
        ("Horodateur", As::Time),
        ("Marca temporal", As::Time),
        ("Carimbo de data/hora", As::Time),
        ("Data/hora", As::Time),
        ("Informazioni cronologiche", As::Time),
        ("Tijdstempel", As::Time),
        ("Tidsstempel", As::Time),
        ("Tidsstämpel", As::Time),
        ("Aikaleima", As::Time),
        ("Sygnatura czasowa", As::Time),
        ("Časové označení", As::Time),
        ("Időbélyeg", As::Time),
        ("Zaman damgası", As::Time),
        ("Отметка времени", As::Time),
        ("Позначка часу", As::Time),
        ("タイムスタンプ", As::Time),
        ("타임스탬프", As::Time),
        ("时间戳记", As::Time),
        ("時間戳記", As::Time),
        ("Χρονική σήμανση", As::Time),
        ("Email Address", As::Email),
        ("Email", As::Email),
        ("Username", As::Email),
        ("E-Mail-Adresse", As::Email),
        ("Adresse e-mail", As::Email),
        ("Dirección de correo electrónico", As::Email),
        ("Endereço de e-mail", As::Email),
        ("Indirizzo email", As::Email),
        ("E-mailadres", As::Email),
        ("メールアドレス", As::Email),
        ("Score", As::Skip),
        ("Punkte", As::Skip),
        ("Puntuación", As::Skip),
    ],
    keyed: Keyed::ByContent,
    channel: Channel::Survey,
    post: "Google Forms",
    ..TABLE
};

/// “Timestamp” alone is on many files; a form asks something as well, in whole sentences.
fn looks(shape: &Shape) -> bool {
    let timed = shape.columns.first().is_some_and(|first| TIMES.contains(&normal(first).as_str()));
    let asks = |name: &String| {
        name.contains(['?', '？', '¿']) || words(name).len() >= 4 || !name.is_ascii() && name.chars().count() > 12
    };
    timed && shape.columns.len() > 1 && shape.columns.iter().skip(1).any(asks)
}
