//! Numbers as people read them: a true minus sign, thin spaces between thousands, no false precision.

/// A number between −∞ and ∞ rounded to whole units and written with its sign: “+18”, “−6”, “0”.
pub fn signed(value: f64) -> String {
    match value.round() {
        v if !v.is_finite() => "–".to_owned(),
        0.0 => "0".to_owned(),
        v if v > 0.0 => format!("+{}", whole(v as u64)),
        v => format!("−{}", whole(-v as u64)),
    }
}

/// A count with a thin space between thousands: “12 480”; four digits stand together.
pub fn whole(count: u64) -> String {
    let digits = count.to_string();
    if digits.len() < 5 {
        return digits;
    }
    let mut text = String::with_capacity(digits.len() + 4);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push('\u{202f}');
        }
        text.push(digit);
    }
    text
}

/// A number with `places` decimals and a true minus sign: “3.4”, “−0.2”.
pub fn decimal(value: f64, places: usize) -> String {
    if !value.is_finite() {
        return "–".to_owned();
    }
    let text = format!("{:.places$}", value.abs());
    let nothing = text.chars().all(|c| c == '0' || c == '.');
    if value < 0.0 && !nothing { format!("−{text}") } else { text }
}

/// A number with its sign and `places` decimals: “+0.4”.
pub fn signed_decimal(value: f64, places: usize) -> String {
    let text = decimal(value, places);
    let positive = value > 0.0 && text.chars().any(|c| ('1'..='9').contains(&c));
    if positive { format!("+{text}") } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_well() {
        assert_eq!([signed(18.4), signed(-6.0), signed(-0.3), signed(f64::NAN)], ["+18", "−6", "0", "–"]);
        assert_eq!(
            [whole(999), whole(4_127), whole(12_480), whole(1_000_000)],
            ["999", "4127", "12\u{202f}480", "1\u{202f}000\u{202f}000"]
        );
        assert_eq!(
            [decimal(-0.04, 1), decimal(3.45, 1), signed_decimal(0.41, 1), signed_decimal(0.01, 1)],
            ["0.0", "3.5", "+0.4", "0.0"]
        );
    }
}
