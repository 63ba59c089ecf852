//! Parts of pages: functions from typed input to markup, the same for every page.
//!
//! Bottom-up: [`icon`], [`say`], [`tongue`] · [`flash`], [`empty`], [`form`], [`again`], [`field`], [`sure`], [`pager`], [`merge`], [`twin`], [`diagram`], [`alerting`] · [`layout`] · [`quote`], [`pane`], [`filters`], [`category`], [`arriving`] ·
//! [`finding`], [`kpi`], [`journey`], [`heat`], [`movers`], [`mixes`], [`drivers`], [`learning`], [`examples`] · [`asking`], [`wishes`].

pub mod again;
pub mod alerting;
pub mod arriving;
pub mod asking;
pub mod category;
pub mod diagram;
pub mod drivers;
pub mod empty;
pub mod examples;
pub mod field;
pub mod filters;
pub mod finding;
pub mod flash;
pub mod form;
pub mod heat;
pub mod icon;
pub mod journey;
pub mod kpi;
pub mod layout;
pub mod learning;
pub mod merge;
pub mod mixes;
pub mod money;
pub mod movers;
pub mod pager;
pub mod pane;
pub mod quote;
pub mod say;
pub mod sure;
pub mod tongue;
pub mod twin;
pub mod wishes;
