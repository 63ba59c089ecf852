//! Feedback: handed over, listed, read, corrected.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use heard_domain::feedback::{Feedback, NewFeedback};
use heard_domain::id::{CorrectionId, FeedbackId, PostId};
use heard_domain::question::{Degraded, Dimension, Filter};
use heard_domain::reading::{Change, Correction, Reading, Span};
use heard_domain::scope::Scope;
use heard_domain::time::Time;
use heard_domain::user::Grant;
use heard_flow::hear::take::{Heard, take};
use heard_flow::measure::known;
use heard_flow::read::correct;
use heard_store::tables;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::api::v1::sight::{Sight, SightParameters, one, unknown};
use crate::extract::{Asked, Body, Id};
use crate::problem::{InvalidParam, Problem, ProblemCode};
use crate::route::Doc;
use crate::state::AppState;
use crate::viewer::Caller;

/// Feedback that a program hands over: one, or up to 1,000 of one post.
#[derive(Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Offer {
    /// Several.
    Several(Batch),
    /// One.
    One(Box<Single>),
}

/// One feedback.
#[derive(Deserialize, JsonSchema)]
pub struct Single {
    /// The listening post that heard it.
    pub post: PostId,
    /// The feedback.
    #[serde(flatten)]
    pub feedback: NewFeedback,
}

/// Several feedbacks of one post.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Batch {
    /// The listening post that heard them.
    pub post: PostId,
    /// The feedbacks: 1 to 1,000.
    pub feedback: Vec<NewFeedback>,
}

heard_domain::words! {
    /// What became of a feedback that was handed over.
    Outcome {
        /// It is new.
        Added = "added", "Added";
        /// It was there already, word for word: nothing was done.
        Known = "known", "Known";
        /// It breaks a rule, or its key was used for other words: nothing of it was kept.
        Refused = "refused", "Refused";
    }
}

/// What became of one feedback, in the order of the batch.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Taken {
    /// What became of it.
    pub outcome: Outcome,
    /// Its identifier, unless it was refused.
    pub id: Option<FeedbackId>,
    /// Why it was refused.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub invalid_params: Vec<InvalidParam>,
}

/// What became of a batch.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct TakenBatch {
    /// One for each feedback, in the order given.
    pub results: Vec<Taken>,
}

impl Taken {
    fn of(heard: Heard) -> Self {
        let refused = |name: String, reason: String| Self {
            outcome: Outcome::Refused,
            id: None,
            invalid_params: vec![InvalidParam { name, reason }],
        };
        match heard {
            Heard::Added(id) => Self { outcome: Outcome::Added, id: Some(id), invalid_params: vec![] },
            Heard::Known(id) | Heard::Revised(id) => Self { outcome: Outcome::Known, id: Some(id), invalid_params: vec![] },
            Heard::Differs(id) => refused("key".into(), format!("was used before for other words (feedback {id})")),
            Heard::Refused(bad) => refused(bad.field, bad.reason),
        }
    }
}

/// Hands over feedback. Acknowledged only when it is durable.
pub async fn offer(State(state): State<AppState>, caller: Caller, Body(body): Body<Value>) -> Result<Response, Problem> {
    if body.get("feedback").is_some() {
        let batch: Batch = typed(at_home(&caller.scope, body))?;
        if batch.feedback.is_empty() {
            return Err(Problem::field("feedback", "is empty"));
        }
        let heard = take(&state.flow, &caller.scope, batch.post, batch.feedback).await?;
        return Ok(Json(TakenBatch { results: heard.into_iter().map(Taken::of).collect() }).into_response());
    }
    let (post, feedback) = single(at_home(&caller.scope, body))?;
    let heard = take(&state.flow, &caller.scope, post, vec![feedback]).await?;
    let taken =
        heard.into_iter().next().map(Taken::of).ok_or_else(|| Problem::new(ProblemCode::Internal, "nothing was answered"))?;
    match (taken.outcome, taken.id) {
        (Outcome::Added, Some(id)) => {
            let mut response = (StatusCode::CREATED, Json(taken)).into_response();
            if let Ok(place) = HeaderValue::from_str(&format!("/api/v1/feedback/{id}")) {
                response.headers_mut().insert(header::LOCATION, place);
            }
            Ok(response)
        }
        (Outcome::Refused, _) => {
            Err(Problem { invalid: taken.invalid_params, ..Problem::new(ProblemCode::Validation, "nothing was kept") })
        }
        _ => Ok(Json(taken).into_response()),
    }
}

