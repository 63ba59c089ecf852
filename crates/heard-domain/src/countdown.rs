//! Countdowns: by when a case is due. A promise in working time runs by the calendar of the department that has the case, stands
//! still while the customer is waited for, and goes on by the new calendar when the case changes hands.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::calendar::Calendar;
use crate::time::Time;

/// Working time that is left of a promise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Countdown {
    /// What was promised, in working minutes.
    pub promised: u32,
    /// Working milliseconds used before `since`.
    pub used: i64,
    /// Since when it runs; `None`: it stands still.
    pub since: Option<Time>,
}

impl Countdown {
    /// A promise of so many working minutes that begins to run.
    pub fn begin(promised: u32, at: Time) -> Self {
        Self { promised, used: 0, since: Some(at) }
    }

    /// Working milliseconds used up to a moment.
    pub fn used(&self, calendar: &Calendar, at: Time) -> i64 {
        self.used.saturating_add(self.since.map_or(0, |since| calendar.worked(since, at)))
    }

    /// Working milliseconds left at a moment; below 0: so much it is late.
    pub fn left(&self, calendar: &Calendar, at: Time) -> i64 {
        i64::from(self.promised) * 60_000 - self.used(calendar, at)
    }

    /// Whether a promise that stands still was kept by then.
    pub fn kept(&self) -> bool {
        self.used <= i64::from(self.promised) * 60_000
    }

    /// When it is due. `None` while it stands still, and if nobody ever works. A promise that was used up before it stood still is
    /// due at the moment at which it goes on.
    pub fn due(&self, calendar: &Calendar) -> Option<Time> {
        let since = self.since?;
        let left = i64::from(self.promised) * 60_000 - self.used;
        calendar.after(since, left.max(0))
    }

    /// Stands still from a moment on: the customer is waited for. Nothing happens if it does already.
    #[must_use]
    pub fn pause(self, calendar: &Calendar, at: Time) -> Self {
        Self { used: self.used(calendar, at), since: None, ..self }
    }

    /// Runs on from a moment. Nothing happens if it runs already.
    #[must_use]
    pub fn resume(self, at: Time) -> Self {
        Self { since: Some(self.since.unwrap_or(at)), ..self }
    }

    /// Goes on by another calendar: what was used by the one before stays used.
    #[must_use]
    pub fn hand_over(self, before: &Calendar, at: Time) -> Self {
        Self { used: self.used(before, at), since: self.since.map(|_| at), ..self }
    }
}

/// Working time in words: “12 min”, “3 h 20 min”, “41 h”. Beyond a day of work only hours count.
fn length(minutes: i64) -> String {
    match (minutes / 60, minutes % 60) {
        (0, minutes) => format!("{minutes} min"),
        (hours, 0) => format!("{hours} h"),
        (hours, _) if hours >= 8 => format!("{hours} h"),
        (hours, minutes) => format!("{hours} h {minutes} min"),
    }
}

/// The time left in words, in working time: “3 h 20 min left”, “late by 12 min”, “due now”.
pub fn in_words(left: i64) -> String {
    match left.div_euclid(60_000) {
        0 => "due now".to_owned(),
        minutes if minutes > 0 => format!("{} left", length(minutes)),
        minutes => format!("late by {}", length(-minutes)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::Hours;
    use crate::id::CalendarId;
    use crate::time::Zone;
    use proptest::prelude::*;

    const ZONES: [&str; 4] = ["Europe/Helsinki", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu"];

    fn calendar(zone: usize, cuts: &[(u16, u16)]) -> Calendar {
        let zone: Zone = ZONES[zone].parse().unwrap();
        let week = (0..7).map(|day| cuts.iter().filter_map(|(a, b)| Hours::new(a * 30, (b * 30).min(1_440 - day))).collect());
        Calendar { id: CalendarId(1), name: "Any".into(), zone, week: week.collect(), holidays: vec![] }
    }

    fn hours() -> impl Strategy<Value = Vec<(u16, u16)>> {
        prop_oneof![Just(vec![(18, 34)]), Just(vec![(0, 10), (12, 47)]), Just(vec![(4, 8)]), Just(vec![])]
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn due_times_equal_a_simulation_minute_by_minute(
            zones in (0..4_usize, 0..4_usize),
            weeks in (hours(), hours()),
            promised in 0..2_000_u32,
            from in -3_000..1_500_i64,
            // Minutes between what happens: pause, resume, hand over.
            events in prop::collection::vec((0..900_i64, 0..3_u8), 0..8),
        ) {
            // Around a change of the clocks in three of the zones within two weeks.
            let around: Time = "2026-03-29T01:00:00Z".parse().unwrap();
            let calendars = [calendar(zones.0, &weeks.0), calendar(zones.1, &weeks.1)];
            let minute = |n: i64| around.plus_ms((from + n) * 60_000);
            let mut countdown = Countdown::begin(promised, minute(0));
            let (mut at, mut now, mut running, mut worked, mut due) = (0, 0_usize, true, 0_u32, (promised == 0).then(|| minute(0)));
            let step = |now: usize, running: bool, at: i64, worked: &mut u32, due: &mut Option<Time>| {
                if running && calendars[now].works(minute(at)) {
                    *worked += 1;
                    if *worked == promised {
                        *due = Some(minute(at + 1));
                    }
                }
            };
            for (wait, event) in events {
                for _ in 0..wait {
                    step(now, running, at, &mut worked, &mut due);
                    at += 1;
                }
                match event {
                    0 => { countdown = countdown.pause(&calendars[now], minute(at)); running = false; }
                    1 => { countdown = countdown.resume(minute(at)); running = true; }
                    _ => { countdown = countdown.hand_over(&calendars[now], minute(at)); now = 1 - now; }
                }
                prop_assert_eq!(countdown.used(&calendars[now], minute(at)), i64::from(worked) * 60_000);
                prop_assert_eq!(countdown.since.is_some(), running);
            }
            let already = due.is_some();
            let end = at + 12 * 1_440;
            let began = at;
            while due.is_none() && at < end {
                step(now, running, at, &mut worked, &mut due);
                at += 1;
            }
            let found = countdown.due(&calendars[now]);
            match due {
                _ if !running => prop_assert_eq!(found, None),
                // It was used up before: due no later than when it went on last.
                Some(_) if already => prop_assert!(found.is_none_or(|found| found <= minute(began))),
                Some(due) => prop_assert_eq!(found, Some(due)),
                None => prop_assert!(found.is_none_or(|found| found > minute(end) || promised == 0)),
            }
        }
    }

    #[test]
    fn words_say_how_much_is_left() {
        let minute = 60_000;
        for (left, words) in [
            (30_000, "due now"),
            (minute, "1 min left"),
            (200 * minute, "3 h 20 min left"),
            (120 * minute, "2 h left"),
            (490 * minute, "8 h left"),
            (-1, "late by 1 min"),
            (-75 * minute, "late by 1 h 15 min"),
        ] {
            assert_eq!(in_words(left), words);
        }
    }
}
