//! A file in the true layout of every known export, read from bytes to feedback. What is expected of each stands beside it, in a file
//! of the same name with `.expected` behind it: what it was recognised as, every row, every row left out, and what each column means.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on ends")]

use std::fmt::Write;
use std::io::Cursor;
use std::path::{Path, PathBuf};

use heard_channels::posts::detect::detect;
use heard_channels::posts::file::{Taking, open};
use heard_channels::posts::guess::{Guess, guess};
use heard_channels::posts::registry::{PRESETS, recognise};
use heard_channels::posts::shape::Shape;
use heard_channels::posts::survey::survey;
use heard_domain::feedback::NewFeedback;
use heard_domain::import::{BadRow, Meaning};
use heard_domain::time::{Time, Zone};

/// Every fixture, and the layout it has to be recognised as; “generic” where there is none to recognise.
const FIXTURES: &[(&str, &str)] = &[
    ("native.csv", "heard"),
    ("native.jsonl", "heard"),
    ("qualtrics.csv", "qualtrics"),
    ("presets/qualtrics.tsv", "qualtrics"),
    ("presets/surveymonkey.csv", "surveymonkey"),
    ("presets/typeform.csv", "typeform"),
    ("presets/typeform-old.csv", "typeform"),
    ("presets/google-forms.csv", "google-forms"),
    ("presets/google-forms-de.csv", "google-forms"),
    ("presets/google-forms-fr.csv", "google-forms"),
    ("presets/google-forms-ja.csv", "google-forms"),
    ("presets/delighted.json", "delighted"),
    ("presets/zendesk.csv", "zendesk"),
    ("presets/zendesk-tickets.ndjson", "zendesk-tickets"),
    ("presets/zendesk-tickets.json", "zendesk-tickets"),
    ("presets/zendesk-comments.json", "zendesk-comments"),
    ("presets/intercom.json", "intercom"),
    ("presets/salesforce-api.csv", "salesforce"),
    ("presets/salesforce-report.csv", "salesforce"),
    ("presets/google-play.csv", "google-play"),
    ("presets/app-store.json", "app-store"),
    ("presets/app-store-single.json", "app-store"),
    ("presets/app-store-api.json", "app-store-api"),
    ("trustpilot.csv", "trustpilot"),
    ("presets/trustpilot-lower.csv", "trustpilot"),
    ("presets/x.js", "x"),
    ("presets/reddit-comments.csv", "reddit-comments"),
    ("presets/reddit-posts.csv", "reddit-posts"),
    ("presets/bluesky.json", "bluesky"),
    ("presets/bluesky-search.json", "bluesky"),
    ("presets/mastodon.json", "mastodon"),
    ("presets/discourse.csv", "discourse"),
    ("presets/discourse.zip", "discourse"),
    ("presets/fider.csv", "fider"),
    ("presets/quackback.csv", "quackback"),
    ("presets/formbricks-wide.csv", "formbricks"),
    ("presets/formbricks-long.csv", "formbricks-long"),
    ("presets/survey.xlsx", "generic"),
];

fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name)
}

struct Taken {
    shape: Shape,
    guess: Guess,
    rows: Vec<Result<heard_channels::posts::file::Row, BadRow>>,
}

fn take(bytes: Vec<u8>, hash: &str) -> Taken {
    let mut source = Cursor::new(bytes);
    let shape = detect(&mut source).unwrap();
    let survey = survey(&mut source, &shape).unwrap();
    let guess = guess(&shape, &survey);
    assert_eq!(guess.sure.len(), guess.mapping.columns.len());
    let zone: Zone = "Europe/Berlin".parse().unwrap();
    let taking = Taking { hash, zone: &zone, now: Time(0) };
    let rows: Vec<_> = open(source, &shape, &guess.mapping, &taking).unwrap().map(Result::unwrap).collect();
    assert_eq!(survey.rows as usize, rows.len(), "every row is taken or named");
    Taken { shape, guess, rows }
}

fn feedback(out: &mut String, feedback: &NewFeedback) {
    let mut line = |label: &str, value: &str| writeln!(out, "  {label}: {value}").unwrap();
    line("key", &feedback.key);
    line("at", &feedback.at.to_string());
    if !feedback.text.is_empty() {
        line("text", &format!("{:?}", feedback.text));
    }
    let author = &feedback.author;
    for (label, value) in [("author", &author.name), ("role", &author.role), ("account", &author.account)] {
        if let Some(value) = value {
            line(label, value);
        }
    }
    for identity in &author.identities {
        line(identity.kind.code(), &identity.handle);
    }
    if let Some(touchpoint) = &feedback.touchpoint {
        line("touchpoint", touchpoint);
    }
    for rating in &feedback.ratings {
        let range = format!("{}-{}", rating.min.unwrap_or_default(), rating.max.unwrap_or_default());
        line("rating", &format!("{} {} = {} of {range}", rating.scale, rating.formula.code(), rating.value));
    }
    for (name, value) in &feedback.attributes {
        line("attribute", &format!("{name} = {value}"));
    }
    if let Some(link) = &feedback.link {
        line("link", link);
    }
}

