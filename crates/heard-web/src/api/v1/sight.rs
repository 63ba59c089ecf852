//! Filters and periods as parameters: `stage=12&stage=13&channel=review&words=late&from=2026-01-01`, as pages have them, but
//! strict: what cannot be understood is refused by name. Several values of one name mean "one of these".

use std::fmt::Display;
use std::str::FromStr;

use heard_domain::id::{AttributeId, ValueId};
use heard_domain::question::{Dimension, Filter};
use heard_domain::time::{Day, Period};
use schemars::JsonSchema;
use serde::Serialize;

use crate::problem::Problem;

/// The most values of one filter in an address.
const MOST: usize = 500;

/// A filter and a period, as an address says them.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Sight {
    /// What is looked at.
    pub filter: Filter,
    /// The first day, if it is said.
    pub from: Option<Day>,
    /// The last day, if it is said.
    pub to: Option<Day>,
}

/// The parameters of a filter, for the documentation.
#[derive(Serialize, JsonSchema)]
pub struct SightParameters {
    /// Stages of a passage.
    #[serde(default)]
    stage: Vec<heard_domain::id::StageId>,
    /// Categories of a passage; a parent includes its children.
    #[serde(default)]
    category: Vec<heard_domain::id::CategoryId>,
    /// Sentiment classes of a passage.
    #[serde(default)]
    polarity: Vec<heard_domain::reading::Polarity>,
    /// Emotions of a passage.
    #[serde(default)]
    emotion: Vec<heard_domain::reading::Emotion>,
    /// Intents of a passage.
    #[serde(default)]
    intent: Vec<heard_domain::reading::Intent>,
    /// Touchpoints.
    #[serde(default)]
    touchpoint: Vec<heard_domain::id::TouchpointId>,
    /// Listening posts.
    #[serde(default)]
    post: Vec<heard_domain::id::PostId>,
    /// Channels.
    #[serde(default)]
    channel: Vec<heard_domain::channel::Channel>,
    /// ISO 639-1 codes.
    #[serde(default)]
    language: Vec<String>,
    /// Accounts; needs `persons:read`.
    #[serde(default)]
    account: Vec<heard_domain::id::AccountId>,
    /// Persons; needs `persons:read`.
    #[serde(default)]
    person: Vec<heard_domain::id::PersonId>,
    /// Segments: persons who belong to one of them.
    #[serde(default)]
    segment: Vec<heard_domain::id::SegmentId>,
    /// Imports.
    #[serde(default)]
    import: Vec<heard_domain::id::ImportId>,
    /// Attribute and value: two identifiers joined by a colon.
    #[serde(default)]
    #[schemars(inner(regex(pattern = "^[1-9][0-9]{0,17}:[1-9][0-9]{0,17}$")))]
    attribute: Vec<String>,
    /// Only feedback rated on this scale.
    #[serde(default)]
    rated: Option<heard_domain::id::ScaleId>,
    /// What has no value: `stage`, `category`, `polarity`, `emotion`, `intent`, `touchpoint`, `language`, `account` (needs
    /// `persons:read`), or `attribute:` with its identifier. Of passages, it must hold for the same passage as the rest.
    #[serde(default)]
    none: Vec<String>,
    /// Words of the verbatim: all must occur; "in quotes" is a phrase; -word must not occur.
    #[serde(default)]
    words: Option<String>,
    /// The first day.
    #[serde(default)]
    from: Option<Day>,
    /// The last day.
    #[serde(default)]
    to: Option<Day>,
}

impl Sight {
    /// Takes what belongs to a filter or period out of the parameters, and leaves the others.
    pub fn take(pairs: Vec<(String, String)>) -> Result<(Self, Vec<(String, String)>), Problem> {
        let mut sight = Self::default();
        let mut others = Vec::new();
        for (name, value) in pairs {
            // An empty field of a form is no wish.
            if value.is_empty() {
                continue;
            }
            let f = &mut sight.filter;
            match name.as_str() {
                "stage" => push(&name, &value, &mut f.stage)?,
                "category" => push(&name, &value, &mut f.category)?,
                "polarity" => push(&name, &value, &mut f.polarity)?,
                "emotion" => push(&name, &value, &mut f.emotion)?,
                "intent" => push(&name, &value, &mut f.intent)?,
                "touchpoint" => push(&name, &value, &mut f.touchpoint)?,
                "post" => push(&name, &value, &mut f.post)?,
                "channel" => push(&name, &value, &mut f.channel)?,
                "language" => push(&name, &value, &mut f.language)?,
                "account" => push(&name, &value, &mut f.account)?,
                "person" => push(&name, &value, &mut f.person)?,
                "segment" => push(&name, &value, &mut f.segment)?,
                "import" => push(&name, &value, &mut f.import)?,
                "attribute" => f.attribute.push(pair(&name, &value)?),
                "rated" => f.rated = Some(one(&name, &value)?),
                "none" => missing(&name, &value, &mut f.none)?,
                "words" => f.words = value.chars().take(500).collect(),
                "from" => sight.from = Some(one(&name, &value)?),
                "to" => sight.to = Some(one(&name, &value)?),
                _ => others.push((name, value)),
            }
        }
        if let (Some(from), Some(to)) = (sight.from, sight.to)
            && from > to
        {
            return Err(Problem::field("from", "lies after “to”"));
        }
        Ok((sight, others))
    }

