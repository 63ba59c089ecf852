//! Somebody who listens: first what they missed, then what comes, until they go, fall behind, lose their rights, or Heard stops.

use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use heard_domain::scope::Scope;
use heard_flow::alerting::Told as Alerted;
use heard_flow::arrange::{session, token};
use heard_flow::flow::Flow;
use heard_store::tables;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::mpsc;

use crate::arrival::{Told, arrivals, hint};
use crate::flowing::{Part, flowing};
use crate::live::{BATCH, Batch, Live, Seat, closed};
use crate::problem::Problem;

/// What is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Voice {
    /// That something changed: pages ask for what they show.
    Hint,
    /// The feedback itself.
    Whole,
}

/// By what somebody may listen; looked up again now and then.
pub enum Pass {
    /// The secret of a session.
    Session(String),
    /// The secret of a token.
    Token(String),
}

impl Pass {
    async fn scope(&self, flow: &Flow) -> Option<Scope> {
        // What cannot be looked up right now is looked up the next time.
        match self {
            Self::Session(secret) => session::known(flow, secret).await.ok()?.map(|user| Scope::of_user(&user)),
            Self::Token(secret) => token::known(flow, secret).await.ok()?,
        }
    }
}

/// Whether a stream is wanted, and not a page or a document.
pub fn wants_stream(headers: &HeaderMap) -> bool {
    let accepts = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
    accepts.flat_map(|line| line.split(',')).any(|kind| kind.trim().starts_with("text/event-stream"))
}

/// Where to go on: `Last-Event-ID` outranks the address, because the browser sends it when it comes back by itself.
pub fn resume(headers: &HeaderMap, after: Option<i64>) -> Option<i64> {
    let told = headers.get("last-event-id").and_then(|id| id.to_str().ok()?.trim().parse().ok());
    told.or(after).filter(|id| *id >= 0)
}

struct Listener {
    flow: Arc<Flow>,
    live: Arc<Live>,
    scope: Scope,
    pass: Pass,
    voice: Voice,
    out: mpsc::Sender<Part>,
    /// The last number that is behind them.
    seen: i64,
}

/// Opens a stream.
pub fn stream(
    (flow, live): (&Arc<Flow>, &Arc<Live>),
    scope: Scope,
    pass: Pass,
    voice: Voice,
    after: Option<i64>,
) -> Result<Response, Problem> {
    let seat = live.sit(flow, &scope)?;
    let (out, body) = flowing();
    let listener = Listener { flow: Arc::clone(flow), live: Arc::clone(live), scope, pass, voice, out, seen: 0 };
    tokio::spawn(listener.listen(seat, after));
    Ok(answer(body))
}

fn answer(body: Body) -> Response {
    let mut response = body.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream; charset=utf-8"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store, no-transform"));
    // Proxies hold answers back to send them in one piece: not these.
    headers.insert(HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));
    response
}

/// An alert as it stands on the wire. It has no number: who comes back asks for what they have not seen. Pages are told only that
/// there is something, programs what it is; neither gets words or names.
fn alerted(told: &Alerted, voice: Voice) -> Bytes {
    let data = match voice {
        Voice::Hint => serde_json::json!({ "alert": told.alert.id, "urgency": told.alert.urgency }),
        Voice::Whole => serde_json::json!(told.alert),
    };
    format!("event: alert\ndata: {data}\n\n").into()
}

/// Why a stream ends.
enum End {
    /// Nobody reads any more, or too slowly.
    Left,
    /// Session or token do not hold any more, or mean something else now.
    Ended,
    /// Heard stops.
    Stopping,
}

impl Listener {
    async fn listen(mut self, mut seat: Seat, after: Option<i64>) {
        // Alerts are heard from before anything is looked up: what is told meanwhile is not missed.
        let mut alerts = self.flow.alerts();
        // What was missed is looked up in a future of its own, whose room is free again while they only listen.
        let end = match Box::pin(self.catch_up(after)).await {
            Ok(()) => self.hear(&mut seat, &mut alerts).await,
            Err(end) => end,
        };
        let word = match end {
            End::Left => return,
            End::Ended => "ended",
            End::Stopping => "stopping",
        };
        // They may be gone already.
        let _ = self.send(format!("retry: 3000\nevent: bye\ndata: {{\"why\":\"{word}\"}}\n\n").into()).await;
    }

