//! The evidence of issues: who speaks of each, how badly it hurts and where it is going, as its priority wants to know it.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use heard_domain::account::Money;
use heard_domain::id::{AccountId, FeedbackId, IssueId, PersonId, StageId};
use heard_domain::kept_issue::KeptIssue;
use heard_domain::priority::{Evidence, Facts};
use heard_domain::question::Filter;
use heard_domain::reading::{Emotion, Intent, Polarity};
use heard_domain::scope::Scope;
use heard_domain::time::{Day, Period, Time};
use heard_domain::user::Grant;
use heard_store::cube::Labels;
use heard_store::tables;
use heard_store::tables::issue::Joined;

use crate::error::FlowError;
use crate::flow::Flow;
use crate::kept::Asked;

/// How long the period is whose evidence orders issues, in days.
pub const DAYS: i32 = 28;
/// Of so many comments, the newest, it is read how badly it hurts.
const MOST: usize = 20_000;
/// How many are read from the store at a time.
const BATCH: usize = 1_000;

/// One comment that speaks of an issue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Said {
    day: Day,
    feedback: FeedbackId,
    person: Option<PersonId>,
    account: Option<AccountId>,
}

/// Each person once; who is not known is somebody else every time.
fn persons(said: &[Said]) -> u64 {
    let who = |one: &Said| one.person.map_or((false, one.feedback.0), |person| (true, person.0));
    said.iter().map(who).collect::<HashSet<_>>().len() as u64
}

/// What an issue's comments say, and how.
struct Gathered {
    now: Vec<Said>,
    before: Vec<Said>,
    ever: u64,
    hurt: Hurt,
}

/// How badly it hurts, as far as it was read.
#[derive(Debug, Default, PartialEq)]
struct Hurt {
    comments: u64,
    passages: u64,
    sentiment: f64,
    strong: u64,
    milder: u64,
    churn: u64,
    urgent: u64,
}

impl Hurt {
    fn add(&mut self, passages: &[Labels], filter: Option<&Filter>) {
        self.comments += 1;
        let intends = |intent: Intent| passages.iter().any(|passage| passage.intents >> intent.index() & 1 == 1);
        self.churn += u64::from(intends(Intent::Churn));
        self.urgent += u64::from(intends(Intent::Urgent));
        for passage in about(passages, filter) {
            self.passages += 1;
            self.sentiment += passage.sentiment.map_or(0.0, f64::from);
            let feels = |wanted: &[Emotion]| passage.emotion.is_some_and(|emotion| wanted.contains(&emotion));
            self.strong += u64::from(feels(&[Emotion::Anger, Emotion::Fear]));
            self.milder += u64::from(feels(&[Emotion::Disappointment, Emotion::Confusion]));
        }
    }
}

