//! Arrange: the company shapes what Heard listens to and by which words (journey, taxonomy, posts, users, tokens).

pub mod account;
pub mod audit;
pub mod company;
pub mod customer;
pub mod form;
pub mod journey;
pub mod name;
pub mod post;
pub mod session;
pub mod starter;
pub mod template;
pub mod token;
pub mod user;
pub mod webhook;
