//! The trial: another company listens from its first day on, reads what it hears as it would read anything, and looks every evening
//! for what has risen, in categories, stages and words, as the gathering of issues does. How many of the planted problems are found, how soon, with how many false alarms; and which fixes are verified.
//!
//! Nothing in it was tuned to these companies: its categories have names and definitions and no watch words, as the demo's watch
//! words were written beside its sentences; the sentences are the second half of the book; no comment is a lesson.

use std::collections::{BTreeMap, HashMap, HashSet};

use heard_domain::course::{RECENT, Volume, WEEKS};
use heard_domain::directory::{Company as Named, Directory};
use heard_domain::find::{Find, Matter, QUIET, look};
use heard_domain::id::{FeedbackId, PersonId, PostId, StageId};
use heard_domain::outbreak::{Rise, Rules, rises};
use heard_domain::reading::Passage;
use heard_domain::rising::{Together, Told, Uttered, rising};
use heard_domain::talk::{Said, Speaker, Talk, complaints};
use heard_domain::tally::Tally;
use heard_domain::time::{Day, Period};
use heard_domain::verification::{self, Verdict, verify};
use heard_text::learn::example::Example;
use heard_text::telling::telling;

use crate::act::issues::rising::bad;
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

/// In what something was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Where {
    /// In a category, a stage or both.
    Matter(Matter),
    /// In words, most of them about a stage if one is given.
    Words(Option<StageId>),
}

/// Something that was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Seen {
    /// In what.
    pub at: Where,
    /// The evening.
    pub found: Day,
    /// Since when, as far as could be seen.
    pub since: Day,
    /// Persons who spoke of it in the days in which it shows most.
    pub persons: u64,
    /// How many were expected.
    pub expected: f64,
    /// The problem that makes up most of it; none: a false alarm.
    pub of: Option<ProblemId>,
}

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
    /// In what it was found.
    pub at: Option<Where>,
    /// How many of its early comments the reader files as complaints under its category.
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
    pub alarms: Vec<Seen>,
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
    /// The words of those that complain.
    uttered: Vec<Uttered>,
    /// Who was made to speak by a problem, and when.
    spoke: HashMap<(Speaker, Day), ProblemId>,
}

fn read(company: &Company, lessons: &Lessons) -> Read {
    let understanding = Understanding::of(blank(company), lessons, lessons.examples.len());
    let posts: HashMap<&str, (usize, PostId)> =
        company.posts.iter().enumerate().map(|(at, post)| (post.name.as_str(), (at, post.id))).collect();
    let mut persons: HashMap<String, i64> = HashMap::new();
    let (mut said, mut behind, mut uttered, mut spoke) = (vec![], vec![], vec![], HashMap::new());
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
    }
    Read { talk: Talk::of(company.period, company.posts.len(), said.clone()), said, behind, uttered, spoke }
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

/// The days that an evening looks at.
const LISTENED: i32 = (7 * WEEKS + RECENT) as i32;

/// Who was heard in some of the days.
fn within(volume: &Volume, whole: Period, days: Period) -> Volume {
    let (first, n) = ((days.first - whole.first) as usize, days.days() as usize);
    let heard = volume.heard.iter().map(|heard| heard.iter().skip(first).take(n).copied().collect());
    Volume { last: days.last, days: n, heard: heard.collect() }
}

/// What has been told because of its words.
struct InWords {
    told: Told,
    seen: Seen,
}

/// The problem that makes up most of what rises in words, if one makes up enough of it.
fn behind_words(read: &Read, group: &Together) -> Option<ProblemId> {
    let mut counts: HashMap<ProblemId, usize> = HashMap::new();
    for problem in group.surest().iter().filter_map(|id| read.behind.get((id.0 - 1) as usize).copied().flatten()) {
        *counts.entry(problem).or_default() += 1;
    }
    let (problem, most) = counts.into_iter().max_by_key(|(problem, n)| (*n, *problem))?;
    (most as f64 >= OF_IT * (group.rise.persons as f64 - group.rise.expected)).then_some(problem)
}

