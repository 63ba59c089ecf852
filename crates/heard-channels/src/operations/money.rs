//! Money as people and programs write it: "€ 1.250.000,00", "USD 120,000", "120000".

use heard_domain::account::Money;

/// Why it cannot be taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadMoney {
    /// No number.
    #[error("is no amount: expected one like 120000 or 1,250.50")]
    Unknown,
    /// Nothing says the currency.
    #[error("names no currency: choose the currency of this column, or a column that names it")]
    NoCurrency,
    /// No ISO 4217 code.
    #[error("“{0}” is no currency: expected three letters like EUR")]
    Currency(String),
    /// Too many decimals.
    #[error("has more decimals than {0} has")]
    Decimals(String),
    /// Below zero.
    #[error("is below zero")]
    Negative,
    /// More than can be counted.
    #[error("is too large")]
    TooLarge,
}

/// How many decimals the minor unit of a currency has (ISO 4217).
pub fn decimals(currency: &str) -> u32 {
    const NONE: &[&str] =
        &["BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND", "VUV", "XAF", "XOF", "XPF"];
    const THREE: &[&str] = &["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"];
    if NONE.contains(&currency) {
        0
    } else if THREE.contains(&currency) {
        3
    } else {
        2
    }
}

fn code(text: &str) -> Option<String> {
    let text = text.trim();
    match text {
        "€" => return Some("EUR".to_owned()),
        "$" | "US$" => return Some("USD".to_owned()),
        "£" => return Some("GBP".to_owned()),
        "¥" => return Some("JPY".to_owned()),
        "Fr." | "SFr." => return Some("CHF".to_owned()),
        _ => {}
    }
    (text.len() == 3 && text.bytes().all(|b| b.is_ascii_alphabetic())).then(|| text.to_ascii_uppercase())
}

/// A currency, by its code or sign.
pub fn currency(text: &str) -> Result<String, BadMoney> {
    code(text).ok_or_else(|| BadMoney::Currency(text.trim().chars().take(20).collect()))
}

/// Reads an amount; its own currency outranks `otherwise`.
pub fn parse(text: &str, otherwise: Option<&str>) -> Result<Money, BadMoney> {
    let text = text.trim();
    let first = text.find(|c: char| c.is_ascii_digit()).ok_or(BadMoney::Unknown)?;
    let last = text.rfind(|c: char| c.is_ascii_digit()).ok_or(BadMoney::Unknown)?;
    let (before, rest) = text.split_at(first);
    let (figure, after) = rest.split_at(last + 1 - first);
    let before = before.trim();
    if before.starts_with(['-', '−', '(']) || before.ends_with(['-', '−', '(']) {
        return Err(BadMoney::Negative);
    }
    let own = [before.trim_end_matches('+'), after].into_iter().map(str::trim).filter(|part| !part.is_empty() && *part != ".-");
    let mut named = None;
    for part in own {
        named = Some(currency(part)?);
    }
    let currency = named.or_else(|| otherwise.map(str::to_owned)).ok_or(BadMoney::NoCurrency)?;
    let (whole, part) = split(figure)?;
    let places = decimals(&currency);
    let part = part.trim_end_matches('0');
    if part.len() as u32 > places {
        return Err(BadMoney::Decimals(currency));
    }
    let unit = 10_i64.pow(places);
    let whole: i64 = whole.parse().map_err(|_| BadMoney::TooLarge)?;
    let padded = format!("{part:0<width$}", width = places as usize);
    let part: i64 = if places == 0 { 0 } else { padded.parse().map_err(|_| BadMoney::Unknown)? };
    let minor = whole.checked_mul(unit).and_then(|minor| minor.checked_add(part)).ok_or(BadMoney::TooLarge)?;
    Ok(Money { minor, currency })
}

/// Whole units and decimals. A single comma or point before exactly three digits stands between thousands.
fn split(figure: &str) -> Result<(String, String), BadMoney> {
    let figure: String = figure.chars().filter(|c| !matches!(c, ' ' | '\u{a0}' | '\u{202f}' | '\'' | '’' | '_')).collect();
    if !figure.chars().all(|c| c.is_ascii_digit() || matches!(c, ',' | '.')) {
        return Err(BadMoney::Unknown);
    }
    let mark = figure.rfind([',', '.']);
    let decimal = mark.filter(|at| {
        let (head, tail) = figure.split_at(*at);
        let own = tail.get(..1).unwrap_or_default();
        let other = if own == "," { "." } else { "," };
        // Between thousands there may be many of one kind; the decimal mark is there once, behind the others.
        !head.contains(own) && (head.contains(other) || tail.len() != 4)
    });
    let (whole, part) = decimal.map_or((figure.as_str(), ""), |at| figure.split_at(at));
    let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
    let whole = digits(whole);
    Ok((if whole.is_empty() { "0".to_owned() } else { whole }, digits(part)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_read_in_minor_units() {
        let cases = [
            ("120000", Some("EUR"), Ok((12_000_000, "EUR"))),
            ("€ 1.250.000,00", None, Ok((125_000_000, "EUR"))),
            ("1,250.5 USD", Some("EUR"), Ok((125_050, "USD"))),
            ("USD 120,000", None, Ok((12_000_000, "USD"))),
            ("12,50", Some("EUR"), Ok((1_250, "EUR"))),
            ("1'000.05", Some("CHF"), Ok((100_005, "CHF"))),
            ("¥5000", None, Ok((5_000, "JPY"))),
            ("1.234", Some("EUR"), Ok((123_400, "EUR"))),
            ("1.2345", Some("KWD"), Err(BadMoney::Decimals("KWD".into()))),
            ("12.5", Some("JPY"), Err(BadMoney::Decimals("JPY".into()))),
            ("12", None, Err(BadMoney::NoCurrency)),
            ("-12", Some("EUR"), Err(BadMoney::Negative)),
            ("12 pieces", Some("EUR"), Err(BadMoney::Currency("pieces".into()))),
            ("much", Some("EUR"), Err(BadMoney::Unknown)),
            ("99999999999999999999", Some("EUR"), Err(BadMoney::TooLarge)),
        ];
        for (text, otherwise, expected) in cases {
            let expected = expected.map(|(minor, currency): (i64, &str)| Money { minor, currency: currency.to_owned() });
            assert_eq!(parse(text, otherwise), expected, "{text}");
        }
    }
}
