//! What a form of a case asks for, done; and comments that open a case by hand.

use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use heard_domain::id::{CaseId, CasePromiseId, FeedbackId, TaskId};
use heard_flow::act::change::{self, CaseDeed, CaseDraft};
use heard_flow::act::look;
use heard_flow::act::promise::{self, CasePromiseDraft};
use heard_flow::act::thread::{self, TaskDraft};
use heard_flow::error::FlowError;
use heard_flow::measure::quotes::many;

use crate::extract::{Form, Id};
use crate::pages::cases::show::again;
use crate::problem::Problem;
use crate::state::AppState;
use crate::viewer::Viewer;

/// What a form wants done to a case.
pub async fn deed(state: &AppState, viewer: &Viewer, form: &Form) -> Result<CaseDeed, Problem> {
    let text = || form.get("text").replace("\r\n", "\n");
    let way = || form.get("way").parse().map_err(|_| Problem::field("way", "must be chosen: by which way was it said"));
    Ok(match form.get("do") {
        "assign" => CaseDeed::Assign { to: form.get("to").parse().map_err(|_| Problem::field("to", "must be chosen"))? },
        "take" => CaseDeed::Take,
        "move" => {
            let department = form.get("department").parse().map_err(|_| Problem::field("department", "must be chosen"))?;
            CaseDeed::Move { to: department }
        }
        "urgency" => {
            CaseDeed::Urgency { to: form.get("urgency").parse().map_err(|_| Problem::field("urgency", "must be chosen"))? }
        }
        "answer" => CaseDeed::Answer { text: text(), way: way()? },
        "ask" => CaseDeed::Ask { text: text(), way: way()? },
        "said" => CaseDeed::Said { text: text(), way: way()? },
        "close" => CaseDeed::Close,
        "reopen" => CaseDeed::Reopen,
        "merge" => CaseDeed::Merge { into: other(state, viewer, form.get("number")).await? },
        "unmerge" => CaseDeed::Unmerge,
        _ => return Err(Problem::field("do", "must say what is to be done")),
    })
}

/// The case that people call “C-1042”.
async fn other(state: &AppState, viewer: &Viewer, given: &str) -> Result<CaseId, Problem> {
    let digits: String = given.chars().filter(char::is_ascii_digit).collect();
    let number = digits.parse().map_err(|_| Problem::field("number", "must be the number of a case, like C-1042"))?;
    let found = look::numbered(&state.flow, &viewer.scope, number).await?;
    found.ok_or_else(|| FlowError::Unknown { field: "number", what: "case" }.into())
}

/// Where a form leads back to: only within the cases.
fn back(form: &Form, id: CaseId) -> String {
    let given = form.get("back");
    let own = given == "/cases" || given.starts_with("/cases?") || given.starts_with("/cases/");
    if own { given.to_owned() } else { format!("/cases/{id}") }
}

/// Does something to a case.
pub async fn change(State(state): State<AppState>, viewer: Viewer, Id(id): Id<CaseId>, form: Form) -> Result<Response, Problem> {
    look::open(&state.flow, &viewer.scope, id).await?;
    let outcome = async {
        let deed = deed(&state, &viewer, &form).await?;
        let version = form.get("version").parse().ok();
        change::change(&state.flow, &viewer.scope, id, version, deed).await.map_err(Problem::from)
    };
    match outcome.await {
        Ok(_) => Ok(Redirect::to(&back(&form, id)).into_response()),
        Err(problem) => again(&state, &viewer, id, &form, &problem).await,
    }
}

/// Notes something that only staff see.
pub async fn note(State(state): State<AppState>, viewer: Viewer, Id(id): Id<CaseId>, form: Form) -> Result<Response, Problem> {
    look::open(&state.flow, &viewer.scope, id).await?;
    match thread::note(&state.flow, &viewer.scope, id, &form.get("text").replace("\r\n", "\n")).await {
        Ok(_) => Ok(Redirect::to(&back(&form, id)).into_response()),
        Err(error) => again(&state, &viewer, id, &form, &error.into()).await,
    }
}

fn task_draft(form: &Form) -> Result<TaskDraft, Problem> {
    let due = match form.get("due") {
        "" => None,
        day => Some(day.parse().map_err(|_| Problem::field("due", "must be a day"))?),
    };
    let owner = match form.get("owner") {
        "" => None,
        id => Some(id.parse().map_err(|_| Problem::field("owner", "must be a colleague"))?),
    };
    Ok(TaskDraft { words: form.get("words").to_owned(), owner, due, done: form.get("done") == "yes" })
}

/// Sets a task.
pub async fn task(State(state): State<AppState>, viewer: Viewer, Id(id): Id<CaseId>, form: Form) -> Result<Response, Problem> {
    look::open(&state.flow, &viewer.scope, id).await?;
    let outcome = async {
        let draft = task_draft(&form)?;
        thread::set_task(&state.flow, &viewer.scope, id, draft).await.map_err(Problem::from)
    };
    match outcome.await {
        Ok(_) => Ok(Redirect::to(&back(&form, id)).into_response()),
        Err(problem) => again(&state, &viewer, id, &form, &problem).await,
    }
}

/// Notes what the customer was promised.
pub async fn promise(State(state): State<AppState>, viewer: Viewer, Id(id): Id<CaseId>, form: Form) -> Result<Response, Problem> {
    look::open(&state.flow, &viewer.scope, id).await?;
    let outcome = async {
        let due = form.get("due").parse().map_err(|_| Problem::field("due", "must be a day"))?;
        let draft = CasePromiseDraft { words: form.get("promised").to_owned(), due };
        promise::promise(&state.flow, &viewer.scope, id, draft).await.map_err(Problem::from)
    };
    match outcome.await {
        Ok(_) => Ok(Redirect::to(&back(&form, id)).into_response()),
        Err(problem) => again(&state, &viewer, id, &form, &problem).await,
    }
}

/// Says that a promise was kept, or that it was not.
pub async fn kept(
    State(state): State<AppState>,
    viewer: Viewer,
    Id(id): Id<CasePromiseId>,
    form: Form,
) -> Result<Redirect, Problem> {
    let promise = promise::keep(&state.flow, &viewer.scope, id, form.get("done") == "yes").await?;
    Ok(Redirect::to(&back(&form, promise.case)))
}

/// Says that a task is done, or that it is not.
pub async fn done(State(state): State<AppState>, viewer: Viewer, Id(id): Id<TaskId>, form: Form) -> Result<Redirect, Problem> {
    let task = thread::task(&state.flow, &viewer.scope, id).await?;
    let draft = TaskDraft { done: form.get("done") == "yes", ..thread::draft(&task) };
    thread::change_task(&state.flow, &viewer.scope, id, draft).await?;
    Ok(Redirect::to(&back(&form, task.case)))
}

/// Opens a case for a comment.
pub async fn open(
    State(state): State<AppState>,
    viewer: Viewer,
    Id(feedback): Id<FeedbackId>,
    form: Form,
) -> Result<Redirect, Problem> {
    let there = many(&state.flow, &viewer.scope, &[feedback]).await?;
    if there.is_empty() {
        return Err(Problem::missing("feedback"));
    }
    let department = form.get("department").parse().map_err(|_| Problem::field("department", "must be chosen"))?;
    let urgency = form.get("urgency").parse().ok();
    let kept = change::open(&state.flow, &viewer.scope, CaseDraft { feedback, department, urgency }).await?;
    Ok(Redirect::to(&format!("/cases/{}", kept.case.id)))
}
