//! An issue that gathers nothing by itself, found in words or opened by hand, is given a category: the passages that tell it become examples of
//! a new one, or of one that is there, and the issue gathers that category from then on. Without one a fix can be reported, but never
//! verified: only what is filed by the same reader before a fix and after it can be counted.

use std::collections::{HashMap, HashSet};

use heard_domain::audit::Act;
use heard_domain::capital::capital;
use heard_domain::example::{ExampleWords, Says};
use heard_domain::id::{CategoryId, ExampleId, FeedbackId, IssueId, StageId};
use heard_domain::issue::{IssueParty, IssueRefused};
use heard_domain::kept_issue::{IssueStanding, KeptIssue};
use heard_domain::question::Filter;
use heard_domain::reading::{Polarity, Span};
use heard_domain::scope::Scope;
use heard_domain::taxonomy::{Category, Taxonomy};
use heard_domain::time::Period;
use heard_domain::user::Grant;
use heard_store::error::StoreError;
use heard_store::tables;
use heard_store::view::{Tx, View};
use heard_text::learn::example::Example;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::act::issues::change::{doing, stale};
use crate::act::issues::rising::bad;
use crate::act::issues::telling::{APART, Complaint, MOST, apart, stage, told, words};
use crate::arrange::category::{CategoryChange, CategoryDraft};
use crate::arrange::example::{Adding, within};
use crate::arrange::taxonomy::Making;
use crate::arrange::theme::described;
use crate::error::FlowError;
use crate::flow::{Flow, need};
use crate::lessons;

/// So many comments that were joined are looked through, the newest.
const LOOKED_THROUGH: usize = 500;

/// What sounds alike is looked for in so many days before the problem.
const BEFORE_DAYS: i32 = 70;
/// In so many of their comments, evenly taken from the newest of these days.
const BEFORE: usize = 600;
/// So many of them are looked at for that.
const MOST_BEFORE: usize = 100_000;

/// A passage that tells an issue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TellingPassage {
    /// Its comment.
    pub feedback: FeedbackId,
    /// Where it stands there.
    pub span: Span,
    /// The stage that it is about.
    pub stage: Option<StageId>,
    /// Its words.
    pub text: String,
}

/// What a category of an issue would be made of.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CategoryOffer {
    /// The version of the issue that was looked at: send it along, so that nothing in between is overlooked.
    pub version: i64,
    /// What a new category would be called, and where it belongs.
    pub category: CategoryDraft,
    /// The passages that tell the issue, at most 40, one of a comment; those that say what most say come first.
    pub passages: Vec<TellingPassage>,
    /// Complaints of the weeks before the problem that sound alike, at most 20: as long as nobody says otherwise they teach what does not belong to it. None where
    /// nobody knows since when the problem is there, as in an issue that was opened by hand.
    pub alike: Vec<TellingPassage>,
}

/// What somebody says of a passage: whether it tells the issue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PassageSaid {
    /// Its comment, which was joined to the issue.
    pub feedback: FeedbackId,
    /// Where it stands there.
    pub span: Span,
    /// `false`: it does not belong to the category, and teaches that.
    #[serde(default = "yes")]
    pub belongs: bool,
}

fn yes() -> bool {
    true
}

/// The category that an issue shall gather.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct IssueCategory {
    /// The version of the issue that was looked at; none: whatever it is by now.
    #[serde(default)]
    pub version: Option<i64>,
    /// One that is there; none: a new one. What only sounds alike then teaches nothing: it may be what is filed there.
    #[serde(default)]
    pub existing: Option<CategoryId>,
    /// The category above a new one; none: it stands at the top.
    #[serde(default)]
    pub parent: Option<CategoryId>,
    /// What a new one shall be; none: as it was suggested.
    #[serde(default)]
    pub category: Option<CategoryDraft>,
    /// Its examples; none: all that was offered, those that sound alike as what does not belong to it.
    #[serde(default)]
    pub passages: Vec<PassageSaid>,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CategoryMade {
    /// The category.
    pub category: CategoryId,
    /// The version of the categories: a new one, where the category is new.
    pub version: i64,
    /// Its examples. They wait: what they would move is shown, as of every proposal, before it is applied.
    pub examples: Vec<ExampleId>,
}

