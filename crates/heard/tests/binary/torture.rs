//! How long and with which chance the hard tests run: short by themselves, long by `cargo xtask torture`, which names it in the
//! environment and gathers what they report.

use std::time::Duration;

/// A number from the environment, `HEARD_TORTURE_<name>`, or the usual one.
#[expect(clippy::disallowed_methods, reason = "the length of a test is the tester's to say")]
pub fn number(name: &str, usual: u64) -> u64 {
    let given = std::env::var(format!("HEARD_TORTURE_{name}")).ok();
    given.map_or(usual, |text| text.parse().unwrap_or_else(|_| panic!("HEARD_TORTURE_{name}: “{text}” is no number")))
}

/// Where chance begins.
pub fn seed() -> u64 {
    number("SEED", 1)
}

/// A line of the table of results.
pub fn report(what: &str, truth: &str, outcome: &str, took: Duration) {
    eprintln!("TORTURE: {what} | {truth} | {} | {outcome} | {:.0} s", seed(), took.as_secs_f64());
}
