//! Counts, and yes and no, as people and programs write them.

/// A whole number of things: "1 204", "1,204", "1204.0".
pub fn count(text: &str) -> Option<u64> {
    let bare: String = text.trim().chars().filter(|c| !matches!(c, ' ' | '\u{a0}' | '\u{202f}' | '\'' | '’')).collect();
    let whole = bare.strip_suffix(".0").or_else(|| bare.strip_suffix(".00")).unwrap_or(&bare);
    if whole.bytes().all(|b| b.is_ascii_digit()) {
        return whole.parse().ok();
    }
    let groups: Vec<&str> = whole.split([',', '.']).collect();
    let between = |group: &&str| group.len() == 3 && group.bytes().all(|b| b.is_ascii_digit());
    let (first, rest) = groups.split_first()?;
    let thousands = (1..=3).contains(&first.len()) && first.bytes().all(|b| b.is_ascii_digit()) && rest.iter().all(between);
    thousands.then(|| groups.concat().parse().ok()).flatten()
}

/// Yes or no.
pub fn yes(text: &str) -> Option<bool> {
    match text.trim().to_lowercase().as_str() {
        "yes" | "y" | "true" | "1" | "x" | "✓" | "✔" | "ja" | "oui" | "sí" | "si" | "key" => Some(true),
        "no" | "n" | "false" | "0" | "-" | "nein" | "non" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_whole_and_not_below_zero() {
        let cases = [
            ("0", Some(0)),
            ("1204", Some(1204)),
            ("1 204", Some(1204)),
            ("1,204", Some(1204)),
            ("1.204.500", Some(1_204_500)),
            ("1204.0", Some(1204)),
            ("12.5", None),
            ("-3", None),
            ("many", None),
            ("", None),
        ];
        for (text, expected) in cases {
            assert_eq!(count(text).filter(|_| !text.is_empty()), expected, "{text}");
        }
    }
}
