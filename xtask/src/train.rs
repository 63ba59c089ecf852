//! Trains the head of the reader from permitted sets: same data, same seed, same bytes.

mod card;
mod chance;
mod cut;
mod learn;
mod own;
pub mod run;
mod sets;
