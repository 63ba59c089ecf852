//! Dates as people and programs write them, and the order of day and month decided over a whole column.

use heard_domain::import::DateOrder;
use heard_domain::time::{Day, Time, Zone};

/// Why a date cannot be taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadDate {
    /// No known way to write a date.
    #[error("is not a date: expected one like 2026-03-22 14:05, 22.03.2026 or 03/22/2026 2:05 PM")]
    Unknown,
    /// A day that no calendar has.
    #[error("there is no day {2} in month {1} of {0}")]
    NoSuchDay(u64, u64, u64),
    /// An hour, minute or second that no clock shows.
    #[error("there is no such time of day")]
    NoSuchTime,
    /// Could be two days.
    #[error("could be two different days: choose whether day or month comes first")]
    Ambiguous,
    /// Before 1970 or after 9999.
    #[error("lies outside the years 1970 to 9999")]
    OutOfRange,
    /// A word that is neither a month nor a time zone.
    #[error("holds “{0}”, which is neither a month nor a time zone")]
    Word(String),
}

#[derive(Debug, Clone, Copy, Default, PartialEq)]
struct Number {
    value: u64,
    digits: usize,
}

/// What stands in a date, before day and month are told apart.
#[derive(Debug, Default)]
struct Found {
    numbers: [Number; 3],
    count: usize,
    month: Option<u64>,
    /// Hour, minute, second, millisecond.
    clock: Option<[u64; 4]>,
    afternoon: Option<bool>,
    /// Minutes east of Greenwich.
    offset: Option<i64>,
    zone: Option<Zone>,
}

const MS_A_DAY: i64 = 86_400_000;

/// Reads a date; `order` settles what digits alone leave open, `zone` is where a clock without a zone hangs.
pub fn parse(text: &str, order: DateOrder, zone: &Zone) -> Result<Time, BadDate> {
    let text = text.trim();
    let time = match epoch(text) {
        Some(time) => time,
        None => find(text)?.moment(order, zone)?,
    };
    if Time::RANGE.contains(&time.0) { Ok(time) } else { Err(BadDate::OutOfRange) }
}

/// Whether a value shows the time of day too.
pub fn has_clock(text: &str) -> bool {
    epoch(text.trim()).is_some() || find(text.trim()).is_ok_and(|found| found.clock.is_some())
}

/// Seconds (9 or 10 digits), milliseconds (12 or 13) or microseconds (15 or 16) since 1970.
fn epoch(text: &str) -> Option<Time> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |s: &str| !s.is_empty() && s.len() <= 16 && s.bytes().all(|b| b.is_ascii_digit());
    if !digits(whole) || !digits(fraction) {
        return None;
    }
    let value: i64 = whole.parse().ok()?;
    match whole.len() {
        9 | 10 => {
            let ms = fraction.bytes().chain(*b"00").take(3).fold(0, |ms, b| ms * 10 + i64::from(b - b'0'));
            Some(Time(value * 1000 + ms))
        }
        12 | 13 => Some(Time(value)),
        15 | 16 => Some(Time(value / 1000)),
        _ => None,
    }
}

/// Takes a date apart from left to right.
fn find(text: &str) -> Result<Found, BadDate> {
    let mut found = Found::default();
    let mut rest = text;
    if rest.len() > 80 {
        return Err(BadDate::Unknown);
    }
    while let Some(first) = rest.chars().next() {
        if first.is_ascii_digit() {
            rest = found.number(rest)?;
        } else if first.is_alphabetic() {
            let (word, after) = rest.split_at(rest.find(|c: char| !c.is_alphabetic()).unwrap_or(rest.len()));
            found.word(word)?;
            rest = after;
        } else if matches!(first, '+' | '-' | '\u{2212}') && found.clock.is_some() && found.offset_follows(rest) {
            rest = found.offset(rest)?;
        } else if first == '(' && found.clock.is_some() {
            break;
        } else if first == '[' {
            let (name, after) = rest.get(1..).and_then(|r| r.split_once(']')).ok_or(BadDate::Unknown)?;
            found.zone = Some(name.parse().map_err(|_| BadDate::Word(name.chars().take(40).collect()))?);
            rest = after;
        } else if matches!(first, ' ' | '\u{a0}' | '\u{202f}' | ',' | '/' | '-' | '.' | '\'' | '’') {
            rest = rest.get(first.len_utf8()..).unwrap_or_default();
        } else {
            return Err(BadDate::Unknown);
        }
    }
    Ok(found)
}

