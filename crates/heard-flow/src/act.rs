//! Act: a customer's matter is answered by those who can, in time, and everybody sees how it stands.

pub mod acting;
pub mod bulk;
pub mod cadence;
pub mod change;
pub mod commitment;
pub(crate) mod conversation;
pub mod customer;
pub(crate) mod felt;
pub mod issues;
pub mod look;
pub(crate) mod lost;
pub(crate) mod opening;
pub mod promise;
pub mod service;
pub mod staff;
pub mod thread;
pub mod told;
pub mod verify;
pub(crate) mod watch;
