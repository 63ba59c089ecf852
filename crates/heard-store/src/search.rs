//! Search: the words of verbatims.
//!
//! Bottom-up: [`words`] · [`index`] · [`find`].

pub mod find;
pub mod index;
pub mod words;