/// Looks at the words of an evening: at which stages they rise.
fn in_words(read: &Read, today: Day, finds: &[Find], told: &mut Vec<InWords>) -> HashSet<StageId> {
    let first = (today + -(LISTENED - 1)).max(read.talk.period.first);
    let days = Period { first, last: today };
    let (from, until) =
        (read.uttered.partition_point(|one| one.day < days.first), read.uttered.partition_point(|one| one.day <= days.last));
    let uttered = read.uttered.get(from..until).unwrap_or_default();
    let groups = rising(days, &within(&read.talk.volume, read.talk.period, days), uttered, &Rules::of_words());
    let stages = groups.iter().filter_map(|group| group.stage).collect();
    for group in groups {
        if let Some(same) = told.iter_mut().find(|one| group.is(&one.told, today)) {
            same.told.comments.extend(group.comments);
            continue;
        }
        let gathered = |id: &&FeedbackId| {
            let said = read.said.get((id.0 - 1) as usize);
            let matters = finds.iter().flat_map(|find| std::iter::once(find.rise.key).chain(find.also.iter().copied()));
            said.is_some_and(|said| matters.filter(|matter| matter.category.is_some()).any(|matter| of(said, matter)))
        };
        let gathered = Told { rose: None, comments: group.comments.iter().filter(gathered).copied().collect() };
        if group.is(&gathered, today) {
            continue;
        }
        let seen = Seen {
            at: Where::Words(group.stage),
            found: today,
            since: group.rise.since,
            persons: group.rise.persons,
            expected: group.rise.expected,
            of: behind_words(read, &group),
        };
        let rose = group.stage.map(|stage| (stage, today));
        told.push(InWords { told: Told { rose, comments: group.comments.into_iter().collect() }, seen });
    }
    stages
}

/// Whether a category rises by comments that were told because of their words: no second find.
fn told_in_words(read: &Read, rise: &Rise<Matter>, told: &[InWords]) -> bool {
    if rise.key.category.is_none() || told.is_empty() {
        return false;
    }
    let (first, last) = (rise.period.first, rise.period.last);
    let from = read.said.partition_point(|said| said.day < first);
    let days = read.said.iter().enumerate().skip(from).take_while(|(_, said)| said.day <= last);
    let said = days.filter(|(_, said)| of(said, rise.key)).map(|(at, said)| (said.speaker, FeedbackId(at as i64 + 1)));
    let said: Vec<(Speaker, FeedbackId)> = said.collect();
    told.iter().any(|one| one.told.explains(said.iter().copied(), rise.persons as f64 - rise.expected))
}

/// All that is found on the last `evenings`, one after the other.
fn found(read: &Read, evenings: i32) -> Vec<Seen> {
    let (mut finds, mut told): (Vec<Find>, Vec<InWords>) = (vec![], vec![]);
    for ago in (0..read.talk.period.days().min(evenings)).rev() {
        let today = read.talk.period.last + -ago;
        let mut named = in_words(read, today, &finds, &mut told);
        let lately = told.iter().filter_map(|one| one.told.rose).filter(|(_, day)| today - *day <= QUIET);
        named.extend(lately.map(|(stage, _)| stage));
        let mut risen = rises(&read.talk.courses, &read.talk.volume, ago as usize, &Rules::of_matters());
        risen.retain(|rise| !told_in_words(read, rise, &told));
        // A stage that rises because of some words is told by its words.
        risen.retain(|rise| rise.key.category.is_some() || rise.key.stage.is_none_or(|stage| !named.contains(&stage)));
        look(&mut finds, today, risen, |matter, days| read.talk.speakers(matter, days));
    }
    let seen = |find: &Find| Seen {
        at: Where::Matter(find.rise.key),
        found: find.found,
        since: find.rise.since,
        persons: find.rise.persons,
        expected: find.rise.expected,
        of: behind(read, find),
    };
    let mut all: Vec<Seen> = finds.iter().map(seen).chain(told.into_iter().map(|one| one.seen)).collect();
    all.sort_by_key(|seen| seen.found);
    all
}

