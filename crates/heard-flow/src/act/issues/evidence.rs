//! The evidence of issues: who speaks of each, how badly it hurts and where it is going, as its priority wants to know it.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use heard_domain::account::Money;
use heard_domain::id::{AccountId, FeedbackId, IssueId, PersonId, StageId};
use heard_domain::kept_issue::KeptIssue;
use heard_domain::priority::{Evidence, Facts};
use heard_domain::question::Filter;
use heard_domain::scope::Scope;
use heard_domain::time::{Day, Period, Time};
use heard_domain::user::Grant;
use heard_store::cube::Labels;
use heard_store::tables;
use heard_store::tables::issue::Joined;

use crate::error::FlowError;
use crate::flow::Flow;
use crate::gathered::{Gathered, Gathering, Hurt};
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

/// The comments that speak of an issue, by day: what it gathers, and what was joined.
async fn spoken(flow: &Flow, scope: &Scope, filter: Option<&Filter>, joined: Vec<Said>) -> Result<Vec<Said>, FlowError> {
    let mut said = joined;
    if let Some(filter) = filter {
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
    Ok(said)
}

/// What issues gather that was not found before, in their order. A comment that several gather is read once.
async fn gathered(flow: &Flow, scope: &Scope, lacking: Vec<(&Gathering, Vec<Said>)>) -> Result<Vec<Gathered>, FlowError> {
    let (mut stages, mut all) = (HashMap::<StageId, (u64, u64)>::new(), Vec::with_capacity(lacking.len()));
    let mut of: BTreeMap<FeedbackId, Vec<usize>> = BTreeMap::new();
    let mut filters: Vec<Option<&Filter>> = Vec::with_capacity(lacking.len());
    for (at, (what, joined)) in lacking.into_iter().enumerate() {
        let period = what.period;
        let heard = match what.stage {
            None => (0, 0),
            Some(stage) => match stages.get(&stage) {
                Some(heard) => *heard,
                None => *stages.entry(stage).or_insert(heard(flow, scope, stage, period).await?),
            },
        };
        let said = spoken(flow, scope, what.filter.as_ref(), joined).await?;
        let within = |period: Period| said.iter().filter(|one| period.contains(one.day)).copied().collect::<Vec<Said>>();
        let (now, before) = (within(period), within(period.before()));
        for one in now.iter().skip(now.len().saturating_sub(MOST)) {
            of.entry(one.feedback).or_default().push(at);
        }
        let accounts: BTreeSet<AccountId> = now.iter().filter_map(|one| one.account).collect();
        filters.push(what.filter.as_ref());
        all.push(Gathered {
            persons: persons(&now),
            persons_before: persons(&before),
            accounts: accounts.into_iter().collect(),
            comments: now.len() as u64,
            ever: said.len() as u64,
            heard,
            hurt: Hurt::default(),
        });
    }
    let ids: Vec<FeedbackId> = of.keys().copied().collect();
    for ids in ids.chunks(BATCH) {
        let ids = ids.to_vec();
        let passages = flow.store.read(scope, move |view| tables::passage::many(view, &ids)).await?;
        // In the order of comments: sums of fractions come out the same every time.
        let in_order: BTreeMap<FeedbackId, Vec<Labels>> = passages.into_iter().collect();
        for (id, passages) in in_order {
            for at in of.get(&id).into_iter().flatten() {
                if let (Some(gathered), Some(filter)) = (all.get_mut(*at), filters.get(*at)) {
                    gathered.hurt.add(&passages, *filter);
                }
            }
        }
    }
    Ok(all)
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
    let (asked, since) = (Asked::of(&flow.store, flow.named()), flow.now());
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
    let known = (flow.store.bell().sequence(), flow.named());
    let ids: Vec<IssueId> = issues.iter().map(|kept| kept.id).collect();
    let mut joined: HashMap<IssueId, Vec<Said>> = HashMap::new();
    for one in flow.store.read(scope, move |view| tables::issue::joined(view, &ids)).await? {
        let Joined { issue, feedback, day, person, account } = one;
        joined.entry(issue).or_default().push(Said { day, feedback, person, account });
    }
    let wanted: Vec<(Gathering, Vec<Said>)> = issues
        .iter()
        .map(|kept| {
            let joined = joined.remove(&kept.id).unwrap_or_default();
            let ids = joined.iter().map(|one| one.feedback).collect();
            let (reach, filter, stage) = (scope.reach.clone(), kept.gathers(), kept.stage);
            (Gathering { reach, filter, stage, joined: ids, period, known }, joined)
        })
        .collect();
    let found: Vec<Option<Arc<Gathered>>> = wanted.iter().map(|(what, _)| flow.gathered.get(what, Time(0))).collect();
    let lacking = wanted.iter().zip(&found).filter(|(_, found)| found.is_none());
    let mut new = gathered(flow, scope, lacking.map(|((what, joined), _)| (what, joined.clone())).collect()).await?.into_iter();
    let mut all: Vec<Arc<Gathered>> = Vec::with_capacity(issues.len());
    for ((what, _), found) in wanted.into_iter().zip(found) {
        all.extend(match found {
            Some(found) => Some(found),
            None => new.next().map(|gathered| {
                let gathered = Arc::new(gathered);
                flow.gathered.put(what, flow.now(), Arc::clone(&gathered));
                gathered
            }),
        });
    }
    let mut worth: HashMap<AccountId, Money> = HashMap::new();
    if scope.may(Grant::ReadPersons) {
        let accounts: BTreeSet<AccountId> = all.iter().flat_map(|of| of.accounts.iter().copied()).collect();
        let accounts: Vec<AccountId> = accounts.into_iter().collect();
        let found = flow.store.read(scope, move |view| tables::account::many(view, &accounts)).await?;
        worth.extend(found.into_iter().filter_map(|account| Some((account.id, account.yearly_value?))));
    }
    let directory = flow.directory();
    let moment = |stage| directory.journey.touchpoints_of(stage).any(|touchpoint| touchpoint.moment_of_truth);
    let evidence = |(kept, gathered): (&&KeptIssue, Arc<Gathered>)| {
        let Gathered { persons, persons_before, accounts, comments, ever, heard, hurt } = gathered.as_ref();
        let mut money: BTreeMap<&str, i64> = BTreeMap::new();
        for Money { minor, currency } in accounts.iter().filter_map(|account| worth.get(account)) {
            let sum = money.entry(currency).or_default();
            *sum = sum.saturating_add(*minor);
        }
        let share = |part: u64, of: u64| if of == 0 { 0.0 } else { part as f64 / of as f64 };
        let facts = Facts {
            persons: *persons,
            accounts: accounts.len() as u64,
            sentiment: if hurt.passages == 0 { 0.0 } else { hurt.sentiment / hurt.passages as f64 },
            strong: share(hurt.strong, hurt.passages),
            milder: share(hurt.milder, hurt.passages),
            churn: share(hurt.churn, hurt.comments),
            urgent: share(hurt.urgent, hurt.comments),
            persons_before: *persons_before,
            heard: *heard,
            moment_of_truth: kept.stage.is_some_and(moment),
            money: money.into_iter().map(|(currency, minor)| Money { minor, currency: currency.to_owned() }).collect(),
        };
        Evidence { facts, comments: *comments, ever: *ever }
    };
    Ok(issues.iter().zip(all).map(evidence).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use heard_domain::chance::Chance;
    use heard_domain::issue::Work;
    use heard_domain::kept_issue::{IssueOrigin, IssueStanding};
    use heard_domain::starter::industry::Industry;
    use heard_domain::time::FixedClock;
    use heard_store::store::Store;

    use crate::arrange::starter::adopt;

    struct Same;

    impl Chance for Same {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(7);
        }
    }

    fn of_stage(stage: StageId) -> KeptIssue {
        KeptIssue {
            id: IssueId(70),
            number: 1,
            version: 1,
            title: "Late".into(),
            stage: Some(stage),
            categories: vec![],
            origin: IssueOrigin::Hand,
            standing: IssueStanding::Accepted,
            merged: None,
            opened: Time(0),
            opened_by: None,
            changed: Time(0),
            begins: None,
            since: None,
            work: Work::default(),
            fixed_on: vec![],
        }
    }

    #[tokio::test]
    async fn what_is_asked_between_a_write_and_the_look_at_its_names_is_not_kept_for_later() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        let flow = Flow::open(store, Arc::new(FixedClock(Time(1_774_180_800_000))), Arc::new(Same), folder.path()).unwrap();
        let scope = Scope::system();
        adopt(&flow, &scope, Industry::Airline).await.unwrap();
        let mut journey = flow.directory().journey.clone();
        let stage = journey.stages[0].id;
        journey.touchpoints.iter_mut().for_each(|touchpoint| touchpoint.moment_of_truth = false);
        let calm = journey.clone();
        flow.store.write(&scope, move |tx| tables::journey::save(tx, &calm)).await.unwrap();
        flow.refresh().await.unwrap();
        let issue = of_stage(stage);
        let decides = async || {
            let period = period(&flow, &scope).await.unwrap();
            evidence(&flow, &scope, &issue, period).await.unwrap().facts.moment_of_truth
        };
        assert!(!decides().await);
        // Somebody asks after it was written, and before Heard has looked at the names again.
        journey.touchpoints.iter_mut().for_each(|touchpoint| touchpoint.moment_of_truth = true);
        flow.store.write(&scope, move |tx| tables::journey::save(tx, &journey)).await.unwrap();
        assert!(!decides().await, "with the names of before");
        flow.refresh().await.unwrap();
        assert!(decides().await, "the answer with the old names was kept as a new one");
    }
}
