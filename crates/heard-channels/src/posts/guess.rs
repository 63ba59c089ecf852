//! What the columns of a file mean: by preset if its layout is known, else from the words of their names and what stands in
//! them. Every guess says how sure it is and why; a person confirms it.

use heard_domain::capital::capital;
use heard_domain::channel::Channel;
use heard_domain::import::{DateOrder, Mapping, Meaning};
use heard_domain::score::Formula;

use crate::posts::preset::Preset;
use crate::posts::registry::recognise;
use crate::posts::shape::Shape;
use crate::posts::survey::{Facts, Survey};
use crate::posts::words::{
    COMPANY_SPEAKS, HANDLE, ID, NAME, NO_ATTRIBUTE, NO_SCORE, OTHER_TIME, PERSON, SAID, SCORE, STAFF, TEXT, TITLE, any, normal,
    words,
};

/// How sure a guess is, and why: shown beside each column before a person confirms.
#[derive(Debug, Clone, PartialEq)]
pub struct Sure {
    /// 0-1: 1 is what a known layout says or a person has confirmed before, 0.85 and more has its name and its values for it,
    /// below 0.7 somebody should look, 0.5 is no more than a default.
    pub confidence: f32,
    /// What it rests on, in a few words.
    pub because: String,
}

impl Sure {
    /// What a person has confirmed for another file of the same shape.
    pub fn remembered() -> Self {
        Self { confidence: 1.0, because: "as it was confirmed last time".to_owned() }
    }
}

/// What the columns of a file are taken for.
#[derive(Debug, Clone)]
pub struct Guess {
    /// To be confirmed by a person.
    pub mapping: Mapping,
    /// How sure, one per column of the mapping.
    pub sure: Vec<Sure>,
    /// What a person should know before confirming.
    pub remarks: Vec<String>,
}

/// The code of mappings that no preset gave.
pub const GENERIC: &str = "generic";

/// One column on its way to a meaning.
struct Column<'a> {
    facts: &'a Facts,
    /// The words of its name and its label.
    words: Vec<String>,
    found: Option<(Meaning, Sure)>,
}

impl Column<'_> {
    fn named(&self, list: &[&str]) -> bool {
        any(&self.words, list)
    }

    fn is(&mut self, meaning: Meaning, confidence: f32, because: &str) {
        self.found = Some((meaning, Sure { confidence, because: because.to_owned() }));
    }

    fn free(&self) -> bool {
        self.found.is_none()
    }

    /// Long and mostly different values: somebody wrote them.
    fn written(&self) -> bool {
        let different = self.facts.distinct as f64 >= 0.4 * self.facts.filled as f64 || self.facts.filled < 20;
        self.facts.wordy() >= 3.0 && different
    }

    fn share(&self, count: u64) -> f64 {
        self.facts.share(count)
    }
}

/// What the columns mean, as far as can be told.
pub fn guess(shape: &Shape, survey: &Survey) -> Guess {
    let preset = recognise(shape);
    let mut columns: Vec<Column> = survey
        .columns
        .iter()
        .map(|facts| Column { facts, words: words(&format!("{} {}", facts.name, facts.label)), found: None })
        .collect();
    let mut remarks = shape.notes.clone();
    if let Some(preset) = preset {
        by_preset(preset, &mut columns);
        // A survey may ask for an address as well.
        people(&mut columns);
    } else {
        keys(&mut columns, &mut remarks);
        time(&mut columns, &mut remarks);
        people(&mut columns);
        links(&mut columns);
    }
    ratings(&mut columns);
    texts(&mut columns, &mut remarks, preset.is_some());
    attributes(&mut columns);

    let timed = columns.iter().find(|c| matches!(c.found, Some((Meaning::Time, _))));
    let verdict = timed.map(|column| column.facts.orders.verdict());
    if let Some(verdict) = verdict.as_ref().filter(|v| !v.remark.is_empty()) {
        remarks.push(verdict.remark.clone());
    }
    let (channel, post) = preset.map_or_else(|| place(&columns), |preset| (preset.channel, preset.post));
    let zone = shape.zone.as_ref().map(ToString::to_string).or_else(|| preset.and_then(|p| p.zone).map(str::to_owned));
    let mut mapping = Mapping {
        kind: heard_domain::import::ImportKind::Feedback,
        preset: preset.map_or(GENERIC, |preset| preset.name).to_owned(),
        columns: Vec::new(),
        dates: verdict.as_ref().map_or(DateOrder::YearFirst, |verdict| verdict.order),
        zone,
        channel,
        post: post.to_owned(),
    };
    let mut sure = Vec::new();
    for column in columns {
        let unknown = (Meaning::Skip, Sure { confidence: 0.5, because: "nothing points to a meaning".to_owned() });
        let (meaning, mut own) = column.found.unwrap_or(unknown);
        if let (Meaning::Time, Some(verdict)) = (&meaning, &verdict) {
            own.confidence = own.confidence.min(verdict.sure);
        }
        mapping.columns.push((column.facts.name.clone(), meaning));
        sure.push(own);
    }
    Guess { mapping, sure, remarks }
}

