//! What a page looks at: filter and period as they stand in its address, so that every figure, chip and page of a list is a
//! link that can be shared. Pages are lenient where the API is strict: what cannot be understood is left out and named.

use std::convert::Infallible;
use std::fmt::Display;

use axum::extract::{FromRequestParts, RawQuery};
use axum::http::request::Parts;
use heard_domain::question::{Degraded, Filter};
use heard_domain::time::{Day, Period};

use crate::api::v1::sight::Sight;

/// Which days are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum When {
    /// Nothing was said: the usual period.
    #[default]
    Usual,
    /// So many weeks that end with the newest feedback in view.
    Weeks(u16),
    /// These days.
    Days(Period),
    /// All of them.
    Ever,
}

/// What a page looks at.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Look {
    /// Which feedback.
    pub filter: Filter,
    /// Which days.
    pub when: When,
    /// What stood in the address but could not be understood, in words.
    pub left_out: Vec<String>,
    /// Why words were searched without the search index, where they were.
    pub degraded: Option<Degraded>,
    /// Everything that is neither filter nor period (which feedback is open, where the page starts).
    pub rest: Vec<(String, String)>,
    /// What of the rest a page keeps when filter or period change (what a figure is made of).
    pub kept: Vec<(String, String)>,
}

impl Look {
    /// The comments behind a figure: this filter, these days.
    pub fn at(filter: Filter, period: Option<Period>) -> Self {
        Self { filter, when: period.map_or(When::Ever, When::Days), ..Self::default() }
    }

    /// Reads the pairs of a query.
    pub fn read(pairs: impl IntoIterator<Item = (String, String)>) -> Self {
        let mut pairs: Vec<(String, String)> = pairs.into_iter().collect();
        let mut left_out = vec![];
        let (sight, others) = loop {
            match Sight::take(pairs.clone()) {
                Ok(read) => break read,
                Err(problem) => {
                    let wrong = problem.invalid.first();
                    let name = wrong.map_or_else(String::new, |wrong| wrong.name.clone());
                    let before = pairs.len();
                    pairs.retain(|(key, _)| *key != name);
                    if pairs.len() == before {
                        pairs.clear(); // a problem without a name: nothing can be kept apart from it
                    }
                    left_out
                        .push(wrong.map_or_else(|| "a filter".to_owned(), |wrong| format!("{}: {}", wrong.name, wrong.reason)));
                }
            }
        };
        let mut when = match (sight.from, sight.to) {
            (None, None) => When::Usual,
            (from, to) => {
                let last = to.or(from).unwrap_or_default();
                When::Days(Period { first: from.unwrap_or_default(), last: to.unwrap_or_else(far).max(last) })
            }
        };
        let mut rest = vec![];
        for (key, value) in others {
            match (key.as_str(), value.parse::<u16>()) {
                ("weeks", Ok(weeks @ 1..=1040)) => when = When::Weeks(weeks),
                ("weeks", _) => left_out.push("weeks: must be a number from 1 to 1040".to_owned()),
                ("when", _) if value == "ever" => when = When::Ever,
                _ => rest.push((key, value)),
            }
        }
        Self { filter: sight.filter, when, left_out, rest, kept: vec![], degraded: None }
    }

    /// Keeps these keys of the rest in every link to another view.
    #[must_use]
    pub fn keeping(mut self, keys: &[&str]) -> Self {
        self.kept = self.rest.iter().filter(|(key, _)| keys.contains(&key.as_str())).cloned().collect();
        self
    }

    /// Notes how words are searched for now, where this looks for words.
    #[must_use]
    pub fn searched(mut self, degraded: Option<Degraded>) -> Self {
        self.degraded = degraded.filter(|_| !self.filter.words.is_empty());
        self
    }

    /// A value of the rest.
    pub fn given(&self, key: &str) -> Option<&str> {
        self.rest.iter().find(|(k, _)| k == key).map(|(_, value)| value.as_str())
    }

    /// The pairs of the query, keys in a fixed order, so that the same view has one address; of the rest only what is kept.
    pub fn pairs(&self) -> Vec<(String, String)> {
        let f = &self.filter;
        let mut pairs = Pairs::default();
        pairs.put("stage", &f.stage);
        pairs.put("category", &f.category);
        pairs.put("polarity", f.polarity.iter().map(|word| word.code()));
        pairs.put("emotion", f.emotion.iter().map(|word| word.code()));
        pairs.put("intent", f.intent.iter().map(|word| word.code()));
        pairs.put("touchpoint", &f.touchpoint);
        pairs.put("post", &f.post);
        pairs.put("channel", f.channel.iter().map(|word| word.code()));
        pairs.put("language", &f.language);
        pairs.put("account", &f.account);
        pairs.put("person", &f.person);
        pairs.put("segment", &f.segment);
        pairs.put("import", &f.import);
        pairs.put("attribute", f.attribute.iter().map(|(attribute, value)| format!("{attribute}:{value}")));
        pairs.put("rated", f.rated);
        pairs.put("none", &f.none);
        pairs.put("words", Some(&f.words).filter(|words| !words.is_empty()));
        match self.when {
            When::Usual => {}
            When::Weeks(weeks) => pairs.put("weeks", [weeks]),
            When::Ever => pairs.put("when", ["ever"]),
            When::Days(period) => {
                pairs.put("from", [period.first]);
                pairs.put("to", [period.last]);
            }
        }
        pairs.0.extend(self.kept.iter().cloned());
        pairs.0
    }

