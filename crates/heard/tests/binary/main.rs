//! The real executable, as people and machines use it: misuse, death at any moment, files that are broken.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test that cannot go on says where it stopped"
)]

mod backup;
mod client;
mod command_line;
mod death;
mod disk;
mod documented;
mod folder;
mod idempotency;
mod judged;
mod malformed;
mod noise;
mod reread;
#[path = "../../../heard-store/tests/server"]
mod server {
    pub mod postgres;
}
mod stop;
mod torture;
