//! One file per noun: how it is kept. Reads take a [`View`](crate::view::View), writes a [`Tx`](crate::view::Tx).
//!
//! Bottom-up: [`outbox`], [`job`], [`audit`] · [`company`], [`id`], [`journey`], [`department`], [`taxonomy`], [`post`], [`scale`], [`attribute`] ·
//! [`account`], [`person`] · [`passage`], [`label`], [`feedback`], [`reading`], [`cube`] · [`import`], [`mapping`] · [`user`], [`session`], [`token`] · [`directory`].

pub mod account;
pub mod attribute;
pub mod audit;
pub mod company;
pub mod cube;
pub mod department;
pub mod directory;
pub mod feedback;
pub mod id;
pub mod import;
pub mod job;
pub mod journey;
pub(crate) mod label;
pub mod mapping;
pub mod outbox;
pub mod passage;
pub mod person;
pub mod post;
pub mod reading;
pub mod scale;
pub mod session;
pub mod taxonomy;
pub mod token;
pub mod user;
