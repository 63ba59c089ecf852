//! Courses: how many persons speak of a matter from day to day, beside how many are heard at all, and what the weeks before lead to
//! expect of a day.
//!
//! What is expected follows from the same weekday over up to eight weeks, not from the count alone: persons per person heard at each
//! listening post (a survey that goes out to three times as many is no rise of everything), times how far this weekday differs in
//! this course. Rates are empirical Bayes estimates: a course without a past has the mean rate of all courses, with the weight of a
//! week; a post the rate of its course, with the weight of [`OF_COURSE`] persons; a weekday that of the week, with the weight of
//! [`OF_WEEK`] persons. Days that stand out of the weeks before count as far as [`OUTLIER`] standard deviations and no more, so that
//! an old outbreak does not hide the next (reweighting as in Farrington, Andrews, Beale and Catchpole 1996).

use crate::time::Day;

/// So many weeks before lead to what is expected.
pub const WEEKS: usize = 8;
/// The last days are not part of the weeks before, so that what begins slowly does not become usual.
pub const RECENT: usize = 14;
/// After so many days at a post it is known what to expect there.
pub const KNOWN: usize = 28;
/// With the weight of so many persons a post has the rate of its course.
const OF_COURSE: f64 = 2.0;
/// With the weight of so many persons a weekday is like the week.
const OF_WEEK: f64 = 10.0;
/// By so many standard deviations a day may stand out.
const OUTLIER: f64 = 3.0;
/// The variance of an ordinary day, over its mean, for what stands out.
const SPREAD: f64 = 1.5;

/// Persons by stratum (listening post), then by day; all strata have the same days. A stratum that ends early has noughts there.
pub type Counts = Vec<Vec<u32>>;

/// How many persons are heard.
#[derive(Debug, Clone, PartialEq)]
pub struct Volume {
    /// The last of the days.
    pub last: Day,
    /// How many days there are.
    pub days: usize,
    /// Who is heard at all.
    pub heard: Counts,
}

/// One matter, from day to day.
#[derive(Debug, Clone, PartialEq)]
pub struct Course<K> {
    /// Which matter.
    pub key: K,
    /// Persons who speak of it, each once.
    pub counts: Counts,
}

/// One course with what is expected of each day.
#[derive(Debug, Clone, PartialEq)]
pub struct Followed {
    /// Persons, day by day: first the weeks before, then the [`RECENT`] days up to the last.
    pub seen: Vec<f64>,
    /// What is expected of these days.
    pub expected: Vec<f64>,
    /// How many of these days are the weeks before.
    pub before: usize,
    /// On how many persons the rate rests, with those that all courses lend.
    pub shape: f64,
}

fn cell(counts: &Counts, stratum: usize, day: usize) -> f64 {
    counts.get(stratum).and_then(|days| days.get(day)).map_or(0.0, |n| f64::from(*n))
}

/// The strata at which it is known what to expect, and the days that are looked at.
struct Frame {
    strata: Vec<usize>,
    /// The first of the weeks before, by its place, and the end of the days.
    days: (usize, usize),
    /// How many of the days are the weeks before.
    before: usize,
    /// Who is heard, by stratum and day.
    heard: Vec<Vec<f64>>,
    /// The same in all the weeks before, by stratum.
    exposed: Vec<f64>,
    /// The weekday of each day, 0..7.
    weekdays: Vec<usize>,
}

impl Frame {
    /// `None`: nothing is known for long enough.
    fn of(volume: &Volume, until: usize) -> Option<Self> {
        let recent = until.checked_sub(RECENT)?;
        let first = recent.saturating_sub(7 * WEEKS);
        let known = |stratum: &usize| {
            let began = (0..recent).find(|day| cell(&volume.heard, *stratum, *day) > 0.0);
            began.is_some_and(|day| day + KNOWN <= recent)
        };
        let weekday = |day: usize| (volume.last + (day as i32 + 1 - volume.days as i32)).weekday() as usize % 7;
        let mut frame = Self {
            strata: (0..volume.heard.len()).filter(known).collect(),
            days: (first, until),
            before: recent - first,
            heard: vec![],
            exposed: vec![],
            weekdays: (first..until).map(weekday).collect(),
        };
        frame.heard = frame.cut(&volume.heard);
        frame.exposed = frame.heard.iter().map(|days| days.iter().take(frame.before).sum()).collect();
        (frame.exposed.iter().sum::<f64>() > 0.0).then_some(frame)
    }

