//! What Heard learns from the company's own corrections, inside the server. Bottom-up: [`example`] · [`features`] ·
//! [`logistic`] (how it learns) · [`watch`], [`statement`] (what examples and the taxonomy say) · [`head`] (the categories).

pub mod example;
pub mod features;
pub mod head;
pub mod logistic;
pub mod statement;
pub mod watch;
