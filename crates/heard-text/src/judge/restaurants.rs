//! Restaurant reviews (SemEval-2014 task 4, sentence by sentence): which of five categories a sentence is about, by the
//! taxonomy's learner, and how good or bad it is for each, by the learner of classes. The train part teaches, the gold
//! test part only measures; nothing of it is shipped.

use heard_domain::id::CategoryId;
use heard_domain::reading::{Passage, Reading};
use heard_domain::taxonomy::{Category, Taxonomy};

use crate::judge::measure::{accuracy, f1};
use crate::judge::split::{Part, part_of};
use crate::judge::task::{Bar, Bench, NotJudged, Row, Task};
use crate::learn::choice::{ChoiceHead, Told};
use crate::learn::example::Example;
use crate::learn::head::{CategoryHead, Scored};
use crate::token::hash;

/// The task.
pub const TASK: Task = Task { name: "restaurants", run };

/// The categories as the set calls them, and what the taxonomy says of each: written from the task's description.
const CATEGORIES: [(&str, &str); 5] = [
    ("food", "What is eaten and drunk, the dishes and the menu."),
    ("service", "The waiters, the staff, how long it takes, reservations."),
    ("price", "What it costs, and whether it is worth it."),
    ("ambience", "The place itself: music, noise, decor, atmosphere, seats."),
    ("anecdotes/miscellaneous", "Anything else that is told of a visit, and the place as a whole."),
];
const POLARITIES: [&str; 3] = ["negative", "neutral", "positive"];
/// The train part is cut into so many folds to choose from which confidence on a sentence is about a category.
const FOLDS: u64 = 5;
/// Where that choice begins.
const SHOWN: f32 = 0.4;

struct Sentence {
    text: String,
    /// Category by its place in `CATEGORIES`, polarity by its place in `POLARITIES`; `None`: both at once.
    about: Vec<(usize, Option<usize>)>,
}

fn run(bench: &Bench<'_>) -> Result<Vec<Row>, NotJudged> {
    let mut train = read(bench, "semeval14/Restaurants_Train_v2.xml")?;
    let test = if bench.part == Part::Test {
        read(bench, "semeval14/Restaurants_Test_Gold.xml")?
    } else {
        // While trying out a fifth of the train part measures, and the test part stays shut.
        let (test, rest) = train.into_iter().partition(|sentence| part_of(&sentence.text) == Part::Test);
        train = rest;
        test
    };
    let test: Vec<Sentence> = bench.some(test).collect();
    let taxonomy = taxonomy();
    let example = |sentence: &Sentence| {
        let said = |(at, _): &(usize, Option<usize>)| Example { text: sentence.text.clone(), category: id(*at), belongs: true };
        sentence.about.iter().map(said).collect::<Vec<_>>()
    };
    let mut folded = Vec::with_capacity(train.len());
    for fold in 0..FOLDS {
        // By the text, so that a sentence which stands there twice does not teach itself.
        let (own, others): (Vec<&Sentence>, Vec<_>) = train.iter().partition(|s| hash(s.text.as_bytes()) % FOLDS == fold);
        let head = CategoryHead::learn(&taxonomy, &others.into_iter().flat_map(example).collect::<Vec<_>>());
        folded.extend(own.into_iter().map(|sentence| (sentence, head.of_text(&sentence.text))));
    }
    let least = chosen(&folded);
    let head = CategoryHead::learn(&taxonomy, &train.iter().flat_map(example).collect::<Vec<_>>());
    let scored: Vec<_> = test.iter().map(|sentence| (sentence, head.of_text(&sentence.text))).collect();
    let told = |sentences: &[Sentence]| sentences.iter().flat_map(|s| judged(bench, &head, s)).collect::<Vec<_>>();
    let polarity = ChoiceHead::learn(&told(&train), POLARITIES.len());
    let pairs: Vec<(usize, usize)> = told(&test).iter().map(|(told, truth)| (*truth, polarity.choose(told))).collect();
    let row = |figure, value, n, floor, moonshot| Row {
        task: "restaurants, learnt".to_owned(),
        figure,
        value,
        n,
        bar: Some(Bar::new(floor, moonshot)),
    };
    Ok(vec![
        row("aspect category micro-F1", found(&scored, &least), test.len(), 0.87, 0.89),
        row("polarity accuracy", accuracy(&pairs), pairs.len(), 0.78, 0.82),
    ])
}

