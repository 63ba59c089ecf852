//! Development tasks of Heard: tests, tidiness, training, screenshots.
fn main() {}
