//! Working calendars: when somebody is at work, and what that makes of a promise given in working time.
//!
//! A moment is working time if the clock on the wall of the calendar's zone then shows one of its hours on a day that is
//! no holiday. So an hour that the clocks skip is not worked, and one that they show twice is worked twice.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::id::CalendarId;
use crate::time::{Day, Time, Zone};

/// Minutes of a day.
const DAY: u16 = 24 * 60;
const MINUTE_MS: i64 = 60_000;
const DAY_MS: i64 = 86_400_000;

/// How far ahead a due time is looked for, in days: 20 years.
const HORIZON: i64 = 20 * 366;

/// From one time of the day to another, in minutes since midnight on the wall; `09:00-17:30` outside the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hours {
    from: u16,
    to: u16,
}

/// Hours that could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("“{0}” are no hours: expected a beginning and a later end like 09:00-17:30, at most 24:00")]
pub struct BadHours(pub String);

impl Hours {
    /// From one minute of the day up to another that is later, at most 1,440.
    pub fn new(from: u16, to: u16) -> Option<Self> {
        (from < to && to <= DAY).then_some(Self { from, to })
    }

    /// Whether two stretches of one day share a minute.
    pub fn overlaps(self, other: Self) -> bool {
        self.from < other.to && other.from < self.to
    }
}

impl fmt::Display for Hours {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (from, to) = (self.from, self.to);
        write!(f, "{:02}:{:02}-{:02}:{:02}", from / 60, from % 60, to / 60, to % 60)
    }
}

impl FromStr for Hours {
    type Err = BadHours;
    fn from_str(text: &str) -> Result<Self, BadHours> {
        let minute = |text: &str| -> Option<u16> {
            let (hour, minute) = text.trim().split_once([':', '.']).unwrap_or((text.trim(), "0"));
            let digits = |s: &str| !s.is_empty() && s.len() <= 2 && s.bytes().all(|b| b.is_ascii_digit());
            if !digits(hour) || !digits(minute) {
                return None;
            }
            let (hour, minute): (u16, u16) = (hour.parse().ok()?, minute.parse().ok()?);
            (minute < 60).then_some(hour * 60 + minute)
        };
        let parts = text.split_once(['-', '–']);
        let read = parts.and_then(|(from, to)| Self::new(minute(from)?, minute(to)?));
        read.ok_or_else(|| BadHours(text.chars().take(40).collect()))
    }
}

impl Serialize for Hours {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        out.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Hours {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        std::borrow::Cow::<'de, str>::deserialize(input)?.parse().map_err(de::Error::custom)
    }
}

impl JsonSchema for Hours {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Hours".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string",
            "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]-(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$",
            "description": "From one time of the day to a later one, like 09:00-17:30.",
        })
    }
}

/// A day on which nobody works.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Holiday {
    /// The day.
    pub day: Day,
    /// What is kept, 1-60 characters.
    pub name: String,
    /// Whether it comes back every year on the same day of the same month.
    #[serde(default)]
    pub yearly: bool,
}

/// When somebody is at work.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Calendar {
    /// Its identifier.
    pub id: CalendarId,
    /// Its name, unique, 1-60 characters.
    pub name: String,
    /// The time zone of its clock.
    pub zone: Zone,
    /// Seven days from Monday: the hours of each, in order, without overlap; a day off has none.
    pub week: Vec<Vec<Hours>>,
    /// Days on which nobody works.
    pub holidays: Vec<Holiday>,
}

/// Working time from one moment up to another, in epoch milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stretch {
    from: i64,
    to: i64,
}

impl Calendar {
    /// The usual week: Monday to Friday, nine to five.
    pub fn usual_week() -> Vec<Vec<Hours>> {
        let hours = Hours { from: 9 * 60, to: 17 * 60 };
        (0..7).map(|day| if day < 5 { vec![hours] } else { vec![] }).collect()
    }

    /// The holiday on a day, if it is one.
    pub fn holiday(&self, day: Day) -> Option<&Holiday> {
        let (_, month, of_month) = day.parts();
        self.holidays.iter().find(|holiday| {
            let (_, m, d) = holiday.day.parts();
            holiday.day == day || (holiday.yearly && (m, d) == (month, of_month))
        })
    }

    /// The hours of a day: none on holidays.
    pub fn hours(&self, day: Day) -> &[Hours] {
        if self.holiday(day).is_some() {
            return &[];
        }
        self.week.get(day.weekday() as usize).map_or(&[], Vec::as_slice)
    }

    /// Whether a moment is working time.
    pub fn works(&self, at: Time) -> bool {
        let (hour, minute) = self.zone.wall(at);
        let minute = (i32::from(hour) * 60 + i32::from(minute)) as u16;
        self.hours(self.zone.day(at)).iter().any(|hours| (hours.from..hours.to).contains(&minute))
    }

