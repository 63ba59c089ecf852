//! Verification: what may be said of a fix, from the comments of an issue before and after it, beside exposures of operations or all
//! feedback of its stage. The same numbers serve the nightly finding and the page.

use std::collections::{BTreeMap, BTreeSet};

use heard_domain::channel::Channel;
use heard_domain::directory::Directory;
use heard_domain::id::{CategoryId, FeedbackId, PostId, StageId};
use heard_domain::onset::onset;
use heard_domain::question::Filter;
use heard_domain::scope::Scope;
use heard_domain::tally::{Mention, Stratum, Tally, counts, tallies};
use heard_domain::taxonomy::Taxonomy;
use heard_domain::time::{Day, Period};
use heard_domain::verification::{Basis, Fix, Rules, Verification, hold, verify_beside};
use heard_store::error::StoreError;
use heard_store::figures::reached::{heard_in, heard_last};
use heard_store::figures::spoken::Spoken;
use heard_store::tables;
use heard_store::tables::verdict::Found;
use heard_store::view::View;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::error::FlowError;
use crate::flow::Flow;

/// Whose rate is looked at.
#[derive(Debug, Clone, PartialEq)]
pub struct Subject {
    /// Which comments mention it.
    pub mentions: Filter,
    /// Where customers live it; `None`: everywhere.
    pub stage: Option<StageId>,
    /// When it was opened and mended.
    pub fix: Fix,
    /// What was found when this fix was verified: it stands, and is only watched.
    pub verified: Option<Found>,
}

/// One week, from its first day.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct VerificationWeek {
    /// Its days.
    pub period: Period,
    /// Persons with a mention.
    pub persons: u64,
    /// How often it could have happened.
    pub exposures: f64,
}

/// What was found, with the numbers that went in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Examined {
    /// The finding.
    pub found: Verification,
    /// When it was opened and mended.
    pub fix: Fix,
    /// By which rules it was decided.
    pub rules: Rules,
    /// The last day that is looked at: none after the newest on which anything was heard where customers speak of this stage.
    pub until: Day,
    /// What an exposure is: a measure of operations, or comments of the stage.
    pub unit: String,
    /// Whether exposures come from operations; otherwise all feedback of the stage is the denominator, post by post, asked and
    /// volunteered apart.
    pub from_operations: bool,
    /// Mentions of persons that were not counted once more within 28 days.
    pub mentions: u64,
    /// Comments before the fix that count for nothing, because the categories have learnt from them.
    #[serde(default)]
    pub taught: u64,
    /// The weeks that are looked at, in order.
    pub weeks: Vec<VerificationWeek>,
}

impl Examined {
    /// What the rate is a share of.
    pub fn basis(&self) -> Basis {
        if self.from_operations { Basis::Operations(self.unit.clone()) } else { Basis::Feedback }
    }
}

/// A measure must have been counted on so much of the days before, and of those after, 0..1.
const COVERED: f64 = 0.6;

/// What is read of the store for a look.
struct Read {
    counted: Option<Measured>,
    heard: Vec<(Day, PostId, u64)>,
    until: Day,
    /// The comments from which what is counted was learnt.
    taught: BTreeSet<FeedbackId>,
}

