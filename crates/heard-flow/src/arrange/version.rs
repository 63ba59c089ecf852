//! Versions of the categories: listed, compared, and rolled back to.

use std::collections::BTreeSet;

use heard_domain::audit::{Act, Noun};
use heard_domain::example::{Effect, Taught};
use heard_domain::id::FeedbackId;
use heard_domain::precision::Measured;
use heard_domain::scope::Scope;
use heard_domain::taxonomy::{Category, Taxonomy};
use heard_domain::time::Time;
use heard_domain::user::Grant;
use heard_store::tables;
use heard_store::tables::taxonomy_change::{Back, Changed};
use heard_store::tables::taxonomy_version::Version;
use heard_store::view::{Tx, View};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::arrange::taxonomy::standing;
use crate::error::FlowError;
use crate::flow::{Flow, need};
use crate::lessons::{self, Lessons};
use crate::measure::precision::{Grounds, asked, measure};
use crate::read::{again, foresee};
use crate::understand::Understanding;

/// Two versions are held against each other on so many comments, the newest.
pub const COMPARED: usize = 1_000;

/// A version, as it is listed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct VersionShown {
    /// Its number.
    pub version: i64,
    /// When it was made; `null`: it is older than the history.
    pub at: Option<Time>,
    /// Who made it; `null`: Heard itself or a program.
    pub by: Option<String>,
    /// What made it, in one sentence.
    pub summary: String,
    /// How many categories it has.
    pub categories: u64,
    /// From how many examples it has learnt.
    pub examples: u64,
    /// Whether it is the present one.
    pub present: bool,
}

/// Two versions held against each other.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Comparison {
    /// The one.
    pub from: i64,
    /// The other.
    pub to: i64,
    /// Names of categories that only the other has.
    pub added: Vec<String>,
    /// Names of categories that only the one has.
    pub removed: Vec<String>,
    /// Names (in the other) of categories that differ in name, definition, watch words, place in the tree, stage or departments.
    pub changed: Vec<String>,
    /// How many examples only the other has learnt from.
    pub examples_added: u64,
    /// How many examples only the one has learnt from.
    pub examples_removed: u64,
    /// What is filed elsewhere by the other, on the newest comments.
    pub effect: Effect,
    /// On the company's own corrections: how often the one is right.
    pub precision_from: Measured,
    /// On the company's own corrections: how often the other is right.
    pub precision_to: Measured,
}

/// The versions that are kept, the newest first, at most 50.
pub async fn list(flow: &Flow, scope: &Scope) -> Result<Vec<VersionShown>, FlowError> {
    need(scope, Grant::Shape)?;
    let read = |view: &View| {
        let present = tables::taxonomy::version(view)?;
        let mut shown = Vec::new();
        for version in tables::taxonomy_version::list(view)? {
            let Some(kept) = tables::taxonomy_version::get(view, version)? else { continue };
            let told = tables::taxonomy_change::get(view, version)?.map(|(told, _)| told);
            let by = told.as_ref().and_then(|told| told.by);
            let by = by.map(|by| tables::user::get(view, by)).transpose()?.flatten().map(|user| user.name);
            shown.push(VersionShown {
                version,
                at: told.as_ref().map(|told| told.at),
                by,
                summary: told.map_or_else(|| "The categories to begin with".to_owned(), |told| told.summary),
                categories: kept.taxonomy.categories.len() as u64,
                examples: kept.examples.len() as u64,
                present: version == present,
            });
        }
        Ok(shown)
    };
    Ok(flow.store.read(&Scope::system(), read).await?)
}

const GONE: FlowError = FlowError::Missing("version of the categories");