    /// Hands over the working time between two moments, in order, as long as `each` wants more. Between two changes of
    /// the clocks every wall time is one moment: what is worked there is plain arithmetic.
    fn stretches(&self, from: Time, until: Time, each: &mut dyn FnMut(Stretch) -> bool) {
        let mut at = from.0;
        while at < until.0 {
            let (ahead, changes) = self.zone.steady(Time(at));
            let end = changes.map_or(until.0, |change| change.0.min(until.0));
            let last = (end - 1 + ahead).div_euclid(DAY_MS);
            for day in (at + ahead).div_euclid(DAY_MS)..=last {
                let midnight = day * DAY_MS - ahead;
                for hours in self.hours(Day(day as i32)) {
                    let begins = (midnight + i64::from(hours.from) * MINUTE_MS).max(at);
                    let ends = (midnight + i64::from(hours.to) * MINUTE_MS).min(end);
                    if begins < ends && !each(Stretch { from: begins, to: ends }) {
                        return;
                    }
                }
            }
            at = end;
        }
    }

    /// The moment at which so many working minutes have passed; `from` itself for 0. `None` if that is more than 20 years
    /// ahead, or if nobody ever works.
    pub fn due(&self, from: Time, minutes: u64) -> Option<Time> {
        self.after(from, i64::try_from(minutes).ok()?.checked_mul(MINUTE_MS)?)
    }

    /// The same in milliseconds; `from` itself for 0 or less.
    pub fn after(&self, from: Time, ms: i64) -> Option<Time> {
        if ms <= 0 {
            return Some(from);
        }
        let mut left = ms;
        let mut due = None;
        self.stretches(from, from.plus_ms(HORIZON * DAY_MS), &mut |stretch| {
            let length = stretch.to - stretch.from;
            if left <= length {
                due = Some(Time(stretch.from + left));
                return false;
            }
            left -= length;
            true
        });
        due
    }

    /// The whole working minutes from one moment up to another; 0 if the other is not later.
    pub fn minutes_between(&self, from: Time, to: Time) -> u64 {
        (self.worked(from, to) / MINUTE_MS) as u64
    }

    /// The working milliseconds from one moment up to another; 0 if the other is not later.
    pub fn worked(&self, from: Time, to: Time) -> i64 {
        let mut sum = 0;
        self.stretches(from, to, &mut |stretch| {
            sum += stretch.to - stretch.from;
            true
        });
        sum
    }

