//! Rising words: words that many more persons use to complain than the weeks before lead to expect. A problem shows in the words of those whom it
//! meets before anybody has a category for it.
//!
//! Every telling word, wherever and at each stage, is a course of its own ([`crate::course`]) and held against its past as any matter is
//! ([`crate::outbreak`]). Which words are looked at is chosen by how often they stand in all the days together, which says nothing of when
//! (independent filtering: Bourgon, Gentleman and Huber 2010); over all that are looked at the false discovery rate is controlled. Words that
//! rise together are one problem: the same persons use them, or they rise at the same stage.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::hash::Hash;

use crate::course::{Counts, Course, Volume};
use crate::id::{FeedbackId, StageId};
use crate::outbreak::{Rise, Rules, rises};
use crate::talk::Speaker;
use crate::tally::SAME_MATTER;
use crate::time::{Day, Period};

/// A word, by the number of its stem, in complaints about a stage or, without one, about anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Wording {
    /// Where in the journey; `None`: wherever.
    pub stage: Option<StageId>,
    /// The word.
    pub word: u64,
}

/// The words of one comment that complains.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Uttered {
    /// Which.
    pub feedback: FeedbackId,
    /// The day it was said.
    pub day: Day,
    /// The place of its listening post among all posts, from 0.
    pub post: usize,
    /// Who.
    pub speaker: Speaker,
    /// The telling words of its passages that are bad for the customer, each with the passage's stage.
    pub words: Vec<(Option<StageId>, u64)>,
}

/// Words that rise together.
#[derive(Debug, Clone, PartialEq)]
pub struct Together {
    /// Where in the journey at least half of those who use the surest word speak of.
    pub stage: Option<StageId>,
    /// The surest of the rises.
    pub rise: Rise<Wording>,
    /// The words, the surest first.
    pub words: Vec<u64>,
    /// Who uses them, in the days in which each rises.
    speakers: HashSet<Speaker>,
    /// The comments in which they stand in these days, in order of their identifiers; those of the surest word first.
    pub comments: Vec<FeedbackId>,
    /// How many of the comments are of the surest word.
    surest: usize,
}

/// What somebody has been told of already.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Told {
    /// The stage and the day on which its words began to rise, if it was told because of its words.
    pub rose: Option<(StageId, Day)>,
    /// Its comments.
    pub comments: HashSet<FeedbackId>,
}

/// A word that fewer persons have used in all the days is not looked at.
const LEAST: usize = 5;
/// At most so many numbers are held for courses: the commonest words are looked at where there are more.
const MOST_NUMBERS: usize = 20_000_000;
/// Who explains so much of what is more than expected explains the rise.
const EXPLAINS: f64 = 0.5;
/// Words that begin to rise at one stage within so many days are one problem.
const ONE: i32 = 14;

impl Together {
    /// The comments in which the surest word stands.
    pub fn surest(&self) -> &[FeedbackId] {
        self.comments.get(..self.surest).unwrap_or(&self.comments)
    }

    /// How many more use the surest word than was expected.
    fn more(&self) -> f64 {
        (self.rise.persons as f64 - self.rise.expected).max(1.0)
    }

    /// Whether `told` was about this: at the same stage within a fortnight, or most of what is more than expected are its comments.
    pub fn is(&self, told: &Told, today: Day) -> bool {
        let begun = told.rose.is_some_and(|(stage, day)| self.stage == Some(stage) && today - day <= ONE);
        begun || told.explains(self.surest().iter().map(|comment| (comment, *comment)), self.more())
    }
}

impl Told {
    /// Whether that so many more persons than expected complain of something is what was told: enough of those who said `said` complained in its comments.
    pub fn explains<P: Eq + Hash>(&self, said: impl IntoIterator<Item = (P, FeedbackId)>, more: f64) -> bool {
        let known: HashSet<P> =
            said.into_iter().filter(|(_, comment)| self.comments.contains(comment)).map(|(who, _)| who).collect();
        known.len() as f64 >= EXPLAINS * more.max(1.0)
    }
}

