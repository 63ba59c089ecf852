//! Configuration: defaults < `heard.toml` < `HEARD_*` < flags. Unknown keys are refused. One file a section.

pub mod data;
pub mod deep;
pub mod document;
pub mod load;
pub mod log;
pub mod mail;
pub mod root;
pub mod send;
pub mod watch;
pub mod web;
