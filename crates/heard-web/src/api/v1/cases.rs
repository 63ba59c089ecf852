//! Cases: the queue, one with its thread, and what is done to them.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use heard_domain::case::CaseState;
use heard_domain::case_entry::{CaseEntry, Task};
use heard_domain::id::{AccountId, CaseId, CasePromiseId, CategoryId, DepartmentId, PersonId, PlaceId, StageId, TaskId, UserId};
use heard_domain::promise::CasePromise;
use heard_domain::rule::Urgency;
use heard_domain::time::Time;
use heard_flow::act::bulk::{self, CaseOutcome};
use heard_flow::act::change::{self, CaseDeed, CaseDraft};
use heard_flow::act::look::{self, CaseShown};
use heard_flow::act::promise::{self, CasePromiseDraft};
use heard_flow::act::thread::{self, TaskDraft};
use heard_flow::measure::known;
use heard_store::tables::case::{Answering, Sought};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::api::v1::accounts::limit;
use crate::api::v1::merge::merged;
use crate::api::v1::sight::{one, unknown};
use crate::extract::{Asked, Body, Id};
use crate::problem::{Problem, ProblemCode};
use crate::route::Doc;
use crate::state::AppState;
use crate::viewer::Caller;

/// A page of the queue.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct CaseList {
    /// The cases in sight, what is due first first; then what is not due, the newest first.
    pub items: Vec<CaseShown>,
    /// How many fit in all.
    pub total: u64,
    /// The cursor of the next page; none on the last.
    pub next: Option<String>,
}

/// A case with its thread and tasks.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct CaseWhole {
    /// The case.
    pub case: CaseShown,
    /// Its thread, oldest first.
    pub thread: Vec<CaseEntry>,
    /// Its tasks, in the order in which they were set.
    pub tasks: Vec<Task>,
    /// What the customer was promised, in the order in which it was.
    pub promises: Vec<CasePromise>,
}

/// What is done to a case.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CaseChange {
    /// The version that was looked at: whoever has seen an older one is told. None: whatever it is by now.
    #[serde(default)]
    pub version: Option<i64>,
    /// What is done.
    pub act: CaseDeed,
}

/// What is done to several cases.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CasesChange {
    /// 1 to 200.
    pub cases: Vec<CaseId>,
    /// What is done.
    pub act: CaseDeed,
}

/// What became of each.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct CaseOutcomes {
    /// In order of their identifiers.
    pub items: Vec<CaseOutcome>,
}

/// An internal note.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewNote {
    /// The words; `@` and the name of a colleague tells them.
    pub text: String,
}

/// Which cases.
#[derive(JsonSchema, Serialize)]
pub struct CaseParameters {
    /// In one of these states; none: all.
    #[serde(default)]
    state: Vec<CaseState>,
    /// Had by one of these departments, or contributed to by it.
    #[serde(default)]
    department: Vec<DepartmentId>,
    /// Answered for by this user; `nobody`: by nobody yet.
    #[serde(default)]
    assigned: Option<String>,
    /// Of one of these urgencies.
    #[serde(default)]
    urgency: Vec<Urgency>,
    /// About one of these categories.
    #[serde(default)]
    category: Vec<CategoryId>,
    /// At one of these stages.
    #[serde(default)]
    stage: Vec<StageId>,
    /// At one of these places.
    #[serde(default)]
    place: Vec<PlaceId>,
    /// Of one of these persons; needs `persons:read`.
    #[serde(default)]
    person: Vec<PersonId>,
    /// Of one of these accounts; needs `persons:read`.
    #[serde(default)]
    account: Vec<AccountId>,
    /// Due before this moment.
    #[serde(default)]
    due_before: Option<Time>,
    /// `next` of the page before.
    #[serde(default)]
    #[schemars(regex(pattern = "^[0-9]{1,19}\\.[0-9]{1,19}$"))]
    cursor: Option<String>,
    /// How many at most: 1 to 1,000, 200 if not said.
    #[serde(default)]
    #[schemars(range(min = 1, max = 1000))]
    limit: Option<u32>,
}

fn cursor(value: &str) -> Result<(i64, CaseId), Problem> {
    let wrong = || Problem::field("cursor", "must be “next” of the page before");
    let (due, id) = value.split_once('.').ok_or_else(wrong)?;
    Ok((due.parse().map_err(|_| wrong())?, id.parse().map_err(|_| wrong())?))
}