    /// The known strata in the days that are looked at.
    fn cut(&self, counts: &Counts) -> Vec<Vec<f64>> {
        let (first, until) = self.days;
        self.strata.iter().map(|stratum| (first..until).map(|day| cell(counts, *stratum, day)).collect()).collect()
    }
}

/// The sum over strata, day by day.
fn joined(strata: &[Vec<f64>], days: usize) -> Vec<f64> {
    let mut sums = vec![0.0; days];
    for stratum in strata {
        for (sum, n) in sums.iter_mut().zip(stratum) {
            *sum += n;
        }
    }
    sums
}

/// What is expected of every course, looked at on the evening of the day that is `ago` days before the last; all courses at once,
/// for they lend each other what they know. Empty where no post has listened for [`KNOWN`] days before the recent ones.
pub fn follow<K>(courses: &[Course<K>], volume: &Volume, ago: usize) -> Vec<Followed> {
    let Some(frame) = Frame::of(volume, volume.days.saturating_sub(ago)) else { return vec![] };
    let heard: f64 = frame.exposed.iter().sum();
    let cuts: Vec<Vec<Vec<f64>>> = courses.iter().map(|course| frame.cut(&course.counts)).collect();
    let all: f64 = cuts.iter().flatten().flat_map(|days| days.iter().take(frame.before)).sum();
    // Half a person in all the weeks before: what nobody has ever spoken of is not impossible.
    let mean = (all / courses.len().max(1) as f64).max(0.5) / heard;
    let week = heard * 7.0 / frame.before as f64;
    cuts.iter().map(|cut| one(&frame, cut, mean, week)).collect()
}

/// One course; `mean` is the rate of all, which has the weight of a `week` in which so many are heard.
fn one(frame: &Frame, cut: &[Vec<f64>], mean: f64, week: f64) -> Followed {
    let before = frame.before;
    let seen = joined(cut, frame.weekdays.len());
    let mut followed = Followed { expected: vec![], before, shape: 0.0, seen };
    // How far each day counts: all do at first, then those that stand out less.
    let mut weights = vec![1.0; before];
    for _ in 0..2 {
        let spoken = |days: &Vec<f64>| days.iter().zip(&weights).map(|(n, weight)| n * weight).sum::<f64>();
        let own: Vec<f64> = cut.iter().map(spoken).collect();
        let (persons, heard): (f64, f64) = (own.iter().sum(), frame.exposed.iter().sum());
        let rate = (persons + week * mean) / (heard + week);
        let rates = frame.exposed.iter().zip(&own).map(|(exposed, own)| (own + OF_COURSE) / (exposed + OF_COURSE / rate));
        let rates: Vec<f64> = rates.collect();
        let sum: f64 = frame.exposed.iter().zip(&rates).map(|(exposed, rate)| exposed * rate).sum();
        let scale = rate * heard / sum.max(f64::MIN_POSITIVE);
        let of = |(days, own): (&Vec<f64>, &f64)| days.iter().map(|heard| scale * own * heard).collect();
        let flat: Vec<Vec<f64>> = frame.heard.iter().zip(&rates).map(of).collect();
        let flat = joined(&flat, followed.seen.len());
        let mut weekdays = [(OF_WEEK, OF_WEEK); 7];
        let days = frame.weekdays.iter().zip(&followed.seen).zip(&flat);
        for (((weekday, seen), flat), weight) in days.zip(&weights) {
            if let Some((persons, expected)) = weekdays.get_mut(*weekday) {
                *persons += weight * seen;
                *expected += flat;
            }
        }
        let factor = |weekday: &usize| weekdays.get(*weekday).map_or(1.0, |(persons, expected)| persons / expected);
        followed.expected = frame.weekdays.iter().zip(&flat).map(|(weekday, flat)| flat * factor(weekday)).collect();
        followed.shape = persons + week * mean;
        for ((weight, seen), expected) in weights.iter_mut().zip(&followed.seen).zip(&followed.expected) {
            let most = expected + OUTLIER * (SPREAD * expected).sqrt().max(1.0);
            *weight = if *seen > most { most / seen } else { 1.0 };
        }
    }
    followed
}

