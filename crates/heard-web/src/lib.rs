//! HTTP: pages, API, sign-in.
//!
//! Bottom-up: [`problem`], [`limit`], [`browser`], [`attached`], [`metrics`], [`pace`], [`viewer`] · [`flowing`], [`arrival`], [`live`] · [`state`] · [`route`], [`csrf`], [`strict`], [`extract`] · [`guard`], [`upload`], [`listener`] · [`api`], [`address`], [`render`], [`parts`],
//! [`pages`] ·
//! [`openapi`], [`answer`] · [`app`] (the whole route table) · [`serve`].

pub mod address;
pub mod answer;
pub mod api;
pub mod app;
pub mod arrival;
pub mod attached;
pub mod browser;
pub mod csrf;
pub mod extract;
pub mod flowing;
pub mod guard;
pub mod limit;
pub mod listener;
pub mod live;
pub mod metrics;
pub mod openapi;
pub mod pace;
pub mod pages;
pub mod parts;
pub mod problem;
pub mod render;
pub mod route;
pub mod serve;
pub mod state;
pub mod strict;
pub mod upload;
pub mod viewer;