/// The cursor as it stands in an address.
pub fn written((due, id): (i64, CaseId)) -> String {
    format!("{due}.{id}")
}

/// Reads what belongs to a search for cases; what does not is left over.
pub fn sought(pairs: Vec<(String, String)>) -> Result<(Sought, Vec<(String, String)>), Problem> {
    let (mut sought, mut rest) = (Sought::default(), Vec::new());
    for (name, value) in pairs {
        match name.as_str() {
            "state" => sought.states.push(one("state", &value)?),
            "department" => sought.departments.push(one("department", &value)?),
            "assigned" if value == "nobody" => sought.assigned = Some(Answering::Nobody),
            "assigned" => sought.assigned = Some(Answering::User(one::<UserId>("assigned", &value)?)),
            "urgency" => sought.urgency.push(one("urgency", &value)?),
            "category" => sought.category.push(one("category", &value)?),
            "stage" => sought.stage.push(one("stage", &value)?),
            "place" => sought.place.push(one("place", &value)?),
            "person" => sought.person.push(one("person", &value)?),
            "account" => sought.account.push(one("account", &value)?),
            "due_before" => sought.due_before = Some(one("due_before", &value)?),
            _ => rest.push((name, value)),
        }
    }
    Ok((sought, rest))
}

/// What a search names is there and in sight.
pub async fn there(state: &AppState, caller: &Caller, sought: &Sought) -> Result<(), Problem> {
    let directory = heard_flow::seen::seen(&state.flow, &caller.scope).await?;
    if sought.departments.iter().any(|id| directory.department(*id).is_none()) {
        return Err(Problem::missing("department"));
    }
    if sought.place.iter().any(|id| directory.place(*id).is_none()) {
        return Err(Problem::missing("place"));
    }
    let filter = heard_domain::question::Filter {
        category: sought.category.clone(),
        stage: sought.stage.clone(),
        person: sought.person.clone(),
        account: sought.account.clone(),
        ..heard_domain::question::Filter::default()
    };
    crate::api::v1::feedback::persons_hidden(&caller.scope, &filter)?;
    known::filter(&state.flow, &caller.scope, &filter).await?;
    Ok(())
}

/// Lists them.
pub async fn list(State(state): State<AppState>, caller: Caller, Asked(pairs): Asked) -> Result<Json<CaseList>, Problem> {
    let (sought, rest) = sought(pairs)?;
    let (mut after, mut most, mut others) = (None, 200, Vec::new());
    for (name, value) in rest {
        match name.as_str() {
            "cursor" => after = Some(cursor(&value)?),
            "limit" => most = limit(&value)?,
            _ => others.push((name, value)),
        }
    }
    unknown(&others)?;
    there(&state, &caller, &sought).await?;
    let queue = look::queue(&state.flow, &caller.scope, &sought, after, most).await?;
    Ok(Json(CaseList { items: queue.cases, total: queue.total, next: queue.more.map(written) }))
}

/// Opens one for a comment.
pub async fn add(
    State(state): State<AppState>,
    caller: Caller,
    Body(draft): Body<CaseDraft>,
) -> Result<(StatusCode, Json<CaseShown>), Problem> {
    let kept = change::open(&state.flow, &caller.scope, draft).await?;
    Ok((StatusCode::CREATED, Json(shown(&state, &caller, kept)?)))
}

fn shown(state: &AppState, caller: &Caller, kept: heard_domain::kept_case::KeptCase) -> Result<CaseShown, Problem> {
    look::shown(&state.flow, &caller.scope, vec![kept]).pop().ok_or_else(|| Problem::missing("case"))
}

/// Shows one with its thread.
pub async fn show(State(state): State<AppState>, caller: Caller, Id(id): Id<CaseId>) -> Result<Json<CaseWhole>, Problem> {
    let opened = look::open(&state.flow, &caller.scope, id).await?;
    Ok(Json(CaseWhole { case: opened.case, thread: opened.thread, tasks: opened.tasks, promises: opened.promises }))
}

