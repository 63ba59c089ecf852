//! The JSON of another system, as it is, becomes feedback: dotted paths say where its parts stand. Pure.

use heard_channels::posts::date;
use heard_domain::account::{Identity, IdentityKind};
use heard_domain::feedback::{NewAuthor, NewFeedback, NewRating};
use heard_domain::import::DateOrder;
use heard_domain::time::{Time, Zone};
use heard_domain::webhook::Fields;
use serde_json::Value;

use crate::hear::take::MOST_AT_ONCE;

/// A field of a body that does not fit, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Misfit {
    /// The field as the sender knows it (`2.text`: of the third feedback).
    pub field: String,
    /// What is wrong and what is expected.
    pub reason: String,
}

impl Misfit {
    fn new(field: impl Into<String>, reason: impl Into<String>) -> Self {
        Self { field: field.into(), reason: reason.into() }
    }
}

/// What a delivery is understood with.
#[derive(Debug, Clone, Copy)]
pub struct Understanding<'a> {
    /// Where the parts stand; `None`: it is Heard's own JSON.
    pub fields: Option<&'a Fields>,
    /// The delivery's own identifier: the key of what has none.
    pub delivery: &'a str,
    /// When it arrived: the time of what says none.
    pub now: Time,
    /// The company's time zone, for dates without one.
    pub zone: &'a Zone,
}

/// What would be heard, and whether the sender says when it was said. Either all of it fits, or nothing is taken.
pub fn understood(body: &[u8], with: &Understanding) -> Result<(Vec<NewFeedback>, bool), Vec<Misfit>> {
    let value: Value =
        serde_json::from_slice(body).map_err(|error| vec![Misfit::new("body", format!("is not JSON: {error}"))])?;
    let items = match with.fields.map(|fields| fields.items.as_str()).filter(|path| !path.is_empty()) {
        Some(path) => at(&value, path).ok_or_else(|| vec![Misfit::new(path, "is not there")])?,
        None => &value,
    };
    let items: Vec<&Value> = match items {
        Value::Array(items) => items.iter().collect(),
        one => vec![one],
    };
    if items.is_empty() || items.len() > MOST_AT_ONCE {
        return Err(vec![Misfit::new("body", format!("holds {} feedbacks; 1 to {MOST_AT_ONCE} are taken", items.len()))]);
    }
    let several = items.len() > 1;
    let (mut heard, mut misfits) = (Vec::with_capacity(items.len()), Vec::new());
    for (place, item) in items.into_iter().enumerate() {
        let named = |field: &str| if several { format!("{place}.{field}") } else { field.to_owned() };
        let one = match with.fields {
            Some(fields) => foreign(item, fields, place, with),
            None => serde_json::from_value::<NewFeedback>(item.clone()).map_err(|e| vec![Misfit::new("feedback", e.to_string())]),
        };
        match one.and_then(|one| one.check().map(|()| one).map_err(|bad| vec![Misfit::new(bad.field, bad.reason)])) {
            Ok(one) => heard.push(one),
            Err(bad) => misfits.extend(bad.into_iter().map(|bad| Misfit { field: named(&bad.field), ..bad })),
        }
        if misfits.len() >= 20 {
            break;
        }
    }
    let timed = with.fields.is_none_or(|fields| !fields.at.is_empty());
    if misfits.is_empty() { Ok((heard, timed)) } else { Err(misfits) }
}

/// What stands at a dotted path; a number is a place in a list, from 0.
fn at<'a>(value: &'a Value, path: &str) -> Option<&'a Value> {
    path.split('.').try_fold(value, |value, part| match value {
        Value::Array(list) => list.get(part.parse::<usize>().ok()?),
        other => other.get(part),
    })
}

/// A value as words; nothing where there is none.
fn words(value: &Value, path: &str) -> Option<String> {
    if path.is_empty() {
        return None;
    }
    let plain = |value: &Value| match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(yes) => Some(if *yes { "yes" } else { "no" }.to_owned()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    };
    match at(value, path)? {
        Value::Array(list) => Some(list.iter().filter_map(plain).collect::<Vec<_>>().join(", ")).filter(|text| !text.is_empty()),
        one => plain(one),
    }
}

/// A moment: a date in any usual form, or seconds or milliseconds since 1970.
fn moment(given: &str, zone: &Zone) -> Result<Time, String> {
    if let Ok(number) = given.parse::<f64>()
        && number.is_finite()
        && number.abs() >= 1e8
    {
        // Seconds until the year 5138, milliseconds from 1973 on.
        let ms = if number.abs() < 1e11 { number * 1000.0 } else { number };
        return Ok(Time(ms as i64));
    }
    date::parse(given, DateOrder::DayFirst, zone)
        .map_err(|_| "is no date that can be read; best is 2026-03-22T14:05:00Z".to_owned())
}