fn by_preset(preset: &Preset, columns: &mut [Column]) {
    for column in columns {
        if let Some(meaning) = preset.meaning(&column.facts.name) {
            column.is(meaning, 1.0, &format!("known from {} exports", preset.label));
        }
    }
}

/// An id is a key only if it tells all rows of the file apart; what merely counts the rows would be somebody else's key in
/// the next file, and what a spreadsheet rounded is nobody's.
fn keys(columns: &mut [Column], remarks: &mut Vec<String>) {
    let mut best: Option<(usize, usize)> = None;
    for (place, column) in columns.iter_mut().enumerate() {
        let (facts, name) = (column.facts, &column.facts.name);
        let identifies =
            column.words.last().is_some_and(|word| ID.contains(&word.as_str())) || normal(name) == "id" || name == "#";
        if !identifies || facts.filled == 0 || column.named(PERSON) || column.named(STAFF) || facts.wordy() > 1.5 {
            continue;
        }
        if facts.rounded > 0 {
            remarks
                .push(format!("“{name}” was rounded by a spreadsheet ({}): it tells no rows apart", facts.examples.join(", ")));
            column.is(Meaning::Skip, 0.95, "an id that a spreadsheet has rounded");
        } else if facts.counting && facts.filled > 1 {
            column.is(Meaning::Skip, 0.9, "counts the rows of this file");
        } else if facts.unique {
            // “id” itself, then ids of what customers write, then the first.
            let rank = match normal(name).as_str() {
                "id" | "key" | "uuid" => 0,
                _ if column.named(TEXT)
                    || column.named(&["response", "ticket", "case", "submission", "record", "conversation"]) =>
                {
                    1
                }
                _ => 2,
            };
            if best.is_none_or(|(_, before)| rank < before) {
                best = Some((place, rank));
            }
        } else if column.words.iter().any(|w| matches!(w.as_str(), "id" | "key" | "uuid" | "guid")) {
            remarks.push(format!("“{name}” does not tell all rows apart, so it is no key"));
            column.is(Meaning::Skip, 0.8, "an id that is not unique in this file");
        }
    }
    match best.and_then(|(place, _)| columns.get_mut(place)) {
        Some(column) => column.is(Meaning::Key, 0.95, "different in every row"),
        None => remarks.push("no column tells all rows apart: the file and the number of the row do".to_owned()),
    }
}

fn time(columns: &mut [Column], remarks: &mut Vec<String>) {
    let score = |column: &Column| {
        let facts = column.facts;
        let (dates, digits) = (column.share(facts.dates), column.share(facts.digits));
        let said = column.named(SAID);
        if !column.free() || facts.filled == 0 || dates < if said { 0.5 } else { 0.9 } || (digits > 0.5 && !said) {
            return None;
        }
        let filled = facts.filled as f64 / facts.seen as f64;
        let other = if column.named(OTHER_TIME) { 3.0 } else { 0.0 };
        let words = if said { 2.0 } else { 0.0 } - other;
        Some(dates + filled * 2.0 + 0.5 * column.share(facts.clocks) + words)
    };
    let scored: Vec<Option<f64>> = columns.iter().map(score).collect();
    let best = scored.iter().enumerate().filter_map(|(place, s)| s.map(|s| (place, s)));
    let best = best.reduce(|best, next| if next.1 > best.1 { next } else { best });
    let Some((best, _)) = best else {
        remarks.push("no column of dates: the moment of the import is taken as the moment it was said".to_owned());
        return;
    };
    for (place, column) in columns.iter_mut().enumerate() {
        if place == best {
            let sure = if column.named(SAID) && !column.named(OTHER_TIME) { 0.95 } else { 0.7 };
            column.is(Meaning::Time, sure, "dates");
        } else if scored.get(place).is_some_and(Option::is_some) {
            column.is(Meaning::Skip, 0.7, "dates, but another column says better when it was said");
        }
    }
}

