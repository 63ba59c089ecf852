//! The categories are changed: looked at before, applied as one version with its reason in the history, read again in the
//! background, and taken back as long as nothing else was changed since.

use std::sync::Arc;

use heard_domain::audit::{Act, Noun};
use heard_domain::directory::Directory;
use heard_domain::id::{CategoryId, FeedbackId, JobId, UserId};
use heard_domain::question::Filter;
use heard_domain::scope::{Actor, Scope};
use heard_domain::taxonomy::{Category, Taxonomy};
use heard_domain::time::Time;
use heard_domain::user::Grant;
use heard_store::error::StoreError;
use heard_store::tables;
use heard_store::tables::taxonomy_change::{Back, Changed};
use heard_store::view::{Tx, View};
use heard_text::phrase::Phrases;
use heard_text::token::Tokens;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::arrange::category::{CategoryChange, changed, ordered, watch_words};
use crate::error::FlowError;
use crate::flow::{Flow, need};
use crate::measure::period::newest_days;
use crate::read::again;

/// How many comments a preview shows.
const EXAMPLES: usize = 10;
/// How many days watch words are tried on.
pub const TRIED_DAYS: i32 = 90;
/// On how many comments watch words are tried at most, the newest first.
const TRIED: usize = 20_000;
/// How many are read at a time.
const BATCH: usize = 1_000;
/// How many entries of the history are shown.
const SHOWN: usize = 100;

/// What a change would do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ChangePreview {
    /// The version that it would change: send it with the change, so that nothing in between is overlooked.
    pub version: i64,
    /// How many comments in sight it concerns.
    pub comments: u64,
    /// The newest of them, at most ten.
    pub examples: Vec<FeedbackId>,
    /// What it would do, in one sentence.
    pub sentence: String,
}

/// What watch words would find.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Tried {
    /// How many comments they occur in.
    pub comments: u64,
    /// How many comments were looked at: those of the 90 days up to the newest, at most 20,000.
    pub looked_at: u64,
    /// How many there are in these days.
    pub of: u64,
    /// The newest in which they occur, at most ten.
    pub examples: Vec<FeedbackId>,
}

/// An entry of the history.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct HistoryEntry {
    /// The version that it made.
    pub version: i64,
    /// When.
    pub at: Time,
    /// Who; `null`: Heard itself or a program.
    pub by: Option<String>,
    /// What, in one sentence.
    pub summary: String,
    /// Whether it can be taken back: only the newest, as long as nothing else was changed since.
    pub undoable: bool,
}

/// How far the re-reading is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Progress {
    /// How many comments were read again.
    pub done: u64,
    /// How many there are.
    pub of: u64,
}

/// What a change would do; refused where the change itself would be.
pub async fn preview(flow: &Flow, scope: &Scope, change: &CategoryChange) -> Result<ChangePreview, FlowError> {
    need(scope, Grant::Shape)?;
    let directory = flow.directory();
    let taxonomy = &directory.taxonomy;
    changed(taxonomy, &directory, change, CategoryId(i64::MAX))?;
    let name = |id: CategoryId| taxonomy.category(id).map_or("a category", |category| category.name.as_str());
    let (comments, examples) = match change.id() {
        Some(id) => flow.store.read(scope, move |view| tables::taxonomy::filed(view, id, EXAMPLES)).await?,
        None => (0, Vec::new()),
    };
    let many = match comments {
        0 => "No comment".to_owned(),
        1 => "One comment".to_owned(),
        n => format!("{n} comments"),
    };
    let sentence = match change {
        CategoryChange::Add { category, .. } => {
            format!("“{}” is added; all comments are read again for it.", category.name.trim())
        }
        CategoryChange::Change { id, .. } => {
            format!("{many} now filed under “{}” would be read again with the new words.", name(*id))
        }
        CategoryChange::Move { parent: None, id, .. } => format!("{many} of “{}” would stand at the top of the tree.", name(*id)),
        CategoryChange::Move { parent: Some(parent), id, .. } => {
            format!("{many} of “{}” would count under “{}”.", name(*id), name(*parent))
        }
        CategoryChange::Merge { id, into } => format!("{many} would move from “{}” to “{}”.", name(*id), name(*into)),
        CategoryChange::Remove { id } => format!("{many} would no longer be filed under “{}”.", name(*id)),
    };
    Ok(ChangePreview { version: taxonomy.version, comments, examples, sentence })
}

/// A change of the categories in the making: who makes it, when, and the identifiers it needs.
pub(crate) struct Making {
    directory: Arc<Directory>,
    /// Of a category that is new.
    pub(crate) next: CategoryId,
    job: JobId,
    now: Time,
    actor: Actor,
    by: Option<UserId>,
}

