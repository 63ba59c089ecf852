//! The finding: the one sentence that stands above all numbers, composed from the facts. What is said is significant, and
//! chosen by priority = reach × severity × trend × weight of the stage; where nothing is significant it says so.

use heard_charts::date;
use heard_charts::number::{signed, whole};
use heard_domain::directory::Directory;
use heard_domain::id::{CategoryId, IssueId, StageId};
use heard_domain::kept_issue::IssueStanding;
use heard_domain::priority::MOMENT_OF_TRUTH;
use heard_domain::question::{Filter, Moved, Value};
use heard_domain::statistics::Certainty;
use heard_domain::time::Period;

use crate::measure::heat::Heat;
use crate::measure::journey::StageFigure;
use crate::measure::kpi::real;
use crate::measure::movers::Categories;
use crate::measure::pressing::{Known, Pressing, people, pressing};
use crate::measure::sentence::{Factors, Piece, Told};
use crate::measure::steps::{Course, Steps, break_of};

/// What the finding is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mood {
    /// Something got worse.
    Worse,
    /// Something got better, and nothing worse.
    Better,
    /// Nothing changed beyond chance.
    Calm,
    /// There is no time before to compare with.
    First,
    /// Too little was heard to say anything.
    Quiet,
}

/// The finding with its evidence.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// What it is about.
    pub mood: Mood,
    /// The sentence.
    pub sentence: Vec<Piece>,
    /// What it rests on, in one line.
    pub evidence: String,
    /// Why this comes first, where something does.
    pub factors: Option<Factors>,
    /// The stage it is about.
    pub stage: Option<StageId>,
    /// The comments behind it.
    pub filter: Filter,
    /// How many they are.
    pub comments: u64,
    /// What most of it is about.
    pub category: Option<CategoryId>,
    /// The issue that it is about, with its name.
    pub issue: Option<(IssueId, String)>,
}

/// The facts from which the sentence is made.
pub(crate) struct Facts<'a> {
    pub(crate) directory: &'a Directory,
    pub(crate) filter: &'a Filter,
    pub(crate) period: Period,
    pub(crate) steps: Steps,
    pub(crate) comments: u64,
    pub(crate) stages: &'a [StageFigure],
    pub(crate) heat: &'a Heat,
    pub(crate) categories: &'a Categories,
    pub(crate) issues: &'a [Known],
}

/// Something that changed for sure.
struct Candidate<'a> {
    name: &'a str,
    stage: Option<StageId>,
    category: Option<CategoryId>,
    value: Value,
    moved: Moved,
    comments: u64,
    course: Option<&'a Course>,
    filter: &'a Filter,
    factors: Factors,
}

/// Composes the sentence.
pub(crate) fn finding(facts: &Facts) -> Finding {
    let candidates = candidates(facts);
    let change = |c: &&Candidate| c.moved.change.unwrap_or(0.0);
    let first = |worse: bool| {
        let side = candidates.iter().filter(|c| (change(c) < 0.0) == worse);
        side.max_by(|a, b| a.factors.priority().total_cmp(&b.factors.priority()))
    };
    let pressing = pressing(facts.issues, facts.period);
    let issue = |better: bool| {
        let side = pressing.iter().filter(|one| one.better == better);
        side.max_by(|a, b| a.factors.priority().total_cmp(&b.factors.priority()))
    };
    let chosen = |worse: bool| {
        let mood = if worse { Mood::Worse } else { Mood::Better };
        match (first(worse), issue(!worse)) {
            // A stage that fell is told with the reason why; an issue stands first where it matters more by itself.
            (Some(moved), Some(issue)) if issue.factors.priority() > moved.factors.priority() => Some(of_issue(issue, mood)),
            (Some(moved), _) => Some(about(facts, moved, mood)),
            (None, issue) => issue.map(|issue| of_issue(issue, mood)),
        }
    };
    chosen(true).or_else(|| chosen(false)).unwrap_or_else(|| nothing(facts))
}