fn people(columns: &mut [Column]) {
    let mut taken: Vec<Meaning> = columns.iter().filter_map(|c| c.found.as_ref().map(|(meaning, _)| meaning.clone())).collect();
    for column in columns.iter_mut().filter(|c| c.free() && c.facts.filled > 0) {
        let facts = column.facts;
        if column.named(STAFF) {
            continue;
        }
        let whole = normal(&facts.name);
        let id = column.words.last().is_some_and(|word| ID.contains(&word.as_str()));
        let single = column.share(facts.filled - facts.spaced.min(facts.filled)) > 0.95;
        let like_handles = single && column.share(facts.handles) >= 0.4;
        let mail = column.named(&["email", "mail", "courriel", "correo"]);
        let found = if column.share(facts.emails) >= if mail { 0.5 } else { 0.9 } {
            Some((Meaning::Email, 0.95, "e-mail addresses"))
        } else if column.named(&["phone", "mobile", "telephone", "tel", "telefon"]) && facts.distinct > 1 {
            Some((Meaning::Phone, 0.85, "its name"))
        } else if column.named(&["loyalty", "frequent"]) && single {
            Some((Meaning::Loyalty, 0.85, "its name"))
        } else if column.named(&["touchpoint"]) || whole == "touchpointname" {
            Some((Meaning::Touchpoint, 0.9, "its name"))
        } else if column.named(PERSON) && id && single {
            Some((Meaning::PersonKey, 0.9, "its name"))
        } else if HANDLE.contains(&whole.as_str())
            || column.named(HANDLE)
            || whole.ends_with("screenname")
            || whole.ends_with("username")
        {
            Some(if single { (Meaning::Handle, 0.9, "its name") } else { (Meaning::Author, 0.8, "its name") })
        } else if column.named(&["account", "organisation", "organization"]) && !id && facts.numbers * 2 < facts.filled {
            Some((Meaning::Account, 0.8, "its name"))
        } else if matches!(whole.as_str(), "role" | "jobtitle" | "authorrole" | "position") {
            Some((Meaning::Role, 0.8, "its name"))
        } else if names_a_person(column) {
            Some(if like_handles {
                (Meaning::Handle, 0.8, "single words, mostly in small letters")
            } else {
                (Meaning::Author, 0.85, "its name")
            })
        } else {
            None
        };
        if let Some((meaning, confidence, because)) = found
            && !taken.contains(&meaning)
        {
            taken.push(meaning.clone());
            column.is(meaning, confidence, because);
        }
    }
}

/// “name”, “customer”, “author name”, but not “product name” or “user timezone”.
fn names_a_person(column: &Column) -> bool {
    let facts = column.facts;
    let own = words(&facts.name);
    let known = |word: &String| any(std::slice::from_ref(word), NAME) || any(std::slice::from_ref(word), PERSON);
    let fillers = ["full", "display", "first", "last", "given", "family"];
    !own.is_empty()
        && own.iter().all(|word| known(word) || fillers.contains(&word.as_str()))
        && facts.wordy() <= 4.0
        && facts.numbers * 2 < facts.filled
        && facts.verdicts * 2 < facts.filled
        && (facts.filled < 20 || facts.distinct * 50 > facts.filled)
}

fn links(columns: &mut [Column]) {
    let mut links: Vec<&mut Column> = columns.iter_mut().filter(|c| c.free() && c.share(c.facts.links) >= 0.9).collect();
    let best = links
        .iter()
        .position(|c| c.named(&["link", "permalink"]))
        .or_else(|| links.iter().position(|c| c.named(&["url", "uri"])));
    for (place, column) in links.iter_mut().enumerate() {
        if place == best.unwrap_or(0) {
            column.is(Meaning::Link, 0.9, "web addresses");
        } else {
            column.is(Meaning::Skip, 0.7, "web addresses, but another column leads to the original");
        }
    }
}

