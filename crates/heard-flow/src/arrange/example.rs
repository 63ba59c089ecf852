//! Examples of a category: written by hand, taken from a comment, or made by a correction; set aside and taken back.

use std::collections::{HashMap, HashSet};

use heard_domain::audit::{Act, Noun};
use heard_domain::example::{Example, ExampleWords};
use heard_domain::feedback::Feedback;
use heard_domain::id::{CategoryId, CorrectionId, ExampleId, FeedbackId, UserId};
use heard_domain::reading::Span;
use heard_domain::scope::Scope;
use heard_domain::theme::ThemePassage;
use heard_domain::time::Time;
use heard_domain::user::Grant;
use heard_store::error::StoreError;
use heard_store::tables;
use heard_store::view::{Tx, View};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::error::FlowError;
use crate::flow::{Flow, need};
use crate::lessons;
use crate::read::foresee;

/// The longest example written by hand, in characters.
pub const LONGEST: usize = 1_000;
/// The most examples of one category that are listed.
pub const LISTED: usize = 500;

/// Where an example comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ExampleSource {
    /// A person wrote it.
    Written,
    /// A person chose a passage.
    Chosen,
    /// A correction.
    Correction,
}

/// Whether an example counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ExampleState {
    /// The present version has learnt from it.
    Learnt,
    /// The next version would learn from it.
    Waits,
    /// The present version has learnt from it, the next would not.
    Leaves,
    /// It was set aside.
    Aside,
}

/// An example, as it is listed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ExampleShown {
    /// Its identifier.
    pub id: ExampleId,
    /// Of which category.
    pub category: CategoryId,
    /// Whether the words belong to it; `false`: a person took them out of it.
    pub belongs: bool,
    /// The words.
    pub text: String,
    /// Where it comes from.
    pub source: ExampleSource,
    /// The comment the words stand in.
    pub feedback: Option<FeedbackId>,
    /// Where they stand there; `null`: all of it.
    pub span: Option<Span>,
    /// The correction that made it.
    pub correction: Option<CorrectionId>,
    /// Who; `null`: a program, or somebody who is gone.
    pub by: Option<String>,
    /// When.
    pub at: Time,
    /// Whether it counts.
    pub state: ExampleState,
}

/// An example that shall be added: words written by hand, or a passage of a comment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ExampleDraft {
    /// Whether the words belong to the category.
    #[serde(default = "yes")]
    pub belongs: bool,
    /// Words written by hand, at most 1,000 characters; `null`: a passage of `feedback`.
    #[serde(default)]
    pub text: Option<String>,
    /// The comment.
    #[serde(default)]
    pub feedback: Option<FeedbackId>,
    /// A passage of its reading; `null`: all of it.
    #[serde(default)]
    pub span: Option<Span>,
}

fn yes() -> bool {
    true
}

/// The examples of a category in sight, the newest first.
pub async fn list(flow: &Flow, scope: &Scope, category: CategoryId) -> Result<Vec<ExampleShown>, FlowError> {
    need(scope, Grant::Shape)?;
    known(flow, category)?;
    need(scope, Grant::ReadFeedback)?;
    let read = move |view: &View| {
        let examples = tables::example::of_category(view, category, LISTED)?;
        let ids: Vec<ExampleId> = examples.iter().map(|example| example.id).collect();
        let mut words = tables::example::words(view, &ids)?;
        let learnt: HashSet<ExampleId> = lessons::present(view)?.iter().map(|taught| taught.id).collect();
        let users: HashMap<UserId, String> = tables::user::list(view)?.into_iter().map(|user| (user.id, user.name)).collect();
        let shown = examples.iter().filter_map(|example| {
            let by = example.by.and_then(|by| users.get(&by).cloned());
            Some(as_shown(example, words.remove(&example.id)?.text, by, &learnt))
        });
        Ok(shown.collect())
    };
    Ok(flow.store.read(scope, read).await?)
}

