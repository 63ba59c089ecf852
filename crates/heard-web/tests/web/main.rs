//! The site as a browser and a program see it: one program, the files mirror what is asked of it.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should say where")]

mod again;
mod api;
mod arrange;
mod audit;
mod cadence;
mod cases;
mod deep;
mod degraded;
mod drivers;
mod export;
mod foreign;
mod form;
mod headers;
mod hostile;
mod ids;
mod import;
mod issues;
mod learning;
mod live;
mod metrics;
mod openapi;
mod operations;
mod posts;
mod promises;
mod receivers;
mod roles;
mod schema;
mod scope;
mod serve;
mod settings;
mod sign_in;
mod site;
mod themes;
mod verification;
mod world;