    /// A link to a page with this view.
    pub fn on(&self, path: &str) -> String {
        self.on_with(path, &[])
    }

    /// A link to a page with this view and further keys.
    pub fn on_with(&self, path: &str, more: &[(&str, &str)]) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(self.pairs()).extend_pairs(more);
        match query.finish() {
            query if query.is_empty() => path.to_owned(),
            query => format!("{path}?{query}"),
        }
    }

    /// This view with another filter.
    #[must_use]
    pub fn with(&self, change: impl FnOnce(&mut Filter)) -> Self {
        let mut other = Self { filter: self.filter.clone(), when: self.when, kept: self.kept.clone(), ..Self::default() };
        change(&mut other.filter);
        other
    }

    /// This view at another time.
    #[must_use]
    pub fn during(&self, when: When) -> Self {
        Self { filter: self.filter.clone(), when, kept: self.kept.clone(), ..Self::default() }
    }
}

#[derive(Default)]
struct Pairs(Vec<(String, String)>);

impl Pairs {
    fn put<T: Display>(&mut self, key: &str, values: impl IntoIterator<Item = T>) {
        self.0.extend(values.into_iter().map(|value| (key.to_owned(), value.to_string())));
    }
}

fn far() -> Day {
    Day::new(9998, 12, 31).unwrap_or_default()
}

impl<S: Send + Sync> FromRequestParts<S> for Look {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Infallible> {
        let query = RawQuery::from_request_parts(parts, state).await.map_or(None, |RawQuery(query)| query);
        Ok(Self::read(form_urlencoded::parse(query.unwrap_or_default().as_bytes()).into_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use heard_domain::id::{AttributeId, CategoryId, StageId, ValueId};
    use heard_domain::question::Dimension;
    use heard_domain::reading::Polarity;

    fn read(query: &str) -> Look {
        Look::read(form_urlencoded::parse(query.as_bytes()).into_owned())
    }

    #[test]
    fn a_view_survives_its_address() {
        let filter = Filter {
            stage: vec![StageId(7), StageId(9)],
            category: vec![CategoryId(3)],
            polarity: vec![Polarity::Negative],
            attribute: vec![(AttributeId(1), ValueId(2))],
            language: vec!["fi".into()],
            none: vec![Dimension::Emotion, Dimension::Attribute(AttributeId(4))],
            words: "\"login code\" -spam & more + 100% ünïcode".into(),
            ..Filter::default()
        };
        let period = Period { first: Day(20_000), last: Day(20_083) };
        for when in [When::Usual, When::Weeks(4), When::Days(period), When::Ever] {
            let look = Look { filter: filter.clone(), when, ..Look::default() };
            assert_eq!(Look::read(look.pairs()), look);
        }
    }

    #[test]
    fn what_is_kept_stays_when_the_filter_changes() {
        let look = read("stage=7&overall=3&open=5").keeping(&["overall"]);
        let other = look.with(|f| f.stage.clear()).during(When::Ever);
        assert_eq!(other.on("/drivers"), "/drivers?when=ever&overall=3");
    }

    #[test]
    fn what_cannot_be_understood_is_named_and_left_out() {
        let look = read("stage=abc&polarity=negative&weeks=-3&from=2026-13-01&open=5&category=&words=%zz");
        assert_eq!(look.filter.polarity, vec![Polarity::Negative]);
        assert_eq!(look.filter.words, "%zz");
        assert_eq!((look.left_out.len(), look.when, look.given("open")), (3, When::Usual, Some("5")), "{look:?}");
    }

    #[test]
    fn markup_never_leaves_a_query_unescaped() {
        let look = Look { filter: Filter { words: "\"><script>".into(), ..Filter::default() }, ..Look::default() };
        assert_eq!(look.on("/feedback"), "/feedback?words=%22%3E%3Cscript%3E");
        assert_eq!(Look::default().on_with("/feedback", &[("open", "<5>")]), "/feedback?open=%3C5%3E");
    }
}
