//! `heard bench`: how fast, beside a peer in the same run.

use std::fs;
use std::io::{Read, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::Context;
use heard_domain::id::FeedbackId;
use heard_domain::starter::industry::suggest;
use heard_text::pipeline::Reader;
use heard_text::step::ToRead;
use serde_json::json;

use crate::cli::BenchRead;
use crate::say;

/// What is read if no file is given: comments as customers write them, of all lengths.
const COMMENTS: &str = include_str!("bench/comments.txt");
/// Comments in a round, so that the clock has something to show.
const FEWEST: usize = 4000;

/// Reads comments, all heads, on one core, and prints how many a second; with a peer, in turns with it.
pub fn read(wanted: &BenchRead) -> anyhow::Result<()> {
    let comments = comments(wanted.texts.as_deref())?;
    let bytes: usize = comments.iter().map(String::len).sum();
    let reader = reader(&comments);
    // The first round fills caches and builds what is built once.
    let _ = ours(&reader, &comments);
    let (mut own, mut other) = (Vec::new(), Vec::new());
    for _ in 0..wanted.rounds.max(1) {
        own.push(ours(&reader, &comments));
        if let Some(peer) = &wanted.peer {
            other.push(theirs(peer, &comments)?);
        }
    }
    let (own, other) = (median(own), (!other.is_empty()).then(|| median(other)));
    let mean = bytes as f64 / comments.len() as f64;
    if wanted.json {
        return say::json(&json!({
            "documents": comments.len(), "bytes_per_document": mean, "rounds": wanted.rounds.max(1), "clock": CLOCK,
            "documents_per_second": own, "peer_documents_per_second": other, "times_peer": other.map(|other| own / other),
        }));
    }
    say::data(&format!("{} comments of {mean:.0} bytes, median of {} rounds, {CLOCK}", comments.len(), wanted.rounds.max(1)))?;
    say::data(&format!("heard, all heads   {own:>9.0} documents/s"))?;
    if let Some(other) = other {
        say::data(&format!("peer               {other:>9.0} documents/s"))?;
        say::data(&format!("heard / peer       {:>9.1}", own / other))?;
    }
    Ok(())
}

/// With a journey and a taxonomy as a newcomer is offered them for such comments: categories and stages are read as well.
fn reader(comments: &[String]) -> Reader {
    let mut id = 0;
    let planted = suggest(comments.iter().take(200).map(String::as_str), []).starter().plant(|| {
        id += 1;
        id
    });
    Reader::new(&planted.journey, &planted.taxonomy)
}

fn comments(file: Option<&Path>) -> anyhow::Result<Vec<String>> {
    let given = file.map(|file| fs::read_to_string(file).with_context(|| format!("{} cannot be read", file.display())));
    let given = given.transpose()?;
    let once: Vec<String> =
        given.as_deref().unwrap_or(COMMENTS).lines().filter(|line| !line.trim().is_empty()).map(str::to_owned).collect();
    anyhow::ensure!(!once.is_empty(), "there is no comment to read: one a line");
    let times = FEWEST.div_ceil(once.len());
    Ok(once.iter().cycle().take(once.len() * times).cloned().collect())
}

/// Documents a second of the reader.
fn ours(reader: &Reader, comments: &[String]) -> f64 {
    let clock = Clock::start("thread-self");
    let mut passages = 0;
    for (at, text) in comments.iter().enumerate() {
        let feedback = FeedbackId(at as i64);
        passages +=
            reader.read(&ToRead { feedback, revision: 1, text, language_hint: None, touchpoint_stage: None }).passages.len();
    }
    std::hint::black_box(passages);
    comments.len() as f64 / clock.seconds()
}

/// Documents a second of a program that reads a comment a line and answers each with a line; measured from its first answer
/// on, so that its start does not count.
fn theirs(peer: &str, comments: &[String]) -> anyhow::Result<f64> {
    let mut words = peer.split_whitespace();
    let program = words.next().context("--peer names no program")?;
    let mut child = Command::new(program)
        .args(words)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .with_context(|| format!("{program} does not start"))?;
    let mut input = child.stdin.take().context("the peer takes no input")?;
    let mut output = child.stdout.take().context("the peer gives no output")?;
    let all: String = comments.iter().flat_map(|text| [text.as_str(), "\n"]).collect();
    let writer = std::thread::spawn(move || input.write_all(all.as_bytes()));
    let mut buffer = vec![0; 64 * 1024];
    let lines = |bytes: &[u8]| bytes.split(|byte| *byte == b'\n').count() - 1;
    let n = output.read(&mut buffer)?;
    let clock = Clock::start(&child.id().to_string());
    let first = lines(buffer.get(..n).unwrap_or(&[]));
    let (mut answered, mut seconds) = (first, 0.0);
    loop {
        let n = output.read(&mut buffer)?;
        if n == 0 {
            break;
        }
        answered += lines(buffer.get(..n).unwrap_or(&[]));
        seconds = clock.seconds();
    }
    let status = child.wait()?;
    // A peer that stops early closes its input: what it left unread is told by the number of its answers.
    let _ = writer.join();
    anyhow::ensure!(
        status.success() && answered == comments.len(),
        "the peer ended with {status} and answered {answered} of {} comments: it must answer each line with a line",
        comments.len()
    );
    anyhow::ensure!(answered > first && seconds > 0.0, "the peer answered all at once: it must answer as it reads");
    Ok((answered - first) as f64 / seconds)
}

fn median(mut rates: Vec<f64>) -> f64 {
    rates.sort_by(f64::total_cmp);
    rates.get(rates.len() / 2).copied().unwrap_or(0.0)
}

/// What the figures are of.
const CLOCK: &str = if cfg!(target_os = "linux") { "time on the processor" } else { "time on the wall" };

/// Time that a thread spent on the processor, where the system tells; else time on the wall. Others on the same machine
/// would make a time on the wall theirs as well.
struct Clock {
    path: String,
    spent: Option<u64>,
    wall: Instant,
}

impl Clock {
    fn start(of: &str) -> Self {
        let path = format!("/proc/{of}/schedstat");
        Self { spent: spent(&path), path, wall: Instant::now() }
    }

    fn seconds(&self) -> f64 {
        match (self.spent, spent(&self.path)) {
            (Some(before), Some(now)) if now > before => (now - before) as f64 / 1e9,
            _ => self.wall.elapsed().as_secs_f64(),
        }
    }
}

/// Nanoseconds on the processor.
fn spent(path: &str) -> Option<u64> {
    fs::read_to_string(path).ok()?.split_whitespace().next()?.parse().ok()
}
