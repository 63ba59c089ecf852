//! Gathering: where many suddenly complain of the same at the same stage, Heard proposes an issue; a person accepts, merges or dismisses
//! it. Two looks complement each other: the last four weeks against the four before, and every evening the last days against what the same
//! weekdays of eight weeks lead to expect, which finds within days what is new ([`heard_domain::outbreak`]), in categories and stages and in the
//! words of complaints ([`heard_domain::rising`]). New comments need no step of their own: what an issue gathers is a question that is always asked anew.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use heard_domain::course::{RECENT, Volume, WEEKS};
use heard_domain::find::{Find, Matter, QUIET, look};
use heard_domain::id::{CategoryId, FeedbackId, PostId, StageId};
use heard_domain::kept_issue::{IssueOrigin, IssueStanding, KeptIssue};
use heard_domain::outbreak::{Rules, rises};
use heard_domain::question::Filter;
use heard_domain::rising::Told;
use heard_domain::scope::Scope;
use heard_domain::talk::{Said, Speaker, Talk};
use heard_domain::taxonomy::Taxonomy;
use heard_domain::time::{Day, Period, Time};
use heard_store::figures::complained::Complained;
use heard_store::tables;
use heard_store::tables::issue::Sought;
use heard_store::view::Tx;

use crate::act::issues::change::{IssueDraft, begun, write};
use crate::act::issues::rising::{self, speaker};
use crate::error::FlowError;
use crate::flow::Flow;
use crate::read::again::under_way;

use heard_domain::gathering::{DAYS, Seen, proposed};

type Persons = HashMap<(StageId, CategoryId), HashSet<Speaker>>;

/// Who complains of what at which stage, and how many comments speak of each stage.
fn complaints(all: &[Complained], period: Period) -> (Persons, HashMap<StageId, u64>) {
    let (mut persons, mut stages) = (Persons::new(), HashMap::<StageId, u64>::new());
    for one in all.iter().filter(|one| period.contains(one.day)) {
        for stage in &one.stages {
            *stages.entry(*stage).or_default() += 1;
        }
        for pair in &one.complaints {
            if let (Some(stage), Some(category)) = pair {
                persons.entry((*stage, *category)).or_default().insert(speaker(one));
            }
        }
    }
    (persons, stages)
}

/// What more complain of at a stage than in the four weeks before.
fn grown(all: &[Complained], period: Period) -> Vec<Risen> {
    let ((now, heard), (before, heard_before)) = (complaints(all, period), complaints(all, period.before()));
    let size = |stages: &HashMap<StageId, u64>, stage| stages.get(&stage).copied().unwrap_or(0);
    let mut pairs: Vec<((StageId, CategoryId), Seen)> = now
        .iter()
        .map(|(pair, persons)| {
            let seen = Seen {
                persons: persons.len() as u64,
                before: before.get(pair).map_or(0, HashSet::len) as u64,
                heard: (size(&heard, pair.0), size(&heard_before, pair.0)),
            };
            (*pair, seen)
        })
        .collect();
    pairs.sort_by_key(|(pair, _)| *pair);
    let judged: Vec<Seen> = pairs.iter().map(|(_, seen)| *seen).collect();
    let grown = pairs.iter().zip(proposed(&judged)).filter(|(_, yes)| *yes);
    let whole = |(((stage, category), seen), _): (&((StageId, CategoryId), Seen), bool)| {
        let matter = Matter { stage: Some(*stage), category: Some(*category) };
        let expected = seen.before as f64 * seen.heard.0 as f64 / (seen.heard.1 as f64).max(1.0);
        Risen {
            matter,
            of: vec![matter],
            joined: vec![],
            since: None,
            shown: (matter, period),
            more: seen.persons as f64 - expected,
        }
    };
    grown.map(whole).collect()
}

