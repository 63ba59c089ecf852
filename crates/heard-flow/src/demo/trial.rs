//! The trial: another company listens from its first day on, reads what it hears as it would read anything, and looks every evening
//! for what has risen, in categories, stages and words, as the gathering of issues does. How many of the planted problems are found, how soon, with how many false alarms; and which fixes are verified.

use std::collections::{HashMap, HashSet};

use heard_domain::course::{RECENT, Volume, WEEKS};
use heard_domain::find::{Find, Matter, QUIET, look};
use heard_domain::id::{FeedbackId, StageId};
use heard_domain::outbreak::{Rise, Rules, rises};
use heard_domain::rising::{Together, Told, rising};
use heard_domain::talk::{Said, Speaker};
use heard_domain::time::{Day, Period};

use crate::demo::fixed::{Opened, Tried, tried};
use crate::demo::listening::{Knows, Read, lessons, read};
use crate::demo::simulate::{Company, Simulation};
use crate::demo::truth::ProblemId;
use crate::lessons::Lessons;

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
    /// The comments that are joined to the issue when it is found: in words only.
    pub joined: Vec<FeedbackId>,
}

impl Seen {
    fn opened(&self) -> Opened {
        let (matter, stage) = match self.at {
            Where::Matter(matter) => (Some(matter), matter.stage),
            Where::Words(stage) => (None, stage),
        };
        Opened { matter, stage, since: self.since, found: self.found, joined: self.joined.clone() }
    }
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
            joined: group.comments.clone(),
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
        joined: vec![],
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
            let issue = seen.opened();
            let of_it = problem.fixes.iter().filter(|fix| fix.announced > issue.found);
            outcome.fixes.extend(of_it.flat_map(|fix| tried(&company, &lessons, &read, problem, fix, &issue)));
        }
    }
    outcome.again = all.len() - outcome.alarms.len() - first_of;
    outcome
}