    async fn send(&self, part: Bytes) -> Result<(), End> {
        if part.is_empty() {
            return Ok(());
        }
        match tokio::time::timeout(self.live.bounds.patience, self.out.send(Ok(part))).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) | Err(_) => Err(End::Left),
        }
    }

    /// Tells where they stand, and everything since the number they name; where that is not there any more, says so.
    async fn catch_up(&mut self, after: Option<i64>) -> Result<(), End> {
        let ends = |view: &heard_store::view::View| Ok((tables::outbox::first(view)?, tables::outbox::last(view)?));
        let (first, last) = self.flow.store.read(&Scope::system(), ends).await.map_err(|_| End::Left)?;
        let Some(after) = after else {
            self.seen = last;
            return self.send(format!("retry: 2000\nid: {last}\nevent: hello\ndata: {{}}\n\n").into()).await;
        };
        // The outbox forgets what all have followed; another database counts anew.
        if after > last || (after < last && first > after + 1) {
            self.seen = last;
            return self.send(format!("retry: 2000\nid: {last}\nevent: reset\ndata: {{}}\n\n").into()).await;
        }
        self.seen = after;
        self.send(format!("retry: 2000\nid: {after}\nevent: hello\ndata: {{}}\n\n").into()).await?;
        loop {
            let seen = self.seen;
            let looked = self.flow.store.read(&Scope::system(), move |view| tables::outbox::changes(view, seen, BATCH)).await;
            let changes = looked.map_err(|_| End::Left)?;
            let Some(last) = changes.last().map(|change| change.sequence) else { return Ok(()) };
            let part = match self.voice {
                Voice::Hint => hint(&self.scope, &changes, seen, last),
                Voice::Whole => {
                    let told = Told::new(arrivals(&self.flow, &changes).await.map_err(|_| End::Left)?);
                    told.to(&self.scope, &changes, seen)
                }
            };
            self.send(part).await?;
            self.seen = last;
        }
    }

    async fn hear(&mut self, seat: &mut Seat, alerts: &mut Receiver<Arc<Alerted>>) -> End {
        let mut pulse = tokio::time::interval(self.live.bounds.heartbeat);
        pulse.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        pulse.tick().await;
        loop {
            let end = tokio::select! {
                () = self.out.closed() => Err(End::Left),
                () = closed(&mut seat.closing) => Err(End::Stopping),
                _ = pulse.tick() => self.still_there().await,
                alert = alerts.recv() => match alert {
                    Ok(alert) if alert.is_for(&self.scope) => self.send(alerted(&alert, self.voice)).await,
                    // What was missed stands in the store: the page asks for it with the next alert.
                    Ok(_) | Err(RecvError::Lagged(_)) => Ok(()),
                    // The flow lives as long as whoever listens to it.
                    Err(RecvError::Closed) => Err(End::Stopping),
                },
                batch = seat.news.recv() => match batch {
                    Ok(batch) => self.tell(&batch).await,
                    Err(RecvError::Lagged(_)) => Err(End::Left),
                    // The tail ends only with the last who listens, or when Heard stops.
                    Err(RecvError::Closed) => Err(End::Stopping),
                },
            };
            if let Err(end) = end {
                return end;
            }
        }
    }

    async fn tell(&mut self, batch: &Batch) -> Result<(), End> {
        if batch.last <= self.seen {
            return Ok(());
        }
        let part = match self.voice {
            Voice::Hint => hint(&self.scope, &batch.changes, self.seen, batch.last),
            Voice::Whole => {
                let told = batch.told(&self.flow).await.map_err(|_| End::Left)?;
                told.to(&self.scope, &batch.changes, self.seen)
            }
        };
        self.seen = batch.last;
        self.send(part).await
    }

    /// A sign of life, with how far they have come; but only to those who may still listen.
    async fn still_there(&self) -> Result<(), End> {
        match self.pass.scope(&self.flow).await {
            Some(scope) if scope == self.scope => self.send(format!(": still here\nid: {}\n\n", self.seen).into()).await,
            _ => Err(End::Ended),
        }
    }
}