/// Looks at the last four weeks up to a day, and at what has risen by an `evening` if one is given, and proposes what has become an issue.
/// What an issue gathers already, and what was dismissed or merged, is not proposed again. Gives how many are new.
pub async fn run(flow: &Flow, today: Day, evening: Option<Day>) -> Result<usize, FlowError> {
    let from = evening.unwrap_or(today).min(today) + -(LISTENED - 1);
    let directory = flow.directory();
    let posts: HashMap<PostId, usize> = directory.posts.iter().enumerate().map(|(at, post)| (post.id, at)).collect();
    let heard = flow.store.complained(&Scope::system(), Period { first: from, last: today }).await?;
    let issues = flow.store.read(&Scope::system(), |view| tables::issue::list(view, &Sought::default())).await?;
    let heard = Arc::new(heard);
    let (all, places) = (Arc::clone(&heard), posts.clone());
    let look = move || {
        let risen = evening.map(|evening| risen(&all, Period::ending(evening, LISTENED), &places));
        (grown(&all, Period::ending(today, DAYS)), risen)
    };
    let (grown, looked) = tokio::task::spawn_blocking(look).await.map_err(FlowError::internal)?;
    let (risen, in_words) = match looked {
        Some((risen, days, volume)) => (risen, rising::risen(flow, &heard, days, &posts, volume).await?),
        None => (vec![], vec![]),
    };
    let named: HashSet<StageId> = in_words.iter().filter_map(|group| group.stage).collect();
    // A stage that rises because of some words is told by its words.
    let risen = risen.into_iter().filter(|found| {
        let stage = found.matter.stage.filter(|_| found.matter.category.is_none());
        stage.is_none_or(|stage| !named.contains(&stage))
    });
    let wanted = wanted(grown, risen.collect(), &issues, &directory.taxonomy);
    let asks = wanted.iter().any(|found| found.matter.category.is_some());
    let told = if asks { rising::told(flow, &issues).await? } else { vec![] };
    let wanted: Vec<Risen> = wanted.into_iter().filter(|found| !found.explained(&told, &heard)).collect();
    // Words are told by a category only if it is proposed itself: what neither of them told would be lost.
    let also: Vec<Matter> = wanted.iter().flat_map(|found| found.of.iter().copied()).collect();
    let known = rising::known(flow, &issues, &also, &heard, &in_words).await?;
    let words = rising::proposed(flow, today, in_words, &issues, known).await?;
    let mut new = of_matters(flow, wanted, &issues);
    new.extend(words.new);
    let count = new.len();
    let more = words.more;
    if count > 0 || more.iter().any(|(_, comments)| !comments.is_empty()) {
        let add = move |tx: &mut Tx| {
            new.into_iter().try_for_each(|(issue, joined)| write(tx, issue, &joined).map(|_| ()))?;
            let mut pairs = more.iter().flat_map(|(issue, comments)| comments.iter().map(|comment| (*issue, *comment)));
            pairs.try_for_each(|(issue, comment)| tables::issue::join(tx, issue, comment))
        };
        flow.store.write(&Scope::system(), add).await?;
    }
    Ok(count)
}

/// What has grown or risen and no issue gathers yet.
fn wanted(grown: Vec<Risen>, risen: Vec<Risen>, issues: &[KeptIssue], taxonomy: &Taxonomy) -> Vec<Risen> {
    let mut wanted = grown;
    // What rose at several stages is proposed once, as the category wherever, unless it is there for one of them.
    for found in risen {
        let same =
            |one: &Matter, other: &Matter| one.category == other.category && (one.stage == other.stage || other.stage.is_none());
        match wanted.iter_mut().find(|one| found.of.iter().any(|matter| same(&one.matter, matter))) {
            Some(there) => there.since = found.since.filter(|(matter, _)| *matter == there.matter).or(there.since),
            None => wanted.push(found),
        }
    }
    wanted.retain(|found| !found.of.iter().any(|matter| issues.iter().any(|issue| gathered(issue, *matter, taxonomy))));
    wanted
}

/// Issues of what has grown or risen, with the comments to join.
fn of_matters(flow: &Flow, wanted: Vec<Risen>, issues: &[KeptIssue]) -> Vec<(KeptIssue, Vec<FeedbackId>)> {
    let directory = flow.directory();
    let mut new = Vec::new();
    for Risen { matter, joined, since, .. } in wanted {
        let since = since.filter(|(of, _)| *of == matter).map(|(_, day)| day);
        if let Some(stage) = matter.stage.filter(|_| matter.category.is_none()) {
            let issue = of_stage(flow, stage, issues);
            new.extend(issue.map(|issue| (KeptIssue { since, ..issue }, joined)));
            continue;
        }
        let Some(about) = matter.category.and_then(|category| directory.taxonomy.category(category)) else { continue };
        let at = matter.stage.and_then(|stage| directory.journey.stage(stage));
        let title = at.map_or_else(|| about.name.clone(), |at| format!("{}: {}", at.name, about.name));
        let draft = IssueDraft {
            title: title.chars().take(heard_domain::kept_issue::LONGEST_TITLE).collect(),
            stage: at.map(|at| at.id),
            categories: vec![about.id],
            departments: about.departments.clone(),
        };
        let issue = KeptIssue { since, ..begun(flow, &draft, IssueOrigin::Found, None) };
        new.push((issue, vec![]));
    }
    new
}

/// Whether an issue is about a category already: about itself, whatever was decided; or, while it gathers, about one above it (it gathers
/// these complaints, too) or below it (both would gather the same complaints).
fn gathered(issue: &KeptIssue, matter: Matter, taxonomy: &Taxonomy) -> bool {
    let Some(category) = matter.category else { return false };
    let gathers = matches!(issue.standing, IssueStanding::Proposed | IssueStanding::Accepted);
    let of = |own: &CategoryId| {
        *own == category || gathers && (taxonomy.above(category).contains(own) || taxonomy.above(*own).contains(&category))
    };
    let fits = issue.stage.is_none() || matter.stage.is_none() || issue.stage == matter.stage;
    fits && issue.categories.iter().any(of)
}