/// How far an issue is that shall be counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CategoryStanding {
    /// It gathers no category that is there.
    Lacking,
    /// So many examples of its categories wait to be learnt from.
    Waits(usize),
    /// Its categories have learnt what they were given.
    Learnt,
}

/// Whether an issue lacks a category: it has none, or they are gone.
pub fn lacks(flow: &Flow, kept: &KeptIssue) -> bool {
    kept.categories.iter().all(|id| flow.directory().taxonomy.category(*id).is_none())
}

/// How far it is, for whoever may make a category; `None`: they may not, or it is no issue of its own any more.
pub async fn standing(flow: &Flow, scope: &Scope, kept: &KeptIssue) -> Result<Option<CategoryStanding>, FlowError> {
    if !scope.may(Grant::Shape) || !scope.may(Grant::ReadFeedback) || kept.standing == IssueStanding::Merged {
        return Ok(None);
    }
    if lacks(flow, kept) {
        return Ok(Some(CategoryStanding::Lacking));
    }
    let own: HashSet<CategoryId> = kept.categories.iter().copied().collect();
    let waits = move |view: &View| {
        // While nothing is foreseen nothing waits.
        if tables::foreseen::get(view)?.is_none() {
            return Ok(0);
        }
        let learnt: HashSet<ExampleId> = lessons::present(view)?.iter().map(|taught| taught.id).collect();
        let of_it = |says: &Says| matches!(says, Says::Category { category, .. } if own.contains(category));
        let wanted = tables::example::wanted(view)?;
        Ok(wanted.iter().filter(|taught| of_it(&taught.says) && !learnt.contains(&taught.id)).count())
    };
    let waits = flow.store.read(&Scope::system(), waits).await?;
    Ok(Some(if waits == 0 { CategoryStanding::Learnt } else { CategoryStanding::Waits(waits) }))
}

/// What a category of an issue would be made of, of comments in sight.
pub async fn offer(flow: &Flow, scope: &Scope, id: IssueId) -> Result<CategoryOffer, FlowError> {
    need(scope, Grant::Shape)?;
    let kept = found(flow, scope, id).await?;
    need(scope, Grant::ReadFeedback)?;
    offered(flow, scope, &kept).await
}

async fn found(flow: &Flow, scope: &Scope, id: IssueId) -> Result<KeptIssue, FlowError> {
    let kept = flow.store.read(scope, move |view| tables::issue::get(view, id)).await?;
    let kept = kept.ok_or(FlowError::Missing("issue"))?;
    need(scope, Grant::ReadIssues)?;
    Ok(kept)
}

async fn offered(flow: &Flow, scope: &Scope, kept: &KeptIssue) -> Result<CategoryOffer, FlowError> {
    let id = kept.id;
    let said = move |view: &View| {
        let mut ids = tables::issue::feedback(view, id)?;
        ids.truncate(LOOKED_THROUGH);
        complaints(view, &ids)
    };
    let told = told(kept.stage, &flow.store.read(scope, said).await?);
    let named = words(&told);
    let (name, definition) = if named.is_empty() { (kept.title.clone(), String::new()) } else { described(&named) };
    let directory = flow.directory();
    let departments = kept.work.contributions.iter().map(|one| one.department);
    let category = CategoryDraft {
        name: capital(&name),
        definition,
        watch_words: vec![],
        stage: kept.stage.or(stage(&told)),
        departments: departments.filter(|id| directory.department(*id).is_some()).collect(),
    };
    let passage = |one: Complaint| {
        let Complaint { feedback, span, stage, text } = one;
        TellingPassage { feedback, span, stage, text }
    };
    let alike = alike(flow, scope, kept, &category, &told).await?;
    let [passages, alike] = [told, alike].map(|list| list.into_iter().map(passage).collect());
    Ok(CategoryOffer { version: kept.version, category, passages, alike })
}