fn digits(text: &str) -> (Number, &str) {
    let (run, rest) = text.split_at(text.bytes().position(|b| !b.is_ascii_digit()).unwrap_or(text.len()));
    (Number { value: run.parse().unwrap_or(u64::MAX), digits: run.len() }, rest)
}

impl Found {
    fn dated(&self) -> bool {
        self.count + usize::from(self.month.is_some()) == 3
    }

    fn number<'a>(&mut self, text: &'a str) -> Result<&'a str, BadDate> {
        let (first, rest) = digits(text);
        let after = |mark: char| rest.strip_prefix(mark).filter(|r| r.starts_with(|c: char| c.is_ascii_digit()));
        if self.clock.is_none() && first.digits <= 2 {
            let marks: &[char] = if self.dated() { &[':', '.', 'h', 'H'] } else { &[':'] };
            if let Some((mark, minutes)) = marks.iter().find_map(|mark| after(*mark).map(|r| (*mark, r))) {
                return self.wall(first.value, mark, minutes);
            }
            if self.dated() {
                // “3 PM”, “14h”, “14 Uhr”: a word has to follow.
                let named = rest.trim_start().starts_with(|c: char| c.is_alphabetic());
                self.clock = named.then_some([first.value, 0, 0, 0]);
                return if named { Ok(rest) } else { Err(BadDate::Unknown) };
            }
        }
        if self.clock.is_none() && self.dated() && matches!(first.digits, 4 | 6) {
            let scale = if first.digits == 4 { 1 } else { 100 };
            let hhmm = first.value / scale;
            self.clock = Some([hhmm / 100, hhmm % 100, first.value % scale, 0]);
            return Ok(rest);
        }
        let compact = matches!(first.digits, 8 | 14) && self.count == 0 && self.month.is_none();
        if compact {
            let scale = if first.digits == 14 { 1_000_000 } else { 1 };
            let date = first.value / scale;
            for (value, digits) in [(date / 10_000, 4), (date / 100 % 100, 2), (date % 100, 2)] {
                self.push(Number { value, digits })?;
            }
            if scale > 1 {
                let clock = first.value % scale;
                self.clock = Some([clock / 10_000, clock / 100 % 100, clock % 100, 0]);
            }
            return Ok(rest);
        }
        if first.digits > 4 || first.digits == 3 {
            return Err(BadDate::Unknown);
        }
        self.push(first)?;
        let ordinal = ["st", "nd", "rd", "th"].iter().find_map(|end| rest.strip_prefix(end));
        Ok(ordinal.unwrap_or(rest))
    }

    fn push(&mut self, number: Number) -> Result<(), BadDate> {
        if self.dated() {
            return Err(BadDate::Unknown);
        }
        *self.numbers.get_mut(self.count).ok_or(BadDate::Unknown)? = number;
        self.count += 1;
        Ok(())
    }

    fn wall<'a>(&mut self, hour: u64, mark: char, text: &'a str) -> Result<&'a str, BadDate> {
        let (minute, mut rest) = digits(text);
        let mut clock = [hour, minute.value, 0, 0];
        let follows = |rest: &'a str, mark: char| rest.strip_prefix(mark).filter(|r| r.starts_with(|c: char| c.is_ascii_digit()));
        if let Some(seconds) = follows(rest, mark) {
            let (second, after) = digits(seconds);
            if second.digits != 2 {
                return Err(BadDate::NoSuchTime);
            }
            clock[2] = second.value;
            rest = after;
            if let Some(fraction) = follows(rest, '.').or_else(|| follows(rest, ',')).or_else(|| follows(rest, ':')) {
                let (run, after) = digits(fraction);
                let ms = fraction.bytes().take(run.digits).chain(*b"00").take(3);
                clock[3] = ms.fold(0, |ms, b| ms * 10 + u64::from(b - b'0'));
                rest = after;
            }
        }
        if minute.digits != 2 {
            return Err(BadDate::NoSuchTime);
        }
        self.clock = Some(clock);
        Ok(rest)
    }

    fn word(&mut self, word: &str) -> Result<(), BadDate> {
        let lower = word.to_lowercase();
        let lower = lower.as_str();
        if let Some(month) = month(lower) {
            if self.month.replace(month).is_some() {
                return Err(BadDate::Unknown);
            }
        } else if let Some((_, minutes)) = ZONES.iter().find(|(name, _)| *name == lower) {
            self.offset = Some(*minutes);
        } else if let Some((_, afternoon)) = HALVES.iter().find(|(name, _)| *name == lower) {
            self.afternoon = Some(*afternoon);
        } else if !(IGNORED.contains(&lower) || WEEKDAYS.iter().any(|day| lower.starts_with(day))) {
            return Err(BadDate::Word(word.chars().take(40).collect()));
        }
        Ok(())
    }

    /// After a clock, “+0200”, “+02:00” and “-05” are offsets; “- 24.02.2015” is not.
    fn offset_follows(&self, text: &str) -> bool {
        let (number, rest) = digits(text.trim_start_matches(['+', '-', '\u{2212}']));
        match number.digits {
            4 => self.dated() || text.starts_with('+'),
            1 | 2 => rest.is_empty() || rest.starts_with([':', ' ', '(', '[']),
            _ => false,
        }
    }

    fn offset<'a>(&mut self, text: &'a str) -> Result<&'a str, BadDate> {
        let sign = if text.starts_with('+') { 1 } else { -1 };
        let (number, mut rest) = digits(text.trim_start_matches(['+', '-', '\u{2212}']));
        let (hours, minutes) = match (number.digits, rest.strip_prefix(':')) {
            (4, _) => (number.value / 100, number.value % 100),
            (_, Some(minutes)) => {
                let (minutes, after) = digits(minutes);
                rest = after;
                (number.value, minutes.value)
            }
            _ => (number.value, 0),
        };
        if hours > 15 || minutes > 59 {
            return Err(BadDate::NoSuchTime);
        }
        self.offset = Some(sign * (hours * 60 + minutes) as i64);
        Ok(rest)
    }

    /// Year, month, day.
    fn date(&self, order: DateOrder) -> Result<(u64, u64, u64), BadDate> {
        let [a, b, c] = self.numbers;
        let parts = match (self.month, self.count) {
            (Some(month), 2) if a.digits == 4 => (a, month, b.value),
            (Some(month), 2) => (b, month, a.value),
            (None, 3) if a.digits == 4 => (a, b.value, c.value),
            (None, 3) => match (order, lean(a.value, b.value)) {
                (DateOrder::YearFirst, _) if c.digits <= 2 => (a, b.value, c.value),
                (DateOrder::DayFirst, _) | (DateOrder::YearFirst, Lean::Day) => (c, b.value, a.value),
                (DateOrder::MonthFirst, _) | (DateOrder::YearFirst, Lean::Month) => (c, a.value, b.value),
                (DateOrder::YearFirst, _) => return Err(BadDate::Ambiguous),
            },
            _ => return Err(BadDate::Unknown),
        };
        let year = match parts.0 {
            Number { value, digits: 4 } => value,
            Number { value, digits: 2 } if value < 70 => 2000 + value,
            Number { value, digits: 2 } => 1900 + value,
            Number { .. } => return Err(BadDate::Unknown),
        };
        Ok((year, parts.1, parts.2))
    }

    fn moment(&self, order: DateOrder, zone: &Zone) -> Result<Time, BadDate> {
        let (year, month, day_of_month) = self.date(order)?;
        let day = if month <= 12 && day_of_month <= 31 { Day::new(year as i16, month as i8, day_of_month as i8) } else { None };
        let day = day.ok_or(BadDate::NoSuchDay(year, month, day_of_month))?;
        let [hour, minute, second, ms] = self.clock.unwrap_or_default();
        let hour = match self.afternoon {
            Some(true) if hour < 12 => hour + 12,
            Some(false) if hour == 12 => 0,
            _ => hour,
        };
        let midnight = hour == 24 && minute == 0 && second == 0;
        if (hour > 23 && !midnight) || minute > 59 || second > 60 {
            return Err(BadDate::NoSuchTime);
        }
        let (day, hour, second) = if midnight { (day + 1, 0, 0) } else { (day, hour, second.min(59)) };
        if let Some(offset) = self.offset {
            let clock = ((hour * 60 + minute) as i64 - offset) * 60_000 + (second * 1000 + ms) as i64;
            return Ok(Time(i64::from(day.0) * MS_A_DAY + clock));
        }
        let zone = self.zone.as_ref().unwrap_or(zone);
        let at = zone.moment(day, hour as i8, minute as i8, second as i8).ok_or(BadDate::OutOfRange)?;
        Ok(at.plus_ms(ms as i64))
    }
}