/// A stage of which more complain, of whatever; none where one is there that nobody has decided, or that is not four weeks old.
fn of_stage(flow: &Flow, stage: StageId, issues: &[KeptIssue]) -> Option<KeptIssue> {
    let since = flow.now().plus_ms(-i64::from(QUIET) * 86_400_000);
    let there = |issue: &KeptIssue| {
        let alike = issue.origin == IssueOrigin::Found && issue.stage == Some(stage) && issue.categories.is_empty();
        alike && (issue.standing == IssueStanding::Proposed || issue.opened > since)
    };
    if issues.iter().any(there) {
        return None;
    }
    let title = format!("{}{}", flow.directory().journey.stage(stage)?.name, rising::MORE);
    let title = title.chars().take(heard_domain::kept_issue::LONGEST_TITLE).collect();
    let draft = IssueDraft { title, stage: Some(stage), categories: vec![], departments: vec![] };
    Some(begun(flow, &draft, IssueOrigin::Found, None))
}

/// How often it is looked, in milliseconds: every hour.
const EVERY_MS: i64 = 3_600_000;

/// When it was looked last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Looked {
    at: Option<Time>,
    /// Up to which day, whole, for what has risen.
    evening: Option<Day>,
}

/// Looks if an hour has passed since it was looked `last`, up to the newest feedback; for what has risen once a day, when the day is whole:
/// how often that errs was found for one look an evening.
pub(crate) async fn tend(flow: &Flow, last: &mut Looked) -> Result<(), FlowError> {
    let now = flow.now();
    // While everything is read again, what was read by the new version would pass for a rise.
    if last.at.is_some_and(|last| now.0 - last.0 < EVERY_MS) || under_way(flow).await? {
        return Ok(());
    }
    let today = flow.directory().company.zone.day(now);
    if let Some(newest) = flow.store.newest(&Scope::system(), &Filter::default()).await? {
        let evening = newest.min(today + -1);
        run(flow, newest.min(today), (last.evening != Some(evening)).then_some(evening)).await?;
        last.evening = Some(evening);
    }
    last.at = Some(now);
    Ok(())
}

/// The weeks that lead to what is expected, and a fortnight that is held against it.
const LISTENED: i32 = (7 * WEEKS + RECENT) as i32;

/// What has risen in the last days and since when, one find for one problem: a category, at a stage or wherever. Each comment counts on the day it was
/// said, so that history which is imported at once is history. With the days looked at, and who was heard in them.
fn risen(all: &[Complained], period: Period, posts: &HashMap<PostId, usize>) -> (Vec<Risen>, Period, Volume) {
    let said = all.iter().filter_map(|one| {
        let complaints = one.complaints.clone();
        Some(Said { day: one.day, post: *posts.get(&one.post)?, speaker: speaker(one), complaints })
    });
    let talk = Talk::of(period, posts.len(), said.collect());
    let mut finds = Vec::new();
    let rises = rises(&talk.courses, &talk.volume, 0, &Rules::of_matters());
    look(&mut finds, period.last, rises, |matter, days| talk.speakers(matter, days));
    let risen = finds.into_iter().map(|find| Risen::of(find, all)).collect();
    (risen, period, talk.volume)
}

/// What has risen, as an issue would gather it.
struct Risen {
    matter: Matter,
    /// All matters in which the same persons show.
    of: Vec<Matter>,
    /// A stage as a whole is gathered by no category: the comments of the rise are joined.
    joined: Vec<FeedbackId>,
    /// Since when.
    since: Option<(Matter, Day)>,
    /// In which matter and which days it shows most.
    shown: (Matter, Period),
    /// How many more persons complain than were expected.
    more: f64,
}

impl Risen {
    /// Whether it is a category that rises by comments of one issue that was proposed because of its words.
    fn explained(&self, told: &[Told], all: &[Complained]) -> bool {
        let (matter, period) = self.shown;
        if self.matter.category.is_none() || told.is_empty() {
            return false;
        }
        let fits = |(stage, category): &(_, _)| {
            (matter.stage.is_none() || matter.stage == *stage) && (matter.category.is_none() || matter.category == *category)
        };
        let said = all.iter().filter(|one| period.contains(one.day) && one.complaints.iter().any(fits));
        let said: Vec<_> = said.map(|one| (speaker(one), one.feedback)).collect();
        told.iter().any(|told| told.explains(said.iter().copied(), self.more))
    }

