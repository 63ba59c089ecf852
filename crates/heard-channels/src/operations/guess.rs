//! What the rows of a file are, and what their columns mean where they are no feedback: from the words of their names and
//! what stands in them. Every guess says how sure it is; a person confirms it.

use heard_domain::import::{ImportKind, Meaning};

use crate::operations::money;
use crate::posts::guess::{GENERIC, Guess, Sure};
use crate::posts::survey::{Facts, Survey};
use crate::posts::words::{any, normal, words};

const ACCOUNT: &[&str] = &["account", "company", "customer", "client", "organisation", "organization", "firm", "kunde", "firma"];
const WORTH: &[&str] = &["value", "arr", "mrr", "acv", "revenue", "worth", "turnover", "spend", "umsatz", "amount", "contract"];
const CURRENCY: &[&str] = &["currency", "währung", "devise"];
const RENEWAL: &[&str] = &["renewal", "renews", "renew", "expiry", "expires", "expiration"];
const STAGE: &[&str] = &["stage", "phase", "step"];
const MEASURE: &[&str] = &["measure", "metric", "what", "counted", "unit"];
const PLACE: &[&str] = &["place", "site", "store", "location", "branch", "airport", "shop", "station", "hub", "depot"];
const COUNT: &[&str] = &[
    "count",
    "number",
    "volume",
    "total",
    "quantity",
    "orders",
    "calls",
    "visits",
    "flights",
    "passengers",
    "exposures",
    "transactions",
    "deliveries",
    "tickets",
    "bookings",
    "contacts",
    "sessions",
    "checkouts",
    "how",
    "n",
];
const EVENT: &[&str] = &["event", "incident", "type", "kind", "happening"];
const WHEN: &[&str] = &["date", "day", "at", "time", "when", "timestamp", "datum", "occurred", "happened", "week"];
const ROLE: &[&str] = &["role", "title", "position", "function", "job", "part", "rolle"];
const NAME: &[&str] = &["name", "firstname", "lastname", "surname", "first", "last", "person", "contact", "fullname", "who"];
const EMAIL: &[&str] = &["email", "mail", "e"];
const PHONE: &[&str] = &["phone", "telephone", "mobile", "tel", "telefon"];
const LOYALTY: &[&str] = &["loyalty", "membership", "member", "frequent"];
const ID: &[&str] = &["id", "key", "uuid", "guid", "ref", "reference", "number", "no", "nr"];

struct Column<'a> {
    facts: &'a Facts,
    words: Vec<String>,
    found: Option<(Meaning, f32, &'static str)>,
}

impl Column<'_> {
    fn named(&self, list: &[&str]) -> bool {
        any(&self.words, list)
    }

    fn mostly(&self, count: u64) -> bool {
        self.facts.filled > 0 && self.facts.share(count) >= 0.8
    }

    fn emails(&self) -> bool {
        self.mostly(self.facts.emails)
    }

    /// Values that somebody wrote: mostly more than a few words.
    fn prose(&self) -> bool {
        self.facts.wordy() >= 4.0
    }

    /// Amounts, with or without their currency.
    fn money(&self) -> bool {
        let amounts = self.facts.examples.iter().filter(|example| money::parse(example, Some("EUR")).is_ok()).count();
        amounts * 2 > self.facts.examples.len()
    }

    fn counts(&self) -> bool {
        self.mostly(self.facts.numbers) && self.facts.low >= 0.0 && !self.mostly(self.facts.rounded)
    }
}

fn columns(survey: &Survey) -> Vec<Column<'_>> {
    fn column(facts: &Facts) -> Column<'_> {
        Column { words: words(&format!("{} {}", facts.name, facts.label)), facts, found: None }
    }
    survey.columns.iter().map(column).collect()
}

/// What the rows are, and what their columns mean: as feedback, or as the kind of operational data that they look like.
pub fn guess(survey: &Survey, feedback: Guess) -> Guess {
    match kind(survey, &feedback) {
        ImportKind::Feedback => feedback,
        kind => as_kind(survey, feedback, kind),
    }
}

