//! The evidence of an issue: who speaks of it, how badly it hurts and where it is going, as its priority wants to know it.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use heard_domain::account::Money;
use heard_domain::feedback::Feedback;
use heard_domain::id::{AccountId, FeedbackId};
use heard_domain::kept_issue::KeptIssue;
use heard_domain::priority::{Evidence, Facts};
use heard_domain::question::Filter;
use heard_domain::reading::{Emotion, Intent, Passage, Polarity, Reading};
use heard_domain::scope::Scope;
use heard_domain::time::Period;
use heard_domain::user::Grant;
use heard_store::tables;
use heard_store::view::View;

use crate::error::FlowError;
use crate::flow::Flow;

/// How long the period is whose evidence orders issues, in days.
pub const DAYS: i32 = 28;
/// Of so many comments, the newest, the facts of one period are made.
const MOST: usize = 20_000;
/// How many are read from the store at a time.
const BATCH: usize = 1_000;

/// What one period says of it.
#[derive(Default)]
struct Told {
    persons: HashSet<(bool, i64)>,
    accounts: HashSet<AccountId>,
    comments: u64,
    passages: u64,
    sentiment: f64,
    strong: u64,
    milder: u64,
    churn: u64,
    urgent: u64,
}

impl Told {
    fn add(&mut self, feedback: &Feedback, reading: Option<&Reading>, filter: Option<&Filter>) {
        self.comments += 1;
        self.persons.insert(feedback.person.map_or((false, feedback.id.0), |person| (true, person.0)));
        self.accounts.extend(feedback.account);
        let Some(reading) = reading else { return };
        let (mut churn, mut urgent) = (false, false);
        for passage in &reading.passages {
            churn |= passage.intents.iter().any(|intent| intent.value == Intent::Churn);
            urgent |= passage.intents.iter().any(|intent| intent.value == Intent::Urgent);
        }
        self.churn += u64::from(churn);
        self.urgent += u64::from(urgent);
        let about = about(reading, filter);
        for passage in about {
            self.passages += 1;
            self.sentiment += passage.sentiment.as_ref().map_or(0.0, |sentiment| f64::from(sentiment.value));
            let feels = |wanted: &[Emotion]| passage.emotion.as_ref().is_some_and(|emotion| wanted.contains(&emotion.value));
            self.strong += u64::from(feels(&[Emotion::Anger, Emotion::Fear]));
            self.milder += u64::from(feels(&[Emotion::Disappointment, Emotion::Confusion]));
        }
    }
}

/// The passages that are about the issue; those that complain where the category lies deeper in the tree, all where a comment was joined.
fn about<'a>(reading: &'a Reading, filter: Option<&Filter>) -> Vec<&'a Passage> {
    let negative = |passage: &&Passage| passage.sentiment.as_ref().is_some_and(|one| one.polarity == Polarity::Negative);
    let fits = |passage: &&Passage| {
        filter.is_some_and(|filter| {
            passage.categories.iter().any(|label| filter.category.contains(&label.value))
                && (filter.stage.is_empty() || passage.stage.as_ref().is_some_and(|stage| filter.stage.contains(&stage.value)))
        })
    };
    let complaints: Vec<&Passage> = reading.passages.iter().filter(negative).collect();
    let exact: Vec<&Passage> = complaints.iter().copied().filter(|passage| fits(passage)).collect();
    if !exact.is_empty() {
        exact
    } else if !complaints.is_empty() {
        complaints
    } else {
        reading.passages.iter().collect()
    }
}

/// The comments of an issue in sight, the newest first: what it gathers, and what was joined by hand; `period`: only of its days.
pub async fn comments(
    flow: &Flow,
    scope: &Scope,
    issue: &KeptIssue,
    period: Option<Period>,
    most: usize,
) -> Result<(Vec<FeedbackId>, u64), FlowError> {
    let id = issue.id;
    let mut joined: Vec<FeedbackId> = flow.store.read(scope, move |view| tables::issue::feedback(view, id)).await?;
    if let Some(period) = period.filter(|_| !joined.is_empty()) {
        let ids = joined.clone();
        let there = flow.store.read(scope, move |view| tables::feedback::many(view, &ids)).await?;
        joined = there.into_iter().filter(|feedback| period.contains(feedback.day)).map(|feedback| feedback.id).collect();
    }
    let Some(filter) = issue.gathers() else {
        let total = joined.len() as u64;
        joined.truncate(most);
        return Ok((joined, total));
    };
    // What was joined and is gathered as well counts once: all that is gathered has to be known for that.
    let wanted = if joined.is_empty() { most } else { MOST };
    let found = flow.store.find(scope, &filter, period, None, wanted).await?;
    if joined.is_empty() {
        return Ok((found.ids, found.total));
    }
    let gathered: HashSet<FeedbackId> = found.ids.iter().copied().collect();
    joined.retain(|id| !gathered.contains(id));
    let total = found.total + joined.len() as u64;
    joined.extend(found.ids);
    joined.truncate(most);
    Ok((joined, total))
}

