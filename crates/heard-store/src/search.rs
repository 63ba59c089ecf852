//! Search: the words of verbatims.
//!
//! Bottom-up: [`words`], [`disk`] · [`index`].

pub mod disk;
pub mod index;
pub mod words;
