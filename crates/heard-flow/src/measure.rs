//! Questions are answered: figures for pages, API and command line, and the one sentence that stands above them.
//!
//! Bottom-up: [`ask`] · [`steps`], [`period`] · [`kpi`], [`journey`], [`heat`], [`movers`], [`mixes`],
//! [`quotes`], [`listening`], [`drivers`] (what is [`offered`]), [`themes`] · [`sentence`], `pressing`, [`finding`] · [`behind`] · [`overview`], [`map`], [`precision`], [`useful`], [`digest`] · [`promises`], [`promised`], [`ledger`], [`verification`], [`fixes`].

pub mod ask;
pub mod behind;
pub mod digest;
pub mod drivers;
pub mod finding;
pub mod fixes;
pub mod heat;
pub mod journey;
pub mod known;
pub mod kpi;
pub mod ledger;
pub mod listening;
pub mod map;
pub mod mixes;
pub mod movers;
pub mod offered;
pub mod overview;
pub mod period;
pub mod precision;
pub(crate) mod pressing;
pub mod promised;
pub mod promises;
pub mod quotes;
pub mod sentence;
pub mod steps;
pub mod themes;
pub mod useful;
pub mod verification;
