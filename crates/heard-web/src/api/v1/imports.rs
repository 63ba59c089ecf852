//! Imports: a file is handed over, looked at, confirmed; it comes in while progress is asked for.

use axum::Json;
use axum::body::Body as Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use heard_domain::feedback::NewFeedback;
use heard_domain::id::{ImportId, TemplateId};
use heard_domain::import::{BadRow, Import, Mapping};
use heard_domain::operation::Entry;
use heard_domain::starter::industry::Industry;
use heard_domain::user::Grant;
use heard_flow::arrange::template;
use heard_flow::hear::import;
use heard_flow::hear::preview;
use heard_flow::hear::progress::{Progress, progress};
use heard_flow::hear::undo::{self, UndoForeseen};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::api::v1::sight::{one, unknown};
use crate::extract::{Asked, Body, Id};
use crate::problem::{Problem, ProblemCode};
use crate::route::Doc;
use crate::state::AppState;
use crate::upload;
use crate::viewer::Caller;

/// How many imports are listed.
const LISTED: usize = 200;

/// Imports, newest first.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct ImportList {
    /// The latest 200.
    pub items: Vec<Import>,
}

/// Lists the imports.
pub async fn list(State(state): State<AppState>, caller: Caller) -> Result<Json<ImportList>, Problem> {
    Ok(Json(ImportList { items: import::list(&state.flow, &caller.scope, LISTED).await? }))
}

/// What the file is called.
#[derive(JsonSchema, Serialize)]
pub struct FileParameters {
    /// The file's name: shown, and looked at where the industry is guessed.
    #[serde(default)]
    name: Option<String>,
}

/// Takes a file: its bytes are the body.
pub async fn receive(
    State(state): State<AppState>,
    caller: Caller,
    Asked(pairs): Asked,
    body: Bytes,
) -> Result<(StatusCode, Json<Import>), Problem> {
    let (names, others): (Vec<_>, Vec<_>) = pairs.into_iter().partition(|(name, _)| name == "name");
    unknown(&others)?;
    let name = names.into_iter().next().map_or("file".to_owned(), |(_, value)| value);
    Ok((StatusCode::CREATED, Json(upload::raw(&state, &caller.scope, &name, body).await?)))
}

/// An import and how far it is.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct ImportShown {
    /// The import.
    #[serde(flatten)]
    pub import: Import,
    /// Rows a second, while it runs.
    pub rows_per_second: Option<f64>,
    /// Seconds left for the rows, by that rate.
    pub seconds_left: Option<f64>,
    /// Feedback that is kept and waits to be read, over all sources.
    pub to_be_read: u64,
}

/// Shows an import and how far it is.
pub async fn show(State(state): State<AppState>, caller: Caller, Id(id): Id<ImportId>) -> Result<Json<ImportShown>, Problem> {
    let Progress { import, rows_per_second, seconds_left, to_be_read } = progress(&state.flow, &caller.scope, id).await?;
    Ok(Json(ImportShown { import, rows_per_second, seconds_left, to_be_read }))
}

/// A row as it would be heard.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct PreviewRow {
    /// The row, from 1 for the first under the header.
    pub row: u64,
    /// The feedback in it.
    pub feedback: NewFeedback,
}

/// A row of operational data as it would be kept.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct PreviewEntry {
    /// The row, from 1 for the first under the header.
    pub row: u64,
    /// What stands in it.
    pub entry: Entry,
}

/// A file as it would be heard.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct PreviewShown {
    /// The import with its mapping.
    pub import: Import,
    /// The first rows of feedback as they would be heard; empty without `feedback:read`.
    pub rows: Vec<PreviewRow>,
    /// The first rows of operational data as they would be kept; empty without `persons:read`.
    pub entries: Vec<PreviewEntry>,
    /// How sure the guess of each column is (0-1), and why; none where it was not guessed.
    pub sure: Option<Vec<(f32, String)>>,
    /// What should be known before it is confirmed: which sheet is read, what was guessed, what is unlike last time.
    pub remarks: Vec<String>,
    /// The first rows that could not be taken, or only in part.
    pub bad: Vec<BadRow>,
    /// How many rows were tried.
    pub tried: u64,
    /// How many of these could not be taken.
    pub refused: u64,
    /// Whether the mapping was remembered from a file of the same shape.
    pub remembered: bool,
    /// An earlier import of the very same bytes.
    pub earlier: Option<ImportId>,
    /// Where the company has no journey yet: the industry whose starter seems to fit.
    pub industry: Option<Industry>,
}

