//! Starters: believable journeys and taxonomies to begin with, one per industry.

pub mod airline;
pub mod bank;
pub mod industrial;
pub mod industry;
pub mod plan;
pub mod retail;
pub mod software;
