//! Pictures as SVG: pure functions from figures to text, the same for page, e-mail and print.
//!
//! Bottom-up: [`number`], [`date`], [`chart`] (text, scale, curve, palette) · [`spark`], [`bars`], [`importance`], [`journey`], [`trend`], [`mix`], [`qr`], [`face`].

pub mod bars;
pub mod chart;
pub mod date;
pub mod face;
pub mod importance;
pub mod journey;
pub mod mix;
pub mod number;
pub mod qr;
pub mod spark;
pub mod trend;
