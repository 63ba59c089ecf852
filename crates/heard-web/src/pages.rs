//! The face for people: one file a page.

pub mod errors;
pub mod form;
pub mod frame;
pub mod import;
pub mod settings;
pub mod sign_in;
pub mod welcome;
