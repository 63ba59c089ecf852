//! Digests: what each department is told of a week, and that it follows through. A department acknowledges its digest; it is reminded
//! on the third day and the matter goes to those who lead on the seventh; from then on it stands among those who are late, for
//! everybody to see.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::id::{DepartmentId, UserId};
use crate::time::{Day, Time, Zone};

/// On which day after it was there a digest is reminded of.
pub const REMINDED_AFTER: i32 = 3;
/// On which day after it was there those who lead are told; from then on it is late, for everybody to see.
pub const ESCALATED_AFTER: i32 = 7;
/// At which hour of the company's clock digests are there, on the Monday after their week, and at which they are reminded of.
pub const AT_HOUR: i8 = 7;

crate::words! {
    /// How a digest stands.
    DigestState {
        /// It is there.
        Fresh = "fresh", "To be acknowledged";
        /// The department was reminded.
        Reminded = "reminded", "Reminded";
        /// Those who lead were told.
        Late = "late", "Late";
        /// The department has acknowledged it in time.
        Acknowledged = "acknowledged", "Acknowledged";
        /// It has acknowledged it, but after it was late.
        AcknowledgedLate = "acknowledged_late", "Acknowledged late";
    }
}

/// What a department is told of a week.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Digest {
    /// Which department.
    pub department: DepartmentId,
    /// The Monday of the week that it tells of.
    pub week: Day,
    /// Since when it is there.
    pub published: Time,
    /// When it was acknowledged.
    pub acknowledged: Option<Time>,
    /// By whom.
    pub by: Option<UserId>,
    /// When the department was reminded.
    pub reminded: Option<Time>,
    /// When those who lead were told.
    pub escalated: Option<Time>,
}

/// Which digest: a department and the Monday of a week, in addresses `729382736520-2026-03-16`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct DigestKey {
    /// Whose.
    pub department: DepartmentId,
    /// Of which week.
    pub week: Day,
}

impl fmt::Display for DigestKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.department, self.week)
    }
}

/// Words that name no digest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be a department and a Monday, like 729382736520-2026-03-16")]
pub struct NoDigest;

impl FromStr for DigestKey {
    type Err = NoDigest;

    fn from_str(text: &str) -> Result<Self, NoDigest> {
        let (department, week) = text.split_once('-').ok_or(NoDigest)?;
        let week: Day = week.parse().map_err(|_| NoDigest)?;
        if week != week.monday() {
            return Err(NoDigest);
        }
        Ok(Self { department: department.parse().map_err(|_| NoDigest)?, week })
    }
}

impl Digest {
    /// Which one it is.
    pub fn key(&self) -> DigestKey {
        DigestKey { department: self.department, week: self.week }
    }

    /// How it stands.
    pub fn state(&self) -> DigestState {
        match (self.acknowledged, self.escalated, self.reminded) {
            (Some(_), None, _) => DigestState::Acknowledged,
            (Some(_), Some(_), _) => DigestState::AcknowledgedLate,
            (None, Some(_), _) => DigestState::Late,
            (None, None, Some(_)) => DigestState::Reminded,
            (None, None, None) => DigestState::Fresh,
        }
    }

    /// Whether nobody has acknowledged it yet.
    pub fn waits(&self) -> bool {
        self.acknowledged.is_none()
    }

    /// What follows now, if anything: each only once, and nothing after it was acknowledged. Who was away for a week finds it late
    /// at once, without having been reminded.
    pub fn follows(&self, zone: &Zone, now: Time) -> Option<FollowUp> {
        let passed = |days| zone.moment(zone.day(self.published) + days, AT_HOUR, 0, 0).is_some_and(|then| then <= now);
        match self.state() {
            DigestState::Fresh | DigestState::Reminded if passed(ESCALATED_AFTER) => Some(FollowUp::Escalate),
            DigestState::Fresh if passed(REMINDED_AFTER) => Some(FollowUp::Remind),
            _ => None,
        }
    }
}

/// What follows where a digest was not acknowledged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FollowUp {
    /// The department is reminded.
    Remind,
    /// Those who lead are told.
    Escalate,
}

/// The Monday of the last week whose digests are there: that which ended before the last Monday at seven.
pub fn last_week(zone: &Zone, now: Time) -> Day {
    let monday = zone.day(now).monday();
    let there = zone.moment(monday, AT_HOUR, 0, 0).is_some_and(|then| then <= now);
    monday + if there { -7 } else { -14 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(zone: &Zone, day: Day, hour: i8) -> Time {
        zone.moment(day, hour, 0, 0).unwrap()
    }

    #[test]
    fn a_digest_is_there_on_monday_at_seven() {
        let zone: Zone = "Europe/Helsinki".parse().unwrap();
        // The night to Sunday 29 March 2026 has 23 hours.
        let monday = Day::new(2026, 3, 30).unwrap();
        assert_eq!(monday.monday(), monday);
        assert_eq!(last_week(&zone, at(&zone, monday, 6)), monday + -14);
        assert_eq!(last_week(&zone, at(&zone, monday, 7)), monday + -7);
        assert_eq!(last_week(&zone, at(&zone, monday + 6, 23)), monday + -7);
    }

    #[test]
    fn its_name_is_read_back() {
        let key = DigestKey { department: DepartmentId(7_293_827), week: Day::new(2026, 3, 16).unwrap() };
        assert_eq!(key.to_string(), "7293827-2026-03-16");
        assert_eq!(key.to_string().parse(), Ok(key));
        for wrong in ["7293827-2026-03-17", "2026-03-16", "7293827", "x-2026-03-16", "-1-2026-03-16", "", "7293827-"] {
            assert_eq!(wrong.parse::<DigestKey>(), Err(NoDigest), "{wrong}");
        }
    }

    #[test]
    fn it_is_reminded_of_once_and_late_once() {
        let zone: Zone = "Europe/Helsinki".parse().unwrap();
        let monday = Day::new(2026, 3, 23).unwrap();
        let mut digest = Digest {
            department: DepartmentId(1),
            week: monday + -7,
            published: at(&zone, monday, 7),
            acknowledged: None,
            by: None,
            reminded: None,
            escalated: None,
        };
        assert_eq!(digest.follows(&zone, at(&zone, monday + 3, 6)), None);
        assert_eq!(digest.follows(&zone, at(&zone, monday + 3, 7)), Some(FollowUp::Remind));
        digest.reminded = Some(at(&zone, monday + 3, 7));
        assert_eq!((digest.state(), digest.follows(&zone, at(&zone, monday + 6, 23))), (DigestState::Reminded, None));
        // The clock went forward in between: seven days are seven days of the calendar.
        assert_eq!(digest.follows(&zone, at(&zone, monday + 7, 6)), None);
        assert_eq!(digest.follows(&zone, at(&zone, monday + 7, 7)), Some(FollowUp::Escalate));
        digest.escalated = Some(at(&zone, monday + 7, 7));
        assert_eq!((digest.state(), digest.follows(&zone, at(&zone, monday + 30, 7))), (DigestState::Late, None));
        digest.acknowledged = Some(at(&zone, monday + 8, 9));
        assert_eq!((digest.state(), digest.waits()), (DigestState::AcknowledgedLate, false));
        let away = Digest { acknowledged: None, reminded: None, escalated: None, ..digest };
        assert_eq!(away.follows(&zone, at(&zone, monday + 9, 7)), Some(FollowUp::Escalate), "nobody is reminded after the fact");
    }
}
