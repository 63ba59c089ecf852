//! The stream for programs: what arrives, as events with numbers; or what came since a number, as a document.

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use heard_domain::scope::Scope;
use heard_domain::user::Grant;
use heard_store::tables;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::api::v1::sight::{one, unknown};
use crate::arrival::{Arrival, arrivals, visible};
use crate::extract::Asked;
use crate::guard::bearer;
use crate::listener::{Pass, Voice, resume, stream, wants_stream};
use crate::live::BATCH;
use crate::problem::{Problem, ProblemCode};
use crate::route::Doc;
use crate::state::AppState;
use crate::viewer::Caller;

/// Where to go on.
#[derive(JsonSchema, Serialize)]
pub struct LiveParameters {
    /// The number of the last event that was taken; the header `Last-Event-ID` outranks it. None: from now on.
    #[serde(default)]
    #[schemars(regex(pattern = "^[0-9]{0,18}$"))]
    after: Option<String>,
}

/// What came since a number.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Arrivals {
    /// Events, oldest first: at most 200.
    pub events: Vec<Arrival>,
    /// Where to go on: as `after`.
    pub last: String,
    /// The number asked for is not kept any more: some events are missed. List the feedback to be whole again.
    pub reset: bool,
}

/// Streams what arrives to whoever accepts `text/event-stream`; answers others with what came since.
pub async fn listen(
    State(state): State<AppState>,
    caller: Caller,
    headers: HeaderMap,
    Asked(pairs): Asked,
) -> Result<Response, Problem> {
    let mut after = None;
    let mut rest = Vec::new();
    for (name, value) in pairs {
        match name.as_str() {
            "after" if value.is_empty() => {}
            "after" => after = Some(one::<i64>("after", &value)?),
            _ => rest.push((name, value)),
        }
    }
    unknown(&rest)?;
    if after.is_some_and(|after| after < 0) {
        return Err(Problem::field("after", "must be a number of an event: 0 or more"));
    }
    let after = resume(&headers, after);
    if wants_stream(&headers) {
        let pass = Pass::Token(bearer(&headers).unwrap_or_default());
        return stream((&state.flow, &state.live), caller.scope, pass, Voice::Whole, after);
    }
    since(&state, &caller.scope, after).await.map(|arrivals| Json(arrivals).into_response())
}

async fn since(state: &AppState, scope: &Scope, after: Option<i64>) -> Result<Arrivals, Problem> {
    let look = move |view: &heard_store::view::View| {
        let (first, last) = (tables::outbox::first(view)?, tables::outbox::last(view)?);
        let after = after.unwrap_or(last);
        let reset = after > last || (after < last && first > after + 1);
        let changes = if reset { Vec::new() } else { tables::outbox::changes(view, after, BATCH)? };
        Ok((changes, if reset { last } else { after }, reset))
    };
    let (mut changes, after, reset) = state.flow.store.read(&Scope::system(), look).await?;
    let last = changes.last().map_or(after, |change| change.sequence);
    changes.retain(|change| visible(scope, change));
    let events = arrivals(&state.flow, &changes).await?;
    let persons = scope.may(Grant::ReadPersons);
    let events = events.into_iter().map(|arrival| if persons { arrival } else { arrival.veiled() }).collect();
    Ok(Arrivals { events, last: last.to_string(), reset })
}

/// Documents [`listen`].
pub fn listen_doc() -> Doc {
    let event = json!({
        "id": "4711", "event": "read", "feedback": "729382736999", "post": "729382736455", "at": "2026-03-22T14:05:00Z",
        "heard": "2026-03-22T14:06:10.120Z", "text": "The crew was lovely, but we left three hours late.", "cut": false,
        "person": null, "account": null, "language": "en", "sentiment": -0.4, "polarity": "negative", "emotion": "disappointment",
        "stage": "729382736500", "categories": ["729382736510"], "intents": ["complaint"],
    });
    let frame = format!("retry: 2000\nid: 4710\nevent: hello\ndata: {{}}\n\nid: 4711\nevent: read\ndata: {event}\n\n");
    let alert = json!({
        "id": "729382737201", "kind": "here", "at": "2026-03-22T14:05:00Z", "urgency": "now", "post": "729382736455",
        "place": null, "departments": ["729382736520"], "feedback": "729382736999", "case": null,
    });
    // Alerts have no number: they are for those who may see cases, and `GET /api/v1/alerts` tells what was missed.
    let frame = format!("{frame}event: alert\ndata: {alert}\n\n");
    let summary = "What arrives: a stream for who accepts `text/event-stream`, else what came since `after`.";
    Doc::new("listen", "Live", summary)
        .query::<LiveParameters>()
        .answers::<Arrivals>(200, "What came since", json!({ "events": [event], "last": "4711", "reset": false }))
        .answers_text(200, "text/event-stream", &frame)
        .or(ProblemCode::TooManyRequests)
}
