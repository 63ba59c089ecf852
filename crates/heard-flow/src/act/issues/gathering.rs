//! Gathering: where many suddenly complain of the same at the same stage, Heard proposes an issue; a person accepts, merges or dismisses
//! it. New comments need no step of their own: what an issue gathers is a question that is always asked anew.

use std::collections::{HashMap, HashSet};

use heard_domain::id::{CategoryId, FeedbackId, StageId};
use heard_domain::kept_issue::{IssueOrigin, IssueStanding, KeptIssue};
use heard_domain::question::Filter;
use heard_domain::reading::Polarity;
use heard_domain::scope::Scope;
use heard_domain::time::{Day, Period, Time};
use heard_store::tables;
use heard_store::tables::issue::Sought;
use heard_store::view::{Tx, View};

use crate::act::issues::change::{IssueDraft, begun, write};
use crate::error::FlowError;
use crate::flow::Flow;

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
    let judged: Vec<Seen> = pairs.iter().map(|(_, seen)| *seen).collect();
    let directory = flow.directory();
    let mut new = Vec::new();
    for (((stage, category), _), yes) in pairs.iter().zip(proposed(&judged)) {
        let gathers = |issue: &KeptIssue| issue.categories.contains(category) && issue.stage.is_none_or(|own| own == *stage);
        let (Some(at), Some(about)) = (directory.journey.stage(*stage), directory.taxonomy.category(*category)) else { continue };
        if yes && !issues.iter().any(gathers) {
            let draft = IssueDraft {
                title: format!("{}: {}", at.name, about.name).chars().take(heard_domain::kept_issue::LONGEST_TITLE).collect(),
                stage: Some(*stage),
                categories: vec![*category],
                departments: about.departments.clone(),
            };
            new.push(begun(flow, &draft, IssueOrigin::Found, None));
        }
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
    if last.is_some_and(|last| now.0 - last.0 < EVERY_MS) {
        return Ok(());
    }
    let today = flow.directory().company.zone.day(now);
    if let Some(newest) = flow.store.newest(&Scope::system(), &Filter::default()).await? {
        run(flow, newest.min(today)).await?;
    }
    *last = Some(now);
    Ok(())
}

/// How many wait for a person.
pub async fn waiting(flow: &Flow, scope: &Scope) -> Result<usize, FlowError> {
    let sought = Sought { standing: vec![IssueStanding::Proposed], ..Sought::default() };
    Ok(flow.store.read(scope, move |view| tables::issue::list(view, &sought)).await?.len())
}
