//! Amounts as people write them.

use heard_charts::number::whole;
use heard_domain::account::Money;

/// An amount in whole units of its currency, rounded: “1 250 000 EUR”.
pub fn rounded(value: &Money) -> String {
    let unit = 10_i64.pow(heard_channels::operations::money::decimals(&value.currency));
    let units = value.minor as f64 / unit as f64;
    let sign = if units <= -0.5 { "−" } else { "" };
    format!("{sign}{} {}", whole(units.abs().round() as u64), value.currency)
}

/// Amounts of several currencies; a dash where there is none.
pub fn amounts(values: &[Money]) -> String {
    if values.is_empty() { "–".to_owned() } else { values.iter().map(rounded).collect::<Vec<_>>().join(", ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_said_in_whole_units() {
        let money = |minor, currency: &str| Money { minor, currency: currency.to_owned() };
        assert_eq!(amounts(&[money(1_250_049, "EUR"), money(-700, "USD")]), format!("{} EUR, −7 USD", whole(12_500)));
        assert_eq!(amounts(&[]), "–");
    }
}
