//! Journeys through Heard in a real browser: the program on a free port, Chromium through its driver, and what every
//! page must keep.
//!
//! Bottom-up: [`place`], [`program`], [`driver`] · [`browser`] · [`promise`] · [`journey`].

pub mod browser;
pub mod driver;
pub mod journey;
pub mod place;
pub mod program;
pub mod promise;