/// The passages that are about the issue; those that complain where the category lies deeper in the tree, all where a comment was joined.
/// What is not read yet says nothing.
fn about<'a>(passages: &'a [Labels], filter: Option<&Filter>) -> Vec<&'a Labels> {
    if let [only] = passages
        && *only == Labels::unread(only.stage)
    {
        return vec![];
    }
    let fits = |passage: &&Labels| {
        filter.is_some_and(|filter| {
            passage.categories.iter().any(|category| filter.category.contains(category))
                && (filter.stage.is_empty() || passage.stage.is_some_and(|stage| filter.stage.contains(&stage)))
        })
    };
    let complaints: Vec<&Labels> = passages.iter().filter(|passage| passage.polarity == Some(Polarity::Negative)).collect();
    let exact: Vec<&Labels> = complaints.iter().copied().filter(fits).collect();
    if !exact.is_empty() {
        exact
    } else if !complaints.is_empty() {
        complaints
    } else {
        passages.iter().collect()
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

/// What speaks of an issue: in a period, in as many days before, and ever.
async fn gathered(
    flow: &Flow,
    scope: &Scope,
    issue: &KeptIssue,
    joined: Vec<Said>,
    period: Period,
) -> Result<Gathered, FlowError> {
    let filter = issue.gathers();
    let mut said = joined;
    if let Some(filter) = &filter {
        let found = flow.store.spoken(scope, filter, None).await?;
        let spoken = |one: &heard_store::figures::spoken::Spoken| Said {
            day: one.day,
            feedback: one.feedback,
            person: one.person,
            account: one.account,
        };
        said.extend(found.iter().map(spoken));
        // What was joined and is gathered as well counts once.
        said.sort_unstable();
        said.dedup_by_key(|one| one.feedback);
    }
    let ever = said.len() as u64;
    let of = |period: Period| said.iter().filter(|one| period.contains(one.day)).copied().collect::<Vec<Said>>();
    let (now, before) = (of(period), of(period.before()));
    let newest = now.len().saturating_sub(MOST);
    let ids: Vec<FeedbackId> = now.iter().skip(newest).map(|one| one.feedback).collect();
    let mut hurt = Hurt::default();
    for ids in ids.chunks(BATCH) {
        let ids = ids.to_vec();
        let passages = flow.store.read(scope, move |view| tables::passage::many(view, &ids)).await?;
        for passages in passages.values() {
            hurt.add(passages, filter.as_ref());
        }
    }
    Ok(Gathered { now, before, ever, hurt })
}

/// How much was heard in a stage in a period and in as many days before: the same for all issues of the stage.
async fn heard(flow: &Flow, scope: &Scope, stage: StageId, period: Period) -> Result<(u64, u64), FlowError> {
    let filter = Filter { stage: vec![stage], ..Filter::default() };
    let now = flow.store.find(scope, &filter, Some(period), None, 1).await?.total;
    Ok((now, flow.store.find(scope, &filter, Some(period.before()), None, 1).await?.total))
}

/// The days that order issues now: four weeks that end today, or with the newest feedback if that is older.
pub async fn period(flow: &Flow, scope: &Scope) -> Result<Period, FlowError> {
    let today = flow.directory().company.zone.day(flow.now());
    let newest = flow.store.newest(scope, &Filter::default()).await?;
    Ok(Period::ending(newest.map_or(today, |day| day.min(today)), DAYS))
}

/// What is known of an issue in a period, beside as many days before. Found again where nothing has changed since.
pub async fn evidence(flow: &Flow, scope: &Scope, issue: &KeptIssue, period: Period) -> Result<Arc<Evidence>, FlowError> {
    let found = evidence_of_all(flow, scope, std::slice::from_ref(issue), period).await?.pop();
    found.ok_or(FlowError::Missing("issue"))
}

/// The evidence of issues, in their order. What they have in common is asked for once.
pub async fn evidence_of_all(
    flow: &Flow,
    scope: &Scope,
    issues: &[KeptIssue],
    period: Period,
) -> Result<Vec<Arc<Evidence>>, FlowError> {
    let (asked, since) = (Asked::of(&flow.store), flow.now());
    let persons = scope.may(Grant::ReadPersons);
    let key = |kept: &KeptIssue| (scope.reach.clone(), kept.id, kept.version, period, asked, persons);
    let mut found: Vec<Option<Arc<Evidence>>> = issues.iter().map(|kept| flow.evidence.get(&key(kept), Time(0))).collect();
    let lacking: Vec<&KeptIssue> = issues.iter().zip(&found).filter(|(_, found)| found.is_none()).map(|(kept, _)| kept).collect();
    let mut new = weighed(flow, scope, &lacking, period).await?.into_iter();
    for (kept, place) in issues.iter().zip(&mut found) {
        if place.is_none()
            && let Some(evidence) = new.next()
        {
            let evidence = Arc::new(evidence);
            flow.evidence.put(key(kept), since, Arc::clone(&evidence));
            *place = Some(evidence);
        }
    }
    Ok(found.into_iter().flatten().collect())
}

/// The same where it is not known yet.
async fn weighed(flow: &Flow, scope: &Scope, issues: &[&KeptIssue], period: Period) -> Result<Vec<Evidence>, FlowError> {
    if issues.is_empty() {
        return Ok(vec![]);
    }
    let ids: Vec<IssueId> = issues.iter().map(|kept| kept.id).collect();
    let mut joined: HashMap<IssueId, Vec<Said>> = HashMap::new();
    for one in flow.store.read(scope, move |view| tables::issue::joined(view, &ids)).await? {
        let Joined { issue, feedback, day, person, account } = one;
        joined.entry(issue).or_default().push(Said { day, feedback, person, account });
    }
    let (mut stages, mut all) = (HashMap::<StageId, (u64, u64)>::new(), Vec::with_capacity(issues.len()));
    for kept in issues {
        let heard = match kept.stage {
            None => (0, 0),
            Some(stage) => match stages.get(&stage) {
                Some(heard) => *heard,
                None => *stages.entry(stage).or_insert(heard(flow, scope, stage, period).await?),
            },
        };
        let joined = joined.remove(&kept.id).unwrap_or_default();
        all.push((gathered(flow, scope, kept, joined, period).await?, heard));
    }
    let mut worth: HashMap<AccountId, Money> = HashMap::new();
    if scope.may(Grant::ReadPersons) {
        let accounts: HashSet<AccountId> = all.iter().flat_map(|(of, _)| &of.now).filter_map(|one| one.account).collect();
        let accounts: Vec<AccountId> = accounts.into_iter().collect();
        let found = flow.store.read(scope, move |view| tables::account::many(view, &accounts)).await?;
        worth.extend(found.into_iter().filter_map(|account| Some((account.id, account.yearly_value?))));
    }
    let directory = flow.directory();
    let moment = |stage| directory.journey.touchpoints_of(stage).any(|touchpoint| touchpoint.moment_of_truth);
    let evidence = |(kept, (gathered, heard)): (&&KeptIssue, (Gathered, (u64, u64)))| {
        let Gathered { now, before, ever, hurt } = gathered;
        let accounts: HashSet<AccountId> = now.iter().filter_map(|one| one.account).collect();
        let mut money: BTreeMap<&str, i64> = BTreeMap::new();
        for Money { minor, currency } in accounts.iter().filter_map(|account| worth.get(account)) {
            let sum = money.entry(currency).or_default();
            *sum = sum.saturating_add(*minor);
        }
        let share = |part: u64, of: u64| if of == 0 { 0.0 } else { part as f64 / of as f64 };
        let facts = Facts {
            persons: persons(&now),
            accounts: accounts.len() as u64,
            sentiment: if hurt.passages == 0 { 0.0 } else { hurt.sentiment / hurt.passages as f64 },
            strong: share(hurt.strong, hurt.passages),
            milder: share(hurt.milder, hurt.passages),
            churn: share(hurt.churn, hurt.comments),
            urgent: share(hurt.urgent, hurt.comments),
            persons_before: persons(&before),
            heard,
            moment_of_truth: kept.stage.is_some_and(moment),
            money: money.into_iter().map(|(currency, minor)| Money { minor, currency: currency.to_owned() }).collect(),
        };
        Evidence { facts, comments: now.len() as u64, ever }
    };
    Ok(issues.iter().zip(all).map(evidence).collect())
}
