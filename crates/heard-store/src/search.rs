//! Search: the words of verbatims.
//!
//! Bottom-up: [`words`] · [`index`].

pub mod index;
pub mod words;
