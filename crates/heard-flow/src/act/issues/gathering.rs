//! Gathering: where many suddenly complain of the same at the same stage, Heard proposes an issue; a person accepts, merges or dismisses
//! it. Two looks complement each other: the last four weeks against the four before, and every evening the last days against what the same
//! weekdays of eight weeks lead to expect, which finds within days what is new ([`heard_domain::outbreak`]). New comments need no step of their own: what an issue gathers is a question that is always asked anew.

use std::collections::{HashMap, HashSet};

use heard_domain::course::{RECENT, WEEKS};
use heard_domain::find::{Matter, look};
use heard_domain::id::{CategoryId, FeedbackId, PostId, StageId};
use heard_domain::kept_issue::{IssueOrigin, IssueStanding, KeptIssue};
use heard_domain::outbreak::{Rules, rises};
use heard_domain::question::Filter;
use heard_domain::reading::Polarity;
use heard_domain::scope::Scope;
use heard_domain::talk::{Said, Speaker, Talk, complaints as complaints_in};
use heard_domain::time::{Day, Period, Time};
use heard_store::tables;
use heard_store::tables::issue::Sought;
use heard_store::view::{Tx, View};

use crate::act::issues::change::{IssueDraft, begun, write};
use crate::error::FlowError;
use crate::flow::Flow;
use crate::read::again::under_way;

use heard_domain::gathering::{DAYS, Seen, proposed};

/// How many comments are looked at in each of the two periods, the newest.
const MOST: usize = 50_000;
/// How many are read from the store at a time.
const BATCH: usize = 1_000;

type Persons = HashMap<(StageId, CategoryId), HashSet<(bool, i64)>>;

/// Who complains of what at which stage.
async fn complaints(flow: &Flow, period: Period) -> Result<(Persons, HashMap<StageId, HashSet<FeedbackId>>), FlowError> {
    let scope = Scope::system();
    let found = flow.store.find(&scope, &Filter::default(), Some(period), None, MOST).await?;
    let (mut persons, mut stages) = (Persons::new(), HashMap::<StageId, HashSet<FeedbackId>>::new());
    for ids in found.ids.chunks(BATCH) {
        let ids = ids.to_vec();
        let read = move |view: &View| Ok((tables::feedback::many(view, &ids)?, tables::reading::many(view, &ids)?));
        let (feedback, readings) = flow.store.read(&scope, read).await?;
        let who: HashMap<FeedbackId, (bool, i64)> =
            feedback.iter().map(|one| (one.id, one.person.map_or((false, one.id.0), |person| (true, person.0)))).collect();
        for reading in readings {
            for passage in &reading.passages {
                let (Some(stage), Some(who)) = (passage.stage.as_ref(), who.get(&reading.feedback)) else { continue };
                stages.entry(stage.value).or_default().insert(reading.feedback);
                if passage.sentiment.as_ref().is_some_and(|one| one.polarity == Polarity::Negative) {
                    for category in &passage.categories {
                        persons.entry((stage.value, category.value)).or_default().insert(*who);
                    }
                }
            }
        }
    }
    Ok((persons, stages))
}

