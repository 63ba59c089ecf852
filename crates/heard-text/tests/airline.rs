//! Reads the real file of tweets to airlines as a newcomer's import would, with the starter journey: how much of it falls
//! into a stage and a category, and how right the sentiment is. Measures only; the tweets train nothing.
#![expect(clippy::print_stdout, clippy::expect_used, reason = "a test shows its figures and stops at what is not as expected")]

use std::path::PathBuf;

use heard_domain::id::FeedbackId;
use heard_domain::starter::industry::{Industry, suggest};
use heard_text::pipeline::Reader;
use heard_text::step::ToRead;

#[expect(clippy::disallowed_methods, reason = "where the sets are is the tester's to say")]
fn tweets() -> Option<Vec<(usize, String)>> {
    let folder = std::env::var("HEARD_DATA")
        .map_or_else(|_| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data"), PathBuf::from);
    let path = folder.join("airline/tweets.csv");
    if !path.exists() && std::env::var("HEARD_ALLOW_SKIP").is_ok_and(|v| v == "1") {
        println!("SKIPPED: {} is missing", path.display());
        return None;
    }
    let mut reader =
        csv::Reader::from_path(&path).unwrap_or_else(|error| panic!("set HEARD_DATA to the folder of the sets: {error}"));
    let rows = reader.records().map(|row| {
        let row = row.expect("the file is whole");
        let class = ["negative", "neutral", "positive"].iter().position(|c| *c == &row[1]).expect("a known class");
        (class, row[10].to_owned())
    });
    Some(rows.collect())
}

#[test]
fn most_tweets_fall_into_a_stage_and_a_category_and_their_sentiment_is_mostly_right() {
    let Some(tweets) = tweets() else { return };
    let industry = suggest(tweets.iter().take(200).map(|(_, text)| text.as_str()), ["tweet_id", "text", "airline"]);
    assert_eq!(industry, Industry::Airline);
    let mut id = 0;
    let planted = industry.starter().plant(|| {
        id += 1;
        id
    });
    let reader = Reader::new(&planted.journey, &planted.taxonomy);
    let (mut staged, mut categorised, mut english) = (0, 0, 0);
    let mut table = [[0_usize; 3]; 3];
    for (class, text) in &tweets {
        let reading =
            reader.read(&ToRead { feedback: FeedbackId(1), revision: 1, text, language_hint: None, touchpoint_stage: None });
        staged += usize::from(reading.passages.iter().any(|p| p.stage.is_some()));
        categorised += usize::from(reading.passages.iter().any(|p| !p.categories.is_empty()));
        english += usize::from(reading.language.as_ref().is_none_or(|(code, _)| code == "en"));
        let said = reading.weightiest().and_then(|p| p.sentiment.as_ref()).map_or(1, |s| s.polarity.index());
        table[*class][said] += 1;
    }
    let share = |count: usize| count as f64 / tweets.len() as f64;
    let f1 = |class: usize| {
        2.0 * table[class][class] as f64
            / (table[class].iter().sum::<usize>() + table.iter().map(|row| row[class]).sum::<usize>()) as f64
    };
    let macro_f1 = (0..3).map(f1).sum::<f64>() / 3.0;
    println!(
        "airline tweets: with a stage {:.3}, with a category {:.3}, taken for English {:.3}, macro-F1 {macro_f1:.3}; rows truth, columns said {table:?}",
        share(staged),
        share(categorised),
        share(english),
    );
    assert!(share(staged) >= 0.6 && share(categorised) >= 0.6, "{staged} and {categorised} of {}", tweets.len());
    assert!(share(english) >= 0.985);
    assert!(macro_f1 >= 0.58, "{macro_f1}");
}
