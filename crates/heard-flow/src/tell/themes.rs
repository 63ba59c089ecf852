//! Themes as a file for spreadsheets.

use heard_channels::export::line::line;
use heard_domain::theme::Themes;

/// The columns.
const HEAD: [&str; 10] =
    ["theme", "people", "people_before", "change_per_cent", "low", "high", "how_sure", "net_sentiment", "passages", "quote"];

/// The file as text: a header and one line a theme; `quotes` has the words of each theme's most central comment.
pub fn csv(found: &Themes, quotes: &[&str]) -> String {
    let number = |value: f64| format!("{value:.1}");
    let mut text = line(&HEAD);
    for (theme, quote) in found.themes.iter().zip(quotes) {
        let growth = &theme.growth;
        text.push_str(&line(&[
            theme.name(),
            theme.persons.to_string(),
            growth.before.to_string(),
            growth.change.map(number).unwrap_or_default(),
            number(growth.low),
            number(growth.high),
            growth.certainty.code().to_owned(),
            theme.net.map(|net| number(net.value)).unwrap_or_default(),
            theme.passages.len().to_string(),
            (*quote).to_owned(),
        ]));
    }
    text
}
