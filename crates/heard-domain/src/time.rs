//! Time: moments in UTC, days in the company's time zone, periods of days, and the clock as an argument.

use std::fmt;
use std::ops::{Add, Sub};
use std::str::FromStr;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, Unit};
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A moment: milliseconds since 1970-01-01T00:00:00Z. RFC 3339 outside the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Time(pub i64);

impl Time {
    /// The calendar's first and last moments that Heard takes: 1970-01-01 to 9999-12-30.
    pub const RANGE: std::ops::RangeInclusive<i64> = 0..=253_402_207_200_000;

    fn stamp(self) -> Timestamp {
        Timestamp::from_millisecond(self.0.clamp(*Self::RANGE.start(), *Self::RANGE.end())).unwrap_or(Timestamp::UNIX_EPOCH)
    }

    /// This moment and `ms` milliseconds.
    #[must_use]
    pub fn plus_ms(self, ms: i64) -> Self {
        Self(self.0.saturating_add(ms))
    }
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.stamp().fmt(f)
    }
}

/// A moment, day or time zone that could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadTime {
    /// Not RFC 3339, or outside the range.
    #[error("“{0}” is not a time like 2026-03-22T14:05:00Z")]
    Time(String),
    /// Not an ISO date.
    #[error("“{0}” is not a day like 2026-03-22")]
    Day(String),
    /// Not in the IANA database.
    #[error("“{0}” is not a time zone like Europe/Helsinki")]
    Zone(String),
}

impl FromStr for Time {
    type Err = BadTime;
    fn from_str(text: &str) -> Result<Self, BadTime> {
        let bad = || BadTime::Time(text.chars().take(40).collect());
        let ms = text.parse::<Timestamp>().map_err(|_| bad())?.as_millisecond();
        if Self::RANGE.contains(&ms) { Ok(Self(ms)) } else { Err(bad()) }
    }
}

/// A day of the company's calendar: days since 1970-01-01. `YYYY-MM-DD` outside the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Day(pub i32);

impl Day {
    fn date(self) -> Date {
        Date::constant(1970, 1, 1)
            .checked_add(SignedDuration::from_hours(24 * i64::from(self.0)))
            .unwrap_or(Date::constant(1970, 1, 1))
    }

    fn of(date: Date) -> Self {
        let span = date.since((Unit::Day, Date::constant(1970, 1, 1)));
        Self(span.map_or(0, |span| span.get_days()))
    }

    /// A day from year, month (1-12) and day of the month; `None` if there is no such day.
    pub fn new(year: i16, month: i8, day: i8) -> Option<Self> {
        Date::new(year, month, day).ok().map(Self::of)
    }

    /// Year, month (1-12), day of the month.
    pub fn parts(self) -> (i16, i8, i8) {
        let date = self.date();
        (date.year(), date.month(), date.day())
    }

    /// The Monday of its week.
    #[must_use]
    pub fn monday(self) -> Self {
        Self(self.0 - (self.0 + 3).rem_euclid(7))
    }

    /// The first day of its month.
    #[must_use]
    pub fn first_of_month(self) -> Self {
        Self::of(self.date().first_of_month())
    }

    /// 0 = Monday … 6 = Sunday.
    pub fn weekday(self) -> i32 {
        (self.0 + 3).rem_euclid(7)
    }
}

impl Add<i32> for Day {
    type Output = Self;
    fn add(self, days: i32) -> Self {
        Self(self.0 + days)
    }
}

impl Sub for Day {
    type Output = i32;
    fn sub(self, other: Self) -> i32 {
        self.0 - other.0
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.date().fmt(f)
    }
}

impl FromStr for Day {
    type Err = BadTime;
    fn from_str(text: &str) -> Result<Self, BadTime> {
        let date = text.parse::<Date>().ok().filter(|d| (1900..=9998).contains(&d.year()));
        date.map(Self::of).ok_or_else(|| BadTime::Day(text.chars().take(40).collect()))
    }
}

macro_rules! as_text {
    ($($name:ident $schema:tt),+ $(,)?) => {$(
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
                out.collect_str(self)
            }
        }
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(input)?;
                text.parse().map_err(de::Error::custom)
            }
        }
        impl JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!($schema)
            }
        }
    )+};
}
as_text! {
    Time { "type": "string", "format": "date-time", "description": "A moment in RFC 3339." },
    Day { "type": "string", "format": "date", "description": "A day of the company's calendar." },
    Zone { "type": "string", "description": "A time zone of the IANA database, like Europe/Helsinki." },
}