/// What was complained of before the problem and sounds like what tells it.
async fn alike(
    flow: &Flow,
    scope: &Scope,
    kept: &KeptIssue,
    category: &CategoryDraft,
    told: &[Complaint],
) -> Result<Vec<Complaint>, FlowError> {
    // Where nobody knows since when the problem is there, what sounds alike may be the problem itself, and would be taught away.
    let Some(since) = kept.since.filter(|_| !told.is_empty()) else { return Ok(vec![]) };
    let filter = Filter { polarity: vec![Polarity::Negative], ..Filter::default() };
    let days = Period::ending(since + -1, BEFORE_DAYS);
    let found = flow.store.find(scope, &filter, Some(days), None, MOST_BEFORE).await?.ids;
    let every = found.len().div_ceil(BEFORE).max(1);
    let mut found: Vec<FeedbackId> = found.into_iter().step_by(every).collect();
    let id = kept.id;
    let read = move |view: &View| {
        let joined = tables::issue::feedback(view, id)?;
        found.retain(|one| !joined.contains(one));
        Ok((complaints(view, &found)?, lessons::of(view, &lessons::present(view)?)?))
    };
    let (before, lessons) = flow.store.read(scope, read).await?;
    let (now, told, category, of) = (flow.look(), told.to_vec(), category.clone(), CategoryId(flow.id()));
    let look = move || {
        let mut taxonomy = now.directory.taxonomy.clone();
        taxonomy.categories.push(Category { definition: category.definition, ..Category::new(of, category.name) });
        let own = told.iter().map(|one| Example { text: one.text.clone(), category: of, belongs: true });
        let examples: Vec<Example> = lessons.examples.into_iter().chain(own).collect();
        apart(&now.reader.head().relearn(&taxonomy, &examples), of, &before, APART)
    };
    tokio::task::spawn_blocking(look).await.map_err(FlowError::internal)
}

/// What comments complain of; of one that does not complain, all it says: somebody joined it.
fn complaints(view: &View, ids: &[FeedbackId]) -> Result<Vec<Complaint>, StoreError> {
    let texts: HashMap<FeedbackId, String> = tables::feedback::words(view, ids)?.into_iter().collect();
    let mut all = vec![];
    for reading in tables::reading::many(view, ids)? {
        let Some(text) = texts.get(&reading.feedback) else { continue };
        let complains = reading.passages.iter().any(bad);
        let told = reading.passages.iter().filter(|passage| bad(passage) || !complains);
        all.extend(told.filter_map(|passage| Complaint::of(reading.feedback, passage, text)));
    }
    Ok(all)
}

