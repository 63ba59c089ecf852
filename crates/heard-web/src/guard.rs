//! The guard before every handler, made from the route's own line: size, who it is, whether they may, and for pages whether
//! the form is Heard's own. No handler can forget it.

use std::net::IpAddr;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use heard_domain::scope::Scope;
use heard_flow::arrange::{session, token};

use crate::csrf;
use crate::extract::too_large;
use crate::problem::{Problem, ProblemCode};
use crate::route::{Face, Intake, Policy, Route};
use crate::state::AppState;
use crate::viewer::{Caller, Theme, Viewer, cookie};

/// The name of the session's cookie.
pub const SESSION: &str = "heard_session";

/// How long a request may take in all; a file that is streamed may take longer.
const PATIENCE: Duration = Duration::from_secs(30);

/// How long a file may take to come in.
const PATIENCE_FOR_FILES: Duration = Duration::from_hours(1);

/// The address of the other end of the connection.
#[derive(Debug, Clone, Copy)]
pub struct Peer(pub IpAddr);

/// The route of a request as it stands in the table: what is counted and logged, and never the address itself.
#[derive(Debug, Clone, Copy)]
pub struct Template(pub &'static str);

/// What the guard of one route knows.
#[derive(Clone)]
pub struct Guard {
    state: AppState,
    policy: Policy,
    face: Face,
    intake: Intake,
    path: &'static str,
}

impl Guard {
    /// The guard of a route.
    pub fn of(route: &Route, state: AppState) -> Self {
        Self { state, policy: route.policy, face: route.face, intake: route.intake, path: route.path }
    }
}

/// Lets a request through to its handler, or answers itself.
pub async fn pass(State(guard): State<Guard>, request: Request, next: Next) -> Response {
    let patience = match guard.intake {
        Intake::Small(_) => PATIENCE,
        Intake::Stream(_) => PATIENCE_FOR_FILES,
    };
    let work = async {
        match admit(&guard, request).await {
            Ok(Admitted::In(request)) => {
                let viewer = request.extensions().get::<Viewer>().cloned();
                let mut response = next.run(request).await;
                // An error page has the same navigation as the others.
                if let Some(viewer) = viewer.filter(|_| response.extensions().get::<Problem>().is_some()) {
                    response.extensions_mut().insert(viewer);
                }
                response
            }
            Ok(Admitted::Elsewhere(response)) => response,
            Err(problem) => problem.into_response(),
        }
    };
    let mut response = match tokio::time::timeout(patience, work).await {
        Ok(response) => response,
        Err(_) => Problem::new(ProblemCode::Timeout, "the request was not complete in time").into_response(),
    };
    response.extensions_mut().insert(Template(guard.path));
    response
}

enum Admitted {
    In(Request),
    Elsewhere(Response),
}

async fn admit(guard: &Guard, request: Request) -> Result<Admitted, Problem> {
    let most = match guard.intake {
        Intake::Small(most) => most as u64,
        Intake::Stream(most) => most,
    };
    let length = request.headers().get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    if length.is_some_and(|length| length > most) {
        return Err(too_large());
    }
    match guard.face {
        Face::Api => program(guard, request).await.map(Admitted::In),
        Face::Page => person(guard, request).await,
        Face::Visitor => Ok(Admitted::In(request)),
    }
}

async fn program(guard: &Guard, mut request: Request) -> Result<Request, Problem> {
    if guard.policy == Policy::Public {
        return Ok(request);
    }
    let secret = bearer(request.headers());
    let unknown = || Problem::new(ProblemCode::Unauthorized, "send a token that is valid with “Authorization: Bearer heard_…”");
    let scope = token::known(&guard.state.flow, &secret.ok_or_else(unknown)?).await?.ok_or_else(unknown)?;
    allowed(guard.policy, &scope)?;
    request.extensions_mut().insert(Caller { scope });
    Ok(request)
}

async fn person(guard: &Guard, request: Request) -> Result<Admitted, Problem> {
    let state = &guard.state;
    let unsafe_method = !request.method().is_safe();
    if unsafe_method && !csrf::from_own_page(request.headers(), &state.site) {
        return Err(forged());
    }
    let viewer = viewer(state, request.headers()).await?;
    let Some(viewer) = viewer else {
        return if guard.policy == Policy::Public {
            Ok(Admitted::In(request))
        } else {
            to_sign_in(state, request.method(), request.uri()).await
        };
    };
    allowed(guard.policy, &viewer.scope)?;
    let mut request = if unsafe_method { own_form(guard, request, &viewer).await? } else { request };
    request.extensions_mut().insert(viewer);
    Ok(Admitted::In(request))
}

/// The secret of the token that a program sends.
pub fn bearer(headers: &HeaderMap) -> Option<String> {
    let (scheme, secret) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| secret.trim().to_owned())
}