/// Halves of the day, and whether it is the second.
const HALVES: &[(&str, bool)] = &[
    ("am", false),
    ("a", false),
    ("pm", true),
    ("p", true),
    ("上午", false),
    ("下午", true),
    ("午前", false),
    ("午後", true),
    ("오전", false),
    ("오후", true),
    ("ص", false),
    ("م", true),
];

const WEEKDAYS: &[&str] = &["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
const IGNORED: &[&str] =
    &["t", "at", "on", "of", "um", "uhr", "h", "m", "de", "à", "kl", "klo", "o", "clock", "г", "год", "ч", "ora", "uur"];
const ZONES: &[(&str, i64)] = &[
    ("z", 0),
    ("utc", 0),
    ("gmt", 0),
    ("ut", 0),
    ("est", -300),
    ("edt", -240),
    ("cst", -360),
    ("cdt", -300),
    ("mst", -420),
    ("mdt", -360),
    ("pst", -480),
    ("pdt", -420),
    ("wet", 0),
    ("west", 60),
    ("bst", 60),
    ("cet", 60),
    ("cest", 120),
    ("eet", 120),
    ("eest", 180),
];

/// Month names and their usual abbreviations in English, German, French, Spanish, Italian, Portuguese and Dutch.
const MONTHS: &[(&str, u64)] = &[
    ("jan", 1),
    ("ene", 1),
    ("gen", 1),
    ("feb", 2),
    ("fév", 2),
    ("fev", 2),
    ("mar", 3),
    ("mär", 3),
    ("mrz", 3),
    ("mrt", 3),
    ("maa", 3),
    ("apr", 4),
    ("avr", 4),
    ("abr", 4),
    ("may", 5),
    ("mai", 5),
    ("mag", 5),
    ("mei", 5),
    ("juin", 6),
    ("jun", 6),
    ("giu", 6),
    ("juil", 7),
    ("jul", 7),
    ("lug", 7),
    ("aug", 8),
    ("aoû", 8),
    ("aou", 8),
    ("ago", 8),
    ("sep", 9),
    ("set", 9),
    ("oct", 10),
    ("okt", 10),
    ("ott", 10),
    ("out", 10),
    ("nov", 11),
    ("dec", 12),
    ("déc", 12),
    ("dez", 12),
    ("dic", 12),
];

fn month(lower: &str) -> Option<u64> {
    (lower.chars().count() <= 10).then(|| MONTHS.iter().find(|(start, _)| lower.starts_with(start)).map(|(_, m)| *m)).flatten()
}

/// What the first two of three numbers say about their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Lean {
    Day,
    Month,
    Year,
    Open,
}

