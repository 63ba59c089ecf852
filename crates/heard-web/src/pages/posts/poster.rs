//! On paper: a poster with the question and a QR code that leads to the form, and the QR code alone.

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use heard_charts::qr::qr;
use heard_domain::form::Form;
use heard_domain::id::PostId;
use heard_flow::arrange::form;
use maud::{PreEscaped, html};

use crate::extract::Id;
use crate::pages::posts::show::base;
use crate::parts::layout::visitor;
use crate::parts::tongue::Tongue;
use crate::problem::Problem;
use crate::state::AppState;
use crate::viewer::Viewer;

/// What the code leads to. Where a poster hangs at a place, whoever reads it is there.
fn scanned(state: &AppState, address: &str, id: PostId) -> String {
    let here = state.flow.directory().place_of(id).is_some();
    if here { format!("{address}?here=1") } else { address.to_owned() }
}

async fn made(state: &AppState, viewer: &Viewer, id: PostId) -> Result<Form, Problem> {
    form::get(&state.flow, &viewer.scope, id).await?.ok_or_else(|| Problem::missing("feedback form"))
}

/// The poster, to be printed on A4.
pub async fn show(
    State(state): State<AppState>,
    viewer: Viewer,
    Id(id): Id<PostId>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let form = made(&state, &viewer, id).await?;
    let company = state.flow.directory().company.name.clone();
    let address = format!("{}/f/{}", base(&state, &headers), form.code);
    let short = address.split_once("://").map_or(address.as_str(), |(_, short)| short);
    let picture = qr(&scanned(&state, &address, id)).ok_or_else(|| Problem::field("public_url", "is too long for a QR code"))?;
    let tongue = Tongue::of(form.draft.language);
    let body = html! {
        div.poster {
            p.company dir="auto" { (company) }
            h1 dir="auto" { (form.draft.question) }
            div.code { (PreEscaped(picture.as_str())) }
            p.scan { (tongue.scan) }
            p.soft { (tongue.type_in) }
            p.address { (short) }
        }
        p.backlink { a.more href={ "/posts/" (id) "#form" } lang="en" { "Back to the listening post. Print this page with your browser; this line stays off the paper." } }
    };
    Ok(visitor(form.draft.language.code(), &form.draft.question, &body).into_response())
}

/// The QR code as a file.
pub async fn picture(
    State(state): State<AppState>,
    viewer: Viewer,
    Id(id): Id<PostId>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let form = made(&state, &viewer, id).await?;
    let address = format!("{}/f/{}", base(&state, &headers), form.code);
    let picture = qr(&scanned(&state, &address, id)).ok_or_else(|| Problem::field("public_url", "is too long for a QR code"))?;
    let mut response = picture.as_str().to_owned().into_response();
    let kept = response.headers_mut();
    kept.insert(header::CONTENT_TYPE, HeaderValue::from_static("image/svg+xml"));
    kept.insert(header::CONTENT_DISPOSITION, HeaderValue::from_static("attachment; filename=\"qr.svg\""));
    Ok(response)
}