/// Micro-F1 where a sentence is about what is as sure, before calibration, as `least` asks of each category, and about the likeliest anyway: every
/// sentence of the set is about something.
fn found(scored: &[(&Sentence, Vec<Scored>)], least: &[f32; CATEGORIES.len()]) -> f64 {
    let (mut hits, mut said, mut truth) = (0, 0, 0);
    for (sentence, scored) in scored {
        let enough = |s: &Scored| (0..).zip(least).any(|(at, least)| s.category == id(at) && s.plain >= *least);
        let shown = scored.iter().enumerate().filter(|(at, s)| *at == 0 || enough(s)).map(|(_, s)| s.category);
        let shown: Vec<CategoryId> = shown.collect();
        hits += sentence.about.iter().filter(|(at, _)| shown.contains(&id(*at))).count();
        said += shown.len();
        truth += sentence.about.len();
    }
    f1(hits, said, truth)
}

/// From which confidence on each category is shown: one category after the other what is best for all, twice over.
fn chosen(scored: &[(&Sentence, Vec<Scored>)]) -> [f32; CATEGORIES.len()] {
    let mut least = [SHOWN; CATEGORIES.len()];
    for at in (0..CATEGORIES.len()).chain(0..CATEGORIES.len()) {
        let mut best = (found(scored, &least), least);
        for step in 2..19 {
            let mut tried = least;
            if let Some(place) = tried.get_mut(at) {
                *place = step as f32 * 0.05;
            }
            let value = found(scored, &tried);
            if value > best.0 {
                best = (value, tried);
            }
        }
        least = best.1;
    }
    least
}

/// Each category of a sentence with one polarity: the whole sentence, its passage that is most about the category, and which.
fn judged(bench: &Bench<'_>, head: &CategoryHead, sentence: &Sentence) -> Vec<(Told, usize)> {
    let reading: Reading = bench.read(&sentence.text, Some("en"));
    let text = |passage: &Passage| passage.span.of(&sentence.text).unwrap_or("").to_owned();
    let about = |(at, polarity): &(usize, Option<usize>)| {
        let sure = |passage: &&Passage| {
            let scored = head.of_text(&text(passage));
            scored.iter().find(|s| s.category == id(*at)).map_or(0.0, |s| s.plain)
        };
        let best = reading.passages.iter().max_by(|a, b| sure(a).total_cmp(&sure(b)))?;
        let which = (0..CATEGORIES.len()).map(|other| f32::from(u8::from(other == *at)));
        let told = Told::new(&sentence.text, &reading).with_part(&text(best), &[best]).with(which);
        Some((told, (*polarity)?))
    };
    sentence.about.iter().filter_map(about).collect()
}

fn id(at: usize) -> CategoryId {
    CategoryId(at as i64 + 1)
}

fn taxonomy() -> Taxonomy {
    let category = |(at, (name, definition)): (usize, &(&str, &str))| Category {
        id: id(at),
        parent: None,
        name: (*name).to_owned(),
        definition: (*definition).to_owned(),
        watch_words: Vec::new(),
        stage: None,
        departments: Vec::new(),
        position: at as i32,
    };
    Taxonomy { version: 1, categories: CATEGORIES.iter().enumerate().map(category).collect() }
}

/// The sentences of a file: it is regular enough to be read line by line.
fn read(bench: &Bench<'_>, file: &str) -> Result<Vec<Sentence>, NotJudged> {
    let text = bench.text(file)?;
    let odd = |what: &str| NotJudged::Odd { file: file.to_owned(), what: what.to_owned() };
    let mut sentences = Vec::new();
    for part in text.split("<sentence ").skip(1) {
        let words = between(part, "<text>", "</text>").ok_or_else(|| odd("a sentence has no text"))?;
        let mut about = Vec::new();
        for line in part.split("<aspectCategory ").skip(1) {
            let category = between(line, "category=\"", "\"").ok_or_else(|| odd("an aspect has no category"))?;
            let polarity = between(line, "polarity=\"", "\"").ok_or_else(|| odd("an aspect has no polarity"))?;
            let at = CATEGORIES.iter().position(|(name, _)| *name == category).ok_or_else(|| odd(category))?;
            about.push((at, POLARITIES.iter().position(|name| *name == polarity)));
        }
        let words = words.replace("&quot;", "\"").replace("&apos;", "'").replace("&lt;", "<").replace("&gt;", ">");
        sentences.push(Sentence { text: words.replace("&amp;", "&"), about });
    }
    Ok(sentences)
}

fn between<'a>(text: &'a str, before: &str, after: &str) -> Option<&'a str> {
    let rest = text.split_once(before)?.1;
    Some(rest.split_once(after)?.0)
}