impl Making {
    pub(crate) fn of(flow: &Flow, scope: &Scope) -> Self {
        let (next, job) = (CategoryId(flow.id()), JobId(flow.id()));
        Self { directory: flow.directory(), next, job, now: flow.now(), actor: scope.actor, by: scope.user() }
    }

    /// The categories before a change and after it, if it may be made.
    pub(crate) fn look(
        &self,
        view: &View,
        change: &CategoryChange,
    ) -> Result<Result<(Taxonomy, Taxonomy), FlowError>, StoreError> {
        let before = tables::taxonomy::get(view)?;
        Ok(changed(&before, &self.directory, change, self.next).map(|after| (before, after)))
    }

    /// Keeps a change as the next version, and asks that everything be read again.
    pub(crate) fn keep(
        &self,
        tx: &mut Tx,
        change: &CategoryChange,
        (before, after): (&Taxonomy, &Taxonomy),
    ) -> Result<i64, StoreError> {
        let now = self.now;
        let mut back = Back::to(before.clone());
        if let CategoryChange::Merge { id, into } = *change {
            back.merged = Some((id, into));
            back.corrections = tables::taxonomy_change::follow(tx, id, into, None)?;
            back.examples = tables::example::follow(tx, id, into, None)?;
            back.renamed = tables::renamed::follow(tx, id, into)?;
        }
        let version = tables::taxonomy::save(tx, after)?;
        let summary = change.summary(before);
        let told = Changed { version, at: now, by: self.by, act: change.act().to_owned(), summary: summary.clone() };
        tables::taxonomy_change::note(tx, &told, &back)?;
        let act = match change {
            CategoryChange::Add { .. } => Act::Added,
            CategoryChange::Change { .. } => Act::Changed,
            CategoryChange::Move { .. } => Act::Moved,
            CategoryChange::Merge { .. } => Act::Merged,
            CategoryChange::Remove { .. } => Act::Removed,
        };
        let id = change.id().unwrap_or(self.next);
        let detail = json!({ "version": version, "what": summary });
        tables::audit::note_of(tx, now, self.actor.into(), act, Noun::Category, id.0, &detail)?;
        again::ask(tx, self.job.0, now)?;
        Ok(version)
    }
}

/// Applies a change; with `version`, only if nothing was changed since. Gives the new version.
pub async fn apply(flow: &Flow, scope: &Scope, version: Option<i64>, change: CategoryChange) -> Result<i64, FlowError> {
    need(scope, Grant::Shape)?;
    let making = Making::of(flow, scope);
    // What holds for the whole company is not decided by what one person sees.
    let write = move |tx: &mut Tx| {
        let present = tables::taxonomy::version(tx)?;
        if version.is_some_and(|version| version != present) {
            return Ok(Err(stale()));
        }
        let (before, after) = match making.look(tx, &change)? {
            Ok((before, after)) if after.categories == before.categories => return Ok(Ok(before.version)),
            Ok(both) => both,
            Err(error) => return Ok(Err(error)),
        };
        making.keep(tx, &change, (&before, &after)).map(Ok)
    };
    let version = flow.store.write(&Scope::system(), write).await??;
    flow.refresh().await?;
    Ok(version)
}

fn stale() -> FlowError {
    FlowError::Conflict("the categories were changed meanwhile: look at them again".into())
}

/// Categories as they were, on what there is by now: stages and departments may be gone, and what stood on them goes on
/// without.
pub(crate) fn standing(mut categories: Vec<Category>, directory: &Directory, version: i64) -> Taxonomy {
    for category in &mut categories {
        category.stage.take_if(|stage| directory.journey.stage(*stage).is_none());
        category.departments.retain(|department| directory.department(*department).is_some());
    }
    Taxonomy { version, categories: ordered(&categories) }
}

/// What departments changed goes back with them, and a merge that is made again would leave corrections behind.
fn takes_back(told: &Changed) -> bool {
    !matches!(told.act.as_str(), "undo" | "department")
}

