//! Tallies: how many persons mention an issue on a day, and in how many exposures; by stratum where only feedback can serve as
//! the denominator.

use std::collections::{BTreeMap, HashMap};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::id::{PersonId, PostId};
use crate::time::{Day, Period};

/// Feedback of one kind: heard at one post, asked for or volunteered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
pub struct Stratum {
    /// Where it was heard.
    pub post: PostId,
    /// Whether the customer was asked.
    pub asked: bool,
}

/// One day of an issue.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Tally {
    /// The day.
    pub day: Day,
    /// Of which feedback; `None`: exposures come from operations (orders, calls, flights).
    pub stratum: Option<Stratum>,
    /// Persons with a mention.
    pub persons: u64,
    /// How often it could have happened: operations, or all feedback of the stage in this stratum.
    pub exposures: f64,
}

/// One mention of an issue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mention {
    /// The day.
    pub day: Day,
    /// Of which feedback; `None` where exposures come from operations.
    pub stratum: Option<Stratum>,
    /// Who; `None`: somebody unknown, who is somebody else every time.
    pub person: Option<PersonId>,
}

/// Who mentions it again within so many days is the same person with the same matter. The rule is the same before and after a fix,
/// so that the longer of both times does not count fewer of each person's mentions.
pub const SAME_MATTER: i32 = 28;

/// The tallies of mentions, beside the exposures of each day and stratum. A mention where nothing was exposed counts in a cell of
/// its own; days without either have none. Nothing is carried over `fix`: who spoke before it may speak after it.
pub fn tallies(mut mentions: Vec<Mention>, exposures: &BTreeMap<(Day, Option<Stratum>), f64>, fix: Day) -> Vec<Tally> {
    mentions.sort_by_key(|mention| (mention.day, mention.stratum, mention.person));
    let mut cells: BTreeMap<(Day, Option<Stratum>), u64> = exposures.keys().map(|key| (*key, 0)).collect();
    let mut last: HashMap<(PersonId, bool), Day> = HashMap::new();
    for mention in mentions {
        let counts = mention.person.is_none_or(|person| {
            let key = (person, mention.day >= fix);
            let again = last.get(&key).is_some_and(|last| mention.day - *last < SAME_MATTER);
            if !again {
                last.insert(key, mention.day);
            }
            !again
        });
        *cells.entry((mention.day, mention.stratum)).or_default() += u64::from(counts);
    }
    let tally = |((day, stratum), persons)| {
        let exposures = exposures.get(&(day, stratum)).copied().unwrap_or(0.0);
        Tally { day, stratum, persons, exposures: exposures.max(0.0) }
    };
    cells.into_iter().map(tally).collect()
}

/// Whether a mention counts. Comments that taught the reader what is counted were chosen where it was spoken of, and what it has learnt by heart it
/// always files: of the others, before a fix as after it, it files some. Counted before the fix they would make any fix look better, so they count
/// for nothing there; after it they speak against the fix and count.
pub fn counts(day: Day, taught: bool, first_fix: Day) -> bool {
    !taught || day >= first_fix
}

/// The odds of asked against volunteered may move by this factor.
const ODDS: f64 = 1.5;
/// So much of the feedback may come from other posts, 0..1.
const ELSEWHERE: f64 = 0.25;
/// Shares below this are too small to have odds.
const LEAST: f64 = 0.02;

/// Whether customers are asked otherwise in one period than in another: the odds of asked against volunteered moved by more than
/// half, or more than a quarter of the feedback comes from other posts. Mentions of the issue itself are left out: that they
/// become fewer is what a fix is for. Exposures of operations have no mix.
pub fn mix_changed(tallies: &[Tally], before: Period, after: Period) -> bool {
    let shares = |period: Period| -> Option<BTreeMap<Stratum, f64>> {
        let mut sums: BTreeMap<Stratum, f64> = BTreeMap::new();
        for tally in tallies.iter().filter(|tally| period.contains(tally.day)) {
            if let Some(stratum) = tally.stratum {
                *sums.entry(stratum).or_default() += (tally.exposures - tally.persons as f64).max(0.0);
            }
        }
        let all: f64 = sums.values().sum();
        (all > 0.0).then(|| sums.into_iter().map(|(stratum, sum)| (stratum, sum / all)).collect())
    };
    let (Some(before), Some(after)) = (shares(before), shares(after)) else { return false };
    let odds = |shares: &BTreeMap<Stratum, f64>| {
        let asked: f64 = shares.iter().filter(|(stratum, _)| stratum.asked).map(|(_, share)| share).sum();
        let asked = asked.clamp(LEAST, 1.0 - LEAST);
        asked / (1.0 - asked)
    };
    let moved = odds(&after) / odds(&before);
    let share = |shares: &BTreeMap<Stratum, f64>, stratum: &Stratum| shares.get(stratum).copied().unwrap_or(0.0);
    let elsewhere: f64 = after.iter().map(|(stratum, now)| (now - share(&before, stratum)).max(0.0)).sum();
    !(1.0 / ODDS..=ODDS).contains(&moved) || elsewhere > ELSEWHERE
}

