//! What stands in a department's digest: what was heard in the week about the categories to which it contributes, what moved, ten
//! comments to read, and how its cases stand. It is reckoned when it is looked at, as whoever looks may see it.

use heard_domain::case::CaseState;
use heard_domain::digest::{Digest, DigestState};
use heard_domain::id::{CategoryId, DepartmentId, FeedbackId, IssueId};
use heard_domain::issue::{Contribution, IssueState};
use heard_domain::kept_issue::{IssueStanding, KeptIssue};
use heard_domain::question::{Compare, Filter, Measure, Moved, Value};
use heard_domain::reading::Polarity;
use heard_domain::scope::Scope;
use heard_domain::taxonomy::Taxonomy;
use heard_domain::time::{Day, Period};
use heard_domain::user::Grant;
use heard_store::tables;
use heard_store::tables::case::Sought;
use heard_store::view::View;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::error::FlowError;
use crate::flow::{Flow, need};
use crate::measure::ask::ask;
use crate::measure::kpi::Sight;
use crate::measure::movers::{Mover, categories};
use crate::measure::quotes::{Heard, list, tells};
use crate::measure::steps::Steps;

/// So many comments are to be read: most of them complaints, for they need somebody; and praise, for it is read too rarely.
const COMPLAINTS: usize = 7;
const PRAISE: usize = 3;
/// Of so many of each kind the ones that tell most are taken.
const LOOKED_THROUGH: usize = 40;

/// A category that moved in the week.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DigestMover {
    /// The category.
    pub category: CategoryId,
    /// Its net sentiment in the week.
    pub value: Value,
    /// Its change against the week before.
    pub moved: Moved,
    /// Comments about it in the week.
    pub comments: u64,
}

/// How the cases stand that the department has or contributes to; what is part of another case is counted there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct DigestCases {
    /// Opened in the week.
    pub opened: u64,
    /// Waiting for an answer now.
    pub open: u64,
    /// Of them, those whose promised time has passed.
    pub late: u64,
    /// Waiting for the customer now.
    pub waiting: u64,
}

/// An issue to which the department contributes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DigestIssue {
    /// Which.
    pub issue: IssueId,
    /// Its number as people say it: `I-12`.
    pub name: String,
    /// What happens to customers, in their words.
    pub title: String,
    /// Where it stands.
    pub state: IssueState,
    /// What is still for the department to do: state its cause, state its fix, or sign off; `None`: nothing.
    pub owed: Option<DigestOwed>,
}

heard_domain::words! {
    /// What a department still has to do for an issue.
    DigestOwed {
        /// Why it happens, as far as it is theirs.
        Cause = "cause", "State the cause";
        /// What they do about it.
        Fix = "fix", "State the fix";
        /// That it is done.
        SignOff = "sign_off", "Sign off";
    }
}

/// A digest with what stands in it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DigestOpened {
    /// The digest.
    #[serde(flatten)]
    pub digest: Digest,
    /// How it stands.
    pub state: DigestState,
    /// Its days, Monday to Sunday.
    pub period: Period,
    /// The categories to which the department usually contributes: what is told of the week is about them.
    pub categories: Vec<CategoryId>,
    /// Comments about them in the week.
    pub comments: Value,
    /// The change against the week before.
    pub comments_moved: Option<Moved>,
    /// Their net sentiment.
    pub net_sentiment: Value,
    /// The change against the week before.
    pub net_sentiment_moved: Option<Moved>,
    /// What moved, what got worse first.
    pub movers: Vec<DigestMover>,
    /// Ten comments to read: seven complaints and three praises where there are as many, the newest first.
    pub read: Vec<FeedbackId>,
    /// How the cases of the department stand.
    pub cases: DigestCases,
    /// The issues to which it contributes and that are not verified, the newest first.
    pub issues: Vec<DigestIssue>,
}

impl DigestOpened {
    /// The comments behind it.
    pub fn filter(&self) -> Filter {
        Filter { category: self.categories.clone(), ..Filter::default() }
    }
}

/// The categories that name a department, and those below them that name none of their own.
pub fn contributes_to(taxonomy: &Taxonomy, department: DepartmentId) -> Vec<CategoryId> {
    let named = |id: CategoryId| {
        let own = |id| taxonomy.category(id).map(|category| category.departments.as_slice()).filter(|d| !d.is_empty());
        own(id).or_else(|| taxonomy.above(id).into_iter().find_map(own)).unwrap_or_default()
    };
    let all = taxonomy.categories.iter().map(|category| category.id);
    all.filter(|id| named(*id).contains(&department)).collect()
}

/// A digest with what is shown of it on its page.
#[derive(Debug, Clone, PartialEq)]
pub struct DigestPage {
    /// The digest.
    pub opened: DigestOpened,
    /// What moved, with its course over the days.
    pub movers: Vec<Mover>,
    /// The comments to read.
    pub heard: Vec<Heard>,
}

