//! A trial: what a rule would have done in the newest 90 days. Nothing is written.

use std::collections::{BTreeMap, HashMap, HashSet};

use heard_domain::id::{CategoryId, DepartmentId, FeedbackId, PersonId, RuleId};
use heard_domain::question::Filter;
use heard_domain::reading::Reading;
use heard_domain::rule::{Conditions, Router, Rule, Urgency};
use heard_domain::scope::Scope;
use heard_domain::time::Period;
use heard_domain::user::Grant;
use heard_store::tables;
use heard_store::view::View;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::error::FlowError;
use crate::flow::{Flow, need};
use crate::measure::period::newest_days;
use crate::route::matching::{comment, key_accounts};
use crate::route::rules::{RuleDraft, checked};

/// How far back a rule is tried, in days.
pub const DAYS: i32 = 90;
/// So many comments are looked through at most: the newest.
const MOST: usize = 20_000;
/// So many at a time.
const BATCH: usize = 1_000;
/// So many examples are shown.
const EXAMPLES: usize = 10;

/// How many comments would have gone to one department.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TriedDepartment {
    /// Which.
    pub department: DepartmentId,
    /// How many comments.
    pub comments: u64,
}

/// What a rule would have done.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Trial {
    /// The days that were looked at.
    pub period: Period,
    /// How many comments were looked through.
    pub looked: u64,
    /// Whether these were all that could fit; else the newest.
    pub whole: bool,
    /// For how many the rule would have held.
    pub held: u64,
    /// How many cases it would have opened: comments of one person about the same make one.
    pub cases: u64,
    /// How often those on duty would have been told at once.
    pub alerts: u64,
    /// How many of them cannot wait.
    pub urgent: u64,
    /// Where they would have gone, with the departments that usually contribute; most first.
    pub departments: Vec<TriedDepartment>,
    /// The newest of them, at most ten.
    pub examples: Vec<FeedbackId>,
}

/// What can be found without reading every comment; the rest is looked at one by one.
fn filter(when: &Conditions) -> Filter {
    Filter {
        stage: when.stage.clone(),
        category: when.category.clone(),
        polarity: when.polarity.clone(),
        intent: when.intent.clone(),
        account: when.account.clone(),
        ..Filter::default()
    }
}

/// Tries a rule, kept or not, against what is in sight of the 90 days up to the newest feedback.
pub async fn attempt(flow: &Flow, scope: &Scope, id: Option<RuleId>, draft: RuleDraft) -> Result<Trial, FlowError> {
    need(scope, Grant::Shape)?;
    let rule = checked(flow, scope, id.unwrap_or(RuleId(0)), draft).await?;
    let (directory, now) = (flow.directory(), flow.now());
    let period = newest_days(flow, scope, DAYS).await?;
    let mut tally = Tally::default();
    let (filter, mut after, mut whole) = (filter(&rule.when), None, true);
    loop {
        let found = flow.store.find(scope, &filter, Some(period), after, BATCH).await?;
        let ids = found.ids.clone();
        let look = move |view: &View| {
            let feedback = tables::feedback::many(view, &ids)?;
            let keys = key_accounts(view, &feedback)?;
            Ok((tables::reading::many(view, &ids)?, feedback, keys))
        };
        let (readings, feedback, keys) = flow.store.read(scope, look).await?;
        let (rule, directory) = (rule.clone(), directory.clone());
        let count = move || {
            let readings: HashMap<FeedbackId, Reading> = readings.into_iter().map(|r| (r.feedback, r)).collect();
            let router = Router::new(&[], Some(&rule), &directory.taxonomy);
            for feedback in &feedback {
                tally.looked += 1;
                let Some(reading) = readings.get(&feedback.id) else { continue };
                let mut asked = comment(&directory, feedback, reading, &keys, now);
                asked.still_there = false;
                let routed = router.route(&asked);
                if !routed.rules.is_empty() {
                    let category = reading.weightiest().and_then(|p| p.categories.first()).map(|label| label.value);
                    tally.add(&rule, feedback.id, feedback.person, category, &routed.departments, routed.urgency);
                }
            }
            tally
        };
        tally = tokio::task::spawn_blocking(count).await.map_err(FlowError::internal)?;
        after = found.more;
        if after.is_none() {
            break;
        }
        if tally.looked as usize >= MOST {
            whole = false;
            break;
        }
    }
    Ok(tally.told(period, whole))
}

#[derive(Default)]
struct Tally {
    looked: u64,
    held: u64,
    alone: u64,
    together: HashSet<(PersonId, Option<CategoryId>)>,
    alerts: u64,
    urgent: u64,
    departments: BTreeMap<DepartmentId, u64>,
    examples: Vec<FeedbackId>,
}

impl Tally {
    fn add(
        &mut self,
        rule: &Rule,
        id: FeedbackId,
        person: Option<PersonId>,
        category: Option<CategoryId>,
        departments: &[DepartmentId],
        urgency: Urgency,
    ) {
        self.held += 1;
        self.alerts += u64::from(rule.way.alerts);
        self.urgent += u64::from(urgency == Urgency::Now);
        if rule.way.opens_case {
            match person {
                Some(person) => drop(self.together.insert((person, category))),
                None => self.alone += 1,
            }
        }
        for department in departments {
            *self.departments.entry(*department).or_default() += 1;
        }
        if self.examples.len() < EXAMPLES {
            self.examples.push(id);
        }
    }

    fn told(self, period: Period, whole: bool) -> Trial {
        let mut departments: Vec<TriedDepartment> =
            self.departments.into_iter().map(|(department, comments)| TriedDepartment { department, comments }).collect();
        departments.sort_by_key(|one| std::cmp::Reverse(one.comments));
        Trial {
            period,
            looked: self.looked,
            whole,
            held: self.held,
            cases: self.alone + self.together.len() as u64,
            alerts: self.alerts,
            urgent: self.urgent,
            departments,
            examples: self.examples,
        }
    }
}
