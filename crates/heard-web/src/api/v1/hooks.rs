//! Deliveries of other systems, signed as Standard Webhooks says: the signature over the raw body is the only way in.

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderMap;
use heard_domain::id::{FeedbackId, WebhookId};
use heard_flow::hear::hook::{Delivered, deliver as hear};
use heard_flow::signature::Delivery;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::extract::{Id, too_large};
use crate::problem::{InvalidParam, Problem, ProblemCode};
use crate::route::Doc;
use crate::state::AppState;

/// The largest delivery, in bytes.
pub const LARGEST: usize = 1 << 20;

/// One feedback of a delivery.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct HeardOnce {
    /// Its identifier.
    pub id: FeedbackId,
    /// Whether it was not there before.
    pub new: bool,
}

/// What became of a delivery.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Receipt {
    /// One for each feedback, in the order of the body.
    pub results: Vec<HeardOnce>,
}

/// Takes in a delivery: all of it, or nothing. Acknowledged only when it is durable.
pub async fn deliver(
    State(state): State<AppState>,
    id: Result<Id<WebhookId>, Problem>,
    headers: HeaderMap,
    body: Result<Bytes, axum::extract::rejection::BytesRejection>,
) -> Result<Json<Receipt>, Problem> {
    let unknown = || Problem::new(ProblemCode::Unauthorized, "the signature does not fit this webhook");
    let Id(id) = id.map_err(|_| unknown())?;
    let body = body.map_err(|rejection| match rejection.status().as_u16() {
        413 => too_large(),
        _ => Problem::new(ProblemCode::BadRequest, "the body broke off"),
    })?;
    let said = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let delivery = Delivery {
        id: said("webhook-id"),
        timestamp: said("webhook-timestamp"),
        signature: said("webhook-signature"),
        body: &body,
    };
    match hear(&state.flow, id, delivery).await? {
        Delivered::Taken(taken) => {
            Ok(Json(Receipt { results: taken.into_iter().map(|(id, new)| HeardOnce { id, new }).collect() }))
        }
        Delivered::Unsigned(reason) => Err(Problem::new(ProblemCode::Unauthorized, reason)),
        Delivered::Misfits(misfits) => {
            let invalid = misfits.into_iter().map(|bad| InvalidParam { name: bad.field, reason: bad.reason }).collect();
            Err(Problem { invalid, ..Problem::new(ProblemCode::Validation, "nothing of it was taken") })
        }
    }
}

/// Documents [`deliver`].
pub fn deliver_doc() -> Doc {
    let feedback = json!({ "key": "ticket-8841", "at": "2026-03-22T14:05:00Z", "text": "We left three hours late." });
    let receipt = json!({ "results": [{ "id": "729382736600", "new": true }] });
    Doc::new(
        "deliverWebhook",
        "Listening posts",
        "Hand over feedback with a signature instead of a token: headers webhook-id, webhook-timestamp and webhook-signature as Standard Webhooks says.",
    )
    .takes::<Value>(feedback)
    .answers::<Receipt>(200, "All of it is heard, once", receipt)
    .or(ProblemCode::Unauthorized)
}
