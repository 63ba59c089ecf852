//! The form in which a person changes how columns are understood: one choice a column.

use heard_domain::channel::Channel;
use heard_domain::import::{DateOrder, ImportKind, Mapping, Meaning};
use heard_domain::score::Formula;
use maud::{Markup, html};

use crate::extract::Form;
use crate::problem::Problem;

const FEEDBACK: &[ImportKind] = &[ImportKind::Feedback];
const ACCOUNTS: &[ImportKind] = &[ImportKind::Accounts];
const EXPOSURES: &[ImportKind] = &[ImportKind::Exposures];
const EVENTS: &[ImportKind] = &[ImportKind::Events];
const PEOPLE: &[ImportKind] = &[ImportKind::Feedback, ImportKind::Persons, ImportKind::Events];
const TIMED: &[ImportKind] = &[ImportKind::Feedback, ImportKind::Exposures, ImportKind::Events];
const KEYED: &[ImportKind] = &[ImportKind::Feedback, ImportKind::Events];
const OF_ACCOUNTS: &[ImportKind] = &[ImportKind::Feedback, ImportKind::Accounts, ImportKind::Persons, ImportKind::Events];
const STAGED: &[ImportKind] = &[ImportKind::Exposures, ImportKind::Events];
const DESCRIBED: &[ImportKind] = &[ImportKind::Feedback, ImportKind::Accounts, ImportKind::Persons, ImportKind::Events];

/// What a column may be taken for: code, words, and in which kinds of import.
const CHOICES: &[(&str, &str, &[ImportKind])] = &[
    ("skip", "Leave out", ImportKind::ALL),
    ("text", "Words of the customer", FEEDBACK),
    ("time", "When it was", TIMED),
    ("key", "Identifier of the row", KEYED),
    ("event_kind", "Kind of event", EVENTS),
    ("author", "Name of the person", PEOPLE),
    ("email", "E-mail address", PEOPLE),
    ("handle", "Social handle", PEOPLE),
    ("phone", "Telephone number", PEOPLE),
    ("loyalty", "Loyalty number", PEOPLE),
    ("person_key", "Identifier of the person", PEOPLE),
    ("role", "Part in the account", PEOPLE),
    ("account", "Name of the account", OF_ACCOUNTS),
    ("worth", "Yearly value", ACCOUNTS),
    ("currency", "Currency of the value", ACCOUNTS),
    ("renewal", "Day of renewal", ACCOUNTS),
    ("key_account", "Key account: yes or no", ACCOUNTS),
    ("stage", "Stage of the journey", STAGED),
    ("touchpoint", "Touchpoint", KEYED),
    ("measure", "What is counted", EXPOSURES),
    ("place", "Place", EXPOSURES),
    ("count", "How many", EXPOSURES),
    ("link", "Address of the original", FEEDBACK),
    ("post", "Listening post", FEEDBACK),
    ("channel", "Channel of the post", FEEDBACK),
    ("rating", "Rating", FEEDBACK),
    ("attribute", "Attribute", DESCRIBED),
];

fn code(meaning: &Meaning) -> &'static str {
    match meaning {
        Meaning::Skip => "skip",
        Meaning::Text => "text",
        Meaning::Time => "time",
        Meaning::Key => "key",
        Meaning::Author => "author",
        Meaning::Email => "email",
        Meaning::Handle => "handle",
        Meaning::Phone => "phone",
        Meaning::Loyalty => "loyalty",
        Meaning::PersonKey => "person_key",
        Meaning::Role => "role",
        Meaning::Account => "account",
        Meaning::Touchpoint => "touchpoint",
        Meaning::Link => "link",
        Meaning::Post => "post",
        Meaning::Channel => "channel",
        Meaning::Rating { .. } => "rating",
        Meaning::Attribute { .. } => "attribute",
        Meaning::Worth { .. } => "worth",
        Meaning::Currency => "currency",
        Meaning::Renewal => "renewal",
        Meaning::KeyAccount => "key_account",
        Meaning::Stage => "stage",
        Meaning::Measure => "measure",
        Meaning::Place => "place",
        Meaning::Count { .. } => "count",
        Meaning::EventKind => "event_kind",
    }
}