/// Opens the digest of a department and a week.
pub async fn open(flow: &Flow, scope: &Scope, department: DepartmentId, week: Day) -> Result<DigestPage, FlowError> {
    need(scope, Grant::ReadFigures)?;
    need(scope, Grant::ReadCases)?;
    let directory = flow.directory();
    directory.department(department).ok_or(FlowError::Missing("department"))?;
    let digest = flow.store.read(&Scope::system(), move |view| tables::digest::get(view, department, week)).await?;
    let digest = digest.ok_or(FlowError::Missing("digest"))?;
    let period = Period { first: week, last: week + 6 };
    let categories_of = contributes_to(&directory.taxonomy, department);
    let cases = cases(flow, scope, department, period).await?;
    let issues = issues(flow, scope, department).await?;
    let mut opened = DigestOpened {
        state: digest.state(),
        digest,
        period,
        categories: categories_of,
        comments: Value::default(),
        comments_moved: None,
        net_sentiment: Value::default(),
        net_sentiment_moved: None,
        movers: vec![],
        read: vec![],
        cases,
        issues,
    };
    // Where no category names the department, nothing can be told of what was said: an empty filter would mean everything.
    if opened.categories.is_empty() {
        return Ok(DigestPage { opened, movers: vec![], heard: vec![] });
    }
    let filter = opened.filter();
    let sight = Sight { flow, scope, filter: &filter, period, steps: Steps::of(period) };
    let mut volume = sight.question(Measure::Volume, &filter);
    let mut net = sight.question(Measure::NetSentiment, &filter);
    (volume.compare, net.compare) = (Compare::Before, Compare::Before);
    let (volume, net, known, heard) =
        tokio::try_join!(ask(flow, scope, &volume), ask(flow, scope, &net), categories(&sight), to_read(&sight))?;
    (opened.comments, opened.comments_moved) = (volume.single(), volume.rows.first().and_then(|row| row.moved));
    (opened.net_sentiment, opened.net_sentiment_moved) = (net.single(), net.rows.first().and_then(|row| row.moved));
    let own = |category: &CategoryId| opened.categories.contains(category);
    let movers: Vec<Mover> = known.movers(&directory.taxonomy).into_iter().filter(|mover| own(&mover.category)).collect();
    opened.movers = movers
        .iter()
        .map(|mover| DigestMover { category: mover.category, value: mover.value, moved: mover.moved, comments: mover.comments })
        .collect();
    opened.read = heard.iter().map(|heard| heard.feedback.id).collect();
    Ok(DigestPage { opened, movers, heard })
}

async fn cases(flow: &Flow, scope: &Scope, department: DepartmentId, period: Period) -> Result<DigestCases, FlowError> {
    let zone = flow.directory().company.zone.clone();
    let (from, until, now) = (zone.start(period.first), zone.start(period.last + 1), flow.now());
    let look = move |view: &View| {
        // One condition for all, that of the list of cases: what the department has, and what it contributes to.
        let of = |states: &[CaseState]| Sought { states: states.to_vec(), departments: vec![department], ..Sought::default() };
        let open = of(&[CaseState::Open]);
        let late = Sought { due_before: Some(now), ..open.clone() };
        let own: Vec<CaseState> = CaseState::ALL.iter().copied().filter(|state| *state != CaseState::Merged).collect();
        let opened = Sought { opened: Some((from, until)), ..of(&own) };
        Ok(DigestCases {
            opened: tables::case::count(view, &opened)?,
            open: tables::case::count(view, &open)?,
            late: tables::case::count(view, &late)?,
            waiting: tables::case::count(view, &of(&[CaseState::Waiting]))?,
        })
    };
    Ok(flow.store.read(scope, look).await?)
}

async fn issues(flow: &Flow, scope: &Scope, department: DepartmentId) -> Result<Vec<DigestIssue>, FlowError> {
    if !scope.may(Grant::ReadIssues) {
        return Ok(vec![]);
    }
    let sought = tables::issue::Sought {
        standing: vec![IssueStanding::Accepted],
        department: vec![department],
        ..tables::issue::Sought::default()
    };
    let found = flow.store.read(scope, move |view| tables::issue::list(view, &sought)).await?;
    let of = |kept: KeptIssue| {
        let own = kept.work.contributions.iter().find(|one| one.department == department)?;
        let state = kept.work.state();
        let owed = match own {
            Contribution { cause: None, .. } => Some(DigestOwed::Cause),
            Contribution { fix: None, .. } => Some(DigestOwed::Fix),
            Contribution { signed: None, .. } => Some(DigestOwed::SignOff),
            Contribution { .. } => None,
        };
        let open = state != IssueState::VerifiedFixed;
        open.then(|| DigestIssue { issue: kept.id, name: kept.name(), title: kept.title.clone(), state, owed })
    };
    Ok(found.into_iter().filter_map(of).collect())
}

/// The comments of the week that tell most: complaints and praise, each once, the newest first.
async fn to_read(sight: &Sight<'_>) -> Result<Vec<Heard>, FlowError> {
    if !sight.scope.may(Grant::ReadFeedback) {
        return Ok(vec![]);
    }
    let mut read: Vec<Heard> = Vec::new();
    for (polarity, most) in [(Polarity::Negative, COMPLAINTS), (Polarity::Positive, PRAISE)] {
        let filter = Filter { polarity: vec![polarity], ..sight.filter.clone() };
        let mut heard = list(sight.flow, sight.scope, &filter, Some(sight.period), None, LOOKED_THROUGH).await?.heard;
        heard.retain(|heard| read.iter().all(|other| other.feedback.id != heard.feedback.id));
        heard.sort_by(|a, b| tells(b).total_cmp(&tells(a)));
        heard.truncate(most);
        read.extend(heard);
    }
    read.sort_by_key(|heard| std::cmp::Reverse((heard.feedback.at, heard.feedback.id)));
    Ok(read)
}
