//! The connections: HTTP/1.1 with a time limit for the head of a request (the framework's own loop has none), a pace for its
//! body and for who takes the answer, and an end that lets running requests finish.

use std::convert::Infallible;
use std::future::Future;
use std::net::SocketAddr;
use std::pin::pin;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use hyper::body::{Body as _, Incoming};
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tower_service::Service;

use crate::guard::Peer;
use crate::pace::{Floor, Paced, Taken};

/// How long others are waited for.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// Within this time the head of a request must be there; also how long a silent connection is kept.
    pub head: Duration,
    /// How long running requests may still take when Heard stops.
    pub last_words: Duration,
    /// How slowly a body may come in.
    pub floor: Floor,
    /// How long an answer may find no taker.
    pub taken: Duration,
    /// The most connections at once; further ones wait to be accepted.
    pub most: usize,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            head: Duration::from_secs(10),
            last_words: Duration::from_secs(20),
            floor: Floor::default(),
            taken: Duration::from_secs(30),
            most: 4_000,
        }
    }
}

/// What is held of a connection at most: the head of a request must fit, and what is not yet taken of an answer. Small, for there
/// are many; a body streams through it.
const HELD: usize = 20 << 10;

/// Serves until `stop` is done, then lets running requests finish.
pub async fn serve(listener: TcpListener, router: Router, patience: Patience, stop: impl Future<Output = ()>) {
    let (ending, end) = watch::channel(false);
    let mut open = JoinSet::new();
    let mut stop = pin!(stop);
    loop {
        let full = open.len() >= patience.most;
        tokio::select! {
            () = &mut stop => break,
            Some(_) = open.join_next(), if !open.is_empty() => {}
            accepted = listener.accept(), if !full => match accepted {
                Ok((stream, peer)) => {
                    open.spawn(connection(stream, peer, router.clone(), patience, end.clone()));
                }
                Err(error) => {
                    // Out of file handles, mostly: others must close first.
                    tracing::warn!(%error, "a connection could not be accepted");
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
            },
        }
    }
    drop(listener);
    // Nobody listening means that no connection is open.
    let _ = ending.send(true);
    let finished = tokio::time::timeout(patience.last_words, async { while open.join_next().await.is_some() {} }).await;
    if finished.is_err() {
        tracing::warn!(open = open.len(), "requests were cut off: they took too long");
    }
}

async fn connection(stream: TcpStream, peer: SocketAddr, router: Router, patience: Patience, mut end: watch::Receiver<bool>) {
    // Small answers should leave at once; where it cannot be set they leave a little later.
    let _ = stream.set_nodelay(true);
    let service = hyper::service::service_fn(move |request: Request<Incoming>| {
        let mut router = router.clone();
        let mut request =
            request.map(|body| if body.is_end_stream() { Body::empty() } else { Body::new(Paced::new(body, patience.floor)) });
        request.extensions_mut().insert(Peer(peer.ip()));
        async move { Ok::<_, Infallible>(router.call(request).await.unwrap_or_else(|never| match never {})) }
    });
    let stream = TokioIo::new(Taken::new(stream, patience.taken));
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(patience.head).max_buf_size(HELD);
    let connection = http.serve_connection(stream, service);
    let mut connection = pin!(connection);
    let outcome = tokio::select! {
        outcome = &mut connection => outcome,
        () = ended(&mut end) => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = outcome {
        tracing::debug!(%error, "a connection broke off");
    }
}

async fn ended(end: &mut watch::Receiver<bool>) {
    // A sender that has gone away ends it as well.
    let _ = end.wait_for(|ending| *ending).await;
}
