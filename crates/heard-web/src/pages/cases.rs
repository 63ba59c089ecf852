//! Cases: the queue, and one customer's matter.

pub mod act;
pub mod alerts;
pub mod issues;
pub mod list;
pub mod pane;
pub mod service;
pub mod show;