fn of_issue(one: &Pressing, mood: Mood) -> Finding {
    Finding {
        mood,
        sentence: one.sentence.clone(),
        evidence: one.evidence.clone(),
        factors: Some(one.factors),
        stage: one.known.issue.stage,
        filter: one.known.filter.clone(),
        comments: one.known.counted.comments,
        category: one.category,
        issue: Some((one.issue, one.name.clone())),
    }
}

/// The issue that most complain of and nobody has taken up.
fn waiting(issues: &[Known]) -> Option<&Known> {
    let proposed = issues.iter().filter(|known| known.issue.standing == IssueStanding::Proposed && known.counted.persons > 0);
    proposed.max_by_key(|known| (known.counted.persons, std::cmp::Reverse(known.issue.number)))
}

fn candidates<'a>(facts: &'a Facts) -> Vec<Candidate<'a>> {
    let directory = facts.directory;
    let weight = |stage: Option<StageId>| {
        let decides = stage.is_some_and(|id| directory.journey.touchpoints_of(id).any(|t| t.moment_of_truth));
        if decides { MOMENT_OF_TRUTH } else { 1.0 }
    };
    let factors = |value: &Value, moved: &Moved, comments: u64, stage| {
        let change = moved.change.unwrap_or(0.0);
        let bad = (100.0 - value.value.unwrap_or(0.0)) / 200.0;
        Factors {
            reach: comments as f64 / facts.comments.max(1) as f64,
            // What got better is told by how good it is now.
            severity: if change < 0.0 { bad } else { 1.0 - bad },
            trend: change,
            weight: weight(stage),
            told: Told::Sentiment,
        }
    };
    let solid = |value: &Value, moved: &Moved| real(Some(moved)) && !value.weak() && !moved.before.weak();
    let stages = facts.stages.iter().filter_map(|s| {
        let (name, moved) = (&directory.journey.stage(s.stage)?.name, s.moved?);
        solid(&s.value, &moved).then(|| Candidate {
            name,
            stage: Some(s.stage),
            category: None,
            value: s.value,
            moved,
            comments: s.comments,
            course: Some(&s.course),
            filter: &s.filter,
            factors: factors(&s.value, &moved, s.comments, Some(s.stage)),
        })
    });
    let categories = facts.categories.all.iter().filter_map(|m| {
        let category = directory.taxonomy.category(m.category)?;
        solid(&m.value, &m.moved).then(|| Candidate {
            name: &category.name,
            stage: category.stage,
            category: Some(m.category),
            value: m.value,
            moved: m.moved,
            comments: m.comments,
            course: None,
            filter: &m.filter,
            factors: factors(&m.value, &m.moved, m.comments, category.stage),
        })
    });
    stages.chain(categories).collect()
}

