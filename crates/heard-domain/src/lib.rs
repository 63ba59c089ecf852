//! The words and the rules of Heard: pure, no input or output, not async.
//!
//! Bottom-up: [`word`], [`hex`], [`capital`], [`chance`], [`draw`], [`time`], [`id`] · [`channel`], [`statistics`], [`dispersion`], [`course`], [`outbreak`], [`regression`],
//! [`imputation`], [`driver`], [`parameter`] · [`account`], [`journey`], [`taxonomy`],
//! [`calendar`], [`countdown`], [`place`], [`segment`], [`post`], [`score`], [`attribute`] · [`form`], [`webhook`], [`health`] ·
//! [`feedback`], [`reading`], [`example`], [`precision`], [`import`], [`operation`], [`user`], [`scope`], [`audit`], [`job`] ·
//! [`watch_words`], [`rule`], [`case`], [`case_entry`], [`kept_case`], [`alert`], [`receiver`], [`digest`] · [`quiet`], [`mail`], [`message`], [`letter`] · [`tally`], [`onset`], [`verification`], [`issue`], [`cause`], [`plan`], [`priority`], [`ledger`],
//! [`helpfulness`], [`find`], [`talk`], [`rising`] · [`question`], [`promise`], [`commitment`], [`theme`], [`kept_issue`], [`sibling`], [`asking`], [`progress`], [`gathering`], [`directory`] · [`starter`].

pub mod account;
pub mod alert;
pub mod asking;
pub mod attribute;
pub mod audit;
pub mod calendar;
pub mod capital;
pub mod case;
pub mod case_entry;
pub mod cause;
pub mod chance;
pub mod channel;
pub mod commitment;
pub mod countdown;
pub mod course;
pub mod digest;
pub mod directory;
pub mod dispersion;
pub mod draw;
pub mod driver;
pub mod example;
pub mod feedback;
pub mod find;
pub mod form;
pub mod gathering;
pub mod health;
pub mod helpfulness;
pub mod hex;
pub mod id;
pub mod import;
pub mod imputation;
pub mod issue;
pub mod job;
pub mod journey;
pub mod kept_case;
pub mod kept_issue;
pub mod ledger;
pub mod letter;
pub mod mail;
pub mod message;
pub mod onset;
pub mod operation;
pub mod outbreak;
pub mod parameter;
pub mod place;
pub mod plan;
pub mod post;
pub mod precision;
pub mod priority;
pub mod progress;
pub mod promise;
pub mod question;
pub mod quiet;
pub mod reading;
pub mod receiver;
pub mod regression;
pub mod rising;
pub mod rule;
pub mod scope;
pub mod score;
pub mod segment;
pub mod sibling;
pub mod starter;
pub mod statistics;
pub mod talk;
pub mod tally;
pub mod taxonomy;
pub mod theme;
pub mod time;
pub mod user;
pub mod verification;
pub mod watch_words;
pub mod webhook;
pub mod word;