/// Who used each word and when: each person once within [`SAME_MATTER`] days.
type Used = BTreeMap<Wording, Vec<(Day, Speaker, usize, FeedbackId)>>;

fn used(period: Period, uttered: &[Uttered]) -> Used {
    let mut all: Vec<&Uttered> = uttered.iter().filter(|one| period.contains(one.day)).collect();
    all.sort_by_key(|one| (one.day, one.speaker, one.post, one.feedback));
    let mut used: Used = BTreeMap::new();
    let mut last: HashMap<(Wording, Speaker), Day> = HashMap::new();
    for one in all {
        let mut keys: Vec<Wording> = one
            .words
            .iter()
            .flat_map(|(stage, word)| [Wording { stage: *stage, word: *word }, Wording { stage: None, word: *word }])
            .collect();
        keys.sort_unstable();
        keys.dedup();
        for key in keys {
            let before = last.get(&(key, one.speaker));
            if before.is_none_or(|before| one.day - *before >= SAME_MATTER) {
                last.insert((key, one.speaker), one.day);
                used.entry(key).or_default().push((one.day, one.speaker, one.post, one.feedback));
            }
        }
    }
    used.retain(|_, persons| persons.len() >= LEAST);
    used
}

/// The words that have risen by the last day of a period, grown together to problems, the surest first. `volume` is who is heard at all at each
/// post in the same days.
pub fn rising(period: Period, volume: &Volume, uttered: &[Uttered], rules: &Rules) -> Vec<Together> {
    let mut used = used(period, uttered);
    let days = period.days().max(0) as usize;
    let (posts, most) = (volume.heard.len(), MOST_NUMBERS / (volume.heard.len() * days).max(1));
    if used.len() > most {
        let mut sizes: Vec<usize> = used.values().map(Vec::len).collect();
        sizes.sort_unstable_by(|a, b| b.cmp(a));
        let least = sizes.get(most).copied().unwrap_or(0);
        used.retain(|_, persons| persons.len() > least);
    }
    let course = |(key, persons): (&Wording, &Vec<(Day, Speaker, usize, FeedbackId)>)| {
        let mut counts: Counts = vec![vec![0; days]; posts];
        for (day, _, post, _) in persons {
            if let Some(n) = counts.get_mut(*post).and_then(|days| days.get_mut((*day - period.first) as usize)) {
                *n += 1;
            }
        }
        Course { key: *key, counts }
    };
    let courses: Vec<Course<Wording>> = used.iter().map(course).collect();
    let mut groups: Vec<Together> = vec![];
    for rise in rises(&courses, volume, 0, rules) {
        join(&mut groups, rise, &used);
    }
    groups
}