fn about(facts: &Facts, what: &Candidate, mood: Mood) -> Finding {
    let change = what.moved.change.unwrap_or(0.0);
    let points = change.abs().round();
    let mut sentence = vec![];
    let place = what.category.and_then(|category| mostly_in(facts, category));
    if what.category.is_some() {
        sentence.push(Piece::Voice(what.name.to_owned()));
        let place = place.and_then(|id| facts.directory.journey.stage(id)).map(|stage| format!(", mostly in {},", stage.name));
        sentence.push(Piece::Say(format!("{} has ", place.unwrap_or_default())));
    } else {
        sentence.push(Piece::Say(format!("{} has ", what.name)));
    }
    sentence.push(Piece::Say(if mood == Mood::Worse { "lost " } else { "gained " }.to_owned()));
    sentence.push(Piece::Strong(format!("{} point{}", whole(points as u64), if points == 1.0 { "" } else { "s" })));
    sentence.push(Piece::Say(format!(" against the {} before", date::length(facts.period))));
    if let Some(day) = what.course.and_then(|course| began(course, &facts.steps, change)) {
        let word = if mood == Mood::Worse { "the fall" } else { "the rise" };
        sentence.push(Piece::Say(format!("; {word} began about {}", date::plain(day))));
    }
    if let Some(times) = what.category.and_then(|category| oftener(facts, category)) {
        sentence.push(Piece::Say(format!("; it is spoken of {times} as often")));
    }
    sentence.push(Piece::Say(".".to_owned()));
    let driver = what.stage.filter(|_| what.category.is_none()).and_then(|stage| driver(facts, stage, what));
    let mostly = what.category.or(driver.as_ref().map(|driver| driver.3));
    if let Some((share, category, oftener, _)) = driver {
        sentence.push(Piece::Say(format!(" {share} of it is one thing: ")));
        sentence.push(Piece::Voice(category));
        sentence
            .push(Piece::Say(oftener.map_or_else(|| ".".to_owned(), |times| format!(", spoken of {times} as often as before."))));
    }
    let value = |v: &Value| v.value.map_or_else(|| "–".to_owned(), signed);
    let interval = what.value.low.zip(what.value.high);
    let interval = interval.map_or_else(String::new, |(low, high)| format!(" ({} to {})", signed(low), signed(high)));
    Finding {
        mood,
        sentence,
        evidence: format!(
            "{} comments in {}. Net sentiment {}{interval}, before {}. {}.",
            whole(what.comments),
            date::length(facts.period),
            value(&what.value),
            value(&what.moved.before),
            what.moved.certainty.label()
        ),
        factors: Some(what.factors),
        stage: place.or(what.stage),
        filter: what.filter.clone(),
        comments: what.comments,
        category: mostly,
        issue: None,
    }
}

/// The stage in which at least half of a category's passages stand.
fn mostly_in(facts: &Facts, category: CategoryId) -> Option<StageId> {
    let cells = facts.heat.cells.iter().filter(|((_, c), _)| *c == category).map(|((stage, _), cell)| (*stage, cell.value.n));
    let (all, most) = cells.fold((0, None), |(all, most): (u64, Option<(StageId, u64)>), (stage, n)| {
        (all + n, if most.is_none_or(|(_, best)| n > best) { Some((stage, n)) } else { most })
    });
    most.filter(|(_, n)| *n > 0 && 2 * n >= all).map(|(stage, _)| stage)
}

/// How many times as often a category is spoken of as in the period before.
fn oftener(facts: &Facts, category: CategoryId) -> Option<String> {
    let mover = facts.categories.all.iter().find(|m| m.category == category)?;
    let (before, now) = mover.counts.split_at(mover.counts.len().saturating_sub(mover.now));
    times_in_words(now.iter().sum(), before.iter().sum())
}

/// The day on which a course broke in the direction of the change; nothing where it had changed before the period began.
fn began(course: &Course, steps: &Steps, change: f64) -> Option<heard_domain::time::Day> {
    let cut = break_of(course)?;
    let mean = |from: usize, to: usize| {
        let points = course.values.iter().zip(&course.counts).skip(from).take(to - from);
        let (sum, n) = points.fold((0.0, 0.0), |(s, n), (v, w)| (s + v.unwrap_or(0.0) * *w as f64, n + *w as f64));
        if n > 0.0 { sum / n } else { 0.0 }
    };
    let step = mean(cut, course.values.len()) - mean(0, cut);
    (step * change > 0.0 && step.abs() >= change.abs() / 2.0).then(|| steps.start(cut))
}

/// The category that carries most of a stage's change, how much of it in words, and how much oftener it is spoken of.
fn driver(facts: &Facts, stage: StageId, what: &Candidate) -> Option<(&'static str, String, Option<String>, CategoryId)> {
    let (n, before) = (what.value.n as f64, what.moved.before.n as f64);
    let change = what.moved.change.filter(|c| c.abs() >= 1.0)?;
    let leaves = facts.categories.top(&facts.directory.taxonomy);
    let carried = |category: &CategoryId| {
        let cell = facts.heat.cell(stage, *category);
        let old = cell.moved.map(|m| m.before).unwrap_or_default();
        let weight = |v: &Value| v.value.unwrap_or(0.0) * v.n as f64;
        (weight(&cell.value) / n.max(1.0) - weight(&old) / before.max(1.0)) / change
    };
    let shares = leaves.iter().map(|category| (carried(category), *category));
    let (share, category) = shares.max_by(|a, b| a.0.total_cmp(&b.0))?;
    let name = facts.directory.taxonomy.category(category)?.name.clone();
    let cell = facts.heat.cell(stage, category);
    let oftener = times_in_words(cell.value.n, cell.moved.map_or(0, |m| m.before.n));
    Some((share_in_words(share)?, name, oftener, category))
}