/// The mapping that a form says; `there` gives the columns.
pub fn read(there: &Mapping, form: &Form) -> Result<Mapping, Problem> {
    let columns = (0..).zip(&there.columns).map(|(n, (column, old))| Ok((column.clone(), meaning(n, column, old, form)?)));
    let zone = form.get("zone").trim();
    if !zone.is_empty() {
        zone.parse::<heard_domain::time::Zone>().map_err(|error| Problem::field("zone", error.to_string()))?;
    }
    Ok(Mapping {
        kind: form.get("kind").parse().unwrap_or(there.kind),
        preset: there.preset.clone(),
        columns: columns.collect::<Result<_, Problem>>()?,
        dates: form.get("dates").parse().unwrap_or(there.dates),
        zone: Some(zone.to_owned()).filter(|zone| !zone.is_empty()),
        channel: form.get("channel").parse().unwrap_or(there.channel),
        post: match form.get("post").trim() {
            "" if there.kind != ImportKind::Feedback => there.post.clone(),
            said => said.to_owned(),
        },
    })
}

fn meaning(n: usize, column: &str, old: &Meaning, form: &Form) -> Result<Meaning, Problem> {
    let said = form.get(&format!("m{n}"));
    Ok(match said {
        "skip" => Meaning::Skip,
        "text" => Meaning::Text,
        "time" => Meaning::Time,
        "key" => Meaning::Key,
        "author" => Meaning::Author,
        "email" => Meaning::Email,
        "handle" => Meaning::Handle,
        "phone" => Meaning::Phone,
        "loyalty" => Meaning::Loyalty,
        "person_key" => Meaning::PersonKey,
        "role" => Meaning::Role,
        "account" => Meaning::Account,
        "touchpoint" => Meaning::Touchpoint,
        "link" => Meaning::Link,
        "post" => Meaning::Post,
        "channel" => Meaning::Channel,
        "rating" => rating(n, column, old, form)?,
        "worth" => {
            let currency = form.get(&format!("currency{n}")).trim().to_uppercase();
            if !(currency.is_empty() || currency.len() == 3 && currency.bytes().all(|b| b.is_ascii_uppercase())) {
                return Err(Problem::field(column, format!("“{currency}” is no currency: three letters like EUR")));
            }
            Meaning::Worth { currency: Some(currency).filter(|currency| !currency.is_empty()) }
        }
        "currency" => Meaning::Currency,
        "renewal" => Meaning::Renewal,
        "key_account" => Meaning::KeyAccount,
        "stage" => Meaning::Stage,
        "measure" => Meaning::Measure,
        "place" => Meaning::Place,
        "count" => {
            let measure: String = form.get(&format!("name{n}")).trim().chars().take(60).collect();
            Meaning::Count { measure: Some(measure).filter(|measure| !measure.is_empty()) }
        }
        "event_kind" => Meaning::EventKind,
        "attribute" => Meaning::Attribute { name: named(n, column, form) },
        "" => old.clone(),
        other => {
            return Err(Problem::field(column, format!("“{}” is not a meaning", other.chars().take(40).collect::<String>())));
        }
    })
}

fn named(n: usize, column: &str, form: &Form) -> String {
    let said = form.get(&format!("name{n}")).trim();
    let name = if said.is_empty() { column.trim() } else { said };
    name.chars().take(60).collect()
}

fn rating(n: usize, column: &str, old: &Meaning, form: &Form) -> Result<Meaning, Problem> {
    let (before, low, high) = match old {
        Meaning::Rating { formula, min, max, .. } => (*formula, *min, *max),
        _ => (Formula::Stars, 1.0, 5.0),
    };
    let formula = form.get(&format!("formula{n}")).parse().unwrap_or(before);
    let number = |name: &str, otherwise: f64| match form.get(&format!("{name}{n}")).trim() {
        "" => Ok(otherwise),
        text => text
            .replace(',', ".")
            .parse::<f64>()
            .ok()
            .filter(|v| v.is_finite())
            .ok_or_else(|| Problem::field(column, format!("“{text}” is not a number"))),
    };
    let (min, max) = match formula.range() {
        Some(range) => range,
        None => (number("min", low)?, number("max", high)?),
    };
    if min >= max {
        return Err(Problem::field(column, "the lowest value of a rating must be below the highest"));
    }
    Ok(Meaning::Rating { scale: named(n, column, form), formula, min, max })
}

