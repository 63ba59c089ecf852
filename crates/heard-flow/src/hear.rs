//! Hear: a listening post hands over what it heard; acknowledged only when it is durable.

pub mod entries;
pub mod form;
pub mod held;
pub mod hook;
pub mod import;
pub mod mail;
pub mod mailbox;
pub mod mapped;
pub mod more;
pub mod names;
pub mod origin;
pub mod preview;
pub mod progress;
pub mod receive;
pub mod sweep;
pub mod take;
pub mod trouble;
pub mod undo;
pub mod watch;