/// How many times as often, where it is at least twice and both counts bear it.
fn times_in_words(now: u64, before: u64) -> Option<String> {
    if before < 10 {
        return None;
    }
    match (now as f64 / before as f64).round() as u64 {
        0 | 1 => None,
        2 => Some("twice".to_owned()),
        3 => Some("three times".to_owned()),
        4 => Some("four times".to_owned()),
        5 => Some("five times".to_owned()),
        many => Some(format!("{} times", whole(many))),
    }
}

/// A share in words; nothing where it is too small to be worth a sentence.
fn share_in_words(share: f64) -> Option<&'static str> {
    match share {
        s if s >= 0.9 => Some("Nearly all"),
        s if s >= 0.7 => Some("Three quarters"),
        s if s >= 0.58 => Some("Two thirds"),
        s if s >= 0.42 => Some("Half"),
        s if s >= 0.29 => Some("A third"),
        s if s >= 0.2 => Some("A quarter"),
        _ => None,
    }
}

fn nothing(facts: &Facts) -> Finding {
    let weak = facts.comments < 2 * heard_domain::question::WEAK_BELOW;
    let period = date::length(facts.period);
    let known = facts.stages.iter().filter(|s| !s.value.weak() && s.value.value.is_some());
    let lowest = known.min_by(|a, b| a.value.value.unwrap_or(0.0).total_cmp(&b.value.value.unwrap_or(0.0)));
    let lowest = lowest.and_then(|s| Some((s, &facts.directory.journey.stage(s.stage)?.name)));
    let before = facts.stages.iter().any(|s| s.moved.is_some_and(|m| m.before.n > 0));
    let mut sentence = vec![];
    let mut evidence = format!("{} comments in {period}.", whole(facts.comments));
    let (mut filter, mut comments, mut stage) = (facts.filter.clone(), facts.comments, None);
    if weak {
        sentence.push(Piece::Say("Too little has been heard to say what changed: ".to_owned()));
        sentence.push(Piece::Strong(format!("{} comment{}", whole(facts.comments), if facts.comments == 1 { "" } else { "s" })));
        sentence.push(Piece::Say(format!(" in {period}.")));
        "Read them: at this number every comment tells more than any figure.".clone_into(&mut evidence);
    } else {
        let first = if before {
            format!("Nothing has changed beyond chance against the {period} before.")
        } else {
            format!("There is nothing from the {period} before to compare with.")
        };
        sentence.push(Piece::Say(first));
        if let Some((low, name)) = lowest {
            sentence.push(Piece::Say(" Customers fare worst in ".to_owned()));
            sentence.push(Piece::Voice(name.clone()));
            sentence.push(Piece::Say(", at ".to_owned()));
            sentence.push(Piece::Strong(low.value.value.map_or_else(String::new, signed)));
            sentence.push(Piece::Say(".".to_owned()));
            let interval = low.value.low.zip(low.value.high);
            let interval = interval.map_or_else(String::new, |(l, h)| format!(", 95 % interval {} to {}", signed(l), signed(h)));
            evidence = format!("{} of {} comments are about {name}{interval}.", whole(low.comments), whole(facts.comments));
            (filter, comments, stage) = (low.filter.clone(), low.comments, Some(low.stage));
        }
    }
    let mood = match (weak, before) {
        (true, _) => Mood::Quiet,
        (false, true) => Mood::Calm,
        (false, false) => Mood::First,
    };
    // What nobody has decided yet is a debt: where nothing else is to be told, it is.
    let issue = waiting(facts.issues).filter(|_| !weak).map(|known| {
        sentence.push(Piece::Say(" Nobody has decided yet whether ".to_owned()));
        sentence.push(Piece::Voice(known.issue.title.clone()));
        sentence.push(Piece::Say(format!(" is an issue: {} complain of it.", people(known.counted.persons))));
        (known.issue.id, known.issue.name())
    });
    Finding { mood, sentence, evidence, factors: None, stage, filter, comments, category: None, issue }
}