/// Does something to one.
pub async fn act(
    State(state): State<AppState>,
    caller: Caller,
    Id(id): Id<CaseId>,
    Body(CaseChange { version, act }): Body<CaseChange>,
) -> Result<Json<CaseShown>, Problem> {
    let kept = change::change(&state.flow, &caller.scope, id, version, act).await?;
    Ok(Json(shown(&state, &caller, kept)?))
}

/// Does the same to several.
pub async fn act_on_many(
    State(state): State<AppState>,
    caller: Caller,
    Body(CasesChange { cases, act }): Body<CasesChange>,
) -> Result<Json<CaseOutcomes>, Problem> {
    Ok(Json(CaseOutcomes { items: bulk::change(&state.flow, &caller.scope, cases, act).await? }))
}

/// Notes something that only staff see.
pub async fn note(
    State(state): State<AppState>,
    caller: Caller,
    Id(id): Id<CaseId>,
    Body(NewNote { text }): Body<NewNote>,
) -> Result<(StatusCode, Json<CaseEntry>), Problem> {
    Ok((StatusCode::CREATED, Json(thread::note(&state.flow, &caller.scope, id, &text).await?)))
}

/// Sets a task.
pub async fn add_task(
    State(state): State<AppState>,
    caller: Caller,
    Id(id): Id<CaseId>,
    Body(draft): Body<TaskDraft>,
) -> Result<(StatusCode, Json<Task>), Problem> {
    Ok((StatusCode::CREATED, Json(thread::set_task(&state.flow, &caller.scope, id, draft).await?)))
}

/// Changes a task.
pub async fn change_task(
    State(state): State<AppState>,
    caller: Caller,
    Id(id): Id<TaskId>,
    Body(patch): Body<Value>,
) -> Result<Json<Task>, Problem> {
    let there = thread::task(&state.flow, &caller.scope, id).await?;
    let draft = merged(&thread::draft(&there), patch)?;
    Ok(Json(thread::change_task(&state.flow, &caller.scope, id, draft).await?))
}

/// Notes what the customer was promised.
pub async fn add_promise(
    State(state): State<AppState>,
    caller: Caller,
    Id(id): Id<CaseId>,
    Body(draft): Body<CasePromiseDraft>,
) -> Result<(StatusCode, Json<CasePromise>), Problem> {
    Ok((StatusCode::CREATED, Json(promise::promise(&state.flow, &caller.scope, id, draft).await?)))
}

/// Whether a promise was kept.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CasePromiseKept {
    /// Whether it was, today at the latest.
    pub done: bool,
}

/// Says whether a promise was kept.
pub async fn keep_promise(
    State(state): State<AppState>,
    caller: Caller,
    Id(id): Id<CasePromiseId>,
    Body(CasePromiseKept { done }): Body<CasePromiseKept>,
) -> Result<Json<CasePromise>, Problem> {
    Ok(Json(promise::keep(&state.flow, &caller.scope, id, done).await?))
}

fn promise_example() -> Value {
    json!({
        "id": "729382737031", "case": "729382737001", "by": "729382736401", "words": "The bag is brought home", "due": "2026-03-24",
        "done": null,
    })
}

/// Documents [`add_promise`].
pub fn add_promise_doc() -> Doc {
    Doc::new("promiseInCase", "Cases", "Note what the customer of a case was promised, until the end of which day.")
        .takes::<CasePromiseDraft>(json!({ "words": "The bag is brought home", "due": "2026-03-24" }))
        .answers::<CasePromise>(201, "Noted", promise_example())
        .or(ProblemCode::Conflict)
}

/// Documents [`keep_promise`].
pub fn keep_promise_doc() -> Doc {
    Doc::new("keepPromiseInCase", "Cases", "Say that a promise in a case was kept today, or that it was not after all.")
        .takes::<CasePromiseKept>(json!({ "done": true }))
        .answers::<CasePromise>(200, "Said", promise_example())
        .or(ProblemCode::Conflict)
}

fn example() -> Value {
    json!({
        "id": "729382737001", "state": "open", "department": "729382736520", "assigned": "729382736401",
        "countdown": { "promised": 240, "used": 0, "since": "2026-03-22T14:05:00Z" }, "first_answer": null, "first_countdown": null,
        "last_answer": null,
        "asked": null, "helped": null, "reopened": 0, "merged": null, "number": 1042, "version": 2, "urgency": "high",
        "post": "729382736455", "person": "729382736321", "account": null, "stage": "729382736500", "category": "729382736510",
        "place": "729382736701", "here": false, "opened": "2026-03-22T14:05:00Z", "changed": "2026-03-22T14:11:00Z",
        "due": "2026-03-23T09:20:00Z", "departments": ["729382736521"], "feedback": ["729382736999"], "name": "C-1042",
        "clock": "3 h 20 min left", "late": false,
    })
}

