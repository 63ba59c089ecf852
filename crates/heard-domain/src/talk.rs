//! Talk: who complained of what, made into courses that can be followed. Pure; the same for what is kept and for what is simulated.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::course::{Counts, Course, Volume};
use crate::find::Matter;
use crate::id::{CategoryId, FeedbackId, PersonId, StageId};
use crate::reading::{Polarity, Reading};
use crate::tally::SAME_MATTER;
use crate::time::{Day, Period};

/// Who says something: somebody unknown is somebody else every time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Speaker {
    /// Somebody known.
    Person(PersonId),
    /// Whoever said this.
    Of(FeedbackId),
}

/// One comment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// The day it was said, not the day it came in: history that is imported at once is history.
    pub day: Day,
    /// The place of its listening post among all posts, from 0.
    pub post: usize,
    /// Who.
    pub speaker: Speaker,
    /// What is complained of: categories of passages that are bad for the customer, each with the passage's stage.
    pub complaints: Vec<(Option<StageId>, Option<CategoryId>)>,
}

/// What a reading complains of.
pub fn complaints(reading: &Reading) -> Vec<(Option<StageId>, Option<CategoryId>)> {
    let bad = |sentiment: &crate::reading::Sentiment| sentiment.polarity == Polarity::Negative;
    let mut all = vec![];
    for passage in reading.passages.iter().filter(|passage| passage.sentiment.as_ref().is_some_and(bad)) {
        let stage = passage.stage.as_ref().map(|stage| stage.value);
        all.extend(passage.categories.iter().map(|category| (stage, Some(category.value))));
        if passage.categories.is_empty() {
            all.push((stage, None));
        }
    }
    all
}

/// The matters of a comment, each once: the category at the stage, the category wherever, and the stage whatever it is about.
fn matters(complaints: &[(Option<StageId>, Option<CategoryId>)]) -> Vec<Matter> {
    let mut all = Vec::with_capacity(complaints.len() * 3);
    for (stage, category) in complaints {
        let (whole, wherever, whatever) = (
            Matter { stage: *stage, category: *category },
            Matter { stage: None, category: *category },
            Matter { stage: *stage, category: None },
        );
        all.extend([whole, wherever, whatever].into_iter().filter(|matter| matter.breadth() < 3));
    }
    all.sort_unstable();
    all.dedup();
    all
}

/// All that was said in some days.
#[derive(Debug, Clone, PartialEq)]
pub struct Talk {
    /// The days.
    pub period: Period,
    /// How many were heard.
    pub volume: Volume,
    /// What was complained of.
    pub courses: Vec<Course<Matter>>,
    speakers: BTreeMap<Matter, Vec<(Day, Speaker)>>,
}

impl Talk {
    /// Of comments at so many posts, in any order; what lies outside the days is left out. Who complains of the same again within
    /// [`SAME_MATTER`] days counts once.
    pub fn of(period: Period, posts: usize, mut said: Vec<Said>) -> Self {
        said.retain(|one| period.contains(one.day));
        said.sort_by_key(|one| (one.day, one.speaker, one.post));
        let days = period.days().max(0) as usize;
        let blank = || vec![vec![0_u32; days]; posts];
        let mut heard = blank();
        let mut counts: BTreeMap<Matter, Counts> = BTreeMap::new();
        let mut speakers: BTreeMap<Matter, Vec<(Day, Speaker)>> = BTreeMap::new();
        let mut before: HashMap<(Matter, Speaker), Day> = HashMap::new();
        let add = |counts: &mut Counts, post: usize, day: Day| {
            let at = (day - period.first) as usize;
            if let Some(n) = counts.get_mut(post).and_then(|days| days.get_mut(at)) {
                *n += 1;
            }
        };
        let mut last: Option<(Day, Speaker, usize)> = None;
        for one in &said {
            // Who says several things on one day at one post is one person who is heard.
            if last.replace((one.day, one.speaker, one.post)) != Some((one.day, one.speaker, one.post)) {
                add(&mut heard, one.post, one.day);
            }
            for matter in matters(&one.complaints) {
                let last = before.get(&(matter, one.speaker));
                if last.is_some_and(|last| one.day - *last < SAME_MATTER) {
                    continue;
                }
                before.insert((matter, one.speaker), one.day);
                add(counts.entry(matter).or_insert_with(blank), one.post, one.day);
                speakers.entry(matter).or_default().push((one.day, one.speaker));
            }
        }
        let courses = counts.into_iter().map(|(key, counts)| Course { key, counts }).collect();
        Self { period, volume: Volume { last: period.last, days, heard }, courses, speakers }
    }

    /// Who spoke of a matter in some days.
    pub fn speakers(&self, matter: Matter, days: Period) -> HashSet<Speaker> {
        let all = self.speakers.get(&matter).map_or(&[][..], Vec::as_slice);
        let from = all.partition_point(|(day, _)| *day < days.first);
        let spoken = all.get(from..).unwrap_or_default().iter();
        spoken.take_while(|(day, _)| *day <= days.last).map(|(_, speaker)| *speaker).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(day: i32, person: i64, complaints: &[(Option<i64>, Option<i64>)]) -> Said {
        let of = |(stage, category): &(Option<i64>, Option<i64>)| (stage.map(StageId), category.map(CategoryId));
        Said {
            day: Day(day),
            post: 0,
            speaker: Speaker::Person(PersonId(person)),
            complaints: complaints.iter().map(of).collect(),
        }
    }

    #[test]
    fn a_person_counts_once_in_each_matter_within_four_weeks() {
        let code = (Some(4), Some(11));
        let all = vec![
            said(1, 1, &[code, code]),
            said(5, 1, &[code, (Some(4), Some(12))]),
            said(30, 1, &[code]),
            said(2, 2, &[(None, Some(11))]),
            said(3, 3, &[(None, None)]),
            said(99, 4, &[code]),
        ];
        let talk = Talk::of(Period { first: Day(0), last: Day(39) }, 1, all);
        let days = |stage: Option<i64>, category: Option<i64>| -> Vec<usize> {
            let key = Matter { stage: stage.map(StageId), category: category.map(CategoryId) };
            let course = talk.courses.iter().find(|course| course.key == key);
            course.map_or(vec![], |course| (0..40).filter(|day| course.counts[0][*day] > 0).collect())
        };
        assert_eq!(days(Some(4), Some(11)), [1, 30]);
        assert_eq!(days(None, Some(11)), [1, 2, 30]);
        assert_eq!(days(Some(4), None), [1, 30]);
        assert_eq!(days(Some(4), Some(12)), [5]);
        assert_eq!((talk.courses.len(), talk.volume.heard[0].iter().sum::<u32>()), (5, 5));
        let matter = Matter { stage: None, category: Some(CategoryId(11)) };
        assert_eq!(talk.speakers(matter, Period { first: Day(2), last: Day(29) }).len(), 1);
        assert!(talk.speakers(Matter { stage: None, category: None }, talk.period).is_empty());
    }
}
