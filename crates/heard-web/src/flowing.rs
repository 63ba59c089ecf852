//! Bodies that are made while they are sent: parts come through a short channel, so that a reader who is slow holds up only the
//! one who makes them, and nothing piles up.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::{Body, Bytes};
use hyper::body::Frame;
use tokio::sync::mpsc;

/// A part of a body, or why it breaks off.
pub type Part = Result<Bytes, io::Error>;

/// How many parts may wait to be sent.
const WAITING: usize = 2;

struct Flowing {
    parts: mpsc::Receiver<Part>,
}

impl hyper::body::Body for Flowing {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        self.parts.poll_recv(context).map(|part| part.map(|part| part.map(Frame::data)))
    }
}

/// A body, and where its parts go in. The body ends when the sender is dropped; an error breaks the connection off, so that
/// nobody takes half for the whole. When nobody reads any more, sending fails.
pub fn flowing() -> (mpsc::Sender<Part>, Body) {
    let (sender, parts) = mpsc::channel(WAITING);
    (sender, Body::new(Flowing { parts }))
}