fn foreign(item: &Value, fields: &Fields, place: usize, with: &Understanding) -> Result<NewFeedback, Vec<Misfit>> {
    let mut misfits = Vec::new();
    let said = |path: &str| words(item, path);
    let key = match fields.key.as_str() {
        "" => format!("{}#{place}", with.delivery),
        path => said(path).unwrap_or_else(|| {
            misfits.push(Misfit::new(path, "is not there: it makes the feedback the same when it comes twice"));
            String::new()
        }),
    };
    let time = match fields.at.as_str() {
        "" => Ok(with.now),
        path => said(path).ok_or_else(|| "is not there".to_owned()).and_then(|given| moment(given.trim(), with.zone)),
    };
    let time = time.unwrap_or_else(|reason| {
        misfits.push(Misfit::new(fields.at.as_str(), reason));
        with.now
    });
    let email = said(&fields.email).and_then(|email| Identity::new(IdentityKind::Email, &email));
    let author = NewAuthor { name: said(&fields.author), identities: email.into_iter().collect(), ..NewAuthor::default() };
    let mut ratings = Vec::new();
    for rating in &fields.ratings {
        let Some(given) = said(&rating.path).filter(|given| !given.trim().is_empty()) else { continue };
        match given.trim().parse::<f64>() {
            Ok(value) => {
                let scale = rating.scale.clone();
                ratings.push(NewRating { scale, formula: rating.formula, value, min: None, max: None });
            }
            Err(_) => misfits.push(Misfit::new(rating.path.as_str(), "is not a number")),
        }
    }
    let attributes = fields.attributes.iter().filter_map(|one| Some((one.name.trim().to_owned(), said(&one.path)?))).collect();
    if !misfits.is_empty() {
        return Err(misfits);
    }
    Ok(NewFeedback {
        key,
        at: time,
        text: said(&fields.text).unwrap_or_default(),
        author,
        touchpoint: said(&fields.touchpoint),
        ratings,
        attributes,
        link: said(&fields.link).filter(|link| !link.is_empty()),
    })
}

#[cfg(test)]
mod tests {
    use heard_domain::score::Formula;
    use heard_domain::webhook::{AttributePath, RatingPath};

    use super::*;

    const SAMPLE: &[u8] = br#"{"event":"ticket.solved","data":{"tickets":[
        {"id":8841,"created":"2026-03-22T14:05:00Z","messages":[{"body":"We left three hours late."}],
         "from":{"name":"Mia","email":" Mia@Example.com "},"score":3,"tags":["late","hel"]},
        {"id":"8842","created":1774188300,"messages":[{"body":"Thank you!"}],"from":{},"score":null}]}}"#;

    fn fields() -> Fields {
        Fields {
            items: "data.tickets".into(),
            key: "id".into(),
            at: "created".into(),
            text: "messages.0.body".into(),
            author: "from.name".into(),
            email: "from.email".into(),
            ratings: vec![RatingPath { path: "score".into(), scale: "NPS".into(), formula: Formula::Nps }],
            attributes: vec![AttributePath { name: "tags".into(), path: "tags".into() }],
            ..Fields::default()
        }
    }

    fn tried(body: &[u8], fields: Option<&Fields>) -> Result<(Vec<NewFeedback>, bool), Vec<Misfit>> {
        understood(body, &Understanding { fields, delivery: "msg_1", now: Time(5), zone: &Zone::UTC })
    }

    #[test]
    fn the_json_of_another_system_is_taken_as_it_is() {
        let fields = fields();
        let (heard, timed) = tried(SAMPLE, Some(&fields)).unwrap();
        assert!(timed);
        assert_eq!(heard.iter().map(|one| one.key.as_str()).collect::<Vec<_>>(), ["8841", "8842"]);
        let first = &heard[0];
        assert_eq!(
            (first.text.as_str(), first.author.identities[0].handle.as_str()),
            ("We left three hours late.", "mia@example.com")
        );
        assert_eq!((first.ratings[0].value, first.attributes[0].1.as_str()), (3.0, "late, hel"));
        assert_eq!(heard[1].at.to_string(), "2026-03-22T14:05:00Z");
        assert!(heard[1].ratings.is_empty() && heard[1].attributes.is_empty());
    }

    #[test]
    fn what_does_not_fit_is_named() {
        let fields = fields();
        let bad = SAMPLE.to_vec();
        let bad =
            String::from_utf8(bad).unwrap().replace("2026-03-22T14:05:00Z", "soon").replace("\"score\":3", "\"score\":\"x\"");
        let misfits = tried(bad.as_bytes(), Some(&fields)).unwrap_err();
        let named: Vec<&str> = misfits.iter().map(|bad| bad.field.as_str()).collect();
        assert_eq!(named, ["0.created", "0.score"]);
        for (body, field) in [
            (&b"{"[..], "body"),
            (b"{}", "data.tickets"),
            (b"{\"data\":{\"tickets\":[]}}", "body"),
            (b"{\"data\":{\"tickets\":[7]}}", "id"),
        ] {
            assert_eq!(tried(body, Some(&fields)).unwrap_err()[0].field, field);
        }
    }

    #[test]
    fn without_a_mapping_it_is_our_own_json() {
        let own = br#"{"key":"a","at":"2026-03-22T14:05:00Z","text":"hello"}"#;
        assert_eq!(tried(own, None).unwrap().0[0].key, "a");
        assert!(tried(br#"{"text":"hello"}"#, None).unwrap_err()[0].reason.contains("key"));
        assert!(tried(br#"{"key":"a","at":"2026-03-22T14:05:00Z","text":"x","colour":1}"#, None).is_err());
    }

    #[test]
    fn what_has_no_key_is_known_by_its_delivery() {
        let fields = Fields { text: "t".into(), ..Fields::default() };
        let (heard, timed) = tried(br#"[{"t":"a"},{"t":"b"}]"#, Some(&fields)).unwrap();
        assert_eq!(heard.iter().map(|one| one.key.as_str()).collect::<Vec<_>>(), ["msg_1#0", "msg_1#1"]);
        assert!(!timed && heard[0].at == Time(5));
    }
}
