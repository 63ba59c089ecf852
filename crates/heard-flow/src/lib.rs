//! What the product does, step by step; the folder is the story: a listening post hands over ([`hear`]), the words are
//! understood ([`read`]), it goes to all who played a part
//! ([`route`]), who answer ([`act`]); questions are answered ([`measure`]), files leave ([`tell`]); the company shapes it all ([`arrange`]).
//!
//! Bottom-up: [`error`] · `named`, `remembered` · `lessons` · [`understand`], [`noting`], `gathered`, `kept`, [`deep_reader`], [`alerting`], [`mailing`], [`onward`] · [`flow`] · [`due`], [`seen`], [`secret`], [`signature`], `sending` · [`read`] · [`measure`] · [`arrange`] · [`act`] · [`route`] · [`hear`], [`tell`] · [`work`] ·
//! [`demo`].

pub mod act;
pub mod alerting;
pub mod arrange;
pub mod deep_reader;
pub mod demo;
pub mod due;
pub mod error;
pub mod flow;
mod gathered;
pub mod hear;
mod kept;
mod lessons;
pub mod mailing;
pub mod measure;
mod named;
mod noting;
pub mod onward;
pub mod read;
mod remembered;
pub mod route;
pub mod secret;
pub mod seen;
mod sending;
pub mod signature;
pub mod tell;
mod understand;
pub mod work;
