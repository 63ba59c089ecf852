//! Damaged files of all layouts through the whole flow, as many as wanted: `damaged FROM TO`. The same seeds are the same files. It
//! ends with an error where a row is half written, an answer is no reason, or a file ends the program.

#![expect(clippy::print_stdout, clippy::expect_used, reason = "a program for the terminal that says what it found")]

#[path = "../tests/common/mod.rs"]
mod common;
#[path = "../../heard-channels/tests/mutate/files.rs"]
mod files;
#[path = "../tests/damaged/through.rs"]
mod through;
#[path = "../../heard-channels/tests/mutate/zips.rs"]
mod zips;

use std::time::Instant;

/// So many files are taken through one folder.
const AT_A_TIME: u64 = 1_000;

#[tokio::main]
async fn main() {
    let mut seeds = std::env::args().skip(1).map(|seed| seed.parse::<u64>().expect("a seed is a whole number"));
    let (from, to) = (seeds.next().unwrap_or(0), seeds.next().unwrap_or(AT_A_TIME));
    let begun = Instant::now();
    let mut first = from;
    while first < to {
        let last = (first + AT_A_TIME).min(to);
        let folder = tempfile::tempdir().expect("a folder");
        let became = through::through(folder.path(), first..last).await;
        println!("seeds {first} to {}: {became:?}", last - 1);
        first = last;
    }
    println!("{} files in {:.0} s: nothing half written", to - from, begun.elapsed().as_secs_f64());
}