    /// The next moment of working time, this one included; `None` if nobody ever works.
    pub fn next(&self, from: Time) -> Option<Time> {
        let mut next = None;
        self.stretches(from, from.plus_ms(HORIZON * DAY_MS), &mut |stretch| {
            next = Some(Time(stretch.from));
            false
        });
        next
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn calendar(zone: &str, hours: &[&str]) -> Calendar {
        let hours: Vec<Hours> = hours.iter().map(|hours| hours.parse().unwrap()).collect();
        let week = (0..7).map(|day| if day < 5 { hours.clone() } else { vec![] }).collect();
        Calendar { id: CalendarId(1), name: "Usual".into(), zone: zone.parse().unwrap(), week, holidays: vec![] }
    }

    fn time(text: &str) -> Time {
        text.parse().unwrap()
    }

    #[test]
    fn hours_are_read_and_written() {
        for (text, written) in [("9-17", "09:00-17:00"), ("9:30 – 12.15", "09:30-12:15"), ("0:00-24:00", "00:00-24:00")] {
            assert_eq!(text.parse::<Hours>().unwrap().to_string(), written);
        }
        for text in ["", "9", "17-9", "9-9", "9-25", "9:60-10", "-1-5", "9-24:01", "a-b"] {
            assert!(text.parse::<Hours>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_promise_ends_within_working_hours() {
        let calendar = calendar("Europe/Helsinki", &["09:00-12:00", "13:00-17:00"]);
        // Friday 15:00 in Helsinki: two hours today, the other five on Monday, over lunch.
        let friday = time("2026-03-20T13:00:00Z");
        assert_eq!(calendar.due(friday, 7 * 60), Some(time("2026-03-23T13:00:00Z")));
        // The last minute of a day is due when the day ends, not on the next morning.
        assert_eq!(calendar.due(friday, 2 * 60), Some(time("2026-03-20T15:00:00Z")));
        assert_eq!(calendar.due(friday, 0), Some(friday));
        assert_eq!(calendar.next(time("2026-03-20T15:00:00Z")), Some(time("2026-03-23T07:00:00Z")));
        assert_eq!(calendar.minutes_between(friday, time("2026-03-23T13:00:00Z")), 7 * 60);
        assert_eq!(calendar.minutes_between(time("2026-03-23T12:00:00Z"), friday), 0);
    }

    #[test]
    fn skipped_hours_are_not_worked_and_double_ones_twice() {
        let mut night = calendar("Europe/Helsinki", &[]);
        night.week[6] = vec!["02:00-05:00".parse().unwrap()];
        let day = |from: &str, to: &str| night.minutes_between(time(from), time(to));
        // Clocks go from 03:00 to 04:00 on 29 March 2026, and from 04:00 to 03:00 on 25 October 2026.
        assert_eq!(day("2026-03-28T12:00:00Z", "2026-03-29T12:00:00Z"), 120);
        assert_eq!(day("2026-10-24T12:00:00Z", "2026-10-25T12:00:00Z"), 240);
        assert_eq!(day("2026-06-13T12:00:00Z", "2026-06-14T12:00:00Z"), 180);
    }

    #[test]
    fn holidays_are_kept_once_or_every_year() {
        let mut calendar = calendar("UTC", &["09:00-17:00"]);
        let holiday = |day: &str, yearly| Holiday { day: day.parse().unwrap(), name: "Holiday".into(), yearly };
        calendar.holidays = vec![holiday("2020-12-25", true), holiday("2026-04-03", false)];
        assert_eq!(calendar.due(time("2026-04-02T16:00:00Z"), 120), Some(time("2026-04-06T10:00:00Z")));
        assert!(calendar.works(time("2027-04-02T10:00:00Z")), "a single holiday does not come back");
        assert!(!calendar.works(time("2026-12-25T10:00:00Z")));
    }

    #[test]
    fn who_never_works_promises_nothing() {
        let calendar = calendar("UTC", &[]);
        assert_eq!((calendar.due(time("2026-04-02T16:00:00Z"), 1), calendar.next(Time(0))), (None, None));
        assert_eq!(calendar.due(Time(0), u64::MAX), None);
    }

    /// Zones with their changes of the clocks: whole hours, half an hour, a whole day skipped, none.
    const ZONES: [(&str, &[&str]); 6] = [
        ("Europe/Helsinki", &["2026-03-29T01:00:00Z", "2026-10-25T01:00:00Z"]),
        ("America/New_York", &["2026-03-08T07:00:00Z", "2026-11-01T06:00:00Z"]),
        ("Australia/Lord_Howe", &["2026-04-04T15:00:00Z", "2026-10-03T15:30:00Z"]),
        ("Pacific/Apia", &["2011-12-30T10:00:00Z"]),
        ("America/Sao_Paulo", &["2018-11-04T03:00:00Z", "2019-02-17T02:00:00Z"]),
        ("Asia/Kathmandu", &["2026-05-01T00:00:00Z"]),
    ];

    fn week() -> impl Strategy<Value = Vec<Vec<Hours>>> {
        let day = prop::collection::btree_set(0_u16..=48, 0..=5).prop_map(|cuts| {
            let cuts: Vec<u16> = cuts.into_iter().collect();
            cuts.chunks_exact(2).filter_map(|pair| Hours::new(pair[0] * 30, pair[1] * 30)).collect::<Vec<_>>()
        });
        prop::collection::vec(day, 7)
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn due_times_equal_a_simulation_minute_by_minute(
            (zone, change) in (0..ZONES.len()).prop_flat_map(|zone| (Just(zone), 0..ZONES[zone].1.len())),
            week in week(),
            off in prop::collection::vec((-4..4_i32, any::<bool>()), 0..3),
            from in -4_320..2_880_i64,
            minutes in 1..3_000_u64,
        ) {
            let (name, changes) = ZONES[zone];
            let zone: Zone = name.parse().unwrap();
            let around = time(changes[change]);
            let holidays = off.iter().map(|(days, yearly)| {
                Holiday { day: zone.day(around) + *days, name: "Off".into(), yearly: *yearly }
            }).collect();
            let calendar = Calendar { id: CalendarId(1), name: "Any".into(), zone, week, holidays };
            let from = around.plus_ms(from * MINUTE_MS);
            // Minute by minute for at most 12 days.
            let (mut worked, mut due) = (0, None);
            for minute in 0..12 * 1_440_i64 {
                let at = from.plus_ms(minute * MINUTE_MS);
                if minute % 61 == 0 {
                    prop_assert_eq!(calendar.minutes_between(from, at), worked, "up to {}", at);
                }
                if !calendar.works(at) {
                    continue;
                }
                worked += 1;
                if worked == minutes {
                    due = Some(at.plus_ms(MINUTE_MS));
                    break;
                }
            }
            if due.is_some() {
                prop_assert_eq!(calendar.due(from, minutes), due);
            } else {
                let end = from.plus_ms(12 * DAY_MS);
                prop_assert_eq!(calendar.minutes_between(from, end), worked);
                prop_assert!(calendar.due(from, minutes).is_none_or(|due| due > end));
            }
        }
    }
}
