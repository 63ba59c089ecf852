//! What the verification makes of the fixes in another company, by what its issues count: the truth, what the reader files by names and
//! definitions, and what it files when a person has made a category of the comments that were joined.

use std::collections::{BTreeMap, HashSet};

use heard_domain::find::Matter;
use heard_domain::id::{CategoryId, FeedbackId, StageId};
use heard_domain::reading::Passage;
use heard_domain::talk::{Speaker, complaints};
use heard_domain::tally::{Mention, Tally, counts, tallies};
use heard_domain::taxonomy::{Category, Taxonomy};
use heard_domain::time::Day;
use heard_domain::verification::{self, Verdict, verify};
use heard_text::learn::example::Example;

use crate::act::issues::rising::bad;
use crate::act::issues::telling::{APART, Complaint, apart, stage, told, words};
use crate::arrange::theme::described;
use crate::demo::listening::{Read, blank};
use crate::demo::simulate::{Comment, Company};
use crate::demo::truth::{Fix, Problem, ProblemId};
use crate::lessons::Lessons;
use crate::understand::Understanding;

/// By what a fix is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// What is true of every comment: nobody can do better.
    Truth,
    /// What the reader files by names and definitions.
    Names,
    /// What it files when a person has made a category of the comments that were joined, right and wrong ones, beside so many complaints from
    /// before the problem that sound alike, none of which anybody has looked at.
    Learnt(usize),
    /// The same, beside as many as the product offers, after so many corrections between the opening and the fix.
    Corrected(usize),
}

/// A person looks at so many passages of what was filed and what may have been missed while a fix is worked on.
const CORRECTIONS: usize = 20;

/// The ways of counting.
pub const WAYS: [By; 5] = [By::Truth, By::Names, By::Learnt(0), By::Learnt(APART), By::Corrected(CORRECTIONS)];

/// What became of a fix.
#[derive(Debug, Clone, PartialEq)]
pub struct Tried {
    /// By what it was counted.
    pub by: By,
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
    /// Of the comments that the problem led to before its fix, the share that is counted, 0..1.
    pub found: f64,
    /// Of the comments that are counted before the fix, the share that the problem or its category at its stage led to, 0..1.
    pub right: f64,
}

/// An issue as it was opened.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Opened {
    /// What it gathers; none: it was found in words.
    pub(crate) matter: Option<Matter>,
    /// Where its words rose.
    pub(crate) stage: Option<StageId>,
    /// Since when.
    pub(crate) since: Day,
    /// The evening on which it was found.
    pub(crate) found: Day,
    /// The comments that were joined.
    pub(crate) joined: Vec<FeedbackId>,
}

/// What is counted: the places of comments, in order, and those that have taught it.
struct Counted {
    stage: StageId,
    places: Vec<usize>,
    taught: HashSet<usize>,
}

/// What the verification makes of a fix in every way of counting, against what is known from operations.
pub(crate) fn tried(
    company: &Company,
    lessons: &Lessons,
    read: &Read,
    problem: &Problem,
    fix: &Fix,
    issue: &Opened,
) -> Vec<Tried> {
    let of = |by: By| {
        let counted = match by {
            By::Truth => by_truth(read, problem),
            By::Names => by_names(read, problem, issue),
            By::Learnt(alike) => by_learning(company, lessons, read, problem, issue, alike, None),
            By::Corrected(n) => by_learning(company, lessons, read, problem, issue, APART, Some((n, fix.announced))),
        };
        judged(company, read, problem, fix, issue, by, &counted)
    };
    WAYS.into_iter().map(of).collect()
}

fn fits(matter: Matter, (stage, category): &(Option<StageId>, Option<CategoryId>)) -> bool {
    (matter.stage.is_none() || matter.stage == *stage) && (matter.category.is_none() || matter.category == *category)
}

fn by_truth(read: &Read, problem: &Problem) -> Counted {
    let matter = Matter { stage: Some(problem.stage), category: Some(problem.category) };
    let complains = |at: &usize| read.truly.get(*at).is_some_and(|said| said.iter().any(|one| fits(matter, one)));
    Counted { stage: problem.stage, places: (0..read.said.len()).filter(complains).collect(), taught: HashSet::new() }
}

fn by_names(read: &Read, problem: &Problem, issue: &Opened) -> Counted {
    let matter = issue.matter.unwrap_or(Matter { stage: Some(problem.stage), category: Some(problem.category) });
    let complains = |at: &usize| read.said.get(*at).is_some_and(|said| said.complaints.iter().any(|one| fits(matter, one)));
    Counted { stage: problem.stage, places: (0..read.said.len()).filter(complains).collect(), taught: HashSet::new() }
}

