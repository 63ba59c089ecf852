//! The real executable, as people and machines use it: misuse, death at any moment, files that are broken.
#![expect(clippy::unwrap_used, clippy::print_stderr, reason = "a test that cannot go on says where it stopped")]

mod client;
mod command_line;
mod death;
mod documented;
mod folder;
mod malformed;
mod noise;