fn allowed(policy: Policy, scope: &Scope) -> Result<(), Problem> {
    match policy {
        Policy::Public | Policy::SignedIn => Ok(()),
        Policy::May(grant) if scope.may(grant) => Ok(()),
        Policy::May(grant) => {
            let words = format!("this needs the right “{}” ({})", grant.label(), grant.code());
            Err(Problem::new(ProblemCode::Forbidden, words))
        }
    }
}

async fn viewer(state: &AppState, headers: &HeaderMap) -> Result<Option<Viewer>, Problem> {
    let Some(secret) = cookie(headers, SESSION) else { return Ok(None) };
    let Some(user) = session::known(&state.flow, secret).await? else { return Ok(None) };
    let csrf = csrf::token(secret, state.flow.secret());
    Ok(Some(Viewer::new(user, Theme::of(headers), csrf, secret.to_owned())))
}

async fn to_sign_in(state: &AppState, method: &Method, uri: &Uri) -> Result<Admitted, Problem> {
    if !method.is_safe() {
        return Err(Problem::new(ProblemCode::Unauthorized, "your session has ended: sign in, then try again"));
    }
    if session::nobody_yet(&state.flow).await? {
        return Ok(Admitted::Elsewhere(Redirect::to("/welcome").into_response()));
    }
    let wish = uri.path_and_query().map_or("/", |wish| wish.as_str());
    let next: String = form_urlencoded::byte_serialize(wish.as_bytes()).collect();
    let target = if wish == "/" { "/sign-in".to_owned() } else { format!("/sign-in?next={next}") };
    Ok(Admitted::Elsewhere(Redirect::to(&target).into_response()))
}

fn forged() -> Problem {
    Problem::new(ProblemCode::Forged, "nothing was changed: open the page again and send the form once more")
}

/// Checks the form's token: in the header, in the address (files), or in the form, which is read and handed on.
async fn own_form(guard: &Guard, request: Request, viewer: &Viewer) -> Result<Request, Problem> {
    let in_header = request.headers().get("x-csrf-token").and_then(|token| token.to_str().ok()).map(str::to_owned);
    let in_address = || field(request.uri().query().unwrap_or_default().as_bytes());
    if let Some(token) = in_header.or_else(in_address) {
        return if csrf::fits(&viewer.session, &token) { Ok(request) } else { Err(forged()) };
    }
    let Intake::Small(most) = guard.intake else { return Err(forged()) };
    let form = request
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"application/x-www-form-urlencoded"));
    if !form {
        return Err(forged());
    }
    let (parts, body) = request.into_parts();
    let bytes = axum::body::to_bytes(body, most).await.map_err(|_| too_large())?;
    if !field(&bytes).is_some_and(|token| csrf::fits(&viewer.session, &token)) {
        return Err(forged());
    }
    Ok(Request::from_parts(parts, Body::from(bytes)))
}

fn field(form: &[u8]) -> Option<String> {
    form_urlencoded::parse(form).find(|(name, _)| name == "csrf").map(|(_, value)| value.into_owned())
}

/// The address of who asks: of the connection, or what a believed proxy says.
pub fn address(state: &AppState, request: &axum::http::request::Parts) -> String {
    let peer = request.extensions.get::<Peer>().map(|peer| peer.0);
    let told = || {
        let line = request.headers.get_all("x-forwarded-for").iter().next_back()?.to_str().ok()?;
        line.rsplit(',').next()?.trim().parse::<IpAddr>().ok()
    };
    match peer {
        Some(peer) if state.site.proxies.contains(&peer) => network(told().unwrap_or(peer)),
        Some(peer) => network(peer),
        None => "unknown".to_owned(),
    }
}

/// One household has one IPv4 address, but a whole /64 of IPv6 addresses.
fn network(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(v4) => v4.to_string(),
        IpAddr::V6(v6) => {
            let [a, b, c, d, ..] = v6.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
    }
}