/// With a token of a post, what does not say where it belongs belongs there.
fn at_home(scope: &Scope, mut body: Value) -> Value {
    if let (Some(post), Some(object)) = (scope.home(), body.as_object_mut())
        && !object.contains_key("post")
    {
        object.insert("post".into(), post.to_string().into());
    }
    body
}

/// A flattened type cannot refuse unknown fields: the post is taken out, and the rest must be a feedback.
fn single(mut body: Value) -> Result<(PostId, NewFeedback), Problem> {
    let object = body.as_object_mut().ok_or_else(|| Problem::field("body", "must be an object"))?;
    let post = object.remove("post").ok_or_else(|| Problem::field("post", "is missing: the identifier of a listening post"))?;
    let post = serde_json::from_value(post).map_err(|error| Problem::field("post", error.to_string()))?;
    Ok((post, typed(body)?))
}

fn typed<T: serde::de::DeserializeOwned>(value: Value) -> Result<T, Problem> {
    serde_path_to_error::deserialize(value).map_err(|error| {
        let path = error.path().to_string();
        Problem::field(if path == "." { "body".to_owned() } else { path }, error.into_inner().to_string())
    })
}

/// How a list is paged.
#[derive(JsonSchema, Serialize)]
pub struct ListParameters {
    #[serde(flatten)]
    sight: SightParameters,
    /// `next` of the page before.
    #[serde(default)]
    cursor: Option<String>,
    /// How many at most: 1 to 200, 50 if not said.
    #[serde(default)]
    #[schemars(range(min = 1, max = 200))]
    limit: Option<u32>,
}

/// One page of feedback, newest first.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct FeedbackList {
    /// The feedbacks.
    pub items: Vec<Feedback>,
    /// How many match in all.
    pub total: u64,
    /// The cursor of the next page; none on the last.
    pub next: Option<String>,
    /// Present where the words were searched without the search index: slower, and what came in last may be missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub degraded: Option<Degraded>,
}

/// Lists feedback.
pub async fn list(State(state): State<AppState>, caller: Caller, Asked(pairs): Asked) -> Result<Json<FeedbackList>, Problem> {
    let (sight, others) = Sight::take(pairs)?;
    persons_hidden(&caller.scope, &sight.filter)?;
    let (mut limit, mut cursor) = (50, None);
    let mut rest = Vec::new();
    for (name, value) in others {
        match name.as_str() {
            "limit" => limit = one::<usize>("limit", &value)?,
            "cursor" => cursor = Some(cursor_of(&value).ok_or_else(|| Problem::field("cursor", "is not a “next” of a page"))?),
            _ => rest.push((name, value)),
        }
    }
    unknown(&rest)?;
    if !(1..=200).contains(&limit) {
        return Err(Problem::field("limit", "must be 1 to 200"));
    }
    known::filter(&state.flow, &caller.scope, &sight.filter).await?;
    let store = &state.flow.store;
    let found = store.find(&caller.scope, &sight.filter, sight.period(), cursor, limit).await?;
    let degraded = found.degraded.clone();
    let items = store.read(&caller.scope, move |view| tables::feedback::many(view, &found.ids)).await?;
    let next = found.more.map(|(at, id)| cursor_to(at, id));
    let items: Vec<Feedback> = items.into_iter().map(|feedback| veiled(&caller.scope, feedback)).collect();
    state.flow.saw(&caller.scope, items.iter().filter_map(|feedback| feedback.person));
    Ok(Json(FeedbackList { items, total: found.total, next, degraded }))
}

fn cursor_to(at: Time, id: FeedbackId) -> String {
    URL_SAFE_NO_PAD.encode(format!("{}.{}", at.0, id.0))
}

fn cursor_of(text: &str) -> Option<(Time, FeedbackId)> {
    let text = String::from_utf8(URL_SAFE_NO_PAD.decode(text).ok()?).ok()?;
    let (at, id) = text.split_once('.')?;
    Some((Time(at.parse().ok()?), id.parse().ok()?))
}