fn meant(meaning: &Meaning) -> String {
    match meaning {
        Meaning::Rating { scale, formula, min, max } => format!("rating “{scale}” {} {min}-{max}", formula.code()),
        Meaning::Attribute { name } => format!("attribute “{name}”"),
        other => format!("{other:?}").to_lowercase(),
    }
}

/// All that was understood of a file, in words.
fn told(taken: &Taken) -> String {
    let mut out = String::new();
    let mapping = &taken.guess.mapping;
    writeln!(out, "{} · {}", mapping.preset, taken.shape).unwrap();
    let zone = mapping.zone.as_deref().unwrap_or("the company's zone");
    writeln!(out, "{} · {} · {} · {zone}", mapping.channel, mapping.post, mapping.dates.label()).unwrap();
    for remark in &taken.guess.remarks {
        writeln!(out, "remark: {remark}").unwrap();
    }
    for row in &taken.rows {
        match row {
            Ok(row) => {
                writeln!(out, "row {}", row.row).unwrap();
                feedback(&mut out, &row.feedback);
                for remark in &row.remarks {
                    writeln!(out, "  but line {} “{}” {}: {}", remark.line, remark.column, remark.reason, remark.sample).unwrap();
                }
            }
            Err(bad) => {
                writeln!(out, "bad row {} line {} “{}” {}: {}", bad.row, bad.line, bad.column, bad.reason, bad.sample).unwrap();
            }
        }
    }
    for ((name, meaning), sure) in mapping.columns.iter().zip(&taken.guess.sure) {
        let name = name.replace('\n', " ");
        writeln!(out, "column “{name}”: {} ({:.2}, {})", meant(meaning), sure.confidence, sure.because).unwrap();
    }
    out
}

#[test]
fn every_export_comes_in_as_it_is_expected() {
    for (name, preset) in FIXTURES {
        let taken = take(std::fs::read(path(name)).unwrap(), "cafe");
        assert_eq!(taken.guess.mapping.preset, *preset, "{name}: {:?}", taken.shape.columns);
        let expected = std::fs::read_to_string(path(&format!("{name}.expected"))).unwrap_or_default();
        assert_eq!(
            told(&taken),
            expected,
            "{name}: if this is right, run the ignored test “write_what_is_expected” and look at the change"
        );
    }
}

#[test]
#[ignore = "writes what is expected; look at the change before it is kept"]
fn write_what_is_expected() {
    for (name, _) in FIXTURES {
        let taken = take(std::fs::read(path(name)).unwrap(), "cafe");
        std::fs::write(path(&format!("{name}.expected")), told(&taken)).unwrap();
    }
}

#[test]
fn every_preset_has_a_fixture_and_the_same_file_twice_has_the_same_keys() {
    let mut seen: Vec<&str> = Vec::new();
    for (name, _) in FIXTURES {
        let bytes = std::fs::read(path(name)).unwrap();
        let keys = |hash: &str| -> Vec<String> {
            let taken = take(bytes.clone(), hash);
            taken.rows.into_iter().flatten().map(|row| row.feedback.key).collect()
        };
        let first = keys("cafe");
        assert_eq!(first, keys("cafe"), "{name}");
        let mut different = first.clone();
        different.sort_unstable();
        different.dedup();
        assert_eq!(different.len(), first.len(), "{name}: keys tell rows apart");
        // What has a key of its own is the same feedback in a longer export too.
        assert_eq!(first, keys("beef"), "{name}: the key does not hang on the file");
        let mut source = Cursor::new(bytes);
        seen.extend(detect(&mut source).ok().and_then(|shape| recognise(&shape)).map(|preset| preset.name));
    }
    for preset in PRESETS {
        assert!(seen.contains(&preset.name), "{} has no fixture", preset.name);
    }
}

#[test]
fn columns_in_another_order_between_other_signs_are_the_same_export() {
    for (name, preset) in FIXTURES.iter().filter(|(name, _)| name.rsplit('.').next() == Some("csv")) {
        let bytes = std::fs::read(path(name)).unwrap();
        let taken = take(bytes.clone(), "cafe");
        if taken.shape.header_rows != 1 || taken.shape.gather.is_some() {
            continue;
        }
        let cells: Vec<Vec<String>> = {
            let mut source = Cursor::new(bytes);
            let survey = survey(&mut source, &taken.shape).unwrap();
            std::iter::once(taken.shape.columns.clone()).chain(survey.sample).collect()
        };
        // Google Forms is known by its first column.
        let keep = usize::from(*preset == "google-forms");
        let mut text = String::from("\u{feff}");
        for row in &cells {
            let row = row.iter().take(keep).chain(row.iter().skip(keep).rev());
            let row: Vec<String> = row.map(|cell| format!("\"{}\"", cell.replace('"', "\"\""))).collect();
            text.push_str(&row.join(";"));
            text.push('\r');
            text.push('\n');
        }
        let turned = take(text.into_bytes(), "cafe");
        assert_eq!(turned.guess.mapping.preset, *preset, "{name}");
        assert_eq!(turned.shape.hash(), taken.shape.hash(), "{name}: a remembered mapping is found again");
        let keyed = |taken: &Taken| -> Vec<(String, Time)> {
            taken.rows.iter().flatten().map(|row| (row.feedback.key.clone(), row.feedback.at)).collect()
        };
        assert_eq!(keyed(&turned), keyed(&taken), "{name}");
    }
}
