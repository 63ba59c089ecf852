//! Arrange: the company shapes what Heard listens to and by which words (journey, taxonomy, departments, places, posts, users, tokens).

pub mod account;
pub mod audit;
pub mod calendar;
pub mod category;
pub mod company;
pub mod customer;
pub mod department;
pub mod example;
pub mod form;
pub mod journey;
pub mod learning;
pub mod name;
pub mod place;
pub mod post;
pub mod promise;
pub mod receiver;
pub mod segment;
pub mod session;
pub mod starter;
pub mod taxonomy;
pub mod template;
pub mod theme;
pub mod token;
pub mod user;
pub mod version;
pub mod webhook;