/// Who may not see persons may not look for them either.
pub fn persons_hidden(scope: &Scope, filter: &Filter) -> Result<(), Problem> {
    let asks = !filter.person.is_empty() || !filter.account.is_empty() || filter.none.contains(&Dimension::Account);
    if asks && !scope.may(Grant::ReadPersons) {
        return Err(Problem::new(ProblemCode::Forbidden, "to look for persons or accounts the right “persons:read” is needed"));
    }
    Ok(())
}

/// A feedback as somebody may see it.
fn veiled(scope: &Scope, feedback: Feedback) -> Feedback {
    if scope.may(Grant::ReadPersons) { feedback } else { Feedback { person: None, account: None, link: None, ..feedback } }
}

/// Shows one feedback.
pub async fn show(State(state): State<AppState>, caller: Caller, Id(id): Id<FeedbackId>) -> Result<Json<Feedback>, Problem> {
    let feedback = state.flow.store.read(&caller.scope, move |view| tables::feedback::get(view, id)).await?;
    let shown = veiled(&caller.scope, feedback.ok_or_else(|| Problem::missing("feedback"))?);
    state.flow.saw(&caller.scope, shown.person);
    Ok(Json(shown))
}

/// What was understood of a feedback.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct ReadingShown {
    /// The reading, with the corrections of persons laid over it; none while it is not yet read.
    pub reading: Option<Reading>,
    /// The corrections, oldest first.
    pub corrections: Vec<Correction>,
}

/// Shows what was understood.
pub async fn reading(
    State(state): State<AppState>,
    caller: Caller,
    Id(id): Id<FeedbackId>,
) -> Result<Json<ReadingShown>, Problem> {
    let shown = state.flow.store.read(&caller.scope, move |view| {
        if tables::feedback::get(view, id)?.is_none() {
            return Ok(None);
        }
        let reading = tables::reading::get(view, id)?;
        Ok(Some(ReadingShown { reading, corrections: tables::reading::corrections(view, id)? }))
    });
    shown.await?.map(Json).ok_or_else(|| Problem::missing("feedback"))
}

/// A correction.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewCorrection {
    /// The span of the passage that is corrected; none: every passage.
    #[serde(default)]
    pub span: Option<Span>,
    /// What is changed.
    pub change: Change,
}

/// Corrects a reading.
pub async fn correct(
    State(state): State<AppState>,
    caller: Caller,
    Id(id): Id<FeedbackId>,
    Body(new): Body<NewCorrection>,
) -> Result<(StatusCode, Json<Correction>), Problem> {
    let correction = correct::add(&state.flow, &caller.scope, id, new.span, new.change).await?;
    Ok((StatusCode::CREATED, Json(correction)))
}

