//! The category of an issue that gathers nothing by itself: what it would be made of, and making it.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use heard_domain::id::IssueId;
use heard_flow::act::issues::category::{self, CategoryMade, CategoryOffer, IssueCategory};
use serde_json::json;

use crate::extract::{Body, Id, json as answered};
use crate::problem::{Problem, ProblemCode};
use crate::route::Doc;
use crate::state::AppState;
use crate::viewer::Caller;

/// What it would be made of.
pub async fn show(State(state): State<AppState>, caller: Caller, Id(id): Id<IssueId>) -> Result<Json<CategoryOffer>, Problem> {
    Ok(Json(category::offer(&state.flow, &caller.scope, id).await?))
}

/// Makes it.
pub async fn make(
    State(state): State<AppState>,
    caller: Caller,
    Id(id): Id<IssueId>,
    Body(wanted): Body<IssueCategory>,
) -> Result<(StatusCode, Json<CategoryMade>), Problem> {
    Ok(answered(StatusCode::CREATED, category::make(&state.flow, &caller.scope, id, wanted).await?))
}

/// Documents [`show`].
pub fn show_doc() -> Doc {
    let about = "What a category of an issue would be made of: the passages that tell it, of the comments that were joined to it. An issue without a category \
         gathers nothing, and its fix cannot be verified.";
    let draft = json!({
        "name": "Login code", "definition": "What customers say about login, code.", "watch_words": [], "stage": "729382736501", "departments": [],
    });
    let passage = json!({
        "feedback": "729382736545", "span": { "start": 0, "end": 27 }, "stage": "729382736501", "text": "The login code never came.",
    });
    let alike = json!({
        "feedback": "729382736401", "span": { "start": 0, "end": 26 }, "stage": null, "text": "Your codes are too long ones",
    });
    Doc::new("offerIssueCategory", "Issues", about).answers::<CategoryOffer>(
        200,
        "What it would be made of",
        json!({ "version": 3, "category": draft, "passages": [passage], "alike": [alike] }),
    )
}

/// Documents [`make`].
pub fn make_doc() -> Doc {
    let about = "Make a category of an issue, or let it gather one that is there: the passages become examples, and the issue gathers complaints of the category at its \
         stage. The examples wait as a proposal: what they would move is shown before it is applied. Not while a department has signed that it is fixed.";
    let draft = json!({
        "name": "Login code", "definition": "Codes for signing in that do not arrive", "watch_words": [], "stage": null, "departments": [],
    });
    let said = json!({ "feedback": "729382736545", "span": { "start": 0, "end": 12 }, "belongs": true });
    Doc::new("makeIssueCategory", "Issues", about)
        .takes::<IssueCategory>(
            json!({ "version": null, "existing": null, "parent": null, "category": draft, "passages": [said] }),
        )
        .answers::<CategoryMade>(
            201,
            "The category, with its examples",
            json!({ "category": "729382736510", "version": 13, "examples": ["729382736701"] }),
        )
        .or(ProblemCode::Conflict)
}
