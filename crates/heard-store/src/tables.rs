//! One file per noun: how it is kept. Reads take a [`View`](crate::view::View), writes a [`Tx`](crate::view::Tx).
//!
//! Bottom-up: [`outbox`], [`snapshot`], [`job`], [`audit`] · [`company`], [`id`], [`journey`], [`calendar`], [`place`], [`department`], [`example`], [`taxonomy_version`], [`taxonomy`], [`foreseen`], [`post`], [`scale`], [`attribute`] ·
//! [`change`], [`property`], [`account`], [`person`], [`author`], [`segment`] · [`passage`], [`label`], [`feedback`], [`reading`], [`cube`], [`rule`], [`case`], [`case_entry`], [`case_promise`], [`alert`], [`issue`], [`issue_work`], [`receiver`], [`digest`], [`thread`], [`message`], [`suppressed`], [`letter`], [`mailbox`], [`promise`], [`renamed`], [`taxonomy_change`], [`commitment`], [`ledger`], [`verdict`], [`withdraw`] · [`exposure`], [`event`], [`revert`] ·
//! [`import`], [`mapping`], [`template`], [`form`], [`webhook`], [`health`] · [`user`], [`session`], [`token`] · [`directory`].

pub mod account;
pub mod alert;
pub mod attribute;
pub mod audit;
pub mod author;
pub mod calendar;
pub mod case;
pub mod case_entry;
pub mod case_promise;
pub mod change;
pub mod commitment;
pub mod company;
pub mod cube;
pub mod department;
pub mod digest;
pub mod directory;
pub mod event;
pub mod example;
pub mod exposure;
pub mod feedback;
pub mod foreseen;
pub mod form;
pub mod health;
pub mod id;
pub mod import;
pub mod issue;
pub mod issue_work;
pub mod job;
pub mod journey;
pub mod label;
pub mod ledger;
pub mod letter;
pub mod mailbox;
pub mod mapping;
pub mod message;
pub mod outbox;
pub mod passage;
pub mod person;
pub mod place;
pub mod post;
pub mod promise;
pub mod property;
pub mod reading;
pub mod receiver;
pub mod renamed;
pub mod revert;
pub mod rule;
pub mod scale;
pub mod segment;
pub mod session;
pub mod snapshot;
pub mod suppressed;
pub mod taxonomy;
pub mod taxonomy_change;
pub mod taxonomy_version;
pub mod template;
pub mod thread;
pub mod token;
pub mod user;
pub mod verdict;
pub mod webhook;
pub mod withdraw;
