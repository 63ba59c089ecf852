//! The action plan: actions, what each waits for, who does it, how many working days it takes; and what follows by the critical
//! path method (Kelley and Walker 1959): the earliest and latest days, the slack, and the path that decides when all is done.

use std::collections::HashMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::calendar::Calendar;
use crate::id::{ActionId, DepartmentId, UserId};
use crate::time::Day;

/// The longest action, in working days: four years.
pub const LONGEST: u32 = 1_000;
/// The most actions of one plan.
pub const MOST: usize = 500;
/// How far ahead working days are looked for, in days: 20 years.
const HORIZON: i32 = 20 * 366;

/// A piece of the work that removes a cause.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Action {
    /// Its identifier.
    pub id: ActionId,
    /// What is done, unique within the plan, 1-120 characters.
    pub name: String,
    /// The department that does it.
    pub department: Option<DepartmentId>,
    /// Who answers for it.
    pub owner: Option<UserId>,
    /// How long it takes, in working days, 0 (a milestone) to 1,000.
    pub days: u32,
    /// The actions that must be done before it begins.
    pub after: Vec<ActionId>,
    /// Whether it is done.
    pub done: bool,
}

/// What makes a list of actions no plan.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadPlan {
    /// Actions wait for each other.
    #[error("these wait for each other in a circle: {}; take one of the dependencies away", .0.join(" → "))]
    Circle(Vec<String>),
    /// An action waits for one that is not in the plan.
    #[error("“{0}” waits for an action that is not in this plan: choose one that is, or take the dependency away")]
    Unknown(String),
    /// Two actions are the same.
    #[error("“{0}” is in the plan twice: give one of them another name")]
    Twice(String),
    /// An action takes too long.
    #[error("“{0}” takes more than {LONGEST} working days: divide it")]
    TooLong(String),
    /// Too many actions.
    #[error("{0} actions are too many for one plan: at most {MOST}")]
    TooMany(usize),
}

/// When an action can and must happen, in working days from the beginning of the plan; an action that begins on 2 and ends on 5
/// takes days 2, 3 and 4.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Timing {
    /// The earliest beginning.
    pub earliest_start: u32,
    /// The earliest end.
    pub earliest_end: u32,
    /// The latest beginning that delays nothing.
    pub latest_start: u32,
    /// The latest end that delays nothing.
    pub latest_end: u32,
}

impl Timing {
    /// So many working days it may begin later without delaying the whole.
    pub fn slack(self) -> u32 {
        self.latest_start - self.earliest_start
    }

    /// Whether any delay delays the whole.
    pub fn critical(self) -> bool {
        self.slack() == 0
    }
}

/// What follows from a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Schedule {
    /// Working days until all is done.
    pub days: u32,
    /// By the order of the actions.
    pub timings: Vec<Timing>,
    /// One longest chain, by places in the order of the actions, from the first to the last.
    pub path: Vec<usize>,
    /// All actions, by places, each after those it waits for.
    pub order: Vec<usize>,
}

/// The places of the actions that each waits for, without repetitions.
fn waits(actions: &[Action]) -> Result<Vec<Vec<usize>>, BadPlan> {
    if actions.len() > MOST {
        return Err(BadPlan::TooMany(actions.len()));
    }
    let mut places = HashMap::with_capacity(actions.len());
    let mut names = HashMap::with_capacity(actions.len());
    for (at, action) in actions.iter().enumerate() {
        let name = action.name.trim().to_lowercase();
        if places.insert(action.id, at).is_some() || names.insert(name, at).is_some() {
            return Err(BadPlan::Twice(action.name.clone()));
        }
        if action.days > LONGEST {
            return Err(BadPlan::TooLong(action.name.clone()));
        }
    }
    let of = |action: &Action| -> Result<Vec<usize>, BadPlan> {
        let mut all = Vec::with_capacity(action.after.len());
        for id in &action.after {
            all.push(*places.get(id).ok_or_else(|| BadPlan::Unknown(action.name.clone()))?);
        }
        all.sort_unstable();
        all.dedup();
        Ok(all)
    };
    actions.iter().map(of).collect()
}

/// All places, each after those it waits for; `Err` holds the places that could not be ordered.
fn ordered(waits: &[Vec<usize>]) -> Result<Vec<usize>, Vec<usize>> {
    let mut left: Vec<usize> = waits.iter().map(Vec::len).collect();
    let mut followers = vec![vec![]; waits.len()];
    for (at, before) in waits.iter().enumerate() {
        for place in before {
            if let Some(list) = followers.get_mut(*place) {
                list.push(at);
            }
        }
    }
    let mut order: Vec<usize> = (0..waits.len()).filter(|at| left.get(*at) == Some(&0)).collect();
    let mut next = 0;
    while let Some(at) = order.get(next).copied() {
        next += 1;
        for follower in followers.get(at).into_iter().flatten() {
            if let Some(count) = left.get_mut(*follower) {
                *count -= 1;
                if *count == 0 {
                    order.push(*follower);
                }
            }
        }
    }
    if order.len() == waits.len() {
        Ok(order)
    } else {
        Err((0..waits.len()).filter(|at| left.get(*at).is_some_and(|left| *left > 0)).collect())
    }
}

