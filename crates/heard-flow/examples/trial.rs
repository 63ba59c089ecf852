//! How soon problems of companies are found that nothing was tuned to, with how many false alarms, and which fixes are verified.
//!
//! `cargo run --release --workspace --example trial -- 10 1 80000 300` (companies, first seed, comments of each, corrections)

#![expect(clippy::print_stdout, reason = "an example shows what it found")]

use heard_domain::time::Time;
use heard_domain::verification::Verdict;
use heard_flow::demo::fixed::{Tried, WAYS};
use heard_flow::demo::listening::Knows;
use heard_flow::demo::phrasebook::Phrases;
use heard_flow::demo::simulate::Simulation;
use heard_flow::demo::trial::{ENOUGH, Outcome, Planted, SOON, run};

/// The moment at which it ends: 2026-03-22T12:00:00Z.
const NOON: Time = Time(1_774_180_800_000);

fn soon(planted: &Planted) -> bool {
    planted.days.is_some_and(|days| days <= SOON)
}

fn show(seed: u64, outcome: &Outcome) {
    println!("\nCompany {seed}: {} comments, {} finds, {} of them once more", outcome.comments, outcome.finds, outcome.again);
    for p in &outcome.planted {
        let days = p.days.zip(p.at).map_or_else(|| "not found".to_owned(), |(days, at)| format!("day {days} by {at:?}"));
        println!(
            "  {:?} from {}: {} comments, {} in the first week ({} filed): {days}",
            p.problem, p.first, p.comments, p.early, p.read
        );
    }
    for seen in &outcome.alarms {
        println!("  false alarm on {}: {:?}, {} instead of {:.1}", seen.found, seen.at, seen.persons, seen.expected);
    }
    for fix in &outcome.fixes {
        let after = fix.after.map_or_else(String::new, |days| format!(" after {days} days"));
        let shares = format!("{:.0} % found, {:.0} % right", 100.0 * fix.found, 100.0 * fix.right);
        println!(
            "  fix of {:?}, real {}, by {:?} ({shares}): {}{after}, reopened {:?}",
            fix.problem, fix.real, fix.by, fix.verdict, fix.reopened
        );
    }
}

fn main() {
    let mut wanted = std::env::args().skip(1).filter_map(|arg| arg.parse::<u64>().ok());
    let (companies, first) = (wanted.next().unwrap_or(4), wanted.next().unwrap_or(1));
    let comments = wanted.next().unwrap_or(80_000) as usize;
    let knows = wanted.next().map_or(Knows::Names, |n| Knows::Corrections(n as usize));
    let mut all = vec![];
    for seed in first..first + companies {
        let outcome = run(Simulation { comments, seed, end: NOON, phrases: Phrases::Second }, knows);
        show(seed, &outcome);
        all.push(outcome);
    }
    let planted = || all.iter().flat_map(|outcome| &outcome.planted).filter(|planted| planted.comments >= ENOUGH);
    let count = |name: &str, of: &dyn Fn(&Planted) -> bool| {
        let (n, hits) = (planted().filter(|p| of(p)).count(), planted().filter(|p| of(p) && soon(p)).count());
        let ever = planted().filter(|p| of(p) && p.days.is_some()).count();
        println!("{name}: {n}, within {SOON} days {hits}, found at all {ever}");
    };
    println!();
    count("All with 30 comments or more", &|_| true);
    count("30 or more in the first week", &|p| p.early >= ENOUGH);
    count("15 to 29 in the first week", &|p| (15..ENOUGH).contains(&p.early));
    count("Fewer than 15 in the first week", &|p| p.early < 15);
    let finds: usize = all.iter().map(|outcome| outcome.finds).sum();
    let alarms: usize = all.iter().map(|outcome| outcome.alarms.len()).sum();
    let again: usize = all.iter().map(|outcome| outcome.again).sum();
    println!("{finds} finds, {alarms} false alarms, {again} of something found before");
    for by in WAYS {
        for real in [true, false] {
            let of = || all.iter().flat_map(|outcome| &outcome.fixes).filter(|fix| fix.real == real && fix.by == by);
            let verified = of().filter(|fix| matches!(fix.verdict, Verdict::Verified | Verdict::Reopened)).count();
            let mean = |share: &dyn Fn(&Tried) -> f64| 100.0 * of().map(share).sum::<f64>() / of().count().max(1) as f64;
            let (found, right) = (mean(&|fix| fix.found), mean(&|fix| fix.right));
            println!(
                "Fixes by {by:?}, real {real}: {}, verified {verified}; {found:.0} % found, {right:.0} % right",
                of().count()
            );
        }
        let of = all.iter().flat_map(|outcome| &outcome.fixes).filter(|fix| fix.by == by);
        let back: Vec<bool> = of.filter_map(|fix| fix.reopened).collect();
        println!("  came back: {}, opened again {}", back.len(), back.iter().filter(|reopened| **reopened).count());
    }
}
