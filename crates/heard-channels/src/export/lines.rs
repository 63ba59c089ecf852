//! JSONL: one feedback a line, nothing lost.

use std::io::{self, Write};

use heard_domain::feedback::NewFeedback;

/// Writes one feedback and ends the line.
pub fn write(out: &mut impl Write, feedback: &NewFeedback) -> io::Result<()> {
    serde_json::to_writer(&mut *out, feedback)?;
    out.write_all(b"\n")
}
