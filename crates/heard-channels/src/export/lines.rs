//! JSONL: one feedback a line, nothing lost.

use std::io::{self, Write};

use heard_domain::channel::Channel;
use heard_domain::feedback::NewFeedback;
use serde::Serialize;

/// Writes one feedback and ends the line.
pub fn write(out: &mut impl Write, feedback: &NewFeedback) -> io::Result<()> {
    serde_json::to_writer(&mut *out, feedback)?;
    out.write_all(b"\n")
}

/// A feedback that knows where it was heard, and what Heard has found out about it.
#[derive(Debug, Clone, Serialize)]
pub struct Line<'a, F: Serialize> {
    /// The name of its post.
    pub post: &'a str,
    /// The channel of that post.
    pub channel: Channel,
    /// The feedback.
    #[serde(flatten)]
    pub feedback: &'a NewFeedback,
    /// What Heard has found out: it does not come back in.
    pub heard: F,
}

impl<F: Serialize> Line<'_, F> {
    /// Writes it and ends the line.
    pub fn write(&self, out: &mut impl Write) -> io::Result<()> {
        serde_json::to_writer(&mut *out, self)?;
        out.write_all(b"\n")
    }
}
