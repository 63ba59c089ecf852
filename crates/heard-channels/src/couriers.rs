//! Couriers: what leaves for other systems and for customers.
//!
//! Bottom-up: [`courier`] (what every courier of mail does) · [`smtp`] (e-mail) · [`webhook`].

pub mod courier;
pub mod smtp;
pub mod webhook;