/// Shows a file as it would be heard.
pub async fn preview(State(state): State<AppState>, caller: Caller, Id(id): Id<ImportId>) -> Result<Json<PreviewShown>, Problem> {
    let seen = preview::preview(&state.flow, &caller.scope, id, None).await?;
    Ok(Json(PreviewShown {
        rows: seen.rows.into_iter().map(|(row, feedback)| PreviewRow { row, feedback }).collect(),
        entries: seen.entries.into_iter().map(|(row, entry)| PreviewEntry { row, entry }).collect(),
        sure: seen.sure,
        remarks: seen.remarks,
        import: seen.import,
        bad: seen.bad,
        tried: seen.tried,
        refused: seen.refused,
        remembered: seen.remembered,
        earlier: seen.earlier.map(|earlier| earlier.id),
        industry: seen.industry,
    }))
}

/// How the columns are understood.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Confirmation {
    /// How the columns are understood; none: as the import says.
    #[serde(default)]
    pub mapping: Option<Mapping>,
    /// The template by which they are understood, in place of a mapping.
    #[serde(default)]
    pub template: Option<TemplateId>,
    /// Where the company has no journey yet: the industry whose journey and categories it begins with.
    #[serde(default)]
    pub starter: Option<Industry>,
}

/// Confirms: rows begin to come in.
pub async fn confirm(
    State(state): State<AppState>,
    caller: Caller,
    Id(id): Id<ImportId>,
    Body(said): Body<Confirmation>,
) -> Result<(StatusCode, Json<Import>), Problem> {
    let there = import::get(&state.flow, &caller.scope, id).await?.mapping;
    let mapping = match (said.mapping, said.template) {
        (Some(_), Some(_)) => return Err(Problem::field("template", "either a mapping or a template")),
        (Some(mapping), None) => mapping,
        (None, Some(template)) => {
            let template = template::get(&state.flow, &caller.scope, template).await?;
            template.mapping.fitted(there.columns.iter().map(|(name, _)| name.as_str()))
        }
        (None, None) => there,
    };
    let confirmed = import::confirm(&state.flow, &caller.scope, id, mapping, said.starter).await?;
    Ok((StatusCode::ACCEPTED, Json(confirmed)))
}

/// How bad rows are paged.
#[derive(JsonSchema, Serialize)]
pub struct BadRowParameters {
    /// `next` of the page before.
    #[serde(default)]
    cursor: Option<u32>,
    /// How many at most: 1 to 1,000, 200 if not said.
    #[serde(default)]
    #[schemars(range(min = 1, max = 1000))]
    limit: Option<u32>,
}

/// Rows that could not be taken, in the order of the file.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct BadRowList {
    /// The rows.
    pub items: Vec<BadRow>,
    /// The cursor of the next page; none on the last.
    pub next: Option<String>,
}

/// Lists the bad rows.
pub async fn bad_rows(
    State(state): State<AppState>,
    caller: Caller,
    Id(id): Id<ImportId>,
    Asked(pairs): Asked,
) -> Result<Json<BadRowList>, Problem> {
    let (mut skip, mut limit) = (0, 200);
    for (name, value) in pairs {
        match name.as_str() {
            "cursor" => skip = one::<u32>("cursor", &value)?.into(),
            "limit" => limit = one::<usize>("limit", &value)?,
            _ => unknown(&[(name, value)])?,
        }
    }
    if !(1..=1000).contains(&limit) {
        return Err(Problem::field("limit", "must be 1 to 1000"));
    }
    let mut items = import::bad_rows(&state.flow, &caller.scope, id, skip, limit + 1).await?;
    let next = (items.len() > limit).then(|| (skip + limit as u64).to_string());
    items.truncate(limit);
    Ok(Json(BadRowList { items, next }))
}

/// Stops an import.
pub async fn cancel(State(state): State<AppState>, caller: Caller, Id(id): Id<ImportId>) -> Result<Json<Import>, Problem> {
    Ok(Json(import::cancel(&state.flow, &caller.scope, id).await?))
}

/// Shows what undoing an import would do.
pub async fn foresee(State(state): State<AppState>, caller: Caller, Id(id): Id<ImportId>) -> Result<Json<UndoForeseen>, Problem> {
    let mut seen = undo::foresee(&state.flow, &caller.scope, id).await?;
    if !caller.scope.may(Grant::ReadFeedback) {
        seen.staying.clear();
    }
    Ok(Json(seen))
}

/// Begins to undo an import.
pub async fn undo(
    State(state): State<AppState>,
    caller: Caller,
    Id(id): Id<ImportId>,
) -> Result<(StatusCode, Json<Import>), Problem> {
    Ok((StatusCode::ACCEPTED, Json(undo::undo(&state.flow, &caller.scope, id).await?)))
}