fn ratings(columns: &mut [Column]) {
    for column in columns.iter_mut().filter(|c| c.free() && c.facts.filled > 0) {
        let facts = column.facts;
        if !column.named(SCORE) || column.named(NO_SCORE) || column.named(STAFF) {
            continue;
        }
        let scale = scale_name(column);
        if column.share(facts.verdicts) >= 0.9 && facts.distinct <= 4 {
            let meaning = Meaning::Rating { scale, formula: Formula::GoodShare, min: 0.0, max: 1.0 };
            column.is(meaning, 0.7, "good and bad, under a name for scores");
        } else if column.share(facts.numbers) >= 0.9 && facts.distinct <= 101 && facts.rounded == 0 {
            let formula = formula(column);
            let (min, max) = formula.range().unwrap_or_else(|| ends(facts.low, facts.high));
            let scale = if formula == Formula::Nps { "NPS".to_owned() } else { scale };
            let sure = if formula == Formula::Mean { 0.6 } else { 0.85 };
            let because = format!("numbers from {} to {}, under a name for scores", facts.low, facts.high);
            column.is(Meaning::Rating { scale, formula, min, max }, sure, &because);
        }
    }
}

fn formula(column: &Column) -> Formula {
    let within = |low: f64, high: f64| column.facts.low >= low && column.facts.high <= high;
    if column.named(&[
        "nps",
        "recommend",
        "likelihood",
        "likely",
        "weiterempfehlen",
        "recommander",
        "recommanderiez",
        "recomendaría",
    ]) && within(0.0, 10.0)
    {
        Formula::Nps
    } else if column.named(&[
        "csat",
        "satisfaction",
        "satisfied",
        "zufriedenheit",
        "zufrieden",
        "satisfait",
        "satisfaits",
        "satisfecho",
        "soddisfatto",
    ]) && within(1.0, 5.0)
    {
        Formula::Csat
    } else if column.named(&["ces", "effort"]) && within(1.0, 7.0) {
        if within(1.0, 5.0) { Formula::CesTop } else { Formula::CesAgree }
    } else if column.named(&["star", "stars", "rating", "ratings", "sterne", "valoración"]) && within(1.0, 5.0) {
        Formula::Stars
    } else {
        Formula::Mean
    }
}

/// The ends of the scale on which values between `low` and `high` were probably given.
fn ends(low: f64, high: f64) -> (f64, f64) {
    let top = [1.0, 5.0, 7.0, 10.0, 100.0].into_iter().find(|top| high <= *top);
    match top {
        Some(top) if low >= 1.0 && top > 1.0 && top <= 10.0 => (1.0, top),
        Some(top) if low >= 0.0 => (0.0, top),
        _ if low < 0.0 => (-high.max(-low), high.max(-low)),
        _ => (0.0, high),
    }
}

/// `star_rating` is “Star rating”; of a question, the question itself if it is short.
fn scale_name(column: &Column) -> String {
    let label = column.facts.label.trim();
    let name = if label.is_empty() || label.chars().count() > 60 { &column.facts.name } else { label };
    let spaced = name.replace('_', " ");
    let trimmed = spaced.trim();
    short(&if trimmed.is_empty() { spaced.clone() } else { capital(trimmed) })
}

/// Questions are often longer than names may be: what is cut off is the middle, because choices stand at the end.
fn short(name: &str) -> String {
    let letters: Vec<char> = name.chars().collect();
    if name.len() <= 150 {
        return name.to_owned();
    }
    let kept = if name.is_ascii() { 70 } else { 22 };
    let start = letters.iter().take(kept);
    let end = letters.iter().skip(letters.len().saturating_sub(kept).max(kept));
    start.chain(&['…']).chain(end).collect()
}