/// Takes a rise into the group that it belongs to, or begins one.
fn join(groups: &mut Vec<Together>, rise: Rise<Wording>, used: &Used) {
    let of = |key: Wording| {
        let all = used.get(&key).map_or(&[][..], Vec::as_slice);
        all.iter().filter(|one| rise.period.contains(one.0)).map(|one| (one.1, one.3))
    };
    let own: Vec<(Speaker, FeedbackId)> = of(rise.key).collect();
    let stages = used.range(Wording { stage: Some(StageId(i64::MIN)), word: 0 }..).map(|(key, _)| *key);
    let at = stages.filter(|key| key.word == rise.key.word).map(|key| (of(key).count(), key.stage));
    let main = at.max_by_key(|(n, stage)| (*n, std::cmp::Reverse(*stage))).filter(|(n, _)| n * 2 >= own.len());
    let stage = rise.key.stage.or_else(|| main.and_then(|(_, stage)| stage));
    let more = (rise.persons as f64 - rise.expected).max(1.0);
    let same = groups.iter_mut().find(|group| {
        let shared = own.iter().filter(|(speaker, _)| group.speakers.contains(speaker)).count();
        stage.is_some() && group.stage == stage || shared as f64 >= EXPLAINS * more
    });
    if let Some(group) = same {
        if !group.words.contains(&rise.key.word) {
            group.words.push(rise.key.word);
        }
        group.speakers.extend(own.iter().map(|(speaker, _)| *speaker));
        let new: Vec<FeedbackId> =
            own.into_iter().map(|(_, comment)| comment).filter(|one| !group.comments.contains(one)).collect();
        group.comments.extend(new);
        return;
    }
    let mut comments: Vec<FeedbackId> = own.iter().map(|(_, comment)| *comment).collect();
    comments.sort_unstable();
    let (speakers, words) = (own.into_iter().map(|(speaker, _)| speaker).collect(), vec![rise.key.word]);
    groups.push(Together { stage, rise, words, speakers, surest: comments.len(), comments });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::draw::Draws;

    const DAYS: i32 = 70;
    const LUGGAGE: u64 = 1;
    const LOST: u64 = 2;

    /// Twenty a day are heard at one post; each complains of one of forty things in their turn. In the last days `more` a day complain besides,
    /// with two words, at a stage.
    fn company(more: i64) -> (Period, Volume, Vec<Uttered>) {
        let period = Period { first: Day(0), last: Day(DAYS - 1) };
        let mut uttered = vec![];
        let mut heard = vec![0; DAYS as usize];
        for day in 0..DAYS {
            let late = day >= DAYS - 5;
            let all = 20 + if late { more } else { 0 };
            heard[day as usize] = all as u32;
            for n in 0..all {
                let feedback = FeedbackId(i64::from(day) * 100 + n);
                let usual = 100 + (i64::from(day) * 7 + n * 11) % 40;
                let words = if n < 20 {
                    vec![(Some(StageId(1)), usual as u64)]
                } else {
                    vec![(Some(StageId(2)), LUGGAGE), (Some(StageId(2)), LOST)]
                };
                uttered.push(Uttered { feedback, day: Day(day), post: 0, speaker: Speaker::Of(feedback), words });
            }
        }
        (period, Volume { last: period.last, days: DAYS as usize, heard: vec![heard] }, uttered)
    }

    #[test]
    fn words_that_nobody_used_before_rise_together_with_their_comments_and_ordinary_ones_do_not() {
        let look = |more| {
            let (period, volume, uttered) = company(more);
            rising(period, &volume, &uttered, &Rules::default())
        };
        assert_eq!(look(0), []);
        let found = look(4);
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!((found[0].stage, found[0].words.len(), found[0].comments.len()), (Some(StageId(2)), 2, 20));
        assert!(found[0].comments.iter().all(|comment| comment.0 % 100 >= 20) && found[0].rise.expected < 2.0);
    }

    #[test]
    fn what_was_told_is_not_told_again() {
        let (period, volume, uttered) = company(4);
        let found = rising(period, &volume, &uttered, &Rules::default()).remove(0);
        let today = period.last;
        let of = |stage, day| Told { rose: Some((StageId(stage), Day(day))), comments: HashSet::new() };
        assert!(
            found.is(&of(2, today.0 - ONE), today)
                && !found.is(&of(2, today.0 - ONE - 1), today)
                && !found.is(&of(1, today.0), today)
        );
        let some = |n: usize| Told { rose: None, comments: found.comments.iter().take(n).copied().collect() };
        assert!(found.is(&some(12), today) && !found.is(&some(3), today));
        // Three persons of five are known, however often each of them said it.
        let said = |n: i64| (0..n).map(|at| (at % 5, FeedbackId(at)));
        let of = |ids: &[i64]| Told { rose: None, comments: ids.iter().copied().map(FeedbackId).collect() };
        assert!(of(&[0, 1, 2]).explains(said(5), 6.0) && !of(&[0, 5, 10]).explains(said(15), 6.0));
    }

    /// A seed's company in which thirty a day complain in four words each, of some two hundred that are said very unequally often and drift from
    /// week to week. From the day `begins` on five a day complain of one thing besides, each in two of its five words and two ordinary ones.
    fn talking(seed: u64, days: i32, begins: i32) -> (Volume, Vec<Uttered>) {
        let mut draws = Draws::new(seed, 0);
        let sizes: Vec<f64> = (0..200).map(|_| (2.5 * draws.unit()).exp()).collect();
        let mut levels = vec![0.0_f64; sizes.len()];
        let (mut uttered, mut heard) = (vec![], vec![]);
        for day in 0..days {
            if day % 7 == 0 {
                for level in &mut levels {
                    *level = 0.6 * *level + 0.12 * draws.normal();
                }
            }
            let mut sum = 0.0;
            let sums: Vec<f64> = sizes
                .iter()
                .zip(&levels)
                .map(|(size, level)| {
                    sum += size * level.exp();
                    sum
                })
                .collect();
            let usual = 22 + draws.place(17);
            let all = usual + if day >= begins { 5 } else { 0 };
            heard.push(3 * all as u32);
            for n in 0..all {
                let mut ordinary = || {
                    let at = draws.unit() * sum;
                    sums.partition_point(|upto| *upto < at) as u64
                };
                let mut words = vec![ordinary(), ordinary()];
                let more = [ordinary(), ordinary()];
                let own = [draws.place(5), draws.place(5)].map(|word| 1_000 + word as u64);
                words.extend(if n < usual { more } else { own });
                let stage = Some(StageId(if n < usual { words[0] as i64 % 6 } else { 3 }));
                let feedback = FeedbackId(i64::from(day) * 1_000 + n as i64);
                let words = words.into_iter().map(|word| (stage, word)).collect();
                uttered.push(Uttered { feedback, day: Day(day), post: 0, speaker: Speaker::Of(feedback), words });
            }
        }
        (Volume { last: Day(days - 1), days: days as usize, heard: vec![heard] }, uttered)
    }

    /// What is told of a company from the day `from` on, evening by evening: the day, and whether it is what began.
    fn told(seed: u64, (from, days): (i32, i32), begins: i32) -> Vec<(i32, bool)> {
        let (volume, uttered) = talking(seed, days, begins);
        let (mut told, mut known) = (vec![], Vec::<Told>::new());
        for today in from..days {
            let period = Period { first: Day(today - DAYS + 1), last: Day(today) };
            let heard = volume.heard.iter().map(|heard| heard[(today - DAYS + 1) as usize..=today as usize].to_vec()).collect();
            let volume = Volume { last: period.last, days: DAYS as usize, heard };
            for group in rising(period, &volume, &uttered, &Rules::of_words()) {
                if let Some(same) = known.iter_mut().find(|one| group.is(one, period.last)) {
                    same.comments.extend(group.comments);
                    continue;
                }
                told.push((today, group.rise.key.word >= 1_000));
                let rose = group.stage.map(|stage| (stage, period.last));
                known.push(Told { rose, comments: group.comments.into_iter().collect() });
            }
        }
        told
    }

    #[test]
    fn thirty_five_complaints_in_a_week_are_found_by_their_words_and_quiet_companies_stay_quiet() {
        let problems: Vec<Vec<(i32, bool)>> = (0..8).map(|seed| told(seed, (DAYS + 5, DAYS + 17), DAYS + 10)).collect();
        let within = problems.iter().filter(|told| told.iter().any(|(day, of_it)| *of_it && *day >= DAYS + 10)).count();
        let once = problems.iter().filter(|told| told.len() <= 1).count();
        let alarms: usize = (100..102).map(|seed| told(seed, (DAYS, DAYS + 50), i32::MAX).len()).sum();
        let before = problems.iter().flatten().filter(|(_, of_it)| !of_it).count();
        println!(
            "{within} of 8 within a week, {once} told once; {alarms} alarms in 100 quiet evenings, {before} beside problems"
        );
        assert!(within >= 7 && once >= 6 && alarms + before <= 2, "{problems:?}, {alarms} alarms");
    }

    #[test]
    fn who_says_it_every_day_is_one_person() {
        let (period, volume, mut uttered) = company(4);
        for one in uttered.iter_mut().filter(|one| one.words.len() == 2) {
            one.speaker = Speaker::Of(FeedbackId(9_999_999));
        }
        assert_eq!(rising(period, &volume, &uttered, &Rules::default()), []);
    }
}
