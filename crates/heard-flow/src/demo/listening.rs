//! What another company of the trial hears, read as it would read anything, with the truth beside it.
//!
//! Nothing in it was tuned to these companies: its categories have names and definitions and no watch words, as the demo's watch
//! words were written beside its sentences; the sentences are the second half of the book; no comment is a lesson.

use std::collections::{BTreeMap, HashMap};

use heard_domain::directory::{Company as Named, Directory};
use heard_domain::id::{CategoryId, FeedbackId, PersonId, PostId, StageId};
use heard_domain::reading::{Passage, Polarity, Reading};
use heard_domain::rising::Uttered;
use heard_domain::talk::{Said, Speaker, Talk, complaints};
use heard_domain::time::Day;
use heard_text::learn::example::Example;
use heard_text::telling::telling;

use crate::act::issues::rising::bad;
use crate::demo::phrasebook::Phrases;
use crate::demo::simulate::{Comment, Company, Simulation};
use crate::demo::truth::ProblemId;
use crate::lessons::Lessons;
use crate::understand::Understanding;

/// What a company that has just begun knows of itself: no watch words, no examples.
pub(crate) fn blank(company: &Company) -> Directory {
    let mut taxonomy = company.taxonomy.clone();
    for category in &mut taxonomy.categories {
        category.watch_words.clear();
    }
    Directory {
        company: Named { name: company.name.to_owned(), zone: company.zone.clone() },
        journey: company.journey.clone(),
        taxonomy,
        departments: company.departments.clone(),
        calendars: vec![],
        places: vec![],
        segments: vec![],
        posts: company.posts.clone(),
        scales: vec![],
        attributes: vec![],
        values: BTreeMap::new(),
    }
}

/// What a company knows before it listens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Knows {
    /// Names and definitions of its categories.
    Names,
    /// So many passages besides, of another company and in the other half of the sentences, each put where it belongs by a person.
    Corrections(usize),
}

/// Passages of another company, with where they belong.
pub(crate) fn lessons(simulation: Simulation, corrections: usize) -> Lessons {
    let half = if simulation.phrases == Phrases::First { Phrases::Second } else { Phrases::First };
    let comments = 4 * corrections.max(1);
    let teacher = Company::other(Simulation { comments, seed: simulation.seed ^ 0xA5A5, phrases: half, ..simulation });
    let mut examples = vec![];
    for comment in teacher.comments().filter(|comment| comment.truth.language == "en") {
        let clause =
            comment.truth.clauses.iter().find_map(|clause| Some((clause.category?, clause.span.of(&comment.feedback.text)?)));
        let Some((category, text)) = clause else { continue };
        examples.push(Example { text: text.to_owned(), category, belongs: true });
        if examples.len() >= corrections {
            break;
        }
    }
    Lessons { examples, ..Lessons::default() }
}

/// All comments as they are read, with the problem behind each.
pub(crate) struct Read {
    pub(crate) talk: Talk,
    pub(crate) said: Vec<Said>,
    /// What is true of each: what it complains of at which stage.
    pub(crate) truly: Vec<Vec<(Option<StageId>, Option<CategoryId>)>>,
    /// Those that complain, by their places, as they were said and read.
    pub(crate) complained: Vec<(usize, PostId, Comment, Reading)>,
    /// The problem behind each.
    pub(crate) behind: Vec<Option<ProblemId>>,
    /// The words of those that complain.
    pub(crate) uttered: Vec<Uttered>,
    /// Who was made to speak by a problem, and when.
    pub(crate) spoke: HashMap<(Speaker, Day), ProblemId>,
}

pub(crate) fn read(company: &Company, lessons: &Lessons) -> Read {
    let understanding = Understanding::of(blank(company), lessons, lessons.examples.len());
    let posts: HashMap<&str, (usize, PostId)> =
        company.posts.iter().enumerate().map(|(at, post)| (post.name.as_str(), (at, post.id))).collect();
    let mut persons: HashMap<String, i64> = HashMap::new();
    let (mut said, mut behind, mut uttered, mut spoke) = (vec![], vec![], vec![], HashMap::new());
    let (mut truly, mut complained) = (vec![], vec![]);
    for (at, comment) in company.comments().enumerate() {
        let Some((place, post)) = posts.get(comment.post).copied() else { continue };
        let id = FeedbackId(at as i64 + 1);
        let reading = understanding.read_new(id, post, &comment.feedback);
        let speaker = comment.feedback.author.identities.first().map_or(Speaker::Of(id), |identity| {
            let next = persons.len() as i64 + 1;
            Speaker::Person(PersonId(*persons.entry(identity.handle.clone()).or_insert(next)))
        });
        let day = company.zone.day(comment.feedback.at);
        if let Some(problem) = comment.truth.problem {
            spoke.insert((speaker, day), problem);
        }
        behind.push(comment.truth.problem);
        let words = |passage: &Passage| {
            let stage = passage.stage.as_ref().map(|stage| stage.value);
            let told = telling(passage.span.of(&comment.feedback.text).unwrap_or_default());
            told.into_iter().map(move |(stem, _)| (stage, stem)).collect::<Vec<_>>()
        };
        let words: Vec<_> = reading.passages.iter().filter(|passage| bad(passage)).flat_map(words).collect();
        uttered.push(Uttered { feedback: id, day, post: place, speaker, words });
        said.push(Said { day, post: place, speaker, complaints: complaints(&reading) });
        let clauses = comment.truth.clauses.iter().filter(|clause| clause.polarity == Polarity::Negative);
        truly.push(clauses.map(|clause| (Some(clause.stage), clause.category)).collect());
        if reading.passages.iter().any(bad) {
            complained.push((at, post, comment, reading));
        }
    }
    Read { talk: Talk::of(company.period, company.posts.len(), said.clone()), said, truly, complained, behind, uttered, spoke }
}