/// Looks at a fix as of a day. It is the company's finding: the same for everybody, whatever they see of the comments.
pub async fn examine(flow: &Flow, subject: &Subject, today: Day) -> Result<Examined, FlowError> {
    let (rules, directory) = (Rules::default(), flow.directory());
    let whole = window(&subject.fix, &rules, today);
    let mut spoken = flow.store.spoken(&Scope::system(), &subject.mentions, Some(whole)).await?;
    let (stage, fix) = (subject.stage, subject.fix);
    let basis = subject.verified.as_ref().and_then(|found| found.basis.clone());
    let categories = within(&directory.taxonomy, &subject.mentions.category);
    let look = move |view: &View| {
        let counted = match (basis, stage) {
            (Some(Basis::Operations(measure)), Some(stage)) => {
                let days = tables::exposure::by_day(view, stage, &measure, whole)?;
                Some((measure, days))
            }
            (None, Some(stage)) => measured(view, stage, &fix, whole)?,
            (Some(_), _) | (None, None) => None,
        };
        let heard = heard_in(view, stage.unwrap_or(StageId(0)), whole)?;
        let before = heard.iter().filter(|(day, ..)| *day < fix.first);
        let posts: BTreeSet<PostId> = before.map(|(_, post, _)| *post).collect();
        let newest = heard_last(view, &posts.into_iter().collect::<Vec<_>>(), whole)?;
        let taught = tables::example::teaching(view, &categories)?.into_iter().collect();
        Ok(Read { counted, heard, until: newest.map_or(today, |newest| newest.min(today)), taught })
    };
    let Read { counted, heard, until, taught } = flow.store.read(&Scope::system(), look).await?;
    spoken.retain(|one| one.day <= until);
    let all = spoken.len();
    spoken.retain(|one| counts(one.day, taught.contains(&one.feedback), fix.first));
    let taught = (all - spoken.len()) as u64;
    let name = stage.and_then(|id| directory.journey.stage(id)).map(|stage| stage.name.clone());
    let (unit, from_operations) = match (&counted, name) {
        (Some((measure, _)), _) => (measure.clone(), true),
        (None, Some(stage)) => (format!("comments in {stage}"), false),
        (None, None) => ("comments".to_owned(), false),
    };
    let by_post = tallied(&spoken, None, &heard, &directory, fix.last);
    let days = match counted {
        Some((_, days)) => tallied(&spoken, Some(days), &[], &directory, fix.last),
        None => by_post.clone(),
    };
    let (fix, found) = if let Some(kept) = &subject.verified {
        (kept.fix, hold(&kept.found, &kept.fix, &days, until, &rules))
    } else {
        let begun = || fix.before(&rules).and_then(|period| onset(&days, period, fix.opened));
        let fix = Fix { since: fix.since.or_else(begun), ..fix };
        let beside = if from_operations { by_post.as_slice() } else { &[] };
        (fix, verify_beside(&fix, &days, beside, until, &rules))
    };
    let whole = Period { last: until.max(whole.first), ..whole };
    Ok(Examined {
        found,
        fix,
        rules,
        until,
        unit,
        from_operations,
        mentions: spoken.len() as u64,
        taught,
        weeks: weeks(&days, whole),
    })
}

/// Some categories with all below them.
fn within(taxonomy: &Taxonomy, categories: &[CategoryId]) -> Vec<CategoryId> {
    let of = |id: &CategoryId| categories.contains(id) || taxonomy.above(*id).iter().any(|above| categories.contains(above));
    taxonomy.categories.iter().map(|category| category.id).filter(of).collect()
}

/// The days that can count: from those before the first fix to the day looked at.
fn window(fix: &Fix, rules: &Rules, today: Day) -> Period {
    let first = fix.before(rules).map_or(fix.first, |before| before.first).min(fix.first);
    Period { first, last: today.max(first) }
}

/// What is counted, and how much of it on each day.
type Measured = (String, Vec<(Day, u64)>);

/// The measure of a stage that was counted on most days, if that is enough of them both before and after the fix.
fn measured(view: &View, stage: StageId, fix: &Fix, whole: Period) -> Result<Option<Measured>, StoreError> {
    let mut best: Option<Measured> = None;
    for (measure, counted_on) in tables::exposure::measures(view, stage, whole)? {
        if best.as_ref().is_some_and(|(_, other)| other.len() as u64 >= counted_on) {
            continue;
        }
        let days = tables::exposure::by_day(view, stage, &measure, whole)?;
        let enough = |period: Period| {
            let counted = days.iter().filter(|(day, count)| period.contains(*day) && *count > 0).count();
            period.first > period.last || counted as f64 >= COVERED * f64::from(period.days())
        };
        let before = Period { first: whole.first, last: fix.first + -1 };
        // A fix of today has no days after it yet.
        let after = Period { first: fix.last, last: whole.last };
        if enough(before) && enough(after) {
            best = Some((measure, days));
        }
    }
    Ok(best)
}

