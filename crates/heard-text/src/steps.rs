//! The steps of reading, one file each; their order stands in `pipeline.rs`.

pub mod category;
pub mod clause;
pub mod clean;
pub mod emotion;
pub mod entity;
pub mod intent;
pub mod language;
pub mod sentiment;
pub mod stage;
