//! The face for people: one file a page.

pub mod cases;
pub mod categories;
pub mod category;
pub mod correct;
pub mod digests;
pub mod drivers;
pub mod errors;
pub mod feedback;
pub mod form;
pub mod import;
pub mod issues;
pub mod journey;
pub mod journey_edit;
pub mod learning;
pub mod ledger;
pub mod live;
pub mod overview;
pub mod posts;
pub mod promises;
pub mod rules;
pub mod settings;
pub mod sign_in;
pub mod themes;
pub mod verification;
pub mod welcome;