/// A person makes a category of what tells the issue; the reader learns it, and all is read again.
fn by_learning(
    company: &Company,
    lessons: &Lessons,
    read: &Read,
    problem: &Problem,
    issue: &Opened,
    alike: usize,
    corrected: Option<(usize, Day)>,
) -> Counted {
    if issue.matter.is_some_and(|matter| matter.category.is_some()) {
        return by_names(read, problem, issue);
    }
    let joined: HashSet<usize> = issue.joined.iter().map(|id| (id.0 - 1) as usize).collect();
    let said = read.complained.iter().filter(|(at, ..)| joined.contains(at)).flat_map(|(at, _, comment, reading)| {
        let of = |passage: &Passage| Complaint::of(FeedbackId(*at as i64 + 1), passage, &comment.feedback.text);
        reading.passages.iter().filter(|passage| bad(passage)).filter_map(of).collect::<Vec<_>>()
    });
    let told = told(issue.stage, &said.collect::<Vec<_>>());
    let stage = issue.stage.or(stage(&told)).unwrap_or(problem.stage);
    let mut directory = blank(company);
    let category = CategoryId(directory.taxonomy.categories.iter().map(|category| category.id.0).max().unwrap_or(0) + 1);
    let (name, definition) = described(&words(&told));
    directory.taxonomy.categories.push(Category { definition, stage: Some(stage), ..Category::new(category, name) });
    let mut lessons = lessons.clone();
    lessons.examples.extend(told.iter().map(|one| Example { text: one.text.clone(), category, belongs: true }));
    let mut taught: HashSet<usize> = told.iter().map(|one| (one.feedback.0 - 1) as usize).collect();
    let taxonomy = directory.taxonomy.clone();
    let mut reader = Understanding::of(directory, &lessons, lessons.examples.len());
    let before = complained_before(read, issue.since, &joined);
    let alike = apart(reader.reader.head(), category, &before, alike);
    if !alike.is_empty() {
        lessons.examples.extend(alike.iter().map(|one| Example { text: one.text.clone(), category, belongs: false }));
        reader = reader.taught(&taxonomy, &lessons);
    }
    let matter = Matter { stage: Some(stage), category: Some(category) };
    let Some((n, fixed)) = corrected else { return Counted { stage, places: filed(read, &reader, matter), taught } };
    let mut asked = doubtful(read, &reader, category, (issue.found, fixed), &taught);
    asked.truncate(n);
    for (at, passage, text) in asked {
        let Some((.., comment, _)) = read.complained.iter().find(|(other, ..)| *other == at) else { continue };
        taught.insert(at);
        lessons.examples.extend(corrections(comment, &passage, &text, problem, category, &taxonomy));
    }
    let reader = reader.taught(&taxonomy, &lessons);
    Counted { stage, places: filed(read, &reader, matter), taught }
}

/// So many comments before the problem are looked through, the newest.
const BEFORE: usize = 600;

/// What was complained of before a day.
fn complained_before(read: &Read, since: Day, joined: &HashSet<usize>) -> Vec<Complaint> {
    let earlier = |at: usize| read.said.get(at).is_some_and(|said| said.day < since) && !joined.contains(&at);
    let before = read.complained.iter().rev().filter(|(at, ..)| earlier(*at)).take(BEFORE);
    let said = before.flat_map(|(at, _, comment, reading)| {
        let of = |passage: &Passage| Complaint::of(FeedbackId(*at as i64 + 1), passage, &comment.feedback.text);
        reading.passages.iter().filter(|passage| bad(passage)).filter_map(of).collect::<Vec<_>>()
    });
    said.collect()
}

/// The comments that are filed as complaints of a matter, by another reader.
fn filed(read: &Read, reader: &Understanding, matter: Matter) -> Vec<usize> {
    let files = |(at, post, comment, _): &&(usize, _, Comment, _)| {
        let reading = reader.read_new(FeedbackId(*at as i64 + 1), *post, &comment.feedback);
        complaints(&reading).iter().any(|one| fits(matter, one))
    };
    read.complained.iter().filter(files).map(|(at, ..)| *at).collect()
}

