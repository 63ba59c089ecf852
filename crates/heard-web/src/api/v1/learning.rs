//! How the categories learn: examples, the proposal with its effect, versions, precision, and what is most useful to label.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use heard_domain::id::{CategoryId, ExampleId};
use heard_domain::precision::Precision;
use heard_flow::arrange::example::{self, ExampleDraft, ExampleShown};
use heard_flow::arrange::learning::{self, Proposal};
use heard_flow::arrange::taxonomy::{self, Progress};
use heard_flow::arrange::version::{self, Comparison, VersionShown};
use heard_flow::measure::{precision, useful};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::api::v1::sight::{one, unknown};
use crate::api::v1::taxonomy::ChangeMade;
use crate::extract::{Asked, Body, Id};
use crate::problem::{Problem, ProblemCode};
use crate::route::Doc;
use crate::state::AppState;
use crate::viewer::Caller;

const TAG: &str = "Learning";

/// The examples of a category.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct ExampleList {
    /// In sight, the newest first, at most 500.
    pub items: Vec<ExampleShown>,
}

/// An example that was added.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct ExampleAdded {
    /// Its identifier.
    pub id: ExampleId,
}

/// What would be learnt.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct ProposalShown {
    /// The proposal; `null`: no example waits.
    pub proposal: Option<Proposal>,
}

/// Which proposal is meant.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ProposalNamed {
    /// Its name; refused if another is proposed by now. `null`: whatever is proposed.
    #[serde(default)]
    pub name: Option<String>,
}

/// What was set aside or kept.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Discarded {
    /// How many examples it concerned.
    pub examples: u64,
}

/// How far background work on the categories is.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Working {
    /// How far the comments were read again; `null` if all were.
    pub reading: Option<Progress>,
    /// How far it was found out what the proposal would move; `null`: no example waits.
    pub foreseeing: Option<Progress>,
}

/// The versions of the categories.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct VersionList {
    /// The newest first, at most 50.
    pub items: Vec<VersionShown>,
}

/// What [`compare`] is asked.
#[derive(Serialize, JsonSchema)]
pub struct ComparisonParameters {
    /// The one version.
    from: i64,
    /// The other; the present one, if it is not said.
    #[serde(default)]
    to: Option<i64>,
}

/// To which version the categories go back.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RollBackWanted {
    /// The version that was looked at; refused if it is not the present one any more. `null`: whatever it is.
    #[serde(default)]
    pub version: Option<i64>,
    /// The version that the new one shall equal.
    pub to: i64,
}

/// Passages whose label would teach much.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct UsefulList {
    /// The most useful first.
    pub items: Vec<useful::Useful>,
}

/// What [`next_to_label`] is asked.
#[derive(Serialize, JsonSchema)]
pub struct UsefulParameters {
    /// How many, 1 to 20; 10 if it is not said.
    #[serde(default)]
    #[schemars(range(min = 1, max = 20))]
    limit: Option<u32>,
}

/// Lists the examples of a category.
pub async fn examples(
    State(state): State<AppState>,
    caller: Caller,
    Id(id): Id<CategoryId>,
) -> Result<Json<ExampleList>, Problem> {
    Ok(Json(ExampleList { items: example::list(&state.flow, &caller.scope, id).await? }))
}

/// Adds an example to a category.
pub async fn add_example(
    State(state): State<AppState>,
    caller: Caller,
    Id(id): Id<CategoryId>,
    Body(draft): Body<ExampleDraft>,
) -> Result<(StatusCode, Json<ExampleAdded>), Problem> {
    let id = example::add(&state.flow, &caller.scope, id, draft).await?;
    Ok((StatusCode::CREATED, Json(ExampleAdded { id })))
}