/// Makes the category and lets the issue gather it; in one write, or not at all. What it would move is proposed before it is applied, as with every
/// example.
pub async fn make(flow: &Flow, scope: &Scope, id: IssueId, wanted: IssueCategory) -> Result<CategoryMade, FlowError> {
    need(scope, Grant::Shape)?;
    let kept = found(flow, scope, id).await?;
    need(scope, Grant::ReadFeedback)?;
    let (doing, _) = doing(flow, scope).await?;
    let offer = offered(flow, scope, &kept).await?;
    let IssueCategory { version, existing, parent, category, passages } = wanted;
    if existing.is_some_and(|id| flow.directory().taxonomy.category(id).is_none()) {
        return Err(FlowError::Unknown { field: "existing", what: "category" });
    }
    let mut said = if passages.is_empty() { all_of(&offer) } else { passages };
    if existing.is_some() {
        // What was filed there before sounds alike because it belongs there: only what was joined to the issue can be said not to.
        let alike = |one: &PassageSaid| offer.alike.iter().any(|alike| (alike.feedback, alike.span) == (one.feedback, one.span));
        said.retain(|one| one.belongs || !alike(one));
    }
    if said.len() > MOST + APART || !said.iter().any(|one| one.belongs) {
        return Err(FlowError::rule("passages", format!("must be 1 to {}, of which at least one belongs to it", MOST + APART)));
    }
    let words = worded(flow, scope, &said).await?;
    let making = Making::of(flow, scope);
    let of = existing.unwrap_or(making.next);
    let adding = Adding::of(flow, scope, words.into_iter().map(|(belongs, words)| (of, belongs, words)).collect());
    let new = CategoryChange::Add { parent, category: category.unwrap_or(offer.category) };
    let add = Some(new).filter(|_| existing.is_none());
    let write = move |tx: &mut Tx| {
        let Some(before) = tables::issue::get(tx, id)? else { return Ok(Err(FlowError::Missing("issue"))) };
        if version.is_some_and(|version| version != before.version) {
            return Ok(Err(stale()));
        }
        let present = tables::taxonomy::get(tx)?;
        if before.categories.iter().any(|id| present.category(*id).is_some()) {
            let words = "this issue gathers a category already: choose what it gathers under “Change what it is about”";
            return Ok(Err(FlowError::Conflict(words.to_owned())));
        }
        let next = match gathering(&before, &present, of, &doing.by) {
            Ok(next) => next,
            Err(refused) => return Ok(Err(FlowError::Conflict(refused.to_string()))),
        };
        let both = match add.as_ref().map(|add| making.look(tx, add)).transpose()? {
            Some(Err(error)) => return Ok(Err(error)),
            Some(Ok(both)) => Some(both),
            None if present.category(of).is_none() => {
                return Ok(Err(FlowError::Unknown { field: "existing", what: "category" }));
            }
            None => None,
        };
        let Some(kept) = doing.keep(tx, &before, next)? else { return Ok(Err(stale())) };
        doing.note(tx, Act::Changed, &kept, "category made", None)?;
        let version = match (&add, &both) {
            (Some(add), Some((old, new))) => making.keep(tx, add, (old, new))?,
            _ => present.version,
        };
        adding.keep(tx)?;
        let examples = adding.examples.iter().map(|example| example.id).collect();
        Ok(Ok(CategoryMade { category: of, version, examples }))
    };
    let made = flow.store.write(&scope.widened(), write).await??;
    flow.refresh().await?;
    Ok(made)
}

/// The issue as it gathers one category more; what is gone by now goes.
fn gathering(before: &KeptIssue, present: &Taxonomy, of: CategoryId, by: &IssueParty) -> Result<KeptIssue, IssueRefused> {
    if before.standing == IssueStanding::Merged {
        return Err(IssueRefused::IsMerged);
    }
    let mut categories = before.categories.clone();
    categories.retain(|id| present.category(*id).is_some() && *id != of);
    categories.push(of);
    categories.sort_unstable();
    let next = before.gather_from(before.stage, categories, by)?;
    // It is the same problem, and since when it is there is known as well as before: only its name is new.
    Ok(KeptIssue { since: before.since, ..next })
}

fn all_of(offer: &CategoryOffer) -> Vec<PassageSaid> {
    let said = |belongs: bool| move |one: &TellingPassage| PassageSaid { feedback: one.feedback, span: one.span, belongs };
    offer.passages.iter().map(said(true)).chain(offer.alike.iter().map(said(false))).collect()
}

/// The words of passages of comments in sight, each with whether it belongs.
async fn worded(flow: &Flow, scope: &Scope, said: &[PassageSaid]) -> Result<Vec<(bool, ExampleWords)>, FlowError> {
    let ids: Vec<FeedbackId> = said.iter().map(|one| one.feedback).collect();
    let found = flow.store.read(scope, move |view| tables::feedback::many(view, &ids)).await?;
    let words = |one: &PassageSaid| {
        let feedback = found.iter().find(|feedback| feedback.id == one.feedback);
        let feedback = feedback.ok_or(FlowError::Unknown { field: "passages", what: "feedback" })?;
        let words = within(feedback, Some(one.span));
        words
            .map(|words| (one.belongs, words))
            .ok_or_else(|| FlowError::rule("passages", "must hold at least one word of their comment"))
    };
    said.iter().map(words).collect()
}