fn texts(columns: &mut [Column], remarks: &mut Vec<String>, preset: bool) {
    let had = columns.iter().any(|c| matches!(c.found, Some((Meaning::Text, _))));
    let mut any_text = had;
    for column in columns.iter_mut().filter(|c| c.free() && !c.named(STAFF) && !c.named(COMPANY_SPEAKS)) {
        let id = column.words.last().is_some_and(|word| ID.contains(&word.as_str()));
        let asks = column.facts.name.contains('?') || column.facts.label.contains('?');
        let prose = column.share(column.facts.dates) < 0.5 && column.share(column.facts.numbers) < 0.5;
        let plainly =
            matches!(normal(&column.facts.name).as_str(), "text" | "comment" | "comments" | "feedback" | "verbatim" | "message");
        let written = column.written() || column.facts.filled == 0 || plainly && column.facts.wordy() >= 2.0;
        if column.named(TEXT) && !id && prose && written {
            let sure = if column.facts.filled == 0 { 0.6 } else { 0.95 };
            column.is(Meaning::Text, sure, "its name, and values that somebody wrote");
            any_text = true;
        } else if asks && column.written() && column.facts.wordy() >= 4.0 {
            column.is(Meaning::Text, 0.85, "a question, and values that somebody wrote");
            any_text = true;
        }
    }
    if any_text {
        // A title belongs to the words; the first column of all is where it stands in most exports.
        for column in columns.iter_mut().filter(|c| c.free() && c.named(TITLE) && !c.named(STAFF)) {
            if column.written() || column.facts.wordy() >= 2.0 && column.facts.distinct * 2 > column.facts.filled {
                column.is(Meaning::Text, 0.75, "a title above the words");
            }
        }
        return;
    }
    let rank = |c: &Column| {
        let different = c.facts.distinct as f64 / c.facts.filled.max(1) as f64;
        (c.free() && c.facts.wordy() >= 2.0 && different >= 0.5 && !c.named(NO_ATTRIBUTE) && !c.named(STAFF))
            .then_some(c.facts.wordy() * different)
    };
    let best = columns.iter().enumerate().filter_map(|(place, c)| rank(c).map(|r| (place, r)));
    match best.reduce(|best, next| if next.1 > best.1 { next } else { best }).and_then(|(place, _)| columns.get_mut(place)) {
        Some(column) => column.is(Meaning::Text, 0.6, "the longest and most different values"),
        None if preset => {}
        None => remarks.push("no column of words was found: choose the one with what customers said, if there is one".to_owned()),
    }
}

fn attributes(columns: &mut [Column]) {
    for column in columns.iter_mut().filter(|c| c.free()) {
        let facts = column.facts;
        let different = column.share(facts.distinct);
        let numeric = column.share(facts.numbers) > 0.9;
        if facts.filled == 0 {
            column.is(Meaning::Skip, 0.9, "empty");
        } else if column.named(NO_ATTRIBUTE) {
            column.is(Meaning::Skip, 0.85, "nothing to filter by");
        } else if column.share(facts.dates) > 0.9 && !numeric {
            column.is(Meaning::Skip, 0.7, "dates");
        } else if facts.distinct > 1000 || (facts.filled >= 40 && facts.distinct > 30 && different > 0.25) {
            column.is(Meaning::Skip, 0.8, &format!("too many different values to filter by ({})", facts.distinct));
        } else if facts.longest > 200 || (column.written() && facts.wordy() > 8.0) {
            column.is(Meaning::Skip, 0.7, "long texts, but nothing says that customers wrote them");
        } else if numeric && facts.distinct > 20 {
            column.is(Meaning::Skip, 0.7, "numbers, but nothing says that they are scores");
        } else {
            let name = if facts.label.is_empty() || facts.label.chars().count() > 60 { &facts.name } else { &facts.label };
            let because = format!("{} different values", facts.distinct);
            column.is(Meaning::Attribute { name: short(name) }, 0.8, &because);
        }
    }
}

/// On which channel such columns come in, and what a post of that kind is called.
fn place(columns: &[Column]) -> (Channel, &'static str) {
    const SIGNS: &[(&[&str], Channel, &str)] = &[
        (&["tweet", "retweet", "retweets", "mastodon", "subreddit", "hashtag", "toot", "likes"], Channel::Social, "Social posts"),
        (&["complaint", "complaints", "beschwerde"], Channel::Complaint, "Complaints"),
        (&["ticket", "helpdesk", "zendesk"], Channel::Ticket, "Tickets"),
        (&["app", "appversion"], Channel::AppReview, "App reviews"),
        (&["review", "reviews", "reviewer", "stars", "star"], Channel::Review, "Reviews"),
        (&["call", "transcript"], Channel::Call, "Calls"),
        (&["chat", "conversation"], Channel::Chat, "Chats"),
        (&["subject", "sender"], Channel::Email, "E-mails"),
        (&["return", "returns"], Channel::Return, "Returns"),
        (&["topic", "thread", "forum"], Channel::Community, "Community"),
    ];
    let asked =
        columns.iter().any(|c| matches!(c.found, Some((Meaning::Rating { formula, .. }, _)) if formula != Formula::Stars));
    let sign = SIGNS.iter().find(|(list, ..)| columns.iter().any(|column| any(&words(&column.facts.name), list)));
    match sign {
        Some((_, channel, post)) => (*channel, post),
        None if asked => (Channel::Survey, "Survey"),
        None => (Channel::WebForm, "Comments"),
    }
}
