//! A company that nothing was tuned to listens, small enough for every change: the whole trial (`examples/trial.rs`) is four companies of 85,000 comments.

use heard_flow::demo::listening::Knows;
use heard_flow::demo::phrasebook::Phrases;
use heard_flow::demo::simulate::Simulation;
use heard_flow::demo::trial::{Planted, Where, run_lately};

use crate::common;

/// The evenings that are looked at: one problem begins in them.
const EVENINGS: i32 = 66;

#[test]
fn what_befalls_a_company_that_nothing_was_tuned_to_is_found_by_its_words() {
    let simulation = Simulation { comments: 20_000, seed: 51, end: common::NOON, phrases: Phrases::Second };
    let outcome = run_lately(simulation, Knows::Names, EVENINGS);
    let today = simulation.end.0.div_euclid(86_400_000) as i32;
    let new: Vec<_> = outcome.planted.iter().filter(|planted| today - planted.first.0 < EVENINGS).collect();
    println!("{} finds, {} again, {:?}; {new:?}", outcome.finds, outcome.again, outcome.alarms);
    let soon = |planted: &&&Planted| planted.days.is_some_and(|days| days <= 14);
    let found: Vec<_> = new.iter().filter(soon).collect();
    assert!(!found.is_empty(), "of {new:?}");
    assert!(found.iter().any(|planted| matches!(planted.at, Some(Where::Words(_)))), "{found:?}");
    assert!(outcome.alarms.len() <= 1 && outcome.again <= 1, "{outcome:?}");
}
