//! Read: what was heard is understood; persons correct it.

pub mod again;
pub mod correct;
pub mod deep;
pub mod foresee;
pub mod step;
pub(crate) mod unsure;