/// Mentions beside what could have led to one, day by day; where feedback is the denominator, stratum by stratum.
fn tallied(
    spoken: &[Spoken],
    counted: Option<Vec<(Day, u64)>>,
    heard: &[(Day, PostId, u64)],
    directory: &Directory,
    after: Day,
) -> Vec<Tally> {
    let asked: BTreeSet<PostId> =
        directory.posts.iter().filter(|post| post.channel == Channel::Survey).map(|post| post.id).collect();
    let stratum = |post: PostId| Stratum { post, asked: asked.contains(&post) };
    let mut exposures: BTreeMap<(Day, Option<Stratum>), f64> = BTreeMap::new();
    let operations = counted.is_some();
    for (day, count) in counted.into_iter().flatten() {
        *exposures.entry((day, None)).or_default() += count as f64;
    }
    for (day, post, count) in heard {
        *exposures.entry((*day, Some(stratum(*post)))).or_default() += *count as f64;
    }
    let mention = |one: &Spoken| Mention { day: one.day, stratum: (!operations).then(|| stratum(one.post)), person: one.person };
    tallies(spoken.iter().map(mention).collect(), &exposures, after)
}

fn weeks(days: &[Tally], whole: Period) -> Vec<VerificationWeek> {
    let mut weeks: BTreeMap<Day, (u64, f64)> = BTreeMap::new();
    let mut monday = whole.first.monday();
    while monday <= whole.last {
        weeks.insert(monday, (0, 0.0));
        monday = monday + 7;
    }
    for tally in days {
        if let Some((persons, exposures)) = weeks.get_mut(&tally.day.monday()) {
            *persons += tally.persons;
            *exposures += tally.exposures;
        }
    }
    weeks
        .into_iter()
        .map(|(monday, (persons, exposures))| VerificationWeek {
            period: Period { first: monday.max(whole.first), last: (monday + 6).min(whole.last) },
            persons,
            exposures,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use heard_domain::id::PersonId;

    #[test]
    fn weeks_hold_all_days_and_begin_and_end_with_the_window() {
        let whole = Period { first: Day(20_002), last: Day(20_016) };
        let tally = |day: i32| Tally { day: Day(day), stratum: None, persons: 1, exposures: 10.0 };
        let all: Vec<Tally> = (20_002..=20_016).map(tally).collect();
        let weeks = weeks(&all, whole);
        assert_eq!(weeks.iter().map(|week| week.persons).sum::<u64>(), 15);
        assert_eq!((weeks[0].period.first, weeks.last().unwrap().period.last), (whole.first, whole.last));
    }

    #[test]
    fn where_operations_are_known_posts_do_not_part_what_is_counted() {
        let one = |day, post| Spoken {
            feedback: FeedbackId(i64::from(day)),
            day: Day(day),
            post: PostId(post),
            person: Some(PersonId(i64::from(day))),
            account: None,
        };
        let spoken = [one(1, 1), one(1, 2), one(3, 1)];
        let directory = Directory {
            company: heard_domain::directory::Company { name: String::new(), zone: heard_domain::time::Zone::UTC },
            journey: heard_domain::journey::Journey { stages: vec![], touchpoints: vec![] },
            taxonomy: Taxonomy::default(),
            departments: vec![],
            calendars: vec![],
            places: vec![],
            segments: vec![],
            posts: vec![heard_domain::post::Post::new(PostId(2), "Survey", Channel::Survey)],
            scales: vec![],
            attributes: vec![],
            values: BTreeMap::new(),
        };
        let counted = Some(vec![(Day(1), 100), (Day(2), 100)]);
        let days = tallied(&spoken, counted, &[], &directory, Day(2));
        let seen: Vec<(i32, u64, f64)> = days.iter().map(|t| (t.day.0, t.persons, t.exposures)).collect();
        // Both posts on day 1 are the same cell; on day 3 nothing was counted.
        assert_eq!(seen, [(1, 1, 100.0), (2, 0, 100.0), (3, 1, 0.0)]);
        let heard = [(Day(1), PostId(1), 5), (Day(1), PostId(2), 7)];
        let days = tallied(&spoken, None, &heard, &directory, Day(2));
        let asked: Vec<(bool, f64)> = days.iter().map(|t| (t.stratum.unwrap().asked, t.exposures)).collect();
        assert_eq!(asked, [(false, 5.0), (true, 7.0), (false, 0.0)]);
    }
}