/// Takes a correction back.
pub async fn uncorrect(State(state): State<AppState>, caller: Caller, Id(id): Id<CorrectionId>) -> Result<StatusCode, Problem> {
    correct::undo(&state.flow, &caller.scope, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Documents [`offer`].
pub fn offer_doc() -> Doc {
    let one = json!({
        "post": "729382736455", "key": "review-8841", "at": "2026-03-22T14:05:00Z",
        "text": "The crew was lovely, but we left three hours late and nobody told us why.",
        "author": { "name": "Mia L.", "role": null, "identities": [{ "kind": "email", "handle": "mia@example.com" }], "account": null },
        "touchpoint": "Boarding", "ratings": [{ "scale": "NPS", "formula": "nps", "value": 3.0 }],
        "attributes": [["route", "HEL-LHR"]], "link": null,
    });
    Doc::new("createFeedback", "Feedback", "Hand over feedback: one, or up to 1,000 of one post as “feedback”.")
        .takes::<Offer>(one)
        .answers::<Taken>(201, "New, and durable", json!({ "outcome": "added", "id": "729382736999" }))
        .answers::<TakenOrBatch>(
            200,
            "One that was known already, word for word; or what became of each of a batch",
            json!({ "results": [
                { "outcome": "added", "id": "729382736999" },
                { "outcome": "refused", "id": null, "invalid_params": [{ "name": "link", "reason": "must begin with https:// or http://" }] },
            ] }),
        )
        .or(ProblemCode::NotFound)
}

/// What is answered with status 200.
#[derive(JsonSchema)]
#[serde(untagged)]
pub enum TakenOrBatch {
    /// Of one.
    One(Taken),
    /// Of several.
    Several(TakenBatch),
}

fn example() -> Value {
    json!({
        "id": "729382736999", "revision": 1, "post": "729382736455", "key": "review-8841", "at": "2026-03-22T14:05:00Z",
        "day": "2026-03-22", "heard": "2026-03-22T14:06:10.120Z", "person": "729382736460", "account": null, "touchpoint": null,
        "text": "The crew was lovely, but we left three hours late and nobody told us why.", "link": null, "import": null,
        "ratings": [{ "scale": "729382736470", "raw": 3.0 }], "attributes": [["729382736480", "729382736481"]],
    })
}

/// Documents [`list`].
pub fn list_doc() -> Doc {
    Doc::new("listFeedback", "Feedback", "List feedback, newest first, with every filter of the pages.")
        .query::<ListParameters>()
        .answers::<FeedbackList>(200, "One page", json!({ "items": [example()], "total": 1, "next": null }))
        .or(ProblemCode::NotFound)
}

/// Documents [`show`].
pub fn show_doc() -> Doc {
    Doc::new("getFeedback", "Feedback", "One feedback. Who said it is shown only with `persons:read`.").answers::<Feedback>(
        200,
        "The feedback",
        example(),
    )
}

/// Documents [`reading`].
pub fn reading_doc() -> Doc {
    let reading = json!({
        "feedback": "729382736999", "revision": 1, "model": "first-light 1", "language": ["en", 0.99],
        "passages": [{
            "span": { "start": 0, "end": 20 }, "weight": 1.0,
            "sentiment": { "value": 0.7, "polarity": "positive", "confidence": 0.9, "evidence": [{ "start": 13, "end": 19 }] },
            "emotion": null, "stage": { "value": "729382736500", "confidence": 0.8 },
            "categories": [{ "value": "729382736510", "confidence": 0.7 }], "intents": [{ "value": "praise", "confidence": 0.9 }],
        }],
        "entities": [], "notes": [],
    });
    Doc::new("getReading", "Feedback", "What was understood of a feedback, and what persons corrected.").answers::<ReadingShown>(
        200,
        "The reading",
        json!({ "reading": reading, "corrections": [] }),
    )
}

/// Documents [`correct`].
pub fn correct_doc() -> Doc {
    let change = json!({ "what": "sentiment", "to": "negative" });
    let correction = json!({
        "id": "729382737001", "feedback": "729382736999", "span": { "start": 0, "end": 20 }, "change": change, "by": "729382736001",
        "at": "2026-03-23T08:00:00Z",
    });
    Doc::new("createCorrection", "Feedback", "Correct a reading: it outranks the model at once and at every later reading.")
        .takes::<NewCorrection>(json!({ "span": { "start": 0, "end": 20 }, "change": change }))
        .answers::<Correction>(201, "Corrected", correction)
        .or(ProblemCode::Conflict)
}

/// Documents [`uncorrect`].
pub fn uncorrect_doc() -> Doc {
    Doc::new("deleteCorrection", "Feedback", "Take a correction back.").answers_nothing("Taken back")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_read_back() {
        let (at, id) = (Time(1_700_000_000_123), FeedbackId(42));
        assert_eq!(cursor_of(&cursor_to(at, id)), Some((at, id)));
        assert_eq!(cursor_of("%%%"), None);
        assert_eq!(cursor_of(&URL_SAFE_NO_PAD.encode("1.-2")), None);
    }

    #[test]
    fn a_field_that_nobody_knows_is_named() {
        let problem = single(json!({ "post": "1", "key": "a", "at": "2026-01-01T00:00:00Z", "tekst": "x" })).unwrap_err();
        assert!(problem.sentence().contains("tekst"), "{}", problem.sentence());
        let problem = single(json!({ "key": "a" })).unwrap_err();
        assert_eq!(problem.invalid[0].name, "post");
    }
}
