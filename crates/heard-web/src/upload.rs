//! Files that come in: written to disk as they come, never held in memory; a sender who falls silent is not waited for.

use std::pin::Pin;
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use axum::extract::Multipart;
use heard_domain::import::Import;
use heard_domain::scope::Scope;
use heard_flow::hear::preview::hand_over;
use heard_flow::hear::receive::Receiving;

use crate::extract::too_large;
use crate::problem::{Problem, ProblemCode};
use crate::state::AppState;

/// How long the next bytes may take.
const SILENCE: Duration = Duration::from_secs(30);

/// A file whose bytes are the body.
pub async fn raw(state: &AppState, scope: &Scope, name: &str, mut body: Body) -> Result<Import, Problem> {
    let mut file = Receiving::begin(&state.flow, scope)?;
    while let Some(bytes) = in_time(next(&mut body)).await?? {
        keep(state, &mut file, &bytes)?;
    }
    Ok(hand_over(&state.flow, scope, name, file).await?)
}

/// The file in the field `file` of a form.
pub async fn form(state: &AppState, scope: &Scope, mut form: Multipart) -> Result<Import, Problem> {
    let broken = |_| Problem::new(ProblemCode::BadRequest, "the file broke off: send it again");
    while let Some(mut field) = in_time(form.next_field()).await?.map_err(broken)? {
        if field.name() != Some("file") {
            continue;
        }
        let name = field.file_name().unwrap_or("file").to_owned();
        let mut file = Receiving::begin(&state.flow, scope)?;
        while let Some(bytes) = in_time(field.chunk()).await?.map_err(broken)? {
            keep(state, &mut file, &bytes)?;
        }
        return Ok(hand_over(&state.flow, scope, &name, file).await?);
    }
    Err(Problem::field("file", "is missing: choose one"))
}

fn keep(state: &AppState, file: &mut Receiving, bytes: &[u8]) -> Result<(), Problem> {
    if file.bytes() + bytes.len() as u64 > state.site.largest_import {
        return Err(too_large());
    }
    Ok(file.write(bytes)?)
}

async fn next(body: &mut Body) -> Result<Option<Bytes>, Problem> {
    loop {
        let frame = std::future::poll_fn(|context| Pin::new(&mut *body).poll_frame(context)).await;
        match frame {
            None => return Ok(None),
            Some(Err(_)) => return Err(Problem::new(ProblemCode::BadRequest, "the file broke off: send it again")),
            Some(Ok(frame)) => {
                if let Ok(bytes) = frame.into_data() {
                    return Ok(Some(bytes));
                }
            }
        }
    }
}

async fn in_time<T>(bytes: impl Future<Output = T>) -> Result<T, Problem> {
    let waited = tokio::time::timeout(SILENCE, bytes).await;
    waited.map_err(|_| Problem::new(ProblemCode::Timeout, "the file stopped coming"))
}