/// How sure the guess of a column is, in words, and why.
fn certainty(sure: Option<&(f32, String)>) -> Markup {
    let Some((confidence, because)) = sure else { return html! {} };
    html! {
        @match confidence {
            c if *c >= 0.9 => { "sure: " }
            c if *c >= 0.7 => { strong { "likely: " } }
            _ => { span.wrong { "check this: " } }
        }
        span.soft { (because) }
    }
}

/// The form’s fields. `sure`: how sure the guess of each column is, if it was guessed.
pub fn fields(mapping: &Mapping, sure: Option<&[(f32, String)]>) -> Markup {
    let timed = TIMED.contains(&mapping.kind) || mapping.kind == ImportKind::Accounts;
    html! {
        input type="hidden" name="was" value=(mapping.kind.code());
        div.fields {
            div.field {
                label for="kind" { "The rows are" }
                select.input #kind name="kind" {
                    @for kind in ImportKind::ALL { option value=(kind.code()) selected[*kind == mapping.kind] { (kind) } }
                }
            }
            @if mapping.kind == ImportKind::Feedback {
                div.field {
                    label for="post" { "Listening post" }
                    input.input #post name="post" required maxlength="60" value=(mapping.post);
                }
                div.field {
                    label for="channel" { "Channel" }
                    select.input #channel name="channel" {
                        @for channel in Channel::ALL { option value=(channel.code()) selected[*channel == mapping.channel] { (channel) } }
                    }
                }
            }
            @if timed {
                div.field {
                    label for="dates" { "Dates of digits are" }
                    select.input #dates name="dates" {
                        @for order in DateOrder::ALL { option value=(order.code()) selected[*order == mapping.dates] { (order) } }
                    }
                }
                div.field {
                    label for="zone" { "Time zone, if none is said" }
                    input.input #zone name="zone" value=[mapping.zone.as_deref()] placeholder="the company’s";
                }
            }
        }
        div.scroll tabindex="0" role="group" aria-label="Columns of the file" {
            table.plain {
                thead { tr { th scope="col" { "Column" } th scope="col" { "Taken for" } th scope="col" { "Further" } @if sure.is_some() { th scope="col" { "How sure" } } } }
                tbody {
                    @for (n, (column, meaning)) in mapping.columns.iter().enumerate() {
                        (row(n, column, meaning, mapping.kind, sure.map(|sure| certainty(sure.get(n)))))
                    }
                }
            }
        }
    }
}

fn row(n: usize, column: &str, meaning: &Meaning, kind: ImportKind, sure: Option<Markup>) -> Markup {
    let chosen = code(meaning);
    let shown = if column.trim().is_empty() { format!("column {}", n + 1) } else { column.to_owned() };
    let choices = CHOICES.iter().filter(|(code, _, kinds)| kinds.contains(&kind) || *code == chosen);
    html! {
        tr {
            th scope="row" { bdi.cell { (shown) } }
            td {
                select.input.small name={ "m" (n) } aria-label={ "Column " (shown) " is taken for" } {
                    @for (code, words, _) in choices { option value=(code) selected[*code == chosen] { (words) } }
                }
            }
            td { (further(n, &shown, meaning)) }
            @if let Some(sure) = sure { td { (sure) } }
        }
    }
}

