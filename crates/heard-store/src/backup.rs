//! Backups: one compressed file of JSON lines that holds everything which cannot be derived, the same for both databases.
//!
//! Bottom-up: [`shape`] · [`line`](mod@line) · [`write`](mod@write), [`read`] · [`restore`].

pub mod line;
pub mod read;
pub mod restore;
pub mod shape;
pub mod write;
