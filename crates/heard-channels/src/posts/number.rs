//! Ratings as people and programs write them: "4", "4,5", "4/5", "10 - Extremely likely", "★★★★", "good".

/// Reads the number in a cell; `max` is the highest value of the scale, against which "4/5" is held.
pub fn parse(text: &str, max: f64) -> Option<f64> {
    let text = text.trim();
    if let Some(word) = word(text) {
        return (max == 1.0).then_some(word);
    }
    let stars = text.chars().filter(|c| matches!(c, '★' | '⭐')).count();
    if stars > 0 && text.chars().all(|c| matches!(c, '★' | '⭐' | '☆' | '\u{fe0f}' | ' ')) {
        return Some(stars as f64);
    }
    let end = text.find(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | ',' | '-' | '+'))).unwrap_or(text.len());
    let (figure, rest) = text.split_at(end);
    let figure = figure.trim_end_matches([',', '-']);
    let value: f64 = match figure.split_once(',') {
        Some((whole, part)) if !part.contains([',', '.']) && part.len() < 3 => format!("{whole}.{part}").parse().ok()?,
        Some(_) => return None,
        None => figure.parse().ok()?,
    };
    let rest = rest.trim();
    let fits =
        if let Some(of) = rest.strip_prefix('/').or_else(|| rest.strip_prefix("out of")).or_else(|| rest.strip_prefix("of ")) {
            of.trim().parse::<f64>().is_ok_and(|of| of == max)
        } else if rest == "%" {
            max == 100.0
        } else {
            // What the number means may follow ("10 - Extremely likely", "5 stars"); more digits would be another number.
            !rest.contains(|c: char| c.is_ascii_digit())
        };
    (fits && value.is_finite()).then_some(value)
}

/// 1 for words of content, 0 for words of discontent.
pub fn word(text: &str) -> Option<f64> {
    match text.trim().to_ascii_lowercase().as_str() {
        "good" | "satisfied" | "positive" | "yes" | "true" | "👍" => Some(1.0),
        "bad" | "dissatisfied" | "unsatisfied" | "negative" | "no" | "false" | "👎" => Some(0.0),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_and_other_things_are_not() {
        let cases = [
            ("4", 5.0, Some(4.0)),
            (" 4.0 ", 5.0, Some(4.0)),
            ("4,5", 5.0, Some(4.5)),
            ("4/5", 5.0, Some(4.0)),
            ("4/10", 5.0, None),
            ("10 - Extremely likely", 10.0, Some(10.0)),
            ("5 stars", 5.0, Some(5.0)),
            ("★★★☆☆", 5.0, Some(3.0)),
            ("80 %", 100.0, Some(80.0)),
            ("-1", 1.0, Some(-1.0)),
            ("1e9", 5.0, None),
            ("good", 1.0, Some(1.0)),
            ("good", 5.0, None),
            ("NaN", 5.0, None),
            ("", 5.0, None),
            ("5.70306E+17", 5.0, None),
            ("12,345", 5.0, None),
            ("3 of 4", 5.0, None),
        ];
        for (text, max, expected) in cases {
            assert_eq!(parse(text, max), expected, "{text}");
        }
    }
}