/// Holds a version against another.
pub async fn compare(flow: &Flow, scope: &Scope, from: i64, to: i64) -> Result<Comparison, FlowError> {
    need(scope, Grant::Shape)?;
    let load = move |view: &View| {
        let of = |version: Version| -> Result<_, heard_store::error::StoreError> {
            let examples = tables::example::as_now(view, &version.examples)?;
            // A version knows of which categories its examples were.
            let then: Vec<Taught> =
                version.examples.iter().filter(|taught| examples.iter().any(|now| now.id == taught.id)).copied().collect();
            Ok((Grounds::load(view, version.taxonomy, &then)?, version.examples))
        };
        let (one, other) = (tables::taxonomy_version::get(view, from)?, tables::taxonomy_version::get(view, to)?);
        let Some((one, other)) = one.zip(other) else { return Ok(None) };
        Ok(Some((of(one)?, of(other)?, asked(view)?)))
    };
    let loaded = flow.store.read(&Scope::system(), load).await?;
    let ((one, one_examples), (other, other_examples), asked) = loaded.ok_or(GONE)?;
    // What moved is looked at with the eyes of who asks.
    let batch = flow.store.read(scope, |view| {
        let words = tables::feedback::to_read_below(view, None, COMPARED)?;
        let ids: Vec<FeedbackId> = words.iter().map(|words| words.id).collect();
        Ok((tables::reading::corrections_of(view, &ids)?, words))
    });
    let (corrections, words) = batch.await?;
    let now = flow.look();
    let work = move || {
        let taught = |matter: &Grounds| {
            let examples = matter.lessons.iter().map(|(example, _)| example.clone()).collect();
            now.taught(&matter.taxonomy, &Lessons { examples, ..matter.others.clone() })
        };
        let (before, after) = (taught(&one), taught(&other));
        let mut effect = Effect::default();
        for words in &words {
            let corrected = corrections.get(&words.id).map_or(&[][..], Vec::as_slice);
            let read = |by: &Understanding| by.read_words(words).corrected(corrected);
            lessons::count(&mut effect, words.id, &read(&before), &read(&after));
        }
        let (added, removed, changed) = differences(&one.taxonomy, &other.taxonomy);
        let (before, after): (BTreeSet<_>, BTreeSet<_>) = (one_examples.iter().collect(), other_examples.iter().collect());
        Comparison {
            from,
            to,
            added,
            removed,
            changed,
            examples_added: after.difference(&before).count() as u64,
            examples_removed: before.difference(&after).count() as u64,
            effect,
            precision_from: measure(&now, &one, &asked).all,
            precision_to: measure(&now, &other, &asked).all,
        }
    };
    tokio::task::spawn_blocking(work).await.map_err(FlowError::internal)
}

/// Names of categories that were added, removed and changed.
fn differences(one: &Taxonomy, other: &Taxonomy) -> (Vec<String>, Vec<String>, Vec<String>) {
    let only = |of: &Taxonomy, but: &Taxonomy| -> Vec<String> {
        of.categories.iter().filter(|c| but.category(c.id).is_none()).map(|c| c.name.clone()).collect()
    };
    let differs = |category: &&Category| one.category(category.id).is_some_and(|before| before != *category);
    let changed = other.categories.iter().filter(differs).map(|c| c.name.clone()).collect();
    (only(other, one), only(one, other), changed)
}

/// Makes a new version that equals an old one; with `version`, only if that is still the present one. Corrections that
/// followed a merge since go back to the category they named.
pub async fn roll_back(flow: &Flow, scope: &Scope, version: Option<i64>, to: i64) -> Result<i64, FlowError> {
    need(scope, Grant::Shape)?;
    let directory = flow.directory();
    let (job, now, by) = (flow.id(), flow.now(), scope.user());
    let roll = move |tx: &mut Tx| {
        let before = tables::taxonomy::get(tx)?;
        if version.is_some_and(|version| version != before.version) {
            return Ok(Err(FlowError::Conflict("the categories were changed meanwhile: look at them again".into())));
        }
        let Some(old) = tables::taxonomy_version::get(tx, to)? else { return Ok(Err(GONE)) };
        if to == before.version {
            return Ok(Err(FlowError::rule("to", "is the present version")));
        }
        let restored = standing(old.taxonomy.categories, &directory, before.version);
        tables::example::set_categories(tx, &old.examples)?;
        let examples = tables::example::as_now(tx, &old.examples)?;
        let made = tables::taxonomy::save_with(tx, &restored, &examples)?;
        for passed in (to + 1..=before.version).rev() {
            let back = tables::taxonomy_change::get(tx, passed)?.and_then(|(_, back)| back);
            if let Some(Back { merged: Some((from, into)), corrections, examples, renamed, .. }) = back
                && restored.category(from).is_some()
            {
                tables::taxonomy_change::follow(tx, into, from, Some(&corrections))?;
                tables::example::follow(tx, into, from, Some(&examples))?;
                tables::renamed::back(tx, from, into, &renamed)?;
            }
        }
        let summary = format!("Rolled back to version {to}");
        let told = Changed { version: made, at: now, by, act: "roll_back".to_owned(), summary: summary.clone() };
        let back = Back::to(before);
        tables::taxonomy_change::note(tx, &told, &back)?;
        let detail = json!({ "version": made, "what": summary });
        tables::audit::note(tx, now, Act::Undone, Noun::Taxonomy, None, &detail)?;
        foresee::forget(tx)?;
        again::ask(tx, job, now)?;
        Ok(Ok(made))
    };
    let made = flow.store.write(&scope.widened(), roll).await??;
    flow.refresh().await?;
    Ok(made)
}