/// Lets a company listen.
pub fn run(simulation: Simulation, knows: Knows) -> Outcome {
    run_lately(simulation, knows, i32::MAX)
}

/// Lets a company listen all the time and looks at the last so many `evenings` only: what began before them is not found.
pub fn run_lately(simulation: Simulation, knows: Knows, evenings: i32) -> Outcome {
    let company = Company::other(simulation);
    let lessons = match knows {
        Knows::Names => Lessons::default(),
        Knows::Corrections(n) => lessons(simulation, n),
    };
    let read = read(&company, &lessons);
    let all = found(&read, evenings);
    let mut outcome = Outcome { comments: read.said.len(), finds: all.len(), ..Outcome::default() };
    outcome.alarms = all.iter().filter(|seen| seen.of.is_none()).cloned().collect();
    let mut first_of = 0;
    for problem in &company.problems {
        let mut issue = None;
        let filed = Matter { stage: None, category: Some(problem.category) };
        for spell in &problem.spells {
            let within = |day: Day| spell.period.contains(day);
            let comments = |until: Day| {
                let of_it = |at: &usize| {
                    read.behind[*at] == Some(problem.id) && within(read.said[*at].day) && read.said[*at].day <= until
                };
                (0..read.said.len()).filter(of_it).collect::<Vec<usize>>()
            };
            let early = comments(spell.period.first + (SOON - 1));
            let hit = all.iter().find(|seen| seen.of == Some(problem.id) && within(seen.found));
            first_of += usize::from(hit.is_some());
            issue = issue.or(hit);
            outcome.planted.push(Planted {
                problem: problem.id,
                first: spell.period.first,
                comments: comments(spell.period.last).len(),
                early: early.len(),
                days: hit.map(|seen| seen.found - spell.period.first + 1),
                at: hit.map(|seen| seen.at),
                read: early.iter().filter(|at| of(&read.said[**at], filed)).count(),
            });
        }
        if let Some(seen) = issue {
            outcome.fixes.extend(problem.fixes.iter().map(|fix| tried(&company, &read, problem, fix, seen)));
        }
    }
    outcome.again = all.len() - outcome.alarms.len() - first_of;
    outcome
}

/// What the verification makes of a fix, counted in the matter that was found, against what is known from operations. What was found in words gathers
/// nothing by itself: who takes it up gives it the category it is about.
fn tried(company: &Company, read: &Read, problem: &Problem, fix: &Fix, seen: &Seen) -> Tried {
    let matter = match seen.at {
        Where::Matter(matter) => matter,
        Where::Words(_) => Matter { stage: Some(problem.stage), category: Some(problem.category) },
    };
    let mut tallies: BTreeMap<Day, Tally> = BTreeMap::new();
    for exposure in company.exposures.iter().filter(|exposure| exposure.stage == problem.stage) {
        let tally = Tally { day: exposure.day, stratum: None, persons: 0, exposures: f64::from(exposure.count) };
        tallies.insert(exposure.day, tally);
    }
    for (day, tally) in &mut tallies {
        tally.persons = read.talk.speakers(matter, Period { first: *day, last: *day }).len() as u64;
    }
    let tallies: Vec<Tally> = tallies.into_values().collect();
    let mended = verification::Fix {
        since: Some(seen.since),
        opened: seen.found,
        first: fix.announced,
        last: fix.announced,
        signed: Some(fix.announced),
    };
    let back = problem.recurrences().into_iter().find(|day| *day > fix.announced);
    let at = |day: Day| verify(&mended, &tallies, day, &verification::Rules::default());
    let until = back.map_or(company.period.last, |back| back + -1);
    let looked = at(until);
    Tried {
        problem: problem.id,
        real: fix.real,
        verdict: looked.verdict,
        after: looked.verified.map(|day| day - fix.announced),
        reopened: back.map(|_| at(company.period.last).verdict == Verdict::Reopened),
    }
}