fn lean(first: u64, second: u64) -> Lean {
    match (first, second) {
        (32.., _) => Lean::Year,
        (13..=31, 0..=12) => Lean::Day,
        (0..=12, 13..=31) => Lean::Month,
        _ => Lean::Open,
    }
}

/// What a whole column of dates says about the order of day and month.
#[derive(Debug, Clone, Default)]
pub struct Orders {
    fixed: u64,
    day: u64,
    month: u64,
    year: u64,
    open: u64,
    slash: u64,
    afternoon: u64,
    /// How far the dates run, in days, if the day or the month comes first.
    way: [i64; 2],
    last: [Option<i32>; 2],
}

/// The order of day and month, and how it was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Verdict {
    /// The order.
    pub order: DateOrder,
    /// 0-1.
    pub sure: f32,
    /// What a person should know; empty if the dates are clear.
    pub remark: String,
}

impl Orders {
    /// Looks at one more date; what is none is left out.
    pub fn add(&mut self, text: &str) {
        let text = text.trim();
        let Ok(found) = find(text) else {
            self.fixed += u64::from(epoch(text).is_some());
            return;
        };
        let [a, b, c] = found.numbers;
        if found.month.is_some() || found.count < 3 || a.digits == 4 {
            self.fixed += u64::from(found.count >= 2);
            return;
        }
        self.slash += u64::from(text.contains('/'));
        self.afternoon += u64::from(found.afternoon.is_some());
        match lean(a.value, b.value) {
            Lean::Year => self.year += 1,
            Lean::Day => self.day += 1,
            Lean::Month => self.month += 1,
            Lean::Open => {
                self.open += 1;
                let year = c.value as i16;
                let days = [Day::new(year, b.value as i8, a.value as i8), Day::new(year, a.value as i8, b.value as i8)];
                for ((way, last), day) in self.way.iter_mut().zip(&mut self.last).zip(days) {
                    if let Some(day) = day {
                        *way += last.map_or(0, |last| i64::from((day.0 - last).abs()));
                        *last = Some(day.0);
                    }
                }
            }
        }
    }

