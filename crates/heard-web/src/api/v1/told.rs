//! Who of those who raised an issue was told what became of it.

use axum::Json;
use axum::extract::State;
use heard_domain::id::IssueId;
use heard_flow::tell::told::{IssueTold, told};
use serde_json::json;

use crate::extract::Id;
use crate::problem::Problem;
use crate::route::Doc;
use crate::state::AppState;
use crate::viewer::Caller;

/// Shows it.
pub async fn show(State(state): State<AppState>, caller: Caller, Id(id): Id<IssueId>) -> Result<Json<IssueTold>, Problem> {
    Ok(Json(told(&state.flow, &caller.scope, id).await?))
}

/// Documents [`show`].
pub fn show_doc() -> Doc {
    let example = json!({
        "issue": "729382737501", "counts": { "raised": 44, "told": 41 }, "stage": "planned",
        "stages": [{ "stage": "acknowledged", "sent": 40, "waiting": 0, "troubled": 1, "pages": 1, "last": "2026-03-22T09:00:00Z" }],
        "runs": [], "subject": "What {{company}} will do about what you told us", "text": "Dear {{name}},",
    });
    let about = "How many of those who raised an issue were told what became of it, stage by stage, what may be told now, and words to begin \
                 with. To tell them, write a run of letters to the audience `issue`, look at it and send it: each person gets one for each stage.";
    Doc::new("getIssueTold", "Issues", about).answers::<IssueTold>(200, "Who was told", example)
}