/// Less other feedback than this in the days before does not tell how much is listened at a post.
const TELLS: f64 = 10.0;

/// The share of the mentions before that would still be heard after if nothing had been mended, 0..1: stratum by stratum, weighted by its
/// mentions before, how much of its other feedback per occasion is left. `occasions` are from operations; `heard` by strata, persons: those
/// with a mention, exposures: all feedback. A stratum of which too little else was heard goes by all. `None`: nothing to hold against.
pub fn still_heard(occasions: &[Tally], heard: &[Tally], before: Period, after: Period) -> Option<f64> {
    let exposed = |period: Period| {
        let within = occasions.iter().filter(|tally| period.contains(tally.day));
        within.map(|tally| tally.exposures).sum::<f64>()
    };
    let (then, now) = (exposed(before), exposed(after));
    // Mentions before, other feedback before and after.
    let mut strata: BTreeMap<Option<Stratum>, (f64, f64, f64)> = BTreeMap::new();
    for tally in heard {
        let other = (tally.exposures - tally.persons as f64).max(0.0);
        let (mentions, others, left) = strata.entry(tally.stratum).or_default();
        if before.contains(tally.day) {
            *mentions += tally.persons as f64;
            *others += other;
        } else if after.contains(tally.day) {
            *left += other;
        }
    }
    let all = strata.values().fold((0.0, 0.0), |sum, (_, others, left)| (sum.0 + others, sum.1 + left));
    if then <= 0.0 || now <= 0.0 || all.0 < TELLS {
        return None;
    }
    let kept = |others: f64, left: f64| (left / now / (others / then)).min(1.0);
    let (mut still, mut mentions) = (0.0, 0.0);
    for (of, others, left) in strata.into_values() {
        still += of * if others < TELLS { kept(all.0, all.1) } else { kept(others, left) };
        mentions += of;
    }
    (mentions > 0.0).then(|| still / mentions)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::draw::Draws;
    use crate::verification::{Fix, Rules, Verdict, verify};

    fn mention(day: i32, person: Option<i64>) -> Mention {
        Mention { day: Day(day), stratum: None, person: person.map(PersonId) }
    }

    #[test]
    fn a_person_counts_once_within_four_weeks_and_anew_after_the_fix() {
        let exposures = (0..80).map(|day| ((Day(day), None), 10.0)).collect();
        let mentions = vec![
            mention(1, Some(1)),
            mention(1, Some(1)),
            mention(20, Some(1)),
            mention(29, Some(1)),
            mention(41, Some(1)),
            mention(42, None),
            mention(42, None),
        ];
        let tallies = tallies(mentions, &exposures, Day(40));
        let counted: Vec<(i32, u64)> = tallies.iter().filter(|t| t.persons > 0).map(|t| (t.day.0, t.persons)).collect();
        assert_eq!(counted, [(1, 1), (29, 1), (41, 1), (42, 2)]);
        assert_eq!(tallies.len(), 80);
    }

    #[test]
    fn asking_three_times_as_often_is_a_changed_mix_and_a_fix_is_not() {
        let survey = Some(Stratum { post: PostId(1), asked: true });
        let mail = Some(Stratum { post: PostId(2), asked: false });
        let two = |asked: f64, volunteered: (u64, f64), day: i32| {
            [
                Tally { day: Day(day), stratum: survey, persons: 0, exposures: asked },
                Tally { day: Day(day), stratum: mail, persons: volunteered.0, exposures: volunteered.1 },
            ]
        };
        let (before, after) = (Period { first: Day(0), last: Day(9) }, Period { first: Day(10), last: Day(19) });
        let changed = |then: [Tally; 2], now: [Tally; 2]| mix_changed(&[then, now].concat(), before, after);
        // However small or large the asked share was.
        for asked in [10.0, 50.0, 400.0] {
            assert!(changed(two(asked, (20, 60.0), 1), two(3.0 * asked, (20, 60.0), 11)), "{asked}");
        }
        assert!(!changed(two(50.0, (30, 80.0), 1), two(50.0, (2, 52.0), 11)), "the mentions went away");
        assert!(!changed(two(50.0, (5, 50.0), 1), two(100.0, (10, 100.0), 11)), "twice the business");
        assert!(!changed(two(0.0, (5, 50.0), 1), two(0.0, (5, 300.0), 11)), "nobody is asked");
        assert!(!mix_changed(&[], before, after));
    }

    #[test]
    fn a_post_that_falls_silent_takes_its_mentions_along() {
        let (survey, mail) = (Stratum { post: PostId(1), asked: true }, Stratum { post: PostId(2), asked: false });
        let (before, after) = (Period { first: Day(0), last: Day(99) }, Period { first: Day(100), last: Day(149) });
        let orders: Vec<Tally> =
            (0..150).map(|day| Tally { day: Day(day), stratum: None, persons: 0, exposures: 50.0 }).collect();
        let share = |mail_after: f64, survey_after: f64| {
            let day = |day: i32| {
                let later = day >= 100;
                let cell = |stratum, persons, others| Tally {
                    day: Day(day),
                    stratum: Some(stratum),
                    persons: if later { 0 } else { persons },
                    exposures: others + if later { 0.0 } else { persons as f64 },
                };
                [cell(mail, 3, if later { mail_after } else { 6.0 }), cell(survey, 1, if later { survey_after } else { 10.0 })]
            };
            let heard: Vec<Tally> = (0..150).flat_map(day).collect();
            still_heard(&orders, &heard, before, after).unwrap()
        };
        let close = |a: f64, b: f64| (a - b).abs() < 1e-9;
        assert!(close(share(6.0, 10.0), 1.0) && close(share(9.0, 20.0), 1.0), "as much, or more");
        assert!(close(share(0.0, 10.0), 0.25) && close(share(6.0, 0.0), 0.75), "the mailbox told three of four");
        assert!(close(share(3.0, 5.0), 0.5));
        assert_eq!(still_heard(&orders, &[], before, after), None);
        assert_eq!(still_heard(&[], &orders, before, after), None, "nothing is known of occasions");
    }

    /// Whether a fix is verified of what so many a day speak of; 60 of those who did before the fix have taught the reader, which files one in five
    /// of the others. `left` of the rate stays after the fix; `kept`: what has taught counts like anything else.
    fn verified(seed: u64, a_day: f64, left: f64, kept: bool) -> bool {
        let (opened, fixed, last) = (Day(5), Day(60), Day(239));
        let mut draws = Draws::new(seed, 1);
        let mut spoken: Vec<(Day, bool)> = vec![];
        for day in 0..=last.0 {
            let rate = if Day(day) < fixed { a_day } else { a_day * left };
            let whole = rate.floor();
            let n = whole as usize + usize::from(draws.unit() < rate - whole);
            spoken.extend((0..n).map(|_| (Day(day), false)));
        }
        let candidates: Vec<usize> = (0..spoken.len()).filter(|at| spoken[*at].0 > opened && spoken[*at].0 < fixed).collect();
        for at in draws.sample(candidates.len(), 60) {
            spoken[candidates[at]].1 = true;
        }
        let filed: Vec<(Day, bool)> = spoken.into_iter().filter(|(_, taught)| *taught || draws.unit() < 0.2).collect();
        let counted = filed.into_iter().filter(|(day, taught)| kept || counts(*day, *taught, fixed));
        let mentions = counted.map(|(day, _)| Mention { day, stratum: None, person: None }).collect();
        let exposures: BTreeMap<_, _> = (0..=last.0).map(|day| ((Day(day), None), 1_000.0)).collect();
        let fix = Fix { since: Some(Day(0)), opened, first: fixed, last: fixed, signed: Some(fixed) };
        let tallies = tallies(mentions, &exposures, fixed);
        let found = |day: i32| verify(&fix, &tallies, fixed + day, &Rules::default()).verdict == Verdict::Verified;
        (21..180).step_by(3).any(found)
    }

    #[test]
    fn what_has_taught_the_reader_verifies_no_sham_fix() {
        let of = |a_day: f64, left: f64, kept: bool| (0..60).filter(|seed| verified(*seed, a_day, left, kept)).count();
        let (honest, learnt_by_heart) = (of(2.0, 1.0, false) + of(5.0, 1.0, false), of(2.0, 1.0, true));
        assert_eq!(honest, 0, "of 120 sham fixes");
        assert!(learnt_by_heart >= 30, "counted like others they would verify {learnt_by_heart} of 60 sham fixes");
        let real = of(5.0, 0.2, false);
        assert!(real >= 50, "{real} of 60 true fixes are verified");
    }
}
