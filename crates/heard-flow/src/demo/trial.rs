//! The trial: another company listens from its first day on, reads what it hears as it would read anything, and looks every evening
//! for what has risen. How many of the planted problems are found, how soon, with how many false alarms; and which fixes are verified.
//!
//! Nothing in it was tuned to these companies: its categories have names and definitions and no watch words, as the demo's watch
//! words were written beside its sentences; the sentences are the second half of the book; no comment is a lesson.

use std::collections::{BTreeMap, HashMap};

use heard_domain::directory::{Company as Named, Directory};
use heard_domain::find::{Find, Matter, look};
use heard_domain::id::{FeedbackId, PersonId, PostId, StageId};
use heard_domain::outbreak::{Rules, rises};
use heard_domain::talk::{Said, Speaker, Talk, complaints};
use heard_domain::tally::Tally;
use heard_domain::time::{Day, Period};
use heard_domain::verification::{self, Verdict, verify};
use heard_text::learn::example::Example;

use crate::demo::phrasebook::Phrases;
use crate::demo::simulate::{Company, Simulation};
use crate::demo::truth::{Fix, Problem, ProblemId};
use crate::lessons::Lessons;
use crate::understand::Understanding;

/// So many comments make a problem one that must be found.
pub const ENOUGH: usize = 30;
/// Within so many days.
pub const SOON: i32 = 7;
/// So much of what is more than expected must come from a problem for a find to be of it; else it is a false alarm.
const OF_IT: f64 = 0.5;

/// A time at which a planted problem was there, and what became of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Planted {
    /// Which problem.
    pub problem: ProblemId,
    /// Its first day: the start, or a recurrence.
    pub first: Day,
    /// Comments that it led to, in all.
    pub comments: usize,
    /// Of these, in its first [`SOON`] days.
    pub early: usize,
    /// How many days it took to find it: 1 on the evening of its first day; none: it was not found.
    pub days: Option<i32>,
    /// How many of its early comments are complaints for the reader in the matter that was found.
    pub read: usize,
}

/// What became of a fix.
#[derive(Debug, Clone, PartialEq)]
pub struct Tried {
    /// Of which problem.
    pub problem: ProblemId,
    /// Whether it really helped.
    pub real: bool,
    /// What the verification says at the end, or before the problem came back.
    pub verdict: Verdict,
    /// The day on which it was verified, counted from the fix.
    pub after: Option<i32>,
    /// Whether it was opened again after it had come back; none: it did not come back.
    pub reopened: Option<bool>,
}

/// What came of a trial.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Outcome {
    /// Comments heard.
    pub comments: usize,
    /// Times at which a problem was there, in order.
    pub planted: Vec<Planted>,
    /// How often something was found.
    pub finds: usize,
    /// Of these, those that were of no problem.
    pub alarms: Vec<Find>,
    /// Finds of a problem that had been found.
    pub again: usize,
    /// Fixes of problems that were found.
    pub fixes: Vec<Tried>,
}