#[cfg(test)]
mod tests {
    use super::*;

    fn volume(heard: Counts) -> Volume {
        let days = heard.iter().map(Vec::len).max().unwrap_or(0);
        Volume { last: Day(19_999), days, heard }
    }

    fn course(counts: Counts) -> Course<u8> {
        Course { key: 0, counts }
    }

    fn recent(followed: &Followed) -> f64 {
        followed.expected[followed.before..].iter().sum::<f64>() / RECENT as f64
    }

    #[test]
    fn what_was_steady_is_expected_to_be_steady() {
        let followed = follow(&[course(vec![vec![6; 90]]), course(vec![vec![1; 90]])], &volume(vec![vec![100; 90]]), 0);
        assert_eq!((followed[0].seen.len(), followed[0].before), (70, 56));
        assert!((recent(&followed[0]) - 6.0).abs() < 0.4 && (recent(&followed[1]) - 1.0).abs() < 0.3, "{followed:?}");
    }

    #[test]
    fn a_survey_to_three_times_as_many_is_no_rise_and_mondays_are_busy() {
        let survey: Vec<u32> = (0..90).map(|day| if day >= 76 { 300 } else { 100 }).collect();
        let followed = follow(&[course(vec![vec![9; 90], vec![2; 90]])], &volume(vec![survey, vec![20; 90]]), 0);
        assert!((recent(&followed[0]) - 29.0).abs() < 1.5, "three times nine, and two: {}", recent(&followed[0]));
        // Of one post that is heard evenly, four of five on one weekday.
        let monday = |day: usize| (Day(19_999) + (day as i32 - 89)).weekday() == 0;
        let counts: Vec<u32> = (0..90).map(|day| if monday(day) { 24 } else { 1 }).collect();
        let followed = follow(&[course(vec![counts])], &volume(vec![vec![50; 90]]), 0);
        let mondays = (0..70).skip(56).filter(|at| monday(20 + at)).map(|at| followed[0].expected[at]).collect::<Vec<_>>();
        assert!(mondays.len() == 2 && mondays.iter().all(|expected| *expected > 18.0), "{mondays:?}");
    }

    #[test]
    fn a_new_post_waits_until_it_is_known() {
        let new = |days: usize| [vec![0; 90 - days], vec![40; days]].concat();
        let seen =
            |days: usize| follow(&[course(vec![vec![1; 90], new(days)])], &volume(vec![vec![30; 90], new(days)]), 0)[0].seen[69];
        assert_eq!((seen(20), seen(41), seen(42), seen(90)), (1.0, 1.0, 41.0, 41.0));
        assert!(follow(&[course(vec![new(30)])], &volume(vec![new(30)]), 0).is_empty());
        assert!(follow::<u8>(&[], &volume(vec![]), 0).is_empty());
    }

    #[test]
    fn an_old_outbreak_does_not_become_usual() {
        let counts: Vec<u32> = (0..90).map(|day| if (30..40).contains(&day) { 60 } else { 2 }).collect();
        let followed = follow(&[course(vec![counts])], &volume(vec![vec![100; 90]]), 0);
        assert!(recent(&followed[0]) < 7.0, "{}", recent(&followed[0]));
    }

    #[test]
    fn what_nobody_spoke_of_has_a_part_of_the_mean_rate() {
        let courses = [course(vec![vec![0; 90]]), course(vec![vec![8; 90]])];
        let followed = follow(&courses, &volume(vec![vec![100; 90]]), 0);
        assert!((0.1..1.0).contains(&recent(&followed[0])), "{}", recent(&followed[0]));
        let yesterday = follow(&courses, &volume(vec![vec![100; 90]]), 1);
        assert_eq!(yesterday[1].seen.len(), 70);
    }
}