/// The company's time zone: fixes which day a moment belongs to.
#[derive(Debug, Clone, PartialEq)]
pub struct Zone(TimeZone);

impl Zone {
    /// Coordinated universal time.
    pub const UTC: Self = Self(TimeZone::UTC);

    /// The day of a moment.
    pub fn day(&self, time: Time) -> Day {
        Day::of(self.0.to_datetime(time.stamp()).date())
    }

    /// The first moment of a day.
    pub fn start(&self, day: Day) -> Time {
        let start = day.date().to_zoned(self.0.clone());
        Time(start.map_or(i64::from(day.0) * 86_400_000, |zoned| zoned.timestamp().as_millisecond()))
    }

    /// Hour and minute of a moment on the wall.
    pub fn wall(&self, time: Time) -> (i8, i8) {
        let clock = self.0.to_datetime(time.stamp());
        (clock.hour(), clock.minute())
    }

    /// By how many milliseconds the wall is ahead of UTC at a moment, and the next moment at which that changes.
    pub fn steady(&self, time: Time) -> (i64, Option<Time>) {
        let ahead = i64::from(self.0.to_offset(time.stamp()).seconds()) * 1000;
        let change = self.0.following(time.stamp()).next();
        (ahead, change.map(|change| Time(change.timestamp().as_millisecond())))
    }

    /// The moment at which the wall shows this date and time (of two, the earlier).
    pub fn moment(&self, day: Day, hour: i8, minute: i8, second: i8) -> Option<Time> {
        let at = day.date().at(hour.clamp(0, 23), minute.clamp(0, 59), second.clamp(0, 59), 0);
        self.0.to_timestamp(at).ok().map(|stamp| Time(stamp.as_millisecond()))
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.iana_name().unwrap_or("UTC"))
    }
}

impl FromStr for Zone {
    type Err = BadTime;
    fn from_str(text: &str) -> Result<Self, BadTime> {
        TimeZone::get(text).map(Self).map_err(|_| BadTime::Zone(text.chars().take(40).collect()))
    }
}

/// Whole days from `first` to `last`, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Period {
    /// The first day.
    pub first: Day,
    /// The last day; not before the first.
    pub last: Day,
}

impl Period {
    /// The `days` (at least one) that end with `last`.
    pub fn ending(last: Day, days: i32) -> Self {
        Self { first: last + (1 - days.max(1)), last }
    }

    /// How many days.
    pub fn days(self) -> i32 {
        self.last - self.first + 1
    }

    /// As many days, right before.
    #[must_use]
    pub fn before(self) -> Self {
        Self::ending(self.first + -1, self.days())
    }

    /// Whether a day lies within.
    pub fn contains(self, day: Day) -> bool {
        (self.first..=self.last).contains(&day)
    }
}

/// Where the time comes from: an argument everywhere, so that tests decide what time it is.
pub trait Clock: Send + Sync {
    /// Now.
    fn now(&self) -> Time;
}

/// A clock that stands still.
#[derive(Debug, Clone, Copy)]
pub struct FixedClock(pub Time);

impl Clock for FixedClock {
    fn now(&self) -> Time {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_follow_the_company_time_zone() {
        let helsinki: Zone = "Europe/Helsinki".parse().unwrap_or(Zone::UTC);
        let late: Time = "2026-03-21T22:30:00Z".parse().unwrap_or_default();
        assert_eq!(helsinki.day(late).to_string(), "2026-03-22");
        assert_eq!(Zone::UTC.day(late).to_string(), "2026-03-21");
        assert_eq!(helsinki.start(helsinki.day(late)).to_string(), "2026-03-21T22:00:00Z");
    }

    #[test]
    fn weeks_begin_on_monday() {
        let sunday: Day = "2026-03-22".parse().unwrap_or_default();
        assert_eq!(sunday.monday().to_string(), "2026-03-16");
        assert_eq!(sunday.weekday(), 6);
        assert_eq!(sunday.monday().monday(), sunday.monday());
    }

    #[test]
    fn periods_touch_but_do_not_overlap() {
        let p = Period::ending(Day(100), 84);
        assert_eq!(p.days(), 84);
        assert_eq!(p.before().last + 1, p.first);
        assert_eq!(p.before().days(), 84);
    }
}