/// What a company that has just begun knows of itself: no watch words, no examples.
fn blank(company: &Company) -> Directory {
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
fn lessons(simulation: Simulation, corrections: usize) -> Lessons {
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
struct Read {
    talk: Talk,
    said: Vec<Said>,
    behind: Vec<Option<ProblemId>>,
    /// Who was made to speak by a problem, and when.
    spoke: HashMap<(Speaker, Day), ProblemId>,
}

fn read(company: &Company, lessons: &Lessons) -> Read {
    let understanding = Understanding::of(blank(company), lessons, lessons.examples.len());
    let posts: HashMap<&str, (usize, PostId)> =
        company.posts.iter().enumerate().map(|(at, post)| (post.name.as_str(), (at, post.id))).collect();
    let mut persons: HashMap<String, i64> = HashMap::new();
    let (mut said, mut behind, mut spoke) = (vec![], vec![], HashMap::new());
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
        said.push(Said { day, post: place, speaker, complaints: complaints(&reading) });
    }
    Read { talk: Talk::of(company.period, company.posts.len(), said.clone()), said, behind, spoke }
}

/// The problem that makes up most of a find, if one makes up enough of it.
fn behind(read: &Read, find: &Find) -> Option<ProblemId> {
    let mut counts: HashMap<ProblemId, usize> = HashMap::new();
    for ago in 0..find.rise.period.days() {
        let day = find.rise.period.last + -ago;
        for speaker in read.talk.speakers(find.rise.key, Period { first: day, last: day }) {
            if let Some(problem) = read.spoke.get(&(speaker, day)) {
                *counts.entry(*problem).or_default() += 1;
            }
        }
    }
    let more = find.rise.persons as f64 - find.rise.expected;
    let (problem, most) = counts.into_iter().max_by_key(|(problem, n)| (*n, *problem))?;
    (most as f64 >= OF_IT * more).then_some(problem)
}

/// Whether a comment complains of a matter.
fn of(said: &Said, matter: Matter) -> bool {
    let fits = |(stage, category): &(Option<StageId>, _)| {
        (matter.stage.is_none() || matter.stage == *stage) && (matter.category.is_none() || matter.category == *category)
    };
    said.complaints.iter().any(fits)
}

/// Lets a company listen.
pub fn run(simulation: Simulation, knows: Knows) -> Outcome {
    let company = Company::other(simulation);
    let lessons = match knows {
        Knows::Names => Lessons::default(),
        Knows::Corrections(n) => lessons(simulation, n),
    };
    let read = read(&company, &lessons);
    let mut finds: Vec<Find> = vec![];
    for ago in (0..read.talk.period.days()).rev() {
        let today = read.talk.period.last + -ago;
        let risen = rises(&read.talk.courses, &read.talk.volume, ago as usize, &Rules::default());
        look(&mut finds, today, risen, |matter, days| read.talk.speakers(matter, days));
    }
    let mut outcome = Outcome { comments: read.said.len(), finds: finds.len(), ..Outcome::default() };
    let mut found: Vec<(ProblemId, &Find)> = vec![];
    for find in &finds {
        match behind(&read, find) {
            Some(problem) => found.push((problem, find)),
            None => outcome.alarms.push(find.clone()),
        }
    }
    let mut first_of = 0;
    for problem in &company.problems {
        let mut issue = None;
        for spell in &problem.spells {
            let within = |day: Day| spell.period.contains(day);
            let comments = |until: Day| {
                let of_it = |at: &usize| {
                    read.behind[*at] == Some(problem.id) && within(read.said[*at].day) && read.said[*at].day <= until
                };
                (0..read.said.len()).filter(of_it).collect::<Vec<usize>>()
            };
            let early = comments(spell.period.first + (SOON - 1));
            let hit = found.iter().find(|(id, find)| *id == problem.id && within(find.found)).map(|(_, find)| *find);
            first_of += usize::from(hit.is_some());
            issue = issue.or(hit);
            outcome.planted.push(Planted {
                problem: problem.id,
                first: spell.period.first,
                comments: comments(spell.period.last).len(),
                early: early.len(),
                days: hit.map(|find| find.found - spell.period.first + 1),
                read: hit.map_or(0, |find| early.iter().filter(|at| of(&read.said[**at], find.rise.key)).count()),
            });
        }
        if let Some(find) = issue {
            outcome.fixes.extend(problem.fixes.iter().map(|fix| tried(&company, &read, problem, fix, find)));
        }
    }
    outcome.again = found.len() - first_of;
    outcome
}

/// What the verification makes of a fix, counted in the matter that was found, against what is known from operations.
fn tried(company: &Company, read: &Read, problem: &Problem, fix: &Fix, find: &Find) -> Tried {
    let mut tallies: BTreeMap<Day, Tally> = BTreeMap::new();
    for exposure in company.exposures.iter().filter(|exposure| exposure.stage == problem.stage) {
        let tally = Tally { day: exposure.day, stratum: None, persons: 0, exposures: f64::from(exposure.count) };
        tallies.insert(exposure.day, tally);
    }
    for (day, tally) in &mut tallies {
        tally.persons = read.talk.speakers(find.rise.key, Period { first: *day, last: *day }).len() as u64;
    }
    let tallies: Vec<Tally> = tallies.into_values().collect();
    let mended = verification::Fix {
        since: Some(find.rise.since),
        opened: find.found,
        first: fix.announced,
        last: fix.announced,
        signed: Some(fix.announced),
    };
    let back = problem.recurrences().into_iter().find(|day| *day > fix.announced);
    let at = |day: Day| verify(&mended, &tallies, day, &verification::Rules::default());
    let until = back.map_or(company.period.last, |back| back + -1);
    let seen = at(until);
    Tried {
        problem: problem.id,
        real: fix.real,
        verdict: seen.verdict,
        after: seen.verified.map(|day| day - fix.announced),
        reopened: back.map(|_| at(company.period.last).verdict == Verdict::Reopened),
    }
}
