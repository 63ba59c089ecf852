//! What Heard learns from the company's own corrections, inside the server. Bottom-up: [`example`] · [`features`] ·
//! [`logistic`] (how it learns) · [`weights`] · [`watch`], [`statement`] · [`wanted`] (what examples and the taxonomy say) · [`calibrate`] (how sure is sure) · [`head`] (the categories),
//! [`choice`] (one of a few classes), [`ordinary`] (what it leaves alone), [`near`] (what is as good as the same), [`sentiment`], [`emotion`], [`stage`] (as people have corrected them) ·
//! [`beside`], [`chance`] · [`cluster`], [`naming`], [`subject`] · [`theme`] (what no category explains).

pub mod beside;
pub mod calibrate;
pub mod chance;
pub mod choice;
pub mod cluster;
pub mod emotion;
pub mod example;
pub mod features;
pub mod head;
pub mod logistic;
pub mod naming;
pub mod near;
pub mod ordinary;
pub mod sentiment;
pub mod stage;
pub mod statement;
pub mod subject;
pub mod theme;
pub mod wanted;
pub mod watch;
pub mod weights;
