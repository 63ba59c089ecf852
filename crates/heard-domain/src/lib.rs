//! The words and the rules of Heard: pure, no input or output, not async.
//!
//! Bottom-up: [`word`], [`hex`], [`chance`], [`draw`], [`time`], [`id`] · [`channel`], [`statistics`], [`regression`], [`imputation`],
//! [`driver`], [`parameter`] · [`account`], [`journey`], [`taxonomy`],
//! [`calendar`], [`place`], [`segment`], [`post`], [`score`], [`attribute`] · [`form`], [`webhook`], [`health`] · [`feedback`], [`reading`], [`example`], [`precision`], [`import`], [`operation`],
//! [`user`], [`scope`], [`audit`], [`job`] ·
//! [`question`], [`theme`], [`directory`] · [`starter`].

pub mod account;
pub mod attribute;
pub mod audit;
pub mod calendar;
pub mod chance;
pub mod channel;
pub mod directory;
pub mod draw;
pub mod driver;
pub mod example;
pub mod feedback;
pub mod form;
pub mod health;
pub mod hex;
pub mod id;
pub mod import;
pub mod imputation;
pub mod job;
pub mod journey;
pub mod operation;
pub mod parameter;
pub mod place;
pub mod post;
pub mod precision;
pub mod question;
pub mod reading;
pub mod regression;
pub mod scope;
pub mod score;
pub mod segment;
pub mod starter;
pub mod statistics;
pub mod taxonomy;
pub mod theme;
pub mod time;
pub mod user;
pub mod webhook;
pub mod word;
