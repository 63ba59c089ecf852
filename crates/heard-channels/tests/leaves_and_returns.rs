//! What leaves can come back: exported feedback, imported again, is the same feedback.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on ends")]

use std::io::Cursor;

use heard_channels::export::{lines, table::Table};
use heard_channels::posts::detect::detect;
use heard_channels::posts::file::{Taking, open};
use heard_channels::posts::guess::guess;
use heard_channels::posts::survey::survey;
use heard_domain::account::{Identity, IdentityKind};
use heard_domain::feedback::{NewAuthor, NewFeedback, NewRating};
use heard_domain::id::ScaleId;
use heard_domain::score::{Formula, Scale};
use heard_domain::time::{Time, Zone};
use proptest::prelude::{Strategy, any, prop_assert_eq, proptest};
use proptest::{collection, option};

fn read(bytes: Vec<u8>) -> Vec<NewFeedback> {
    let mut source = Cursor::new(bytes);
    let shape = detect(&mut source).unwrap();
    let survey = survey(&mut source, &shape).unwrap();
    let guess = guess(&shape, &survey);
    assert_eq!(guess.mapping.preset, "heard", "{:?}", shape.columns);
    let zone: Zone = "Asia/Tokyo".parse().unwrap();
    let rows = open(source, &shape, &guess.mapping, &Taking { hash: "beef", zone: &zone, now: Time(0) }).unwrap();
    rows.map(|row| row.unwrap().map(|row| (row.feedback, row.remarks)).unwrap())
        .map(|(feedback, remarks)| {
            assert_eq!(remarks, []);
            feedback
        })
        .collect()
}

fn scales() -> Vec<Scale> {
    let scale = |name: &str, formula, min, max| Scale {
        id: ScaleId(1),
        name: name.to_owned(),
        formula,
        min,
        max,
        higher_is_better: true,
    };
    vec![scale("NPS", Formula::Nps, 0.0, 10.0), scale("Price: fair?", Formula::Mean, -5.0, 5.0)]
}

/// Words as nasty as they come, but words: neither empty nor with spaces at the ends, which no cell of a name keeps.
fn words() -> impl Strategy<Value = String> {
    "[=+@'\"a-c;,-][=+@'\" a-cäß漢;,|-]{0,12}[a-cä漢]"
}

fn feedback() -> impl Strategy<Value = NewFeedback> {
    let text = "[-=+@'\" \t\n\ra-cäß漢\u{202e}<>&;,|]{0,30}[a-c!]";
    let ratings = (option::of(0..=10_u8), option::of(-5..=5_i8));
    let author = (option::of(words()), option::of(words()), collection::btree_set("[a-c]{1,5}@[a-c]{1,5}\\.example", 0..3));
    ("[a-z=]{1,9}", 0..4_000_000_000_000_i64, text, author, ratings, option::of(words()), any::<bool>()).prop_map(
        |(key, at, text, (name, account, mails), (nps, price), airline, link)| {
            let rating = |scale: &Scale, value: f64| NewRating {
                scale: scale.name.clone(),
                formula: scale.formula,
                value,
                min: Some(scale.min),
                max: Some(scale.max),
            };
            let scales = scales();
            let ratings = [nps.map(|v| rating(&scales[0], f64::from(v))), price.map(|v| rating(&scales[1], f64::from(v)))];
            NewFeedback {
                key,
                at: Time(at),
                text,
                author: NewAuthor {
                    name,
                    role: None,
                    identities: mails.iter().filter_map(|mail| Identity::new(IdentityKind::Email, mail)).collect(),
                    account,
                },
                touchpoint: None,
                ratings: ratings.into_iter().flatten().collect(),
                attributes: airline.map(|value| ("=Airline, \"x\"".to_owned(), value)).into_iter().collect(),
                link: link.then(|| "https://example.org/?a=1&b=2".to_owned()),
            }
        },
    )
}

proptest! {
    #[test]
    fn a_table_comes_back_as_it_left(all in collection::vec(feedback(), 1..8)) {
        let mut table = Table::new(Vec::new(), scales(), vec!["=Airline, \"x\"".to_owned()], &["stage", "sentiment"]).unwrap();
        for feedback in &all {
            table.write(feedback, &["=Use", "negative"]).unwrap();
        }
        prop_assert_eq!(read(table.done().unwrap()), all);
    }

    #[test]
    fn lines_come_back_as_they_left(all in collection::vec(feedback(), 1..8)) {
        let mut out = Vec::new();
        for feedback in &all {
            lines::write(&mut out, feedback).unwrap();
        }
        prop_assert_eq!(read(out), all);
    }
}
