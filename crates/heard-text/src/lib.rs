//! Reads a comment: language, passages, sentiment, emotion, categories, intents, stage.
//!
//! Bottom-up: [`asset`], [`token`], [`words`] · [`phrase`], [`lexicon`], [`languages`], [`wishes`], [`asks`], [`evidence`], [`points`], [`grammar`],
//! [`suggestion`], [`telling`] · [`wordpiece`], [`embedding`] · [`encoder`] · [`model`], [`feelings`], [`learn`] (from the company's examples), [`deep`] (a transformer, if
//! there is one), [`company`] · [`step`] (what a step
//! may do) · [`steps`] (one file each) · [`pipeline`] (their order, and the reader) ·
//! [`judge`] (how well it reads).

pub mod asks;
pub mod asset;
pub mod company;
pub mod deep;
pub mod embedding;
pub mod encoder;
pub mod evidence;
pub mod feelings;
pub mod grammar;
pub mod judge;
pub mod languages;
pub mod learn;
pub mod lexicon;
pub mod model;
pub mod phrase;
pub mod pipeline;
pub mod points;
pub mod step;
pub mod steps;
pub mod suggestion;
pub mod telling;
pub mod token;
pub mod wishes;
pub mod wordpiece;
pub mod words;
