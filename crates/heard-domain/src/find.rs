//! Finds: what has risen, told once. A problem shows on many days and in several matters (a category, the category at a stage, the
//! stage as a whole); whoever is told of it is told once, and again only when it has been quiet for four weeks.

use std::collections::HashSet;
use std::hash::Hash;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::id::{CategoryId, StageId};
use crate::outbreak::Rise;
use crate::time::{Day, Period};

/// What somebody complains of: a category, a stage, or a category at a stage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
pub struct Matter {
    /// Where in the journey; `None`: wherever.
    pub stage: Option<StageId>,
    /// What about; `None`: whatever.
    pub category: Option<CategoryId>,
}

impl Matter {
    /// 0: a category at a stage; 1: a category; 2: a stage; 3: anything.
    pub fn breadth(self) -> u8 {
        u8::from(self.stage.is_none()) + 2 * u8::from(self.category.is_none())
    }
}

/// After so many days without a rise it is over; the next rise is another find.
pub const QUIET: i32 = 28;
/// Within so many days after a broad find its narrower matters are still the same find, told more exactly.
const NARROWS: i32 = 7;
/// Who explains so much of what is more than expected explains the rise.
const EXPLAINS: f64 = 0.5;

/// Something that was found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Find {
    /// The rise, as it was when it was found.
    pub rise: Rise<Matter>,
    /// The day on which it was found.
    pub found: Day,
    /// The last day on which it rose.
    pub last: Day,
    /// Other matters in which the same persons show.
    pub also: Vec<Matter>,
}

impl Find {
    fn is(&self, matter: Matter) -> bool {
        self.rise.key == matter || self.also.contains(&matter)
    }

    fn matters(&self) -> impl Iterator<Item = Matter> + '_ {
        std::iter::once(self.rise.key).chain(self.also.iter().copied())
    }
}

/// Takes in what has risen by `today` (the surest first, as [`crate::outbreak::rises`] gives it) and says from which place on the
/// finds are new. `speakers` are the persons who spoke of a matter in some days.
pub fn look<P: Eq + Hash>(
    finds: &mut Vec<Find>,
    today: Day,
    rises: Vec<Rise<Matter>>,
    speakers: impl Fn(Matter, Period) -> HashSet<P>,
) -> usize {
    let before = finds.len();
    for rise in rises {
        let open = |find: &Find| today - find.last <= QUIET;
        if let Some(same) = finds.iter_mut().rev().find(|find| open(find) && find.is(rise.key)) {
            same.last = today;
            continue;
        }
        let own = speakers(rise.key, rise.period);
        let breadth = rise.key.breadth();
        // How many of its speakers speak of what was found before.
        let mut explained: HashSet<&P> = HashSet::new();
        let mut nearest: Option<(usize, usize)> = None;
        for (at, find) in finds.iter().enumerate().filter(|(_, find)| open(find)) {
            if find.rise.key.breadth() > breadth && today - find.found > NARROWS {
                continue;
            }
            let theirs: HashSet<P> = find.matters().flat_map(|matter| speakers(matter, rise.period)).collect();
            let shared: Vec<&P> = own.iter().filter(|person| theirs.contains(person)).collect();
            if nearest.is_none_or(|(most, _)| shared.len() > most) {
                nearest = Some((shared.len(), at));
            }
            explained.extend(shared);
        }
        let more = (rise.persons as f64 - rise.expected).max(1.0);
        match nearest.and_then(|(_, at)| finds.get_mut(at)) {
            Some(find) if explained.len() as f64 >= EXPLAINS * more => {
                find.last = today;
                find.also.push(rise.key);
            }
            _ => finds.push(Find { rise, found: today, last: today, also: vec![] }),
        }
    }
    before
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statistics::Certainty;

    const CODE: Matter = Matter { stage: Some(StageId(4)), category: Some(CategoryId(11)) };
    const CODES: Matter = Matter { stage: None, category: Some(CategoryId(11)) };
    const STAGE: Matter = Matter { stage: Some(StageId(4)), category: None };
    const OTHER: Matter = Matter { stage: Some(StageId(4)), category: Some(CategoryId(12)) };

    fn rise(key: Matter, day: i32, persons: u64) -> Rise<Matter> {
        let period = Period::ending(Day(day), 3);
        let since = Day(day - 2);
        let certainty = Certainty::VeryLikelyReal;
        Rise { key, period, persons, expected: 4.0, low: 0, high: 9, since, p: 1e-6, certainty }
    }

    /// Persons 0..20 speak of the code, 100..120 of the other category; all of them at the stage.
    fn speakers(matter: Matter, _: Period) -> HashSet<u32> {
        match (matter.stage, matter.category) {
            (_, Some(CategoryId(11))) => (0..20).collect(),
            (_, Some(_)) => (100..120).collect(),
            _ => (0..20).chain(100..120).collect(),
        }
    }

    #[test]
    fn one_problem_is_one_find_however_often_and_wherever_it_shows() {
        let mut finds = vec![];
        assert_eq!(look(&mut finds, Day(10), vec![rise(CODE, 10, 20), rise(CODES, 10, 20), rise(STAGE, 10, 24)], speakers), 0);
        assert_eq!((finds.len(), finds[0].also.as_slice()), (1, [CODES, STAGE].as_slice()));
        for day in 11..60 {
            assert_eq!(look(&mut finds, Day(day), vec![rise(STAGE, day, 30)], speakers), 1);
        }
        assert_eq!((finds.len(), finds[0].last), (1, Day(59)));
        assert_eq!(look(&mut finds, Day(59 + QUIET + 1), vec![rise(CODE, 88, 20)], speakers), 1);
        assert_eq!(finds.len(), 2, "it came back after it had been quiet");
    }

    #[test]
    fn another_problem_is_another_find_at_the_same_stage_too() {
        let mut finds = vec![];
        look(&mut finds, Day(10), vec![rise(CODE, 10, 20)], speakers);
        look(&mut finds, Day(12), vec![rise(OTHER, 12, 20)], speakers);
        assert_eq!(finds.len(), 2);
        // The stage rises by more than either explains alone; both together do.
        look(&mut finds, Day(13), vec![rise(STAGE, 13, 40)], speakers);
        assert_eq!(finds.len(), 2);
        // A stage that rises first narrows to what it is about; later, something narrower is something else.
        let mut finds = vec![];
        look(&mut finds, Day(10), vec![rise(STAGE, 10, 40)], speakers);
        look(&mut finds, Day(12), vec![rise(CODE, 12, 20)], speakers);
        assert_eq!((finds.len(), finds[0].also.len()), (1, 1));
        look(&mut finds, Day(20), vec![rise(OTHER, 20, 20)], speakers);
        assert_eq!(finds.len(), 2);
    }
}
