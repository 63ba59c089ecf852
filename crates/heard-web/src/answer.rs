//! What every answer gets on its way out: request id, security headers, problems as JSON or as a page, compression; and a
//! panic becomes a problem without details.

use std::any::Any;
use std::future::Future;
use std::io::Write;
use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::time::Instant;

use axum::Json;
use axum::body::{Body, HttpBody};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use flate2::Compression;
use flate2::write::GzEncoder;
use tracing::Instrument;

use crate::guard::Template;
use crate::metrics::NO_ROUTE;
use crate::pages::errors;
use crate::problem::{Problem, ProblemCode};
use crate::state::AppState;
use crate::viewer::{Theme, Viewer};

/// Names the request in the log and in problems.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
                      form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// Smaller bodies are not worth compressing.
const WORTH_COMPRESSING: u64 = 1024;

/// Bodies above this are sent as they are: compressing them would hold up others.
const TOO_DEAR_TO_COMPRESS: u64 = 8 << 20;

/// What the answer has to know about the request.
struct Asked {
    id: String,
    path: String,
    program: bool,
    gzip: bool,
    theme: Option<Theme>,
}

/// The outermost layer.
pub async fn finish(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let begun = Instant::now();
    let headers = request.headers();
    let says = |name: HeaderName, word: &str| headers.get(name).and_then(|v| v.to_str().ok()).is_some_and(|v| v.contains(word));
    let path = request.uri().path().to_owned();
    let asked = Asked {
        id: format!("{:x}", state.flow.id()),
        program: path.starts_with("/api/")
            || path.starts_with("/hooks/")
            || path == "/openapi.json"
            || path == "/metrics"
            || says(header::ACCEPT, "application/problem+json"),
        gzip: says(header::ACCEPT_ENCODING, "gzip"),
        theme: Theme::of(headers),
        path,
    };
    let method = request.method().clone();
    // Whatever is logged on the way carries the request's number, and never what was asked for.
    let span = tracing::info_span!("request", id = asked.id);
    let response = match unwound(next.run(request).instrument(span.clone())).await {
        Ok(response) => response,
        Err(panic) => {
            // Its words may hold anything, and the place where it happened stands in the hook's own line.
            span.in_scope(|| tracing::error!(%method, letters = words(panic.as_ref()).len(), "a handler panicked"));
            Problem::new(ProblemCode::Internal, "the details are in the log under this request's id").into_response()
        }
    };
    let route = response.extensions().get::<Template>().map_or(NO_ROUTE, |template| template.0);
    let response = dressed(response, &asked, &method).await;
    let (status, took) = (response.status(), begun.elapsed());
    state.metrics.answered(method.as_str(), route, status.as_u16(), took);
    let (status, ms) = (status.as_u16(), took.as_millis() as u64);
    let _inside = span.enter();
    if response.status().is_server_error() {
        tracing::warn!(%method, route, status, ms, "answered");
    } else {
        tracing::debug!(%method, route, status, ms, "answered");
    }
    response
}

async fn dressed(mut response: Response, asked: &Asked, method: &Method) -> Response {
    let problem = response.extensions_mut().remove::<Problem>();
    // The framework's own refusals (no such path, no such method, a form that breaks off) carry no problem yet.
    let problem = problem.or_else(|| match response.status() {
        StatusCode::METHOD_NOT_ALLOWED => Some(Problem::new(ProblemCode::MethodNotAllowed, "see the “Allow” header")),
        _ => None,
    });
    if let Some(problem) = problem {
        response = written(&problem, &response, asked);
    }
    let headers = response.headers_mut();
    let mut put = |name: HeaderName, value: &'static str| {
        headers.insert(name, HeaderValue::from_static(value));
    };
    put(header::CONTENT_SECURITY_POLICY, POLICY);
    put(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    put(header::X_FRAME_OPTIONS, "DENY");
    put(header::REFERRER_POLICY, "no-referrer");
    put(HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    put(HeaderName::from_static("cross-origin-resource-policy"), "same-origin");
    put(HeaderName::from_static("permissions-policy"), "camera=(), geolocation=(), microphone=()");
    if is(headers, "text/html") {
        headers.insert(HeaderName::from_static("speculation-rules"), HeaderValue::from_static("\"/speculation.json\""));
    }
    if let Ok(id) = HeaderValue::from_str(&asked.id) {
        headers.insert(REQUEST_ID, id);
    }
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    if asked.gzip && method != Method::HEAD { compressed(response).await } else { response }
}

fn written(problem: &Problem, response: &Response, asked: &Asked) -> Response {
    let status = problem.code.status();
    let viewer = response.extensions().get::<Viewer>().cloned();
    let mut answer = if asked.program {
        let mut answer = (status, Json(problem.body(&asked.path, &asked.id))).into_response();
        answer.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        answer
    } else {
        (status, errors::page(problem, &asked.id, viewer.as_ref(), asked.theme)).into_response()
    };
    for name in [header::RETRY_AFTER, header::ALLOW] {
        if let Some(value) = response.headers().get(&name) {
            answer.headers_mut().insert(name, value.clone());
        }
    }
    if status == StatusCode::UNAUTHORIZED && asked.program {
        answer.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"Heard\""));
    }
    answer
}

fn is(headers: &HeaderMap, kind: &str) -> bool {
    headers.get(header::CONTENT_TYPE).is_some_and(|value| value.as_bytes().starts_with(kind.as_bytes()))
}

async fn compressed(response: Response) -> Response {
    let headers = response.headers();
    let text = ["text/", "application/json", "application/problem+json"].iter().any(|kind| is(headers, kind));
    let size = response.body().size_hint().exact().unwrap_or(0);
    if !text || headers.contains_key(header::CONTENT_ENCODING) || !(WORTH_COMPRESSING..=TOO_DEAR_TO_COMPRESS).contains(&size) {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let Ok(bytes) = axum::body::to_bytes(body, TOO_DEAR_TO_COMPRESS as usize).await else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let mut packer = GzEncoder::new(Vec::with_capacity(bytes.len() / 4), Compression::new(4));
    let packed = packer.write_all(&bytes).and_then(|()| packer.finish());
    let Ok(packed) = packed else { return Response::from_parts(parts, Body::from(bytes)) };
    parts.headers.remove(header::CONTENT_LENGTH);
    parts.headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    parts.headers.append(header::VARY, HeaderValue::from_static("accept-encoding"));
    Response::from_parts(parts, Body::from(packed))
}

/// Runs to the end, or to the panic.
async fn unwound<F: Future>(work: F) -> Result<F::Output, Box<dyn Any + Send>> {
    let mut work = pin!(work);
    std::future::poll_fn(move |context| match std::panic::catch_unwind(AssertUnwindSafe(|| work.as_mut().poll(context))) {
        Ok(poll) => poll.map(Ok),
        Err(panic) => std::task::Poll::Ready(Err(panic)),
    })
    .await
}

fn words(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("unknown")
}
