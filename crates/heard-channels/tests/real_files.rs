//! The two real exports import completely, without help and without losing a row.

#![expect(clippy::unwrap_used, clippy::print_stderr, reason = "a test that cannot go on ends, and says aloud what it skips")]

use std::fs::File;
use std::path::PathBuf;

use heard_channels::posts::detect::detect;
use heard_channels::posts::file::{Row, Taking, open};
use heard_channels::posts::guess::{Guess, guess};
use heard_channels::posts::survey::{Survey, survey};
use heard_domain::import::{BadRow, DateOrder, Meaning};
use heard_domain::time::{Time, Zone};

/// The file, or `None` where it is allowed to be missing.
#[expect(clippy::disallowed_methods, reason = "where the data lies is a matter of the machine that tests")]
fn real(path: &str) -> Option<PathBuf> {
    let own = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    let file = std::env::var("HEARD_DATA").map_or(own, PathBuf::from).join(path);
    if !file.exists() && std::env::var("HEARD_ALLOW_SKIP").as_deref() == Ok("1") {
        eprintln!("SKIPPED: {} is missing", file.display());
        return None;
    }
    assert!(file.exists(), "{} is missing: set HEARD_DATA, or HEARD_ALLOW_SKIP=1 to go without", file.display());
    Some(file)
}

struct Taken {
    survey: Survey,
    guess: Guess,
    rows: Vec<Row>,
    bad: Vec<BadRow>,
}

fn take(path: &PathBuf) -> Taken {
    let mut file = File::open(path).unwrap();
    let shape = detect(&mut file).unwrap();
    let survey = survey(&mut file, &shape).unwrap();
    let guess = guess(&shape, &survey);
    let taking = Taking { hash: "0123456789abcdef", zone: &Zone::UTC, now: Time(0) };
    let (mut rows, mut bad) = (Vec::new(), Vec::new());
    for row in open(file, &shape, &guess.mapping, &taking).unwrap() {
        match row.unwrap() {
            Ok(row) => rows.push(row),
            Err(row) => bad.push(row),
        }
    }
    Taken { survey, guess, rows, bad }
}

impl Taken {
    fn meaning(&self, column: &str) -> &Meaning {
        &self.guess.mapping.columns.iter().find(|(name, _)| name == column).unwrap().1
    }

    fn attributes(&self) -> Vec<&str> {
        let columns = self.guess.mapping.columns.iter();
        columns.filter(|(_, m)| matches!(m, Meaning::Attribute { .. })).map(|(name, _)| name.as_str()).collect()
    }
}

#[test]
fn all_tweets_to_airlines_are_taken() {
    let Some(path) = real("airline/tweets.csv") else { return };
    let taken = take(&path);
    assert_eq!((taken.survey.rows, taken.rows.len(), taken.bad.len()), (11_613, 11_613, 0));
    assert_eq!(taken.meaning("text"), &Meaning::Text);
    assert_eq!(taken.meaning("tweet_created"), &Meaning::Time);
    assert_eq!(taken.meaning("name"), &Meaning::Handle);
    assert_eq!(taken.meaning("tweet_id"), &Meaning::Skip);
    assert_eq!(taken.guess.mapping.dates, DateOrder::DayFirst);
    assert_eq!(
        taken.attributes(),
        ["airline_sentiment", "negativereason", "airline", "airline_sentiment_gold", "negativereason_gold", "user_timezone"]
    );
    assert!(taken.guess.remarks.iter().any(|remark| remark.contains("rounded by a spreadsheet")), "{:?}", taken.guess.remarks);

    let keys: std::collections::HashSet<&str> = taken.rows.iter().map(|row| row.feedback.key.as_str()).collect();
    assert_eq!(keys.len(), 11_613, "every row has a key of its own");
    assert!(
        taken.rows.iter().all(|row| row.feedback.ratings.is_empty() && !row.feedback.text.is_empty() && row.remarks.is_empty())
    );
    let first = &taken.rows[0].feedback;
    assert_eq!(first.text, "@VirginAmerica What @dhepburn said.");
    assert_eq!(first.at.to_string(), "2015-02-24T11:35:00Z");
    assert_eq!(first.author.name.as_deref(), Some("cairdin"));
    assert!(first.attributes.contains(&("airline".to_owned(), "Virgin America".to_owned())));
}

#[test]
fn all_complaints_are_taken_and_the_torn_row_is_named() {
    let Some(path) = real("cfpb/complaints.csv") else { return };
    let taken = take(&path);
    assert_eq!((taken.survey.rows, taken.rows.len(), taken.bad.len()), (2_068, 2_067, 1));
    let torn = &taken.bad[0];
    assert_eq!((torn.row, torn.line, torn.column.as_str()), (2_068, 3_302, "Product"));
    assert!(torn.reason.contains("the file ends inside a quote"), "{torn:?}");
    assert_eq!(torn.sample, "2023-07-17,\"Credit reporting, credit repair services,");

    assert_eq!(taken.meaning("Consumer complaint narrative"), &Meaning::Text);
    assert_eq!(taken.meaning("Date received"), &Meaning::Time);
    assert_eq!(taken.meaning("Complaint ID"), &Meaning::Key);
    assert_eq!(taken.meaning("ZIP code"), &Meaning::Skip);
    assert_eq!(taken.meaning("Date sent to company"), &Meaning::Skip);
    for attribute in ["Product", "Sub-product", "Issue", "Sub-issue", "Company", "State", "Submitted via", "Timely response?"] {
        assert!(taken.attributes().contains(&attribute), "{attribute}: {:?}", taken.attributes());
    }
    let worded = taken.rows.iter().filter(|row| !row.feedback.text.is_empty()).count();
    assert_eq!(worded, 389);
    assert!(taken.rows.iter().all(|row| row.feedback.ratings.is_empty() && row.remarks.is_empty()));
    assert_eq!(taken.rows[0].feedback.key, "7523056");
    assert_eq!(taken.rows[0].feedback.at.to_string(), "2023-08-25T00:00:00Z");
}
