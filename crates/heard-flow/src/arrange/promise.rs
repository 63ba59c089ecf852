//! Promises of the brand are made, changed and removed. How often they are kept is measured, not said.

use heard_domain::audit::{Act, Noun};
use heard_domain::directory::Directory;
use heard_domain::id::{AttributeId, CategoryId, PromiseId, TouchpointId, ValueId};
use heard_domain::promise::Promise;
use heard_domain::scope::Scope;
use heard_domain::user::Grant;
use heard_store::tables;
use heard_store::view::Tx;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::error::FlowError;
use crate::flow::{Flow, need};

/// The longest promise and the longest name of what is counted, in characters.
const LONGEST: usize = 200;
/// The most promises.
const MOST: usize = 200;

/// A promise as it shall be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PromiseDraft {
    /// In the brand's words, 1-200 characters.
    pub words: String,
    /// The contact of which it is said.
    pub touchpoint: TouchpointId,
    /// Comments in these categories speak of it; none: all at the contact.
    #[serde(default)]
    pub categories: Vec<CategoryId>,
    /// The measure of operations that says how often it could be kept ("deliveries").
    #[serde(default)]
    pub measure: Option<String>,
    /// The kind of operational event that breaks it ("delivery late").
    #[serde(default)]
    pub breaks: Option<String>,
    /// How often it is to be kept by operational data, per cent of all occasions.
    #[serde(default)]
    #[schemars(range(min = 1, max = 100))]
    pub target: Option<u8>,
    /// The fact by which it holds for one brand, country or unit only: attribute and value.
    #[serde(default)]
    pub attribute: Option<(AttributeId, ValueId)>,
}

impl From<Promise> for PromiseDraft {
    fn from(promise: Promise) -> Self {
        let Promise { words, touchpoint, categories, measure, breaks, target, attribute, .. } = promise;
        Self { words, touchpoint, categories, measure, breaks, target, attribute }
    }
}

/// One promise.
pub async fn get(flow: &Flow, scope: &Scope, id: PromiseId) -> Result<Promise, FlowError> {
    // Whoever may change promises sees them.
    if !scope.may(Grant::Shape) {
        need(scope, Grant::ReadFigures)?;
    }
    let found = flow.store.read(&Scope::system(), move |view| tables::promise::get(view, id)).await?;
    found.ok_or(FlowError::Missing("promise"))
}

/// Makes a promise.
pub async fn add(flow: &Flow, scope: &Scope, draft: PromiseDraft) -> Result<Promise, FlowError> {
    need(scope, Grant::Shape)?;
    keep(flow, scope, PromiseId(flow.id()), draft, Act::Added).await
}

/// Changes a promise.
pub async fn change(flow: &Flow, scope: &Scope, id: PromiseId, draft: PromiseDraft) -> Result<Promise, FlowError> {
    need(scope, Grant::Shape)?;
    get(flow, scope, id).await?;
    keep(flow, scope, id, draft, Act::Changed).await
}

/// Removes a promise.
pub async fn remove(flow: &Flow, scope: &Scope, id: PromiseId) -> Result<(), FlowError> {
    need(scope, Grant::Shape)?;
    let there = get(flow, scope, id).await?;
    let now = flow.now();
    let write = move |tx: &mut Tx| {
        if tables::promise::remove(tx, id)? {
            tables::audit::note(tx, now, Act::Removed, Noun::Promise, id.0, &json!({ "name": there.words }))?;
        }
        Ok(())
    };
    Ok(flow.store.write(scope, write).await?)
}

/// Words that are there, trimmed; `None` where a field that may be empty is.
pub(crate) fn words(field: &'static str, given: &str, longest: usize) -> Result<Option<String>, FlowError> {
    let words = given.trim();
    match words.chars().count() {
        0 => Ok(None),
        n if n > longest => Err(FlowError::rule(field, format!("has {n} characters; at most {longest} are allowed"))),
        _ if words.chars().any(char::is_control) => Err(FlowError::rule(field, "must not contain control characters")),
        _ => Ok(Some(words.to_owned())),
    }
}

async fn keep(flow: &Flow, scope: &Scope, id: PromiseId, draft: PromiseDraft, act: Act) -> Result<Promise, FlowError> {
    let promise = checked(&flow.directory(), id, draft)?;
    let others = flow.store.read(&Scope::system(), tables::promise::list).await?;
    if others.len() >= MOST && act == Act::Added {
        return Err(FlowError::Conflict(format!("there are {MOST} promises already: remove one first")));
    }
    let lower = promise.words.to_lowercase();
    if others.iter().any(|other| other.id != id && other.words.to_lowercase() == lower) {
        return Err(FlowError::rule("words", "are those of another promise"));
    }
    let (now, kept) = (flow.now(), promise.clone());
    let write = move |tx: &mut Tx| {
        tables::promise::save(tx, &kept)?;
        tables::audit::note(tx, now, act, Noun::Promise, id.0, &json!({ "name": kept.words }))
    };
    flow.store.write(scope, write).await?;
    Ok(promise)
}

fn checked(directory: &Directory, id: PromiseId, draft: PromiseDraft) -> Result<Promise, FlowError> {
    let unknown = |field, what| Err(FlowError::Unknown { field, what });
    let said = words("words", &draft.words, LONGEST)?.ok_or_else(|| FlowError::rule("words", "must not be empty"))?;
    if directory.journey.touchpoint(draft.touchpoint).is_none() {
        return unknown("touchpoint", "touchpoint");
    }
    let mut categories = draft.categories;
    categories.sort_unstable();
    categories.dedup();
    if categories.iter().any(|category| directory.taxonomy.category(*category).is_none()) {
        return unknown("categories", "category");
    }
    if draft.attribute.is_some_and(|(attribute, value)| directory.value(attribute, value).is_none()) {
        return unknown("attribute", "value");
    }
    let measure = words("measure", draft.measure.as_deref().unwrap_or_default(), LONGEST)?;
    let breaks = words("breaks", draft.breaks.as_deref().unwrap_or_default(), LONGEST)?;
    if measure.is_some() != breaks.is_some() {
        let (field, other) = if measure.is_some() { ("breaks", "measure") } else { ("measure", "breaks") };
        return Err(FlowError::rule(field, format!("must be said as well: with “{other}” alone nothing can be counted")));
    }
    match draft.target {
        Some(0 | 101..) => return Err(FlowError::rule("target", "must be from 1 to 100 per cent")),
        Some(_) if measure.is_none() => {
            return Err(FlowError::rule("target", "needs operational data: say what is counted, and what breaks the promise"));
        }
        _ => {}
    }
    Ok(Promise {
        id,
        words: said,
        touchpoint: draft.touchpoint,
        categories,
        measure,
        breaks,
        target: draft.target,
        attribute: draft.attribute,
    })
}