/// Sets an example aside.
pub async fn remove_example(State(state): State<AppState>, caller: Caller, Id(id): Id<ExampleId>) -> Result<StatusCode, Problem> {
    example::set_aside(&state.flow, &caller.scope, id, true).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Takes an example back that was set aside.
pub async fn restore_example(
    State(state): State<AppState>,
    caller: Caller,
    Id(id): Id<ExampleId>,
) -> Result<StatusCode, Problem> {
    example::set_aside(&state.flow, &caller.scope, id, false).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Shows the proposal.
pub async fn proposal(State(state): State<AppState>, caller: Caller) -> Result<Json<ProposalShown>, Problem> {
    Ok(Json(ProposalShown { proposal: learning::proposal(&state.flow, &caller.scope).await? }))
}

/// Applies the proposal.
pub async fn apply(
    State(state): State<AppState>,
    caller: Caller,
    Body(wanted): Body<ProposalNamed>,
) -> Result<Json<ChangeMade>, Problem> {
    Ok(Json(ChangeMade { version: learning::apply(&state.flow, &caller.scope, wanted.name).await? }))
}

/// Discards the proposal.
pub async fn discard(
    State(state): State<AppState>,
    caller: Caller,
    Body(wanted): Body<ProposalNamed>,
) -> Result<Json<Discarded>, Problem> {
    Ok(Json(Discarded { examples: learning::discard(&state.flow, &caller.scope, wanted.name).await? }))
}

/// Counts what would move on all comments.
pub async fn count_all(State(state): State<AppState>, caller: Caller) -> Result<StatusCode, Problem> {
    learning::count_all(&state.flow, &caller.scope).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// How far background work is.
pub async fn working(State(state): State<AppState>, caller: Caller) -> Result<Json<Working>, Problem> {
    let proposal = learning::proposal(&state.flow, &caller.scope).await?;
    let foreseeing = proposal.map(|proposal| Progress { done: proposal.effect.looked_at, of: proposal.of });
    Ok(Json(Working { reading: taxonomy::progress(&state.flow).await?, foreseeing }))
}

/// Lists the versions.
pub async fn versions(State(state): State<AppState>, caller: Caller) -> Result<Json<VersionList>, Problem> {
    Ok(Json(VersionList { items: version::list(&state.flow, &caller.scope).await? }))
}

/// Holds two versions against each other.
pub async fn compare(State(state): State<AppState>, caller: Caller, Asked(pairs): Asked) -> Result<Json<Comparison>, Problem> {
    let (mut from, mut to, mut others) = (None, state.flow.directory().taxonomy.version, Vec::new());
    for (name, value) in pairs {
        match name.as_str() {
            "from" => from = Some(one::<i64>("from", &value)?),
            "to" => to = one("to", &value)?,
            _ => others.push((name, value)),
        }
    }
    unknown(&others)?;
    let from = from.ok_or_else(|| Problem::field("from", "must be said: the number of a version"))?;
    Ok(Json(version::compare(&state.flow, &caller.scope, from, to).await?))
}

/// Rolls back.
pub async fn roll_back(
    State(state): State<AppState>,
    caller: Caller,
    Body(wanted): Body<RollBackWanted>,
) -> Result<Json<ChangeMade>, Problem> {
    let version = version::roll_back(&state.flow, &caller.scope, wanted.version, wanted.to).await?;
    Ok(Json(ChangeMade { version }))
}

/// How well the categories are told apart.
pub async fn precise(State(state): State<AppState>, caller: Caller) -> Result<Json<Precision>, Problem> {
    Ok(Json((*precision::present(&state.flow, &caller.scope).await?).clone()))
}

/// What is most useful to label next.
pub async fn next_to_label(
    State(state): State<AppState>,
    caller: Caller,
    Asked(pairs): Asked,
) -> Result<Json<UsefulList>, Problem> {
    let (mut limit, mut others) = (10, Vec::new());
    for (name, value) in pairs {
        match name.as_str() {
            "limit" => limit = one::<usize>("limit", &value)?,
            _ => others.push((name, value)),
        }
    }
    unknown(&others)?;
    if !(1..=useful::MOST).contains(&limit) {
        return Err(Problem::field("limit", format!("must be 1 to {}", useful::MOST)));
    }
    Ok(Json(UsefulList { items: useful::next(&state.flow, &caller.scope, &[], limit).await? }))
}

fn shown() -> Value {
    json!({
        "id": "729382736701", "category": "729382736510", "belongs": true, "text": "We sat on the tarmac for two hours.", "source": "correction",
        "feedback": "729382736999", "span": { "start": 0, "end": 35 }, "correction": "729382736701", "by": "Noor",
        "at": "2026-03-22T12:00:00Z", "state": "waits",
    })
}

fn effect() -> Value {
    json!({
        "looked_at": 12_000, "comments": 312,
        "movements": [{ "from": "729382736511", "to": "729382736510", "comments": 290 }, { "from": null, "to": "729382736510", "comments": 22 }],
        "examples": [{ "feedback": "729382736999", "from": ["729382736511"], "to": ["729382736510"] }],
    })
}

fn measured(hits: u64, n: u64) -> Value {
    serde_json::to_value(heard_domain::precision::Measured::of(hits, n)).unwrap_or_default()
}

/// Documents [`examples`].
pub fn examples_doc() -> Doc {
    Doc::new(
        "listExamples",
        TAG,
        "What a category learns from: corrections, passages that were chosen, sentences written by hand.",
    )
    .answers::<ExampleList>(200, "The examples", json!({ "items": [shown()] }))
}

/// Documents [`add_example`].
pub fn add_example_doc() -> Doc {
    Doc::new("addExample", TAG, "Add an example to a category: words written by hand, or a passage of a comment.")
        .takes::<ExampleDraft>(json!({ "text": "The queue for boarding took an hour.", "belongs": true }))
        .answers::<ExampleAdded>(201, "Added: it waits until the proposal is applied", json!({ "id": "729382736701" }))
}

/// Documents [`remove_example`].
pub fn remove_example_doc() -> Doc {
    Doc::new("removeExample", TAG, "Set an example aside; it can be taken back.").answers_nothing("Set aside")
}

/// Documents [`restore_example`].
pub fn restore_example_doc() -> Doc {
    Doc::new("restoreExample", TAG, "Take an example back that was set aside.").answers_nothing("It counts again")
}

/// Documents [`proposal`].
pub fn proposal_doc() -> Doc {
    let example = json!({
        "name": "5f0c9a3be1d27486", "version": 8, "added": 4, "removed": 0, "examples": 61, "learnt_ms": 7.4, "effect": effect(),
        "of": 12_000, "all": 12_000, "done": true,
    });
    Doc::new("getProposal", TAG, "What the categories would learn from the examples that wait, and which comments would move.")
        .answers::<ProposalShown>(200, "The proposal", json!({ "proposal": example }))
}

/// Documents [`apply`].
pub fn apply_doc() -> Doc {
    Doc::new(
        "applyProposal",
        TAG,
        "Learn from the examples that wait: a new version; all comments are read again in the background.",
    )
    .takes::<ProposalNamed>(json!({}))
    .answers::<ChangeMade>(200, "Learnt", json!({ "version": 9 }))
    .or(ProblemCode::Conflict)
}

/// Documents [`discard`].
pub fn discard_doc() -> Doc {
    Doc::new("discardProposal", TAG, "Set aside the examples that wait, and keep those that were to leave.")
        .takes::<ProposalNamed>(json!({}))
        .answers::<Discarded>(200, "Set aside", json!({ "examples": 4 }))
        .or(ProblemCode::Conflict)
}

/// Documents [`count_all`].
pub fn count_all_doc() -> Doc {
    Doc::new("countProposal", TAG, "Find out on all comments what the proposal would move, instead of the newest 20,000.")
        .answers_nothing("It is being found out")
        .or(ProblemCode::Conflict)
}

/// Documents [`working`].
pub fn working_doc() -> Doc {
    Doc::new("getTaxonomyProgress", TAG, "How far the comments were read again, and how far the proposal's effect is known.")
        .answers::<Working>(200, "How far", json!({ "reading": { "done": 500, "of": 12_000 }, "foreseeing": null }))
}

/// Documents [`versions`].
pub fn versions_doc() -> Doc {
    let example = json!({
        "version": 9, "at": "2026-03-22T12:00:00Z", "by": "Noor", "summary": "Learnt from 4 examples more", "categories": 24, "examples": 61,
        "present": true,
    });
    Doc::new("listTaxonomyVersions", TAG, "The versions of the categories.").answers::<VersionList>(
        200,
        "The versions",
        json!({ "items": [example] }),
    )
}

/// Documents [`compare`].
pub fn compare_doc() -> Doc {
    let example = json!({
        "from": 8, "to": 9, "added": ["Boarding"], "removed": [], "changed": ["Delay"], "examples_added": 4, "examples_removed": 0,
        "effect": effect(), "precision_from": measured(41, 60), "precision_to": measured(52, 60),
    });
    Doc::new(
        "compareTaxonomyVersions",
        TAG,
        "Hold two versions against each other: what differs, what moved, how often each is right.",
    )
    .query::<ComparisonParameters>()
    .answers::<Comparison>(200, "What differs", example)
    .or(ProblemCode::NotFound)
}

/// Documents [`roll_back`].
pub fn roll_back_doc() -> Doc {
    Doc::new("rollBackTaxonomy", TAG, "Make a new version that equals an old one; all comments are read again in the background.")
        .takes::<RollBackWanted>(json!({ "version": 9, "to": 8 }))
        .answers::<ChangeMade>(200, "Rolled back", json!({ "version": 10 }))
        .or(ProblemCode::NotFound)
        .or(ProblemCode::Conflict)
}

/// Documents [`precise`].
pub fn precise_doc() -> Doc {
    let example = json!({
        "passages": 60, "all": measured(52, 60), "found": measured(52, 58),
        "categories": [{ "category": "729382736510", "precision": measured(18, 20), "found": measured(18, 21) }],
    });
    Doc::new(
        "getPrecision",
        TAG,
        "How often the present version is right on the company's own corrections, each left out when it is asked.",
    )
    .answers::<Precision>(200, "How often", example)
}

/// Documents [`next_to_label`].
pub fn next_to_label_doc() -> Doc {
    let example = json!({
        "feedback": "729382736999", "span": { "start": 0, "end": 35 }, "text": "We sat on the tarmac for two hours.",
        "guesses": [{ "category": "729382736510", "confidence": 0.5 }], "doubt": 0.9,
    });
    Doc::new("listUsefulToLabel", TAG, "The passages on which the reader is least sure, spread over what they are about.")
        .query::<UsefulParameters>()
        .answers::<UsefulList>(200, "The passages", json!({ "items": [example] }))
}
