//! Quiet hours: the time of day in which nobody is written to unasked.

use std::fmt;
use std::str::FromStr;

use crate::time::{Time, Zone};

/// From a minute of the day until another one, over midnight where the second is the earlier.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QuietHours {
    from: u16,
    until: u16,
}

/// Quiet hours that could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("“{0}” are no quiet hours: expected two times of day like 21:00-08:00, or none")]
pub struct BadQuietHours(pub String);

impl QuietHours {
    /// When they end, if a moment lies in them; by the clock of this zone.
    pub fn end(self, now: Time, zone: &Zone) -> Option<Time> {
        let (hour, minute) = zone.wall(now);
        let minute_of_day = hour.unsigned_abs() as u16 * 60 + u16::from(minute.unsigned_abs());
        let over_night = self.until < self.from;
        let quiet = if over_night {
            minute_of_day >= self.from || minute_of_day < self.until
        } else {
            (self.from..self.until).contains(&minute_of_day)
        };
        if !quiet {
            return None;
        }
        let day = zone.day(now) + i32::from(over_night && minute_of_day >= self.from);
        let end = zone.moment(day, (self.until / 60) as i8, (self.until % 60) as i8, 0)?;
        // Where the clocks change, the wall may show the same time twice.
        (end > now).then_some(end)
    }
}

impl fmt::Display for QuietHours {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { from, until } = self;
        write!(f, "{:02}:{:02}-{:02}:{:02}", from / 60, from % 60, until / 60, until % 60)
    }
}

impl FromStr for QuietHours {
    type Err = BadQuietHours;

    fn from_str(text: &str) -> Result<Self, BadQuietHours> {
        let wrong = || BadQuietHours(text.chars().take(40).collect());
        let part = |digits: &str| -> Option<u16> {
            let two = digits.len() == 2 && digits.bytes().all(|byte| byte.is_ascii_digit());
            two.then(|| digits.parse().ok()).flatten()
        };
        let minute = |time: &str| {
            let (hour, minute) = time.trim().split_once(':')?;
            let (hour, minute) = (part(hour)?, part(minute)?);
            (hour < 24 && minute < 60).then_some(hour * 60 + minute)
        };
        let (from, until) = text.split_once('-').ok_or_else(wrong)?;
        match (minute(from), minute(until)) {
            (Some(from), Some(until)) if from != until => Ok(Self { from, until }),
            _ => Err(wrong()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-03-28T00:00:00Z, the day before clocks go forward in Helsinki (UTC+2, then +3).
    const MIDNIGHT: i64 = 1_774_656_000_000;
    const HOUR: i64 = 3_600_000;

    #[test]
    fn nights_end_in_the_morning_by_the_clock_on_the_wall() {
        let quiet: QuietHours = "21:00-08:00".parse().unwrap();
        let zone: Zone = "Europe/Helsinki".parse().unwrap();
        let end = |utc_hour: i64| quiet.end(Time(MIDNIGHT + utc_hour * HOUR), &zone).map(|end| (end.0 - MIDNIGHT) / HOUR);
        assert_eq!((end(0), end(5), end(6), end(18)), (Some(6), Some(6), None, None));
        // In the evening before, 08:00 of the next day is an hour earlier by UTC.
        assert_eq!((end(19), end(23), end(28), end(29)), (Some(29), Some(29), Some(29), None));
        let noon: QuietHours = "12:00-13:30".parse().unwrap();
        assert_eq!(noon.end(Time(MIDNIGHT + 11 * HOUR), &zone), Some(Time(MIDNIGHT + 11 * HOUR + HOUR / 2)));
        assert_eq!(noon.end(Time(MIDNIGHT + 12 * HOUR), &zone), None);
    }

    #[test]
    fn what_is_no_time_of_day_is_refused() {
        for wrong in
            ["", "21:00", "21-8", "24:00-08:00", "21:00-08:60", "08:00-08:00", "-1:00-08:00", "aa:bb-cc:dd", "021:00-08:00"]
        {
            assert!(wrong.parse::<QuietHours>().is_err(), "{wrong}");
        }
        assert_eq!("21:00 - 08:00".parse::<QuietHours>().unwrap().to_string(), "21:00-08:00");
    }
}
