//! The pace that others must keep: a body that trickles in is given up, and so is an answer that nobody takes.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::body::Bytes;
use hyper::body::{Body, Frame, SizeHint};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep};

/// How slow others may be.
#[derive(Debug, Clone, Copy)]
pub struct Floor {
    /// So long a body may give nothing, and an answer may find no taker.
    pub patience: Duration,
    /// Bytes a second that a body must come in with, beyond that.
    pub rate: u64,
}

impl Default for Floor {
    fn default() -> Self {
        Self { patience: Duration::from_secs(10), rate: 500 }
    }
}

fn too_slow(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::TimedOut, format!("{what} too slowly"))
}

/// A body that has to come in at a pace. Only the time in which it is waited for counts: who is slow to take it in is not
/// the sender's fault.
pub struct Paced<B> {
    inner: B,
    floor: Floor,
    /// How long may still be waited: it shrinks while nothing comes, and grows with what comes.
    left: Duration,
    /// Since when it is waited for, and until when.
    waiting: Option<(Instant, Pin<Box<Sleep>>)>,
}

impl<B> Paced<B> {
    /// The body with its pace.
    pub fn new(inner: B, floor: Floor) -> Self {
        Self { inner, floor, left: floor.patience, waiting: None }
    }
}

impl<B: Body<Data = Bytes> + Unpin> Body for Paced<B>
where
    B::Error: Into<axum::BoxError>,
{
    type Data = Bytes;
    type Error = axum::BoxError;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::BoxError>>> {
        let this = &mut *self;
        match Pin::new(&mut this.inner).poll_frame(context) {
            Poll::Ready(frame) => {
                if let Some((since, _)) = this.waiting.take() {
                    this.left = this.left.saturating_sub(since.elapsed());
                }
                let bytes = frame.as_ref().and_then(|frame| frame.as_ref().ok()?.data_ref()).map_or(0, Bytes::len) as u64;
                let earned = Duration::from_millis(bytes.saturating_mul(1000) / this.floor.rate.max(1));
                this.left = (this.left + earned).min(this.floor.patience);
                Poll::Ready(frame.map(|frame| frame.map_err(Into::into)))
            }
            Poll::Pending => {
                let left = this.left;
                let (_, until) = this.waiting.get_or_insert_with(|| (Instant::now(), Box::pin(sleep(left))));
                ready!(until.as_mut().poll(context));
                Poll::Ready(Some(Err(too_slow("the body comes in").into())))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

/// A connection whose other end has to take what is written to it.
pub struct Taken<S> {
    inner: S,
    patience: Duration,
    stalled: Option<Pin<Box<Sleep>>>,
}

impl<S> Taken<S> {
    /// The connection with its patience.
    pub fn new(inner: S, patience: Duration) -> Self {
        Self { inner, patience, stalled: None }
    }

    fn waited<T>(&mut self, context: &mut Context<'_>, poll: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if poll.is_ready() {
            self.stalled = None;
            return poll;
        }
        let patience = self.patience;
        let until = self.stalled.get_or_insert_with(|| Box::pin(sleep(patience)));
        ready!(until.as_mut().poll(context));
        Poll::Ready(Err(too_slow("the answer is taken")))
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Taken<S> {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_read(context, buffer)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Taken<S> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let poll = Pin::new(&mut self.inner).poll_write(context, bytes);
        self.waited(context, poll)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let poll = Pin::new(&mut self.inner).poll_write_vectored(context, parts);
        self.waited(context, poll)
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let poll = Pin::new(&mut self.inner).poll_flush(context);
        self.waited(context, poll)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let poll = Pin::new(&mut self.inner).poll_shutdown(context);
        self.waited(context, poll)
    }
}
