//! Health of a listening post: what was heard lately, what went wrong last, and whether it has grown quiet.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::id::PostId;
use crate::time::{Day, Time};

/// How many days back the usual is looked for.
pub const LOOK_BACK: i32 = 84;

/// On fewer days with comments nothing is usual yet.
const FEWEST_DAYS: usize = 5;

/// A post is never called quiet before so many silent days.
const SHORTEST_QUIET: i32 = 2;

crate::words! {
    /// A way on which feedback comes into a post.
    Way {
        /// The public feedback form.
        Form = "form", "Feedback form";
        /// A signed delivery of another system.
        Webhook = "webhook", "Webhook";
        /// A program with a token.
        Api = "api", "API";
        /// E-mail.
        Mail = "mail", "E-mail";
        /// A file.
        Import = "import", "Import";
    }
}

/// What last went wrong on one way in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Trouble {
    /// On which way.
    pub way: Way,
    /// When.
    pub at: Time,
    /// What was wrong, for who can mend it.
    pub reason: String,
}

/// How long a post has been silent, and how long it usually is at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Quiet {
    /// Whole days without a comment up to now.
    pub days: i32,
    /// The longest silence in the twelve weeks before, in days.
    pub usual: i32,
}

/// How a listening post fares.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Health {
    /// The post.
    pub post: PostId,
    /// When something was last heard here; none: never.
    pub last_heard: Option<Time>,
    /// Comments of the last 7 days.
    pub week: i64,
    /// Comments of the last 28 days.
    pub month: i64,
    /// Comments of each of the last 28 days, oldest first.
    pub days: Vec<i64>,
    /// Set while it is quiet for longer than usual.
    pub quiet: Option<Quiet>,
    /// What last went wrong, newest first.
    pub troubles: Vec<Trouble>,
}

/// Whether a post is quiet for longer than usual: its silence up to `today` is longer than any between two days with
/// comments in the [`LOOK_BACK`] days before. `spoken`: days on which something was said, ascending.
pub fn quiet(spoken: &[Day], today: Day) -> Option<Quiet> {
    let spoken: Vec<Day> = spoken.iter().copied().filter(|day| *day <= today && today - *day <= LOOK_BACK).collect();
    let last = spoken.last()?;
    if spoken.len() < FEWEST_DAYS {
        return None;
    }
    let days = today - *last;
    let usual = spoken.windows(2).map(|pair| pair[1] - pair[0] - 1).max().unwrap_or(0);
    (days > usual && days >= SHORTEST_QUIET).then_some(Quiet { days, usual })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn days(list: &[i32]) -> Vec<Day> {
        list.iter().map(|day| Day(*day)).collect()
    }

    #[test]
    fn quiet_is_longer_than_ever_lately() {
        let weekdays = days(&[100, 101, 102, 103, 104, 107, 108, 109]);
        assert_eq!(quiet(&weekdays, Day(111)), None);
        assert_eq!(quiet(&weekdays, Day(112)), Some(Quiet { days: 3, usual: 2 }));
        assert_eq!(quiet(&days(&[100, 101, 102, 103, 104]), Day(105)), None, "one silent day is nothing");
    }

    #[test]
    fn without_a_usual_nothing_is_quiet() {
        assert_eq!(quiet(&[], Day(100)), None);
        assert_eq!(quiet(&days(&[60, 70, 80, 90]), Day(100)), None);
        // What lies further back than the look is forgotten.
        assert_eq!(quiet(&days(&[1, 2, 3, 4, 5]), Day(100)), None);
    }
}