/// Looks at the last four weeks up to a day, and proposes what has become an issue. What an issue gathers already, and what was dismissed
/// or merged, is not proposed again. Gives how many are new.
pub async fn run(flow: &Flow, today: Day) -> Result<usize, FlowError> {
    let period = Period::ending(today, DAYS);
    let (now, heard) = complaints(flow, period).await?;
    let (before, heard_before) = complaints(flow, period.before()).await?;
    let issues = flow.store.read(&Scope::system(), |view| tables::issue::list(view, &Sought::default())).await?;
    let size = |sets: &HashMap<StageId, HashSet<FeedbackId>>, stage| sets.get(&stage).map_or(0, HashSet::len) as u64;
    let mut pairs: Vec<((StageId, CategoryId), Seen)> = now
        .iter()
        .map(|(pair, persons)| {
            let seen = Seen {
                persons: persons.len() as u64,
                before: before.get(pair).map_or(0, HashSet::len) as u64,
                heard: (size(&heard, pair.0), size(&heard_before, pair.0)),
            };
            (*pair, seen)
        })
        .collect();
    pairs.sort_by_key(|(pair, _)| *pair);
    let risen = risen(flow, today).await?;
    let judged: Vec<Seen> = pairs.iter().map(|(_, seen)| *seen).collect();
    let directory = flow.directory();
    let mut new = Vec::new();
    let grown = pairs.iter().zip(proposed(&judged)).filter(|(_, yes)| *yes);
    let grown = grown.map(|(((stage, category), _), _)| Matter { stage: Some(*stage), category: Some(*category) });
    let mut wanted: Vec<Matter> = grown.collect();
    let since: HashMap<Matter, Day> = risen.iter().copied().collect();
    // What rose at several stages is proposed once, as the category wherever, unless it is there for one of them.
    for (matter, _) in risen {
        let there = |one: &Matter| one.category == matter.category && (one.stage == matter.stage || matter.stage.is_none());
        if !wanted.iter().any(there) {
            wanted.push(matter);
        }
    }
    for matter in wanted {
        let Some(about) = matter.category.and_then(|category| directory.taxonomy.category(category)) else { continue };
        let fits = |issue: &KeptIssue| issue.stage.is_none() || matter.stage.is_none() || issue.stage == matter.stage;
        if issues.iter().any(|issue| issue.categories.contains(&about.id) && fits(issue)) {
            continue;
        }
        let at = matter.stage.and_then(|stage| directory.journey.stage(stage));
        let title = at.map_or_else(|| about.name.clone(), |at| format!("{}: {}", at.name, about.name));
        let draft = IssueDraft {
            title: title.chars().take(heard_domain::kept_issue::LONGEST_TITLE).collect(),
            stage: at.map(|at| at.id),
            categories: vec![about.id],
            departments: about.departments.clone(),
        };
        new.push(KeptIssue { since: since.get(&matter).copied(), ..begun(flow, &draft, IssueOrigin::Found, None) });
    }
    let count = new.len();
    if count > 0 {
        let add = move |tx: &mut Tx| new.into_iter().try_for_each(|issue| write(tx, issue, &[]).map(|_| ()));
        flow.store.write(&Scope::system(), add).await?;
    }
    Ok(count)
}

/// How often it is looked, in milliseconds: every hour.
const EVERY_MS: i64 = 3_600_000;

/// Looks if an hour has passed since it was looked `last`, up to the newest feedback.
pub(crate) async fn tend(flow: &Flow, last: &mut Option<Time>) -> Result<(), FlowError> {
    let now = flow.now();
    // While everything is read again, what was read by the new version would pass for a rise.
    if last.is_some_and(|last| now.0 - last.0 < EVERY_MS) || under_way(flow).await? {
        return Ok(());
    }
    let today = flow.directory().company.zone.day(now);
    if let Some(newest) = flow.store.newest(&Scope::system(), &Filter::default()).await? {
        run(flow, newest.min(today)).await?;
    }
    *last = Some(now);
    Ok(())
}

/// The weeks that lead to what is expected, and a fortnight that is held against it.
const LISTENED: i32 = (7 * WEEKS + RECENT) as i32;

/// What has risen in the last days and since when, one find for one problem: a category, at a stage or wherever. Each comment counts on the day it was
/// said, so that history which is imported at once is history.
async fn risen(flow: &Flow, today: Day) -> Result<Vec<(Matter, Day)>, FlowError> {
    let (scope, period) = (Scope::system(), Period::ending(today, LISTENED));
    let directory = flow.directory();
    let posts: HashMap<PostId, usize> = directory.posts.iter().enumerate().map(|(at, post)| (post.id, at)).collect();
    let found = flow.store.find(&scope, &Filter::default(), Some(period), None, MOST).await?;
    let mut said = Vec::with_capacity(found.ids.len());
    for ids in found.ids.chunks(BATCH) {
        let ids = ids.to_vec();
        let read = move |view: &View| Ok((tables::feedback::many(view, &ids)?, tables::reading::many(view, &ids)?));
        let (feedback, readings) = flow.store.read(&scope, read).await?;
        let read: HashMap<FeedbackId, _> = readings.iter().map(|reading| (reading.feedback, complaints_in(reading))).collect();
        said.extend(feedback.iter().filter_map(|one| {
            let speaker = one.person.map_or(Speaker::Of(one.id), Speaker::Person);
            let complaints = read.get(&one.id).cloned().unwrap_or_default();
            Some(Said { day: one.day, post: *posts.get(&one.post)?, speaker, complaints })
        }));
    }
    let talk = Talk::of(period, posts.len(), said);
    let mut finds = Vec::new();
    look(&mut finds, today, rises(&talk.courses, &talk.volume, 0, &Rules::default()), |matter, days| talk.speakers(matter, days));
    Ok(finds.into_iter().map(|find| (find.rise.key, find.rise.since)).filter(|(matter, _)| matter.category.is_some()).collect())
}

/// How many wait for a person.
pub async fn waiting(flow: &Flow, scope: &Scope) -> Result<usize, FlowError> {
    let sought = Sought { standing: vec![IssueStanding::Proposed], ..Sought::default() };
    Ok(flow.store.read(scope, move |view| tables::issue::list(view, &sought)).await?.len())
}
