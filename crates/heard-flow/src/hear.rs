//! Hear: a listening post hands over what it heard; acknowledged only when it is durable.

pub mod import;
pub mod names;
pub mod preview;
pub mod progress;
pub mod receive;
pub mod take;
pub mod undo;
