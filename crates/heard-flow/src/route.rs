//! Route: what was read goes to every department that plays a part, by rules that were tried before they are switched on.

pub mod matching;
pub mod rules;
pub(crate) mod step;
pub mod trial;