    /// The period, if an end of it is said; an open end is the end of the calendar.
    pub fn period(&self) -> Option<Period> {
        if self.from.is_none() && self.to.is_none() {
            return None;
        }
        let last = Day::new(9998, 12, 31).unwrap_or_default();
        Some(Period { first: self.from.unwrap_or_default(), last: self.to.unwrap_or(last) })
    }
}

/// Refuses parameters that nobody knows: a misspelt filter would silently show everything.
pub fn unknown(others: &[(String, String)]) -> Result<(), Problem> {
    match others.first() {
        None => Ok(()),
        Some((name, _)) => {
            Err(Problem::field(name.chars().take(40).collect::<String>(), "is not a parameter that is known here"))
        }
    }
}

/// A value of an address.
pub fn one<T: FromStr>(name: &str, value: &str) -> Result<T, Problem>
where
    T::Err: Display,
{
    value.parse().map_err(|error: T::Err| Problem::field(name, error.to_string()))
}

fn push<T: FromStr>(name: &str, value: &str, list: &mut Vec<T>) -> Result<(), Problem>
where
    T::Err: Display,
{
    if list.len() >= MOST {
        return Err(Problem::field(name, format!("at most {MOST} at once")));
    }
    list.push(one(name, value)?);
    Ok(())
}

fn missing(name: &str, value: &str, list: &mut Vec<Dimension>) -> Result<(), Problem> {
    push(name, value, list)?;
    match list.last() {
        Some(dimension) if dimension.always() => Err(Problem::field(name, format!("every comment has a {dimension}"))),
        _ => Ok(()),
    }
}

fn pair(name: &str, value: &str) -> Result<(AttributeId, ValueId), Problem> {
    let bad = || Problem::field(name, "must be two identifiers joined by a colon, like 12:34");
    let (attribute, id) = value.split_once(':').ok_or_else(bad)?;
    Ok((attribute.parse().map_err(|_| bad())?, id.parse().map_err(|_| bad())?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn only(query: &str) -> Result<Sight, Problem> {
        let (sight, others) = Sight::take(form_urlencoded::parse(query.as_bytes()).into_owned().collect())?;
        unknown(&others).map(|()| sight)
    }

    #[test]
    fn parameters_say_the_filter() {
        let query = "stage=1&stage=2&category=3&polarity=negative&emotion=anger&intent=churn&touchpoint=4&post=5&channel=review\
                     &language=de&account=6&person=7&import=8&attribute=9%3A10&rated=11&none=stage&none=attribute%3A9&words=too+late+%26+cold&from=2026-01-01&to=2026-02-01";
        let sight = only(query).unwrap();
        assert_eq!(sight.filter.stage.len(), 2);
        assert_eq!(sight.filter.none, [Dimension::Stage, Dimension::Attribute(AttributeId(9))]);
        assert!(only("none=post").is_err() && only("none=attribute").is_err() && only("none=colour").is_err());
        assert_eq!(sight.filter.words, "too late & cold");
        assert_eq!(sight.period().map(Period::days), Some(32));
    }

    #[test]
    fn what_cannot_be_meant_is_refused_by_name() {
        for (query, name) in [
            ("stage=x", "stage"),
            ("polarity=good", "polarity"),
            ("attribute=9", "attribute"),
            ("from=2026-02-30", "from"),
            ("from=2026-02-02&to=2026-02-01", "from"),
            ("stagee=1", "stagee"),
        ] {
            assert_eq!(only(query).unwrap_err().invalid[0].name, name, "{query}");
        }
    }
}
