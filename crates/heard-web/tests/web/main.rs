//! The site as a browser and a program see it: one program, the files mirror what is asked of it.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should say where")]

mod roles;
mod sign_in;
mod site;
