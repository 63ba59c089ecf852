//! Figures, times and confidence as the page says them: sign, arrow and word repeat what colour says.

use heard_charts::chart::Tone;
use heard_charts::date;
use heard_charts::number::signed;
use heard_domain::reading::{Polarity, Reading};
use heard_domain::time::{Time, Zone};
use maud::{Markup, html};

/// Within this many points of zero a figure is even.
pub const EVEN: f64 = 5.0;

/// A net figure with its sign and arrow.
pub fn score(value: Option<f64>) -> Markup {
    let Some(value) = value else { return html! { span.score { "–" } } };
    let tone = Tone::of(value, EVEN);
    let arrow = match tone {
        Tone::Good => "▲",
        Tone::Even => "●",
        Tone::Bad => "▼",
    };
    html! { span.score.(tone.class()) { span aria-hidden="true" { (arrow) " " } (signed(value)) } }
}

/// The sentiment of a whole comment: that of its weightiest passage, −100 to +100.
pub fn sentiment(reading: Option<&Reading>) -> Option<f64> {
    Some(f64::from(reading?.weightiest()?.sentiment.as_ref()?.value) * 100.0)
}

/// The class of a polarity.
pub fn tone(polarity: Polarity) -> &'static str {
    match polarity {
        Polarity::Negative => "neg",
        Polarity::Neutral => "even",
        Polarity::Positive => "pos",
    }
}

/// How sure the reader is, in words and per cent.
pub fn sure(confidence: f32) -> String {
    if confidence >= 1.0 {
        return "said by a person".to_owned();
    }
    let words = match confidence {
        c if c >= 0.9 => "very sure",
        c if c >= 0.75 => "fairly sure",
        c if c >= 0.55 => "not so sure",
        _ => "a guess",
    };
    format!("{words}, {:.0} %", f64::from(confidence.clamp(0.0, 0.99)) * 100.0)
}

/// “12 min ago”, “3 days ago”, or the day where it is longer ago than a week.
pub fn ago(now: Time, at: Time, zone: &Zone) -> String {
    let minutes = (now.0 - at.0) / 60_000;
    let many = |n: i64, unit: &str| format!("{n} {unit}{} ago", if n == 1 { "" } else { "s" });
    match minutes {
        m if m < 0 => date::long(zone.day(at)),
        0 => "just now".to_owned(),
        m if m < 60 => format!("{m} min ago"),
        m if m < 24 * 60 => format!("{} h ago", m / 60),
        m if m < 7 * 24 * 60 => many(m / (24 * 60), "day"),
        _ => date::long(zone.day(at)),
    }
}

/// “22 March 2026, 14:05”.
pub fn moment(at: Time, zone: &Zone) -> String {
    let (hour, minute) = zone.wall(at);
    format!("{}, {hour:02}:{minute:02}", date::long(zone.day(at)))
}

/// The first characters of a text, cut at a word.
pub fn beginning(text: &str, most: usize) -> String {
    let mut head: String = text.chars().take(most).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if head.len() < text.len() {
        if let Some(space) = head.rfind(' ').filter(|at| *at > most / 2) {
            head.truncate(space);
        }
        head.push('…');
    }
    head
}

/// The first letters of a name, for the round mark beside it.
pub fn initials(name: &str) -> String {
    let letters = name.split_whitespace().filter_map(|word| word.chars().find(|c| c.is_alphanumeric()));
    letters.take(2).flat_map(char::to_uppercase).collect()
}

/// “1 comment”, “12 480 comments”.
pub fn comments(count: u64) -> String {
    format!("{} comment{}", heard_charts::number::whole(count), if count == 1 { "" } else { "s" })
}

/// “about 40 seconds left”.
pub fn time_left(seconds: f64) -> String {
    match seconds.ceil() as u64 {
        0..=1 => "nearly done".to_owned(),
        s @ 2..=90 => format!("about {s} seconds left"),
        s => format!("about {} minutes left", s.div_ceil(60)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn confidence_is_said_in_words_and_per_cent() {
        assert_eq!(
            [sure(0.78), sure(0.995), sure(1.0), sure(0.2)],
            ["fairly sure, 78 %", "very sure, 99 %", "said by a person", "a guess, 20 %"]
        );
    }

    #[test]
    fn times_are_said_by_their_distance() {
        let now = Time(1_774_190_000_000);
        let at = |minutes: i64| ago(now, now.plus_ms(-minutes * 60_000), &Zone::UTC);
        assert_eq!(
            [at(0), at(12), at(180), at(1_500), at(60_000)],
            ["just now", "12 min ago", "3 h ago", "1 day ago", "8 February 2026"]
        );
    }

    #[test]
    fn a_beginning_is_cut_at_a_word() {
        assert_eq!(beginning("The code never arrives by text", 18), "The code never…");
        assert_eq!(beginning("short\0", 18), "short ");
        assert_eq!(beginning(&"x".repeat(1 << 20), 10), "xxxxxxxxxx…");
    }
}