fn kind(survey: &Survey, feedback: &Guess) -> ImportKind {
    if feedback.mapping.preset != GENERIC {
        return ImportKind::Feedback;
    }
    let columns = columns(survey);
    let said = |(place, (_, meaning)): (usize, &(String, Meaning))| match meaning {
        Meaning::Text => columns.get(place).is_some_and(Column::prose),
        Meaning::Rating { .. } => feedback.sure.get(place).is_some_and(|sure| sure.confidence >= 0.7),
        _ => false,
    };
    if feedback.mapping.columns.iter().enumerate().any(said) {
        return ImportKind::Feedback;
    }
    let has = |fits: &dyn Fn(&Column<'_>) -> bool| columns.iter().any(fits);
    let named = |list: &'static [&'static str]| has(&|c| c.named(list));
    let dated = has(&|c| c.mostly(c.facts.dates) && c.named(WHEN));
    let stage = named(STAGE);
    let event =
        has(&|c| c.words.iter().any(|w| w == "event" || w == "incident")) || has(&|c| c.named(EVENT) && c.named(&["event"]));
    if event && dated {
        return ImportKind::Events;
    }
    if stage && dated && has(&|c| c.counts() && !c.named(ID) && !(c.mostly(c.facts.dates) && c.named(WHEN))) {
        return ImportKind::Exposures;
    }
    let person = has(&|c| c.mostly(c.facts.emails)) || named(PHONE) || named(LOYALTY);
    if person && (named(NAME) || named(ROLE) || named(ACCOUNT) || columns.len() <= 3) {
        return ImportKind::Persons;
    }
    let business = has(&|c| c.named(WORTH) && c.money()) || named(RENEWAL) || named(CURRENCY) || has(&key_account);
    if named(ACCOUNT) && business {
        return ImportKind::Accounts;
    }
    if named(ROLE) && named(ACCOUNT) && named(NAME) {
        return ImportKind::Persons;
    }
    ImportKind::Feedback
}

fn key_account(column: &Column<'_>) -> bool {
    matches!(normal(&column.facts.name).as_str(), "keyaccount" | "iskeyaccount" | "key" | "strategic" | "vip")
        && (column.mostly(column.facts.verdicts) || column.facts.distinct <= 2)
}

/// What the columns mean if the rows are of this kind; for feedback, what was guessed for feedback.
pub fn as_kind(survey: &Survey, feedback: Guess, kind: ImportKind) -> Guess {
    let mut columns = columns(survey);
    match kind {
        ImportKind::Feedback => return feedback,
        ImportKind::Accounts => accounts(&mut columns),
        ImportKind::Persons => persons(&mut columns),
        ImportKind::Exposures => exposures(&mut columns),
        ImportKind::Events => events(&mut columns),
    }
    let described = kind != ImportKind::Exposures;
    let dates = columns.iter().find(|c| matches!(c.found, Some((Meaning::Time | Meaning::Renewal, ..))));
    let verdict = dates.map(|column| column.facts.orders.verdict());
    let mut mapping = feedback.mapping;
    mapping.kind = kind;
    GENERIC.clone_into(&mut mapping.preset);
    mapping.columns.clear();
    if let Some(verdict) = &verdict {
        mapping.dates = verdict.order;
    }
    let mut sure = Vec::with_capacity(columns.len());
    for column in columns {
        let attribute = || (Meaning::Attribute { name: column.facts.name.clone() }, 0.8, "a property beside the others");
        let fits = described && column.facts.filled > 0 && column.facts.longest <= 200;
        let (meaning, mut confidence, because) = column
            .found
            .clone()
            .unwrap_or_else(|| if fits { attribute() } else { (Meaning::Skip, 0.7, "nothing points to a meaning") });
        if let (Meaning::Time | Meaning::Renewal, Some(verdict)) = (&meaning, &verdict) {
            confidence = confidence.min(verdict.sure);
        }
        mapping.columns.push((column.facts.name.clone(), meaning));
        sure.push(Sure { confidence, because: because.to_owned() });
    }
    Guess { mapping, sure, remarks: Vec::new() }
}