/// Complaints between two days of which the reader is least sure whether they are of a category: half of those that it files, half of those
/// that it does not.
fn doubtful(
    read: &Read,
    reader: &Understanding,
    category: CategoryId,
    (after, before): (Day, Day),
    taught: &HashSet<usize>,
) -> Vec<(usize, Passage, String)> {
    let mut all: Vec<(f32, usize, Passage, String)> = vec![];
    for (at, _, comment, reading) in &read.complained {
        let day = read.said.get(*at).map(|said| said.day);
        if taught.contains(at) || day.is_none_or(|day| day <= after || day >= before) {
            continue;
        }
        for passage in reading.passages.iter().filter(|passage| bad(passage)) {
            let text = passage.span.of(&comment.feedback.text).unwrap_or_default().trim().to_owned();
            let scored = reader.reader.head().of_text(&text);
            let sure = scored.iter().find(|scored| scored.category == category).map_or(0.0, |scored| scored.plain);
            all.push((sure, *at, passage.clone(), text));
        }
    }
    all.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    let mut texts = HashSet::new();
    all.retain(|(.., text)| texts.insert(text.to_lowercase()));
    let least = heard_text::learn::head::LEAST;
    let beyond = all.partition_point(|(sure, ..)| *sure >= least);
    let missed = all.split_off(beyond).into_iter();
    all.reverse();
    // By turns, as a person goes through both lists.
    let mut found = vec![];
    let (mut files, mut missed) = (all.into_iter(), missed);
    loop {
        let two = (files.next(), missed.next());
        if two.0.is_none() && two.1.is_none() {
            return found.into_iter().map(|(_, at, passage, text)| (at, passage, text)).collect();
        }
        found.extend(two.0);
        found.extend(two.1);
    }
}

/// What a person who knows the truth says of a passage: whether it belongs to the problem's category, and else where it does.
fn corrections(
    comment: &Comment,
    passage: &Passage,
    text: &str,
    problem: &Problem,
    category: CategoryId,
    taxonomy: &Taxonomy,
) -> Vec<Example> {
    let said: Vec<CategoryId> = comment
        .truth
        .clauses
        .iter()
        .filter(|clause| clause.span.overlaps(passage.span))
        .filter_map(|clause| clause.category)
        .collect();
    let example = |category, belongs| Example { text: text.to_owned(), category, belongs };
    if said.contains(&problem.category) {
        return vec![example(category, true)];
    }
    let elsewhere = said.into_iter().filter(|id| taxonomy.category(*id).is_some()).map(|id| example(id, true));
    elsewhere.chain([example(category, false)]).collect()
}

fn judged(company: &Company, read: &Read, problem: &Problem, fix: &Fix, issue: &Opened, by: By, counted: &Counted) -> Tried {
    let exposures = company.exposures.iter().filter(|exposure| exposure.stage == counted.stage);
    let exposures: BTreeMap<(Day, Option<_>), f64> =
        exposures.map(|exposure| ((exposure.day, None), f64::from(exposure.count))).collect();
    let spoken = |at: &usize| {
        let said = read.said.get(*at)?;
        if !counts(said.day, counted.taught.contains(at), fix.announced) {
            return None;
        }
        let person = match said.speaker {
            Speaker::Person(person) => Some(person),
            Speaker::Of(_) => None,
        };
        Some(Mention { day: said.day, stratum: None, person })
    };
    let tallies: Vec<Tally> = tallies(counted.places.iter().filter_map(spoken).collect(), &exposures, fix.announced);
    let mended = verification::Fix {
        since: Some(issue.since),
        opened: issue.found,
        first: fix.announced,
        last: fix.announced,
        signed: Some(fix.announced),
    };
    let back = problem.recurrences().into_iter().find(|day| *day > fix.announced);
    let at = |day: Day| verify(&mended, &tallies, day, &verification::Rules::default());
    let looked = at(back.map_or(company.period.last, |back| back + -1));
    let (found, right) = quality(read, problem, fix, counted);
    Tried {
        by,
        problem: problem.id,
        real: fix.real,
        verdict: looked.verdict,
        after: looked.verified.map(|day| day - fix.announced),
        reopened: back.map(|_| at(company.period.last).verdict == Verdict::Reopened),
        found,
        right,
    }
}

/// Of what the problem led to before its fix, the share that is counted; and of what is counted, the share that is of it.
fn quality(read: &Read, problem: &Problem, fix: &Fix, counted: &Counted) -> (f64, f64) {
    let before = |at: &usize| read.said.get(*at).is_some_and(|said| said.day < fix.announced) && !counted.taught.contains(at);
    let led = |at: &usize| read.behind.get(*at).is_some_and(|of| *of == Some(problem.id));
    let truth = Matter { stage: Some(problem.stage), category: Some(problem.category) };
    let of_it = |at: &usize| led(at) || read.truly.get(*at).is_some_and(|said| said.iter().any(|one| fits(truth, one)));
    let places: HashSet<usize> = counted.places.iter().copied().collect();
    let all: Vec<usize> = (0..read.said.len()).filter(before).collect();
    let share = |part: usize, of: usize| if of == 0 { 0.0 } else { part as f64 / of as f64 };
    let (of_problem, here): (Vec<usize>, Vec<usize>) =
        (all.iter().copied().filter(led).collect(), all.into_iter().filter(|at| places.contains(at)).collect());
    let hits = of_problem.iter().filter(|at| places.contains(at)).count();
    (share(hits, of_problem.len()), share(here.iter().filter(|at| of_it(at)).count(), here.len()))
}
