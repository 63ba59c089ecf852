//! A mapping that a person has confirmed for another file of the same shape, held against this one.

use heard_domain::import::{DateOrder, Mapping, Meaning};

use crate::posts::survey::{Facts, Survey};

/// The remembered mapping, with what only this file can tell: the order of day and month where its dates are clear, and
/// whether the key tells its rows apart (where it does not, rows would overwrite each other). What was changed is said.
pub fn recall(mut mapping: Mapping, survey: &Survey) -> (Mapping, Vec<String>) {
    let facts = |name: &str| survey.columns.iter().find(|facts| facts.name.eq_ignore_ascii_case(name));
    let mut remarks = Vec::new();
    let timed = mapping.columns.iter().find(|(_, meaning)| *meaning == Meaning::Time);
    let verdict = timed.and_then(|(name, _)| facts(name)).map(|facts| facts.orders.verdict());
    if let Some(verdict) = verdict.filter(|v| v.sure == 1.0 && v.order != DateOrder::YearFirst && v.order != mapping.dates) {
        mapping.dates = verdict.order;
        remarks.push(format!("the dates of this file are written {}, unlike last time", verdict.order.label().to_lowercase()));
    }
    for (name, meaning) in mapping.columns.iter_mut().filter(|(_, meaning)| *meaning == Meaning::Key) {
        if facts(name).is_some_and(|facts: &Facts| !facts.unique) {
            *meaning = Meaning::Skip;
            remarks.push(format!("“{name}” does not tell all rows of this file apart, so it is no key here"));
        }
    }
    (mapping, remarks)
}