/// Gives the first free column that fits a meaning; whether there was one.
fn give(
    columns: &mut [Column<'_>],
    meaning: &Meaning,
    confidence: f32,
    because: &'static str,
    fits: impl Fn(&Column<'_>) -> bool,
) -> bool {
    let found = columns.iter_mut().find(|column| column.found.is_none() && fits(column));
    let any = found.is_some();
    if let Some(column) = found {
        column.found = Some((meaning.clone(), confidence, because));
    }
    any
}

const BY_NAME: &str = "its name, and what stands there";

fn accounts(columns: &mut [Column<'_>]) {
    give(columns, &Meaning::KeyAccount, 0.95, BY_NAME, key_account);
    give(columns, &Meaning::Currency, 0.95, BY_NAME, |c| c.named(CURRENCY));
    give(columns, &Meaning::Renewal, 0.95, BY_NAME, |c| c.named(RENEWAL) && (c.facts.dates > 0 || c.facts.filled == 0));
    let currency = currency_of(columns);
    let worth = Meaning::Worth { currency };
    give(columns, &worth, 0.9, BY_NAME, |c| c.named(WORTH) && c.money());
    let plain = |c: &Column<'_>| {
        matches!(normal(&c.facts.name).as_str(), "account" | "accountname" | "company" | "companyname" | "customer" | "name")
    };
    let _ = give(columns, &Meaning::Account, 0.95, BY_NAME, plain)
        || give(columns, &Meaning::Account, 0.8, BY_NAME, |c| c.named(ACCOUNT) && !c.named(ID))
        || give(columns, &Meaning::Account, 0.6, "a name", |c| c.named(NAME));
}

/// The currency that the name of a column of values says.
fn currency_of(columns: &[Column<'_>]) -> Option<String> {
    const KNOWN: &[&str] = &["eur", "usd", "gbp", "chf", "sek", "nok", "dkk", "jpy", "aud", "cad", "pln", "inr"];
    let column = columns.iter().find(|c| c.named(WORTH))?;
    let word = column.words.iter().find(|word| KNOWN.contains(&word.as_str()));
    word.map(|word| word.to_uppercase())
}

fn who(columns: &mut [Column<'_>]) {
    while give(columns, &Meaning::Email, 0.95, "e-mail addresses", |c| c.mostly(c.facts.emails)) {}
    give(columns, &Meaning::Phone, 0.9, BY_NAME, |c| c.named(PHONE));
    give(columns, &Meaning::Loyalty, 0.85, BY_NAME, |c| c.named(LOYALTY));
    give(columns, &Meaning::Email, 0.7, "its name", |c| c.named(EMAIL) && c.words.iter().any(|w| w.contains("mail")));
}

fn account_of(columns: &mut [Column<'_>]) {
    give(columns, &Meaning::Account, 0.9, BY_NAME, |c| c.named(ACCOUNT) && !c.named(ID) && !c.named(ROLE));
}

fn persons(columns: &mut [Column<'_>]) {
    who(columns);
    give(columns, &Meaning::PersonKey, 0.85, "tells all rows apart", |c| {
        c.named(ID) && !c.named(ACCOUNT) && (c.facts.unique || c.facts.distinct == c.facts.filled)
    });
    give(columns, &Meaning::Role, 0.9, BY_NAME, |c| c.named(ROLE));
    account_of(columns);
    while give(columns, &Meaning::Author, 0.9, BY_NAME, |c| c.named(NAME) && !c.named(ID) && !c.mostly(c.facts.numbers)) {}
}

fn exposures(columns: &mut [Column<'_>]) {
    let dated = |c: &Column<'_>| c.named(WHEN) && c.mostly(c.facts.dates);
    let _ = give(columns, &Meaning::Time, 0.95, "days", dated)
        || give(columns, &Meaning::Time, 0.8, "dates", |c| c.mostly(c.facts.dates) && !c.mostly(c.facts.numbers))
        || give(columns, &Meaning::Time, 0.5, "its name", |c| c.named(WHEN));
    give(columns, &Meaning::Stage, 0.95, BY_NAME, |c| c.named(STAGE));
    give(columns, &Meaning::Place, 0.9, BY_NAME, |c| c.named(PLACE) && !c.counts());
    give(columns, &Meaning::Measure, 0.9, BY_NAME, |c| c.named(MEASURE) && !c.counts());
    let count = Meaning::Count { measure: None };
    while give(columns, &count, 0.9, BY_NAME, |c| c.named(COUNT) && c.facts.numbers > 0 && !c.named(&["id"])) {}
    while give(columns, &count, 0.7, "numbers", |c| c.counts() && !c.named(ID)) {}
}

fn events(columns: &mut [Column<'_>]) {
    let telling = |c: &Column<'_>| c.facts.unique || (c.facts.filled > 0 && c.facts.distinct == c.facts.filled);
    let _ = give(columns, &Meaning::Key, 0.95, "tells all rows apart", |c| c.named(ID) && c.named(&["event", "incident"]))
        || give(columns, &Meaning::Key, 0.85, "tells all rows apart", |c| c.named(ID) && telling(c));
    let _ = give(columns, &Meaning::Time, 0.95, "times", |c| c.named(WHEN) && c.mostly(c.facts.dates))
        || give(columns, &Meaning::Time, 0.8, "times", |c| c.mostly(c.facts.dates) && !c.mostly(c.facts.numbers));
    let _ = give(columns, &Meaning::EventKind, 0.95, BY_NAME, |c| c.named(&["type", "kind"]))
        || give(columns, &Meaning::EventKind, 0.9, BY_NAME, |c| c.named(EVENT));
    give(columns, &Meaning::Stage, 0.9, BY_NAME, |c| c.named(STAGE));
    give(columns, &Meaning::Touchpoint, 0.9, BY_NAME, |c| c.named(&["touchpoint", "contact"]) && !c.emails());
    who(columns);
    account_of(columns);
    give(columns, &Meaning::PersonKey, 0.8, BY_NAME, |c| {
        c.named(ID) && c.named(&["customer", "person", "user", "passenger", "contact", "client"])
    });
    give(columns, &Meaning::Author, 0.7, BY_NAME, |c| c.named(NAME) && !c.mostly(c.facts.numbers));
}