async fn told(flow: &Flow, scope: &Scope, issue: &KeptIssue, period: Period) -> Result<Told, FlowError> {
    let (ids, total) = comments(flow, scope, issue, Some(period), MOST).await?;
    let filter = issue.gathers();
    let mut told = Told::default();
    for ids in ids.chunks(BATCH) {
        let ids = ids.to_vec();
        let read = move |view: &View| Ok((tables::feedback::many(view, &ids)?, tables::reading::many(view, &ids)?));
        let (feedback, readings) = flow.store.read(scope, read).await?;
        let readings: HashMap<FeedbackId, Reading> = readings.into_iter().map(|reading| (reading.feedback, reading)).collect();
        for one in &feedback {
            told.add(one, readings.get(&one.id), filter.as_ref());
        }
    }
    told.comments = told.comments.max(total);
    Ok(told)
}

async fn heard(flow: &Flow, scope: &Scope, issue: &KeptIssue, period: Period) -> Result<u64, FlowError> {
    let Some(stage) = issue.stage else { return Ok(0) };
    let filter = Filter { stage: vec![stage], ..Filter::default() };
    Ok(flow.store.find(scope, &filter, Some(period), None, 1).await?.total)
}

/// The days that order issues now: four weeks that end today, or with the newest feedback if that is older.
pub async fn period(flow: &Flow, scope: &Scope) -> Result<Period, FlowError> {
    let today = flow.directory().company.zone.day(flow.now());
    let newest = flow.store.newest(scope, &Filter::default()).await?;
    Ok(Period::ending(newest.map_or(today, |day| day.min(today)), DAYS))
}

/// What is known of an issue in a period, beside as many days before. Found again where nothing has changed since.
pub async fn evidence(flow: &Flow, scope: &Scope, issue: &KeptIssue, period: Period) -> Result<Arc<Evidence>, FlowError> {
    let persons = scope.may(Grant::ReadPersons);
    let asked = (scope.reach.clone(), issue.id, issue.version, period, flow.store.changes(), persons);
    if let Some(found) = flow.evidence.get(&asked, heard_domain::time::Time(0)) {
        return Ok(found);
    }
    let (now, before) = (told(flow, scope, issue, period).await?, told(flow, scope, issue, period.before()).await?);
    let heard = (heard(flow, scope, issue, period).await?, heard(flow, scope, issue, period.before()).await?);
    let (_, ever) = comments(flow, scope, issue, None, 1).await?;
    let mut money: BTreeMap<String, i64> = BTreeMap::new();
    if persons && !now.accounts.is_empty() {
        let ids: Vec<AccountId> = now.accounts.iter().copied().collect();
        for account in flow.store.read(scope, move |view| tables::account::many(view, &ids)).await? {
            if let Some(Money { minor, currency }) = account.yearly_value {
                let sum = money.entry(currency).or_default();
                *sum = sum.saturating_add(minor);
            }
        }
    }
    let directory = flow.directory();
    let moment = |stage| directory.journey.touchpoints_of(stage).any(|touchpoint| touchpoint.moment_of_truth);
    let share = |part: u64, of: u64| if of == 0 { 0.0 } else { part as f64 / of as f64 };
    let facts = Facts {
        persons: now.persons.len() as u64,
        accounts: now.accounts.len() as u64,
        sentiment: if now.passages == 0 { 0.0 } else { now.sentiment / now.passages as f64 },
        strong: share(now.strong, now.passages),
        milder: share(now.milder, now.passages),
        churn: share(now.churn, now.comments),
        urgent: share(now.urgent, now.comments),
        persons_before: before.persons.len() as u64,
        heard,
        moment_of_truth: issue.stage.is_some_and(moment),
        money: money.into_iter().map(|(currency, minor)| Money { minor, currency }).collect(),
    };
    let found = Arc::new(Evidence { facts, comments: now.comments, ever });
    flow.evidence.put(asked, flow.now(), Arc::clone(&found));
    Ok(found)
}