/// Takes the newest change back; refused once something else was changed.
pub async fn undo(flow: &Flow, scope: &Scope, version: i64) -> Result<i64, FlowError> {
    need(scope, Grant::Shape)?;
    let directory = flow.directory();
    let (job, now, by, actor) = (flow.id(), flow.now(), scope.user(), scope.actor);
    let outcome = flow
        .store
        .write(&Scope::system(), move |tx| {
            let Some((told, back)) = tables::taxonomy_change::get(tx, version)? else {
                return Ok(Err(FlowError::Missing("change of the categories")));
            };
            let now_is = tables::taxonomy::get(tx)?;
            let Some(back) = back.filter(|_| now_is.version == version && takes_back(&told)) else { return Ok(Err(stale())) };
            let restored = standing(back.before.categories, &directory, version);
            if let Some((from, into)) = back.merged {
                tables::example::follow(tx, into, from, Some(&back.examples))?;
            }
            let learnt = tables::taxonomy_version::examples(tx, back.before.version)?;
            let learnt = tables::example::as_now(tx, &learnt)?;
            let made = tables::taxonomy::save_with(tx, &restored, &learnt)?;
            if let Some((from, into)) = back.merged {
                tables::taxonomy_change::follow(tx, into, from, Some(&back.corrections))?;
                tables::renamed::back(tx, from, into, &back.renamed)?;
            }
            let summary = format!("Taken back: {}", told.summary);
            let detail = json!({ "version": made, "what": summary });
            let undone = Changed { version: made, at: now, by, act: "undo".to_owned(), summary };
            let again_back = Back::to(now_is);
            tables::taxonomy_change::note(tx, &undone, &again_back)?;
            tables::audit::note_of(tx, now, actor.into(), Act::Undone, Noun::Taxonomy, None, &detail)?;
            again::ask(tx, job, now)?;
            Ok(Ok(made))
        })
        .await?;
    let version = outcome?;
    flow.refresh().await?;
    Ok(version)
}

/// Who changed what, the newest first.
pub async fn history(flow: &Flow, scope: &Scope) -> Result<Vec<HistoryEntry>, FlowError> {
    need(scope, Grant::Shape)?;
    let current = flow.directory().taxonomy.version;
    let read = move |view: &View| {
        let mut entries = Vec::new();
        for told in tables::taxonomy_change::list(view, SHOWN)? {
            let by = told.by.map(|by| tables::user::get(view, by)).transpose()?.flatten().map(|user| user.name);
            let undoable = told.version == current && takes_back(&told);
            entries.push(HistoryEntry { version: told.version, at: told.at, by, summary: told.summary, undoable });
        }
        Ok(entries)
    };
    Ok(flow.store.read(&Scope::system(), read).await?)
}

/// How far the re-reading is, if one is under way.
pub async fn progress(flow: &Flow) -> Result<Option<Progress>, FlowError> {
    let found = again::progress(flow).await?;
    Ok(found.map(|(done, of)| Progress { done, of }))
}

/// In how many seconds the re-reading will have ended, once its pace is known.
pub fn seconds_left(flow: &Flow, progress: &Progress) -> Option<f64> {
    Some(progress.of.saturating_sub(progress.done) as f64 / flow.round_rate(progress.done)?)
}

/// When the last re-reading ended and of how many comments, if that was in the last minutes.
pub fn reread(flow: &Flow) -> Option<(Time, u64)> {
    flow.last_round().filter(|(at, _)| *at >= flow.now().plus_ms(-JUST_MS))
}

/// So long it is told that a re-reading has ended, in milliseconds: ten minutes.
const JUST_MS: i64 = 600_000;

/// Tries watch words on the comments of the 90 days up to the newest one, as the reader would find them.
pub async fn try_words(flow: &Flow, scope: &Scope, given: &[String]) -> Result<Tried, FlowError> {
    need(scope, Grant::Shape)?;
    need(scope, Grant::ReadFeedback)?;
    let words = watch_words(given)?;
    if words.is_empty() {
        return Err(FlowError::rule("watch_words", "need at least one word"));
    }
    let period = newest_days(flow, scope, TRIED_DAYS).await?;
    let found = flow.store.find(scope, &Filter::default(), Some(period), None, TRIED).await?;
    let mut tried = Tried { comments: 0, looked_at: found.ids.len() as u64, of: found.total, examples: Vec::new() };
    for ids in found.ids.chunks(BATCH) {
        let (wanted, words) = (ids.to_vec(), words.clone());
        let texts = flow.store.read(scope, move |view| tables::feedback::words(view, &wanted)).await?;
        let hits = tokio::task::spawn_blocking(move || {
            let phrases = Phrases::new(words.iter().map(|word| (word.as_str(), ())));
            let occurs = |text: &str| {
                let tokens = Tokens::of(text);
                phrases.first(&tokens, 0..tokens.len()).is_some()
            };
            texts.into_iter().filter(|(_, text)| occurs(text)).map(|(id, _)| id).collect::<Vec<FeedbackId>>()
        });
        let hits = hits.await.map_err(FlowError::internal)?;
        tried.comments += hits.len() as u64;
        let newest = ids.iter().filter(|id| hits.contains(id)).take(EXAMPLES - tried.examples.len().min(EXAMPLES));
        tried.examples.extend(newest);
    }
    Ok(tried)
}