fn as_shown(example: &Example, text: String, by: Option<String>, learnt: &HashSet<ExampleId>) -> ExampleShown {
    let (feedback, span, correction) = match &example.words {
        ExampleWords::Written(_) => (None, None, None),
        ExampleWords::Said { feedback, span, correction, .. } => (Some(*feedback), *span, *correction),
    };
    let source = match (feedback, correction) {
        (None, _) => ExampleSource::Written,
        (Some(_), None) => ExampleSource::Chosen,
        (Some(_), Some(_)) => ExampleSource::Correction,
    };
    let state = match (learnt.contains(&example.id), example.aside) {
        (true, false) => ExampleState::Learnt,
        (true, true) => ExampleState::Leaves,
        (false, false) => ExampleState::Waits,
        (false, true) => ExampleState::Aside,
    };
    let Example { id, category, belongs, at, .. } = *example;
    ExampleShown { id, category, belongs, text, source, feedback, span, correction, by, at, state }
}

fn known(flow: &Flow, category: CategoryId) -> Result<(), FlowError> {
    let there = flow.directory().taxonomy.category(category).is_some();
    if there { Ok(()) } else { Err(FlowError::Missing("category")) }
}

/// Adds an example to a category.
pub async fn add(flow: &Flow, scope: &Scope, category: CategoryId, draft: ExampleDraft) -> Result<ExampleId, FlowError> {
    need(scope, Grant::Shape)?;
    known(flow, category)?;
    need(scope, Grant::ReadFeedback)?;
    let words = match (draft.text, draft.feedback) {
        (Some(text), None) => ExampleWords::Written(written(&text)?),
        (None, Some(feedback)) => said(flow, scope, feedback, draft.span).await?,
        _ => return Err(FlowError::rule("text", "either words or a comment must be given, not both")),
    };
    let made = add_all(flow, scope, vec![(category, draft.belongs, words)]).await?;
    made.into_iter().next().ok_or(FlowError::Missing("category"))
}

/// A passage becomes an example of each of its categories; `span` must be one of the reading.
pub async fn choose(flow: &Flow, scope: &Scope, feedback: FeedbackId, span: Option<Span>) -> Result<Vec<ExampleId>, FlowError> {
    need(scope, Grant::Shape)?;
    let reading = flow.store.read(scope, move |view| tables::reading::get(view, feedback)).await?;
    let reading = reading.ok_or(FlowError::Missing("feedback that was read"))?;
    let passage = reading.passages.iter().find(|passage| Some(passage.span) == span);
    let categories: Vec<CategoryId> = passage.iter().flat_map(|p| p.categories.iter().map(|label| label.value)).collect();
    if categories.is_empty() {
        return Err(FlowError::rule("span", "is about no category yet: correct it first"));
    }
    let words = said(flow, scope, feedback, span).await?;
    add_all(flow, scope, categories.into_iter().map(|category| (category, true, words.clone())).collect()).await
}

/// Passages become examples of a category, all or none; those of comments that are gone or out of sight are left out.
pub async fn gather(
    flow: &Flow,
    scope: &Scope,
    category: CategoryId,
    passages: &[ThemePassage],
) -> Result<Vec<ExampleId>, FlowError> {
    need(scope, Grant::Shape)?;
    need(scope, Grant::ReadFeedback)?;
    known(flow, category)?;
    let ids: Vec<FeedbackId> = passages.iter().map(|passage| passage.feedback).collect();
    let found = flow.store.read(scope, move |view| tables::feedback::many(view, &ids)).await?;
    let words = |passage: &ThemePassage| {
        let feedback = found.iter().find(|feedback| feedback.id == passage.feedback)?;
        within(feedback, Some(passage.span))
    };
    let wanted = passages.iter().filter_map(words).map(|words| (category, true, words)).collect();
    add_all(flow, scope, wanted).await
}