fn entry() -> Value {
    json!({
        "id": "729382737011", "case": "729382737001", "kind": "note", "at": "2026-03-22T14:11:00Z", "by": "729382736401",
        "text": "@Noor Lind, was the gate changed twice?", "way": null, "mentions": ["729382736402"], "event": null,
    })
}

fn task() -> Value {
    json!({
        "id": "729382737021", "case": "729382737001", "words": "Ask the crew for the log", "owner": "729382736401",
        "due": "2026-03-24", "done": null,
    })
}

/// Documents [`list`].
pub fn list_doc() -> Doc {
    Doc::new("listCases", "Cases", "List cases by the time that is left: what is due first first.")
        .query::<CaseParameters>()
        .or(ProblemCode::NotFound)
        .answers::<CaseList>(200, "One page", json!({ "items": [example()], "total": 1, "next": null }))
}

/// Documents [`add`].
pub fn add_doc() -> Doc {
    let about = "Open a case for a comment; it joins the open case of the same person about the same.";
    Doc::new("openCase", "Cases", about)
        .or(ProblemCode::NotFound)
        .takes::<CaseDraft>(json!({ "feedback": "729382736999", "department": "729382736520", "urgency": "high" }))
        .answers::<CaseShown>(201, "The case", example())
        .or(ProblemCode::Conflict)
}

/// Documents [`show`].
pub fn show_doc() -> Doc {
    let whole = json!({ "case": example(), "thread": [entry()], "tasks": [task()], "promises": [promise_example()] });
    Doc::new("getCase", "Cases", "A case with its thread and tasks.").answers::<CaseWhole>(200, "The case", whole)
}

/// Documents [`act`].
pub fn act_doc() -> Doc {
    let about = "Do something to a case: assign, take, move, urgency, answer, ask, said, close, reopen, merge, unmerge. With \
         `version`, whoever has seen an older one is told and nothing is changed.";
    let answer = json!({ "do": "answer", "text": "We have found your bag: it comes tomorrow.", "way": "phone" });
    Doc::new("actOnCase", "Cases", about)
        .takes::<CaseChange>(json!({ "version": null, "act": answer }))
        .answers::<CaseShown>(200, "The case as it is now", example())
        .or(ProblemCode::Conflict)
}

/// Documents [`act_on_many`].
pub fn act_on_many_doc() -> Doc {
    let outcome = json!({ "case": "729382737001", "done": true, "reason": null });
    Doc::new("actOnCases", "Cases", "Do the same to several cases in one write; what cannot be done to one leaves the others be.")
        .takes::<CasesChange>(json!({ "cases": ["729382737001"], "act": { "do": "urgency", "to": "high" } }))
        .answers::<CaseOutcomes>(200, "What became of each", json!({ "items": [outcome] }))
        .or(ProblemCode::NotFound)
}

/// Documents [`note`].
pub fn note_doc() -> Doc {
    Doc::new("noteOnCase", "Cases", "Note something that only staff see. `@` and a colleague's name tells them.")
        .takes::<NewNote>(json!({ "text": "Was the gate changed twice?" }))
        .answers::<CaseEntry>(201, "Noted", entry())
}

/// Documents [`add_task`].
pub fn add_task_doc() -> Doc {
    Doc::new("setTask", "Cases", "Set a task in a case.")
        .takes::<TaskDraft>(
            json!({ "words": "Ask the crew for the log", "owner": "729382736401", "due": "2026-03-24", "done": false }),
        )
        .answers::<Task>(201, "Set", task())
        .or(ProblemCode::Conflict)
}

/// Documents [`change_task`].
pub fn change_task_doc() -> Doc {
    Doc::new("updateTask", "Cases", "Change a task, or say that it is done: only the fields sent (JSON merge patch).")
        .changes::<TaskDraft>(json!({ "done": true }))
        .answers::<Task>(200, "Changed", task())
}