fn further(n: usize, shown: &str, meaning: &Meaning) -> Markup {
    html! {
        @match meaning {
            Meaning::Attribute { name } => {
                span.inline { input.input.small name={ "name" (n) } value=(name) maxlength="60" aria-label={ "Name of the attribute from column " (shown) }; }
            }
            Meaning::Worth { currency } => {
                span.inline { input.input.small name={ "currency" (n) } value=[currency.as_deref()] size="4" maxlength="3" placeholder="EUR" aria-label={ "Currency of column " (shown) ", if it names none" }; }
            }
            Meaning::Count { measure } => {
                span.inline { input.input.small name={ "name" (n) } value=[measure.as_deref()] maxlength="60" placeholder=(shown) aria-label={ "What column " (shown) " counts" }; }
            }
            Meaning::Rating { scale, formula, min, max } => {
                span.inline {
                    input.input.small name={ "name" (n) } value=(scale) maxlength="60" aria-label={ "Name of the scale of column " (shown) };
                    select.input.small name={ "formula" (n) } aria-label={ "Formula of column " (shown) } {
                        @for known in Formula::ALL { option value=(known.code()) selected[known == formula] { (known) " – " (known.explained().split(';').next().unwrap_or_default()) } }
                    }
                    @if formula.range().is_none() {
                        input.input.small name={ "min" (n) } value=(min) size="5" inputmode="decimal" aria-label={ "Lowest value of column " (shown) };
                        "to"
                        input.input.small name={ "max" (n) } value=(max) size="5" inputmode="decimal" aria-label={ "Highest value of column " (shown) };
                    } @else { span.soft { (min) " to " (max) } }
                }
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mapping() -> Mapping {
        let columns =
            vec![("comment".to_owned(), Meaning::Skip), ("score".to_owned(), Meaning::Skip), ("route".to_owned(), Meaning::Text)];
        let (preset, post) = ("generic".to_owned(), "File".to_owned());
        Mapping {
            kind: ImportKind::Feedback,
            preset,
            columns,
            dates: DateOrder::YearFirst,
            zone: None,
            channel: Channel::Survey,
            post,
        }
    }

    fn form(pairs: &[(&str, &str)]) -> Form {
        Form(pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
    }

    #[test]
    fn what_the_form_says_is_the_mapping() {
        let said = form(&[
            ("m0", "text"),
            ("m1", "rating"),
            ("formula1", "mean"),
            ("min1", "0"),
            ("max1", "20"),
            ("m2", "attribute"),
            ("name2", "Route"),
            ("post", " Survey "),
            ("dates", "dmy"),
            ("zone", "Europe/Helsinki"),
            ("channel", "review"),
        ]);
        let read = read(&mapping(), &said).unwrap();
        assert_eq!(read.columns[0].1, Meaning::Text);
        assert_eq!(read.columns[1].1, Meaning::Rating { scale: "score".into(), formula: Formula::Mean, min: 0.0, max: 20.0 });
        assert_eq!(read.columns[2].1, Meaning::Attribute { name: "Route".into() });
        assert_eq!((read.post.as_str(), read.dates, read.channel), ("Survey", DateOrder::DayFirst, Channel::Review));
    }

    #[test]
    fn what_cannot_be_meant_is_named() {
        for (pairs, name) in [
            (vec![("m0", "nonsense")], "comment"),
            (vec![("m1", "rating"), ("formula1", "mean"), ("min1", "9"), ("max1", "1")], "score"),
            (vec![("m1", "rating"), ("formula1", "mean"), ("min1", "x")], "score"),
            (vec![("zone", "Mars/Base")], "zone"),
        ] {
            assert_eq!(read(&mapping(), &form(&pairs)).unwrap_err().invalid[0].name, name);
        }
    }

    #[test]
    fn every_meaning_can_be_chosen() {
        let codes: Vec<&str> = CHOICES.iter().map(|(code, ..)| *code).collect();
        for meaning in [Meaning::Skip, Meaning::Phone, Meaning::Loyalty, Meaning::Attribute { name: "x".into() }] {
            assert!(codes.contains(&code(&meaning)));
            let pairs = [("m0", code(&meaning)), ("name0", "x")];
            assert_eq!(read(&mapping(), &form(&pairs)).unwrap().columns[0].1, meaning);
        }
    }
}
