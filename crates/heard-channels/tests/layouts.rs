//! Layouts that are told by their columns alone, each with a file of its own, from bytes to feedback.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on ends")]

use std::io::Cursor;
use std::path::Path;

use heard_channels::posts::detect::detect;
use heard_channels::posts::file::{Row, Taking, open};
use heard_channels::posts::guess::{Guess, guess};
use heard_channels::posts::shape::Shape;
use heard_channels::posts::survey::survey;
use heard_domain::account::IdentityKind::{self, Email, External, Loyalty, Phone, Social};
use heard_domain::channel::Channel;
use heard_domain::feedback::NewFeedback;
use heard_domain::import::{BadRow, DateOrder, Meaning};
use heard_domain::score::Formula;
use heard_domain::time::{Time, Zone};

struct Taken {
    shape: Shape,
    guess: Guess,
    rows: Vec<Row>,
    bad: Vec<BadRow>,
}

fn take(name: &str) -> Taken {
    let bytes = std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name)).unwrap();
    let mut source = Cursor::new(bytes);
    let shape = detect(&mut source).unwrap();
    let survey = survey(&mut source, &shape).unwrap();
    let guess = guess(&shape, &survey);
    let zone: Zone = "Europe/Berlin".parse().unwrap();
    let taking = Taking { hash: "cafe", zone: &zone, now: Time(0) };
    let (mut rows, mut bad) = (Vec::new(), Vec::new());
    for row in open(source, &shape, &guess.mapping, &taking).unwrap() {
        match row.unwrap() {
            Ok(row) => rows.push(row),
            Err(row) => bad.push(row),
        }
    }
    assert_eq!(survey.rows as usize, rows.len() + bad.len(), "every row is taken or named");
    Taken { shape, guess, rows, bad }
}

impl Taken {
    fn feedback(&self, row: usize) -> &NewFeedback {
        &self.rows.get(row).unwrap().feedback
    }

    fn meaning(&self, column: &str) -> &Meaning {
        &self.guess.mapping.columns.iter().find(|(name, _)| name == column).unwrap().1
    }

    fn bad(&self) -> Vec<(u64, u64, &str, &str)> {
        self.bad.iter().map(|b| (b.row, b.line, b.column.as_str(), b.reason.as_str())).collect()
    }
}

fn ratings(feedback: &NewFeedback) -> Vec<(&str, Formula, f64)> {
    feedback.ratings.iter().map(|r| (r.scale.as_str(), r.formula, r.value)).collect()
}

fn attribute<'a>(feedback: &'a NewFeedback, name: &str) -> Option<&'a str> {
    feedback.attributes.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str())
}

#[test]
fn our_own_json_lines() {
    let taken = take("native.jsonl");
    assert_eq!(taken.guess.mapping.preset, "heard");
    assert_eq!(taken.rows.len(), 3);
    let first = taken.feedback(0);
    assert_eq!((first.key.as_str(), first.touchpoint.as_deref()), ("order-1", Some("Delivery")));
    assert_eq!(first.author.identities.len(), 2);
    assert_eq!(first.attributes.len(), 2);
    assert_eq!(ratings(first), [("NPS", Formula::Nps, 9.0)]);
    assert_eq!(taken.feedback(1).at.to_string(), "2026-03-22T13:00:00Z");
    assert!(taken.feedback(2).text.contains('\u{202e}'), "words are never altered");
    let bad = taken.bad();
    assert_eq!(bad.iter().map(|b| b.0).collect::<Vec<_>>(), [4, 5, 6]);
    assert!(bad[0].3.contains("unknown field `mood`"), "{bad:?}");
    assert!(bad[1].2.contains("NPS") && bad[1].3.contains("outside 0 to 10"), "{bad:?}");
    assert!(bad[2].3.contains("23.03.2026"), "{bad:?}");
}

#[test]
fn our_own_separated_values() {
    let taken = take("native.csv");
    assert_eq!(taken.guess.mapping.preset, "heard");
    assert!(taken.bad.is_empty() && taken.guess.sure.iter().all(|sure| sure.confidence == 1.0), "{:?}", taken.bad);
    let first = taken.feedback(0);
    assert_eq!(first.text, "=HYPERLINK(\"http://evil.example\")");
    let kinds: Vec<IdentityKind> = first.author.identities.iter().map(|identity| identity.kind).collect();
    assert_eq!(kinds, [Email, Social, Phone, Loyalty, External]);
    assert_eq!(first.author.identities[0].handle, "ann@example.org");
    assert_eq!((first.author.account.as_deref(), first.author.role.as_deref()), (Some("Northwind"), Some("Buyer")));
    assert_eq!(ratings(first), [("NPS", Formula::Nps, 9.0), ("Price: value", Formula::Mean, 4.5)]);
    assert_eq!(attribute(first, "Country"), Some("Finland"));
    assert_eq!(taken.feedback(1).at.to_string(), "2026-03-22T13:05:00Z");
}

