//! Exposures: how often something happened on a day in a stage; listed and handed over.

use axum::Json;
use axum::extract::State;
use heard_domain::id::StageId;
use heard_domain::operation::{Entry, Exposure, NewExposure};
use heard_domain::time::Day;
use heard_flow::arrange::customer;
use heard_store::tables::exposure::Wanted;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::api::v1::accounts::limit;
use crate::api::v1::kept::{KeptList, example as kept_example, keep};
use crate::api::v1::sight::{one, unknown};
use crate::extract::{Asked, Body};
use crate::problem::Problem;
use crate::route::Doc;
use crate::state::AppState;
use crate::viewer::Caller;

/// Exposures to be kept.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ExposureBatch {
    /// 1 to 1,000.
    pub items: Vec<NewExposure>,
}

/// Exposures, latest day first.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct ExposureList {
    /// The cells.
    pub items: Vec<Exposure>,
    /// The cursor of the next page; none on the last.
    pub next: Option<String>,
}

/// Which exposures.
#[derive(JsonSchema, Serialize)]
pub struct ExposureParameters {
    /// In this stage.
    #[serde(default)]
    stage: Option<StageId>,
    /// What is counted.
    #[serde(default)]
    measure: Option<String>,
    /// At this place.
    #[serde(default)]
    place: Option<String>,
    /// The first day.
    #[serde(default)]
    from: Option<Day>,
    /// The last day.
    #[serde(default)]
    to: Option<Day>,
    /// `next` of the page before.
    #[serde(default)]
    cursor: Option<u32>,
    /// How many at most: 1 to 1,000, 200 if not said.
    #[serde(default)]
    #[schemars(range(min = 1, max = 1000))]
    limit: Option<u32>,
}

/// Lists exposures.
pub async fn list(State(state): State<AppState>, caller: Caller, Asked(pairs): Asked) -> Result<Json<ExposureList>, Problem> {
    let (mut wanted, mut skip, mut most) = (Wanted::default(), 0_u64, 200);
    for (name, value) in pairs {
        match name.as_str() {
            "stage" => wanted.stage = Some(one("stage", &value)?),
            "measure" => wanted.measure = Some(value),
            "place" => wanted.place = Some(value),
            "from" => wanted.from = Some(one("from", &value)?),
            "to" => wanted.to = Some(one("to", &value)?),
            "cursor" => skip = one::<u32>("cursor", &value)?.into(),
            "limit" => most = limit(&value)?,
            _ => unknown(&[(name, value)])?,
        }
    }
    let mut items = customer::exposures(&state.flow, &caller.scope, wanted, skip, most + 1).await?;
    let next = (items.len() > most).then(|| (skip + most as u64).to_string());
    items.truncate(most);
    Ok(Json(ExposureList { items, next }))
}

/// Keeps exposures.
pub async fn offer(
    State(state): State<AppState>,
    caller: Caller,
    Body(batch): Body<ExposureBatch>,
) -> Result<Json<KeptList>, Problem> {
    let cell = |cell| Entry::Exposures { cells: vec![cell] };
    Ok(Json(keep(&state, &caller, batch.items.into_iter().map(cell).collect()).await?))
}

/// Documents [`list`].
pub fn list_doc() -> Doc {
    let shown = json!({ "day": "2026-03-22", "stage": "729382736001", "measure": "orders", "place": "HEL", "count": 1204 });
    Doc::new("listExposures", "Operational data", "List how often something happened, latest day first.")
        .query::<ExposureParameters>()
        .answers::<ExposureList>(200, "One page", json!({ "items": [shown], "next": null }))
}

/// Documents [`offer`].
pub fn offer_doc() -> Doc {
    let new = json!({ "day": "2026-03-22", "stage": "Book", "measure": "orders", "place": "HEL", "count": 1204 });
    let about = "Hand over exposures: the same day, stage, measure and place again replaces the count.";
    Doc::new("keepExposures", "Operational data", about).takes::<ExposureBatch>(json!({ "items": [new] })).answers::<KeptList>(
        200,
        "What became of each",
        kept_example(None),
    )
}