/// The certainty of a change as the page says it.
pub fn certainty_in_words(moved: &Moved) -> &'static str {
    match moved.certainty {
        Certainty::VeryLikelyReal => "very likely real",
        Certainty::Likely => "likely real",
        Certainty::CouldBeNoise => "could be noise",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::heat::Cell;
    use crate::measure::movers::Mover;
    use heard_domain::directory::Company;
    use heard_domain::id::TouchpointId;
    use heard_domain::issue::Work;
    use heard_domain::journey::{Journey, Stage, Touchpoint};
    use heard_domain::kept_issue::{IssueOrigin, KeptIssue};
    use heard_domain::taxonomy::{Category, Taxonomy};
    use heard_domain::time::{Day, Time, Zone};
    use heard_domain::verification::Verdict;
    use std::collections::BTreeMap;

    use crate::measure::pressing::Counted;

    fn value(v: f64, n: u64) -> Value {
        Value { value: Some(v), n, low: Some(v - 5.0), high: Some(v + 5.0) }
    }

    fn moved(before: f64, now: f64, n: u64, certainty: Certainty) -> Moved {
        Moved { before: value(before, n), change: Some(now - before), low: None, high: None, certainty }
    }

    fn directory() -> Directory {
        let stage =
            |id: i64, name: &str| Stage { id: StageId(id), name: name.into(), aim: String::new(), position: 0, cues: vec![] };
        let category = |id: i64, name: &str| Category {
            id: CategoryId(id),
            parent: None,
            name: name.into(),
            definition: String::new(),
            watch_words: vec![],
            stage: None,
            departments: vec![],
            position: 0,
        };
        let decisive =
            Touchpoint { id: TouchpointId(1), stage: StageId(2), name: "Call".into(), position: 0, moment_of_truth: true };
        Directory {
            company: Company { name: "Acme".into(), zone: Zone::UTC },
            journey: Journey { stages: vec![stage(1, "Onboard"), stage(2, "Get help")], touchpoints: vec![decisive] },
            taxonomy: Taxonomy { version: 1, categories: vec![category(1, "Login code"), category(2, "People")] },
            calendars: vec![],
            places: vec![],
            segments: vec![],
            departments: vec![],
            posts: vec![],
            scales: vec![],
            attributes: vec![],
            values: BTreeMap::new(),
        }
    }

    fn figure(stage: i64, now: f64, before: f64, n: u64, certainty: Certainty) -> StageFigure {
        let fall = |i: usize| Some(if i < 8 { before } else { before + 3.0 * (now - before) });
        StageFigure {
            stage: StageId(stage),
            value: value(now, n),
            moved: Some(moved(before, now, n, certainty)),
            course: Course { values: (0..12).map(fall).collect(), counts: vec![n / 12; 12] },
            comments: n,
            filter: Filter { stage: vec![StageId(stage)], ..Filter::default() },
        }
    }

    fn categories() -> Categories {
        let mover = |id| Mover {
            category: CategoryId(id),
            value: value(0.0, 40),
            moved: moved(0.0, 0.0, 40, Certainty::CouldBeNoise),
            comments: 40,
            counts: vec![],
            now: 12,
            filter: Filter::default(),
        };
        Categories { all: vec![mover(1), mover(2)] }
    }

    fn sentence(stages: &[StageFigure], heat: &Heat, comments: u64) -> (Mood, String, String) {
        sentence_among(stages, heat, comments, &[])
    }

    fn sentence_among(stages: &[StageFigure], heat: &Heat, comments: u64, issues: &[Known]) -> (Mood, String, String) {
        let period = Period::ending(Day::new(2026, 3, 22).unwrap(), 84);
        let facts = Facts {
            directory: &directory(),
            filter: &Filter::default(),
            period,
            steps: Steps::of(period),
            comments,
            stages,
            heat,
            categories: &categories(),
            issues,
        };
        let found = finding(&facts);
        let words = found.sentence.iter().map(|piece| match piece {
            Piece::Say(w) | Piece::Strong(w) | Piece::Voice(w) => w.as_str(),
        });
        (found.mood, words.collect(), found.evidence)
    }

    #[test]
    fn the_worst_sure_change_is_told_with_its_cause_and_beginning() {
        let stages =
            [figure(1, -22.0, 9.0, 400, Certainty::VeryLikelyReal), figure(2, 40.0, 20.0, 400, Certainty::VeryLikelyReal)];
        // Of the 31 points that Onboard lost, login codes carry (−100 × 100 − 0) / 400 = −25.
        let cell = Cell { value: value(-100.0, 100), moved: None };
        let heat = Heat { categories: vec![], cells: BTreeMap::from([((StageId(1), CategoryId(1)), cell)]) };
        let (mood, words, evidence) = sentence(&stages, &heat, 1_000);
        assert_eq!(mood, Mood::Worse);
        assert_eq!(
            words,
            "Onboard has lost 31 points against the 12 weeks before; the fall began about 23 February. \
             Three quarters of it is one thing: Login code."
        );
        assert_eq!(evidence, "400 comments in 12 weeks. Net sentiment −22 (−27 to −17), before +9. Very likely real.");
    }

    #[test]
    fn a_category_is_told_with_its_place() {
        let period = Period::ending(Day::new(2026, 3, 22).unwrap(), 84);
        let mut known = categories();
        known.all[0] = Mover {
            value: value(-30.0, 200),
            moved: moved(-9.0, -30.0, 90, Certainty::VeryLikelyReal),
            comments: 180,
            counts: [vec![5; 12], vec![15; 12]].concat(),
            ..known.all[0].clone()
        };
        let cell = |n| Cell { value: value(0.0, n), moved: None };
        let cells = BTreeMap::from([((StageId(1), CategoryId(1)), cell(150)), ((StageId(2), CategoryId(1)), cell(50))]);
        let heat = Heat { categories: vec![], cells };
        let steps = Steps::of(period);
        let (directory, filter) = (directory(), Filter::default());
        let facts = Facts {
            directory: &directory,
            filter: &filter,
            period,
            steps,
            comments: 900,
            stages: &[],
            heat: &heat,
            categories: &known,
            issues: &[],
        };
        let found = finding(&facts);
        let words: String = found
            .sentence
            .iter()
            .map(|p| match p {
                Piece::Say(w) | Piece::Strong(w) | Piece::Voice(w) => w.as_str(),
            })
            .collect();
        assert_eq!(
            words,
            "Login code, mostly in Onboard, has lost 21 points against the 12 weeks before; it is spoken of three times as often."
        );
        assert_eq!((found.stage, found.comments), (Some(StageId(1)), 180));
    }

    #[test]
    fn how_much_oftener_is_said_only_where_counts_bear_it() {
        let said = [(433, 102), (40, 20), (30, 25), (90, 9), (900, 100)].map(|(now, before)| times_in_words(now, before));
        let words = [Some("four times"), Some("twice"), None, None, Some("9 times")].map(|w| w.map(str::to_owned));
        assert_eq!(said, words);
    }

    #[test]
    fn a_moment_of_truth_outweighs_and_what_got_better_waits() {
        let stages = [figure(1, -10.0, 10.0, 400, Certainty::Likely), figure(2, -10.0, 10.0, 400, Certainty::Likely)];
        assert!(sentence(&stages, &Heat::default(), 1_000).1.starts_with("Get help has lost 20 points"));
        let better = [figure(1, 30.0, 10.0, 400, Certainty::Likely)];
        let (mood, words, _) = sentence(&better, &Heat::default(), 1_000);
        assert_eq!(mood, Mood::Better);
        assert!(words.starts_with("Onboard has gained 20 points"), "{words}");
    }

    fn issue(id: i64, title: &str, persons: u64, before: u64, verdict: Option<(Verdict, Day)>) -> Known {
        let issue = KeptIssue {
            id: IssueId(id),
            number: id,
            version: 1,
            title: title.into(),
            stage: Some(StageId(1)),
            categories: vec![CategoryId(1)],
            origin: IssueOrigin::Found,
            standing: IssueStanding::Proposed,
            merged: None,
            opened: Time(0),
            opened_by: None,
            changed: Time(0),
            begins: None,
            work: Work::default(),
            fixed_on: vec![],
            since: None,
        };
        let counted = Counted { persons, before, comments: persons, heard: (1_000, 1_000) };
        Known { issue, filter: Filter::default(), counted, verdict, moment_of_truth: false }
    }

    #[test]
    fn the_choice_follows_priority_and_significance_whatever_it_is_about() {
        let today = Day::new(2026, 3, 22).unwrap();
        let first = |stages: &[StageFigure], issues: &[Known]| sentence_among(stages, &Heat::default(), 1_000, issues).1;
        // A stage of 400 comments that lost 20 points: 0.4 × 0.55 × 20 = 4.4; an issue of 40 persons where 10 were: 0.04 × 75 = 3;
        // of 120 where 30 were: 9.
        let stage = [figure(1, -10.0, 10.0, 400, Certainty::VeryLikelyReal)];
        let (small, large) = (issue(1, "Small", 40, 10, None), issue(2, "Large", 120, 30, None));
        assert!(first(&stage, std::slice::from_ref(&small)).starts_with("Onboard has lost 20 points"));
        assert!(first(&stage, &[small.clone(), large.clone()]).starts_with("Large (I-2): 120 persons"));
        // However many speak of it: what is not beyond chance is not told before what is.
        assert!(first(&stage, &[issue(3, "Usual", 400, 395, None)]).starts_with("Onboard has lost"));
        // What came back weighs all that it hurts.
        let back = issue(4, "Back", 90, 80, Some((Verdict::Reopened, today + -2)));
        assert!(first(&stage, &[small.clone(), back.clone()]).starts_with("Back (I-4) came back"));
        // Good news waits until nothing is worse, and then the greater is told.
        let held = issue(5, "Held", 2, 60, Some((Verdict::Verified, today + -2)));
        assert!(first(&[], &[held.clone(), small]).starts_with("Small"));
        assert!(first(&[], std::slice::from_ref(&held)).starts_with("Held (I-5) is mended"));
        let better = [figure(1, 30.0, 10.0, 400, Certainty::Likely)];
        assert!(first(&better, &[held]).starts_with("Held"), "0.06 × 97 against 0.4 × 0.65 × 20");
        // Where nothing changed, what nobody has decided is told.
        let calm = [figure(1, -10.0, 10.0, 400, Certainty::CouldBeNoise)];
        assert!(
            first(&calm, &[issue(6, "Open", 30, 29, None)]).ends_with("whether Open is an issue: 30 persons complain of it.")
        );
    }

    #[test]
    fn noise_is_called_noise_and_few_are_called_few() {
        let stages = [figure(1, -10.0, 10.0, 400, Certainty::CouldBeNoise), figure(2, 4.0, 5.0, 300, Certainty::CouldBeNoise)];
        let (mood, words, _) = sentence(&stages, &Heat::default(), 1_000);
        assert_eq!(
            (mood, words.as_str()),
            (
                Mood::Calm,
                "Nothing has changed beyond chance against the 12 weeks before. Customers fare worst in Onboard, at −10."
            )
        );
        let (mood, words, _) = sentence(&[], &Heat::default(), 1_000);
        assert_eq!((mood, words.as_str()), (Mood::First, "There is nothing from the 12 weeks before to compare with."));
        let (mood, words, _) = sentence(&[], &Heat::default(), 17);
        assert_eq!(
            (mood, words.as_str()),
            (Mood::Quiet, "Too little has been heard to say what changed: 17 comments in 12 weeks.")
        );
    }
}