    /// What it comes to. A day above 12 decides; if there is none, dates that run shorter (exports are mostly in
    /// order); and if that says nothing, what is usual for the way they are written, with a remark.
    pub fn verdict(&self) -> Verdict {
        let clear = |order| Verdict { order, sure: 1.0, remark: String::new() };
        let [by_day, by_month] = self.way;
        let mixed = |order: DateOrder, most: u64, other: u64| Verdict {
            order,
            sure: most as f32 / (most + other) as f32,
            remark: format!("{most} dates can only be read as {}, {other} only otherwise", order.label().to_lowercase()),
        };
        match (self.day, self.month) {
            (0, 0) if self.open == 0 && self.year == 0 => clear(DateOrder::YearFirst),
            (0, 0) if self.year > 0 => clear(DateOrder::YearFirst),
            (_, 0) if self.day > 0 => clear(DateOrder::DayFirst),
            (0, _) if self.month > 0 => clear(DateOrder::MonthFirst),
            (day, month) if day > 0 && day >= month => mixed(DateOrder::DayFirst, day, month),
            (day, month) if month > 0 => mixed(DateOrder::MonthFirst, month, day),
            _ => {
                let order = match (by_day, by_month) {
                    (d, m) if d * 2 < m => DateOrder::DayFirst,
                    (d, m) if m * 2 < d => DateOrder::MonthFirst,
                    _ if self.slash > 0 && (self.afternoon > 0 || self.slash == self.open) => DateOrder::MonthFirst,
                    _ => DateOrder::DayFirst,
                };
                let seen = by_day * 2 < by_month || by_month * 2 < by_day;
                let remark =
                    format!("no date has a day above 12, so “{}” is assumed: please check", order.label().to_lowercase());
                Verdict { order, sure: if seen { 0.8 } else { 0.5 }, remark }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use DateOrder::{DayFirst, MonthFirst, YearFirst};

    fn at(text: &str, order: DateOrder) -> String {
        parse(text, order, &"Europe/Berlin".parse().unwrap()).map_or_else(|e| format!("! {e}"), |t| t.to_string())
    }

    #[test]
    fn dates_are_read_as_people_and_programs_write_them() {
        let cases = [
            ("2026-03-22", YearFirst, "2026-03-21T23:00:00Z"),
            ("2026/03/22 14:05", YearFirst, "2026-03-22T13:05:00Z"),
            ("2026-03-22T14:05:06Z", YearFirst, "2026-03-22T14:05:06Z"),
            ("2026-03-22T14:05:06.789+02:00", YearFirst, "2026-03-22T12:05:06.789Z"),
            ("2026-03-22 14:05:06 UTC", YearFirst, "2026-03-22T14:05:06Z"),
            ("2026-03-22 14:05:06.5-0500", YearFirst, "2026-03-22T19:05:06.5Z"),
            ("2026-03-22 14:05:06+01", YearFirst, "2026-03-22T13:05:06Z"),
            ("2026-03-22T14:05[America/New_York]", YearFirst, "2026-03-22T18:05:00Z"),
            ("20260322", YearFirst, "2026-03-21T23:00:00Z"),
            ("20260322T140506Z", YearFirst, "2026-03-22T14:05:06Z"),
            ("20260322140506", YearFirst, "2026-03-22T13:05:06Z"),
            ("24-02-2015 11.35", DayFirst, "2015-02-24T10:35:00Z"),
            ("24-02-2015 9.05", DayFirst, "2015-02-24T08:05:00Z"),
            ("3.4.26, 14 Uhr", DayFirst, "2026-04-03T12:00:00Z"),
            ("24/2/15 14h30", DayFirst, "2015-02-24T13:30:00Z"),
            ("02/24/2015 2:05 PM", MonthFirst, "2015-02-24T13:05:00Z"),
            ("2/24/15 12:00:01 AM", MonthFirst, "2015-02-23T23:00:01Z"),
            ("2/24/2015 3 p.m.", MonthFirst, "2015-02-24T14:00:00Z"),
            ("24 Feb 2015", YearFirst, "2015-02-23T23:00:00Z"),
            ("February 24th, 2015 at 3:07 pm", YearFirst, "2015-02-24T14:07:00Z"),
            ("24-Feb-15", YearFirst, "2015-02-23T23:00:00Z"),
            ("1. März 2026", YearFirst, "2026-02-28T23:00:00Z"),
            ("12 août 2025 08:00", YearFirst, "2025-08-12T06:00:00Z"),
            ("Tue, 24 Feb 2015 11:35:52 -0800", YearFirst, "2015-02-24T19:35:52Z"),
            ("Tue, 24 Feb 2015 11:35:52 EST", YearFirst, "2015-02-24T16:35:52Z"),
            ("Wed Oct 10 20:19:24 +0000 2018", YearFirst, "2018-10-10T20:19:24Z"),
            ("Tue Feb 24 2015 11:35:52 GMT+0100 (Central European Time)", YearFirst, "2015-02-24T10:35:52Z"),
            ("1424777752", YearFirst, "2015-02-24T11:35:52Z"),
            ("1424777752.5", YearFirst, "2015-02-24T11:35:52.5Z"),
            ("1424777752123", YearFirst, "2015-02-24T11:35:52.123Z"),
            ("26-03-22", YearFirst, "2026-03-21T23:00:00Z"),
            ("25/12/99", DayFirst, "1999-12-24T23:00:00Z"),
            ("2026-03-22 24:00", YearFirst, "2026-03-22T23:00:00Z"),
            ("25/02/2015", YearFirst, "2015-02-24T23:00:00Z"),
            ("31/02/2015", DayFirst, "! there is no day 31 in month 2 of 2015"),
            ("24/02/2015", MonthFirst, "! there is no day 2 in month 24 of 2015"),
            ("03/04/2015", YearFirst, "! could be two different days: choose whether day or month comes first"),
            ("2026-03-22 25:00", YearFirst, "! there is no such time of day"),
            ("2026-03-22 10:61", YearFirst, "! there is no such time of day"),
            ("1955-03-22", YearFirst, "! lies outside the years 1970 to 9999"),
            ("12 Brumaire 2015", YearFirst, "! holds “Brumaire”, which is neither a month nor a time zone"),
        ];
        for (text, order, expected) in cases {
            let found = at(text, order);
            let found = found.strip_suffix("00Z").filter(|_| expected.contains(".5Z")).map_or(found.clone(), |f| format!("{f}Z"));
            assert_eq!(found, expected, "{text}");
        }
        for text in
            ["", "yesterday", "5.70306E+17", "12", "12:30", "2015", "1/2/3/4", "0.3486", "+49 30 1234567", "24-02-2015 11", "🙂"]
        {
            assert!(at(text, DayFirst).starts_with('!'), "{text}: {}", at(text, DayFirst));
        }
    }

    #[test]
    fn the_whole_column_decides_which_comes_first() {
        let verdict = |dates: &[&str]| {
            let mut orders = Orders::default();
            for date in dates {
                orders.add(date);
            }
            orders.verdict()
        };
        assert_eq!(verdict(&["01/02/2026", "01/13/2026"]).order, MonthFirst);
        assert_eq!(verdict(&["01/02/2026", "13/01/2026"]).order, DayFirst);
        assert_eq!(verdict(&["2026-01-02", "2026-01-13"]), Verdict { order: YearFirst, sure: 1.0, remark: String::new() });
        let running = verdict(&["01/03/2026", "02/03/2026", "03/03/2026", "04/03/2026", "05/03/2026"]);
        assert_eq!((running.order, running.sure), (DayFirst, 0.8));
        let open = verdict(&["01/02/2026 3:00 PM"]);
        assert_eq!((open.order, open.sure), (MonthFirst, 0.5));
        assert!(open.remark.contains("please check"));
        assert_eq!(verdict(&["01.02.2026"]).order, DayFirst);
        let mixed = verdict(&["01/25/2026", "02/26/2026", "25/03/2026"]);
        assert_eq!(mixed.order, MonthFirst);
        assert!(mixed.remark.contains("2 dates") && mixed.sure < 0.7, "{mixed:?}");
    }

    proptest::proptest! {
        #[test]
        fn anything_is_a_date_or_none_but_never_a_panic(text in "\\PC{0,40}", digits in "[0-9:/. TZPM+-]{0,30}") {
            for text in [text, digits] {
                for order in DateOrder::ALL {
                    let _ = parse(&text, *order, &Zone::UTC);
                }
                Orders::default().add(&text);
            }
        }
    }
}