/// Documents [`foresee`].
pub fn foresee_doc() -> Doc {
    let seen = json!({
        "import": example("done"), "feedback_removed": 812, "feedback_restored": 3, "feedback_kept": 1, "staying": ["729382737001"],
        "corrections": 2, "removed": 0, "restored": 0, "kept": 0,
    });
    Doc::new("previewUndo", "Imports", "What undoing an import would do; nothing is done.")
        .answers::<UndoForeseen>(200, "What would happen", seen)
        .or(ProblemCode::Conflict)
}

/// Documents [`undo`].
pub fn undo_doc() -> Doc {
    Doc::new("undoImport", "Imports", "Undo an import: what was new with it goes, what it changed gets back what it was.")
        .answers::<Import>(202, "It is being undone", example("undoing"))
        .or(ProblemCode::Conflict)
}

fn mapping() -> Value {
    json!({
        "kind": "feedback",
        "preset": "generic",
        "columns": [
            ["id", { "as": "key" }], ["date", { "as": "time" }], ["comment", { "as": "text" }],
            ["nps", { "as": "rating", "scale": "NPS", "formula": "nps", "min": 0.0, "max": 10.0 }],
            ["route", { "as": "attribute", "name": "route" }], ["internal", { "as": "skip" }],
        ],
        "dates": "ymd", "zone": null, "channel": "survey", "post": "Survey after the flight",
    })
}

fn example(state: &str) -> Value {
    json!({
        "id": "729382736800", "name": "survey.csv", "hash": "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae",
        "bytes": 81244, "format": "csv", "mapping": mapping(), "post": null, "state": state, "rows": 812, "done": 0, "added": 0,
        "known": 0, "revised": 0, "bad": 0, "failure": null, "at": "2026-03-22T14:05:00Z", "finished": null,
        "undoing": null, "source": null,
    })
}

fn bad() -> Value {
    json!({ "row": 17, "line": 18, "column": "date", "reason": "is not a date", "sample": "31.02.2026" })
}

/// Documents [`list`].
pub fn list_doc() -> Doc {
    Doc::new("listImports", "Imports", "List the latest imports.").answers::<ImportList>(
        200,
        "The imports",
        json!({ "items": [example("preview")] }),
    )
}

/// Documents [`receive`].
pub fn receive_doc() -> Doc {
    Doc::new(
        "createImport",
        "Imports",
        "Hand over a file: CSV or JSONL in any encoding, its bytes as the body. Nothing is heard before it is confirmed.",
    )
    .query::<FileParameters>()
    .takes_file("id,date,comment,nps\n1,2026-03-22,Lovely crew,9\n")
    .answers::<Import>(201, "It is there and waits to be confirmed", example("preview"))
}

/// Documents [`show`].
pub fn show_doc() -> Doc {
    let mut shown = example("running");
    shown["rows_per_second"] = 9200.0.into();
    shown["seconds_left"] = 4.5.into();
    shown["to_be_read"] = 1000.into();
    Doc::new("getImport", "Imports", "An import and how far it is.").answers::<ImportShown>(200, "The import", shown)
}

/// Documents [`preview`].
pub fn preview_doc() -> Doc {
    let feedback = json!({ "key": "1", "at": "2026-03-22T00:00:00Z", "text": "Lovely crew", "ratings": [{ "scale": "NPS", "formula": "nps", "value": 9.0 }] });
    let seen = json!({
        "import": example("preview"), "rows": [{ "row": 1, "feedback": feedback }], "entries": [], "sure": [[0.95, "tells all rows apart"]],
        "remarks": ["the sheet “Answers” is read, “Notes” is not"], "bad": [bad()], "tried": 812, "refused": 1,
        "remembered": false, "earlier": null, "industry": "airline",
    });
    Doc::new("previewImport", "Imports", "A file as it would be heard, with the rows that could not be taken.")
        .answers::<PreviewShown>(200, "The preview", seen)
        .or(ProblemCode::Conflict)
        .or(ProblemCode::Validation)
}

/// Documents [`confirm`].
pub fn confirm_doc() -> Doc {
    Doc::new(
        "confirmImport",
        "Imports",
        "Confirm how the columns are understood: rows begin to come in. It is remembered for the next file of this shape.",
    )
    .takes::<Confirmation>(json!({ "mapping": mapping(), "starter": "airline" }))
    .answers::<Import>(202, "It runs", example("running"))
    .or(ProblemCode::Conflict)
}

/// Documents [`bad_rows`].
pub fn bad_rows_doc() -> Doc {
    Doc::new("listBadRows", "Imports", "The rows that could not be taken: row, column, reason, sample.")
        .query::<BadRowParameters>()
        .answers::<BadRowList>(200, "One page", json!({ "items": [bad()], "next": null }))
}

/// Documents [`cancel`].
pub fn cancel_doc() -> Doc {
    Doc::new("cancelImport", "Imports", "Stop an import; what came in so far stays.").answers::<Import>(
        200,
        "Stopped, or ended before",
        example("cancelled"),
    )
}
