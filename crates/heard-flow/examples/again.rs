//! How fast all comments of the demonstration are read again after a change of the categories: one that labels none
//! otherwise, and one that labels nearly all otherwise, until figures and search agree.
//!
//! `cargo run --release --workspace --example again -- 100000`

#![expect(clippy::print_stdout, reason = "an example shows what it found")]

use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::sync::Arc;
use std::time::{Duration, Instant};

use heard_domain::chance::Chance;
use heard_domain::scope::Scope;
use heard_domain::time::{FixedClock, Time};
use heard_flow::arrange::category::{CategoryChange, CategoryDraft, draft};
use heard_flow::arrange::taxonomy;
use heard_flow::demo::fill::fill;
use heard_flow::demo::phrasebook::Phrases;
use heard_flow::demo::simulate::Simulation;
use heard_flow::flow::Flow;
use heard_flow::read::again::under_way;
use heard_flow::work;
use heard_store::store::Store;

/// The moment at which it takes place: 2026-03-22T12:00:00Z.
const NOON: Time = Time(1_774_180_800_000);

/// Always the same: nothing here is secret.
struct Same;

impl Chance for Same {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(7);
    }
}

/// Milliseconds on the processor of each kind of thread.
fn spent() -> BTreeMap<String, u64> {
    let mut all = BTreeMap::new();
    for task in fs::read_dir("/proc/self/task").into_iter().flatten().flatten() {
        let read = |what: &str| fs::read_to_string(task.path().join(what)).unwrap_or_default();
        let ns = read("schedstat").split_whitespace().next().and_then(|ns| ns.parse::<u64>().ok()).unwrap_or(0);
        *all.entry(read("comm").trim().to_owned()).or_default() += ns / 1_000_000;
    }
    all
}

async fn change(flow: &Arc<Flow>, what: &str, change: CategoryChange, comments: usize) -> Result<(), Box<dyn Error>> {
    let (before, begun) = (spent(), Instant::now());
    taxonomy::apply(flow, &Scope::system(), None, change).await?;
    let hand = tokio::spawn({
        let flow = Arc::clone(flow);
        async move { work::drain(&flow).await }
    });
    while under_way(flow).await? {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let read = begun.elapsed();
    let store = flow.store.clone();
    tokio::task::spawn_blocking(move || store.caught_up()).await??;
    let agreed = begun.elapsed();
    println!("{what}: read after {read:.2?} ({:.0}/s), all agrees after {agreed:.2?}", comments as f64 / read.as_secs_f64());
    for (thread, ms) in spent() {
        let ms = ms.saturating_sub(before.get(&thread).copied().unwrap_or(0));
        if ms > 20 {
            println!("    {thread:16} {ms:>6} ms");
        }
    }
    hand.await??;
    Ok(())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let comments = std::env::args().nth(1).map_or(Ok(100_000), |n| n.parse())?;
    let folder = tempfile::tempdir()?;
    let store = Store::open(folder.path())?;
    let flow = Arc::new(Flow::open(store, Arc::new(FixedClock(NOON)), Arc::new(Same), folder.path())?);
    let begun = Instant::now();
    let simulation = Simulation { comments, seed: 7, end: NOON, phrases: Phrases::All };
    fill(&flow, simulation, "a long enough password", |_| ()).await?;
    println!("{comments} comments heard and read in {:.1?}", begun.elapsed());
    let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
    let add = |name: &str, watch: &[&str]| CategoryChange::Add {
        parent: None,
        category: CategoryDraft { name: name.to_owned(), watch_words: words(watch), ..CategoryDraft::default() },
    };
    for round in 0..3 {
        change(&flow, "no label changes", add(&format!("Zyxxo {round}"), &[&format!("qxqzx{round}")]), comments).await?;
    }
    let common = ["the", "a", "to", "and", "i", "was", "is", "it", "of", "we", "my", "for", "not", "you", "in", "no"];
    change(&flow, "nearly all labels change", add("Everything", &common), comments).await?;
    let category = flow.directory().taxonomy.categories.iter().find(|c| c.name == "Everything").cloned();
    let category = category.ok_or("the category is not there")?;
    let rare = CategoryDraft { watch_words: words(&["qxqzx"]), ..draft(&category) };
    change(&flow, "and change back", CategoryChange::Change { id: category.id, category: rare }, comments).await?;
    Ok(())
}
