//! Promises as a file for spreadsheets.

use heard_channels::export::line::line;
use heard_domain::directory::Directory;
use heard_domain::statistics::Estimate;

use heard_domain::promise::PromiseShown;

/// The columns.
const HEAD: [&str; 14] = [
    "promise",
    "stage",
    "touchpoint",
    "from",
    "to",
    "persons",
    "say_broken",
    "kept_by_word",
    "low",
    "high",
    "occasions",
    "broken",
    "kept_by_deed",
    "target",
];

/// The file as text: a header, and for each promise a line of the whole period and one of each month.
pub fn csv(shown: &[PromiseShown], directory: &Directory) -> String {
    let number =
        |estimate: Option<Estimate>, of: fn(Estimate) -> f64| estimate.map(|e| format!("{:.1}", of(e))).unwrap_or_default();
    let mut text = line(&HEAD);
    for one in shown {
        let touchpoint = directory.journey.touchpoint(one.promise.touchpoint);
        let stage = touchpoint.and_then(|touchpoint| directory.journey.stage(touchpoint.stage));
        let whole = [(one.period, one.evidence, one.kept)];
        for (period, evidence, kept) in whole.into_iter().chain(one.months.iter().map(|m| (m.period, m.evidence, m.kept))) {
            text.push_str(&line(&[
                one.promise.words.clone(),
                stage.map(|stage| stage.name.clone()).unwrap_or_default(),
                touchpoint.map(|touchpoint| touchpoint.name.clone()).unwrap_or_default(),
                period.first.to_string(),
                period.last.to_string(),
                evidence.persons.to_string(),
                evidence.say_broken.to_string(),
                number(kept.said, |e| e.value),
                number(kept.said, |e| e.low),
                number(kept.said, |e| e.high),
                evidence.occasions.to_string(),
                evidence.broken.to_string(),
                number(kept.done, |e| e.value),
                one.promise.target.as_ref().map(ToString::to_string).unwrap_or_default(),
            ]));
        }
    }
    text
}