/// The circle that one goes round when one always asks what the present one waits for, beginning among `stuck`. In the order of the
/// work, its first named again at the end.
fn circle(waits: &[Vec<usize>], stuck: &[usize]) -> Vec<usize> {
    let mut walked: Vec<usize> = stuck.first().copied().into_iter().collect();
    while let Some(at) = walked.last() {
        let before = waits.get(*at).into_iter().flatten().find(|before| stuck.contains(before));
        let Some(before) = before.copied() else { break };
        if let Some(begin) = walked.iter().position(|place| *place == before) {
            let mut round: Vec<usize> = walked.drain(begin..).collect();
            round.push(before);
            round.reverse();
            return round;
        }
        walked.push(before);
    }
    walked
}

/// Orders a plan and finds the earliest and latest days. An empty plan takes no days. A circle is refused with the names on it.
pub fn schedule(actions: &[Action]) -> Result<Schedule, BadPlan> {
    let waits = waits(actions)?;
    let order = ordered(&waits).map_err(|stuck| {
        let name = |at: usize| actions.get(at).map(|action| action.name.clone()).unwrap_or_default();
        BadPlan::Circle(circle(&waits, &stuck).into_iter().map(name).collect())
    })?;
    let length = |at: usize| actions.get(at).map_or(0, |action| action.days);
    let mut ends = vec![0_u32; actions.len()];
    let mut starts = vec![0_u32; actions.len()];
    for at in &order {
        let start = waits.get(*at).into_iter().flatten().filter_map(|before| ends.get(*before)).max().copied().unwrap_or(0);
        if let (Some(s), Some(e)) = (starts.get_mut(*at), ends.get_mut(*at)) {
            (*s, *e) = (start, start + length(*at));
        }
    }
    let days = ends.iter().max().copied().unwrap_or(0);
    let mut latest = vec![days; actions.len()];
    for at in order.iter().rev() {
        let begins = latest.get(*at).map_or(0, |end| end - length(*at));
        for before in waits.get(*at).into_iter().flatten() {
            if let Some(end) = latest.get_mut(*before) {
                *end = begins.min(*end);
            }
        }
    }
    let timing = |at: usize| {
        let (start, end) = (starts.get(at).copied().unwrap_or(0), latest.get(at).copied().unwrap_or(0));
        Timing { earliest_start: start, earliest_end: start + length(at), latest_start: end - length(at), latest_end: end }
    };
    let timings: Vec<Timing> = (0..actions.len()).map(timing).collect();
    let path = longest(&waits, &timings, &order);
    Ok(Schedule { days, timings, path, order })
}

/// One longest chain: backwards from a critical action that ends last, always over a critical one that ends where this one begins.
fn longest(waits: &[Vec<usize>], timings: &[Timing], order: &[usize]) -> Vec<usize> {
    let end = |at: &usize| timings.get(*at).map_or(0, |timing| timing.earliest_end);
    let last = order.iter().copied().filter(|at| timings.get(*at).is_some_and(|timing| timing.critical()));
    // Of those that end last, the one that is last in order: a milestone after the work belongs to the path.
    let mut path: Vec<usize> = last.max_by_key(end).into_iter().collect();
    while let Some(start) = path.last().and_then(|at| Some((at, timings.get(*at)?.earliest_start))) {
        let mut before = waits.get(*start.0).into_iter().flatten();
        let fits = |at: &&usize| timings.get(**at).is_some_and(|t| t.critical() && t.earliest_end == start.1);
        match before.find(fits) {
            Some(at) => path.push(*at),
            None => break,
        }
    }
    path.reverse();
    path
}