fn written(text: &str) -> Result<String, FlowError> {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if !text.chars().any(char::is_alphanumeric) {
        return Err(FlowError::rule("text", "must hold at least one word"));
    }
    if text.chars().count() > LONGEST {
        return Err(FlowError::rule("text", format!("has more than {LONGEST} characters")));
    }
    if text.chars().any(char::is_control) {
        return Err(FlowError::rule("text", "must not contain control characters"));
    }
    Ok(text)
}

async fn said(flow: &Flow, scope: &Scope, id: FeedbackId, span: Option<Span>) -> Result<ExampleWords, FlowError> {
    let feedback = flow.store.read(scope, move |view| tables::feedback::get(view, id)).await?;
    let feedback = feedback.ok_or(FlowError::Unknown { field: "feedback", what: "feedback" })?;
    within(&feedback, span).ok_or_else(|| FlowError::rule("span", "must hold at least one word of the comment"))
}

/// The words of a comment, or of a passage of it; `None` where there are none.
pub(crate) fn within(feedback: &Feedback, span: Option<Span>) -> Option<ExampleWords> {
    let words = span.map_or(Some(feedback.text.as_str()), |span| span.of(&feedback.text))?;
    let words = words.chars().any(char::is_alphanumeric);
    words.then_some(ExampleWords::Said { feedback: feedback.id, revision: feedback.revision, span, correction: None })
}

/// An example in the making: of which category, whether it belongs there, its words.
type Wanted = (CategoryId, bool, ExampleWords);

/// Examples that shall be added in one write.
pub(crate) struct Adding {
    pub(crate) examples: Vec<Example>,
    at: Time,
    job: i64,
}

impl Adding {
    pub(crate) fn of(flow: &Flow, scope: &Scope, wanted: Vec<Wanted>) -> Self {
        let (at, by, job) = (flow.now(), scope.user(), flow.id());
        let example =
            |(category, belongs, words)| Example { id: ExampleId(flow.id()), category, belongs, words, by, at, aside: false };
        Self { examples: wanted.into_iter().map(example).collect(), at, job }
    }

    /// Keeps them, and asks what they would change.
    pub(crate) fn keep(&self, tx: &mut Tx) -> Result<(), StoreError> {
        for example in &self.examples {
            tables::example::insert(tx, example)?;
            let detail = json!({ "category": example.category, "belongs": example.belongs });
            tables::audit::note(tx, self.at, Act::Added, Noun::Example, example.id.0, &detail)?;
        }
        foresee::ask(tx, self.job, self.at)
    }
}

async fn add_all(flow: &Flow, scope: &Scope, wanted: Vec<Wanted>) -> Result<Vec<ExampleId>, FlowError> {
    let adding = Adding::of(flow, scope, wanted);
    let ids = adding.examples.iter().map(|example| example.id).collect();
    flow.store.write(&scope.widened(), move |tx| adding.keep(tx)).await?;
    Ok(ids)
}

/// Sets an example aside (`aside`), or takes it back; gives its category. What a correction made is set aside as well: the
/// correction itself goes on holding.
pub async fn set_aside(flow: &Flow, scope: &Scope, id: ExampleId, aside: bool) -> Result<CategoryId, FlowError> {
    need(scope, Grant::Shape)?;
    let example = flow.store.read(scope, move |view| tables::example::get(view, id)).await?;
    let example = example.ok_or(FlowError::Missing("example"))?;
    need(scope, Grant::ReadFeedback)?;
    let (now, next, category) = (flow.now(), flow.id(), example.category);
    let set = move |tx: &mut Tx| {
        tables::example::set_aside(tx, &[id], aside)?;
        let act = if aside { Act::Removed } else { Act::Restored };
        tables::audit::note(tx, now, act, Noun::Example, id.0, &json!({ "category": category }))?;
        foresee::ask(tx, next, now)
    };
    flow.store.write(&scope.widened(), set).await?;
    Ok(category)
}
