//! Days as people read them: “5 Mar”, “5 March 2026”, “29 December 2025 to 22 March 2026”.

use heard_domain::time::{Day, Period};

const MONTHS: [&str; 12] =
    ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];

fn month(day: Day) -> &'static str {
    let (_, month, _) = day.parts();
    MONTHS.get(month.clamp(1, 12) as usize - 1).copied().unwrap_or_default()
}

/// “5 Mar”, for axes and lists.
pub fn short(day: Day) -> String {
    let (_, _, date) = day.parts();
    format!("{date} {}", month(day).get(..3).unwrap_or_default())
}

/// “5 March”.
pub fn plain(day: Day) -> String {
    let (_, _, date) = day.parts();
    format!("{date} {}", month(day))
}

/// “5 March 2026”.
pub fn long(day: Day) -> String {
    let (year, _, _) = day.parts();
    format!("{} {year}", plain(day))
}

/// “29 December 2025 to 22 March 2026”; a year that both share is written once.
pub fn span(period: Period) -> String {
    if period.first == period.last {
        long(period.last)
    } else if period.first.parts().0 == period.last.parts().0 {
        format!("{} to {}", plain(period.first), long(period.last))
    } else {
        format!("{} to {}", long(period.first), long(period.last))
    }
}

/// “12 weeks”, “30 days”, “1 week”.
pub fn length(period: Period) -> String {
    let (count, unit) = if period.days() % 7 == 0 { (period.days() / 7, "week") } else { (period.days(), "day") };
    format!("{count} {unit}{}", if count == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_read_well() {
        let day = Day::new(2026, 3, 22).unwrap();
        assert_eq!([short(day), plain(day), long(day)], ["22 Mar", "22 March", "22 March 2026"]);
        let period = Period::ending(day, 84);
        assert_eq!((span(period), length(period)), ("29 December 2025 to 22 March 2026".into(), "12 weeks".into()));
        assert_eq!((span(Period::ending(day, 1)), length(Period::ending(day, 1))), ("22 March 2026".into(), "1 day".into()));
    }
}