    fn of(find: Find, all: &[Complained]) -> Self {
        let of: Vec<Matter> = std::iter::once(find.rise.key).chain(find.also).collect();
        let (shown, more) = ((find.rise.key, find.rise.period), find.rise.persons as f64 - find.rise.expected);
        // A stage that rises together with a category rises because of it.
        if let Some(matter) = of.iter().copied().find(|matter| matter.category.is_some()) {
            return Self { matter, of, joined: vec![], since: Some((matter, find.rise.since)), shown, more };
        }
        let at = |one: &&Complained| one.complaints.iter().any(|(stage, _)| *stage == find.rise.key.stage);
        let of_it = all.iter().rev().filter(|one| find.rise.period.contains(one.day)).filter(at);
        let joined = of_it.take(JOINED).map(|one| one.feedback).collect();
        Self { matter: find.rise.key, of, joined, since: Some((find.rise.key, find.rise.since)), shown, more }
    }
}

/// So many comments are joined to an issue that gathers none by itself, the newest.
const JOINED: usize = 500;

/// How many wait for a person.
pub async fn waiting(flow: &Flow, scope: &Scope) -> Result<usize, FlowError> {
    let sought = Sought { standing: vec![IssueStanding::Proposed], ..Sought::default() };
    Ok(flow.store.read(scope, move |view| tables::issue::list(view, &sought)).await?.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use heard_domain::id::IssueId;
    use heard_domain::issue::Work;
    use heard_domain::taxonomy::Category;

    #[test]
    fn what_an_issue_gathers_is_not_proposed_under_another_name() {
        let mut child = Category::new(CategoryId(2), "Lost bag");
        child.parent = Some(CategoryId(1));
        let other = Category::new(CategoryId(3), "Seat");
        let taxonomy = Taxonomy { version: 1, categories: vec![Category::new(CategoryId(1), "Luggage"), child, other] };
        let issue = |category: i64, stage: Option<i64>, standing| KeptIssue {
            id: IssueId(1),
            number: 1,
            version: 1,
            title: "One".into(),
            stage: stage.map(StageId),
            categories: vec![CategoryId(category)],
            origin: IssueOrigin::Found,
            standing,
            merged: None,
            opened: Time(0),
            opened_by: None,
            changed: Time(0),
            begins: None,
            work: Work::default(),
            fixed_on: vec![],
            since: None,
        };
        let at = |stage: Option<i64>, category: i64| Matter { stage: stage.map(StageId), category: Some(CategoryId(category)) };
        let covers = |issue: KeptIssue, matter| gathered(&issue, matter, &taxonomy);
        let (open, dismissed) = (IssueStanding::Proposed, IssueStanding::Dismissed);
        assert!(covers(issue(1, None, open), at(Some(4), 2)) && covers(issue(2, None, open), at(Some(4), 1)));
        assert!(!covers(issue(1, None, open), at(Some(4), 3)) && !covers(issue(1, Some(5), open), at(Some(4), 2)));
        // What was dismissed is itself not proposed again; what is below it may be another problem.
        assert!(covers(issue(2, None, dismissed), at(Some(4), 2)) && !covers(issue(1, None, dismissed), at(Some(4), 2)));
        assert!(!covers(issue(1, None, open), Matter { stage: Some(StageId(4)), category: None }));
    }

    #[test]
    fn a_category_that_rises_by_comments_of_an_issue_told_by_its_words_is_that_issue() {
        let day = Day(20_000);
        let matter = Matter { stage: None, category: Some(CategoryId(7)) };
        let said = |n: i64, category: i64, day: Day| Complained {
            feedback: FeedbackId(n),
            day,
            post: PostId(1),
            person: None,
            stages: vec![],
            complaints: vec![(Some(StageId(2)), Some(CategoryId(category)))],
        };
        let all: Vec<Complained> = (0..10).map(|n| said(n, 7, day)).chain((10..20).map(|n| said(n, 8, day))).collect();
        let found = |matter: Matter| Risen {
            matter,
            of: vec![matter],
            joined: vec![],
            since: None,
            shown: (matter, Period::ending(day, 3)),
            more: 8.0,
        };
        let told = |ids: std::ops::Range<i64>| vec![Told { rose: None, comments: ids.map(FeedbackId).collect() }];
        assert!(found(matter).explained(&told(0..4), &all) && !found(matter).explained(&told(0..3), &all));
        assert!(!found(matter).explained(&told(10..20), &all) && !found(matter).explained(&[], &all), "other complaints");
        assert!(!found(matter).explained(&told(0..10), &[said(0, 7, day + -9)]), "of other days");
        let stage = Matter { stage: Some(StageId(2)), category: None };
        assert!(!found(stage).explained(&told(0..20), &all), "a stage is told by its words elsewhere");
    }
}
