//! The contract of a step: what it may use, and the draft of a reading that it works on.

use std::ops::Range;

use heard_domain::id::{FeedbackId, StageId};
use heard_domain::reading::{Entity, Note, Passage};

use crate::company::Company;
use crate::embedding::Embedding;
use crate::encoder::Encoded;
use crate::evidence::Role;
use crate::model::{Model, Outputs, Scores};
use crate::token::Tokens;

/// A feedback that is to be read.
#[derive(Debug, Clone, Copy)]
pub struct ToRead<'a> {
    /// Which.
    pub feedback: FeedbackId,
    /// At which revision.
    pub revision: i32,
    /// The verbatim.
    pub text: &'a str,
    /// ISO 639-1 code, if the source says in which language it is.
    pub language_hint: Option<&'a str>,
    /// The stage of the contact at which it was said, if known.
    pub touchpoint_stage: Option<StageId>,
}

/// What every step may use.
#[derive(Debug, Clone, Copy)]
pub struct Tools<'a> {
    /// What words mean.
    pub embedding: &'a Embedding,
    /// The trained head.
    pub model: &'a Model,
    /// The company's journey and taxonomy, compiled.
    pub company: &'a Company,
}

/// A passage in the making: its tokens, and what the head says of them.
#[derive(Debug)]
pub struct Clause {
    /// Its tokens.
    pub tokens: Range<usize>,
    /// What will be in the reading.
    pub passage: Passage,
    /// What each token may do in the phrases that a label rests on.
    pub roles: Vec<Role>,
    /// Its features: they say which words a label rests on.
    pub encoded: Encoded,
    /// What the head says of them.
    pub scores: Scores,
    /// The outputs of the head, the rest of the verbatim counting a little.
    pub outputs: Outputs,
}

/// A reading in the making.
#[derive(Debug)]
pub struct Draft<'a> {
    /// What is to be read.
    pub asked: ToRead<'a>,
    /// What of the verbatim is read: all of it, or its beginning.
    pub text: &'a str,
    /// The tokens of `text`.
    pub tokens: Tokens,
    /// ISO 639-1 code and how sure.
    pub language: Option<(String, f32)>,
    /// The passages.
    pub clauses: Vec<Clause>,
    /// Things named.
    pub entities: Vec<Entity>,
    /// What should be known about the reading.
    pub notes: Vec<Note>,
}

impl Draft<'_> {
    /// Whether the language is one that the model was trained on.
    pub fn read_in_full(&self) -> bool {
        !self.notes.contains(&Note::LanguageNotRead)
    }
}

/// One step: it adds to the draft, never fails and never looks outside.
#[derive(Debug, Clone, Copy)]
pub struct Step {
    /// As it is called in documents and goldens.
    pub name: &'static str,
    /// What it does.
    pub run: fn(&Tools<'_>, &mut Draft<'_>),
}