/// The first and last day of an action that begins `start` working days after the plan does and ends at `end`, by a calendar; a
/// milestone lies on the day of the work before it. `None` if that is more than 20 years ahead, or if nobody ever works.
pub fn days(calendar: &Calendar, begins: Day, start: u32, end: u32) -> Option<(Day, Day)> {
    let mut worked = (0..HORIZON).map(|days| begins + days).filter(|day| !calendar.hours(*day).is_empty());
    let nth = |days: &mut dyn Iterator<Item = Day>, n: u32| days.nth(n as usize);
    if end <= start {
        let day = nth(&mut worked, start.saturating_sub(1))?;
        return Some((day, day));
    }
    let first = nth(&mut worked, start)?;
    let last = if end - start == 1 { first } else { nth(&mut worked, end - start - 2)? };
    Some((first, last))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::draw::Draws;
    use crate::id::CalendarId;

    fn action(id: i64, days: u32, after: &[i64]) -> Action {
        let after = after.iter().map(|id| ActionId(*id)).collect();
        Action { id: ActionId(id), name: format!("A{id}"), department: None, owner: None, days, after, done: false }
    }

    /// Every chain of actions that wait for each other, with its length.
    fn chains(actions: &[Action]) -> Vec<(Vec<usize>, u32)> {
        fn walk(actions: &[Action], chain: &mut Vec<usize>, all: &mut Vec<(Vec<usize>, u32)>) {
            all.push((chain.clone(), chain.iter().map(|at| actions[*at].days).sum()));
            let last = actions[*chain.last().unwrap()].id;
            for (at, action) in actions.iter().enumerate() {
                if action.after.contains(&last) {
                    chain.push(at);
                    walk(actions, chain, all);
                    chain.pop();
                }
            }
        }
        let mut all = vec![];
        for at in 0..actions.len() {
            walk(actions, &mut vec![at], &mut all);
        }
        all
    }

    #[test]
    fn path_and_slack_equal_brute_force_on_1000_random_plans() {
        let mut draws = Draws::new(41, 0);
        for plan in 0..1_000 {
            let n = 1 + draws.place(9);
            // In a random order, so that nothing is in order by itself.
            let mut ids: Vec<i64> = (1..=n as i64).collect();
            for i in (1..n).rev() {
                ids.swap(i, draws.place(i + 1));
            }
            let mut actions: Vec<Action> = vec![];
            for (at, id) in ids.iter().enumerate() {
                let after: Vec<i64> = ids[..at].iter().copied().filter(|_| draws.unit() < 0.35).collect();
                actions.push(action(*id, draws.place(6) as u32, &after));
            }
            actions.sort_by_key(|action| action.id);
            let found = schedule(&actions).unwrap();
            let chains = chains(&actions);
            let most = chains.iter().map(|(_, days)| *days).max().unwrap();
            assert_eq!(found.days, most, "plan {plan}");
            for (at, timing) in found.timings.iter().enumerate() {
                // The longest chain through an action says how late it may begin; the longest that ends in it, how early it ends.
                let through = chains.iter().filter(|(chain, _)| chain.contains(&at)).map(|(_, days)| *days).max().unwrap();
                let up_to = chains.iter().filter(|(chain, _)| chain.last() == Some(&at)).map(|(_, days)| *days).max().unwrap();
                let from = chains.iter().filter(|(chain, _)| chain[0] == at).map(|(_, days)| *days).max().unwrap();
                let days = actions[at].days;
                let wanted = Timing {
                    earliest_start: up_to - days,
                    earliest_end: up_to,
                    latest_start: most - from,
                    latest_end: most - from + days,
                };
                assert_eq!((*timing, timing.slack()), (wanted, most - through), "plan {plan}, action {at}");
            }
            let length: u32 = found.path.iter().map(|at| actions[*at].days).sum();
            assert_eq!(length, most, "plan {plan}: the path {:?} is a longest chain", found.path);
            let linked = |pair: &[usize]| actions[pair[1]].after.contains(&actions[pair[0]].id);
            assert!(found.path.windows(2).all(linked), "plan {plan}: the path hangs together");
            for (i, at) in found.order.iter().enumerate() {
                let before = |id: &ActionId| found.order[..i].iter().any(|at| actions[*at].id == *id);
                assert!(actions[*at].after.iter().all(before), "plan {plan}: nothing comes before what it waits for");
            }
        }
    }

    #[test]
    fn circles_are_refused_by_name() {
        let plan = [action(1, 1, &[]), action(2, 1, &[4, 1]), action(3, 1, &[2]), action(4, 1, &[3]), action(5, 1, &[4])];
        let Err(BadPlan::Circle(names)) = schedule(&plan) else { panic!("a circle") };
        assert_eq!(names, ["A2", "A3", "A4", "A2"]);
        assert_eq!(schedule(&[action(1, 1, &[1])]), Err(BadPlan::Circle(vec!["A1".into(), "A1".into()])));
        assert_eq!(schedule(&[action(1, 1, &[7])]), Err(BadPlan::Unknown("A1".into())));
        assert_eq!(schedule(&[action(1, 1, &[]), action(1, 2, &[])]), Err(BadPlan::Twice("A1".into())));
        assert_eq!(schedule(&[action(1, 1_001, &[])]), Err(BadPlan::TooLong("A1".into())));
        assert_eq!(schedule(&[]).map(|plan| (plan.days, plan.path)), Ok((0, vec![])));
    }

    #[test]
    fn working_days_leave_out_weekends_and_holidays() {
        let mut calendar = Calendar {
            id: CalendarId(1),
            name: "Usual".into(),
            zone: "Europe/Helsinki".parse().unwrap(),
            week: Calendar::usual_week(),
            holidays: vec![],
        };
        let day = |text: &str| text.parse::<Day>().unwrap();
        // Begins on a Thursday; two days before, then three days: Monday to Wednesday.
        let begins = day("2026-03-19");
        assert_eq!(days(&calendar, begins, 2, 5), Some((day("2026-03-23"), day("2026-03-25"))));
        assert_eq!(days(&calendar, begins, 0, 1), Some((begins, begins)));
        // A milestone after two days lies on the second of them; one at the beginning on the first.
        assert_eq!(days(&calendar, begins, 2, 2), Some((day("2026-03-20"), day("2026-03-20"))));
        assert_eq!(days(&calendar, day("2026-03-21"), 0, 0), Some((day("2026-03-23"), day("2026-03-23"))));
        calendar.week = vec![vec![]; 7];
        assert_eq!(days(&calendar, begins, 0, 1), None);
    }
}