#[test]
fn trustpilot_reviews() {
    let taken = take("trustpilot.csv");
    assert_eq!((taken.guess.mapping.preset.as_str(), taken.guess.mapping.channel), ("trustpilot", Channel::Review));
    assert_eq!(taken.rows.len(), 3);
    let first = taken.feedback(0);
    assert_eq!((first.key.as_str(), first.at.to_string().as_str()), ("6510aa01", "2026-02-01T09:12:44Z"));
    assert_eq!(first.text, "Slow but kind\n\nWaited three weeks.\nThe driver was lovely, though.");
    assert_eq!(ratings(first), [("Stars", Formula::Stars, 3.0)]);
    assert_eq!(attribute(taken.feedback(1), "Location"), Some("Berlin"));
    let third = &taken.rows[2];
    assert!(third.feedback.ratings.is_empty() && third.feedback.text.contains("Alles bestens"));
    let remark = &third.remarks[0];
    assert_eq!((remark.row, remark.line, remark.column.as_str(), remark.sample.as_str()), (3, 5, "Review Stars", "6"));
}

#[test]
fn qualtrics_answers() {
    let taken = take("qualtrics.csv");
    let mapping = &taken.guess.mapping;
    assert_eq!((mapping.preset.as_str(), taken.shape.header_rows), ("qualtrics", 3));
    assert_eq!(mapping.zone.as_deref(), Some("America/Denver"));
    assert_eq!(taken.meaning("Q1"), &Meaning::Rating { scale: "NPS".into(), formula: Formula::Nps, min: 0.0, max: 10.0 });
    assert_eq!(taken.meaning("Q2"), &Meaning::Text);
    assert_eq!(taken.meaning("Q3"), &Meaning::Attribute { name: "Which branch did you visit?".into() });
    assert_eq!(taken.meaning("IPAddress"), &Meaning::Skip);
    let bad = taken.bad();
    assert_eq!(bad.iter().map(|b| (b.0, b.2)).collect::<Vec<_>>(), [(2, "Status"), (4, "Status")]);
    assert!(bad[0].3.contains("preview") && bad[1].3.contains("spam"));
    let first = taken.feedback(0);
    assert_eq!(first.author.name.as_deref(), Some("Ann Berg"));
    assert_eq!((first.key.as_str(), first.at.to_string().as_str()), ("R_1", "2026-01-10T15:03:01Z"));
    assert_eq!(ratings(first), [("NPS", Formula::Nps, 10.0)]);
    let wordless = taken.feedback(2);
    assert_eq!((wordless.text.as_str(), ratings(wordless)[0].2), ("", 8.0));
}

#[test]
fn a_german_help_desk_list() {
    let taken = take("helpdesk-windows-1252.csv");
    assert_eq!(taken.shape.to_string(), "CSV, windows-1252, cells between “;”");
    assert_eq!(taken.guess.mapping.dates, DateOrder::DayFirst);
    for (column, meaning) in [
        ("Ticket-Nr.", Meaning::Key),
        ("Datum", Meaning::Time),
        ("Kunde", Meaning::Author),
        ("E-Mail", Meaning::Email),
        ("Nachricht", Meaning::Text),
        ("Filiale", Meaning::Attribute { name: "Filiale".into() }),
    ] {
        assert_eq!(taken.meaning(column), &meaning, "{column}");
    }
    let first = taken.feedback(0);
    assert_eq!(first.text, "Die Größe passte nicht, die Rückgabe war aber unkompliziert – danke!");
    assert_eq!(first.at.to_string(), "2026-04-13T06:15:00Z", "summer time in the company's zone");
    assert_eq!(ratings(first)[0].2, 4.5);
    let bad = taken.bad();
    assert_eq!(bad, [(3, 4, "Datum", "the time there is no day 31 in month 4 of 2026")]);
}

#[test]
fn app_reviews_in_utf_16() {
    let taken = take("app-reviews-utf-16.csv");
    assert_eq!(taken.shape.letters.encoding.name(), "UTF-16LE");
    assert_eq!(taken.meaning("Review Submit Date and Time"), &Meaning::Time);
    assert_eq!(taken.meaning("Review Text"), &Meaning::Text);
    assert_eq!(taken.meaning("Developer Reply Text"), &Meaning::Skip);
    assert_eq!(taken.meaning("Review Link"), &Meaning::Link);
    assert!(matches!(taken.meaning("Star Rating"), Meaning::Rating { formula: Formula::Stars, .. }));
    assert_eq!(taken.feedback(0).text, "Crashes 😡 on every start");
    assert!(taken.feedback(1).text.contains("とても使いやすいです"));
}

#[test]
fn answers_in_json_lines_of_somebody_else() {
    let taken = take("answers.jsonl");
    assert_eq!(taken.guess.mapping.preset, "generic");
    let first = taken.feedback(0);
    assert_eq!((first.key.as_str(), first.at.to_string().as_str()), ("d-0", "2026-03-01T07:00:00Z"));
    assert_eq!(first.text, "Fast answers, friendly people");
    assert_eq!(first.author.name.as_deref(), Some("Ann Berg"));
    assert_eq!(first.author.identities[0].handle, "ann@globex.example");
    assert_eq!(attribute(first, "person.company"), Some("Globex"));
    assert_eq!(attribute(taken.feedback(1), "tags"), Some("billing, phone"));
    assert!(matches!(taken.meaning("score"), Meaning::Rating { min: 0.0 | 1.0, max: 10.0, .. }));
    assert_eq!(taken.rows.len(), 3);
}
