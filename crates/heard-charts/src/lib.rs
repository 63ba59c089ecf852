//! Pictures as SVG: pure functions from figures to text, the same for page, e-mail and print.
//!
//! Bottom-up: [`number`], [`date`], [`chart`] (text, scale, curve, palette), [`twin`], [`raster`] (small PNGs for mails) · [`spark`], [`bars`], [`importance`],
//! [`journey`], [`trend`], [`mix`], [`qr`], [`face`] · diagrams, each with its table: [`fishbone`], [`digraph`], [`layers`] and
//! [`network`], [`sankey`], [`verification`].

pub mod bars;
pub mod chart;
pub mod date;
pub mod digraph;
pub mod face;
pub mod fishbone;
pub mod importance;
pub mod journey;
#[cfg(test)]
mod labels;
pub mod layers;
pub mod mix;
pub mod network;
pub mod number;
pub mod qr;
pub mod raster;
pub mod sankey;
pub mod spark;
pub mod trend;
pub mod twin;
pub mod verification;
